// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/head.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <system_error>
#include <thread>

#include "core/index/kernels.h"

namespace fieldmark {
namespace {

// Rows that are mapped together: they share each load of a weight, and 32 rows of 1280 numbers stay in the
// second-level cache.
constexpr std::size_t kRows = 32;
constexpr std::int64_t kMaxSize = 65536;

std::vector<float> values_of(const Safetensors::Tensor& tensor) {
    std::vector<float> values(tensor.data.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(float));
    return values;
}

float gelu(float z) {
    return 0.5F * z * (1 + std::erf(z * (1 / std::numbers::sqrt2_v<float>)));
}

/// One thread's work space.
class Worker {
  public:
    explicit Worker(const Head& head)
        : m_head(head), m_centred(kRows * size(head.in)), m_inner(kRows * size(head.rank)) {}

    void run(const float* rows, std::size_t count, float* embeddings) {
        const std::size_t in = size(m_head.in);
        const std::size_t out = size(m_head.out);
        const std::size_t rank = size(m_head.rank);
        for (std::size_t row = 0; row < count; ++row)
            for (std::size_t i = 0; i < in; ++i)
                m_centred[row * in + i] = rows[row * in + i] - m_head.mean[i];
        dot_block(m_centred.data(), count, m_head.weight.data(), out, in, embeddings, out);
        if (rank > 0) {
            dot_block(m_centred.data(), count, m_head.down_weight.data(), rank, in, m_inner.data(), rank);
            for (std::size_t row = 0; row < count; ++row)
                for (std::size_t i = 0; i < rank; ++i)
                    m_inner[row * rank + i] = gelu(m_inner[row * rank + i] + m_head.down_bias[i]);
            m_side.resize(count * out);
            dot_block(m_inner.data(), count, m_head.up_weight.data(), out, rank, m_side.data(), out);
            for (std::size_t i = 0; i < count * out; ++i) embeddings[i] += m_side[i];
        }
        for (std::size_t row = 0; row < count; ++row) normalise(embeddings + row * out);
    }

  private:
    static std::size_t size(int extent) { return static_cast<std::size_t>(extent); }

    void normalise(float* row) const {
        const std::size_t out = size(m_head.out);
        double squares = 0;
        for (std::size_t i = 0; i < out; ++i) {
            row[i] += m_head.bias[i];
            squares += double{row[i]} * row[i];
        }
        const double norm = std::sqrt(squares);
        if (!(norm >= 1e-12) || !std::isfinite(norm)) {
            std::fill_n(row, out, 0.0F);
            return;
        }
        const auto factor = static_cast<float>(1 / norm);
        for (std::size_t i = 0; i < out; ++i) row[i] *= factor;
    }

    const Head& m_head;
    std::vector<float> m_centred;
    std::vector<float> m_inner;
    std::vector<float> m_side;
};

}  // namespace

Result<Head> Head::read(const Safetensors& file) {
    Head head;
    const auto weight = file.f32("head.weight", {-1, -1});
    if (!weight) return weight.error();
    const std::int64_t out = weight->shape[0];
    const std::int64_t in = weight->shape[1];
    const auto refuse = [&](const char* name, const char* what) {
        return Error{ErrorKind::Damaged, "The weights file \"" + file.path() +
                                             "\" does not fit its model: tensor \"" + name + "\" " + what +
                                             "."};
    };
    if (out < 1 || in < 1 || out > kMaxSize || in > kMaxSize)
        return refuse("head.weight", "has a size that no embedding has");
    const auto mean = file.f32("head.mean", {in});
    if (!mean) return mean.error();
    const auto bias = file.f32("head.bias", {out});
    if (!bias) return bias.error();
    head.in = static_cast<int>(in);
    head.out = static_cast<int>(out);
    head.weight = values_of(*weight);
    head.mean = values_of(*mean);
    head.bias = values_of(*bias);
    const auto& tensors = file.tensors();
    if (tensors.contains("head.down.weight") || tensors.contains("head.down.bias") ||
        tensors.contains("head.up.weight")) {
        const auto down = file.f32("head.down.weight", {-1, in});
        if (!down) return down.error();
        const std::int64_t rank = down->shape[0];
        if (rank < 1 || rank > kMaxSize)
            return refuse("head.down.weight", "has a size that no embedding has");
        const auto down_bias = file.f32("head.down.bias", {rank});
        if (!down_bias) return down_bias.error();
        const auto up = file.f32("head.up.weight", {out, rank});
        if (!up) return up.error();
        head.rank = static_cast<int>(rank);
        head.down_weight = values_of(*down);
        head.down_bias = values_of(*down_bias);
        head.up_weight = values_of(*up);
    }
    const auto finite = [](const std::vector<float>& values) {
        return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
    };
    const char* not_numbers = "holds values that are not numbers";
    if (!finite(head.weight)) return refuse("head.weight", not_numbers);
    if (!finite(head.mean)) return refuse("head.mean", not_numbers);
    if (!finite(head.bias)) return refuse("head.bias", not_numbers);
    if (!finite(head.down_weight)) return refuse("head.down.weight", not_numbers);
    if (!finite(head.down_bias)) return refuse("head.down.bias", not_numbers);
    if (!finite(head.up_weight)) return refuse("head.up.weight", not_numbers);
    return head;
}

FloatTensors Head::tensors() const {
    FloatTensors tensors;
    tensors["head.mean"] = {{in}, mean};
    tensors["head.weight"] = {{out, in}, weight};
    tensors["head.bias"] = {{out}, bias};
    if (rank > 0) {
        tensors["head.down.weight"] = {{rank, in}, down_weight};
        tensors["head.down.bias"] = {{rank}, down_bias};
        tensors["head.up.weight"] = {{out, rank}, up_weight};
    }
    return tensors;
}

void Head::apply(std::span<const float> rows, std::size_t count, std::span<float> embeddings,
                 int threads) const {
    const auto in_size = static_cast<std::size_t>(in);
    const auto out_size = static_cast<std::size_t>(out);
    assert(rows.size() == count * in_size && embeddings.size() == count * out_size);
    const std::size_t blocks = (count + kRows - 1) / kRows;
    std::size_t workers =
        threads > 0 ? static_cast<std::size_t>(threads) : std::max(1U, std::thread::hardware_concurrency());
    workers = std::min(workers, blocks);
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        Worker worker(*this);
        for (std::size_t block = next++; block < blocks; block = next++) {
            const std::size_t first = block * kRows;
            worker.run(rows.data() + first * in_size, std::min(kRows, count - first),
                       embeddings.data() + first * out_size);
        }
    };
    std::vector<std::jthread> pool;
    try {
        for (std::size_t i = 1; i < workers; ++i) pool.emplace_back(work);
    } catch (const std::system_error&) {
        // No more threads to be had: those there are do it.
    }
    work();
}

}  // namespace fieldmark
