// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/transformer_engine.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/models/aligned_floats.h"
#include "core/models/dense_weights.h"
#include "core/models/thread_team.h"

namespace fieldmark {
namespace {

// Shares of a second-level cache of 1 MB or more: the tokens of a block, normalised (its tokens themselves
// and a panel of weights take as much); what the MLP's inner layer gives at a time; a block of scores.
constexpr std::size_t kBlockBytes = 320 * 1024;
constexpr std::size_t kHiddenBytes = 320 * 1024;
constexpr std::size_t kScoreBytes = 96 * 1024;
constexpr int kMostBlockTokens = 256;
constexpr int kPatchesAtOnce = 64;
constexpr int kPattern = 48;  // of kernels.normalise

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

/// Floats from one channel group to the next in a map of `tokens`: an odd number of cache lines, so that a
/// token's channels do not all fall into the same few sets of a cache.
std::ptrdiff_t plane_of(int tokens, int lanes) {
    return static_cast<std::ptrdiff_t>(tokens | 1) * lanes;
}

/// Pieces of nearly equal length, at most `most` each.
int piece_length(int length, int most) {
    const int pieces = (length + most - 1) / most;
    return pieces == 0 ? 0 : (length + pieces - 1) / pieces;
}

struct Adapter {
    DenseWeights down, up;  ///< `up` gives the additions to queries or keys
};

struct Layer {
    DenseWeights query, key;
    std::vector<DenseWeights> value;  ///< of each head, for its panels are read as weights later
    bool adapted_query = false, adapted_key = false;
    Adapter query_adapter, key_adapter;
    DenseWeights projection, fc1, fc2;
};

/// Packs y = after * (weight * (scale * x + offset) + bias) for `outputs` rows of a layer from `first` on,
/// where scale and offset are a LayerNorm's (empty: none) and `after` is LayerScale's (empty: none) times a
/// factor.
DenseWeights pack(const float* weight, const float* bias, int in, int first, int outputs,
                  const VitNorm& before, const std::vector<float>& after, double factor,
                  const TransformerKernels& kernels) {
    const auto row = [=](int o) { return weight + size(first + o) * size(in); };
    const auto scale = [&](int o) { return factor * (after.empty() ? 1.0 : double{after[size(first + o)]}); };
    return DenseWeights(
        outputs, in, kernels.lanes, kernels.panel_groups,
        [&](int o, int i) {
            const double folded = before.weight.empty() ? 1.0 : double{before.weight[size(i)]};
            return static_cast<float>(row(o)[i] * folded * scale(o));
        },
        [&](int o) {
            double sum = bias ? double{bias[first + o]} : 0.0;
            if (!before.bias.empty())
                for (int i = 0; i < in; ++i) sum += double{row(o)[i]} * before.bias[size(i)];
            return static_cast<float>(sum * scale(o));
        });
}

DenseWeights pack(const VitLinear& layer, int first, int outputs, const VitNorm& before,
                  const std::vector<float>& after, double factor, const TransformerKernels& kernels) {
    return pack(layer.weight.data(), layer.bias.data(), layer.in, first, outputs, before, after, factor,
                kernels);
}

DenseActivation activation_of(IcaActivation activation) {
    switch (activation) {
        case IcaActivation::Gelu:
            return DenseActivation::Gelu;
        case IcaActivation::Relu:
            return DenseActivation::Relu;
        case IcaActivation::Identity:
            break;
    }
    return DenseActivation::None;
}

}  // namespace

struct TransformerEngine::Plan {
    const TransformerKernels* kernels = nullptr;
    Input input;
    float mean[kPattern], scale[kPattern];
    int width = 0, heads = 0, head_width = 0;
    int patch = 0, rows = 0, columns = 0;
    int prefix = 0, tokens = 0;
    int hidden = 0;
    int rank = 0;  ///< the largest of any adapter
    DenseActivation adapter_activation = DenseActivation::None;
    DenseWeights embedding;
    AlignedFloats
        table;  ///< (blocked as the tokens are) what begins as the prefix, what is added to the patches
    bool norm_before = false, norm_after_mean = false;
    AlignedFloats before_weight, before_bias, last_weight, last_bias;
    std::vector<Layer> layers;
    std::vector<DensePanel> key_panels;    ///< of a head's keys, as weights: [channel][keys]
    std::vector<int> panel_of_keys;        ///< of each group of keys
    std::vector<DensePanel> value_panels;  ///< of a head's values, as weights: [key][channels]
    AlignedFloats score_bias;              ///< 0 for a key, minus infinity past the last one
    AlignedFloats zeros;                   ///< a bias for layers without one

