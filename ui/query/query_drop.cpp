// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/query/query_drop.h"

#include <algorithm>
#include <limits>

#include <QBuffer>
#include <QDir>
#include <QImage>
#include <QRegularExpression>
#include <QUrl>

#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

/// Encoded pictures as programs put them on the clipboard, best first: what comes in its own coding is taken
/// unchanged instead of being decoded and encoded again.
constexpr const char* kPictureTypes[] = {"image/png",  "image/jpeg", "image/webp", "image/avif",
                                         "image/heic", "image/tiff", "image/gif",  "image/bmp"};
/// More than any picture that a person drags; a limit, so that a broken program cannot fill memory.
constexpr qsizetype kMaxBytes = qsizetype{512} << 20;
/// Longer texts are no list of paths.
constexpr qsizetype kMaxText = 64 * 1024;

QueryImage from_bytes(const QByteArray& data) {
    QueryImage image;
    const auto* begin = reinterpret_cast<const std::byte*>(data.constData());
    image.bytes.assign(begin, begin + data.size());
    return image;
}

QueryImage from_path(std::string path) {
    QueryImage image;
    image.path = std::move(path);
    return image;
}

/// The picture of a "data:image/png;base64,..." address; empty where it is none.
QByteArray data_of_address(const QString& address) {
    if (!address.startsWith(QLatin1String("data:image/"), Qt::CaseInsensitive)) return {};
    const qsizetype comma = address.indexOf(QLatin1Char(','));
    if (comma < 0 || comma > 200) return {};
    const QStringView head = QStringView(address).left(comma);
    const QByteArray body = QStringView(address).mid(comma + 1).toLatin1();
    if (head.endsWith(QLatin1String(";base64"), Qt::CaseInsensitive)) {
        const auto decoded = QByteArray::fromBase64Encoding(QByteArray::fromPercentEncoding(body),
                                                            QByteArray::AbortOnBase64DecodingErrors);
        return decoded ? decoded.decoded : QByteArray();
    }
    return QByteArray::fromPercentEncoding(body);
}

/// Addresses of the pictures in a fragment of HTML, as browsers drag them.
QStringList image_addresses(const QString& html) {
    static const QRegularExpression tag(
        QStringLiteral("<img\\b[^>]{0,4000}?\\bsrc\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s>]+))"),
        QRegularExpression::CaseInsensitiveOption);
    QStringList addresses;
    auto matches = tag.globalMatch(html);
    while (matches.hasNext() && addresses.size() < static_cast<qsizetype>(QueryDropReader::kMaxImages)) {
        const QRegularExpressionMatch match = matches.next();
        QString address = match.captured(1) + match.captured(2) + match.captured(3);
        address.replace(QLatin1String("&amp;"), QLatin1String("&"));
        addresses += address;
    }
    return addresses;
}

bool is_remote(const QUrl& url) {
    const QString scheme = url.scheme().toLower();
    return scheme == QLatin1String("http") || scheme == QLatin1String("https") ||
           scheme == QLatin1String("ftp") || scheme == QLatin1String("blob") ||
           (url.isLocalFile() && !url.host().isEmpty() && url.host() != QLatin1String("localhost"));
}

/// A line of text as a path: absolute, "~/...", a file: address, perhaps in quotes as terminals paste it.
std::string path_of_line(QString line) {
    line = line.trimmed();
    for (const QChar quote : {QLatin1Char('\''), QLatin1Char('"')}) {
        if (line.size() >= 2 && line.startsWith(quote) && line.endsWith(quote))
            line = line.mid(1, line.size() - 2);
    }
    if (line.startsWith(QLatin1String("file:"), Qt::CaseInsensitive))
        return Text::path_bytes(QUrl(line, QUrl::TolerantMode));
    if (line.startsWith(QLatin1String("~/"))) line = QDir::homePath() + line.mid(1);
    if (!line.startsWith(QLatin1Char('/')) || line.contains(QChar::Null)) return {};
    return Text::path_bytes(line);
}

bool is_folder(const std::string& path) {
    return path.empty() || path.back() == '/';
}

}  // namespace

QString QueryDropReader::items_mime_type() {
    return QStringLiteral("application/x-fieldmark-items");
}

QByteArray QueryDropReader::encode_items(const std::vector<ItemId>& ids) {
    QByteArray data;
    for (const ItemId id : ids) {
        if (!data.isEmpty()) data += ',';
        data += QByteArray::number(static_cast<qlonglong>(id));
    }
    return data;
}

