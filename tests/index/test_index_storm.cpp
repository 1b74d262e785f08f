// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include <QTemporaryDir>
#include <QtTest/QTest>

#include "core/index/vector_index.h"
#include "tests/index/vectors.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {
const SnapshotKey kKey{std::string(32, 'a'), std::string(64, 'b')};
}

/// Everything at once. Run under the thread sanitizer it also proves that nobody reads what somebody writes.
class TestIndexStorm : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void search_add_remove_build_save_and_load_together() {
        constexpr int kDimension = 32;
        constexpr int kBatches = 120;
        constexpr int kBatch = 80;  // over a chunk in all
#if defined(__SANITIZE_THREAD__)
        constexpr int kRounds = 2;  // each access costs ten times as much
#else
        constexpr int kRounds = 6;
#endif
        QTemporaryDir folder;
        VectorIndex index(kDimension);
        auto rows = clustered(kBatches * kBatch, kDimension, 40, 1);
        for (std::size_t row = 50; row < rows.size() / kDimension; row += 50) {  // twins
            std::copy_n(rows.begin() + std::ptrdiff_t(row % 200) * kDimension, kDimension,
                        rows.begin() + std::ptrdiff_t(row) * kDimension);
        }
        const auto batch = [&](int i) {
            return std::span(rows).subspan(std::size_t(i) * kBatch * kDimension, kBatch * kDimension);
        };
        QVERIFY(index.add(ids_from(1, kBatch), batch(0)).ok());
        std::atomic<std::int64_t> added{kBatch};  ///< ids up to it are announced
        std::atomic<std::int64_t> removed{0};     ///< multiples of 7 up to it are gone
        std::atomic<bool> done{false};
        std::atomic<int> faults{0};
        std::atomic<int> searches{0};

        std::vector<std::jthread> threads;
        for (unsigned seed = 1; seed <= 2; ++seed) {
            threads.emplace_back([&, seed] {
                std::mt19937 random(seed);
                while (!done) {
                    const std::int64_t sure = added;
                    const std::int64_t gone = removed;
                    const std::int64_t target = 1 + std::int64_t(random() % std::uint64_t(sure));
                    const auto query =
                        std::span(rows).subspan(std::size_t(target - 1) * kDimension, kDimension);
                    std::vector<std::int64_t> admitted;
                    const bool filtered = random() % 2 == 0;
                    for (std::int64_t id = 1; id <= sure && filtered; id += 3) admitted.push_back(id);
                    const auto way = random() % 2 == 0 ? SearchWay::Exact : SearchWay::Graph;
                    const auto result = index.search({query, 10, way, filtered ? &admitted : nullptr, 0});
                    ++searches;
                    if (!result.ok()) {
                        ++faults;
                        continue;
                    }
                    for (std::size_t i = 0; i < result->neighbors.size(); ++i) {
                        const auto& neighbor = result->neighbors[i];
                        const auto own =
                            std::span(rows).subspan(std::size_t(neighbor.id - 1) * kDimension, kDimension);
                        if (neighbor.score != dot(query.data(), own.data(), kDimension)) ++faults;
                        if (neighbor.id % 7 == 0 && neighbor.id <= gone) ++faults;
                        if (filtered && neighbor.id % 3 != 1) ++faults;
                        if (i > 0 && neighbor.score > result->neighbors[i - 1].score) ++faults;
                    }
                    // A row that was announced and not removed is its own best match, if the scan was exact.
                    if (way == SearchWay::Exact && target % 7 != 0 && !filtered &&
                        (result->neighbors.empty() ||
                         result->neighbors[0].score < dot(query.data(), query.data(), kDimension))) {
                        ++faults;
                    }
                    static_cast<void>(index.info());
                    static_cast<void>(index.wants_graph());
                    static_cast<void>(index.twins(target));
                    std::vector<float> copy(kDimension);
                    if (index.vector(target, copy) && !std::equal(copy.begin(), copy.end(), query.begin()))
                        ++faults;
                }
            });
        }
        threads.emplace_back([&] {
            for (int i = 1; i < kBatches; ++i) {
                if (!index.add(ids_from(1 + std::int64_t{i} * kBatch, kBatch), batch(i)).ok()) ++faults;
                added = std::int64_t{i + 1} * kBatch;
                std::this_thread::yield();
            }
        });
        threads.emplace_back([&] {
            for (std::int64_t id = 7; id < kBatches * kBatch;) {
                if (id > added) {
                    std::this_thread::yield();
                    continue;
                }
                index.remove(std::span(&id, 1));
                removed = id;
                id += 7;
            }
        });
        std::jthread maintenance([&] {
            auto& fs = FileSystem::posix();
            for (int round = 0; round < kRounds; ++round) {
                if (!index.build_graph(2).ok()) ++faults;
                if (!index.save_graph(fs, folder.path().toStdString(), kKey).ok()) ++faults;
                if (round % 2 == 1) index.drop_graph();
                if (!index.load_graph(fs, folder.path().toStdString(), kKey).ok()) ++faults;
            }
        });
        threads[2].join();
        threads[3].join();
        maintenance.join();
        done = true;
        threads.clear();
        QCOMPARE(faults.load(), 0);
        QVERIFY(searches > 0);
        QCOMPARE(index.info().rows, kBatches * kBatch - (kBatches * kBatch - 1) / 7);
        QVERIFY(index.info().graph_rows > 0);
    }
};

QTEST_GUILESS_MAIN(TestIndexStorm)
#include "test_index_storm.moc"
