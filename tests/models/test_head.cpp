// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <cmath>
#include <cstring>
#include <random>

#include "core/models/head.h"
#include "core/models/whitening.h"

using namespace fieldmark;

namespace {

std::vector<float> random_values(std::size_t count, unsigned seed, float spread = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> values(count);
    for (float& value : values) value = normal(random);
    return values;
}

Head random_head(int in, int out, int rank) {
    const auto size = [](int extent) { return static_cast<std::size_t>(extent); };
    Head head;
    head.in = in;
    head.out = out;
    head.rank = rank;
    head.mean = random_values(size(in), 1, 0.1F);
    head.weight = random_values(size(in) * size(out), 2);
    head.bias = random_values(size(out), 3, 0.2F);
    if (rank > 0) {
        head.down_weight = random_values(size(in) * size(rank), 4);
        head.down_bias = random_values(size(rank), 5);
        head.up_weight = random_values(size(out) * size(rank), 6);
    }
    return head;
}

/// The equation as it stands in the header, in double precision.
std::vector<double> reference(const Head& head, const float* x) {
    std::vector<double> centred;
    for (int i = 0; i < head.in; ++i)
        centred.push_back(double{x[i]} - head.mean[static_cast<std::size_t>(i)]);
    const auto product = [&](const std::vector<float>& matrix, int row, const std::vector<double>& vector) {
        double sum = 0;
        for (std::size_t i = 0; i < vector.size(); ++i)
            sum += double{matrix[static_cast<std::size_t>(row) * vector.size() + i]} * vector[i];
        return sum;
    };
    std::vector<double> inner;
    for (int r = 0; r < head.rank; ++r) {
        const double z = product(head.down_weight, r, centred) + head.down_bias[static_cast<std::size_t>(r)];
        inner.push_back(z * (1 + std::erf(z / std::sqrt(2.0))) / 2);
    }
    std::vector<double> out;
    double squares = 0;
    for (int o = 0; o < head.out; ++o) {
        double value = product(head.weight, o, centred) + head.bias[static_cast<std::size_t>(o)];
        if (head.rank > 0) value += product(head.up_weight, o, inner);
        out.push_back(value);
        squares += value * value;
    }
    for (double& value : out) value /= std::sqrt(squares);
    return out;
}

Result<Head> read_back(const FloatTensors& tensors) {
    const auto file = Safetensors::parse(write_safetensors(tensors), "head.safetensors");
    if (!file) return file.error();
    return Head::read(*file);
}

}  // namespace

