// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/base/result.h"
#include "core/models/manifest.h"
#include "core/training/head_learner.h"
#include "core/training/option_reader.h"
#include "core/training/training.h"
#include "core/training/training_data.h"
#include "core/training/validation_split.h"

namespace fieldmark {

// All of a network learns, from pictures: AdamW, one-cycle, P x K batches, BatchNorm's statistics frozen. Any
// Objective serves, the same as for a head on cached features.

/// The options of the same names, with their defaults and ranges, are read by read_network_options().
struct NetworkOptions {
    int epochs = 14;
    double rate = 2e-4;                 ///< AdamW's peak, one-cycle
    double weight_decay = 1e-4;         ///< of the convolutions' weights
    double clip = 3;                    ///< of the gradient's norm
    int classes = 12;                   ///< batch_classes
    int per_class = 4;                  ///< batch_per_class
    int frozen_blocks = 0;              ///< see TrainableNetworkOptions
    int size = 0;                       ///< pixels a side while learning; 0: the base's input size
    std::string augmentation = "crop";  ///< none, crop, dvf, resized
    double crop_share = 224.0 / 248.0;  ///< of the picture's side, for "crop" and "dvf"
    int export_size = 0;                ///< input size of the new model; 0: learned_input_side()
    int patience = 0;                   ///< epochs without a better one before it stops; 0: never
    bool refit = true;                  ///< learn once more on all classes, for as many epochs as were best
    std::string device = "auto";        ///< auto, cpu, cuda
    bool own_kernels = true;
    bool mixed = true;       ///< bfloat16 on a GPU
    bool embed_all = false;  ///< give the embeddings of LearnedNetwork; the method's wish, not read
};
NetworkOptions read_network_options(OptionReader& reader, const TrainingSettings& settings,
                                    const NetworkOptions& defaults = {});

/// What came out. Embeddings are (count, D), not normalised, of the plain pictures; undefined without
/// embed_all.
struct LearnedNetwork {
    TrainingOutcome outcome;
    ValidationSplit split;
    torch::Tensor checked_embeddings;  ///< by the network that was validated
    torch::Tensor embeddings;          ///< by the final one
    std::vector<std::byte> weights;    ///< a safetensors file with the base's names; empty: stays_with_base()
    int input_size = 0;
};

/// Learns from data.image_cache on the weights of data.base (data.base.path: its folder): validates after
/// each epoch on classes carved out, keeps the best epoch, then refits on all classes for that many epochs.
/// Checkpoints after every epoch of both; a resumed training gives what an uninterrupted one gives, with the
/// same number of threads. Usage where the base cannot learn as a whole, or the objective wants a moving mean
/// of the encoder.
Result<LearnedNetwork> learn_network(const TrainingData& data, const TrainingSettings& settings,
                                     const NetworkOptions& options, const ObjectiveFactory& objective,
                                     const TrainingTarget& target, const TrainingObserver& observer,
                                     std::stop_token stop);

/// Writes what was learned as a model of the base's kind into the target's models folder and removes the
/// checkpoints.
Result<Manifest> write_network_model(const TrainingTarget& target, const TrainingData& data,
                                     const TrainingSettings& settings, const LearnedNetwork& learned,
                                     std::map<std::string, std::vector<std::byte>> beside = {},
                                     const std::map<std::string, double>& further = {});

}  // namespace fieldmark
