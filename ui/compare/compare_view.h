// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <QElapsedTimer>
#include <QPersistentModelIndex>
#include <QPointer>
#include <QTimer>
#include <QWidget>

#include "core/engine/session/session.h"
#include "ui/widgets/image_view.h"

class QAction;
class QGridLayout;
class QLabel;
class QSlider;
class QToolButton;

namespace fieldmark {

class ComparePane;
class MatchModel;
class ThumbnailStore;

/// Query and match side by side, with up to two pinned matches beside them; zoom and pan linked by relative
/// position. Its actions() carry the keys of the page (F1 lists them). UI thread.
class CompareView : public QWidget {
    Q_OBJECT
  public:
    explicit CompareView(Session& session, QWidget* parent = nullptr);

    /// Thumbnails stand in for pictures that are still loading. Optional; must outlive the view.
    void setThumbnails(const ThumbnailStore* thumbnails) { m_thumbnails = thumbnails; }
    void setQuery(const QueryImage& query);
    /// `model` must outlive the view or be replaced first; null: nothing to compare.
    void setMatches(const MatchModel* model, int current);
    int current() const;

    bool isLinked() const { return m_linked; }
    void setLinked(bool linked);
    bool isFlipped() const { return m_flipped; }
    void setFlipped(bool flipped);
    bool isBlinking() const { return m_blink.isActive(); }
    void setBlinking(bool blinking);
    /// Heat and numbered parts over both pictures: why they match. Off unless asked for: an expert looks at
    /// the bare marks.
    bool isExplaining() const { return m_explaining; }
    void setExplaining(bool explaining);
    /// The query over the match, up to a line that can be dragged.
    bool isWiping() const { return m_wiping; }
    void setWiping(bool wiping);
    /// "Find this mark": while choosing, a drag or a click on the query takes a region. The matches are then
    /// ranked by that region alone, until rankByWhole().
    bool isChoosingMark() const { return m_choosing; }
    void setChoosingMark(bool choosing);
    void findMark(const Crop& region);  ///< of the query
    bool isRankedByMark() const { return m_ranking.has_value(); }
    void rankByWhole();     ///< also stops a search for a mark
    int paneCount() const;  ///< 2 to 4
    void pinCurrent();
    void next();
    void previous();

  Q_SIGNALS:
    void currentChanged(int row);  ///< of the model that was set, however the matches are ranked here
    void closed();
    /// The model's attention (or energy) on one of the pictures is asked for.
    void lookRequested(const fieldmark::QueryImage& picture, const QString& name);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    struct MarkSearch {
        RequestId request = 0;
        Crop region;  ///< of the query
    };
    struct MarkRanking {
        Crop region;  ///< of the query
        MarkReport report;
    };

    QAction* addKey(const QString& name, const QString& text, const QList<QKeySequence>& keys);
    QToolButton* addButton(QAction* action);
    QWidget* makeBanner();
    QWidget* makeTools();
    void showTools();
    void setTone();
    void stepBack();
    void look();
    void goThrough(const MatchModel* model, int row);
    void rankByMark();
    void stopSearch();
    void forgetMark();
    void applyMarks();
    void sayRanking();
    void say(const QString& text, const QString& way_back);
    void explainCurrent();
    void clearExplanation();
    void showExplanation(const Explanation& explanation);
    void go(int row);
    void showCurrent();
    void relayout();
    void unpin(ComparePane* pane);
    void follow(const ComparePane* leader);
    void updateTexts();
    std::vector<ComparePane*> panes() const;

    Session& m_session;
    const ThumbnailStore* m_thumbnails = nullptr;
    QPointer<const MatchModel> m_model;  ///< that is shown: m_all, or m_marked
    QPointer<const MatchModel> m_all;    ///< that was set
    MatchModel* m_marked = nullptr;      ///< ranked by the mark
    QPersistentModelIndex m_current;
    ItemId m_shown_item = 0;
    std::optional<QueryImage> m_query;
    ComparePane* m_query_pane = nullptr;
    ComparePane* m_match_pane = nullptr;
    std::vector<ComparePane*> m_pinned;
    QGridLayout* m_grid = nullptr;
    QWidget* m_bar = nullptr;
    QLabel* m_position = nullptr;
    QWidget* m_banner = nullptr;  ///< of the mark: what to do, how far it is, the way back
    QLabel* m_banner_text = nullptr;
    QToolButton* m_banner_button = nullptr;
    QWidget* m_tools = nullptr;  ///< sliders
    QWidget* m_wipe_tool = nullptr;
    QWidget* m_tone_tool = nullptr;
    QSlider* m_wipe_slider = nullptr;
    QSlider* m_brightness = nullptr;
    QSlider* m_contrast = nullptr;
    QLabel* m_reason = nullptr;  ///< of the explanation, or why there is none
    QAction* m_link = nullptr;
    QAction* m_flip = nullptr;
    QAction* m_blink_action = nullptr;
    QAction* m_why = nullptr;
    QAction* m_mark = nullptr;
    QAction* m_wipe = nullptr;
    QAction* m_tone = nullptr;
    QAction* m_look = nullptr;
    QAction* m_pin = nullptr;
    QAction* m_next = nullptr;
    QAction* m_previous = nullptr;
    bool m_linked = true;
    bool m_flipped = false;
    bool m_explaining = false;
    bool m_wiping = false;
    bool m_choosing = false;
    std::optional<MarkSearch> m_search;    ///< asked for and not answered
    std::optional<MarkRanking> m_ranking;  ///< how the matches stand here; a new answer replaces it whole
    RequestId m_explanation = 0;           ///< asked for and not answered; 0: none
    QElapsedTimer m_why_pressed;
    QElapsedTimer m_flip_pressed;
    QTimer m_blink;
};

}  // namespace fieldmark
