// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/index/umap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/index/kernels.h"

namespace fieldmark {
namespace {

constexpr int kBisections = 64;
constexpr double kTolerance = 1e-5;
constexpr double kLeastScale = 1e-3;
constexpr double kStartExtent = 10;
constexpr double kStartNoise = 1e-3;
constexpr float kMostStep = 4;
constexpr std::size_t kManyRows = 10'000;
constexpr float kTwin = 0.0142F;  // the distance of unit vectors whose cosine is 0.9999

/// splitmix64: small, and the same everywhere.
class Noise {
  public:
    explicit Noise(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t bits() {
        std::uint64_t z = (m_state += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(((bits() >> 32) * std::uint64_t{count}) >> 32);
    }
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

  private:
    std::uint64_t m_state;
};

float clipped(float step) {
    return std::clamp(step, -kMostStep, kMostStep);
}

std::vector<float> spread_start(std::span<const float> start, std::size_t rows, Noise& noise) {
    std::vector<float> places(start.begin(), start.end());
    places.resize(rows * 2, 0.0F);
    float largest = 0;
    for (const float value : places) largest = std::max(largest, std::abs(value));
    const float scale = largest > 0 ? static_cast<float>(kStartExtent) / largest : 0.0F;
    for (float& value : places) {
        value = value * scale + static_cast<float>(kStartNoise * (noise.uniform() - 0.5));
    }
    return places;
}

/// So that the memberships exp(-max(0, d - rho) / sigma) sum to log2 of their number; by bisection.
double fitted_sigma(std::span<const float> distances, double rho) {
    const double wanted = std::log2(static_cast<double>(distances.size()));
    double low = 0;
    double high = std::numeric_limits<double>::infinity();
    double sigma = 1;
    for (int i = 0; i < kBisections; ++i) {
        double sum = 0;
        for (const float distance : distances) {
            const double beyond = double{distance} - rho;
            sum += beyond > 0 ? std::exp(-beyond / sigma) : 1;
        }
        if (std::abs(sum - wanted) < kTolerance) break;
        if (sum > wanted) {
            high = sigma;
            sigma = (low + high) / 2;
        } else {
            low = sigma;
            sigma = std::isinf(high) ? sigma * 2 : (low + high) / 2;
        }
    }
    return sigma;
}

}  // namespace

UmapCurve fit_umap_curve(double min_dist) {
    constexpr int kSamples = 300;
    constexpr double kReach = 3;
    std::vector<double> x(kSamples);
    std::vector<double> y(kSamples);
    for (int i = 0; i < kSamples; ++i) {
        const auto at = static_cast<std::size_t>(i);
        x[at] = kReach * i / (kSamples - 1);
        y[at] = x[at] < min_dist ? 1 : std::exp(min_dist - x[at]);
    }
    const auto loss = [&](double a, double b) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double rest = 1 / (1 + a * std::pow(x[i], 2 * b)) - y[i];
            sum += rest * rest;
        }
        return sum;
    };
    // Levenberg-Marquardt on two parameters.
    UmapCurve curve;
    double damping = 1e-3;
    double best = loss(curve.a, curve.b);
    for (int iteration = 0; iteration < 200; ++iteration) {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double ga = 0;
        double gb = 0;
        for (std::size_t i = 1; i < x.size(); ++i) {  // at x = 0 the curve is 1 whatever a and b
            const double power = std::pow(x[i], 2 * curve.b);
            const double value = 1 / (1 + curve.a * power);
            const double by_a = -power * value * value;
            const double by_b = -2 * curve.a * power * std::log(x[i]) * value * value;
            const double rest = value - y[i];
            aa += by_a * by_a;
            ab += by_a * by_b;
            bb += by_b * by_b;
            ga += by_a * rest;
            gb += by_b * rest;
        }
        const double daa = aa * (1 + damping);
        const double dbb = bb * (1 + damping);
        const double determinant = daa * dbb - ab * ab;
        if (!(std::abs(determinant) > 0)) break;
        const double step_a = -(dbb * ga - ab * gb) / determinant;
        const double step_b = -(daa * gb - ab * ga) / determinant;
        const double a = std::max(1e-3, curve.a + step_a);
        const double b = std::max(1e-3, curve.b + step_b);
        const double now = loss(a, b);
        if (now < best) {
            const bool settled = best - now < 1e-14;
            curve = {a, b};
            best = now;
            damping = std::max(1e-12, damping / 4);
            if (settled) break;
        } else {
            damping *= 4;
            if (damping > 1e12) break;
        }
    }
    return curve;
}

NeighbourScale fit_neighbour_scale(std::span<const float> distances, double mean) {
    NeighbourScale scale;
    if (distances.empty()) return scale;
    for (const float distance : distances) {
        if (distance > 0) {
            scale.rho = double{distance};
            break;
        }
    }
    const double sigma = fitted_sigma(distances, scale.rho);
    const double own =
        std::accumulate(distances.begin(), distances.end(), 0.0) / static_cast<double>(distances.size());
    const double least = kLeastScale * (scale.rho > 0 ? own : mean);
    scale.sigma = std::max(sigma, std::max(least, 1e-12));
    return scale;
}

std::vector<float> new_point_shares(std::span<const float> distances) {
    std::vector<float> shares(distances.size(), 0.0F);
    if (shares.empty()) return shares;
    if (shares.size() == 1 || distances.front() <= kTwin) {
        shares.front() = 1;
        return shares;
    }
    const double nearest = double{distances.front()};
    const double sigma = std::max(fitted_sigma(distances, 0), 1e-12);
    double sum = 0;
    for (const float distance : distances) sum += std::exp(-(double{distance} - nearest) / sigma);
    for (std::size_t i = 0; i < shares.size(); ++i)
        shares[i] = static_cast<float>(std::exp(-(double{distances[i]} - nearest) / sigma) / sum);
    return shares;
}

FuzzyGraph fuzzy_graph(const NeighbourLists& lists) {
    struct Arc {
        std::uint64_t pair;  // smaller row, then larger
        float weight;
    };
    const double mean = lists.distance.empty()
                            ? 0
                            : std::accumulate(lists.distance.begin(), lists.distance.end(), 0.0) /
                                  static_cast<double>(lists.distance.size());
    std::vector<Arc> arcs;
    arcs.reserve(lists.row.size());
    for (std::size_t i = 0; i < lists.rows; ++i) {
        const std::span distances(lists.distance.data() + i * lists.k, lists.k);
        const NeighbourScale scale = fit_neighbour_scale(distances, mean);
        for (std::size_t n = 0; n < lists.k; ++n) {
            const std::uint64_t other = lists.row[i * lists.k + n];
            const double beyond = double{distances[n]} - scale.rho;
            const double weight = beyond > 0 ? std::exp(-beyond / scale.sigma) : 1;
            const std::uint64_t low = std::min<std::uint64_t>(i, other);
            const std::uint64_t high = std::max<std::uint64_t>(i, other);
            arcs.push_back({low << 32 | high, static_cast<float>(weight)});
        }
    }
    std::sort(arcs.begin(), arcs.end(), [](const Arc& a, const Arc& b) {
        return a.pair < b.pair || (a.pair == b.pair && a.weight < b.weight);
    });
    FuzzyGraph graph;
    for (std::size_t i = 0; i < arcs.size(); ++i) {
        float weight = arcs[i].weight;
        const std::uint64_t pair = arcs[i].pair;
        if (i + 1 < arcs.size() && arcs[i + 1].pair == pair) {
            const float other = arcs[++i].weight;
            weight = weight + other - weight * other;
        }
        const auto low = static_cast<std::uint32_t>(pair >> 32);
        const auto high = static_cast<std::uint32_t>(pair & 0xFFFFFFFFU);
        for (const auto& [from, to] : {std::pair{low, high}, std::pair{high, low}}) {
            graph.from.push_back(from);
            graph.to.push_back(to);
            graph.weight.push_back(weight);
        }
    }
    return graph;
}

std::vector<float> umap_places(const NeighbourLists& lists, std::span<const float> start,
                               const UmapSettings& settings, const UmapObserver& observer,
                               std::stop_token stop) {
    const std::size_t rows = lists.rows;
    if (rows < 3 || lists.k == 0) return {start.begin(), start.end()};
    const int epochs = settings.epochs > 0 ? settings.epochs : rows <= kManyRows ? 500 : 200;
    const UmapCurve curve = fit_umap_curve(settings.min_dist);
    const auto a = static_cast<float>(curve.a);
    const auto b = static_cast<float>(curve.b);
    Noise noise(settings.seed);
    std::vector<float> places = spread_start(start, rows, noise);

    // An edge takes part in so many of the epochs as its weight is of the largest; the faintest in none.
    FuzzyGraph graph = fuzzy_graph(lists);
    const float largest = *std::max_element(graph.weight.begin(), graph.weight.end());
    struct Edge {
        std::uint32_t from;
        std::uint32_t to;
        float every;  // epochs
        float next;
    };
    std::vector<Edge> edges;
    edges.reserve(graph.weight.size());
    for (std::size_t i = 0; i < graph.weight.size(); ++i) {
        if (graph.weight[i] * static_cast<float>(epochs) < largest) continue;
        const float every = largest / graph.weight[i];
        edges.push_back({graph.from[i], graph.to[i], every, every});
    }
    graph = {};
    // In the order of the pairs whole classes would pull before others had their turn.
    for (std::size_t i = edges.size(); i > 1; --i) std::swap(edges[i - 1], edges[noise.below(i)]);

    for (int epoch = 0; epoch < epochs; ++epoch) {
        if (stop.stop_requested()) return {};
        const float rate = 1.0F - static_cast<float>(epoch) / static_cast<float>(epochs);
        const auto now = static_cast<float>(epoch + 1);
        for (Edge& edge : edges) {
            if (edge.next > now) continue;
            edge.next += edge.every;
            float* own = places.data() + 2 * std::size_t{edge.from};
            float* other = places.data() + 2 * std::size_t{edge.to};
            const float x = own[0] - other[0];
            const float y = own[1] - other[1];
            const float square = x * x + y * y;
            if (square > 0) {
                const float power = std::pow(square, b);
                const float pull = -2 * a * b * power / (square * (1 + a * power));
                const float step_x = clipped(pull * x) * rate;
                const float step_y = clipped(pull * y) * rate;
                own[0] += step_x;
                own[1] += step_y;
                other[0] -= step_x;
                other[1] -= step_y;
            }
            for (int n = 0; n < settings.negatives; ++n) {
                const std::size_t far = noise.below(rows);
                if (far == edge.from || far == edge.to) continue;
                const float* away = places.data() + 2 * far;
                const float dx = own[0] - away[0];
                const float dy = own[1] - away[1];
                const float apart = dx * dx + dy * dy;
                if (apart <= 0) continue;
                const float push = 2 * b / ((0.001F + apart) * (1 + a * std::pow(apart, b)));
                own[0] += clipped(push * dx) * rate;
                own[1] += clipped(push * dy) * rate;
            }
        }
        if (observer) observer(epoch + 1, epochs, places);
    }
    return places;
}

double trustworthiness(std::span<const float> vectors, std::size_t rows, std::size_t dimension,
                       std::span<const float> places, std::size_t k) {
    if (rows < 2 || k == 0 || 2 * k >= rows) return 1;
    double penalty = 0;
    std::vector<std::size_t> order(rows);
    std::vector<double> far(rows);
    std::vector<std::size_t> rank(rows);
    const auto sort_by_distance = [&](std::size_t own) {
        far[own] = -1;  // first, whoever else is at the same place
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return far[a] < far[b] || (far[a] == far[b] && a < b);
        });
    };
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < rows; ++j) {
            far[j] =
                1 - double{dot(vectors.data() + i * dimension, vectors.data() + j * dimension, dimension)};
        }
        sort_by_distance(i);
        for (std::size_t r = 0; r < rows; ++r) rank[order[r]] = r;
        for (std::size_t j = 0; j < rows; ++j) {
            far[j] = std::hypot(double{places[2 * i]} - double{places[2 * j]},
                                double{places[2 * i + 1]} - double{places[2 * j + 1]});
        }
        sort_by_distance(i);
        for (std::size_t r = 1; r <= k; ++r) {
            if (rank[order[r]] > k) penalty += static_cast<double>(rank[order[r]] - k);
        }
    }
    const auto n = static_cast<double>(rows);
    const auto near = static_cast<double>(k);
    return 1 - 2 * penalty / (n * near * (2 * n - 3 * near - 1));
}

}  // namespace fieldmark
