// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/manifest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/digest.h"
#include "core/base/file_system.h"

namespace fieldmark {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr int kMaxInputSize = 4096;
constexpr int kMaxDimension = 65536;
constexpr int kMaxHeads = 1024;
constexpr int kHashBytes = 32;

/// The shortest text that reads back as the same float, so that the hash does not depend on a printf.
std::string number_text(float value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

/// Reads typed fields and remembers the first that is missing or wrong.
class FieldReader {
  public:
    explicit FieldReader(const json& object) : m_object(object) {}

    std::string text(const char* name) {
        const auto it = m_object.find(name);
        if (it == m_object.end() || !it->is_string()) return fail(name), std::string();
        return it->get<std::string>();
    }

    /// `fallback` where there is no such field; a field of another type is wrong all the same.
    std::string optional_text(const char* name, const std::string& fallback = {}) {
        return m_object.contains(name) ? text(name) : fallback;
    }
    int optional_integer(const char* name, int max) {
        return m_object.contains(name) ? integer(name, max) : 0;
    }

    /// The name of a file inside the model's folder.
    std::string file_name(const char* name) {
        std::string file = text(name);
        if (file.empty() || file.find('/') != std::string::npos || file == "." || file == "..") fail(name);
        return file;
    }
    std::string hash(const char* name) {
        std::string digits = text(name);
        const std::string bytes = from_hex(digits);
        if (bytes.size() != kHashBytes) fail(name);
        return to_hex(bytes);
    }

    int integer(const char* name, int max) {
        const auto it = m_object.find(name);
        if (it == m_object.end() || !it->is_number_unsigned()) return fail(name), 0;
        const auto value = it->get<std::uint64_t>();
        if (value < 1 || value > static_cast<std::uint64_t>(max)) return fail(name), 0;
        return static_cast<int>(value);
    }

    void three_numbers(const char* name, float (&out)[3]) {
        const auto it = m_object.find(name);
        if (it == m_object.end() || !it->is_array() || it->size() != 3) return fail(name);
        for (std::size_t i = 0; i < 3; ++i) {
            if (!(*it)[i].is_number()) return fail(name);
            out[i] = (*it)[i].get<float>();
            if (!std::isfinite(out[i])) return fail(name);
        }
    }

    void fail(const char* name) {
        if (m_problem.empty()) m_problem = name;
    }
    const std::string& problem() const { return m_problem; }

  private:
    const json& m_object;
    std::string m_problem;
};

bool is_transformer(const std::string& kind) {
    return kind == "vit" || kind == "ica";
}

/// What a manifest that names no pooling means.
std::string default_pooling(const std::string& kind) {
    return is_transformer(kind) ? "class" : "global-mean";
}

bool known_pooling(const ModelInfo& info) {
    const std::string& pooling = info.pooling;
    if (is_transformer(info.kind)) return pooling == "class" || pooling == "mean" || pooling == "both";
    // What stands on another model takes whatever that gives.
    return pooling == "global-mean" || !info.base.empty();
}

std::string file_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

const char* to_string(ResizeMode resize) {
    return resize == ResizeMode::Squash ? "squash" : "center-crop";
}

const std::vector<std::string>& model_kinds() {
    static const std::vector<std::string> kinds = {
        "efficientnet-lite", "mobilenet-v2", "vit", "head", "ica", "gdfnet", "object"};
    return kinds;
}

Result<Manifest> read_manifest(const std::string& folder) {
    const std::string path = folder + "/manifest.json";
    auto bytes = FileSystem::posix().read(path);
    if (!bytes) return bytes.error();
    const auto damaged = [&path](const std::string& what) {
        return Error{ErrorKind::Damaged, "The model description \"" + path + "\" " + what +
                                             ". Correct it or set the model up again."};
    };

    const auto* text = reinterpret_cast<const char*>(bytes->data());
    const json document = json::parse(text, text + bytes->size(), nullptr, /*allow_exceptions=*/false);
    if (!document.is_object()) return damaged("is not a JSON object");
    FieldReader fields(document);
    const int format = fields.integer("format", 1'000'000);
    if (fields.problem().empty() && format > kFormat)
        return Error{
            ErrorKind::NewerVersion,
            "The model description \"" + path + "\" was written for a newer Fieldmark. Update the program."};

    Manifest manifest;
    ModelInfo& info = manifest.info;
    info.path = folder;
    info.name = fields.text("name");
    info.kind = fields.text("kind");
    const auto& kinds = model_kinds();
    if (!info.kind.empty() && std::find(kinds.begin(), kinds.end(), info.kind) == kinds.end())
        return Error{ErrorKind::Unsupported,
                     "The model description \"" + path + "\" is of the kind \"" + info.kind +
                         "\", which this version cannot run.",
                     info.kind};
    info.dimension = fields.integer("dimension", kMaxDimension);
    info.feature = fields.text("feature");
    info.licence = fields.text("licence");
    info.source = fields.text("source");
    manifest.weights_path = folder + "/" + fields.file_name("weights");
    manifest.weights_sha256 = fields.hash("weights_sha256");
    if (document.contains("head")) {
        manifest.head_path = folder + "/" + fields.file_name("head");
        manifest.head_sha256 = fields.hash("head_sha256");
    }
    // A head or adapters mean nothing without the model beneath.
    if (document.contains("base") || info.kind == "head" || info.kind == "ica" || info.kind == "gdfnet" ||
        info.kind == "object")
        info.base = fields.hash("base");
    info.method = fields.optional_text("method");
    info.bits = fields.optional_integer("bits", kMaxDimension);
    info.heads = fields.optional_integer("heads", kMaxHeads);
    info.pooling = fields.optional_text("pooling", default_pooling(info.kind));
    if (const auto training = document.find("training"); training != document.end()) {
        if (training->is_object()) {
            manifest.training = training->dump(-1, ' ', false, json::error_handler_t::replace);
        } else {
            fields.fail("training");
        }
    }

    const auto input = document.find("input");
    if (input == document.end() || !input->is_object()) return damaged("has no usable field \"input\"");
    FieldReader input_fields(*input);
    info.input_width = input_fields.integer("width", kMaxInputSize);
    info.input_height = input_fields.integer("height", kMaxInputSize);
    input_fields.three_numbers("mean", info.mean);
    input_fields.three_numbers("scale", info.scale);
    const std::string resize = input_fields.text("resize");
    const auto is = [&resize](ResizeMode mode) { return resize == to_string(mode); };
    if (!is(ResizeMode::Squash) && !is(ResizeMode::CenterCrop)) input_fields.fail("resize");
    info.resize = is(ResizeMode::CenterCrop) ? ResizeMode::CenterCrop : ResizeMode::Squash;

    if (!fields.problem().empty()) return damaged("has no usable field \"" + fields.problem() + "\"");
    if (!input_fields.problem().empty())
        return damaged("has no usable field \"input." + input_fields.problem() + "\"");
    if (info.name.empty()) return damaged("has no usable field \"name\"");
    if (!known_pooling(info)) return damaged("has no usable field \"pooling\"");
    info.hash = model_hash(info, manifest.weights_sha256, manifest.head_sha256);
    return manifest;
}

Result<std::string> manifest_text(const Manifest& manifest) {
    const ModelInfo& info = manifest.info;
    nlohmann::ordered_json document;
    document["format"] = kFormat;
    document["name"] = info.name;
    document["kind"] = info.kind;
    if (!info.base.empty()) document["base"] = info.base;
    if (!info.method.empty()) document["method"] = info.method;
    document["weights"] = file_of(manifest.weights_path);
    document["weights_sha256"] = manifest.weights_sha256;
    if (!manifest.head_path.empty()) {
        document["head"] = file_of(manifest.head_path);
        document["head_sha256"] = manifest.head_sha256;
    }
    auto& input = document["input"];
    input["width"] = info.input_width;
    input["height"] = info.input_height;
    input["resize"] = to_string(info.resize);
    // Through their shortest text: a person who edits the file should not meet the digits of a float's
    // double.
    for (const float value : info.mean)
        input["mean"].push_back(nlohmann::ordered_json::parse(number_text(value)));
    for (const float value : info.scale)
        input["scale"].push_back(nlohmann::ordered_json::parse(number_text(value)));
    document["feature"] = info.feature;
    document["pooling"] = info.pooling;
    if (info.heads > 0) document["heads"] = info.heads;
    document["dimension"] = info.dimension;
    if (info.bits > 0) document["bits"] = info.bits;
    document["licence"] = info.licence;
    document["source"] = info.source;
    if (!manifest.training.empty()) {
        auto training = nlohmann::ordered_json::parse(manifest.training, nullptr, /*allow_exceptions=*/false);
        if (!training.is_object())
            return Error{ErrorKind::Usage, "What is noted about the training of the model \"" + info.name +
                                               "\" is not a JSON object."};
        document["training"] = std::move(training);
    }
    // Names are bytes: what is not UTF-8 in them is shown as such rather than refused.
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string model_hash(const ModelInfo& info, const std::string& weights_sha256,
                       const std::string& head_sha256) {
    // One line a part, so that no two recipes can write the same bytes. "picture" names the fixed part of the
    // preprocessing (orientation, alpha on grey, colours as stored, filter): change it when that changes.
    std::string recipe = "fieldmark model 1\n";
    recipe += "weights " + to_hex(from_hex(weights_sha256)) + "\n";
    recipe += "kind " + info.kind + "\n";
    recipe += "picture upright rgb8 antialiased-bicubic 1\n";
    recipe += "size " + std::to_string(info.input_width) + " " + std::to_string(info.input_height) + "\n";
    recipe += std::string("resize ") + to_string(info.resize) + "\n";
    recipe += "mean";
    for (const float value : info.mean) recipe.append(" ").append(number_text(value));
    recipe += "\nscale";
    for (const float value : info.scale) recipe.append(" ").append(number_text(value));
    recipe += "\npooling " + info.pooling + "\nnormalisation l2\n";
    recipe += "dimension " + std::to_string(info.dimension) + "\n";
    // Lines that plain models lack, so that what was embedded before they existed keeps its hash.
    if (!info.base.empty()) recipe += "base " + to_hex(from_hex(info.base)) + "\n";
    if (!head_sha256.empty()) recipe += "head " + to_hex(from_hex(head_sha256)) + "\n";
    if (info.heads > 0) recipe += "heads " + std::to_string(info.heads) + "\n";
    if (info.bits > 0) recipe += "bits " + std::to_string(info.bits) + "\n";
    return to_hex(sha256(std::as_bytes(std::span<const char>(recipe.data(), recipe.size()))));
}

}  // namespace fieldmark
