// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_engine.h"

#include <algorithm>
#include <cstring>

#include "core/models/aligned_floats.h"
#include "core/models/dense_weights.h"
#include "core/models/mobile_blocks.h"
#include "core/models/picture_team.h"

namespace fieldmark {
namespace {

constexpr std::size_t kPattern =
    48;  // of kernels.normalise: a multiple of three channels and of any register

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

DenseWeights pack(const ConvLayer& layer, const MobileKernels& kernels) {
    const int taps = layer.kernel * layer.kernel;
    return DenseWeights(
        layer.out, layer.in * taps, kernels.lanes, kernels.panel_groups,
        [&](int o, int v) {  // value order: kernel row, kernel column, channel
            return layer
                .weight[(size(o) * size(layer.in) + size(v % layer.in)) * size(taps) + size(v / layer.in)];
        },
        [&](int o) { return layer.bias[size(o)]; });
}

struct Depthwise {
    int kernel = 0;
    int stride = 0;
    AlignedFloats weights;  ///< [group][kernel * kernel][lanes]
    AlignedFloats bias;     ///< [group][lanes]

    Depthwise() = default;
    Depthwise(const ConvLayer& layer, int lanes) : kernel(layer.kernel), stride(layer.stride) {
        const int taps = kernel * kernel, groups = groups_of(layer.out, lanes);
        weights = AlignedFloats(size(groups) * size(taps) * size(lanes));
        bias = AlignedFloats(size(groups) * size(lanes));
        for (int o = 0; o < layer.out; ++o) {
            const int group = o / lanes, lane = o % lanes;
            bias.get()[o] = layer.bias[size(o)];
            for (int t = 0; t < taps; ++t)
                weights.get()[(size(group) * size(taps) + size(t)) * size(lanes) + size(lane)] =
                    layer.weight[size(o) * size(taps) + size(t)];
        }
    }
};

struct Block : MobileBlock {
    using MobileBlock::MobileBlock;
    DenseWeights expand;
    Depthwise depthwise;
    DenseWeights project;
    int padded_width = 0;
    std::vector<std::int32_t> offsets;  ///< of the pixels of unpadded rows in a padded plane, in floats
};

}  // namespace

struct MobileEngine::Plan {
    const MobileKernels* kernels = nullptr;
    Input input;
    Padding stem_rows, stem_columns;
    std::vector<Block> blocks;
    std::size_t first_shared = 0;  ///< from this block on, pictures of a pair go through side by side
    DenseWeights head;
    int dimension = 0;
    int head_pixels = 0;
    std::size_t map_floats = 0;       ///< the largest map between blocks
    std::size_t expanded_floats = 0;  ///< the largest band of an expanded map
    std::size_t filtered_floats = 0;  ///< the largest band after the depth-wise convolution
    std::size_t picture_floats = 0;   ///< the largest band of normalised pixels
    float mean[kPattern], scale[kPattern];

    int lanes() const { return kernels->lanes; }
    int picture_pitch() const { return (input.width + stem_columns.before + stem_columns.behind) * 3; }
};

struct MobileEngine::Workspace {
    AlignedFloats map[2], expanded, filtered, picture;
    explicit Workspace(const Plan& plan)
        : map{AlignedFloats(plan.map_floats), AlignedFloats(plan.map_floats)},
          expanded(plan.expanded_floats),
          filtered(plan.filtered_floats),
          picture(plan.picture_floats) {}
};

namespace {

/// All panels of a 1 x 1 convolution over a run of pixels, which may go over many rows: panels outside, so
/// that one stays in the first-level cache and its weights are read once. Strides between channel groups, in
/// floats.
struct PointwiseJob {
    const float* in;
    std::ptrdiff_t in_group_stride;
    float* out;
    std::ptrdiff_t out_group_stride;
    const std::int32_t* out_offsets;  ///< see DenseRun
    const float* residual;
    int pixels;
    bool relu6;
};

/// One panel of it, written to `out`.
void pointwise_panel(const MobileKernels& kernels, const DenseWeights& dense, const DensePanel& panel,
                     const PointwiseJob& job, float* out) {
    const int lanes = kernels.lanes;
    DenseRun run{};
    run.in = job.in;
    run.segment_stride = job.in_group_stride;
    run.segments = groups_of(dense.values, lanes);
    run.segment_length = lanes;
    run.last_length = dense.values - (run.segments - 1) * lanes;
    run.out_offsets = job.out_offsets;
    run.out_pixel_stride = lanes;
    run.out_group_stride = job.out_group_stride;
    run.pixels = job.pixels;
    run.activation = job.relu6 ? DenseActivation::Relu6 : DenseActivation::None;
    run.groups = panel.groups;
    run.weights = dense.panel_weights(panel);
    run.bias = dense.panel_bias(panel, lanes);
    run.out = out;
    run.residual = job.residual ? job.residual + panel.group * job.out_group_stride : nullptr;
    kernels.pointwise(run);
}

void pointwise(const MobileKernels& kernels, const DenseWeights& dense, const PointwiseJob& job) {
    for (const DensePanel& panel : dense.panels)
        pointwise_panel(kernels, dense, panel, job, job.out + panel.group * job.out_group_stride);
}

}  // namespace

const MobileKernels* MobileEngine::best_kernels() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return &kMobileKernelsAvx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kMobileKernelsAvx2;
#endif
    return nullptr;
}

