// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "core/engine/session/session.h"

class QComboBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace fieldmark {

class FieldChooser;
class MapView;
class MessagePage;
class ThumbnailStore;

/// Map: the library on a plane, look-alikes near each other, coloured by a label. The plane of largest
/// variance is there at once; UMAP's neighbourhoods replace it while they are found. Computed when the page
/// is first shown, and anew on request after the library changed. The classes' anchors (or prototypes) and
/// the query are drawn in without computing it anew. UI thread.
class MapPage : public QWidget {
    Q_OBJECT
  public:
    MapPage(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void set_field(const std::string& field);  ///< colours by it; ignored where there is no such field
    void set_query(const std::vector<QueryImage>& images);  ///< drawn in; empty: none
    /// What Browse shows now: pictures outside are dimmed if it is `narrowed`.
    void set_filter(const ItemQuery& query, bool narrowed);
    void set_selected(const std::vector<ItemId>& items);
    std::vector<ItemId> selected() const;
    bool step_back();  ///< one step of Esc that is the page's own: false if there was none
    bool running() const { return m_request != 0; }
    const std::optional<LibraryMap>& map() const { return m_map; }
    MapView& view() { return *m_view; }
    void compute();

  Q_SIGNALS:
    void selectionChanged(const std::vector<fieldmark::ItemId>& items);
    void lookAlikesRequested(fieldmark::ItemId item);

  protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    QWidget* build_form();
    void clear();
    void take_map(const LibraryMap& map);
    void take_summary(const LibrarySummary& summary);
    void ask_groups();
    void ask_anchors();
    void ask_query();
    void ask_filter();
    void ask_again();
    void take_landmarks(RequestId id, const std::vector<MapLandmark>& landmarks);
    void show_landmarks();
    void take_values(const std::vector<ValueCount>& values);
    void take_next_groups();
    void take_group(RequestId id, const std::vector<ItemId>& items);
    void show_legend();
    void show_state();
    void say(const QString& title, const QString& hint);
    std::int64_t not_on_map() const;

    Session& m_session;
    LibrarySummary m_summary;
    std::optional<LibraryMap> m_map;
    std::vector<QueryImage> m_query;
    ItemQuery m_filter;
    bool m_narrowed = false;
    std::vector<MapLandmark> m_landmarks;
    std::string m_placed_model;  ///< whose vectors anchors and query were last placed by
    RequestId m_anchors_request = 0;
    RequestId m_query_request = 0;
    RequestId m_filter_request = 0;
    std::optional<Error> m_query_error;
    std::optional<Error> m_anchors_error;
    std::optional<Error> m_error;
    RequestId m_request = 0;
    bool m_stopped = false;  ///< by the user, before the last one asked for was ready
    RequestId m_values_request = 0;
    RequestId m_row_request = 0;
    ItemId m_hovered = 0;
    QTimer m_hover_timer;
    QTimer m_calmly;  ///< labels and filter are read again

    /// The values of a field that are told apart, and their pictures.
    struct Groups {
        std::string field;
        std::vector<std::string> names;          ///< the most frequent first
        std::vector<std::vector<ItemId>> items;  ///< of each name
        bool more_values = false;                ///< than are told apart
    };
    Groups m_groups;                                              ///< shown
    Groups m_next_groups;                                         ///< shown once all answers are there
    std::unordered_map<RequestId, std::size_t> m_group_requests;  ///< which of the next is asked for

    QComboBox* m_method = nullptr;
    FieldChooser* m_fields = nullptr;
    QToolButton* m_lasso = nullptr;
    QToolButton* m_anchors = nullptr;
    QWidget* m_progress_box = nullptr;
    QProgressBar* m_progress = nullptr;
    QLabel* m_progress_text = nullptr;
    QWidget* m_news = nullptr;
    QLabel* m_news_text = nullptr;
    QStackedWidget* m_stack = nullptr;
    MessagePage* m_message = nullptr;
    QPushButton* m_retry = nullptr;
    QWidget* m_body = nullptr;
    MapView* m_view = nullptr;
    QListWidget* m_legend = nullptr;
    QLabel* m_status = nullptr;
};

}  // namespace fieldmark
