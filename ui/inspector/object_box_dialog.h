// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QCoreApplication>
#include <QDialog>
#include <QPointer>
#include <QUndoCommand>

#include "core/engine/session/session.h"

class QLabel;
class QPushButton;
class QUndoStack;

namespace fieldmark {

class CropEditor;

/// One change of an item's object box, undone by bringing back the box from before, as it was: a table's
/// stays a table's, the finder's the finder's. Does nothing once the session is gone. UI thread.
class ObjectBoxCommand : public QUndoCommand {
    Q_DECLARE_TR_FUNCTIONS(fieldmark::ObjectBoxCommand)
  public:
    /// nullopt: nothing is stored; the object finder may say.
    ObjectBoxCommand(Session& session, ItemId item, std::optional<ObjectBox> before,
                     std::optional<ObjectBox> after);
    void redo() override;
    void undo() override;

  private:
    QPointer<Session> m_session;
    ItemId m_item;
    std::optional<ObjectBox> m_before;
    std::optional<ObjectBox> m_after;
};

/// Where the object of one picture is: shows the stored box or, asked to, the one that the object finder
/// sees, and lets a person draw another. Not modal; closes with the library. UI thread.
class ObjectBoxDialog : public QDialog {
    Q_OBJECT
  public:
    /// `undo` may be null: then a change cannot be undone. Both must outlive the dialog.
    ObjectBoxDialog(Session& session, const ItemRow& row, QUndoStack* undo, QWidget* parent = nullptr);

  private:
    void take_stored(const std::optional<ObjectBox>& box, const Error& error);
    void take_found(const std::optional<ObjectBox>& box, const Error& error);
    void touch();
    void find();
    void save();
    void say();

    Session& m_session;
    const ItemId m_item;
    QPointer<QUndoStack> m_undo;
    std::optional<ObjectBox> m_stored;
    RequestId m_picture_request = 0;
    RequestId m_box_request = 0;
    RequestId m_find_request = 0;
    bool m_known = false;      ///< m_stored is what the library holds
    QString m_problem;         ///< why something could not be loaded or found
    bool m_touched = false;    ///< the person drew, or had it found anew
    bool m_by_finder = false;  ///< what is shown is the finder's: saving it forgets a drawn one
    CropEditor* m_editor = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_find = nullptr;
    QPushButton* m_whole = nullptr;
    QPushButton* m_save = nullptr;
};

}  // namespace fieldmark