bool MobileEngine::is_chain_of_blocks(const MobileNetwork& network) {
    const std::vector<ConvLayer>& layers = network.layers;
    if (layers.size() < 4 || layers.size() % 3 != 1) return false;
    for (std::size_t i = 0; i + 1 < layers.size(); i += 3) {
        const ConvLayer &expand = layers[i], &depthwise = layers[i + 1], &project = layers[i + 2];
        const bool stem = i == 0;
        if (expand.depthwise || !expand.relu6 || !depthwise.depthwise || !depthwise.relu6 ||
            project.depthwise || project.relu6 || project.kernel != 1 ||
            (depthwise.kernel != 3 && depthwise.kernel != 5) ||
            (depthwise.stride != 1 && depthwise.stride != 2))
            return false;
        if (stem ? expand.in != 3 || expand.stride != 2 : expand.kernel != 1 || expand.stride != 1)
            return false;
        if (project.ends_residual &&
            (!expand.begins_residual || expand.in != project.out || depthwise.stride != 1 || stem))
            return false;
    }
    const ConvLayer& head = layers.back();
    return !head.depthwise && head.kernel == 1 && head.stride == 1 && head.relu6;
}

std::unique_ptr<MobileEngine> MobileEngine::create(const MobileNetwork& network, const Input& input,
                                                   const MobileKernels* kernels) {
    if (!kernels) kernels = best_kernels();
    const std::vector<ConvLayer>& layers = network.layers;
    if (!kernels || !is_chain_of_blocks(network)) return nullptr;

    auto plan = std::make_unique<Plan>();
    plan->kernels = kernels;
    plan->input = input;
    for (std::size_t i = 0; i < kPattern; ++i) {
        plan->mean[i] = input.mean[i % 3];
        plan->scale[i] = input.scale[i % 3];
    }
    const int lanes = kernels->lanes;
    int height = input.height, width = input.width;
    for (std::size_t i = 0; i + 1 < layers.size(); i += 3) {
        const ConvLayer &expand = layers[i], &depthwise = layers[i + 1], &project = layers[i + 2];
        Block block(expand, depthwise, project, i == 0, height, width);
        if (block.stem) {
            plan->stem_rows = padding_of(expand, height);
            plan->stem_columns = padding_of(expand, width);
        }
        block.padded_width = block.width + block.columns.before + block.columns.behind;
        block.expand = pack(expand, *kernels);
        block.depthwise = Depthwise(depthwise, lanes);
        block.project = pack(project, *kernels);

        const std::size_t inner = size(block.expand.out_groups) * size(lanes);
        const std::size_t whole_bytes =
            inner * size(block.out_height) * size(block.out_width) * sizeof(float);
        block.choose_band(!block.stem && whole_bytes <= kMobileBandBytes, [&](int band) {
            return inner * sizeof(float) *
                   (size(block.rows_for(band)) * size(block.padded_width) +
                    size(band) * size(block.out_width));
        });
        for (int p = 0; p < block.band_rows * block.width; ++p)
            block.offsets.push_back((p / block.width * block.padded_width + p % block.width) * lanes);
        // A whole block holds one panel of its expanded map at a time.
        plan->expanded_floats =
            std::max(plan->expanded_floats, (block.whole ? size(kernels->panel_groups * lanes) : inner) *
                                                size(block.band_rows) * size(block.padded_width));
        plan->filtered_floats =
            std::max(plan->filtered_floats, inner * size(block.band) * size(block.out_width));
        plan->map_floats = std::max(plan->map_floats, size(block.project.out_groups) * size(lanes) *
                                                          size(block.out_height) * size(block.out_width));
        if (block.stem)
            plan->picture_floats =
                size((block.band_rows - 1) * expand.stride + expand.kernel) * size(plan->picture_pitch());
        height = block.out_height;
        width = block.out_width;
        plan->blocks.push_back(std::move(block));
    }
    const ConvLayer& head = layers.back();
    plan->first_shared = first_shared_block(plan->blocks, [&](const Block& block) {
        return size(block.expand.out_groups) * size(lanes) * size(block.out_height) * size(block.out_width) *
               sizeof(float);
    });
    plan->head = pack(head, *kernels);
    plan->dimension = head.out;
    plan->head_pixels = height * width;
    plan->filtered_floats = std::max(
        plan->filtered_floats, size(plan->head.out_groups) * size(lanes) * (size(plan->head_pixels) + 1));
    return std::unique_ptr<MobileEngine>(new MobileEngine(std::move(plan)));
}

