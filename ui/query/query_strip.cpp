// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/query/query_strip.h"

#include <algorithm>

#include <QAbstractButton>
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/query/crop_editor.h"
#include "ui/query/query_card.h"
#include "ui/query/query_drop.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

/// The empty query: a dashed well that says what goes in, and opens the file dialog when pressed.
class QueryStrip::Well : public QAbstractButton {
  public:
    explicit Well(QWidget* parent) : QAbstractButton(parent) {
        setObjectName(QStringLiteral("queryWell"));
        setFocusPolicy(Qt::StrongFocus);
        setAttribute(Qt::WA_Hover);
        setCursor(Qt::PointingHandCursor);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    QSize sizeHint() const override {
        return {fontMetrics().horizontalAdvance(text()) + rhythm(this) * 8,
                fontMetrics().height() + rhythm(this) * 5};
    }
    QSize minimumSizeHint() const override { return {rhythm(this) * 12, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool lit = underMouse() || hasFocus();
        const QColor accent = palette().color(QPalette::Highlight);
        const QColor ground = palette().color(QPalette::Window);
        const qreal unit = rhythm(this);
        painter.setBrush(lit ? blend(ground, accent, isDown() ? 0.2 : 0.1) : QColor(Qt::transparent));
        const QColor line = blend(ground, palette().color(QPalette::WindowText), 0.45);
        QPen pen(hasFocus() ? accent : line, hasFocus() ? 2 : 1.5, Qt::DashLine);
        painter.setPen(pen);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5), unit, unit);

        const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this) + rhythm(this) / 2;
        const int gap = rhythm(this);
        const int room = width() - rhythm(this) * 4 - side - gap;
        const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, room);
        const int text_width = fontMetrics().horizontalAdvance(shown);
        const int left = (width() - side - gap - text_width) / 2;
        const QColor ink = lit ? palette().color(QPalette::WindowText) : quiet_text(palette());
        const QRect icon_rect =
            QStyle::visualRect(layoutDirection(), rect(), QRect(left, (height() - side) / 2, side, side));
        const QRect text_rect = QStyle::visualRect(layoutDirection(), rect(),
                                                   QRect(left + side + gap, 0, text_width + 2, height()));
        painter.drawPixmap(icon_rect.topLeft(),
                           icon_pixmap(QStringLiteral("drop"), side, ink, devicePixelRatioF()));
        painter.setPen(ink);
        painter.drawText(text_rect, Qt::AlignVCenter, shown);
    }
};

/// What a drop will do, over the whole strip; with pictures in it in two halves, of which the one under the
/// pointer is lit.
class QueryStrip::DropOverlay : public QWidget {
  public:
    explicit DropOverlay(QWidget* parent) : QWidget(parent) {
        setObjectName(QStringLiteral("queryDropOverlay"));
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }
    void setTexts(const QString& replace, const QString& add) {
        m_replace = replace;
        m_add = add;
    }
    void setAdding(bool adding) {
        if (m_adding == adding) return;
        m_adding = adding;
        update();
    }
    bool isAdding(const QPoint& position) const {
        return !m_add.isEmpty() && halves().second.contains(position);
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        QColor ground = palette().color(QPalette::Window);
        ground.setAlphaF(0.85F);
        painter.fillRect(rect(), ground);
        const auto [replace, add] = halves();
        zone(painter, replace, m_replace, !m_adding);
        if (!m_add.isEmpty()) zone(painter, add, m_add, m_adding);
    }

  private:
    std::pair<QRect, QRect> halves() const {
        const int unit = rhythm(this) / 2;
        const QRect all = rect().adjusted(unit, unit, -unit, -unit);
        if (m_add.isEmpty()) return {all, {}};
        QRect first = all;
        first.setWidth(all.width() * 3 / 5 - unit);
        QRect second = all;
        second.setLeft(first.right() + 1 + unit * 2);
        return {QStyle::visualRect(layoutDirection(), all, first),
                QStyle::visualRect(layoutDirection(), all, second)};
    }
    void zone(QPainter& painter, const QRect& place, const QString& text, bool lit) {
        const QColor accent = palette().color(QPalette::Highlight);
        const QColor ground = palette().color(QPalette::Window);
        painter.setBrush(lit ? blend(ground, accent, 0.3) : ground);
        painter.setPen(
            QPen(lit ? accent : quiet_line(palette()), lit ? 2.5 : 1.5, lit ? Qt::SolidLine : Qt::DashLine));
        painter.drawRoundedRect(QRectF(place), rhythm(this), rhythm(this));
        QFont bold = font();
        bold.setBold(lit);
        painter.setFont(bold);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(place, static_cast<int>(Qt::AlignCenter) | static_cast<int>(Qt::TextWordWrap), text);
    }

