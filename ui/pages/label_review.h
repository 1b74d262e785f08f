// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QWidget>

#include "core/engine/session/session.h"

class QPushButton;
class QUndoStack;

namespace fieldmark {

class PictureRows;
class ThumbnailStore;

/// The labels that a model with class densities doubts, picture by picture: take the better one or keep what
/// is there. UI thread.
class LabelReview : public QWidget {
    Q_OBJECT
  public:
    LabelReview(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void setUndoStack(QUndoStack* undo) { m_undo = undo; }         ///< for accepted labels
    void set_field(const std::string& field) { m_field = field; }  ///< whose labels the next look is at

  Q_SIGNALS:
    void lookAlikesRequested(fieldmark::ItemId item);

  private:
    void build(ThumbnailStore& thumbnails);
    void clear(const QString& why);
    void review();
    void take_verdicts(const std::vector<DensityVerdict>& verdicts);
    void accept_verdict(bool accept);

    Session& m_session;
    QUndoStack* m_undo = nullptr;
    std::string m_field;
    std::string m_reviewed_field;
    RequestId m_request = 0;
    RequestId m_rows_request = 0;
    bool m_read_only = false;
    std::vector<DensityVerdict> m_verdicts;  ///< as the list shows them
    std::vector<ItemRow> m_rows;

    PictureRows* m_list = nullptr;
    QPushButton* m_run = nullptr;
    QPushButton* m_accept = nullptr;
    QPushButton* m_keep = nullptr;
};

}  // namespace fieldmark
