// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include <QDir>
#include <QTemporaryDir>
#include <QtTest/QTest>

#include "core/index/graph_file.h"
#include "core/index/vector_index.h"
#include "tests/index/vectors.h"
#include "tests/support/fault_file_system.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

const SnapshotKey kKey{std::string(32, 'a'), std::string(64, 'b')};
constexpr int kDimension = 12;

/// A folder with one file in it, in memory.
class OneFile final : public FileSystem {
  public:
    std::string name = kKey.model_hash + "-60.graph";
    std::vector<std::byte> bytes;

    Result<std::unique_ptr<WritableFile>> create(const std::string&) override { return refused(); }
    Result<std::vector<std::byte>> read(const std::string&) override { return bytes; }
    Status rename(const std::string&, const std::string&) override { return refused(); }
    Status remove(const std::string&) override { return refused(); }
    Status make_directory(const std::string&) override { return refused(); }
    Status sync_directory(const std::string&) override { return refused(); }
    Result<std::vector<std::string>> list(const std::string&) override {
        return std::vector<std::string>{name};
    }

  private:
    static Error refused() { return {ErrorKind::ReadOnly, "A test folder that is only read."}; }
};

/// 60 rows, a few of them twins.
std::vector<float> small_rows() {
    auto rows = clustered(60, kDimension, 6, 21);
    for (const std::size_t row : {7u, 20u, 41u}) {
        std::copy_n(rows.begin(), kDimension, rows.begin() + std::ptrdiff_t(row) * kDimension);
    }
    return rows;
}

std::unique_ptr<VectorIndex> make_index(const std::vector<float>& rows, int dimension = kDimension) {
    auto index = std::make_unique<VectorIndex>(dimension);
    const auto status = index->add(ids_from(1, rows.size() / std::size_t(dimension)), rows);
    return status.ok() ? std::move(index) : nullptr;
}

std::vector<std::byte> saved(const VectorIndex& index, const QString& folder, std::int64_t generation) {
    if (!index.save_graph(FileSystem::posix(), folder.toStdString(), kKey).ok()) return {};
    auto bytes = FileSystem::posix().read(folder.toStdString() + "/" + kKey.model_hash + "-" +
                                          std::to_string(generation) + ".graph");
    return bytes.ok() ? std::move(*bytes) : std::vector<std::byte>{};
}

/// Answers of the graph to 20 queries.
std::vector<std::vector<Neighbor>> answers(const VectorIndex& index, SearchWay way = SearchWay::Graph) {
    std::vector<std::vector<Neighbor>> all;
    const auto queries = clustered(20, index.dimension(), 3, 77);
    for (std::size_t at = 0; at < queries.size(); at += std::size_t(index.dimension())) {
        const auto result = index.search(
            {std::span(queries).subspan(at, std::size_t(index.dimension())), 8, way, nullptr, 0});
        all.push_back(result.ok() ? result->neighbors : std::vector<Neighbor>{});
    }
    return all;
}

}  // namespace

class TestSnapshot : public QObject {
    Q_OBJECT

    /// Loading these bytes must fail and leave the index without a graph, answering exactly.
    void refused(const std::vector<std::byte>& bytes, const QByteArray& what) {
        OneFile fs;
        fs.bytes = bytes;
        const auto status = m_index->load_graph(fs, "folder", kKey);
        QVERIFY2(!status.ok(), what.constData());
        QVERIFY2(!status.error().text.empty(), what.constData());
        QVERIFY2(m_index->info().graph_rows == 0, what.constData());
    }

    std::unique_ptr<VectorIndex> m_index;  ///< the small rows, no graph
    std::vector<std::byte> m_bytes;        ///< a sound file over them
    std::vector<std::vector<Neighbor>> m_answers;

  private Q_SLOTS:
    void initTestCase() {
        QTemporaryDir folder;
        const auto index = make_index(small_rows());
        QVERIFY(index && index->build_graph(1).ok());
        m_answers = answers(*index);
        m_bytes = saved(*index, folder.path(), 60);
        QVERIFY(!m_bytes.empty());
        m_index = make_index(small_rows());
    }

