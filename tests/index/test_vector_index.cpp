// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <QTemporaryDir>
#include <QtTest/QTest>

#include "core/index/vector_index.h"
#include "tests/index/vectors.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

const SnapshotKey kKey{std::string(32, 'a'), std::string(64, 'b')};

/// One row of text that says where two results part.
QByteArray difference(const std::vector<Neighbor>& found, const std::vector<Neighbor>& right) {
    for (std::size_t i = 0; i < std::max(found.size(), right.size()); ++i) {
        const auto text = [&](const std::vector<Neighbor>& list) {
            if (i >= list.size()) return QByteArray("none");
            return QByteArray::number(qint64{list[i].id}) + " at " +
                   QByteArray::number(list[i].score, 'g', 9);
        };
        if (i >= found.size() || i >= right.size() || found[i] != right[i]) {
            return "rank " + QByteArray::number(int(i) + 1) + ": " + text(found) + " instead of " +
                   text(right);
        }
    }
    return {};
}

}  // namespace

class TestVectorIndex : public QObject {
    Q_OBJECT

    /// One random life of an index, checked against the oracle after every step.
    void live(unsigned seed) {
        std::mt19937 random(seed);
        const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
        QTemporaryDir folder;
        const int dimension = 1 + below(40);
        const auto d = static_cast<std::size_t>(dimension);
        const auto where = [&](const QByteArray& what) {
            return "seed " + QByteArray::number(seed) + ", " + what;
        };
        auto index = std::make_unique<VectorIndex>(dimension);
        Oracle oracle{dimension, {}};
        std::int64_t next = 1;
        for (int step = 0; step < 25; ++step) {
            const int action = below(10);
            if (action < 4) {
                auto rows = clustered(1 + below(60), dimension, 1 + below(5), random());
                for (std::size_t at = 0; at < rows.size(); at += d) {  // many twins, of old rows and new ones
                    if (below(4) != 0) continue;
                    if (!oracle.live.empty() && below(2) == 0) {
                        auto it = oracle.live.begin();
                        std::advance(it, below(static_cast<int>(oracle.live.size())));
                        std::copy(it->second.begin(), it->second.end(), rows.begin() + std::ptrdiff_t(at));
                    } else {
                        std::copy_n(rows.begin(), d, rows.begin() + std::ptrdiff_t(at));
                    }
                }
                std::vector<std::int64_t> ids;
                for (std::size_t at = 0; at < rows.size(); at += d) {
                    next += 1 + below(3);
                    ids.push_back(next);
                    oracle.live[next] = std::vector<float>(rows.begin() + std::ptrdiff_t(at),
                                                           rows.begin() + std::ptrdiff_t(at + d));
                }
                QVERIFY(index->add(ids, rows).ok());
            } else if (action < 6) {
                std::vector<std::int64_t> ids;
                for (int i = below(30); i > 0; --i) ids.push_back(below(static_cast<int>(next) + 2));
                index->remove(ids);
                for (const auto id : ids) oracle.live.erase(id);
            } else if (action == 6) {
                QVERIFY(index->build_graph(1 + below(2)).ok());
            } else if (action == 7 && index->info().graph_rows > 0) {
                const auto status = index->save_graph(FileSystem::posix(), folder.path().toStdString(), kKey);
                QVERIFY2(status.ok(), where("save").constData());
            } else if (action == 8) {
                // A restart: the live rows come back from the library, the graph from its file, if it fits.
                index = std::make_unique<VectorIndex>(dimension);
                for (const auto& [id, vector] : oracle.live)
                    QVERIFY(index->add(std::span(&id, 1), vector).ok());
                const auto status = index->load_graph(FileSystem::posix(), folder.path().toStdString(), kKey);
                QVERIFY2(status.ok() || status.error().kind == ErrorKind::NotFound,
                         where("load").constData());
            } else if (action == 9) {
                index->drop_graph();
            }
            check(*index, oracle, random, where("step " + QByteArray::number(step)));
            if (QTest::currentTestFailed()) return;
        }
    }

