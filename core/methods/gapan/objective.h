// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/methods/gapan/alignment.h"
#include "core/methods/gapan/flow.h"
#include "core/methods/gapan/prior.h"
#include "core/training/objective.h"
#include "core/training/option_reader.h"
#include "core/training/training_data.h"

namespace fieldmark::gapan {

enum class Auxiliary { Spherical, ProxyNca, ProxyAnchor };  ///< L_aux: sph, pnca, proxy_anchor

/// M where it is not given: 8 a class, 4 where none has more than five pictures. A training asks once, of all
/// its classes, so that the second learning has what the first one had.
int anchors_for(const std::vector<int>& class_sizes);
int anchors_for(const TrainingData& data);

/// The method's options by name, with defaults; read_options() reads them.
struct Options {
    Alignment align = Alignment::ProfileKl;  ///< align: profile_kl, infonce, pull, none
    bool symmetric = false;                  ///< symmetric: + KL(q || p)
    bool ema = false;                        ///< ema: flow and anchors follow a moving mean of the encoder
    double ema_share = 0.01;                 ///< ema_share: alpha of the moving mean
    double beta = 1;                         ///< beta: L = L_aux + beta L_ali
    double temperature = 0.8;                ///< temperature: T of the anchors
    double anchor_cut = 1;                 ///< anchor_cut: share of a Gaussian, from its middle, to draw from
    double align_tau = 0.1;                ///< align_tau
    int anchors = 0;                       ///< anchors: M a class; 0: anchors_for()
    Auxiliary aux = Auxiliary::Spherical;  ///< aux: sph, pnca, proxy_anchor
    double aux_tau = 0.1;                  ///< aux_tau: of the spherical contrastive loss
    bool aux_sum = false;                  ///< aux_reduction: mean or sum over slot pairs
    double aux_weight = 1;                 ///< aux_weight
    double proxy_weight = 0;               ///< proxy_weight: ProxyNCA++ beside a spherical L_aux
    double proxy_rate = 100;               ///< proxy_rate: times the encoder's rate
    bool class_mean = true;                ///< proxy_init: class_mean or random
    int warm_up = 5;          ///< warm_up: epochs of L_aux alone; a fifth of them where fewer than 25
    int blocks = 4;           ///< flow_blocks: K
    int hidden = 256;         ///< flow_hidden: H
    double flow_rate = 1e-3;  ///< flow_rate: AdamW of flow and priors
    double noise = 0.1;       ///< noise: added to the flow's input while it learns
};
Options read_options(OptionReader& reader, const Options& defaults = {});

/// GAPan's objective: L_aux + beta L_ali for the encoder, exact likelihood of flow and priors on detached
/// embeddings by an optimiser of their own. In the first epochs ("warm-up") L_aux alone; after the first the
/// priors' means are set to the class means of f(v).
///
/// Terms it reports: "aux", "align", "nll" and, from the first epoch with anchors, "own_anchors" (share of
/// anchors nearest to the centroid of their own class) and "inverse_error" (max |f^-1(f(v)) - v| of a batch).
class GapanObjective final : public Objective {
  public:
    /// class_sizes: of the classes learned from. start (N, D), labels (N): the embeddings before any step.
    GapanObjective(const Options& options, const std::vector<int>& class_sizes, const torch::Tensor& start,
                   const torch::Tensor& labels, std::uint64_t seed);

    void begin_epoch(int epoch, int epochs) override;
    torch::Tensor loss(const ObjectiveBatch& batch, std::map<std::string, double>& terms) override;
    std::vector<torch::Tensor> parameters() override;
    double rate_factor() const override { return m_options.proxy_rate; }
    void own_step(const torch::Tensor& embeddings, const torch::Tensor& labels,
                  std::map<std::string, double>& terms) override;
    bool wants_embeddings(int epoch) const override;
    void end_epoch(int epoch, const torch::Tensor& embeddings, const torch::Tensor& labels) override;
    double slow_share() const override { return uses_flow() && m_options.ema ? m_options.ema_share : 0; }
    void save(torch::serialize::OutputArchive& archive) const override;
    void load(torch::serialize::InputArchive& archive) override;

    Flow flow() const { return m_flow; }
    Prior prior() const { return m_prior; }

  private:
    bool uses_flow() const { return m_options.align != Alignment::None; }
    /// L_aux, weighted, with the proxies beside it.
    torch::Tensor auxiliary_loss(const ObjectiveBatch& batch, std::map<std::string, double>& terms) const;
    /// L_ali with freshly drawn anchors. u (B, D): unit embeddings with gradient.
    torch::Tensor alignment_loss(const torch::Tensor& u, torch::Tensor labels,
                                 std::map<std::string, double>& terms);

    Options m_options;
    int m_epoch = 0;
    bool m_aligns = false;
    torch::Tensor m_proxies;    ///< undefined unless a proxy loss is asked for
    torch::Tensor m_centroids;  ///< (C, D) unit, of the last look at all embeddings
    Flow m_flow{nullptr};
    Prior m_prior{nullptr};
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
    mutable at::Generator m_generator;
};

}  // namespace fieldmark::gapan
