// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QColor>
#include <QImage>
#include <QRectF>

#include "core/engine/explain/explanation.h"

class QPainter;

namespace fieldmark {

/// What is laid over one of the two pictures of an explanation. Value type.
struct PictureOverlay {
    HeatMap heat;             ///< empty values: none
    std::vector<Crop> parts;  ///< numbered from 1, in the colours of part_color()
};
PictureOverlay query_overlay(const Explanation& explanation);
PictureOverlay match_overlay(const Explanation& explanation);

/// Eight colours that people with any kind of colour vision can tell apart (Okabe and Ito 2008), in turn.
QColor part_color(int index);

/// Draws it over a picture that lies in `picture`. What speaks for the match is warm, what speaks against it
/// blue, both the stronger the more; `unit` is the height of a number, in the painter's pixels.
void draw_overlay(QPainter& painter, const QRectF& picture, const PictureOverlay& overlay, qreal unit);

/// Query and match side by side with their overlays, and the numbers below: 1,600 pixels wide. Texts UTF-8.
QImage draw_explanation(const Explanation& explanation, const QImage& query, const QImage& match,
                        const std::string& query_caption, const std::string& match_caption);

}  // namespace fieldmark
