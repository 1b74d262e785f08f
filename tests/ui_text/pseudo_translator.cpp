// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/ui_text/pseudo_translator.h"

#include <QByteArrayView>
#include <QRegularExpression>

namespace fieldmark::testing {
namespace {

QChar accented(QChar letter) {
    static const QString plain = QStringLiteral("AaCcEeIiNnOoSsUuYyZz");
    static const QString taller = QStringLiteral("ÂâČčÊêÎîŇňÔôŠšÛûŶŷŽž");
    const auto at = plain.indexOf(letter);
    return at < 0 ? letter : taller.at(at);
}

}  // namespace

QString PseudoTranslator::lengthen(const QString& text) {
    // What must come through untouched: "%1", "%Ln", "&x", "<b>", "&lt;", "(*.csv *.tsv)".
    static const QRegularExpression kept(
        QStringLiteral("%L?(?:\\d+|n)|&(?:[a-z]+;|.)|<[^<>]+>|\\([^()]*\\*[^()]*\\)"));
    QString longer(QLatin1Char('['));
    double owed = 0;
    int letters = 0;
    const auto add = [&](QStringView part) {
        for (const QChar letter : part) {
            longer.append(accented(letter));
            if (!letter.isLetter()) continue;
            ++letters;
            // Inside the words, so that a line breaks where it would break in a language of longer words.
            owed += 0.4;
            if (owed >= 1) {
                longer.append(accented(letter));
                owed -= 1;
            }
        }
    };
    qsizetype from = 0;
    for (auto it = kept.globalMatch(text); it.hasNext();) {
        const auto match = it.next();
        add(QStringView(text).mid(from, match.capturedStart() - from));
        longer.append(match.captured());
        from = match.capturedEnd();
    }
    add(QStringView(text).mid(from));
    // "%1 · %2" has no words: it is the same in every language.
    if (letters == 0) return text;
    return longer + QLatin1Char(']');
}

QString PseudoTranslator::translate(const char* context, const char* source, const char*, int) const {
    if (!QByteArrayView(context).startsWith("fieldmark::")) return {};
    return lengthen(QString::fromUtf8(source));
}

}  // namespace fieldmark::testing
