// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/inspector/value_edit_command.h"

#include "ui/widgets/text.h"

namespace fieldmark {

ValueEditCommand::ValueEditCommand(Session& session, const std::vector<ItemRow>& rows,
                                   const std::string& field, const std::string& value)
    : m_session(&session) {
    for (const ItemRow& row : rows) {
        const auto found = row.metadata.find(field);
        const std::string before = found == row.metadata.end() ? std::string() : found->second;
        if (before == value) continue;
        m_before.push_back({row.item.id, field, before});
        m_after.push_back({row.item.id, field, value});
    }
    const QString name = Text::display_name(field);
    const auto count = static_cast<int>(m_after.size());
    setText(value.empty() ? tr("removing %1 of %n pictures", nullptr, count).arg(name)
                          : tr("setting %1 of %n pictures", nullptr, count).arg(name));
}

void ValueEditCommand::redo() {
    if (m_session && !m_after.empty()) m_session->set_values(m_after);
}

void ValueEditCommand::undo() {
    if (m_session && !m_before.empty()) m_session->set_values(m_before);
}

}  // namespace fieldmark
