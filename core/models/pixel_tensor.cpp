// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/pixel_tensor.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace fieldmark {

at::Tensor pixel_tensor(const std::uint8_t* pixels, int count, const ModelInfo& info) {
    at::Tensor x = at::empty({count, 3, info.input_height, info.input_width},
                             at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
    float* out = x.mutable_data_ptr<float>();
    at::parallel_for(0, x.numel() / 3, 32768, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            for (std::int64_t c = 0; c < 3; ++c)
                out[3 * i + c] = (static_cast<float>(pixels[3 * i + c]) - info.mean[c]) * info.scale[c];
    });
    return x;
}

}  // namespace fieldmark
