// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluation/calibration.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace fieldmark {

namespace {

/// Probabilities are kept this far from 0 and 1 where their logarithm is taken.
constexpr double kLeast = 1e-6;
constexpr std::size_t kMostPoints = 200;
constexpr int kNewtonSteps = 100;
constexpr int kFewestPairs = 10;
constexpr std::size_t kFewestQueries = 4;

double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

/// A run of sorted pairs: sums over it.
struct Block {
    double weight = 0;
    double same = 0;
    double score = 0;
    double lowest = 0;
    double highest = 0;
    double mean() const { return same / weight; }
    void take(const Block& other) {
        weight += other.weight;
        same += other.same;
        score += other.score;
        highest = other.highest;
    }
};

/// Pools adjacent blocks until their means rise.
std::vector<Block> pool(const std::vector<Block>& blocks) {
    std::vector<Block> pooled;
    for (const Block& block : blocks) {
        pooled.push_back(block);
        while (pooled.size() > 1 && pooled[pooled.size() - 2].mean() >= pooled.back().mean()) {
            const Block last = pooled.back();
            pooled.pop_back();
            pooled.back().take(last);
        }
    }
    return pooled;
}

struct Totals {
    double weight = 0;
    double same = 0;
    double base_rate() const { return weight > 0 ? same / weight : 0; }
};

Totals totals(std::span<const ScorePair> pairs) {
    Totals sums;
    for (const ScorePair& pair : pairs) {
        sums.weight += pair.weight;
        sums.same += pair.same ? pair.weight : 0;
    }
    return sums;
}

}  // namespace

const char* to_string(Calibration::Kind kind) {
    return kind == Calibration::Kind::Isotonic ? "isotonic" : "logistic";
}

double Calibration::probability(double score) const {
    if (kind == Kind::Logistic) return sigmoid(slope * score + offset);
    if (points.empty()) return 0;
    const auto above = std::lower_bound(points.begin(), points.end(), score,
                                        [](const Point& point, double at) { return point.score < at; });
    if (above == points.begin()) return points.front().probability;
    if (above == points.end()) return points.back().probability;
    const Point& below = *(above - 1);
    const double share = (score - below.score) / (above->score - below.score);
    return below.probability + share * (above->probability - below.probability);
}

std::vector<double> isotonic_regression(std::span<const double> values, std::span<const double> weights) {
    std::vector<Block> blocks(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        blocks[i].weight = weights[i];
        blocks[i].same = values[i] * weights[i];
        blocks[i].score = 1;  // counts the values of a block
    }
    std::vector<double> fitted;
    for (const Block& block : pool(blocks)) {
        fitted.insert(fitted.end(), static_cast<std::size_t>(block.score), block.mean());
    }
    return fitted;
}

Calibration fit_isotonic(std::span<const ScorePair> pairs) {
    Calibration calibration;
    calibration.kind = Calibration::Kind::Isotonic;
    std::vector<ScorePair> sorted(pairs.begin(), pairs.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const ScorePair& a, const ScorePair& b) { return a.score < b.score; });
    std::vector<Block> blocks;
    for (const ScorePair& pair : sorted) {  // equal scores are one value
        const double weight = pair.weight;
        const Block one{weight, pair.same ? weight : 0, weight * pair.score, pair.score, pair.score};
        if (!blocks.empty() && blocks.back().highest == pair.score) {
            blocks.back().take(one);
        } else {
            blocks.push_back(one);
        }
    }
    const double prior = totals(pairs).base_rate();
    double floor = 0;
    for (const Block& block : pool(blocks)) {
        const double probability =
            std::max(floor, (block.same + prior) / (block.weight + 1));  // one more pair of the average kind
        floor = probability;
        // A block is level from its lowest to its highest score; between blocks the line rises.
        calibration.points.push_back({block.lowest, probability});
        if (block.highest > block.lowest) calibration.points.push_back({block.highest, probability});
    }
    // A long staircase says no more than a short one; what is kept stays on the fitted line.
    if (calibration.points.size() > kMostPoints) {
        std::vector<Calibration::Point> kept;
        const double step =
            static_cast<double>(calibration.points.size() - 1) / static_cast<double>(kMostPoints - 1);
        for (std::size_t i = 0; i < kMostPoints; ++i) {
            kept.push_back(
                calibration.points[static_cast<std::size_t>(std::llround(static_cast<double>(i) * step))]);
        }
        calibration.points = std::move(kept);
    }
    return calibration;
}

