// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explain/look_picture.h"

#include <algorithm>

#include <QPainter>

namespace fieldmark {

PictureOverlay look_overlay(const PictureLook& look) {
    HeatMap map = look.map;
    if (look.kind != LookKind::Object && !map.values.empty()) {
        const auto [least, most] = std::minmax_element(map.values.begin(), map.values.end());
        const float low = *least, span = *most - *least;
        for (float& value : map.values) value = span > 0 ? (value - low) / span : 0;
    }
    return {std::move(map), {}};
}

QImage draw_look(const QImage& picture, const PictureLook& look, double strength) {
    QImage page = picture.convertToFormat(QImage::Format_RGB32);
    PictureOverlay overlay = look_overlay(look);
    if (look.box) overlay.parts = {*look.box};
    QPainter painter(&page);
    painter.setOpacity(strength);
    draw_overlay(painter, page.rect(), overlay, std::max(page.width(), page.height()) / 40.0);
    return page;
}

}  // namespace fieldmark