    int lanes() const { return kernels->lanes; }
    int groups() const { return width / lanes(); }
    int head_groups() const { return head_width / lanes(); }
    int key_groups() const { return groups_of(tokens, lanes()); }
    std::ptrdiff_t plane() const { return plane_of(tokens, lanes()); }
    std::size_t head_keys() const { return size(head_width) * size(key_groups()) * size(lanes()); }
    std::size_t head_values() const { return size(head_width) * size(tokens); }
    int block_tokens() const {
        const auto fit = static_cast<int>(kBlockBytes / (size(width) * sizeof(float)));
        return std::clamp(fit, 4 * lanes(), kMostBlockTokens);
    }
    /// Of the MLP's inner layer at a time: the same for any number of tokens, so that sums are the same.
    int hidden_groups() const {
        const int block = std::min(block_tokens(), tokens);
        const auto fit = static_cast<int>(kHiddenBytes / (size(block) * size(lanes()) * sizeof(float)));
        return std::max(fit, kernels->panel_groups);
    }
    int score_rows() const {
        const auto fit = static_cast<int>(kScoreBytes / (size(key_groups()) * size(lanes()) * sizeof(float)));
        return std::max(fit, 12);
    }
    int patch_values() const { return 3 * patch * patch; }
    int features() const { return input.feature == Feature::Both ? 2 * width : width; }
    bool class_only() const { return input.feature == Feature::ClassToken; }
};

struct TransformerEngine::Workspace {
    AlignedFloats tokens, keys[2], values[2];  ///< of a picture; of the team's first thread where it has one
    AlignedFloats normal, query, part, scores, hidden, patches, patch, low;

    explicit Workspace(const Plan& plan) {
        const std::size_t lanes = size(plan.lanes()), groups = size(plan.groups());
        const int block = std::min(plan.block_tokens(), plan.tokens);
        const std::size_t block_plane = size(static_cast<int>(plane_of(block, plan.lanes())));
        const std::size_t plane = size(static_cast<int>(plan.plane()));
        tokens = AlignedFloats(groups * plane);
        for (int i = 0; i < 2; ++i) {
            keys[i] = AlignedFloats(size(plan.heads) * plan.head_keys());
            values[i] = AlignedFloats(size(plan.heads) * plan.head_values());
        }
        normal = AlignedFloats(groups * block_plane);
        query = AlignedFloats(groups * plane);
        part = AlignedFloats(size(plan.kernels->panel_groups) * block_plane);
        const int score_rows = std::min(plan.score_rows(), block);
        scores = AlignedFloats(size(plan.key_groups()) *
                               size(static_cast<int>(plane_of(score_rows, plan.lanes()))));
        hidden = AlignedFloats(std::max(size(plan.hidden_groups()) * block_plane, size(plan.width)));
        patches =
            AlignedFloats(size(groups_of(plan.patch_values(), plan.lanes())) * lanes * (kPatchesAtOnce + 1));
        patch = AlignedFloats(size(plan.patch_values()) + 2 * lanes);
        low = AlignedFloats(size(groups_of(plan.rank, plan.lanes())) * block_plane);
    }
};

/// One thread's way through one picture.
class TransformerEngine::Worker {
  public:
    Worker(const Plan& plan, Workspace& own, Workspace& shared)
        : m_plan(plan), m_own(own), m_shared(shared) {}

    /// Tokens [begin, end) are this thread's.
    void run(const std::uint8_t* pixels, float* features, int begin, int end, int thread, int threads,
             TeamBarrier& barrier) {
        m_begin = begin;
        m_end = end;
        m_query_plane = plane_of(std::max(end - begin, 1), m_plan.lanes());
        embed(pixels);
        for (std::size_t i = 0; i < m_plan.layers.size(); ++i) {
            const bool last = i + 1 == m_plan.layers.size();
            // Behind the last layer's keys and values, nothing but the class token matters to itself.
            m_query_end = last && m_plan.class_only() ? std::min(m_end, 1) : m_end;
            for_blocks(m_begin, m_end,
                       [&](int first, int count) { project(m_plan.layers[i], i % 2, first, count); });
            barrier.wait(threads);
            for_blocks(m_begin, m_query_end, [&](int first, int count) {
                attend(m_plan.layers[i], i % 2, first, count);
                think(m_plan.layers[i], first, count);
            });
        }
        barrier.wait(threads);
        if (thread == 0) finish(features);
        barrier.wait(threads);  // the next picture overwrites the tokens
    }

