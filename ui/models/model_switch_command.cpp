// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/models/model_switch_command.h"

#include "ui/widgets/text.h"

namespace fieldmark {

ModelSwitchCommand::ModelSwitchCommand(const ModelSwitchReport& report)
    : m_former(report.former), m_now(report.info.hash) {
    setText(tr("using the model %1").arg(Text::display_name(report.info.name)));
}

bool ModelSwitchCommand::undone_by(const ModelSwitchReport& report) const {
    return report.former == m_now && report.info.hash == m_former;
}

bool ModelSwitchCommand::redone_by(const ModelSwitchReport& report) const {
    return report.former == m_former && report.info.hash == m_now;
}

}  // namespace fieldmark
