// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/gallery/library_sidebar.h"

#include <algorithm>

#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QTreeWidget>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

enum Role {
    CollectionRole = Qt::UserRole + 1,
    PlaceStateRole,
    CountRole,
    WarnRole,
    ValueRole,
    MarkedRole,
    RootRole
};

/// Name on the left, count on the right in quieter ink; a marked value gets a check.
class CountDelegate final : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem item = option;
        initStyleOption(&item, index);
        const QString text = item.text;
        const QString count = index.data(CountRole).toString();
        item.text.clear();
        const QWidget* widget = option.widget;
        QStyle* style = widget->style();
        style->drawControl(QStyle::CE_ItemViewItem, &item, painter, widget);

        QRect area = style->subElementRect(QStyle::SE_ItemViewItemText, &item, widget);
        const int unit = option.fontMetrics.height() / 2;
        area.adjust(item.icon.isNull() ? unit / 2 : unit / 3, 0, -unit / 2, 0);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const QColor ink = option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
        const QColor quiet = selected ? ink : quiet_text(option.palette);
        const int count_width = option.fontMetrics.horizontalAdvance(count);
        QFont font = option.font;
        font.setBold(index.data(MarkedRole).toBool());
        painter->setFont(font);
        painter->setPen(ink);
        painter->drawText(
            area.adjusted(0, 0, -count_width - unit, 0), Qt::AlignVCenter | Qt::AlignLeft,
            QFontMetrics(font).elidedText(text, Qt::ElideMiddle, area.width() - count_width - unit));
        painter->setFont(option.font);
        painter->setPen(quiet);
        painter->drawText(area, Qt::AlignVCenter | Qt::AlignRight, count);
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        size.setHeight(option.fontMetrics.height() * 7 / 4);
        return size;
    }

    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex&) const override {
        editor->setGeometry(option.rect);
    }
};

QTreeWidget* make_list(QWidget* parent, const QString& name, const QString& accessible) {
    auto* list = new QTreeWidget(parent);
    list->setObjectName(name);
    list->setAccessibleName(accessible);
    list->setHeaderHidden(true);
    list->setRootIsDecorated(false);
    list->setIndentation(0);
    list->setUniformRowHeights(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list->setItemDelegate(new CountDelegate(list));
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    // On the window's ground, so that the pictures keep the brightest place.
    list->viewport()->setAutoFillBackground(false);
    list->setAutoFillBackground(false);
    return list;
}

QLabel* make_heading(const QString& text, QWidget* parent) {
    auto* heading = new QLabel(text, parent);
    QFont font = heading->font();
    font.setBold(true);
    font.setPointSizeF(font.pointSizeF() * 0.9);
    heading->setFont(font);
    heading->setForegroundRole(QPalette::WindowText);
    return heading;
}

}  // namespace

