// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <QMainWindow>
#include <QPointer>

#include "core/engine/session/session.h"
#include "ui/gallery/library_sidebar.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/settings.h"

class QActionGroup;
class QFileDialog;
class QLabel;
class QPushButton;
class QSlider;
class QSplitter;
class QStackedWidget;
class QToolBar;
class QUndoStack;

namespace fieldmark {

class AnchorsPage;
class CompareView;
class DropOverlay;
class ElidedLabel;
class EvaluatePage;
class FailedFilesDialog;
class FilterChips;
class FilterField;
class GalleryModel;
class GalleryView;
class ImportBar;
class LearnPage;
class MapPage;
class Inspector;
class MatchController;
class MatchHeader;
class MatchModel;
class ModelBar;
class ModelSwitchCommand;
class ModelsDialog;
class QueryStrip;
class Theme;
class ThumbnailStore;
class WelcomePage;

/// The window: puts session, models and views together and decides which page is shown. Toolbar; side bar |
/// messages, query, filters and the page (welcome, gallery, matches, compare) | inspector; import bar.
/// Nothing modal opens by itself, no call waits. UI thread.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    /// `settings_file` "": the user's own. `theme` may be null (tests); otherwise it must outlive the window.
    explicit MainWindow(const QString& settings_file = {}, Theme* theme = nullptr, QWidget* parent = nullptr);
    ~MainWindow() override;

    Session& session() { return *m_session; }

    void open_library(const std::string& folder, const SessionOptions& options = {});
    void close_library();
    /// The library that was open last, else the default one; what a first drop goes to.
    void open_usual_library();
    /// Opens (or makes) the library of sample pictures, imports what is not there, and asks a first question.
    void open_samples();

    void import_paths(const std::vector<std::string>& paths, const std::string& labels_csv = {},
                      const QString& name = {});
    /// `replace` false: these join the pictures of the present query.
    void find_similar(const std::vector<QueryImage>& images, bool replace = true);

    enum class Page { Welcome, Gallery, Matches, Compare, Learn, Evaluate, Anchors, Map };
    Page page() const { return m_page; }

  Q_SIGNALS:
    void pageChanged();

  protected:
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    static constexpr int kNarrow = 901;  ///< logical pixels; at 900 and below pictures need all of it

    // main_window.cpp: parts, the library, layout
    void build_parts();
    void connect_session();
    void connect_parts();
    void library_opened(const LibrarySummary& summary);
    void library_closed();
    void open_failed(const Error& error, const std::string& folder);
    void take_summary(const LibrarySummary& summary);
    void show_page(Page page);
    void show_browse();
    void show_class(const std::string& field, const std::string& value);
    bool working_page() const {
        return m_page == Page::Learn || m_page == Page::Evaluate || m_page == Page::Anchors ||
               m_page == Page::Map;
    }
    void update_probabilities();
    void choose_page();
    void update_panels();
    void update_page_buttons();
    void update_empty_texts();
    void update_header();
    void update_actions();
    void apply_query();
    ItemQuery current_query() const;
    void set_conditions(const std::vector<Condition>& conditions);
    void toggle_condition(const Condition& condition);
    void clear_filter();
    void selection_moved();
    void show_in_inspector();
    void step_back();
    void select_in_gallery(const std::vector<ItemId>& items);
    void start_sample_import();
    void ask_sample_question();
    void import_finished(const ImportReport& report);
    void offer_labels(const std::vector<std::string>& paths);
    void offer_folder_labels(const FolderLabels& labels);
    void label_by_folders();
    void take_csv(const std::string& csv);
    void save_layout();
    void restore_layout();
    void show_failed_list();
    void show_models();
    void take_foreign_anchors(const ModelInfo& model);
    void model_switched(const ModelSwitchReport& report);
    void use_model(const std::string& hash);
    const ModelSwitchCommand* model_switch_at(int index) const;  ///< of the undo stack; null: another edit, or none
    void undo();
    void redo();

    // main_window_actions.cpp: menus, keys and what they do
    void build_actions();
    void build_toolbar();
    void fill_recent_menu();
    QAction* add_action(const QString& name, const QString& text, const QList<QKeySequence>& keys,
                        const QString& icon_name = {});
    void choose_folder();
    void choose_files();
    void choose_query(bool replace = true);
    void choose_labels();
    void choose_library(bool create);
    void compare_selected();
    void look_inside(const QueryImage& picture, const QString& name);
    void find_similar_selected();
    void remove_selected();
    void undo_removal();
    void commit_removal();
    void copy_paths();
    void show_shortcuts();
    void show_about();
    void set_sort(ItemQuery::Sort sort, bool descending);
    GalleryView* active_view() const;
    std::vector<ItemId> selected_items() const;
    std::vector<std::string> selected_paths() const;
    QFileDialog* open_dialog(const QString& title);

