// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/explain/additive_view.h"

#include <algorithm>
#include <cmath>

namespace fieldmark {
namespace {

constexpr double kSmallestNorm = 1e-12;

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

Error no_direction() {
    return {ErrorKind::Unsupported,
            "This picture's embedding is zero, so there is nothing to explain. Try another model."};
}

/// (count, in) times (out, in) transposed, accumulated in double: a few thousand products a picture, and the
/// sum over positions has to come out at the embedding.
std::vector<float> project(std::span<const float> rows, int count, int in, std::span<const float> weight,
                           int out) {
    std::vector<float> result(size(count) * size(out));
    for (int r = 0; r < count; ++r) {
        const float* row = rows.data() + size(r) * size(in);
        for (int o = 0; o < out; ++o) {
            const float* w = weight.data() + size(o) * size(in);
            float sums[8] = {};  // independent sums, so that the compiler may keep them in one register
            int i = 0;
            for (; i + 8 <= in; i += 8)
                for (int k = 0; k < 8; ++k) sums[k] += row[i + k] * w[i + k];
            double sum = 0;
            for (const float partial : sums) sum += partial;
            for (; i < in; ++i) sum += double{row[i]} * w[i];
            result[size(r) * size(out) + size(o)] = static_cast<float>(sum);
        }
    }
    return result;
}

std::vector<double> column_sums(const std::vector<float>& rows, int count, int width) {
    std::vector<double> sums(size(width));
    for (int r = 0; r < count; ++r)
        for (int c = 0; c < width; ++c) sums[size(c)] += rows[size(r) * size(width) + size(c)];
    return sums;
}

/// Scales the parts so that their sum has norm 1. False where the sum is zero or not finite.
bool normalise(AdditiveView& view) {
    const std::vector<double> sum = column_sums(view.parts, view.positions(), view.dimension);
    double squares = 0;
    for (const double value : sum) squares += value * value;
    const double norm = std::sqrt(squares);
    if (!(norm > kSmallestNorm) || !std::isfinite(norm)) return false;
    for (float& value : view.parts) value = static_cast<float>(value / norm);
    return true;
}

}  // namespace

Result<AdditiveView> additive_view(std::span<const float> map, int rows, int columns, int channels) {
    if (rows <= 0 || columns <= 0 || channels <= 0 ||
        map.size() != size(rows) * size(columns) * size(channels))
        return Error{ErrorKind::Usage, "The feature map does not have the size it is said to have."};
    AdditiveView view{rows, columns, channels, {map.begin(), map.end()}};
    if (!normalise(view)) return no_direction();
    return view;
}

Result<AdditiveView> through_head(const AdditiveView& view, const Head& head) {
    if (head.in != view.dimension)
        return Error{ErrorKind::Usage, "The model's head does not fit the embedding beneath it."};
    const int positions = view.positions();
    const double share = 1.0 / positions;

    AdditiveView out{view.rows, view.columns, head.out,
                     project(view.parts, positions, head.in, head.weight, head.out)};
    std::vector<float> constant = project(head.mean, 1, head.in, head.weight, head.out);
    for (int o = 0; o < head.out; ++o) constant[size(o)] = head.bias[size(o)] - constant[size(o)];

    if (head.rank > 0) {
        std::vector<float> hidden = project(view.parts, positions, head.in, head.down_weight, head.rank);
        std::vector<float> offset = project(head.mean, 1, head.in, head.down_weight, head.rank);
        for (int h = 0; h < head.rank; ++h) offset[size(h)] = head.down_bias[size(h)] - offset[size(h)];
        const std::vector<double> sums = column_sums(hidden, positions, head.rank);
        for (int h = 0; h < head.rank; ++h) {
            const double z = sums[size(h)] + offset[size(h)];
            const double gate = 0.5 * (1 + std::erf(z / std::sqrt(2.0)));
            for (int p = 0; p < positions; ++p) {
                float& value = hidden[size(p) * size(head.rank) + size(h)];
                value = static_cast<float>((value + offset[size(h)] * share) * gate);
            }
        }
        const std::vector<float> up = project(hidden, positions, head.rank, head.up_weight, head.out);
        for (std::size_t i = 0; i < up.size(); ++i) out.parts[i] += up[i];
    }
    for (int p = 0; p < positions; ++p)
        for (int o = 0; o < head.out; ++o)
            out.parts[size(p) * size(head.out) + size(o)] += static_cast<float>(constant[size(o)] * share);
    if (!normalise(out)) return no_direction();
    return out;
}

}  // namespace fieldmark
