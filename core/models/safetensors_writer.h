// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fieldmark {

/// A float32 tensor that is to be stored.
struct FloatTensor {
    std::vector<std::int64_t> shape;  ///< outermost first
    std::vector<float> values;        ///< row-major; as many as the shape says
};
using FloatTensors = std::map<std::string, FloatTensor>;

/// A safetensors file's bytes: the tensors in the order of their names without gaps, every one aligned to its
/// elements. Safetensors::parse() gives them back. `metadata`: the header's "__metadata__".
/// Shapes that do not fit their values are a programming mistake (assertion).
std::vector<std::byte> write_safetensors(const FloatTensors& tensors,
                                         const std::map<std::string, std::string>& metadata = {});

}  // namespace fieldmark
