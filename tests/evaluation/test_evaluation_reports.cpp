// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// By class, confusion pairs, worst queries, intervals and the comparison of two models, on seven vectors
// whose rankings can be written down by hand.
#include <algorithm>
#include <cmath>
#include <random>

#include <QtTest/QTest>

#include "core/evaluation/bootstrap.h"
#include "core/evaluation/class_report.h"
#include "core/evaluation/comparison.h"
#include "core/evaluation/confusion.h"
#include "core/evaluation/retrieval_metrics.h"

using namespace fieldmark;

namespace {

std::vector<float> circle(const std::vector<double>& degrees) {
    std::vector<float> rows;
    for (const double angle : degrees) {
        rows.push_back(static_cast<float>(std::cos(angle * 3.14159265358979 / 180)));
        rows.push_back(static_cast<float>(std::sin(angle * 3.14159265358979 / 180)));
    }
    return rows;
}

constexpr std::int32_t kA = 0;
constexpr std::int32_t kB = 1;
// Nearest others, by angle: 0: 17 52 66 ..; 17: 0 52 66 ..; 52: 66 17 93 ..; 66: 52 93 17 ..; 93: 66 128 52
// 141 ..; 128: 141 93 66 ..; 141: 128 93 66 ..
const std::vector<double> kAngles{0, 17, 52, 66, 93, 128, 141};
const std::vector<std::int32_t> kLabels{kA, kA, kB, kA, kB, kB, kA};

std::vector<QueryOutcome> outcomes_of(const std::vector<double>& degrees,
                                      const std::vector<std::int32_t>& labels) {
    const std::vector<int> ks{1};
    return evaluate_retrieval(circle(degrees), 2, labels, ks)->by_row;
}

}  // namespace

