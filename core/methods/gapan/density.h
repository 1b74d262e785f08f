// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark::gapan {

/// The appearance densities that a GAPan training leaves beside its model: flow, class priors and what
/// held-out pictures scored. Answers how an embedding fits the classes and draws appearance anchors. No
/// LibTorch type here. Densities are natural logarithms per dimension, log p(v | c) / D with v = sqrt(D) u;
/// percentiles run from 0 to 100 and are what people should see (raw densities say little by themselves).
/// Const; any thread.
class Density {
  public:
    static constexpr const char* kFile = "density.safetensors";

    /// Reads MODEL_FOLDER/density.safetensors. NotFound: the model was not made by GAPan; Damaged.
    static Result<Density> load(const std::string& model_folder);
    static Result<Density> parse(std::vector<std::byte> bytes, const std::string& path);
    ~Density();
    Density(Density&&) noexcept;
    Density& operator=(Density&&) noexcept;

    const std::vector<std::string>& classes() const;
    int dimension() const;
    int class_index(const std::string& name) const;  ///< -1: not one of them
    /// Whether the class had so few pictures (under 5) that its spread is shared and its anchors are
    /// unreliable.
    bool few_pictures(int class_index) const;
    int pictures() const;  ///< learned from, of all classes; a fifth of each was held out

    /// embeddings: (count, dimension) unit rows. Returns (count, classes).
    Result<std::vector<float>> log_density(std::span<const float> embeddings, std::size_t count) const;

    struct Anchors {
        std::vector<float> vectors;      ///< (count, dimension) unit rows: queries for "search by anchor"
        std::vector<float> log_density;  ///< (count) of their own class
    };
    /// normalize(f^-1(mu + T sigma eps)); the same for the same seed. T 0 gives the mode, count times.
    Result<Anchors> anchors(int class_index, int count, double temperature, std::uint64_t seed) const;

    /// Where a density of its own class stands among held-out pictures of that class (of all classes where it
    /// had fewer than 20 held out). Low: unusual for its class.
    double typicality(int class_index, double log_density) const;
    /// How well an embedding fits any known class, as a percentile among held-out pictures; low: novel. By
    /// the best class density, or by the cosine to the nearest class centroid where that told unknown classes
    /// apart better when the model was made (novelty_by()). log_densities: (classes) of the embedding.
    double novelty(std::span<const float> embedding, std::span<const float> log_densities) const;
    const std::string& novelty_by() const;  ///< "density" or "centroid"

    struct Verdict {
        double typicality = 0;
        double novelty = 0;
        double mislabel = 0;  ///< best other class's density less that of its own; above 0: fits better there
        int better_class = -1;
        bool doubtful = false;  ///< mislabel above 0 and typicality below 1
    };
    /// One labelled embedding; log_densities (classes) as log_density() gives them.
    Verdict judge(std::span<const float> embedding, std::span<const float> log_densities,
                  int class_index) const;

  private:
    struct Impl;
    explicit Density(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark::gapan
