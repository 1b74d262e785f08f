// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The parts of a map: principal plane, neighbour lists, UMAP.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

#include <QtTest>

#include "core/base/side_by_side.h"
#include "core/index/neighbour_lists.h"
#include "core/index/principal_plane.h"
#include "core/index/umap.h"
#include "tests/index/vectors.h"

using namespace fieldmark;

namespace {

constexpr int kDimension = 24;

/// `count` unit vectors; row i belongs to class i % classes.
std::vector<float> classes_of_vectors(int count, int classes, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> centres(std::size_t(classes * kDimension));
    for (float& value : centres) value = normal(random);
    std::vector<float> rows;
    for (int i = 0; i < count; ++i) {
        for (int c = 0; c < kDimension; ++c)
            rows.push_back(centres[std::size_t((i % classes) * kDimension + c)] + 0.25F * normal(random));
    }
    testing::normalise(rows, kDimension);
    return rows;
}

std::vector<float> map_of(const std::vector<float>& vectors, std::size_t count, std::uint64_t seed = 1,
                          int threads = 2) {
    const auto lists = *exact_neighbours(vectors, count, kDimension, 15, threads);
    UmapSettings settings;
    settings.seed = seed;
    settings.epochs = 200;
    return umap_places(lists, principal_plane(vectors, count, kDimension).places, settings);
}

}  // namespace

