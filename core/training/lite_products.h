// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fieldmark::lite {

// The matrix products of an EfficientNet-Lite that learns, as one thread needs them for one slice of
// pictures: many rows, few and uneven columns, no memory of their own and no threads. LibTorch's BLAS is made
// by Intel and takes vectors of 256 bits on AMD's processors; these take the 512 bits that the newer ones
// have. Matrices are row-major float32 and tight. Plain C++, no allocation, any thread, any processor.

/// Whether this is a processor of AMD's with vectors of 512 bits, and this build can use them.
bool own_products_pay();

/// Floats that the second matrix of a product takes in the order that times_packed() reads.
std::size_t packed_floats(int k, int n);
/// Of b (k, n).
void pack(const float* b, int k, int n, float* packed);
/// Of b^T, with b (n, k).
void pack_transposed(const float* b, int n, int k, float* packed);

/// out (rows, n) = a (rows, k) b, with b (k, n) packed.
void times_packed(const float* a, const float* packed, float* out, std::size_t rows, int k, int n);

/// out (m, n) += a^T b, with a (rows, m) and b (rows, n).
void add_transposed_product(const float* a, const float* b, float* out, std::size_t rows, int m, int n);

}  // namespace fieldmark::lite
