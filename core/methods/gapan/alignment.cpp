// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/alignment.h"

#include <cmath>

#include "core/training/losses.h"

namespace fieldmark::gapan {

using torch::Tensor;

const char* to_string(Alignment alignment) {
    switch (alignment) {
        case Alignment::None:
            return "none";
        case Alignment::ProfileKl:
            return "profile_kl";
        case Alignment::InfoNce:
            return "infonce";
        case Alignment::Pull:
            return "pull";
    }
    return "none";
}

Result<Alignment> alignment_from_name(const std::string& name) {
    for (const Alignment alignment :
         {Alignment::None, Alignment::ProfileKl, Alignment::InfoNce, Alignment::Pull}) {
        if (name == to_string(alignment)) return alignment;
    }
    return Error{ErrorKind::Usage,
                 "The option \"align\" knows profile_kl, infonce, pull and none, not \"" + name + "\"."};
}

Tensor profile_kl_of(const Tensor& u, const Tensor& m, const Tensor& a, double temperature, bool symmetric) {
    const Tensor log_p = torch::log_softmax(a.mm(m.t()) / temperature, 1).detach();
    const Tensor log_q = torch::log_softmax(u.mm(m.t()) / temperature, 1);
    Tensor divergence = (log_p.exp() * (log_p - log_q)).sum(1);
    if (symmetric) divergence = divergence + (log_q.exp() * (log_q - log_p)).sum(1);
    return divergence.mean();
}

Tensor profile_kl(const Tensor& u, const Tensor& anchors, const Tensor& labels, const Tensor& choice,
                  double temperature, bool symmetric) {
    const Tensor m = losses::unit(anchors.mean(1));
    const Tensor a = anchors.index({labels, choice});
    return profile_kl_of(u, m, a, temperature, symmetric);
}

Tensor infonce_logits(const Tensor& u, const Tensor& anchors, double temperature) {
    const auto classes = anchors.size(0), count = anchors.size(1);
    const Tensor similarities =
        (u.mm(anchors.reshape({classes * count, -1}).t()) / temperature).reshape({-1, classes, count});
    return torch::logsumexp(similarities, 2) - std::log(static_cast<double>(count));
}

Tensor infonce(const Tensor& u, const Tensor& anchors, const Tensor& labels, double temperature) {
    return torch::cross_entropy_loss(infonce_logits(u, anchors, temperature), labels);
}

Tensor pull(const Tensor& u, const Tensor& anchors, const Tensor& labels, double temperature) {
    const Tensor own = anchors.index_select(0, labels);              // (B, M, D)
    const Tensor similarities = own.bmm(u.unsqueeze(2)).squeeze(2);  // (B, M)
    const Tensor weights = torch::softmax(similarities / temperature, 1);
    return (weights * (1 - similarities)).sum(1).mean();
}

}  // namespace fieldmark::gapan
