// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <QCoreApplication>
#include <QPointer>
#include <QUndoCommand>

#include "core/engine/session/session.h"

namespace fieldmark {

/// The library has gone over to another model; undone by going back to the former one, whose vectors are
/// still there. The change itself is the session's: when this is made it has happened. UI thread.
class ModelSwitchCommand : public QUndoCommand {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::ModelSwitchCommand)
  public:
    ModelSwitchCommand(Session& session, const ModelSwitchReport& report);

    /// Whether this change is what undoing it, or redoing it, leads to.
    bool undone_by(const ModelSwitchReport& report) const;
    bool redone_by(const ModelSwitchReport& report) const;
    void redo() override;
    void undo() override;

  private:
    void use(const std::string& model) const;

    QPointer<Session> m_session;
    const std::string m_former;
    const std::string m_now;
    bool m_happened = true;  ///< the stack redoes a command when it takes it
};

}  // namespace fieldmark
