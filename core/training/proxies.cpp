// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/proxies.h"

#include <ATen/CPUGeneratorImpl.h>

#include "core/training/losses.h"

namespace fieldmark {

using torch::Tensor;

Tensor class_means(const Tensor& embeddings, const Tensor& labels, std::int64_t classes) {
    const torch::NoGradGuard no_grad;
    const Tensor unit = losses::unit(embeddings.detach());
    return losses::unit(torch::zeros({classes, unit.size(1)}, unit.options()).index_add_(0, labels, unit));
}

Tensor random_proxies(std::int64_t classes, std::int64_t dimension, std::uint64_t seed) {
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed ^ 0x70726f7879ull);
    return torch::randn({classes, dimension}, generator, torch::TensorOptions()) / 8;
}

}  // namespace fieldmark