class TestHead : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void follows_its_equation_data() {
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("out");
        QTest::addColumn<int>("rank");
        QTest::addColumn<int>("threads");
        QTest::addRow("linear") << 40 << 24 << 0 << 1;
        QTest::addRow("odd sizes") << 37 << 5 << 0 << 2;
        QTest::addRow("bottleneck") << 64 << 64 << 7 << 1;
        QTest::addRow("bottleneck, threads") << 33 << 70 << 16 << 3;
        QTest::addRow("one number") << 1 << 1 << 1 << 0;
    }
    void follows_its_equation() {
        QFETCH(int, in);
        QFETCH(int, out);
        QFETCH(int, rank);
        QFETCH(int, threads);
        const Head head = random_head(in, out, rank);
        constexpr std::size_t kRows = 75;  // more than a block, and no multiple of one
        const auto rows = random_values(kRows * static_cast<std::size_t>(in), 7);
        std::vector<float> embeddings(kRows * static_cast<std::size_t>(out));
        head.apply(rows, kRows, embeddings, threads);
        for (std::size_t row = 0; row < kRows; ++row) {
            const auto expected = reference(head, rows.data() + row * static_cast<std::size_t>(in));
            for (std::size_t o = 0; o < expected.size(); ++o) {
                const double is = embeddings[row * expected.size() + o];
                QVERIFY2(std::abs(is - expected[o]) < 2e-5,
                         qPrintable(QStringLiteral("row %1, %2: %3 instead of %4")
                                        .arg(row)
                                        .arg(o)
                                        .arg(is)
                                        .arg(expected[o])));
            }
        }
    }

    /// A row gives the same numbers alone, in a batch and with any number of threads.
    void gives_the_same_bits_however_it_is_asked() {
        const Head head = random_head(48, 32, 8);
        const auto rows = random_values(100 * 48, 8);
        std::vector<float> together(100 * 32), threaded(100 * 32), alone(100 * 32);
        head.apply(rows, 100, together, 1);
        head.apply(rows, 100, threaded, 4);
        for (std::size_t row = 0; row < 100; ++row)
            head.apply(std::span(rows).subspan(row * 48, 48), 1, std::span(alone).subspan(row * 32, 32));
        QVERIFY(together == threaded);
        QVERIFY(together == alone);
    }

    void maps_nothing_to_zeros() {
        Head head = random_head(4, 3, 0);
        head.bias.assign(3, 0);
        std::vector<float> embeddings(3, 7);
        head.apply(head.mean, 1, embeddings);  // the mean itself: W 0
        QVERIFY(embeddings == std::vector<float>(3, 0.0F));
        head.apply({}, 0, {});
        const std::vector<float> bad = {NAN, 0, 0, 0};
        head.apply(bad, 1, embeddings);
        QVERIFY(embeddings == std::vector<float>(3, 0.0F));
    }

    void is_stored_and_read_back() {
        for (const int rank : {0, 5}) {
            const Head head = random_head(12, 9, rank);
            const auto again = read_back(head.tensors());
            QVERIFY2(again, again ? "" : again.error().text.c_str());
            QCOMPARE(again->in, 12);
            QCOMPARE(again->out, 9);
            QCOMPARE(again->rank, rank);
            QVERIFY(again->mean == head.mean && again->weight == head.weight && again->bias == head.bias);
            QVERIFY(again->down_weight == head.down_weight && again->down_bias == head.down_bias &&
                    again->up_weight == head.up_weight);
        }
    }

    void refuses_what_is_no_head_data() {
        QTest::addColumn<QByteArray>("tensor");
        QTest::addColumn<int>("how");  // 0 left out, 1 another shape, 2 a NaN
        for (const char* tensor : {"head.mean", "head.weight", "head.bias", "head.down.weight",
                                   "head.down.bias", "head.up.weight"}) {
            QTest::addRow("%s left out", tensor) << QByteArray(tensor) << 0;
            QTest::addRow("%s misshaped", tensor) << QByteArray(tensor) << 1;
            QTest::addRow("%s not a number", tensor) << QByteArray(tensor) << 2;
        }
    }
    void refuses_what_is_no_head() {
        QFETCH(QByteArray, tensor);
        QFETCH(int, how);
        FloatTensors tensors = random_head(6, 4, 3).tensors();
        const std::string name = tensor.toStdString();
        if (how == 0) {
            tensors.erase(name);
        } else if (how == 1) {
            FloatTensor& misshaped = tensors[name];
            misshaped.shape = {1, static_cast<std::int64_t>(misshaped.values.size()), 1};
        } else {
            tensors[name].values.back() = NAN;
        }
        const auto read = read_back(tensors);
        QVERIFY(!read);
        QVERIFY(read.error().kind == ErrorKind::Damaged);
        QVERIFY2(read.error().text.find(name) != std::string::npos, read.error().text.c_str());
    }

    void refuses_empty_sizes() {
        FloatTensors tensors;
        tensors["head.weight"] = {{0, 4}, {}};
        tensors["head.mean"] = {{4}, std::vector<float>(4)};
        tensors["head.bias"] = {{0}, {}};
        QVERIFY(!read_back(tensors));
    }

    // --- whitening ---

    /// Rows whose directions are known: independent coordinates of falling spread around a mean.
    void finds_mean_and_directions() {
        constexpr std::size_t kRows = 4000, kSize = 6;
        const std::vector<float> spread = {5, 3, 2, 1, 0.5F, 0.25F};
        auto rows = random_values(kRows * kSize, 11);
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = rows[i] * spread[i % kSize] + static_cast<float>(i % kSize);
        WhiteningFit fit(kSize);
        for (std::size_t row = 0; row < kRows; row += 500)
            QVERIFY(fit.add(std::span(rows).subspan(row * kSize, 500 * kSize), 500));
        const auto whitening = fit.finish({.power = 1, .dimension = 4});
        QVERIFY2(whitening, whitening ? "" : whitening.error().text.c_str());
        QCOMPARE(whitening->rows, std::int64_t{kRows});
        QCOMPARE(whitening->rank, 6);
        QCOMPARE(whitening->head.in, 6);
        QCOMPARE(whitening->head.out, 4);
        for (std::size_t i = 0; i < kSize; ++i)
            QVERIFY(std::abs(whitening->head.mean[i] - static_cast<float>(i)) < 0.3F);
        for (std::size_t o = 0; o < 4; ++o) {
            for (std::size_t i = 0; i < kSize; ++i) {
                const float expected = o == i ? spread[0] / spread[o] : 0;
                QVERIFY2(
                    std::abs(whitening->head.weight[o * kSize + i] - expected) < 0.1F * spread[0] / spread[o],
                    qPrintable(QStringLiteral("%1 %2").arg(o).arg(i)));
            }
        }
        double kept = 0, all = 0;
        for (std::size_t i = 0; i < kSize; ++i) {
            all += double{spread[i]} * spread[i];
            if (i < 4) kept += double{spread[i]} * spread[i];
        }
        QVERIFY(std::abs(whitening->explained - kept / all) < 0.01);
    }

    /// With power 1 the mapped rows have equal spread in all directions and no correlation; with power 0 they
    /// keep their distances.
    void whitens_by_its_power() {
        constexpr std::size_t kRows = 1000, kSize = 16;
        const auto noise = random_values(kRows * kSize, 12);
        const auto mix = random_values(kSize * kSize, 13);
        std::vector<float> rows(noise.size(), 0.0F);
        for (std::size_t row = 0; row < kRows; ++row)
            for (std::size_t i = 0; i < kSize; ++i)
                for (std::size_t j = 0; j < kSize; ++j)
                    rows[row * kSize + i] += mix[i * kSize + j] * noise[row * kSize + j];
        WhiteningFit fit(kSize);
        QVERIFY(fit.add(rows, kRows));
        const auto mapped = [&](double power) {
            const auto whitening = fit.finish({.power = power, .dimension = kSize});
            const Head& head = whitening->head;
            std::vector<double> out(rows.size());
            for (std::size_t row = 0; row < kRows; ++row)
                for (std::size_t o = 0; o < kSize; ++o)
                    for (std::size_t i = 0; i < kSize; ++i)
                        out[row * kSize + o] += double{head.weight[o * kSize + i]} *
                                                (double{rows[row * kSize + i]} - head.mean[i]);
            return out;
        };
        const auto covariance = [&](const std::vector<double>& values, std::size_t a, std::size_t b) {
            double sum = 0;
            for (std::size_t row = 0; row < kRows; ++row)
                sum += values[row * kSize + a] * values[row * kSize + b];
            return sum / kRows;
        };
        const auto white = mapped(1);
        const double unit = covariance(white, 0, 0);
        for (std::size_t a = 0; a < kSize; ++a)
            for (std::size_t b = 0; b < kSize; ++b)
                QVERIFY(std::abs(covariance(white, a, b) / unit - (a == b ? 1 : 0)) < 1e-3);
        const auto turned = mapped(0);
        for (std::size_t row = 1; row < 50; ++row) {
            double before = 0, after = 0;
            for (std::size_t i = 0; i < kSize; ++i) {
                before += std::pow(double{rows[row * kSize + i]} - rows[i], 2);
                after += std::pow(turned[row * kSize + i] - turned[i], 2);
            }
            QVERIFY(std::abs(after / before - 1) < 1e-4);
        }
        const auto half = mapped(0.5);
        QVERIFY(std::abs(covariance(half, 0, 0) / covariance(half, 3, 3) -
                         std::sqrt(covariance(turned, 0, 0) / covariance(turned, 3, 3))) < 1e-2);
    }

    /// Rows in a plane have two directions, whatever is asked for; a far mean does not blur them.
    void keeps_to_the_rank() {
        const auto noise = random_values(2 * 300, 14);
        std::vector<float> rows;
        for (std::size_t row = 0; row < 300; ++row) {
            const float a = noise[2 * row], b = noise[2 * row + 1];
            rows.insert(rows.end(), {100 + a, 100 + b, 100 + a + b, 100 - a});
        }
        WhiteningFit fit(4);
        QVERIFY(fit.add(rows, 300));
        const auto whitening = fit.finish({.power = 0.5, .dimension = 512});
        QVERIFY(whitening);
        QVERIFY2(whitening->rank == 2, qPrintable(QString::number(whitening->rank)));
        QCOMPARE(whitening->head.out, 2);
        // Fewer rows than numbers: at most rows - 1.
        WhiteningFit few(64);
        QVERIFY(few.add(random_values(5 * 64, 15), 5));
        QCOMPARE(few.finish({}).value().rank, 4);
    }

    void does_not_depend_on_the_blocks() {
        const auto rows = random_values(90 * 10, 16);
        WhiteningFit whole(10), parts(10);
        QVERIFY(whole.add(rows, 90));
        QVERIFY(parts.add(std::span(rows).subspan(0, 10), 1));
        QVERIFY(parts.add({}, 0));
        QVERIFY(parts.add(std::span(rows).subspan(10, 890), 89));
        const auto a = whole.finish({}), b = parts.finish({});
        QVERIFY(a && b);
        for (std::size_t i = 0; i < a->head.weight.size(); ++i)
            QVERIFY(std::abs(a->head.weight[i] - b->head.weight[i]) < 1e-4F);
    }

    void says_what_is_wrong_with_a_fit() {
        WhiteningFit fit(4);
        QVERIFY(fit.finish({}).error().kind == ErrorKind::Usage);  // no rows
        QVERIFY(!fit.add(std::vector<float>(7), 2));               // 2 x 4 is not 7
        QVERIFY(fit.add(std::vector<float>(40, 0.5F), 10));
        QVERIFY(fit.finish({}).error().kind == ErrorKind::Usage);  // all the same
        QVERIFY(fit.add(random_values(40, 17), 10));
        QVERIFY(fit.finish({}));
        QVERIFY(fit.finish({.power = -0.1}).error().kind == ErrorKind::Usage);
        QVERIFY(fit.finish({.power = NAN}).error().kind == ErrorKind::Usage);
        QVERIFY(fit.finish({.power = 0.5, .dimension = 1}).error().kind == ErrorKind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestHead)
#include "test_head.moc"