LibrarySidebar::LibrarySidebar(Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setObjectName(QStringLiteral("sidebar"));
    setAccessibleName(tr("Collections and labels"));
    setAcceptDrops(true);
    const int unit = rhythm(this);

    auto* split = new QSplitter(Qt::Vertical, this);
    split->setObjectName(QStringLiteral("sidebarSplitter"));
    split->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(split);

    auto* place_box = new QWidget(split);
    auto* place_layout = new QVBoxLayout(place_box);
    place_layout->setContentsMargins(unit, unit, unit / 2, 0);
    place_layout->setSpacing(unit / 2);
    auto* place_head = new QHBoxLayout;
    place_head->addWidget(make_heading(tr("Collections"), place_box), 1);
    auto* add = new QToolButton(place_box);
    add->setObjectName(QStringLiteral("addFolderButton"));
    add->setIcon(icon(QStringLiteral("plus")));
    add->setAutoRaise(true);
    add->setToolTip(tr("Add a folder of pictures (Ctrl+O)"));
    add->setAccessibleName(tr("Add a folder of pictures"));
    connect(add, &QToolButton::clicked, this, &LibrarySidebar::addFolderRequested);
    place_head->addWidget(add);
    place_layout->addLayout(place_head);
    m_places = make_list(place_box, QStringLiteral("places"), tr("Collections"));
    m_places->setContextMenuPolicy(Qt::CustomContextMenu);
    // The list grows to its content and no further; what a dragged splitter leaves stays below, not around the heading.
    place_layout->addWidget(m_places, 100);
    place_layout->addStretch(1);
    connect(m_places, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (m_editing || item == nullptr) return;
        Place place;
        place.collection = item->data(0, CollectionRole).toLongLong();
        if (item->data(0, PlaceStateRole).isValid())
            place.state = ItemState(item->data(0, PlaceStateRole).toInt());
        if (place == m_place) return;
        m_place = place;
        Q_EMIT placeChosen(place);
    });
    connect(m_places, &QTreeWidget::customContextMenuRequested, this, &LibrarySidebar::show_menu);
    connect(m_places, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item) {
        if (m_editing) return;
        const CollectionId id = item->data(0, CollectionRole).toLongLong();
        const std::string name = item->text(0).trimmed().toStdString();
        const auto& all = m_summary.collections;
        const auto found =
            std::find_if(all.begin(), all.end(), [id](const Collection& c) { return c.id == id; });
        if (found == all.end() || found->name == name) return;
        if (name.empty()) {
            take_summary(m_summary);
        } else {
            m_session.rename_collection(id, name);
        }
    });

    m_label_box = new QWidget(split);
    auto* label_layout = new QVBoxLayout(m_label_box);
    label_layout->setContentsMargins(unit, unit, unit / 2, 0);
    label_layout->setSpacing(unit / 2);
    auto* label_head = new QHBoxLayout;
    label_head->addWidget(make_heading(tr("Labels"), m_label_box));
    m_fields = new QComboBox(m_label_box);
    m_fields->setObjectName(QStringLiteral("fieldChoice"));
    m_fields->setAccessibleName(tr("Field whose values are listed"));
    // The heading keeps its words; a long field name gives way and is whole in the tooltip.
    m_fields->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_fields->setMinimumContentsLength(3);
    m_fields->setToolTip(tr("Field whose values are listed"));
    connect(m_fields, &QComboBox::currentTextChanged, this, [this](const QString& field) {
        m_fields->setToolTip(field.isEmpty() ? tr("Field whose values are listed")
                                             : field + QLatin1Char('\n') + tr("Field whose values are listed"));
    });
    label_head->addWidget(m_fields, 1);
    label_layout->addLayout(label_head);
    m_values = make_list(m_label_box, QStringLiteral("values"), tr("Labels"));
    m_values->setSelectionMode(QAbstractItemView::SingleSelection);
    label_layout->addWidget(m_values, 1);
    m_no_values = new QLabel(tr("No picture has a value here yet."), m_label_box);
    m_no_values->setWordWrap(true);
    m_no_values->setAlignment(Qt::AlignTop);
    label_layout->addWidget(m_no_values, 1);
    connect(m_fields, &QComboBox::activated, this, [this] {
        m_wanted_field = field();
        request_values();
        Q_EMIT fieldChosen(field());
    });
    const auto toggle = [this](QTreeWidgetItem* item) {
        Q_EMIT valueToggled(field(), item->data(0, ValueRole).toByteArray().toStdString());
    };
    connect(m_values, &QTreeWidget::itemClicked, this, toggle);
    connect(m_values, &QTreeWidget::itemActivated, this, [this, toggle](QTreeWidgetItem* item) {
        // A mouse click was taken above already.
        if (!m_values->style()->styleHint(QStyle::SH_ItemView_ActivateItemOnSingleClick, nullptr, m_values))
            toggle(item);
    });

    split->addWidget(place_box);
    split->addWidget(m_label_box);
    split->setStretchFactor(0, 0);
    split->setStretchFactor(1, 1);

    connect(&session, &Session::opened, this, &LibrarySidebar::take_summary);
    connect(&session, &Session::summaryChanged, this, &LibrarySidebar::take_summary);
    connect(&session, &Session::closed, this, [this] { take_summary({}); });
    connect(&session, &Session::fieldValuesFetched, this,
            [this](RequestId id, const std::string&, const std::vector<ValueCount>& values) {
                if (id != m_values_request) return;
                m_values_request = 0;
                take_values(values);
                if (m_values_again) request_values();
            });
    take_summary({});
}

void LibrarySidebar::set_place(const Place& place) {
    m_place = place;
    mark_place();
}

std::string LibrarySidebar::field() const {
    return m_fields->currentData().toByteArray().toStdString();
}

void LibrarySidebar::set_field(const std::string& field) {
    m_wanted_field = field;
    const int at = m_fields->findData(QByteArray::fromStdString(field));
    if (at >= 0) m_fields->setCurrentIndex(at);
    request_values();
}

void LibrarySidebar::set_conditions(const std::vector<Condition>& conditions) {
    m_conditions = conditions;
    for (int n = 0; n < m_values->topLevelItemCount(); ++n) {
        QTreeWidgetItem* item = m_values->topLevelItem(n);
        const std::string value = item->data(0, ValueRole).toByteArray().toStdString();
        const bool marked =
            std::find(conditions.begin(), conditions.end(),
                      Condition{field(), Condition::Operator::Equal, value}) != conditions.end();
        item->setData(0, MarkedRole, marked);
        item->setIcon(0, marked ? icon(QStringLiteral("check")) : QIcon());
    }
}

