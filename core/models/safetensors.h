// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// A safetensors file in memory: a JSON header that names tensors, then their raw data. Everything the header
/// says is checked before it is believed, so a hostile or cut file is an Error, never a wild read.
/// Only little-endian F32 tensors are of use here; any other element type is refused by name when asked for.
/// Format: https://huggingface.co/docs/safetensors/index
class Safetensors {
  public:
    /// A tensor's place in the file; `data` is valid as long as the Safetensors object lives where it is.
    struct Tensor {
        std::string dtype;                ///< "F32", "U8"... as the header says
        std::vector<std::int64_t> shape;  ///< outermost first
        std::span<const std::byte> data;
    };

    /// Takes the whole file; `path` is for error texts. Damaged names the first tensor that is wrong and how.
    static Result<Safetensors> parse(std::vector<std::byte> bytes, const std::string& path);

    /// The tensor of that name, which must be F32 and have this shape; a negative extent matches any.
    /// Damaged: missing, another shape or another element type.
    Result<Tensor> f32(const std::string& name, const std::vector<std::int64_t>& shape) const;

    const std::map<std::string, Tensor>& tensors() const { return m_tensors; }
    const std::string& path() const { return m_path; }

    Safetensors(const Safetensors&) = delete;  // its tensors point into its bytes
    Safetensors& operator=(const Safetensors&) = delete;
    Safetensors(Safetensors&&) = default;
    Safetensors& operator=(Safetensors&&) = default;

  private:
    Safetensors() = default;

    std::vector<std::byte> m_bytes;
    std::map<std::string, Tensor> m_tensors;
    std::string m_path;
};

}  // namespace fieldmark