    void check(const VectorIndex& index, const Oracle& oracle, std::mt19937& random,
               const QByteArray& where) {
        const auto info = index.info();
        QVERIFY2(info.rows == std::int64_t(oracle.live.size()), where.constData());
        QVERIFY2(info.graph_rows >= 0 && info.graph_rows <= info.rows, where.constData());
        const auto query = clustered(1, index.dimension(), 1, random());
        std::vector<std::int64_t> admitted;
        const unsigned share = 1 + random() % 8;
        for (const auto& [id, vector] : oracle.live) {
            if (random() % share == 0) admitted.push_back(id);
        }
        if (random() % 2 == 0) admitted.push_back(info.generation + 10);  // unknown to the index
        const int k = 1 + int(random() % 20);
        for (const auto* filter : {static_cast<const std::vector<std::int64_t>*>(nullptr),
                                   static_cast<const std::vector<std::int64_t>*>(&admitted)}) {
            const auto right = oracle.search(query, k, filter);
            for (const auto way : {SearchWay::Exact, SearchWay::Auto, SearchWay::Graph}) {
                VectorQuery request{query, k, way, filter, 0};
                const auto result = index.search(request);
                QVERIFY2(result.ok(), where.constData());
                const auto all = oracle.search(query, int(oracle.live.size()) + 1, filter);
                QVERIFY2(result->admitted_rows == std::int64_t(all.size()), where.constData());
                if (way != SearchWay::Graph) {
                    // So small an index is scanned by choice, too.
                    QVERIFY2(result->way == SearchWay::Exact, where.constData());
                    const auto text = difference(result->neighbors, right);
                    QVERIFY2(text.isEmpty(), (where + ": " + text).constData());
                } else {
                    // A graph may miss a row, but never invents, repeats, misorders or falls short.
                    QVERIFY2(result->neighbors.size() == right.size(), where.constData());
                    for (std::size_t i = 0; i < result->neighbors.size(); ++i) {
                        const auto& neighbor = result->neighbors[i];
                        QVERIFY2(std::find(all.begin(), all.end(), neighbor) != all.end(), where.constData());
                        if (i == 0) continue;
                        const auto& before = result->neighbors[i - 1];
                        QVERIFY2(before.score > neighbor.score ||
                                     (before.score == neighbor.score && before.id < neighbor.id),
                                 where.constData());
                    }
                }
            }
        }
        for (int i = 0; i < 3 && !oracle.live.empty(); ++i) {
            auto it = oracle.live.begin();
            std::advance(it, int(random() % unsigned(oracle.live.size())));
            std::vector<float> copy(it->second.size());
            QVERIFY2(index.vector(it->first, copy) && copy == it->second, where.constData());
            std::vector<std::int64_t> twins;
            for (const auto& [id, vector] : oracle.live) {
                if (id != it->first && vector == it->second) twins.push_back(id);
            }
            QVERIFY2(index.twins(it->first) == twins, where.constData());
        }
    }

  private Q_SLOTS:
    void random_lives_equal_brute_force() {
        for (unsigned seed = 1; seed <= 400; ++seed) {
            live(seed);
            if (QTest::currentTestFailed()) return;
        }
    }

