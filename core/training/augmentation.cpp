// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

namespace fieldmark {

namespace {

/// SplitMix64 (Steele et al. 2014), begun at a mixture of its keys: every draw has its own stream.
class DrawStream {
  public:
    DrawStream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t draw) : m_state(seed) {
        m_state = next() ^ epoch;
        m_state = next() ^ draw;
    }
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }  ///< [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }

  private:
    std::uint64_t next() {
        std::uint64_t z = (m_state += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    std::uint64_t m_state;
};

float jitter_factor(DrawStream& random, double amount) {
    const double drawn = random.uniform(std::max(0.0, 1 - amount), 1 + amount);
    return amount > 0 ? static_cast<float>(drawn) : 1.0F;
}

std::uint8_t to_byte(float value) {
    return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
}

/// A part of a picture in pixels.
struct Part {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

Part in_pixels(const Crop& crop, int size) {
    const double unit = size / 10000.0;
    return {crop.x * unit, crop.y * unit, crop.width * unit, crop.height * unit};
}

/// Which source pixels make up an output pixel, along one side.
struct Taps {
    int first = 0;
    std::vector<float> weights;
};

std::vector<Taps> taps_of(double begin, double length, double low, double high, int output) {
    const double scale = length / output;
    const double support = std::max(scale, 1.0);
    const int lowest = static_cast<int>(std::floor(low));
    const int highest = std::max(static_cast<int>(std::ceil(high)), lowest + 1) - 1;
    std::vector<Taps> taps(static_cast<std::size_t>(output));
    for (int i = 0; i < output; ++i) {
        Taps& tap = taps[static_cast<std::size_t>(i)];
        const double centre = begin + (i + 0.5) * scale - 0.5;
        const int from = std::clamp(static_cast<int>(std::ceil(centre - support)), lowest, highest);
        const int to = std::clamp(static_cast<int>(std::floor(centre + support)), from, highest);
        tap.first = from;
        double sum = 0;
        for (int s = from; s <= to; ++s) {
            const double weight = std::max(0.0, 1 - std::abs(s - centre) / support);
            tap.weights.push_back(static_cast<float>(weight));
            sum += weight;
        }
        if (sum <= 0) {  // only where the part lies at the very edge of what may be seen
            tap.weights.assign(tap.weights.size(), 0.0F);
            tap.weights.front() = 1;
            sum = 1;
        }
        for (float& weight : tap.weights) weight = static_cast<float>(weight / sum);
    }
    return taps;
}

void resample(const PictureView& view, const Part& part, const Part& window, int output, std::uint8_t* out) {
    const auto columns = taps_of(part.x, part.width, window.x, window.x + window.width, output);
    const auto rows = taps_of(part.y, part.height, window.y, window.y + window.height, output);
    const int first_row = rows.front().first;
    const int last_row = rows.back().first + static_cast<int>(rows.back().weights.size()) - 1;
    const std::size_t stride = static_cast<std::size_t>(output) * 3;
    std::vector<float> across(static_cast<std::size_t>(last_row - first_row + 1) * stride);
    for (int y = first_row; y <= last_row; ++y) {
        const std::uint8_t* source = view.pixels.data() + static_cast<std::size_t>(y) * view.size * 3;
        float* to = across.data() + static_cast<std::size_t>(y - first_row) * stride;
        for (const Taps& tap : columns) {
            float sums[3] = {0, 0, 0};
            const std::uint8_t* pixel = source + static_cast<std::size_t>(tap.first) * 3;
            for (const float weight : tap.weights) {
                for (int c = 0; c < 3; ++c) sums[c] += weight * pixel[c];
                pixel += 3;
            }
            std::copy_n(sums, 3, to);
            to += 3;
        }
    }
    std::vector<float> sums(stride);
    for (int y = 0; y < output; ++y) {
        const Taps& tap = rows[static_cast<std::size_t>(y)];
        std::fill(sums.begin(), sums.end(), 0.0F);
        const float* from = across.data() + static_cast<std::size_t>(tap.first - first_row) * stride;
        for (const float weight : tap.weights) {
            for (std::size_t i = 0; i < stride; ++i) sums[i] += weight * from[i];
            from += stride;
        }
        std::uint8_t* to = out + static_cast<std::size_t>(y) * stride;
        for (std::size_t i = 0; i < stride; ++i) to[i] = to_byte(sums[i]);
    }
}

void mirror(std::uint8_t* pixels, int output) {
    for (int y = 0; y < output; ++y) {
        std::uint8_t* left = pixels + static_cast<std::size_t>(y) * output * 3;
        std::uint8_t* right = left + static_cast<std::size_t>(output - 1) * 3;
        for (; left < right; left += 3, right -= 3)
            for (int c = 0; c < 3; ++c) std::swap(left[c], right[c]);
    }
}

void blur(std::span<std::uint8_t> pixels, int output, float sigma) {
    const int reach = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
    std::vector<float> weights(static_cast<std::size_t>(2 * reach + 1));
    float sum = 0;
    for (int i = -reach; i <= reach; ++i) {
        const auto at = static_cast<float>(i);
        sum += weights[static_cast<std::size_t>(i + reach)] = std::exp(-at * at / (2 * sigma * sigma));
    }
    for (float& weight : weights) weight /= sum;
    const std::size_t stride = static_cast<std::size_t>(output) * 3;
    std::vector<float> across(pixels.size());
    std::vector<float> sums(stride);
    // Edge pixels are repeated outwards.
    for (int y = 0; y < output; ++y) {
        const std::uint8_t* row = pixels.data() + static_cast<std::size_t>(y) * stride;
        float* to = across.data() + static_cast<std::size_t>(y) * stride;
        std::fill_n(to, stride, 0.0F);
        for (int i = -reach; i <= reach; ++i) {
            const float weight = weights[static_cast<std::size_t>(i + reach)];
            for (int x = 0; x < output; ++x) {
                const std::uint8_t* pixel =
                    row + static_cast<std::size_t>(std::clamp(x + i, 0, output - 1)) * 3;
                for (int c = 0; c < 3; ++c) to[3 * x + c] += weight * pixel[c];
            }
        }
    }
    for (int y = 0; y < output; ++y) {
        std::fill(sums.begin(), sums.end(), 0.0F);
        for (int i = -reach; i <= reach; ++i) {
            const float weight = weights[static_cast<std::size_t>(i + reach)];
            const float* from =
                across.data() + static_cast<std::size_t>(std::clamp(y + i, 0, output - 1)) * stride;
            for (std::size_t k = 0; k < stride; ++k) sums[k] += weight * from[k];
        }
        std::uint8_t* to = pixels.data() + static_cast<std::size_t>(y) * stride;
        for (std::size_t k = 0; k < stride; ++k) to[k] = to_byte(sums[k]);
    }
}

float luma(const std::uint8_t* pixel) {
    return 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
}

void map_values(std::span<std::uint8_t> pixels, float factor, float towards) {
    std::array<std::uint8_t, 256> table;
    for (std::size_t v = 0; v < table.size(); ++v)
        table[v] = to_byte(towards + factor * (static_cast<float>(v) - towards));
    for (std::uint8_t& value : pixels) value = table[value];
}

void saturate(std::span<std::uint8_t> pixels, float factor) {
    for (std::size_t i = 0; i + 2 < pixels.size(); i += 3) {
        const float grey = luma(&pixels[i]);
        for (std::size_t c = 0; c < 3; ++c) pixels[i + c] = to_byte(grey + factor * (pixels[i + c] - grey));
    }
}

void colour(const AugmentationDraw& draw, std::span<std::uint8_t> pixels) {
    if (draw.grey) saturate(pixels, 0);
    if (draw.brightness != 1) map_values(pixels, draw.brightness, 0);
    if (draw.contrast != 1) {
        double sum = 0;
        for (std::size_t i = 0; i + 2 < pixels.size(); i += 3) sum += luma(&pixels[i]);
        map_values(pixels, draw.contrast, static_cast<float>(3 * sum / static_cast<double>(pixels.size())));
    }
    if (draw.saturation != 1 && !draw.grey) saturate(pixels, draw.saturation);
}

/// Fills what of `blotted` is seen in `part` (both in source pixels).
void blot(const PictureView& view, const Part& part, const Part& blotted, bool flip, int output,
          std::uint8_t* pixels) {
    const auto place = [output](double at, double begin, double length) {
        return static_cast<int>(std::clamp(std::lround((at - begin) / length * output), 0L, long{output}));
    };
    int left = place(blotted.x, part.x, part.width);
    int right = place(blotted.x + blotted.width, part.x, part.width);
    const int top = place(blotted.y, part.y, part.height);
    const int bottom = place(blotted.y + blotted.height, part.y, part.height);
    if (flip) {
        std::swap(left, right);
        left = output - left;
        right = output - right;
    }
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x)
            std::copy_n(view.fill, 3, pixels + (static_cast<std::size_t>(y) * output + x) * 3);
}

}  // namespace

int Augmentation::whole_side() const {
    return cut == Cut::RandomCrop ? static_cast<int>(std::lround(output / crop_share)) : output;
}

Augmentation Augmentation::none(int output) {
    Augmentation none;
    none.output = output;
    none.cut = Cut::Squash;
    none.flip = 0;
    return none;
}

Augmentation Augmentation::crop_and_flip(int output) {
    Augmentation crop;
    crop.output = output;
    return crop;
}

Augmentation Augmentation::dvf(int output) {
    Augmentation dvf = crop_and_flip(output);
    dvf.crop_share = 224.0 / 256.0;
    dvf.brightness = dvf.contrast = dvf.saturation = 0.3;
    dvf.grey = 0.2;
    dvf.blur = 0.1;
    return dvf;
}

Augmentation Augmentation::resized(int output) {
    Augmentation resized = crop_and_flip(output);
    resized.cut = Cut::RandomResized;
    return resized;
}

namespace {

/// Every augmentation that has a name, in the order in which they are listed to people.
constexpr std::pair<const char*, Augmentation (*)(int)> kNamed[] = {
    {"none", &Augmentation::none},
    {"crop", &Augmentation::crop_and_flip},
    {"dvf", &Augmentation::dvf},
    {"resized", &Augmentation::resized},
};

}  // namespace

std::vector<std::string> Augmentation::names() {
    std::vector<std::string> names;
    for (const auto& [name, make] : kNamed) names.emplace_back(name);
    return names;
}

Result<Augmentation> Augmentation::by_name(const std::string& name, int output) {
    std::string known;
    for (const auto& [one, make] : kNamed) {
        if (name == one) return make(output);
        known += (known.empty() ? "" : ", ") + std::string(one);
    }
    return Error{ErrorKind::Usage, "There is no augmentation \"" + name + "\". Use one of: " + known + "."};
}

AugmentationDraw draw_augmentation(const Augmentation& augmentation, std::uint64_t seed, std::uint64_t epoch,
                                   std::uint64_t draw) {
    // Every decision takes its numbers whether it is used or not, so that switching one off moves no other.
    DrawStream random(seed, epoch, draw);
    AugmentationDraw drawn;
    const double horizontal = random.uniform(), vertical = random.uniform();
    const double area = random.uniform(std::min(augmentation.min_area, 1.0), 1.0);
    const double aspect = std::exp(random.uniform(std::log(3.0 / 4), std::log(4.0 / 3)));
    if (augmentation.cut == Augmentation::Cut::RandomCrop) {
        drawn.width = drawn.height = std::clamp(augmentation.crop_share, 0.01, 1.0);
    } else if (augmentation.cut == Augmentation::Cut::RandomResized) {
        drawn.width = std::min(1.0, std::sqrt(area * aspect));
        drawn.height = std::min(1.0, std::sqrt(area / aspect));
    }
    drawn.x = horizontal * (1 - drawn.width);
    drawn.y = vertical * (1 - drawn.height);
    drawn.flip = random.uniform() < augmentation.flip;
    drawn.brightness = jitter_factor(random, augmentation.brightness);
    drawn.contrast = jitter_factor(random, augmentation.contrast);
    drawn.saturation = jitter_factor(random, augmentation.saturation);
    drawn.grey = random.uniform() < augmentation.grey;
    const bool blurred = random.uniform() < augmentation.blur;
    const double radius = random.uniform(0.1, 2.0);
    if (blurred) drawn.blur_radius = static_cast<float>(radius);
    return drawn;
}

void apply_augmentation(const Augmentation& augmentation, const AugmentationDraw& draw,
                        const PictureView& view, std::span<std::uint8_t> output) {
    const int side = augmentation.output;
    const Part window = view.window
                            ? in_pixels(*view.window, view.size)
                            : Part{0, 0, static_cast<double>(view.size), static_cast<double>(view.size)};
    Part part{window.x + draw.x * window.width, window.y + draw.y * window.height, draw.width * window.width,
              draw.height * window.height};
    const auto whole = [side](double length) { return std::abs(length - side) < 0.5; };
    if (!view.window && side <= view.size && whole(part.width) && whole(part.height)) {
        // A cut of exactly the output's size: whole pixels, each place equally likely.
        const auto place = [&](double at, double share) {
            const double slack = 1 - share;
            const int places = view.size - side + 1;
            return slack <= 0 ? 0 : std::min(static_cast<int>(at / slack * places), places - 1);
        };
        const int x = place(draw.x, draw.width), y = place(draw.y, draw.height);
        part = {static_cast<double>(x), static_cast<double>(y), static_cast<double>(side),
                static_cast<double>(side)};
        for (int row = 0; row < side; ++row) {
            const std::size_t from = (static_cast<std::size_t>(y + row) * view.size + x) * 3;
            std::memcpy(output.data() + static_cast<std::size_t>(row) * side * 3, view.pixels.data() + from,
                        static_cast<std::size_t>(side) * 3);
        }
    } else {
        resample(view, part, window, side, output.data());
    }
    if (draw.flip) mirror(output.data(), side);
    if (draw.blur_radius > 0) blur(output, side, draw.blur_radius);
    colour(draw, output);
    // Last, so that what is blotted out is exactly `fill`, whatever happened to the colours.
    if (view.blotted) blot(view, part, in_pixels(*view.blotted, view.size), draw.flip, side, output.data());
}

}  // namespace fieldmark
