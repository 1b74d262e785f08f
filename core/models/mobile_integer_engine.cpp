// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_integer_engine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/models/aligned_floats.h"
#include "core/models/integer_weights.h"
#include "core/models/mobile_blocks.h"

namespace fieldmark {
namespace {

constexpr int kLanes = 16;
constexpr int kColumnPair = 2 * kLanes;  // int16s of a pair of columns of one group
constexpr int kPattern = 48;             // of kernels.normalise
// Of an expanded panel: with more, bands do better.
constexpr std::size_t kPanelBytes = 256 * 1024;
// What 6 becomes after an expansion and after a depth-wise convolution, and the largest value of a map
// between blocks: 14 bits, which leave weights 10 to 15 (integer_weights.h).
constexpr int kSix = 16383;
constexpr int kLargestMap = 16383;
constexpr double kStep = 6.0 / kSix;
// A map's unit is never below 2^kLowest, that is what a largest value of 8 gives: with less, biases would
// leave no room. The maps of photographs go up to 30 to 60.
constexpr int kLowest = -11;
constexpr float kPixelFactor = 64;  // pixels less their mean: up to 255 * 64, exact where the mean is whole
// Norms of the inputs of one output, in units of the largest input. By
// Cauchy and Schwarz they bound a sum; one that leaves 32 bits nevertheless is held there. (Photographs:
// maps 1.3 to 4.2, and no weights that are all aligned with them.)
constexpr double kAnyNorm = 1e9;
constexpr double kMapNorm = 3;
constexpr double kFilteredNorm = 2.5;
constexpr IntegerInputs kExpanded = {kSix, false, kAnyNorm}, kFiltered = {kSix, false, kFilteredNorm},
                        kMaps = {kLargestMap, true, kMapNorm},
                        kPixels = {static_cast<int>(255 * kPixelFactor), true, kAnyNorm};
constexpr int kMostHeadExponent = 64;  // of the last map's unit; its layer is finished in floats
constexpr double kRounding = 1.01;     // more than rounding the weights adds to a map's largest value
constexpr int kPartGroups = 9;         // of channels whose products are added up in one sum of a projection

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

std::int16_t rounded(double value) {
    return static_cast<std::int16_t>(std::clamp(std::nearbyint(value), -32767.0, 32767.0));
}

/// The least exponent of a unit in which values up to `peak` are at most kLargestMap.
int unit_exponent(double peak) {
    if (!(peak > 0)) return kLowest;
    int exponent = 0;
    std::frexp(peak / kLargestMap, &exponent);
    return std::max(exponent, kLowest);
}

/// A dense layer with ReLU6. The exponent of its inputs' unit is known when it runs.
struct Expansion {
    IntegerWeights weights;
    AlignedFloats start;         ///< (bias + 1/2) * 2^exponent, in units of the output
    std::vector<int> exponents;  ///< of the weights
    int highest = 0;             ///< exponent of the inputs' unit

