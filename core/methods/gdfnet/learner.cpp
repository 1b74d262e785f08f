// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gdfnet/learner.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "core/evaluation/hash_metrics.h"
#include "core/methods/gdfnet/code_figures.h"
#include "core/methods/gdfnet/hash_losses.h"
#include "core/methods/gdfnet/itq.h"
#include "core/training/checkpoint.h"
#include "core/training/finite.h"
#include "core/training/losses.h"
#include "core/training/rows.h"
#include "core/training/schedule.h"

namespace fieldmark {

namespace {

constexpr std::size_t kEmbedBatch = 64;

std::span<const float> floats(const torch::Tensor& tensor) {
    return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

template <typename Module>
void write_module(torch::serialize::OutputArchive& archive, const std::string& key, const Module& module) {
    torch::serialize::OutputArchive part;
    module->save(part);
    archive.write(key, part);
}

template <typename Module>
void read_module(torch::serialize::InputArchive& archive, const std::string& key, Module& module) {
    torch::serialize::InputArchive part;
    archive.read(key, part);
    module->load(part);
}

}  // namespace

Result<std::unique_ptr<GdfNetLearner>> GdfNetLearner::create(const MapCache& maps,
                                                             std::vector<std::int32_t> labels,
                                                             const GdfNetOptions& options,
                                                             std::uint64_t seed) {
    std::unique_ptr<GdfNetLearner> learner(new GdfNetLearner(maps, std::move(labels), options, seed));
    if (auto status = learner->start(); !status) return status.error();
    return learner;
}

GdfNetLearner::GdfNetLearner(const MapCache& maps, std::vector<std::int32_t> labels,
                             const GdfNetOptions& options, std::uint64_t seed)
    : m_maps(maps),
      m_labels(std::move(labels)),
      m_options(options),
      m_seed(seed),
      m_sampler(m_labels, {options.batch_classes, options.batch_per_class, 1}, seed),
      m_random(seed ^ 0x76696577u) {
    for (std::size_t row = 0; row < m_labels.size(); ++row) {
        if (m_labels[row] >= 0) m_fit.push_back(static_cast<std::int64_t>(row));
    }
    m_options.shape.channels = maps.channels();
    // Fewer directions than this the pictures to learn from do not span.
    m_options.shape.features =
        std::min({m_options.shape.features, maps.channels(), static_cast<std::int64_t>(m_fit.size()) - 1});
}

Status GdfNetLearner::start() {
    const GdfNetShape& shape = m_options.shape;
    if (shape.features < shape.bits) {
        return Error{ErrorKind::Usage, "Codes of " + std::to_string(shape.bits) + " bits need more than " +
                                           std::to_string(shape.bits) +
                                           " pictures to learn from. Take fewer bits or more pictures."};
    }
    // Layers draw their first weights from LibTorch's own generator: seeded here, so that they are the same
    // whatever ran before.
    torch::manual_seed(m_seed);
    m_network = GdfNet(shape);
    std::int64_t classes = 0;
    for (const std::int32_t label : m_labels) classes = std::max<std::int64_t>(classes, label + 1);
    m_classes = torch::nn::Linear(shape.bits, std::max<std::int64_t>(1, classes));

    const torch::NoGradGuard guard;
    if (shape.skip == GraphSkip::Pooled) {
        const torch::Tensor q = frozen(m_fit).to(torch::kDouble);
        const torch::Tensor mean = q.mean(0);
        const torch::Tensor centred = q - mean;
        const auto [values, vectors] = torch::linalg_eigh(centred.t().mm(centred));
        const torch::Tensor singular =
            values.slice(0, shape.channels - shape.features).flip(0).clamp_min(1e-12).sqrt();
        // Relative to the largest, so that the numbers stay near those of the embedding.
        const torch::Tensor scale = (singular / singular[0]).clamp_min(1e-4).pow(-m_options.whitening);
        const torch::Tensor projection =
            vectors.slice(1, shape.channels - shape.features).flip(1).t() * scale.unsqueeze(1);
        m_network->skip->weight.copy_(projection);
        m_network->skip->bias.copy_(-projection.mv(mean));
    }
    const torch::Tensor f = embed(m_fit);
    const auto hash =
        itq_hash(floats(f), static_cast<int>(shape.features), static_cast<int>(shape.bits), m_seed);
    if (!hash) return hash.error();
    const double scale = std::sqrt(static_cast<double>(shape.features));
    m_network->hash_weight.copy_(torch::tensor(hash->weight).view({shape.bits, shape.features}));
    m_network->hash_bias.copy_(torch::tensor(hash->bias) * scale);

    std::vector<torch::Tensor> others, skip;
    for (const auto& entry : m_network->named_parameters())
        (entry.key().starts_with("skip.") ? skip : others).push_back(entry.value());
    for (const torch::Tensor& parameter : m_classes->parameters()) others.push_back(parameter);
    std::vector<torch::optim::OptimizerParamGroup> groups;
    const auto group = [&](std::vector<torch::Tensor> parameters, double rate, double decay) {
        if (parameters.empty()) return;
        auto adam = std::make_unique<torch::optim::AdamWOptions>(rate);
        adam->weight_decay(decay);
        groups.emplace_back(std::move(parameters), std::move(adam));
    };
    group(std::move(others), m_options.rate, m_options.weight_decay);
    // Decaying towards 0 would pull W_p away from the embedding it starts from.
    group(std::move(skip), m_options.rate * m_options.skip_factor, 0);
    m_optimizer = std::make_unique<torch::optim::AdamW>(groups, torch::optim::AdamWOptions(m_options.rate));
    return {};
}

void GdfNetLearner::validate_on(std::vector<std::int64_t> unseen, std::vector<std::int64_t> known,
                                std::vector<std::int32_t> labels) {
    m_unseen = std::move(unseen);
    m_known = std::move(known);
    m_true_labels = std::move(labels);
    m_unseen_values = torch::Tensor();
}

const torch::Tensor& GdfNetLearner::unseen_values() {
    const torch::NoGradGuard guard;
    if (!m_unseen_values.defined()) m_unseen_values = m_network->hash(embed(m_unseen)).contiguous();
    return m_unseen_values;
}

torch::Tensor GdfNetLearner::batch(const std::vector<std::int64_t>& rows, bool any_view) {
    const std::int64_t numbers = m_maps.positions() * m_maps.channels();
    torch::Tensor maps = torch::empty(
        {static_cast<std::int64_t>(rows.size()), m_maps.positions(), m_maps.channels()}, torch::kHalf);
    auto* place = static_cast<std::uint16_t*>(maps.mutable_data_ptr());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t view =
            any_view && m_maps.views() > 1
                ? static_cast<std::int64_t>(m_random.below(static_cast<std::size_t>(m_maps.views())))
                : 0;
        std::memcpy(place + static_cast<std::int64_t>(i) * numbers, m_maps.map(rows[i], view),
                    static_cast<std::size_t>(numbers) * sizeof(std::uint16_t));
    }
    return maps.to(torch::kFloat);
}

void GdfNetLearner::make_rows_orthonormal() {
    // The nearest matrix with orthonormal rows (the polar factor).
    const torch::NoGradGuard guard;
    const auto [u, s, vh] = torch::linalg_svd(m_network->hash_weight, /*full_matrices=*/false);
    m_network->hash_weight.copy_(u.mm(vh));
}

std::map<std::string, double> GdfNetLearner::train_epoch(int epoch, int epochs, const Way& way) {
    const torch::Tensor before = m_unseen.empty() ? torch::Tensor() : unseen_values();
    m_unseen_values = torch::Tensor();
    m_network->train();
    const std::int64_t batches = m_sampler.batches_per_epoch();
    const double done = static_cast<double>(epoch - 1) / std::max(1, epochs);
    const double slope = std::sqrt(1 + done * (m_options.slope * m_options.slope - 1));
    std::map<std::string, double> sums{{"total", 0}, {"classes", 0}, {"quantization", 0}, {"balance", 0}};
    for (std::int64_t i = 0; i < batches; ++i) {
        if (way.stop && way.stop()) return sums;
        const double share = cosine_rate((epoch - 1) * batches + i, epochs * batches);
        auto& groups = m_optimizer->param_groups();
        groups[0].options().set_lr(m_options.rate * share);
        if (groups.size() > 1) groups[1].options().set_lr(m_options.rate * m_options.skip_factor * share);

        const std::vector<std::int64_t> rows = m_sampler.next();
        const std::vector<std::int32_t> classes = pick(m_labels, rows);
        const torch::Tensor labels =
            torch::tensor(std::vector<std::int64_t>(classes.begin(), classes.end()), torch::kLong);
        const torch::Tensor h = torch::tanh(slope * m_network->hash(m_network->forward(batch(rows, true))));
        const torch::Tensor by_class = torch::nn::functional::cross_entropy(m_classes(h), labels);
        const torch::Tensor quantization = cauchy_quantization(h, m_options.gamma);
        const torch::Tensor balance = bit_balance(h);
        torch::Tensor loss = by_class + m_options.quantization * quantization + m_options.balance * balance;
        if (m_options.magnitude > 0) {
            const torch::Tensor magnitude = code_magnitude(h);
            loss = loss + m_options.magnitude * magnitude;
            sums["magnitude"] += magnitude.item<double>();
        }
        if (m_options.pairs > 0) {
            const torch::Tensor pairs = cauchy_pairs(h, labels, m_options.gamma);
            loss = loss + m_options.pairs * pairs;
            sums["pairs"] += pairs.item<double>();
        }
        m_optimizer->zero_grad();
        loss.backward();
        m_optimizer->step();
        sums["total"] += loss.item<double>();
        // Such rows cannot be made orthonormal; the loop says why it ends.
        if (!all_finite({loss, m_network->hash_weight})) {
            sums["total"] = std::numeric_limits<double>::quiet_NaN();
            return sums;
        }
        make_rows_orthonormal();
        sums["classes"] += by_class.item<double>();
        sums["quantization"] += quantization.item<double>();
        sums["balance"] += balance.item<double>();
        sums["certainty"] += h.detach().abs().mean().item<double>();  // mean |h|: 1 where codes lose nothing
        if (way.tell) way.tell(static_cast<double>(i + 1) / static_cast<double>(batches));
    }
    for (auto& [name, sum] : sums) sum /= static_cast<double>(batches);
    std::vector<torch::Tensor> learned = m_network->parameters();
    for (const torch::Tensor& statistics : m_network->buffers()) learned.push_back(statistics);
    tell_divergence(learned, sums);
    if (before.defined() && std::isfinite(sums["total"])) {
        sums["flipped_bits"] = flipped_bits(before, unseen_values());
        sums["dead_bits"] = dead_bits(unseen_values());
        sums["twin_bits"] = twin_bits(unseen_values());
    }
    return sums;
}

Result<ValidationFigures> GdfNetLearner::validate(const std::function<bool()>& /*stop*/) {
    ValidationFigures figures;
    HashEvaluation settings;
    settings.bits = static_cast<int>(m_options.shape.bits);
    int kinds = 0;
    const auto add = [&](const Result<HashMetrics>& metrics) -> Status {
        if (!metrics) return metrics.error();
        figures.recall_at_1 += metrics->recall_at_1;
        figures.map_at_r += metrics->map_at_r;
        figures.queries += metrics->queries;
        ++kinds;
        return {};
    };
    if (!m_unseen.empty()) {
        const auto labels = pick(m_true_labels, m_unseen);
        const auto found = pack(unseen_values());
        const HashedItems items{found, {}, labels};
        if (auto status = add(evaluate_hashing(items, items, true, settings)); !status) return status.error();
        std::vector<std::int32_t> sorted = labels;
        std::sort(sorted.begin(), sorted.end());
        figures.classes = static_cast<int>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
    }
    if (!m_known.empty()) {
        const auto database_labels = pick(m_true_labels, m_fit), labels = pick(m_true_labels, m_known);
        const auto database = codes(embed(m_fit)), queries = codes(embed(m_known));
        if (auto status = add(
                evaluate_hashing({database, {}, database_labels}, {queries, {}, labels}, false, settings));
            !status)
            return status.error();
    }
    figures.recall_at_1 /= std::max(1, kinds);
    figures.map_at_r /= std::max(1, kinds);
    return figures;
}

torch::Tensor GdfNetLearner::embed(const std::vector<std::int64_t>& rows) {
    const torch::NoGradGuard guard;
    m_network->eval();
    std::vector<torch::Tensor> blocks;
    for (std::size_t begin = 0; begin < rows.size(); begin += kEmbedBatch) {
        const std::vector<std::int64_t> block(
            rows.begin() + static_cast<std::ptrdiff_t>(begin),
            rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), begin + kEmbedBatch)));
        blocks.push_back(losses::unit(m_network->forward(batch(block, false))));
    }
    return torch::cat(blocks).contiguous();
}

