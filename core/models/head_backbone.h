// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/head.h"

namespace fieldmark {

/// A backbone whose embedding is a head on another's: `info` is the whole's, `network` gives what the head
/// takes. Damaged where dimensions or inputs do not fit together.
Result<std::unique_ptr<Backbone>> make_head_backbone(const ModelInfo& info, std::unique_ptr<Backbone> network,
                                                     Head head);

/// The head of a backbone that make_head_backbone() made; null for any other.
const Head* head_of(const Backbone& backbone);
/// The model beneath that head; null where there is none.
const Backbone* beneath_head(const Backbone& backbone);

}  // namespace fieldmark
