// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/window/main_window.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDialog>
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

#include "core/engine/importing/sample_pictures.h"
#include "ui/compare/compare_view.h"
#include "ui/gallery/filter_chips.h"
#include "ui/gallery/filter_field.h"
#include "ui/gallery/gallery_accessible.h"
#include "ui/gallery/gallery_model.h"
#include "ui/gallery/gallery_view.h"
#include "ui/importing/failed_files_dialog.h"
#include "ui/importing/import_bar.h"
#include "ui/inspector/inspector.h"
#include "ui/models/model_bar.h"
#include "ui/models/models_dialog.h"
#include "ui/pages/anchors_page.h"
#include "ui/pages/evaluate_page.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/map_page.h"
#include "ui/query/match_controller.h"
#include "ui/query/match_header.h"
#include "ui/query/match_model.h"
#include "ui/query/query_drop.h"
#include "ui/query/query_strip.h"
#include "ui/widgets/drop_overlay.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/thumbnail_store.h"
#include "ui/widgets/tile_roles.h"
#include "ui/window/welcome_page.h"

namespace fieldmark {

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
    // The stack empties itself when it goes, which is after the parts that would be told.
    m_undo->disconnect(this);
    // Parts look at the session until they are gone: they go first, and dialogs with them.
    qDeleteAll(findChildren<QDialog*>(QString(), Qt::FindDirectChildrenOnly));
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
    m_anchors = new AnchorsPage(*m_session, *m_thumbnails, m_pages);
    m_pages->addWidget(m_anchors);
    m_map = new MapPage(*m_session, *m_thumbnails, m_pages);
    m_pages->addWidget(m_map);

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
        update_actions();
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
    connect(m_session, &Session::folderLabelsFetched, this, [this](RequestId id, const FolderLabels& labels) {
        if (id == m_folders_request) offer_folder_labels(labels);
    });
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
        m_map->set_query(m_strip->images());
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
    connect(m_matches, &MatchController::finished, this, [this](const SearchResponse& response) {
        m_strip->setFoundCrops(response.crops);
        // What was found of the object is where the query lies on the map, too.
        const bool found = std::any_of(response.crops.begin(), response.crops.end(),
                                       [](const Crop& crop) { return !crop.whole(); });
        if (found && m_strip->cropToObject()) m_map->set_query(m_strip->searchedImages());
    });
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
        m_anchors->set_field(field);
        m_map->set_field(field);
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
    connect(m_inspector, &Inspector::lookRequested, this, [this](ItemId item, const QString& name) {
        QueryImage picture;
        picture.item = item;
        look_inside(picture, name);
    });
    connect(m_inspector, &Inspector::problemOccurred, m_messages, &MessageBar::show_error);
    connect(m_compare, &CompareView::lookRequested, this, &MainWindow::look_inside);
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
    m_evaluate->setLabelActions({m_folder_labels, m_add_labels});
    connect(m_evaluate, &EvaluatePage::probabilitiesSwitched, this,
            [this](const std::string& field, bool on) {
                m_settings.set_library_value(m_summary.folder, QStringLiteral("probabilities"),
                                             on ? QByteArray::fromStdString(field) : QByteArray());
                update_probabilities();
            });
    connect(m_session, &Session::evaluationFinished, this, [this](RequestId, const EvaluationReport& report) {
        if (report.calibration) update_probabilities();
    });
    connect(m_map, &MapPage::selectionChanged, this, &MainWindow::select_in_gallery);
    connect(m_map, &MapPage::lookAlikesRequested, this, [this](ItemId item) {
        QueryImage image;
        image.item = item;
        find_similar({image});
    });
    connect(m_anchors, &AnchorsPage::classRequested, this, &MainWindow::show_class);
    connect(m_anchors, &AnchorsPage::lookAlikesRequested, this, [this](ItemId item) {
        QueryImage image;
        image.item = item;
        find_similar({image});
    });
    connect(m_anchors, &AnchorsPage::anchorRequested, this,
            [this](const QueryImage& anchor) { find_similar({anchor}); });
    m_anchors->setLabelActions({m_folder_labels, m_add_labels});
    connect(m_anchors, &AnchorsPage::learnRequested, this, [this] { show_page(Page::Learn); });
    connect(m_learn, &LearnPage::lookAlikesRequested, this, [this](ItemId item) {
        QueryImage image;
        image.item = item;
        find_similar({image});
    });
    connect(m_learn, &LearnPage::useRequested, this, &MainWindow::use_model);
    m_learn->setLabelActions({m_folder_labels, m_add_labels});
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
        m_anchors->set_field(field.toStdString());
        m_map->set_field(field.toStdString());
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
          QStringLiteral("labels"), QStringLiteral("removeCollection"), QStringLiteral("training"),
          QStringLiteral("foreignAnchors"), QStringLiteral("modelSwitched")}) {
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
    m_narrow = width() < kNarrow;
    update_panels();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    update_page_buttons();
    // From wide to narrow the panels make room, once; whoever opens them again has them.
    const bool was_wide = event->oldSize().width() >= kNarrow;
    if (m_layout_restored && was_wide && event->size().width() < kNarrow) {
        m_narrow = true;
        update_panels();
    } else if (m_layout_restored && m_narrow && event->size().width() >= kNarrow) {
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
