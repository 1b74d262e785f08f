// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/manifest.h"

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

}  // namespace

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
    info.dimension = fields.integer("dimension", kMaxDimension);
    info.feature = fields.text("feature");
    info.licence = fields.text("licence");
    info.source = fields.text("source");
    manifest.weights_sha256 = fields.text("weights_sha256");
    const std::string weights = fields.text("weights");
    if (weights.empty() || weights.find('/') != std::string::npos || weights == "..") fields.fail("weights");
    if (from_hex(manifest.weights_sha256).size() != 32) fields.fail("weights_sha256");
    manifest.weights_path = folder + "/" + weights;

    const auto input = document.find("input");
    if (input == document.end() || !input->is_object()) return damaged("has no usable field \"input\"");
    FieldReader input_fields(*input);
    info.input_width = input_fields.integer("width", kMaxInputSize);
    info.input_height = input_fields.integer("height", kMaxInputSize);
    input_fields.three_numbers("mean", info.mean);
    input_fields.three_numbers("scale", info.scale);
    const std::string resize = input_fields.text("resize");
    if (resize == "squash") {
        info.resize = ResizeMode::Squash;
    } else if (resize == "center-crop") {
        info.resize = ResizeMode::CenterCrop;
    } else {
        input_fields.fail("resize");
    }

    if (!fields.problem().empty()) return damaged("has no usable field \"" + fields.problem() + "\"");
    if (!input_fields.problem().empty())
        return damaged("has no usable field \"input." + input_fields.problem() + "\"");
    if (info.name.empty()) return damaged("has no usable field \"name\"");
    if (info.kind != "efficientnet-lite")
        return Error{ErrorKind::Unsupported, "The model description \"" + path + "\" is of the kind \"" +
                                                 info.kind + "\", which this version cannot run."};
    info.hash = model_hash(info, manifest.weights_sha256);
    return manifest;
}

std::string model_hash(const ModelInfo& info, const std::string& weights_sha256) {
    // One line a part, so that no two recipes can write the same bytes. "picture" names the fixed part of the
    // preprocessing (orientation, alpha on grey, colours as stored, filter): change it when that changes.
    std::string recipe = "fieldmark model 1\n";
    recipe += "weights " + to_hex(from_hex(weights_sha256)) + "\n";
    recipe += "kind " + info.kind + "\n";
    recipe += "picture upright rgb8 antialiased-bicubic 1\n";
    recipe += "size " + std::to_string(info.input_width) + " " + std::to_string(info.input_height) + "\n";
    recipe += std::string("resize ") + (info.resize == ResizeMode::Squash ? "squash" : "center-crop") + "\n";
    recipe += "mean";
    for (const float value : info.mean) recipe += " " + number_text(value);
    recipe += "\nscale";
    for (const float value : info.scale) recipe += " " + number_text(value);
    recipe += "\npooling global-mean\nnormalisation l2\n";
    recipe += "dimension " + std::to_string(info.dimension) + "\n";
    return to_hex(sha256(std::as_bytes(std::span<const char>(recipe.data(), recipe.size()))));
}

}  // namespace fieldmark
