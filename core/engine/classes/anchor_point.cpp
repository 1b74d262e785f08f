// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/classes/anchor_point.h"

#include <memory>
#include <utility>

namespace fieldmark {

QueryImage query_by(const ClassAnchor& anchor, const AnchorsReport& report) {
    auto point = std::make_shared<AnchorPoint>();
    point->model_hash = report.model_hash;
    point->model = report.model;
    point->class_name = anchor.class_name;
    point->index = anchor.index;
    point->prototype = anchor.prototype;
    point->vector = anchor.vector;
    QueryImage image;
    if (!anchor.nearest.empty()) image.item = anchor.nearest.front().item;
    image.anchor = std::move(point);
    return image;
}

std::string name_of(const AnchorPoint& anchor) {
    return (anchor.prototype ? "Prototype " : "Anchor ") + std::to_string(anchor.index + 1) + " of " +
           anchor.class_name;
}

}  // namespace fieldmark
