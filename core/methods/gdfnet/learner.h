// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private header: it includes LibTorch. Only sources of core/methods and of benchmarks may use it.
#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/methods/gdfnet/map_cache.h"
#include "core/models/gdfnet_network.h"
#include "core/training/epoch_loop.h"
#include "core/training/sampler.h"

namespace fieldmark {

/// Every choice of the reconstruction of GDF-Net; defaults were chosen on validation classes and pictures
/// (docs/methods-gdfnet.md).
struct GdfNetOptions {
    GdfNetShape shape;
    int epochs = 10;
    int batch_classes = 16;
    int batch_per_class = 4;
    double rate = 1e-3;      ///< AdamW, cosine
    double skip_factor = 1;  ///< the rate of W_p, which starts from the frozen embedding, against the others
    double weight_decay = 1e-4;
    double quantization = 0.1;  ///< weight of L_q
    double magnitude = 0;       ///< weight of mean (|h| - 1)^2
    double balance = 0.1;       ///< weight of L_bb
    double pairs = 1;           ///< weight of L_c
    double gamma = 20;          ///< of the Cauchy terms
    double slope = 4;           ///< s of tanh(s z) at the end; 1 at the start, s^2 grows evenly
    double whitening = 0.5;     ///< W_p starts at the principal directions / (singular values)^whitening
};

/// The learning part: maps in, codes out. Also the EpochModel of run_epochs(). One thread at a time; throws
/// c10::Error.
///
/// Loss of a batch: CE(W_c h, y) + 0.1 L_q + 0.1 L_bb + L_c, h = tanh(s hash(f)). The start needs no label:
/// W_p whitened principal directions, W_h and b_h the ITQ codes of the f they give; epoch 0 thus has ITQ
/// codes, which learning has to beat.
///
/// Beside the terms of the loss its reports name "certainty" (mean |h|) and, of the codes of the classes to
/// check on, "flipped_bits" (share of bits that this epoch turned over), "dead_bits" (share of bits that are
/// the same in 95 of 100 pictures) and "twin_bits" (share of bits that go with an earlier one, correlation
/// above 0.95 or below -0.95).
class GdfNetLearner final : public EpochModel {
  public:
    /// labels: (pictures) dense class 0 .. C-1, -1 for pictures that are not learned from. `maps` outlives
    /// it. Usage: fewer pictures to learn from than bits.
    static Result<std::unique_ptr<GdfNetLearner>> create(const MapCache& maps,
                                                         std::vector<std::int32_t> labels,
                                                         const GdfNetOptions& options, std::uint64_t seed);

    /// What validate() looks at: pictures of classes that are not learned from, each a query among them, and
    /// pictures left out of the classes that are (`known`), as queries against those learned from. labels:
    /// the true classes of all pictures.
    void validate_on(std::vector<std::int64_t> unseen, std::vector<std::int64_t> known,
                     std::vector<std::int32_t> labels);

    std::map<std::string, double> train_epoch(int epoch, int epochs, const Way& way) override;
    /// Recall@1 and MAP@R of the binary codes by Hamming distance, the mean of both kinds of pictures where
    /// both were given: codes are used on known classes most of all, but must not be lost on new ones.
    Result<ValidationFigures> validate(const std::function<bool()>& stop) override;

    void save(torch::serialize::OutputArchive& archive) const override;
    void load(torch::serialize::InputArchive& archive) override;
    void save_best(torch::serialize::OutputArchive& archive) const override;
    void load_best(torch::serialize::InputArchive& archive) override;

    /// f of the plain views, L2-normalised: (rows, features).
    torch::Tensor embed(const std::vector<std::int64_t>& rows);
    /// Packed codes of such embeddings, through the hash layer as an index has it.
    std::vector<std::uint64_t> codes(const torch::Tensor& embeddings);
    /// The backbone's own embedding of the plain views: (rows, channels).
    torch::Tensor frozen(const std::vector<std::int64_t>& rows) const;

    GdfNetImpl& network() { return *m_network; }
    std::int64_t parameters() const;

  private:
    GdfNetLearner(const MapCache& maps, std::vector<std::int32_t> labels, const GdfNetOptions& options,
                  std::uint64_t seed);
    Status start();
    torch::Tensor batch(const std::vector<std::int64_t>& rows, bool any_view);
    /// (n, bits) values -> packed codes.
    std::vector<std::uint64_t> pack(const torch::Tensor& values) const;
    /// The values whose signs are the codes of the unseen pictures, (n, bits); kept until the weights change.
    const torch::Tensor& unseen_values();
    void make_rows_orthonormal();

    const MapCache& m_maps;
    std::vector<std::int32_t> m_labels;
    GdfNetOptions m_options;
    std::uint64_t m_seed;
    std::vector<std::int64_t> m_fit;
    PkSampler m_sampler;
    Random m_random;
    GdfNet m_network = nullptr;
    torch::nn::Linear m_classes = nullptr;
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
    std::vector<std::int64_t> m_unseen, m_known;
    std::vector<std::int32_t> m_true_labels;
    torch::Tensor m_unseen_values;  ///< undefined: not known of the weights as they are
};

}  // namespace fieldmark
