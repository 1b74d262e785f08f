// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/index/top_k.h"
#include "core/index/vector_store.h"

namespace fieldmark {

/// Threads an exact scan of so many rows runs on: one for each 16 MB, at most the processor's and at most
/// four (a core reads a few GB/s; memory is full by then).
int scan_threads(std::uint64_t rows, std::size_t dimension);

/// The k best live rows among [begin, end). Exact. Blocked; short-lived threads take blocks as they get to
/// them, so that a core busy with something else holds nobody up.
std::vector<ScoredRow> scan_range(const VectorStore& store, const float* query, std::uint32_t begin,
                                  std::uint32_t end, std::size_t k);
/// The k best of the listed rows, which are live and rise.
std::vector<ScoredRow> scan_rows(const VectorStore& store, const float* query,
                                 std::span<const std::uint32_t> rows, std::size_t k);

}  // namespace fieldmark
