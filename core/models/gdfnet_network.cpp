// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/gdfnet_network.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>

namespace fieldmark {

namespace {

/// neighbour_max() on the processor: one pass forwards, one scattered addition backwards, where gathering the
/// neighbours would copy every node k times.
class NeighbourMax : public torch::autograd::Function<NeighbourMax> {
  public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& given,
                                 const torch::Tensor& index) {
        const torch::Tensor values = given.contiguous();
        const torch::Tensor places = index.contiguous();
        const std::int64_t n = values.size(1), d = values.size(2), k = places.size(2);
        torch::Tensor largest = torch::empty_like(values);
        torch::Tensor winner = torch::empty(values.sizes(), torch::kInt32);
        const auto* place = places.const_data_ptr<std::int64_t>();
        auto* from = winner.mutable_data_ptr<std::int32_t>();
        AT_DISPATCH_FLOATING_TYPES(values.scalar_type(), "neighbour_max", [&] {
            const scalar_t* in = values.const_data_ptr<scalar_t>();
            scalar_t* out = largest.mutable_data_ptr<scalar_t>();
            at::parallel_for(0, values.size(0) * n, 64, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t row = begin; row < end; ++row) {
                    const scalar_t* picture = in + row / n * n * d;
                    scalar_t* best = out + row * d;
                    std::int32_t* at = from + row * d;
                    const auto first = static_cast<std::int32_t>(place[row * k]);
                    for (std::int64_t c = 0; c < d; ++c) {
                        best[c] = picture[first * d + c];
                        at[c] = first;
                    }
                    for (std::int64_t j = 1; j < k; ++j) {
                        const auto node = static_cast<std::int32_t>(place[row * k + j]);
                        const scalar_t* other = picture + node * d;
                        for (std::int64_t c = 0; c < d; ++c) {
                            const bool larger = other[c] > best[c];
                            best[c] = larger ? other[c] : best[c];
                            at[c] = larger ? node : at[c];
                        }
                    }
                }
            });
        });
        context->save_for_backward({winner});
        return largest;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list outputs) {
        const torch::Tensor gradient = outputs[0].contiguous();
        const torch::Tensor winner = context->get_saved_variables()[0];
        torch::Tensor result = torch::zeros_like(gradient);
        const std::int64_t n = gradient.size(1), d = gradient.size(2);
        const auto* from = winner.const_data_ptr<std::int32_t>();
        AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "neighbour_max_backward", [&] {
            const scalar_t* in = gradient.const_data_ptr<scalar_t>();
            scalar_t* out = result.mutable_data_ptr<scalar_t>();
            at::parallel_for(0, gradient.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t row = begin * n; row < end * n; ++row) {
                    scalar_t* picture = out + row / n * n * d;
                    for (std::int64_t c = 0; c < d; ++c)
                        picture[from[row * d + c] * d + c] += in[row * d + c];
                }
            });
        });
        return {result, torch::Tensor()};
    }
};

torch::nn::Linear linear(std::int64_t in, std::int64_t out, bool bias) {
    return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(bias));
}

torch::nn::BatchNorm1d batch_norm(std::int64_t channels, double gamma) {
    torch::nn::BatchNorm1d norm(torch::nn::BatchNorm1dOptions(channels)
                                    .eps(GraphLayerImpl::kEpsilon)
                                    .momentum(GraphLayerImpl::kMomentum));
    torch::nn::init::constant_(norm->weight, gamma);
    return norm;
}

/// BatchNorm over the last dimension of (B, N, d).
torch::Tensor by_node(torch::nn::BatchNorm1d& norm, const torch::Tensor& nodes) {
    return norm(nodes.reshape({-1, nodes.size(-1)})).view(nodes.sizes());
}

}  // namespace

torch::Tensor nearest_nodes(const torch::Tensor& nodes, std::int64_t k) {
    const torch::NoGradGuard guard;
    const torch::Tensor v =
        nodes.scalar_type() == torch::kDouble ? nodes.detach() : nodes.detach().to(torch::kFloat);
    const torch::Tensor squares = v.square().sum(2);
    torch::Tensor distances = squares.unsqueeze(2) + squares.unsqueeze(1) - 2 * v.bmm(v.transpose(1, 2));
    // Whatever rounding did to it, nothing is nearer to a node than the node itself.
    distances.diagonal(0, 1, 2).fill_(-std::numeric_limits<double>::infinity());
    return std::get<1>(distances.topk(std::min(k, v.size(1)), 2, /*largest=*/false, /*sorted=*/true));
}

torch::Tensor neighbour_max(const torch::Tensor& values, const torch::Tensor& index) {
    if (values.is_cpu()) return NeighbourMax::apply(values, index);
    const std::int64_t batch = values.size(0), n = values.size(1), d = values.size(2), k = index.size(2);
    const torch::Tensor offsets = torch::arange(batch, index.options()).view({batch, 1, 1}) * n;
    const torch::Tensor rows = (index + offsets).reshape({-1});
    return std::get<0>(values.reshape({batch * n, d}).index_select(0, rows).view({batch, n, k, d}).max(2));
}

