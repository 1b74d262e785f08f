// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// MainWindow brings pictures in: imports, labels, sample pictures, drops.
#include <algorithm>
#include <filesystem>
#include <utility>

#include <QDir>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QPointer>
#include <QStandardPaths>
#include <QThreadPool>
#include <QUrl>

#include "core/engine/importing/sample_pictures.h"
#include "ui/importing/failed_files_dialog.h"
#include "ui/importing/folder_labels_dialog.h"
#include "ui/importing/import_bar.h"
#include "ui/query/query_drop.h"
#include "ui/widgets/drop_overlay.h"
#include "ui/widgets/text.h"
#include "ui/window/main_window.h"
#include "ui/window/welcome_page.h"

namespace fieldmark {
namespace {

bool ends_with_csv(const std::string& path) {
    const QByteArray lower = QByteArray::fromStdString(path).toLower();
    return lower.endsWith(".csv") || lower.endsWith(".tsv");
}

std::vector<std::string> dropped_paths(const QMimeData* data) {
    std::vector<std::string> paths;
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        if (std::string path = Text::path_bytes(url); !path.empty()) paths.push_back(std::move(path));
    }
    return paths;
}

/// Always as a copy: accepted as a move, some file managers would delete the pictures after the drop.
void accept_copy(QDropEvent& event) {
    event.setDropAction(Qt::CopyAction);
    event.accept();
}

bool has_labels(const LibrarySummary& library) {
    return std::any_of(library.fields.begin(), library.fields.end(),
                       [](const Field& field) { return field.kind != FieldKind::Number; });
}

}  // namespace

// --- imports ---

void MainWindow::import_paths(const std::vector<std::string>& paths, const std::string& labels_csv,
                              const QString& name) {
    if (!m_session->is_open()) {
        // The first drop needs no question: it goes to the usual library.
        m_import_when_open = paths;
        if (m_opening.empty()) open_library(Settings::default_library(QStringLiteral("Pictures")));
        return;
    }
    if (m_summary.read_only) {
        m_messages->show_error(
            {ErrorKind::ReadOnly,
             tr("This library is open for reading only, so nothing can be added.").toStdString()});
        return;
    }
    ImportRequest request;
    request.labels_csv = labels_csv;
    for (const std::string& path : paths) {
        if (paths.size() > 1 && ends_with_csv(path) && request.labels_csv.empty()) {
            request.labels_csv = path;
        } else {
            request.paths.push_back(path);
        }
    }
    if (request.paths.size() == 1 && ends_with_csv(request.paths.front())) {
        take_csv(request.paths.front());
        return;
    }
    m_messages->remove(QStringLiteral("interrupted"));
    m_messages->remove(QStringLiteral("import"));
    QString title = name;
    if (title.isEmpty() && request.paths.size() == 1) title = Text::file_name(request.paths.front());
    if (m_samples) request.collection_name = tr("Sample pictures").toStdString();
    m_import_bar->begin(title);
    m_session->start_import(request);
    choose_page();
    update_empty_texts();
    m_table_offered = false;
    if (request.labels_csv.empty()) offer_labels(request.paths);
}

void MainWindow::offer_labels(const std::vector<std::string>& paths) {
    // Looked for off this thread: the folder may lie on a drive that is slow to wake.
    const QPointer<MainWindow> self(this);
    QThreadPool::globalInstance()->start([self, paths] {
        for (const std::string& path : paths) {
            const std::string csv = path + "/labels.csv";
            std::error_code ignored;
            if (!std::filesystem::is_regular_file(csv, ignored)) continue;
            QMetaObject::invokeMethod(
                qApp,
                [self, path, csv] {
                    if (!self || !self->m_session->is_open()) return;
                    self->m_table_offered = true;
                    Message message;
                    message.id = QStringLiteral("labels");
                    message.text = MainWindow::tr("%1 holds a table labels.csv.").arg(Text::file_name(path));
                    message.actions.push_back({MainWindow::tr("Add its labels"), [self, path, csv] {
                                                   if (self) self->import_paths({path}, csv);
                                               }});
                    self->m_messages->show_message(message);
                },
                Qt::QueuedConnection);
            return;
        }
    });
}

/// Folders named after what is in them are the labels many people have already.
void MainWindow::offer_folder_labels(const FolderLabels& labels) {
    // What learning needs at least; and fewer than two pictures a folder are no classes.
    constexpr std::size_t kFewestFolders = 4;
    if (has_labels(m_summary) || m_table_offered || labels.names.size() < kFewestFolders ||
        labels.edits.size() < 2 * labels.names.size())
        return;
    Message message;
    message.id = QStringLiteral("labels");
    message.text =
        tr("The pictures lie in %n folders. If those are named after what is in them, their names can "
           "be labels.",
           nullptr, static_cast<int>(labels.names.size()));
    message.actions.push_back({tr("Use folder names…"), [this] { label_by_folders(); }});
    m_messages->show_message(message);
}

