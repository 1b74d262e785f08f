// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/train.h"

#include "core/methods/dva/recipe.h"
#include "core/methods/end_to_end/train.h"
#include "core/methods/gapan/train.h"
#include "core/methods/gdfnet/recipe.h"
#include "core/methods/proxy_nca/train.h"

namespace fieldmark {
namespace {

Error not_built(const TrainingSettings& settings) {
    return {ErrorKind::Unsupported, std::string("This version cannot train with \"") +
                                        to_string(settings.method) +
                                        (settings.end_to_end ? "\" end to end." : "\".")};
}

}  // namespace

bool needs_pictures(const TrainingSettings& settings) {
    return settings.end_to_end || settings.method == Method::Dva || settings.method == Method::GdfNet;
}

Status check_method(const TrainingSettings& settings, const ModelInfo& base) {
    if (settings.epochs < 0 || settings.budget_seconds < 0 || settings.threads < 0)
        return Error{ErrorKind::Usage, "Epochs, budget and threads cannot be negative."};
    if (settings.validation_share < 0.05 || settings.validation_share > 0.5)
        return Error{ErrorKind::Usage, "The share of classes to check on must lie between 0.05 and 0.5."};
    if (settings.method == Method::Dva) return check_dva(settings, base);
    if (settings.end_to_end) return end_to_end::check_network(settings, base);
    if (settings.method == Method::GdfNet) return check_gdfnet(settings, base);
    if (needs_pictures(settings)) return not_built(settings);
    switch (settings.method) {
        case Method::Gapan:
            return gapan::check_gapan(settings);
        case Method::ProxyNca:
            return proxy_nca::check_proxy_nca(settings);
        case Method::Dva:
        case Method::GdfNet:
            break;
    }
    return not_built(settings);
}

Result<TrainingOutcome> train(const TrainingData& data, const TrainingSettings& settings,
                              const TrainingTarget& target, const TrainingObserver& observer,
                              std::stop_token stop) {
    if (auto status = check_method(settings, data.base); !status) return status.error();
    if (settings.end_to_end && settings.method != Method::Dva)
        return end_to_end::train_network(data, settings, target, observer, std::move(stop));
    switch (settings.method) {
        case Method::Gapan:
            return gapan::train_gapan(data, settings, target, observer, std::move(stop));
        case Method::ProxyNca:
            return proxy_nca::train_proxy_nca(data, settings, target, observer, std::move(stop));
        case Method::GdfNet:
            return train_gdfnet(data, settings, target, observer, std::move(stop));
        case Method::Dva:
            return train_dva(data, settings, target, observer, std::move(stop));
    }
    return not_built(settings);
}

}  // namespace fieldmark
