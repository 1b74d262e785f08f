// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QBuffer>
#include <QDir>
#include <QImage>
#include <QMimeData>
#include <QUrl>
#include <QtTest>

#include "tests/support/specimens.h"
#include "ui/query/query_drop.h"

using namespace fieldmark;

namespace {

QByteArray encoded(const char* format) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    testing::draw_specimen(0, 0).save(&buffer, format);
    return bytes;
}

QByteArray bytes_of(const QueryImage& image) {
    return {reinterpret_cast<const char*>(image.bytes.data()), static_cast<qsizetype>(image.bytes.size())};
}

}  // namespace

class TestQueryDrop : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void reads_local_files_with_any_bytes() {
        QMimeData data;
        data.setData(QStringLiteral("text/uri-list"),
                     "file:///a/b%20c.jpg\r\nfile:///a/%FFx.png\r\nfile://localhost/d.png\r\n");
        QVERIFY(QueryDropReader::can_read(data));
        const QueryDrop drop = QueryDropReader::read(data);
        QCOMPARE(drop.images.size(), 3U);
        QCOMPARE(drop.images[0].path, std::string("/a/b c.jpg"));
        QCOMPARE(drop.images[1].path, std::string("/a/\xffx.png"));
        QCOMPARE(drop.images[2].path, std::string("/d.png"));
        QVERIFY(drop.problem.isEmpty());
        QVERIFY(QueryDropReader::promise(data).contains(QLatin1Char('3')));
    }

    void prefers_items_to_their_files() {
        QMimeData data;
        data.setData(QueryDropReader::items_mime_type(), QueryDropReader::encode_items({7, 9}));
        data.setUrls({QUrl(QStringLiteral("file:///a.jpg")), QUrl(QStringLiteral("file:///b.jpg"))});
        const QueryDrop drop = QueryDropReader::read(data);
        QCOMPARE(drop.images.size(), 2U);
        QCOMPARE(drop.images[0].item, ItemId{7});
        QCOMPARE(drop.images[1].item, ItemId{9});
        QVERIFY(drop.images[0].path.empty());
    }

    void refuses_hostile_item_lists() {
        QCOMPARE(QueryDropReader::decode_items(QByteArray("3,-1,0,x,,99999999999999999999,3,") + char(0) +
                                               "\xff,4")
                     .size(),
                 2U);
        QCOMPARE(QueryDropReader::decode_items("").size(), 0U);
        QCOMPARE(QueryDropReader::decode_items(QByteArray(1'000'000, ',')).size(), 0U);
        QMimeData data;
        data.setData(QueryDropReader::items_mime_type(), "nonsense");
        const QueryDrop drop = QueryDropReader::read(data);
        QVERIFY(drop.images.empty());
        QVERIFY(!drop.problem.isEmpty());
    }

    void takes_encoded_pictures_unchanged() {
        const QByteArray jpeg = encoded("JPG");
        QMimeData data;
        data.setData(QStringLiteral("image/jpeg"), jpeg);
        data.setUrls({QUrl(QStringLiteral("https://example.org/bird.jpg"))});  // as browsers do
        const QueryDrop drop = QueryDropReader::read(data);
        QCOMPARE(drop.images.size(), 1U);
        QCOMPARE(bytes_of(drop.images[0]), jpeg);
        QVERIFY(drop.problem.isEmpty());
    }

    void encodes_bitmaps() {
        const QImage picture = testing::draw_specimen(1, 0);
        QMimeData data;
        data.setImageData(picture);
        const QueryDrop drop = QueryDropReader::read(data);
        QCOMPARE(drop.images.size(), 1U);
        const QImage again = QImage::fromData(bytes_of(drop.images[0]));
        QCOMPARE(again.convertToFormat(QImage::Format_RGB32), picture.convertToFormat(QImage::Format_RGB32));
    }

    void refuses_empty_bitmaps() {
        QMimeData data;
        data.setImageData(QImage());
        const QueryDrop drop = QueryDropReader::read(data);
        QVERIFY(drop.images.empty());
        QVERIFY(!drop.problem.isEmpty());
    }

    void never_follows_addresses_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("http") << QStringLiteral("http://example.org/a.jpg");
        QTest::newRow("https") << QStringLiteral("https://example.org/a.jpg");
        QTest::newRow("ftp") << QStringLiteral("ftp://example.org/a.jpg");
        QTest::newRow("another host") << QStringLiteral("file://host/share/a.jpg");
    }
    void never_follows_addresses() {
        QFETCH(QString, text);
        QMimeData urls;
        urls.setUrls({QUrl(text)});
        QVERIFY(QueryDropReader::can_read(urls));  // so that the drop can say why
        const QueryDrop drop = QueryDropReader::read(urls);
        QVERIFY(drop.images.empty());
        QVERIFY2(drop.problem.contains(QStringLiteral("never opens a connection")), qPrintable(drop.problem));
        QMimeData html;
        html.setHtml(QStringLiteral("<p><img alt='x' src=\"%1\"></p>").arg(text));
        QVERIFY(QueryDropReader::read(html).images.empty());
        QVERIFY(QueryDropReader::read(html).problem.contains(QStringLiteral("never opens a connection")));
    }

    void reads_data_addresses() {
        const QByteArray png = encoded("PNG");
        const QString address =
            QStringLiteral("data:image/png;base64,") + QString::fromLatin1(png.toBase64());
        QMimeData text;
        text.setText(address);
        QCOMPARE(QueryDropReader::read(text).images.size(), 1U);
        QCOMPARE(bytes_of(QueryDropReader::read(text).images[0]), png);
        QMimeData html;
        html.setHtml(QStringLiteral("<meta charset=utf-8><IMG class=a src='%1'>").arg(address));
        QCOMPARE(QueryDropReader::read(html).images.size(), 1U);
        QCOMPARE(bytes_of(QueryDropReader::read(html).images[0]), png);
        QMimeData broken;
        broken.setText(QStringLiteral("data:image/png;base64,@@@@"));
        QVERIFY(QueryDropReader::read(broken).images.empty());
        QMimeData script;
        script.setText(QStringLiteral("data:text/html;base64,aGFsbG8="));
        QVERIFY(QueryDropReader::read(script).images.empty());
    }

    void reads_pasted_paths_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("paths");
        QTest::newRow("absolute") << QStringLiteral("/a/b c.jpg")
                                  << QStringList{QStringLiteral("/a/b c.jpg")};
        QTest::newRow("quoted") << QStringLiteral(" '/a/b c.jpg' \n")
                                << QStringList{QStringLiteral("/a/b c.jpg")};
        QTest::newRow("home") << QStringLiteral("~/a.jpg")
                              << QStringList{QDir::homePath() + QStringLiteral("/a.jpg")};
        QTest::newRow("file address")
            << QStringLiteral("file:///a/b%20c.jpg") << QStringList{QStringLiteral("/a/b c.jpg")};
        QTest::newRow("lines") << QStringLiteral("/a.jpg\r\n/b.jpg\n\n/a.jpg")
                               << QStringList{QStringLiteral("/a.jpg"), QStringLiteral("/b.jpg")};
        QTest::newRow("relative") << QStringLiteral("../../etc/passwd") << QStringList{};
        QTest::newRow("prose") << QStringLiteral("Have you seen this bird?") << QStringList{};
        QTest::newRow("empty") << QString() << QStringList{};
        QTest::newRow("nul") << QStringLiteral("/a") + QChar(0) + QStringLiteral(".jpg") << QStringList{};
        QTest::newRow("very long") << QString(200'000, QLatin1Char('/')) << QStringList{};
    }
    void reads_pasted_paths() {
        QFETCH(QString, text);
        QFETCH(QStringList, paths);
        QMimeData data;
        data.setText(text);
        const QueryDrop drop = QueryDropReader::read(data);
        QStringList found;
        for (const QueryImage& image : drop.images) found += QString::fromStdString(image.path);
        QCOMPARE(found, paths);
        QCOMPARE(drop.problem.isEmpty(), !paths.isEmpty());
    }

    void says_what_to_do_with_folders() {
        QMimeData data;
        data.setData(QStringLiteral("text/uri-list"), "file:///pictures/kenya/\r\n");
        const QueryDrop drop = QueryDropReader::read(data);
        QVERIFY(drop.images.empty());
        QVERIFY2(drop.problem.contains(QStringLiteral("gallery")), qPrintable(drop.problem));
    }

    void bounds_the_number_of_pictures() {
        QMimeData data;
        QList<QUrl> urls;
        for (int i = 0; i < 40; ++i) urls += QUrl(QStringLiteral("file:///%1.jpg").arg(i));
        data.setUrls(urls);
        const QueryDrop drop = QueryDropReader::read(data);
        QCOMPARE(drop.images.size(), QueryDropReader::kMaxImages);
        QVERIFY(!drop.problem.isEmpty());
    }

    void leaves_other_things_alone() {
        QMimeData data;
        data.setData(QStringLiteral("application/octet-stream"), "x");
        QVERIFY(!QueryDropReader::can_read(data));
    }
};

QTEST_MAIN(TestQueryDrop)
#include "test_query_drop.moc"
