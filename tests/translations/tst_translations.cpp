// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QLocale>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QTranslator>
#include <QXmlStreamReader>

namespace {

struct Message {
    QString context;
    QString source;
    QStringList translations;  ///< one, or one a plural form
    bool numerus = false;
    bool unfinished = false;
};

QList<Message> read_messages(const QString& path) {
    QList<Message> messages;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return messages;
    QXmlStreamReader xml(&file);
    QString context;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) continue;
        const auto name = xml.name();
        if (name == QLatin1String("name")) {
            context = xml.readElementText();
        } else if (name == QLatin1String("message")) {
            Message message;
            message.context = context;
            message.numerus = xml.attributes().value(QLatin1String("numerus")) == QLatin1String("yes");
            messages.append(message);
        } else if (messages.isEmpty()) {
            continue;
        } else if (name == QLatin1String("source")) {
            messages.last().source = xml.readElementText();
        } else if (name == QLatin1String("translation")) {
            messages.last().unfinished = xml.attributes().hasAttribute(QLatin1String("type"));
            if (!messages.last().numerus) messages.last().translations.append(xml.readElementText());
        } else if (name == QLatin1String("numerusform")) {
            messages.last().translations.append(xml.readElementText());
        }
    }
    return messages;
}

/// The placeholders of a text: "%1", "%2", "%n"...
QSet<QString> placeholders(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("%(L?\\d+|L?n)"));
    QSet<QString> found;
    for (auto it = pattern.globalMatch(text); it.hasNext();) found.insert(it.next().captured());
    return found;
}

}  // namespace

class TestTranslations : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    /// Every text in the sources has its German: lupdate finds nothing that the file does not have.
    void german_is_complete() {
        const QDir source(QStringLiteral(SOURCE_FOLDER));
        const QTemporaryDir folder;
        const QString fresh = folder.filePath(QStringLiteral("fieldmark_de.ts"));
        // With the include path, or lupdate knows no namespaces and reports contexts that no program asks
        // for.
        QStringList arguments{QStringLiteral("-I"), source.path(), QStringLiteral("-no-obsolete"),
                              QStringLiteral("-locations"), QStringLiteral("none")};
        for (const QString& part : {QStringLiteral("ui"), QStringLiteral("app")}) {
            QDirIterator files(source.filePath(part), {QStringLiteral("*.cpp"), QStringLiteral("*.h")},
                               QDir::Files, QDirIterator::Subdirectories);
            while (files.hasNext()) arguments << files.next();
        }
        arguments << QStringLiteral("-target-language") << QStringLiteral("de") << QStringLiteral("-ts")
                  << fresh;
        QProcess lupdate;
        lupdate.start(QStringLiteral(LUPDATE_PROGRAM), arguments);
        QVERIFY2(lupdate.waitForFinished(60000) && lupdate.exitCode() == 0,
                 lupdate.readAllStandardError().constData());

        QSet<QString> translated;
        for (const Message& message :
             read_messages(source.filePath(QStringLiteral("translations/fieldmark_de.ts")))) {
            const bool empty = message.translations.isEmpty() || message.translations.contains(QString());
            if (!empty && !message.unfinished)
                translated.insert(message.context + QLatin1Char('|') + message.source);
        }
        const auto wanted = read_messages(fresh);
        QVERIFY2(wanted.size() > 50, "lupdate found hardly any text: its file list must be wrong");
        QStringList missing;
        for (const Message& message : wanted) {
            const QString key = message.context + QLatin1Char('|') + message.source;
            if (!translated.contains(key)) missing << key;
        }
        QVERIFY2(missing.isEmpty(),
                 qPrintable(QStringLiteral("no German for: ") + missing.join(QStringLiteral("; "))));
    }

    void placeholders_agree() {
        const QDir source(QStringLiteral(SOURCE_FOLDER));
        for (const QString& name : {QStringLiteral("fieldmark_de.ts"), QStringLiteral("fieldmark_en.ts")}) {
            const auto messages = read_messages(source.filePath(QStringLiteral("translations/") + name));
            QVERIFY2(!messages.isEmpty(), qPrintable(name));
            for (const Message& message : messages) {
                if (message.numerus) QCOMPARE(message.translations.size(), 2);
                for (const QString& translation : message.translations) {
                    QSet<QString> wanted = placeholders(message.source);
                    QSet<QString> got = placeholders(translation);
                    // "one picture" may leave the number out in its singular form.
                    if (message.numerus) {
                        for (const QString& n : {QStringLiteral("%n"), QStringLiteral("%Ln")}) {
                            wanted.remove(n);
                            got.remove(n);
                        }
                    }
                    QVERIFY2(wanted == got, qPrintable(name + QStringLiteral(": ") + message.source));
                }
            }
        }
    }

    /// Plural forms are what English needs a file for: every one of them is filled in.
    void english_has_its_plurals() {
        const QDir source(QStringLiteral(SOURCE_FOLDER));
        int plurals = 0;
        for (const Message& message :
             read_messages(source.filePath(QStringLiteral("translations/fieldmark_en.ts")))) {
            QVERIFY2(message.numerus, qPrintable(message.source));
            QVERIFY2(!message.unfinished && !message.translations.contains(QString()),
                     qPrintable(message.source));
            QVERIFY2(!message.translations.last().contains(QLatin1String("(s)")), qPrintable(message.source));
            ++plurals;
        }
        QVERIFY(plurals > 5);
        // None of German's plural texts is missing from English.
        for (const Message& message :
             read_messages(source.filePath(QStringLiteral("translations/fieldmark_de.ts")))) {
            if (message.numerus) --plurals;
        }
        QCOMPARE(plurals, 0);
    }

    /// The contexts are those that the program asks with, namespace and all, and a plural finds its form.
    void the_program_finds_its_texts() {
        QTranslator german;
        QVERIFY(german.load(QLocale(QLocale::German), QStringLiteral("fieldmark"), QStringLiteral("_"),
                            QStringLiteral(":/i18n")));
        QCOMPARE(german.translate("fieldmark::MainWindow", "&Library"), QStringLiteral("&Bibliothek"));
        QCOMPARE(german.translate("fieldmark::Inspector", "%n pictures", nullptr, 1),
                 QStringLiteral("%n Bild"));
        QCOMPARE(german.translate("fieldmark::Inspector", "%n pictures", nullptr, 7),
                 QStringLiteral("%n Bilder"));
        QTranslator english;
        QVERIFY(english.load(QLocale(QLocale::English), QStringLiteral("fieldmark"), QStringLiteral("_"),
                             QStringLiteral(":/i18n")));
        QCOMPARE(english.translate("fieldmark::Inspector", "%n pictures", nullptr, 1),
                 QStringLiteral("%n picture"));
    }

    void both_languages_are_in_the_program() {
        for (const QLocale& locale : {QLocale(QLocale::German), QLocale(QLocale::English)}) {
            QTranslator translator;
            QVERIFY(translator.load(locale, QStringLiteral("fieldmark"), QStringLiteral("_"),
                                    QStringLiteral(":/i18n")));
            QVERIFY(!translator.isEmpty());
        }
    }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "tst_translations.moc"