    /// For inputs whose unit is 2^unit.
    void prepare(int unit, std::int32_t* starts, std::int32_t* shifts) const {
        const float factor = std::ldexp(1.0f, -unit);
        for (std::size_t o = 0; o < exponents.size(); ++o) {
            starts[o] = static_cast<std::int32_t>(std::lrint(start.get()[o] * factor));
            shifts[o] = exponents[o] - unit;
        }
    }
    /// Of inputs up to `peak`, which create() has bounded.
    int unit_for(float peak) const { return std::min(unit_exponent(peak), highest); }
};

/// The most that a map's values can come to, whatever the picture is: a projection of values from 0 to 6,
/// added to a map up to `added`.
double largest_value(const ConvLayer& project, double added) {
    double most = 0;
    for (int o = 0; o < project.out; ++o) {
        double positive = 0, negative = 0;
        for (int v = 0; v < project.in; ++v) {
            const double weight = project.weight[size(o) * size(project.in) + size(v)];
            (weight > 0 ? positive : negative) += std::abs(weight);
        }
        most = std::max(most, 6 * std::max(positive, negative) + std::abs(double{project.bias[size(o)]}));
    }
    return kRounding * most + added;
}

/// weight(o, v) of value v = pair * 2 + i; 0 past the last.
template <typename Weight>
std::optional<Expansion> expansion(const ConvLayer& layer, int values, const IntegerInputs& inputs,
                                   int lowest, int most_groups, const Weight& weight) {
    Expansion result;
    const std::size_t lanes = size(groups_of(layer.out, kLanes)) * size(kLanes);
    result.start = AlignedFloats(lanes);
    result.exponents.assign(lanes, 0);
    result.highest = 31;
    std::vector<double> row(size(values));
    for (int o = 0; o < layer.out; ++o) {
        for (int v = 0; v < values; ++v) row[size(v)] = weight(o, v) / kStep;
        const double bias = layer.bias[size(o)] / kStep;
        const auto exponent = weight_exponent(row, bias, inputs, lowest);
        if (!exponent) return std::nullopt;
        result.exponents[size(o)] = *exponent;
        result.start.get()[o] = static_cast<float>(std::ldexp(bias + 0.5, *exponent));
        result.highest = std::min(result.highest, *exponent);
    }
    // Lanes past the last channel: no weights, and the shift stays within what there is for the others.
    for (std::size_t o = size(layer.out); o < lanes; ++o) result.exponents[o] = result.highest;
    result.weights = IntegerWeights(layer.out, (values + 1) / 2, most_groups, [&](int o, int pair, int i) {
        const int v = 2 * pair + i;
        return v < values ? rounded(std::ldexp(weight(o, v) / kStep, result.exponents[size(o)]))
                          : std::int16_t{0};
    });
    return result;
}

/// A part of a dense layer: some of its inputs.
struct Part {
    int first_group = 0;
    int groups = 0;
    int last_pairs = 0;
    IntegerWeights weights;
    AlignedFloats scale, bias;
};

std::vector<Part> projection(const ConvLayer& layer, const IntegerInputs& inputs, double unit,
                             int most_groups) {
    std::vector<Part> parts;
    const int groups = groups_of(layer.in, kLanes), count = (groups + kPartGroups - 1) / kPartGroups;
    const std::size_t lanes = size(groups_of(layer.out, kLanes)) * size(kLanes);
    for (int i = 0; i < count; ++i) {
        Part part;
        part.first_group = groups * i / count;
        part.groups = groups * (i + 1) / count - part.first_group;
        const int first = part.first_group * kLanes,
                  values = std::min(part.groups * kLanes, layer.in - first);
        part.last_pairs = (values - (part.groups - 1) * kLanes + 1) / 2;
        part.scale = AlignedFloats(lanes);
        part.bias = AlignedFloats(lanes);
        std::vector<double> factors(size(layer.out)), row(size(values));
        const auto weight = [&](int o, int v) {
            return double{layer.weight[size(o) * size(layer.in) + size(first + v)]};
        };
        for (int o = 0; o < layer.out; ++o) {
            for (int v = 0; v < values; ++v) row[size(v)] = weight(o, v);
            factors[size(o)] = weight_factor(row, inputs);
            part.scale.get()[o] = static_cast<float>(unit / factors[size(o)]);
            if (i == 0) part.bias.get()[o] = layer.bias[size(o)];
        }
        part.weights = IntegerWeights(layer.out, (values + 1) / 2, most_groups, [&](int o, int pair, int k) {
            const int v = 2 * pair + k;
            return v < values ? rounded(weight(o, v) * factors[size(o)]) : std::int16_t{0};
        });
        parts.push_back(std::move(part));
    }
    return parts;
}

struct Depthwise {
    int kernel = 0;
    int stride = 0;
    AlignedValues<std::int16_t> weights;  ///< [group], each as in IntegerDepthwiseRow
    AlignedValues<std::int32_t> start, shift;

    std::ptrdiff_t group_weights() const {
        return std::ptrdiff_t{2} * kernel * ((kernel + 1) / 2) * kColumnPair;
    }
};

std::optional<Depthwise> depthwise_of(const ConvLayer& layer) {
    Depthwise result;
    const int kernel = layer.kernel, pairs = (kernel + 1) / 2, groups = groups_of(layer.out, kLanes);
    result.kernel = kernel;
    result.stride = layer.stride;
    result.weights =
        AlignedValues<std::int16_t>(size(groups) * static_cast<std::size_t>(result.group_weights()));
    result.start = AlignedValues<std::int32_t>(size(groups) * size(kLanes));
    result.shift = AlignedValues<std::int32_t>(size(groups) * size(kLanes));
    std::vector<double> taps(size(kernel) * size(kernel));
    for (int o = 0; o < layer.out; ++o) {
        // Inputs and outputs have the same unit.
        for (std::size_t t = 0; t < taps.size(); ++t) taps[t] = layer.weight[size(o) * taps.size() + t];
        const double bias = layer.bias[size(o)] / kStep;
        const auto shift = weight_exponent(taps, bias, kExpanded, 0);
        if (!shift) return std::nullopt;
        result.shift.get()[o] = *shift;
        result.start.get()[o] = static_cast<std::int32_t>(std::lrint(std::ldexp(bias + 0.5, *shift)));
        std::int16_t* to = result.weights.get() + o / kLanes * result.group_weights();
        for (int second = 0; second < 2; ++second)
            for (int ky = 0; ky < kernel; ++ky)
                for (int kx = 0; kx < kernel; ++kx) {
                    const int column = second + kx;
                    to[(((second * kernel + ky) * pairs + column / 2) * kLanes + o % kLanes) * 2 +
                       column % 2] = rounded(std::ldexp(taps[size(ky) * size(kernel) + size(kx)], *shift));
                }
    }
    return result;
}

/// Expand (or, in the first block, the stem), depth-wise, project.
struct Block : MobileBlock {
    using MobileBlock::MobileBlock;
    Expansion expand;
    Depthwise depthwise;
    std::vector<Part> project;
    int in_channels = 0;
    int inner_groups = 0, out_groups = 0;
    int before = 0;                     ///< columns before the expanded map: even, so that its first one
                                        ///< begins a pair
    int first = 0;                      ///< of those, how many lie before the first window
    int pairs = 0;                      ///< of columns in a padded row
    std::vector<std::int32_t> offsets;  ///< of the pixels of unpadded rows in an expanded map

