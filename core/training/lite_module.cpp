// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/lite_module.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "core/models/mobile_network.h"
#include "core/training/lite_kernels.h"
#include "core/training/lite_products.h"

namespace fieldmark {

namespace {

constexpr double kBatchNormEpsilon = 1e-3;
/// Pictures that go through the network together on a CPU: few enough that a map is still in the cache when
/// the next operation reads it, enough that the matrix products of the last, small maps are worth their
/// weights.
constexpr int kSlice = 4;

/// One convolution with its BatchNorm.
struct Convolution {
    std::string name;
    std::string norm;
    ConvLayer shape;  // its weight and bias are empty
    bool trainable = true;
    torch::Tensor weight;  // (out, in or 1, kernel, kernel); a view of the flat parameter where it learns
    torch::Tensor gamma;
    torch::Tensor beta;
    torch::Tensor mean;
    torch::Tensor variance;
    std::size_t folded_weight = 0;  // place of the folded weight and bias among all of them, in floats
    std::size_t folded_bias = 0;
    std::size_t packed = 0;       // of the folded weight in the order of lite::times_packed(), for the way
    std::size_t packed_back = 0;  // forward and back; not for depthwise ones

    int inputs() const { return static_cast<int>(taps()); }
    std::int64_t taps() const {
        return std::int64_t{shape.depthwise ? 1 : shape.in} * shape.kernel * shape.kernel;
    }
    std::int64_t weights() const { return shape.out * taps(); }
};

/// An inverted bottleneck; the first one's `expand` is the stem.
struct Block {
    int expand = -1;  // indices of convolutions
    int depthwise = -1;
    int project = -1;
    bool residual = false;
};

/// Where a block's maps lie for a given input size; offsets in floats a picture, within a slice's memory.
struct BlockPlan {
    lite::Depthwise depthwise;
    int in = 0;  // channels
    int expanded = 0;
    int out = 0;
    std::size_t in_pixels = 0;  // rows x columns of the block's input (for the first: of the stem's output)
    std::size_t out_pixels = 0;
    std::size_t input = 0;   // offsets; times the slice's pictures
    std::size_t wide = 0;    // the expanded map, framed
    std::size_t narrow = 0;  // the depthwise convolution's output
};

/// Memory that starts on a cache line and is never cleared.
class Floats {
  public:
    explicit Floats(std::size_t count = 0)
        : m_values(count == 0 ? nullptr
                              : static_cast<float*>(
                                    std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64))) {
        if (count != 0 && m_values == nullptr) throw std::bad_alloc();
    }
    float* data() const { return m_values.get(); }

  private:
    struct Free {
        void operator()(float* values) const { std::free(values); }
    };
    std::unique_ptr<float, Free> m_values;
};

/// What one thread needs for a slice beside the maps that are kept.
struct Scratch {
    Floats picture;   // (slice, side, side, 3)
    Floats columns;   // of the stem
    Floats product;   // widest tight map
    Floats gradient;  // widest tight map
    Floats framed;    // widest framed gradient, one picture
    Floats wide;      // widest framed map
    Floats narrow;    // widest depthwise output
    Floats thin[2];   // widest block input or output
    Floats last;      // the head's output
};

torch::Tensor view_of(const float* values, std::int64_t rows, std::int64_t columns) {
    return torch::from_blob(const_cast<float*>(values), {rows, columns}, torch::kFloat);
}

torch::Tensor to_tensor(const Safetensors::Tensor& tensor) {
    auto values = torch::empty(tensor.shape, torch::kFloat);
    std::memcpy(values.mutable_data_ptr<float>(), tensor.data.data(), tensor.data.size());
    return values;
}

struct LiteNetwork {
    TrainableNetworkOptions options;
    float mean[3] = {0, 0, 0};
    float scale[3] = {1, 1, 1};
    std::vector<Convolution> convolutions;
    std::vector<Block> blocks;
    int head = -1;
    int dimension = 0;
    bool own = false;
    bool own_products = false;
    bool bfloat16 = false;
    FlatParameter weights;
    FlatParameter affine;

    // --- the way through own kernels ---
    int side = 0;  // the plans are for
    std::vector<BlockPlan> plans;
    std::size_t kept_floats = 0;  // a picture
    std::size_t last_input = 0;   // offset of the head's input and output, as in BlockPlan
    std::size_t last = 0;
    std::size_t first_picture = 0;
    std::size_t folded_floats = 0;
    Floats folded;                  // weights and biases, in the kernels' layouts
    Floats packed;                  // weights once more; empty where LibTorch multiplies
    std::vector<Floats> kept;       // by slice
    std::vector<Scratch> scratch;   // by thread
    std::vector<Floats> gradients;  // of `folded`, by thread
    int kept_count = 0;             // pictures of the last forward()

