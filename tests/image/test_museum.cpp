// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/museum.h"

#include <filesystem>

#include <QTemporaryDir>
#include <QTest>

#include "core/image/decode.h"

using namespace fieldmark;
using fieldmark::testing::Exhibit;

/// Every exhibit fails as its catalogue says, by the right kind and naming the file, or decodes.
class TestMuseum : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_exhibits = testing::write_museum(m_folder.path().toStdString());
        QVERIFY(m_exhibits.size() > 50);
    }

    /// Qt's own cannot remove names that are not UTF-8.
    void cleanupTestCase() { std::filesystem::remove_all(m_folder.path().toStdString()); }

    void exhibit_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(m_exhibits.size()); ++i) {
            QTest::newRow(m_exhibits[static_cast<std::size_t>(i)].cause.c_str()) << i;
        }
    }

    void exhibit() {
        QFETCH(int, index);
        const Exhibit& exhibit = m_exhibits[static_cast<std::size_t>(index)];
        for (const int cover : {0, 64}) {
            const auto decoded = decode_file(exhibit.path, {.cover = cover});
            auto expected = exhibit.expected;
#ifndef FIELDMARK_HAVE_HEIF
            if (exhibit.needs_heif) expected = ErrorKind::Unsupported;
#endif
            if (!expected) {
                QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().text.c_str());
                QCOMPARE(decoded->incomplete, exhibit.incomplete);
                QCOMPARE(decoded->image.bytes(), static_cast<std::size_t>(decoded->image.width) *
                                                     static_cast<std::size_t>(decoded->image.height) * 3);
                QVERIFY(decoded->image.width >= 8);
            } else {
                QVERIFY2(!decoded.ok(), "it decoded");
                const Error& error = decoded.error();
                QVERIFY2(error.kind == *expected,
                         (std::string(to_string(error.kind)) + ": " + error.text + " (" + error.detail + ")")
                             .c_str());
                QVERIFY2(error.text.find(exhibit.path) != std::string::npos, error.text.c_str());
                QVERIFY(error.text.ends_with('.'));
            }
        }
    }

  private:
    QTemporaryDir m_folder;
    std::vector<Exhibit> m_exhibits;
};

QTEST_GUILESS_MAIN(TestMuseum)
#include "test_museum.moc"
