// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <random>

#include <QtTest/QTest>

#include "core/evaluation/calibration.h"
#include "core/evaluation/score_pairs.h"

using namespace fieldmark;

namespace {

/// Pairs whose true probability of the same class is 1 / (1 + exp(-(slope * score + offset))).
std::vector<ScorePair> drawn_pairs(double slope, double offset, int count, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::vector<ScorePair> pairs;
    for (int i = 0; i < count; ++i) {
        ScorePair pair;
        pair.score = static_cast<float>(static_cast<double>(random() % 10'000) / 10'000);
        const double p = 1 / (1 + std::exp(-(slope * pair.score + offset)));
        pair.same = static_cast<double>(random() % 100'000) / 100'000 < p;
        pair.query = i / 20;
        pair.shown = true;
        pairs.push_back(pair);
    }
    return pairs;
}

std::vector<float> random_rows(std::size_t count, std::size_t dimension) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    std::vector<float> rows(count * dimension);
    for (std::size_t i = 0; i < count; ++i) {
        double norm = 0;
        for (std::size_t d = 0; d < dimension; ++d) {
            rows[i * dimension + d] = normal(random);
            norm += rows[i * dimension + d] * rows[i * dimension + d];
        }
        for (std::size_t d = 0; d < dimension; ++d)
            rows[i * dimension + d] /= static_cast<float>(std::sqrt(norm));
    }
    return rows;
}

}  // namespace

class TestCalibration : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void adjacent_violators_are_pooled() {
        // 1 | 3 2 | 4: the middle two become their mean.
        const std::vector<double> even(4, 1);
        QCOMPARE(isotonic_regression(std::vector<double>{1, 3, 2, 4}, even),
                 (std::vector<double>{1, 2.5, 2.5, 4}));
        QCOMPARE(isotonic_regression(std::vector<double>{4, 3, 2, 1}, even), std::vector<double>(4, 2.5));
        QCOMPARE(isotonic_regression(std::vector<double>{1, 2, 3, 4}, even),
                 (std::vector<double>{1, 2, 3, 4}));
        // Weights: (3 * 1 + 1 * 3) / 4.
        QCOMPARE(isotonic_regression(std::vector<double>{3, 1}, std::vector<double>{1, 3}),
                 std::vector<double>(2, 1.5));
        QVERIFY(isotonic_regression({}, {}).empty());
    }

    /// No rising sequence is nearer to the values than the fitted one: moving any stretch of it does not
    /// help.
    void the_fit_is_the_nearest_rising_one() {
        std::mt19937 random(5);
        std::vector<double> values;
        std::vector<double> weights;
        for (int i = 0; i < 40; ++i) {
            values.push_back(i / 40.0 + static_cast<double>(random() % 1000) / 1000);
            weights.push_back(1 + static_cast<double>(random() % 5));
        }
        const auto fitted = isotonic_regression(values, weights);
        QVERIFY(std::is_sorted(fitted.begin(), fitted.end()));
        const auto distance = [&](const std::vector<double>& to) {
            double sum = 0;
            for (std::size_t i = 0; i < to.size(); ++i) {
                sum += weights[i] * (values[i] - to[i]) * (values[i] - to[i]);
            }
            return sum;
        };
        for (std::size_t from = 0; from < fitted.size(); ++from) {
            for (const double step : {-0.01, 0.01}) {
                auto moved = fitted;
                for (std::size_t i = from; i < moved.size(); ++i) moved[i] += step;
                if (std::is_sorted(moved.begin(), moved.end())) QVERIFY(distance(moved) >= distance(fitted));
            }
        }
    }