    // --- the way through LibTorch's operators ---
    torch::Tensor graph;

    int frozen() const { return options.frozen_blocks; }
    int threads() const { return options.threads; }

    void fold();
    void pack_back();
    void unfold();
    void plan(int new_side);
    const float* weight_of(int convolution) const {
        return folded.data() + convolutions[static_cast<std::size_t>(convolution)].folded_weight;
    }
    const float* bias_of(int convolution) const {
        return folded.data() + convolutions[static_cast<std::size_t>(convolution)].folded_bias;
    }
    void multiply(int convolution, const float* in, float* out, std::size_t rows) const;
    void multiply_back(int convolution, const float* out, float* in, std::size_t rows) const;
    void add_weight_gradient(int convolution, const float* out, const float* in, float* sums,
                             std::size_t rows) const;
    void forward_slice(const std::uint8_t* pixels, int count, float* memory, Scratch& space,
                       float* out) const;
    void backward_slice(const float* gradient, int count, const float* memory, Scratch& space,
                        float* sums) const;
    torch::Tensor run_own(std::span<const std::uint8_t> pixels, int count, bool keep);
    void backward_own(const torch::Tensor& gradient);

    torch::Tensor input_of(std::span<const std::uint8_t> pixels, int count, int input_side) const;
    torch::Tensor run_reference(torch::Tensor x) const;
};

// ---------------------------------------------------------------------------------------------------------
// BatchNorm in and out of the convolutions

/// With statistics that stay, BatchNorm is w' = w f, b' = beta - mean f with f = gamma / sqrt(var + eps).
void LiteNetwork::fold() {
    const torch::NoGradGuard guard;
    for (const Convolution& conv : convolutions) {
        const float* w = conv.weight.const_data_ptr<float>();
        const float* gamma = conv.gamma.const_data_ptr<float>();
        const float* beta = conv.beta.const_data_ptr<float>();
        const float* running_mean = conv.mean.const_data_ptr<float>();
        const float* variance = conv.variance.const_data_ptr<float>();
        float* to = folded.data() + conv.folded_weight;
        float* bias = folded.data() + conv.folded_bias;
        const int out = conv.shape.out, in = conv.shape.depthwise ? 1 : conv.shape.in;
        const int area = conv.shape.kernel * conv.shape.kernel;
        for (int o = 0; o < out; ++o) {
            const double factor = gamma[o] / std::sqrt(double{variance[o]} + kBatchNormEpsilon);
            bias[o] = static_cast<float>(beta[o] - running_mean[o] * factor);
            for (int i = 0; i < in; ++i) {
                for (int t = 0; t < area; ++t) {
                    const auto value = static_cast<float>(*w++ * factor);
                    // Depthwise: (tap, channel); the others: (out, tap, in).
                    const int at = conv.shape.depthwise ? t * out + o : (o * area + t) * in + i;
                    to[at] = value;
                }
            }
        }
        if (!own_products || conv.shape.depthwise) continue;
        lite::pack_transposed(to, out, conv.inputs(), packed.data() + conv.packed);
    }
}

/// What multiply_back() reads; embedding pictures does without.
void LiteNetwork::pack_back() {
    if (!own_products) return;
    for (const Convolution& conv : convolutions) {
        if (conv.shape.depthwise) continue;
        lite::pack(folded.data() + conv.folded_weight, conv.shape.out, conv.inputs(),
                   packed.data() + conv.packed_back);
    }
}

/// From the folded weights' gradients to those of what learns.
void LiteNetwork::unfold() {
    const torch::NoGradGuard guard;
    float* const sums = gradients.front().data();
    for (std::size_t t = 1; t < gradients.size(); ++t)
        for (std::size_t i = 0; i < folded_floats; ++i) sums[i] += gradients[t].data()[i];
    weights.link();
    affine.link();
    float* dw = weights.flat().mutable_grad().mutable_data_ptr<float>();
    float* da = affine.flat().mutable_grad().mutable_data_ptr<float>();
    for (const Convolution& conv : convolutions) {
        if (!conv.trainable) continue;
        const float* w = conv.weight.const_data_ptr<float>();
        const float* gamma = conv.gamma.const_data_ptr<float>();
        const float* running_mean = conv.mean.const_data_ptr<float>();
        const float* variance = conv.variance.const_data_ptr<float>();
        const float* from = sums + conv.folded_weight;
        const float* from_bias = sums + conv.folded_bias;
        const int out = conv.shape.out, in = conv.shape.depthwise ? 1 : conv.shape.in;
        const int area = conv.shape.kernel * conv.shape.kernel;
        for (int o = 0; o < out; ++o) {
            const double inverse = 1 / std::sqrt(double{variance[o]} + kBatchNormEpsilon);
            const double factor = gamma[o] * inverse;
            double along = 0;
            for (int i = 0; i < in; ++i) {
                for (int t = 0; t < area; ++t, ++w, ++dw) {
                    const float g = from[conv.shape.depthwise ? t * out + o : (o * area + t) * in + i];
                    *dw += static_cast<float>(g * factor);
                    along += double{g} * *w;
                }
            }
            da[o] += static_cast<float>(inverse * (along - double{from_bias[o]} * running_mean[o]));
            da[out + o] += from_bias[o];
        }
        da += 2 * out;
    }
}

// ---------------------------------------------------------------------------------------------------------
// Through own kernels

/// out (rows, outputs) = in (rows, inputs) W^T: a convolution over columns, or over a map where it is 1 x 1.
void LiteNetwork::multiply(int convolution, const float* in, float* out, std::size_t rows) const {
    const Convolution& conv = convolutions[static_cast<std::size_t>(convolution)];
    if (own_products) {
        lite::times_packed(in, packed.data() + conv.packed, out, rows, conv.inputs(), conv.shape.out);
        return;
    }
    auto result = view_of(out, static_cast<std::int64_t>(rows), conv.shape.out);
    at::mm_out(result, view_of(in, static_cast<std::int64_t>(rows), conv.inputs()),
               view_of(weight_of(convolution), conv.shape.out, conv.inputs()).t());
}

/// The way back: in (rows, inputs) = out (rows, outputs) W.
void LiteNetwork::multiply_back(int convolution, const float* out, float* in, std::size_t rows) const {
    const Convolution& conv = convolutions[static_cast<std::size_t>(convolution)];
    if (own_products) {
        lite::times_packed(out, packed.data() + conv.packed_back, in, rows, conv.shape.out, conv.inputs());
        return;
    }
    auto result = view_of(in, static_cast<std::int64_t>(rows), conv.inputs());
    at::mm_out(result, view_of(out, static_cast<std::int64_t>(rows), conv.shape.out),
               view_of(weight_of(convolution), conv.shape.out, conv.inputs()));
}

/// The weight's place among `sums` += out^T in, with out (rows, outputs), in (rows, inputs).
void LiteNetwork::add_weight_gradient(int convolution, const float* out, const float* in, float* sums,
                                      std::size_t rows) const {
    const Convolution& conv = convolutions[static_cast<std::size_t>(convolution)];
    float* to = sums + conv.folded_weight;
    if (own_products) {
        lite::add_transposed_product(out, in, to, rows, conv.shape.out, conv.inputs());
        return;
    }
    auto sum = view_of(to, conv.shape.out, conv.inputs());
    at::addmm_out(sum, sum, view_of(out, static_cast<std::int64_t>(rows), conv.shape.out).t(),
                  view_of(in, static_cast<std::int64_t>(rows), conv.inputs()));
}

void LiteNetwork::plan(int new_side) {
    const int workers = threads();
    const auto slice = static_cast<std::size_t>(kSlice);
    if (side == new_side && !scratch.empty()) return;
    side = new_side;
    plans.clear();
    kept.clear();
    kept_floats = 0;
    const auto take = [&](std::size_t floats) {
        return std::exchange(kept_floats, kept_floats + (floats + 15) / 16 * 16);
    };
    std::size_t product = 0, framed = 0, wide = 0, narrow = 0, thin = 0;
    const auto pixels = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    first_picture = frozen() == 0 ? take(pixels * 3) : 0;
    int size = same_size(side, 2);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const Block& block = blocks[b];
        const ConvLayer& depthwise = convolutions[static_cast<std::size_t>(block.depthwise)].shape;
        BlockPlan plan;
        plan.depthwise = lite::depthwise_of(size, size, depthwise.out, depthwise.kernel, depthwise.stride);
        plan.in = convolutions[static_cast<std::size_t>(block.expand)].shape.in;
        plan.expanded = depthwise.out;
        plan.out = convolutions[static_cast<std::size_t>(block.project)].shape.out;
        plan.in_pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
        size = same_size(size, depthwise.stride);
        plan.out_pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
        const auto in = static_cast<std::size_t>(plan.in), expanded = static_cast<std::size_t>(plan.expanded);
        if (static_cast<int>(b) >= frozen()) {
            if (b > 0) plan.input = take(plan.in_pixels * in);
            plan.wide = take(plan.depthwise.input.floats());
            plan.narrow = take(plan.out_pixels * expanded);
        }
        product = std::max({product, plan.in_pixels * expanded, plan.out_pixels * expanded});
        framed = std::max(framed, plan.depthwise.gradient.floats());
        wide = std::max(wide, plan.depthwise.input.floats());
        narrow = std::max(narrow, plan.out_pixels * expanded);
        thin = std::max(
            {thin, b == 0 ? 0 : plan.in_pixels * in, plan.out_pixels * static_cast<std::size_t>(plan.out)});
        plans.push_back(plan);
    }
    const std::size_t last_floats = plans.back().out_pixels * static_cast<std::size_t>(dimension);
    last_input = take(plans.back().out_pixels * static_cast<std::size_t>(plans.back().out));
    last = take(last_floats);
    product = std::max(product, last_floats);
    scratch.clear();
    for (int t = 0; t < workers; ++t) {
        Scratch space;
        space.picture = Floats(slice * pixels * 3);
        space.columns = Floats(slice * plans.front().in_pixels * 27);
        space.product = Floats(slice * product);
        space.gradient = Floats(slice * product);
        space.framed = Floats(framed);
        space.wide = Floats(slice * wide);
        space.narrow = Floats(slice * narrow);
        for (Floats& floats : space.thin) floats = Floats(slice * thin);
        space.last = Floats(slice * last_floats);
        scratch.push_back(std::move(space));
    }
}

