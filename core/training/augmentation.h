// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"

namespace fieldmark {

// Random changes of a training picture: plain C++ on uint8 pixels, so that a training build needs no image
// library. What happens to a picture depends on (seed, epoch, draw) alone, never on threads or order.

/// What may happen to a picture. Value type.
struct Augmentation {
    int output = 224;  ///< pixels a side of what comes out
    enum class Cut {
        Squash,        ///< the whole picture, brought to the output size: what a model sees when it is used
        RandomCrop,    ///< a square of `crop_share` of the side, anywhere
        RandomResized  ///< a part of min_area..1 of the area, aspect 3/4..4/3, brought to the output size
    };
    Cut cut = Cut::RandomCrop;
    double crop_share = 224.0 / 248.0;  ///< RandomCrop: of the side; 224 of 248 leaves most of the object in
    double min_area = 0.2;              ///< RandomResized (Hyp-ViT's 0.2)
    double flip = 0.5;                  ///< probability of a horizontal mirror image
    double brightness = 0;              ///< colour jitter: factors of 1 - x .. 1 + x
    double contrast = 0;
    double saturation = 0;
    double grey = 0;  ///< probability
    double blur = 0;  ///< probability of a Gaussian blur of radius 0.1..2 pixels

    /// The test resolution that belongs to the train resolution `output`: pixels a side at which a whole picture
    /// shows its objects as large as the parts cut out for learning did (Touvron et al., Fixing the train-test
    /// resolution discrepancy, NeurIPS 2019). output / crop_share for RandomCrop, else output.
    int whole_side() const;

    /// The whole picture, unchanged but for its size.
    static Augmentation none(int output);
    /// Crop and flip: LaFG's, GAPan's here.
    static Augmentation crop_and_flip(int output);
    /// DVF's, used for DVA: crop, flip, blur 0.1, grey 0.2, jitter 0.3.
    static Augmentation dvf(int output);
    /// Hyp-ViT's: random resized crop and flip.
    static Augmentation resized(int output);
    /// "none", "crop", "dvf", "resized": what the option `augmentation` of a method takes.
    static std::vector<std::string> names();
    /// Usage: none of names().
    static Result<Augmentation> by_name(const std::string& name, int output);
};

/// One draw: every random decision made, so that several views of a picture can share it.
struct AugmentationDraw {
    double x = 0;  ///< the part taken, as shares of the (viewed) picture
    double y = 0;
    double width = 1;
    double height = 1;
    bool flip = false;
    float brightness = 1;
    float contrast = 1;
    float saturation = 1;
    bool grey = false;
    float blur_radius = 0;  ///< standard deviation in output pixels; 0: none
};

/// `draw`: the number of the picture within the epoch's order, so that a picture drawn twice differs.
AugmentationDraw draw_augmentation(const Augmentation& augmentation, std::uint64_t seed, std::uint64_t epoch,
                                   std::uint64_t draw);

/// What part of a stored picture a view shows.
struct PictureView {
    std::span<const std::uint8_t> pixels;  ///< (size, size, 3) uint8 RGB
    int size = 0;
    std::optional<Crop> window = {};   ///< the picture is taken to be this part of it (DVA's object view)
    std::optional<Crop> blotted = {};  ///< this part is filled with `fill` (DVA's background view)
    std::uint8_t fill[3] = {127, 127, 127};
};

/// Writes (output, output, 3) uint8 RGB. Resampling is an antialiased triangle filter; where the part taken
/// has exactly the output's size in pixels it is copied. Any thread.
void apply_augmentation(const Augmentation& augmentation, const AugmentationDraw& draw,
                        const PictureView& view, std::span<std::uint8_t> output);

}  // namespace fieldmark
