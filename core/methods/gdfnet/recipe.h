// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "core/training/training_data.h"

namespace fieldmark {

/// Options are known, bits are 1 to 128, and the base has a feature map of its own. Usage.
Status check_gdfnet(const TrainingSettings& settings, const ModelInfo& base);

/// Learns by a reconstruction of GDF-Net (Graph-based Discriminative Features Learning for Fine-grained Image
/// Retrieval, Signal Processing: Image Communication 110, 2022): the backbone stays frozen, its last map is
/// cached; a KNN graph over the map's positions gives a feature f (core/models/gdfnet_network.h), a hash
/// layer on it a binary code of settings.bits bits (hash_losses.h, learner.h). The result is a model of the
/// kind "gdfnet" that stands on the unchanged base: it gives f, L2-normalised, and the codes follow from f.
///
/// `data.base` is a model with a feature map; `data.image_cache` holds the pictures. Validates by Recall@1
/// and MAP@R of the *codes*: on classes carved out, and on pictures left out of the classes learned from (a
/// sixth of each, at least one where it has three); the mean of both. Epoch 0, the ITQ codes of the frozen
/// embedding, is a candidate. Then, with refit, learns once more from everything for as many epochs as were
/// best. Where epoch 0 stays best nothing is written and the outcome says so. The outcome's before, after and
/// queries are those of f on the carved-out classes; its history and note tell of the codes.
///
/// Options (settings.options), with their defaults:
///   graph edge|gcn (edge), skip pooled|none (pooled), layers 2, neighbours 9, width 256, features 512
///   quantization 0.1, balance 0.1, pairs 1, magnitude 0 (weights of L_q, L_bb, L_c, mean (|h| - 1)^2),
///   gamma 20, slope 4, whitening 0.5
///   rate 1e-3, skip_factor 1, weight_decay 1e-4, batch_classes 16, batch_per_class 4, mirror true (mirror
///   images as well), patience 0, refit true
///
/// Errors as TrainFunction (core/training/training_data.h).
Result<TrainingOutcome> train_gdfnet(const TrainingData& data, const TrainingSettings& settings,
                                     const TrainingTarget& target, const TrainingObserver& observer,
                                     std::stop_token stop);

}  // namespace fieldmark
