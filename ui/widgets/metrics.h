// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFontMetrics>
#include <QPalette>
#include <QWidget>

namespace fieldmark {

/// The window's rhythm: half a line of text, 8 logical pixels in a usual font; sizes are counted in it, so
/// that they grow with the user's font and scale.
inline int rhythm(const QWidget* widget) {
    return qMax(4, widget->fontMetrics().height() / 2);
}

/// `a` with `share` (0..1) of `b` in it. For quiet lines and grounds that fit light and dark palettes alike.
inline QColor blend(const QColor& a, const QColor& b, qreal share) {
    return QColor::fromRgbF(static_cast<float>(a.redF() * (1 - share) + b.redF() * share),
                            static_cast<float>(a.greenF() * (1 - share) + b.greenF() * share),
                            static_cast<float>(a.blueF() * (1 - share) + b.blueF() * share));
}

/// A thin line on the window's ground.
inline QColor quiet_line(const QPalette& palette) {
    return blend(palette.color(QPalette::Window), palette.color(QPalette::WindowText), 0.25);
}

/// Text that says less: still above a contrast of 4.5 in the usual palettes.
inline QColor quiet_text(const QPalette& palette) {
    return blend(palette.color(QPalette::WindowText), palette.color(QPalette::Window), 0.3);
}

}  // namespace fieldmark
