// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <random>

#include <QtTest/QTest>

#include "core/evaluation/hash_metrics.h"
#include "core/evaluation/retrieval_metrics.h"

using namespace fieldmark;

class TestHashMetrics : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // methods.md 8.1, 20; bits written most significant first there.
    void golden_map_all() {
        const std::vector<std::uint64_t> database{0b0000, 0b0001, 0b0111, 0b1111};
        const std::vector<std::int32_t> labels{0, 1, 0, 1};
        const std::vector<std::uint64_t> queries{0b0000, 0b1110};
        const std::vector<std::int32_t> asked{0, 1};
        const HashEvaluation settings{.bits = 4};
        const auto first =
            evaluate_hashing({database, {}, labels},
                             {std::span(queries).first(1), {}, std::span(asked).first(1)}, false, settings);
        QVERIFY(first);
        QVERIFY(std::abs(first->map_all - 0.833333333333) < 1e-9);
        const auto both = evaluate_hashing({database, {}, labels}, {queries, {}, asked}, false, settings);
        QVERIFY(both);
        QVERIFY(std::abs(both->map_all - 0.791666666667) < 1e-9);
        QVERIFY(std::abs(both->map_at_r - 0.5) <
                1e-9);  // of two ranks each: A at 1, B at 1, the others behind
        QCOMPARE(both->queries, 2);
        QCOMPARE(both->recall_at_1, 1.0);  // 0000 is A itself; 1110 lies nearest to 1111, a B
    }

    // All distances equal: with the order of insertion a database sorted by class would look perfect.
    void ties_do_not_follow_the_order_of_insertion() {
        const std::size_t n = 200;
        const std::vector<std::uint64_t> database(n, 0);
        std::vector<std::int32_t> labels(n, 1);
        std::fill_n(labels.begin(), n / 2, 0);
        const std::vector<std::uint64_t> query{0};
        const std::vector<std::int32_t> asked{0};
        HashEvaluation settings{.bits = 12};
        double sum = 0;
        for (settings.tie_seed = 1; settings.tie_seed <= 40; ++settings.tie_seed) {
            const auto result = evaluate_hashing({database, {}, labels}, {query, {}, asked}, false, settings);
            QVERIFY(result);
            const auto again = evaluate_hashing({database, {}, labels}, {query, {}, asked}, false, settings);
            QCOMPARE(again->map_all, result->map_all);
            QVERIFY(result->map_all < 0.75);
            sum += result->map_all;
        }
        QVERIFY(std::abs(sum / 40 - 0.51) < 0.03);  // the expectation of a random order, a little above 1/2
    }

    void leaves_the_query_out_and_counts_the_lonely() {
        const std::vector<std::uint64_t> codes{0b000, 0b001, 0b111, 0b110};
        const std::vector<std::int32_t> labels{0, 0, 1, 2};
        const HashedItems items{codes, {}, labels};
        const auto result = evaluate_hashing(items, items, true, {.bits = 3});
        QVERIFY(result);
        QCOMPARE(result->queries, 2);
        QCOMPARE(result->skipped, 2);
        QCOMPARE(result->map_all, 1.0);
        QCOMPARE(result->recall_at_1, 1.0);
    }

    // Leave-one-out by cosine is what evaluate_retrieval() computes; a shortlist of everything is that, too.
    void cosine_figures_agree_with_the_evaluator() {
        constexpr int d = 16;
        constexpr std::size_t n = 120;
        std::mt19937 random(4);
        std::normal_distribution<float> normal;
        std::vector<float> features(n * d);
        std::vector<std::int32_t> labels(n);
        std::vector<std::uint64_t> codes(n);
        for (std::size_t i = 0; i < n; ++i) {
            labels[i] = static_cast<std::int32_t>(i % 6);
            double squares = 0;
            for (int j = 0; j < d; ++j) {
                float& value = features[i * d + static_cast<std::size_t>(j)];
                value = normal(random) + (j == labels[i] ? 2.0f : 0.0f);
                squares += double{value} * double{value};
                if (value >= 0) codes[i] |= std::uint64_t{1} << j;
            }
            for (int j = 0; j < d; ++j)
                features[i * d + static_cast<std::size_t>(j)] /= static_cast<float>(std::sqrt(squares));
        }
        const HashedItems items{codes, features, labels};
        const auto hashed =
            evaluate_hashing(items, items, true, {.bits = d, .dimension = d, .shortlist = 1000});
        QVERIFY(hashed);
        const int ks[] = {1};
        const auto plain = evaluate_retrieval(features, d, labels, ks);
        QVERIFY(plain);
        QVERIFY(std::abs(hashed->cosine_map_all - plain->mean_average_precision) < 1e-12);
        QVERIFY(std::abs(hashed->cosine_recall_at_1 - plain->recall_at.at(1)) < 1e-12);
        QCOMPARE(hashed->shortlist_recall_at_1, hashed->cosine_recall_at_1);
        QVERIFY(hashed->map_all < hashed->cosine_map_all);
        const auto shortest =
            evaluate_hashing(items, items, true, {.bits = d, .dimension = d, .shortlist = 1});
        QCOMPARE(shortest->shortlist_recall_at_1, shortest->recall_at_1);
    }

    void refuses_shapes_that_do_not_fit() {
        const std::vector<std::uint64_t> codes{1, 2, 3};
        const std::vector<std::int32_t> labels{0, 1};
        const HashedItems uneven{codes, {}, labels};
        const HashedItems good{std::span(codes).first(2), {}, labels};
        QVERIFY(evaluate_hashing(uneven, good, false, {.bits = 4}).error().kind == ErrorKind::Usage);
        QVERIFY(evaluate_hashing(good, good, false, {.bits = 0}).error().kind == ErrorKind::Usage);
        QVERIFY(evaluate_hashing(good, good, false, {.bits = 129}).error().kind == ErrorKind::Usage);
        QVERIFY(evaluate_hashing(good, good, false, {.bits = 4, .dimension = 8}).error().kind ==
                ErrorKind::Usage);
        QVERIFY(evaluate_hashing(good, {}, true, {.bits = 4}).error().kind == ErrorKind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestHashMetrics)
#include "test_hash_metrics.moc"