torch::Tensor GdfNetLearner::frozen(const std::vector<std::int64_t>& rows) const {
    const torch::NoGradGuard guard;
    torch::Tensor pooled = torch::empty({static_cast<std::int64_t>(rows.size()), m_maps.channels()});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const torch::Tensor map = torch::from_blob(m_maps.map(rows[i], 0),
                                                   {1, m_maps.positions(), m_maps.channels()}, torch::kHalf);
        pooled[static_cast<std::int64_t>(i)].copy_(GdfNetImpl::pooled(map.to(torch::kFloat))[0]);
    }
    return pooled;
}

std::vector<std::uint64_t> GdfNetLearner::codes(const torch::Tensor& embeddings) {
    const torch::NoGradGuard guard;
    return pack(m_network->hash(embeddings).contiguous());
}

std::vector<std::uint64_t> GdfNetLearner::pack(const torch::Tensor& values) const {
    const auto bits = static_cast<std::size_t>(m_options.shape.bits);
    const std::size_t words = hash_words(static_cast<int>(bits));
    std::vector<std::uint64_t> packed(static_cast<std::size_t>(values.size(0)) * words);
    for (std::size_t i = 0; i * words < packed.size(); ++i)
        pack_code(floats(values).subspan(i * bits, bits), packed.data() + i * words);
    return packed;
}

