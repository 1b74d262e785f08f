// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/proxy_nca/objective.h"

#include "core/training/losses.h"
#include "core/training/proxies.h"

namespace fieldmark::proxy_nca {

using torch::Tensor;

ProxyNcaObjective::ProxyNcaObjective(const Tensor& start, const Tensor& labels, std::int64_t classes,
                                     double scale, double proxy_rate,
                                     std::optional<std::uint64_t> random_start)
    : m_scale(scale), m_proxy_rate(proxy_rate) {
    m_proxies = random_start ? random_proxies(classes, start.size(1), *random_start).to(start.device())
                             : class_means(start, labels, classes);
    m_proxies.set_requires_grad(true);
}

Tensor ProxyNcaObjective::loss(const ObjectiveBatch& batch, std::map<std::string, double>& terms) {
    const Tensor loss = losses::proxy_nca(batch.embeddings, m_proxies, batch.labels, m_scale);
    terms["proxy"] = loss.item<double>();
    return loss;
}

void ProxyNcaObjective::save(torch::serialize::OutputArchive& archive) const {
    archive.write("proxies", m_proxies);
}

void ProxyNcaObjective::load(torch::serialize::InputArchive& archive) {
    const torch::NoGradGuard no_grad;
    Tensor proxies;
    archive.read("proxies", proxies);
    m_proxies.copy_(proxies);
}

}  // namespace fieldmark::proxy_nca
