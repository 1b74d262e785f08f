// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <cmath>
#include <numeric>
#include <random>

#include "core/explain/correspondences.h"
#include "core/explain/decomposition.h"
#include "core/explain/score_gradient.h"

using namespace fieldmark;

namespace {

std::vector<float> random_values(std::size_t count, std::mt19937& random, float mean = 0) {
    std::normal_distribution<float> normal(mean, 1);
    std::vector<float> values(count);
    for (float& value : values) value = normal(random);
    return values;
}

/// The embedding as the backbone makes it: mean over positions, norm 1.
std::vector<float> pooled(const std::vector<float>& map, int channels) {
    const auto width = static_cast<std::size_t>(channels);
    std::vector<double> sums(width);
    for (std::size_t i = 0; i < map.size(); ++i) sums[i % width] += map[i];
    double squares = 0;
    for (const double sum : sums) squares += sum * sum;
    std::vector<float> result(width);
    for (std::size_t i = 0; i < width; ++i) result[i] = static_cast<float>(sums[i] / std::sqrt(squares));
    return result;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

Head random_head(int in, int out, int rank, std::mt19937& random) {
    Head head;
    head.in = in;
    head.out = out;
    head.rank = rank;
    const auto values = [&](int rows, int columns) {
        return random_values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), random);
    };
    head.mean = values(1, in);
    head.weight = values(out, in);
    head.bias = values(1, out);
    if (rank > 0) {
        head.down_weight = values(rank, in);
        head.down_bias = values(1, rank);
        head.up_weight = values(out, rank);
    }
    return head;
}

}  // namespace

class TestDecomposition : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void pairs_add_up_to_the_score();
    void pairs_add_up_through_a_head_data();
    void pairs_add_up_through_a_head();
    void a_shifted_picture_finds_its_parts();
    void a_weight_decides_the_order();
    void zero_and_misfit_are_refused();
    void neighbours_settle_what_looks_alike();
    void a_score_changes_as_its_gradient_says();
};

void TestDecomposition::pairs_add_up_to_the_score() {
    std::mt19937 random(1);
    for (const auto& [rows, columns, channels] :
         {std::tuple{1, 1, 3}, std::tuple{7, 7, 1280}, std::tuple{3, 5, 17}, std::tuple{16, 16, 64}}) {
        const auto count = static_cast<std::size_t>(rows * columns * channels);
        const auto a = random_values(count, random, 0.3F), b = random_values(count, random, 0.3F);
        const auto query = additive_view(a, rows, columns, channels);
        const auto match = additive_view(b, rows, columns, channels);
        QVERIFY(query && match);
        const auto result = decompose(*query, *match);
        QVERIFY(result);
        const double score = cosine(pooled(a, channels), pooled(b, channels));
        QVERIFY(std::abs(result->score - score) < 1e-5);
        QVERIFY(std::abs(result->sum - score) < 1e-5);
        const auto total = [](const std::vector<float>& shares) {
            return std::accumulate(shares.begin(), shares.end(), 0.0);
        };
        QVERIFY(std::abs(total(result->query_share) - score) < 1e-5);
        QVERIFY(std::abs(total(result->match_share) - score) < 1e-5);
    }
}

void TestDecomposition::pairs_add_up_through_a_head_data() {
    QTest::addColumn<int>("rank");
    QTest::newRow("linear") << 0;
    QTest::newRow("with a bottleneck") << 5;
}

void TestDecomposition::pairs_add_up_through_a_head() {
    QFETCH(int, rank);
    std::mt19937 random(2);
    constexpr int kRows = 7, kColumns = 6, kIn = 40, kOut = 24;
    const Head head = random_head(kIn, kOut, rank, random);
    const auto a = random_values(kRows * kColumns * kIn, random, 0.2F);
    const auto b = random_values(kRows * kColumns * kIn, random, 0.2F);
    std::vector<float> inputs = pooled(a, kIn);
    const auto second = pooled(b, kIn);
    inputs.insert(inputs.end(), second.begin(), second.end());
    std::vector<float> embeddings(2 * kOut);
    head.apply(inputs, 2, embeddings);
    const double score =
        std::inner_product(embeddings.begin(), embeddings.begin() + kOut, embeddings.begin() + kOut, 0.0);

    const auto view = [&](const std::vector<float>& map) {
        return through_head(*additive_view(map, kRows, kColumns, kIn), head);
    };
    const auto query = view(a), match = view(b);
    QVERIFY(query && match);
    QCOMPARE(query->dimension, kOut);
    const auto result = decompose(*query, *match);
    QVERIFY(result);
    QVERIFY2(std::abs(result->score - score) < 1e-4, qPrintable(QString::number(result->score - score)));
    QVERIFY(std::abs(result->sum - score) < 1e-4);
}

void TestDecomposition::a_shifted_picture_finds_its_parts() {
    // The match is the query moved one row down and two columns right, over noise of its own.
    constexpr int kSide = 9, kChannels = 32;
    std::mt19937 random(3);
    const auto query = random_values(kSide * kSide * kChannels, random);
    auto match = random_values(kSide * kSide * kChannels, random);
    for (int row = 0; row + 1 < kSide; ++row)
        for (int column = 0; column + 2 < kSide; ++column)
            std::copy_n(query.begin() + (row * kSide + column) * kChannels, kChannels,
                        match.begin() + ((row + 1) * kSide + column + 2) * kChannels);
    const DescriptorGrid a{kSide, kSide, kChannels, query}, b{kSide, kSide, kChannels, match};
    const auto found = find_correspondences(a, b, {.count = 6});
    QVERIFY(found);
    QCOMPARE(found->size(), std::size_t{6});
    for (const Correspondence& pair : *found) {
        QCOMPARE(pair.match_position, pair.query_position + kSide + 2);
        QVERIFY(pair.similarity > 0.99F);
    }
    for (std::size_t i = 0; i < found->size(); ++i)
        for (std::size_t j = i + 1; j < found->size(); ++j) {
            const int p = (*found)[i].query_position, q = (*found)[j].query_position;
            QVERIFY(std::abs(p / kSide - q / kSide) >= 2 || std::abs(p % kSide - q % kSide) >= 2);
        }
    const auto nearest = nearest_positions(a, b);
    QVERIFY(nearest);
    QCOMPARE(nearest->at(0), kSide + 2);
}

