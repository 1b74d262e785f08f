// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// MainWindow's menus, toolbar, keys, and what they do to the selection.
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSlider>
#include <QStandardPaths>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>

#include "ui/compare/compare_view.h"
#include "ui/gallery/filter_field.h"
#include "ui/gallery/gallery_model.h"
#include "ui/gallery/gallery_view.h"
#include "ui/importing/failed_files_dialog.h"
#include "ui/inspector/look_dialog.h"
#include "ui/pages/map_page.h"
#include "ui/query/match_controller.h"
#include "ui/query/match_model.h"
#include "ui/query/query_strip.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/tile_roles.h"
#include "ui/window/about_dialog.h"
#include "ui/window/main_window.h"
#include "ui/window/shortcuts_dialog.h"
#include "ui/window/welcome_page.h"

namespace fieldmark {
namespace {

constexpr int max_compared = 4;
constexpr int undo_seconds = 20;

}  // namespace

QAction* MainWindow::add_action(const QString& name, const QString& text, const QList<QKeySequence>& keys,
                                const QString& icon_name) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcuts(keys);
    if (!icon_name.isEmpty()) action->setIcon(icon(icon_name));
    if (!keys.isEmpty()) {
        QString plain = text;
        plain.remove(QLatin1Char('&'));
        action->setToolTip(
            tr("%1 (%2)", "action, its key").arg(plain, keys.first().toString(QKeySequence::NativeText)));
    }
    return action;
}

