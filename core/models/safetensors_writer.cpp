// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/safetensors_writer.h"

#include <cassert>
#include <cstring>
#include <nlohmann/json.hpp>

namespace fieldmark {

std::vector<std::byte> write_safetensors(const FloatTensors& tensors,
                                         const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t end = 0;
    for (const auto& [name, tensor] : tensors) {
        std::uint64_t elements = 1;
        for (const std::int64_t extent : tensor.shape) elements *= static_cast<std::uint64_t>(extent);
        assert(elements == tensor.values.size());
        const std::uint64_t begin = end;
        end += tensor.values.size() * sizeof(float);
        header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    }
    std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    // The format pads the header with blanks, so that the data begins on a multiple of eight.
    text.append((8 - text.size() % 8) % 8, ' ');

    const std::uint64_t size = text.size();
    std::vector<std::byte> bytes(sizeof size + text.size() + end);
    std::byte* out = bytes.data();
    const auto put = [&out](const void* from, std::size_t length) {
        if (length > 0) std::memcpy(out, from, length);
        out += length;
    };
    put(&size, sizeof size);
    put(text.data(), text.size());
    for (const auto& [name, tensor] : tensors)
        put(tensor.values.data(), tensor.values.size() * sizeof(float));
    return bytes;
}

}  // namespace fieldmark
