// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/inspector/field_delegate.h"

#include <QCompleter>
#include <QLineEdit>

#include "ui/inspector/fields_model.h"
#include "ui/widgets/text.h"

namespace fieldmark {

ValueSuggestions::ValueSuggestions(Session& session, QObject* parent) : QObject(parent), m_session(session) {
    connect(&session, &Session::fieldValuesFetched, this,
            [this](RequestId id, const std::string&, const std::vector<ValueCount>& values) {
                if (id != m_request || id == 0) return;
                m_request = 0;
                QStringList texts;
                for (const ValueCount& value : values) texts += Text::display_name(value.value);
                m_values.setStringList(texts);
            });
}

void ValueSuggestions::attach(QLineEdit* edit) {
    auto* completer = new QCompleter(&m_values, edit);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    completer->setMaxVisibleItems(8);
    edit->setCompleter(completer);
}

void ValueSuggestions::want(const std::string& field) {
    if (field != m_field) m_values.setStringList({});
    m_field = field;
    m_request = field.empty() ? 0 : m_session.fetch_field_values(field);
}

FieldDelegate::FieldDelegate(ValueSuggestions& suggestions, QObject* parent)
    : QStyledItemDelegate(parent), m_suggestions(suggestions) {}

QWidget* FieldDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&,
                                     const QModelIndex& index) const {
    auto* edit = new QLineEdit(parent);
    edit->setObjectName(QStringLiteral("fieldValueEditor"));
    edit->setFrame(false);
    if (const auto* model = qobject_cast<const FieldsModel*>(index.model())) {
        m_suggestions.want(model->field(index.row()));
        m_suggestions.attach(edit);
        edit->setAccessibleName(tr("Value of %1").arg(Text::display_name(model->field(index.row()))));
        if (index.data(FieldsModel::SeveralRole).toBool()) edit->setPlaceholderText(tr("several values"));
    }
    return edit;
}

void FieldDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    auto* edit = qobject_cast<QLineEdit*>(editor);
    // What was typed is kept when the row's values come anew meanwhile.
    if (edit != nullptr && !edit->isModified()) edit->setText(index.data(Qt::EditRole).toString());
}

}  // namespace fieldmark