void MainWindow::build_actions() {
    // --- library ---
    m_library_menu = menuBar()->addMenu(tr("&Library"));
    QAction* make = add_action(QStringLiteral("newLibrary"), tr("&New library…"), {QKeySequence::New});
    connect(make, &QAction::triggered, this, [this] { choose_library(true); });
    QAction* open = add_action(QStringLiteral("openLibrary"), tr("&Open library…"),
                               {Qt::CTRL | Qt::SHIFT | Qt::Key_O}, QStringLiteral("library"));
    connect(open, &QAction::triggered, this, [this] { choose_library(false); });
    m_recent_menu = new QMenu(tr("&Recent libraries"), this);
    connect(m_recent_menu, &QMenu::aboutToShow, this, &MainWindow::fill_recent_menu);
    m_close_library = add_action(QStringLiteral("closeLibrary"), tr("&Close library"), {QKeySequence::Close});
    connect(m_close_library, &QAction::triggered, this, [this] {
        m_settings.clear_last_library();
        close_library();
    });
    m_add_folder = add_action(QStringLiteral("addFolder"), tr("&Add a folder of pictures…"),
                              {QKeySequence::Open}, QStringLiteral("folder-add"));
    connect(m_add_folder, &QAction::triggered, this, &MainWindow::choose_folder);
    m_add_files = add_action(QStringLiteral("addFiles"), tr("Add single &pictures…"), {});
    connect(m_add_files, &QAction::triggered, this, &MainWindow::choose_files);
    m_add_labels = add_action(QStringLiteral("addLabels"), tr("Add &labels from a table (CSV)…"), {},
                              QStringLiteral("label"));
    connect(m_add_labels, &QAction::triggered, this, &MainWindow::choose_labels);
    m_folder_labels = add_action(QStringLiteral("folderLabels"), tr("&Use folder names as labels…"), {},
                                 QStringLiteral("label"));
    connect(m_folder_labels, &QAction::triggered, this, &MainWindow::label_by_folders);
    QAction* samples = add_action(QStringLiteral("openSamples"), tr("Open the &sample pictures"), {});
    samples->setVisible(!WelcomePage::sample_folders().empty());
    connect(samples, &QAction::triggered, this, &MainWindow::open_samples);
    m_show_failed = add_action(QStringLiteral("showFailed"), tr("Pictures that could not be &read…"), {},
                               QStringLiteral("failed"));
    connect(m_show_failed, &QAction::triggered, this, &MainWindow::show_failed_list);
    m_show_models = add_action(QStringLiteral("showModels"), tr("&Models…"), {Qt::CTRL | Qt::Key_M});
    connect(m_show_models, &QAction::triggered, this, &MainWindow::show_models);
    m_objects_only =
        add_action(QStringLiteral("objectsOnly"), tr("Look at the &object of each picture only"), {});
    m_objects_only->setCheckable(true);
    m_objects_only->setToolTip(
        tr("Crops every picture to its object before it is embedded, now and at every import. "
           "The library is embedded anew in the background; unchecked, the former vectors "
           "are used again."));
    connect(m_objects_only, &QAction::triggered, this, [this](bool on) {
        const ModelStatus model = m_session->model();
        m_objects_only->setChecked(!model.whole_model.empty());  // what is so, until the change is done
        ModelSwitchRequest request;
        request.model = on ? model.info.hash : model.whole_model;
        request.of_objects = on;
        m_session->use_model(request);
    });
    QAction* quit = add_action(QStringLiteral("quit"), tr("&Quit"), {QKeySequence(Qt::CTRL | Qt::Key_Q)});
    connect(quit, &QAction::triggered, this, &QWidget::close);
    m_library_menu->addActions({m_add_folder, m_add_files, m_folder_labels, m_add_labels, m_show_failed,
                                m_show_models, m_objects_only});
    m_library_menu->addSeparator();
    m_library_menu->addActions({make, open});
    m_library_menu->addMenu(m_recent_menu);
    m_library_menu->addAction(samples);
    m_library_menu->addAction(m_close_library);
    m_library_menu->addSeparator();
    m_library_menu->addAction(quit);

    // --- edit ---
    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    m_undo_action =
        add_action(QStringLiteral("undo"), tr("&Undo"), {QKeySequence::Undo}, QStringLiteral("undo"));
    connect(m_undo_action, &QAction::triggered, this, &MainWindow::undo);
    m_redo_action =
        add_action(QStringLiteral("redo"), tr("&Redo"), {QKeySequence::Redo}, QStringLiteral("redo"));
    connect(m_redo_action, &QAction::triggered, this, &MainWindow::redo);
    for (auto signal : {&QUndoStack::canUndoChanged, &QUndoStack::canRedoChanged}) {
        connect(m_undo, signal, this, &MainWindow::update_actions);
    }
    connect(m_undo, &QUndoStack::undoTextChanged, this, &MainWindow::update_actions);
    connect(m_undo, &QUndoStack::redoTextChanged, this, &MainWindow::update_actions);
    m_copy = add_action(QStringLiteral("copyPath"), tr("&Copy path"), {QKeySequence::Copy},
                        QStringLiteral("copy"));
    connect(m_copy, &QAction::triggered, this, &MainWindow::copy_paths);
    m_select_all = add_action(QStringLiteral("selectAll"), tr("Select &all"), {QKeySequence::SelectAll});
    connect(m_select_all, &QAction::triggered, this, [this] {
        if (GalleryView* view = active_view()) view->selectAll();
    });
    m_remove = add_action(QStringLiteral("removeItems"), tr("&Remove from library"), {QKeySequence::Delete},
                          QStringLiteral("remove"));
    connect(m_remove, &QAction::triggered, this, &MainWindow::remove_selected);
    QAction* focus_filter = add_action(QStringLiteral("focusFilter"), tr("&Filter"),
                                       {Qt::CTRL | Qt::Key_L, QKeySequence::Find}, QStringLiteral("filter"));
    connect(focus_filter, &QAction::triggered, this, [this] {
        m_filter->setFocus(Qt::ShortcutFocusReason);
        m_filter->selectAll();
    });
    edit->addActions({m_undo_action, m_redo_action});
    edit->addSeparator();
    edit->addActions({m_copy, m_select_all, focus_filter});
    edit->addSeparator();
    edit->addAction(m_remove);

    // --- query ---
    QMenu* query = menuBar()->addMenu(tr("&Query"));
    m_query_open = add_action(QStringLiteral("openQuery"), tr("&Open a picture to find its look-alikes…"),
                              {Qt::CTRL | Qt::Key_I}, QStringLiteral("search"));
    connect(m_query_open, &QAction::triggered, this, &MainWindow::choose_query);
    m_query_paste = add_action(QStringLiteral("pasteQuery"), tr("&Paste a picture to find its look-alikes"),
                               {QKeySequence::Paste}, QStringLiteral("paste"));
    connect(m_query_paste, &QAction::triggered, this, [this] {
        if (m_page == Page::Compare) show_page(m_before_compare);
        show_browse();
        m_strip->paste();
    });
    m_find = add_action(QStringLiteral("findSimilar"), tr("&Find look-alikes"), {Qt::CTRL | Qt::Key_Return},
                        QStringLiteral("find-similar"));
    connect(m_find, &QAction::triggered, this, &MainWindow::find_similar_selected);
    m_compare_action =
        add_action(QStringLiteral("compare"), tr("&Compare"), {Qt::Key_C}, QStringLiteral("compare"));
    connect(m_compare_action, &QAction::triggered, this, &MainWindow::compare_selected);
    m_look_action = add_action(QStringLiteral("lookInside"), tr("Look &inside…"), {});
    connect(m_look_action, &QAction::triggered, this, [this] {
        const std::vector<ItemId> items = selected_items();
        if (items.size() != 1) return;
        QueryImage picture;
        picture.item = items.front();
        const ItemRow* row = m_gallery_model->row(picture.item);
        const Match* match = m_match_model->match(m_match_model->rowOf(picture.item));
        if (m_page == Page::Matches && match != nullptr) row = &match->row;
        look_inside(picture, row != nullptr ? Text::title(*row) : QString());
    });
    m_query_clear = add_action(QStringLiteral("clearQuery"), tr("C&lear the query"), {});
    connect(m_query_clear, &QAction::triggered, this, [this] { m_strip->clear(); });
    query->addActions({m_query_open, m_query_paste});
    query->addSeparator();
    query->addActions({m_find, m_compare_action});
    query->addSeparator();
    query->addAction(m_query_clear);

    m_open_file =
        add_action(QStringLiteral("openFile"), tr("Open in another &program"), {}, QStringLiteral("open"));
    connect(m_open_file, &QAction::triggered, this, [this] {
        for (const std::string& path : selected_paths()) {
            open_externally(path);
            break;
        }
    });
    m_show_folder =
        add_action(QStringLiteral("showInFolder"), tr("Show in &folder"), {}, QStringLiteral("folder"));
    connect(m_show_folder, &QAction::triggered, this, [this] {
        const auto paths = selected_paths();
        if (!paths.empty()) show_in_folder(paths.front());
    });

    // --- view ---
    QMenu* view = menuBar()->addMenu(tr("&View"));
    auto* pages = new QActionGroup(this);
    m_show_browse = add_action(QStringLiteral("pageBrowse"), tr("&Browse"), {Qt::CTRL | Qt::Key_1},
                               QStringLiteral("pictures"));
    m_show_learn = add_action(QStringLiteral("pageLearn"), tr("L&earn"), {Qt::CTRL | Qt::Key_2},
                              QStringLiteral("learn"));
    m_show_evaluate = add_action(QStringLiteral("pageEvaluate"), tr("E&valuate"), {Qt::CTRL | Qt::Key_3},
                                 QStringLiteral("evaluate"));
    m_show_anchors = add_action(QStringLiteral("pageAnchors"), tr("A&nchors"), {Qt::CTRL | Qt::Key_5},
                                QStringLiteral("anchors"));
    m_show_map =
        add_action(QStringLiteral("pageMap"), tr("&Map"), {Qt::CTRL | Qt::Key_4}, QStringLiteral("map"));
    for (QAction* page : {m_show_browse, m_show_learn, m_show_evaluate, m_show_map, m_show_anchors}) {
        page->setCheckable(true);
        pages->addAction(page);
    }
    m_show_browse->setChecked(true);
    connect(m_show_browse, &QAction::triggered, this, &MainWindow::show_browse);
    connect(m_show_evaluate, &QAction::triggered, this, [this] { show_page(Page::Evaluate); });
    connect(m_show_learn, &QAction::triggered, this, [this] { show_page(Page::Learn); });
    connect(m_show_anchors, &QAction::triggered, this, [this] { show_page(Page::Anchors); });
    connect(m_show_map, &QAction::triggered, this, [this] { show_page(Page::Map); });
    view->addActions({m_show_browse, m_show_learn, m_show_evaluate, m_show_map, m_show_anchors});
    view->addSeparator();
    m_larger = add_action(QStringLiteral("largerTiles"), tr("&Larger pictures"),
                          {QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)},
                          QStringLiteral("grid-large"));
    connect(m_larger, &QAction::triggered, this,
            [this] { m_gallery->set_tile_size(m_gallery->tile_size() * 5 / 4); });
    m_smaller = add_action(QStringLiteral("smallerTiles"), tr("&Smaller pictures"),
                           {QKeySequence(Qt::CTRL | Qt::Key_Minus)}, QStringLiteral("grid-small"));
    connect(m_smaller, &QAction::triggered, this,
            [this] { m_gallery->set_tile_size(m_gallery->tile_size() * 4 / 5); });
    m_show_sidebar = add_action(QStringLiteral("toggleSidebar"), tr("&Collections and labels"), {Qt::Key_F9},
                                QStringLiteral("sidebar-left"));
    m_show_inspector = add_action(QStringLiteral("toggleInspector"), tr("&Inspector"), {Qt::Key_F8},
                                  QStringLiteral("sidebar-right"));
    for (QAction* action : {m_show_sidebar, m_show_inspector}) {
        action->setCheckable(true);
        connect(action, &QAction::triggered, this, [this, action](bool on) {
            (action == m_show_sidebar ? m_sidebar_wanted : m_inspector_wanted) = on;
            m_narrow = false;
            update_panels();
        });
    }
    m_sort_menu = new QMenu(tr("&Order"), this);
    auto* sorts = new QActionGroup(this);
    const auto add_sort = [&](const QString& text, ItemQuery::Sort sort, bool descending) {
        QAction* action = m_sort_menu->addAction(text);
        action->setCheckable(true);
        action->setData(int(sort) * 2 + (descending ? 1 : 0));
        sorts->addAction(action);
        connect(action, &QAction::triggered, this, [this, sort, descending] { set_sort(sort, descending); });
    };
    add_sort(tr("By folder and name"), ItemQuery::Sort::Path, false);
    add_sort(tr("Added last first"), ItemQuery::Sort::Newest, false);
    add_sort(tr("Taken first first"), ItemQuery::Sort::Taken, false);
    add_sort(tr("Taken last first"), ItemQuery::Sort::Taken, true);
    add_sort(tr("Largest files first"), ItemQuery::Sort::Size, true);
    QMenu* looks = new QMenu(tr("&Appearance"), this);
    auto* appearances = new QActionGroup(this);
    const auto add_look = [&](const QString& text, Appearance appearance) {
        QAction* action = looks->addAction(text);
        action->setCheckable(true);
        action->setChecked(m_settings.appearance() == appearance);
        appearances->addAction(action);
        connect(action, &QAction::triggered, this, [this, appearance] {
            m_settings.set_appearance(appearance);
            if (m_theme != nullptr) m_theme->apply(appearance);
        });
    };
    add_look(tr("As the &system"), Appearance::System);
    add_look(tr("&Light"), Appearance::Light);
    add_look(tr("&Dark"), Appearance::Dark);
    view->addActions({m_show_sidebar, m_show_inspector});
    view->addSeparator();
    view->addActions({m_larger, m_smaller});
    view->addMenu(m_sort_menu);
    view->addSeparator();
    view->addMenu(looks);

    // --- help ---
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    QAction* keys =
        add_action(QStringLiteral("showKeys"), tr("&Keys of this page"), {QKeySequence(Qt::Key_F1)});
    connect(keys, &QAction::triggered, this, &MainWindow::show_shortcuts);
    QAction* about = add_action(QStringLiteral("about"), tr("&About Fieldmark"), {});
    connect(about, &QAction::triggered, this, &MainWindow::show_about);
    help->addActions({keys, about});

    m_back = add_action(QStringLiteral("stepBack"), tr("One step back"), {Qt::Key_Escape});
    connect(m_back, &QAction::triggered, this, &MainWindow::step_back);
    addAction(m_back);

    // Keys that only mean something while the pictures have the focus, so that a text field keeps its own.
    for (GalleryView* one : {m_gallery, m_match_view}) {
        one->addActions({m_find, m_compare_action, m_open_file, m_show_folder, m_copy, m_remove});
        one->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(one, &QWidget::customContextMenuRequested, this, [this, one](const QPoint& position) {
            auto* menu = new QMenu(this);
            menu->setAttribute(Qt::WA_DeleteOnClose);
            menu->setObjectName(QStringLiteral("tileMenu"));
            if (selected_items().empty()) {
                menu->addActions({m_add_folder, m_query_paste, m_select_all});
            } else {
                m_look_action->setEnabled(selected_items().size() == 1);
                menu->addActions({m_find, m_compare_action, m_look_action});
                menu->addSeparator();
                menu->addActions({m_open_file, m_show_folder, m_copy});
                menu->addSeparator();
                menu->addAction(m_remove);
            }
            menu->popup(one->viewport()->mapToGlobal(position));
        });
    }
    for (QAction* action : {m_find, m_compare_action, m_copy, m_remove, m_select_all}) {
        action->setShortcutContext(Qt::WidgetShortcut);
    }
    for (GalleryView* one : {m_gallery, m_match_view}) one->addAction(m_select_all);
}

