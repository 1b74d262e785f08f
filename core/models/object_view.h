// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/safetensors.h"

namespace fieldmark {

// A model of the kind "object" is another model that looks at the object of a picture instead of the whole:
// it has a hash of its own, so that vectors of objects and of whole pictures never meet in one list. Its
// network is that of the model beneath; the cropping is done before, where pictures are prepared.

/// The weights file of such a model: whose boxes it looks at (the finder's identity, 64 hex digits).
std::vector<std::byte> object_view_weights(const std::string& finder);
/// Damaged where the file says no finder.
Result<std::string> read_object_view(const Safetensors& weights);

/// `network` under another name. Damaged where dimension or input differ from what `info` says.
Result<std::unique_ptr<Backbone>> make_object_view(const ModelInfo& info, std::unique_ptr<Backbone> network,
                                                   std::string finder);

/// The finder that a backbone which make_object_view() made is of; null for any other.
const std::string* finder_of_view(const Backbone& backbone);
/// The model beneath a backbone that make_object_view() made; null for any other.
const Backbone* beneath_object_view(const Backbone& backbone);

}  // namespace fieldmark
