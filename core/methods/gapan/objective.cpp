// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/objective.h"

#include <algorithm>

#include "core/training/losses.h"
#include "core/training/proxies.h"

namespace fieldmark::gapan {

using torch::Tensor;

namespace {

constexpr std::int64_t kAllClasses =
    4096;  ///< anchors drawn at once; with more, for the batch's classes only

}  // namespace

int anchors_for(const std::vector<int>& class_sizes) {
    // What a few pictures say of a class is too little for more.
    constexpr int kFewPictures = 5, kFewAnchors = 4, kAnchors = 8;
    const bool few =
        std::all_of(class_sizes.begin(), class_sizes.end(), [](int size) { return size <= kFewPictures; });
    return few ? kFewAnchors : kAnchors;
}

int anchors_for(const TrainingData& data) {
    std::vector<int> sizes(data.classes.size());
    for (const std::int32_t label : data.labels) ++sizes[static_cast<std::size_t>(label)];
    return anchors_for(sizes);
}

Options read_options(OptionReader& reader, const Options& defaults) {
    Options options = defaults;
    const auto align = alignment_from_name(
        reader.choice("align", to_string(defaults.align), {"profile_kl", "infonce", "pull", "none"}));
    if (align) options.align = *align;
    options.symmetric = reader.flag("symmetric", defaults.symmetric);
    options.ema = reader.flag("ema", defaults.ema);
    options.ema_share = reader.number("ema_share", defaults.ema_share, 1e-6, 1);
    options.beta = reader.number("beta", defaults.beta, 0, 1000);
    options.temperature = reader.number("temperature", defaults.temperature, 0, 2);
    options.anchor_cut = reader.number("anchor_cut", defaults.anchor_cut, 0.05, 1);
    options.align_tau = reader.number("align_tau", defaults.align_tau, 1e-3, 10);
    options.anchors = reader.integer("anchors", defaults.anchors, 0, 256);
    const std::string fallback = defaults.aux == Auxiliary::Spherical  ? "sph"
                                 : defaults.aux == Auxiliary::ProxyNca ? "pnca"
                                                                       : "proxy_anchor";
    const std::string aux = reader.choice("aux", fallback, {"sph", "pnca", "proxy_anchor"});
    options.aux = aux == "sph"    ? Auxiliary::Spherical
                  : aux == "pnca" ? Auxiliary::ProxyNca
                                  : Auxiliary::ProxyAnchor;
    options.aux_tau = reader.number("aux_tau", defaults.aux_tau, 1e-3, 10);
    options.aux_sum =
        reader.choice("aux_reduction", defaults.aux_sum ? "sum" : "mean", {"mean", "sum"}) == "sum";
    options.aux_weight = reader.number("aux_weight", defaults.aux_weight, 0, 1000);
    options.proxy_weight = reader.number("proxy_weight", defaults.proxy_weight, 0, 1000);
    options.proxy_rate = reader.number("proxy_rate", defaults.proxy_rate, 1e-6, 1e6);
    options.class_mean = reader.choice("proxy_init", defaults.class_mean ? "class_mean" : "random",
                                       {"class_mean", "random"}) == "class_mean";
    options.warm_up = reader.integer("warm_up", defaults.warm_up, 1, 100'000);
    options.blocks = reader.integer("flow_blocks", defaults.blocks, 1, 64);
    options.hidden = reader.integer("flow_hidden", defaults.hidden, 1, 16384);
    options.flow_rate = reader.number("flow_rate", defaults.flow_rate, 1e-8, 1);
    options.noise = reader.number("noise", defaults.noise, 0, 10);
    return options;
}

GapanObjective::GapanObjective(const Options& options, const std::vector<int>& class_sizes,
                               const Tensor& start, const Tensor& labels, std::uint64_t seed)
    : m_options(options), m_generator(at::make_generator<at::CPUGeneratorImpl>(seed)) {
    const auto classes = static_cast<std::int64_t>(class_sizes.size());
    if (m_options.anchors == 0) m_options.anchors = anchors_for(class_sizes);
    if (m_options.aux != Auxiliary::Spherical || m_options.proxy_weight > 0) {
        m_proxies = m_options.class_mean ? class_means(start, labels, classes)
                                         : random_proxies(classes, start.size(1), seed).to(start.device());
        m_proxies.set_requires_grad(true);
    }
    m_centroids = class_means(start, labels, classes);
    if (!uses_flow()) return;
    FlowOptions flow;
    flow.dimension = start.size(1);
    flow.blocks = m_options.blocks;
    flow.hidden = m_options.hidden;
    flow.seed = seed;
    m_flow = Flow(flow);
    m_prior = Prior(class_sizes, start.size(1));
    m_flow->to(start.device());
    m_prior->to(start.device());
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(m_flow->parameters());
    groups.emplace_back(m_prior->parameters());
    m_optimizer = std::make_unique<torch::optim::AdamW>(
        groups, torch::optim::AdamWOptions(m_options.flow_rate).weight_decay(1e-5));
    static_cast<torch::optim::AdamWOptions&>(m_optimizer->param_groups()[1].options()).weight_decay(0);
}

void GapanObjective::begin_epoch(int epoch, int epochs) {
    m_epoch = epoch;
    const int warm_up =
        epochs < 25 ? std::min(m_options.warm_up, std::max(1, epochs / 5)) : m_options.warm_up;
    m_aligns = uses_flow() && epoch > warm_up;
}

Tensor GapanObjective::loss(const ObjectiveBatch& batch, std::map<std::string, double>& terms) {
    const Tensor total = auxiliary_loss(batch, terms);
    if (!m_aligns) return total;
    return total + m_options.beta * alignment_loss(losses::unit(batch.embeddings), batch.labels, terms);
}

Tensor GapanObjective::auxiliary_loss(const ObjectiveBatch& batch,
                                      std::map<std::string, double>& terms) const {
    Tensor aux;
    switch (m_options.aux) {
        case Auxiliary::Spherical:
            aux = losses::spherical_contrastive(batch.embeddings, batch.per_class, m_options.aux_tau,
                                                m_options.aux_sum);
            break;
        case Auxiliary::ProxyNca:
            aux = losses::proxy_nca(batch.embeddings, m_proxies, batch.labels);
            break;
        case Auxiliary::ProxyAnchor:
            aux = losses::proxy_anchor(batch.embeddings, m_proxies, batch.labels);
            break;
    }
    terms["aux"] = aux.item<double>();
    Tensor total = m_options.aux_weight * aux;
    if (m_options.aux == Auxiliary::Spherical && m_options.proxy_weight > 0) {
        const Tensor proxy = losses::proxy_nca(batch.embeddings, m_proxies, batch.labels);
        terms["proxy"] = proxy.item<double>();
        total = total + m_options.proxy_weight * proxy;
    }
    return total;
}

Tensor GapanObjective::alignment_loss(const Tensor& u, Tensor labels, std::map<std::string, double>& terms) {
    const std::int64_t all = m_prior->mu.size(0);
    Tensor classes = torch::arange(all, labels.options());
    if (all * m_options.anchors > kAllClasses) {
        const auto unique = at::_unique(labels, true, true);
        classes = std::get<0>(unique);
        labels = std::get<1>(unique);
    }
    const Tensor anchors = draw_anchors(*m_flow, *m_prior, classes, m_options.anchors, m_options.temperature,
                                        m_generator, m_options.anchor_cut);
    Tensor align;
    switch (m_options.align) {
        case Alignment::None:
            return torch::zeros({}, u.options());
        case Alignment::ProfileKl: {
            const Tensor choice = torch::randint(m_options.anchors, {labels.size(0)}, m_generator,
                                                 torch::TensorOptions().dtype(torch::kLong))
                                      .to(labels.device());
            align = profile_kl(u, anchors, labels, choice, m_options.align_tau, m_options.symmetric);
            break;
        }
        case Alignment::InfoNce:
            align = infonce(u, anchors, labels, m_options.align_tau);
            break;
        case Alignment::Pull:
            align = pull(u, anchors, labels, m_options.align_tau);
            break;
    }
    {
        const torch::NoGradGuard no_grad;
        const Tensor flat = anchors.reshape({-1, anchors.size(2)});
        const Tensor nearest = flat.mm(m_centroids.t()).argmax(1);
        terms["own_anchors"] =
            (nearest == classes.repeat_interleave(m_options.anchors)).to(torch::kFloat).mean().item<double>();
        const Tensor v = flow_input(u);
        terms["inverse_error"] = (m_flow->inverse(m_flow->forward(v).z) - v).abs().max().item<double>();
    }
    terms["align"] = align.item<double>();
    return align;
}

std::vector<Tensor> GapanObjective::parameters() {
    if (!m_proxies.defined()) return {};
    return {m_proxies};
}

void GapanObjective::own_step(const Tensor& embeddings, const Tensor& labels,
                              std::map<std::string, double>& terms) {
    if (!uses_flow()) return;
    // Detached here as well: a likelihood that reached the encoder would reward it for shrinking its
    // features.
    Tensor v = flow_input(embeddings.detach());
    v = v + m_options.noise * torch::randn(v.sizes(), m_generator, torch::TensorOptions()).to(v.device());
    // The means stand at 0 until the first pass has shown where the classes lie.
    const Tensor mu = m_epoch <= 1 ? m_prior->mu.detach() : m_prior->mu;
    const Tensor loss = negative_log_likelihood(m_flow->forward(v), labels, mu, m_prior->log_sigma());
    terms["nll"] = loss.item<double>();
    m_optimizer->zero_grad();
    loss.backward();
    std::vector<Tensor> parameters = m_flow->parameters();
    for (const Tensor& parameter : m_prior->parameters()) parameters.push_back(parameter);
    torch::nn::utils::clip_grad_norm_(parameters, 1);
    m_optimizer->step();
}

bool GapanObjective::wants_embeddings(int /*epoch*/) const {
    // After the first epoch for the priors' means, later for the centroids that anchors are judged by.
    return uses_flow();
}

void GapanObjective::end_epoch(int epoch, const Tensor& embeddings, const Tensor& labels) {
    if (!embeddings.defined()) return;
    const torch::NoGradGuard no_grad;
    m_centroids = class_means(embeddings, labels, m_centroids.size(0));
    // They have no gradient before, hence no moments that would have to be forgotten.
    if (epoch == 1) m_prior->set_means(m_flow->forward(flow_input(embeddings)).z, labels);
}

void GapanObjective::save(torch::serialize::OutputArchive& archive) const {
    archive.write("centroids", m_centroids, true);
    archive.write("generator", m_generator.get_state(), true);
    if (m_proxies.defined()) archive.write("proxies", m_proxies);
    if (!uses_flow()) return;
    torch::serialize::OutputArchive flow, prior, optimizer;
    m_flow->save(flow);
    m_prior->save(prior);
    m_optimizer->save(optimizer);
    archive.write("flow", flow);
    archive.write("prior", prior);
    archive.write("flow_optimizer", optimizer);
}

void GapanObjective::load(torch::serialize::InputArchive& archive) {
    const torch::NoGradGuard no_grad;
    Tensor centroids, state;
    archive.read("centroids", centroids, true);
    m_centroids.copy_(centroids);
    archive.read("generator", state, true);
    m_generator.set_state(state);
    if (m_proxies.defined()) {
        Tensor proxies;
        archive.read("proxies", proxies);
        m_proxies.copy_(proxies);
    }
    if (!uses_flow()) return;
    torch::serialize::InputArchive flow, prior, optimizer;
    archive.read("flow", flow);
    archive.read("prior", prior);
    archive.read("flow_optimizer", optimizer);
    m_flow->load(flow);
    m_prior->load(prior);
    m_optimizer->load(optimizer);
}

}  // namespace fieldmark::gapan
