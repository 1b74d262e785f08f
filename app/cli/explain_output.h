// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/text.h"
#include "core/base/crop.h"
#include "core/engine/explain/attention_heads.h"
#include "core/engine/explain/explanation.h"

namespace fieldmark::cli {

/// [x, y, width, height] in fractions of the upright picture.
Json to_json(const Crop& box);
/// {rows, columns, area, values[]}: row by row.
Json to_json(const HeatMap& heat);
/// {layers, heads, rows, columns, from, area, values[layer][head][place]}, rounded to seven decimals.
Json to_json(const AttentionHeads& attention);

}  // namespace fieldmark::cli
