// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <QtTest/QTest>

#include "core/index/kernels.h"
#include "tests/index/vectors.h"

using namespace fieldmark;
using fieldmark::testing::clustered;

namespace {

double precise_dot(const float* a, const float* b, std::size_t d) {
    double sum = 0;
    for (std::size_t i = 0; i < d; ++i) sum += double{a[i]} * double{b[i]};
    return sum;
}

}  // namespace

class TestKernels : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void levels_agree_with_double_precision_data() {
        QTest::addColumn<int>("dimension");
        for (const int d : {1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 100, 128, 384, 1000, 1280, 1283}) {
            QTest::addRow("%d", d) << d;
        }
    }

    void levels_agree_with_double_precision() {
        QFETCH(int, dimension);
        const auto d = static_cast<std::size_t>(dimension);
        const auto rows = clustered(40, dimension, 8, 7);
        QVERIFY(!dot_kernels().empty());
        for (const auto& kernel : dot_kernels()) {
            for (std::size_t a = 0; a < 40; ++a) {
                for (std::size_t b = 0; b < 40; ++b) {
                    // Relative to the product of the lengths, which is 1.
                    const float got = kernel.dot(&rows[a * d], &rows[b * d], d);
                    const double wanted = precise_dot(&rows[a * d], &rows[b * d], d);
                    QVERIFY2(std::abs(got - wanted) <= 1e-6, kernel.name);
                    QVERIFY(kernel.dot(&rows[b * d], &rows[a * d], d) == got);  // QCOMPARE is fuzzy
                }
            }
        }
    }

    // Every tail of a tile, on addresses that are not aligned to a register.
    void blocks_give_the_bits_of_single_pairs() {
        for (const int dimension : {5, 64, 100, 1280}) {
            const auto d = static_cast<std::size_t>(dimension);
            auto rows = clustered(12, dimension, 3, 11);
            rows.insert(rows.begin(), 0.5f);
            const float* start = rows.data() + 1;
            for (const auto& kernel : dot_kernels()) {
                for (std::size_t queries = 0; queries <= 5; ++queries) {
                    for (std::size_t count = 0; count <= 7; ++count) {
                        std::vector<float> scores(queries * 8 + 1, -9.0f);
                        kernel.block(start, queries, start + 5 * d, count, d, scores.data(), 8);
                        for (std::size_t q = 0; q < queries; ++q) {
                            for (std::size_t r = 0; r < 8; ++r) {
                                const float wanted =
                                    r < count ? kernel.dot(start + q * d, start + (5 + r) * d, d) : -9.0f;
                                QVERIFY(scores[q * 8 + r] == wanted);
                            }
                        }
                        QVERIFY(scores.back() == -9.0f);
                    }
                }
            }
        }
    }

    void the_first_kernel_is_the_one_in_use() {
        const auto rows = clustered(2, 1280, 2, 3);
        QCOMPARE(QByteArray(dot_kernel_name()), QByteArray(dot_kernels().front().name));
        QVERIFY(dot(rows.data(), rows.data() + 1280, 1280) ==
                dot_kernels().front().dot(rows.data(), rows.data() + 1280, 1280));
        float score = 0;
        dot_block(rows.data(), 1, rows.data() + 1280, 1, 1280, &score, 1);
        QVERIFY(score == dot(rows.data(), rows.data() + 1280, 1280));
    }
};

QTEST_GUILESS_MAIN(TestKernels)
#include "test_kernels.moc"
