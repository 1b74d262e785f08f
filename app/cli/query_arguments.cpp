// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/query_arguments.h"

#include <array>
#include <charconv>
#include <cmath>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"

namespace fieldmark::cli {

Result<Crop> parse_crop(const std::string& text) {
    const Error wrong{ErrorKind::Usage,
                      "\"" + text +
                          "\" is no crop. Write X,Y,W,H as fractions of the upright picture's width and "
                          "height, from 0 to 1, for example 0.25,0.1,0.5,0.6."};
    std::array<double, 4> part{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (i != 0 && (at == end || *at++ != ',')) return wrong;
        const auto [next, failure] = std::from_chars(at, end, part[i]);
        if (failure != std::errc() || !(part[i] >= 0 && part[i] <= 1)) return wrong;
        at = next;
    }
    if (at != end) return wrong;
    // Edges are rounded, not sizes, so that a crop that ends at the picture's edge stays inside it.
    const auto edge = [](double fraction) { return static_cast<int>(std::lround(fraction * 10000)); };
    Crop crop{edge(part[0]), edge(part[1]), 0, 0};
    crop.width = edge(part[0] + part[2]) - crop.x;
    crop.height = edge(part[1] + part[3]) - crop.y;
    if (!crop.valid()) return wrong;
    return crop;
}

Result<QueryImage> query_image(const std::string& path, ItemId item, const std::string& crop) {
    QueryImage image;
    image.path = path;
    image.item = item;
    if (!crop.empty()) {
        const auto part = parse_crop(crop);
        if (!part) return part.error();
        image.crop = *part;
    }
    return image;
}

Result<SearchRequest> QueryArguments::request(bool with_more) const {
    if (images.empty() && items.empty() && !with_more) {
        return Error{ErrorKind::Usage,
                     "Name at least one picture to search with: an image file, or --item with the "
                     "number of an item of the library."};
    }
    if (!crops.empty() && crops.size() != images.size()) {
        return Error{ErrorKind::Usage, "--crop must be given once per image, in their order (" +
                                           std::to_string(images.size()) + " images, " +
                                           std::to_string(crops.size()) +
                                           " crops). 0,0,1,1 is the whole picture."};
    }
    if (exact && graph)
        return Error{ErrorKind::Usage, "--exact and --graph exclude each other. Give one of them."};
    if (hamming && (exact || graph))
        return Error{ErrorKind::Usage, "--hamming excludes --exact and --graph. Give one of them."};
    if (shortlist > 0 && !hamming) return Error{ErrorKind::Usage, "--shortlist goes with --hamming."};
    SearchRequest request;
    for (std::size_t i = 0; i < images.size(); ++i) {
        auto image = query_image(images[i], 0, crops.empty() ? std::string() : crops[i]);
        if (!image) return std::move(image).error();
        request.images.push_back(std::move(*image));
    }
    for (const ItemId item : items) {
        QueryImage image;
        image.item = item;
        request.images.push_back(std::move(image));
    }
    for (const std::string& path : negatives) {
        QueryImage image;
        image.path = path;
        image.negative = true;
        request.images.push_back(std::move(image));
    }
    auto filter = parse_filter(where);
    if (!filter) return std::move(filter).error();
    request.filter = std::move(*filter);
    request.k = k;
    request.way = exact     ? SearchWay::Exact
                  : graph   ? SearchWay::Graph
                  : hamming ? SearchWay::Hamming
                            : SearchWay::Auto;
    request.shortlist = shortlist;
    request.auto_crop = auto_crop;
    request.hide_query = !keep_query;
    request.hide_duplicates = !keep_query;
    return request;
}

void add_query_options(CLI::App& command, QueryArguments& arguments) {
    command
        .add_option("images", arguments.images, "Pictures to search with; several are pooled into one query")
        ->type_name("IMAGE");
    command
        .add_option("--item", arguments.items,
                    "Search with an item of the library, by its number; may be repeated")
        ->type_name("ID")
        ->allow_extra_args(false);
    command
        .add_option("--not", arguments.negatives,
                    "\"Not like this\": a picture to move away from; may be repeated")
        ->type_name("IMAGE")
        ->allow_extra_args(false);
    command
        .add_option("--crop", arguments.crops,
                    "Search with this part of the image only: fractions (0 to 1) of the upright picture; "
                    "once per image")
        ->type_name("X,Y,W,H")
        ->allow_extra_args(false);
    command.add_flag("--auto-crop", arguments.auto_crop,
                     "Crop each picture without --crop to its object: the stored box, else what is found");
    add_where_option(command, arguments.where);
    command.add_option("-k", arguments.k, "How many matches")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command.add_flag("--exact", arguments.exact, "Compare with every vector");
    command.add_flag("--graph", arguments.graph, "Use the graph that \"index build\" made");
    command.add_flag("--hamming", arguments.hamming,
                     "Compare binary codes (of a model trained by GDF-Net), ties by the vectors");
    command
        .add_option("--shortlist", arguments.shortlist,
                    "With --hamming: rank so many nearest codes anew by their vectors")
        ->check(CLI::Range(1, 1'000'000));
    command.add_flag("--keep-query", arguments.keep_query,
                     "Do not hide the query itself and its exact duplicates");
}

}  // namespace fieldmark::cli
