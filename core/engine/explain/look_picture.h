// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>

#include "core/engine/explain/explanation_picture.h"
#include "core/engine/explain/picture_look.h"

namespace fieldmark {

/// What is laid over the picture. Heat runs from the least to the most of the picture, so that differences
/// show however even it is; an object's mask is shown as it is.
PictureOverlay look_overlay(const PictureLook& look);

/// The picture with its heat and, where there is one, the object's box; `strength` of the heat 0..1.
QImage draw_look(const QImage& picture, const PictureLook& look, double strength = 1);

}  // namespace fieldmark
