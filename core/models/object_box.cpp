// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/object_box.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fieldmark {

namespace {

struct Component {
    int left = 0;
    int top = 0;
    int right = 0;  ///< one past
    int bottom = 0;
    double saliency = 0;
    std::int64_t pixels = 0;

    void add(int x, int y, float value) {
        left = pixels == 0 ? x : std::min(left, x);
        right = pixels == 0 ? x + 1 : std::max(right, x + 1);
        top = pixels == 0 ? y : std::min(top, y);
        bottom = pixels == 0 ? y + 1 : std::max(bottom, y + 1);
        saliency += static_cast<double>(value);
        ++pixels;
    }
    void take_in(const Component& other) {
        left = std::min(left, other.left);
        top = std::min(top, other.top);
        right = std::max(right, other.right);
        bottom = std::max(bottom, other.bottom);
        saliency += other.saliency;
        pixels += other.pixels;
    }
};

std::vector<Component> components_of(std::span<const float> map, int width, int height, float threshold) {
    std::vector<Component> components;
    std::vector<char> seen(map.size(), 0);
    std::vector<int> open;
    for (int start = 0; start < width * height; ++start) {
        const auto first = static_cast<std::size_t>(start);
        if (seen[first] || !(map[first] > threshold)) continue;
        Component component;
        seen[first] = 1;
        open.push_back(start);
        while (!open.empty()) {
            const int at = open.back();
            open.pop_back();
            const int x = at % width;
            const int y = at / width;
            component.add(x, y, map[static_cast<std::size_t>(at)]);
            for (int v = std::max(y - 1, 0); v <= std::min(y + 1, height - 1); ++v) {
                for (int u = std::max(x - 1, 0); u <= std::min(x + 1, width - 1); ++u) {
                    const auto next = static_cast<std::size_t>(v * width + u);
                    if (seen[next] || !(map[next] > threshold)) continue;
                    seen[next] = 1;
                    open.push_back(v * width + u);
                }
            }
        }
        components.push_back(component);
    }
    return components;
}

constexpr double kRounding = 0.01;  ///< of a ten-thousandth, which is no reason to take a whole one more

/// The least crop in whole ten-thousandths that holds this part, at least one of them wide and high.
Crop crop_of(double left, double top, double right, double bottom) {
    const auto low = [](double share) {
        return std::clamp(static_cast<int>(std::floor(share * 10000.0 + kRounding)), 0, 9999);
    };
    const auto high = [](double share, int from) {
        return std::clamp(static_cast<int>(std::ceil(share * 10000.0 - kRounding)), from + 1, 10000);
    };
    Crop crop;
    crop.x = low(left);
    crop.y = low(top);
    crop.width = high(right, crop.x) - crop.x;
    crop.height = high(bottom, crop.y) - crop.y;
    return crop;
}

}  // namespace

std::optional<BoxInMap> box_of_map(std::span<const float> map, int width, int height, const BoxRule& rule) {
    if (width <= 0 || height <= 0 ||
        map.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
        return {};
    }
    const auto components = components_of(map, width, height, rule.threshold);
    if (components.empty()) return {};
    const auto strongest =
        std::max_element(components.begin(), components.end(),
                         [](const Component& a, const Component& b) { return a.saliency < b.saliency; });
    Component object = *strongest;
    for (auto other = components.begin(); other != components.end(); ++other) {
        if (other == strongest || other->saliency < rule.neighbour_share * strongest->saliency) continue;
        object.take_in(*other);
    }
    BoxInMap found;
    found.score = static_cast<float>(object.saliency / static_cast<double>(object.pixels));
    if (!(found.score >= rule.least_score)) return {};
    found.score = std::min(found.score, 1.0f);
    const Crop tight =
        crop_of(static_cast<double>(object.left) / width, static_cast<double>(object.top) / height,
                static_cast<double>(object.right) / width, static_cast<double>(object.bottom) / height);
    found.box = widened(tight, rule.widen);
    return found;
}

Crop crop_within(const Crop& outer, const Crop& inner) {
    const double x = outer.x + static_cast<double>(outer.width) * inner.x / 10000.0;
    const double y = outer.y + static_cast<double>(outer.height) * inner.y / 10000.0;
    return crop_of(x / 10000.0, y / 10000.0,
                   (x + static_cast<double>(outer.width) * inner.width / 10000.0) / 10000.0,
                   (y + static_cast<double>(outer.height) * inner.height / 10000.0) / 10000.0);
}

Crop widened(const Crop& crop, float factor) {
    const double more_x = crop.width * (static_cast<double>(factor) - 1.0) / 2.0;
    const double more_y = crop.height * (static_cast<double>(factor) - 1.0) / 2.0;
    const auto share = [](double value) { return std::clamp(value / 10000.0, 0.0, 1.0); };
    return crop_of(share(crop.x - more_x), share(crop.y - more_y), share(crop.x + crop.width + more_x),
                   share(crop.y + crop.height + more_y));
}

double overlap(const Crop& a, const Crop& b) {
    const auto common = [](int from, int length, int other_from, int other_length) {
        return static_cast<double>(
            std::max(0, std::min(from + length, other_from + other_length) - std::max(from, other_from)));
    };
    const double both = common(a.x, a.width, b.x, b.width) * common(a.y, a.height, b.y, b.height);
    const double all =
        static_cast<double>(a.width) * a.height + static_cast<double>(b.width) * b.height - both;
    return all > 0 ? both / all : 0.0;
}

}  // namespace fieldmark
