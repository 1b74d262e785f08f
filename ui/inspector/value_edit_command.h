// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QCoreApplication>
#include <QPointer>
#include <QUndoCommand>

#include "core/engine/session/session.h"

namespace fieldmark {

/// One edit of one field of one or several items, undone by setting the values from before. Does nothing once
/// the session is gone. UI thread.
class ValueEditCommand : public QUndoCommand {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::ValueEditCommand)
  public:
    /// `rows`: the items as they are now.
    ValueEditCommand(Session& session, const std::vector<ItemRow>& rows, const std::string& field,
                     const std::string& value);

    /// False where every item has the value already.
    bool changesAnything() const { return !m_after.empty(); }
    void redo() override;
    void undo() override;

  private:
    QPointer<Session> m_session;
    std::vector<ValueEdit> m_before;
    std::vector<ValueEdit> m_after;
};

}  // namespace fieldmark
