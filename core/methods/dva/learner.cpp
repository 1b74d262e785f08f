// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/dva/learner.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/training/checkpoint.h"
#include "core/training/finite.h"
#include "core/training/losses.h"
#include "core/training/probe.h"
#include "core/training/rows.h"
#include "core/training/schedule.h"

namespace fieldmark::dva {

using torch::Tensor;

Learner::Learner(const Scene& scene, const Options& options, std::vector<std::int32_t> labels,
                 const Tensor& frozen, std::uint64_t seed)
    : m_scene(scene),
      m_options(options),
      m_labels(std::move(labels)),
      m_seed(seed),
      m_sampler(m_labels,
                {options.batch_classes, options.batch_per_class, options.loss.contrastive > 0 ? 2 : 1}, seed),
      m_augmentation(*Augmentation::by_name(options.augmentation, scene.input_side())),
      m_adaptation(std::make_shared<InContextAdaptation>(scene.vit(), options.adaptation, seed)) {
    for (std::size_t row = 0; row < m_labels.size(); ++row) {
        if (m_labels[row] < 0) continue;
        m_rows.push_back(static_cast<std::int64_t>(row));
        m_classes = std::max<std::int64_t>(m_classes, m_labels[row] + 1);
    }
    m_adaptation->to(scene.device());
    make_proxies(frozen);
    make_optimizer();
}

void Learner::validate_on(std::vector<std::int64_t> rows, std::vector<std::int32_t> labels) {
    m_validation_rows = std::move(rows);
    m_validation_labels = std::move(labels);
}

Tensor Learner::class_means(const Tensor& frozen) const {
    const Tensor embeddings = losses::unit(frozen.index_select(0, torch::tensor(m_rows, torch::kLong)));
    const std::vector<std::int32_t> classes = pick(m_labels, m_rows);
    const Tensor labels =
        torch::tensor(std::vector<std::int64_t>(classes.begin(), classes.end()), torch::kLong);
    return losses::unit(torch::zeros({m_classes, m_scene.dimension()}).index_add_(0, labels, embeddings));
}

void Learner::make_proxies(const Tensor& frozen) {
    torch::Generator random = at::detail::createCPUGenerator(m_seed ^ 0x70726f7879ULL);
    const auto fresh = [&] { return torch::randn({m_classes, m_scene.dimension()}, random) / 8; };
    // Only the direction counts in the loss, but Adam's steps are of absolute size: elements of about 1 let a
    // step turn a proxy by about its rate.
    m_proxies = m_options.class_mean
                    ? class_means(frozen) * std::sqrt(static_cast<double>(m_scene.dimension()))
                    : fresh();
    m_proxies = m_proxies.to(m_scene.device()).set_requires_grad(true);
    const bool background =
        m_options.views && std::any_of(m_rows.begin(), m_rows.end(), [&](std::int64_t row) {
            return m_scene.views(row).background.has_value();
        });
    if (background && !m_options.shared_proxies)
        m_background_proxies = fresh().to(m_scene.device()).set_requires_grad(true);
}

void Learner::make_optimizer() {
    std::vector<torch::optim::OptimizerParamGroup> groups;
    const auto group = [&](std::vector<Tensor> parameters, double decay) {
        if (m_options.dvf_optimizer) {
            auto adam = std::make_unique<torch::optim::AdamOptions>(m_options.rate);
            adam->eps(1.0).weight_decay(decay);
            groups.emplace_back(std::move(parameters), std::move(adam));
        } else {
            auto adam = std::make_unique<torch::optim::AdamWOptions>(m_options.rate);
            adam->weight_decay(decay);
            groups.emplace_back(std::move(parameters), std::move(adam));
        }
    };
    group(m_adaptation->parameters(), m_options.weight_decay);
    group(proxies(), 0);
    if (m_options.dvf_optimizer)
        m_optimizer = std::make_unique<torch::optim::Adam>(groups, torch::optim::AdamOptions(m_options.rate));
    else
        m_optimizer =
            std::make_unique<torch::optim::AdamW>(groups, torch::optim::AdamWOptions(m_options.rate));
}

std::vector<Tensor> Learner::proxies() const {
    std::vector<Tensor> all = {m_proxies};
    if (m_background_proxies.defined()) all.push_back(m_background_proxies);
    return all;
}

std::map<std::string, double> Learner::train_epoch(int epoch, int epochs, const Way& way) {
    const std::int64_t batches = m_sampler.batches_per_epoch();
    std::map<std::string, double> sums;
    for (std::int64_t batch = 0; batch < batches; ++batch) {
        if (way.stop && way.stop()) break;
        learn_batch(epoch, (epoch - 1) * batches + batch, epochs * batches, sums);
        if (way.tell) way.tell(static_cast<double>(batch + 1) / static_cast<double>(batches));
        // What is no number any more does not get better; the loop says so.
        if (!std::isfinite(sums["total"])) break;
    }
    for (auto& [name, sum] : sums) sum /= static_cast<double>(batches);
    tell_divergence(m_adaptation->parameters(), sums);
    return sums;
}

Learner::BatchViews Learner::draw_batch(int epoch, std::int64_t step) {
    const std::vector<std::int64_t> rows = m_sampler.next();
    const std::size_t count = rows.size();
    BatchViews views;
    for (std::size_t i = 0; i < count; ++i) {
        const AugmentationDraw draw =
            draw_augmentation(m_augmentation, m_seed, static_cast<std::uint64_t>(epoch),
                              static_cast<std::uint64_t>(step) * count + i);
        views.shown.push_back({rows[i], Shown::Whole, draw});
        views.labels.push_back(m_labels[static_cast<std::size_t>(rows[i])]);
    }
    if (!m_options.views) return views;
    // A picture without a box is its own object view: its embedding is taken, not computed again.
    for (std::size_t i = 0; i < count; ++i) {
        const bool boxed = m_scene.views(rows[i]).object.has_value();
        views.any_object = views.any_object || boxed;
        views.object_rows.push_back(static_cast<std::int64_t>(boxed ? views.shown.size() : i));
        if (boxed) views.shown.push_back({rows[i], Shown::Object, views.shown[i].draw});
    }
    if (m_options.loss.background <= 0) return views;
    for (std::size_t i = 0; i < count; ++i) {
        if (!m_scene.views(rows[i]).background) continue;
        views.shown.push_back({rows[i], Shown::Background, views.shown[i].draw});
        views.background_labels.push_back(views.labels[i]);
    }
    return views;
}

Tensor Learner::batch_loss(const BatchViews& views, std::map<std::string, double>& terms) const {
    const IcaAdapterSet adapters = m_adaptation->adapters();
    const Tensor all = m_scene.forward(m_scene.input(views.shown, m_augmentation), &adapters);
    const auto to_device = [&](const std::vector<std::int64_t>& values) {
        return torch::tensor(values, torch::kLong).to(m_scene.device());
    };
    LossBatch batch;
    batch.picture = all.slice(0, 0, static_cast<std::int64_t>(views.labels.size()));
    batch.labels = to_device(views.labels);
    batch.proxies = m_proxies;
    batch.background_proxies = m_background_proxies.defined() ? m_background_proxies : m_proxies;
    if (views.any_object) batch.object = all.index_select(0, to_device(views.object_rows));
    if (!views.background_labels.empty()) {
        batch.background =
            all.slice(0, all.size(0) - static_cast<std::int64_t>(views.background_labels.size()));
        batch.background_labels = to_device(views.background_labels);
    }
    return dva::loss(batch, m_options.loss, terms);
}

void Learner::learn_batch(int epoch, std::int64_t step, std::int64_t steps,
                          std::map<std::string, double>& sums) {
    std::map<std::string, double> terms;
    const Tensor total = batch_loss(draw_batch(epoch, step), terms);
    m_optimizer->zero_grad();
    total.backward();
    if (m_options.dvf_optimizer) {
        torch::nn::utils::clip_grad_value_(m_adaptation->parameters(), m_options.clip);
        torch::nn::utils::clip_grad_value_(proxies(), m_options.clip);
    } else {
        torch::nn::utils::clip_grad_norm_(m_adaptation->parameters(), m_options.clip);
    }
    const auto warm = static_cast<std::int64_t>(m_options.warm_up * static_cast<double>(steps));
    const double share = m_options.cosine
                             ? cosine_rate(step, steps, warm)
                             : std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(warm + 1));
    const double rate = m_options.rate * share;
    m_optimizer->param_groups()[0].options().set_lr(rate);
    m_optimizer->param_groups()[1].options().set_lr(rate * m_options.proxy_rate_factor);
    m_optimizer->step();
    for (const auto& [name, value] : terms) sums[name] += value;
}