void LiteNetwork::forward_slice(const std::uint8_t* pixels, int count, float* memory, Scratch& space,
                                float* out) const {
    const auto pictures = static_cast<std::size_t>(count);
    // A map's place: with what is kept for the way back, else in the thread's own scratch.
    const auto place = [&](std::size_t offset) { return memory + offset * static_cast<std::size_t>(kSlice); };
    const auto keeps = [&](std::size_t b) { return memory != nullptr && static_cast<int>(b) >= frozen(); };
    const std::size_t values = pictures * static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3;
    float* picture = keeps(0) ? place(first_picture) : space.picture.data();
    for (std::size_t i = 0; i < values; i += 3)
        for (std::size_t c = 0; c < 3; ++c)
            picture[i + c] = (static_cast<float>(pixels[i + c]) - mean[c]) * scale[c];

    const float* input = nullptr;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const Block& block = blocks[b];
        const BlockPlan& plan = plans[b];
        const std::size_t rows = pictures * plan.in_pixels;
        if (b == 0) {
            for (std::size_t i = 0; i < pictures; ++i)
                lite::stem_columns(
                    picture + i * static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3, side,
                    side, space.columns.data() + i * plan.in_pixels * 27);
            multiply(block.expand, space.columns.data(), space.product.data(), rows);
        } else {
            multiply(block.expand, input, space.product.data(), rows);
        }
        float* wide = keeps(b) ? place(plan.wide) : space.wide.data();
        float* narrow = keeps(b) ? place(plan.narrow) : space.narrow.data();
        const auto expanded = static_cast<std::size_t>(plan.expanded);
        for (std::size_t i = 0; i < pictures; ++i) {
            float* map = wide + i * plan.depthwise.input.floats();
            lite::bias_relu6_into(plan.depthwise.input, space.product.data() + i * plan.in_pixels * expanded,
                                  bias_of(block.expand), map);
            lite::depthwise_forward(plan.depthwise, map, weight_of(block.depthwise), bias_of(block.depthwise),
                                    narrow + i * plan.out_pixels * expanded);
        }
        const bool next_keeps = b + 1 < blocks.size() ? keeps(b + 1) : memory != nullptr;
        float* output = !next_keeps             ? space.thin[b % 2].data()
                        : b + 1 < blocks.size() ? place(plans[b + 1].input)
                                                : place(last_input);
        const std::size_t out_rows = pictures * plan.out_pixels;
        multiply(block.project, narrow, output, out_rows);
        if (block.residual)
            lite::add_bias_and(output, input, out_rows, static_cast<std::size_t>(plan.out),
                               bias_of(block.project));
        else
            lite::add_bias(output, out_rows, static_cast<std::size_t>(plan.out), bias_of(block.project));
        input = output;
    }
    const BlockPlan& end = plans.back();
    const auto width = static_cast<std::size_t>(dimension);
    float* map = memory != nullptr ? place(last) : space.last.data();
    multiply(head, input, map, pictures * end.out_pixels);
    lite::bias_relu6(map, pictures * end.out_pixels, width, bias_of(head));
    for (std::size_t i = 0; i < pictures; ++i)
        lite::column_means(map + i * end.out_pixels * width, end.out_pixels, width, out + i * width);
}

