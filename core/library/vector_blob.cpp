// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/vector_blob.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "core/base/digest.h"

namespace fieldmark {

static_assert(std::endian::native == std::endian::little, "vectors are stored as little-endian float32");

std::string_view vector_bytes(std::span<const float> vector) {
    return {reinterpret_cast<const char*>(vector.data()), vector.size_bytes()};
}

std::uint32_t vector_crc(std::span<const float> vector) {
    return crc32c(std::as_bytes(vector));
}

bool vector_is_unit(std::span<const float> vector) {
    // Eight sums in parallel: the compiler may not reorder a single one. NaN and infinity end up in the sum.
    float sums[8] = {};
    std::size_t i = 0;
    for (; i + 8 <= vector.size(); i += 8) {
        for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += vector[i + lane] * vector[i + lane];
    }
    double sum = 0;
    for (const float part : sums) sum += part;
    for (; i < vector.size(); ++i) sum += static_cast<double>(vector[i]) * vector[i];
    return std::isfinite(sum) && std::abs(std::sqrt(sum) - 1.0) <= 1e-3;
}

bool decode_vector(std::string_view bytes, std::uint32_t crc, int dimension, std::vector<float>& vector) {
    const auto length = static_cast<std::size_t>(dimension) * sizeof(float);
    if (dimension < 1 || bytes.size() != length) return false;
    vector.resize(static_cast<std::size_t>(dimension));
    std::memcpy(vector.data(), bytes.data(), length);
    return vector_crc(vector) == crc && vector_is_unit(vector);
}

}  // namespace fieldmark
