// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/anchor_query.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/classes/anchor_point.h"

namespace fieldmark::cli {

namespace {

/// A class and the number of one of its anchors, from 1.
struct Wanted {
    std::string class_name;
    int number = 1;
};

/// "Cuckoo:3" as 3 of Cuckoo; a name that only looks like that is tried as a whole, too.
std::vector<Wanted> readings(const std::string& text) {
    const std::size_t colon = text.find_last_of(':');
    std::vector<Wanted> ways;
    if (colon != std::string::npos && colon > 0) {
        Wanted way{text.substr(0, colon), 0};
        const char* const end = text.data() + text.size();
        const auto [stop, failure] = std::from_chars(text.data() + colon + 1, end, way.number);
        if (failure == std::errc() && stop == end) ways.push_back(std::move(way));
    }
    ways.push_back({text, 1});
    return ways;
}

}  // namespace

void add_anchor_options(CLI::App& command, AnchorArguments& arguments) {
    command
        .add_option(
            "--anchor", arguments.anchors,
            "Search by an anchor of a class (or by a prototype, with a model without densities), by its "
            "number as \"anchors\" prints it; without a number the first; may be repeated")
        ->type_name("CLASS[:NUMBER]")
        ->allow_extra_args(false);
    command.add_option("--label", arguments.label, "With --anchor: the field that names the classes")
        ->type_name("FIELD");
    command.add_option("--anchors", arguments.count, "With --anchor: by how many a class is described")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command.add_option("--anchor-seed", arguments.seed, "With --anchor: the seed they are drawn with")
        ->capture_default_str();
}

Result<std::vector<QueryImage>> anchor_queries(const AnchorArguments& arguments, LibraryReader& reader,
                                               const ModelChoice& model, const std::stop_token& stop) {
    std::vector<QueryImage> images;
    if (arguments.anchors.empty()) return images;
    if (arguments.label.empty())
        return Error{ErrorKind::Usage, "--anchor needs --label FIELD: the field that names the classes."};
    if (!model.installed) return *model.missing;
    const auto registry = ModelRegistry::for_library(model.models_folder);
    ClassDescriber describer;
    AnchorsRequest request;
    request.field = arguments.label;
    request.anchors = arguments.count;
    request.seed = arguments.seed;
    request.nearest = 1;
    for (const std::string& text : arguments.anchors) {
        Wanted wanted;
        std::optional<AnchorsReport> report;
        std::optional<Error> unknown;  // of the first reading, which is what was meant
        for (Wanted& way : readings(text)) {
            request.class_name = way.class_name;
            auto described = describer.describe(reader, request, model.hash, registry, {}, stop);
            if (!described && described.error().kind != ErrorKind::NotFound) return described.error();
            if (!described && !unknown) unknown = described.error();
            if (!described) continue;
            wanted = std::move(way);
            report = std::move(*described);
            break;
        }
        if (!report) return *unknown;
        const auto found =
            std::find_if(report->anchors.begin(), report->anchors.end(),
                         [&](const ClassAnchor& anchor) { return anchor.index + 1 == wanted.number; });
        if (found == report->anchors.end()) {
            const std::string count = std::to_string(report->anchors.size());
            return Error{ErrorKind::Usage,
                         "There is no number " + std::to_string(wanted.number) + " among the " + count +
                             (report->densities ? " anchors" : " prototypes") + " of \"" + wanted.class_name +
                             "\". Ask for more with --anchors, or for a lower number."};
        }
        images.push_back(query_by(*found, *report));
    }
    return images;
}

Result<Json> anchors_to_json(const std::vector<QueryImage>& images, LibraryReader& reader) {
    Json list = Json::array();
    for (const QueryImage& image : images) {
        if (!image.anchor) continue;
        Json object;
        object["class"] = image.anchor->class_name;
        object["number"] = image.anchor->index + 1;
        object["prototype"] = image.anchor->prototype;
        object["model_hash"] = image.anchor->model_hash;
        if (image.item != 0) {
            const auto items = reader.items(std::span(&image.item, 1));
            if (!items) return items.error();
            const auto path = reader.absolute_path(items->front());
            if (!path) return path.error();
            put_path(object, "nearest", *path);
        }
        list.push_back(std::move(object));
    }
    return list;
}

}  // namespace fieldmark::cli
