// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/embedder.h"

#include <algorithm>
#include <utility>

#include "core/image/resize.h"
#include "core/models/backbone_layers.h"

namespace fieldmark {

namespace {

/// CenterCrop: the largest centred part with the input's aspect, shrunk by the usual 224 / 256.
Crop centre_part(const ModelInfo& info, int width, int height) {
    constexpr double kCropRatio = 0.875;
    const double scale = kCropRatio * std::min(static_cast<double>(width) / info.input_width,
                                               static_cast<double>(height) / info.input_height);
    const auto share = [](double pixels, int side) {
        return std::clamp(static_cast<int>(pixels / side * 10000.0 + 0.5), 1, 10000);
    };
    Crop centre;
    centre.width = share(scale * info.input_width, width);
    centre.height = share(scale * info.input_height, height);
    centre.x = (10000 - centre.width) / 2;
    centre.y = (10000 - centre.height) / 2;
    return centre;
}

}  // namespace

Embedder::Embedder(std::unique_ptr<Backbone> backbone) : m_backbone(std::move(backbone)), m_object_finder(object_finder_of(*m_backbone)) {}

std::size_t Embedder::input_bytes() const {
    return static_cast<std::size_t>(info().input_width) * static_cast<std::size_t>(info().input_height) * 3;
}

template <typename Work>
auto Embedder::in_turn(Priority priority, const Work& work) {
    ++m_turns;
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
    auto result = work();
    lock.lock();
    m_busy = false;
    m_last_used = std::chrono::steady_clock::now();
    lock.unlock();
    m_turn.notify_all();
    return result;
}

std::chrono::steady_clock::duration Embedder::idle() const {
    const std::lock_guard lock(m_mutex);
    if (m_busy || m_waiting_queries > 0) return {};
    return std::chrono::steady_clock::now() - m_last_used;
}

Result<std::vector<float>> Embedder::embed(std::span<const std::uint8_t> pixels, int count,
                                           Priority priority) {
    return in_turn(priority, [&] { return m_backbone->embed(pixels, count); });
}

Result<InnerView> Embedder::look_inside(std::span<const std::uint8_t> pixels, int count,
                                        const LookRequest& request) {
    return in_turn(Priority::Query, [&] { return m_backbone->look_inside(pixels, count, request); });
}

Crop Embedder::seen_part(int width, int height, const Crop& crop) const {
    if (info().resize == ResizeMode::Squash) return crop;
    const auto part = [](int side, int share) {
        return std::max(1, static_cast<int>(static_cast<std::int64_t>(side) * share / 10000));
    };
    const Crop centre = centre_part(info(), part(width, crop.width), part(height, crop.height));
    const auto within = [](int share, int extent) {
        return static_cast<int>(static_cast<std::int64_t>(share) * extent / 10000);
    };
    return {crop.x + within(centre.x, crop.width), crop.y + within(centre.y, crop.height),
            std::max(1, within(centre.width, crop.width)), std::max(1, within(centre.height, crop.height))};
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
    const Crop centre = centre_part(info(), part->width, part->height);
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
