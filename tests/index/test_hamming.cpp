// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <random>
#include <tuple>

#include <QtTest/QTest>

#include "core/index/hamming_store.h"
#include "core/index/vector_index.h"
#include "tests/index/vectors.h"

using namespace fieldmark;
using fieldmark::testing::clustered;

namespace {

std::vector<std::uint64_t> random_codes(std::size_t rows, int bits, unsigned seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> codes(rows * hash_words(bits));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const int left = bits - 64 * static_cast<int>(i % hash_words(bits));
        codes[i] = random() & (left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1);
    }
    return codes;
}

/// What nearest() promises, by sorting everything.
std::vector<HammingHit> brute_force(const std::uint64_t* query, const HammingStore& store,
                                    const std::vector<std::uint32_t>& rows, std::size_t k, bool whole_ties) {
    std::vector<HammingHit> hits;
    for (const std::uint32_t row : rows) {
        const int distance = hamming_distance(query, store.code(row), store.words());
        hits.push_back({row, static_cast<std::uint8_t>(distance)});
    }
    std::stable_sort(hits.begin(), hits.end(),
                     [](const HammingHit& a, const HammingHit& b) { return a.distance < b.distance; });
    std::size_t keep = std::min(k, hits.size());
    if (whole_ties && keep > 0) {
        while (keep < hits.size() && hits[keep].distance == hits[keep - 1].distance) ++keep;
    }
    hits.resize(keep);
    return hits;
}

}  // namespace