class TestUmap : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void the_curve_is_the_papers() {
        const UmapCurve usual = fit_umap_curve(0.1);
        QVERIFY2(std::abs(usual.a - 1.577) < 0.02, qPrintable(QString::number(usual.a)));
        QVERIFY2(std::abs(usual.b - 0.895) < 0.02, qPrintable(QString::number(usual.b)));
        const UmapCurve loose = fit_umap_curve(0.5);
        QVERIFY(std::abs(loose.a - 0.583) < 0.02 && std::abs(loose.b - 1.334) < 0.02);
        const UmapCurve tight = fit_umap_curve(0.0);
        QVERIFY(std::abs(tight.a - 1.932) < 0.02 && std::abs(tight.b - 0.791) < 0.02);
    }

    void memberships_sum_to_the_logarithm_of_their_number() {
        const auto vectors = testing::clustered(300, kDimension, 300, 3);
        const auto lists = *exact_neighbours(vectors, 300, kDimension, 15, 1);
        for (std::size_t i = 0; i < lists.rows; ++i) {
            const std::span own(lists.distance.data() + i * lists.k, lists.k);
            const NeighbourScale scale = fit_neighbour_scale(own, 1);
            QCOMPARE(scale.rho, double{own.front()});
            double sum = 0;
            for (const float d : own) sum += std::exp(-std::max(0.0, double{d} - scale.rho) / scale.sigma);
            QVERIFY(std::abs(sum - std::log2(15.0)) < 1e-3);
        }
    }

    void the_fuzzy_graph_is_symmetric_and_connects_all() {
        const auto vectors = testing::clustered(200, kDimension, 200, 4);
        const FuzzyGraph graph = fuzzy_graph(*exact_neighbours(vectors, 200, kDimension, 10, 1));
        std::map<std::pair<std::uint32_t, std::uint32_t>, float> weights;
        for (std::size_t i = 0; i < graph.from.size(); ++i) {
            QVERIFY(graph.from[i] != graph.to[i]);
            QVERIFY(graph.weight[i] > 0 && graph.weight[i] <= 1);
            QVERIFY(weights.emplace(std::pair{graph.from[i], graph.to[i]}, graph.weight[i]).second);
        }
        std::vector<float> strongest(200, 0);
        for (const auto& [pair, weight] : weights) {
            QCOMPARE(weights.at({pair.second, pair.first}), weight);
            strongest[pair.first] = std::max(strongest[pair.first], weight);
        }
        // Local connectivity 1: the nearest one belongs wholly.
        for (const float weight : strongest) QVERIFY(weight > 0.999F);
    }

    void neighbours_are_the_nearest_whatever_the_threads() {
        const auto vectors = testing::clustered(700, kDimension, 20, 5);
        const auto one = *exact_neighbours(vectors, 700, kDimension, 12, 1);
        const auto three = *exact_neighbours(vectors, 700, kDimension, 12, 3);
        QCOMPARE(one.row, three.row);
        QCOMPARE(one.distance, three.distance);
        for (std::size_t i = 0; i < 700; i += 37) {
            std::vector<std::pair<float, std::uint32_t>> all;
            for (std::size_t j = 0; j < 700; ++j) {
                if (j == i) continue;
                all.push_back(
                    {-dot(vectors.data() + i * kDimension, vectors.data() + j * kDimension, kDimension),
                     static_cast<std::uint32_t>(j)});
            }
            std::sort(all.begin(), all.end());
            for (std::size_t n = 0; n < 12; ++n) QCOMPARE(one.row[i * 12 + n], all[n].second);
        }
    }

    /// Whichever thread it is that has no memory left, the caller is told and no exception leaves it.
    void memory_that_is_not_there_is_an_error() {
        const auto vectors = testing::clustered(700, kDimension, 20, 5);
        const auto lists =
            exact_neighbours(vectors, 700, kDimension, 12, 2, {}, [](double) { throw std::bad_alloc(); });
        QVERIFY(!lists);
        QCOMPARE(lists.error().kind, ErrorKind::TooLarge);
        QVERIFY(!lists.error().text.empty());

        for (const bool own_thread : {false, true}) {
            std::atomic<int> ended{0};
            const Status status =
                side_by_side(3, "to test", [&](bool own, const std::atomic<bool>& failed) -> Status {
                    if (own == own_thread) throw std::bad_alloc();
                    while (!failed) std::this_thread::yield();  // told that it is over
                    ++ended;
                    return {};
                });
            QVERIFY(!status);
            QCOMPARE(status.error().kind, ErrorKind::TooLarge);
            QCOMPARE(ended.load(), own_thread ? 2 : 1);
        }
        const Status refused =
            side_by_side(2, "to test", [&](bool own, const std::atomic<bool>& failed) -> Status {
                if (!own) return Error{ErrorKind::Damaged, "A helper's own."};
                while (!failed) std::this_thread::yield();
                return {};
            });
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Damaged);
    }

    void a_new_point_lies_among_its_nearest_and_an_item_on_itself() {
        const std::vector<float> distances = {0.3F, 0.35F, 0.4F, 0.5F, 0.7F, 0.9F};
        const auto shares = new_point_shares(distances);
        QVERIFY(std::abs(std::accumulate(shares.begin(), shares.end(), 0.0F) - 1) < 1e-5F);
        for (std::size_t i = 1; i < shares.size(); ++i) QVERIFY(shares[i] < shares[i - 1] && shares[i] > 0);
        // They are exp(-d / sigma) of a sigma with which these sum to log2 of their number.
        const double sigma = double{distances[3] - distances[0]} / std::log(double{shares[0] / shares[3]});
        double sum = 0;
        for (const float d : distances) sum += std::exp(-double{d} / sigma);
        QVERIFY2(std::abs(sum - std::log2(6.0)) < 1e-3, qPrintable(QString::number(sum)));

        QCOMPARE(new_point_shares(std::vector<float>{0.0F, 0.1F, 0.2F}), (std::vector<float>{1, 0, 0}));
        // Read anew, a picture's vector differs by rounding.
        const float anew = distance_of_cosine(0.99992F);
        QCOMPARE(new_point_shares(std::vector<float>{anew, 0.1F, 0.2F}), (std::vector<float>{1, 0, 0}));
        QCOMPARE(new_point_shares(std::vector<float>{0.8F}), std::vector<float>{1});
        QVERIFY(new_point_shares({}).empty());
        const auto equal = new_point_shares(std::vector<float>(4, 1.2F));
        for (const float share : equal) QVERIFY(std::abs(share - 0.25F) < 1e-5F);
    }

    void the_plane_places_any_vector() {
        const auto vectors = testing::clustered(300, kDimension, 20, 7);
        const PrincipalPlane plane = principal_plane(vectors, 300, kDimension);
        for (std::size_t i = 0; i < 300; i += 29) {
            for (std::size_t axis = 0; axis < 2; ++axis) {
                const float at = dot(plane.axes[axis].data(), vectors.data() + i * kDimension, kDimension) -
                                 plane.centre[axis];
                QVERIFY(std::abs(at - plane.places[2 * i + axis]) < 1e-5F);
            }
        }
    }

    void the_plane_is_that_of_the_largest_variance() {
        // A long axis, a shorter one, and noise, turned into 24 dimensions.
        std::mt19937 random(9);
        std::normal_distribution<float> normal;
        std::vector<float> turn(2 * kDimension);
        for (float& value : turn) value = normal(random);
        std::vector<float> first(turn.begin(), turn.begin() + kDimension);
        std::vector<float> second(turn.begin() + kDimension, turn.end());
        testing::normalise(first, kDimension);
        const float along = dot(first.data(), second.data(), kDimension);
        for (int c = 0; c < kDimension; ++c) second[std::size_t(c)] -= along * first[std::size_t(c)];
        testing::normalise(second, kDimension);
        constexpr std::size_t count = 5000;  // more than are sampled
        std::vector<float> rows;
        std::vector<float> truth;
        for (std::size_t i = 0; i < count; ++i) {
            truth.push_back(5 * normal(random));
            truth.push_back(2 * normal(random));
            for (std::size_t c = 0; c < kDimension; ++c)
                rows.push_back(3 + truth[2 * i] * first[c] + truth[2 * i + 1] * second[c] +
                               0.1F * normal(random));
        }
        const PrincipalPlane plane = principal_plane(rows, count, kDimension);
        QVERIFY(plane.share[0] > 0.8 && plane.share[0] + plane.share[1] > 0.97);
        for (std::size_t axis = 0; axis < 2; ++axis) {
            double xy = 0;
            double xx = 0;
            double yy = 0;
            for (std::size_t i = 0; i < count; ++i) {
                const double x = double{plane.places[2 * i + axis]};
                const double y = double{truth[2 * i + axis]};
                xy += x * y;
                xx += x * x;
                yy += y * y;
            }
            QVERIFY(std::abs(xy) / std::sqrt(xx * yy) > 0.99);
        }
    }

    void classes_stay_apart_and_neighbours_stay_neighbours() {
        constexpr int count = 600;
        constexpr int classes = 6;
        const auto vectors = classes_of_vectors(count, classes, 7);
        const auto places = map_of(vectors, count);
        QCOMPARE(places.size(), std::size_t(2 * count));
        for (const float value : places) QVERIFY(std::isfinite(value));
        const double trust = trustworthiness(vectors, count, kDimension, places, 12);
        QVERIFY2(trust > 0.9, qPrintable(QString::number(trust)));
        int right = 0;
        for (int i = 0; i < count; ++i) {
            int nearest = -1;
            float least = 1e30F;
            for (int j = 0; j < count; ++j) {
                if (j == i) continue;
                const float dx = places[std::size_t(2 * i)] - places[std::size_t(2 * j)];
                const float dy = places[std::size_t(2 * i + 1)] - places[std::size_t(2 * j + 1)];
                if (dx * dx + dy * dy < least) {
                    least = dx * dx + dy * dy;
                    nearest = j;
                }
            }
            right += nearest % classes == i % classes ? 1 : 0;
        }
        QCOMPARE(right, count);
        // Six groups by their own plane alone are not: the layout adds something.
        const auto flat = principal_plane(vectors, count, kDimension).places;
        QVERIFY(trustworthiness(vectors, count, kDimension, flat, 12) < trust);
    }

    void trust_is_lost_on_a_shuffled_map() {
        const auto vectors = classes_of_vectors(200, 4, 8);
        std::vector<float> chance(400);
        std::mt19937 random(1);
        for (float& value : chance) value = static_cast<float>(random() % 1000);
        const double trust = trustworthiness(vectors, 200, kDimension, chance, 10);
        QVERIFY2(std::abs(trust - 0.5) < 0.1, qPrintable(QString::number(trust)));
    }

    void the_same_seed_gives_the_same_map() {
        const auto vectors = classes_of_vectors(150, 3, 11);
        const auto one = map_of(vectors, 150, 5, 1);
        QCOMPARE(one, map_of(vectors, 150, 5, 3));
        QVERIFY(one != map_of(vectors, 150, 6));
    }

    void it_tells_its_epochs_and_stops_when_asked() {
        const auto vectors = classes_of_vectors(150, 3, 12);
        const auto lists = *exact_neighbours(vectors, 150, kDimension, 15, 1);
        const auto start = principal_plane(vectors, 150, kDimension).places;
        std::stop_source stop;
        int told = 0;
        const auto places = umap_places(
            lists, start, {},
            [&](int epoch, int epochs, std::span<const float> now) {
                ++told;
                QCOMPARE(epoch, told);
                QCOMPARE(epochs, 500);
                QCOMPARE(now.size(), std::size_t(300));
                if (epoch == 7) stop.request_stop();
            },
            stop.get_token());
        QCOMPARE(told, 7);
        QVERIFY(places.empty());
        QVERIFY(principal_plane(vectors, 150, kDimension, stop.get_token()).places.empty());
        QVERIFY(exact_neighbours(vectors, 150, kDimension, 15, 2, stop.get_token())->row.empty());
    }

    void tiny_and_equal_inputs_have_a_map_too() {
        for (const int count : {0, 1, 2, 3, 4}) {
            const auto vectors = testing::clustered(count, kDimension, 5, 13);
            const auto places = map_of(vectors, std::size_t(count));
            QCOMPARE(places.size(), std::size_t(2 * count));
            for (const float value : places) QVERIFY(std::isfinite(value));
        }
        // Forty twins and ten others.
        std::vector<float> twins;
        const auto one = testing::clustered(1, kDimension, 1, 14);
        for (int i = 0; i < 40; ++i) twins.insert(twins.end(), one.begin(), one.end());
        for (const float value : map_of(twins, 40)) QVERIFY(std::isfinite(value));
        for (const float value : principal_plane(twins, 40, kDimension).places) QCOMPARE(value, 0.0F);
        const auto others = testing::clustered(10, kDimension, 10, 15);
        twins.insert(twins.end(), others.begin(), others.end());
        for (const float value : map_of(twins, 50)) QVERIFY(std::isfinite(value));
    }
};

QTEST_GUILESS_MAIN(TestUmap)
#include "test_umap.moc"
