// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/base/crop.h"
#include "core/base/result.h"
#include "core/image/image.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// The one loaded backbone, shared by import and queries. Any thread; calls take turns, and a waiting query goes
/// before the next import batch, so that it waits one batch at most.
class Embedder {
  public:
    explicit Embedder(std::unique_ptr<Backbone> backbone);

    const ModelInfo& info() const { return m_backbone->info(); }
    std::string engine() const { return m_backbone->engine(); }
    /// Bytes of one model input: input_width * input_height * 3.
    std::size_t input_bytes() const;

    enum class Priority { Batch, Query };
    /// pixels: (count, input_height, input_width, 3) uint8. Returns (count, dimension) L2-normalised rows.
    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count, Priority priority);

    /// `image` (or its crop) through the model's resize recipe into `output` (input_bytes() long). Any thread.
    void prepare(const Image& image, const Crop& crop, std::span<std::uint8_t> output) const;
    /// How many pixels both sides of a decoded picture must cover to serve `crop` at full model resolution.
    int cover_for(const Crop& crop) const;

  private:
    std::unique_ptr<Backbone> m_backbone;
    std::mutex m_mutex;
    std::condition_variable m_turn;
    bool m_busy = false;
    int m_waiting_queries = 0;
};

}  // namespace fieldmark
