// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/field_chooser.h"

#include <algorithm>

#include <QSignalBlocker>

#include "ui/widgets/text.h"

namespace fieldmark {

FieldChooser::FieldChooser(QWidget* parent) : QComboBox(parent) {
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    connect(this, &QComboBox::activated, this, [this] { m_wanted = field(); });
}

void FieldChooser::set_nothing(const QString& text) {
    m_nothing = text;
}

bool FieldChooser::set_fields(const std::vector<Field>& fields) {
    m_fields = fields;
    return fill();
}

bool FieldChooser::want(const std::string& field, bool number) {
    m_wanted = field;
    if (number) m_number = field;
    const std::string before = this->field();
    (void)fill();
    const QSignalBlocker quiet(this);
    (void)choose();
    return this->field() != before;
}

bool FieldChooser::fill() {
    std::vector<std::string> names;
    for (const Field& field : m_fields) {
        if (m_numbers || field.kind != FieldKind::Number || field.name == m_number)
            names.push_back(field.name);
    }
    if (m_filled && names == m_names) return false;
    m_filled = true;
    m_names = std::move(names);
    const std::string before = field();
    const QSignalBlocker quiet(this);
    clear();
    if (!m_nothing.isEmpty()) addItem(m_nothing, QByteArray());
    for (const std::string& name : m_names)
        addItem(Text::display_name(name), QByteArray::fromStdString(name));
    setCurrentIndex(before.empty() ? -1 : findData(QByteArray::fromStdString(before)));
    (void)choose();
    return true;
}

std::string FieldChooser::field() const {
    return currentData().toByteArray().toStdString();
}

bool FieldChooser::choose() {
    int place = m_wanted ? findData(QByteArray::fromStdString(*m_wanted)) : -1;
    if (place < 0) place = currentIndex();
    for (const char* usual : {"species", "class", "label"}) {
        if (place < 0) place = findData(QByteArray(usual));
    }
    if (place < 0) place = std::min(count() - 1, m_nothing.isEmpty() ? 0 : 1);
    if (place == currentIndex()) return false;
    setCurrentIndex(place);
    return true;
}

}  // namespace fieldmark
