// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/base/crop.h"

namespace fieldmark::dva {

// Object and background view of a training picture: a reconstruction of DVA's Object-Perceptual Adaptation
// (arXiv 2506.16273) from what DVF (arXiv 2404.15771), its predecessor, does with a detector's box. Plain
// C++.

/// Pixels, corners at whole numbers; width and height above 0.
struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

/// The box a view is cut with: 1.1 times as large about its centre, the shorter side at least 3/4 of the
/// longer, no larger than the picture and inside it.
Box widened_box(const Box& object, double picture_width, double picture_height);

/// What a picture gives beside itself.
struct Views {
    std::optional<Crop> object;      ///< cut out and brought to the input's size; none: the whole picture
    std::optional<Crop> background;  ///< the part to fill with the mean colour; none: no background view
};

/// `object`: where the thing lies, in ten-thousandths; none where nobody knows. Without a box the object view
/// is the picture; without a box, or with a widened one above 80 % of the picture, there is no background.
/// Sizes in pixels: the shape rule of widened_box() means what the network sees, so they are the cache's.
Views make_views(const std::optional<Crop>& object, int picture_width, int picture_height);

/// The box of the largest connected part of the cells that together hold `share` of the attention, strongest
/// first: where a frozen transformer's class token looks when nobody has drawn a box.
/// attention: (rows, columns) of one picture, at least 0, its sum above 0. Nothing if that part holds less
/// than half of what the cells hold, for then the object is not one thing.
std::optional<Crop> attention_box(const std::vector<float>& attention, int rows, int columns,
                                  double share = 0.6);

}  // namespace fieldmark::dva
