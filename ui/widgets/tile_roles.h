// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Qt>

namespace fieldmark {

/// Roles that gallery and match models share, so that one view and one delegate show both.
enum TileRole {
    ItemIdRole = Qt::UserRole + 1,  ///< qint64; 0 while the row is not fetched yet
    LoadedRole,                     ///< bool: the row's texts are there
    TitleRole,                      ///< QString: label if there is one, else the file name
    SubtitleRole,                   ///< QString: file name, collection
    RankRole,                       ///< int, from 1; 0 in a gallery
    ScoreRole,                      ///< float, cosine; only with RankRole > 0
    StateRole,                      ///< int(ItemState)
    ErrorTextRole,                  ///< QString, for failed items
    OfflineRole,                    ///< bool: its collection is not reachable now
    AbsolutePathRole,               ///< QByteArray: bytes of the path
    RowRole,                        ///< ItemRow (Q_DECLARE_METATYPE), the whole row
    ProbabilityRole,                ///< double, of the same class, 0 to 1; -1 unless one was fitted and is wanted
};

}  // namespace fieldmark
