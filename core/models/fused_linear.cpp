// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/fused_linear.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include <optional>

namespace fieldmark {
namespace {

std::optional<c10::OperatorHandle> find_operator() {
    auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
    if (found && (found->hasKernelForDispatchKey(c10::DispatchKey::MkldnnCPU) ||
                  found->hasKernelForDispatchKey(c10::DispatchKey::CPU)))
        return found;
    return std::nullopt;
}

const std::optional<c10::OperatorHandle>& the_operator() {
    static const std::optional<c10::OperatorHandle> found = find_operator();
    return found;
}

}  // namespace

bool fused_linear_available() {
    return at::globalContext().hasMKLDNN() && the_operator();
}

at::Tensor fused_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool gelu) {
    torch::jit::Stack stack;
    const c10::IValue offset = bias.defined() ? c10::IValue(bias) : c10::IValue();
    torch::jit::push(stack, x, weight, offset, gelu ? "gelu" : "none", c10::List<std::optional<at::Scalar>>(),
                     gelu ? c10::IValue("none") : c10::IValue());
    the_operator()->callBoxed(stack);
    return stack.at(0).toTensor();
}

}  // namespace fieldmark