void MainWindow::build_toolbar() {
    m_toolbar = new QToolBar(tr("Tools"), this);
    m_toolbar->setObjectName(QStringLiteral("toolbar"));
    m_toolbar->setMovable(false);
    m_toolbar->setContextMenuPolicy(Qt::PreventContextMenu);
    const int unit = rhythm(this);
    m_toolbar->setContentsMargins(unit / 2, unit / 4, unit / 2, unit / 4);
    addToolBar(m_toolbar);

    m_toolbar->addAction(m_show_sidebar);
    m_library_button = new QPushButton(m_toolbar);
    m_library_button->setFlat(true);
    m_library_button->setObjectName(QStringLiteral("libraryButton"));
    m_library_button->setIcon(icon(QStringLiteral("library")));
    m_library_button->setMenu(m_library_menu);
    m_library_button->setToolTip(tr("Library: add pictures, open another one"));
    m_library_button->setAccessibleName(tr("Library"));
    m_toolbar->addWidget(m_library_button);

    m_toolbar->addActions({m_show_browse, m_show_learn, m_show_evaluate, m_show_map, m_show_anchors});

    m_filter = new FilterField(m_toolbar);
    m_filter->setMinimumWidth(unit * 16);
    m_toolbar->addWidget(m_filter);

    auto* gap = new QWidget(m_toolbar);
    gap->setFixedWidth(unit);
    m_toolbar->addWidget(gap);
    m_toolbar->addAction(m_smaller);
    m_size = new QSlider(Qt::Horizontal, m_toolbar);
    m_size->setObjectName(QStringLiteral("sizeSlider"));
    m_size->setAccessibleName(tr("Size of the pictures"));
    m_size->setToolTip(tr("Size of the pictures (Ctrl++, Ctrl+-, Ctrl+wheel)"));
    m_size->setRange(GalleryView::smallest_tile, GalleryView::largest_tile);
    m_size->setMaximumWidth(unit * 14);
    m_size->setMinimumWidth(unit * 8);
    m_toolbar->addWidget(m_size);
    m_toolbar->addAction(m_larger);
    m_toolbar->addAction(m_show_inspector);
}

