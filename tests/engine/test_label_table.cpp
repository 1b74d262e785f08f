// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>

#include "core/engine/importing/label_table.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace std::string_literals;

class TestLabelTable : public QObject {
    Q_OBJECT

    QTemporaryDir m_directory;

    Result<LabelTable> read(const std::string& content) const {
        const std::string file = m_directory.path().toStdString() + "/labels.csv";
        testing::write_text(file, content);
        return read_label_table(file);
    }

    static std::string utf16(const std::string& ascii, bool big_endian) {
        std::string text = big_endian ? "\xFE\xFF" : "\xFF\xFE";
        for (const char c : ascii) text += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
        return text;
    }

  private Q_SLOTS:
    void readsEveryDialect_data() {
        QTest::addColumn<QByteArray>("content");
        const auto row = [](const char* name, const std::string& content) {
            QTest::newRow(name) << QByteArray(content.data(), static_cast<qsizetype>(content.size()));
        };
        row("plain", "path,species,note\na.jpg,wren,one\nb/c.jpg,robin,two\n");
        row("no last line end", "path,species,note\na.jpg,wren,one\nb/c.jpg,robin,two");
        row("byte-order mark", "\xEF\xBB\xBFpath,species,note\na.jpg,wren,one\nb/c.jpg,robin,two\n");
        row("semicolons", "path;species;note\na.jpg;wren;one\nb/c.jpg;robin;two\n");
        row("tabs", "path\tspecies\tnote\na.jpg\twren\tone\nb/c.jpg\trobin\ttwo\n");
        row("windows", "path,species,note\r\na.jpg,wren,one\r\n\r\nb/c.jpg,robin,two\r\n");
        row("old mac", "path,species,note\ra.jpg,wren,one\rb/c.jpg,robin,two\r");
        row("quotes",
            "\"path\",\"species\",\"note\"\n\"a.jpg\",\"wren\",\"one\"\n\"b/c.jpg\",\"robin\",\"two\"\n");
        row("blanks in the header", " path , species ,note\na.jpg,wren,one\nb/c.jpg,robin,two\n");
        row("utf-16 le", utf16("path;species;note\na.jpg;wren;one\nb/c.jpg;robin;two\n", false));
        row("utf-16 be", utf16("path;species;note\na.jpg;wren;one\nb/c.jpg;robin;two\n", true));
    }

    void readsEveryDialect() {
        QFETCH(QByteArray, content);
        const auto table = read(content.toStdString());
        QVERIFY2(table.ok(), table.ok() ? "" : table.error().text.c_str());
        QCOMPARE(table->fields, (std::vector<std::string>{"species", "note"}));
        QCOMPARE(table->rows.size(), std::size_t{2});
        QCOMPARE(table->rows[0].path, std::string("a.jpg"));
        QCOMPARE(table->rows[0].values, (std::vector<std::string>{"wren", "one"}));
        QCOMPARE(table->rows[1].path, std::string("b/c.jpg"));
        QCOMPARE(table->rows[1].values, (std::vector<std::string>{"robin", "two"}));
    }

    void keepsWhatQuotesHold() {
        const auto table = read("path,note\n\"a,b.jpg\",\"say \"\"hi\"\"\nand go\"\nc.jpg,\n");
        QVERIFY(table.ok());
        QCOMPARE(table->rows[0].path, std::string("a,b.jpg"));
        QCOMPARE(table->rows[0].values[0], std::string("say \"hi\"\nand go"));
        QCOMPARE(table->rows[1].values[0], std::string());
    }

    void decodesSurrogatePairs() {
        const auto table = read("\xFF\xFEp\0,\0x\0\n\0a\0,\0\x3D\xD8\x26\xDC"s);
        QVERIFY(table.ok());
        QCOMPARE(table->rows[0].values[0], std::string("\xF0\x9F\x90\xA6"));
    }

    void namesWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* name, const char* content, ErrorKind kind, const char* part) {
            QTest::newRow(name) << QByteArray(content) << static_cast<int>(kind) << QString::fromUtf8(part);
        };
        row("ragged", "path,x\na.jpg,1\nb.jpg,1,2\n", ErrorKind::Damaged, "Line 3");
        row("too few", "path,x,y\n\"a\nb.jpg\",1\n", ErrorKind::Damaged, "Line 2");
        row("open quote", "path,x\na.jpg,\"1\nb.jpg,2\n", ErrorKind::Damaged, "Line 2");
        row("empty", "", ErrorKind::Usage, "empty");
        row("one column", "path\na.jpg\n", ErrorKind::Usage, "no label column");
        row("nameless column", "path,x,\na.jpg,1,2\n", ErrorKind::Usage, "Column 3");
        row("equal columns", "path,x,x\na.jpg,1,2\n", ErrorKind::Usage, "\"x\"");
    }

    void namesWhatIsWrong() {
        QFETCH(QByteArray, content);
        QFETCH(int, kind);
        QFETCH(QString, part);
        const auto table = read(content.toStdString());
        QVERIFY(!table.ok());
        QCOMPARE(static_cast<int>(table.error().kind), kind);
        QVERIFY2(QString::fromStdString(table.error().text).contains(part), table.error().text.c_str());
        QVERIFY(table.error().text.find("labels.csv") != std::string::npos);
    }

    void refusesWhatIsNoTable() {
        QCOMPARE(read("path,x\na\0b,1\n"s).error().kind, ErrorKind::Damaged);
        QCOMPARE(read_label_table("/nowhere/labels.csv").error().kind, ErrorKind::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestLabelTable)
#include "test_label_table.moc"
