// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <QDialog>
#include <QPointer>
#include <QTimer>
#include <QUndoCommand>

#include "core/engine/session/session.h"

class QComboBox;
class QLabel;
class QPushButton;
class QUndoStack;

namespace fieldmark {

/// Labels by folders, taken back by emptying the same values where nobody has typed another since. UI thread.
class FolderLabelsCommand : public QUndoCommand {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::FolderLabelsCommand)
  public:
    FolderLabelsCommand(Session& session, FolderLabels labels);
    void redo() override;
    void undo() override;

  private:
    QPointer<Session> m_session;
    const FolderLabels m_labels;
};

/// Labels pictures by the folders they lie in: which field, which collection, and what that would come to
/// before anything is changed. Accepted, it is one edit that can be undone. UI thread.
class FolderLabelsDialog : public QDialog {
    Q_OBJECT
  public:
    /// `shown`: the collection to begin with; 0: all. `undo` outlives it.
    FolderLabelsDialog(Session& session, const LibrarySummary& library, CollectionId shown, QUndoStack* undo,
                       QWidget* parent = nullptr);

  private:
    void ask();
    std::string field() const;
    void say(const QString& text);  ///< why there is nothing to accept now
    void show_labels(const FolderLabels& labels);
    void label();

    Session& m_session;
    QUndoStack* const m_undo;
    QComboBox* m_field;
    QComboBox* m_collection;
    QLabel* m_preview;
    QPushButton* m_label;
    QTimer m_later;  ///< a name is typed letter by letter
    RequestId m_request = 0;
    FolderLabels m_labels;
};

}  // namespace fieldmark
