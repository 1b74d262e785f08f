// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <set>

#include <QTest>

#include "core/base/crop.h"
#include "core/base/digest.h"
#include "core/base/result.h"
#include "tests/support/picture_bytes.h"

using namespace fieldmark;
using fieldmark::testing::as_bytes;

class TestBase : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void results() {
        Result<std::unique_ptr<int>> good(std::make_unique<int>(7));
        QVERIFY(good.ok() && good);
        QCOMPARE(**good, 7);
        const std::unique_ptr<int> taken = *std::move(good);
        QCOMPARE(*taken, 7);

        const Result<std::string> bad(Error{ErrorKind::Damaged, "\"x\" is broken.", "detail"});
        QVERIFY(!bad.ok() && !bad);
        QVERIFY(bad.error().kind == ErrorKind::Damaged);
        QCOMPARE(bad.error().text, std::string("\"x\" is broken."));
        QCOMPARE(bad.error().detail, std::string("detail"));

        const Status done;
        QVERIFY(done.ok());
        const Status failed = Error{ErrorKind::Io, "No."};
        QVERIFY(!failed.ok());
        QVERIFY(failed.error().kind == ErrorKind::Io);
    }

    void kinds_of_errors_have_stable_names() {
        std::set<std::string> names;
        int count = 0;
        for (int i = static_cast<int>(ErrorKind::Usage); i <= static_cast<int>(ErrorKind::Internal);
             ++i, ++count) {
            const auto kind = static_cast<ErrorKind>(i);
            names.insert(to_string(kind));
            QVERIFY(error_kind_from_string(to_string(kind)) == kind);
        }
        QCOMPARE(static_cast<int>(names.size()), count);
        QCOMPARE(std::string(to_string(ErrorKind::NotFound)), std::string("not-found"));
        QCOMPARE(std::string(to_string(ErrorKind::DiskFull)), std::string("disk-full"));
        QVERIFY(error_kind_from_string("no such kind") == ErrorKind::Internal);
    }

    /// FIPS 180-2, appendix B.
    void sha256_vectors() {
        QCOMPARE(to_hex(sha256({})),
                 std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(to_hex(sha256(as_bytes("abc"))),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        const std::string million(1'000'000, 'a');
        const std::string expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        QCOMPARE(to_hex(sha256(as_bytes(million))), expected);
        Sha256 hash;
        for (std::size_t at = 0, step = 1; at < million.size(); at += step, step = step * 3 + 1) {
            step = std::min(step, million.size() - at);
            hash.update(as_bytes(million).subspan(at, step));
        }
        QCOMPARE(to_hex(hash.finish()), expected);
    }

    /// RFC 3720, appendix B.4, and the usual check value.
    void crc32c_vectors() {
        QCOMPARE(crc32c(as_bytes("")), 0U);
        QCOMPARE(crc32c(as_bytes("123456789")), 0xE3069283U);
        QCOMPARE(crc32c(as_bytes(std::string(32, '\0'))), 0x8A9136AAU);
        QCOMPARE(crc32c(as_bytes(std::string(32, '\xFF'))), 0x62A8AB43U);
        std::string rising;
        for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
        QCOMPARE(crc32c(as_bytes(rising)), 0x46DD794EU);
        for (std::size_t cut = 0; cut <= rising.size(); ++cut) {
            const auto all = as_bytes(rising);
            QCOMPARE(crc32c(all.subspan(cut), crc32c(all.first(cut))), 0x46DD794EU);
        }
    }

    void hexadecimal() {
        const std::string bytes("\x00\x7F\x80\xFF", 4);
        QCOMPARE(to_hex(bytes), std::string("007f80ff"));
        QCOMPARE(from_hex("007f80ff"), bytes);
        QVERIFY(from_hex("0").empty());
        QVERIFY(from_hex("0g").empty());
        QVERIFY(from_hex("").empty());
    }

    void crops_have_keys() {
        QCOMPARE(to_key(Crop{}), std::string());
        QVERIFY(crop_from_key("") == Crop{});
        const Crop crop{100, 250, 5000, 9750};
        QCOMPARE(to_key(crop), std::string("100,250,5000,9750"));
        QVERIFY(crop_from_key(to_key(crop)) == crop);
        QVERIFY(crop_from_key("0,0,10000,10000") == Crop{});
    }

    void wrong_crops_data() {
        QTest::addColumn<QByteArray>("key");
        for (const char* key : {"x", "1,2,3", "1,2,3,4,5", "1,2,3,4x", "0,0,0,5", "0,0,5,0", "-1,0,5,5",
                                "0,-1,5,5", "1,0,10000,5", "0,1,5,10000", "5000,0,2147483647,1",
                                "0,5000,1,2147483647", "2147483647,0,2147483647,1"}) {
            QTest::newRow(key) << QByteArray(key);
        }
    }

    void wrong_crops() {
        QFETCH(QByteArray, key);
        QVERIFY(!crop_from_key(key.toStdString()).has_value());
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "test_base.moc"