void LibrarySidebar::take_summary(const LibrarySummary& summary) {
    m_summary = summary;
    // Never under the user's fingers: a name being typed is left alone.
    if (m_places->findChild<QLineEdit*>() != nullptr) return;
    m_editing = true;
    m_places->clear();
    const auto add = [this](const QString& name, std::int64_t count, const QString& icon_name,
                            const QString& tip) {
        auto* item = new QTreeWidgetItem(m_places, {name});
        item->setData(0, CountRole, Text::count(count));
        item->setIcon(0, icon(icon_name));
        item->setToolTip(0, tip);
        item->setData(0, Qt::AccessibleTextRole, tr("%1, %n picture(s)", nullptr, int(count)).arg(name));
        return item;
    };
    add(tr("All pictures"), summary.counts.items, QStringLiteral("pictures"), {});
    for (const Collection& collection : summary.collections) {
        const QString name = QString::fromStdString(collection.name);
        QString tip = Text::display_name(collection.root);
        if (collection.offline) {
            tip += QLatin1Char('\n') +
                   tr("This folder cannot be reached now. Its pictures are shown from the cache and "
                      "can still be searched.");
        }
        QTreeWidgetItem* item =
            add(name, collection.items,
                collection.offline ? QStringLiteral("offline") : QStringLiteral("folder"), tip);
        item->setData(0, CollectionRole, qint64(collection.id));
        item->setData(0, RootRole, QByteArray::fromStdString(collection.root));
        if (collection.offline) {
            item->setData(0, Qt::AccessibleTextRole, tr("%1, not reachable", "collection").arg(name));
        }
        item->setFlags(item->flags() | Qt::ItemIsEditable);
    }
    if (summary.counts.failed > 0) {
        add(tr("Could not be read"), summary.counts.failed, QStringLiteral("failed"),
            tr("Pictures that could not be read; the list says why"))
            ->setData(0, PlaceStateRole, int(ItemState::Failed));
    }
    if (summary.counts.missing > 0) {
        add(tr("Missing"), summary.counts.missing, QStringLiteral("missing"),
            tr("Pictures whose file is gone from its folder; labels and look-alikes are kept until you "
               "remove them"))
            ->setData(0, PlaceStateRole, int(ItemState::Missing));
    }
    m_editing = false;
    mark_place();

    QStringList names;
    for (const Field& one : summary.fields) names.append(QString::fromStdString(one.name));
    QStringList shown;
    for (int n = 0; n < m_fields->count(); ++n) shown.append(m_fields->itemText(n));
    if (names != shown) {
        const std::string before = m_wanted_field.empty() ? field() : m_wanted_field;
        m_fields->clear();
        for (const Field& one : summary.fields) {
            m_fields->addItem(QString::fromStdString(one.name), QByteArray::fromStdString(one.name));
        }
        int at = m_fields->findData(QByteArray::fromStdString(before));
        if (at < 0) {
            for (const char* usual : {"label", "species", "class"}) {
                if (at < 0) at = m_fields->findData(QByteArray(usual));
            }
        }
        m_fields->setCurrentIndex(std::max(0, at));
    }
    m_label_box->setVisible(!summary.fields.empty());
    // As high as its lines, up to half of the panel; the labels have the rest.
    const int line = fontMetrics().height() * 7 / 4;
    m_places->setMaximumHeight(summary.fields.empty() ? QWIDGETSIZE_MAX
                                                      : line * m_places->topLevelItemCount() + line / 2);
    m_places->setMinimumHeight(line * std::min(4, m_places->topLevelItemCount()));
    request_values();
}

void LibrarySidebar::request_values() {
    m_values_again = false;
    if (field().empty() || !m_session.is_open()) {
        take_values({});
        return;
    }
    if (m_values_request != 0) {
        m_values_again = true;
        return;
    }
    m_values_request = m_session.fetch_field_values(field());
}

void LibrarySidebar::take_values(const std::vector<ValueCount>& values) {
    const int current = m_values->indexOfTopLevelItem(m_values->currentItem());
    // In place where it can be, so that the list does not jump while an import grows it.
    m_values->setUpdatesEnabled(false);
    while (m_values->topLevelItemCount() > int(values.size())) {
        delete m_values->takeTopLevelItem(m_values->topLevelItemCount() - 1);
    }
    for (int n = 0; n < int(values.size()); ++n) {
        QTreeWidgetItem* item = m_values->topLevelItem(n);
        if (item == nullptr) item = new QTreeWidgetItem(m_values);
        const ValueCount& value = values[std::size_t(n)];
        const QString text = QString::fromStdString(value.value);
        item->setText(0, text);
        item->setToolTip(
            0, tr("%1: %n picture(s). Click to show only these.", nullptr, int(value.items)).arg(text));
        item->setData(0, CountRole, Text::count(value.items));
        item->setData(0, ValueRole, QByteArray::fromStdString(value.value));
        item->setData(0, Qt::AccessibleTextRole,
                      tr("%1, %n picture(s)", nullptr, int(value.items)).arg(text));
    }
    if (current >= 0 && current < m_values->topLevelItemCount())
        m_values->setCurrentItem(m_values->topLevelItem(current));
    m_values->setUpdatesEnabled(true);
    m_values->setVisible(!values.empty());
    m_no_values->setVisible(values.empty());
    set_conditions(std::vector<Condition>(m_conditions));
}

