// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <QImage>
#include <QPixmap>
#include <QPointF>
#include <QPointer>
#include <QWidget>

#include "core/engine/explain/explanation_picture.h"
#include "core/engine/session/session.h"

namespace fieldmark {

/// Where a view looks, free of sizes, so that views of different pictures can follow each other.
struct Viewpoint {
    double zoom = 1;           ///< 1: the whole picture just fits
    QPointF centre{0.5, 0.5};  ///< in parts of the picture's width and height
    bool operator==(const Viewpoint&) const = default;
};

/// One picture to look at closely. Wheel zooms at the pointer, drag pans, double click switches between the
/// whole and 1:1, where one picture pixel is one device pixel. Loads at screen size first and in full once
/// the zoom asks for it. UI thread; decoding is the session's.
class ImageView : public QWidget {
    Q_OBJECT
  public:
    explicit ImageView(Session& session, QWidget* parent = nullptr);

    /// Loads through the session; empty: shows nothing. `preview` (a thumbnail) stands in until it is there.
    void setSource(const std::optional<QueryImage>& source, const QPixmap& preview = {});
    /// Shows a picture at hand. `source_size`: of the full picture, where `image` is a smaller one.
    void setImage(const QImage& image, const QSize& source_size = {});
    const std::optional<QueryImage>& source() const { return m_source; }
    bool hasImage() const { return !m_screen.isNull() || !m_full.isNull(); }
    QSize sourceSize() const { return m_source_size; }
    const std::optional<Error>& error() const { return m_error; }

    /// Draws the outline of this part; whole(): none.
    void setCrop(const Crop& crop);
    /// Heat and numbered places over the picture; null: the bare picture.
    void setOverlay(std::shared_ptr<const PictureOverlay> overlay);
    bool hasOverlay() const { return m_overlay != nullptr; }
    void setOverlayOpacity(double opacity);  ///< 0..1 of what it has by itself
    /// Outlines a part in the accent colour, thicker than the crop: a mark that was looked for.
    void setMark(const std::optional<Crop>& mark);
    const std::optional<Crop>& mark() const { return m_mark; }
    /// While on, a drag draws a region and a click (or Return, in the middle of the view) takes one around
    /// it: regionSelected. The wheel still zooms and the middle button still moves.
    void setSelecting(bool selecting);
    bool isSelecting() const { return m_selecting; }
    /// Shows the picture of `other` left of a line at `share` (0..1) of what is seen, which can be dragged:
    /// wipeMoved. Null: only its own. `other` must outlive that.
    void setWipe(const ImageView* other, double share = 0.5);
    bool isWiped() const { return m_wipe != nullptr; }
    /// Brightness and contrast for the eye alone, -100..100, 0: as it is.
    void setTone(int brightness, int contrast);
    /// Shows only the crop instead of outlining it (a small query picture in the inspector).
    void setCropOnly(bool only);
    /// A view that only shows: no zoom, no pan, no focus.
    void setInteractive(bool interactive);
    void setEmptyText(const QString& text);
    /// Draws the picture of `other` in this one's place at this viewpoint (flipping two pictures); null: its
    /// own again. `other` must outlive that.
    void setStandIn(const ImageView* other);

    Viewpoint viewpoint() const { return m_viewpoint; }
    void setViewpoint(const Viewpoint& viewpoint);  ///< clamped; emits nothing
    double scale() const;                           ///< device pixels per picture pixel
    void fit();
    void actualSize();  ///< 1:1 around the centre
    void zoomBy(double factor);
    bool isFitted() const { return m_viewpoint.zoom <= 1; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void viewpointChanged(const fieldmark::Viewpoint& viewpoint);  ///< by the user, fit() or actualSize()
    void loaded();
    void failed(const fieldmark::Error& error);
    void regionSelected(const fieldmark::Crop& region);  ///< of the whole picture
    void wipeMoved(double share);                        ///< by the user

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void loadWhatIsNeeded();
    void take(RequestId id, const QImage& image, int source_width, int source_height, const Error& error);
    void zoomAt(double factor, const QPointF& anchor);
    void moveTo(Viewpoint viewpoint);
    Viewpoint clamped(Viewpoint viewpoint) const;
    /// The view whose picture is shown: this one or the stand-in.
    const ImageView& shown() const { return m_stand_in != nullptr ? *m_stand_in : *this; }
    QSizeF pictureSize() const;  ///< source pixels of its own picture (of the crop with crop-only)
    QSizeF shownSize() const { return shown().pictureSize(); }
    double fitScale(const ImageView& of) const;  ///< device pixels per source pixel at zoom 1
    double fitScale() const { return fitScale(shown()); }
    QRectF targetRect(const ImageView& of) const;  ///< where its picture lies here, logical pixels
    QRectF targetRect() const { return targetRect(shown()); }
    const QPixmap& bestPixmap(double scale) const;  ///< of its own picture, for this scale
    void drawPicture(QPainter& painter, const ImageView& of) const;
    void drawMarks(QPainter& painter, const ImageView& of) const;
    void drawBoth(QPainter& painter, void (ImageView::*draw)(QPainter&, const ImageView&) const) const;
    QRectF seenRect() const;                        ///< of the picture, logical pixels
    double wipeLine() const;                        ///< x of the line
    QPointF partAt(const QPointF& position) const;  ///< in parts of the picture's width and height
    void select(const QPointF& from, const QPointF& to);
    void updateCursor();

    Session& m_session;
    std::optional<QueryImage> m_source;
    QPixmap m_preview;
    QPixmap m_screen;
    QPixmap m_full;
    QSize m_source_size;
    std::optional<Error> m_error;
    const ImageView* m_stand_in = nullptr;
    std::shared_ptr<const PictureOverlay> m_overlay;
    double m_overlay_opacity = 1;
    std::optional<Crop> m_mark;
    bool m_selecting = false;
    std::optional<QPointF> m_region_from;  ///< both in parts of the picture, while a region is drawn
    QPointF m_region_to;
    QPointF m_pressed;
    QPointer<const ImageView> m_wipe;
    double m_wipe_share = 0.5;
    bool m_wiping = false;  ///< the line is being dragged
    int m_brightness = 0;
    int m_contrast = 0;
    Crop m_crop;
    bool m_crop_only = false;
    bool m_interactive = true;
    QString m_empty_text;
    Viewpoint m_viewpoint;
    RequestId m_screen_request = 0;
    RequestId m_full_request = 0;
    int m_requested_side = 0;
    std::optional<QPointF> m_drag;
};

}  // namespace fieldmark
