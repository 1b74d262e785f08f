// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/query/query_card.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"

namespace fieldmark {

namespace {

/// Enough for the card and for the crop panel at 200 %.
constexpr int kPictureSide = 1200;

int thumb_side(const QWidget* widget) {
    return rhythm(widget) * 11;
}

}  // namespace

QueryCard::QueryCard(Session& session, ThumbnailStore& thumbnails, QueryImage image, QWidget* parent)
    : QFrame(parent), m_session(session), m_thumbnails(thumbnails), m_image(std::move(image)) {
    setObjectName(QStringLiteral("queryCard"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    const int unit = rhythm(this);

    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(unit + thumb_side(this) + unit, unit / 2, unit / 2, unit / 2);
    auto* column = new QVBoxLayout;
    column->setSpacing(unit / 4);
    line->addLayout(column);

    auto* top = new QHBoxLayout;
    m_name = new QLabel(this);
    m_name->setTextFormat(Qt::PlainText);
    m_name->setFixedWidth(fontMetrics().averageCharWidth() * (m_image.anchor ? 24 : 18));
    top->addWidget(m_name, 1);
    m_remove = new QToolButton(this);
    m_remove->setObjectName(QStringLiteral("removeQueryPicture"));
    m_remove->setAutoRaise(true);
    m_remove->setIcon(icon(QStringLiteral("close")));
    m_remove->setToolTip(tr("Take this picture out of the query (Del)"));
    m_remove->setFocusPolicy(Qt::TabFocus);
    top->addWidget(m_remove);
    column->addLayout(top);
    column->addStretch(1);

    m_like = new QToolButton(this);
    m_like->setObjectName(QStringLiteral("likeToggle"));
    m_like->setCheckable(true);
    m_like->setAutoRaise(true);
    m_like->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_like->setFocusPolicy(Qt::TabFocus);
    column->addWidget(m_like);

    m_crop = new QToolButton(this);
    m_crop->setObjectName(QStringLiteral("cropQueryPicture"));
    m_crop->setCheckable(true);
    m_crop->setAutoRaise(true);
    m_crop->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_crop->setIcon(icon(QStringLiteral("crop")));
    m_crop->setFocusPolicy(Qt::TabFocus);
    column->addWidget(m_crop);
    column->addStretch(1);

    connect(m_remove, &QToolButton::clicked, this, &QueryCard::removeRequested);
    connect(m_crop, &QToolButton::clicked, this, [this] {
        m_crop->setChecked(m_crop_open);  // the strip decides
        Q_EMIT cropRequested();
    });
    connect(m_like, &QToolButton::clicked, this, [this](bool negative) {
        setNegative(negative);
        Q_EMIT changed();
    });
    connect(&session, &Session::pictureReady, this,
            [this](RequestId id, const QImage& picture, int width, int height, const Error& error) {
                if (id != m_request || id == 0) return;
                m_request = 0;
                if (picture.isNull()) {
                    m_error = Text::error(error);
                } else {
                    m_picture = picture;
                    m_source_size = width > 0 && height > 0 ? QSize(width, height) : picture.size();
                    const int side = static_cast<int>(thumb_side(this) * devicePixelRatioF());
                    m_thumb = QPixmap::fromImage(
                        picture.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation));
                }
                updateTexts();
                update();
                Q_EMIT loaded();
            });
    if (m_image.item != 0) {
        const int side = static_cast<int>(thumb_side(this) * devicePixelRatioF());
        m_thumbnails.want(this, {m_image.item}, side);
        connect(&thumbnails, &ThumbnailStore::changed, this, [this](ItemId item) {
            if (item == m_image.item) update();
        });
    }
    if (m_image.item != 0) {
        connect(&session, &Session::rowsFetched, this,
                [this](RequestId id, const std::vector<ItemRow>& rows) {
                    if (id != m_row_request || id == 0 || rows.empty() || rows.front().item.id == 0) return;
                    m_title = Text::title(rows.front());
                    updateTexts();
                });
        m_row_request = m_session.fetch_rows({m_image.item});
    }
    QueryImage whole = m_image;
    whole.crop = {};
    m_request = m_session.load_picture(whole, kPictureSide);
    setFixedHeight(qMax(thumb_side(this) + unit * 2, minimumSizeHint().height()));
    updateTexts();
}

QueryCard::~QueryCard() {
    if (m_image.item != 0) m_thumbnails.want(this, {}, 256);
}

QString QueryCard::name() const {
    if (m_image.anchor) return Text::anchor(*m_image.anchor);
    if (!m_title.isEmpty()) return m_title;
    if (!m_image.path.empty()) return Text::file_name(m_image.path);
    if (m_image.item != 0) return tr("From the library");
    return tr("Pasted picture");
}

void QueryCard::setCrop(const Crop& crop) {
    m_image.crop = crop;
    updateTexts();
    update();
}

void QueryCard::setFoundCrop(const Crop& crop) {
    if (crop == m_found) return;
    m_found = crop;
    updateTexts();
    update();
}

void QueryCard::setNegative(bool negative) {
    m_image.negative = negative;
    updateTexts();
    update();
}

void QueryCard::setCropOpen(bool open) {
    m_crop_open = open;
    updateTexts();
    update();
}

void QueryCard::setPlace(int index, int count) {
    m_index = index;
    m_count = count;
    updateTexts();
}

void QueryCard::updateTexts() {
    const bool negative = m_image.negative;
    // The number of an anchor stands first, the end of a file's name tells it from its neighbours.
    m_name->setText(
        fontMetrics().elidedText(name(), m_image.anchor ? Qt::ElideRight : Qt::ElideMiddle, m_name->width()));
    m_name->setToolTip(m_image.path.empty() ? name() : Text::display_name(m_image.path));
    m_like->setChecked(negative);
    m_like->setIcon(icon(negative ? QStringLiteral("minus") : QStringLiteral("plus")));
    m_like->setText(negative ? tr("Not like this") : tr("Like this"));
    m_like->setAccessibleName(negative ? tr("Search for pictures not like this one")
                                       : tr("Search for pictures like this one"));
    m_like->setToolTip(
        negative ? tr("Matches are moved away from this picture. Click to search for its look-alikes (N)")
                 : tr("Matches look like this picture. Click to move them away from it instead (N)"));
    const Crop& shown = shownCrop();
    const double share = static_cast<double>(shown.width) * shown.height / 1e8;
    m_crop->setChecked(m_crop_open);
    const QString part = shown.whole()          ? tr("Whole picture")
                         : m_image.crop.whole() ? tr("Object, %1").arg(Text::percent(share))
                                                : tr("Part, %1").arg(Text::percent(share));
    m_crop->setText(shown.whole() ? tr("Crop…") : part);
    m_crop->setAccessibleName(shown.whole()
                                  ? tr("Choose a part of the picture")
                                  : tr("Change the part of the picture, %1").arg(Text::percent(share)));
    m_crop->setToolTip(tr("Drag a box around what matters (Enter)"));
    m_remove->setAccessibleName(tr("Remove %1 from the query").arg(name()));
    if (m_image.anchor) return updateAnchorTexts();
    const QString what = negative ? tr("not like this") : tr("like this");
    setAccessibleName(tr("Query picture %1 of %2: %3, %4, %5", "index, count, name, like or not, crop")
                          .arg(QString::number(m_index + 1), QString::number(m_count), name(), what, part));
    setAccessibleDescription(m_error);
    setToolTip(m_error);
}

void QueryCard::updateAnchorTexts() {
    const bool negative = m_image.negative;
    const QString shown = !m_error.isEmpty()  ? m_error
                          : m_title.isEmpty() ? tr("Shown is the picture nearest to it.")
                                              : tr("Shown is the picture nearest to it: %1.").arg(m_title);
    const QString about = m_image.anchor->prototype
                              ? tr("A prototype by the model %1: what pictures of the class have in common.")
                                    .arg(Text::display_name(m_image.anchor->model))
                              : tr("An anchor by the model %1: a point of the class's appearance.")
                                    .arg(Text::display_name(m_image.anchor->model));
    m_name->setToolTip(name() + QLatin1Char('\n') + about + QLatin1Char('\n') + shown);
    m_like->setAccessibleName(negative ? tr("Search for pictures not like this anchor")
                                       : tr("Search for pictures like this anchor"));
    m_like->setToolTip(negative
                           ? tr("Matches are moved away from it. Click to search for its look-alikes (N)")
                           : tr("Matches look like it. Click to move them away from it instead (N)"));
    m_crop->setChecked(false);
    m_crop->setEnabled(false);
    m_crop->setText(tr("Crop…"));
    m_crop->setAccessibleName(tr("An anchor has no crop"));
    m_crop->setToolTip(noCropText());
    m_remove->setToolTip(tr("Take it out of the query (Del)"));
    setAccessibleName(tr("Query %1 of %2: %3, %4", "index, count, name of an anchor, like or not")
                          .arg(QString::number(m_index + 1), QString::number(m_count), name(),
                               negative ? tr("not like this") : tr("like this")));
    setAccessibleDescription(about + QLatin1Char(' ') + shown);
    setToolTip(shown);
}

QString QueryCard::noCropText() {
    return tr("An anchor is a point of appearance, not a picture: there is nothing to crop.");
}

QRect QueryCard::thumbRect() const {
    const int unit = rhythm(this);
    const int side = thumb_side(this);
    const QRect rect(unit, (height() - side) / 2, side, side);
    return QStyle::visualRect(layoutDirection(), this->rect(), rect);
}

void QueryCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const QPalette& colours = palette();
    const QColor accent = colours.color(QPalette::Highlight);
    const bool lit = hasFocus() || m_crop_open;
    QPen frame(lit ? accent : quiet_line(colours), hasFocus() ? 2 : 1);
    if (m_image.negative) frame.setStyle(Qt::DashLine);
    painter.setPen(frame);
    painter.setBrush(colours.color(QPalette::Base));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), rhythm(this) / 2.0, rhythm(this) / 2.0);

    const QRect place = thumbRect();
    QPixmap pixmap = m_thumb;
    if (pixmap.isNull() && m_image.item != 0)
        pixmap = m_thumbnails.pixmap(m_image.item, static_cast<int>(place.width() * devicePixelRatioF()));
    if (pixmap.isNull()) {
        painter.setPen(quiet_text(colours));
        painter.setBrush(Qt::NoBrush);
        painter.drawText(place, static_cast<int>(Qt::AlignCenter) | static_cast<int>(Qt::TextWordWrap),
                         m_error.isEmpty() ? tr("Loading")
                         : m_image.anchor  ? tr("Its nearest picture cannot be read")
                                           : tr("Cannot be read"));
        return;
    }
    const QSize size = pixmap.size().scaled(place.size(), Qt::KeepAspectRatio);
    const QRectF target(place.x() + (place.width() - size.width()) / 2.0,
                        place.y() + (place.height() - size.height()) / 2.0, size.width(), size.height());
    painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()));
    const Crop& crop = shownCrop();
    if (!crop.whole()) {
        const QRectF box(target.x() + target.width() * crop.x / 10000.0,
                         target.y() + target.height() * crop.y / 10000.0,
                         target.width() * crop.width / 10000.0, target.height() * crop.height / 10000.0);
        QPainterPath outside;
        outside.addRect(target);
        QPainterPath inside;
        inside.addRect(box);
        painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 140));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(Qt::white, 1.5));
        painter.drawRect(box);
    }
    if (m_image.negative) paintNegativeBadge(painter, target);
    if (m_image.anchor) paintAnchorBadge(painter, target);
}

