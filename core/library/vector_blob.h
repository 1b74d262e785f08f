// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fieldmark {

/// A vector as it is stored: little-endian float32, L2-normalised, finite, beside it a CRC32C over its bytes.
std::string_view vector_bytes(std::span<const float> vector);  ///< a view of the same memory
std::uint32_t vector_crc(std::span<const float> vector);
/// Finite and of norm 1 within 1e-3.
bool vector_is_unit(std::span<const float> vector);
/// The stored bytes as a vector; false (and `vector` unspecified) if length, CRC, finiteness or norm are
/// wrong.
bool decode_vector(std::string_view bytes, std::uint32_t crc, int dimension, std::vector<float>& vector);

}  // namespace fieldmark
