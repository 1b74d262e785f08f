// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

class QDialogButtonBox;

namespace fieldmark {

/// Gives the standard buttons the program's own icons: the style's are drawn for a light ground and vanish on
/// a dark one. UI thread.
void use_own_icons(QDialogButtonBox& buttons);

}  // namespace fieldmark
