// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrix products of a network that learns, against sums in double precision: sizes of a real network and
// those that leave a rest in every direction. Memory around a result must stay as it was.
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/training/lite_products.h"

using namespace fieldmark;

namespace {

constexpr float kUntouched = 1234.5F;
constexpr std::ptrdiff_t kMargin = 64;

std::size_t index(int value) {
    return static_cast<std::size_t>(value);
}

std::vector<float> random_values(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values) value = normal(random);
    return values;
}

/// A result with a margin on either side that nobody may write to.
struct Framed {
    Framed(std::size_t count, float fill) : values(count + 2 * kMargin, kUntouched) {
        std::fill_n(data(), count, fill);
    }
    float* data() { return values.data() + kMargin; }
    bool margin_untouched() const {
        const auto untouched = [](float value) { return value == kUntouched; };
        return std::all_of(values.begin(), values.begin() + kMargin, untouched) &&
               std::all_of(values.end() - kMargin, values.end(), untouched);
    }
    std::vector<float> values;
};

/// How far a value is off; one that is no number is infinitely so.
double distance(double wanted, float value) {
    return std::isfinite(value) ? std::abs(wanted - value) : std::numeric_limits<double>::infinity();
}

/// The worst of out (rows, n), tight: wanted is start + the sum over i < length of a(row, i) b(i, column).
template <typename A, typename B>
double furthest(const float* out, int rows, int n, int length, double start, const A& a, const B& b) {
    double off = 0;
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < n; ++c) {
            double sum = start;
            for (int i = 0; i < length; ++i) sum += double{a(r, i)} * b(i, c);
            off = std::max(off, distance(sum, out[index(r * n + c)]));
        }
    }
    return off;
}

void sizes() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("k");
    QTest::addColumn<int>("n");
    QTest::newRow("one of everything") << 1 << 1 << 1;
    QTest::newRow("stem") << 40 << 27 << 32;
    QTest::newRow("narrow") << 49 << 32 << 16;
    QTest::newRow("half a register over") << 196 << 240 << 40;
    QTest::newRow("four panels") << 200 << 24 << 144;
    QTest::newRow("rows left over") << 35 << 16 << 96;
    QTest::newRow("nothing fits") << 13 << 7 << 61;
    QTest::newRow("long") << 7 << 1152 << 320;
}

}  // namespace

class TestLiteProducts : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void times_packed_data() { sizes(); }
    void times_packed();
    void adds_the_transposed_product_data() { sizes(); }
    void adds_the_transposed_product();
};

void TestLiteProducts::times_packed() {
    QFETCH(const int, rows);
    QFETCH(const int, k);
    QFETCH(const int, n);
    const auto a = random_values(index(rows) * index(k), 1);
    const auto b = random_values(index(k) * index(n), 2);
    std::vector<float> transposed(b.size());
    for (int v = 0; v < k; ++v)
        for (int c = 0; c < n; ++c) transposed[index(c * k + v)] = b[index(v * n + c)];

    for (const bool from_transposed : {false, true}) {
        Framed packed(lite::packed_floats(k, n), 0);
        if (from_transposed)
            lite::pack_transposed(transposed.data(), n, k, packed.data());
        else
            lite::pack(b.data(), k, n, packed.data());
        QVERIFY(packed.margin_untouched());
        Framed out(index(rows) * index(n), 7);
        lite::times_packed(a.data(), packed.data(), out.data(), index(rows), k, n);
        QVERIFY(out.margin_untouched());
        const double off = furthest(
            out.data(), rows, n, k, 0, [&](int r, int v) { return a[index(r * k + v)]; },
            [&](int v, int c) { return b[index(v * n + c)]; });
        QVERIFY2(off < 2e-6 * std::sqrt(k) * 4, qPrintable(QString::number(off)));
    }
}

void TestLiteProducts::adds_the_transposed_product() {
    QFETCH(const int, rows);
    QFETCH(const int, k);
    QFETCH(const int, n);
    const int m = k, length = 3 * rows;
    const auto a = random_values(index(length) * index(m), 3);
    const auto b = random_values(index(length) * index(n), 4);
    Framed out(index(m) * index(n), 0.5F);
    lite::add_transposed_product(a.data(), b.data(), out.data(), index(length), m, n);
    QVERIFY(out.margin_untouched());
    const double off = furthest(
        out.data(), m, n, length, 0.5, [&](int i, int r) { return a[index(r * m + i)]; },
        [&](int r, int c) { return b[index(r * n + c)]; });
    QVERIFY2(off < 2e-6 * std::sqrt(length) * 4, qPrintable(QString::number(off)));
}

QTEST_GUILESS_MAIN(TestLiteProducts)
#include "test_lite_products.moc"