/// A dark disc in a corner of the picture.
QRectF QueryCard::paintBadge(QPainter& painter, const QPointF& centre) const {
    const qreal side = rhythm(this) * 2.5;
    const QRectF badge(centre.x() - side / 2, centre.y() - side / 2, side, side);
    painter.setPen(QPen(Qt::white, 1.5));
    painter.setBrush(QColor(0, 0, 0, 190));
    painter.drawEllipse(badge);
    return badge;
}

/// A sign besides the dashed frame and the words: seen without reading.
void QueryCard::paintNegativeBadge(QPainter& painter, const QRectF& picture) const {
    const qreal inset = rhythm(this) * 1.75;
    const QRectF badge = paintBadge(painter, picture.topLeft() + QPointF(inset, inset));
    const QPointF arm(badge.width() / 4, 0);
    painter.setPen(QPen(Qt::white, 2.5, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(badge.center() - arm, badge.center() + arm);
}

/// As on the map: full for an anchor, hollow for a prototype.
void QueryCard::paintAnchorBadge(QPainter& painter, const QRectF& picture) const {
    const qreal inset = rhythm(this) * 1.75;
    const QRectF badge = paintBadge(painter, picture.bottomRight() - QPointF(inset, inset));
    const qreal reach = badge.width() * 0.28;
    const QPointF middle = badge.center();
    painter.setPen(QPen(Qt::white, 1.5, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(m_image.anchor->prototype ? QBrush() : QBrush(Qt::white));
    painter.drawPolygon(QPolygonF{middle - QPointF(0, reach), middle + QPointF(reach, 0),
                                  middle + QPointF(0, reach), middle - QPointF(reach, 0)});
}

void QueryCard::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
            Q_EMIT removeRequested();
            return;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            Q_EMIT cropRequested();
            return;
        case Qt::Key_N:
            m_like->click();
            return;
        default:
            QFrame::keyPressEvent(event);
            return;
    }
}

void QueryCard::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && thumbRect().contains(event->position().toPoint())) {
        setFocus(Qt::MouseFocusReason);
        Q_EMIT cropRequested();
    }
}

bool QueryCard::event(QEvent* event) {
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) update();
    return QFrame::event(event);
}

void QueryCard::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) update();
}

}  // namespace fieldmark
