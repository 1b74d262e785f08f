// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/head_learner.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/training/checkpoint.h"
#include "core/training/epoch_loop.h"
#include "core/training/finite.h"
#include "core/training/losses.h"
#include "core/training/probe.h"
#include "core/training/refit.h"
#include "core/training/rows.h"
#include "core/training/sampler.h"
#include "core/training/schedule.h"

namespace fieldmark {

using torch::Tensor;

namespace {

constexpr std::size_t kBlock = 4096;  ///< rows embedded together

/// The trainable head, y = W (x - mean) + b [+ U gelu(D (x - mean) + d)].
struct HeadModule : torch::nn::Module {
    HeadModule(const Tensor& mean_, const Tensor& weight_, int rank, at::Generator& generator) {
        mean = register_buffer("mean", mean_);
        start = register_buffer("start", weight_.clone());
        weight = register_parameter("weight", weight_.clone());
        bias = register_parameter("bias", torch::zeros({weight_.size(0)}));
        if (rank > 0) {
            // Inputs have a norm of about 1: rows of norm sqrt(in) give the bottleneck a spread of about 1.
            down = register_parameter(
                "down", torch::randn({rank, weight_.size(1)}, generator, torch::TensorOptions()));
            down_bias = register_parameter("down_bias", torch::zeros({rank}));
            up = register_parameter("up", torch::zeros({weight_.size(0), rank}));
        }
    }
    Tensor forward(const Tensor& x) const {
        const Tensor centred = x - mean;
        Tensor y = torch::linear(centred, weight, bias);
        if (up.defined()) y = y + torch::linear(torch::gelu(torch::linear(centred, down, down_bias)), up);
        return y;
    }
    Tensor mean, start, weight, bias, down, down_bias, up;
};

/// Principal directions of the centred features, scaled by singular values^-power, and so that what comes out
/// has a mean norm of 1: one learning rate then fits every backbone.
Tensor whitened_start(const Tensor& features, const Tensor& mean, std::int64_t dimension, double power) {
    const Tensor centred = (features - mean).to(torch::kDouble);
    // Eigenvectors of the covariance: a tenth of the time of a singular value decomposition of all rows.
    auto [values, vectors] = torch::linalg_eigh(centred.t().mm(centred));
    values = values.flip(0).slice(0, 0, dimension).clamp_min(1e-12);
    vectors = vectors.flip(1).slice(1, 0, dimension);
    // A direction's sign is arbitrary: fixed by its largest entry, so that every machine starts alike.
    const Tensor largest = vectors.abs().argmax(0, true);
    vectors = vectors * vectors.gather(0, largest).sign();
    Tensor weight = vectors.t() * (values / values[0]).pow(-power / 2).unsqueeze(1);
    weight = weight / centred.mm(weight.t()).norm(2, 1).mean();
    return weight.to(torch::kFloat).contiguous();
}

/// Where a head begins: y = weight (x - mean).
struct Start {
    Tensor mean, weight;
};

/// features (N, in): of the pictures to learn from.
Start start_of(const Tensor& features, const HeadOptions& options) {
    const std::int64_t in = features.size(1);
    if (options.identity) {
        const std::int64_t dimension = std::min(static_cast<std::int64_t>(options.dimension), in);
        return {torch::zeros({in}), torch::eye(dimension, in)};
    }
    const Tensor mean = features.mean(0);
    const std::int64_t dimension =
        std::min({static_cast<std::int64_t>(options.dimension), in, features.size(0) - 1});
    return {mean, whitened_start(features, mean, std::max<std::int64_t>(2, dimension), options.whitening)};
}

class HeadModel final : public EpochModel {
  public:
    /// features (N, V, in), labels dense with -1 for rows that are not learned from.
    HeadModel(Tensor features, const std::vector<std::int32_t>& labels, const HeadOptions& options,
              const ObjectiveFactory& factory, std::uint64_t seed)
        : m_features(std::move(features)),
          m_options(options),
          m_sampler(labels, {options.classes, options.per_class, 2}, seed),
          m_random(seed ^ 0x7669657773ull) {
        for (std::size_t row = 0; row < labels.size(); ++row) {
            if (labels[row] < 0) continue;
            m_rows.push_back(static_cast<std::int64_t>(row));
            if (static_cast<std::size_t>(labels[row]) >= m_class_sizes.size())
                m_class_sizes.resize(static_cast<std::size_t>(labels[row]) + 1);
            ++m_class_sizes[static_cast<std::size_t>(labels[row])];
        }
        m_labels = torch::tensor(std::vector<std::int64_t>(labels.begin(), labels.end()), torch::kLong);
        const Tensor rows = torch::tensor(m_rows, torch::kLong);
        const Tensor plain = m_features.select(1, 0).index_select(0, rows);
        const Start start = start_of(plain, options);
        at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
        m_head = std::make_shared<HeadModule>(start.mean, start.weight, options.rank, generator);
        m_fit_labels = m_labels.index_select(0, rows);
        {
            const torch::NoGradGuard no_grad;
            m_objective = factory(m_class_sizes, m_head->forward(plain), m_fit_labels, seed);
        }
        if (m_objective->slow_share() > 0) {
            at::Generator again = at::make_generator<at::CPUGeneratorImpl>(seed);
            m_slow = std::make_shared<HeadModule>(m_head->mean, m_head->start, options.rank, again);
            copy_into_slow(1);
        }
        std::vector<torch::optim::OptimizerParamGroup> groups;
        groups.emplace_back(m_head->parameters());
        if (!m_objective->parameters().empty()) groups.emplace_back(m_objective->parameters());
        m_optimizer = std::make_unique<torch::optim::AdamW>(
            groups, torch::optim::AdamWOptions(options.rate).weight_decay(0));
    }

