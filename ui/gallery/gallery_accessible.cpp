// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/gallery/gallery_accessible.h"

#include <QAccessible>
#include <QAccessibleInterface>
#include <QAccessibleWidget>
#include <QHash>
#include <QPersistentModelIndex>
#include <QPointer>
#include <QScrollBar>

#include "ui/gallery/gallery_view.h"

namespace fieldmark {
namespace {

constexpr int max_entries_kept = 512;

/// One tile.
class EntryInterface final : public QAccessibleInterface, public QAccessibleActionInterface {
  public:
    EntryInterface(GalleryView* view, const QModelIndex& index) : m_view(view), m_index(index) {}

    bool isValid() const override { return m_view != nullptr && m_index.isValid(); }
    QObject* object() const override { return nullptr; }
    QWindow* window() const override {
        return m_view != nullptr ? m_view->window()->windowHandle() : nullptr;
    }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    QAccessibleInterface* parent() const override { return QAccessible::queryAccessibleInterface(m_view); }
    QAccessibleInterface* child(int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    QString text(QAccessible::Text kind) const override {
        if (!isValid()) return {};
        if (kind == QAccessible::Name) return m_index.data(Qt::AccessibleTextRole).toString();
        if (kind == QAccessible::Description) return m_index.data(Qt::ToolTipRole).toString();
        return {};
    }
    void setText(QAccessible::Text, const QString&) override {}
    QRect rect() const override {
        if (!isValid()) return {};
        const QRect tile = m_view->visualRect(m_index);
        return {m_view->viewport()->mapToGlobal(tile.topLeft()), tile.size()};
    }
    QAccessible::Role role() const override { return QAccessible::ListItem; }
    QAccessible::State state() const override {
        QAccessible::State state;
        if (!isValid()) {
            state.invalid = true;
            return state;
        }
        state.focusable = true;
        state.selectable = true;
        state.multiSelectable = true;
        state.selected = m_view->selectionModel()->isSelected(m_index);
        state.focused = m_view->hasFocus() && m_view->currentIndex() == m_index;
        state.offscreen = !m_view->viewport()->rect().intersects(m_view->visualRect(m_index));
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this)
                                                    : nullptr;
    }
    QStringList actionNames() const override { return {pressAction(), toggleAction()}; }
    void doAction(const QString& name) override {
        if (!isValid()) return;
        if (name == pressAction()) Q_EMIT m_view->activatedItem(m_index);
        if (name == toggleAction()) m_view->selectionModel()->select(m_index, QItemSelectionModel::Toggle);
    }
    QStringList keyBindingsForAction(const QString&) const override { return {}; }
    int row() const { return m_index.row(); }

  private:
    QPointer<GalleryView> m_view;
    QPersistentModelIndex m_index;
};

/// The list of tiles.
class GalleryInterface final : public QAccessibleWidget {
  public:
    explicit GalleryInterface(GalleryView* view) : QAccessibleWidget(view, QAccessible::List) {}
    ~GalleryInterface() override { forget(); }

    int childCount() const override { return view()->model() != nullptr ? view()->model()->rowCount() : 0; }
    QAccessibleInterface* child(int n) const override {
        if (n < 0 || n >= childCount()) return nullptr;
        const QModelIndex index = view()->model()->index(n, 0);
        if (const auto kept = m_entries.constFind(index); kept != m_entries.constEnd()) {
            return QAccessible::accessibleInterface(*kept);
        }
        // A screen reader asks for what is near; what was asked for long ago is made anew if need be.
        if (m_entries.size() >= max_entries_kept) forget();
        auto* entry = new EntryInterface(view(), index);
        m_entries.insert(index, QAccessible::registerAccessibleInterface(entry));
        return entry;
    }
    QAccessibleInterface* childAt(int x, int y) const override {
        const QModelIndex index = view()->indexAt(view()->viewport()->mapFromGlobal(QPoint(x, y)));
        return index.isValid() ? child(index.row()) : nullptr;
    }
    int indexOfChild(const QAccessibleInterface* child) const override {
        const auto* entry = dynamic_cast<const EntryInterface*>(child);
        return entry != nullptr ? entry->row() : -1;
    }
    QAccessibleInterface* focusChild() const override {
        const QModelIndex current = view()->currentIndex();
        return current.isValid() ? child(current.row()) : nullptr;
    }

  private:
    GalleryView* view() const { return static_cast<GalleryView*>(widget()); }
    void forget() const {
        for (const QAccessible::Id id : std::as_const(m_entries)) QAccessible::deleteAccessibleInterface(id);
        m_entries.clear();
    }

    mutable QHash<QPersistentModelIndex, QAccessible::Id> m_entries;
};

QAccessibleInterface* make_interface(const QString& class_name, QObject* object) {
    if (class_name != QLatin1String("fieldmark::GalleryView")) return nullptr;
    auto* view = qobject_cast<GalleryView*>(object);
    return view != nullptr ? new GalleryInterface(view) : nullptr;
}

}  // namespace

void install_gallery_accessibility() {
    static const bool once = [] {
        QAccessible::installFactory(make_interface);
        return true;
    }();
    Q_UNUSED(once)
}

}  // namespace fieldmark
