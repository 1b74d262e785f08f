// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/model_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include <nlohmann/json.hpp>

#include "core/models/safetensors.h"
#include "core/models/safetensors_writer.h"
#include "core/training/refit.h"

namespace fieldmark {
namespace {

using nlohmann::json;

json to_json(const ValidationFigures& figures) {
    return {{"recall_at_1", figures.recall_at_1},
            {"map_at_r", figures.map_at_r},
            {"queries", figures.queries},
            {"classes", figures.classes}};
}

/// For people: "GAPan".
std::string title(Method method) {
    switch (method) {
        case Method::ProxyNca:
            return "ProxyNCA++";
        case Method::Gapan:
            return "GAPan (a reconstruction)";
        case Method::Dva:
            return "DVA (a reconstruction)";
        case Method::GdfNet:
            return "GDF-Net (a reconstruction)";
    }
    return {};
}

/// The last guard, whatever a method overlooked.
Status check_numbers(const std::vector<std::byte>& weights) {
    const auto file = Safetensors::parse(weights, "weights");
    if (!file) return file.error();
    for (const auto& [name, tensor] : file->tensors()) {
        if (tensor.dtype != "F32") continue;
        for (std::size_t at = 0; at + sizeof(float) <= tensor.data.size(); at += sizeof(float)) {
            float value = 0;
            std::memcpy(&value, tensor.data.data() + at, sizeof value);
            if (!std::isfinite(value))
                return Error{
                    ErrorKind::Internal,
                    "What was learned is no longer made of numbers, so no model was written. A lower "
                    "learning rate may help.",
                    name};
        }
    }
    return {};
}

}  // namespace

std::string training_json(const TrainingData& data, const TrainingSettings& settings,
                          const TrainingOutcome& outcome, const std::map<std::string, double>& further) {
    json object;
    object["method"] = to_string(settings.method);
    object["end_to_end"] = settings.end_to_end;
    object["field"] = data.label_field;
    object["classes"] = data.classes;
    object["pictures"] = data.count();
    object["base"] = data.base.name;
    object["seed"] = settings.seed;
    object["validation_share"] = settings.validation_share;
    object["options"] = settings.options;
    object["epochs"] = outcome.epochs;
    object["best_epoch"] = outcome.best_epoch;
    object["seconds"] = outcome.seconds;
    object["before"] = to_json(outcome.before);
    object["after"] = to_json(outcome.after);
    object["trainable_parameters"] = outcome.trainable_parameters;
    object["cancelled"] = outcome.cancelled;
    if (!outcome.note.empty()) object["note"] = outcome.note;
    for (const auto& [name, value] : further) object[name] = value;
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Status check_target(const TrainingTarget& target) {
    if (auto status = check_model_name(target.name); !status) return status;
    if (auto status = target.file_system().make_directory(target.models_folder); !status) return status;
    if (::access((target.models_folder + '/' + target.name).c_str(), F_OK) == 0)
        return Error{ErrorKind::Usage,
                     "There is a model called \"" + target.name +
                         "\" already. Give the new one another name, or remove the old one."};
    if (::access(target.models_folder.c_str(), W_OK) != 0)
        return Error{ErrorKind::Permission, "The folder \"" + target.models_folder +
                                                "\" cannot be written, so a model could not be saved there."};
    return {};
}

ModelInfo learned_info(const TrainingTarget& target, const TrainingData& data,
                       const TrainingSettings& settings, const std::string& kind) {
    ModelInfo info = data.base;
    info.hash.clear();
    info.path.clear();
    info.name = target.name;
    info.kind = kind;
    info.base = data.base.hash;
    info.method = to_string(settings.method);
    info.bits = 0;
    return info;
}

int learned_input_side(const ModelInfo& base, const Augmentation& crops) {
    if (!base.method.empty()) return base.input_width;
    return std::clamp(crops.whole_side(), base.input_width, 2 * base.input_width);
}

Result<Manifest> write_learned_model(const TrainingTarget& target, const NewModel& model) {
    if (auto status = check_numbers(model.weights); !status) {
        remove_checkpoints(target);  // gone on with, it could only end here again
        return status.error();
    }
    auto manifest = write_model_folder(target.file_system(), target.models_folder, model);
    if (manifest) remove_checkpoints(target);
    return manifest;
}

Result<Manifest> write_head_model(const TrainingTarget& target, const TrainingData& data,
                                  const TrainingSettings& settings, const TrainingOutcome& outcome,
                                  const Head& head, std::map<std::string, std::vector<std::byte>> beside,
                                  const std::map<std::string, double>& further) {
    NewModel model;
    model.info = learned_info(target, data, settings, "head");
    model.info.dimension = head.out;
    model.info.feature = title(settings.method) + " head on the embedding of " + data.base.name;
    model.info.source = "trained by Fieldmark from the field \"" + data.label_field + "\"";
    model.weights = write_safetensors(head.tensors());
    model.training = training_json(data, settings, outcome, further);
    model.beside = std::move(beside);
    return write_learned_model(target, model);
}

}  // namespace fieldmark
