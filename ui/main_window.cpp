// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/main_window.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPointer>
#include <QPushButton>
#include <QScreen>
#include <QSlider>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QThreadPool>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>
#include <QUrl>
#include <QVBoxLayout>

#include "core/engine/sample_pictures.h"
#include "ui/compare_view.h"
#include "ui/drop_overlay.h"
#include "ui/elided_label.h"
#include "ui/evaluate_page.h"
#include "ui/failed_files_dialog.h"
#include "ui/filter_chips.h"
#include "ui/filter_field.h"
#include "ui/gallery_accessible.h"
#include "ui/gallery_model.h"
#include "ui/gallery_view.h"
#include "ui/icons.h"
#include "ui/import_bar.h"
#include "ui/inspector.h"
#include "ui/learn_page.h"
#include "ui/match_controller.h"
#include "ui/match_header.h"
#include "ui/match_model.h"
#include "ui/metrics.h"
#include "ui/model_bar.h"
#include "ui/models_dialog.h"
#include "ui/query_drop.h"
#include "ui/query_strip.h"
#include "ui/text.h"
#include "ui/theme.h"
#include "ui/thumbnail_store.h"
#include "ui/tile_roles.h"
#include "ui/welcome_page.h"

namespace fieldmark {
namespace {

constexpr int narrow_window = 901;  // logical pixels; at 900 and below pictures need all of it
constexpr int max_inspected = 2000;

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

}  // namespace

MainWindow::MainWindow(const QString& settings_file, Theme* theme, QWidget* parent)
    : QMainWindow(parent),
      m_settings(settings_file),
      m_theme(theme),
      m_session(new Session(this)),
      m_thumbnails(new ThumbnailStore(*m_session, this)),
      m_gallery_model(new GalleryModel(*m_session, this)),
      m_match_model(new MatchModel(this)),
      m_compared(new MatchModel(this)),
      m_matches(new MatchController(*m_session, *m_match_model, this)),
      m_undo(new QUndoStack(this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowIcon(application_icon());
    install_gallery_accessibility();
    build_parts();
    build_actions();
    build_toolbar();
    connect_session();
    connect_parts();
    restore_layout();
    library_closed();
}

MainWindow::~MainWindow() {
    // Parts look at the session until they are gone: they go first.
    delete takeCentralWidget();
}

void MainWindow::build_parts() {
    const int unit = rhythm(this);
    auto* whole = new QWidget(this);
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_splitter = new QSplitter(Qt::Horizontal, whole);
    m_splitter->setObjectName(QStringLiteral("splitter"));
    m_splitter->setHandleWidth(std::max(1, unit / 8));
    m_splitter->setChildrenCollapsible(false);
    column->addWidget(m_splitter, 1);

    m_sidebar = new LibrarySidebar(*m_session, m_splitter);
    m_sidebar->setMinimumWidth(unit * 18);

    m_centre = new QWidget(m_splitter);
    m_centre->setMinimumWidth(unit * 34);
    auto* centre = new QVBoxLayout(m_centre);
    centre->setContentsMargins(0, 0, 0, 0);
    centre->setSpacing(0);
    m_messages = new MessageBar(m_centre);
    centre->addWidget(m_messages);
    m_strip = new QueryStrip(*m_session, *m_thumbnails, m_centre);
    centre->addWidget(m_strip);
    m_chips = new FilterChips(m_centre);
    centre->addWidget(m_chips);

    m_gallery_head = new QWidget(m_centre);
    auto* head = new QHBoxLayout(m_gallery_head);
    head->setContentsMargins(unit, unit / 2, unit, unit / 2);
    head->setSpacing(unit);
    m_place_label = new QLabel(m_gallery_head);
    m_place_label->setObjectName(QStringLiteral("placeLabel"));
    QFont bold = m_place_label->font();
    bold.setBold(true);
    m_place_label->setFont(bold);
    m_count_label = new ElidedLabel(m_gallery_head);
    m_count_label->setObjectName(QStringLiteral("countLabel"));
    m_sort_button = new QPushButton(m_gallery_head);
    m_sort_button->setFlat(true);
    m_sort_button->setObjectName(QStringLiteral("sortButton"));
    m_sort_button->setAccessibleName(tr("Order of the pictures"));
    m_sort_button->setToolTip(tr("Order of the pictures"));
    head->addWidget(m_place_label);
    head->addWidget(m_count_label, 1);
    head->addWidget(m_sort_button);
    centre->addWidget(m_gallery_head);
    m_match_header = new MatchHeader(*m_matches, m_centre);
    centre->addWidget(m_match_header);

    m_pages = new QStackedWidget(m_centre);
    // Or the tallest page, shown or not, would squeeze the query in a small window.
    m_pages->setMinimumHeight(unit * 16);
    centre->addWidget(m_pages, 1);
    m_welcome = new WelcomePage(m_pages);
    m_welcome->set_samples_available(!WelcomePage::sample_folders().empty());
    m_gallery = new GalleryView(m_thumbnails, m_pages);
    m_gallery->setObjectName(QStringLiteral("gallery"));
    m_gallery->setAccessibleName(tr("Pictures"));
    m_gallery->setModel(m_gallery_model);
    m_match_view = new GalleryView(m_thumbnails, m_pages);
    m_match_view->setObjectName(QStringLiteral("matches"));
    m_match_view->setAccessibleName(tr("Look-alikes"));
    m_match_view->setModel(m_match_model);
    m_match_view->set_scored(true);
    m_compare = new CompareView(*m_session, m_pages);
    m_compare->setThumbnails(m_thumbnails);
    m_pages->addWidget(m_welcome);
    m_pages->addWidget(m_gallery);
    m_pages->addWidget(m_match_view);
    m_pages->addWidget(m_compare);
    m_evaluate = new EvaluatePage(*m_session, *m_thumbnails, m_pages);
    m_pages->addWidget(m_evaluate);
    m_learn = new LearnPage(*m_session, *m_thumbnails, m_pages);
    m_learn->setUndoStack(m_undo);
    m_pages->addWidget(m_learn);

    m_inspector = new Inspector(*m_session, m_splitter);
    m_inspector->setUndoStack(m_undo);
    m_inspector->setMinimumWidth(unit * 24);
    m_splitter->addWidget(m_sidebar);
    m_splitter->addWidget(m_centre);
    m_splitter->addWidget(m_inspector);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setStretchFactor(2, 0);
    m_splitter->setSizes({unit * 26, unit * 100, unit * 34});

    m_import_bar = new ImportBar(*m_session, whole);
    column->addWidget(m_import_bar);
    m_model_bar = new ModelBar(*m_session, whole);
    column->addWidget(m_model_bar);
    setCentralWidget(whole);

    m_overlay = new DropOverlay(m_pages);
    setAcceptDrops(true);
    resize(unit * 160, unit * 100);
    setMinimumSize(unit * 60, unit * 40);
}

void MainWindow::connect_session() {
    connect(m_session, &Session::opened, this, &MainWindow::library_opened);
    connect(m_session, &Session::openFailed, this, &MainWindow::open_failed);
    connect(m_session, &Session::closed, this, &MainWindow::library_closed);
    connect(m_session, &Session::summaryChanged, this, &MainWindow::take_summary);
    connect(m_session, &Session::noticed, this, [this](const Error& notice) {
        Message message = message_of(notice);
        message.kind = Message::Kind::Information;
        message.id = QStringLiteral("notice");
        m_messages->show_message(message);
    });
    connect(m_session, &Session::modelChanged, this, [this](const ModelStatus& model) {
        m_messages->remove(QStringLiteral("model"));
        update_probabilities();
        if (model.loading || model.available) return;
        Message message = message_of(model.error);
        message.id = QStringLiteral("model");
        m_messages->show_message(message);
    });
    connect(m_session, &Session::interruptedImport, this, [this](std::int64_t pending) {
        if (pending <= 0 || m_session->importing() || m_summary.read_only || m_samples) return;
        Message message;
        message.id = QStringLiteral("interrupted");
        message.text = tr("The last import was interrupted: %n picture(s) cannot be searched yet.", nullptr,
                          int(pending));
        message.actions.push_back({tr("Resume"), [this] { import_paths({}, {}, tr("what was left")); }});
        m_messages->show_message(message);
    });
    connect(m_session, &Session::interruptedModelSwitch, this, [this](const std::string& model) {
        if (m_session->switching_model() || m_summary.read_only) return;
        Message message;
        message.id = QStringLiteral("interruptedModel");
        message.text = tr("The change to the model %1 was interrupted. The former model is still in use.")
                           .arg(Text::display_name(model));
        message.actions.push_back({tr("Go on"), [this] { m_session->use_model({}); }});
        message.dismissed = [this] { m_session->forget_model_switch(); };
        m_messages->show_message(message);
    });
    connect(m_session, &Session::modelSwitchFinished, this, &MainWindow::model_switched);
    connect(m_session, &Session::modelSwitchFailed, this, [this](const Error& error) {
        if (m_models_dialog && m_models_dialog->isVisible()) return;  // said there
        m_messages->show_error(error);
    });
    connect(m_session, &Session::picturesCounted, this, [this](RequestId id, std::int64_t count) {
        if (id != m_count_request || !m_overlay->isVisible()) return;
        m_overlay->show_text(count == 0 ? tr("No pictures found in what you hold")
                                        : tr("Import %n picture(s)", nullptr, int(count)),
                             tr("They stay where they are; the library only remembers them."));
    });
    connect(m_session, &Session::importFinished, this, &MainWindow::import_finished);
    connect(m_session, &Session::importFailed, this, [this](const Error& error) {
        Message message = message_of(error);
        message.id = QStringLiteral("import");
        m_messages->show_message(message);
        choose_page();
    });
    connect(m_session, &Session::editFailed, this,
            [this](RequestId, const Error& error) { m_messages->show_error(error); });
    connect(m_session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        if (id != m_inspector_request) return;
        std::vector<ItemRow> there;
        for (const ItemRow& row : rows) {
            if (row.item.id != 0) there.push_back(row);
        }
        if (there.size() == 1) {
            m_inspector->showRow(there.front());
        } else {
            m_inspector->showRows(there);
        }
    });
}

void MainWindow::connect_parts() {
    connect(m_gallery_model, &GalleryModel::contentChanged, m_thumbnails, &ThumbnailStore::forget);
    connect(m_gallery_model, &GalleryModel::listed, this, [this](bool fresh) {
        update_header();
        update_empty_texts();
        if (fresh) selection_moved();
    });
    connect(m_gallery, &GalleryView::visibleRangeChanged, this,
            [this](int first, int last) { m_gallery_model->ensure_rows(first, last + (last - first + 1)); });
    for (GalleryView* view : {m_gallery, m_match_view}) {
        connect(view, &GalleryView::selectionMoved, this, &MainWindow::selection_moved);
        connect(view, &GalleryView::findSimilarRequested, this, &MainWindow::find_similar_selected);
        connect(view, &GalleryView::tileSizeChanged, this, [this](int size) {
            m_gallery->set_tile_size(size);
            m_match_view->set_tile_size(size);
            m_size->setValue(size);
            m_settings.set_tile_size(size);
        });
    }
    connect(m_gallery, &GalleryView::activatedItem, this, &MainWindow::find_similar_selected);
    connect(m_match_view, &GalleryView::activatedItem, this, &MainWindow::compare_selected);
    connect(m_size, &QSlider::valueChanged, this, [this](int size) { m_gallery->set_tile_size(size); });
    // A row of the gallery's list is shown in the inspector as soon as it is fetched.
    connect(m_gallery_model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& from, const QModelIndex& to) {
                const QModelIndex current = m_gallery->currentIndex();
                if (m_page == Page::Gallery && current.isValid() && current.row() >= from.row() &&
                    current.row() <= to.row() && m_inspector->rows().empty()) {
                    show_in_inspector();
                }
            });

