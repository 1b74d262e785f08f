// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/density_fit.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/models/safetensors_writer.h"
#include "core/training/epoch_loop.h"
#include "core/training/finite.h"
#include "core/training/losses.h"
#include "core/training/random.h"
#include "core/training/schedule.h"

namespace fieldmark::gapan {

using torch::Tensor;

namespace {

constexpr std::int64_t kBatch = 128;
constexpr int kOwnQuantiles = 20;  ///< held-out pictures a class needs for percentiles of its own

Tensor index_of(const std::vector<std::int64_t>& rows) {
    return torch::tensor(rows, torch::kLong);
}

/// (101) percentiles 0..100.
Tensor percentiles(const Tensor& values) {
    const Tensor at = torch::linspace(0, 1, 101, torch::kDouble);
    return torch::quantile(values.to(torch::kDouble), at).to(torch::kFloat);
}

Error no_number() {
    return {ErrorKind::Internal,
            "The fit of the class densities ended in what is no number. A lower flow_rate may help."};
}

struct Scores {
    Tensor own;       ///< (n)
    Tensor best;      ///< (n)
    Tensor centroid;  ///< (n)
};

Scores scores_of(FittedDensity& density, const Tensor& embeddings, const Tensor& labels) {
    const torch::NoGradGuard no_grad;
    const Tensor all = score(density, embeddings);
    Scores scores;
    scores.own = all.gather(1, labels.unsqueeze(1)).squeeze(1);
    scores.best = std::get<0>(all.max(1));
    scores.centroid = std::get<0>(losses::unit(embeddings).mm(density.centroids.t()).max(1));
    return scores;
}

void calibrate(FittedDensity& density, const Tensor& embeddings, const Tensor& labels, const Tensor& rows) {
    const torch::NoGradGuard no_grad;
    const Tensor e = embeddings.index_select(0, rows), y = labels.index_select(0, rows);
    const Scores scores = scores_of(density, e, y);
    const auto classes = static_cast<std::int64_t>(density.class_sizes.size());
    const Tensor pooled = percentiles(scores.own);
    density.typicality = pooled.unsqueeze(0).repeat({classes, 1});
    for (std::int64_t c = 0; c < classes; ++c) {
        const Tensor own = scores.own.masked_select(y == c);
        if (own.size(0) >= kOwnQuantiles) density.typicality[c].copy_(percentiles(own));
    }
    density.novelty_density = percentiles(scores.best);
    density.novelty_centroid = percentiles(scores.centroid);
    density.held_out_nll = -scores.own.mean().item<double>();
    const Tensor v = flow_input(e);
    density.inverse_error =
        (density.flow->inverse(density.flow->forward(v).z) - v).abs().max().item<double>();
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{1});
    const Tensor every = torch::arange(classes, torch::kLong);
    const Tensor anchors = draw_anchors(*density.flow, *density.prior, every, 8, 0.5, generator);
    const Tensor nearest = anchors.reshape({-1, anchors.size(2)}).mm(density.centroids.t()).argmax(1);
    density.own_anchors = (nearest == every.repeat_interleave(8)).to(torch::kFloat).mean().item<double>();
}

/// The rows that the flow learns from and those it is judged by.
struct Division {
    std::vector<std::int64_t> fit;
    std::vector<std::int64_t> held_out;  ///< sorted
    std::vector<int> class_sizes;
    std::vector<int> fit_sizes;
};

Division hold_out(const std::vector<std::int32_t>& labels, std::size_t classes,
                  const DensityOptions& options) {
    Random random(options.seed ^ 0x64656e73697479ull);
    std::vector<std::vector<std::int64_t>> rows(classes);
    for (std::size_t row = 0; row < labels.size(); ++row)
        rows[static_cast<std::size_t>(labels[row])].push_back(static_cast<std::int64_t>(row));
    Division division;
    for (auto& of_class : rows) {
        random.shuffle(of_class);
        // Never the last picture of a class.
        const auto out = std::min(
            static_cast<std::size_t>(std::lround(options.held_out * static_cast<double>(of_class.size()))),
            of_class.empty() ? 0 : of_class.size() - 1);
        const auto middle = of_class.begin() + static_cast<std::ptrdiff_t>(out);
        division.held_out.insert(division.held_out.end(), of_class.begin(), middle);
        division.fit.insert(division.fit.end(), middle, of_class.end());
        division.class_sizes.push_back(static_cast<int>(of_class.size()));
        division.fit_sizes.push_back(static_cast<int>(of_class.size() - out));
    }
    std::sort(division.held_out.begin(), division.held_out.end());
    return division;
}

/// Centroids, a fresh flow, and priors at the class means of what it gives: the embeddings no longer move, so
/// the means need not wait for an epoch.
void begin(FittedDensity& density, const Tensor& embeddings, const Tensor& labels,
           const std::vector<int>& sizes, const DensityOptions& options) {
    FlowOptions flow;
    flow.dimension = embeddings.size(1);
    flow.blocks = options.blocks;
    flow.hidden = options.hidden;
    flow.seed = options.seed;
    density.flow = Flow(flow);
    density.prior = Prior(sizes, embeddings.size(1));
    const torch::NoGradGuard no_grad;
    const Tensor unit = losses::unit(embeddings);
    density.centroids = losses::unit(
        torch::zeros({static_cast<std::int64_t>(sizes.size()), unit.size(1)}).index_add_(0, labels, unit));
    density.prior->set_means(density.flow->forward(flow_input(embeddings)).z, labels);
}

/// Maximum likelihood of flow and priors: AdamW, cosine, the gradient's norm clipped at 1.
class FlowFit {
  public:
    FlowFit(FittedDensity& density, const Tensor& embeddings, Tensor labels, const DensityOptions& options)
        : m_density(density),
          m_options(options),
          m_v(flow_input(embeddings)),
          m_labels(std::move(labels)),
          m_generator(at::make_generator<at::CPUGeneratorImpl>(options.seed)) {
        m_parameters = density.flow->parameters();
        std::vector<torch::optim::OptimizerParamGroup> groups;
        groups.emplace_back(density.flow->parameters());
        groups.emplace_back(density.prior->parameters());
        m_optimizer = std::make_unique<torch::optim::AdamW>(
            groups, torch::optim::AdamWOptions(options.rate).weight_decay(1e-5));
        static_cast<torch::optim::AdamWOptions&>(m_optimizer->param_groups()[1].options()).weight_decay(0);
        for (const Tensor& parameter : density.prior->parameters()) m_parameters.push_back(parameter);
    }

