// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "core/image/resize.h"

namespace fieldmark {

// For eyes, not for the model: averaging by area is what a thumbnail wants, and OpenCV's is faster than our bicubic,
// whose exact weights matter only where vectors are made.
Image fit_within(const Image& image, int side) {
    const int longer = std::max(image.width, image.height);
    if (image.empty() || side <= 0 || longer <= side) return image;
    const auto scaled = [&](int length) {
        return std::max(1, static_cast<int>(std::lround(static_cast<double>(length) * side / longer)));
    };
    // The callers are worker threads already, one a core.
    [[maybe_unused]] static const bool once = (cv::setNumThreads(1), true);

    Image small;
    small.width = scaled(image.width);
    small.height = scaled(image.height);
    small.pixels.resize(static_cast<std::size_t>(small.width) * static_cast<std::size_t>(small.height) * 3);
    const cv::Mat source(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data()));
    cv::Mat target(small.height, small.width, CV_8UC3, small.pixels.data());
    cv::resize(source, target, target.size(), 0, 0, cv::INTER_AREA);
    return small;
}

}  // namespace fieldmark