    connect(m_strip, &QueryStrip::imagesChanged, this, [this] {
        m_show_best = true;
        m_matches->setImages(m_strip->images());
        m_query_clear->setEnabled(!m_strip->isEmpty());
        if (m_strip->isEmpty()) m_match_model->clear();
        if (m_page != Page::Compare || m_strip->isEmpty()) choose_page();
    });
    m_strip->setCropToObject(m_settings.crop_to_object());
    m_matches->setAutoCrop(m_settings.crop_to_object());
    connect(m_strip, &QueryStrip::cropToObjectChanged, this, [this](bool on) {
        m_settings.set_crop_to_object(on);
        m_show_best = true;
        m_matches->setAutoCrop(on);
    });
    connect(m_matches, &MatchController::finished, this,
            [this](const SearchResponse& response) { m_strip->setFoundCrops(response.crops); });
    connect(m_strip, &QueryStrip::openFileRequested, this, [this] { choose_query(); });
    connect(m_strip, &QueryStrip::addFileRequested, this, [this] { choose_query(false); });
    connect(m_matches, &MatchController::finished, this, [this](const SearchResponse&) {
        m_query_failed = false;
        update_empty_texts();
        // A changed question begins at rank 1; a quiet look for newer pictures leaves the eye where it is.
        const bool best = std::exchange(m_show_best, false) || !m_match_view->currentIndex().isValid();
        if (m_page == Page::Matches && best && m_match_model->rowCount() > 0) {
            m_match_view->scrollToTop();
            m_match_view->selectionModel()->setCurrentIndex(m_match_model->index(0),
                                                            QItemSelectionModel::ClearAndSelect);
        }
        selection_moved();
    });
    connect(m_matches, &MatchController::failed, this, [this](const Error& error) {
        if (error.kind == ErrorKind::Cancelled) return;
        Message message = message_of(error);
        message.id = QStringLiteral("search");
        message.actions.push_back({tr("Retry"), [this] { m_matches->rerun(); }});
        m_messages->show_message(message);
        m_query_failed = true;
        update_empty_texts();
    });
    connect(m_matches, &MatchController::started, this, [this] {
        m_messages->remove(QStringLiteral("search"));
        update_empty_texts();
    });