void LiteNetwork::backward_slice(const float* gradient, int count, const float* memory, Scratch& space,
                                 float* sums) const {
    const auto pictures = static_cast<std::size_t>(count);
    const auto place = [&](std::size_t offset) { return memory + offset * static_cast<std::size_t>(kSlice); };
    const auto weight_sums = [&](int conv) {
        return sums + convolutions[static_cast<std::size_t>(conv)].folded_weight;
    };
    const auto bias_sums = [&](int conv) {
        return sums + convolutions[static_cast<std::size_t>(conv)].folded_bias;
    };
    const auto width = static_cast<std::size_t>(dimension);
    const BlockPlan& end = plans.back();
    for (std::size_t i = 0; i < pictures; ++i)
        lite::mean_relu6_gradient(gradient + i * width, place(last) + i * end.out_pixels * width,
                                  end.out_pixels, width, space.product.data() + i * end.out_pixels * width,
                                  bias_sums(head));
    add_weight_gradient(head, space.product.data(), place(last_input), sums, pictures * end.out_pixels);
    if (static_cast<int>(blocks.size()) == frozen()) return;
    int turn = 0;
    multiply_back(head, space.product.data(), space.thin[turn].data(), pictures * end.out_pixels);

    for (std::size_t b = blocks.size(); b-- > static_cast<std::size_t>(frozen());) {
        const Block& block = blocks[b];
        const BlockPlan& plan = plans[b];
        const auto expanded = static_cast<std::size_t>(plan.expanded);
        const std::size_t out_rows = pictures * plan.out_pixels, in_rows = pictures * plan.in_pixels;
        const float* above = space.thin[turn].data();
        const float* narrow = place(plan.narrow);
        const float* wide = place(plan.wide);
        add_weight_gradient(block.project, above, narrow, sums, out_rows);
        lite::add_column_sums(above, out_rows, static_cast<std::size_t>(plan.out), bias_sums(block.project));
        multiply_back(block.project, above, space.product.data(), out_rows);
        for (std::size_t i = 0; i < pictures; ++i) {
            const float* map = wide + i * plan.depthwise.input.floats();
            lite::relu6_gradient_into(
                plan.depthwise.gradient, space.product.data() + i * plan.out_pixels * expanded,
                narrow + i * plan.out_pixels * expanded, space.framed.data(), bias_sums(block.depthwise));
            lite::depthwise_weight_gradient(plan.depthwise, map, space.framed.data(),
                                            weight_sums(block.depthwise));
            lite::depthwise_input_gradient(plan.depthwise, space.framed.data(), weight_of(block.depthwise),
                                           map, space.gradient.data() + i * plan.in_pixels * expanded,
                                           bias_sums(block.expand));
        }
        if (b == 0) {
            const std::size_t values = static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3;
            for (std::size_t i = 0; i < pictures; ++i)
                lite::stem_columns(place(first_picture) + i * values, side, side,
                                   space.columns.data() + i * plan.in_pixels * 27);
            add_weight_gradient(block.expand, space.gradient.data(), space.columns.data(), sums, in_rows);
            break;
        }
        add_weight_gradient(block.expand, space.gradient.data(), place(plan.input), sums, in_rows);
        if (static_cast<int>(b) == frozen()) break;
        float* below = space.thin[1 - turn].data();
        multiply_back(block.expand, space.gradient.data(), below, in_rows);
        if (block.residual) {
            const std::size_t all = in_rows * static_cast<std::size_t>(plan.in);
            for (std::size_t i = 0; i < all; ++i) below[i] += above[i];
        }
        turn = 1 - turn;
    }
}