    void round_trip_answers_identically() {
        QTemporaryDir folder;
        const auto rows = clustered(3000, 32, 60, 5);
        const auto index = make_index(rows, 32);
        QVERIFY(index->build_graph(2).ok());
        const auto before = answers(*index);
        QVERIFY(index->save_graph(FileSystem::posix(), folder.path().toStdString(), kKey).ok());
        auto again = make_index(rows, 32);
        QVERIFY(again->load_graph(FileSystem::posix(), folder.path().toStdString(), kKey).ok());
        QCOMPARE(again->info().graph_rows, 3000);
        QVERIFY(answers(*again) == before);
        // Saved again it is the same file; additions after a load work without further ado.
        const auto first = saved(*index, folder.path(), 3000);
        QVERIFY(first == saved(*again, folder.path(), 3000));
        QVERIFY(again->add(ids_from(4000, 1), std::span(rows).first(32)).ok());
        QVERIFY(again->build_graph(1).ok());
        QCOMPARE(again->info().graph_rows, 3001);
        // The older generation goes when the newer one is safe.
        QVERIFY(again->save_graph(FileSystem::posix(), folder.path().toStdString(), kKey).ok());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
    }

    void rows_that_came_and_went_since() {
        QTemporaryDir folder;
        const auto rows = clustered(1000, 32, 20, 6);
        const auto index = make_index(rows, 32);
        QVERIFY(index->build_graph(1).ok());
        QVERIFY(index->save_graph(FileSystem::posix(), folder.path().toStdString(), kKey).ok());
        // The library has lost every fourth row, and has 50 new ones.
        VectorIndex now(32);
        for (std::int64_t id = 1; id <= 1000; ++id) {
            if (id % 4 == 0) continue;
            QVERIFY(now.add(std::span(&id, 1), std::span(rows).subspan(std::size_t(id - 1) * 32, 32)).ok());
        }
        QVERIFY(now.add(ids_from(1001, 50), clustered(50, 32, 20, 7)).ok());
        QVERIFY(now.load_graph(FileSystem::posix(), folder.path().toStdString(), kKey).ok());
        QCOMPARE(now.info().rows, 800);
        QCOMPARE(now.info().graph_rows, 750);
        const auto right = answers(now, SearchWay::Exact);
        const auto found = answers(now);
        double sum = 0;
        for (std::size_t i = 0; i < right.size(); ++i) sum += recall(found[i], right[i]);
        QVERIFY(sum / double(right.size()) >= 0.99);
        // Too few rows left: of no use.
        const auto few = make_index(std::vector<float>(rows.begin(), rows.begin() + 100 * 32), 32);
        QCOMPARE(few->load_graph(FileSystem::posix(), folder.path().toStdString(), kKey).error().kind,
                 ErrorKind::NotFound);
        // Another vector under a known id, as after an older database was restored.
        auto other = rows;
        std::copy_n(rows.begin(), 32, other.begin() + 500 * 32);
        QCOMPARE(make_index(other, 32)
                     ->load_graph(FileSystem::posix(), folder.path().toStdString(), kKey)
                     .error()
                     .kind,
                 ErrorKind::Damaged);
    }

    void the_sound_file_loads() {
        OneFile fs;
        fs.bytes = m_bytes;
        const auto index = make_index(small_rows());
        QVERIFY(index->load_graph(fs, "folder", kKey).ok());
        QCOMPARE(index->info().graph_rows, 60);
        QVERIFY(answers(*index) == m_answers);
    }

    void each_bit_of_the_header() {
        for (std::size_t bit = 0; bit < 256 * 8; ++bit) {
            auto bytes = m_bytes;
            bytes[bit / 8] ^= std::byte(1u << (bit % 8));
            refused(bytes, "bit " + QByteArray::number(qint64(bit)));
            if (QTest::currentTestFailed()) return;
        }
    }