Calibration fit_logistic(std::span<const ScorePair> pairs) {
    Calibration calibration;
    const Totals sums = totals(pairs);
    const double same = sums.same;
    const double other = sums.weight - sums.same;
    const double target_same = (same + 1) / (same + 2);  // Platt: as if one pair of each kind was seen before
    const double target_other = 1 / (other + 2);
    double slope = 0;
    double offset = std::log((same + 1) / (other + 1));
    const auto loss = [&](double a, double b) {
        double sum = 0;
        for (const ScorePair& pair : pairs) {
            const double x = a * pair.score + b;
            const double target = pair.same ? target_same : target_other;
            // log(1 + exp(x)) - target * x, without overflow
            sum +=
                pair.weight * ((x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x))) - target * x);
        }
        return sum;
    };
    double best = loss(slope, offset);
    for (int step = 0; step < kNewtonSteps; ++step) {
        double g0 = 0;
        double g1 = 0;
        double h00 = 1e-9;
        double h01 = 0;
        double h11 = 1e-9;
        for (const ScorePair& pair : pairs) {
            const double p = sigmoid(slope * pair.score + offset);
            const double residual = pair.weight * (p - (pair.same ? target_same : target_other));
            const double curve = pair.weight * p * (1 - p);
            g0 += residual * pair.score;
            g1 += residual;
            h00 += curve * pair.score * pair.score;
            h01 += curve * pair.score;
            h11 += curve;
        }
        const double determinant = h00 * h11 - h01 * h01;
        if (std::abs(g0) + std::abs(g1) < 1e-9 * std::max(1.0, sums.weight) || determinant <= 0) break;
        const double d0 = (h11 * g0 - h01 * g1) / determinant;
        const double d1 = (h00 * g1 - h01 * g0) / determinant;
        double length = 1;
        double next = best;
        while (length > 1e-10) {
            next = loss(slope - length * d0, offset - length * d1);
            if (next < best) break;
            length /= 2;
        }
        if (!(next < best)) break;
        slope -= length * d0;
        offset -= length * d1;
        const bool settled = best - next < 1e-12 * std::max(1.0, best);
        best = next;
        if (settled) break;
    }
    if (slope < 0) {  // a higher score never makes the same class less likely
        slope = 0;
        offset = std::log((same + 1) / (other + 1));
    }
    calibration.slope = slope;
    calibration.offset = offset;
    return calibration;
}

double log_loss(const Calibration& calibration, std::span<const ScorePair> pairs) {
    double sum = 0;
    double weight = 0;
    for (const ScorePair& pair : pairs) {
        const double p = std::clamp(calibration.probability(pair.score), kLeast, 1 - kLeast);
        sum -= pair.weight * std::log(pair.same ? p : 1 - p);
        weight += pair.weight;
    }
    return weight > 0 ? sum / weight : 0;
}

Result<CalibrationReport> fit_calibration(std::span<const ScorePair> pairs, int bins) {
    std::set<std::int32_t> queries;
    int same = 0;
    int other = 0;
    for (const ScorePair& pair : pairs) {
        queries.insert(pair.query);
        ++(pair.same ? same : other);
    }
    if (same < kFewestPairs || other < kFewestPairs || queries.size() < kFewestQueries) {
        return Error{ErrorKind::Usage,
                     "There are too few labelled pictures to tell how likely a score is right: at least two "
                     "classes with several pictures each are needed. Label more pictures."};
    }
    // Every second query, in order of their numbers, is in the first half.
    std::map<std::int32_t, int> half;
    for (const std::int32_t query : queries) half.emplace(query, static_cast<int>(half.size()) % 2);
    std::vector<ScorePair> halves[2];
    for (const ScorePair& pair : pairs) halves[half[pair.query]].push_back(pair);

    CalibrationReport report;
    Calibration fitted[2][2];  // by half, by kind
    double weight = 0;
    double losses[2] = {0, 0};
    for (int fit = 0; fit < 2; ++fit) {
        fitted[fit][0] = fit_isotonic(halves[fit]);
        fitted[fit][1] = fit_logistic(halves[fit]);
        const auto& held_out = halves[1 - fit];
        const double tested = totals(held_out).weight;
        for (int kind = 0; kind < 2; ++kind) losses[kind] += tested * log_loss(fitted[fit][kind], held_out);
        weight += tested;
    }
    report.isotonic_log_loss = losses[0] / weight;
    report.logistic_log_loss = losses[1] / weight;
    const int kind = report.isotonic_log_loss < report.logistic_log_loss ? 0 : 1;
    report.calibration = kind == 0 ? fit_isotonic(pairs) : fit_logistic(pairs);

    std::vector<ReliabilityBin> all(static_cast<std::size_t>(std::max(1, bins)));
    double shown = 0;
    for (int fit = 0; fit < 2; ++fit) {
        for (const ScorePair& pair : halves[1 - fit]) {
            if (!pair.shown) continue;
            const double p = std::clamp(fitted[fit][kind].probability(pair.score), 0.0, 1.0);
            const auto at =
                std::min(all.size() - 1, static_cast<std::size_t>(p * static_cast<double>(all.size())));
            all[at].weight += pair.weight;
            all[at].predicted += pair.weight * p;
            all[at].observed += pair.same ? pair.weight : 0;
            shown += pair.weight;
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        ReliabilityBin& bin = all[i];
        if (bin.weight <= 0) continue;
        bin.from = static_cast<double>(i) / static_cast<double>(all.size());
        bin.to = static_cast<double>(i + 1) / static_cast<double>(all.size());
        report.expected_error += std::abs(bin.predicted - bin.observed) / shown;
        bin.predicted /= bin.weight;
        bin.observed /= bin.weight;
        report.bins.push_back(bin);
    }
    report.base_rate = totals(pairs).base_rate();
    report.pairs = static_cast<std::int64_t>(pairs.size());
    report.queries = static_cast<std::int64_t>(queries.size());
    return report;
}

}  // namespace fieldmark