    /// epoch from 0. Leaves its mean in density.nll. False where `stop` came.
    bool epoch(int epoch, const std::stop_token& stop) {
        const std::int64_t count = m_v.size(0);
        const std::int64_t batches = (count + kBatch - 1) / kBatch;
        const Tensor order = torch::randperm(count, m_generator, torch::TensorOptions().dtype(torch::kLong));
        double sum = 0;
        for (std::int64_t batch = 0; batch < batches; ++batch) {
            if (stop.stop_requested()) return false;
            sum += step(order.slice(0, batch * kBatch, std::min(count, (batch + 1) * kBatch)),
                        cosine_rate(epoch * batches + batch, m_options.epochs * batches));
        }
        m_density.nll = sum / static_cast<double>(batches);
        return true;
    }

  private:
    double step(const Tensor& rows, double share) {
        Tensor input = m_v.index_select(0, rows);
        input = input + m_options.noise * torch::randn(input.sizes(), m_generator, torch::TensorOptions());
        const Tensor loss =
            negative_log_likelihood(m_density.flow->forward(input), m_labels.index_select(0, rows),
                                    m_density.prior->mu, m_density.prior->log_sigma());
        m_optimizer->zero_grad();
        loss.backward();
        torch::nn::utils::clip_grad_norm_(m_parameters, 1);
        for (auto& group : m_optimizer->param_groups())
            static_cast<torch::optim::AdamWOptions&>(group.options()).lr(m_options.rate * share);
        m_optimizer->step();
        return loss.item<double>();
    }

    FittedDensity& m_density;
    const DensityOptions& m_options;
    Tensor m_v;
    Tensor m_labels;
    std::vector<Tensor> m_parameters;
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
    at::Generator m_generator;
};

}  // namespace

Tensor score(FittedDensity& density, const Tensor& embeddings) {
    const torch::NoGradGuard no_grad;
    std::vector<Tensor> blocks;
    for (const Tensor& block : embeddings.split(2048)) {
        const auto image = density.flow->forward(flow_input(block));
        blocks.push_back(
            class_log_density(image.z, image.log_jacobian, density.prior->mu, density.prior->log_sigma()) /
            static_cast<double>(embeddings.size(1)));
    }
    return torch::cat(blocks);
}