torch::Tensor LiteNetwork::run_own(std::span<const std::uint8_t> pixels, int count, bool keep) {
    if (at::get_num_threads() != threads()) at::set_num_threads(threads());
    fold();
    const std::int64_t slices = (count + kSlice - 1) / kSlice;
    if (keep) {
        kept_count = count;
        while (static_cast<std::int64_t>(kept.size()) < slices)
            kept.emplace_back(kept_floats * static_cast<std::size_t>(kSlice));
    }
    auto out = torch::empty({count, dimension}, torch::kFloat);
    float* to = out.mutable_data_ptr<float>();
    const std::size_t picture = static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3;
    at::parallel_for(0, slices, 1, [&](std::int64_t begin, std::int64_t end) {
        const torch::NoGradGuard guard;
        Scratch& space = scratch[static_cast<std::size_t>(at::get_thread_num())];
        for (std::int64_t s = begin; s < end; ++s) {
            const int first = static_cast<int>(s) * kSlice;
            forward_slice(pixels.data() + static_cast<std::size_t>(first) * picture,
                          std::min(kSlice, count - first),
                          keep ? kept[static_cast<std::size_t>(s)].data() : nullptr, space,
                          to + static_cast<std::ptrdiff_t>(first) * dimension);
        }
    });
    return out;
}

