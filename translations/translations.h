// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

class QCoreApplication;

namespace fieldmark {

/// Installs the program's own and Qt's texts for the system's language, English where there is no translation. The
/// translators belong to `application`. UI thread, before the first window.
void install_translations(QCoreApplication& application);

}  // namespace fieldmark
