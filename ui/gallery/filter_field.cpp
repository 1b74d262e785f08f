// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/gallery/filter_field.h"

#include <algorithm>

#include <QRegularExpression>

#include "core/library/built_in_fields.h"
#include "ui/widgets/icons.h"

namespace fieldmark {
namespace {

constexpr int debounce_milliseconds = 150;

struct Start {
    qsizetype at = 0;  ///< of the field's name
    qsizetype value_at = 0;
    QString field;
    Condition::Operator op = Condition::Operator::Equal;
};

Condition::Operator operator_of(const QString& text) {
    if (text == QLatin1String("!=")) return Condition::Operator::NotEqual;
    if (text == QLatin1String("<")) return Condition::Operator::Less;
    if (text == QLatin1String(">")) return Condition::Operator::Greater;
    if (text == QLatin1String("~")) return Condition::Operator::Contains;
    return Condition::Operator::Equal;
}

/// Where conditions begin: NAME OPERATOR at the start of a word, NAME known.
std::vector<Start> starts_in(const QString& text, const std::vector<std::string>& fields) {
    std::vector<QString> names;
    for (const std::string_view field : kBuiltInFields)
        names.push_back(QString::fromUtf8(field.data(), qsizetype(field.size())));
    for (const std::string& field : fields) names.push_back(QString::fromStdString(field));
    std::vector<Start> starts;
    for (const QString& name : names) {
        const QRegularExpression pattern(
            QStringLiteral("(?:^|\\s)(%1)(!=|=|<|>|~)").arg(QRegularExpression::escape(name)),
            QRegularExpression::CaseInsensitiveOption);
        auto matches = pattern.globalMatch(text);
        while (matches.hasNext()) {
            const QRegularExpressionMatch match = matches.next();
            starts.push_back(
                {match.capturedStart(1), match.capturedEnd(2), name, operator_of(match.captured(2))});
        }
    }
    std::sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) { return a.at < b.at; });
    return starts;
}

}  // namespace

FilterText parse_filter(const QString& text, const std::vector<std::string>& fields) {
    FilterText result;
    qsizetype free_from = 0;
    QStringList free;
    const std::vector<Start> starts = starts_in(text, fields);
    for (std::size_t n = 0; n < starts.size(); ++n) {
        const Start& start = starts[n];
        if (start.at < free_from) continue;  // inside the quotes of the one before
        free.append(text.mid(free_from, start.at - free_from));
        QString value;
        if (start.value_at < text.size() && text[start.value_at] == QLatin1Char('"')) {
            const qsizetype end = text.indexOf(QLatin1Char('"'), start.value_at + 1);
            value = text.mid(start.value_at + 1, end < 0 ? -1 : end - start.value_at - 1);
            free_from = end < 0 ? text.size() : end + 1;
        } else {
            const qsizetype end = n + 1 < starts.size() ? starts[n + 1].at : text.size();
            value = text.mid(start.value_at, end - start.value_at).trimmed();
            free_from = end;
        }
        if (!value.isEmpty()) {
            result.conditions.push_back({start.field.toStdString(), start.op, value.toStdString()});
        }
    }
    free.append(text.mid(free_from));
    result.text = free.join(QLatin1Char(' ')).simplified();
    return result;
}

FilterField::FilterField(QWidget* parent) : QLineEdit(parent) {
    setObjectName(QStringLiteral("filterField"));
    setAccessibleName(tr("Filter"));
    setPlaceholderText(tr("Filter by name, label or path"));
    setToolTip(
        tr("Words that a name, a label or a path must contain, or conditions such as species=Song Sparrow "
           "and Enter (Ctrl+L)"));
    setClearButtonEnabled(true);
    addAction(icon(QStringLiteral("filter")), QLineEdit::LeadingPosition)->setText(tr("Filter"));
    m_debounce.setSingleShot(true);
    m_debounce.setInterval(debounce_milliseconds);
    connect(&m_debounce, &QTimer::timeout, this, &FilterField::settle);
    connect(this, &QLineEdit::textChanged, this, [this] { m_debounce.start(); });
    connect(this, &QLineEdit::returnPressed, this, &FilterField::enter);
}

void FilterField::settle() {
    m_debounce.stop();
    // A condition that is still being typed is no free text.
    const QString now = parse_filter(text(), m_fields).text;
    if (now == m_free_text) return;
    m_free_text = now;
    Q_EMIT freeTextChanged(now);
}

void FilterField::enter() {
    const FilterText parsed = parse_filter(text(), m_fields);
    if (!parsed.conditions.empty()) {
        setText(parsed.text);
        Q_EMIT conditionsEntered(parsed.conditions);
    }
    settle();
}

void FilterField::clear_quietly() {
    const QSignalBlocker quiet(this);
    clear();
    m_debounce.stop();
    m_free_text.clear();
}

}  // namespace fieldmark
