// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/box_preview.h"

#include <algorithm>

#include <QPainter>
#include <QPainterPath>
#include <QStyle>

#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"

namespace fieldmark {
namespace {

// A box is asked for picture by picture: enough of them to tell few from many, in a moment.
constexpr std::size_t kMostClasses = 40;
constexpr std::size_t kMostPictures = 100;
constexpr std::size_t kMostShown = 6;
constexpr int kColumns = 3;

/// At most `most` of them, from the first to the last.
template <typename T>
std::vector<T> spread(const std::vector<T>& all, std::size_t most) {
    if (all.size() <= most) return all;
    std::vector<T> some;
    for (std::size_t n = 0; n < most; ++n) some.push_back(all[n * all.size() / most]);
    return some;
}

}  // namespace

BoxPreview::BoxPreview(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session), m_thumbnails(thumbnails) {
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Pictures with their object boxes"));
    setToolTip(tr("The bright part is what counts as the object"));
    connect(&m_thumbnails, &ThumbnailStore::changed, this, qOverload<>(&QWidget::update));
    connect(&m_session, &Session::closed, this, &BoxPreview::clear);
    connect(&m_session, &Session::itemsListed, this, [this](RequestId id, const std::vector<ItemId>& items) {
        if (m_lists.erase(id) > 0) take_items(items);
    });
    connect(&m_session, &Session::objectBoxFetched, this,
            [this](RequestId id, ItemId item, const std::optional<ObjectBox>& box, const Error& error) {
                if (m_boxes.erase(id) == 0) return;
                if (!error.text.empty()) --m_looked_at;  // it is not known, which is not the same as none
                // A whole picture as a box says that there is no single object: that is none to learn from.
                take_box(item, box ? box->box : Crop{});
            });
}

void BoxPreview::look(const std::string& field, const std::vector<std::string>& classes) {
    if (field != m_field || classes != m_classes) clear();
    m_field = field;
    m_classes = classes;
    m_lists.clear();
    m_boxes.clear();
    m_items.clear();
    m_found.clear();
    m_all_classes = classes.size() <= kMostClasses;
    for (const std::string& name : spread(classes, kMostClasses)) {
        ItemQuery query;
        query.where = {{field, Condition::Operator::Equal, name}};
        query.state = ItemState::Ready;
        m_lists.insert(m_session.list_items(query));
    }
}

void BoxPreview::clear() {
    m_lists.clear();
    m_boxes.clear();
    m_known = false;
    m_shown.clear();
    Q_EMIT changed();
}

void BoxPreview::take_items(const std::vector<ItemId>& items) {
    m_items.insert(m_items.end(), items.begin(), items.end());
    if (!m_lists.empty()) return;
    const std::vector<ItemId> wanted = spread(m_items, kMostPictures);
    m_looked_at = wanted.size();
    for (const ItemId item : wanted) m_boxes.insert(m_session.fetch_object_box(item, false));
    if (wanted.empty()) finish();
}

void BoxPreview::take_box(ItemId item, const Crop& box) {
    if (!box.whole()) m_found.push_back({item, box});
    if (m_boxes.empty()) finish();
}

void BoxPreview::finish() {
    m_known = m_looked_at > 0;
    m_sampled = !m_all_classes || m_looked_at < m_items.size();
    m_pictures = m_looked_at;
    m_boxed = m_found.size();
    m_shown = spread(m_found, kMostShown);
    setAccessibleDescription(text());
    updateGeometry();
    want();
    update();
    Q_EMIT changed();
}

QString BoxPreview::text() const {
    if (!m_known) return {};
    const auto pictures = static_cast<std::int64_t>(m_pictures);
    const auto boxed = static_cast<std::int64_t>(m_boxed);
    QString text =
        m_sampled
            ? tr("Of %1 pictures looked at, %2 have an object box.")
                  .arg(Text::count(pictures), Text::count(boxed))
            : tr("%1 of %2 pictures have an object box.").arg(Text::count(boxed), Text::count(pictures));
    // As the training itself would say, when the time is already being spent.
    if (2 * m_boxed < m_pictures) {
        text += QLatin1Char(' ') +
                tr("With fewer than half, object and background can teach it little. Draw boxes with “Object "
                   "box…” in Browse, or have them found with “fieldmark-cli objects --find”.");
    }
    return text;
}

// --- painting ---

QSize BoxPreview::cell(int width) const {
    const int gap = rhythm(this) / 2;
    const int side = std::max(1, (width - (kColumns - 1) * gap) / kColumns);
    return {side, side * 3 / 4};
}

int BoxPreview::heightForWidth(int width) const {
    const int rows = (static_cast<int>(m_shown.size()) + kColumns - 1) / kColumns;
    return rows == 0 ? 0 : rows * cell(width).height() + (rows - 1) * (rhythm(this) / 2);
}

QSize BoxPreview::sizeHint() const {
    const int width = rhythm(this) * 36;
    return {width, heightForWidth(width)};
}

void BoxPreview::want() {
    if (!isVisible()) return;
    std::vector<ItemId> items;
    for (const Shown& one : m_shown) items.push_back(one.item);
    m_thumbnails.want(this, items, qRound(cell(width()).width() * devicePixelRatioF()));
}

void BoxPreview::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    want();
}

void BoxPreview::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const int gap = rhythm(this) / 2;
    const QSize size = cell(width());
    for (std::size_t n = 0; n < m_shown.size(); ++n) {
        const int column = static_cast<int>(n) % kColumns;
        const int row = static_cast<int>(n) / kColumns;
        const QRect room = QStyle::visualRect(
            layoutDirection(), rect(),
            QRect(QPoint(column * (size.width() + gap), row * (size.height() + gap)), size));
        const QPixmap picture =
            m_thumbnails.pixmap(m_shown[n].item, qRound(size.width() * devicePixelRatioF()));
        if (picture.isNull()) {
            painter.fillRect(
                room, blend(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.08));
            continue;
        }
        QRectF place(QPointF(), QSizeF(picture.size()).scaled(room.size(), Qt::KeepAspectRatio));
        place.moveCenter(QRectF(room).center());
        painter.drawPixmap(place, picture, QRectF(picture.rect()));
        const Crop& crop = m_shown[n].box;
        const QRectF box(place.x() + place.width() * crop.x / 10000.0,
                         place.y() + place.height() * crop.y / 10000.0, place.width() * crop.width / 10000.0,
                         place.height() * crop.height / 10000.0);
        QPainterPath outside;
        outside.addRect(place);
        QPainterPath inside;
        inside.addRect(box);
        painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 140));
        painter.setPen(QPen(Qt::white, 1.5));
        painter.drawRect(box);
    }
}

}  // namespace fieldmark