void LiteNetwork::backward_own(const torch::Tensor& gradient) {
    pack_back();
    const auto given = gradient.to(torch::kCPU, torch::kFloat).contiguous();
    const float* values = given.const_data_ptr<float>();
    while (gradients.size() < static_cast<std::size_t>(threads())) gradients.emplace_back(folded_floats);
    for (const Floats& sums : gradients) std::fill_n(sums.data(), folded_floats, 0.0F);
    const std::int64_t slices = (kept_count + kSlice - 1) / kSlice;
    at::parallel_for(0, slices, 1, [&](std::int64_t begin, std::int64_t end) {
        const torch::NoGradGuard guard;
        const auto worker = static_cast<std::size_t>(at::get_thread_num());
        for (std::int64_t s = begin; s < end; ++s) {
            const int first = static_cast<int>(s) * kSlice;
            backward_slice(values + static_cast<std::ptrdiff_t>(first) * dimension,
                           std::min(kSlice, kept_count - first), kept[static_cast<std::size_t>(s)].data(),
                           scratch[worker], gradients[worker].data());
        }
    });
    unfold();
}

// ---------------------------------------------------------------------------------------------------------
// Through LibTorch's operators

torch::Tensor LiteNetwork::input_of(std::span<const std::uint8_t> pixels, int count, int input_side) const {
    auto x = torch::from_blob(const_cast<std::uint8_t*>(pixels.data()), {count, input_side, input_side, 3},
                              torch::kByte)
                 .to(options.device);
    const auto shift = torch::tensor({mean[0], mean[1], mean[2]}).to(options.device);
    const auto factor = torch::tensor({scale[0], scale[1], scale[2]}).to(options.device);
    // Channels are last in memory already; the permutation only renames the sides.
    return ((x.to(torch::kFloat) - shift) * factor).permute({0, 3, 1, 2});
}

torch::Tensor LiteNetwork::run_reference(torch::Tensor x) const {
    const auto convolve = [&](int index, const torch::Tensor& map) {
        const Convolution& conv = convolutions[static_cast<std::size_t>(index)];
        const auto factor = conv.gamma / torch::sqrt(conv.variance + kBatchNormEpsilon);
        auto weight = conv.weight * factor.view({-1, 1, 1, 1});
        const auto bias = conv.beta - conv.mean * factor;
        const Padding rows =
            same_padding(static_cast<int>(map.size(2)), conv.shape.kernel, conv.shape.stride);
        const Padding columns =
            same_padding(static_cast<int>(map.size(3)), conv.shape.kernel, conv.shape.stride);
        // A zero first row and column make uneven padding even, as in the backbone.
        if (rows.before != rows.behind || columns.before != columns.behind)
            weight = at::constant_pad_nd(weight,
                                         {columns.behind - columns.before, 0, rows.behind - rows.before, 0});
        auto y = at::conv2d(map, weight, bias, at::IntArrayRef({conv.shape.stride, conv.shape.stride}),
                            at::IntArrayRef({rows.behind, columns.behind}), at::IntArrayRef({1, 1}),
                            conv.shape.depthwise ? conv.shape.in : 1);
        return conv.shape.relu6 ? at::hardtanh(y, 0, 6) : y;
    };
    for (const Block& block : blocks) {
        const auto input = x;
        x = convolve(block.project, convolve(block.depthwise, convolve(block.expand, x)));
        if (block.residual) x = x + input;
    }
    return convolve(head, x).mean({2, 3}).to(torch::kFloat);
}

// ---------------------------------------------------------------------------------------------------------

class LiteModule final : public TrainableNetwork {
  public:
    explicit LiteModule(LiteNetwork network) : m_network(std::move(network)) {}