MobileEngine::MobileEngine(std::unique_ptr<Plan> plan) : m_plan(std::move(plan)) {}
MobileEngine::~MobileEngine() = default;

const char* MobileEngine::instruction_set() const {
    return m_plan->kernels->name;
}

namespace {

/// Normalised pixels of input rows [first, first + rows), padded with zeros.
void read_pixels(const MobileKernels& kernels, const MobileEngine::Input& input, const Padding& columns,
                 const float* mean, const float* scale, const std::uint8_t* pixels, int first, int rows,
                 float* out) {
    const int pitch = (input.width + columns.before + columns.behind) * 3;
    for (int r = 0; r < rows; ++r, out += pitch) {
        const int y = first + r;
        if (y < 0 || y >= input.height) {
            std::fill_n(out, pitch, 0.0f);
            continue;
        }
        std::fill_n(out, columns.before * 3, 0.0f);
        kernels.normalise(pixels + size(y) * size(input.width) * 3, out + columns.before * 3, input.width * 3,
                          mean, scale);
        std::fill_n(out + (columns.before + input.width) * 3, columns.behind * 3, 0.0f);
    }
}

}  // namespace

void MobileEngine::run_bands(std::size_t index, const std::uint8_t* pixels, Workspace& work,
                             Workspace& shared, TeamShare share) const {
    const Plan& plan = *m_plan;
    const Block& block = plan.blocks[index];
    const MobileKernels& kernels = *plan.kernels;
    const int lanes = plan.lanes();
    const float* in = shared.map[index % 2].get();
    float* out = shared.map[1 - index % 2].get();
    const std::ptrdiff_t pitch = static_cast<std::ptrdiff_t>(block.padded_width) * lanes;
    const std::ptrdiff_t plane = block.band_rows * pitch;
    const std::ptrdiff_t out_pitch = static_cast<std::ptrdiff_t>(block.out_width) * lanes;
    const std::ptrdiff_t filtered_plane = block.band * out_pitch;
    const int stride = block.depthwise.stride, kernel = block.depthwise.kernel;
    const int inner_groups = block.expand.out_groups;
    float* expanded = work.expanded.get();

    // The padding's columns are zero from here on: nothing else writes there.
    for (int row = 0; row < inner_groups * block.band_rows; ++row) {
        std::fill_n(expanded + row * pitch, block.columns.before * lanes, 0.0f);
        std::fill_n(expanded + row * pitch + (block.columns.before + block.width) * lanes,
                    block.columns.behind * lanes, 0.0f);
    }

    const int first_row = share.begin(block.out_height), end_row = share.end(block.out_height);
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
            for (int g = 0; g < inner_groups; ++g)
                std::memmove(expanded + g * plane, expanded + g * plane + from * pitch,
                             size(common) * size(static_cast<int>(pitch)) * sizeof(float));
        }
        const int fresh = begin + common;
        const int real_begin = std::clamp(fresh, 0, block.height),
                  real_end = std::clamp(end, 0, block.height);
        for (int y = fresh; y < end; ++y)
            if (y < 0 || y >= block.height)
                for (int g = 0; g < inner_groups; ++g)
                    std::fill_n(expanded + g * plane + (y - begin) * pitch, pitch, 0.0f);
        float* fresh_rows = expanded + (real_begin - begin) * pitch + block.columns.before * lanes;
        if (real_end > real_begin && block.stem) {
            constexpr int kStemStride = 2;
            const int taps = block.expand.values / 3;
            const int stem_kernel = taps == 9 ? 3 : 5;
            const int picture_pitch = plan.picture_pitch();
            read_pixels(kernels, plan.input, plan.stem_columns, plan.mean, plan.scale, pixels,
                        real_begin * kStemStride - plan.stem_rows.before,
                        (real_end - real_begin - 1) * kStemStride + stem_kernel, work.picture.get());
            DenseRun run{};
            run.segment_stride = picture_pitch;
            run.segments = stem_kernel;
            run.segment_length = run.last_length = stem_kernel * 3;
            run.out_pixel_stride = lanes;
            run.out_group_stride = plane;
            run.pixels = block.width;
            run.activation = DenseActivation::Relu6;
            for (int y = real_begin; y < real_end; ++y) {
                run.in = work.picture.get() + (y - real_begin) * kStemStride * picture_pitch;
                for (const DensePanel& panel : block.expand.panels) {
                    run.groups = panel.groups;
                    run.weights = block.expand.panel_weights(panel);
                    run.bias = block.expand.panel_bias(panel, lanes);
                    run.out = fresh_rows + panel.group * plane + (y - real_begin) * pitch;
                    kernels.stem(run);
                }
            }
        } else if (real_end > real_begin) {
            const std::ptrdiff_t in_pitch = static_cast<std::ptrdiff_t>(block.width) * lanes;
            pointwise(kernels, block.expand,
                      {in + real_begin * in_pitch, block.height * in_pitch, fresh_rows, plane,
                       block.offsets.data(), nullptr, (real_end - real_begin) * block.width, true});
        }
        have = end;

        DepthwiseRow row;
        row.row_stride = pitch;
        row.pixels = block.out_width;
        row.kernel = kernel;
        row.stride = stride;
        for (int g = 0; g < inner_groups; ++g) {
            row.weights = block.depthwise.weights.get() + g * kernel * kernel * lanes;
            row.bias = block.depthwise.bias.get() + g * lanes;
            for (int y = 0; y < band; ++y) {
                row.in = expanded + g * plane + y * stride * pitch;
                row.out = work.filtered.get() + g * filtered_plane + y * out_pitch;
                kernels.depthwise(row);
            }
        }
        const std::ptrdiff_t at = first * out_pitch;
        // A residual block keeps size and channel groups, so its input lies exactly as its output does.
        pointwise(kernels, block.project,
                  {work.filtered.get(), filtered_plane, out + at, block.out_height * out_pitch, nullptr,
                   block.residual ? in + at : nullptr, band * block.out_width, false});
    }
}