    std::map<std::string, double> train_epoch(int epoch, int epochs, const Way& way) override {
        m_objective->begin_epoch(epoch, epochs);
        const int batches = m_sampler.batches_per_epoch();
        std::map<std::string, double> sums;
        for (int batch = 0; batch < batches; ++batch) {
            if (way.stop && way.stop()) return sums;
            step(static_cast<std::int64_t>(epoch - 1) * batches + batch,
                 static_cast<std::int64_t>(epochs) * batches, sums);
            if (way.tell) way.tell(static_cast<double>(batch + 1) / batches);
        }
        for (auto& [name, value] : sums) value /= batches;
        tell_divergence(m_head->parameters(), sums);
        if (m_objective->wants_embeddings(epoch)) {
            m_objective->end_epoch(epoch, embed_rows(m_rows), m_fit_labels);
        } else {
            m_objective->end_epoch(epoch, {}, m_fit_labels);
        }
        return sums;
    }

    Result<ValidationFigures> validate(const std::function<bool()>& /*stop*/) override {
        if (m_validation_rows.empty()) return ValidationFigures{};
        return probe(embed_rows(m_validation_rows), m_validation_labels);
    }
    void validate_on(std::vector<std::int64_t> rows, std::vector<std::int32_t> labels) {
        m_validation_rows = std::move(rows);
        m_validation_labels = std::move(labels);
    }

