// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/models/safetensors.h"
#include "core/training/training.h"

namespace fieldmark::testing {

/// Watches a training and leaves at `aside` (and `aside`.refit) the checkpoints that a process killed in the
/// middle of the second learning, that from all `classes`, would leave.
inline TrainingObserver kept_from_second_learning(const std::string& checkpoint, const std::string& aside,
                                                  int classes) {
    const auto second = std::make_shared<bool>(false);
    TrainingObserver observer;
    observer.message = [second, classes](const std::string& text) {
        *second = *second ||
                  text.starts_with("Learning once more from all " + std::to_string(classes) + " classes");
    };
    observer.progress = [second, checkpoint, aside](double share, double) {
        if (!*second || share <= 0.8 || std::filesystem::exists(aside)) return;
        std::filesystem::copy_file(checkpoint, aside);
        std::filesystem::copy_file(checkpoint + ".refit", aside + ".refit");
    };
    return observer;
}

/// A second for all, and an observer that takes more than that before the first epoch.
inline TrainingSettings one_second(TrainingSettings settings) {
    settings.epochs = 10'000;
    settings.budget_seconds = 1;
    settings.options["refit"] = "no";
    settings.options["patience"] = "0";
    return settings;
}
inline TrainingObserver slow_start() {
    const auto slept = std::make_shared<bool>(false);
    TrainingObserver observer;
    observer.message = [slept](const std::string&) {
        if (!std::exchange(*slept, true)) std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    };
    return observer;
}

/// The first tensor of a safetensors file of floats that holds what is no number, or why it cannot be read;
/// "" where all are.
inline std::string broken_tensor(std::vector<std::byte> bytes) {
    const auto file = Safetensors::parse(std::move(bytes), "weights");
    if (!file) return file.error().text;
    for (const auto& [name, tensor] : file->tensors()) {
        for (std::size_t at = 0; at + sizeof(float) <= tensor.data.size(); at += sizeof(float)) {
            float value = 0;
            std::memcpy(&value, tensor.data.data() + at, sizeof value);
            if (!std::isfinite(value)) return name;
        }
    }
    return {};
}

}  // namespace fieldmark::testing
