// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/dva/loss.h"

#include "core/training/losses.h"

namespace fieldmark::dva {
namespace {

constexpr double kScale = 18;  // 2 * 3^2, as in ProxyNCA++

}  // namespace

torch::Tensor transfer_loss(const torch::Tensor& picture, const torch::Tensor& object,
                            const torch::Tensor& proxies, Transfer way, double temperature) {
    const torch::Tensor student = losses::unit(picture), teacher = losses::unit(object.detach());
    if (way == Transfer::Cosine) return (1 - (student * teacher).sum(1)).mean();
    if (way == Transfer::Mse) return (student - teacher).square().sum(1).mean();
    const torch::Tensor at = losses::unit(proxies.detach()).t();
    const torch::Tensor wanted = torch::log_softmax(teacher.mm(at) * (kScale / temperature), 1);
    const torch::Tensor given = torch::log_softmax(student.mm(at) * (kScale / temperature), 1);
    return temperature * temperature * (wanted.exp() * (wanted - given)).sum(1).mean();
}

torch::Tensor loss(const LossBatch& batch, const LossOptions& options, std::map<std::string, double>& terms) {
    torch::Tensor total = losses::proxy_nca(batch.picture, batch.proxies, batch.labels);
    terms["picture"] = total.item<double>();
    const auto add = [&](const char* name, const torch::Tensor& term, double weight) {
        terms[name] = term.item<double>();
        total = total + weight * term;
    };
    if (batch.object.defined()) {
        add("object", losses::proxy_nca(batch.object, batch.proxies, batch.labels), 1);
        if (options.transfer > 0)
            add("transfer",
                transfer_loss(batch.picture, batch.object, batch.proxies, options.way, options.temperature),
                options.transfer);
    }
    if (batch.background.defined() && batch.background.size(0) > 0 && options.background > 0)
        add("background",
            losses::proxy_nca(batch.background, batch.background_proxies, batch.background_labels),
            options.background);
    if (options.contrastive > 0)
        add("contrastive", losses::dvf_contrastive(batch.picture, batch.labels), options.contrastive);
    terms["total"] = total.item<double>();
    return total;
}

}  // namespace fieldmark::dva
