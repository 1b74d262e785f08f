// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/mobile_engine.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <thread>

namespace fieldmark {
namespace {

// Half of a common second-level cache (1 to 2 MB); the other half is for weights and the maps at both ends.
constexpr std::size_t kBandBytes = 640 * 1024;
constexpr std::size_t kPattern =
    48;  // of kernels.normalise: a multiple of three channels and of any register

/// Floats aligned for any vector load, zero at first.
class Floats {
  public:
    Floats() = default;
    explicit Floats(std::size_t count) {
        const std::size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
        m_values.reset(static_cast<float*>(std::aligned_alloc(64, std::max<std::size_t>(bytes, 64))));
        if (!m_values) throw std::bad_alloc();
        std::memset(m_values.get(), 0, bytes);
    }
    float* get() const { return m_values.get(); }

  private:
    struct Free {
        void operator()(float* values) const { std::free(values); }
    };
    std::unique_ptr<float, Free> m_values;
};

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

int groups_of(int channels, int lanes) {
    return (channels + lanes - 1) / lanes;
}

/// A dense convolution's weights in the order the kernels read them: panels of two groups of output channels
/// (one at the end of an odd number), each [value][2 * lanes], zero in the lanes past the last channel.
struct Dense {
    int values = 0;  ///< that one output depends on
    int out_groups = 0;
    Floats weights;
    Floats bias;

    Dense() = default;
    Dense(const ConvLayer& layer, int lanes) {
        const int taps = layer.kernel * layer.kernel;
        values = layer.in * taps;
        out_groups = groups_of(layer.out, lanes);
        weights = Floats(size(out_groups) * size(values) * size(lanes));
        bias = Floats(size(out_groups) * size(lanes));
        for (int o = 0; o < layer.out; ++o) {
            bias.get()[o] = layer.bias[size(o)];
            const int group = o / lanes;
            const int first = group / 2 * 2;
            const int width = std::min(2, out_groups - first) * lanes;
            float* panel = weights.get() + size(first) * size(values) * size(lanes);
            for (int i = 0; i < layer.in; ++i)
                for (int t = 0; t < taps; ++t)  // value order: kernel row, kernel column, channel
                    panel[size(t * layer.in + i) * size(width) + size(o - first * lanes)] =
                        layer.weight[(size(o) * size(layer.in) + size(i)) * size(taps) + size(t)];
        }
    }
};

struct Depthwise {
    int kernel = 0;
    int stride = 0;
    Floats weights;  ///< [group][kernel * kernel][lanes]
    Floats bias;     ///< [group][lanes]

