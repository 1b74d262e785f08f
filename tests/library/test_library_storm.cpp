// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Everything at once: an import, a person's edits, removals and readers. Worth most under the thread
// sanitizer.
#include <atomic>
#include <thread>

#include <QtTest>

#include "core/library/verify.h"
#include "library_fixture.h"

namespace fieldmark::testing {

class TestLibraryStorm : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void writers_and_readers_together() {
        LibraryFixture f;
        constexpr int kBatches = 20;
        constexpr int kBatch = 32;
        std::atomic<bool> importing = true;
        std::atomic<int> errors = 0;
        std::atomic<int> removed = 0;
        const auto check = [&errors](const auto& result) {
            if (!result.ok()) {
                qWarning("%s (%s)", result.error().text.c_str(), result.error().detail.c_str());
                ++errors;
            }
        };

        std::jthread importer([&] {
            const std::int64_t scan = *f.writer->begin_scan(f.collection);
            auto reader = *f.library->reader();
            for (int batch = 0; batch < kBatches; ++batch) {
                std::vector<SeenFile> files;
                for (int i = 0; i < kBatch; ++i) files.push_back({std::to_string(batch * kBatch + i), 1, 1});
                check(f.writer->record_scan(f.collection, files, scan));
                const auto work = *reader->items_to_embed(f.model, 0, kBatch);
                std::vector<ItemResult> results;
                for (const ItemWork& item : work)
                    results.push_back(result_for(item.id, item.path, static_cast<int>(item.id)));
                check(f.writer->commit_results(f.model, results));
            }
            importing = false;
        });
        std::jthread person([&] {
            auto reader = *f.library->reader();
            for (int i = 0; importing; ++i) {
                const auto ids = *reader->item_ids({});
                if (ids.empty()) continue;
                const ItemId item = ids[static_cast<std::size_t>(i) % ids.size()];
                const ValueEdit edit{item, "species", "kind " + std::to_string(i % 5)};
                check(f.writer->set_values(std::span(&edit, 1), ValueSource::User));
                if (i % 10 == 9 && removed < 50) {
                    check(f.writer->remove_items(std::span(&item, 1)));
                    ++removed;
                }
            }
        });
        std::vector<std::jthread> readers;
        for (int t = 0; t < 2; ++t) {
            readers.emplace_back([&] {
                auto reader = *f.library->reader();
                EmbeddingId after = 0;
                std::int64_t sequence = 0;
                while (importing) {
                    std::vector<EmbeddingId> bad;
                    const auto rows = reader->embeddings(f.model, after, 50, false, &bad);
                    check(rows);
                    if (rows && !rows->empty()) after = rows->back().id;
                    if (!bad.empty()) ++errors;
                    check(reader->dead_embeddings(sequence));
                    check(reader->collections());
                    ItemQuery query;
                    query.text = "1";
                    check(reader->embedding_ids(f.model, query));
                    if (!check_order(*reader)) ++errors;
                }
            });
        }
        importer.join();
        person.join();
        readers.clear();
        QCOMPARE(errors.load(), 0);
        const LibraryCounts counts = *f.reader->counts();
        QCOMPARE(counts.items + removed, kBatches * kBatch);
        QVERIFY(verify_library(*f.library, false)->problems.empty());
    }

  private:
    /// Items are read in one transaction: ids asked a moment ago may be gone, but never half there.
    static bool check_order(LibraryReader& reader) {
        const auto ids = reader.item_ids({});
        if (!ids) return false;
        const auto items = reader.items(*ids);
        if (!items || items->size() != ids->size()) return false;
        for (std::size_t i = 0; i < ids->size(); ++i) {
            const Item& item = (*items)[i];
            if (item.id != 0 && (item.id != (*ids)[i] || item.path.empty())) return false;
        }
        return true;
    }
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestLibraryStorm)
#include "test_library_storm.moc"
