// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/embedder.h"

#include <algorithm>
#include <utility>

#include "core/image/resize.h"

namespace fieldmark {

Embedder::Embedder(std::unique_ptr<Backbone> backbone) : m_backbone(std::move(backbone)) {}

std::size_t Embedder::input_bytes() const {
    return static_cast<std::size_t>(info().input_width) * static_cast<std::size_t>(info().input_height) * 3;
}

Result<std::vector<float>> Embedder::embed(std::span<const std::uint8_t> pixels, int count,
                                           Priority priority) {
    std::unique_lock lock(m_mutex);
    if (priority == Priority::Query) {
        ++m_waiting_queries;
        m_turn.wait(lock, [&] { return !m_busy; });
        --m_waiting_queries;
    } else {
        m_turn.wait(lock, [&] { return !m_busy && m_waiting_queries == 0; });
    }
    m_busy = true;
    lock.unlock();
    auto result = m_backbone->embed(pixels, count);
    lock.lock();
    m_busy = false;
    lock.unlock();
    m_turn.notify_all();
    return result;
}

void Embedder::prepare(const Image& image, const Crop& crop, std::span<std::uint8_t> output) const {
    const int width = info().input_width;
    const int height = info().input_height;
    const Image* part = &image;
    Image cropped;
    if (!crop.whole()) {
        cropped = crop_image(image, crop);
        part = &cropped;
    }
    if (info().resize == ResizeMode::Squash) {
        resize_to(*part, width, height, output);
        return;
    }
    // CenterCrop: the largest centred part with the input's aspect, shrunk by the usual 224 / 256.
    constexpr double kCropRatio = 0.875;
    const double scale = kCropRatio * std::min(static_cast<double>(part->width) / width,
                                               static_cast<double>(part->height) / height);
    const auto share = [](double pixels, int side) {
        return std::clamp(static_cast<int>(pixels / side * 10000.0 + 0.5), 1, 10000);
    };
    Crop centre;
    centre.width = share(scale * width, part->width);
    centre.height = share(scale * height, part->height);
    centre.x = (10000 - centre.width) / 2;
    centre.y = (10000 - centre.height) / 2;
    resize_to(crop_image(*part, centre), width, height, output);
}

int Embedder::cover_for(const Crop& crop) const {
    const auto cover = [](std::int64_t input, int share) {
        return static_cast<int>((input * 10000 + share - 1) / std::max(share, 1));
    };
    const int side = std::max(cover(info().input_width, crop.width), cover(info().input_height, crop.height));
    return info().resize == ResizeMode::Squash ? side : static_cast<int>(side / 0.875) + 1;
}

}  // namespace fieldmark