    std::ptrdiff_t pitch() const { return std::ptrdiff_t{pairs} * kColumnPair; }
    std::ptrdiff_t plane() const { return band_rows * pitch(); }
};

}  // namespace

struct MobileIntegerEngine::Plan {
    const MobileIntegerKernels* kernels = nullptr;
    MobileEngine::Input input;
    Padding stem_rows, stem_columns;
    int stem_kernel = 0;
    std::vector<Block> blocks;
    std::size_t first_shared = 0;  ///< from this block on, pictures of a pair go through side by side
    std::vector<Part> heads;       ///< parts of the last layer
    int head_channels = 0;
    int dimension = 0;
    int head_pixels = 0;
    // The largest of each, in numbers.
    std::size_t map = 0, quantised = 0, expanded = 0, filtered = 0, picture = 0, lanes = 0;
    float mean[kPattern];

    int picture_pitch() const { return (input.width + stem_columns.before + stem_columns.behind) * 3; }
};

struct MobileIntegerEngine::Workspace {
    AlignedFloats map[2], means;
    AlignedValues<std::int16_t> quantised, expanded, filtered, picture;
    AlignedValues<std::int32_t> start, shift;
    std::vector<float> peaks[2];  ///< largest absolute value of map[i], of the part that each thread made

    explicit Workspace(const Plan& plan)
        : map{AlignedFloats(plan.map), AlignedFloats(plan.map)},
          means(size(plan.kernels->panel_groups * kLanes) * size(plan.head_pixels + 1)),
          quantised(plan.quantised),
          expanded(plan.expanded),
          filtered(plan.filtered),
          picture(plan.picture),
          start(plan.lanes),
          shift(plan.lanes) {}

