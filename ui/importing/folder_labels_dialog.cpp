// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/importing/folder_labels_dialog.h"

#include <utility>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include "ui/widgets/dialog_buttons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

constexpr int kPreviewMs = 250;
constexpr std::size_t kNamesShown = 3;

QLabel* wrapped(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

}  // namespace

FolderLabelsCommand::FolderLabelsCommand(Session& session, FolderLabels labels)
    : m_session(&session), m_labels(std::move(labels)) {
    setText(tr("labelling %1 by folders").arg(Text::display_name(m_labels.field)));
}

void FolderLabelsCommand::redo() {
    if (m_session) m_session->store_folder_labels(m_labels.edits);
}

void FolderLabelsCommand::undo() {
    if (!m_session) return;
    std::vector<ValueEdit> empty = m_labels.edits;
    for (ValueEdit& value : empty) value.value.clear();
    m_session->store_folder_labels(empty);
}

FolderLabelsDialog::FolderLabelsDialog(Session& session, const LibrarySummary& library, CollectionId shown,
                                       QUndoStack* undo, QWidget* parent)
    : QDialog(parent), m_session(session), m_undo(undo) {
    setObjectName(QStringLiteral("folderLabelsDialog"));
    setWindowTitle(tr("Folder names as labels"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(unit);
    column->addWidget(
        wrapped(tr("Each picture is labelled with the name of the folder it lies in. Pictures that "
                   "have a label already keep it, and the files are not touched."),
                this));

    auto* form = new QFormLayout;
    m_field = new QComboBox(this);
    m_field->setObjectName(QStringLiteral("folderLabelsField"));
    m_field->setEditable(true);
    m_field->setInsertPolicy(QComboBox::NoInsert);
    for (const Field& field : library.fields) {
        if (field.kind != FieldKind::Number)
            m_field->addItem(Text::display_name(field.name), QByteArray::fromStdString(field.name));
    }
    if (m_field->count() == 0) m_field->addItem(tr("species", "name of a field"));
    m_field->setToolTip(tr("What the folders name, as \"species\" or \"individual\""));
    form->addRow(tr("&Field:"), m_field);
    m_collection = new QComboBox(this);
    m_collection->setObjectName(QStringLiteral("folderLabelsCollection"));
    m_collection->addItem(tr("All collections"), QVariant::fromValue(CollectionId(0)));
    for (const Collection& one : library.collections) {
        m_collection->addItem(Text::display_name(one.name), QVariant::fromValue(one.id));
        if (one.id == shown) m_collection->setCurrentIndex(m_collection->count() - 1);
    }
    form->addRow(tr("&Pictures of:"), m_collection);
    form->setRowVisible(m_collection, library.collections.size() > 1);
    column->addLayout(form);

    m_preview = wrapped({}, this);
    m_preview->setObjectName(QStringLiteral("folderLabelsPreview"));
    // As high as its longest text, so that the dialog does not jump while a name is typed.
    m_preview->setMinimumSize(unit * 60, fontMetrics().lineSpacing() * 5);
    m_preview->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    column->addWidget(m_preview, 1);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    dress_buttons(*buttons);
    m_label = buttons->button(QDialogButtonBox::Ok);
    m_label->setObjectName(QStringLiteral("folderLabelsAccept"));
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &FolderLabelsDialog::label);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    m_later.setSingleShot(true);
    m_later.setInterval(kPreviewMs);
    connect(&m_later, &QTimer::timeout, this, &FolderLabelsDialog::ask);
    const auto later = [this] {
        m_request = 0;  // an answer to the former choice is none to this one
        m_label->setEnabled(false);
        m_later.start();
    };
    connect(m_field, &QComboBox::currentTextChanged, this, later);
    connect(m_collection, &QComboBox::currentIndexChanged, this, later);
    connect(&m_session, &Session::folderLabelsFetched, this,
            [this](RequestId id, const FolderLabels& labels) {
                if (id == m_request) show_labels(labels);
            });
    connect(&m_session, &Session::folderLabelsFailed, this, [this](RequestId id, const Error& error) {
        if (id == m_request) say(Text::error(error));
    });
    connect(&m_session, &Session::closed, this, &QDialog::reject);
    // An editable box keeps Enter to itself.
    connect(m_field->lineEdit(), &QLineEdit::returnPressed, m_label, &QPushButton::click);
    m_field->lineEdit()->selectAll();
    m_field->setFocus(Qt::OtherFocusReason);
    ask();
}

std::string FolderLabelsDialog::field() const {
    // A name that is no text is shown otherwise than it is.
    const int known = m_field->findText(m_field->currentText(), Qt::MatchExactly | Qt::MatchCaseSensitive);
    const QByteArray name = m_field->itemData(known).toByteArray();
    return name.isEmpty() ? m_field->currentText().trimmed().toStdString() : name.toStdString();
}

void FolderLabelsDialog::say(const QString& text) {
    m_request = 0;
    m_preview->setText(text);
    m_label->setText(tr("Label"));
    m_label->setEnabled(false);
}

void FolderLabelsDialog::ask() {
    const std::string name = field();
    if (name.empty()) return say(tr("Give the field a name."));
    say(tr("Reading the folders…"));
    const auto collection = m_collection->currentData().value<CollectionId>();
    m_request = m_session.fetch_folder_labels(
        name, collection == 0 ? std::vector<CollectionId>{} : std::vector<CollectionId>{collection});
}

void FolderLabelsDialog::show_labels(const FolderLabels& labels) {
    m_labels = labels;
    const auto pictures = static_cast<int>(labels.edits.size());
    QStringList parts;
    if (pictures > 0) {
        QStringList names;
        for (const std::string& name : labels.names) {
            if (static_cast<std::size_t>(names.size()) == kNamesShown) break;
            names += Text::display_name(name);
        }
        if (labels.names.size() > kNamesShown) names += QStringLiteral("…");
        parts += tr("%n folder(s): %1", nullptr, static_cast<int>(labels.names.size()))
                     .arg(names.join(QStringLiteral(", ")));
    } else {
        parts += tr("No folder names a picture anew.");
    }
    if (labels.loose > 0)
        parts += tr("%n picture(s) lie outside these folders and get no label.", nullptr,
                    static_cast<int>(labels.loose));
    if (labels.labelled > 0)
        parts += tr("%n picture(s) have a label already.", nullptr, static_cast<int>(labels.labelled));
    m_preview->setText(parts.join(QLatin1Char('\n')));
    m_label->setText(tr("Label %n picture(s)", nullptr, pictures));
    m_label->setEnabled(pictures > 0);
}

void FolderLabelsDialog::label() {
    if (m_labels.edits.empty()) return;
    m_undo->push(new FolderLabelsCommand(m_session, std::move(m_labels)));
    accept();
}

}  // namespace fieldmark