    int dimension() const override;
    int blocks() const override;
    std::string engine() const override;
    std::vector<torch::Tensor> parameters() const override;
    std::int64_t total_parameters() const override;
    torch::Tensor forward(std::span<const std::uint8_t> pixels, int count, int side) override;
    void backward(const torch::Tensor& gradient) override;
    torch::Tensor embed(std::span<const std::uint8_t> pixels, int count, int side) override;
    std::vector<std::pair<std::string, torch::Tensor>> tensors() const override;

  private:
    LiteNetwork m_network;
};

int LiteModule::dimension() const {
    return m_network.dimension;
}

int LiteModule::blocks() const {
    return static_cast<int>(m_network.blocks.size());
}

std::string LiteModule::engine() const {
    if (m_network.own) return "cpu fp32 own kernels";
    if (m_network.options.device.is_cpu()) return "cpu fp32 LibTorch";
    return m_network.bfloat16 ? "cuda bf16" : "cuda fp32";
}

std::vector<torch::Tensor> LiteModule::parameters() const {
    return {m_network.weights.flat(), m_network.affine.flat()};
}

std::int64_t LiteModule::total_parameters() const {
    std::int64_t total = 0;
    for (const Convolution& conv : m_network.convolutions) total += conv.weights() + 2 * conv.shape.out;
    return total;
}

torch::Tensor LiteModule::forward(std::span<const std::uint8_t> pixels, int count, int side) {
    torch::Tensor out;
    if (m_network.own) {
        m_network.plan(side);
        out = m_network.run_own(pixels, count, true);
    } else {
        m_network.weights.link();
        m_network.affine.link();
        const MixedPrecision mixed(m_network.bfloat16);
        m_network.graph = m_network.run_reference(m_network.input_of(pixels, count, side));
        out = m_network.graph.detach();
    }
    return out.requires_grad_(true);
}

void LiteModule::backward(const torch::Tensor& gradient) {
    if (m_network.own) {
        m_network.backward_own(gradient);
    } else {
        m_network.graph.backward(gradient);
        m_network.graph = torch::Tensor();
    }
}

torch::Tensor LiteModule::embed(std::span<const std::uint8_t> pixels, int count, int side) {
    const torch::NoGradGuard guard;
    if (!m_network.own) return m_network.run_reference(m_network.input_of(pixels, count, side));
    m_network.plan(side);
    return m_network.run_own(pixels, count, false);
}

std::vector<std::pair<std::string, torch::Tensor>> LiteModule::tensors() const {
    const torch::NoGradGuard guard;
    std::vector<std::pair<std::string, torch::Tensor>> all;
    for (const Convolution& conv : m_network.convolutions) {
        const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
            all.emplace_back(name, tensor.detach().to(torch::kCPU).contiguous().clone());
        };
        add(conv.name + ".weight", conv.weight);
        add(conv.norm + ".weight", conv.gamma);
        add(conv.norm + ".bias", conv.beta);
        add(conv.norm + ".running_mean", conv.mean);
        add(conv.norm + ".running_var", conv.variance);
    }
    return all;
}

}  // namespace

