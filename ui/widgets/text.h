// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <QCoreApplication>
#include <QString>
#include <QUrl>

#include "core/base/result.h"
#include "core/engine/pictures/query.h"
#include "core/library/records.h"

namespace fieldmark {

/// How bytes, numbers and states read in the window: translated, in the user's locale (QLocale's default).
/// Any thread once the translators are installed.
class Text {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::Text)
  public:
    // --- bytes of paths ---
    /// For display only, never for opening a file: bytes that are no UTF-8, control characters and marks that
    /// turn the writing direction become U+FFFD, so that a file name can neither break a line nor pose as
    /// another one.
    static QString display_name(const std::string& bytes);
    static QString file_name(const std::string& path);   ///< the last part, for display
    static QString folder(const std::string& path);      ///< all but the last part, for display
    static std::string path_bytes(const QString& path);  ///< as the file system wants it
    /// The path of a file: URL with its bytes unharmed, also where they are no UTF-8; "" for any other URL.
    static std::string path_bytes(const QUrl& url);
    static QUrl url_of(const std::string& path);  ///< inverse of path_bytes(QUrl)

    // --- numbers ---
    static QString count(std::int64_t number);      ///< "12,400"
    static QString size(std::int64_t bytes);        ///< "8.4 MB"
    static QString pixels(int width, int height);   ///< "4,000 × 3,000"; "" where not known
    static QString percent(double fraction);        ///< 0.62 -> "62%"; never "100%" below 1
    static QString score(float cosine);             ///< "0.93", a true minus sign
    static QString rate(double images_per_second);  ///< "96 pictures/s"
    static QString duration(double seconds);        ///< "14 ms", "3.2 s", "2 min 5 s"
    static QString time_left(double seconds);       ///< "about 1 min left"; "" below 0 (not known)
    static QString date(const std::string& taken);  ///< an EXIF date, short; "" where there is none
    static QString date(std::int64_t mtime_ns);

    // --- words ---
    static QString state(ItemState state);
    static QString error(ErrorKind kind);                  ///< two or three words: "Not found", "Disk full"
    static QString error(const Error& error);              ///< the sentence, for display
    static QString condition(const Condition& condition);  ///< "species = Song Sparrow"
    /// "Anchor 2 of Cuckoo"; `index` counts from 0.
    static QString anchor(bool prototype, int index, const std::string& class_name);
    static QString anchor(const AnchorPoint& anchor);

    // --- items ---
    /// What a tile is called: the value of `field`, or, with `field` "", of the first of "label", "species",
    /// "class" and "name" that has one; else the file name.
    static QString title(const ItemRow& row, const std::string& field = {});
    /// A whole sentence for a screen reader: "rank 3, Song Sparrow, score 0.90, from Kenya 2025".
    static QString spoken(const Match& match);
};

}  // namespace fieldmark
