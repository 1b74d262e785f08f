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

#include "core/engine/session.h"
#include "ui/image_view.h"

class QAction;
class QGridLayout;
class QLabel;
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
    int paneCount() const;  ///< 2 to 4
    void pinCurrent();
    void next();
    void previous();

  Q_SIGNALS:
    void currentChanged(int row);
    void closed();

  protected:
    void keyReleaseEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    QAction* addKey(const QString& name, const QString& text, const QList<QKeySequence>& keys);
    QToolButton* addButton(QAction* action);
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
    QPointer<const MatchModel> m_model;
    QPersistentModelIndex m_current;
    ItemId m_shown_item = 0;
    std::optional<QueryImage> m_query;
    ComparePane* m_query_pane = nullptr;
    ComparePane* m_match_pane = nullptr;
    std::vector<ComparePane*> m_pinned;
    QGridLayout* m_grid = nullptr;
    QWidget* m_bar = nullptr;
    QLabel* m_position = nullptr;
    QLabel* m_reason = nullptr;  ///< of the explanation, or why there is none
    QAction* m_link = nullptr;
    QAction* m_flip = nullptr;
    QAction* m_blink_action = nullptr;
    QAction* m_why = nullptr;
    QAction* m_pin = nullptr;
    QAction* m_next = nullptr;
    QAction* m_previous = nullptr;
    bool m_linked = true;
    bool m_flipped = false;
    bool m_explaining = false;
    RequestId m_explanation = 0;  ///< asked for and not answered; 0: none
    QElapsedTimer m_why_pressed;
    QElapsedTimer m_flip_pressed;
    QTimer m_blink;
};

}  // namespace fieldmark