    /// (count, D) of view 0.
    Tensor embed_rows(const std::vector<std::int64_t>& rows) const {
        const torch::NoGradGuard no_grad;
        std::vector<Tensor> blocks;
        for (std::size_t begin = 0; begin < rows.size(); begin += kBlock) {
            const std::vector<std::int64_t> block(
                rows.begin() + static_cast<std::ptrdiff_t>(begin),
                rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), begin + kBlock)));
            blocks.push_back(
                m_head->forward(m_features.select(1, 0).index_select(0, torch::tensor(block, torch::kLong))));
        }
        return torch::cat(blocks);
    }

    void save(torch::serialize::OutputArchive& archive) const override {
        torch::serialize::OutputArchive head, optimizer, objective;
        m_head->save(head);
        archive.write("head", head);
        m_optimizer->save(optimizer);
        archive.write("optimizer", optimizer);
        m_objective->save(objective);
        archive.write("objective", objective);
        if (m_slow) {
            torch::serialize::OutputArchive slow;
            m_slow->save(slow);
            archive.write("slow", slow);
        }
        put_text(archive, "sampler", m_sampler.state());
        put_text(archive, "random", m_random.state());
    }
    void load(torch::serialize::InputArchive& archive) override {
        torch::serialize::InputArchive head, optimizer, objective;
        archive.read("head", head);
        m_head->load(head);
        archive.read("optimizer", optimizer);
        m_optimizer->load(optimizer);
        archive.read("objective", objective);
        m_objective->load(objective);
        if (m_slow) {
            torch::serialize::InputArchive slow;
            archive.read("slow", slow);
            m_slow->load(slow);
        }
        TORCH_CHECK(m_sampler.set_state(get_text(archive, "sampler")) &&
                        m_random.set_state(get_text(archive, "random")),
                    "no state of random numbers");
    }
    void save_best(torch::serialize::OutputArchive& archive) const override { m_head->save(archive); }
    void load_best(torch::serialize::InputArchive& archive) override { m_head->load(archive); }

    Head to_head() const {
        Head head;
        head.in = static_cast<int>(m_head->weight.size(1));
        head.out = static_cast<int>(m_head->weight.size(0));
        const auto values = [](const Tensor& tensor) {
            const Tensor flat = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
            return std::vector<float>(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
        };
        head.mean = values(m_head->mean);
        head.weight = values(m_head->weight);
        head.bias = values(m_head->bias);
        if (m_head->up.defined()) {
            head.rank = static_cast<int>(m_head->up.size(1));
            head.down_weight = values(m_head->down);
            head.down_bias = values(m_head->down_bias);
            head.up_weight = values(m_head->up);
        }
        return head;
    }
    std::int64_t parameter_count() const {
        std::int64_t count = 0;
        for (const Tensor& parameter : m_head->parameters()) count += parameter.numel();
        return count;
    }
    const std::vector<std::int64_t>& rows() const { return m_rows; }

  private:
    void step(std::int64_t at, std::int64_t steps, std::map<std::string, double>& sums) {
        const std::vector<std::int64_t> rows = m_sampler.next();
        Tensor features;
        const Tensor index = torch::tensor(rows, torch::kLong);
        if (m_features.size(1) > 1 && m_options.use_views) {
            std::vector<std::int64_t> views(rows.size());
            for (auto& view : views)
                view =
                    static_cast<std::int64_t>(m_random.below(static_cast<std::size_t>(m_features.size(1))));
            features = m_features.index({index, torch::tensor(views, torch::kLong)});
        } else {
            features = m_features.select(1, 0).index_select(0, index);
        }
        ObjectiveBatch batch;
        batch.embeddings = m_head->forward(features);
        batch.labels = m_labels.index_select(0, index);
        batch.per_class = m_sampler.per_class();
        if (m_slow) {
            const torch::NoGradGuard no_grad;
            batch.slow = m_slow->forward(features);
        }
        std::map<std::string, double> terms;
        const Tensor loss = m_objective->loss(batch, terms);
        m_optimizer->zero_grad();
        loss.backward();
        torch::nn::utils::clip_grad_norm_(m_head->parameters(), m_options.clip);
        const double rate = m_options.rate * cosine_rate(at, steps);
        for (std::size_t group = 0; group < m_optimizer->param_groups().size(); ++group) {
            static_cast<torch::optim::AdamWOptions&>(m_optimizer->param_groups()[group].options())
                .lr(group == 0 ? rate : rate * m_objective->rate_factor());
        }
        m_optimizer->step();
        if (m_options.weight_decay > 0) {
            const torch::NoGradGuard no_grad;
            m_head->weight.sub_(m_options.weight_decay * rate * (m_head->weight - m_head->start));
        }
        if (m_slow) copy_into_slow(m_objective->slow_share());
        terms["total"] = loss.item<double>();
        m_objective->own_step((m_slow ? batch.slow : batch.embeddings).detach(), batch.labels, terms);
        for (const auto& [name, value] : terms) sums[name] += value;
    }

    void copy_into_slow(double share) {
        const torch::NoGradGuard no_grad;
        const auto fast = m_head->parameters();
        const auto slow = m_slow->parameters();
        for (std::size_t i = 0; i < fast.size(); ++i) slow[i].add_(share * (fast[i] - slow[i]));
    }

    Tensor m_features;  ///< (N, V, in)
    Tensor m_labels;    ///< (N) dense, -1
    Tensor m_fit_labels;
    HeadOptions m_options;
    PkSampler m_sampler;
    Random m_random;
    std::vector<std::int64_t> m_rows;
    std::vector<int> m_class_sizes;
    std::shared_ptr<HeadModule> m_head, m_slow;
    std::unique_ptr<Objective> m_objective;
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
    std::vector<std::int64_t> m_validation_rows;
    std::vector<std::int32_t> m_validation_labels;
};

}  // namespace