    void random_bits_of_the_rest() {
        std::mt19937 random(1);
        for (int i = 0; i < 2000; ++i) {
            auto bytes = m_bytes;
            const std::size_t at = 256 + random() % (bytes.size() - 256);
            bytes[at] ^= std::byte(1u << (random() % 8));
            refused(bytes, "byte " + QByteArray::number(qint64(at)));
            if (QTest::currentTestFailed()) return;
        }
    }

    void every_truncation_and_appended_bytes() {
        for (std::size_t size = 0; size < m_bytes.size(); ++size) {
            refused(std::vector<std::byte>(m_bytes.begin(), m_bytes.begin() + std::ptrdiff_t(size)),
                    "size " + QByteArray::number(qint64(size)));
            if (QTest::currentTestFailed()) return;
        }
        for (const std::size_t more : {1u, 4u, 32u, 4096u}) {
            auto bytes = m_bytes;
            bytes.resize(bytes.size() + more);
            refused(bytes, "grown");
        }
        auto twice = m_bytes;
        twice.insert(twice.end(), m_bytes.begin(), m_bytes.end());
        refused(twice, "twice");
    }

    void section_borders_of_a_larger_file() {
        QTemporaryDir folder;
        m_index = make_index(clustered(3000, kDimension, 30, 8));
        QVERIFY(m_index->build_graph(2).ok());
        const auto bytes = saved(*m_index, folder.path(), 3000);
        m_index->drop_graph();
        const auto file = decode_graph_file(bytes, "file", kKey, kDimension);
        QVERIFY(file.ok());
        std::size_t border = 0;
        for (const std::size_t section :
             {std::size_t{256}, file->rows.size() * 16, file->links.levels.size(), file->links.counts.size(),
              file->links.targets.size() * 4, std::size_t{32}}) {
            border += section;
            for (const std::size_t size : {border - 1, border, border + 1}) {
                if (size == bytes.size()) continue;
                auto cut = bytes;
                cut.resize(size);
                refused(cut, "size " + QByteArray::number(qint64(size)));
            }
        }
        QCOMPARE(border, bytes.size());
        m_index = make_index(small_rows());
    }