    // Several chunks and several threads.
    void large_scan_equals_brute_force() {
        const int dimension = 384;
        const auto rows = clustered(30'000, dimension, 50, 5);
        VectorIndex index(dimension);
        QVERIFY(index.add(ids_from(1, 30'000), rows).ok());
        Oracle oracle{dimension, {}};
        std::vector<std::int64_t> removed;
        for (std::int64_t id = 1; id <= 30'000; ++id) {
            if (id % 7 == 0) {
                removed.push_back(id);
                continue;
            }
            const auto at = rows.begin() + (id - 1) * dimension;
            oracle.live[id] = std::vector<float>(at, at + dimension);
        }
        index.remove(removed);
        for (unsigned seed = 1; seed <= 5; ++seed) {
            const auto query = clustered(1, dimension, 1, seed);
            const auto result = index.search({query, 100, SearchWay::Exact, nullptr, 0});
            QVERIFY(result.ok());
            QVERIFY2(result->neighbors == oracle.search(query, 100),
                     difference(result->neighbors, oracle.search(query, 100)).constData());
        }
        std::size_t floats = 0;
        for (const auto& block : index.blocks()) floats += block.size();
        QCOMPARE(floats, rows.size());
    }

    void fewer_than_k_is_no_error() {
        VectorIndex index(8);
        const auto rows = clustered(5, 8, 5, 1);
        const std::span<const float> query(rows.data(), 8);
        const std::vector<std::int64_t> nobody;
        for (const auto way : {SearchWay::Auto, SearchWay::Exact, SearchWay::Graph}) {
            QCOMPARE(index.search({query, 10, way, nullptr, 0})->neighbors.size(), 0u);  // empty
        }
        QVERIFY(index.add(ids_from(10, 5), rows).ok());
        QVERIFY(index.build_graph(1).ok());
        for (const auto way : {SearchWay::Auto, SearchWay::Exact, SearchWay::Graph}) {
            QCOMPARE(index.search({query, 10, way, nullptr, 0})->neighbors.size(), 5u);
            QCOMPARE(index.search({query, 10, way, &nobody, 0})->neighbors.size(), 0u);  // all filtered
            QCOMPARE(index.search({query, 10, way, &nobody, 0})->admitted_rows, 0);
        }
        const std::vector<std::int64_t> two{11, 13};
        QCOMPARE(index.search({query, 10, SearchWay::Graph, &two, 0})->neighbors.size(), 2u);
        index.remove(ids_from(10, 5));
        for (const auto way : {SearchWay::Auto, SearchWay::Exact, SearchWay::Graph}) {
            QCOMPARE(index.search({query, 10, way, nullptr, 0})->neighbors.size(), 0u);  // all dead
        }
        QCOMPARE(index.info().dead, 5);
        QVERIFY(index.build_graph(1).ok());  // of nothing: there is none after
        QCOMPARE(index.info().graph_rows, 0);
        QVERIFY(index.add(ids_from(20, 5), rows).ok());
        QCOMPARE(index.search({query, 10, SearchWay::Graph, nullptr, 0})->neighbors.size(), 5u);
    }

    void bad_requests_are_refused_and_change_nothing() {
        VectorIndex index(4);
        const std::vector<float> row{1, 0, 0, 0};
        QVERIFY(index.add(std::vector<std::int64_t>{5}, row).ok());
        const auto refused = [&](std::vector<std::int64_t> ids, std::vector<float> vectors, ErrorKind kind) {
            const auto status = index.add(ids, vectors);
            return !status.ok() && status.error().kind == kind && index.info().rows == 1 &&
                   index.info().generation == 5;
        };
        QVERIFY(refused({5}, row, ErrorKind::Usage));
        QVERIFY(refused({4}, row, ErrorKind::Usage));
        QVERIFY(refused({7, 6}, {1, 0, 0, 0, 1, 0, 0, 0}, ErrorKind::Usage));
        QVERIFY(refused({6}, {1, 0, 0}, ErrorKind::Usage));
        QVERIFY(refused({6, 7}, {1, 0, 0, 0, std::numeric_limits<float>::quiet_NaN(), 0, 0, 0},
                        ErrorKind::Damaged));
        QVERIFY(refused({6}, {std::numeric_limits<float>::infinity(), 0, 0, 0}, ErrorKind::Damaged));
        const std::vector<float> other(5);
        const std::vector<float> none{std::numeric_limits<float>::quiet_NaN(), 0, 0, 0};
        QCOMPARE(index.search({other, 1, SearchWay::Auto, nullptr, 0}).error().kind, ErrorKind::Usage);
        QCOMPARE(index.search({none, 1, SearchWay::Auto, nullptr, 0}).error().kind, ErrorKind::Usage);
        QCOMPARE(index.search({row, 0, SearchWay::Auto, nullptr, 0}).error().kind, ErrorKind::Usage);
        QCOMPARE(index.search({row, 1, SearchWay::Auto, nullptr, -1}).error().kind, ErrorKind::Usage);
        std::vector<float> small(3);
        QVERIFY(!index.vector(5, small));
        QVERIFY(!index.vector(6, std::span(small)));
        QVERIFY(index.twins(6).empty());
        index.remove(std::vector<std::int64_t>{-1, 0, 6, 1'000'000});
        QCOMPARE(index.info().dead, 0);
    }
};

QTEST_GUILESS_MAIN(TestVectorIndex)
#include "test_vector_index.moc"
