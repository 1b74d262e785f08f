// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/model_registry.h"

namespace fieldmark {

// Which engine, precision, how many threads and how large a batch are fastest depends on the machine; whether
// an engine may be used depends on what it computes. Both are found out once for each model, processor and
// version of the program, and kept in the user's data folder.

/// One way to run a backbone, and what it gave.
struct MeasuredWay {
    std::string engine;  ///< as Backbone::engine() says
    bool fused = true;   ///< with the next two: BackboneOptions
    bool own_kernels = true;
    std::string device = "cpu";
    int threads = 0;
    int batch = 0;
    double images_per_second = 0;
    /// Recall@10 of its neighbours against those of LibTorch's plain operators in fp32, over the sample; 1 is
    /// full agreement.
    double agreement = 0;
    std::string precision = "fp32";  ///< "fp32", "int16", "fp16" or "bf16", as in BackboneOptions
};

struct SelfMeasurement {
    std::string model;  ///< its hash
    std::string name;
    std::string processor;
    std::string version;
    MeasuredWay best;                ///< the fastest one that agrees
    std::vector<MeasuredWay> tried;  ///< in the order of trying, `best` among them
};

struct SelfMeasureSettings {
    double seconds = 0.4;  ///< of timing for each way, after a warm-up
    double least_agreement = 0.999;
    int threads = 0;  ///< the most to try; 0: as many as there are cores
    /// Gives up to `most` of the user's own pictures, whose ranks are what has to agree: (count,
    /// input_height, input_width, 3). Asked for some hundreds only where a precision rounds. With too few,
    /// generated ones take their place.
    std::function<std::vector<std::uint8_t>(std::size_t most)> sample = {};
    std::function<double()> clock = {};  ///< seconds; empty: the system's (tests bring their own)
    std::function<bool()> stop = {};     ///< asked between batches
    std::function<void(const std::string& way)> said = {};  ///< what is measured now
};

using LoadBackbone = std::function<Result<std::unique_ptr<Backbone>>(const BackboneOptions&)>;

/// Loads the backbone once for each engine, asks for agreement, times, and tries threads and batches with the
/// fastest one. Some seconds of all cores. Runs on the calling thread. Cancelled after `stop`; otherwise the
/// loader's or the backbone's error where not even the plain operators run.
Result<SelfMeasurement> measure_backbone(const ModelInfo& info, const LoadBackbone& load,
                                         const SelfMeasureSettings& settings = {});

/// Recall@k of `candidate`'s neighbours against `reference`'s, both (count, dimension) of unit rows, over all
/// rows; a row is no neighbour of itself. A neighbour counts where the reference's own similarity to it is
/// not below that of its k-th one, less 1e-5: which of two that are equally near comes first says nothing.
double rank_agreement(std::span<const float> reference, std::span<const float> candidate, int count,
                      int dimension, int k = 10);

/// (count, height, width, 3): blurred coloured spots and stripes, the same in every call.
std::vector<std::uint8_t> generated_pictures(int count, int width, int height);

/// The processor's name and number of cores, and CUDA where there is such a device.
std::string processor_name();

/// Where measurements are kept: fieldmark/measurements.json in the user's data folder; "" without a home.
std::string measurements_file();

/// The measurement of this model on this processor by this version, if there is one; a damaged file counts as
/// none.
std::optional<SelfMeasurement> stored_measurement(const ModelInfo& info,
                                                  const std::string& file = measurements_file());
/// Replaces that model's, keeps the others'.
Status store_measurement(const SelfMeasurement& measurement, const std::string& file = measurements_file());

/// `options` with what was measured in place of what they leave open: an engine, precision or device that was
/// asked for, and a number of threads, stay.
BackboneOptions measured_options(const ModelInfo& info, BackboneOptions options = {},
                                 const std::string& file = measurements_file());
/// The model as measured_options() says; with `options` alone where a measurement names a way that this
/// machine does not have (a file from elsewhere, another processor of the same name), and on the CPU where a
/// device has not enough free memory for the model and none was asked for. Errors as
/// ModelRegistry::load.
Result<std::unique_ptr<Backbone>> load_measured(const ModelRegistry& registry, const ModelInfo& info,
                                                const BackboneOptions& options = {},
                                                const std::string& file = measurements_file());
/// Pictures to embed together on a large job; 16 where nothing was measured.
int measured_batch(const ModelInfo& info, const std::string& file = measurements_file());

}  // namespace fieldmark
