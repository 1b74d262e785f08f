// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/evaluation/score_pairs.h"

namespace fieldmark {

/// Turns a score into the probability that query and match are of one class, as fitted on labelled pairs.
/// Value type; rises with the score.
struct Calibration {
    enum class Kind { Isotonic, Logistic };
    struct Point {
        double score = 0;
        double probability = 0;
        bool operator==(const Point&) const = default;
    };
    Kind kind = Kind::Logistic;
    double slope = 0;  ///< logistic: 1 / (1 + exp(-(slope * score + offset)))
    double offset = 0;
    std::vector<Point> points;  ///< isotonic: rising in both; straight lines between, level beyond the ends

    double probability(double score) const;
    bool operator==(const Calibration&) const = default;
};
const char* to_string(Calibration::Kind kind);  ///< "isotonic", "logistic"

/// Least-squares fit of a rising sequence, by pooling adjacent violators (Ayer et al. 1955; Barlow et al.
/// 1972). Same length as `values`; weights are positive.
std::vector<double> isotonic_regression(std::span<const double> values, std::span<const double> weights);

/// By isotonic regression over the scores. Each pooled block counts one more pair of the average kind, so
/// that ten right answers of ten do not read as certainty.
Calibration fit_isotonic(std::span<const ScorePair> pairs);
/// By maximum likelihood (Newton's method) with Platt's targets (Platt 1999), slope at least 0.
Calibration fit_logistic(std::span<const ScorePair> pairs);

/// Mean weighted -log of the probability given to what was the case; lower is better.
double log_loss(const Calibration& calibration, std::span<const ScorePair> pairs);

/// Pairs whose probability lies in one stretch: what was said, and how often it was so.
struct ReliabilityBin {
    double from = 0;
    double to = 0;
    double predicted = 0;  ///< mean probability
    double observed = 0;   ///< share of the same class
    double weight = 0;     ///< pairs
};

/// A calibration with what is known of its quality on pairs it was not fitted on.
struct CalibrationReport {
    Calibration calibration;       ///< the better kind, fitted on all pairs
    double isotonic_log_loss = 0;  ///< held out
    double logistic_log_loss = 0;
    std::vector<ReliabilityBin>
        bins;                   ///< held-out pairs that a search would show, bins without pairs left out
    double expected_error = 0;  ///< ECE: mean |predicted - observed| over those pairs, by bins
    double base_rate = 0;       ///< share of the same class among all pairs
    std::int64_t pairs = 0;
    std::int64_t queries = 0;
};

/// Fits both kinds on one half of the queries and tests them on the other half, both ways round, keeps the
/// kind with the smaller held-out log loss and fits it on everything. Usage where there are fewer than 10
/// pairs of one class or of two, or fewer than 4 queries.
Result<CalibrationReport> fit_calibration(std::span<const ScorePair> pairs, int bins = 10);

}  // namespace fieldmark
