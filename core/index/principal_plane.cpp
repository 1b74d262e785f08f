// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/principal_plane.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "core/index/kernels.h"

namespace fieldmark {
namespace {

constexpr std::size_t kSampled = 4000;
constexpr std::size_t kSubspace = 6;  // more than two directions, or close eigenvalues converge slowly
constexpr int kMostIterations = 60;
constexpr double kSettled = 1e-5;  // relative change of the two eigenvalues

using Basis = std::vector<std::vector<float>>;

/// Gram-Schmidt, twice for the digits that the first pass loses. A direction without length becomes 0.
void orthonormalise(Basis& basis) {
    for (std::size_t i = 0; i < basis.size(); ++i) {
        auto& own = basis[i];
        const std::size_t d = own.size();
        const double before = std::sqrt(double{dot(own.data(), own.data(), d)});
        for (int pass = 0; pass < 2; ++pass) {
            for (std::size_t j = 0; j < i; ++j) {
                const float along = dot(own.data(), basis[j].data(), d);
                for (std::size_t c = 0; c < d; ++c) own[c] -= along * basis[j][c];
            }
        }
        const double length = std::sqrt(double{dot(own.data(), own.data(), d)});
        const auto scale = length > 1e-6 * before && length > 1e-20 ? static_cast<float>(1 / length) : 0.0F;
        for (float& value : own) value *= scale;
    }
}

/// Eigenvectors of a small symmetric matrix by Jacobi rotations, largest eigenvalue first; columns of `turn`.
void diagonalise(std::array<std::array<double, kSubspace>, kSubspace>& m,
                 std::array<std::array<double, kSubspace>, kSubspace>& turn) {
    for (std::size_t i = 0; i < kSubspace; ++i) {
        for (std::size_t j = 0; j < kSubspace; ++j) turn[i][j] = i == j ? 1 : 0;
    }
    for (int sweep = 0; sweep < 30; ++sweep) {
        for (std::size_t p = 0; p + 1 < kSubspace; ++p) {
            for (std::size_t q = p + 1; q < kSubspace; ++q) {
                if (std::abs(m[p][q]) < 1e-300) continue;
                const double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
                const double t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::hypot(1.0, theta));
                const double c = 1 / std::hypot(1.0, t);
                const double s = t * c;
                for (std::size_t k = 0; k < kSubspace; ++k) {
                    const double kp = m[k][p];
                    const double kq = m[k][q];
                    m[k][p] = c * kp - s * kq;
                    m[k][q] = s * kp + c * kq;
                }
                for (std::size_t k = 0; k < kSubspace; ++k) {
                    const double pk = m[p][k];
                    const double qk = m[q][k];
                    m[p][k] = c * pk - s * qk;
                    m[q][k] = s * pk + c * qk;
                    const double tp = turn[k][p];
                    const double tq = turn[k][q];
                    turn[k][p] = c * tp - s * tq;
                    turn[k][q] = s * tp + c * tq;
                }
            }
        }
    }
}

}  // namespace

PrincipalPlane principal_plane(std::span<const float> vectors, std::size_t rows, std::size_t dimension,
                               std::stop_token stop) {
    PrincipalPlane plane;
    plane.places.assign(rows * 2, 0.0F);
    if (rows < 2 || dimension == 0) return plane;

    const std::size_t sampled = std::min(rows, kSampled);
    const auto sample = [&](std::size_t i) { return vectors.data() + i * rows / sampled * dimension; };
    std::vector<double> sums(dimension, 0);
    for (std::size_t i = 0; i < sampled; ++i) {
        const float* row = sample(i);
        for (std::size_t c = 0; c < dimension; ++c) sums[c] += double{row[c]};
    }
    std::vector<float> mean(dimension);
    for (std::size_t c = 0; c < dimension; ++c) mean[c] = static_cast<float>(sums[c] / double(sampled));
    double total = 0;
    std::vector<float> centred(sampled * dimension);
    for (std::size_t i = 0; i < sampled; ++i) {
        const float* row = sample(i);
        float* own = centred.data() + i * dimension;
        for (std::size_t c = 0; c < dimension; ++c) own[c] = row[c] - mean[c];
        total += double{dot(own, own, dimension)};
    }
    // Equal vectors differ by rounding only; what little is left has no direction.
    if (total <= 1e-12 * double(sampled)) return plane;

    Basis basis(kSubspace, std::vector<float>(dimension));
    std::uint32_t state = 0x2545F491U;
    for (auto& direction : basis) {
        for (float& value : direction) {
            state = state * 1664525U + 1013904223U;
            value = static_cast<float>(state >> 8) / 8388608.0F - 1.0F;
        }
    }
    orthonormalise(basis);
    std::array<std::array<double, kSubspace>, kSubspace> turn{};
    std::array<double, 2> eigen = {0, 0};
    std::array<std::size_t, kSubspace> order{};
    for (int iteration = 0; iteration < kMostIterations; ++iteration) {
        if (stop.stop_requested()) {
            plane.places.clear();
            return plane;
        }
        Basis next(kSubspace, std::vector<float>(dimension, 0.0F));
        std::array<std::array<double, kSubspace>, kSubspace> gram{};
        for (std::size_t i = 0; i < sampled; ++i) {
            const float* row = centred.data() + i * dimension;
            std::array<float, kSubspace> along{};
            for (std::size_t b = 0; b < kSubspace; ++b) along[b] = dot(row, basis[b].data(), dimension);
            for (std::size_t b = 0; b < kSubspace; ++b) {
                float* into = next[b].data();
                const float weight = along[b];
                for (std::size_t c = 0; c < dimension; ++c) into[c] += weight * row[c];
                for (std::size_t other = 0; other <= b; ++other) {
                    gram[b][other] += double{along[b]} * double{along[other]};
                    gram[other][b] = gram[b][other];
                }
            }
        }
        diagonalise(gram, turn);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return gram[a][a] > gram[b][b]; });
        const std::array<double, 2> now = {gram[order[0]][order[0]], gram[order[1]][order[1]]};
        const bool settled = std::abs(now[0] - eigen[0]) <= kSettled * now[0] &&
                             std::abs(now[1] - eigen[1]) <= kSettled * now[0];
        eigen = now;
        if (settled || iteration + 1 == kMostIterations) break;
        basis = std::move(next);
        orthonormalise(basis);
    }

    auto& axes = plane.axes;
    auto& centre = plane.centre;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        auto& direction = axes[axis];
        direction.assign(dimension, 0.0F);
        for (std::size_t b = 0; b < kSubspace; ++b) {
            const auto weight = static_cast<float>(turn[b][order[axis]]);
            for (std::size_t c = 0; c < dimension; ++c) direction[c] += weight * basis[b][c];
        }
        const auto largest = std::max_element(direction.begin(), direction.end(),
                                              [](float a, float b) { return std::abs(a) < std::abs(b); });
        if (*largest < 0) {
            for (float& value : direction) value = -value;
        }
        centre[axis] = dot(mean.data(), direction.data(), dimension);
        plane.share[axis] = eigen[axis] / total;
        if (plane.share[axis] < 1e-9) direction.assign(dimension, 0.0F), centre[axis] = 0;
    }
    for (std::size_t i = 0; i < rows; ++i) {
        if (i % 4096 == 0 && stop.stop_requested()) {
            plane.places.clear();
            return plane;
        }
        for (std::size_t axis = 0; axis < 2; ++axis) {
            plane.places[2 * i + axis] =
                dot(vectors.data() + i * dimension, axes[axis].data(), dimension) - centre[axis];
        }
    }
    return plane;
}

}  // namespace fieldmark