void MobileEngine::run_whole(std::size_t index, std::span<Workspace* const> works, Workspace& own,
                             TeamShare share, TeamBarrier& barrier) const {
    const Plan& plan = *m_plan;
    const Block& block = plan.blocks[index];
    const MobileKernels& kernels = *plan.kernels;
    const int lanes = plan.lanes();
    const std::ptrdiff_t pitch = static_cast<std::ptrdiff_t>(block.padded_width) * lanes;
    const std::ptrdiff_t plane = block.band_rows * pitch;
    const std::ptrdiff_t in_plane = static_cast<std::ptrdiff_t>(block.height) * block.width * lanes;
    const std::ptrdiff_t out_pitch = static_cast<std::ptrdiff_t>(block.out_width) * lanes;
    const std::ptrdiff_t out_plane = block.out_height * out_pitch;
    const int stride = block.depthwise.stride, kernel = block.depthwise.kernel;

    // One panel's expanded map serves every panel and picture in turn; its padding stays zero.
    float* expanded = own.expanded.get();
    std::fill_n(expanded, kernels.panel_groups * plane, 0.0f);
    float* inside = expanded + block.rows.before * pitch + block.columns.before * lanes;
    DepthwiseRow row;
    row.row_stride = pitch;
    row.pixels = block.out_width;
    row.kernel = kernel;
    row.stride = stride;
    const int panels = static_cast<int>(block.expand.panels.size());
    for (int p = share.begin(panels); p < share.end(panels); ++p) {
        const DensePanel& panel = block.expand.panels[size(p)];
        for (Workspace* work : works) {
            pointwise_panel(kernels, block.expand, panel,
                            {work->map[index % 2].get(), in_plane, nullptr, plane, block.offsets.data(),
                             nullptr, block.height * block.width, true},
                            inside);
            for (int g = 0; g < panel.groups; ++g) {
                row.weights = block.depthwise.weights.get() + (panel.group + g) * kernel * kernel * lanes;
                row.bias = block.depthwise.bias.get() + (panel.group + g) * lanes;
                for (int y = 0; y < block.out_height; ++y) {
                    row.in = expanded + g * plane + y * stride * pitch;
                    row.out = work->filtered.get() + (panel.group + g) * out_plane + y * out_pitch;
                    kernels.depthwise(row);
                }
            }
        }
    }
    barrier.wait(share.threads);
    const int pixels = block.out_height * block.out_width;
    const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(share.begin(pixels)) * lanes;
    const int count = share.end(pixels) - share.begin(pixels);
    if (count == 0) return;
    for (const DensePanel& panel : block.project.panels) {
        for (Workspace* work : works) {
            pointwise_panel(kernels, block.project, panel,
                            {work->filtered.get() + first, out_plane, nullptr, out_plane, nullptr,
                             block.residual ? work->map[index % 2].get() + first : nullptr, count, false},
                            work->map[1 - index % 2].get() + panel.group * out_plane + first);
        }
    }
}

