// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace fieldmark {
namespace {

// The reference implementation's limit; a real header is a few hundred kilobytes at most.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kMaxDimensions = 8;

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i > 0) text += ", ";
        text += shape[i] < 0 ? "any" : std::to_string(shape[i]);
    }
    return text + "]";
}

/// Bytes of one element; 0 for a type the format does not have.
std::uint64_t element_size(const std::string& dtype) {
    if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
    if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
    if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16") return 2;
    if (dtype == "I8" || dtype == "U8" || dtype == "BOOL" || dtype == "F8_E4M3" || dtype == "F8_E5M2")
        return 1;
    return 0;
}

/// A non-negative integer that JSON holds exactly; booleans, floats and negatives are none.
std::optional<std::uint64_t> unsigned_integer(const nlohmann::json& value) {
    if (!value.is_number_unsigned()) return std::nullopt;
    return value.get<std::uint64_t>();
}

/// Remembers a name that the header uses twice: the JSON library would keep the last one silently.
struct DuplicateFinder {
    std::optional<std::string> duplicate;
    std::map<std::string, bool> seen;

    bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        if (depth == 1 && event == nlohmann::json::parse_event_t::key) {
            if (!seen.emplace(parsed.get<std::string>(), true).second) duplicate = parsed.get<std::string>();
        }
        return true;
    }
};

}  // namespace

Result<Safetensors> Safetensors::parse(std::vector<std::byte> bytes, const std::string& path) {
    static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");
    const auto damaged = [&path](const std::string& what) {
        return Error{ErrorKind::Damaged,
                     "The weights file \"" + path + "\" is damaged: " + what + "."};
    };

    std::uint64_t header_size = 0;
    if (bytes.size() < sizeof header_size) return damaged("it is too short for a header");
    std::memcpy(&header_size, bytes.data(), sizeof header_size);
    if (header_size > kMaxHeaderBytes || header_size > bytes.size() - sizeof header_size)
        return damaged("its header claims " + std::to_string(header_size) +
                       " bytes, which the file does not have");

    const char* header_begin = reinterpret_cast<const char*>(bytes.data()) + sizeof header_size;
    DuplicateFinder duplicates;
    // Nesting deeper than name -> field -> list is nothing of ours; the parser itself is iterative.
    const nlohmann::json header = nlohmann::json::parse(header_begin, header_begin + header_size,
                                                        std::ref(duplicates), /*allow_exceptions=*/false);
    if (header.is_discarded() || !header.is_object()) return damaged("its header is not a JSON object");
    if (duplicates.duplicate) return damaged("tensor \"" + *duplicates.duplicate + "\" is named twice");

    Safetensors file;
    file.m_path = path;
    file.m_bytes = std::move(bytes);
    const std::span<const std::byte> data =
        std::span<const std::byte>(file.m_bytes).subspan(sizeof header_size + header_size);

    struct Range {
        std::uint64_t begin, end;
        std::string name;
    };
    std::vector<Range> ranges;
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") continue;
        const auto wrong = [&](const std::string& what) {
            return damaged("tensor \"" + name + "\" " + what);
        };
        if (!entry.is_object()) return wrong("has no description");
        const auto dtype = entry.find("dtype");
        const auto shape = entry.find("shape");
        const auto offsets = entry.find("data_offsets");
        if (dtype == entry.end() || !dtype->is_string()) return wrong("has no element type");
        if (shape == entry.end() || !shape->is_array() || shape->size() > kMaxDimensions)
            return wrong("has no usable shape");
        if (offsets == entry.end() || !offsets->is_array() || offsets->size() != 2)
            return wrong("has no data offsets");

        Tensor tensor;
        tensor.dtype = dtype->get<std::string>();
        const std::uint64_t size = element_size(tensor.dtype);
        if (size == 0) return wrong("has an unknown element type");
        std::uint64_t expected = size;
        for (const auto& extent : *shape) {
            const auto value = unsigned_integer(extent);
            if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return wrong("has a shape that is not made of whole numbers");
            if (__builtin_mul_overflow(expected, *value, &expected))
                return wrong("has a shape that overflows");
            tensor.shape.push_back(static_cast<std::int64_t>(*value));
        }
        const auto begin = unsigned_integer((*offsets)[0]);
        const auto end = unsigned_integer((*offsets)[1]);
        if (!begin || !end || *begin > *end || *end > data.size()) return wrong("lies outside the file");
        if (*end - *begin != expected)
            return wrong("has " + std::to_string(*end - *begin) + " bytes, but its shape " +
                         shape_text(tensor.shape) + " needs " + std::to_string(expected));
        tensor.data = data.subspan(*begin, *end - *begin);
        ranges.push_back({*begin, *end, name});
        file.m_tensors.emplace(name, std::move(tensor));
    }

    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
        return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
    });
    std::uint64_t covered = 0;
    for (const Range& range : ranges) {
        if (range.begin < covered) return damaged("tensor \"" + range.name + "\" overlaps another one");
        if (range.begin > covered) return damaged("there is a gap before tensor \"" + range.name + "\"");
        covered = range.end;
    }
    if (covered != data.size()) return damaged("it holds data that belongs to no tensor");
    return file;
}

Result<Safetensors::Tensor> Safetensors::f32(const std::string& name,
                                             const std::vector<std::int64_t>& shape) const {
    const auto refuse = [&](const std::string& what) {
        return Error{ErrorKind::Damaged, "The weights file \"" + m_path +
                                             "\" does not fit its model: tensor \"" + name + "\" " + what +
                                             "."};
    };
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end()) return refuse("is missing");
    const Tensor& tensor = found->second;
    if (tensor.dtype != "F32") return refuse("has the element type " + tensor.dtype + " instead of F32");
    const bool fits =
        tensor.shape.size() == shape.size() &&
        std::equal(shape.begin(), shape.end(), tensor.shape.begin(),
                   [](std::int64_t wanted, std::int64_t is) { return wanted < 0 || wanted == is; });
    if (!fits)
        return refuse("has the shape " + shape_text(tensor.shape) + " instead of " + shape_text(shape));
    return tensor;
}

}  // namespace fieldmark
