// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCache>
#include <QPixmap>
#include <QStyledItemDelegate>

#include "core/library/records.h"

namespace fieldmark {

class ThumbnailStore;

/// Draws one tile: the picture in a square, its name below it, for a match also its rank and its score as a
/// number with a thin bar. Badges tell failed, not yet embedded and offline pictures. Palette colours only.
/// UI thread.
class TileDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    /// Sizes in logical pixels, all from the font.
    struct Metrics {
        int padding = 0;  ///< around picture and texts
        int caption = 0;  ///< height of the texts, 0 for small tiles
        int gap = 0;      ///< between tiles: where a rubber band can start
    };

    explicit TileDelegate(const ThumbnailStore* thumbnails, QObject* parent = nullptr);

    static Metrics metrics(const QFontMetrics& font, int picture_side, bool scored);
    void set_scored(bool scored) { m_scored = scored; }
    bool scored() const { return m_scored; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    /// Returns what the picture covers of `area`.
    QRect paint_picture(QPainter* painter, const QRect& area, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const;
    void paint_badges(QPainter* painter, const QRect& area, const QStyleOptionViewItem& option,
                      const QModelIndex& index) const;
    void paint_caption(QPainter* painter, const QRect& area, const QStyleOptionViewItem& option,
                       const QModelIndex& index) const;
    QPixmap scaled(const QPixmap& source, const QSize& device_size) const;

    const ThumbnailStore* m_thumbnails;
    bool m_scored = false;
    /// Pictures at the very pixels of the tiles, so that scrolling copies instead of scaling.
    mutable QCache<QString, QPixmap> m_scaled;
};

}  // namespace fieldmark
