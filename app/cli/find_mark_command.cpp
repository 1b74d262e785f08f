// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/explain_output.h"
#include "app/cli/library_access.h"
#include "app/cli/query_arguments.h"
#include "core/engine/explain/find_mark.h"
#include "core/engine/search/contact_sheet.h"
#include "core/engine/search/search_service.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string image;
    ItemId item = 0;
    std::string region;
    std::string crop;
    std::vector<std::string> where;
    int k = 50;
    std::string out;
    std::string library;
    std::string model;
    int threads = 0;
};

/// A match that was looked at, in the order of the mark.
struct Found {
    const Match* match = nullptr;
    const MarkSighting* sighting = nullptr;
};

Json to_json(const Found& found, int rank) {
    Json entry;
    entry["rank"] = rank;
    entry["similarity"] = found.sighting->similarity;
    entry["box"] = cli::to_json(found.sighting->box);
    entry["whole_rank"] = found.match->rank;
    entry["whole_score"] = found.match->score;
    entry["item"] = found.match->row.item.id;
    put_path(entry, "path", found.match->row.absolute_path);
    put_path(entry, "relative_path", found.match->row.item.path);
    entry["collection"] = found.match->row.collection;
    entry["metadata"] = cli::to_json(found.match->row.metadata);
    return entry;
}

Status draw(const Library& library, const SearchRequest& request, SearchResponse response, const Crop& region,
            const std::vector<Found>& ranked, const std::string& file) {
    std::vector<Match> matches;
    for (const Found& found : ranked) {
        matches.push_back(*found.match);
        matches.back().rank = static_cast<int>(matches.size());
        matches.back().score = found.sighting->similarity;
    }
    response.matches = std::move(matches);
    auto sheet = make_contact_sheet(library, request, response);
    if (!sheet) return sheet.error();
    if (!sheet->query.empty()) sheet->query.front().crop = region;
    for (std::size_t i = 0; i < ranked.size(); ++i) sheet->matches[i].box = ranked[i].sighting->box;
    sheet->title = "One mark";
    if (!sheet->query.empty() && !sheet->query.front().caption.empty())
        sheet->title += " of " + sheet->query.front().caption;
    sheet->subtitle = format_count(static_cast<std::int64_t>(ranked.size())) +
                      " pictures looked at  \u00b7  " + response.model +
                      "  \u00b7  likeness of the marked region";
    return save_png(draw_contact_sheet(*sheet), file);
}

Result<Answer> find(Context& context, const Arguments& arguments) {
    if (arguments.image.empty() == (arguments.item == 0))
        return Error{ErrorKind::Usage, "Name one picture that shows the mark: an image file, or --item."};
    QueryArguments query;
    if (!arguments.image.empty()) query.images = {arguments.image};
    if (arguments.item != 0) query.items = {arguments.item};
    query.where = arguments.where;
    query.k = arguments.k;
    auto request = query.request();
    if (!request) return std::move(request).error();
    const auto region = parse_crop(arguments.region);
    if (!region) return region.error();
    if (!arguments.crop.empty()) {
        const auto crop = parse_crop(arguments.crop);
        if (!crop) return crop.error();
        request->images.front().crop = *crop;
    }

    auto asked = open_to_ask(context, arguments.library, arguments.model, arguments.threads);
    if (!asked) return std::move(asked).error();
    auto& [library, reader, model, embedder] = *asked;
    SearchService service(*library, embedder.get(), model.hash);
    const auto response = service.search(*request, context.interrupt.token());
    if (!response) return response.error();

    MarkRequest mark;
    mark.query = request->images.front();
    mark.region = *region;
    std::map<ItemId, const Match*> matches;
    for (const Match& match : response->matches) {
        mark.items.push_back(match.row.item.id);
        matches[match.row.item.id] = &match;
    }
    const auto report =
        find_mark(mark, *embedder, *reader, context.interrupt.token(), [&context](int done, int total) {
            context.console.progress("Looking for the mark: " + format_count(done) + " of " +
                                     format_count(total));
        });
    context.console.end_progress();
    if (!report) return report.error();

    Answer answer;
    answer.json["model"] = report->model;
    answer.json["region"] = cli::to_json(*region);
    answer.json["looked_at"] = report->sightings.size();
    answer.json["searched"] = response->searched;
    answer.json["results"] = Json::array();
    answer.json["failed"] = Json::array();
    Table table;
    table.column("rank", Table::Align::Right)
        .column("likeness", Table::Align::Right)
        .column("as a whole", Table::Align::Right)
        .column("picture");
    std::vector<Found> ranked;
    for (const MarkSighting& sighting : report->sightings) {
        const Found found{matches.at(sighting.item), &sighting};
        if (!sighting.seen()) {
            Json entry;
            entry["item"] = sighting.item;
            put_path(entry, "path", found.match->row.absolute_path);
            entry.update(cli::to_json(sighting.error));
            answer.json["failed"].push_back(std::move(entry));
            context.console.warn(display_text(sighting.error.text));
            answer.status = SomeFailed;
            continue;
        }
        ranked.push_back(found);
        const int rank = static_cast<int>(ranked.size());
        answer.json["results"].push_back(to_json(found, rank));
        table.row({std::to_string(rank), format_number(static_cast<double>(sighting.similarity), 4),
                   std::to_string(found.match->rank), display_text(found.match->row.absolute_path)});
    }
    answer.json["milliseconds"] = report->milliseconds;
    context.console.print(table.empty() ? "Nothing was found.\n" : table.text());
    if (!arguments.out.empty()) {
        if (const Status drawn = draw(*library, *request, *response, *region, ranked, arguments.out); !drawn)
            return drawn.error();
        name_picture(context, answer, arguments.out);
    }
    return answer;
}

}  // namespace

void add_find_mark(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "find-mark", "Look for one region of a picture in its best matches, and rank them by that alone");
    command.add_option("image", arguments->image, "The picture that shows the mark")->type_name("IMAGE");
    command.add_option("--item", arguments->item, "An item of the library, by its number")->type_name("ID");
    command
        .add_option("--region", arguments->region,
                    "Where the mark is, as fractions (0 to 1) of the upright picture")
        ->required()
        ->type_name("X,Y,W,H");
    command.add_option("--crop", arguments->crop, "Search the matches with this part of the picture only")
        ->type_name("X,Y,W,H");
    add_where_option(command, arguments->where);
    command.add_option("-k", arguments->k, "In how many of the best matches to look")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command.add_option("--out", arguments->out, "Draw the mark and where the matches have it into this PNG")
        ->type_name("FILE");
    add_library_option(command, arguments->library);
    add_model_option(command, arguments->model);
    add_threads_option(command, arguments->threads);
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return find(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
