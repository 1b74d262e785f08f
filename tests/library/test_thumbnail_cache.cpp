// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <QtTest>

#include "core/library/connection.h"
#include "core/library/thumbnail_cache.h"
#include "library_fixture.h"

namespace fieldmark::testing {

namespace {

std::vector<std::uint8_t> jpeg(int seed, std::size_t size = 1000) {
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 7 + static_cast<std::size_t>(seed));
    return bytes;
}

}  // namespace

class TestThumbnailCache : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void keeps_by_content_and_size() {
        QTemporaryDir directory;
        const std::string file = path_of(directory.path()) + "/thumbnails/cache.sqlite";
        {
            ThumbnailCache cache(file);
            QVERIFY(!cache.find(hash_of("a"), 256));
            cache.store(hash_of("a"), 256, jpeg(1));
            cache.store({{hash_of("a"), 512, jpeg(2, 2000)}, {hash_of("b"), 256, jpeg(3)}});
            QCOMPARE(*cache.find(hash_of("a"), 256), jpeg(1));
            QCOMPARE(cache.bytes(), 4000);
            cache.store(hash_of("a"), 256, jpeg(4, 500));  // again: replaced, counted once
            QCOMPARE(cache.bytes(), 3500);
        }
        ThumbnailCache cache(file);
        QCOMPARE(cache.bytes(), 3500);
        QCOMPARE(*cache.find(hash_of("a"), 256), jpeg(4, 500));
        QCOMPARE(*cache.find(hash_of("a"), 512), jpeg(2, 2000));
        cache.remove(hash_of("a"));
        QVERIFY(!cache.find(hash_of("a"), 256) && !cache.find(hash_of("a"), 512));
        QCOMPARE(cache.bytes(), 1000);
    }

    void beyond_the_bound_the_least_recently_used_go() {
        QTemporaryDir directory;
        const std::string file = path_of(directory.path()) + "/cache.sqlite";
        {
            ThumbnailCache cache(file, 10'000);
            for (int i = 0; i < 10; ++i) cache.store(hash_of(std::to_string(i)), 256, jpeg(i));
            QCOMPARE(cache.bytes(), 10'000);
            QVERIFY(cache.find(hash_of("0"), 256));  // used: now the most recent
        }
        ThumbnailCache cache(file, 10'000);  // and that is remembered
        cache.store(hash_of("10"), 256, jpeg(10));
        QCOMPARE(cache.bytes(), 9'000);
        QVERIFY(!cache.find(hash_of("1"), 256) && !cache.find(hash_of("2"), 256));
        for (const int kept : {0, 3, 4, 9, 10}) QVERIFY(cache.find(hash_of(std::to_string(kept)), 256));
        cache.store(hash_of("large"), 256, jpeg(1, 20'000));  // would push all others out
        QVERIFY(!cache.find(hash_of("large"), 256));
        QCOMPARE(cache.bytes(), 9'000);
        for (int i = 0; i < 300; ++i) {
            cache.store(hash_of("more" + std::to_string(i)), 512, jpeg(i, 700));
            QVERIFY(cache.bytes() <= 10'000);
        }
    }

    void damaged_files_are_remade_data() {
        QTest::addColumn<QByteArray>("how");
        for (const char* how : {"text", "zeros", "half", "folder", "flipped pages", "other recipe"}) {
            QTest::newRow(how) << QByteArray(how);
        }
    }
    void damaged_files_are_remade() {
        QFETCH(QByteArray, how);
        QTemporaryDir directory;
        const std::string file = path_of(directory.path()) + "/cache.sqlite";
        {
            ThumbnailCache cache(file);
            for (int i = 0; i < 60; ++i) cache.store(hash_of(std::to_string(i)), 256, jpeg(i, 3000));
        }
        std::string content;
        {
            std::ifstream in(file, std::ios::binary);
            content.assign(std::istreambuf_iterator<char>(in), {});
        }
        QVERIFY(content.size() > 100'000);
        if (how == "text") content = "not a database at all, but something else entirely";
        if (how == "zeros") std::fill(content.begin(), content.end(), '\0');
        if (how == "half") content.resize(content.size() / 2);
        if (how == "flipped pages") {
            for (std::size_t i = 4096; i < content.size(); ++i) content[i] = static_cast<char>(~content[i]);
        }
        if (how == "other recipe") content[63] = 99;
        std::filesystem::remove(file);
        if (how == "folder") {
            std::filesystem::create_directories(file + "/x");
        } else {
            std::ofstream(file, std::ios::binary) << content;
        }
        ThumbnailCache cache(file);
        for (int i = 0; i < 60; ++i) {
            const auto found = cache.find(hash_of(std::to_string(i)), 256);
            if (found) QCOMPARE(*found, jpeg(i, 3000));  // what is found is right
        }
        for (int i = 0; i < 60; ++i) cache.store(hash_of("new" + std::to_string(i)), 256, jpeg(i));
        for (int i = 0; i < 60; ++i) QCOMPARE(*cache.find(hash_of("new" + std::to_string(i)), 256), jpeg(i));
    }

    void a_flipped_bit_in_a_picture_is_dropped() {
        QTemporaryDir directory;
        const std::string file = path_of(directory.path()) + "/cache.sqlite";
        {
            ThumbnailCache cache(file);
            cache.store(hash_of("a"), 256, jpeg(1));
            cache.store(hash_of("b"), 256, jpeg(2));
        }
        {
            Connection raw(file, Connection::Mode::Write);
            auto bytes = jpeg(1);
            bytes[500] ^= 4;
            raw.run("UPDATE thumbnail SET jpeg = ? WHERE hash = ?",
                    Bytes{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}}, Bytes{hash_of("a")});
        }
        ThumbnailCache cache(file);
        QVERIFY(!cache.find(hash_of("a"), 256));
        QCOMPARE(cache.bytes(), 1000);
        QCOMPARE(*cache.find(hash_of("b"), 256), jpeg(2));
    }

    void works_without_a_place_to_write() {
        for (const char* file : {"", "/proc/no/such/place/cache.sqlite"}) {
            ThumbnailCache cache(file, 5000);
            cache.store(hash_of("a"), 256, jpeg(1));
            QCOMPARE(*cache.find(hash_of("a"), 256), jpeg(1));
            for (int i = 0; i < 20; ++i) cache.store(hash_of(std::to_string(i)), 256, jpeg(i));
            QVERIFY(cache.bytes() <= 5000);
        }
    }

    void many_threads() {
        QTemporaryDir directory;
        ThumbnailCache cache(path_of(directory.path()) + "/cache.sqlite", 50'000);
        std::vector<std::jthread> threads;
        std::atomic<int> wrong = 0;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&cache, &wrong, t] {
                for (int i = 0; i < 100; ++i) {
                    const int seed = (i * (t + 1)) % 80;
                    cache.store(hash_of(std::to_string(seed)), 256, jpeg(seed));
                    const auto found = cache.find(hash_of(std::to_string(seed)), 256);
                    if (found && *found != jpeg(seed)) ++wrong;
                    if (cache.bytes() > 50'000) ++wrong;
                }
            });
        }
        threads.clear();
        QCOMPARE(wrong.load(), 0);
    }
};

}  // namespace fieldmark::testing

QTEST_GUILESS_MAIN(fieldmark::testing::TestThumbnailCache)
#include "test_thumbnail_cache.moc"