  private:
    template <class Do>
    void for_blocks(int begin, int end, Do work) {
        if (end <= begin) return;
        const int length = piece_length(end - begin, m_plan.block_tokens());
        for (int first = begin; first < end; first += length) work(first, std::min(length, end - first));
    }

    DenseRun dense_run(const DenseWeights& weights, const DensePanel& panel, const float* in,
                       std::ptrdiff_t plane, int count) const {
        const int lanes = m_plan.lanes();
        DenseRun run{};
        run.in = in;
        run.segment_stride = plane;
        run.segments = groups_of(weights.values, lanes);
        run.segment_length = lanes;
        run.last_length = weights.values - (run.segments - 1) * lanes;
        run.weights = weights.panel_weights(panel);
        run.bias = weights.panel_bias(panel, lanes);
        run.out_pixel_stride = lanes;
        run.groups = panel.groups;
        run.pixels = count;
        run.activation = DenseActivation::None;
        return run;
    }

    /// All panels: out (+)= weights * in.
    void dense(const DenseWeights& weights, const float* in, std::ptrdiff_t in_plane, float* out,
               std::ptrdiff_t out_plane, int count, const float* residual = nullptr,
               DenseActivation activation = DenseActivation::None) const {
        for (const DensePanel& panel : weights.panels) {
            DenseRun run = dense_run(weights, panel, in, in_plane, count);
            run.out = out + panel.group * out_plane;
            run.residual = residual ? residual + panel.group * out_plane : nullptr;
            run.out_group_stride = out_plane;
            run.activation = activation;
            m_plan.kernels->dense(run);
        }
    }

    float* token(int index) const { return m_shared.tokens.get() + index * m_plan.lanes(); }

    void layer_norm(const float* in, std::ptrdiff_t in_plane, float* out, std::ptrdiff_t out_plane, int count,
                    const float* weight = nullptr, const float* bias = nullptr) const {
        m_plan.kernels->layer_norm({in, in_plane, out, out_plane, m_plan.groups(), count,
                                    static_cast<float>(kVitNormEpsilon), weight, bias});
    }

    void embed(const std::uint8_t* pixels) {
        const Plan& plan = m_plan;
        const int lanes = plan.lanes();
        for (int t = m_begin; t < std::min(m_end, plan.prefix); ++t)
            for (int g = 0; g < plan.groups(); ++g)
                std::copy_n(plan.table.get() + g * plan.plane() + t * lanes, lanes,
                            token(t) + g * plan.plane());
        const int groups = groups_of(plan.patch_values(), lanes);
        const int row_values = 3 * plan.patch;
        for (int first = std::max(m_begin, plan.prefix); first < m_end; first += kPatchesAtOnce) {
            const int count = std::min(kPatchesAtOnce, m_end - first);
            const std::ptrdiff_t plane = plane_of(count, lanes);
            for (int p = 0; p < count; ++p) {
                const int index = first + p - plan.prefix;
                const int top = index / plan.columns * plan.patch, left = index % plan.columns * plan.patch;
                float* values = m_own.patch.get();
                for (int y = 0; y < plan.patch; ++y)
                    plan.kernels->normalise(
                        pixels + (size(top + y) * size(plan.input.width) + size(left)) * 3,
                        values + y * row_values, row_values, plan.mean, plan.scale);
                for (int g = 0; g < groups; ++g)
                    std::copy_n(values + g * lanes, lanes, m_own.patches.get() + g * plane + p * lanes);
            }
            dense(plan.embedding, m_own.patches.get(), plane, token(first), plan.plane(), count,
                  plan.table.get() + first * lanes);
        }
        if (plan.norm_before)
            layer_norm(token(m_begin), plan.plane(), token(m_begin), plan.plane(), m_end - m_begin,
                       plan.before_weight.get(), plan.before_bias.get());
    }

