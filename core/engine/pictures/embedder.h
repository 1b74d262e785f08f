// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/image/image.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// The one loaded backbone, shared by import and queries. Any thread; calls take turns, and a waiting query
/// goes before the next import batch, so that it waits one batch at most.
class Embedder {
  public:
    explicit Embedder(std::unique_ptr<Backbone> backbone);

    const ModelInfo& info() const { return m_backbone->info(); }
    std::string engine() const { return m_backbone->engine(); }
    /// The finder whose boxes pictures are cropped to before they are prepared; empty for a model of whole
    /// pictures.
    const std::optional<std::string>& object_finder() const { return m_object_finder; }
    /// Bytes of one model input: input_width * input_height * 3.
    std::size_t input_bytes() const;

    enum class Priority { Batch, Query };
    /// pixels: (count, input_height, input_width, 3) uint8. Returns (count, dimension) L2-normalised rows.
    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count, Priority priority);

    /// What a pass computes inside (Backbone::look_inside), before the next import batch.
    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request);
    /// How often the model was asked for, and how long nobody has (0 while somebody does).
    std::int64_t turns() const { return m_turns; }
    std::chrono::steady_clock::duration idle() const;
    const Backbone& backbone() const { return *m_backbone; }  ///< for what is constant: info, traits, heads

    /// `image` (or its crop) through the model's resize recipe into `output` (input_bytes() long). Any
    /// thread.
    void prepare(const Image& image, const Crop& crop, std::span<std::uint8_t> output) const;
    /// The part of a width x height picture that prepare() shows the model of `crop`: with ResizeMode::Squash
    /// all of it.
    Crop seen_part(int width, int height, const Crop& crop) const;
    /// How many pixels both sides of a decoded picture must cover to serve `crop` at full model resolution.
    int cover_for(const Crop& crop) const;

  private:
    template <typename Work>
    auto in_turn(Priority priority, const Work& work);

    std::unique_ptr<Backbone> m_backbone;
    std::optional<std::string> m_object_finder;
    mutable std::mutex m_mutex;
    std::condition_variable m_turn;
    std::atomic<std::int64_t> m_turns = 0;
    std::chrono::steady_clock::time_point m_last_used = std::chrono::steady_clock::now();
    bool m_busy = false;
    int m_waiting_queries = 0;
};

}  // namespace fieldmark