std::vector<ItemId> QueryDropReader::decode_items(const QByteArray& data) {
    std::vector<ItemId> ids;
    for (const QByteArray& part : data.split(',')) {
        bool ok = false;
        const qlonglong id = part.toLongLong(&ok);
        if (ok && id > 0 && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
        if (ids.size() > kMaxImages) break;  // one above, so that read() can say that some were left out
    }
    return ids;
}

bool QueryDropReader::can_read(const QMimeData& data) {
    if (data.hasFormat(items_mime_type()) || data.hasUrls() || data.hasImage() || data.hasHtml()) return true;
    const QStringList formats = data.formats();
    return data.hasText() || std::any_of(formats.begin(), formats.end(), [](const QString& format) {
               return format.startsWith(QLatin1String("image/"));
           });
}

QString QueryDropReader::promise(const QMimeData& data) {
    qsizetype count = 1;
    if (data.hasFormat(items_mime_type())) {
        count = static_cast<qsizetype>(decode_items(data.data(items_mime_type())).size());
    } else if (data.hasUrls()) {
        const QList<QUrl> urls = data.urls();
        count = std::count_if(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); });
    }
    count = std::min(count, static_cast<qsizetype>(kMaxImages));
    if (count > 1) return tr("Find look-alikes of %n pictures", nullptr, static_cast<int>(count));
    return tr("Find look-alikes");
}

QueryDrop QueryDropReader::read(const QMimeData& data) {
    QueryDrop drop;
    bool folder = false;
    bool remote = false;
    bool more = false;
    const auto add = [&](QueryImage image) {
        if (std::any_of(drop.images.begin(), drop.images.end(),
                        [&](const auto& one) { return same_subject(one, image); }))
            return;
        if (drop.images.size() >= kMaxImages) {
            more = true;
            return;
        }
        drop.images.push_back(std::move(image));
    };
    const auto add_path = [&](const std::string& path) {
        if (is_folder(path)) {
            folder = folder || !path.empty();
        } else {
            add(from_path(path));
        }
    };
    const auto add_url = [&](const QUrl& url) {
        if (is_remote(url)) {
            remote = true;
        } else if (url.isLocalFile()) {
            add_path(Text::path_bytes(url));
        } else if (url.scheme() == QLatin1String("data")) {
            const QByteArray bytes = data_of_address(QString::fromLatin1(url.toEncoded()));
            if (!bytes.isEmpty()) add(from_bytes(bytes));
        }
    };

    if (data.hasFormat(items_mime_type())) {
        for (const ItemId id : decode_items(data.data(items_mime_type()))) {
            QueryImage image;
            image.item = id;
            add(std::move(image));
        }
    }
    if (drop.images.empty() && data.hasUrls()) {
        for (const QUrl& url : data.urls()) add_url(url);
    }
    if (drop.images.empty()) {
        for (const char* type : kPictureTypes) {
            const QString format = QString::fromLatin1(type);
            if (!data.hasFormat(format)) continue;
            const QByteArray bytes = data.data(format);
            if (bytes.isEmpty()) continue;
            if (bytes.size() > kMaxBytes) {
                drop.problem =
                    tr("This picture is too large to be handed over (%1). Save it and drop the file.")
                        .arg(Text::size(bytes.size()));
                return drop;
            }
            add(from_bytes(bytes));
            break;
        }
    }
    if (drop.images.empty() && data.hasImage()) {
        const auto image = qvariant_cast<QImage>(data.imageData());
        QByteArray bytes;
        QBuffer buffer(&bytes);
        // Uncompressed: this runs while the user waits, and the bytes go no further than memory.
        if (!image.isNull() && buffer.open(QIODevice::WriteOnly) && image.save(&buffer, "PNG", 100))
            add(from_bytes(bytes));
    }
    if (drop.images.empty() && data.hasHtml()) {
        for (const QString& address : image_addresses(data.html().left(kMaxBytes / 8))) {
            const QByteArray bytes = data_of_address(address);
            if (!bytes.isEmpty()) {
                add(from_bytes(bytes));
            } else {
                add_url(QUrl(address, QUrl::TolerantMode));
            }
        }
    }
    if (drop.images.empty() && data.hasText() && !data.hasUrls()) {
        const QString text = data.text();
        if (const QByteArray bytes = data_of_address(text.trimmed()); !bytes.isEmpty()) {
            add(from_bytes(bytes));
        } else if (text.size() <= kMaxText) {
            for (const QString& line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
                const std::string path = path_of_line(line);
                if (!path.empty()) {
                    add_path(path);
                } else if (is_remote(QUrl(line.trimmed(), QUrl::StrictMode))) {
                    remote = true;
                }
            }
        }
    }

    if (more) {
        drop.problem =
            tr("A query takes %n pictures; the rest was left out.", nullptr, static_cast<int>(kMaxImages));
    } else if (drop.images.empty() && remote) {
        drop.problem =
            tr("This is only the address of a picture, and Fieldmark never opens a connection. Save the "
               "picture and drop "
               "the file, or copy the picture itself.");
    } else if (drop.images.empty() && folder) {
        drop.problem =
            tr("A folder cannot be a query. Drop it on the gallery to import it, or pick a picture in it.");
    } else if (drop.images.empty()) {
        drop.problem =
            tr("There is no picture in this. Drop or paste a picture, a picture file or its path.");
    }
    return drop;
}

}  // namespace fieldmark