    /// Queries (of those tokens that need them), keys and values of some tokens.
    void project(const Layer& layer, std::size_t buffer, int first, int count) {
        const Plan& plan = m_plan;
        const int lanes = plan.lanes();
        const std::ptrdiff_t plane = plane_of(count, lanes);
        float* normal = m_own.normal.get();
        layer_norm(token(first), plan.plane(), normal, plane, count);

        const int queries = std::clamp(m_query_end - first, 0, count);
        if (queries > 0) {
            float* query = m_own.query.get() + (first - m_begin) * lanes;
            dense(layer.query, normal, plane, query, m_query_plane, queries);
            if (layer.adapted_query) {
                dense(layer.query_adapter.down, normal, plane, m_own.low.get(), plane, queries, nullptr,
                      plan.adapter_activation);
                dense(layer.query_adapter.up, m_own.low.get(), plane, query, m_query_plane, queries, query);
            }
        }

        if (layer.adapted_key)
            dense(layer.key_adapter.down, normal, plane, m_own.low.get(), plane, count, nullptr,
                  plan.adapter_activation);
        for (std::size_t i = 0; i < layer.key.panels.size(); ++i) {
            const DensePanel& panel = layer.key.panels[i];
            DenseRun run = dense_run(layer.key, panel, normal, plane, count);
            run.out = m_own.part.get();
            run.out_group_stride = plane;
            plan.kernels->dense(run);
            if (layer.adapted_key) {
                run = dense_run(layer.key_adapter.up, layer.key_adapter.up.panels[i], m_own.low.get(), plane,
                                count);
                run.out = m_own.part.get();
                run.residual = m_own.part.get();
                run.out_group_stride = plane;
                plan.kernels->dense(run);
            }
            for (int g = 0; g < panel.groups; ++g)
                store_keys(m_own.part.get() + g * plane, panel.group + g, buffer, first, count);
        }

        for (int head = 0; head < plan.heads; ++head) {
            const DenseWeights& value = layer.value[size(head)];
            for (const DensePanel& panel : value.panels) {
                const int across = panel.groups * lanes;
                DenseRun run = dense_run(value, panel, normal, plane, count);
                run.out = m_shared.values[buffer].get() + size(head) * plan.head_values() +
                          size(panel.group) * size(plan.tokens) * size(lanes) + size(first) * size(across);
                run.out_pixel_stride = across;
                run.out_group_stride = lanes;
                plan.kernels->dense(run);
            }
        }
    }

    /// A group of channels of some keys into the panels that the scores read as weights.
    void store_keys(const float* from, int group, std::size_t buffer, int first, int count) {
        const Plan& plan = m_plan;
        const int lanes = plan.lanes();
        float* head = m_shared.keys[buffer].get() + size(group / plan.head_groups()) * plan.head_keys();
        const int channel = group % plan.head_groups() * lanes;
        for (int t = first; t < first + count;) {
            const int keys = t / lanes, lane = t % lanes;
            const DensePanel& panel = plan.key_panels[size(plan.panel_of_keys[size(keys)])];
            const int across = panel.groups * lanes;
            float* to = head + panel.weights + channel * across + (keys - panel.group) * lanes;
            const int run = std::min(lanes - lane, first + count - t);
            if (run == lanes) {
                plan.kernels->transpose(from + (t - first) * lanes, to, across);
            } else {
                for (int i = 0; i < run; ++i)
                    for (int c = 0; c < lanes; ++c)
                        to[c * across + lane + i] = from[(t - first + i) * lanes + c];
            }
            t += run;
        }
    }

