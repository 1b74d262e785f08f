// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gdfnet/itq.h"

#include <torch/torch.h>

#include <string>

#include "core/training/random.h"

namespace fieldmark {

namespace {

/// (n, n) with orthonormal columns, from seeded normal numbers.
torch::Tensor random_rotation(std::int64_t n, std::uint64_t seed) {
    Random random(seed);
    torch::Tensor values = torch::empty({n, n}, torch::kDouble);
    double* value = values.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < n * n; ++i) {
        // Nearly normal: the sum of twelve uniform numbers (Irwin and Hall).
        double sum = -6;
        for (int j = 0; j < 12; ++j) sum += random.uniform();
        value[i] = sum;
    }
    return std::get<0>(torch::linalg_qr(values));
}

Result<HashHead> hash_of(std::span<const float> features, int dimension, int bits, bool rotate,
                         std::uint64_t seed, int iterations) {
    const std::int64_t d = dimension;
    const std::int64_t count = d > 0 ? static_cast<std::int64_t>(features.size()) / d : 0;
    if (d < 1 || static_cast<std::int64_t>(features.size()) != count * d || bits < 1 || bits > kMaxHashBits ||
        bits > d || count <= bits) {
        return Error{ErrorKind::Usage, "A code of " + std::to_string(bits) +
                                           " bits needs more pictures than bits and at least as many numbers "
                                           "in each vector."};
    }
    try {
        const torch::NoGradGuard guard;
        // from_blob() takes no pointer to const; nothing is written through it.
        const torch::Tensor x =
            torch::from_blob(const_cast<float*>(features.data()), {count, d}, torch::kFloat)
                .to(torch::kDouble);
        const torch::Tensor mean = x.mean(0);
        const torch::Tensor centred = x - mean;
        // Eigenvectors come by rising eigenvalue.
        const torch::Tensor vectors = std::get<1>(torch::linalg_eigh(centred.t().mm(centred)));
        torch::Tensor projection = vectors.slice(1, d - bits).flip(1);
        if (rotate) {
            const torch::Tensor z = centred.mm(projection);
            torch::Tensor rotation = random_rotation(bits, seed);
            for (int i = 0; i < iterations; ++i) {
                const torch::Tensor codes = torch::where(z.mm(rotation) >= 0, 1.0, -1.0).to(torch::kDouble);
                const auto [u, s, vh] = torch::linalg_svd(z.t().mm(codes), /*full_matrices=*/false);
                rotation = u.mm(vh);
            }
            projection = projection.mm(rotation);
        }
        HashHead head;
        head.bits = bits;
        const torch::Tensor weight = projection.t().to(torch::kFloat).contiguous();
        const torch::Tensor bias = (-projection.t().mv(mean)).to(torch::kFloat).contiguous();
        head.weight.assign(weight.const_data_ptr<float>(), weight.const_data_ptr<float>() + weight.numel());
        head.bias.assign(bias.const_data_ptr<float>(), bias.const_data_ptr<float>() + bias.numel());
        return head;
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "The binary codes could not be computed.", error.what()};
    }
}

}  // namespace

Result<HashHead> principal_hash(std::span<const float> features, int dimension, int bits) {
    return hash_of(features, dimension, bits, false, 0, 0);
}

Result<HashHead> itq_hash(std::span<const float> features, int dimension, int bits, std::uint64_t seed,
                          int iterations) {
    return hash_of(features, dimension, bits, true, seed, iterations);
}

}  // namespace fieldmark