    float peak(std::size_t which, int threads) const {
        return *std::max_element(peaks[which].begin(), peaks[which].begin() + threads);
    }
    void set_peak(std::size_t which, int thread, const float (&values)[kLanes]) {
        peaks[which][size(thread)] = *std::max_element(std::begin(values), std::end(values));
    }
};

struct MobileIntegerEngine::Turn {
    Workspace& own;
    TeamShare share;
    TeamBarrier& barrier;
};

const MobileIntegerKernels* MobileIntegerEngine::kernels_for(bool avx512, bool vnni) {
#if defined(__x86_64__)
    if (avx512 && vnni) return &kMobileIntegerKernelsVnni;
#endif
    static_cast<void>(avx512);
    static_cast<void>(vnni);
    return nullptr;
}

const MobileIntegerKernels* MobileIntegerEngine::best_kernels() {
#if defined(__x86_64__)
    return kernels_for(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"),
                       __builtin_cpu_supports("avx512vnni"));
#else
    return nullptr;
#endif
}

std::unique_ptr<MobileIntegerEngine> MobileIntegerEngine::create(const MobileNetwork& network,
                                                                 const MobileEngine::Input& input,
                                                                 const MobileIntegerKernels* kernels) {
    if (!kernels) kernels = best_kernels();
    const std::vector<ConvLayer>& layers = network.layers;
    if (!kernels || !MobileEngine::is_chain_of_blocks(network)) return nullptr;
    for (const ConvLayer& layer : layers) {
        const auto finite = [](float value) { return std::isfinite(value); };
        if (!std::all_of(layer.weight.begin(), layer.weight.end(), finite) ||
            !std::all_of(layer.bias.begin(), layer.bias.end(), finite))
            return nullptr;
    }

    auto plan = std::make_unique<Plan>();
    plan->kernels = kernels;
    plan->input = input;
    for (int i = 0; i < kPattern; ++i) plan->mean[i] = input.mean[i % 3];
    const int most = kernels->panel_groups;
    int height = input.height, width = input.width;
    double map_bound = 0;  // on the magnitudes of the map that the block takes
    for (std::size_t i = 0; i + 1 < layers.size(); i += 3) {
        const ConvLayer &expand = layers[i], &depthwise = layers[i + 1], &project = layers[i + 2];
        Block block(expand, depthwise, project, i == 0, height, width);
        block.in_channels = expand.in;
        block.inner_groups = groups_of(expand.out, kLanes);
        block.out_groups = groups_of(project.out, kLanes);
        if (block.stem) {
            plan->stem_rows = padding_of(expand, height);
            plan->stem_columns = padding_of(expand, width);
            plan->stem_kernel = expand.kernel;
        }
        block.before = (block.columns.before + 1) / 2 * 2;
        block.first = block.before - block.columns.before;
        const int last_window = (block.first + (block.out_width - 1) * depthwise.stride) / 2;
        block.pairs =
            std::max((block.before + block.width + 1) / 2, last_window + (depthwise.kernel + 1) / 2);

        std::optional<Expansion> expansion_or;
        if (block.stem) {
            // A kernel row's values are three a column; one more with weight 0 makes pairs of them.
            const int row = expand.kernel * 3, padded = row + 1, taps = expand.kernel * expand.kernel;
            expansion_or =
                expansion(expand, expand.kernel * padded, kPixels, 0, most, [&](int o, int v) -> double {
                    const int ky = v / padded, kx = v % padded / 3, channel = v % padded % 3;
                    if (v % padded >= row) return 0;
                    return double{expand.weight[(size(o) * 3 + size(channel)) * size(taps) +
                                                size(ky * expand.kernel + kx)]} *
                           input.scale[channel] / kPixelFactor;
                });
        } else {
            expansion_or = expansion(expand, expand.in, kMaps, kLowest, most, [&](int o, int v) {
                return double{expand.weight[size(o) * size(expand.in) + size(v)]};
            });
        }
        std::optional<Depthwise> depthwise_or = depthwise_of(depthwise);
        if (!expansion_or || !depthwise_or) return nullptr;
        // Else inputs would be cut off without a word.
        if (!block.stem && unit_exponent(map_bound) > expansion_or->highest) return nullptr;
        map_bound = largest_value(project, block.residual ? map_bound : 0);
        block.expand = std::move(*expansion_or);
        block.depthwise = std::move(*depthwise_or);
        block.project = projection(project, kFiltered, kStep, most);

        const std::size_t inner = size(block.inner_groups) * size(kLanes);
        const std::size_t row_numbers = size(block.pairs) * size(kColumnPair);
        const std::size_t filtered_bytes =
            inner * size(block.out_height) * size(block.out_width) * sizeof(std::int16_t);
        const std::size_t panel_bytes = size(std::min(most, block.inner_groups)) *
                                        size(block.rows_for(block.out_height)) * row_numbers *
                                        sizeof(std::int16_t);
        const bool whole = !block.stem && filtered_bytes <= kMobileBandBytes && panel_bytes <= kPanelBytes;
        block.choose_band(whole, [&](int band) {
            return sizeof(std::int16_t) *
                   (size(block.inner_groups) * size(block.rows_for(band)) * row_numbers +
                    inner * size(band) * size(block.out_width));
        });
        for (int p = 0; p < block.band_rows * block.width; ++p) {
            const int column = block.before + p % block.width;
            block.offsets.push_back((p / block.width * block.pairs + column / 2) * kColumnPair + column % 2);
        }
        plan->expanded = std::max(plan->expanded, size(block.whole ? most : block.inner_groups) *
                                                      size(block.band_rows) * row_numbers);
        plan->filtered = std::max(plan->filtered, inner * size(block.band) * size(block.out_width));
        plan->lanes = std::max(plan->lanes, inner);
        plan->map = std::max(plan->map, size(block.out_groups) * size(kLanes) * size(block.out_height) *
                                            size(block.out_width));
        if (block.stem) {
            // One value more, which the last pixel's last pair reads.
            plan->picture =
                size((block.band_rows - 1) * expand.stride + expand.kernel) * size(plan->picture_pitch()) + 1;
        } else {
            plan->quantised = std::max(plan->quantised, size(groups_of(expand.in, kLanes)) * size(kLanes) *
                                                            size(std::min(block.band_rows, block.height)) *
                                                            size(block.width));
        }
        height = block.out_height;
        width = block.out_width;
        plan->blocks.push_back(std::move(block));
    }
    plan->first_shared = first_shared_block(plan->blocks, [](const Block& block) {
        return size(block.inner_groups) * size(kLanes) * size(block.out_height) * size(block.out_width) *
               sizeof(std::int16_t);
    });
    const ConvLayer& head = layers.back();
    if (unit_exponent(map_bound) > kMostHeadExponent) return nullptr;
    plan->heads = projection(head, kMaps, 1, most);
    plan->head_channels = head.in;
    plan->dimension = head.out;
    plan->head_pixels = height * width;
    plan->quantised = std::max(plan->quantised,
                               size(groups_of(head.in, kLanes)) * size(kLanes) * size(height) * size(width));
    return std::unique_ptr<MobileIntegerEngine>(new MobileIntegerEngine(std::move(plan)));
}

MobileIntegerEngine::MobileIntegerEngine(std::unique_ptr<Plan> plan) : m_plan(std::move(plan)) {}
MobileIntegerEngine::~MobileIntegerEngine() = default;

const char* MobileIntegerEngine::instruction_set() const {
    return m_plan->kernels->name;
}

namespace {

/// Where a run of pixels of a map lies, and of how many channels.
struct Source {
    const std::int16_t* in;
    std::ptrdiff_t group_stride;
    int pixels;
};

void expand_panel(const MobileIntegerKernels& kernels, const Block& block, const DensePanel& panel,
                  const Source& source, const std::int32_t* starts, const std::int32_t* shifts,
                  std::int16_t* out) {
    const int groups = groups_of(block.in_channels, kLanes);
    const int last = block.in_channels - (groups - 1) * kLanes;
    const IntegerRun run{source.in,    source.group_stride, groups,
                         kLanes / 2,   (last + 1) / 2,      block.expand.weights.panel_weights(panel),
                         panel.groups, source.pixels};
    kernels.expand(run, {starts + panel.group * kLanes, shifts + panel.group * kLanes, kSix, out,
                         block.plane(), block.offsets.data(), block.width % 2 == 0});
}

/// All parts of a projection. What is added to the first may be null; the later ones add to what is there.
void project(const MobileIntegerKernels& kernels, const std::vector<Part>& parts, const Source& source,
             const float* added, float* out, std::ptrdiff_t out_group_stride, float* peak) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Part& part = parts[i];
        for (const DensePanel& panel : part.weights.panels) {
            const IntegerRun run{source.in + part.first_group * source.group_stride,
                                 source.group_stride,
                                 part.groups,
                                 kLanes / 2,
                                 part.last_pairs,
                                 part.weights.panel_weights(panel),
                                 panel.groups,
                                 source.pixels};
            const std::ptrdiff_t at = panel.group * out_group_stride;
            const float* to_add = i > 0 ? out + at : added ? added + at : nullptr;
            kernels.project(
                run, {part.scale.get() + panel.group * kLanes, part.bias.get() + panel.group * kLanes, to_add,
                      out + at, out_group_stride, false, i + 1 == parts.size() ? peak : nullptr});
        }
    }
}

