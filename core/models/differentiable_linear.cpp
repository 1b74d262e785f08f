// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/differentiable_linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>

#include "core/models/fused_linear.h"

namespace fieldmark {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct OneDnnLinear : torch::autograd::Function<OneDnnLinear> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const std::optional<at::Tensor>& bias) {
        // A frozen layer's input is not needed again.
        context->save_for_backward({weight.requires_grad() ? x : at::Tensor(), weight});
        context->saved_data["bias learns"] = bias && bias->requires_grad();
        return fused_linear(x, weight, bias.value_or(at::Tensor()), false);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        TORCH_CHECK(!at::GradMode::is_enabled(), "differentiable_linear() has no second derivative");
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1];
        const at::Tensor gradient = gradients[0].contiguous();
        const auto rows = [](const at::Tensor& all) { return all.reshape({-1, all.size(-1)}); };
        variable_list result(3);
        if (context->needs_input_grad(0))
            result[0] = fused_linear(gradient, weight.t().contiguous(), {}, false);
        if (context->needs_input_grad(1)) result[1] = at::mm(rows(gradient).t(), rows(x));
        if (context->saved_data["bias learns"].toBool()) result[2] = rows(gradient).sum(0);
        return result;
    }
};

bool suits_one_dnn(const at::Tensor& x, const at::Tensor& weight) {
    const auto plain = [](const at::Tensor& tensor) {
        return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
    };
    return plain(x) && plain(weight) && x.numel() > 0 && fused_linear_available();
}

}  // namespace

at::Tensor differentiable_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    if (!suits_one_dnn(x, weight)) return at::linear(x, weight, bias);
    const bool learns =
        x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad());
    if (!learns || !at::GradMode::is_enabled()) return fused_linear(x, weight, bias, false);
    return OneDnnLinear::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

}  // namespace fieldmark
