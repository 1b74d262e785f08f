// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private header: it includes LibTorch. Only sources of core/methods may use it.
#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/methods/dva/adaptation.h"
#include "core/methods/dva/loss.h"
#include "core/methods/dva/scene.h"
#include "core/training/epoch_loop.h"
#include "core/training/sampler.h"

namespace fieldmark::dva {

/// Every choice of the reconstruction of DVA; recipe.h says what the names mean.
struct Options {
    AdaptationOptions adaptation;
    LossOptions loss;
    bool views = true;  ///< object and background views
    std::string boxes = "stored";
    bool shared_proxies = false;  ///< the background views' are the pictures' own
    bool class_mean = true;       ///< proxies begin at the class means of the frozen embeddings
    double proxy_rate_factor = 100;
    bool dvf_optimizer = false;
    double rate = 1e-3;
    double weight_decay = 1e-4;
    double clip = 1;
    bool cosine = true;
    double warm_up = 0.05;  ///< share of all steps
    int batch_classes = 8;
    int batch_per_class = 4;
    std::string augmentation = "crop";
    int export_size = 0;  ///< input size of the new model; 0: learned_input_side()
    int patience = 0;
    bool refit = true;
    int epochs = 10;
};

/// The learning part: adapters and proxies over a frozen Scene. Also the EpochModel of run_epochs(). One
/// thread at a time; throws c10::Error.
class Learner final : public EpochModel {
  public:
    /// labels: by row, dense class 0 .. C-1, -1 for pictures that are not learned from. frozen: (rows, D),
    /// every row's embedding by the transformer as it is. `scene` outlives it.
    Learner(const Scene& scene, const Options& options, std::vector<std::int32_t> labels,
            const torch::Tensor& frozen, std::uint64_t seed);

    /// What validate() looks at; labels: of `rows`.
    void validate_on(std::vector<std::int64_t> rows, std::vector<std::int32_t> labels);

    std::map<std::string, double> train_epoch(int epoch, int epochs, const Way& way) override;
    Result<ValidationFigures> validate(const std::function<bool()>& stop) override;
    void save(torch::serialize::OutputArchive& archive) const override;
    void load(torch::serialize::InputArchive& archive) override;
    void save_best(torch::serialize::OutputArchive& archive) const override;
    void load_best(torch::serialize::InputArchive& archive) override;

    /// (rows, D) of the plain pictures with the adapters as they are; undefined where stop() said so.
    torch::Tensor embed(const std::vector<std::int64_t>& rows, const std::function<bool()>& stop = {}) const;
    const InContextAdaptation& adaptation() const { return *m_adaptation; }
    /// "proxies": (C, D).
    FloatTensors proxy_tensors() const;

  private:
    /// The views of a batch in the order in which the transformer sees them: the pictures, then the object
    /// views of those with a box, then the background views.
    struct BatchViews {
        std::vector<Shown> shown;
        std::vector<std::int64_t> labels;             ///< of the pictures
        std::vector<std::int64_t> object_rows;        ///< where each picture's object view is in `shown`
        std::vector<std::int64_t> background_labels;  ///< of the background views, the last of `shown`
        bool any_object = false;
    };

    void make_proxies(const torch::Tensor& frozen);
    torch::Tensor class_means(const torch::Tensor& frozen) const;
    void make_optimizer();
    std::vector<torch::Tensor> proxies() const;
    BatchViews draw_batch(int epoch, std::int64_t step);
    torch::Tensor batch_loss(const BatchViews& views, std::map<std::string, double>& terms) const;
    /// step: from 0 of `steps` in the whole training.
    void learn_batch(int epoch, std::int64_t step, std::int64_t steps, std::map<std::string, double>& sums);

    const Scene& m_scene;
    Options m_options;
    std::vector<std::int32_t> m_labels;
    std::uint64_t m_seed;
    PkSampler m_sampler;
    Augmentation m_augmentation;
    std::vector<std::int64_t> m_rows;  ///< learned from
    std::int64_t m_classes = 0;
    std::shared_ptr<InContextAdaptation> m_adaptation;
    torch::Tensor m_proxies;             ///< P
    torch::Tensor m_background_proxies;  ///< P_b; undefined where shared or without background views
    std::unique_ptr<torch::optim::Optimizer> m_optimizer;
    std::vector<std::int64_t> m_validation_rows;
    std::vector<std::int32_t> m_validation_labels;
};

}  // namespace fieldmark::dva