    connect(m_filter, &FilterField::freeTextChanged, this, &MainWindow::apply_query);
    connect(m_filter, &FilterField::conditionsEntered, this, [this](const std::vector<Condition>& entered) {
        std::vector<Condition> all = m_conditions;
        for (const Condition& one : entered) {
            if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
        }
        set_conditions(all);
    });
    connect(m_chips, &FilterChips::conditionsChanged, this, &MainWindow::set_conditions);
    connect(m_sidebar, &LibrarySidebar::placeChosen, this, [this](const LibrarySidebar::Place& place) {
        m_settings.set_library_value(m_summary.folder, QStringLiteral("place"), qint64(place.collection));
        // Failed and missing pictures match nothing: they are looked at, not searched.
        if (place.state && !m_strip->isEmpty()) m_strip->clear();
        apply_query();
    });
    connect(m_sidebar, &LibrarySidebar::valueToggled, this,
            [this](const std::string& field, const std::string& value) {
                toggle_condition({field, Condition::Operator::Equal, value});
            });
    connect(m_sidebar, &LibrarySidebar::fieldChosen, this, [this](const std::string& field) {
        m_settings.set_library_value(m_summary.folder, QStringLiteral("field"),
                                     QByteArray::fromStdString(field));
        m_evaluate->set_field(field);
        m_learn->set_field(field);
    });
    connect(m_sidebar, &LibrarySidebar::importRequested, this,
            [this](const std::vector<std::string>& paths) { import_paths(paths); });
    connect(m_sidebar, &LibrarySidebar::addFolderRequested, m_add_folder, &QAction::trigger);
    connect(m_sidebar, &LibrarySidebar::updateRequested, this,
            [this](const std::string& root) { import_paths({root}); });
    connect(m_sidebar, &LibrarySidebar::failedListRequested, this, &MainWindow::show_failed_list);
    connect(
        m_sidebar, &LibrarySidebar::removeRequested, this,
        [this](CollectionId collection, const QString& name) {
            Message message;
            message.kind = Message::Kind::Warning;
            message.id = QStringLiteral("removeCollection");
            message.text =
                tr("Take “%1” with its labels out of the library? The files stay where they are.").arg(name);
            message.actions.push_back({tr("Remove"), [this, collection] {
                                           m_sidebar->set_place({});
                                           m_session->remove_collection(collection);
                                           apply_query();
                                       }});
            m_messages->show_message(message);
        });

