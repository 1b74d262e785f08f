// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/match_output.h"

#include "app/cli/library_access.h"
#include "core/engine/search/contact_sheet.h"

namespace fieldmark::cli {

Json to_json(const SearchResponse& response) {
    Json object;
    object["model"] = response.model;
    object["model_hash"] = response.model_hash;
    object["metric"] = response.way == SearchWay::Hamming ? "hamming" : "cosine";
    object["way"] = to_string(response.way);
    object["searched"] = response.searched;
    object["embedded"] = response.embedded;
    object["total"] = response.total;
    object["note"] = response.note;
    object["crops"] = Json::array();
    for (const Crop& crop : response.crops) {
        const auto share = [](int part) { return part / 10000.0; };
        object["crops"].push_back({share(crop.x), share(crop.y), share(crop.width), share(crop.height)});
    }
    object["results"] = Json::array();
    for (const Match& match : response.matches) {
        Json entry;
        entry["rank"] = match.rank;
        entry["score"] = match.score;
        if (match.distance >= 0) entry["distance"] = match.distance;
        entry["item"] = match.row.item.id;
        put_path(entry, "path", match.row.absolute_path);
        put_path(entry, "relative_path", match.row.item.path);
        entry["collection"] = match.row.collection;
        entry["metadata"] = to_json(match.row.metadata);
        object["results"].push_back(std::move(entry));
    }
    const SearchTimings& timings = response.timings_ms;
    object["timings_ms"] = {{"decode", timings.decode},
                            {"embed", timings.embed},
                            {"search", timings.search},
                            {"rows", timings.rows}};
    return object;
}

void print(Console& console, const SearchResponse& response) {
    Table table;
    const bool codes = response.way == SearchWay::Hamming;
    table.column("rank", Table::Align::Right).column("score", Table::Align::Right);
    if (codes) table.column("bits apart", Table::Align::Right);
    table.column("picture").column("labels");
    for (const Match& match : response.matches) {
        std::string labels;
        for (const auto& [field, value] : match.row.metadata) {
            labels += (labels.empty() ? "" : ", ") + display_text(field) + '=' + display_text(value);
        }
        std::vector<std::string> row{std::to_string(match.rank),
                                     format_number(static_cast<double>(match.score), 4)};
        if (codes) row.push_back(std::to_string(match.distance));
        row.push_back(display_text(match.row.absolute_path));
        row.push_back(labels);
        table.row(std::move(row));
    }
    std::string text = table.empty() ? "Nothing was found.\n" : table.text();
    const SearchTimings& timings = response.timings_ms;
    text += '\n' + format_count(response.searched) + " of " + format_count(response.total) +
            " pictures searched (" + to_string(response.way) + ", " + response.model + "): decode " +
            format_number(timings.decode, 1) + " ms, embed " + format_number(timings.embed, 1) +
            " ms, search " + format_number(timings.search, 2) + " ms\n";
    console.print(text);
    if (!response.note.empty()) console.note(response.note);
}

Status write_contact_sheet(const Library& library, const SearchRequest& request,
                           const SearchResponse& response, const std::string& file) {
    const auto sheet = make_contact_sheet(library, request, response);
    if (!sheet) return sheet.error();
    return save_png(draw_contact_sheet(*sheet), file);
}

}  // namespace fieldmark::cli
