// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/ui_text/clipping.h"

#include <algorithm>

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
#include <QScrollBar>
#include <QStyle>
#include <QStyleOptionComboBox>
#include <QStyleOptionFrame>
#include <QTableView>
#include <QTextDocumentFragment>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>

#include "ui/widgets/elided_label.h"

namespace fieldmark::testing {
namespace {

class Inspection {
  public:
    explicit Inspection(QWidget& window) : m_window(window) {}

    QStringList run() {
        visit(m_window);
        return m_clipped;
    }

  private:
    static QString plain(QString text) {
        if (Qt::mightBeRichText(text)) text = QTextDocumentFragment::fromHtml(text).toPlainText();
        return text.remove(QLatin1Char('&')).simplified();
    }

    static bool tip_has(const QString& tip, const QString& text) {
        const QString whole = plain(text);
        return !whole.isEmpty() && plain(tip).contains(whole);
    }

    void report(const QWidget& widget, const QString& text, const QString& what) {
        QString name = widget.objectName();
        for (const QWidget* up = widget.parentWidget(); name.isEmpty() && up != nullptr;
             up = up->parentWidget()) {
            if (!up->objectName().isEmpty()) name = up->objectName() + QStringLiteral("/…");
        }
        m_clipped.append(QStringLiteral("%1 %2 \"%3\": %4")
                             .arg(QLatin1String(widget.metaObject()->className()), name, plain(text), what));
    }

    static QString sizes(QSize needed, QSize given) {
        return QStringLiteral("needs %1 x %2, has %3 x %4")
            .arg(needed.width())
            .arg(needed.height())
            .arg(given.width())
            .arg(given.height());
    }

    void compare(const QWidget& widget, const QString& text, QSize needed, QSize given) {
        if (needed.width() <= given.width() && needed.height() <= given.height()) return;
        if (needed.height() <= given.height() && tip_has(widget.toolTip(), text)) return;
        report(widget, text, sizes(needed, given));
    }

    /// A widget of the right size whose parent is too small is cut off all the same. What can be scrolled to
    /// is not.
    void check_parents(const QWidget& widget, const QString& text) {
        QRect rect = widget.rect();
        const QWidget* below = &widget;
        for (const QWidget* up = widget.parentWidget(); up != nullptr && !below->isWindow();
             below = up, up = up->parentWidget()) {
            rect.translate(below->pos());
            const auto* area = qobject_cast<const QAbstractScrollArea*>(up->parentWidget());
            const bool viewport = area != nullptr && area->viewport() == up;
            const bool down = viewport && area->verticalScrollBar()->maximum() > 0;
            const bool across = viewport && area->horizontalScrollBar()->maximum() > 0 &&
                                area->horizontalScrollBarPolicy() != Qt::ScrollBarAlwaysOff;
            const bool fits_across = across || (rect.left() >= 0 && rect.right() < up->width());
            const bool fits_down = down || (rect.top() >= 0 && rect.bottom() < up->height());
            if (!fits_across || !fits_down) {
                report(widget, text,
                       QStringLiteral("reaches out of %1 %2 (%3 x %4)")
                           .arg(QLatin1String(up->metaObject()->className()), up->objectName())
                           .arg(up->width())
                           .arg(up->height()));
                return;
            }
            if (viewport) return;  // scrolled: where it lies further up says nothing
        }
    }

    void check(const QLabel& label) {
        const QString text = label.text();
        if (text.isEmpty()) return;
        if (const auto* elided = qobject_cast<const ElidedLabel*>(&label)) {
            if (text != elided->fullText() && !tip_has(label.toolTip(), elided->fullText())) {
                report(label, elided->fullText(), QStringLiteral("elided without a tooltip"));
            }
        } else if (label.wordWrap()) {
            QSize needed(0, label.heightForWidth(label.width()));
            if (!Qt::mightBeRichText(text)) {
                const QMargins margins = label.contentsMargins();
                static const QRegularExpression spaces(QStringLiteral("\\s+"));
                for (const QString& word : text.split(spaces)) {
                    needed.rwidth() = std::max(needed.width(), label.fontMetrics().horizontalAdvance(word) +
                                                                   margins.left() + margins.right());
                }
            }
            compare(label, text, needed, label.size());
        } else {
            compare(label, text, label.sizeHint(), label.size());
        }
        check_parents(label, text);
    }

    void check(const QAbstractButton& button) {
        if (button.text().isEmpty()) return;
        if (const auto* tool = qobject_cast<const QToolButton*>(&button);
            tool != nullptr && tool->toolButtonStyle() == Qt::ToolButtonIconOnly && !tool->icon().isNull()) {
            return;
        }
        QSize needed = button.sizeHint();
        if (qobject_cast<const QPushButton*>(&button) != nullptr) {
            // A push button asks for some air beside its text; only the text must be there.
            const QSize text = button.fontMetrics().size(Qt::TextShowMnemonic, button.text());
            const int icon = button.icon().isNull() ? 0 : button.iconSize().width() + 4;
            needed.setWidth(std::min(needed.width(), text.width() + icon + 8));
            needed.setHeight(std::min(needed.height(), text.height() + 2));
        }
        compare(button, button.text(), needed, button.size());
        check_parents(button, button.text());
    }

