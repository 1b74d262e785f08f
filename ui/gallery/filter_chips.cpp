// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/gallery/filter_chips.h"

#include <QAbstractButton>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolButton>

#include "ui/widgets/flow_layout.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

/// One filter: its text and a cross, the whole of it a button that removes it.
class Chip : public QAbstractButton {
  public:
    explicit Chip(QWidget* parent) : QAbstractButton(parent) {
        setFocusPolicy(Qt::StrongFocus);
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    }

    QSize sizeHint() const override {
        const int unit = rhythm(this);
        return {fontMetrics().horizontalAdvance(text()) + unit * 3 + cross(), fontMetrics().height() + unit};
    }
    QSize minimumSizeHint() const override { return {rhythm(this) * 6, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QPalette& colours = palette();
        const QColor accent = colours.color(QPalette::Highlight);
        const bool lit = underMouse() || hasFocus();
        const QRectF body = QRectF(rect()).adjusted(1, 1, -1, -1);
        const qreal radius = body.height() / 2;
        painter.setBrush(blend(colours.color(QPalette::Window), accent, isDown() ? 0.35 : lit ? 0.25 : 0.15));
        painter.setPen(QPen(hasFocus() ? accent : blend(colours.color(QPalette::Window), accent, 0.5),
                            hasFocus() ? 2 : 1));
        painter.drawRoundedRect(body, radius, radius);

        const int unit = rhythm(this);
        const bool rtl = layoutDirection() == Qt::RightToLeft;
        const QRect inner = rect().adjusted(unit, 0, -unit, 0);
        const int gap = unit / 2;
        const QRect text_rect =
            rtl ? inner.adjusted(cross() + gap, 0, 0, 0) : inner.adjusted(0, 0, -cross() - gap, 0);
        painter.setPen(colours.color(QPalette::WindowText));
        painter.drawText(
            text_rect,
            static_cast<int>(Qt::AlignVCenter) | static_cast<int>(rtl ? Qt::AlignRight : Qt::AlignLeft),
            fontMetrics().elidedText(text(), Qt::ElideMiddle, text_rect.width()));

        const qreal arm = cross() / 2.0 - 1;
        const QPointF middle(rtl ? inner.left() + cross() / 2.0 : inner.right() + 1 - cross() / 2.0,
                             height() / 2.0);
        painter.setPen(QPen(colours.color(QPalette::WindowText), 1.5, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(middle + QPointF(-arm, -arm), middle + QPointF(arm, arm));
        painter.drawLine(middle + QPointF(-arm, arm), middle + QPointF(arm, -arm));
    }

  private:
    int cross() const { return rhythm(this); }
};

}  // namespace

FilterChips::FilterChips(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("filterChips"));
    setAccessibleName(tr("Filters in force"));
    auto* flow = new FlowLayout(this);
    flow->setContentsMargins(rhythm(this), rhythm(this) / 2, rhythm(this), rhythm(this) / 2);
    flow->setSpacing(rhythm(this));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    hide();
}

void FilterChips::setConditions(const std::vector<Condition>& conditions) {
    if (conditions == m_conditions) return;
    m_conditions = conditions;
    rebuild();
}

void FilterChips::rebuild() {
    for (QWidget* chip : m_chips) {
        layout()->removeWidget(chip);
        chip->hide();
        chip->deleteLater();  // it may be the one whose click brought us here
    }
    m_chips.clear();
    for (std::size_t at = 0; at < m_conditions.size(); ++at) {
        auto* chip = new Chip(this);
        const QString text = Text::condition(m_conditions[at]);
        chip->setObjectName(QStringLiteral("filterChip%1").arg(at));
        chip->setText(text);
        chip->setAccessibleName(tr("Filter %1, remove").arg(text));
        chip->setToolTip(tr("Remove the filter %1 (Del)").arg(text));
        chip->installEventFilter(this);
        connect(chip, &QAbstractButton::clicked, this, [this, at] { remove(static_cast<int>(at)); });
        layout()->addWidget(chip);
        m_chips.push_back(chip);
    }
    if (m_conditions.size() > 1) {
        auto* all = new QToolButton(this);
        all->setObjectName(QStringLiteral("removeAllFilters"));
        all->setAutoRaise(true);
        all->setText(tr("Remove all"));
        all->setAccessibleName(tr("Remove all filters"));
        all->setToolTip(tr("Remove all filters"));
        all->setFocusPolicy(Qt::StrongFocus);
        all->installEventFilter(this);
        connect(all, &QToolButton::clicked, this, [this] {
            m_conditions.clear();
            rebuild();
            Q_EMIT conditionsChanged(m_conditions);
        });
        layout()->addWidget(all);
        m_chips.push_back(all);
    }
    for (QWidget* chip : m_chips) chip->show();
    setVisible(!m_conditions.empty());
    updateGeometry();
}

void FilterChips::remove(int index) {
    if (index < 0 || index >= static_cast<int>(m_conditions.size())) return;
    const bool focused = m_chips[static_cast<std::size_t>(index)]->hasFocus();
    m_conditions.erase(m_conditions.begin() + index);
    rebuild();
    if (focused && !m_chips.empty()) {
        const std::size_t next = std::min(static_cast<std::size_t>(index), m_conditions.size() - 1);
        m_chips[next]->setFocus(Qt::OtherFocusReason);
    }
    Q_EMIT conditionsChanged(m_conditions);
}

bool FilterChips::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const auto found = std::find(m_chips.begin(), m_chips.end(), watched);
    if (found == m_chips.end()) return QWidget::eventFilter(watched, event);
    const auto at = static_cast<int>(found - m_chips.begin());
    const auto focus = [this](int index) {
        if (index >= 0 && index < static_cast<int>(m_chips.size()))
            m_chips[static_cast<std::size_t>(index)]->setFocus(Qt::TabFocusReason);
    };
    const int forward = layoutDirection() == Qt::RightToLeft ? -1 : 1;
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
            remove(at);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            static_cast<QAbstractButton*>(m_chips[static_cast<std::size_t>(at)])->click();
            return true;
        case Qt::Key_Left:
            focus(at - forward);
            return true;
        case Qt::Key_Right:
            focus(at + forward);
            return true;
        case Qt::Key_Home:
            focus(0);
            return true;
        case Qt::Key_End:
            focus(static_cast<int>(m_chips.size()) - 1);
            return true;
        default:
            return QWidget::eventFilter(watched, event);
    }
}

}  // namespace fieldmark