/// Rows [first, first + rows) of the stem's input, rounded and padded. Rows outside are zero.
void read_pixels(const MobileIntegerKernels& kernels, const MobileEngine::Input& input,
                 const Padding& columns, const float* mean, const std::uint8_t* pixels, int first, int rows,
                 std::int16_t* out) {
    const int pitch = (input.width + columns.before + columns.behind) * 3;
    for (int r = 0; r < rows; ++r, out += pitch) {
        const int y = first + r;
        if (y < 0 || y >= input.height) {
            std::fill_n(out, pitch, std::int16_t{0});
            continue;
        }
        std::fill_n(out, columns.before * 3, std::int16_t{0});
        kernels.normalise(pixels + size(y) * size(input.width) * 3, out + columns.before * 3, input.width * 3,
                          mean, kPixelFactor);
        std::fill_n(out + (columns.before + input.width) * 3, columns.behind * 3, std::int16_t{0});
    }
}

}  // namespace

void MobileIntegerEngine::run_bands(std::size_t index, const std::uint8_t* pixels, Workspace& picture,
                                    const Turn& turn) const {
    const Plan& plan = *m_plan;
    const Block& block = plan.blocks[index];
    const MobileIntegerKernels& kernels = *plan.kernels;
    Workspace& own = turn.own;
    const float* in = picture.map[index % 2].get();
    float* out = picture.map[1 - index % 2].get();
    const std::ptrdiff_t pitch = block.pitch(), plane = block.plane();
    const std::ptrdiff_t in_pitch = std::ptrdiff_t{block.width} * kLanes;
    const std::ptrdiff_t out_pitch = std::ptrdiff_t{block.out_width} * kLanes;
    const std::ptrdiff_t filtered_plane = block.band * out_pitch;
    const int stride = block.depthwise.stride, kernel = block.depthwise.kernel;
    std::int16_t* expanded = own.expanded.get();

    const int unit = block.stem ? 0 : block.expand.unit_for(picture.peak(index % 2, turn.share.threads));
    const float factor = std::ldexp(1.0f, -unit);
    block.expand.prepare(unit, own.start.get(), own.shift.get());

    // The padding's columns are zero from here on: nothing else writes there, not into half of a pair either.
    const int pairs_before = block.before / 2, behind = (block.before + block.width) / 2;
    for (int row = 0; row < block.inner_groups * block.band_rows; ++row) {
        std::fill_n(expanded + row * pitch, pairs_before * kColumnPair, std::int16_t{0});
        std::fill_n(expanded + row * pitch + behind * kColumnPair, (block.pairs - behind) * kColumnPair,
                    std::int16_t{0});
    }

    alignas(64) float peak[kLanes] = {};
    const int first_row = turn.share.begin(block.out_height), end_row = turn.share.end(block.out_height);
    // Expanded rows before this one are in the buffer or not needed.
    int have = first_row * stride - block.rows.before;
    for (int first = first_row; first < end_row; first += block.band) {
        const int band = std::min(block.band, end_row - first);
        const int begin = first * stride - block.rows.before;  // expanded rows this band needs: [begin, end)
        const int end = begin + (band - 1) * stride + kernel;
        // Rows shared with the band before move to the top of the buffer.
        const int common = std::max(0, have - begin);
        if (first > first_row && common > 0) {
            const int from = block.band * stride;  // where row `begin` lay
            for (int g = 0; g < block.inner_groups; ++g)
                std::memmove(expanded + g * plane, expanded + g * plane + from * pitch,
                             size(common) * static_cast<std::size_t>(pitch) * sizeof(std::int16_t));
        }
        const int fresh = begin + common;
        const int real_begin = std::clamp(fresh, 0, block.height),
                  real_end = std::clamp(end, 0, block.height);
        for (int y = fresh; y < end; ++y)
            if (y < 0 || y >= block.height)
                for (int g = 0; g < block.inner_groups; ++g)
                    std::fill_n(expanded + g * plane + (y - begin) * pitch, pitch, std::int16_t{0});
        std::int16_t* fresh_rows = expanded + (real_begin - begin) * pitch;
        const int rows = real_end - real_begin;
        if (rows > 0 && block.stem) {
            constexpr int kStemStride = 2;
            const int picture_pitch = plan.picture_pitch();
            read_pixels(kernels, plan.input, plan.stem_columns, plan.mean, pixels,
                        real_begin * kStemStride - plan.stem_rows.before,
                        (rows - 1) * kStemStride + plan.stem_kernel, own.picture.get());
            for (int y = 0; y < rows; ++y) {
                for (const DensePanel& panel : block.expand.weights.panels) {
                    const int pairs = (plan.stem_kernel * 3 + 1) / 2;
                    const IntegerRun run{own.picture.get() + y * kStemStride * picture_pitch,
                                         picture_pitch,
                                         plan.stem_kernel,
                                         pairs,
                                         pairs,
                                         block.expand.weights.panel_weights(panel),
                                         panel.groups,
                                         block.width};
                    kernels.stem(
                        run, {own.start.get() + panel.group * kLanes, own.shift.get() + panel.group * kLanes,
                              kSix, fresh_rows + panel.group * plane + y * pitch, plane, block.offsets.data(),
                              block.width % 2 == 0});
                }
            }
        } else if (rows > 0) {
            const std::ptrdiff_t quantised_plane = rows * in_pitch;
            for (int g = 0; g < groups_of(block.in_channels, kLanes); ++g)
                kernels.quantise(in + (g * block.height + real_begin) * in_pitch,
                                 own.quantised.get() + g * quantised_plane, quantised_plane, factor);
            for (const DensePanel& panel : block.expand.weights.panels)
                expand_panel(kernels, block, panel,
                             {own.quantised.get(), quantised_plane, rows * block.width}, own.start.get(),
                             own.shift.get(), fresh_rows + panel.group * plane);
        }
        have = end;

        for (int g = 0; g < block.inner_groups; ++g) {
            IntegerDepthwiseRow row{};
            row.row_stride = pitch;
            row.first = block.first % 2;
            row.weights = block.depthwise.weights.get() + g * block.depthwise.group_weights();
            row.start = block.depthwise.start.get() + g * kLanes;
            row.shift = block.depthwise.shift.get() + g * kLanes;
            row.limit = kSix;
            row.pixels = block.out_width;
            row.kernel = kernel;
            row.stride = stride;
            for (int y = 0; y < band; ++y) {
                row.in = expanded + g * plane + y * stride * pitch;
                row.out = own.filtered.get() + g * filtered_plane + y * out_pitch;
                kernels.depthwise(row);
            }
        }
        const std::ptrdiff_t at = first * out_pitch;
        // A residual block keeps size and channel groups, so its input lies exactly as its output does.
        project(kernels, block.project, {own.filtered.get(), filtered_plane, band * block.out_width},
                block.residual ? in + at : nullptr, out + at, block.out_height * out_pitch, peak);
    }
    picture.set_peak(1 - index % 2, turn.share.thread, peak);
}

