// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/training_note.h"

#include <nlohmann/json.hpp>

#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark {

namespace {

using Json = nlohmann::json;

constexpr const char* kKey = "training/running";
constexpr int kFormat = 1;

Json to_json(const TrainingRequest& request) {
    Json json;
    json["format"] = kFormat;
    json["label"] = request.label;
    json["where"] = Json::array();
    for (const Condition& condition : request.filter.where) json["where"].push_back(to_string(condition));
    json["classes"] = request.classes;
    json["base"] = request.base;
    json["model_name"] = request.model_name;
    const TrainingSettings& settings = request.settings;
    json["method"] = to_string(settings.method);
    json["end_to_end"] = settings.end_to_end;
    json["epochs"] = settings.epochs;
    json["budget_seconds"] = settings.budget_seconds;
    json["seed"] = settings.seed;
    json["threads"] = settings.threads;
    json["bits"] = settings.bits;
    json["validation_share"] = settings.validation_share;
    json["options"] = settings.options;
    return json;
}

/// Throws where a value is missing or of another kind.
std::optional<TrainingRequest> from_json(const Json& json) {
    TrainingRequest request;
    request.label = json.at("label").get<std::string>();
    for (const Json& text : json.at("where")) {
        auto condition = parse_condition(text.get<std::string>());
        if (!condition) return std::nullopt;
        request.filter.where.push_back(std::move(*condition));
    }
    request.classes = json.at("classes").get<std::vector<std::string>>();
    request.base = json.at("base").get<std::string>();
    request.model_name = json.at("model_name").get<std::string>();
    TrainingSettings& settings = request.settings;
    auto method = method_from_name(json.at("method").get<std::string>());
    if (!method) return std::nullopt;
    settings.method = *method;
    settings.end_to_end = json.at("end_to_end").get<bool>();
    settings.epochs = json.at("epochs").get<int>();
    settings.budget_seconds = json.at("budget_seconds").get<double>();
    settings.seed = json.at("seed").get<std::uint64_t>();
    settings.threads = json.at("threads").get<int>();
    settings.bits = json.at("bits").get<int>();
    settings.validation_share = json.at("validation_share").get<double>();
    settings.options = json.at("options").get<std::map<std::string, std::string>>();
    request.resume = true;
    return request;
}

}  // namespace

Status note_training(LibraryWriter& writer, const TrainingRequest& request) {
    // Class names may be any bytes: what is no UTF-8 is not kept, and the training cannot be resumed by
    // itself.
    return writer.set_setting(kKey, to_json(request).dump(-1, ' ', false, Json::error_handler_t::replace));
}

Status forget_training(LibraryWriter& writer) {
    return writer.set_setting(kKey, "");
}

Result<std::optional<TrainingRequest>> interrupted_training(LibraryReader& reader) {
    const auto stored = reader.setting(kKey);
    if (!stored) return stored.error();
    std::optional<TrainingRequest> request;
    if (stored->empty()) return request;
    try {
        const Json json = Json::parse(*stored);
        if (json.at("format").get<int>() == kFormat) request = from_json(json);
    } catch (const std::exception&) {
        request.reset();
    }
    return request;
}

}  // namespace fieldmark
