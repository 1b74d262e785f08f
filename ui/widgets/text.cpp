// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/text.h"

#include <algorithm>
#include <cmath>

#include <QByteArray>
#include <QDateTime>
#include <QFile>
#include <QLocale>

namespace fieldmark {

namespace {

/// The user's locale; C's, which groups no digits, is made to.
QLocale locale() {
    QLocale user;
    user.setNumberOptions(user.numberOptions() & ~QLocale::OmitGroupSeparator);
    return user;
}

bool turns_direction(char16_t c) {
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F ||
           c == 0x061C;
}

constexpr QChar kReplacement(0xFFFD);

}  // namespace

QString Text::display_name(const std::string& bytes) {
    QString text = QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
    for (QChar& c : text) {
        const bool breaks = c == QChar::LineSeparator || c == QChar::ParagraphSeparator ||
                            c.category() == QChar::Other_Control;
        if (breaks || turns_direction(c.unicode())) c = kReplacement;
    }
    return text;
}

QString Text::file_name(const std::string& path) {
    const std::size_t end = path.find_last_not_of('/');
    if (end == std::string::npos) return display_name(path);
    const std::size_t slash = path.rfind('/', end);
    const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
    return display_name(path.substr(begin, end + 1 - begin));
}

QString Text::folder(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return {};
    return display_name(slash == 0 ? std::string("/") : path.substr(0, slash));
}

std::string Text::path_bytes(const QString& path) {
    return QFile::encodeName(path).toStdString();
}

std::string Text::path_bytes(const QUrl& url) {
    if (!url.isLocalFile()) return {};
    if (!url.host().isEmpty() && url.host() != QLatin1String("localhost")) return {};
    const QByteArray bytes = QByteArray::fromPercentEncoding(url.path(QUrl::FullyEncoded).toLatin1());
    return bytes.contains('\0') ? std::string() : bytes.toStdString();
}

QUrl Text::url_of(const std::string& path) {
    const QByteArray bytes(path.data(), static_cast<qsizetype>(path.size()));
    return QUrl::fromEncoded("file://" + bytes.toPercentEncoding("/"), QUrl::StrictMode);
}

QString Text::count(std::int64_t number) {
    return locale().toString(static_cast<qlonglong>(number));
}

QString Text::size(std::int64_t bytes) {
    const int precision = bytes < 10'000'000 && bytes >= 1'000'000 ? 1 : 0;
    return locale().formattedDataSize(bytes, precision, QLocale::DataSizeSIFormat);
}

QString Text::pixels(int width, int height) {
    if (width <= 0 || height <= 0) return {};
    return QStringLiteral("%1 × %2").arg(count(width), count(height));
}

QString Text::percent(double fraction) {
    double hundredths = std::clamp(fraction, 0.0, 1.0) * 100;
    // "100%" is kept for done, "0%" for nothing at all.
    if (hundredths < 100) hundredths = std::min(hundredths, 99.0);
    if (hundredths > 0) hundredths = std::max(hundredths, 1.0);
    return tr("%1%", "percentage").arg(locale().toString(hundredths, 'f', 0));
}

QString Text::score(float cosine) {
    if (!std::isfinite(cosine)) return QStringLiteral("–");
    QString text = locale().toString(std::abs(cosine), 'f', 2);
    // -0.001 reads "0.00".
    return cosine <= -0.005F ? QChar(0x2212) + text : text;
}

QString Text::rate(double images_per_second) {
    const int precision = images_per_second < 10 ? 1 : 0;
    return tr("%1 pictures/s").arg(locale().toString(images_per_second, 'f', precision));
}

QString Text::duration(double seconds) {
    if (seconds < 0) return {};
    if (seconds < 0.9995)
        return tr("%1 ms").arg(locale().toString(seconds * 1000, 'f', seconds < 0.00095 ? 1 : 0));
    if (seconds < 59.95) return tr("%1 s").arg(locale().toString(seconds, 'f', seconds < 9.95 ? 1 : 0));
    const auto whole = static_cast<qlonglong>(std::llround(seconds));
    if (whole < 3600) return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return tr("%1 h %2 min").arg(count(whole / 3600)).arg(whole % 3600 / 60);
}

QString Text::time_left(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return {};
    if (seconds < 5) return tr("a few seconds left");
    if (seconds < 55) return tr("about %1 s left").arg(std::lround(seconds / 5) * 5);
    const auto minutes = static_cast<qlonglong>(std::max(1.0, std::round(seconds / 60)));
    if (minutes < 60) return tr("about %1 min left").arg(minutes);
    const qlonglong tens = (minutes + 5) / 10 * 10;
    if (tens % 60 == 0) return tr("about %1 h left").arg(count(tens / 60));
    return tr("about %1 h %2 min left").arg(count(tens / 60)).arg(tens % 60);
}

QString Text::date(const std::string& taken) {
    if (taken.empty()) return {};
    const QString text = display_name(taken);
    const QDateTime time = QDateTime::fromString(text, QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    return time.isValid() ? locale().toString(time, QLocale::ShortFormat) : text;
}

QString Text::date(std::int64_t mtime_ns) {
    if (mtime_ns <= 0) return {};
    return locale().toString(QDateTime::fromMSecsSinceEpoch(mtime_ns / 1'000'000), QLocale::ShortFormat);
}

QString Text::state(ItemState state) {
    switch (state) {
        case ItemState::Pending:
            return tr("Waiting to be read");
        case ItemState::Ready:
            return tr("Ready");
        case ItemState::Failed:
            return tr("Could not be read");
        case ItemState::Missing:
            return tr("File is gone");
    }
    return {};
}

QString Text::error(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Usage:
            return tr("Not possible");
        case ErrorKind::NotFound:
            return tr("Not found");
        case ErrorKind::Permission:
            return tr("No permission");
        case ErrorKind::ReadOnly:
            return tr("Read-only");
        case ErrorKind::Busy:
            return tr("In use elsewhere");
        case ErrorKind::Unsupported:
            return tr("Not supported");
        case ErrorKind::Damaged:
            return tr("Damaged");
        case ErrorKind::TooLarge:
            return tr("Too large");
        case ErrorKind::DiskFull:
            return tr("Disk full");
        case ErrorKind::NewerVersion:
            return tr("Made by a newer Fieldmark");
        case ErrorKind::Cancelled:
            return tr("Cancelled");
        case ErrorKind::Io:
            return tr("Read or write error");
        case ErrorKind::Internal:
            return tr("Internal error");
    }
    return {};
}

QString Text::error(const Error& failure) {
    return failure.text.empty() ? error(failure.kind) : display_name(failure.text);
}

QString Text::anchor(bool prototype, int index, const std::string& class_name) {
    const QString number = count(index + 1);
    const QString name = display_name(class_name);
    return prototype ? tr("Prototype %1 of %2", "number, class").arg(number, name)
                     : tr("Anchor %1 of %2", "number, class").arg(number, name);
}

QString Text::anchor(const AnchorPoint& point) {
    return anchor(point.prototype, point.index, point.class_name);
}

QString Text::condition(const Condition& condition) {
    const QString field = condition.field == "path"         ? tr("path")
                          : condition.field == "collection" ? tr("collection")
                          : condition.field == "state"      ? tr("state")
                                                            : display_name(condition.field);
    const QString value = condition.value.empty() ? tr("(empty)") : display_name(condition.value);
    switch (condition.op) {
        case Condition::Operator::Equal:
            return tr("%1 = %2", "field, value").arg(field, value);
        case Condition::Operator::NotEqual:
            return tr("%1 ≠ %2", "field, value").arg(field, value);
        case Condition::Operator::Less:
            return tr("%1 < %2", "field, value").arg(field, value);
        case Condition::Operator::Greater:
            return tr("%1 > %2", "field, value").arg(field, value);
        case Condition::Operator::Contains:
            return tr("%1 contains “%2”", "field, value").arg(field, value);
    }
    return {};
}

QString Text::title(const ItemRow& row, const std::string& field) {
    const auto value_of = [&row](const std::string& name) {
        const auto found = row.metadata.find(name);
        return found == row.metadata.end() ? std::string() : found->second;
    };
    if (!field.empty()) {
        const std::string value = value_of(field);
        return value.empty() ? file_name(row.item.path) : display_name(value);
    }
    for (const char* name : {"label", "species", "class", "name"}) {
        if (const std::string value = value_of(name); !value.empty()) return display_name(value);
    }
    return file_name(row.item.path);
}

QString Text::spoken(const Match& match) {
    return tr("rank %1, %2, score %3, from %4", "rank, name, score, collection")
        .arg(QString::number(match.rank), title(match.row), score(match.score),
             display_name(match.row.collection));
}

}  // namespace fieldmark