void LibrarySidebar::mark_place() {
    m_editing = true;
    QTreeWidgetItem* wanted = m_places->topLevelItem(0);
    for (int n = 0; n < m_places->topLevelItemCount(); ++n) {
        QTreeWidgetItem* item = m_places->topLevelItem(n);
        const QVariant state = item->data(0, PlaceStateRole);
        if (m_place.state
                ? (state.isValid() && state.toInt() == int(*m_place.state))
                : (!state.isValid() && item->data(0, CollectionRole).toLongLong() == m_place.collection)) {
            wanted = item;
        }
    }
    m_places->setCurrentItem(wanted);
    m_editing = false;
}

void LibrarySidebar::show_menu(const QPoint& position) {
    QTreeWidgetItem* item = m_places->itemAt(position);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("placeMenu"));
    const CollectionId id = item != nullptr ? item->data(0, CollectionRole).toLongLong() : 0;
    const bool writable = m_session.is_open() && !m_summary.read_only;
    if (id != 0) {
        const QString name = item->text(0);
        const std::string root = item->data(0, RootRole).toByteArray().toStdString();
        menu->addAction(icon(QStringLiteral("retry")), tr("Look for new and changed pictures"), this,
                        [this, root] { Q_EMIT updateRequested(root); })
            ->setEnabled(writable);
        menu->addAction(icon(QStringLiteral("rename")), tr("Rename"), this,
                        [this, id] {
                            for (int n = 0; n < m_places->topLevelItemCount(); ++n) {
                                QTreeWidgetItem* one = m_places->topLevelItem(n);
                                if (one->data(0, CollectionRole).toLongLong() == id) m_places->editItem(one);
                            }
                        })
            ->setEnabled(writable);
        menu->addAction(
                icon(QStringLiteral("folder")), tr("The folder has moved…"), this,
                [this, id, root] {
                    auto* dialog = new QFileDialog(this, tr("Where is this folder now?"), Text::folder(root));
                    dialog->setAttribute(Qt::WA_DeleteOnClose);
                    dialog->setFileMode(QFileDialog::Directory);
                    dialog->setOption(QFileDialog::ShowDirsOnly);
                    connect(dialog, &QFileDialog::fileSelected, this, [this, id](const QString& folder) {
                        m_session.relocate_collection(id, Text::path_bytes(folder));
                    });
                    dialog->open();
                })
            ->setEnabled(writable);
        menu->addSeparator();
        menu->addAction(icon(QStringLiteral("remove")), tr("Remove from library…"), this,
                        [this, id, name] { Q_EMIT removeRequested(id, name); })
            ->setEnabled(writable);
    } else if (item != nullptr && item->data(0, PlaceStateRole).toInt() == int(ItemState::Failed) &&
               item->data(0, PlaceStateRole).isValid()) {
        menu->addAction(icon(QStringLiteral("failed")), tr("Show the list with reasons"), this,
                        &LibrarySidebar::failedListRequested);
    } else {
        menu->addAction(icon(QStringLiteral("folder-add")), tr("Add a folder…"), this,
                        &LibrarySidebar::addFolderRequested)
            ->setEnabled(writable);
    }
    menu->popup(m_places->viewport()->mapToGlobal(position));
}

void LibrarySidebar::dragEnterEvent(QDragEnterEvent* event) {
    if (!event->mimeData()->hasUrls() || event->source() != nullptr || m_summary.read_only) return;
    event->setDropAction(Qt::CopyAction);  // as a move, some file managers would delete the pictures
    event->accept();
}

void LibrarySidebar::dropEvent(QDropEvent* event) {
    std::vector<std::string> paths;
    const QList<QUrl> urls = event->mimeData()->urls();
    for (const QUrl& url : urls) {
        if (std::string path = Text::path_bytes(url); !path.empty()) paths.push_back(std::move(path));
    }
    if (paths.empty()) return;
    event->setDropAction(Qt::CopyAction);  // as a move, some file managers would delete the pictures
    event->accept();
    Q_EMIT importRequested(paths);
}

}  // namespace fieldmark
