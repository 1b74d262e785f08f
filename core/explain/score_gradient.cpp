// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/explain/score_gradient.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace fieldmark {
namespace {

using Vector = std::vector<double>;

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

double product(const Vector& a, const Vector& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// weight (out, in) times x.
Vector times(const std::vector<float>& weight, const Vector& x, std::size_t out) {
    Vector y(out);
    for (std::size_t o = 0; o < out; ++o)
        for (std::size_t i = 0; i < x.size(); ++i) y[o] += weight[o * x.size() + i] * x[i];
    return y;
}

/// weight (out, in) transposed times g.
Vector transposed_times(const std::vector<float>& weight, const Vector& g, std::size_t in) {
    Vector x(in);
    for (std::size_t o = 0; o < g.size(); ++o)
        for (std::size_t i = 0; i < in; ++i) x[i] += weight[o * in + i] * g[o];
    return x;
}

/// One picture's way through a norm and, but for the first, a head before it.
struct Stage {
    const Head* head = nullptr;
    Vector hidden;  ///< of the head's bottleneck, before its gelu
    Vector unit;    ///< after the norm
    double norm = 0;
};

Stage normalised(Vector values) {
    Stage stage;
    stage.norm = std::sqrt(product(values, values));
    stage.unit = std::move(values);
    for (double& value : stage.unit) value /= std::max(stage.norm, 1e-12);
    return stage;
}

Stage through(const Head& head, const Vector& x) {
    Vector centred = x;
    for (std::size_t i = 0; i < x.size(); ++i) centred[i] -= head.mean[i];
    Vector y = times(head.weight, centred, size(head.out));
    for (std::size_t o = 0; o < y.size(); ++o) y[o] += head.bias[o];
    Vector hidden;
    if (head.rank > 0) {
        hidden = times(head.down_weight, centred, size(head.rank));
        Vector active(hidden.size());
        for (std::size_t r = 0; r < hidden.size(); ++r) {
            hidden[r] += head.down_bias[r];
            active[r] = 0.5 * hidden[r] * (1 + std::erf(hidden[r] / std::numbers::sqrt2));
        }
        const Vector up = times(head.up_weight, active, size(head.out));
        for (std::size_t o = 0; o < y.size(); ++o) y[o] += up[o];
    }
    Stage stage = normalised(std::move(y));
    stage.head = &head;
    stage.hidden = std::move(hidden);
    return stage;
}

/// The slope before a stage from the one behind it.
Vector back(const Stage& stage, Vector slope) {
    const double along = product(slope, stage.unit);
    for (std::size_t i = 0; i < slope.size(); ++i)
        slope[i] = (slope[i] - along * stage.unit[i]) / std::max(stage.norm, 1e-12);
    if (stage.head == nullptr) return slope;
    const Head& head = *stage.head;
    Vector before = transposed_times(head.weight, slope, size(head.in));
    if (head.rank > 0) {
        Vector inner = transposed_times(head.up_weight, slope, size(head.rank));
        for (std::size_t r = 0; r < inner.size(); ++r) {
            const double z = stage.hidden[r];
            const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
            inner[r] *= 0.5 * (1 + std::erf(z / std::numbers::sqrt2)) + z * density;
        }
        const Vector down = transposed_times(head.down_weight, inner, size(head.in));
        for (std::size_t i = 0; i < before.size(); ++i) before[i] += down[i];
    }
    return before;
}

}  // namespace

Result<ScoreGradient> score_gradient(std::span<const float> pooled, const std::vector<const Head*>& heads) {
    const std::size_t dimension = pooled.size() / 2;
    std::vector<Stage> ways[2];
    for (const std::size_t which : {0U, 1U}) {
        const auto own = pooled.subspan(which * dimension, dimension);
        std::vector<Stage>& way = ways[which];
        way.push_back(normalised({own.begin(), own.end()}));
        for (const Head* head : heads) {
            if (size(head->in) != way.back().unit.size())
                return Error{ErrorKind::Usage, "The model's head does not fit the embedding beneath it."};
            way.push_back(through(*head, way.back().unit));
        }
        for (const Stage& stage : way)
            if (!(stage.norm > 1e-12) || !std::isfinite(stage.norm))
                return Error{
                    ErrorKind::Unsupported,
                    "This picture's embedding is zero, so there is nothing to explain. Try another model."};
    }
    ScoreGradient result;
    result.score = product(ways[0].back().unit, ways[1].back().unit);
    for (const std::size_t which : {0U, 1U}) {
        Vector slope = ways[1 - which].back().unit;
        for (auto stage = ways[which].rbegin(); stage != ways[which].rend(); ++stage)
            slope = back(*stage, std::move(slope));
        result.gradient.insert(result.gradient.end(), slope.begin(), slope.end());
    }
    return result;
}

}  // namespace fieldmark
