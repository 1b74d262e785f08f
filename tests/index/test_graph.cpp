// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "core/index/choose_way.h"
#include "core/index/graph.h"
#include "core/index/search_benchmark.h"
#include "core/index/vector_index.h"
#include "tests/index/vectors.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

constexpr int kDimension = 1280;
constexpr int kRows = 3000;
constexpr int kQueries = 60;

struct Fixture {
    std::vector<float> rows = generate_vectors(0, kRows, kDimension, kRows / 100, 9);
    std::vector<float> queries = generate_vectors(kRows, kQueries, kDimension, kRows / 100, 9);

    std::span<const float> row(std::int64_t id) const {
        return std::span(rows).subspan(std::size_t(id - 1) * kDimension, kDimension);
    }
    std::span<const float> query(int i) const {
        return std::span(queries).subspan(std::size_t(i) * kDimension, kDimension);
    }
};

std::vector<std::int64_t> every(int step, std::int64_t count = kRows) {
    std::vector<std::int64_t> ids;
    for (std::int64_t id = 1; id <= count; id += step) ids.push_back(id);
    return ids;
}

std::vector<const float*> pointers(const std::vector<float>& rows, int dimension) {
    std::vector<const float*> list;
    for (std::size_t at = 0; at < rows.size(); at += std::size_t(dimension)) list.push_back(rows.data() + at);
    return list;
}

}  // namespace

class TestGraph : public QObject {
    Q_OBJECT

    Fixture m_data;

    /// Mean Recall@10 of the graph against the exact scan; also that every score is the exact one.
    double gate(const VectorIndex& index, const std::vector<std::int64_t>* admitted) {
        double sum = 0;
        for (int i = 0; i < kQueries; ++i) {
            const auto right = index.search({m_data.query(i), 10, SearchWay::Exact, admitted, 0});
            const auto found = index.search({m_data.query(i), 10, SearchWay::Graph, admitted, 0});
            if (!right.ok() || !found.ok() || found->way != SearchWay::Graph) return -1;
            sum += recall(found->neighbors, right->neighbors);
        }
        return sum / kQueries;
    }

  private Q_SLOTS:
    void recall_gate() {
        VectorIndex index(kDimension);
        QVERIFY(index.add(ids_from(1, kRows), m_data.rows).ok());
        std::int64_t last = 0;
        std::int64_t total = 0;
        QVERIFY(index
                    .build_graph(2, {},
                                 [&](std::int64_t done, std::int64_t all) {
                                     last = done;
                                     total = all;
                                 })
                    .ok());
        QCOMPARE(last, total);
        QCOMPARE(index.info().graph_rows, kRows);
        const auto half = every(2);
        const auto tenth = every(10);
        const auto hundredth = every(100);
        QVERIFY(gate(index, nullptr) >= 0.99);
        QVERIFY(gate(index, &half) >= 0.99);
        QVERIFY(gate(index, &tenth) >= 0.99);
        QVERIFY(gate(index, &hundredth) >= 0.99);
        std::vector<std::int64_t> fifth;  // some in every filter
        for (std::int64_t id = 1; id <= kRows; ++id) {
            if (id / 7 % 5 == 0) fifth.push_back(id);
        }
        const auto dead = static_cast<std::int64_t>(fifth.size());
        index.remove(fifth);
        QCOMPARE(index.info().dead, dead);
        QVERIFY(dead >= kRows / 5 - 10 && dead <= kRows / 5 + 10);
        QVERIFY(gate(index, nullptr) >= 0.99);
        QVERIFY(gate(index, &half) >= 0.99);
        QVERIFY(gate(index, &tenth) >= 0.99);
        QVERIFY(gate(index, &hundredth) >= 0.99);
        // Made anew: the dead are left out.
        index.remove(ids_from(kRows - 20, 20));
        QVERIFY(index.build_graph(2).ok());
        QCOMPARE(index.info().graph_rows, index.info().rows);
        QVERIFY(index.info().graph_rows <= kRows - dead - 10);
        QVERIFY(gate(index, nullptr) >= 0.99);
    }