    void the_isotonic_fit_rises_and_never_claims_certainty() {
        std::vector<ScorePair> pairs;
        for (int i = 0; i < 10; ++i) pairs.push_back({0.1F * static_cast<float>(i), i >= 6, 1, i, true});
        const Calibration fitted = fit_isotonic(pairs);
        // Below: six wrong and one pair of the average kind, 0.4 / 7; above: four right, 4.4 / 5.
        QVERIFY(std::abs(fitted.probability(-1) - 0.4 / 7) < 1e-9);
        QVERIFY(std::abs(fitted.probability(0.3) - 0.4 / 7) < 1e-9);
        QVERIFY(std::abs(fitted.probability(0.95) - 4.4 / 5) < 1e-9);
        QVERIFY(std::abs(fitted.probability(0.55) - (0.4 / 7 + 4.4 / 5) / 2) < 1e-6);  // half way between
        double before = 0;
        for (double score = -1; score <= 1; score += 0.01) {
            QVERIFY(fitted.probability(score) >= before);
            before = fitted.probability(score);
        }
    }

    void the_logistic_fit_finds_the_curve() {
        const Calibration fitted = fit_logistic(drawn_pairs(12, -8, 40'000));
        QVERIFY2(std::abs(fitted.slope - 12) < 0.5, qPrintable(QString::number(fitted.slope)));
        QVERIFY2(std::abs(fitted.offset + 8) < 0.35, qPrintable(QString::number(fitted.offset)));
        // A weight of two is the pair twice.
        auto weighted = drawn_pairs(6, -3, 500);
        auto twice = weighted;
        twice.insert(twice.end(), weighted.begin(), weighted.end());
        for (ScorePair& pair : weighted) pair.weight = 2;
        QVERIFY(std::abs(fit_logistic(weighted).slope - fit_logistic(twice).slope) < 1e-6);
        // Scores that mean nothing, or the opposite: never falling.
        QVERIFY(fit_logistic(drawn_pairs(-5, 2, 2000)).slope >= 0);
    }

    /// Right and wrong fully apart: the fit stays finite (Platt's targets) and sure.
    void separable_pairs_are_no_trouble() {
        std::vector<ScorePair> pairs;
        for (int i = 0; i < 200; ++i) pairs.push_back({i < 100 ? 0.2F : 0.9F, i >= 100, 1, i / 4, true});
        const auto report = fit_calibration(pairs);
        QVERIFY(report.ok());
        QVERIFY(std::isfinite(report->calibration.probability(0.5)));
        QVERIFY(report->calibration.probability(0.9) > 0.95);
        QVERIFY(report->calibration.probability(0.9) < 1);
        QVERIFY(report->calibration.probability(0.2) < 0.05);
    }

    void log_loss_by_hand() {
        Calibration even;  // slope 0, offset 0: one half everywhere
        const std::vector<ScorePair> pairs{{0.1F, true, 1, 0, true}, {0.9F, false, 3, 0, true}};
        QVERIFY(std::abs(log_loss(even, pairs) - std::log(2.0)) < 1e-12);
        even.offset = std::log(3.0);  // three quarters everywhere
        QVERIFY(std::abs(log_loss(even, pairs) - (-std::log(0.75) - 3 * std::log(0.25)) / 4) < 1e-12);
    }

    void a_good_fit_is_reliable_on_pairs_it_has_not_seen() {
        const auto report = fit_calibration(drawn_pairs(12, -8, 20'000));
        QVERIFY(report.ok());
        QVERIFY2(report->expected_error < 0.03, qPrintable(QString::number(report->expected_error)));
        QVERIFY(report->bins.size() >= 8);
        double weight = 0;
        for (const ReliabilityBin& bin : report->bins) {
            QVERIFY(bin.predicted >= bin.from && bin.predicted <= bin.to);
            weight += bin.weight;
        }
        QCOMPARE(weight, 20'000.0);
        QCOMPARE(report->queries, std::int64_t(1000));
    }

    void the_kind_with_the_smaller_held_out_loss_is_kept() {
        // A logistic truth and few pairs: the staircase follows their noise.
        const auto smooth = fit_calibration(drawn_pairs(8, -4, 300));
        QVERIFY(smooth.ok());
        QVERIFY(smooth->calibration.kind == Calibration::Kind::Logistic);
        QVERIFY(smooth->logistic_log_loss <= smooth->isotonic_log_loss);
        // A step from 0.1 to 0.5 at 0.6 and many pairs: no logistic curve has that shape.
        std::mt19937 random(2);
        std::vector<ScorePair> step;
        for (int i = 0; i < 20'000; ++i) {
            const float score = static_cast<float>(random() % 1000) / 1000;
            step.push_back({score, random() % 100 < (score < 0.6F ? 10u : 50u), 1, i / 20, true});
        }
        const auto stepped = fit_calibration(step);
        QVERIFY(stepped.ok());
        QVERIFY(stepped->calibration.kind == Calibration::Kind::Isotonic);
        QVERIFY(std::abs(stepped->calibration.probability(0.3) - 0.1) < 0.03);
        QVERIFY(std::abs(stepped->calibration.probability(0.9) - 0.5) < 0.05);
    }

    void too_few_pairs_are_refused() {
        const auto report = fit_calibration(std::vector<ScorePair>(100, ScorePair{0.5F, true, 1, 0, true}));
        QVERIFY(!report.ok());
        QVERIFY(report.error().kind == ErrorKind::Usage);
    }

    /// The weighted pairs stand for all: sums over them estimate sums over every pair.
    void sampled_pairs_stand_for_all() {
        constexpr std::size_t kCount = 400;
        const auto rows = random_rows(kCount, 8);
        std::vector<std::int32_t> labels(kCount);
        for (std::size_t i = 0; i < kCount; ++i) labels[i] = static_cast<std::int32_t>(i % 20);
        ScorePairOptions options;
        options.nearest = 20;
        options.others = 10;
        const auto pairs = sample_score_pairs(rows, 8, labels, options);
        QVERIFY(pairs.ok());
        QCOMPARE(pairs->size(), kCount * 30);
        double weight = 0;
        double same = 0;
        double score = 0;
        for (const ScorePair& pair : *pairs) {
            weight += pair.weight;
            same += pair.same ? pair.weight : 0;
            score += pair.weight * pair.score;
        }
        const double all = double(kCount) * (kCount - 1);
        QVERIFY(std::abs(weight / all - 1) < 1e-6);
        QVERIFY(std::abs(same / all - 19.0 / 399) < 0.01);
        double mean = 0;
        for (std::size_t a = 0; a < kCount; ++a) {
            for (std::size_t b = 0; b < kCount; ++b) {
                for (std::size_t d = 0; d < 8 && a != b; ++d) mean += rows[a * 8 + d] * rows[b * 8 + d];
            }
        }
        QVERIFY(std::abs(score / all - mean / all) < 0.01);
        // Taking everything is exact.
        options.nearest = kCount;
        QCOMPARE(sample_score_pairs(rows, 8, labels, options)->size(), kCount * (kCount - 1));
        // Drawn queries are different ones, and the same each time.
        options = {};
        options.queries = 50;
        options.nearest = 5;
        options.others = 5;
        const auto some = sample_score_pairs(rows, 8, labels, options);
        const auto again = sample_score_pairs(rows, 8, labels, options);
        QCOMPARE(some->size(), std::size_t(500));
        for (std::size_t i = 0; i < 500; ++i) QCOMPARE((*some)[i].score, (*again)[i].score);
    }

    void sampling_can_be_stopped_and_checks_its_shapes() {
        const auto rows = random_rows(10, 4);
        const std::vector<std::int32_t> labels(10, 0);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(sample_score_pairs(rows, 4, labels, {}, stop.get_token()).error().kind ==
                ErrorKind::Cancelled);
        QVERIFY(sample_score_pairs(rows, 5, labels).error().kind == ErrorKind::Usage);
        QVERIFY(sample_score_pairs({}, 4, {})->empty());
    }

    void the_nearest_rows_in_order() {
        const std::vector<float> rows{1, 0, 0, 1, 0.8F, 0.6F, 0.8F, 0.6F, -1, 0};
        const auto nearest = nearest_rows(rows, 2, 0, 3);
        QCOMPARE(nearest.size(), std::size_t(3));
        QCOMPARE(nearest[0].row, 2);  // of equal ones the smaller row
        QCOMPARE(nearest[1].row, 3);
        QCOMPARE(nearest[2].row, 1);
        QCOMPARE(nearest_rows(rows, 2, 0, 99).size(), std::size_t(4));
    }
};

QTEST_APPLESS_MAIN(TestCalibration)
#include "test_calibration.moc"
