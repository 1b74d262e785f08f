// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/fused_convolution.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include <optional>

namespace fieldmark {
namespace {

using torch::jit::Stack;

std::optional<c10::OperatorHandle> find_operator(const char* name, const char* overload) {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (found && found->hasKernelForDispatchKey(c10::DispatchKey::MkldnnCPU)) return found;
    if (found && found->hasKernelForDispatchKey(c10::DispatchKey::CPU)) return found;
    return std::nullopt;
}

struct Operators {
    std::optional<c10::OperatorHandle> reorder = find_operator("mkldnn::_reorder_convolution_weight", "");
    std::optional<c10::OperatorHandle> convolve = find_operator("mkldnn::_convolution_pointwise", "");
    std::optional<c10::OperatorHandle> add = find_operator("mkldnn::_convolution_pointwise_", "binary");
};

const Operators& operators() {
    static const Operators found;
    return found;
}

// The calls are boxed: arguments go by the operator's schema, so a change of its C++ signature is an error
// that can be caught, not an undefined call. A call costs about a microsecond more, which does not show.

c10::List<std::optional<at::Scalar>> scalars(std::initializer_list<double> values) {
    c10::List<std::optional<at::Scalar>> list;
    for (const double value : values) list.push_back(at::Scalar(value));
    return list;
}

const std::vector<std::int64_t>& no_dilation() {
    static const std::vector<std::int64_t> ones = {1, 1};
    return ones;
}

}  // namespace

bool fused_convolution_available() {
    return at::globalContext().hasMKLDNN() && operators().reorder && operators().convolve && operators().add;
}

at::Tensor prepare_weight(const at::Tensor& weight, at::IntArrayRef padding, std::int64_t stride,
                          std::int64_t groups, at::IntArrayRef input_size) {
    Stack stack;
    torch::jit::push(stack, weight, padding.vec(), std::vector<std::int64_t>{stride, stride}, no_dilation(),
                     groups, input_size.vec());
    operators().reorder->callBoxed(stack);
    return stack.at(0).toTensor();
}

at::Tensor convolve(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                    at::IntArrayRef padding, std::int64_t stride, std::int64_t groups, bool relu6) {
    Stack stack;
    torch::jit::push(stack, input, weight, bias, padding.vec(), std::vector<std::int64_t>{stride, stride},
                     no_dilation(), groups, relu6 ? "hardtanh" : "none",
                     relu6 ? scalars({0.0, 6.0}) : scalars({}), c10::IValue());
    operators().convolve->callBoxed(stack);
    return stack.at(0).toTensor();
}

void convolve_and_add(at::Tensor& sum, const at::Tensor& input, const at::Tensor& weight,
                      const at::Tensor& bias, at::IntArrayRef padding, std::int64_t stride,
                      std::int64_t groups) {
    Stack stack;
    torch::jit::push(stack, sum, input, weight, bias, padding.vec(),
                     std::vector<std::int64_t>{stride, stride}, no_dilation(), groups, "add", at::Scalar(1.0),
                     c10::IValue(), scalars({}), c10::IValue());
    operators().add->callBoxed(stack);
}

}  // namespace fieldmark
