// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/models/backbone.h"
#include "core/models/head.h"

namespace fieldmark {

/// A backbone whose embedding is a head on another's: `info` is the whole's, `network` gives what the head
/// takes. Damaged where dimensions or inputs do not fit together.
Result<std::unique_ptr<Backbone>> make_head_backbone(const ModelInfo& info, std::unique_ptr<Backbone> network,
                                                     Head head);

/// The heads a backbone puts on its network's feature, also beneath a view of objects, the innermost first;
/// empty for a bare network. They live as long as the backbone.
std::vector<const Head*> heads_of(const Backbone& backbone);

/// The network beneath a backbone's heads; the backbone itself where it has none.
const Backbone& network_of(const Backbone& backbone);

}  // namespace fieldmark
