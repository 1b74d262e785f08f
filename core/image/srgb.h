// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "core/image/image.h"

namespace fieldmark {

/// Converts `image` from the RGB colour space of an embedded ICC profile to sRGB, in place. Profiles that are
/// broken, not of RGB (grey, CMYK) or made of look-up tables are ignored: the picture stays as it is.
void convert_to_srgb(Image& image, std::span<const std::byte> icc_profile);

}  // namespace fieldmark