    connect(m_inspector, &Inspector::findSimilarRequested, this, [this](ItemId item) {
        QueryImage image;
        image.item = item;
        find_similar({image});
    });
    connect(m_inspector, &Inspector::compareRequested, this, &MainWindow::compare_selected);
    connect(m_inspector, &Inspector::problemOccurred, m_messages, &MessageBar::show_error);
    connect(m_compare, &CompareView::closed, this, [this] {
        show_page(m_before_compare);
        if (GalleryView* view = active_view()) view->scrollTo(view->currentIndex());
    });
    connect(m_compare, &CompareView::currentChanged, this, [this](int row) {
        if (m_before_compare != Page::Matches || row < 0 || row >= m_match_model->rowCount()) return;
        m_match_view->selectionModel()->setCurrentIndex(m_match_model->index(row),
                                                        QItemSelectionModel::ClearAndSelect);
        m_match_view->scrollTo(m_match_model->index(row));
    });

    connect(m_evaluate, &EvaluatePage::classRequested, this, &MainWindow::show_class);
    connect(m_evaluate, &EvaluatePage::lookAlikesRequested, this, [this](ItemId item) {
        QueryImage image;
        image.item = item;
        find_similar({image});
    });
    connect(m_evaluate, &EvaluatePage::addLabelsRequested, m_add_labels, &QAction::trigger);
    connect(m_evaluate, &EvaluatePage::probabilitiesSwitched, this,
            [this](const std::string& field, bool on) {
                m_settings.set_library_value(m_summary.folder, QStringLiteral("probabilities"),
                                             on ? QByteArray::fromStdString(field) : QByteArray());
                update_probabilities();
            });
    connect(m_session, &Session::evaluationFinished, this, [this](RequestId, const EvaluationReport& report) {
        if (report.calibration) update_probabilities();
    });
    connect(m_learn, &LearnPage::lookAlikesRequested, this, [this](ItemId item) {
        QueryImage image;
        image.item = item;
        find_similar({image});
    });
    connect(m_learn, &LearnPage::useRequested, this, [this](const std::string& hash) {
        ModelSwitchRequest request;
        request.model = hash;
        m_session->use_model(request);
    });
    connect(m_learn, &LearnPage::addLabelsRequested, m_add_labels, &QAction::trigger);
    connect(m_session, &Session::interruptedTraining, this, [this](const TrainingRequest& request) {
        Message message;
        message.id = QStringLiteral("training");
        message.text = tr("Learning “%1” was interrupted. It can go on where it stopped.")
                           .arg(Text::display_name(request.model_name));
        message.actions.push_back({tr("Go on"), [this, request] {
                                       show_page(Page::Learn);
                                       m_learn->resume(request);
                                   }});
        message.actions.push_back({tr("Forget it"), [this] { m_session->forget_training(); }});
        m_messages->show_message(message);
    });
    connect(m_session, &Session::trainingFinished, this, [this](RequestId, const TrainingResult& result) {
        if (m_page == Page::Learn) return;  // seen there
        Message message;
        message.kind = Message::Kind::Positive;
        message.id = QStringLiteral("training");
        message.text = tr("Learning “%1” is done.").arg(Text::display_name(result.preview.model_name));
        message.actions.push_back({tr("See the result"), [this] { show_page(Page::Learn); }});
        m_messages->show_message(message);
    });
    connect(m_session, &Session::calibrationFetched, this,
            [this](RequestId id, const std::string& field, const std::optional<CalibrationReport>& found) {
                if (id != m_calibration_request) return;
                m_match_model->setCalibration(found ? std::optional(found->calibration) : std::nullopt,
                                              field);
            });

    connect(m_import_bar, &ImportBar::failedListRequested, this, &MainWindow::show_failed_list);
    connect(m_welcome, &WelcomePage::addFolderRequested, m_add_folder, &QAction::trigger);
    connect(m_welcome, &WelcomePage::samplesRequested, this, &MainWindow::open_samples);
    connect(m_welcome, &WelcomePage::libraryChosen, this,
            [this](const std::string& folder) { open_library(folder); });
    m_sort_button->setMenu(m_sort_menu);
}

// --- libraries ---

void MainWindow::open_library(const std::string& folder, const SessionOptions& options) {
    commit_removal();
    m_opening = folder;
    m_messages->remove(QStringLiteral("open"));
    m_welcome->set_busy(tr("Opening %1…").arg(Text::file_name(folder)));
    m_session->open(folder, options);
}

