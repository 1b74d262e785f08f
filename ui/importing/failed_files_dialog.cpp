// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/importing/failed_files_dialog.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/widgets/dialog_buttons.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/row_table.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

constexpr std::size_t max_listed = 10'000;
constexpr std::size_t max_wrapped = 500;

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void show_in_folder(const std::string& path) {
    QDesktopServices::openUrl(Text::url_of(folder_of(path)));
}
void open_externally(const std::string& path) {
    QDesktopServices::openUrl(Text::url_of(path));
}

void FailedFilesModel::set_files(std::vector<FailedFile> files) {
    beginResetModel();
    m_files = std::move(files);
    endResetModel();
}

int FailedFilesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_files.size());
}
int FailedFilesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FailedFilesModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const FailedFile& failed = file(index.row());
    if (role == Qt::ToolTipRole) {
        const QString detail = QString::fromStdString(failed.error.detail);
        const QString text = Text::error(failed.error);
        return detail.isEmpty() ? text : text + QLatin1Char('\n') + detail;
    }
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case FileColumn:
            return Text::file_name(failed.path);
        case FolderColumn:
            return Text::folder(failed.path);
        case KindColumn:
            return Text::error(failed.error.kind);
        case ReasonColumn:
            return Text::error(failed.error);
        default:
            return {};
    }
}

QVariant FailedFilesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case FileColumn:
            return tr("File");
        case FolderColumn:
            return tr("Folder");
        case KindColumn:
            return tr("Cause");
        case ReasonColumn:
            return tr("What happened and what to do");
        default:
            return {};
    }
}

FailedFilesDialog::FailedFilesDialog(Session& session, QWidget* parent)
    : QDialog(parent),
      m_session(session),
      m_model(new FailedFilesModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_table(new QTableView(this)) {
    setObjectName(QStringLiteral("failedFilesDialog"));
    setWindowTitle(tr("Pictures that could not be read"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    m_summary = new QLabel(this);
    m_summary->setWordWrap(true);
    column->addWidget(m_summary);

    m_sorted->setSourceModel(m_model);
    m_sorted->setSortCaseSensitivity(Qt::CaseInsensitive);
    show_rows(*m_table, QStringLiteral("failedTable"));
    m_table->setAccessibleName(tr("Failed files"));
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(FailedFilesModel::FileColumn, Qt::AscendingOrder);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(true);
    m_table->horizontalHeader()->setStretchLastSection(true);
    set_column_widths(*m_table, {22, 26, 14});  // the reason takes what is left
    column->addWidget(m_table, 1);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    dress_buttons(*buttons);
    m_retry = buttons->addButton(tr("Retry"), QDialogButtonBox::ActionRole);
    m_retry->setObjectName(QStringLiteral("failedRetry"));
    m_retry->setIcon(icon(QStringLiteral("retry")));
    m_folder = buttons->addButton(tr("Show in folder"), QDialogButtonBox::ActionRole);
    m_folder->setObjectName(QStringLiteral("failedFolder"));
    m_folder->setIcon(icon(QStringLiteral("folder")));
    m_copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    m_copy->setObjectName(QStringLiteral("failedCopy"));
    m_copy->setIcon(icon(QStringLiteral("copy")));
    m_copy->setToolTip(tr("Copy the selected lines, or all, as text"));
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(m_retry, &QPushButton::clicked, this, [this] {
        std::vector<ItemId> items;
        for (const FailedFile& failed : chosen()) {
            if (failed.item != 0) items.push_back(failed.item);
        }
        if (!items.empty()) m_session.retry_failed(items);
    });
    connect(m_folder, &QPushButton::clicked, this, [this] {
        const auto files = chosen();
        if (!files.empty()) show_in_folder(files.front().path);
    });
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QString text;
        for (const FailedFile& failed : chosen()) {
            text += Text::display_name(failed.path) + QLatin1Char('\t') + Text::error(failed.error) +
                    QLatin1Char('\n');
        }
        QApplication::clipboard()->setText(text);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &FailedFilesDialog::update_buttons);

    connect(&session, &Session::itemsListed, this, [this](RequestId id, const std::vector<ItemId>& items) {
        if (id != m_list_request) return;
        m_list_request = 0;
        if (items.empty()) return take({});
        std::vector<ItemId> wanted(items.begin(),
                                   items.begin() + std::ptrdiff_t(std::min(items.size(), max_listed)));
        m_rows_request = m_session.fetch_rows(wanted);
    });
    connect(&session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        if (id == m_rows_request) take(rows);
    });
    connect(&session, &Session::itemsChanged, this, [this] {
        if (isVisible() && m_list_request == 0) refresh();
    });
    connect(&session, &Session::closed, this, &QDialog::close);
    resize(unit * 110, unit * 55);
    take({});
}

void FailedFilesDialog::set_unlisted(const std::vector<FailedFile>& failed) {
    m_unlisted.clear();
    for (const FailedFile& one : failed) {
        if (one.item == 0) m_unlisted.push_back(one);
    }
}

void FailedFilesDialog::refresh() {
    ItemQuery query;
    query.state = ItemState::Failed;
    m_list_request = m_session.list_items(query);
}

void FailedFilesDialog::take(const std::vector<ItemRow>& rows) {
    std::vector<FailedFile> files = m_unlisted;
    for (const ItemRow& row : rows) {
        if (row.item.id == 0 || row.item.state != ItemState::Failed) continue;
        files.push_back({row.item.id, row.absolute_path, Error{row.item.error_kind, row.item.error_text}});
    }
    m_summary->setText(files.empty() ? tr("All pictures could be read.")
                                     : tr("%n picture(s) could not be read. The files were not changed.",
                                          nullptr, int(files.size())));
    const bool few = files.size() <= max_wrapped;
    m_model->set_files(std::move(files));
    // Whole sentences where that is quick; the tool tip has them anyway.
    if (few) m_table->resizeRowsToContents();
    update_buttons();
}

std::vector<FailedFile> FailedFilesDialog::chosen() const {
    std::vector<FailedFile> files;
    const QModelIndexList selected = m_table->selectionModel()->selectedRows();
    if (selected.isEmpty()) {
        for (int row = 0; row < m_sorted->rowCount(); ++row) {
            files.push_back(m_model->file(m_sorted->mapToSource(m_sorted->index(row, 0)).row()));
        }
    }
    for (const QModelIndex& index : selected)
        files.push_back(m_model->file(m_sorted->mapToSource(index).row()));
    return files;
}

void FailedFilesDialog::update_buttons() {
    const bool any = m_model->rowCount() > 0;
    const bool selected = m_table->selectionModel()->hasSelection();
    m_retry->setEnabled(any);
    m_retry->setText(selected || !any ? tr("Retry") : tr("Retry all"));
    m_copy->setEnabled(any);
    m_copy->setText(selected || !any ? tr("Copy") : tr("Copy all"));
    m_folder->setEnabled(selected);
}

}  // namespace fieldmark