void MobileIntegerEngine::run_whole(std::size_t index, std::span<Workspace* const> pictures,
                                    const Turn& turn) const {
    const Plan& plan = *m_plan;
    const Block& block = plan.blocks[index];
    const MobileIntegerKernels& kernels = *plan.kernels;
    Workspace& own = turn.own;
    const std::ptrdiff_t pitch = block.pitch(), plane = block.plane();
    const std::ptrdiff_t in_plane = std::ptrdiff_t{block.height} * block.width * kLanes;
    const std::ptrdiff_t out_pitch = std::ptrdiff_t{block.out_width} * kLanes;
    const std::ptrdiff_t out_plane = block.out_height * out_pitch;
    const int stride = block.depthwise.stride, kernel = block.depthwise.kernel;

    // Of a picture that the whole team computes, each thread rounds the map for itself.
    const auto work_of = [&](std::size_t i) -> Workspace& { return i == 0 ? own : *pictures[i]; };
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const int unit = block.expand.unit_for(pictures[i]->peak(index % 2, turn.share.threads));
        block.expand.prepare(unit, work_of(i).start.get(), work_of(i).shift.get());
        kernels.quantise(pictures[i]->map[index % 2].get(), work_of(i).quantised.get(),
                         groups_of(block.in_channels, kLanes) * in_plane, std::ldexp(1.0f, -unit));
    }

    // One panel's expanded map serves every panel and picture in turn; its padding stays zero.
    std::int16_t* expanded = own.expanded.get();
    std::fill_n(expanded, std::min(kernels.panel_groups, block.inner_groups) * plane, std::int16_t{0});
    std::int16_t* inside = expanded + block.rows.before * pitch;
    IntegerDepthwiseRow row{};
    row.row_stride = pitch;
    row.first = block.first % 2;
    row.limit = kSix;
    row.pixels = block.out_width;
    row.kernel = kernel;
    row.stride = stride;
    const std::vector<DensePanel>& panels = block.expand.weights.panels;
    const int panel_count = static_cast<int>(panels.size());
    for (int p = turn.share.begin(panel_count); p < turn.share.end(panel_count); ++p) {
        const DensePanel& panel = panels[size(p)];
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            const Workspace& work = work_of(i);
            expand_panel(kernels, block, panel, {work.quantised.get(), in_plane, block.height * block.width},
                         work.start.get(), work.shift.get(), inside);
            for (int g = panel.group; g < panel.group + panel.groups; ++g) {
                row.weights = block.depthwise.weights.get() + g * block.depthwise.group_weights();
                row.start = block.depthwise.start.get() + g * kLanes;
                row.shift = block.depthwise.shift.get() + g * kLanes;
                for (int y = 0; y < block.out_height; ++y) {
                    row.in = expanded + (g - panel.group) * plane + y * stride * pitch;
                    row.out = pictures[i]->filtered.get() + g * out_plane + y * out_pitch;
                    kernels.depthwise(row);
                }
            }
        }
    }
    turn.barrier.wait(turn.share.threads);
    const int pixels = block.out_height * block.out_width;
    const std::ptrdiff_t first = std::ptrdiff_t{turn.share.begin(pixels)} * kLanes;
    const int count = turn.share.end(pixels) - turn.share.begin(pixels);
    for (Workspace* picture : pictures) {
        alignas(64) float peak[kLanes] = {};
        if (count > 0)
            project(kernels, block.project, {picture->filtered.get() + first, out_plane, count},
                    block.residual ? picture->map[index % 2].get() + first : nullptr,
                    picture->map[1 - index % 2].get() + first, out_plane, peak);
        picture->set_peak(1 - index % 2, turn.share.thread, peak);
    }
}