    // Every vector three times, as pictures in several folders are, and one of them a thousand times.
    void recall_gate_with_many_duplicates() {
        VectorIndex index(kDimension);
        const int distinct = 1000;
        const auto base = std::span(m_data.rows).first(std::size_t(distinct) * kDimension);
        for (int copy = 0; copy < 3; ++copy)
            QVERIFY(index.add(ids_from(1 + copy * distinct, distinct), base).ok());
        std::vector<float> same;
        for (int i = 0; i < 1000; ++i) same.insert(same.end(), m_data.row(1).begin(), m_data.row(1).end());
        QVERIFY(index.add(ids_from(3001, 1000), same).ok());
        QVERIFY(index.build_graph(2).ok());
        QCOMPARE(index.info().graph_rows, 4000);
        QVERIFY(gate(index, nullptr) >= 0.99);
        const auto half = every(2, 4000);
        const auto hundredth = every(100, 4000);
        QVERIFY(gate(index, &half) >= 0.99);
        QVERIFY(gate(index, &hundredth) >= 0.99);
        // Twins fan out in full, the smaller id first.
        const auto all = index.search({m_data.row(1), 1003, SearchWay::Graph, nullptr, 0});
        QCOMPARE(all->neighbors.size(), 1003u);
        QCOMPARE(all->neighbors[0].id, 1);
        QCOMPARE(all->neighbors[2].id, 2001);
        QCOMPARE(all->neighbors[1002].id, 4000);
        QCOMPARE(index.twins(1).size(), 1002u);
        // When the one in the graph dies, a twin takes over.
        index.remove(std::vector<std::int64_t>{1});
        const auto without = index.search({m_data.row(1), 2, SearchWay::Graph, nullptr, 0});
        QCOMPARE(without->neighbors[0].id, 1001);
        QCOMPARE(without->way, SearchWay::Graph);
        QCOMPARE(index.twins(1).size(), 0u);  // dead
        QCOMPARE(index.twins(1001).size(), 1001u);
    }

    void tail_is_merged_and_grown_into_the_graph() {
        VectorIndex index(kDimension);
        const std::size_t part = 1500;
        QVERIFY(index.add(ids_from(1, part), std::span(m_data.rows).first(part * kDimension)).ok());
        QVERIFY(index.build_graph(1).ok());
        QVERIFY(index.add(ids_from(1 + part, part), std::span(m_data.rows).subspan(part * kDimension)).ok());
        QCOMPARE(index.info().graph_rows, 1500);
        QCOMPARE(index.info().rows, 3000);
        for (std::int64_t id = 1501; id <= 1520; ++id) {
            const auto found = index.search({m_data.row(id), 1, SearchWay::Graph, nullptr, 0});
            QCOMPARE(found->way, SearchWay::Graph);
            QCOMPARE(found->neighbors[0].id, id);  // from the tail, exactly
        }
        QVERIFY(gate(index, nullptr) >= 0.99);
        index.remove(std::vector<std::int64_t>{3, 1600});
        QVERIFY(index.build_graph(2).ok());
        QCOMPARE(index.info().graph_rows, 2998);
        QVERIFY(gate(index, nullptr) >= 0.99);
        index.drop_graph();
        QCOMPARE(index.info().graph_rows, 0);
        QCOMPARE(index.search({m_data.row(5), 1, SearchWay::Graph, nullptr, 0})->way, SearchWay::Exact);
    }

    void cancel_keeps_the_old_graph() {
        VectorIndex index(16);
        const auto rows = clustered(800, 16, 20, 1);
        QVERIFY(index.add(ids_from(1, 400), std::span(rows).first(400 * 16)).ok());
        QVERIFY(index.build_graph(1).ok());
        QVERIFY(index.add(ids_from(401, 400), std::span(rows).subspan(400 * 16)).ok());
        std::stop_source stop;
        const auto status =
            index.build_graph(1, stop.get_token(), [&](std::int64_t, std::int64_t) { stop.request_stop(); });
        QVERIFY(!status.ok());
        QCOMPARE(status.error().kind, ErrorKind::Cancelled);
        QCOMPARE(index.info().graph_rows, 400);
        QCOMPARE(index.search({std::span(rows).first(16), 1, SearchWay::Graph, nullptr, 0})->way,
                 SearchWay::Graph);
    }

    void one_thread_builds_the_same_graph_every_time() {
        const auto rows = clustered(500, 24, 10, 2);
        const auto seeds = ids_from(1, 500);
        const auto first = Graph::build(24, pointers(rows, 24), seeds, nullptr, 1, {}, {});
        const auto second = Graph::build(24, pointers(rows, 24), seeds, nullptr, 1, {}, {});
        QVERIFY(first.ok() && second.ok());
        const auto links = (*first)->links();
        QVERIFY(links == (*second)->links());
        QVERIFY(check_links(links).ok());
        QVERIFY(*std::max_element(links.levels.begin(), links.levels.end()) > 0);
        const auto back = Graph::from_links(links, 24, pointers(rows, 24));
        QVERIFY(back.ok());
        QVERIFY((*back)->links() == links);
    }