Result<FittedDensity> fit_density(const Tensor& embeddings, const std::vector<std::int32_t>& labels,
                                  std::size_t classes, const DensityOptions& options, std::stop_token stop,
                                  const std::function<void(double)>& progress) {
    try {
        if (embeddings.size(0) < 2 || classes == 0)
            return Error{ErrorKind::Usage, "A density needs at least two pictures."};
        Division division = hold_out(labels, classes, options);
        FittedDensity density;
        density.class_sizes = std::move(division.class_sizes);
        density.held_out = std::move(division.held_out);
        const Tensor all_labels =
            torch::tensor(std::vector<std::int64_t>(labels.begin(), labels.end()), torch::kLong);
        const Tensor fit_rows = index_of(division.fit);
        const Tensor fit_embeddings = embeddings.detach().index_select(0, fit_rows);
        const Tensor fit_labels = all_labels.index_select(0, fit_rows);
        begin(density, fit_embeddings, fit_labels, division.fit_sizes, options);
        FlowFit fit(density, fit_embeddings, fit_labels, options);
        for (int epoch = 0; epoch < options.epochs; ++epoch) {
            if (!fit.epoch(epoch, stop))
                return Error{ErrorKind::Cancelled, "The fit of the class densities was cancelled."};
            if (!std::isfinite(density.nll)) return no_number();
            if (progress) progress(static_cast<double>(epoch + 1) / options.epochs);
        }
        calibrate(density, embeddings.detach(), all_labels,
                  density.held_out.empty() ? fit_rows : index_of(density.held_out));
        // The last step is in no loss, but in what the held-out pictures score.
        if (!all_finite({density.typicality, density.novelty_density, density.novelty_centroid}))
            return no_number();
        return density;
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

double area_under_roc(const std::vector<float>& positives, const std::vector<float>& negatives) {
    if (positives.empty() || negatives.empty()) return 0.5;
    std::vector<float> sorted = negatives;
    std::sort(sorted.begin(), sorted.end());
    double wins = 0;
    for (const float value : positives) {
        const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
        wins += static_cast<double>(low - sorted.begin()) + 0.5 * static_cast<double>(high - low);
    }
    return wins / static_cast<double>(positives.size()) / static_cast<double>(negatives.size());
}

NoveltyCheck check_novelty(FittedDensity& density, const Tensor& known, const Tensor& unknown) {
    const torch::NoGradGuard no_grad;
    const auto values = [](const Tensor& tensor) {
        const Tensor flat = tensor.to(torch::kFloat).contiguous();
        return std::vector<float>(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
    };
    const auto best = [&](const Tensor& embeddings) {
        return values(std::get<0>(score(density, embeddings).max(1)));
    };
    const auto nearest = [&](const Tensor& embeddings) {
        return values(std::get<0>(losses::unit(embeddings).mm(density.centroids.t()).max(1)));
    };
    return {area_under_roc(best(known), best(unknown)), area_under_roc(nearest(known), nearest(unknown))};
}

std::vector<std::byte> density_file(const FittedDensity& density,
                                    const std::vector<std::string>& class_names) {
    const torch::NoGradGuard no_grad;
    FloatTensors tensors;
    const auto put = [&](const std::string& name, const Tensor& tensor) {
        const Tensor flat = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
        tensors[name] = {flat.sizes().vec(),
                         std::vector<float>(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel())};
    };
    for (const auto& item : density.flow->named_parameters()) put("flow." + item.key(), item.value());
    for (const auto& item : density.flow->named_buffers()) put("flow." + item.key(), item.value());
    put("prior.mu", density.prior->mu);
    put("prior.rho", density.prior->log_sigma());
    put("centroids", density.centroids);
    put("typicality", density.typicality);
    put("novelty.density", density.novelty_density);
    put("novelty.centroid", density.novelty_centroid);
    std::vector<float> sizes(density.class_sizes.begin(), density.class_sizes.end());
    tensors["class.pictures"] = {{static_cast<std::int64_t>(sizes.size())}, std::move(sizes)};
    const nlohmann::json names = class_names;
    return write_safetensors(
        tensors, {{"classes", names.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
                  {"blocks", std::to_string(density.flow->options().blocks)},
                  {"novelty_by", density.novelty_by}});
}

}  // namespace fieldmark::gapan