void MobileIntegerEngine::run_pictures(const std::uint8_t* pixels, float* embeddings,
                                       std::span<Workspace* const> pictures, const Turn& turn) const {
    const Plan& plan = *m_plan;
    const MobileIntegerKernels& kernels = *plan.kernels;
    const int threads = turn.share.threads;
    const std::size_t bytes = size(plan.input.width) * size(plan.input.height) * 3;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        for (std::size_t index = 0; index < plan.first_shared; ++index) {
            if (plan.blocks[index].whole) {
                run_whole(index, pictures.subspan(i, 1), turn);
            } else {
                run_bands(index, pixels + i * bytes, *pictures[i], turn);
            }
            turn.barrier.wait(threads);
        }
    }
    for (std::size_t index = plan.first_shared; index < plan.blocks.size(); ++index) {
        run_whole(index, pictures, turn);
        turn.barrier.wait(threads);
    }

    const std::ptrdiff_t plane = std::ptrdiff_t{plan.head_pixels} * kLanes;
    const std::size_t last = plan.blocks.size() % 2;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const int unit = unit_exponent(pictures[i]->peak(last, threads));
        kernels.quantise(pictures[i]->map[last].get(), turn.own.quantised.get(),
                         groups_of(plan.head_channels, kLanes) * plane, std::ldexp(1.0f, -unit));
        const std::vector<DensePanel>& panels = plan.heads.front().weights.panels;
        const int count = static_cast<int>(panels.size());
        for (int p = turn.share.begin(count); p < turn.share.end(count); ++p) {
            const DensePanel& first_panel = panels[size(p)];
            // A panel's map is done with as soon as its mean is taken.
            float* out = turn.own.means.get();
            for (std::size_t n = 0; n < plan.heads.size(); ++n) {
                const Part& part = plan.heads[n];
                const DensePanel& panel = part.weights.panels[size(p)];
                alignas(64) float scale[4 * kLanes];
                for (int o = 0; o < panel.groups * kLanes; ++o)
                    scale[o] = std::ldexp(part.scale.get()[panel.group * kLanes + o], unit);
                const IntegerRun run{turn.own.quantised.get() + part.first_group * plane,
                                     plane,
                                     part.groups,
                                     kLanes / 2,
                                     part.last_pairs,
                                     part.weights.panel_weights(panel),
                                     panel.groups,
                                     plan.head_pixels};
                kernels.project(run, {scale, part.bias.get() + panel.group * kLanes, n > 0 ? out : nullptr,
                                      out, plane, n + 1 == plan.heads.size(), nullptr});
            }
            float* means = out + first_panel.groups * plane;
            for (int g = 0; g < first_panel.groups; ++g)
                kernels.mean(out + g * plane, plan.head_pixels, means + g * kLanes);
            const int first = first_panel.group * kLanes;
            std::copy_n(means, std::min(first_panel.groups * kLanes, plan.dimension - first),
                        embeddings + i * size(plan.dimension) + first);
        }
    }
    turn.barrier.wait(threads);  // the next picture's blocks may overwrite the last map
}

void MobileIntegerEngine::run(const std::uint8_t* pixels, int count, float* embeddings, int threads) {
    const Plan& plan = *m_plan;
    if (count < 1) return;
    const std::size_t bytes = size(plan.input.width) * size(plan.input.height) * 3;
    const int asked = std::max(threads, 1);
    while (m_workspaces.size() < 2 * size(asked)) m_workspaces.push_back(std::make_unique<Workspace>(plan));
    for (const auto& workspace : m_workspaces)
        for (std::vector<float>& peaks : workspace->peaks) peaks.resize(m_workspaces.size());
    deal_pictures(count, asked, [&](const PictureTurn& turn, TeamBarrier& barrier) {
        Workspace& own = *m_workspaces[2 * size(turn.thread)];
        Workspace* const works[2] = {turn.alone ? &own : m_workspaces[0].get(),
                                     m_workspaces[2 * size(turn.thread) + 1].get()};
        run_pictures(pixels + size(turn.first) * bytes, embeddings + size(turn.first) * size(plan.dimension),
                     std::span<Workspace* const>(works).first(size(turn.count)), {own, turn.share, barrier});
    });
}

}  // namespace fieldmark