    // A third of the vectors gone, the entry point among them: the rest is still found.
    void graph_heals_around_lost_vectors() {
        const auto rows = clustered(2000, 48, 40, 3);
        const auto whole = Graph::build(48, pointers(rows, 48), ids_from(1, 2000), nullptr, 1, {}, {});
        QVERIFY(whole.ok());
        const auto links = (*whole)->links();
        auto left = pointers(rows, 48);
        for (std::size_t node = 0; node < left.size(); node += 3) left[node] = nullptr;
        left[links.entry] = nullptr;
        const auto healed = Graph::from_links(links, 48, left);
        QVERIFY(healed.ok());
        const auto after = (*healed)->links();
        QVERIFY(check_links(after).ok());
        for (const std::uint32_t target : after.targets) QVERIFY(left[target] != nullptr);
        int found = 0;
        int wanted = 0;
        for (std::size_t node = 0; node < left.size(); ++node) {
            if (left[node] == nullptr) continue;
            ++wanted;
            for (const auto& hit : (*healed)->search(left[node], 50, nullptr))
                found += hit.node == node ? 1 : 0;
        }
        QVERIFY(found >= wanted * 99 / 100);
    }

    void way_is_chosen_by_work() {
        // live, admitted, filtered, dimension, ef
        QCOMPARE(choose_way({100'000, 100'000, false, 384, 100}), SearchWay::Exact);  // 38 million
        QCOMPARE(choose_way({105'000, 105'000, false, 384, 100}), SearchWay::Graph);  // 40.3 million
        QCOMPARE(choose_way({100'000, 100'000, false, 1280, 100}), SearchWay::Graph);
        QCOMPARE(choose_way({100'000, 50'000, true, 1280, 200}), SearchWay::Graph);
        QCOMPARE(choose_way({100'000, 31'000, true, 1280, 200}), SearchWay::Exact);     // little work
        QCOMPARE(choose_way({1'000'000, 125'000, true, 1280, 200}), SearchWay::Exact);  // an eighth
        QCOMPARE(choose_way({1'000'000, 125'001, true, 1280, 200}), SearchWay::Graph);
        QCOMPARE(choose_way({100'000, 100'000, false, 1280, 10'000}), SearchWay::Exact);  // k = 5,000
    }

    void a_small_index_wants_no_graph() {
        VectorIndex index(16);
        QVERIFY(!index.wants_graph());
        QVERIFY(index.add(ids_from(1, 100), clustered(100, 16, 5, 4)).ok());
        QVERIFY(!index.wants_graph());
    }

    // 40,000,001 numbers, without building over all of them.
    void a_large_index_wants_one() {
        VectorIndex index(1000);
        const auto rows = clustered(2000, 1000, 5, 4);
        for (int i = 0; i < 20; ++i) {
            QVERIFY(!index.wants_graph());
            QVERIFY(index.add(ids_from(1 + i * 2000, 2000), rows).ok());
        }
        QVERIFY(!index.wants_graph());
        QVERIFY(index.add(ids_from(50'000, 1), std::span(rows).first(1000)).ok());
        QVERIFY(index.wants_graph());
        QVERIFY(index.build_graph(2).ok());  // 2,000 nodes, 20 twins each
        QVERIFY(!index.wants_graph());
        QCOMPARE(index.search({std::span(rows).first(1000), 5, SearchWay::Auto, nullptr, 0})->way,
                 SearchWay::Graph);
        for (int i = 0; i < 3; ++i) QVERIFY(index.add(ids_from(60'000 + i * 2000, 2000), rows).ok());
        QVERIFY(index.wants_graph());  // a tail of 6,000
        QVERIFY(index.build_graph(2).ok());
        QVERIFY(!index.wants_graph());
        index.remove(ids_from(1, 5000));
        QVERIFY(!index.wants_graph());
        index.drop_graph();
        QVERIFY(index.wants_graph());
    }

    void benchmark_gives_every_figure() {
        SearchBenchmarkOptions options;
        options.rows = 1500;
        options.dimension = 64;
        options.queries = 10;
        int lines = 0;
        const auto result = benchmark_search(options, {}, [&](const std::string&) { ++lines; });
        QVERIFY(result.ok());
        QVERIFY(lines > 3);
        QVERIFY(result->exact_ms > 0 && result->bandwidth_ms > 0 && result->ratio > 0 &&
                result->graph_ms > 0);
        QVERIFY(result->recall_at_10 > 0.9);
        QCOMPARE(result->cases.size(), 7u);
        QVERIFY(to_text(*result).find("Recall@10") != std::string::npos);
        // The same vectors for the same seed, whatever the batch.
        const auto all = generate_vectors(0, 10, 64, 3, 5);
        const auto some = generate_vectors(4, 3, 64, 3, 5);
        QVERIFY(std::equal(some.begin(), some.end(), all.begin() + 4 * 64));
        options.rows = 0;
        QCOMPARE(benchmark_search(options).error().kind, ErrorKind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestGraph)
#include "test_graph.moc"