class TestEvaluationReports : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void tells_what_became_of_each_query() {
        const auto outcomes = outcomes_of(kAngles, kLabels);
        QCOMPARE(outcomes.size(), std::size_t(7));
        const std::vector<std::int32_t> first{1, 0, 3, 2, 3, 6, 5};
        const std::vector<std::int32_t> right{1, 0, 4, 1, 5, 4, 3};
        const std::vector<std::int64_t> rank{1, 1, 3, 3, 2, 2, 3};
        for (std::size_t i = 0; i < 7; ++i) {
            QCOMPARE(outcomes[i].first_match, first[i]);
            QCOMPARE(outcomes[i].right_match, right[i]);
            QCOMPARE(outcomes[i].right_rank, rank[i]);
            const double angle = kAngles[i] - kAngles[static_cast<std::size_t>(right[i])];
            QVERIFY(std::abs(outcomes[i].right_score - std::cos(angle * 3.14159265358979 / 180)) < 1e-6);
            QVERIFY(outcomes[i].first_score >= outcomes[i].right_score);
        }
        // 0 finds 17 first, then B, then 66: (1 + 2/3) / 3.
        QVERIFY(std::abs(outcomes[0].map_at_r - (1 + 2.0 / 3) / 3) < 1e-12);
    }

    void a_class_of_one_picture_is_counted_but_asks_nothing() {
        std::vector<std::int32_t> labels = kLabels;
        labels[2] = 7;
        const auto outcomes = outcomes_of(kAngles, labels);
        QVERIFY(!outcomes[2].counted());
        QCOMPARE(outcomes[2].right_rank, std::int64_t(0));
        QCOMPARE(outcomes[2].first_match, 3);
        const auto figures = class_figures(outcomes, labels);
        QCOMPARE(figures.size(), std::size_t(3));
        QCOMPARE(figures[2].label, 7);
        QCOMPARE(figures[2].pictures, 1);
        QCOMPARE(figures[2].queries, 0);
        QCOMPARE(figures[2].recall_at_1, 0.0);
        for (const ConfusionPair& pair : confusion_pairs(outcomes, labels)) QVERIFY(pair.truth != 7);
    }

    void figures_by_class_average_to_the_whole() {
        const auto outcomes = outcomes_of(kAngles, kLabels);
        const auto figures = class_figures(outcomes, kLabels);
        QCOMPARE(figures.size(), std::size_t(2));
        QCOMPARE(figures[0].pictures, 4);
        QVERIFY(std::abs(figures[0].recall_at_1 - 0.5) < 1e-12);
        QCOMPARE(figures[1].queries, 3);
        QCOMPARE(figures[1].recall_at_1, 0.0);
        const std::vector<int> ks{1};
        const auto whole = evaluate_retrieval(circle(kAngles), 2, kLabels, ks);
        const auto weighted = [&](auto member) {
            return (4 * figures[0].*member + 3 * figures[1].*member) / 7;
        };
        QVERIFY(std::abs(weighted(&ClassFigures::recall_at_1) - whole->recall_at.at(1)) < 1e-12);
        QVERIFY(std::abs(weighted(&ClassFigures::map_at_r) - 0.261904761905) < 1e-11);
        QVERIFY(std::abs(weighted(&ClassFigures::mean_average_precision) - 0.530952380952) < 1e-11);
    }

    void pairs_that_are_taken_for_each_other() {
        const auto pairs = confusion_pairs(outcomes_of(kAngles, kLabels), kLabels);
        QCOMPARE(pairs.size(), std::size_t(2));
        // All three of B find an A first; two of four A find a B first.
        QCOMPARE(pairs[0].truth, kB);
        QCOMPARE(pairs[0].taken, kA);
        QCOMPARE(pairs[0].count, 3);
        QCOMPARE(pairs[0].share, 1.0);
        // 128 -> 141 (13 degrees) is nearer than 52 -> 66 (14) and 93 -> 66 (27).
        QCOMPARE(pairs[0].query, 5);
        QCOMPARE(pairs[0].match, 6);
        QCOMPARE(pairs[1].count, 2);
        QCOMPARE(pairs[1].share, 0.5);
    }

    void the_worst_come_first() {
        const auto outcomes = outcomes_of(kAngles, kLabels);
        const auto rows = worst_queries(outcomes, kLabels, 10);
        QCOMPARE(rows.size(), std::size_t(5));  // not those that were right at once
        for (std::size_t i = 1; i < rows.size(); ++i) {
            const auto& before = outcomes[static_cast<std::size_t>(rows[i - 1])];
            const auto& after = outcomes[static_cast<std::size_t>(rows[i])];
            QVERIFY(before.right_rank > after.right_rank ||
                    (before.right_rank == after.right_rank &&
                     before.average_precision <= after.average_precision));
        }
        QCOMPARE(worst_queries(outcomes, kLabels, 2).size(), std::size_t(2));
        QCOMPARE(worst_queries(outcomes, kLabels, 10, 1).size(), std::size_t(2));
    }

    void an_interval_holds_its_mean_and_repeats() {
        std::vector<double> values;
        for (int i = 0; i < 100; ++i) values.push_back(i < 87 ? 1 : 0);
        const Interval one = bootstrap_mean(values);
        QCOMPARE(one.value, 0.87);
        QVERIFY(one.low < 0.87 && one.high > 0.87);
        // The normal approximation gives 0.87 -+ 1.96 * sqrt(0.87 * 0.13 / 100) = 0.804 to 0.936.
        QVERIFY(std::abs(one.low - 0.804) < 0.015);
        QVERIFY(std::abs(one.high - 0.936) < 0.015);
        const Interval again = bootstrap_mean(values);
        QCOMPARE(again.low, one.low);
        QCOMPARE(again.high, one.high);
        BootstrapOptions narrow;
        narrow.confidence = 0.5;
        QVERIFY(bootstrap_mean(values, narrow).low > one.low);
    }

    void an_interval_of_next_to_nothing() {
        QCOMPARE(bootstrap_mean({}).value, 0.0);
        const std::vector<double> one{0.25};
        QCOMPARE(bootstrap_mean(one).low, 0.25);
        QCOMPARE(bootstrap_mean(one).high, 0.25);
        const std::vector<double> equal(9, 0.5);
        QCOMPARE(bootstrap_mean(equal).low, 0.5);
        QCOMPARE(bootstrap_mean(equal).high, 0.5);
    }

    /// Queries of a class that share its difficulty say less than as many of their own: the interval over
    /// classes is wider. Where every query is a class of its own, both are the same.
    void drawing_classes_is_wider_where_classes_differ() {
        std::vector<double> values;
        std::vector<std::int32_t> groups;
        std::vector<std::int32_t> own;
        for (int i = 0; i < 200; ++i) {
            groups.push_back(i / 20);
            own.push_back(i);
            values.push_back(groups.back() % 2 == 0 ? 1 : 0);
        }
        const auto width = [](const Interval& interval) { return interval.high - interval.low; };
        const Interval queries = bootstrap_mean(values);
        const Interval classes = bootstrap_mean_of_groups(values, groups);
        QCOMPARE(classes.value, queries.value);
        QVERIFY(width(classes) > 3 * width(queries));
        const Interval alone = bootstrap_mean_of_groups(values, own);
        QCOMPARE(alone.low, queries.low);
        QCOMPARE(alone.high, queries.high);
    }

    void a_model_against_itself_is_equal() {
        const auto outcomes = outcomes_of(kAngles, kLabels);
        const ModelComparison same = compare_models(outcomes, outcomes, kLabels);
        QCOMPARE(same.queries, 7);
        QCOMPARE(same.equal, 7);
        QCOMPARE(same.won + same.lost, 0);
        QCOMPARE(same.map_at_r.over_queries.low, 0.0);
        QCOMPARE(same.map_at_r.over_classes.high, 0.0);
        QVERIFY(!same.map_at_r.certain());
        QVERIFY(same.improved.empty() && same.worsened.empty());
    }

    void a_better_model_wins() {
        // Classes apart: every query is right at once.
        const std::vector<double> apart{0, 2, 90, 4, 92, 94, 6};
        const auto before = outcomes_of(kAngles, kLabels);
        const auto after = outcomes_of(apart, kLabels);
        const ModelComparison change = compare_models(before, after, kLabels);
        QCOMPARE(change.won, 5);
        QCOMPARE(change.lost, 0);
        QCOMPARE(change.equal, 2);
        QVERIFY(std::abs(change.recall_at_1.first - 2.0 / 7) < 1e-12);
        QCOMPARE(change.recall_at_1.second, 1.0);
        QVERIFY(std::abs(change.recall_at_1.over_queries.value - 5.0 / 7) < 1e-12);
        QVERIFY(change.map_at_r.certain());
        QVERIFY(change.worsened.empty());
        QCOMPARE(change.improved.size(), std::size_t(7));
        for (std::size_t i = 1; i < change.improved.size(); ++i) {
            const auto gain = [&](std::size_t n) {
                const auto row = static_cast<std::size_t>(change.improved[n]);
                return after[row].average_precision - before[row].average_precision;
            };
            QVERIFY(gain(i - 1) >= gain(i));
        }
        // The other way round everything changes its sign.
        const ModelComparison back = compare_models(after, before, kLabels);
        QCOMPARE(back.lost, 5);
        QCOMPARE(back.worsened, change.improved);
        QCOMPARE(back.map_at_r.over_queries.value, -change.map_at_r.over_queries.value);
        QCOMPARE(compare_models(before, after, kLabels, 3).improved.size(), std::size_t(3));
    }
};

QTEST_APPLESS_MAIN(TestEvaluationReports)
#include "test_evaluation_reports.moc"
