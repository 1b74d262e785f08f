// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <random>

#include <QtTest/QTest>

#include "core/evaluation/retrieval_metrics.h"
#include "core/index/kernels.h"

using namespace fieldmark;

namespace {

/// Vectors on the unit circle at the given angles in degrees: the nearer the angle, the higher the score.
std::vector<float> circle(const std::vector<double>& degrees) {
    std::vector<float> rows;
    for (const double angle : degrees) {
        rows.push_back(static_cast<float>(std::cos(angle * 3.14159265358979 / 180)));
        rows.push_back(static_cast<float>(std::sin(angle * 3.14159265358979 / 180)));
    }
    return rows;
}

/// The definitions, word for word, over a fully sorted ranking.
RetrievalMetrics naive(const std::vector<float>& rows, int dimension, const std::vector<std::int32_t>& labels,
                       const std::vector<int>& ks) {
    RetrievalMetrics metrics;
    const auto d = static_cast<std::size_t>(dimension);
    std::vector<std::int32_t> distinct = labels;
    std::sort(distinct.begin(), distinct.end());
    metrics.classes = static_cast<int>(std::unique(distinct.begin(), distinct.end()) - distinct.begin());
    for (std::size_t q = 0; q < labels.size(); ++q) {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (i != q) order.push_back(i);
        }
        const auto score = [&](std::size_t i) { return dot(&rows[q * d], &rows[i * d], d); };
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return score(a) > score(b); });
        metrics.first_match.push_back(order.empty() ? -1 : static_cast<std::int32_t>(order[0]));
        const auto r = std::count(labels.begin(), labels.end(), labels[q]) - 1;
        if (r == 0) {
            ++metrics.skipped;
            continue;
        }
        ++metrics.queries;
        double at_r = 0;
        double average = 0;
        int hits = 0;
        std::size_t first = 0;
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (labels[order[i]] != labels[q]) continue;
            if (hits++ == 0) first = i;
            average += hits / double(i + 1);
            if (i < static_cast<std::size_t>(r)) at_r += hits / double(i + 1);
        }
        for (const int k : ks) metrics.recall_at[k] += first < static_cast<std::size_t>(k) ? 1 : 0;
        metrics.map_at_r += at_r / double(r);
        metrics.mean_average_precision += average / double(r);
    }
    const double queries = std::max(1, metrics.queries);
    for (const int k : ks) metrics.recall_at[k] /= queries;
    metrics.map_at_r /= queries;
    metrics.mean_average_precision /= queries;
    return metrics;
}

/// `count` random directions, unit rows.
std::vector<float> directions(int count, int dimension, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> rows;
    for (int i = 0; i < count * dimension; ++i) rows.push_back(normal(random));
    return rows;
}

std::vector<float> normalised(std::vector<float> rows, int dimension) {
    for (auto row = rows.begin(); row != rows.end(); row += dimension) {
        double sum = 0;
        for (int i = 0; i < dimension; ++i) sum += double{row[i]} * row[i];
        for (int i = 0; i < dimension; ++i) row[i] = static_cast<float>(row[i] / std::sqrt(sum));
    }
    return rows;
}

std::vector<std::int32_t> any_of(int classes, int count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::int32_t> labels;
    for (int i = 0; i < count; ++i) labels.push_back(static_cast<std::int32_t>(random() % unsigned(classes)));
    return labels;
}

bool close(double a, double b) {
    return std::abs(a - b) < 1e-9;
}

}  // namespace