    Settings m_settings;
    Theme* m_theme;
    Session* m_session;
    ThumbnailStore* m_thumbnails;
    GalleryModel* m_gallery_model;
    MatchModel* m_match_model;
    MatchModel* m_compared;  ///< gallery pictures set side by side
    MatchController* m_matches;
    QUndoStack* m_undo;

    QToolBar* m_toolbar = nullptr;
    QPushButton* m_library_button = nullptr;
    FilterField* m_filter = nullptr;
    QSlider* m_size = nullptr;
    QSplitter* m_splitter = nullptr;
    LibrarySidebar* m_sidebar = nullptr;
    QWidget* m_centre = nullptr;
    MessageBar* m_messages = nullptr;
    QueryStrip* m_strip = nullptr;
    FilterChips* m_chips = nullptr;
    QWidget* m_gallery_head = nullptr;
    QLabel* m_place_label = nullptr;
    ElidedLabel* m_count_label = nullptr;
    QPushButton* m_sort_button = nullptr;
    MatchHeader* m_match_header = nullptr;
    QStackedWidget* m_pages = nullptr;
    WelcomePage* m_welcome = nullptr;
    GalleryView* m_gallery = nullptr;
    GalleryView* m_match_view = nullptr;
    CompareView* m_compare = nullptr;
    EvaluatePage* m_evaluate = nullptr;
    LearnPage* m_learn = nullptr;
    AnchorsPage* m_anchors = nullptr;
    MapPage* m_map = nullptr;
    Inspector* m_inspector = nullptr;
    ImportBar* m_import_bar = nullptr;
    ModelBar* m_model_bar = nullptr;
    DropOverlay* m_overlay = nullptr;
    QPointer<FailedFilesDialog> m_failed_dialog;
    QPointer<ModelsDialog> m_models_dialog;

    Page m_page = Page::Welcome;
    Page m_before_compare = Page::Gallery;
    LibrarySummary m_summary;
    std::vector<Condition> m_conditions;
    ItemQuery::Sort m_sort = ItemQuery::Sort::Path;
    bool m_descending = false;
    bool m_sidebar_wanted = true;
    bool m_inspector_wanted = true;
    bool m_narrow = false;  ///< started under 900 px: panels are closed until asked for
    bool m_layout_restored = false;
    bool m_show_best = false;  ///< the next answer is to a changed question
    bool m_query_failed = false;
    bool m_samples = false;      ///< the sample library is being opened
    bool m_ask_samples = false;  ///< and shall be asked a question once it is there
    std::string m_sample_folder;
    std::string m_opening;  ///< folder under way
    std::optional<std::vector<std::string>> m_import_when_open;
    std::vector<std::string> m_dragged;
    RequestId m_count_request = 0;
    RequestId m_folders_request = 0;  ///< whether folder names are worth an offer
    bool m_table_offered = false;     ///< the pictures that came last lie beside a table of labels
    RequestId m_inspector_request = 0;
    RequestId m_calibration_request = 0;
    std::unordered_set<ItemId> m_removed;  ///< hidden, not yet taken out of the library

    QAction* m_add_folder = nullptr;
    QAction* m_add_files = nullptr;
    QAction* m_add_labels = nullptr;
    QAction* m_folder_labels = nullptr;
    QAction* m_query_open = nullptr;
    QAction* m_query_paste = nullptr;
    QAction* m_query_clear = nullptr;
    QAction* m_close_library = nullptr;
    QAction* m_undo_action = nullptr;
    QAction* m_redo_action = nullptr;
    QAction* m_find = nullptr;
    QAction* m_compare_action = nullptr;
    QAction* m_look_action = nullptr;
    QAction* m_open_file = nullptr;
    QAction* m_show_folder = nullptr;
    QAction* m_copy = nullptr;
    QAction* m_remove = nullptr;
    QAction* m_select_all = nullptr;
    QAction* m_back = nullptr;
    QAction* m_larger = nullptr;
    QAction* m_smaller = nullptr;
    QAction* m_show_sidebar = nullptr;
    QAction* m_show_inspector = nullptr;
    QAction* m_show_failed = nullptr;
    QAction* m_show_models = nullptr;
    QAction* m_objects_only = nullptr;
    QAction* m_show_browse = nullptr;
    QAction* m_show_learn = nullptr;
    QAction* m_show_evaluate = nullptr;
    QAction* m_show_anchors = nullptr;
    QAction* m_show_map = nullptr;
    QMenu* m_library_menu = nullptr;
    QMenu* m_recent_menu = nullptr;
    QMenu* m_sort_menu = nullptr;
};

}  // namespace fieldmark
