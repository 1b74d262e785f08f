// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/classes/class_anchors.h"
#include "core/engine/pictures/query.h"

namespace fieldmark {

/// A query by one of the report's anchors or prototypes, the picture nearest to it in its `item` (0 where
/// there is none). Any thread.
QueryImage query_by(const ClassAnchor& anchor, const AnchorsReport& report);

/// "Anchor 2 of Cuckoo", for sentences and captions that are not translated.
std::string name_of(const AnchorPoint& anchor);

}  // namespace fieldmark