    QString m_replace;
    QString m_add;
    bool m_adding = false;
};

QueryStrip::QueryStrip(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session), m_thumbnails(thumbnails) {
    setObjectName(QStringLiteral("queryStrip"));
    setAccessibleName(tr("Query"));
    setAcceptDrops(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    const int unit = rhythm(this);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(unit, unit, unit, unit);
    column->setSpacing(unit);

    m_well = new Well(this);
    m_well->setText(tr("Drop, paste or open a picture to find its look-alikes"));
    m_well->setAccessibleName(m_well->text());
    // The whole sentence once more: where the well is narrow, it ends in dots.
    m_well->setToolTip(m_well->text() + QLatin1Char('\n') +
                       tr("Open a picture, or paste one with %1")
                           .arg(QKeySequence(QKeySequence::Paste).toString(QKeySequence::NativeText)));
    column->addWidget(m_well);
    connect(m_well, &QAbstractButton::clicked, this, &QueryStrip::openFileRequested);

    m_cards_line = new QWidget(this);
    auto* cards_line = new QHBoxLayout(m_cards_line);
    cards_line->setContentsMargins(0, 0, 0, 0);
    cards_line->setSpacing(unit);
    m_scroll = new QScrollArea(m_cards_line);
    m_scroll->setObjectName(QStringLiteral("queryCards"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_row = new QWidget;
    m_row_layout = new QHBoxLayout(m_row);
    m_row_layout->setContentsMargins(0, 0, 0, 0);
    m_row_layout->setSpacing(unit);
    m_buttons = new QWidget(m_cards_line);
    m_another = new QToolButton(m_buttons);
    m_another->setObjectName(QStringLiteral("addQueryPicture"));
    m_another->setIcon(icon(QStringLiteral("plus")));
    m_another->setText(tr("Another"));
    m_another->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_another->setAutoRaise(true);
    m_another->setAccessibleName(tr("Add another picture to the query"));
    m_another->setToolTip(tr("Add another picture to the query, or drop one here"));
    m_another->setFocusPolicy(Qt::StrongFocus);
    connect(m_another, &QToolButton::clicked, this, &QueryStrip::addFileRequested);
    m_clear = new QToolButton(m_buttons);
    m_clear->setObjectName(QStringLiteral("clearQuery"));
    m_clear->setIcon(icon(QStringLiteral("close")));
    m_clear->setText(tr("End search"));
    m_clear->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_clear->setAutoRaise(true);
    m_clear->setAccessibleName(tr("End the search"));
    m_clear->setToolTip(tr("Take all pictures out of the query and go back to the gallery (Esc)"));
    m_clear->setFocusPolicy(Qt::StrongFocus);
    connect(m_clear, &QToolButton::clicked, this, &QueryStrip::clear);
    m_object = new QToolButton(m_buttons);
    m_object->setObjectName(QStringLiteral("cropToObject"));
    m_object->setIcon(icon(QStringLiteral("crop")));
    m_object->setText(tr("Crop to object"));
    m_object->setCheckable(true);
    m_object->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_object->setAutoRaise(true);
    m_object->setAccessibleName(tr("Crop the query to its object"));
    m_object->setToolTip(
        tr("Search with the object of each picture instead of the whole. The found box is shown on the "
           "picture; drag it to change it."));
    m_object->setFocusPolicy(Qt::StrongFocus);
    connect(m_object, &QToolButton::clicked, this, [this](bool on) {
        if (!on) setFoundCrops({});
        Q_EMIT cropToObjectChanged(on);
    });
    auto* buttons = new QVBoxLayout(m_buttons);
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->addStretch(1);
    buttons->addWidget(m_another);
    buttons->addWidget(m_object);
    buttons->addWidget(m_clear);
    buttons->addStretch(1);
    m_scroll->setWidget(m_row);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_row->setAutoFillBackground(false);
    cards_line->addWidget(m_scroll);
    cards_line->addWidget(m_buttons);
    cards_line->addStretch(1);
    column->addWidget(m_cards_line);

    m_panel = new QWidget(this);
    m_panel->setObjectName(QStringLiteral("cropPanel"));
    auto* panel = new QHBoxLayout(m_panel);
    panel->setContentsMargins(0, 0, 0, 0);
    panel->setSpacing(unit * 2);
    m_editor = new CropEditor(m_panel);
    panel->addWidget(m_editor, 2);
    auto* side = new QVBoxLayout;
    auto* help = new QLabel(tr("Drag a box around what matters; the matches follow."), m_panel);
    help->setWordWrap(true);
    side->addWidget(help);
    m_crop_text = new QLabel(m_panel);
    m_crop_text->setObjectName(QStringLiteral("cropText"));
    m_crop_text->setWordWrap(true);
    m_crop_text->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    side->addWidget(m_crop_text);
    side->addStretch(1);
    m_crop_reset = new QToolButton(m_panel);
    m_crop_reset->setObjectName(QStringLiteral("resetCrop"));
    m_crop_reset->setText(tr("Whole picture"));
    m_crop_reset->setToolTip(tr("Search with the whole picture (Backspace)"));
    side->addWidget(m_crop_reset);
    auto* done = new QToolButton(m_panel);
    done->setObjectName(QStringLiteral("closeCrop"));
    done->setText(tr("Done"));
    done->setToolTip(tr("Close the box editor (Esc)"));
    side->addWidget(done);
    panel->addLayout(side, 1);
    column->addWidget(m_panel);
    connect(m_crop_reset, &QToolButton::clicked, m_editor, &CropEditor::reset);
    connect(done, &QToolButton::clicked, this, [this] { editCrop(-1); });
    connect(m_editor, &CropEditor::cropChanged, this, [this](const Crop& crop) {
        if (m_edited < 0) return;
        m_cards[static_cast<std::size_t>(m_edited)]->setCrop(crop);
        refreshCropPanel();
        Q_EMIT imagesChanged();
    });

    m_problem_box = new QWidget(this);
    auto* problem = new QHBoxLayout(m_problem_box);
    problem->setContentsMargins(0, 0, 0, 0);
    problem->setSpacing(unit);
    m_problem_sign = new QLabel(m_problem_box);
    problem->addWidget(m_problem_sign, 0, Qt::AlignTop);
    m_problem = new QLabel(m_problem_box);
    m_problem->setObjectName(QStringLiteral("queryProblem"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    problem->addWidget(m_problem, 1);
    m_problem_box->hide();
    column->addWidget(m_problem_box);

    m_overlay = new DropOverlay(this);
    relayout();
}

QueryStrip::~QueryStrip() = default;

void QueryStrip::add(const std::vector<QueryImage>& images, bool replace) {
    showProblem({});
    if (images.empty()) return;
    if (replace) {
        editCrop(-1);
        for (QueryCard* card : m_cards) card->deleteLater();
        for (QueryCard* card : m_cards) card->hide();
        m_cards.clear();
    }
    bool left_out = false;
    for (const QueryImage& image : images) {
        const bool there = std::any_of(m_cards.begin(), m_cards.end(), [&](const QueryCard* card) {
            return same_subject(card->image(), image) && card->image().crop == image.crop;
        });
        if (there) continue;
        if (m_cards.size() >= QueryDropReader::kMaxImages) {
            left_out = true;
            break;
        }
        auto* card = new QueryCard(m_session, m_thumbnails, image, m_row);
        connect(card, &QueryCard::removeRequested, this, [this, card] { remove(card); });
        connect(card, &QueryCard::changed, this, &QueryStrip::changed);
        connect(card, &QueryCard::cropRequested, this, [this, card] {
            const int index = indexOf(card);
            editCrop(index == m_edited ? -1 : index);
        });
        connect(card, &QueryCard::loaded, this, [this, card] {
            if (indexOf(card) == m_edited) refreshCropPanel();
        });
        m_row_layout->insertWidget(static_cast<int>(m_cards.size()), card);
        card->show();  // a layout measures only what is shown
        m_cards.push_back(card);
    }
    changed();
    if (left_out)
        showProblem(tr("A query takes %n pictures; the rest was left out.", nullptr,
                       static_cast<int>(QueryDropReader::kMaxImages)));
}

std::vector<QueryImage> QueryStrip::takeForeignAnchors(const std::string& model_hash) {
    std::vector<QueryImage> taken;
    for (QueryCard* card : std::vector<QueryCard*>(m_cards)) {
        const QueryImage image = card->image();
        if (!image.anchor || image.anchor->model_hash == model_hash) continue;
        remove(card);
        taken.push_back(image);
    }
    return taken;
}

bool QueryStrip::hasPictures() const {
    return std::any_of(m_cards.begin(), m_cards.end(),
                       [](const QueryCard* card) { return !card->image().anchor; });
}

void QueryStrip::clear() {
    if (m_cards.empty()) return;
    const bool focused = m_cards_line->isAncestorOf(QApplication::focusWidget());
    editCrop(-1);
    for (QueryCard* card : m_cards) {
        card->hide();
        card->deleteLater();
    }
    m_cards.clear();
    changed();
    if (focused) m_well->setFocus(Qt::OtherFocusReason);
}

std::vector<QueryImage> QueryStrip::images() const {
    std::vector<QueryImage> images;
    images.reserve(m_cards.size());
    for (const QueryCard* card : m_cards) images.push_back(card->image());
    return images;
}

std::vector<QueryImage> QueryStrip::searchedImages() const {
    std::vector<QueryImage> searched = images();
    for (std::size_t at = 0; at < searched.size(); ++at) searched[at].crop = m_cards[at]->shownCrop();
    return searched;
}

void QueryStrip::remove(QueryCard* card) {
    const int index = indexOf(card);
    if (index < 0) return;
    const bool focused = card->hasFocus() || card->isAncestorOf(QApplication::focusWidget());
    if (m_edited == index)
        editCrop(-1);
    else if (m_edited > index)
        --m_edited;
    m_cards.erase(m_cards.begin() + index);
    card->hide();
    card->deleteLater();
    changed();
    if (!focused) return;
    if (m_cards.empty())
        m_well->setFocus(Qt::OtherFocusReason);
    else
        m_cards[std::min(static_cast<std::size_t>(index), m_cards.size() - 1)]->setFocus(
            Qt::OtherFocusReason);
}

void QueryStrip::setCropToObject(bool on) {
    m_object->setChecked(on);
}

bool QueryStrip::cropToObject() const {
    return m_object->isChecked();
}

void QueryStrip::setFoundCrops(const std::vector<Crop>& crops) {
    for (std::size_t at = 0; at < m_cards.size(); ++at)
        m_cards[at]->setFoundCrop(at < crops.size() ? crops[at] : Crop{});
    // The editor holds the box while it is dragged; only what was found anew is put into it.
    if (m_edited >= 0 && m_cards[static_cast<std::size_t>(m_edited)]->image().crop.whole())
        refreshCropPanel();
}

int QueryStrip::indexOf(const QueryCard* card) const {
    const auto found = std::find(m_cards.begin(), m_cards.end(), card);
    return found == m_cards.end() ? -1 : static_cast<int>(found - m_cards.begin());
}

void QueryStrip::changed() {
    showProblem({});
    relayout();
    Q_EMIT imagesChanged();
}

void QueryStrip::relayout() {
    const bool empty = m_cards.empty();
    m_well->setVisible(empty);
    m_cards_line->setVisible(!empty);
    m_panel->setVisible(m_edited >= 0);
    // The matches stay in view below the box.
    const int unit = rhythm(this);
    m_editor->setFixedHeight(qBound(unit * 14, window()->height() / 2 - unit * 20, unit * 36));
    m_object->setEnabled(empty || hasPictures());
    for (std::size_t at = 0; at < m_cards.size(); ++at)
        m_cards[at]->setPlace(static_cast<int>(at), static_cast<int>(m_cards.size()));
    if (!empty) {
        // The scroll bar, where one is needed, goes below the cards, not over them.
        const int cards = m_cards.front()->height();
        m_row_layout->activate();
        const int wanted = m_row->minimumSizeHint().width();
        const int room = qMax(cards, width() - rhythm(this) * 3 - m_buttons->sizeHint().width());
        const bool bar = wanted > room;
        const int bar_height = bar ? style()->pixelMetric(QStyle::PM_ScrollBarExtent, nullptr, this) : 0;
        m_scroll->setFixedWidth(qMin(wanted, room));
        m_scroll->setFixedHeight(cards + bar_height);
    }
    updateGeometry();
}

void QueryStrip::editCrop(int index) {
    if (index >= static_cast<int>(m_cards.size())) return;
    if (index >= 0 && m_cards[static_cast<std::size_t>(index)]->image().anchor)
        return showProblem(QueryCard::noCropText());
    const bool was_open = m_edited >= 0;
    if (was_open && m_edited != index) m_cards[static_cast<std::size_t>(m_edited)]->setCropOpen(false);
    QueryCard* before = was_open && m_panel->isAncestorOf(QApplication::focusWidget())
                            ? m_cards[static_cast<std::size_t>(m_edited)]
                            : nullptr;
    m_edited = index;
    if (index >= 0) {
        m_cards[static_cast<std::size_t>(index)]->setCropOpen(true);
        refreshCropPanel();
    }
    relayout();
    if (index >= 0)
        m_editor->setFocus(Qt::OtherFocusReason);
    else if (before != nullptr)
        before->setFocus(Qt::OtherFocusReason);
}

void QueryStrip::refreshCropPanel() {
    if (m_edited < 0) return;
    const QueryCard* card = m_cards[static_cast<std::size_t>(m_edited)];
    m_editor->setImage(card->picture(), card->sourceSize());
    m_editor->setCrop(card->shownCrop());
    m_crop_text->setText(tr("Searching with %1").arg(m_editor->description()));
    m_crop_reset->setEnabled(!card->image().crop.whole());
}

bool QueryStrip::paste(bool replace) {
    const QMimeData* held = QApplication::clipboard()->mimeData();
    if (held == nullptr) {
        showProblem(tr("The clipboard is empty."));
        return false;
    }
    const QueryDrop drop = QueryDropReader::read(*held);
    add(drop.images, replace);
    showProblem(drop.problem);
    return !drop.images.empty();
}

void QueryStrip::showProblem(const QString& text) {
    m_problem->setText(text);
    m_problem_box->setVisible(!text.isEmpty());
    if (text.isEmpty()) return;
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_problem_sign->setPixmap(icon(QStringLiteral("warning")).pixmap(side, side));  // in the colours of now
    m_problem->setAccessibleName(text);
    QAccessibleEvent event(m_problem, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void QueryStrip::dragEnterEvent(QDragEnterEvent* event) {
    if (!QueryDropReader::can_read(*event->mimeData())) return;
    const QString promise = QueryDropReader::promise(*event->mimeData());
    m_overlay->setTexts(promise, isEmpty() ? QString() : tr("Add to the query"));
    m_overlay->setGeometry(rect());
    m_overlay->setAdding(m_overlay->isAdding(event->position().toPoint()));
    m_overlay->raise();
    m_overlay->show();
    event->setDropAction(Qt::CopyAction);
    event->accept();
}

void QueryStrip::dragMoveEvent(QDragMoveEvent* event) {
    m_overlay->setAdding(m_overlay->isAdding(event->position().toPoint()));
    event->setDropAction(Qt::CopyAction);
    event->accept();
}

void QueryStrip::dragLeaveEvent(QDragLeaveEvent*) {
    m_overlay->hide();
}

void QueryStrip::dropEvent(QDropEvent* event) {
    const bool adding = m_overlay->isAdding(event->position().toPoint());
    m_overlay->hide();
    const QueryDrop drop = QueryDropReader::read(*event->mimeData());
    add(drop.images, !adding);
    showProblem(drop.problem);
    event->setDropAction(Qt::CopyAction);
    event->accept();
}

void QueryStrip::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_overlay->setGeometry(rect());
    relayout();
}

void QueryStrip::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Paste)) {
        paste();
        return;
    }
    if (event->key() == Qt::Key_Escape && m_edited >= 0) {
        editCrop(-1);
        return;
    }
    const bool left = event->key() == Qt::Key_Left;
    if (left || event->key() == Qt::Key_Right) {
        const auto focused = std::find_if(m_cards.begin(), m_cards.end(),
                                          [](const QueryCard* card) { return card->hasFocus(); });
        if (focused != m_cards.end()) {
            const int step = left == (layoutDirection() == Qt::LeftToRight) ? -1 : 1;
            const int next = static_cast<int>(focused - m_cards.begin()) + step;
            if (next >= 0 && next < static_cast<int>(m_cards.size())) {
                m_cards[static_cast<std::size_t>(next)]->setFocus(Qt::TabFocusReason);
                m_scroll->ensureWidgetVisible(m_cards[static_cast<std::size_t>(next)]);
            }
            return;
        }
    }
    QWidget::keyPressEvent(event);
}

}  // namespace fieldmark