void MainWindow::fill_recent_menu() {
    m_recent_menu->clear();
    for (const std::string& folder : m_settings.recent_libraries()) {
        QAction* action = m_recent_menu->addAction(icon(QStringLiteral("library")), Text::file_name(folder));
        action->setToolTip(Text::display_name(folder));
        connect(action, &QAction::triggered, this, [this, folder] { open_library(folder); });
    }
    if (m_recent_menu->isEmpty()) m_recent_menu->addAction(tr("None yet"))->setEnabled(false);
}

// --- dialogs: never modal to the program, never waited for ---

QFileDialog* MainWindow::open_dialog(const QString& title) {
    auto* dialog = new QFileDialog(this, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QString start = m_settings.last_folder();
    if (start.isEmpty()) start = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    dialog->setDirectory(start);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, dialog] { m_settings.set_last_folder(dialog->directory().absolutePath()); });
    return dialog;
}

void MainWindow::choose_folder() {
    QFileDialog* dialog = open_dialog(tr("Add a folder of pictures"));
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { import_paths({Text::path_bytes(folder)}); });
    dialog->open();
}

void MainWindow::choose_files() {
    QFileDialog* dialog = open_dialog(tr("Add single pictures"));
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        std::vector<std::string> paths;
        for (const QString& file : files) paths.push_back(Text::path_bytes(file));
        import_paths(paths);
    });
    dialog->open();
}