void MainWindow::close_library() {
    commit_removal();
    m_session->close();
}

void MainWindow::open_usual_library() {
    const std::string last = m_settings.last_library();
    if (!last.empty()) {
        open_library(last, SessionOptions{false, false});
    } else {
        open_library(Settings::default_library(QStringLiteral("Pictures")));
    }
}

void MainWindow::open_samples() {
    m_samples = true;
    m_ask_samples = true;
    open_library(sample_library());
}

void MainWindow::library_opened(const LibrarySummary& summary) {
    m_opening.clear();
    m_undo->clear();
    m_settings.add_recent_library(summary.folder);
    m_filter->clear_quietly();
    m_strip->clear();
    m_conditions.clear();
    m_chips->setConditions({});
    m_summary = summary;
    const int sort = m_settings.library_value(summary.folder, QStringLiteral("sort")).toInt();
    m_sort = ItemQuery::Sort(sort / 2);
    m_descending = sort % 2 != 0;
    const QByteArray field = m_settings.library_value(summary.folder, QStringLiteral("field")).toByteArray();
    if (!field.isEmpty()) {
        m_sidebar->set_field(field.toStdString());
        m_evaluate->set_field(field.toStdString());
        m_learn->set_field(field.toStdString());
    }
    LibrarySidebar::Place place;
    place.collection = m_settings.library_value(summary.folder, QStringLiteral("place")).toLongLong();
    const auto& all = summary.collections;
    if (std::none_of(all.begin(), all.end(), [&](const Collection& c) { return c.id == place.collection; }))
        place = {};
    m_sidebar->set_place(place);
    m_welcome->set_busy({});
    take_summary(summary);
    apply_query();
    update_probabilities();
    if (summary.read_only) {
        Message message;
        message.id = QStringLiteral("readOnly");
        message.text = tr("%1 is open for reading only: nothing can be added or changed.")
                           .arg(QString::fromStdString(summary.name));
        m_messages->show_message(message);
    }
    if (m_samples) start_sample_import();
    if (m_import_when_open) {
        const auto paths = *m_import_when_open;
        m_import_when_open.reset();
        import_paths(paths);
    }
}

void MainWindow::library_closed() {
    m_summary = {};
    m_removed.clear();
    m_conditions.clear();
    m_chips->setConditions({});
    m_filter->clear_quietly();
    m_strip->clear();
    m_matches->clear();
    m_match_model->clear();
    m_match_model->setCalibration({});
    m_compare->setMatches(nullptr, 0);
    m_inspector->showRow(std::nullopt);
    m_undo->clear();
    m_welcome->set_busy({});
    for (const QString& id :
         {QStringLiteral("removal"), QStringLiteral("interrupted"), QStringLiteral("readOnly"),
          QStringLiteral("model"), QStringLiteral("search"), QStringLiteral("import"),
          QStringLiteral("labels"), QStringLiteral("removeCollection"), QStringLiteral("training")}) {
        m_messages->remove(id);
    }
    take_summary({});
}

void MainWindow::open_failed(const Error& error, const std::string& folder) {
    m_opening.clear();
    m_samples = false;
    m_ask_samples = false;
    m_import_when_open.reset();
    m_welcome->set_busy({});
    Message message = message_of(error);
    message.id = QStringLiteral("open");
    if (error.kind == ErrorKind::Busy || error.kind == ErrorKind::Permission ||
        error.kind == ErrorKind::ReadOnly) {
        message.kind = Message::Kind::Warning;
        message.actions.push_back({tr("Open read-only"), [this, folder] {
                                       open_library(folder, SessionOptions{false, true});
                                   }});
    }
    if (error.kind == ErrorKind::NotFound) {
        message.actions.push_back({tr("Forget it"), [this, folder] {
                                       m_settings.remove_recent_library(folder);
                                       m_welcome->set_recent(m_settings.recent_libraries());
                                   }});
    } else if (error.kind != ErrorKind::NewerVersion) {
        message.actions.push_back({tr("Retry"), [this, folder] { open_library(folder); }});
    }
    if (folder == m_settings.last_library()) m_settings.clear_last_library();
    m_messages->show_message(message);
    choose_page();
}

void MainWindow::take_summary(const LibrarySummary& summary) {
    m_summary = summary;
    const QString name = QString::fromStdString(summary.name);
    setWindowTitle(name.isEmpty()      ? tr("Fieldmark")
                   : summary.read_only ? tr("%1 (read-only) – Fieldmark").arg(name)
                                       : tr("%1 – Fieldmark").arg(name));
    m_library_button->setText(name.isEmpty() ? tr("No library") : name);
    std::vector<std::string> fields;
    for (const Field& field : summary.fields) fields.push_back(field.name);
    m_filter->set_fields(fields);
    std::unordered_set<CollectionId> offline;
    std::set<CollectionId> offline_ordered;
    for (const Collection& collection : summary.collections) {
        if (!collection.offline) continue;
        offline.insert(collection.id);
        offline_ordered.insert(collection.id);
    }
    m_gallery_model->set_offline(offline);
    m_match_model->setOfflineCollections(offline_ordered);
    update_actions();
    update_header();
    update_empty_texts();
    choose_page();
}

