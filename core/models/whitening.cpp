// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/whitening.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>

namespace fieldmark {
namespace {

// Eigenvalues below this share of the largest are what float32 rows leave of nothing.
constexpr double kNothing = 1e-10;

template <typename Work>
auto guarded_fit(Work&& work) -> decltype(work()) {
    try {
        const c10::InferenceMode guard;
        return work();
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge,
                     "There is not enough memory to fit the whitening. Close other programs and try again."};
    } catch (const c10::Error& error) {
        return Error{ErrorKind::Internal, "The whitening could not be computed.",
                     error.what_without_backtrace()};
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "The whitening could not be computed.", error.what()};
    }
}

}  // namespace

struct WhiteningFit::Impl {
    std::int64_t dimension = 0;
    std::int64_t rows = 0;
    at::Tensor origin;   ///< the first block's mean: near the true one, so that little cancels at the end
    at::Tensor sum;      ///< of x - origin
    at::Tensor scatter;  ///< of (x - origin) (x - origin)'
};

WhiteningFit::WhiteningFit(int dimension) : m_impl(std::make_unique<Impl>()) {
    m_impl->dimension = dimension;
}

WhiteningFit::~WhiteningFit() = default;

Status WhiteningFit::add(std::span<const float> rows, std::size_t count) {
    Impl& impl = *m_impl;
    if (rows.size() != count * static_cast<std::size_t>(impl.dimension))
        return Error{ErrorKind::Internal, "The whitening was given " + std::to_string(rows.size()) +
                                              " numbers for " + std::to_string(count) + " embeddings."};
    if (count == 0) return {};
    return guarded_fit([&]() -> Status {
        at::Tensor block = at::from_blob(const_cast<float*>(rows.data()),
                                         {static_cast<std::int64_t>(count), impl.dimension}, at::kFloat)
                               .to(at::kDouble);
        if (impl.rows == 0) {
            impl.origin = block.mean(0);
            impl.sum = at::zeros({impl.dimension}, at::kDouble);
            impl.scatter = at::zeros({impl.dimension, impl.dimension}, at::kDouble);
        }
        block.sub_(impl.origin);
        impl.sum.add_(block.sum(0));
        impl.scatter.addmm_(block.t(), block);
        impl.rows += static_cast<std::int64_t>(count);
        return {};
    });
}

Result<Whitening> WhiteningFit::finish(const WhiteningSettings& settings) const {
    const Impl& impl = *m_impl;
    if (!(settings.power >= 0 && settings.power <= 1))
        return Error{ErrorKind::Usage, "The power of a whitening lies between 0 and 1; 0.5 is usual."};
    if (settings.dimension < 2)
        return Error{ErrorKind::Usage, "A whitened embedding needs at least 2 dimensions; 512 is usual."};
    if (impl.rows < 3)
        return Error{ErrorKind::Usage,
                     "There are too few embedded pictures to fit a whitening. Import more, or select more."};
    return guarded_fit([&]() -> Result<Whitening> {
        const at::Tensor mean = impl.sum / static_cast<double>(impl.rows);
        const at::Tensor scatter = impl.scatter - at::outer(mean, impl.sum);
        auto [values, vectors] = at::linalg_eigh(scatter);  // ascending; vectors are columns
        values = values.flip(0).contiguous();
        vectors = vectors.flip(1).t().contiguous();  // rows, the strongest first
        const double* eigenvalues = values.const_data_ptr<double>();
        const double largest = eigenvalues[0];
        const std::int64_t most = std::min(impl.dimension, impl.rows - 1);
        std::int64_t rank = 0;
        while (rank < most && eigenvalues[rank] > kNothing * largest) ++rank;
        if (!(largest > 0) || rank < 2)
            return Error{ErrorKind::Usage,
                         "The selected pictures' embeddings hardly differ, so there is nothing to whiten. "
                         "Select other pictures."};

        Whitening whitening;
        whitening.rows = impl.rows;
        whitening.rank = static_cast<int>(rank);
        Head& head = whitening.head;
        head.in = static_cast<int>(impl.dimension);
        head.out = static_cast<int>(std::min<std::int64_t>(settings.dimension, rank));
        const at::Tensor whole_mean = (impl.origin + mean).to(at::kFloat).contiguous();
        const float* means = whole_mean.const_data_ptr<float>();
        head.mean.assign(means, means + impl.dimension);
        head.bias.assign(static_cast<std::size_t>(head.out), 0.0F);
        head.weight.reserve(static_cast<std::size_t>(head.out) * static_cast<std::size_t>(impl.dimension));
        double kept = 0;
        double all = 0;
        for (std::int64_t i = 0; i < impl.dimension; ++i) all += std::max(eigenvalues[i], 0.0);
        for (std::int64_t i = 0; i < head.out; ++i) {
            kept += eigenvalues[i];
            const double* row = vectors.const_data_ptr<double>() + i * impl.dimension;
            const auto strongest = std::max_element(
                row, row + impl.dimension, [](double a, double b) { return std::abs(a) < std::abs(b); });
            // Only the relations between the scales count, as the result is normalised: the largest is 1.
            const double scale =
                std::pow(eigenvalues[i] / largest, -settings.power / 2) * (*strongest < 0 ? -1.0 : 1.0);
            for (std::int64_t j = 0; j < impl.dimension; ++j)
                head.weight.push_back(static_cast<float>(row[j] * scale));
        }
        whitening.explained = kept / all;
        return whitening;
    });
}

}  // namespace fieldmark