Result<ValidationFigures> Learner::validate(const std::function<bool()>& stop) {
    if (m_validation_rows.empty()) return ValidationFigures{};
    const Tensor embeddings = embed(m_validation_rows, stop);
    if (!embeddings.defined()) return Error{ErrorKind::Cancelled, "The training was cancelled."};
    return probe(embeddings, m_validation_labels);
}

Tensor Learner::embed(const std::vector<std::int64_t>& rows, const std::function<bool()>& stop) const {
    const IcaAdapterSet adapters = m_adaptation->adapters();
    return m_scene.embed(rows, &adapters, stop);
}

void Learner::save(torch::serialize::OutputArchive& archive) const {
    save_best(archive);
    torch::serialize::OutputArchive optimizer;
    m_optimizer->save(optimizer);
    archive.write("optimizer", optimizer);
    put_text(archive, "sampler", m_sampler.state());
}

void Learner::load(torch::serialize::InputArchive& archive) {
    load_best(archive);
    torch::serialize::InputArchive optimizer;
    archive.read("optimizer", optimizer);
    m_optimizer->load(optimizer);
    TORCH_CHECK(m_sampler.set_state(get_text(archive, "sampler")), "no state of random numbers");
}

void Learner::save_best(torch::serialize::OutputArchive& archive) const {
    torch::serialize::OutputArchive adaptation;
    m_adaptation->save(adaptation);
    archive.write("adaptation", adaptation);
    archive.write("proxies", m_proxies);
    if (m_background_proxies.defined()) archive.write("background_proxies", m_background_proxies);
}

void Learner::load_best(torch::serialize::InputArchive& archive) {
    torch::serialize::InputArchive adaptation;
    archive.read("adaptation", adaptation);
    m_adaptation->load(adaptation);
    const torch::NoGradGuard no_grad;
    Tensor read;
    archive.read("proxies", read);
    m_proxies.copy_(read);
    if (m_background_proxies.defined()) {
        Tensor background;
        archive.read("background_proxies", background);
        m_background_proxies.copy_(background);
    }
}

FloatTensors Learner::proxy_tensors() const {
    const Tensor plain = m_proxies.detach().to(torch::kCPU).contiguous();
    FloatTensor stored;
    stored.shape = plain.sizes().vec();
    stored.values.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
    return {{"proxies", std::move(stored)}};
}

}  // namespace fieldmark::dva