void MainWindow::label_by_folders() {
    auto* dialog = new FolderLabelsDialog(*m_session, m_summary, m_sidebar->place().collection, m_undo, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::take_csv(const std::string& csv) {
    Message message;
    message.id = QStringLiteral("labels");
    if (m_summary.collections.empty()) {
        message.kind = Message::Kind::Warning;
        message.text = tr("Add the pictures first: the labels of %1 belong to pictures in the library.")
                           .arg(Text::file_name(csv));
        m_messages->show_message(message);
        return;
    }
    if (m_summary.collections.size() == 1) {
        import_paths({m_summary.collections.front().root}, csv);
        return;
    }
    message.text = tr("Which collection do the labels of %1 belong to?").arg(Text::file_name(csv));
    // The one that is shown first; more buttons than three would be a wall.
    std::vector<Collection> choices = m_summary.collections;
    std::stable_sort(choices.begin(), choices.end(), [this](const Collection& a, const Collection& b) {
        const CollectionId shown = m_sidebar->place().collection;
        return (a.id == shown) > (b.id == shown);
    });
    for (std::size_t n = 0; n < choices.size() && n < 3; ++n) {
        const std::string root = choices[n].root;
        message.actions.push_back(
            {QString::fromStdString(choices[n].name), [this, root, csv] { import_paths({root}, csv); }});
    }
    m_messages->show_message(message);
}

void MainWindow::import_finished(const ImportReport& report) {
    if (m_failed_dialog) {
        m_failed_dialog->set_unlisted(report.failed);
        if (m_failed_dialog->isVisible()) m_failed_dialog->refresh();
    }
    if (report.labels.unmatched_count > 0) {
        Message message;
        message.kind = Message::Kind::Warning;
        message.id = QStringLiteral("labels");
        message.text = tr("%n row(s) of the label table name no picture in this collection.", nullptr,
                          int(report.labels.unmatched_count));
        QStringList names;
        for (const std::string& path : report.labels.unmatched) names.append(Text::display_name(path));
        message.detail = names.join(QLatin1Char('\n'));
        m_messages->show_message(message);
    }
    if (report.added > 0 && report.labels.rows == 0 && !m_samples && !has_labels(m_summary))
        m_folders_request = m_session->fetch_folder_labels("species", {});
    update_empty_texts();
    choose_page();
    if (m_samples) {
        m_samples = false;
        ask_sample_question();
    }
}

void MainWindow::show_failed_list() {
    if (!m_failed_dialog) {
        m_failed_dialog = new FailedFilesDialog(*m_session, this);
        m_failed_dialog->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_failed_dialog->set_unlisted(m_import_bar->last_report().failed);
    m_failed_dialog->refresh();
    m_failed_dialog->show();
    m_failed_dialog->raise();
}

// --- sample pictures ---

void MainWindow::start_sample_import() {
    const QPointer<MainWindow> self(this);
    const QString cache =
        QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + QStringLiteral("/fieldmark");
    const bool complete = m_summary.counts.ready > 0 && m_summary.counts.pending == 0;
    QThreadPool::globalInstance()->start([self, cache, complete] {
        const Result<std::string> folder = sample_folder();
        std::string labels;
        if (folder && !complete) {
            QDir().mkpath(cache);
            labels = Text::path_bytes(cache + QStringLiteral("/sample-labels.csv"));
            if (!write_sample_labels(*folder, labels)) labels.clear();
        }
        QMetaObject::invokeMethod(
            qApp,
            [self, folder, labels, complete] {
                if (!self || !self->m_session->is_open()) return;
                if (!folder) {
                    self->m_samples = false;
                    self->m_messages->show_error(folder.error());
                    return;
                }
                self->m_sample_folder = *folder;
                if (complete) {
                    self->m_samples = false;
                    self->ask_sample_question();
                } else {
                    self->import_paths({*folder}, labels, MainWindow::tr("Sample pictures"));
                }
            },
            Qt::QueuedConnection);
    });
}

void MainWindow::ask_sample_question() {
    if (!m_ask_samples || m_sample_folder.empty()) return;
    m_ask_samples = false;
    const QPointer<MainWindow> self(this);
    QThreadPool::globalInstance()->start([self, folder = m_sample_folder] {
        const Result<std::string> picture = sample_query(folder);
        if (!picture) return;
        QMetaObject::invokeMethod(
            qApp,
            [self, path = *picture] {
                if (!self || !self->m_session->is_open()) return;
                QueryImage image;
                image.path = path;
                self->find_similar({image});
            },
            Qt::QueuedConnection);
    });
}

// --- drops ---

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    // What was dragged out of a view of this window is in the library already.
    const auto* source = qobject_cast<QWidget*>(event->source());
    if (source != nullptr && isAncestorOf(source)) return;
    m_dragged = dropped_paths(event->mimeData());
    if (!m_dragged.empty()) {
        if (m_summary.read_only) return;
        accept_copy(*event);
        const QString hint = tr("They stay where they are; the library only remembers them.");
        m_overlay->show_text(tr("Import the pictures"), hint);
        m_welcome->set_highlighted(true);
        m_count_request = m_session->count_pictures(m_dragged);
    } else if (m_session->is_open() && QueryDropReader::can_read(*event->mimeData())) {
        accept_copy(*event);
        m_overlay->show_text(QueryDropReader::promise(*event->mimeData()));
    }
}

void MainWindow::dragMoveEvent(QDragMoveEvent* event) {
    accept_copy(*event);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
    m_overlay->hide();
    m_welcome->set_highlighted(false);
    m_count_request = 0;
}

void MainWindow::dropEvent(QDropEvent* event) {
    m_overlay->hide();
    m_welcome->set_highlighted(false);
    m_count_request = 0;
    const std::vector<std::string> paths = dropped_paths(event->mimeData());
    if (!paths.empty()) {
        accept_copy(*event);
        import_paths(paths);
        return;
    }
    const QueryDrop drop = QueryDropReader::read(*event->mimeData());
    if (!drop.images.empty()) {
        accept_copy(*event);
        find_similar(drop.images);
    } else if (!drop.problem.isEmpty()) {
        m_messages->show_error({ErrorKind::Usage, drop.problem.toStdString()});
    }
}

}  // namespace fieldmark