void MainWindow::choose_query(bool replace) {
    QFileDialog* dialog =
        open_dialog(replace ? tr("Find look-alikes of a picture") : tr("Add another picture to the query"));
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this, replace](const QStringList& files) {
        std::vector<QueryImage> images;
        for (const QString& file : files) {
            QueryImage image;
            image.path = Text::path_bytes(file);
            images.push_back(image);
        }
        find_similar(images, replace);
    });
    dialog->open();
}

void MainWindow::choose_labels() {
    QFileDialog* dialog = open_dialog(tr("Add labels from a table"));
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Tables (*.csv *.tsv *.txt)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& file) { take_csv(Text::path_bytes(file)); });
    dialog->open();
}

void MainWindow::choose_library(bool create) {
    QFileDialog* dialog = open_dialog(create ? tr("Make a new library") : tr("Open a library"));
    if (create) {
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setFileMode(QFileDialog::AnyFile);
        dialog->setDefaultSuffix(QStringLiteral("fieldmark"));
        dialog->selectFile(tr("Pictures") + QStringLiteral(".fieldmark"));
        dialog->setLabelText(QFileDialog::Accept, tr("Make library"));
    } else {
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
    }
    connect(dialog, &QFileDialog::fileSelected, this, [this, create](const QString& folder) {
        open_library(Text::path_bytes(folder), SessionOptions{create, false});
    });
    dialog->open();
}