HeadOptions read_head_options(OptionReader& reader, const TrainingSettings& settings,
                              const HeadOptions& defaults) {
    HeadOptions options = defaults;
    options.dimension = reader.integer("dimension", defaults.dimension, 2, 65536);
    options.identity = reader.choice("start", defaults.identity ? "identity" : "whitened",
                                     {"whitened", "identity"}) == "identity";
    options.whitening = reader.number("whitening", defaults.whitening, 0, 1);
    options.rank = reader.integer("rank", defaults.rank, 0, 65536);
    options.rate = reader.number("rate", defaults.rate, 1e-8, 1);
    options.weight_decay = reader.number("weight_decay", defaults.weight_decay, 0, 1e4);
    options.clip = reader.number("clip", defaults.clip, 1e-6, 1e6);
    options.classes = reader.integer("batch_classes", defaults.classes, 2, 4096);
    options.per_class = reader.integer("batch_per_class", defaults.per_class, 2, 4096);
    options.patience = reader.integer("patience", defaults.patience, 0, 100'000);
    options.refit = reader.flag("refit", defaults.refit);
    options.use_views = reader.flag("views", defaults.use_views);
    if (settings.epochs > 0) options.epochs = settings.epochs;
    return options;
}

Result<LearnedHead> learn_head(const TrainingData& data, const TrainingSettings& settings,
                               const HeadOptions& options, const ObjectiveFactory& objective,
                               const TrainingTarget& target, const TrainingObserver& observer,
                               std::stop_token stop) {
    if (auto status = check_training_data(data); !status) return status.error();
    if (data.features.empty())
        return Error{ErrorKind::Usage, "This method learns on stored vectors, and there are none."};
    auto split = split_by_class(data.labels, settings.validation_share, settings.seed);
    if (!split) return split.error();
    if (observer.message)
        observer.message(std::to_string(data.classes.size()) +
                         " classes: " + std::to_string(split->fit_classes.size()) + " to learn from, " +
                         std::to_string(split->validation_classes.size()) + " to check on.");
    try {
        const TrainingThreads threads(settings.threads);
        LearnedHead learned;
        learned.split = std::move(*split);
        // Borrowed: the caller's vector outlives the tensor.
        const Tensor features = torch::from_blob(
            const_cast<float*>(data.features.data()),
            {static_cast<std::int64_t>(data.count()), data.views, data.dimension}, torch::kFloat);
        const std::vector<std::int64_t> everything = all_rows(data.count());
        const auto make = [&](const std::vector<std::int32_t>& labels) -> Result<std::unique_ptr<HeadModel>> {
            return std::make_unique<HeadModel>(features, labels, options, objective, settings.seed);
        };
        auto model = make(dense_labels(data.labels, learned.split.fit_classes)).value();
        const std::vector<std::int32_t> validation_labels = pick(data.labels, learned.split.validation_rows);
        model->validate_on(learned.split.validation_rows, validation_labels);
        const std::int64_t trainable = model->parameter_count();

        EpochLoopOptions loop =
            first_loop(data, settings, target, options.epochs, options.patience, options.refit);
        loop.checkpoint_seconds = 2;
        // What the outcome calls before is the model beneath, not the start (epoch 0 of the history).
        const Tensor raw =
            features.select(1, 0).index_select(0, torch::tensor(learned.split.validation_rows, torch::kLong));
        const auto before = probe(raw, validation_labels);
        if (!before) return before.error();
        loop.base = *before;
        auto outcome = run_epochs(*model, loop, observer, stop);
        if (!outcome) return outcome.error();
        learned.outcome = std::move(*outcome);
        learned.checked_embeddings = model->embed_rows(everything);
        auto changes = compare_queries(raw, model->embed_rows(learned.split.validation_rows),
                                       validation_labels, items_of(data, learned.split.validation_rows));
        if (!changes) return changes.error();
        learned.outcome.queries = std::move(*changes);
        learned.outcome.trainable_parameters = trainable;
        learned.outcome.total_parameters = trainable;
        learned.outcome.method = settings.method;

        // What stays if learning from all classes is cancelled.
        learned.head = model->to_head();
        learned.embeddings = learned.checked_embeddings;
        if (options.refit && !learned.outcome.cancelled) {
            auto again = refit([&] { return make(data.labels); }, data, settings, loop, observer, stop,
                               learned.outcome);
            if (!again) return again.error();
            if (*again) {
                learned.embeddings = (*again)->embed_rows(everything);
                learned.head = (*again)->to_head();
            }
        }
        return learned;
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

}  // namespace fieldmark
