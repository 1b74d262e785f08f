// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QLocale>
#include <QtTest>

#include "ui/widgets/text.h"

using namespace fieldmark;

class TestText : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom)); }

    void displays_any_bytes() {
        QCOMPARE(Text::display_name("Grünfink.jpg"), QStringLiteral("Grünfink.jpg"));
        QCOMPARE(Text::display_name("a\xff\xfe.jpg"), QStringLiteral("a\uFFFD\uFFFD.jpg"));
        QCOMPARE(Text::display_name("two\nlines\t.jpg"), QStringLiteral("two\uFFFDlines\uFFFD.jpg"));
        // "gpj.exe" turned round to look like "exe.jpg"
        QCOMPARE(Text::display_name("a\xe2\x80\xaegpj.exe"), QStringLiteral("a\uFFFDgpj.exe"));
        QCOMPARE(Text::display_name(std::string("a\0b", 3)), QStringLiteral("a\uFFFDb"));
        QCOMPARE(Text::display_name(""), QString());
    }

    void takes_paths_apart() {
        QCOMPARE(Text::file_name("/a/b/c.jpg"), QStringLiteral("c.jpg"));
        QCOMPARE(Text::file_name("c.jpg"), QStringLiteral("c.jpg"));
        QCOMPARE(Text::file_name("/a/b/"), QStringLiteral("b"));
        QCOMPARE(Text::file_name("/"), QStringLiteral("/"));
        QCOMPARE(Text::folder("/a/b/c.jpg"), QStringLiteral("/a/b"));
        QCOMPARE(Text::folder("/c.jpg"), QStringLiteral("/"));
        QCOMPARE(Text::folder("c.jpg"), QString());
    }

    void keeps_bytes_through_urls() {
        for (const std::string path : {"/a/b c.jpg", "/a/\xff\xfe#?%20.jpg", "/gr\xc3\xbcn.jpg", "/a\nb"}) {
            QCOMPARE(Text::path_bytes(Text::url_of(path)), path);
            QVERIFY(Text::url_of(path).isLocalFile());
        }
        QCOMPARE(Text::path_bytes(QUrl(QStringLiteral("https://example.org/a.jpg"))), std::string());
        QCOMPARE(Text::path_bytes(QUrl(QStringLiteral("file://other-host/a.jpg"))), std::string());
        QCOMPARE(Text::path_bytes(QUrl::fromEncoded("file:///a%00b.jpg")), std::string());
    }

    void writes_numbers() {
        QCOMPARE(Text::count(12400), QStringLiteral("12,400"));
        QCOMPARE(Text::count(-3), QStringLiteral("-3"));
        QCOMPARE(Text::pixels(4000, 3000), QStringLiteral("4,000 × 3,000"));
        QCOMPARE(Text::pixels(0, 3000), QString());
        QCOMPARE(Text::score(0.934F), QStringLiteral("0.93"));
        QCOMPARE(Text::score(-0.25F), QStringLiteral("\u22120.25"));
        QCOMPARE(Text::score(-0.001F), QStringLiteral("0.00"));
        QCOMPARE(Text::score(std::nanf("")), QStringLiteral("–"));
        QCOMPARE(Text::size(8'400'000), QStringLiteral("8.4 MB"));
        QCOMPARE(Text::rate(96.4), QStringLiteral("96 pictures/s"));
        QCOMPARE(Text::rate(3.26), QStringLiteral("3.3 pictures/s"));
    }

    void keeps_the_ends_of_percentages() {
        QCOMPARE(Text::percent(0), QStringLiteral("0%"));
        QCOMPARE(Text::percent(0.001), QStringLiteral("1%"));
        QCOMPARE(Text::percent(0.62), QStringLiteral("62%"));
        QCOMPARE(Text::percent(0.999), QStringLiteral("99%"));
        QCOMPARE(Text::percent(1), QStringLiteral("100%"));
        QCOMPARE(Text::percent(7), QStringLiteral("100%"));
    }

    void speaks_german() {
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        QCOMPARE(Text::count(12400), QStringLiteral("12.400"));
        QCOMPARE(Text::score(0.934F), QStringLiteral("0,93"));
        QCOMPARE(Text::size(8'400'000), QStringLiteral("8,4 MB"));
        QCOMPARE(Text::pixels(4000, 3000), QStringLiteral("4.000 × 3.000"));
        QCOMPARE(Text::duration(3.2), QStringLiteral("3,2 s"));
    }

    void groups_digits_in_the_c_locale_too() {
        QLocale::setDefault(QLocale::c());
        QCOMPARE(Text::count(12400), QStringLiteral("12,400"));
    }

    void writes_times_data() {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("duration");
        QTest::addColumn<QString>("left");
        QTest::newRow("unknown") << -1.0 << QString() << QString();
        QTest::newRow("14 ms") << 0.014 << QStringLiteral("14 ms") << QStringLiteral("a few seconds left");
        QTest::newRow("3.2 s") << 3.2 << QStringLiteral("3.2 s") << QStringLiteral("a few seconds left");
        QTest::newRow("33 s") << 33.0 << QStringLiteral("33 s") << QStringLiteral("about 35 s left");
        QTest::newRow("65 s") << 65.0 << QStringLiteral("1 min 5 s") << QStringLiteral("about 1 min left");
        QTest::newRow("59 min") << 3540.0 << QStringLiteral("59 min 0 s")
                                << QStringLiteral("about 59 min left");
        QTest::newRow("59.9 min") << 3594.0 << QStringLiteral("59 min 54 s")
                                  << QStringLiteral("about 1 h left");
        QTest::newRow("100 min") << 6000.0 << QStringLiteral("1 h 40 min")
                                 << QStringLiteral("about 1 h 40 min left");
    }
    void writes_times() {
        QFETCH(double, seconds);
        QTEST(Text::duration(seconds), "duration");
        QTEST(Text::time_left(seconds), "left");
    }

    void writes_dates() {
        QCOMPARE(Text::date(std::string()), QString());
        QVERIFY(Text::date("2025-06-12 14:03:11").contains(QStringLiteral("2025")));
        QCOMPARE(Text::date("some time in May"), QStringLiteral("some time in May"));
        QCOMPARE(Text::date(std::int64_t{0}), QString());
    }

    void writes_conditions() {
        QCOMPARE(Text::condition({"species", Condition::Operator::Equal, "Song Sparrow"}),
                 QStringLiteral("species = Song Sparrow"));
        QCOMPARE(Text::condition({"split", Condition::Operator::NotEqual, ""}),
                 QStringLiteral("split ≠ (empty)"));
        QCOMPARE(Text::condition({"path", Condition::Operator::Contains, "ke\nnya"}),
                 QStringLiteral("path contains “ke\uFFFDnya”"));
    }

    void names_items() {
        ItemRow row;
        row.item.path = "birds/0001.jpg";
        QCOMPARE(Text::title(row), QStringLiteral("0001.jpg"));
        row.metadata = {{"observer", "Ada"}, {"species", "Song Sparrow"}};
        QCOMPARE(Text::title(row), QStringLiteral("Song Sparrow"));
        QCOMPARE(Text::title(row, "observer"), QStringLiteral("Ada"));
        QCOMPARE(Text::title(row, "age"), QStringLiteral("0001.jpg"));
        Match match;
        match.rank = 3;
        match.score = 0.9F;
        match.row = row;
        match.row.collection = "Kenya 2025";
        QCOMPARE(Text::spoken(match), QStringLiteral("rank 3, Song Sparrow, score 0.90, from Kenya 2025"));
    }

    void has_a_word_for_every_error() {
        for (int kind = 0; kind <= static_cast<int>(ErrorKind::Internal); ++kind)
            QVERIFY(!Text::error(static_cast<ErrorKind>(kind)).isEmpty());
        QCOMPARE(Text::error(Error{ErrorKind::DiskFull, ""}), QStringLiteral("Disk full"));
        QCOMPARE(Text::error(Error{ErrorKind::DiskFull, "No room."}), QStringLiteral("No room."));
    }
};

QTEST_GUILESS_MAIN(TestText)
#include "test_text.moc"
