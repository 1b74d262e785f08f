// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/engine/explain/explanation.h"
#include "core/engine/pictures/query.h"
#include "core/library/reader.h"

namespace fieldmark {

/// Explanations that were asked for lately, so that going back to a match shows why at once. Holds at most so
/// many bytes; what was asked for longest ago goes first. Any thread.
class ExplanationCache {
  public:
    static constexpr std::size_t kBytes = 8'000'000;  ///< some thousand of them
    explicit ExplanationCache(std::size_t bytes = kBytes) : m_most(bytes) {}

    /// What an explanation depends on: the model and, of both pictures, which file in which state or which
    /// bytes, and the crop. Empty where a file cannot be looked up: then nothing is cached.
    static std::optional<std::string> key(const std::string& model_hash, const QueryImage& query,
                                          const QueryImage& match, LibraryReader& reader);

    std::optional<Explanation> find(const std::string& key);
    /// How often forget() was called: an explanation begun before is not put in after.
    std::uint64_t age() const;
    void put(const std::string& key, const Explanation& explanation, std::uint64_t begun_at);
    /// Something that no key tells has changed: object boxes, the library's items.
    void forget();
    std::size_t bytes() const;

  private:
    using Entry = std::pair<std::string, Explanation>;

    const std::size_t m_most;
    mutable std::mutex m_mutex;
    std::list<Entry> m_entries;  ///< the last one asked for first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> m_by_key;  ///< views into m_entries
    std::size_t m_bytes = 0;
    std::uint64_t m_age = 0;
};

}  // namespace fieldmark