class TestHamming : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // methods.md 8.1, 21.
    void packs_signs_least_significant_first() {
        const float h1[] = {.9f, -.8f, .7f, -.6f};
        const float h2[] = {.5f, .4f, -.3f, -.2f};
        std::uint64_t a = 99, b = 99;
        pack_code(h1, &a);
        pack_code(h2, &b);
        QCOMPARE(a, std::uint64_t{0b0101});
        QCOMPARE(b, std::uint64_t{0b0011});
        QCOMPARE(hamming_distance(&a, &b, 1), 2);
        const float zeros[] = {0.0f, -0.0f, -1e-30f};
        pack_code(zeros, &a);
        QCOMPARE(a, std::uint64_t{0b011});
        std::vector<float> wide(70, -1.0f);
        wide[64] = 1;
        std::uint64_t two[2] = {9, 9};
        pack_code(wide, two);
        QCOMPARE(two[0], std::uint64_t{0});
        QCOMPARE(two[1], std::uint64_t{1});
    }

    void distance_is_half_of_bits_less_the_product() {
        std::mt19937 random(5);
        for (const int bits : {1, 12, 24, 48, 63, 64, 65, 128}) {
            std::vector<float> a(static_cast<std::size_t>(bits)), b(a.size());
            double product = 0;
            for (std::size_t t = 0; t < a.size(); ++t) {
                a[t] = (random() & 1) != 0 ? 1.0f : -1.0f;
                b[t] = (random() & 1) != 0 ? 1.0f : -1.0f;
                product += static_cast<double>(a[t] * b[t]);
            }
            std::uint64_t pa[2], pb[2];
            pack_code(a, pa);
            pack_code(b, pb);
            QCOMPARE(hamming_distance(pa, pb, hash_words(bits)), static_cast<int>(0.5 * (bits - product)));
        }
    }

    void kernels_agree() {
        for (const int bits : {12, 48, 64, 96, 128}) {
            const std::size_t words = hash_words(bits);
            for (const std::size_t count : {0, 1, 7, 8, 31, 32, 33, 64, 65, 200, 1000}) {
                const auto codes = random_codes(count + 1, bits, 17);
                const std::uint64_t* query = codes.data() + count * words;
                for (const HammingKernel& kernel : hamming_kernels()) {
                    std::vector<std::uint8_t> distances(count + 1, 250);
                    kernel.distances(query, words, codes.data(), count, distances.data());
                    for (std::size_t i = 0; i < count; ++i) {
                        QVERIFY2(distances[i] == hamming_distance(query, codes.data() + i * words, words),
                                 kernel.name);
                    }
                    QCOMPARE(distances[count], std::uint8_t{250});
                    for (const int limit : {0, bits / 2, 255}) {
                        std::vector<std::uint16_t> places(count);
                        places.resize(kernel.select(distances.data(), count, static_cast<std::uint8_t>(limit),
                                                    places.data()));
                        std::vector<std::uint16_t> wanted;
                        for (std::size_t i = 0; i < count; ++i) {
                            if (distances[i] <= limit) wanted.push_back(static_cast<std::uint16_t>(i));
                        }
                        QVERIFY2(places == wanted, kernel.name);
                    }
                }
            }
        }
    }

    void ranks_exactly_by_distance_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("rows");
        for (const int bits : {2, 12, 48, 100}) {
            for (const int rows : {1, 100, 9000, 70000})
                QTest::addRow("%d bits, %d", bits, rows) << bits << rows;
        }
    }

    void ranks_exactly_by_distance() {
        QFETCH(int, bits);
        QFETCH(int, rows);
        const auto codes = random_codes(static_cast<std::size_t>(rows) + 1, bits, 3);
        HammingStore store(bits);
        QVERIFY(store.write(0, std::span(codes).first(static_cast<std::size_t>(rows) * store.words())));
        const std::uint64_t* query = codes.data() + static_cast<std::size_t>(rows) * store.words();
        std::vector<std::uint32_t> all, admitted, alive;
        const auto dead = [](std::uint32_t row) { return row % 7 == 3; };
        for (std::uint32_t row = 0; row < static_cast<std::uint32_t>(rows); ++row) {
            all.push_back(row);
            if (row % 3 != 1) admitted.push_back(row);
            if (!dead(row)) alive.push_back(row);
        }
        const auto count = static_cast<std::uint32_t>(rows);
        for (const std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{10}, std::size_t{5000}}) {
            for (const bool ties : {false, true}) {
                QVERIFY(store.nearest(query, count, k, ties) == brute_force(query, store, all, k, ties));
                QVERIFY(store.nearest(query, count, k, ties, dead) ==
                        brute_force(query, store, alive, k, ties));
                QVERIFY(store.nearest_of(query, admitted, k, ties) ==
                        brute_force(query, store, admitted, k, ties));
            }
        }
    }

    // The farthest first: every row gets in before the last ones push it out.
    void worst_order_is_ranked_too() {
        const int bits = 64;
        std::vector<std::uint64_t> codes;
        for (int i = 0; i < 20000; ++i) codes.push_back(~std::uint64_t{0} >> (64 * i / 20001));
        HammingStore store(bits);
        QVERIFY(store.write(0, codes));
        const std::uint64_t zero = 0;
        std::vector<std::uint32_t> all(codes.size());
        for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
        QVERIFY(store.nearest(&zero, 20000, 100, false) == brute_force(&zero, store, all, 100, false));
        QVERIFY(store.nearest(&zero, 20000, 100, true) == brute_force(&zero, store, all, 100, true));
    }

    void writes_in_pieces_across_chunks() {
        const auto codes = random_codes(140'000, 12, 9);
        HammingStore whole(12), pieces(12);
        QVERIFY(whole.write(0, codes));
        for (std::uint32_t from = 0; from < codes.size(); from += 9'999) {
            const auto n = std::min<std::size_t>(9'999, codes.size() - from);
            QVERIFY(pieces.write(from, std::span(codes).subspan(from, n)));
        }
        for (std::uint32_t row = 0; row < codes.size(); ++row) {
            QVERIFY(*whole.code(row) == codes[row] && *pieces.code(row) == codes[row]);
        }
        QCOMPARE(whole.bytes(), std::int64_t{3 * 65536 * 8});
    }

    void head_encodes_signs_of_its_outputs() {
        constexpr std::size_t d = 40;
        const auto vectors = clustered(30, d, 3, 5);
        HashHead head;
        head.bits = 24;
        head.weight = clustered(24, d, 24, 6);
        head.bias.assign(24, 0.02f);
        QVERIFY(head.fits(d));
        QVERIFY(!head.fits(d + 1));
        std::vector<std::uint64_t> words(30);
        head.encode(vectors, d, words.data());
        for (std::size_t row = 0; row < 30; ++row) {
            for (std::size_t t = 0; t < 24; ++t) {
                double value = 0.02;
                for (std::size_t i = 0; i < d; ++i)
                    value += double{vectors[row * d + i]} * double{head.weight[t * d + i]};
                if (std::abs(value) < 1e-5) continue;
                QCOMPARE((words[row] >> t) & 1, std::uint64_t{value >= 0});
            }
        }
    }

    // The index against brute force: dead rows, filters, ties by cosine, the shortlist.
    void index_searches_by_codes() {
        constexpr int d = 32;
        constexpr int n = 3000;
        const auto vectors = clustered(n, d, 40, 8);
        HashHead head;
        head.bits = 10;  // many ties
        head.weight = clustered(10, d, 10, 9);
        head.bias.assign(10, 0.01f);
        VectorIndex index(d);
        QVERIFY(index.set_hash(head));
        std::vector<std::int64_t> ids(n);
        for (int i = 0; i < n; ++i) ids[static_cast<std::size_t>(i)] = 5 + 2 * i;
        for (std::size_t from = 0; from < n; from += 700) {
            const std::size_t rows = std::min<std::size_t>(700, n - from);
            QVERIFY(index.add(std::span(ids).subspan(from, rows),
                              std::span(vectors).subspan(from * d, rows * d)));
        }
        QVERIFY(!index.set_hash(head));
        QCOMPARE(index.info().hash_bits, 10);
        std::vector<std::uint64_t> codes(n);
        head.encode(vectors, d, codes.data());
        std::vector<std::int64_t> removed, admitted;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (i % 11 == 4) removed.push_back(ids[i]);
            if (i % 3 != 0) admitted.push_back(ids[i]);
        }
        for (const bool with_dead : {false, true}) {
            if (with_dead) index.remove(removed);
            for (const bool filtered : {false, true}) {
                for (const int shortlist : {0, 50}) {
                    for (std::size_t q = 0; q < 20; ++q) {
                        const float* query = &vectors[q * 97 * d];
                        std::vector<Neighbor> wanted;
                        for (std::size_t i = 0; i < ids.size(); ++i) {
                            if (with_dead && i % 11 == 4) continue;
                            if (filtered && i % 3 == 0) continue;
                            wanted.push_back({ids[i], dot(query, &vectors[i * d], d),
                                              hamming_distance(&codes[q * 97], &codes[i], 1)});
                        }
                        const auto by_distance = [](const Neighbor& a, const Neighbor& b) {
                            return std::tuple(a.distance, -a.score, a.id) <
                                   std::tuple(b.distance, -b.score, b.id);
                        };
                        std::sort(wanted.begin(), wanted.end(), by_distance);
                        if (shortlist > 0) {
                            const int last = wanted[static_cast<std::size_t>(shortlist) - 1].distance;
                            std::erase_if(wanted, [&](const Neighbor& one) { return one.distance > last; });
                            std::stable_sort(
                                wanted.begin(), wanted.end(), [](const Neighbor& a, const Neighbor& b) {
                                    return std::tuple(-a.score, a.id) < std::tuple(-b.score, b.id);
                                });
                        }
                        wanted.resize(12);
                        VectorQuery ask;
                        ask.vector = {query, static_cast<std::size_t>(d)};
                        ask.k = 12;
                        ask.way = SearchWay::Hamming;
                        ask.shortlist = shortlist;
                        ask.admitted = filtered ? &admitted : nullptr;
                        const auto found = index.search(ask);
                        QVERIFY(found);
                        QVERIFY(found->way == SearchWay::Hamming);
                        QVERIFY(found->neighbors == wanted);
                    }
                }
            }
        }
        VectorIndex plain(d);
        QVERIFY(plain.add(ids, vectors));
        VectorQuery ask;
        ask.vector = std::span(vectors).first(d);
        ask.way = SearchWay::Hamming;
        QVERIFY(plain.search(ask).error().kind == ErrorKind::Usage);
        head.weight.pop_back();
        QVERIFY(VectorIndex(d).set_hash(head).error().kind == ErrorKind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestHamming)
#include "test_hamming.moc"
