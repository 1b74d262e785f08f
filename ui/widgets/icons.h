// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace fieldmark {

/// One of the program's own monochrome icons (resources/icons/NAME.svg), drawn in the palette's text colour
/// of the moment and at the device's pixels, so that it fits light, dark and high-contrast themes. UI thread.
QIcon icon(const QString& name);
/// The same in one fixed colour, for a picture in a painter: `size` in logical pixels.
QPixmap icon_pixmap(const QString& name, int size, const QColor& colour, qreal device_pixel_ratio);
/// The program's icon.
QIcon application_icon();

}  // namespace fieldmark