class TestRetrievalMetrics : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Six points at 0, 10, 30, 60, 100, 150 degrees, labelled A A B A B C. Rankings (angle apart), right
    // answers in brackets:
    //   row 0 (A): [1] 2 [3] 4 5        R = 2   first hit 1   P@R = (1/1 + 0) / 2 = 1/2      AP = (1 + 2/3) /
    //   2 = 5/6 row 1 (A): [0] 2 [3] 4 5        the same: 1/2, 5/6 row 2 (B): 1 0 3 [4] 5          20 30 30
    //   70 120; rows 0 and 3 tie at 30, whichever goes first is no B
    //                                   R = 1   first hit 4   P@R = 0                        AP = 1/4
    //   row 3 (A): 2 4 [1] [0] 5        30 40 50 60 90: R = 2, first hit 3, P@R = 0          AP = (1/3 + 2/4)
    //   / 2 = 5/12 row 4 (B): 3 5 [2] 1 0          40 50 70 90 100: R = 1, first hit 3, P@R = 0         AP =
    //   1/3 row 5 (C): alone, skipped
    // Over 5 queries: Recall@1 = 2/5, @3 = 4/5, @4 = 1; MAP@R = (1/2 + 1/2) / 5 = 1/5;
    // mAP = (5/6 + 5/6 + 1/4 + 5/12 + 1/3) / 5 = (32/12) / 5 = 8/15.
    void golden_values() {
        const auto rows = circle({0, 10, 30, 60, 100, 150});
        const std::vector<std::int32_t> labels{7, 7, -2, 7, -2, 30};
        const auto metrics = evaluate_retrieval(rows, 2, labels, std::vector<int>{1, 3, 4, 100});
        QVERIFY(metrics.ok());
        QCOMPARE(metrics->queries, 5);
        QCOMPARE(metrics->skipped, 1);
        QCOMPARE(metrics->classes, 3);
        QVERIFY(close(metrics->recall_at.at(1), 2.0 / 5));
        QVERIFY(close(metrics->recall_at.at(3), 4.0 / 5));
        QVERIFY(close(metrics->recall_at.at(4), 1));
        QVERIFY(close(metrics->recall_at.at(100), 1));  // more than the gallery holds
        QVERIFY(close(metrics->map_at_r, 1.0 / 5));
        QVERIFY(close(metrics->mean_average_precision, 8.0 / 15));
        QCOMPARE(metrics->first_match.at(0), 1);
        QCOMPARE(metrics->first_match.at(1), 0);
        QCOMPARE(metrics->first_match.at(2), 1);
        QCOMPARE(metrics->first_match.at(3), 2);
        QCOMPARE(metrics->first_match.at(4), 3);
        QCOMPARE(metrics->first_match.at(5), 4);
    }

    // The seven points of the methods' golden values: 0, 17, 52, 66, 93, 128, 141 degrees, A A B A B B A.
    void golden_values_of_seven_points() {
        const auto rows = circle({0, 17, 52, 66, 93, 128, 141});
        const std::vector<std::int32_t> labels{0, 0, 1, 0, 1, 1, 0};
        const auto metrics = evaluate_retrieval(rows, 2, labels, std::vector<int>{1, 2, 4});
        QVERIFY(metrics.ok());
        QVERIFY(close(metrics->recall_at.at(1), 2.0 / 7));
        QVERIFY(close(metrics->recall_at.at(2), 4.0 / 7));
        QVERIFY(close(metrics->recall_at.at(4), 1));
        QVERIFY(close(metrics->map_at_r, 0.261904761905));
        QVERIFY(close(metrics->mean_average_precision, 0.530952380952));
    }

    void recall_does_not_fall_as_k_grows() {
        constexpr int kCount = 120, kDimension = 6;
        std::vector<int> ks;
        for (int k = 1; k < kCount; ++k) ks.push_back(k);
        for (const int classes : {2, 10, 50}) {
            const auto metrics = evaluate_retrieval(normalised(directions(kCount, kDimension, 5), kDimension),
                                                    kDimension, any_of(classes, kCount, 6), ks);
            QVERIFY(metrics.ok());
            for (int k = 2; k < kCount; ++k)
                QVERIFY(metrics->recall_at.at(k) >= metrics->recall_at.at(k - 1));
            QVERIFY(metrics->recall_at.at(1) < 1);
            QVERIFY(close(metrics->recall_at.at(kCount - 1), 1));  // all the others
        }
    }

    // A mirror image through a random plane after another is a rotation; a vector's length says nothing.
    void rotation_and_scale_change_nothing() {
        constexpr int kCount = 150, kDimension = 12;
        const auto raw = directions(kCount, kDimension, 7);
        const auto labels = any_of(9, kCount, 8);
        const std::vector<int> ks{1, 2, 4, 8};
        const auto straight = evaluate_retrieval(normalised(raw, kDimension), kDimension, labels, ks);
        QVERIFY(straight.ok());
        std::vector<float> turned = raw;
        const auto planes = normalised(directions(6, kDimension, 9), kDimension);
        for (auto plane = planes.begin(); plane != planes.end(); plane += kDimension) {
            for (auto row = turned.begin(); row != turned.end(); row += kDimension) {
                double along = 0;
                for (int i = 0; i < kDimension; ++i) along += double{row[i]} * plane[i];
                for (int i = 0; i < kDimension; ++i) row[i] -= static_cast<float>(2 * along * plane[i]);
            }
        }
        std::vector<float> scaled = raw;
        for (std::size_t i = 0; i < scaled.size(); ++i)
            scaled[i] *= 0.1f + static_cast<float>(i / kDimension % 7);
        std::vector<float> grown = normalised(raw, kDimension);
        for (float& value : grown) value *= 4;  // all alike: cosines need not be of unit vectors
        for (const auto& rows : {normalised(turned, kDimension), normalised(scaled, kDimension), grown}) {
            const auto metrics = evaluate_retrieval(rows, kDimension, labels, ks);
            QVERIFY(metrics.ok());
            for (const int k : ks) QCOMPARE(metrics->recall_at.at(k), straight->recall_at.at(k));
            QCOMPARE(metrics->map_at_r, straight->map_at_r);
            QCOMPARE(metrics->mean_average_precision, straight->mean_average_precision);
            QCOMPARE(metrics->first_match, straight->first_match);
        }
    }

    void map_at_r_is_one_where_all_the_right_ones_come_first() {
        // Twelve groups of four around the circle, no two distances alike; in every third group one belongs
        // to the next: its own class and that one do not come first any more, the third one's does.
        constexpr int kCount = 48, kDimension = 2;
        std::vector<double> degrees;
        std::vector<std::int32_t> labels;
        for (int i = 0; i < kCount; ++i) {
            constexpr double kWithin[] = {0, 1, 2.3, 3.9};
            const int group = i / 4;
            degrees.push_back(30 * group + kWithin[i % 4]);
            labels.push_back(group % 3 == 0 && i % 4 == 2 ? group + 1 : group);
        }
        const auto rows = circle(degrees);
        const auto metrics = evaluate_retrieval(rows, kDimension, labels, std::vector<int>{1});
        QVERIFY(metrics.ok());
        int perfect = 0;
        for (std::size_t q = 0; q < kCount; ++q) {
            std::vector<std::pair<float, std::size_t>> order;
            for (std::size_t i = 0; i < kCount; ++i) {
                if (i != q)
                    order.emplace_back(-dot(&rows[q * kDimension], &rows[i * kDimension], kDimension), i);
            }
            std::sort(order.begin(), order.end());
            const auto r = std::count(labels.begin(), labels.end(), labels[q]) - 1;
            bool first = r > 0;
            for (std::ptrdiff_t i = 0; i < r; ++i)
                first = first && labels[order[static_cast<std::size_t>(i)].second] == labels[q];
            QCOMPARE(metrics->by_row[q].map_at_r == 1.0, first);
            perfect += first ? 1 : 0;
        }
        QVERIFY2(perfect > 0 && perfect < metrics->queries, qPrintable(QString::number(perfect)));
        // All of them: two directions, a class each.
        const auto apart = evaluate_retrieval(circle({0, 1, 2, 90, 91}), 2,
                                              std::vector<std::int32_t>{0, 0, 0, 1, 1}, std::vector<int>{1});
        QCOMPARE(apart->map_at_r, 1.0);
    }

    // Four equal vectors, labels A B B A: every score ties, so ranks follow the rows.
    //   row 0: 1 2 [3]   rank 3     row 1: 0 [2] 3   rank 2     row 2: 0 [1] 3   rank 2     row 3: [0] 1 2
    //   rank 1
    void ties_rank_the_smaller_row_first() {
        const auto rows = circle({45, 45, 45, 45});
        const auto metrics =
            evaluate_retrieval(rows, 2, std::vector<std::int32_t>{0, 1, 1, 0}, std::vector<int>{1, 2});
        QVERIFY(metrics.ok());
        QVERIFY(close(metrics->recall_at.at(1), 1.0 / 4));
        QVERIFY(close(metrics->recall_at.at(2), 3.0 / 4));
        QVERIFY(close(metrics->map_at_r, 1.0 / 4));
        QVERIFY(close(metrics->mean_average_precision, (1.0 / 3 + 1.0 / 2 + 1.0 / 2 + 1) / 4));
        QCOMPARE(metrics->first_match, (std::vector<std::int32_t>{1, 0, 0, 0}));
    }

    void agrees_with_the_definitions_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("classes");
        QTest::addColumn<int>("distinct");  // vectors; fewer than rows: many ties
        QTest::newRow("few right answers") << 400 << 60 << 400;
        QTest::newRow("many right answers") << 400 << 2 << 400;  // more than counting one by one is used for
        QTest::newRow("around the border") << 400 << 6 << 400;   // 64 and 65 right answers among the classes
        QTest::newRow("ties, few") << 300 << 40 << 12;
        QTest::newRow("ties, many") << 300 << 2 << 12;
        QTest::newRow("one class") << 150 << 1 << 150;
        QTest::newRow("all alone") << 50 << 100000 << 50;
        QTest::newRow("two rows") << 2 << 1 << 2;
    }

    void agrees_with_the_definitions() {
        QFETCH(int, count);
        QFETCH(int, classes);
        QFETCH(int, distinct);
        const int d = 24;
        std::mt19937 random(3);
        std::normal_distribution<float> normal;
        std::vector<std::vector<float>> pool;
        for (int i = 0; i < distinct; ++i) {
            std::vector<float> row;
            double sum = 0;
            for (int j = 0; j < d; ++j) {
                row.push_back(normal(random));
                sum += double{row.back()} * row.back();
            }
            for (float& value : row) value = static_cast<float>(value / std::sqrt(sum));
            pool.push_back(row);
        }
        std::vector<float> rows;
        std::vector<std::int32_t> labels;
        for (int i = 0; i < count; ++i) {
            const auto& row = pool[distinct == count ? unsigned(i) : random() % unsigned(distinct)];
            rows.insert(rows.end(), row.begin(), row.end());
            labels.push_back(classes > count ? i : static_cast<std::int32_t>(random() % unsigned(classes)));
        }
        const std::vector<int> ks{1, 2, 4, 8, 1000};
        int last = 0;
        int calls = 0;
        const auto got = evaluate_retrieval(rows, d, labels, ks, {}, [&](int done, int total) {
            if (done <= last || total != count) calls = -1000000;
            last = done;
            ++calls;
        });
        const auto wanted = naive(rows, d, labels, ks);
        QVERIFY(got.ok());
        QVERIFY(calls > 0);
        QCOMPARE(last, count);
        QCOMPARE(got->queries, wanted.queries);
        QCOMPARE(got->skipped, wanted.skipped);
        QCOMPARE(got->classes, wanted.classes);
        for (const int k : ks)
            QVERIFY(close(got->recall_at.at(k), wanted.queries > 0 ? wanted.recall_at.at(k) : 0));
        QVERIFY(close(got->map_at_r, wanted.map_at_r));
        QVERIFY(close(got->mean_average_precision, wanted.mean_average_precision));
        QCOMPARE(got->first_match, wanted.first_match);
    }

    void nothing_and_one() {
        const auto nothing = evaluate_retrieval({}, 4, {}, std::vector<int>{1});
        QVERIFY(nothing.ok());
        QCOMPARE(nothing->queries, 0);
        QVERIFY(nothing->first_match.empty());
        QCOMPARE(nothing->recall_at.at(1), 0.0);
        const auto one =
            evaluate_retrieval(circle({5}), 2, std::vector<std::int32_t>{1}, std::vector<int>{1});
        QVERIFY(one.ok());
        QCOMPARE(one->skipped, 1);
        QCOMPARE(one->first_match, (std::vector<std::int32_t>{-1}));
    }

    void bad_shapes_and_cancel() {
        const auto rows = circle({1, 2, 3});
        const std::vector<std::int32_t> labels{0, 0, 1};
        const std::vector<int> ks{1};
        QCOMPARE(evaluate_retrieval(rows, 3, labels, ks).error().kind, ErrorKind::Usage);
        QCOMPARE(evaluate_retrieval(rows, 0, labels, ks).error().kind, ErrorKind::Usage);
        QCOMPARE(evaluate_retrieval(rows, -1, labels, ks).error().kind, ErrorKind::Usage);
        QCOMPARE(evaluate_retrieval(rows, 2, std::span(labels).first(2), ks).error().kind, ErrorKind::Usage);
        QCOMPARE(evaluate_retrieval(rows, 2, labels, std::vector<int>{1, 0}).error().kind, ErrorKind::Usage);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(evaluate_retrieval(rows, 2, labels, ks, stop.get_token()).error().kind,
                 ErrorKind::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestRetrievalMetrics)
#include "test_retrieval_metrics.moc"