// --- pages ---

void MainWindow::choose_page() {
    if (m_page == Page::Compare && m_session->is_open() && m_summary.counts.items > 0) return;
    const bool anything = m_summary.counts.items + m_summary.counts.missing > 0 || m_import_bar->running();
    if (working_page() && m_session->is_open() && anything) return;
    if (!m_session->is_open() || (!anything && m_strip->isEmpty())) {
        show_page(Page::Welcome);
    } else {
        show_page(m_strip->isEmpty() ? Page::Gallery : Page::Matches);
    }
}

void MainWindow::show_page(Page page) {
    if (page == Page::Compare && m_page != Page::Compare) m_before_compare = m_page;
    const bool changed = page != m_page;
    m_page = page;
    QWidget* widget = page == Page::Welcome    ? static_cast<QWidget*>(m_welcome)
                      : page == Page::Gallery  ? static_cast<QWidget*>(m_gallery)
                      : page == Page::Matches  ? static_cast<QWidget*>(m_match_view)
                      : page == Page::Evaluate ? static_cast<QWidget*>(m_evaluate)
                      : page == Page::Learn    ? static_cast<QWidget*>(m_learn)
                                               : static_cast<QWidget*>(m_compare);
    if (page == Page::Welcome)
        m_welcome->set_recent(m_session->is_open() ? std::vector<std::string>{}
                                                   : m_settings.recent_libraries());
    m_pages->setCurrentWidget(widget);
    m_strip->setVisible(page == Page::Gallery || page == Page::Matches);
    m_chips->setVisible(!m_conditions.empty() && (page == Page::Gallery || page == Page::Matches));
    m_gallery_head->setVisible(page == Page::Gallery);
    m_match_header->setVisible(page == Page::Matches);
    m_filter->setEnabled(page == Page::Gallery || page == Page::Matches);
    m_size->setEnabled(page == Page::Gallery || page == Page::Matches);
    m_show_learn->setChecked(page == Page::Learn);
    m_show_evaluate->setChecked(page == Page::Evaluate);
    m_show_browse->setChecked(!working_page());
    // Compare has keys of its own, Esc among them.
    m_back->setEnabled(page != Page::Compare);
    update_panels();
    update_actions();
    if (!changed) return;
    if (!m_filter->hasFocus() || page == Page::Compare) widget->setFocus();
    selection_moved();
    Q_EMIT pageChanged();
}

void MainWindow::show_browse() {
    if (!working_page()) return;
    m_page = Page::Welcome;  // what is shown next follows from the library, not from the page left
    choose_page();
}

void MainWindow::show_class(const std::string& field, const std::string& value) {
    m_strip->clear();
    m_filter->clear_quietly();
    m_sidebar->set_place({});
    set_conditions({{field, Condition::Operator::Equal, value}});
    show_browse();
}

void MainWindow::update_probabilities() {
    const std::string field = m_settings.library_value(m_summary.folder, QStringLiteral("probabilities"))
                                  .toByteArray()
                                  .toStdString();
    m_evaluate->set_probabilities(field);
    m_calibration_request = 0;
    if (field.empty()) {
        m_match_model->setCalibration({});
    } else if (m_session->is_open()) {
        m_calibration_request = m_session->fetch_calibration(field);
    }
}

void MainWindow::update_panels() {
    const bool browse = m_page == Page::Gallery || m_page == Page::Matches;
    m_sidebar->setVisible(browse && m_sidebar_wanted && !m_narrow);
    m_inspector->setVisible(browse && m_inspector_wanted && !m_narrow);
    m_show_sidebar->setEnabled(browse);
    m_show_inspector->setEnabled(browse);
    m_show_sidebar->setChecked(m_sidebar_wanted && !m_narrow);
    m_show_inspector->setChecked(m_inspector_wanted && !m_narrow);
}

/// In a narrow window the pages keep their icons and give the room of their words to the filter.
void MainWindow::update_page_buttons() {
    const auto style = width() < narrow_window ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon;
    for (QAction* page : {m_show_browse, m_show_learn, m_show_evaluate}) {
        if (auto* button = qobject_cast<QToolButton*>(m_toolbar->widgetForAction(page))) {
            if (button->toolButtonStyle() != style) button->setToolButtonStyle(style);
        }
    }
}

void MainWindow::update_header() {
    const LibrarySidebar::Place place = m_sidebar->place();
    QString name = tr("All pictures");
    for (const Collection& collection : m_summary.collections) {
        if (collection.id == place.collection) name = QString::fromStdString(collection.name);
    }
    if (place.state == ItemState::Failed) name = tr("Could not be read");
    if (place.state == ItemState::Missing) name = tr("Missing");
    m_place_label->setText(name);
    QString count =
        tr("%1 pictures", nullptr, m_gallery_model->rowCount()).arg(Text::count(m_gallery_model->rowCount()));
    if (m_gallery_model->rowCount() == 1) count = tr("1 picture");
    const auto selected = m_gallery->selectionModel() != nullptr ? m_gallery->selected_rows().size() : 0;
    if (selected > 1) count += QStringLiteral(" · ") + tr("%1 selected").arg(Text::count(selected));
    m_count_label->setFullText(count);
    const int wanted = int(m_sort) * 2 + (m_descending ? 1 : 0);
    const auto actions = m_sort_menu->actions();
    for (QAction* action : actions) {
        if (action->data().toInt() != wanted) continue;
        action->setChecked(true);
        m_sort_button->setText(action->text());
    }
}

