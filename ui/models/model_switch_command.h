// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <QCoreApplication>
#include <QUndoCommand>

#include "core/engine/models/model_switch.h"

namespace fieldmark {

/// The library went over to another model. Going back is a task of minutes at worst, which may fail or be
/// cancelled, so the stack only keeps the books: whoever undoes or redoes this asks the session for
/// `former()` or `now()`, and moves the stack once that has happened. UI thread.
class ModelSwitchCommand : public QUndoCommand {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::ModelSwitchCommand)
  public:
    explicit ModelSwitchCommand(const ModelSwitchReport& report);

    const std::string& former() const { return m_former; }  ///< hash
    const std::string& now() const { return m_now; }        ///< hash
    /// Whether this change has undone it, or done it again.
    bool undone_by(const ModelSwitchReport& report) const;
    bool redone_by(const ModelSwitchReport& report) const;

  private:
    const std::string m_former;
    const std::string m_now;
};

}  // namespace fieldmark