    /// Attention of some queries over all keys, and its projection added to their tokens.
    void attend(const Layer& layer, std::size_t buffer, int first, int count) {
        const Plan& plan = m_plan;
        const TransformerKernels& kernels = *plan.kernels;
        const int lanes = plan.lanes();
        const std::ptrdiff_t plane = plane_of(count, lanes);
        float* out = m_own.normal.get();
        float* scores = m_own.scores.get();
        const int piece = piece_length(count, plan.score_rows());
        for (int head = 0; head < plan.heads; ++head) {
            const int group = head * plan.head_groups();
            const float* keys = m_shared.keys[buffer].get() + size(head) * plan.head_keys();
            const float* values = m_shared.values[buffer].get() + size(head) * plan.head_values();
            const float* query = m_own.query.get() + group * m_query_plane + (first - m_begin) * lanes;
            for (int row = 0; row < count; row += piece) {
                const int rows = std::min(piece, count - row);
                const std::ptrdiff_t score_plane = plane_of(rows, lanes);
                DenseRun run{};
                run.in = query + row * lanes;
                run.segment_stride = m_query_plane;
                run.segments = plan.head_groups();
                run.segment_length = run.last_length = lanes;
                run.out_pixel_stride = lanes;
                run.out_group_stride = score_plane;
                run.pixels = rows;
                run.activation = DenseActivation::None;
                for (const DensePanel& panel : plan.key_panels) {
                    run.weights = keys + panel.weights;
                    run.bias = plan.score_bias.get() + panel.group * lanes;
                    run.out = scores + panel.group * score_plane;
                    run.groups = panel.groups;
                    kernels.dense(run);
                }
                kernels.softmax(scores, score_plane, plan.key_groups(), rows);
                run.in = scores;
                run.segment_stride = score_plane;
                run.segments = plan.key_groups();
                run.last_length = plan.tokens - (run.segments - 1) * lanes;
                run.bias = plan.zeros.get();
                run.out_group_stride = plane;
                for (const DensePanel& panel : plan.value_panels) {
                    run.weights = values + panel.weights;
                    run.out = out + (group + panel.group) * plane + row * lanes;
                    run.groups = panel.groups;
                    kernels.dense(run);
                }
            }
        }
        dense(layer.projection, out, plane, token(first), plan.plane(), count, token(first));
    }

    /// The MLP of some tokens, its inner layer in pieces that stay in the cache.
    void think(const Layer& layer, int first, int count) {
        const Plan& plan = m_plan;
        const int lanes = plan.lanes();
        const std::ptrdiff_t plane = plane_of(count, lanes);
        float* normal = m_own.normal.get();
        float* hidden = m_own.hidden.get();
        layer_norm(token(first), plan.plane(), normal, plane, count);
        const std::vector<DensePanel>& inner = layer.fc1.panels;
        const int most = plan.hidden_groups();
        for (std::size_t begin = 0, end = 0; begin < inner.size(); begin = end) {
            const int group = inner[begin].group;
            int groups = 0;
            while (end < inner.size() && (end == begin || groups + inner[end].groups <= most)) {
                DenseRun run = dense_run(layer.fc1, inner[end], normal, plane, count);
                run.out = hidden + groups * plane;
                run.out_group_stride = plane;
                run.activation = DenseActivation::Gelu;
                plan.kernels->dense(run);
                groups += inner[end].groups;
                ++end;
            }
            const int values = std::min(groups * lanes, layer.fc2.values - group * lanes);
            for (const DensePanel& panel : layer.fc2.panels) {
                DenseRun run = dense_run(layer.fc2, panel, hidden, plane, count);
                run.segments = groups;
                run.last_length = values - (groups - 1) * lanes;
                run.weights += static_cast<std::ptrdiff_t>(group) * lanes * panel.groups * lanes;
                if (begin > 0) run.bias = plan.zeros.get();
                run.out = token(first) + panel.group * plan.plane();
                run.residual = run.out;
                run.out_group_stride = plan.plane();
                plan.kernels->dense(run);
            }
        }
    }

    /// One thread does this for all: it is little, and its sums are the same for any number of threads.
    void finish(float* features) {
        const Plan& plan = m_plan;
        const int lanes = plan.lanes();
        const float *weight = plan.last_weight.get(), *bias = plan.last_bias.get();
        float* one = m_own.hidden.get();  // a single token: its channel groups lie one behind the other
        if (plan.input.feature != Feature::MeanOfPatches) {
            layer_norm(token(0), plan.plane(), one, lanes, 1, weight, bias);
            std::copy_n(one, plan.width, features);
            features += plan.width;
        }
        if (plan.class_only()) return;
        std::fill_n(features, plan.width, 0.0f);
        const float factor = 1.0f / static_cast<float>(plan.tokens - plan.prefix);
        for_blocks(plan.prefix, plan.tokens, [&](int first, int count) {
            const float* from = token(first);
            std::ptrdiff_t plane = plan.plane();
            if (!plan.norm_after_mean) {
                plane = plane_of(count, lanes);
                layer_norm(token(first), plan.plane(), m_own.normal.get(), plane, count, weight, bias);
                from = m_own.normal.get();
            }
            for (int g = 0; g < plan.groups(); ++g) {
                plan.kernels->sum(from + g * plane, count, m_own.part.get());
                for (int i = 0; i < lanes; ++i) features[g * lanes + i] += m_own.part.get()[i] * factor;
            }
        });
        if (!plan.norm_after_mean) return;
        std::copy_n(features, plan.width, one);
        layer_norm(one, lanes, one, lanes, 1, weight, bias);
        std::copy_n(one, plan.width, features);
    }