void TestDecomposition::a_weight_decides_the_order() {
    constexpr int kSide = 6, kChannels = 24;
    std::mt19937 random(4);
    const auto map = random_values(kSide * kSide * kChannels, random);
    const DescriptorGrid grid{kSide, kSide, kChannels, map};
    std::vector<float> weight(kSide * kSide, 0.1F);
    weight[20] = 1;
    weight[3] = -1;      // speaks against the match: never among what carries the score
    weight[7] = 0.001F;  // too faint to be named
    const auto found = find_correspondences(
        grid, grid, {.count = 40, .spacing = 1, .query_weight = weight, .match_weight = weight});
    QVERIFY(found);
    QCOMPARE(found->front().query_position, 20);
    QCOMPARE(found->size(), std::size_t{34});
    QVERIFY(!find_correspondences(grid, grid, {.query_weight = weight}));
}

void TestDecomposition::zero_and_misfit_are_refused() {
    const std::vector<float> zeros(4 * 3);
    QVERIFY(!additive_view(zeros, 2, 2, 3));
    QCOMPARE(additive_view(zeros, 2, 2, 3).error().kind, ErrorKind::Unsupported);
    QCOMPARE(additive_view(zeros, 2, 2, 4).error().kind, ErrorKind::Usage);
    std::mt19937 random(5);
    const auto a = additive_view(random_values(12, random), 2, 2, 3);
    const auto b = additive_view(random_values(16, random), 2, 2, 4);
    QVERIFY(a && b);
    QCOMPARE(decompose(*a, *b).error().kind, ErrorKind::Usage);
    QCOMPARE(through_head(*a, random_head(4, 2, 0, random)).error().kind, ErrorKind::Usage);
}

void TestDecomposition::neighbours_settle_what_looks_alike() {
    // Two places of the query look the same; only what lies around them tells them apart. In the match the
    // wrong one is a shade nearer.
    constexpr int kSide = 8, kChannels = 32;
    std::mt19937 random(6);
    auto query = random_values(kSide * kSide * kChannels, random);
    constexpr int kHere = 2 * kSide + 2, kThere = 5 * kSide + 5;
    std::copy_n(query.begin() + kHere * kChannels, kChannels, query.begin() + kThere * kChannels);
    auto match = query;
    match[kHere * kChannels] += 0.5F;
    const DescriptorGrid a{kSide, kSide, kChannels, query}, b{kSide, kSide, kChannels, match};
    const auto alone = nearest_positions(a, b), around = nearest_positions(a, b, 0.5F);
    QVERIFY(alone && around);
    QCOMPARE(alone->at(kHere), kThere);
    QCOMPARE(around->at(kHere), kHere);
    QCOMPARE(around->at(kThere), kThere);
    // The similarity told is still that of the two places alone.
    const auto found = find_correspondences(a, b, {.count = 64, .spacing = 1, .neighbours = 0.5F});
    QVERIFY(found);
    for (const Correspondence& pair : *found) {
        QCOMPARE(pair.query_position, pair.match_position);
        if (pair.query_position != kHere) QVERIFY(pair.similarity > 0.9999F);
    }
}

void TestDecomposition::a_score_changes_as_its_gradient_says() {
    constexpr int kIn = 12;
    std::mt19937 random(7);
    const Head inner = random_head(kIn, 9, 4, random), outer = random_head(9, 5, 0, random);
    for (const auto& heads : {std::vector<const Head*>{}, {&inner}, {&inner, &outer}}) {
        const auto pooled = random_values(2 * kIn, random, 0.2F);
        const auto at = score_gradient(pooled, heads);
        QVERIFY(at);
        QCOMPARE(at->gradient.size(), pooled.size());
        if (heads.empty())
            QVERIFY(std::abs(at->score - [&] {
                        double ab = 0, aa = 0, bb = 0;
                        for (std::size_t i = 0; i < kIn; ++i) {
                            ab += double{pooled[i]} * pooled[kIn + i];
                            aa += double{pooled[i]} * pooled[i];
                            bb += double{pooled[kIn + i]} * pooled[kIn + i];
                        }
                        return ab / std::sqrt(aa * bb);
                    }()) < 1e-9);
        for (std::size_t i = 0; i < pooled.size(); ++i) {
            constexpr float kStep = 1.0F / 1024;
            auto more = pooled, less = pooled;
            more[i] += kStep;
            less[i] -= kStep;
            const double slope = (score_gradient(more, heads)->score - score_gradient(less, heads)->score) /
                                 (double{more[i]} - less[i]);
            QVERIFY2(std::abs(slope - static_cast<double>(at->gradient[i])) < 1e-3 * (1 + std::abs(slope)),
                     qPrintable(QString::number(slope)));
        }
    }
    QCOMPARE(score_gradient(std::vector<float>(8), {}).error().kind, ErrorKind::Unsupported);
    QCOMPARE(score_gradient(std::vector<float>(8, 1.0F), {&inner}).error().kind, ErrorKind::Usage);
}

QTEST_GUILESS_MAIN(TestDecomposition)
#include "test_decomposition.moc"