void MainWindow::show_about() {
    auto* dialog = new AboutDialog(m_summary, m_session->model(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::show_shortcuts() {
    std::vector<ShortcutsDialog::Group> groups;
    const auto native = [](int key) { return QKeySequence(key).toString(QKeySequence::NativeText); };
    if (m_page == Page::Compare) {
        groups.push_back({tr("Compare"), m_compare->actions(), {}});
    } else if (m_page == Page::Gallery || m_page == Page::Matches) {
        const QString activate =
            m_page == Page::Matches ? tr("Compare with the query") : tr("Find look-alikes");
        groups.push_back(
            {tr("Pictures"),
             {m_find, m_compare_action, m_copy, m_remove, m_select_all},
             {{tr("Arrows, Home, End, %1, %2").arg(native(Qt::Key_PageUp), native(Qt::Key_PageDown)),
               tr("Go from picture to picture; with Shift they are selected on the way")},
              {native(Qt::Key_Space), tr("Mark or unmark a picture")},
              {native(Qt::Key_Return), activate}}});
    }
    if (m_page == Page::Map) {
        groups.push_back({tr("Map"),
                          {},
                          {{tr("Arrows"), tr("Move the map")},
                           {QStringLiteral("+  -  0"), tr("Zoom in, zoom out, show all")},
                           {tr("Shift+drag"), tr("Draw around pictures to select them")},
                           {native(Qt::Key_Return), tr("Find look-alikes of the one selected")},
                           {native(Qt::Key_Escape), tr("Select nothing; again: back to the pictures")}}});
    }
    groups.push_back({tr("Query"), {m_query_open, m_query_paste, m_back}, {}});
    groups.push_back({tr("View"),
                      {m_show_browse, m_show_learn, m_show_evaluate, m_show_map, m_show_anchors,
                       m_show_sidebar, m_show_inspector, m_larger, m_smaller},
                      {}});
    QList<QAction*> rest;
    for (QMenu* menu : menuBar()->findChildren<QMenu*>(QString(), Qt::FindDirectChildrenOnly)) {
        for (QAction* action : menu->actions()) {
            bool listed = action->isSeparator() || action->menu() != nullptr;
            for (const auto& group : groups) listed = listed || group.actions.contains(action);
            if (!listed && action->shortcutContext() == Qt::WindowShortcut) rest.append(action);
        }
    }
    groups.push_back({tr("Library and window"), rest, {}});
    auto* dialog = new ShortcutsDialog(groups, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

// --- the selection ---

GalleryView* MainWindow::active_view() const {
    if (m_page == Page::Gallery) return m_gallery;
    if (m_page == Page::Matches) return m_match_view;
    return nullptr;
}

std::vector<ItemId> MainWindow::selected_items() const {
    if (m_page == Page::Map) return m_map->selected();
    std::vector<ItemId> items;
    const GalleryView* view = active_view();
    if (view == nullptr) return items;
    QModelIndexList rows = view->selected_rows();
    if (rows.isEmpty() && view->currentIndex().isValid()) rows.append(view->currentIndex());
    for (const QModelIndex& row : rows) items.push_back(row.data(ItemIdRole).toLongLong());
    return items;
}

std::vector<std::string> MainWindow::selected_paths() const {
    std::vector<std::string> paths;
    const GalleryView* view = active_view();
    if (view == nullptr) return paths;
    QModelIndexList rows = view->selected_rows();
    if (rows.isEmpty() && view->currentIndex().isValid()) rows.append(view->currentIndex());
    for (const QModelIndex& row : rows) {
        const QByteArray path = row.data(AbsolutePathRole).toByteArray();
        if (!path.isEmpty()) paths.push_back(path.toStdString());
    }
    return paths;
}

void MainWindow::find_similar_selected() {
    std::vector<QueryImage> images;
    for (const ItemId item : selected_items()) {
        if (images.size() >= 16) break;
        QueryImage image;
        image.item = item;
        images.push_back(image);
    }
    if (!images.empty()) find_similar(images);
}

void MainWindow::compare_selected() {
    if (m_page == Page::Matches) {
        const QModelIndex current = m_match_view->currentIndex();
        const auto images = m_strip->searchedImages();
        if (!current.isValid() || images.empty()) return;
        m_compare->setQuery(images.front());
        m_compare->setMatches(m_match_model, current.row());
        show_page(Page::Compare);
        return;
    }
    if (m_page != Page::Gallery) return;
    // The first of the selected takes the query's place, the others are gone through as if they were its
    // matches.
    std::vector<Match> others;
    QueryImage first;
    for (const QModelIndex& index : m_gallery->selected_rows()) {
        if (first.item == 0) {
            first.item = index.data(ItemIdRole).toLongLong();
            continue;
        }
        if (const ItemRow* row = m_gallery_model->row(index.data(ItemIdRole).toLongLong())) {
            Match match;
            match.row = *row;
            others.push_back(match);
        }
        if (int(others.size()) >= max_compared * 64) break;
    }
    if (first.item == 0 || others.empty()) return;
    m_compared->setMatches(std::move(others));
    m_compare->setQuery(first);
    m_compare->setMatches(m_compared, 0);
    show_page(Page::Compare);
}

void MainWindow::look_inside(const QueryImage& picture, const QString& name) {
    auto* dialog = findChild<LookDialog*>();
    if (dialog == nullptr) {
        dialog = new LookDialog(*m_session, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
    }
    dialog->setPicture(picture, name);
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
}

void MainWindow::copy_paths() {
    const auto paths = selected_paths();
    if (!paths.empty()) QApplication::clipboard()->setMimeData(mime_of_paths(paths));
}

void MainWindow::remove_selected() {
    const std::vector<ItemId> items = selected_items();
    if (items.empty() || m_summary.read_only) return;
    commit_removal();
    m_removed.insert(items.begin(), items.end());
    m_gallery_model->set_hidden(m_removed);
    if (m_page == Page::Matches) {
        std::vector<Match> left = m_match_model->matches();
        std::erase_if(left, [this](const Match& match) { return m_removed.contains(match.row.item.id); });
        m_match_model->setMatches(std::move(left));
    }
    Message message;
    message.id = QStringLiteral("removal");
    message.text = tr("Took %n picture(s) out of the library. The files stay where they are.", nullptr,
                      int(items.size()));
    message.seconds = undo_seconds;
    message.actions.push_back({tr("Undo"), [this] { undo_removal(); }});
    message.dismissed = [this] { commit_removal(); };
    m_messages->show_message(message);
    update_actions();
    update_header();
}

void MainWindow::undo_removal() {
    m_removed.clear();
    m_gallery_model->set_hidden({});
    m_messages->remove(QStringLiteral("removal"));
    if (m_matches->active()) m_matches->rerun();
    update_actions();
    update_header();
}

void MainWindow::commit_removal() {
    if (m_removed.empty()) return;
    const std::vector<ItemId> items(m_removed.begin(), m_removed.end());
    // They stay hidden until the library says that they are gone; then ids are new anyway.
    m_removed.clear();
    m_messages->remove(QStringLiteral("removal"));
    m_session->remove_items(items);
    update_actions();
}

void MainWindow::set_sort(ItemQuery::Sort sort, bool descending) {
    m_sort = sort;
    m_descending = descending;
    if (m_session->is_open()) {
        m_settings.set_library_value(m_summary.folder, QStringLiteral("sort"),
                                     int(sort) * 2 + (descending ? 1 : 0));
    }
    apply_query();
    update_header();
}

}  // namespace fieldmark
