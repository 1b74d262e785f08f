// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QRectF>
#include <QString>

namespace fieldmark {

/// The mark that is looked for on the sample bird, in parts of its view: eye and bill.
constexpr QRectF kMark(0.02, 0.25, 0.19, 0.13);

/// From the empty window through import, search, comparison, explanation, mark and anchors to the map: frames
/// 01-NAME.png, 02-NAME.png... with a line below that says what was done. 0, or an exit status.
int walk_through(const QString& output);

}  // namespace fieldmark
