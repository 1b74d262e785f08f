// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/models/mobile_engine.h"
#include "core/models/mobile_integer_kernels.h"
#include "core/models/mobile_network.h"
#include "core/models/picture_team.h"

namespace fieldmark {

/// A MobileNetwork on a CPU that multiplies pairs of 16-bit integers (AVX-512 VNNI), which does twice the
/// work of an instruction on floats and moves half the bytes. It goes through blocks, bands and pairs of
/// pictures as MobileEngine does. What ReLU6 leaves is 0 to 16383; the maps between blocks stay floats, to
/// which residuals are added, and each is rounded to a power of two that its own largest value sets, so that
/// nothing has to be calibrated. Sums are held within 32 bits, which those of photographs do not leave
/// (integer_weights.h); long ones are added up in parts. A vector depends on its picture alone, to the bit.
/// One caller at a time.
class MobileIntegerEngine {
  public:
    /// Null where the processor lacks the instructions, or the network is no chain of inverted-residual
    /// blocks, has weights that are no finite numbers, or maps that could outgrow the largest unit which its
    /// weights leave room for. `kernels` is for tests.
    static std::unique_ptr<MobileIntegerEngine> create(const MobileNetwork& network,
                                                       const MobileEngine::Input& input,
                                                       const MobileIntegerKernels* kernels = nullptr);
    ~MobileIntegerEngine();

    /// The kernels for a processor that has these; null for none.
    static const MobileIntegerKernels* kernels_for(bool avx512, bool vnni);
    /// Those for this processor.
    static const MobileIntegerKernels* best_kernels();
    const char* instruction_set() const;

    /// As MobileEngine::run.
    void run(const std::uint8_t* pixels, int count, float* embeddings, int threads);

  private:
    struct Plan;
    struct Workspace;
    struct Turn;
    explicit MobileIntegerEngine(std::unique_ptr<Plan> plan);
    void run_bands(std::size_t index, const std::uint8_t* pixels, Workspace& picture, const Turn& turn) const;
    void run_whole(std::size_t index, std::span<Workspace* const> pictures, const Turn& turn) const;
    void run_pictures(const std::uint8_t* pixels, float* embeddings, std::span<Workspace* const> pictures,
                      const Turn& turn) const;

    std::unique_ptr<Plan> m_plan;
    std::vector<std::unique_ptr<Workspace>> m_workspaces;  ///< two for each thread that ever ran
};

}  // namespace fieldmark