    // Sound checksums, hostile content.
    void contents_that_contradict_themselves() {
        const auto sound = decode_graph_file(m_bytes, "file", kKey, kDimension);
        QVERIFY(sound.ok());
        const std::vector<std::pair<const char*, std::function<void(GraphFile&)>>> changes{
            {"entry",
             [](GraphFile& f) {
                 f.links.entry = static_cast<std::uint32_t>(f.links.levels.size()) - 1;
                 f.links.levels.back() = 0;
                 f.links.levels.front() = 200;
             }},
            {"level", [](GraphFile& f) { f.links.levels[1] = 31; }},
            {"missing list", [](GraphFile& f) { f.links.counts.pop_back(); }},
            {"long list", [](GraphFile& f) { f.links.counts[0] = 255; }},
            {"count", [](GraphFile& f) { ++f.links.counts[3]; }},
            {"target", [](GraphFile& f) { f.links.targets[5] = 1'000'000; }},
            {"self", [](GraphFile& f) { f.links.targets[0] = 0; }},
            {"missing target", [](GraphFile& f) { f.links.targets.pop_back(); }},
            {"left over target", [](GraphFile& f) { f.links.targets.push_back(1); }},
            {"row without node", [](GraphFile& f) { f.rows[4].node = 60'000; }},
            {"ids", [](GraphFile& f) { std::swap(f.rows[4].id, f.rows[5].id); }},
            {"same id", [](GraphFile& f) { f.rows[5].id = f.rows[4].id; }},
            {"generation", [](GraphFile& f) { f.generation = 3; }},
            {"m", [](GraphFile& f) { f.links.m = 1; }},
            {"huge m", [](GraphFile& f) { f.links.m = 4'000'000'000u; }},
            {"ef", [](GraphFile& f) { f.links.ef_construction = 0; }},
            {"crc", [](GraphFile& f) { f.rows[9].crc ^= 1; }},
            {"two rows, one node", [](GraphFile& f) { f.rows[1].node = f.rows[2].node; }},
            {"twins, two nodes", [](GraphFile& f) { f.rows[7].node = f.rows[2].node; }},
        };
        for (const auto& [what, change] : changes) {
            auto file = *sound;
            change(file);
            refused(encode_graph_file(file), what);
            if (QTest::currentTestFailed()) return;
        }
    }

    // Whatever passes the checks may be searched.
    void random_contents_never_crash() {
        const auto sound = decode_graph_file(m_bytes, "file", kKey, kDimension);
        QVERIFY(sound.ok());
        std::mt19937 random(2);
        int taken = 0;
        for (int i = 0; i < 500; ++i) {
            auto file = *sound;
            for (unsigned change = 1 + random() % 3; change > 0; --change) {
                switch (random() % 5) {
                    case 0:
                        file.links.targets[random() % file.links.targets.size()] = random() % 60;
                        break;
                    case 1:
                        file.links.counts[random() % file.links.counts.size()] = std::uint8_t(random() % 33);
                        break;
                    case 2:
                        file.links.levels[random() % file.links.levels.size()] = std::uint8_t(random() % 3);
                        break;
                    case 3:
                        file.rows.erase(file.rows.begin() + std::ptrdiff_t(random() % file.rows.size()));
                        break;
                    default:
                        file.links.entry = random() % std::uint32_t(file.links.levels.size());
                        break;
                }
            }
            OneFile fs;
            fs.bytes = encode_graph_file(file);
            const auto index = make_index(small_rows());
            if (!index->load_graph(fs, "folder", kKey).ok()) continue;
            ++taken;
            for (const auto& answer : answers(*index)) QCOMPARE(answer.size(), 8u);
            QVERIFY(index->build_graph(1).ok());
        }
        QVERIFY(taken > 20);  // the corpus does reach the search
    }

    void wrong_file() {
        QTemporaryDir folder;
        const std::string directory = folder.path().toStdString();
        auto& fs = FileSystem::posix();
        const auto kind = [&](const SnapshotKey& key) {
            return m_index->load_graph(fs, directory, key).error().kind;
        };
        QCOMPARE(kind(kKey), ErrorKind::NotFound);  // an empty folder
        QCOMPARE(m_index->load_graph(fs, directory + "/none", kKey).error().kind, ErrorKind::NotFound);
        QCOMPARE(kind({"library", "../../model"}), ErrorKind::Usage);

        const std::string path = directory + "/" + kKey.model_hash + "-60.graph";
        const auto put = [&](const std::vector<std::byte>& bytes) {
            return write_atomically(fs, path, bytes).ok();
        };
        const auto sound = *decode_graph_file(m_bytes, "file", kKey, kDimension);
        auto other = sound;
        other.key.model_hash = std::string(64, 'c');
        QVERIFY(put(encode_graph_file(other)));
        QCOMPARE(kind(kKey), ErrorKind::Usage);
        other = sound;
        other.key.library_id = std::string(32, 'c');
        QVERIFY(put(encode_graph_file(other)));
        QCOMPARE(kind(kKey), ErrorKind::Usage);
        other = sound;
        other.dimension = kDimension + 1;
        QVERIFY(put(encode_graph_file(other)));
        QCOMPARE(kind(kKey), ErrorKind::Usage);
        auto newer = m_bytes;
        newer[8] = std::byte{2};
        QVERIFY(put(newer));
        QCOMPARE(kind(kKey), ErrorKind::NewerVersion);
        const std::string text = "Dear diary, this is not a graph. " + std::string(400, '.');
        const auto letters = std::as_bytes(std::span(text));
        QVERIFY(put({letters.begin(), letters.end()}));
        QCOMPARE(kind(kKey), ErrorKind::Damaged);
        QVERIFY(fs.remove(path).ok() && fs.make_directory(path).ok());
        QVERIFY(!m_index->load_graph(fs, directory, kKey).ok());
        // An older sound file still does when the newest is no good.
        QVERIFY(write_atomically(fs, directory + "/" + kKey.model_hash + "-59.graph", m_bytes).ok());
        const auto index = make_index(small_rows());
        QVERIFY(index->load_graph(fs, directory, kKey).ok());
        QVERIFY(answers(*index) == m_answers);
        QVERIFY(!m_index->save_graph(fs, directory, kKey).ok());  // has none
    }

    void a_refused_file_leaves_the_graph_in_use_alone() {
        const auto index = make_index(small_rows());
        QVERIFY(index->build_graph(1).ok());
        OneFile fs;
        fs.bytes = m_bytes;
        fs.bytes[300] ^= std::byte{1};
        QCOMPARE(index->load_graph(fs, "folder", kKey).error().kind, ErrorKind::Damaged);
        QCOMPARE(index->info().graph_rows, 60);
        QVERIFY(answers(*index) == m_answers);
    }

  private:
    /// An index whose graph of 60 rows lies in `folder` and whose graph of 100 is about to be saved there.
    std::unique_ptr<VectorIndex> about_to_save(const QString& folder) {
        auto index = make_index(small_rows());
        if (!index->build_graph(1).ok() || saved(*index, folder, 60).empty()) return nullptr;
        if (!index->add(ids_from(61, 40), clustered(40, kDimension, 6, 22)).ok()) return nullptr;
        return index->build_graph(1).ok() ? std::move(index) : nullptr;
    }

    /// What a later start finds: 60, 100, or -1 for anything else.
    std::int64_t found(const QString& folder) {
        auto rows = small_rows();
        const auto more = clustered(40, kDimension, 6, 22);
        rows.insert(rows.end(), more.begin(), more.end());
        const auto index = make_index(rows);
        if (!index->load_graph(FileSystem::posix(), folder.toStdString(), kKey).ok()) return -1;
        for (std::size_t i = 0; i < 20; ++i) {
            if (answers(*index)[i].size() != 8) return -1;
        }
        return index->info().graph_rows;
    }

  private Q_SLOTS:
    void every_operation_fails_once_data() {
        QTest::addColumn<bool>("power");
        QTest::newRow("program goes on") << false;
        QTest::newRow("power is lost") << true;
    }

    void every_operation_fails_once() {
        QFETCH(bool, power);
        bool clean = false;
        for (int n = 0; !clean; ++n) {
            QVERIFY(n < 100);
            QTemporaryDir folder;
            const auto index = about_to_save(folder.path());
            QVERIFY(index);
            FaultFileSystem fs;
            fs.fail_at = n;
            const auto status = index->save_graph(fs, folder.path().toStdString(), kKey);
            clean = fs.operations <= n;
            if (clean) QVERIFY(status.ok());
            if (!status.ok())
                QVERIFY(status.error().text.find(kKey.model_hash) != std::string::npos ||
                        status.error().text.find(folder.path().toStdString()) != std::string::npos);
            if (power) fs.lose_unsynced();
            const std::int64_t rows = found(folder.path());
            const QByteArray where = "operation " + QByteArray::number(n);
            QVERIFY2(rows == 100 || (!status.ok() && rows == 60), where.constData());
        }
    }

    void full_disk() {
        QTemporaryDir sized;
        const auto whole = std::int64_t(saved(*about_to_save(sized.path()), sized.path(), 100).size());
        QVERIFY(whole > 2000);
        for (std::int64_t room = 0; room < whole; room += room < 300 ? 13 : 211) {
            QTemporaryDir folder;
            const auto index = about_to_save(folder.path());
            FaultFileSystem fs;
            fs.full_after = room;
            const auto status = index->save_graph(fs, folder.path().toStdString(), kKey);
            QVERIFY(!status.ok());
            QCOMPARE(status.error().kind, ErrorKind::DiskFull);
            QCOMPARE(found(folder.path()), 60);
            QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);  // nothing half-written stays
            fs.full_after = -1;
            QVERIFY(index->save_graph(fs, folder.path().toStdString(), kKey).ok());
            QCOMPARE(found(folder.path()), 100);
        }
    }
};

QTEST_GUILESS_MAIN(TestSnapshot)
#include "test_snapshot.moc"