void MainWindow::update_empty_texts() {
    const bool filtered = !m_conditions.empty() || !m_filter->free_text().isEmpty();
    if (m_import_bar->running() && m_summary.counts.items == 0) {
        m_gallery->set_empty_text(tr("Looking for pictures…"),
                                  tr("They appear here as soon as they are found."),
                                  QStringLiteral("pictures"));
    } else if (filtered) {
        m_gallery->set_empty_text(tr("No picture fits this filter"), tr("Esc takes the filter away."),
                                  QStringLiteral("filter"));
    } else {
        m_gallery->set_empty_text(tr("No pictures here"), tr("Drop a folder of pictures to add them."),
                                  QStringLiteral("pictures"));
    }
    const ModelStatus model = m_session->model();
    if (m_matches->running()) {
        m_match_view->set_empty_text(
            model.loading ? tr("Getting ready…") : tr("Searching…"),
            model.loading ? tr("The model is being loaded; the search begins by itself.") : QString(),
            QStringLiteral("search"));
    } else if (m_query_failed) {
        m_match_view->set_empty_text(tr("This query has no answer"),
                                     tr("See the message above, or choose another picture."),
                                     QStringLiteral("find-similar"));
    } else if (filtered) {
        m_match_view->set_empty_text(tr("No look-alike fits this filter"),
                                     tr("Remove a filter above to see more."), QStringLiteral("filter"));
    } else {
        m_match_view->set_empty_text(tr("No look-alikes"),
                                     tr("Nothing in this library can be compared with it yet."),
                                     QStringLiteral("find-similar"));
    }
}

void MainWindow::update_actions() {
    const bool open = m_session->is_open();
    const bool writable = open && !m_summary.read_only;
    const bool pictures = open && m_summary.counts.items > 0;
    for (QAction* action : {m_show_browse, m_show_learn, m_show_evaluate}) action->setEnabled(pictures);
    m_show_models->setEnabled(open);
    m_close_library->setEnabled(open);
    m_add_folder->setEnabled(!open || writable);
    m_add_files->setEnabled(!open || writable);
    m_add_labels->setEnabled(writable && !m_summary.collections.empty());
    m_show_failed->setEnabled(open && m_summary.counts.failed > 0);
    m_query_open->setEnabled(open);
    m_query_paste->setEnabled(open);
    m_query_clear->setEnabled(!m_strip->isEmpty());
    const auto items = selected_items();
    m_find->setEnabled(!items.empty());
    m_compare_action->setEnabled(m_page == Page::Matches ? !items.empty() : items.size() >= 2);
    m_open_file->setEnabled(!items.empty());
    m_show_folder->setEnabled(!items.empty());
    m_copy->setEnabled(!items.empty());
    m_remove->setEnabled(writable && !items.empty());
    m_undo_action->setEnabled(!m_removed.empty() || m_undo->canUndo());
    m_undo_action->setText(!m_removed.empty()  ? tr("&Undo removing pictures")
                           : m_undo->canUndo() ? tr("&Undo %1").arg(m_undo->undoText())
                                               : tr("&Undo"));
    m_redo_action->setEnabled(m_undo->canRedo());
    m_redo_action->setText(m_undo->canRedo() ? tr("&Redo %1").arg(m_undo->redoText()) : tr("&Redo"));
}

// --- filters ---

ItemQuery MainWindow::current_query() const {
    ItemQuery query;
    const LibrarySidebar::Place place = m_sidebar->place();
    if (place.collection != 0) query.collections = {place.collection};
    query.state = place.state;
    query.where = m_conditions;
    query.text = m_filter->free_text().toStdString();
    query.sort = m_sort;
    query.descending = m_descending;
    return query;
}

void MainWindow::apply_query() {
    if (!m_session->is_open()) return;
    const ItemQuery query = current_query();
    m_gallery_model->set_query(query);
    m_show_best = m_show_best || !m_strip->isEmpty();
    m_matches->setFilter(query);
    const bool narrowed = !query.where.empty() || !query.text.empty() || !query.collections.empty();
    m_evaluate->set_browse_query(query, narrowed);
    m_sidebar->set_conditions(m_conditions);
    m_chips->setConditions(m_conditions);
    m_chips->setVisible(!m_conditions.empty() && (m_page == Page::Gallery || m_page == Page::Matches));
    update_header();
    update_empty_texts();
}

void MainWindow::set_conditions(const std::vector<Condition>& conditions) {
    m_conditions = conditions;
    apply_query();
}

void MainWindow::toggle_condition(const Condition& condition) {
    std::vector<Condition> all = m_conditions;
    if (std::erase(all, condition) == 0) {
        // Two values of one field exclude each other: the new one takes the old one's place.
        std::erase_if(all, [&](const Condition& one) {
            return one.field == condition.field && one.op == condition.op;
        });
        all.push_back(condition);
    }
    set_conditions(all);
}

void MainWindow::clear_filter() {
    m_filter->clear_quietly();
    set_conditions({});
}

// --- selection and inspector ---

