// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/flow.h"

#include <cmath>
#include <string>

#include "core/training/random.h"

namespace fieldmark::gapan {

using torch::Tensor;

namespace {

constexpr double kKappa = 1.9;

/// `out` coordinates are changed by what `in` others say.
torch::nn::Sequential make_net(std::int64_t in, std::int64_t hidden, std::int64_t out,
                               at::Generator& generator) {
    torch::nn::Linear first(in, hidden), last(hidden, 2 * out);
    const torch::NoGradGuard no_grad;
    // LibTorch's own start of a Linear, from our generator so that it follows the seed.
    const double bound = 1 / std::sqrt(static_cast<double>(in));
    first->weight.uniform_(-bound, bound, generator);
    first->bias.uniform_(-bound, bound, generator);
    last->weight.zero_();
    last->bias.zero_();
    return torch::nn::Sequential(first, torch::nn::ReLU(), last);
}

CouplingNet net_function(torch::nn::Sequential net) {
    return [net](const Tensor& x) mutable {
        const auto halves = net->forward(x).chunk(2, 1);
        return std::pair(halves[0], halves[1]);
    };
}

}  // namespace

Tensor soft_clamp(const Tensor& a) {
    return kKappa * 0.636 * torch::atan(a / kKappa);
}

FlowImpl::Image couple(const Tensor& x, std::int64_t split, const CouplingNet& n1, const CouplingNet& n2) {
    const Tensor x1 = x.slice(1, 0, split), x2 = x.slice(1, split);
    const auto [a2, t2] = n2(x2);
    const Tensor c2 = soft_clamp(a2);
    const Tensor y1 = x1 * c2.exp() + t2;
    const auto [a1, t1] = n1(y1);
    const Tensor c1 = soft_clamp(a1);
    return {torch::cat({y1, x2 * c1.exp() + t1}, 1), c2.sum(1) + c1.sum(1)};
}

Tensor uncouple(const Tensor& y, std::int64_t split, const CouplingNet& n1, const CouplingNet& n2) {
    const Tensor y1 = y.slice(1, 0, split), y2 = y.slice(1, split);
    const auto [a1, t1] = n1(y1);
    const Tensor x2 = (y2 - t1) * (-soft_clamp(a1)).exp();
    const auto [a2, t2] = n2(x2);
    return torch::cat({(y1 - t2) * (-soft_clamp(a2)).exp(), x2}, 1);
}

FlowImpl::FlowImpl(const FlowOptions& options) : m_options(options) {
    TORCH_CHECK(options.dimension >= 2 && options.blocks >= 1 && options.hidden >= 1, "an impossible flow");
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(options.seed);
    Random random(options.seed);
    const std::int64_t half = options.dimension / 2;
    for (std::int64_t k = 0; k < options.blocks; ++k) {
        const std::string name = "block" + std::to_string(k);
        Block block;
        block.n1 = register_module(name + "_n1",
                                   make_net(half, options.hidden, options.dimension - half, generator));
        block.n2 = register_module(name + "_n2",
                                   make_net(options.dimension - half, options.hidden, half, generator));
        std::vector<std::int64_t> order(static_cast<std::size_t>(options.dimension));
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
        random.shuffle(order);
        block.permutation = register_buffer(name + "_permutation", torch::tensor(order, torch::kLong));
        m_blocks.push_back(std::move(block));
    }
}

FlowImpl::Image FlowImpl::forward(const Tensor& v) {
    Image image{v, torch::zeros({v.size(0)}, v.options())};
    for (Block& block : m_blocks) {
        const Image next = couple(image.z.index_select(1, block.permutation), m_options.dimension / 2,
                                  net_function(block.n1), net_function(block.n2));
        image.z = next.z;
        image.log_jacobian = image.log_jacobian + next.log_jacobian;
    }
    return image;
}

Tensor FlowImpl::inverse(const Tensor& z) {
    Tensor v = z;
    for (auto block = m_blocks.rbegin(); block != m_blocks.rend(); ++block) {
        v = uncouple(v, m_options.dimension / 2, net_function(block->n1), net_function(block->n2));
        v = v.index_select(1, block->permutation.argsort());
    }
    return v;
}

}  // namespace fieldmark::gapan