    Depthwise() = default;
    Depthwise(const ConvLayer& layer, int lanes) : kernel(layer.kernel), stride(layer.stride) {
        const int taps = kernel * kernel, groups = groups_of(layer.out, lanes);
        weights = Floats(size(groups) * size(taps) * size(lanes));
        bias = Floats(size(groups) * size(lanes));
        for (int o = 0; o < layer.out; ++o) {
            const int group = o / lanes, lane = o % lanes;
            bias.get()[o] = layer.bias[size(o)];
            for (int t = 0; t < taps; ++t)
                weights.get()[(size(group) * size(taps) + size(t)) * size(lanes) + size(lane)] =
                    layer.weight[size(o) * size(taps) + size(t)];
        }
    }
};

/// Expand (or, in the first block, the stem), depth-wise, project.
struct Block {
    Dense expand;
    Depthwise depthwise;
    Dense project;
    bool residual = false;
    bool stem = false;
    int height = 0, width = 0;          ///< of the expanded map
    int out_height = 0, out_width = 0;  ///< of the projected map
    Padding rows, columns;              ///< of the expanded map
    int padded_width = 0;
    int band = 0;                       ///< output rows computed together
    int band_rows = 0;                  ///< padded expanded rows they need
    bool whole = false;                 ///< one band, expanded and filtered panel by panel
    std::vector<std::int32_t> offsets;  ///< of the pixels of unpadded rows in a padded plane, in floats
};

}  // namespace

struct MobileEngine::Plan {
    const MobileKernels* kernels = nullptr;
    Input input;
    Padding stem_rows, stem_columns;
    std::vector<Block> blocks;
    std::size_t first_shared = 0;  ///< from this block on, pictures of a pair go through side by side
    Dense head;
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
    Floats map[2], expanded, filtered, picture;
    explicit Workspace(const Plan& plan)
        : map{Floats(plan.map_floats), Floats(plan.map_floats)},
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

/// One panel of it: output groups `group` and the next, written to `out`.
void pointwise_panel(const MobileKernels& kernels, const Dense& dense, const PointwiseJob& job, int group,
                     float* out) {
    const int lanes = kernels.lanes;
    DenseRun run;
    run.in = job.in;
    run.segment_stride = job.in_group_stride;
    run.segments = groups_of(dense.values, lanes);
    run.segment_length = lanes;
    run.last_length = dense.values - (run.segments - 1) * lanes;
    run.out_offsets = job.out_offsets;
    run.out_group_stride = job.out_group_stride;
    run.pixels = job.pixels;
    run.relu6 = job.relu6;
    run.groups = std::min(2, dense.out_groups - group);
    run.weights = dense.weights.get() + size(group) * size(dense.values) * size(lanes);
    run.bias = dense.bias.get() + group * lanes;
    run.out = out;
    run.residual = job.residual ? job.residual + group * job.out_group_stride : nullptr;
    kernels.pointwise(run);
}

void pointwise(const MobileKernels& kernels, const Dense& dense, const PointwiseJob& job) {
    for (int group = 0; group < dense.out_groups; group += 2)
        pointwise_panel(kernels, dense, job, group, job.out + group * job.out_group_stride);
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

std::unique_ptr<MobileEngine> MobileEngine::create(const MobileNetwork& network, const Input& input,
                                                   const MobileKernels* kernels) {
    if (!kernels) kernels = best_kernels();
    const std::vector<ConvLayer>& layers = network.layers;
    if (!kernels || layers.size() < 4 || layers.size() % 3 != 1) return nullptr;

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
        const bool stem = i == 0;
        if (expand.depthwise || !expand.relu6 || !depthwise.depthwise || !depthwise.relu6 ||
            project.depthwise || project.relu6 || project.kernel != 1 ||
            (depthwise.kernel != 3 && depthwise.kernel != 5) ||
            (depthwise.stride != 1 && depthwise.stride != 2))
            return nullptr;
        if (stem ? expand.in != 3 || expand.stride != 2 : expand.kernel != 1 || expand.stride != 1)
            return nullptr;
        Block block;
        block.stem = stem;
        block.residual = project.ends_residual;
        if (block.residual &&
            (!expand.begins_residual || expand.in != project.out || depthwise.stride != 1 || stem))
            return nullptr;
        if (stem) {
            plan->stem_rows = same_padding(height, expand.kernel, expand.stride);
            plan->stem_columns = same_padding(width, expand.kernel, expand.stride);
        }
        block.height = same_size(height, expand.stride);
        block.width = same_size(width, expand.stride);
        block.rows = same_padding(block.height, depthwise.kernel, depthwise.stride);
        block.columns = same_padding(block.width, depthwise.kernel, depthwise.stride);
        block.out_height = same_size(block.height, depthwise.stride);
        block.out_width = same_size(block.width, depthwise.stride);
        block.padded_width = block.width + block.columns.before + block.columns.behind;
        block.expand = Dense(expand, lanes);
        block.depthwise = Depthwise(depthwise, lanes);
        block.project = Dense(project, lanes);

        const std::size_t inner = size(block.expand.out_groups) * size(lanes);
        const auto rows_for = [&](int band) { return (band - 1) * depthwise.stride + depthwise.kernel; };
        const auto floats_for = [&](int band) {
            return inner *
                   (size(rows_for(band)) * size(block.padded_width) + size(band) * size(block.out_width));
        };
        block.whole =
            !stem && inner * size(block.out_height) * size(block.out_width) * sizeof(float) <= kBandBytes;
        block.band = block.whole ? block.out_height : 1;
        while (block.band < block.out_height && floats_for(block.band + 1) * sizeof(float) <= kBandBytes)
            ++block.band;
        // Bands of nearly equal height.
        const int bands = (block.out_height + block.band - 1) / block.band;
        block.band = (block.out_height + bands - 1) / bands;
        block.band_rows = rows_for(block.band);
        for (int p = 0; p < block.band_rows * block.width; ++p)
            block.offsets.push_back((p / block.width * block.padded_width + p % block.width) * lanes);
        // A whole block holds one panel of its expanded map at a time.
        plan->expanded_floats =
            std::max(plan->expanded_floats, (block.whole ? 2 * size(lanes) : inner) * size(block.band_rows) *
                                                size(block.padded_width));
        plan->filtered_floats =
            std::max(plan->filtered_floats, inner * size(block.band) * size(block.out_width));
        plan->map_floats = std::max(plan->map_floats, size(block.project.out_groups) * size(lanes) *
                                                          size(block.out_height) * size(block.out_width));
        if (stem)
            plan->picture_floats =
                size((block.band_rows - 1) * expand.stride + expand.kernel) * size(plan->picture_pitch());
        height = block.out_height;
        width = block.out_width;
        plan->blocks.push_back(std::move(block));
    }
    const ConvLayer& head = layers.back();
    if (head.depthwise || head.kernel != 1 || head.stride != 1 || !head.relu6) return nullptr;
    // Where the maps of two pictures fit the cache together, one reading of the weights serves both.
    plan->first_shared = plan->blocks.size();
    while (plan->first_shared > 0) {
        const Block& block = plan->blocks[plan->first_shared - 1];
        const std::size_t filtered = size(block.expand.out_groups) * size(lanes) * size(block.out_height) *
                                     size(block.out_width) * sizeof(float);
        if (!block.whole || 2 * filtered > kBandBytes) break;
        --plan->first_shared;
    }
    plan->head = Dense(head, lanes);
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

void MobileEngine::run_bands(std::size_t index, const std::uint8_t* pixels, Workspace& work) const {
    const Plan& plan = *m_plan;
    const Block& block = plan.blocks[index];
    const MobileKernels& kernels = *plan.kernels;
    const int lanes = plan.lanes();
    const float* in = work.map[index % 2].get();
    float* out = work.map[1 - index % 2].get();
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

    int have = -block.rows.before;  // expanded rows before this one are in the buffer or no longer needed
    for (int first = 0; first < block.out_height; first += block.band) {
        const int band = std::min(block.band, block.out_height - first);
        const int begin = first * stride - block.rows.before;  // expanded rows this band needs: [begin, end)
        const int end = begin + (band - 1) * stride + kernel;
        // Rows shared with the band before move to the top of the buffer.
        const int shared = std::max(0, have - begin);
        if (first > 0 && shared > 0) {
            const int from = block.band * stride;  // where row `begin` lay
            for (int g = 0; g < inner_groups; ++g)
                std::memmove(expanded + g * plane, expanded + g * plane + from * pitch,
                             size(shared) * size(static_cast<int>(pitch)) * sizeof(float));
        }
        const int fresh = begin + shared;
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
            DenseRun run;
            run.segment_stride = picture_pitch;
            run.segments = stem_kernel;
            run.segment_length = run.last_length = stem_kernel * 3;
            run.residual = nullptr;
            run.out_offsets = nullptr;
            run.out_group_stride = plane;
            run.pixels = block.width;
            run.relu6 = true;
            for (int y = real_begin; y < real_end; ++y) {
                run.in = work.picture.get() + (y - real_begin) * kStemStride * picture_pitch;
                for (int g = 0; g < inner_groups; g += 2) {
                    run.groups = std::min(2, inner_groups - g);
                    run.weights =
                        block.expand.weights.get() + size(g) * size(block.expand.values) * size(lanes);
                    run.bias = block.expand.bias.get() + g * lanes;
                    run.out = fresh_rows + g * plane + (y - real_begin) * pitch;
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

void MobileEngine::run_whole(std::size_t index, std::span<Workspace* const> works) const {
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
    float* expanded = works.front()->expanded.get();
    std::fill_n(expanded, 2 * plane, 0.0f);
    float* inside = expanded + block.rows.before * pitch + block.columns.before * lanes;
    DepthwiseRow row;
    row.row_stride = pitch;
    row.pixels = block.out_width;
    row.kernel = kernel;
    row.stride = stride;
    for (int group = 0; group < block.expand.out_groups; group += 2) {
        const int groups = std::min(2, block.expand.out_groups - group);
        for (Workspace* work : works) {
            pointwise_panel(kernels, block.expand,
                            {work->map[index % 2].get(), in_plane, nullptr, plane, block.offsets.data(),
                             nullptr, block.height * block.width, true},
                            group, inside);
            for (int g = 0; g < groups; ++g) {
                row.weights = block.depthwise.weights.get() + (group + g) * kernel * kernel * lanes;
                row.bias = block.depthwise.bias.get() + (group + g) * lanes;
                for (int y = 0; y < block.out_height; ++y) {
                    row.in = expanded + g * plane + y * stride * pitch;
                    row.out = work->filtered.get() + (group + g) * out_plane + y * out_pitch;
                    kernels.depthwise(row);
                }
            }
        }
    }
    for (int group = 0; group < block.project.out_groups; group += 2) {
        for (Workspace* work : works) {
            pointwise_panel(kernels, block.project,
                            {work->filtered.get(), out_plane, nullptr, out_plane, nullptr,
                             block.residual ? work->map[index % 2].get() : nullptr,
                             block.out_height * block.out_width, false},
                            group, work->map[1 - index % 2].get() + group * out_plane);
        }
    }
}

void MobileEngine::run_pictures(const std::uint8_t* pixels, float* embeddings,
                                std::span<Workspace* const> works) const {
    const Plan& plan = *m_plan;
    const MobileKernels& kernels = *plan.kernels;
    const int lanes = plan.lanes();
    const std::size_t picture = size(plan.input.width) * size(plan.input.height) * 3;
    for (std::size_t i = 0; i < works.size(); ++i) {
        for (std::size_t index = 0; index < plan.first_shared; ++index) {
            if (plan.blocks[index].whole) {
                run_whole(index, works.subspan(i, 1));
            } else {
                run_bands(index, pixels + i * picture, *works[i]);
            }
        }
    }
    for (std::size_t index = plan.first_shared; index < plan.blocks.size(); ++index) run_whole(index, works);

    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(plan.head_pixels) * lanes;
    const std::size_t last = plan.blocks.size() % 2;
    for (int group = 0; group < plan.head.out_groups; group += 2) {
        for (Workspace* work : works) {
            float* out = work->filtered.get() + group * plane;
            pointwise_panel(
                kernels, plan.head,
                {work->map[last].get(), plane, nullptr, plane, nullptr, nullptr, plan.head_pixels, true},
                group, out);
        }
    }
    for (std::size_t i = 0; i < works.size(); ++i) {
        float* out = works[i]->filtered.get();
        float* means = out + plan.head.out_groups * plane;
        for (int g = 0; g < plan.head.out_groups; ++g)
            kernels.mean(out + g * plane, plan.head_pixels, means + g * lanes);
        std::copy_n(means, plan.dimension, embeddings + i * size(plan.dimension));
    }
}

void MobileEngine::run(const std::uint8_t* pixels, int count, float* embeddings, int threads) {
    const Plan& plan = *m_plan;
    const std::size_t picture = size(plan.input.width) * size(plan.input.height) * 3;
    const std::size_t used = size(std::clamp(threads, 1, std::max(count, 1)));
    // A pair a turn where that leaves no thread idle for longer than a picture takes.
    const int turn = count >= 2 * static_cast<int>(used) ? 2 : 1;
    while (m_workspaces.size() < 2 * used) m_workspaces.push_back(std::make_unique<Workspace>(plan));
    std::atomic<int> next = 0;
    const auto work = [&](std::size_t thread) {
        Workspace* const works[2] = {m_workspaces[2 * thread].get(), m_workspaces[2 * thread + 1].get()};
        for (int i = next.fetch_add(turn); i < count; i = next.fetch_add(turn))
            run_pictures(pixels + size(i) * picture, embeddings + size(i) * size(plan.dimension),
                         std::span<Workspace* const>(works).first(size(std::min(turn, count - i))));
    };
    std::vector<std::jthread> others;
    others.reserve(used);
    for (std::size_t thread = 1; thread < used; ++thread) others.emplace_back(work, thread);
    work(0);
}

}  // namespace fieldmark
