// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPixmap>
#include <QWidget>

#include "core/engine/session/session.h"

class QToolButton;

namespace fieldmark {

class ElidedLabel;
class ImageView;

/// One picture of the comparison with what it is below it. UI thread.
class ComparePane : public QWidget {
    Q_OBJECT
  public:
    enum class Role { Query, Match, Pinned };
    ComparePane(Session& session, Role role, QWidget* parent = nullptr);

    Role role() const { return m_role; }
    ImageView* view() const { return m_view; }
    ItemId item() const { return m_item; }

    void setQuery(const QueryImage& query);
    void setMatch(const Match& match, const QPixmap& preview);
    void setCaption(const Match& match);  ///< the words only; the picture stays
    /// Ranks and scores of the captions from now on are those of a mark that was looked for.
    void setByMark(bool by_mark) { m_by_mark = by_mark; }
    /// What the picture is called, for a window of its own.
    QString name() const {
        return m_detail_text.isEmpty() ? m_title_text : m_title_text + QStringLiteral(" · ") + m_detail_text;
    }
    void clear();
    /// Shows the picture and the words of `other` in this one's place; null: its own again.
    void setStandIn(const ComparePane* other);

  Q_SIGNALS:
    void closeRequested();  ///< of a pinned one

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void nameQuery(const QString& name);
    void updateTexts();
    void recolour();

    Role m_role;
    Session& m_session;
    ItemId m_item = 0;
    RequestId m_row_request = 0;  ///< for the name of a queried item
    bool m_by_mark = false;
    bool m_part = false;     ///< a part of the query is searched with
    bool m_nearest = false;  ///< the picture stands for an anchor
    QString m_title_text;
    QString m_detail_text;
    const ComparePane* m_stand_in = nullptr;
    ImageView* m_view = nullptr;
    ElidedLabel* m_title = nullptr;
    ElidedLabel* m_detail = nullptr;
    QToolButton* m_close = nullptr;
};

}  // namespace fieldmark
