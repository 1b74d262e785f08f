// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

class QDialogButtonBox;

namespace fieldmark {

/// Gives the standard buttons the program's own icons and words: the style's icons are drawn for a light
/// ground and vanish on a dark one, and Qt's translations need not be installed. UI thread.
void dress_buttons(QDialogButtonBox& buttons);

}  // namespace fieldmark