GraphLayerImpl::GraphLayerImpl(const GdfNetShape& shape) : m_shape(shape) {
    const std::int64_t d = shape.width;
    const std::int64_t in = shape.graph == GraphKind::Edge ? 2 * d : d;
    weight = register_parameter("weight", torch::empty({d, in}));
    torch::nn::init::kaiming_uniform_(weight, std::sqrt(5.0));
    gamma = register_parameter("gamma", torch::ones({d}));
    beta = register_parameter("beta", torch::zeros({d}));
    running_mean = register_buffer("running_mean", torch::zeros({d}));
    running_var = register_buffer("running_var", torch::ones({d}));
    output = register_module("output", linear(d, d, false));
    norm = register_module("norm", batch_norm(d, 0));
}

torch::Tensor GraphLayerImpl::edge(const torch::Tensor& nodes, const torch::Tensor& index) {
    const std::int64_t d = m_shape.width;
    const torch::Tensor to_self = weight.slice(1, 0, d) - weight.slice(1, d);
    const torch::Tensor a = nodes.matmul(to_self.t());
    const torch::Tensor b = nodes.matmul(weight.slice(1, d).t());
    torch::Tensor mean = running_mean;
    torch::Tensor var = running_var;
    if (is_training()) {
        // Of all edges a_i + b_j. Centred first, so that the squares lose no digits.
        const auto k = static_cast<double>(index.size(2));
        const double places = static_cast<double>(nodes.size(0) * nodes.size(1));
        const torch::Tensor adjacency =
            torch::zeros({nodes.size(0), nodes.size(1), nodes.size(1)}, nodes.options())
                .scatter_(2, index, 1);
        const torch::Tensor degree = adjacency.sum(1).unsqueeze(2);  // edges that end at each node
        const torch::Tensor mean_a = a.mean({0, 1});
        const torch::Tensor mean_b = (degree * b).sum({0, 1}) / (places * k);
        const torch::Tensor a0 = a - mean_a;
        const torch::Tensor b0 = b - mean_b;
        mean = mean_a + mean_b;
        var = (a0.square().sum({0, 1}) + 2 * (a0 * adjacency.bmm(b0)).sum({0, 1}) / k +
               (degree * b0.square()).sum({0, 1}) / k) /
              places;
        const torch::NoGradGuard guard;
        const double edges = places * k;
        running_mean.lerp_(mean.detach().to(running_mean.dtype()), kMomentum);
        running_var.lerp_((var.detach() * (edges / std::max(1.0, edges - 1))).to(running_var.dtype()),
                          kMomentum);
    }
    const torch::Tensor sign = torch::where(gamma.detach() < 0, -1, 1).to(b.dtype());
    const torch::Tensor best = a + sign * neighbour_max(sign * b, index);
    return torch::leaky_relu((best - mean) * torch::rsqrt(var + kEpsilon) * gamma + beta, kSlope);
}

torch::Tensor GraphLayerImpl::convolve(const torch::Tensor& nodes, const torch::Tensor& index) {
    const torch::Tensor unit =
        torch::nn::functional::normalize(nodes, torch::nn::functional::NormalizeFuncOptions().dim(2));
    const torch::Tensor outside =
        torch::ones({nodes.size(0), nodes.size(1), nodes.size(1)}, nodes.options().dtype(torch::kBool))
            .scatter_(2, index, false);
    const torch::Tensor shares = (unit.bmm(unit.transpose(1, 2)) / kTemperature)
                                     .masked_fill(outside, -std::numeric_limits<double>::infinity())
                                     .softmax(2);
    return torch::relu(shares.bmm(nodes).matmul(weight.t()));
}

torch::Tensor GraphLayerImpl::gather(const torch::Tensor& nodes) {
    const torch::Tensor index = nearest_nodes(nodes, m_shape.neighbours);
    return m_shape.graph == GraphKind::Edge ? edge(nodes, index) : convolve(nodes, index);
}

torch::Tensor GraphLayerImpl::forward(const torch::Tensor& nodes) {
    return nodes + by_node(norm, output(gather(nodes)));
}

GdfNetImpl::GdfNetImpl(const GdfNetShape& shape) : m_shape(shape) {
    reduce = register_module("reduce", linear(shape.channels, shape.width, false));
    reduce_norm = register_module("reduce_norm", batch_norm(shape.width, 1));
    layers = register_module("layers", torch::nn::ModuleList());
    for (std::int64_t i = 0; i < shape.layers; ++i) layers->push_back(GraphLayer(shape));
    summary = register_module("summary", linear(2 * shape.width, shape.features, false));
    const bool skips = shape.skip == GraphSkip::Pooled;
    summary_norm = register_module("summary_norm", batch_norm(shape.features, skips ? 0 : 1));
    if (skips) skip = register_module("skip", linear(shape.channels, shape.features, true));
    hash_weight = register_parameter("hash_weight", torch::empty({shape.bits, shape.features}));
    torch::nn::init::orthogonal_(hash_weight);
    hash_bias = register_parameter("hash_bias", torch::zeros({shape.bits}));
}

