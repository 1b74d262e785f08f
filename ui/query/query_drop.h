// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QByteArray>
#include <QCoreApplication>
#include <QMimeData>
#include <QString>

#include "core/engine/pictures/query.h"

namespace fieldmark {

/// What a drop or a paste holds, as query pictures.
struct QueryDrop {
    std::vector<QueryImage> images;
    QString
        problem;  ///< one sentence for the user: why there is none, or what was left out; "" if all is well
};

/// Reads query pictures out of what was dropped or pasted. Nothing is opened here, neither files nor
/// connections: a path is taken as it is, and the search says what is wrong with it. UI thread.
class QueryDropReader {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::QueryDropReader)
  public:
    /// Our own form for items of the library: decimal ids with commas between them.
    static QString items_mime_type();
    static QByteArray encode_items(const std::vector<ItemId>& ids);
    static std::vector<ItemId> decode_items(const QByteArray& data);  ///< what is no id is left out

    /// As many pictures as one query takes.
    static constexpr std::size_t kMaxImages = 16;

    /// Cheap: tells by the forms offered, fetches no data. True where a drop is worth a try (a web address,
    /// too, so that the drop can say why it is not followed).
    static bool can_read(const QMimeData& data);
    /// What a drop will do: "Find look-alikes of 3 pictures".
    static QString promise(const QMimeData& data);
    /// In order of preference: items, local files, an encoded picture, a bitmap, a data: address, paths as
    /// text.
    static QueryDrop read(const QMimeData& data);
};

}  // namespace fieldmark
