// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>
#include <QImage>
#include <QPixmap>

#include "core/engine/session/session.h"

class QLabel;
class QToolButton;

namespace fieldmark {

class ThumbnailStore;

/// One picture of the query: what of it is searched with, whether as 'like' or 'not like', and a cross. Of an
/// anchor the picture nearest to it, with the map's diamond on it and no crop.
/// Focusable: Enter opens the crop, Delete removes, N turns 'like' into 'not like'. UI thread.
class QueryCard : public QFrame {
    Q_OBJECT
  public:
    QueryCard(Session& session, ThumbnailStore& thumbnails, QueryImage image, QWidget* parent = nullptr);
    ~QueryCard() override;

    const QueryImage& image() const { return m_image; }
    void setCrop(const Crop& crop);  ///< emits nothing
    /// The part that was searched with where the picture has no crop of its own: its object. Whole: none was
    /// found, or none was looked for.
    void setFoundCrop(const Crop& crop);
    /// The crop of its own, else the found one.
    const Crop& shownCrop() const { return m_image.crop.whole() ? m_found : m_image.crop; }
    void setNegative(bool negative);
    void setCropOpen(bool open);  ///< the crop panel shows this one
    /// "2 of 3"; for the accessible name.
    void setPlace(int index, int count);

    const QImage& picture() const {
        return m_picture;
    }  ///< large enough for the crop panel; null while loading
    QSize sourceSize() const { return m_source_size; }
    QString name() const;
    static QString noCropText();  ///< why there is none for an anchor

  Q_SIGNALS:
    void changed();
    void removeRequested();
    void cropRequested();
    void loaded();

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void updateTexts();
    void updateAnchorTexts();
    void paintAnchorBadge(QPainter& painter, const QRectF& picture) const;
    void paintNegativeBadge(QPainter& painter, const QRectF& picture) const;
    QRectF paintBadge(QPainter& painter, const QPointF& centre) const;
    QRect thumbRect() const;

    Session& m_session;
    ThumbnailStore& m_thumbnails;
    QueryImage m_image;
    Crop m_found;
    RequestId m_request = 0;
    RequestId m_row_request = 0;
    QString m_title;  ///< of an item, once it is fetched
    QImage m_picture;
    QPixmap m_thumb;
    QSize m_source_size;
    QString m_error;
    bool m_crop_open = false;
    int m_index = 0;
    int m_count = 1;
    QLabel* m_name = nullptr;
    QToolButton* m_like = nullptr;
    QToolButton* m_crop = nullptr;
    QToolButton* m_remove = nullptr;
};

}  // namespace fieldmark