    const Plan& m_plan;
    Workspace& m_own;
    Workspace& m_shared;
    int m_begin = 0, m_end = 0;
    int m_query_end = 0;
    std::ptrdiff_t m_query_plane = 0;
};

const TransformerKernels* TransformerEngine::best_kernels() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return &kTransformerKernelsAvx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kTransformerKernelsAvx2;
#endif
    return nullptr;
}

std::unique_ptr<TransformerEngine> TransformerEngine::create(const VitNetwork& network, const Input& input,
                                                             const IcaNetwork* adapters,
                                                             const TransformerKernels* kernels) {
    if (!kernels) kernels = best_kernels();
    if (!kernels || network.blocks.empty() || network.heads < 1 || network.patch < 1 || input.width < 1 ||
        input.height < 1)
        return nullptr;
    const int lanes = kernels->lanes, width = network.width;
    const bool needs_class = input.feature != Feature::MeanOfPatches;
    if (width % network.heads != 0 || width / network.heads % lanes != 0 ||
        input.width % network.patch != 0 || input.height % network.patch != 0 ||
        (needs_class && !network.has_class_token))
        return nullptr;

    auto plan = std::make_unique<Plan>();
    plan->kernels = kernels;
    plan->input = input;
    for (int i = 0; i < kPattern; ++i) {
        plan->mean[i] = input.mean[i % 3];
        plan->scale[i] = input.scale[i % 3];
    }
    plan->width = width;
    plan->heads = network.heads;
    plan->head_width = width / network.heads;
    plan->patch = network.patch;
    plan->rows = input.height / network.patch;
    plan->columns = input.width / network.patch;
    plan->prefix = network.prefix_count;
    plan->tokens = plan->prefix + plan->rows * plan->columns;
    plan->hidden = network.hidden();
    plan->norm_after_mean = network.norm_after_mean;

    const int area = network.patch * network.patch;
    plan->embedding = DenseWeights(
        width, plan->patch_values(), lanes, kernels->panel_groups,
        [&](int o, int v) {  // values as pixels lie: row, column, channel
            return network.patch_embedding
                .weight[size(o) * size(plan->patch_values()) + size(v % 3) * size(area) + size(v / 3)];
        },
        [&](int o) { return network.patch_embedding.bias[size(o)]; });
    const std::vector<float> positions = resized_positions(network, plan->rows, plan->columns, input.resize);
    plan->table = AlignedFloats(size(plan->groups()) * size(static_cast<int>(plan->plane())));
    for (int t = 0; t < plan->tokens; ++t) {
        const float* from = t < plan->prefix ? network.prefix.data() + size(t) * size(width)
                                             : positions.data() + size(t - plan->prefix) * size(width);
        for (int c = 0; c < width; ++c)
            plan->table.get()[c / lanes * plan->plane() + t * lanes + c % lanes] = from[c];
    }

    const auto copy_norm = [](const VitNorm& norm, AlignedFloats& weight, AlignedFloats& bias) {
        weight = AlignedFloats(norm.weight.size());
        bias = AlignedFloats(norm.bias.size());
        std::copy(norm.weight.begin(), norm.weight.end(), weight.get());
        std::copy(norm.bias.begin(), norm.bias.end(), bias.get());
    };
    plan->norm_before = !network.norm_before.weight.empty();
    copy_norm(network.norm_before, plan->before_weight, plan->before_bias);
    copy_norm(adapters && !adapters->norm.weight.empty() ? adapters->norm : network.norm, plan->last_weight,
              plan->last_bias);

    const double factor = 1 / std::sqrt(static_cast<double>(plan->head_width));
    for (std::size_t n = 0; n < network.blocks.size(); ++n) {
        const VitBlock& block = network.blocks[n];
        if (block.fc1.out != plan->hidden) return nullptr;
        Layer layer;
        layer.query = pack(block.qkv, 0, width, block.norm1, {}, factor, *kernels);
        layer.key = pack(block.qkv, width, width, block.norm1, {}, 1, *kernels);
        for (int head = 0; head < plan->heads; ++head)
            layer.value.push_back(pack(block.qkv, 2 * width + head * plan->head_width, plan->head_width,
                                       block.norm1, {}, 1, *kernels));
        layer.projection = pack(block.projection, 0, width, {}, block.ls1, 1, *kernels);
        layer.fc1 = pack(block.fc1, 0, plan->hidden, block.norm2, {}, 1, *kernels);
        layer.fc2 = pack(block.fc2, 0, width, {}, block.ls2, 1, *kernels);
        if (adapters && n < adapters->blocks.size() && adapters->blocks[n].present) {
            const IcaBlock& ica = adapters->blocks[n];
            const auto adapter = [&](const IcaBottleneck& part, double scale) {
                return Adapter{
                    pack(part.down.data(), nullptr, width, 0, ica.rank, block.norm1, {}, 1, *kernels),
                    pack(part.up.data(), nullptr, ica.rank, 0, width, {}, {}, scale, *kernels)};
            };
            const IcaBottleneck& key = ica.shared ? ica.query : ica.key;
            layer.adapted_query = !ica.query.down.empty();
            layer.adapted_key = !key.down.empty();
            if (layer.adapted_query) layer.query_adapter = adapter(ica.query, factor);
            if (layer.adapted_key) layer.key_adapter = adapter(key, 1);
            plan->rank = std::max(plan->rank, ica.rank);
        }
        plan->layers.push_back(std::move(layer));
    }
    if (adapters) plan->adapter_activation = activation_of(adapters->activation);

    plan->key_panels = dense_panels(plan->key_groups(), kernels->panel_groups, plan->head_width, lanes);
    for (std::size_t i = 0; i < plan->key_panels.size(); ++i)
        plan->panel_of_keys.insert(plan->panel_of_keys.end(), size(plan->key_panels[i].groups),
                                   static_cast<int>(i));
    plan->value_panels = dense_panels(plan->head_groups(), kernels->panel_groups, plan->tokens, lanes);
    plan->score_bias = AlignedFloats(size(plan->key_groups()) * size(lanes));
    std::fill(plan->score_bias.get() + plan->tokens, plan->score_bias.get() + plan->key_groups() * lanes,
              -std::numeric_limits<float>::infinity());
    plan->zeros = AlignedFloats(size(kernels->panel_groups) * size(lanes));
    return std::unique_ptr<TransformerEngine>(new TransformerEngine(std::move(plan)));
}

