// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/inspector/object_box_dialog.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include "ui/query/crop_editor.h"
#include "ui/widgets/dialog_buttons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

ObjectBoxCommand::ObjectBoxCommand(Session& session, ItemId item, std::optional<ObjectBox> before,
                                   std::optional<ObjectBox> after)
    : m_session(&session), m_item(item), m_before(std::move(before)), m_after(std::move(after)) {
    setText(after ? tr("drawing an object box") : tr("leaving the box to the object finder"));
}

void ObjectBoxCommand::redo() {
    if (m_session) m_session->set_object_box(m_item, m_after);
}

void ObjectBoxCommand::undo() {
    if (m_session) m_session->set_object_box(m_item, m_before);
}

ObjectBoxDialog::ObjectBoxDialog(Session& session, const ItemRow& row, QUndoStack* undo, QWidget* parent)
    : QDialog(parent), m_session(session), m_item(row.item.id), m_undo(undo) {
    setObjectName(QStringLiteral("objectBoxDialog"));
    setWindowTitle(tr("Object box of %1").arg(Text::title(row)));
    setAttribute(Qt::WA_DeleteOnClose);
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(unit);

    m_editor = new CropEditor(this);
    m_editor->setObjectName(QStringLiteral("objectBoxEditor"));
    m_editor->setAccessibleName(tr("The object's box"));
    m_editor->setMinimumSize(unit * 40, unit * 30);
    column->addWidget(m_editor, 1);

    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("objectBoxNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    column->addWidget(m_note);

    auto* line = new QHBoxLayout;
    m_find = new QPushButton(tr("&Find the object"), this);
    m_find->setObjectName(QStringLiteral("objectBoxFind"));
    m_find->setAutoDefault(false);
    m_find->setToolTip(tr("Let the object finder look, and leave the box to it"));
    line->addWidget(m_find);
    m_whole = new QPushButton(tr("&Whole picture"), this);
    m_whole->setObjectName(QStringLiteral("objectBoxWhole"));
    m_whole->setAutoDefault(false);
    m_whole->setToolTip(tr("There is no single object: the whole picture counts"));
    line->addWidget(m_whole);
    line->addStretch(1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    dress_buttons(*buttons);
    m_save = buttons->button(QDialogButtonBox::Save);
    m_save->setObjectName(QStringLiteral("objectBoxSave"));
    line->addWidget(buttons);
    column->addLayout(line);

    connect(m_editor, &CropEditor::cropChanged, this, &ObjectBoxDialog::touch);
    connect(m_find, &QPushButton::clicked, this, &ObjectBoxDialog::find);
    connect(m_whole, &QPushButton::clicked, this, [this] {
        m_editor->reset();
        touch();
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &ObjectBoxDialog::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&session, &Session::closed, this, &QDialog::reject);
    connect(&session, &Session::pictureReady, this,
            [this](RequestId id, const QImage& image, int width, int height, const Error& error) {
                if (id != m_picture_request || id == 0) return;
                m_picture_request = 0;
                if (image.isNull()) {
                    m_problem = Text::error(error);
                    m_editor->setEnabled(false);
                } else {
                    const Crop kept = m_editor->crop();
                    m_editor->setImage(image, QSize(width, height));
                    m_editor->setCrop(kept);
                }
                say();
            });
    connect(&session, &Session::objectBoxFetched, this,
            [this](RequestId id, ItemId, const std::optional<ObjectBox>& box, const Error& error) {
                if (id == m_box_request && id != 0) take_stored(box, error);
                if (id == m_find_request && id != 0) take_found(box, error);
            });

    QueryImage picture;
    picture.item = m_item;
    constexpr int kSide = 1200;
    m_picture_request = session.load_picture(picture, kSide);
    m_box_request = session.fetch_object_box(m_item, false);
    m_save->setEnabled(false);
    say();
}

void ObjectBoxDialog::take_stored(const std::optional<ObjectBox>& box, const Error& error) {
    m_box_request = 0;
    if (!error.text.empty()) {
        m_problem = Text::error(error);
    } else {
        // Only what is known can be undone to: until then nothing is saved.
        m_known = true;
        m_stored = box;
        m_save->setEnabled(!m_session.summary().read_only);
        if (box && !m_touched) m_editor->setCrop(box->box);
    }
    say();
}

void ObjectBoxDialog::take_found(const std::optional<ObjectBox>& box, const Error& error) {
    m_find_request = 0;
    m_find->setEnabled(true);
    // Whoever drew meanwhile has the last word.
    if (!error.text.empty()) {
        if (m_by_finder) m_problem = Text::error(error);
        m_by_finder = false;
    } else if (box && m_by_finder) {
        m_editor->setCrop(box->box);
    }
    say();
}

void ObjectBoxDialog::touch() {
    m_touched = true;
    m_by_finder = false;
    if (m_known) m_problem.clear();
    say();
}

void ObjectBoxDialog::find() {
    m_touched = true;
    m_by_finder = true;
    if (m_known) m_problem.clear();
    m_find->setEnabled(false);
    m_find_request = m_session.fetch_object_box(m_item, true);
    say();
}

void ObjectBoxDialog::say() {
    const QString size = m_editor->description();
    QString note;
    if (!m_problem.isEmpty()) {
        note = m_problem;
    } else if (m_box_request != 0 || m_picture_request != 0) {
        note = tr("Loading…");  // what is stored may still come, and nothing can be saved
    } else if (m_by_finder && m_find_request != 0) {
        note = tr("Looking for the object…");
    } else if (m_by_finder) {
        note = m_editor->crop().whole()
                   ? tr("The object finder sees no single object: the whole picture counts.")
                   : tr("Found by the object finder: %1.").arg(size);
    } else if (m_touched) {
        note = m_editor->crop().whole() ? tr("The whole picture counts.") : tr("Drawn by you: %1.").arg(size);
    } else if (!m_stored) {
        note = tr("Nobody has looked for the object yet. Draw a box around it, or let it be found.");
    } else if (m_stored->source == BoxSource::Finder) {
        note = m_stored->box.whole()
                   ? tr("The object finder sees no single object: the whole picture counts.")
                   : tr("Found by the object finder: %1.").arg(size);
    } else {
        note = m_stored->source == BoxSource::User ? tr("Drawn by you: %1.").arg(size)
                                                   : tr("From a table: %1.").arg(size);
    }
    m_note->setText(note);
}

void ObjectBoxDialog::save() {
    if (m_touched) {
        std::optional<ObjectBox> after;
        if (!m_by_finder) after = ObjectBox{m_editor->crop(), 1, BoxSource::User, {}};
        // A person's own box drawn again, or nothing where nothing was, is no change.
        const bool same = after
                              ? m_stored && m_stored->source == BoxSource::User && m_stored->box == after->box
                              : !m_stored;
        if (!same) {
            auto* command = new ObjectBoxCommand(m_session, m_item, m_stored, std::move(after));
            if (m_undo) {
                m_undo->push(command);
            } else {
                command->redo();
                delete command;
            }
        }
    }
    accept();
}

}  // namespace fieldmark
