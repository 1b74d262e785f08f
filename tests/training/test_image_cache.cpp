// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <numeric>

#include <QTemporaryDir>
#include <QTest>

#include "core/base/digest.h"
#include "core/training/image_cache.h"
#include "tests/support/fault_file_system.h"

using namespace fieldmark;

namespace {

constexpr int kSize = 40;

std::vector<std::uint8_t> picture(int number) {
    std::vector<std::uint8_t> pixels(kSize * kSize * 3);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint8_t>((i * 7 + static_cast<std::size_t>(number) * 31) % 251);
    return pixels;
}

ImageCacheFacts facts() {
    ImageCacheFacts facts;
    facts.size = kSize;
    facts.field = "species";
    facts.source = "a test";
    facts.classes = {"finch", "gull", "Zaunkönig"};
    facts.splits = {"seen", "unseen"};
    return facts;
}

}  // namespace

class TestImageCache : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir m_folder;

    std::string file(const char* name) const { return m_folder.filePath(QLatin1String(name)).toStdString(); }

    /// Five pictures; the third has a box, the fourth a path that is no UTF-8, the fifth no label.
    void write(const std::string& path) {
        auto writer = ImageCacheWriter::create(FileSystem::posix(), path, kSize);
        QVERIFY(writer.ok());
        for (int i = 0; i < 5; ++i) {
            ImageCacheEntry entry;
            entry.label = i < 4 ? i % 3 : -1;
            entry.split = i - 1 > 1 ? 1 : i - 1;
            entry.path = i == 3 ? std::string("b\xff\xfe.jpg") : "folder/" + std::to_string(i) + ".jpg";
            if (i == 2) entry.box = Crop{1000, 2000, 3000, 4000};
            QVERIFY(writer->append(picture(i), entry).ok());
        }
        QVERIFY(writer->finish(facts()).ok());
    }

  private Q_SLOTS:
    void init() { QVERIFY(m_folder.isValid()); }

    void gives_back_what_was_written() {
        const std::string path = file("whole.cache");
        write(path);
        const auto cache = ImageCache::open(path);
        QVERIFY2(cache.ok(), cache.ok() ? "" : cache.error().text.c_str());
        QCOMPARE(cache->count(), 5);
        QCOMPARE(cache->size(), kSize);
        QCOMPARE(cache->facts().field, std::string("species"));
        QCOMPARE(cache->facts().classes, facts().classes);
        QCOMPARE(cache->facts().splits, facts().splits);
        for (int i = 0; i < 5; ++i) {
            const auto pixels = cache->pixels(i);
            const auto expected = picture(i);
            QVERIFY(std::equal(pixels.begin(), pixels.end(), expected.begin(), expected.end()));
            QCOMPARE(cache->labels()[static_cast<std::size_t>(i)], i < 4 ? i % 3 : -1);
            QCOMPARE(cache->entry(i).box.has_value(), i == 2);
        }
        QCOMPARE(*cache->entry(2).box, (Crop{1000, 2000, 3000, 4000}));
        QCOMPARE(cache->entry(3).path, std::string("b\xff\xfe.jpg"));
        QCOMPARE(cache->entry(0).split, -1);
        QCOMPARE(cache->entry(4).split, 1);
        QVERIFY(cache->verify().ok());
    }

    void an_empty_cache_is_a_cache() {
        const std::string path = file("empty.cache");
        auto writer = ImageCacheWriter::create(FileSystem::posix(), path, kSize);
        QVERIFY(writer.ok());
        QVERIFY(writer->finish(facts()).ok());
        const auto cache = ImageCache::open(path);
        QVERIFY(cache.ok());
        QCOMPARE(cache->count(), 0);
        QVERIFY(cache->verify().ok());
    }

    void every_changed_byte_is_found() {
        const std::string path = file("changed.cache");
        write(path);
        const auto whole = FileSystem::posix().read(path);
        QVERIFY(whole.ok());
        // The rest of the header's page is filler and means nothing.
        std::vector<std::size_t> places(32);
        std::iota(places.begin(), places.end(), 0);
        for (std::size_t at = 4096; at<whole->size(); at += at> whole->size() - 700 ? 1 : 97)
            places.push_back(at);
        for (const std::size_t at : places) {
            auto bytes = *whole;
            bytes[at] ^= std::byte{0x41};
            QVERIFY(write_atomically(FileSystem::posix(), path, bytes).ok());
            const auto cache = ImageCache::open(path);
            const bool found = !cache.ok() || !cache->verify().ok();
            QVERIFY2(found, ("byte " + std::to_string(at)).c_str());
        }
    }

    void a_cut_file_is_refused() {
        const std::string path = file("cut.cache");
        write(path);
        const auto whole = FileSystem::posix().read(path);
        QVERIFY(whole.ok());
        for (std::size_t length = 0; length < whole->size(); length += 211) {
            auto bytes = *whole;
            bytes.resize(length);
            QVERIFY(write_atomically(FileSystem::posix(), path, bytes).ok());
            const auto cache = ImageCache::open(path);
            QVERIFY(!cache.ok());
            QCOMPARE(cache.error().kind, ErrorKind::Damaged);
        }
        QCOMPARE(ImageCache::open(file("none.cache")).error().kind, ErrorKind::NotFound);
        QCOMPARE(ImageCache::open(m_folder.path().toStdString()).error().kind, ErrorKind::Damaged);
    }

    /// Lengths that lie, with checksums that hold: nothing may be read outside of the file.
    void lies_with_good_checksums_are_refused() {
        const std::string path = file("lies.cache");
        write(path);
        const auto whole = FileSystem::posix().read(path);
        QVERIFY(whole.ok());
        const std::size_t trailer = whole->size() - 48;
        const std::size_t rows = 4096 + std::size_t{5} * kSize * kSize * 3;
        const auto seal = [&](std::vector<std::byte>& bytes) {
            const std::uint32_t tables = crc32c(std::span(bytes).subspan(rows, trailer - rows));
            std::memcpy(&bytes[trailer + 24], &tables, 4);
            const std::uint32_t own = crc32c(std::span(bytes).subspan(trailer, 44));
            std::memcpy(&bytes[trailer + 44], &own, 4);
        };
        const auto refuses = [&](std::size_t at, auto value) {
            auto bytes = *whole;
            std::memcpy(&bytes[at], &value, sizeof value);
            seal(bytes);
            if (!write_atomically(FileSystem::posix(), path, bytes).ok()) return false;
            const auto cache = ImageCache::open(path);
            return !cache.ok() && cache.error().kind == ErrorKind::Damaged;
        };
        for (const std::uint64_t lie :
             {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{6}, std::uint64_t{1} << 32, ~std::uint64_t{0},
              ~std::uint64_t{0} / 4800, std::uint64_t{1} << 63}) {
            QVERIFY(refuses(trailer, lie));
            QVERIFY(refuses(trailer + 8, lie));
            QVERIFY(refuses(trailer + 16, lie));
        }
        QVERIFY(refuses(rows, std::int32_t{3}));  // label: there are three classes
        QVERIFY(refuses(rows, std::int32_t{-2}));
        QVERIFY(refuses(rows + 4, std::int32_t{2}));                       // split
        QVERIFY(refuses(rows + 20, std::uint32_t{0xfffffff0}));            // length of a path
        QVERIFY(refuses(rows + 8, std::uint64_t{0x2711'0001'0000'0001}));  // a box that leaves the picture
    }

    void a_full_disk_leaves_no_file() {
        const std::string path = file("full.cache");
        testing::FaultFileSystem full;
        full.full_after = 10'000;
        {
            auto writer = ImageCacheWriter::create(full, path, kSize);
            Status status = writer.ok() ? Status() : Status(writer.error());
            for (int i = 0; status && i < 5; ++i) status = writer->append(picture(i), {.label = 0});
            if (status) status = writer->finish(facts());
            QVERIFY(!status.ok());
            QCOMPARE(status.error().kind, ErrorKind::DiskFull);
        }
        QVERIFY(!QFile::exists(QString::fromStdString(path)));
        QVERIFY(!QFile::exists(QString::fromStdString(path + ".part")));
    }

    void refuses_what_makes_no_sense() {
        QCOMPARE(ImageCacheWriter::create(FileSystem::posix(), file("x"), 31).error().kind, ErrorKind::Usage);
        QCOMPARE(ImageCacheWriter::create(FileSystem::posix(), file("x"), 2000).error().kind,
                 ErrorKind::Usage);
        auto writer = ImageCacheWriter::create(FileSystem::posix(), file("x"), kSize);
        QVERIFY(writer.ok());
        QVERIFY(!writer->append(std::vector<std::uint8_t>(100), {}).ok());
        QVERIFY(!writer->append(picture(0), {.box = Crop{5000, 0, 6000, 10}}).ok());
        QVERIFY(writer->append(picture(0), {.label = 3}).ok());
        QCOMPARE(writer->finish(facts()).error().kind, ErrorKind::Usage);
    }
};

QTEST_APPLESS_MAIN(TestImageCache)
#include "test_image_cache.moc"
