// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "core/training/training_data.h"

namespace fieldmark {

/// Learns by a reconstruction of DVA (Fine-grained Image Retrieval via Dual-Vision Adaptation, AAAI 2026,
/// arXiv 2506.16273): a vision transformer stays frozen, small adapters beside its queries and keys change
/// what attention looks at (core/methods/dva/adaptation.h); in training a picture also comes as an object
/// view and a background view (views.h), and what the object view knows is distilled into the plain picture's
/// path (loss.h). Searching takes one pass and no detector. The result is a model of kind "ica": adapters of
/// 0.3 to 2.4 MB that stand on the unchanged base.
///
/// `data.base` must be of kind "vit"; `data.image_cache` holds the pictures and, where known, object boxes.
/// Validates on classes carved out, epoch 0 (the frozen model) being a candidate; then, with refit, learns
/// once more on all classes for as many epochs as were best. Where the frozen model stays best nothing is
/// written and the outcome says so.
///
/// Options (settings.options), with their defaults:
///   rank 16, activation gelu|relu|identity (gelu), shared false, last_blocks 0 (all), final_norm false
///   views object|none (object), boxes stored|attention|none (stored; attention: where a picture has no box,
///     the frozen transformer's own attention gives one), proxies separate|shared (separate)
///   background_weight 0.5, transfer kl|cosine|mse (kl), transfer_weight 1, temperature 2, contrastive 0
///   proxy_init random|class_mean (class_mean), proxy_rate_factor 100
///   optimizer adamw|dvf (adamw; dvf: Adam with eps 1, rate 0.03, proxies at 400, constant, values clipped at
///     10), rate 1e-3, weight_decay 1e-4, clip 1, schedule cosine|constant (cosine), warm_up 0.05
///   batch_classes 8, batch_per_class 4, augmentation none|crop|dvf|resized (crop), patience 0, refit true
///
/// Errors as TrainFunction (core/training/training_data.h).
Result<TrainingOutcome> train_dva(const TrainingData& data, const TrainingSettings& settings,
                                  const TrainingTarget& target, const TrainingObserver& observer,
                                  std::stop_token stop);

/// What train_dva() would refuse without looking at a picture: options and the kind of `base`. Usage.
Status check_dva(const TrainingSettings& settings, const ModelInfo& base);

}  // namespace fieldmark