    void check(const QComboBox& combo) {
        QStyleOptionComboBox option;
        option.initFrom(&combo);
        option.editable = combo.isEditable();
        const QRect field =
            combo.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &combo);
        const QSize needed(combo.fontMetrics().horizontalAdvance(combo.currentText()),
                           combo.fontMetrics().height());
        compare(combo, combo.currentText(), needed, field.size());
        check_parents(combo, combo.currentText());
    }

    void check(const QLineEdit& edit) {
        const QString text = edit.placeholderText();
        if (text.isEmpty()) return;
        QStyleOptionFrame option;
        option.initFrom(&edit);
        option.lineWidth = edit.style()->pixelMetric(QStyle::PM_DefaultFrameWidth, &option, &edit);
        QRect field = edit.style()->subElementRect(QStyle::SE_LineEditContents, &option, &edit);
        field = field.marginsRemoved(edit.textMargins());
        // Buttons inside the edit take their share; two pixels on each side are QLineEdit's own.
        for (const auto* inside : edit.findChildren<QToolButton*>()) {
            if (!inside->isVisible()) continue;
            if (inside->geometry().center().x() < edit.width() / 2) {
                field.setLeft(std::max(field.left(), inside->geometry().right() + 1));
            } else {
                field.setRight(std::min(field.right(), inside->geometry().left() - 1));
            }
        }
        const QSize needed(edit.fontMetrics().horizontalAdvance(text) + 4, edit.fontMetrics().height());
        compare(edit, text, needed, field.size());
        check_parents(edit, text);
    }

    void check(const QHeaderView& header) {
        const QAbstractItemModel* model = header.model();
        if (model == nullptr || header.orientation() != Qt::Horizontal) return;
        const int margin = 2 * header.style()->pixelMetric(QStyle::PM_HeaderMargin, nullptr, &header);
        for (int section = 0; section < header.count(); ++section) {
            if (header.isSectionHidden(section)) continue;
            const QString text = model->headerData(section, Qt::Horizontal).toString();
            if (text.isEmpty()) continue;
            QFont font = header.font();
            if (header.highlightSections()) font.setBold(true);
            QSize needed = QFontMetrics(font).size(0, text) + QSize(margin, 0);
            if (header.isSortIndicatorShown() && header.sortIndicatorSection() == section) {
                needed.rwidth() += header.style()->pixelMetric(QStyle::PM_HeaderMarkSize, nullptr, &header);
            }
            const QSize given(header.sectionSize(section), header.height());
            const QString tip = model->headerData(section, Qt::Horizontal, Qt::ToolTipRole).toString();
            if (needed.width() <= given.width() && needed.height() <= given.height()) continue;
            if (!tip_has(tip, text)) report(header, text, sizes(needed, given));
        }
    }

    void check_row(const QAbstractItemView& view, const QModelIndex& index) {
        const QString text = index.data().toString();
        const QRect rect = view.visualRect(index);
        if (text.isEmpty() || !rect.isValid()) return;
        const int width = QFontMetrics(view.font()).horizontalAdvance(text);
        const bool fits = width <= rect.width() && rect.left() >= 0 &&
                          rect.left() + width <= std::max(view.viewport()->width(), rect.right());
        if (fits || tip_has(index.data(Qt::ToolTipRole).toString(), text)) return;
        report(view, text, sizes(QSize(width, 0), rect.size()));
    }

    void check(const QAbstractItemView& view) {
        const QAbstractItemModel* model = view.model();
        if (model == nullptr) return;
        const bool rows = qobject_cast<const QTreeView*>(&view) != nullptr ||
                          qobject_cast<const QTableView*>(&view) != nullptr;
        if (!rows) return;
        for (int row = 0; row < model->rowCount(view.rootIndex()); ++row) {
            for (int column = 0; column < model->columnCount(view.rootIndex()); ++column) {
                check_row(view, model->index(row, column, view.rootIndex()));
            }
        }
    }

    void visit(QWidget& widget) {
        if (!widget.isVisible()) return;
        if (widget.objectName() == QLatin1String("qt_toolbar_ext_button")) {
            report(widget, QString(), QStringLiteral("the toolbar hides what it has no room for"));
            return;
        }
        if (const auto* label = qobject_cast<QLabel*>(&widget)) {
            check(*label);
        } else if (const auto* button = qobject_cast<QAbstractButton*>(&widget)) {
            check(*button);
        } else if (const auto* combo = qobject_cast<QComboBox*>(&widget)) {
            check(*combo);
            return;
        } else if (const auto* edit = qobject_cast<QLineEdit*>(&widget)) {
            check(*edit);
            return;
        } else if (const auto* header = qobject_cast<QHeaderView*>(&widget)) {
            check(*header);
        } else if (const auto* view = qobject_cast<QAbstractItemView*>(&widget)) {
            check(*view);
        }
        for (QObject* child : widget.children()) {
            auto* inner = qobject_cast<QWidget*>(child);
            if (inner != nullptr && !inner->isWindow()) visit(*inner);
        }
    }

    QWidget& m_window;
    QStringList m_clipped;
};

}  // namespace

QStringList clipped_texts(QWidget& window) {
    return Inspection(window).run();
}

}  // namespace fieldmark::testing