std::int64_t GdfNetLearner::parameters() const {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : m_network->parameters()) count += parameter.numel();
    return count;
}

void GdfNetLearner::save(torch::serialize::OutputArchive& archive) const {
    save_best(archive);
    torch::serialize::OutputArchive optimizer;
    m_optimizer->save(optimizer);
    archive.write("optimizer", optimizer);
    put_text(archive, "sampler", m_sampler.state());
    put_text(archive, "random", m_random.state());
}

void GdfNetLearner::load(torch::serialize::InputArchive& archive) {
    load_best(archive);
    torch::serialize::InputArchive optimizer;
    archive.read("optimizer", optimizer);
    m_optimizer->load(optimizer);
    TORCH_CHECK(
        m_sampler.set_state(get_text(archive, "sampler")) && m_random.set_state(get_text(archive, "random")),
        "no state of random numbers");
}

void GdfNetLearner::save_best(torch::serialize::OutputArchive& archive) const {
    write_module(archive, "network", m_network);
    write_module(archive, "classes", m_classes);
}

void GdfNetLearner::load_best(torch::serialize::InputArchive& archive) {
    read_module(archive, "network", m_network);
    read_module(archive, "classes", m_classes);
    m_unseen_values = torch::Tensor();
}

}  // namespace fieldmark
