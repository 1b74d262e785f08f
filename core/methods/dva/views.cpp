// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/dva/views.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fieldmark::dva {
namespace {

constexpr double kWiden = 1.1;
constexpr double kAspect = 0.75;
constexpr double kWholePicture = 0.8;
constexpr double kWhole = 10000;

Crop to_crop(const Box& box, double width, double height) {
    const auto place = [](double value, double of) {
        return static_cast<int>(std::clamp(std::lround(value / of * kWhole), 0L, 10000L));
    };
    Crop crop;
    crop.x = place(box.x, width);
    crop.y = place(box.y, height);
    crop.width = std::max(1, place(box.x + box.width, width) - crop.x);
    crop.height = std::max(1, place(box.y + box.height, height) - crop.y);
    crop.x = std::min(crop.x, 10000 - crop.width);
    crop.y = std::min(crop.y, 10000 - crop.height);
    return crop;
}

}  // namespace

Box widened_box(const Box& object, double picture_width, double picture_height) {
    const double middle_x = object.x + object.width / 2, middle_y = object.y + object.height / 2;
    Box box;
    box.width = object.width * kWiden;
    box.height = object.height * kWiden;
    if (box.width < kAspect * box.height) box.width = kAspect * box.height;
    if (box.height < kAspect * box.width) box.height = kAspect * box.width;
    box.width = std::min(box.width, picture_width);
    box.height = std::min(box.height, picture_height);
    box.x = std::clamp(middle_x - box.width / 2, 0.0, picture_width - box.width);
    box.y = std::clamp(middle_y - box.height / 2, 0.0, picture_height - box.height);
    return box;
}

Views make_views(const std::optional<Crop>& object, int picture_width, int picture_height) {
    Views views;
    if (!object || !object->valid() || picture_width <= 0 || picture_height <= 0) return views;
    const double width = picture_width, height = picture_height;
    const Box drawn = {object->x / kWhole * width, object->y / kWhole * height,
                       object->width / kWhole * width, object->height / kWhole * height};
    const Box box = widened_box(drawn, width, height);
    views.object = to_crop(box, width, height);
    if (box.width * box.height <= kWholePicture * width * height) views.background = views.object;
    return views;
}

std::optional<Crop> attention_box(const std::vector<float>& attention, int rows, int columns, double share) {
    const auto cells = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    if (rows <= 0 || columns <= 0 || attention.size() != cells) return std::nullopt;
    const double total = std::accumulate(attention.begin(), attention.end(), 0.0);
    if (!(total > 0)) return std::nullopt;
    std::vector<std::size_t> order(cells);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return attention[a] > attention[b]; });
    std::vector<bool> chosen(cells);
    double held = 0;
    for (const std::size_t cell : order) {
        if (held >= share * total) break;
        chosen[cell] = true;
        held += attention[cell];
    }
    // Parts that touch along an edge, by flood fill.
    Crop best;
    double best_mass = 0;
    for (std::size_t seed = 0; seed < cells; ++seed) {
        if (!chosen[seed]) continue;
        std::vector<std::size_t> open = {seed};
        chosen[seed] = false;
        double mass = 0;
        int left = columns, right = -1, top = rows, bottom = -1;
        while (!open.empty()) {
            const std::size_t cell = open.back();
            open.pop_back();
            mass += attention[cell];
            const int x = static_cast<int>(cell) % columns, y = static_cast<int>(cell) / columns;
            left = std::min(left, x);
            right = std::max(right, x);
            top = std::min(top, y);
            bottom = std::max(bottom, y);
            for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
                const int nx = x + dx, ny = y + dy;
                if (nx < 0 || ny < 0 || nx >= columns || ny >= rows) continue;
                const auto next = static_cast<std::size_t>(ny * columns + nx);
                if (!chosen[next]) continue;
                chosen[next] = false;
                open.push_back(next);
            }
        }
        if (mass <= best_mass) continue;
        best_mass = mass;
        best = to_crop({static_cast<double>(left), static_cast<double>(top),
                        static_cast<double>(right - left + 1), static_cast<double>(bottom - top + 1)},
                       columns, rows);
    }
    if (best_mass < 0.5 * held) return std::nullopt;
    return best;
}

}  // namespace fieldmark::dva
