// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/training.h"

#include <algorithm>

namespace fieldmark {

const char* to_string(Method method) {
    switch (method) {
        case Method::ProxyNca:
            return "proxy-nca++";
        case Method::Gapan:
            return "gapan";
        case Method::Dva:
            return "dva";
        case Method::GdfNet:
            return "gdfnet";
    }
    return "gapan";
}

Result<Method> method_from_name(const std::string& name) {
    for (const Method method : {Method::ProxyNca, Method::Gapan, Method::Dva, Method::GdfNet}) {
        if (name == to_string(method)) return method;
    }
    return Error{ErrorKind::Usage, "There is no method \"" + name +
                                       "\" to learn with. Known methods: gapan, dva, gdfnet, proxy-nca++."};
}

TrainingSettings with_time_spent(TrainingSettings settings, double seconds) {
    if (settings.budget_seconds > 0)
        settings.budget_seconds = std::max(1e-3, settings.budget_seconds - seconds);
    return settings;
}

void add_note(TrainingOutcome& outcome, const std::string& sentence) {
    if (!outcome.note.empty()) outcome.note.push_back(' ');
    outcome.note += sentence;
}

}  // namespace fieldmark