void MobileEngine::run_pictures(const std::uint8_t* pixels, float* embeddings,
                                std::span<Workspace* const> works, Workspace& own, TeamShare share,
                                TeamBarrier& barrier) const {
    const Plan& plan = *m_plan;
    const MobileKernels& kernels = *plan.kernels;
    const int lanes = plan.lanes();
    const std::size_t picture = size(plan.input.width) * size(plan.input.height) * 3;
    for (std::size_t i = 0; i < works.size(); ++i) {
        for (std::size_t index = 0; index < plan.first_shared; ++index) {
            if (plan.blocks[index].whole) {
                run_whole(index, works.subspan(i, 1), own, share, barrier);
            } else {
                run_bands(index, pixels + i * picture, own, *works[i], share);
            }
            barrier.wait(share.threads);
        }
    }
    for (std::size_t index = plan.first_shared; index < plan.blocks.size(); ++index) {
        run_whole(index, works, own, share, barrier);
        barrier.wait(share.threads);
    }

    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(plan.head_pixels) * lanes;
    const std::size_t last = plan.blocks.size() % 2;
    const int panels = static_cast<int>(plan.head.panels.size());
    for (int p = share.begin(panels); p < share.end(panels); ++p) {
        const DensePanel& panel = plan.head.panels[size(p)];
        for (std::size_t i = 0; i < works.size(); ++i) {
            // A panel's map is done with as soon as its mean is taken.
            float* out = own.filtered.get();
            pointwise_panel(
                kernels, plan.head, panel,
                {works[i]->map[last].get(), plane, nullptr, plane, nullptr, nullptr, plan.head_pixels, true},
                out);
            float* means = out + panel.groups * plane;
            for (int g = 0; g < panel.groups; ++g)
                kernels.mean(out + g * plane, plan.head_pixels, means + g * lanes);
            const int first = panel.group * lanes;
            std::copy_n(means, std::min(panel.groups * lanes, plan.dimension - first),
                        embeddings + i * size(plan.dimension) + first);
        }
    }
    barrier.wait(share.threads);  // the next picture's blocks may overwrite the last map
}

void MobileEngine::run(const std::uint8_t* pixels, int count, float* embeddings, int threads) {
    const Plan& plan = *m_plan;
    if (count < 1) return;
    const std::size_t picture = size(plan.input.width) * size(plan.input.height) * 3;
    const int asked = std::max(threads, 1);
    while (m_workspaces.size() < 2 * size(asked)) m_workspaces.push_back(std::make_unique<Workspace>(plan));
    deal_pictures(count, asked, [&](const PictureTurn& turn, TeamBarrier& barrier) {
        Workspace& own = *m_workspaces[2 * size(turn.thread)];
        Workspace* const works[2] = {turn.alone ? &own : m_workspaces[0].get(),
                                     m_workspaces[2 * size(turn.thread) + 1].get()};
        run_pictures(pixels + size(turn.first) * picture,
                     embeddings + size(turn.first) * size(plan.dimension),
                     std::span<Workspace* const>(works).first(size(turn.count)), own, turn.share, barrier);
    });
}

}  // namespace fieldmark
