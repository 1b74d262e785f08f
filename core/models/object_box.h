// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "core/base/crop.h"

namespace fieldmark {

/// How a box is read off a saliency map. The defaults were chosen on pictures with known boxes, see
/// docs/object-finder.md.
struct BoxRule {
    float threshold = 0.55f;  ///< a pixel above it belongs to an object
    float neighbour_share =
        0.25f;                 ///< a component with this share of the largest one's saliency belongs to it
    float widen = 1.1f;        ///< of both sides about the centre: saliency fades before the object ends
    float least_score = 0.5f;  ///< below it there is no object
};

struct BoxInMap {
    Crop box;         ///< of the whole map, which stands for the whole picture
    float score = 0;  ///< mean saliency of the pixels that the box was drawn around, 0..1
};

/// The box of the object in a saliency map of height x width values of 0..1, row-major: around the component
/// (of 8 neighbours) with the largest sum of saliency and those near its strength, widened. Empty where no
/// pixel is above the threshold, the score is too low or the map is empty or not of that size.
std::optional<BoxInMap> box_of_map(std::span<const float> map, int width, int height,
                                   const BoxRule& rule = {});

/// `inner`, which is given in ten-thousandths of the part `outer`, in those of the whole.
Crop crop_within(const Crop& outer, const Crop& inner);

/// A crop widened by `factor` about its centre, cut off at the picture's borders.
Crop widened(const Crop& crop, float factor);

/// Intersection over union of two crops of one picture, 0..1.
double overlap(const Crop& a, const Crop& b);

}  // namespace fieldmark
