// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/training_data.h"

#include <algorithm>
#include <cmath>

namespace fieldmark {
namespace {

Error usage(std::string text) {
    return {ErrorKind::Usage, std::move(text)};
}

}  // namespace

Status check_training_data(const TrainingData& data) {
    const std::string field =
        data.label_field.empty() ? std::string("The label") : "The field \"" + data.label_field + "\"";
    if (data.labels.empty())
        return usage(field + " gives no labelled picture to learn from. Label some pictures first.");
    if (!data.items.empty() && data.items.size() != data.labels.size())
        return Error{ErrorKind::Internal, "Training data with " + std::to_string(data.labels.size()) +
                                              " labels and " + std::to_string(data.items.size()) + " items."};
    std::vector<int> sizes(data.classes.size());
    for (const std::int32_t label : data.labels) {
        if (label < 0 || static_cast<std::size_t>(label) >= sizes.size())
            return Error{ErrorKind::Internal, "Training data with a label outside its classes."};
        ++sizes[static_cast<std::size_t>(label)];
    }
    const auto classes = std::count_if(sizes.begin(), sizes.end(), [](int size) { return size > 0; });
    if (classes == 1)
        return usage(field +
                     " has a single class among these pictures; learning to tell classes apart needs "
                     "at least four.");
    const auto usable = std::count_if(sizes.begin(), sizes.end(), [](int size) { return size >= 2; });
    if (usable == 0)
        return usage(field +
                     " gives every class a single picture; learning needs at least four classes with "
                     "two pictures or more.");
    if (usable < 4)
        return usage(field + " gives " + std::to_string(usable) + (usable == 1 ? " class" : " classes") +
                     " with two pictures or more; learning needs at least four: two to learn from and two to "
                     "check on.");
    if (!data.features.empty()) {
        const auto expected = data.labels.size() * static_cast<std::size_t>(std::max(0, data.views)) *
                              static_cast<std::size_t>(std::max(0, data.dimension));
        if (expected == 0 || data.features.size() != expected)
            return Error{ErrorKind::Internal, "Training data with features of another shape than said."};
        if (!std::all_of(data.features.begin(), data.features.end(),
                         [](float x) { return std::isfinite(x); }))
            return Error{ErrorKind::Damaged,
                         "Some stored vectors are not numbers. Run \"fieldmark-cli verify --repair\"."};
    }
    return {};
}

}  // namespace fieldmark
