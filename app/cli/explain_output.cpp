// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/explain_output.h"

#include <cmath>
#include <utility>

namespace fieldmark::cli {

Json to_json(const Crop& box) {
    return Json::array({box.x / 10000.0, box.y / 10000.0, box.width / 10000.0, box.height / 10000.0});
}

Json to_json(const HeatMap& heat) {
    Json object;
    object["rows"] = heat.rows;
    object["columns"] = heat.columns;
    object["area"] = to_json(heat.area);
    object["values"] = heat.values;
    return object;
}

Json to_json(const AttentionHeads& attention) {
    Json object;
    object["layers"] = attention.layers;
    object["heads"] = attention.heads;
    object["rows"] = attention.rows;
    object["columns"] = attention.columns;
    object["from"] = attention.class_token ? "class token" : "mean of the patches";
    object["area"] = to_json(attention.area);
    Json layers = Json::array();
    for (int layer = 0; layer < attention.layers; ++layer) {
        Json heads = Json::array();
        for (int head = 0; head < attention.heads; ++head) {
            Json places = Json::array();
            for (const float value : attention.of(layer, head))
                places.push_back(std::round(static_cast<double>(value) * 1e7) / 1e7);
            heads.push_back(std::move(places));
        }
        layers.push_back(std::move(heads));
    }
    object["values"] = std::move(layers);
    return object;
}

}  // namespace fieldmark::cli
