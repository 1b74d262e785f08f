// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QDir>
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
        QStringList arguments{QStringLiteral("-no-obsolete"), QStringLiteral("-locations"), QStringLiteral("none")};
        for (const QString& part : {QStringLiteral("ui"), QStringLiteral("app")}) {
            const QDir directory(source.filePath(part));
            for (const QString& file : directory.entryList({QStringLiteral("*.cpp"), QStringLiteral("*.h")})) {
                arguments << directory.filePath(file);
            }
        }
        arguments << QStringLiteral("-target-language") << QStringLiteral("de") << QStringLiteral("-ts") << fresh;
        QProcess lupdate;
        lupdate.start(QStringLiteral(LUPDATE_PROGRAM), arguments);
        QVERIFY2(lupdate.waitForFinished(60000) && lupdate.exitCode() == 0, lupdate.readAllStandardError().constData());

        QSet<QString> translated;
        for (const Message& message : read_messages(source.filePath(QStringLiteral("translations/fieldmark_de.ts")))) {
            const bool empty = message.translations.isEmpty() || message.translations.contains(QString());
            if (!empty && !message.unfinished) translated.insert(message.context + QLatin1Char('|') + message.source);
        }
        const auto wanted = read_messages(fresh);
        QVERIFY2(wanted.size() > 50, "lupdate found hardly any text: its file list must be wrong");
        QStringList missing;
        for (const Message& message : wanted) {
            const QString key = message.context + QLatin1Char('|') + message.source;
            if (!translated.contains(key)) missing << key;
        }
        QVERIFY2(missing.isEmpty(), qPrintable(QStringLiteral("no German for: ") + missing.join(QStringLiteral("; "))));
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

    void both_languages_are_in_the_program() {
        for (const QLocale& locale : {QLocale(QLocale::German), QLocale(QLocale::English)}) {
            QTranslator translator;
            QVERIFY(translator.load(locale, QStringLiteral("fieldmark"), QStringLiteral("_"), QStringLiteral(":/i18n")));
            QVERIFY(!translator.isEmpty());
        }
    }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "tst_translations.moc"
