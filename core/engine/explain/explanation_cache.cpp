// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explain/explanation_cache.h"

#include "core/base/digest.h"
#include "core/engine/pictures/lister.h"
#include "core/engine/pictures/source_file.h"

namespace fieldmark {
namespace {

std::size_t size_of(const std::string& key, const Explanation& explanation) {
    return sizeof(Explanation) + key.size() +
           (explanation.query.values.size() + explanation.match.values.size()) * sizeof(float) +
           explanation.parts.size() * sizeof(ExplainedPart) + explanation.model.size();
}

std::optional<std::string> key_of(const QueryImage& image, LibraryReader& reader) {
    const std::string crop = '|' + to_key(image.crop) + '|';
    if (image.item == 0 && image.path.empty()) return "bytes " + to_hex(sha256(image.bytes)) + crop;
    std::string path = image.path;
    if (image.item != 0) {
        const auto item = find_item(reader, image.item);
        if (!item) return std::nullopt;
        auto absolute = reader.absolute_path(*item);
        if (!absolute) return std::nullopt;
        path = std::move(*absolute);
    }
    const auto facts = stat_file(path);
    if (!facts) return std::nullopt;
    return std::to_string(facts->size) + ' ' + std::to_string(facts->mtime_ns) + ' ' + path + crop;
}

}  // namespace

std::optional<std::string> ExplanationCache::key(const std::string& model_hash, const QueryImage& query,
                                                 const QueryImage& match, LibraryReader& reader) {
    const auto first = key_of(query, reader), second = key_of(match, reader);
    if (!first || !second) return std::nullopt;
    return model_hash + '|' + *first + *second;
}

std::optional<Explanation> ExplanationCache::find(const std::string& key) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_by_key.find(key);
    if (found == m_by_key.end()) return std::nullopt;
    m_entries.splice(m_entries.begin(), m_entries, found->second);
    return found->second->second;
}

std::uint64_t ExplanationCache::age() const {
    const std::lock_guard lock(m_mutex);
    return m_age;
}

void ExplanationCache::put(const std::string& key, const Explanation& explanation, std::uint64_t begun_at) {
    const std::size_t size = size_of(key, explanation);
    const std::lock_guard lock(m_mutex);
    if (size > m_most || begun_at != m_age || m_by_key.contains(key)) return;
    m_entries.emplace_front(key, explanation);
    m_by_key.emplace(m_entries.front().first, m_entries.begin());
    m_bytes += size;
    while (m_bytes > m_most) {
        const Entry& last = m_entries.back();
        m_bytes -= size_of(last.first, last.second);
        m_by_key.erase(last.first);
        m_entries.pop_back();
    }
}

void ExplanationCache::forget() {
    const std::lock_guard lock(m_mutex);
    m_by_key.clear();
    m_entries.clear();
    m_bytes = 0;
    ++m_age;
}

std::size_t ExplanationCache::bytes() const {
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

}  // namespace fieldmark
