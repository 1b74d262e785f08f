// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/image_packer.h"

#include <QFile>
#include <QTest>

#include "core/image/decode.h"
#include "core/image/resize.h"
#include "core/training/image_cache.h"
#include "tests/engine/engine_fixture.h"
#include "tests/support/fault_file_system.h"

using namespace fieldmark;
using namespace fieldmark::testing;

class TestImagePacker : public QObject {
    Q_OBJECT

  private:
    std::unique_ptr<EngineFixture> m_fixture;
    std::string m_pictures;
    std::vector<std::string> m_paths;

    PackRequest request() const {
        PackRequest request;
        request.label = "species";
        request.size = 64;
        request.source = "a test";
        request.threads = 2;
        request.out = m_fixture->folder("out") + "/packed";
        return request;
    }
    void remove_output() const { QFile::remove(QString::fromStdString(request().out)); }

  private Q_SLOTS:
    void initTestCase() {
        if (shared_embedder() == nullptr) QSKIP("The default model is not set up.");
        m_fixture = std::make_unique<EngineFixture>();
        m_pictures = m_fixture->folder("pictures");
        SpecimenOptions options;
        options.classes = 4;
        options.per_class = 3;
        m_paths = write_specimens(m_pictures, options);
        write_text(m_pictures + "/broken.jpg", "no picture");
        // Numbers as names, so that 2 must come before 10; one picture has no label.
        std::string table = "path,species,split\n";
        for (std::size_t i = 0; i < m_paths.size(); ++i)
            if (i != 5)
                table += m_paths[i] + "," + std::to_string(1 + 3 * (i / 3)) + "," +
                         (i % 2 ? "learn" : "report") + "\n";
        table += "broken.jpg,10,learn\n";
        write_text(m_fixture->folder("tables") + "/labels.csv", table);
        ImportRequest import = import_of(m_pictures);
        import.labels_csv = m_fixture->folder("tables") + "/labels.csv";
        m_fixture->import(import);
    }
    void init() {
        if (!m_fixture) QSKIP("The default model is not set up.");
        remove_output();
    }

    void packs_what_is_labelled() {
        PackRequest wanted = request();
        wanted.split_field = "split";
        const auto report = pack_images(*m_fixture->library, wanted);
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().text.c_str());
        QCOMPARE(report->pictures, std::int64_t{11});
        QCOMPARE(report->classes, 4);
        QCOMPARE(report->unlabelled, std::int64_t{1});
        QCOMPARE(report->failed.size(), std::size_t{1});
        QVERIFY(report->failed[0].first.ends_with("broken.jpg"));

        const auto cache = ImageCache::open(wanted.out);
        QVERIFY(cache.ok());
        QVERIFY(cache->verify().ok());
        QCOMPARE(cache->facts().classes, (std::vector<std::string>{"1", "4", "7", "10"}));
        QCOMPARE(cache->facts().splits, (std::vector<std::string>{"learn", "report"}));
        for (int i = 0; i < cache->count(); ++i) {
            const ImageCacheEntry& entry = cache->entry(i);
            const auto known = std::find(m_paths.begin(), m_paths.end(), entry.path);
            QVERIFY(known != m_paths.end());
            const auto number = known - m_paths.begin();
            QCOMPARE(entry.label, static_cast<std::int32_t>(number / 3));
            QCOMPARE(entry.split, number % 2 != 0 ? 0 : 1);
            QCOMPARE(m_fixture->item(entry.path), report->items[static_cast<std::size_t>(i)]);
            // The pixels are the program's own way from file to input.
            DecodeRequest cover;
            cover.cover = 64;
            const auto decoded = decode_file(m_pictures + '/' + entry.path, cover);
            QVERIFY(decoded.ok());
            std::vector<std::uint8_t> expected(64 * 64 * 3);
            resize_to(decoded->image, 64, 64, expected);
            const auto pixels = cache->pixels(i);
            QVERIFY(std::equal(pixels.begin(), pixels.end(), expected.begin(), expected.end()));
        }
    }

    void selects() {
        PackRequest wanted = request();
        wanted.filter.where.push_back({"split", Condition::Operator::Equal, "learn"});
        wanted.min_per_class = 2;
        const auto report = pack_images(*m_fixture->library, wanted);
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().text.c_str());
        const auto cache = ImageCache::open(wanted.out);
        QVERIFY(cache.ok());
        for (int i = 0; i < cache->count(); ++i) {
            const auto number =
                std::find(m_paths.begin(), m_paths.end(), cache->entry(i).path) - m_paths.begin();
            QCOMPARE(number % 2, std::ptrdiff_t{1});
        }
        QVERIFY(!QFile::exists(QString::fromStdString(wanted.out + ".part")));
    }

    void refuses_and_leaves_nothing() {
        PackRequest unknown = request();
        unknown.label = "colour";
        const auto no_field = pack_images(*m_fixture->library, unknown);
        QCOMPARE(no_field.error().kind, ErrorKind::Usage);
        QVERIFY(no_field.error().text.find("species") != std::string::npos);

        PackRequest nothing = request();
        nothing.filter.where.push_back({"split", Condition::Operator::Equal, "neither"});
        QCOMPARE(pack_images(*m_fixture->library, nothing).error().kind, ErrorKind::Usage);

        PackRequest unreadable = request();
        unreadable.filter.where.push_back({"path", Condition::Operator::Equal, "broken.jpg"});
        QCOMPARE(pack_images(*m_fixture->library, unreadable).error().kind, ErrorKind::Damaged);

        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(pack_images(*m_fixture->library, request(), stop.get_token()).error().kind,
                 ErrorKind::Cancelled);

        FaultFileSystem full;
        full.full_after = 30'000;
        QCOMPARE(pack_images(*m_fixture->library, request(), {}, {}, full).error().kind, ErrorKind::DiskFull);
        QVERIFY(!QFile::exists(QString::fromStdString(request().out)));
        QVERIFY(!QFile::exists(QString::fromStdString(request().out + ".part")));
    }
};

QTEST_MAIN(TestImagePacker)
#include "test_image_packer.moc"
