// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/models/mobile_kernels.h"
#include "core/models/mobile_network.h"
#include "core/models/picture_team.h"

namespace fieldmark {

/// A MobileNetwork on the CPU. An inverted-residual block (expand, depth-wise, project) is computed in bands
/// of rows, so that its wide inner map lives in the second-level cache and never reaches memory; operator by
/// operator that map is written and read three times, which costs more than the arithmetic. Where the maps
/// are small and the weights large, two pictures go side by side. A batch goes one thread a picture: threads
/// meet only at its end, so a core that is taken away for a while holds nobody else up. What is left over,
/// and a single picture, is shared by all threads: each takes a part of a block's rows, or of its channels
/// where the map is small. One caller at a time.
class MobileEngine {
  public:
    struct Input {
        int width = 0;  ///< pixels
        int height = 0;
        float mean[3] = {0, 0, 0};
        float scale[3] = {1, 1, 1};
    };

    /// Null where the processor has neither AVX-512 nor AVX2 with FMA, or the network is no chain of such
    /// blocks. `kernels` is for tests; without it the best set the processor has.
    static std::unique_ptr<MobileEngine> create(const MobileNetwork& network, const Input& input,
                                                const MobileKernels* kernels = nullptr);
    ~MobileEngine();

    /// Whether the network is a chain of inverted-residual blocks between a stem of stride 2 and a head.
    static bool is_chain_of_blocks(const MobileNetwork& network);
    /// The best set of kernels this processor can run; null for none.
    static const MobileKernels* best_kernels();
    const char* instruction_set() const;

    /// pixels: (count, height, width, 3) RGB; embeddings: (count, dimension), the mean of the last map, not
    /// normalised. Throws std::bad_alloc.
    void run(const std::uint8_t* pixels, int count, float* embeddings, int threads);

  private:
    struct Plan;
    struct Workspace;
    explicit MobileEngine(std::unique_ptr<Plan> plan);
    /// One block of one picture in bands of rows, with maps in `shared`.
    void run_bands(std::size_t index, const std::uint8_t* pixels, Workspace& own, Workspace& shared,
                   TeamShare share) const;
    /// One block of one or two pictures whose filtered maps fit the cache, a panel of channels at a time: the
    /// expanded panel never leaves the first-level cache, and a panel's weights are read once for both
    /// pictures.
    void run_whole(std::size_t index, std::span<Workspace* const> pictures, Workspace& own, TeamShare share,
                   TeamBarrier& barrier) const;
    void run_pictures(const std::uint8_t* pixels, float* embeddings, std::span<Workspace* const> pictures,
                      Workspace& own, TeamShare share, TeamBarrier& barrier) const;

    std::unique_ptr<Plan> m_plan;
    std::vector<std::unique_ptr<Workspace>> m_workspaces;  ///< two for each thread that ever ran
};

}  // namespace fieldmark