void MainWindow::selection_moved() {
    update_actions();
    update_header();
    show_in_inspector();
}

void MainWindow::show_in_inspector() {
    m_inspector_request = 0;
    if (m_page == Page::Matches) {
        const QModelIndex current = m_match_view->currentIndex();
        const auto images = m_strip->images();
        if (m_match_view->selected_rows().size() <= 1 && current.isValid() && !images.empty()) {
            if (const Match* match = m_match_model->match(current.row())) {
                m_inspector->showMatch(*match, images.front());
                return;
            }
        }
    }
    std::vector<ItemId> items = selected_items();
    if (items.empty()) {
        m_inspector->showRow(std::nullopt);
        return;
    }
    if (items.size() == 1) {
        if (const ItemRow* row = m_gallery_model->row(items.front())) {
            m_inspector->showRow(*row);
            return;
        }
    }
    if (items.size() > max_inspected) {
        m_inspector_request = 0;
        m_inspector->showTooMany(static_cast<int>(items.size()), max_inspected);
        return;
    }
    m_inspector_request = m_session->fetch_rows(items);
}

void MainWindow::step_back() {
    QWidget* focus = QApplication::focusWidget();
    if (focus != nullptr && m_messages->isAncestorOf(focus)) {
        m_messages->close_latest();
    } else if (working_page()) {
        show_browse();
    } else if (m_filter->hasFocus()) {
        if (m_filter->text().isEmpty()) {
            if (GalleryView* view = active_view()) view->setFocus();
        } else {
            m_filter->clear();
        }
    } else if (m_strip->editedCrop() >= 0) {
        m_strip->editCrop(-1);
    } else if (GalleryView* view = active_view(); view != nullptr && view->selected_rows().size() > 1) {
        view->selectionModel()->select(view->currentIndex(), QItemSelectionModel::ClearAndSelect);
    } else if (!m_strip->isEmpty()) {
        m_strip->clear();
    } else if (!m_conditions.empty() || !m_filter->text().isEmpty()) {
        clear_filter();
    } else if (!m_messages->close_latest() && active_view() != nullptr) {
        active_view()->selectionModel()->clear();
    }
}

void MainWindow::find_similar(const std::vector<QueryImage>& images, bool replace) {
    if (images.empty()) return;
    if (m_page == Page::Compare) show_page(m_before_compare);
    show_browse();
    m_strip->add(images, replace);
}

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
    update_empty_texts();
    choose_page();
    if (m_samples) {
        m_samples = false;
        ask_sample_question();
    }
}

void MainWindow::show_models() {
    if (!m_models_dialog) {
        m_models_dialog = new ModelsDialog(*m_session, this);
        m_models_dialog->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_models_dialog->refresh();
    m_models_dialog->show();
    m_models_dialog->raise();
}

void MainWindow::model_switched(const ModelSwitchReport& report) {
    if (!report.switched || report.info.hash == report.former) return;
    m_matches->rerun();
    Message message;
    message.kind = Message::Kind::Positive;
    message.id = QStringLiteral("modelSwitched");
    message.text = tr("The library searches with %1 now.").arg(Text::display_name(report.info.name));
    message.seconds = 30;
    if (!report.former.empty()) {
        message.actions.push_back({tr("Go back to the former model"), [this, former = report.former] {
                                       ModelSwitchRequest request;
                                       request.model = former;
                                       m_session->use_model(request);
                                   }});
    }
    m_messages->show_message(message);
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

// --- layout ---

void MainWindow::restore_layout() {
    m_sidebar_wanted = m_settings.sidebar_visible();
    m_inspector_wanted = m_settings.inspector_visible();
    m_gallery->set_tile_size(m_settings.tile_size());
    m_match_view->set_tile_size(m_settings.tile_size());
    m_size->setValue(m_gallery->tile_size());
    if (const QByteArray geometry = m_settings.geometry(); !geometry.isEmpty()) {
        restoreGeometry(geometry);
    } else if (const QScreen* on = screen()) {
        resize(size().boundedTo(on->availableSize()));
    }
    if (const QByteArray state = m_settings.splitter(); !state.isEmpty()) m_splitter->restoreState(state);
}

void MainWindow::save_layout() {
    m_settings.set_geometry(saveGeometry());
    m_settings.set_splitter(m_splitter->saveState());
    m_settings.set_sidebar_visible(m_sidebar_wanted);
    m_settings.set_inspector_visible(m_inspector_wanted);
    m_settings.set_tile_size(m_gallery->tile_size());
    m_settings.sync();
}

void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (m_layout_restored) return;
    m_layout_restored = true;
    m_narrow = width() < narrow_window;
    update_panels();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    update_page_buttons();
    // From wide to narrow the panels make room, once; whoever opens them again has them.
    const bool was_wide = event->oldSize().width() >= narrow_window;
    if (m_layout_restored && was_wide && event->size().width() < narrow_window) {
        m_narrow = true;
        update_panels();
    } else if (m_layout_restored && m_narrow && event->size().width() >= narrow_window) {
        m_narrow = false;
        update_panels();
    }
}

void MainWindow::closeEvent(QCloseEvent* event) {
    save_layout();
    commit_removal();
    QMainWindow::closeEvent(event);
}

}  // namespace fieldmark