Result<std::unique_ptr<TrainableNetwork>> make_lite_module(const Safetensors& weights, const ModelInfo& info,
                                                           const TrainableNetworkOptions& options) {
    auto network = read_efficientnet_lite(weights);
    if (!network) return std::move(network).error();
    LiteNetwork lite;
    lite.options = options;
    if (lite.options.threads <= 0)
        lite.options.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    std::copy_n(info.mean, 3, lite.mean);
    std::copy_n(info.scale, 3, lite.scale);
    lite.dimension = network->dimension;

    // The same order as in read_efficientnet_lite, which has checked every name and shape.
    std::size_t next = 0;
    const auto add = [&](const std::string& name, const std::string& norm, bool trainable) -> Result<int> {
        Convolution conv;
        conv.name = name;
        conv.norm = norm;
        conv.shape = std::move(network->layers[next++]);
        conv.shape.weight.clear();
        conv.shape.bias.clear();
        conv.trainable = trainable;
        for (const auto& [tensor, where] :
             {std::pair{name + ".weight", &conv.weight}, std::pair{norm + ".weight", &conv.gamma},
              std::pair{norm + ".bias", &conv.beta}, std::pair{norm + ".running_mean", &conv.mean},
              std::pair{norm + ".running_var", &conv.variance}}) {
            const auto read =
                weights.f32(tensor, tensor == name + ".weight" ? std::vector<std::int64_t>{-1, -1, -1, -1}
                                                               : std::vector<std::int64_t>{-1});
            if (!read) return read.error();
            *where = to_tensor(*read);
        }
        lite.convolutions.push_back(std::move(conv));
        return static_cast<int>(lite.convolutions.size()) - 1;
    };
    int index = -1;
    std::optional<Error> failed;
    const auto take = [&](const Result<int>& added) {
        if (!added && !failed) failed = added.error();
        return added.ok() ? *added : -1;
    };
    const int stem = take(add("_conv_stem", "_bn0", options.frozen_blocks <= 0));
    while (!failed && next + 1 < network->layers.size()) {
        const std::string prefix = "_blocks." + std::to_string(++index) + ".";
        const bool trainable = index >= options.frozen_blocks;
        Block block;
        block.residual = network->layers[next].begins_residual;
        if (!network->layers[next].depthwise) {
            block.expand = take(add(prefix + "_expand_conv", prefix + "_bn0", trainable));
        } else if (index == 0) {
            block.expand = stem;
        } else {
            return Error{ErrorKind::Unsupported, "The weights file \"" + weights.path() +
                                                     "\" has a block without \"" + prefix +
                                                     "_expand_conv\", which cannot be trained."};
        }
        block.depthwise = take(add(prefix + "_depthwise_conv", prefix + "_bn1", trainable));
        block.project = take(add(prefix + "_project_conv", prefix + "_bn2", trainable));
        lite.blocks.push_back(block);
    }
    if (!failed) lite.head = take(add("_conv_head", "_bn1", true));
    if (failed) return std::move(*failed);
    if (options.frozen_blocks < 0 || options.frozen_blocks > static_cast<int>(lite.blocks.size()))
        return Error{ErrorKind::Usage, "This network has " + std::to_string(lite.blocks.size()) +
                                           " blocks; it cannot freeze " +
                                           std::to_string(options.frozen_blocks) + " of them."};
    if (lite.blocks.front().expand != stem)
        return Error{ErrorKind::Unsupported, "The weights file \"" + weights.path() +
                                                 "\" begins with a block that cannot be trained."};

    // What learns lies in two flat tensors, so that clipping and stepping are a few operations.
    std::vector<torch::Tensor> weight_parts, affine_parts;
    for (const Convolution& conv : lite.convolutions) {
        if (!conv.trainable) continue;
        weight_parts.push_back(conv.weight);
        affine_parts.push_back(conv.gamma);
        affine_parts.push_back(conv.beta);
    }
    lite.weights = FlatParameter(weight_parts, options.device);
    lite.affine = FlatParameter(affine_parts, options.device);
    std::size_t part = 0;
    std::size_t floats = 0, packed_floats = 0;
    bool fits = true;
    for (Convolution& conv : lite.convolutions) {
        if (conv.trainable) {
            conv.weight = lite.weights.parts()[part];
            conv.gamma = lite.affine.parts()[2 * part];
            conv.beta = lite.affine.parts()[2 * part + 1];
            ++part;
        } else {
            conv.weight = conv.weight.to(options.device);
            conv.gamma = conv.gamma.to(options.device);
            conv.beta = conv.beta.to(options.device);
        }
        conv.mean = conv.mean.to(options.device);
        conv.variance = conv.variance.to(options.device);
        conv.folded_weight = floats;
        floats += (static_cast<std::size_t>(conv.weights()) + 15) / 16 * 16;
        conv.folded_bias = floats;
        floats += (static_cast<std::size_t>(conv.shape.out) + 15) / 16 * 16;
        if (!conv.shape.depthwise) {
            conv.packed = packed_floats;
            packed_floats += lite::packed_floats(conv.inputs(), conv.shape.out);
            conv.packed_back = packed_floats;
            packed_floats += lite::packed_floats(conv.shape.out, conv.inputs());
        }
        if (conv.shape.depthwise)
            fits = fits && conv.shape.out % 16 == 0 && (conv.shape.kernel == 3 || conv.shape.kernel == 5) &&
                   (conv.shape.stride == 1 || conv.shape.stride == 2);
    }
    lite.own = options.own_kernels && options.device.is_cpu() && fits;
    lite.own_products = lite.own && (options.products == TrainableNetworkOptions::Products::Best
                                         ? lite::own_products_pay()
                                         : options.products == TrainableNetworkOptions::Products::Own);
    if (lite.own_products) lite.packed = Floats(packed_floats);
    lite.folded_floats = floats;
    if (lite.own) {
        lite.folded = Floats(floats);
        std::fill_n(lite.folded.data(), floats, 0.0F);
    }
    lite.bfloat16 = options.device.is_cuda() && options.mixed;
    return std::unique_ptr<TrainableNetwork>(std::make_unique<LiteModule>(std::move(lite)));
}

}  // namespace fieldmark