TransformerEngine::TransformerEngine(std::unique_ptr<Plan> plan) : m_plan(std::move(plan)) {}
TransformerEngine::~TransformerEngine() = default;

const char* TransformerEngine::instruction_set() const {
    return m_plan->kernels->name;
}

int TransformerEngine::dimension() const {
    return m_plan->features();
}

void TransformerEngine::run(const std::uint8_t* pixels, int count, float* features, int threads) {
    const Plan& plan = *m_plan;
    if (count < 1) return;
    const std::size_t picture = size(plan.input.width) * size(plan.input.height) * 3;
    const int asked = std::clamp(threads, 1, plan.tokens);
    while (m_workspaces.size() < size(asked)) m_workspaces.push_back(std::make_unique<Workspace>(plan));
    std::atomic<int> next = 0;
    TeamBarrier barrier;
    run_team(asked, [&](int thread, int team) {
        const int alone = count / team * team;
        Workspace& own = *m_workspaces[size(thread)];
        const auto at = [&](int i) { return pixels + size(i) * picture; };
        const auto to = [&](int i) { return features + size(i) * size(plan.features()); };
        for (int i = next.fetch_add(1); i < alone; i = next.fetch_add(1)) {
            TeamBarrier none;
            Worker(plan, own, own).run(at(i), to(i), 0, plan.tokens, 0, 1, none);
        }
        if (alone == count) return;
        // Everybody is needed from here on, and the first one's workspace is everybody's.
        barrier.wait(team);
        const int begin = plan.tokens * thread / team, end = plan.tokens * (thread + 1) / team;
        for (int i = alone; i < count; ++i)
            Worker(plan, own, *m_workspaces[0]).run(at(i), to(i), begin, end, thread, team, barrier);
    });
}

}  // namespace fieldmark
