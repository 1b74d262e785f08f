// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

class QWidget;

namespace fieldmark::testing {

/// The visible texts in `window` that are cut off, a line each: which widget, its text, what it needs and
/// what it has. Looks at labels, buttons, combo boxes, header sections, rows of trees and tables,
/// placeholders of line edits, and at a toolbar that hides what it has no room for. A widget that leaves out
/// part of its text (elides) passes if its tooltip has the whole text.
QStringList clipped_texts(QWidget& window);

}  // namespace fieldmark::testing