torch::Tensor GdfNetImpl::pooled(const torch::Tensor& map) {
    return torch::nn::functional::normalize(map.mean(1),
                                            torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12));
}

torch::Tensor GdfNetImpl::forward(const torch::Tensor& map) {
    torch::Tensor nodes = torch::relu(by_node(reduce_norm, reduce(map)));
    for (const auto& layer : *layers) nodes = layer->as<GraphLayerImpl>()->forward(nodes);
    const torch::Tensor f = summary_norm(summary(torch::cat({nodes.mean(1), nodes.amax(1)}, 1)));
    return m_shape.skip == GraphSkip::Pooled ? skip(pooled(map)) + f : f;
}

torch::Tensor GdfNetImpl::hash(const torch::Tensor& f) {
    const torch::Tensor unit =
        torch::nn::functional::normalize(f, torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12));
    return torch::linear(unit, hash_weight * std::sqrt(static_cast<double>(m_shape.features)), hash_bias);
}

namespace {

/// By the names in the file; they share memory with the network.
std::map<std::string, torch::Tensor> tensors_of(GdfNetImpl& network) {
    std::map<std::string, torch::Tensor> tensors;
    for (const auto& entry : network.named_parameters()) tensors["graph." + entry.key()] = entry.value();
    for (const auto& entry : network.named_buffers()) {
        if (entry.value().is_floating_point()) tensors["graph." + entry.key()] = entry.value();
    }
    return tensors;
}

}  // namespace

FloatTensors gdfnet_weights(GdfNetImpl& network) {
    FloatTensors weights;
    for (const auto& [name, tensor] : tensors_of(network)) {
        const torch::Tensor values = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
        const float* first = values.const_data_ptr<float>();
        weights[name] = {values.sizes().vec(), {first, first + values.numel()}};
    }
    weights["graph.neighbours"] = {{1}, {static_cast<float>(network.shape().neighbours)}};
    return weights;
}

Result<GdfNet> read_gdfnet(const Safetensors& weights) {
    // The shape follows from the tensors: the first of each kind with any extents, then all with the right
    // ones.
    const auto extents = [&](const std::string& name, std::size_t rank) -> Result<std::vector<std::int64_t>> {
        auto tensor = weights.f32("graph." + name, std::vector<std::int64_t>(rank, -1));
        if (!tensor) return tensor.error();
        return tensor->shape;
    };
    const auto reduce = extents("reduce.weight", 2);
    if (!reduce) return reduce.error();
    const auto hash = extents("hash_weight", 2);
    if (!hash) return hash.error();
    const auto layer = extents("layers.0.weight", 2);
    if (!layer) return layer.error();
    const auto neighbours = weights.f32("graph.neighbours", {1});
    if (!neighbours) return neighbours.error();
    float k = 0;
    std::memcpy(&k, neighbours->data.data(), sizeof k);

    GdfNetShape shape;
    shape.channels = (*reduce)[1];
    shape.width = (*reduce)[0];
    shape.bits = (*hash)[0];
    shape.features = (*hash)[1];
    shape.graph = (*layer)[1] == 2 * shape.width ? GraphKind::Edge : GraphKind::Gcn;
    shape.skip = weights.tensors().contains("graph.skip.weight") ? GraphSkip::Pooled : GraphSkip::None;
    shape.layers = 0;
    while (weights.tensors().contains("graph.layers." + std::to_string(shape.layers) + ".weight"))
        ++shape.layers;
    const bool sane = k >= 1 && k <= 4096 && std::floor(k) == k && shape.channels <= 65536 &&
                      shape.width <= 65536 && shape.features <= 65536 && shape.bits <= 65536 &&
                      shape.layers <= 64;
    if (!sane) {
        return Error{ErrorKind::Damaged,
                     "The weights file \"" + weights.path() +
                         "\" describes no graph network. Train or import the model again."};
    }
    shape.neighbours = static_cast<std::int64_t>(k);
    try {
        GdfNet network(shape);
        const torch::NoGradGuard guard;
        const auto tensors = tensors_of(*network);
        for (const auto& [name, tensor] : weights.tensors()) {
            if (!name.starts_with("graph.") || name == "graph.neighbours" || tensors.contains(name)) continue;
            return Error{ErrorKind::Damaged, "The weights file \"" + weights.path() + "\" holds a tensor \"" +
                                                 name + "\" that belongs to no graph network of its shape."};
        }
        for (const auto& [name, tensor] : tensors) {
            auto found = weights.f32(name, tensor.sizes().vec());
            if (!found) return found.error();
            std::memcpy(tensor.mutable_data_ptr<float>(), found->data.data(), found->data.size());
        }
        network->eval();
        return network;
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal,
                     "The graph network in \"" + weights.path() + "\" could not be built.", error.what()};
    }
}

}  // namespace fieldmark
