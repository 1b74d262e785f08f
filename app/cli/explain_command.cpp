// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/explain_output.h"
#include "app/cli/library_access.h"
#include "app/cli/query_arguments.h"
#include "core/engine/explain/explain_options.h"
#include "core/engine/explain/explanation_picture.h"
#include "core/engine/pictures/picture_source.h"
#include "core/engine/pictures/sheet_painting.h"
#include "core/engine/search/contact_sheet.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string query;
    std::string match;
    std::string query_crop;
    std::string match_crop;
    std::string library;
    std::string model;
    std::string out;
    std::string method;
    int parts = 5;
    int threads = 0;
    bool attention = false;
};

Json to_json(const Explanation& explanation) {
    Json object;
    object["score"] = explanation.score;
    object["decomposition_sum"] = explanation.exact ? Json(explanation.decomposition_sum) : Json();
    object["method"] = explanation.method;
    object["exact"] = explanation.exact;
    object["model"] = explanation.model;
    object["correspondences"] = Json::array();
    for (const ExplainedPart& part : explanation.parts) {
        Json pair;
        pair["query_box"] = cli::to_json(part.query_box);
        pair["match_box"] = cli::to_json(part.match_box);
        pair["contribution"] = explanation.exact ? Json(part.contribution) : Json();
        pair["similarity"] = part.similarity;
        object["correspondences"].push_back(std::move(pair));
    }
    object["rest"] = explanation.exact ? Json(explanation.rest) : Json();
    object["query_heat"] = cli::to_json(explanation.query);
    object["match_heat"] = cli::to_json(explanation.match);
    object["milliseconds"] = explanation.milliseconds;
    return object;
}

Status draw(const Explanation& explanation, const QueryImage& query, const QueryImage& match,
            const std::string& file) {
    constexpr int kSide = 1024;
    std::array<QImage, 2> images;
    for (const std::size_t i : {0U, 1U}) {
        auto loaded = load_picture_of(i == 0 ? query : match, kSide, nullptr, nullptr);
        if (!loaded) return loaded.error();
        images[i] = std::move(loaded->image);
    }
    return save_png(
        draw_explanation(explanation, images[0], images[1], display_text(file_name_of(query.path)),
                         display_text(file_name_of(match.path))),
        file);
}

Result<Answer> explain(Context& context, const Arguments& arguments) {
    const auto query = query_image(arguments.query, 0, arguments.query_crop);
    if (!query) return query.error();
    const auto match = query_image(arguments.match, 0, arguments.match_crop);
    if (!match) return match.error();
    auto asked = open_to_ask(context, arguments.library, arguments.model, arguments.threads);
    if (!asked) return std::move(asked).error();
    auto& [library, reader, model, embedder] = *asked;
    const auto explanation =
        explain_match_by(*query, *match, *embedder, reader.get(),
                         {.parts = arguments.parts, .method = arguments.method}, context.interrupt.token());
    if (!explanation) return explanation.error();

    Answer answer;
    answer.json = to_json(*explanation);
    if (arguments.attention && !context.console.json()) {
        context.console.note("What each head attends to is in the answer with --json.");
    } else if (arguments.attention) {
        for (const auto& [name, image] :
             {std::pair{"query_attention", &*query}, std::pair{"match_attention", &*match}}) {
            const auto heads = attention_by_head(*image, *embedder, reader.get(), context.interrupt.token());
            if (!heads) return heads.error();
            answer.json[name] = cli::to_json(*heads);
        }
    }
    context.console.print("Score " + format_number(explanation->score, 4) + " by " + explanation->model +
                          "\n");
    Table table;
    table.column("part", Table::Align::Right)
        .column("similarity", Table::Align::Right)
        .column("of the score", Table::Align::Right);
    int number = 0;
    for (const ExplainedPart& part : explanation->parts)
        table.row({std::to_string(++number), format_number(static_cast<double>(part.similarity), 2),
                   explanation->exact ? format_number(part.contribution, 4) : std::string("-")});
    if (explanation->exact) table.row({"rest", "", format_number(explanation->rest, 4)});
    context.console.print(table.text());
    if (!arguments.out.empty()) {
        if (const Status drawn = draw(*explanation, *query, *match, arguments.out); !drawn)
            return drawn.error();
        name_picture(context, answer, arguments.out);
    }
    return answer;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "explain", "Show why two pictures match: which places carry the score, and which parts correspond");
    command.add_option("query", arguments->query, "The picture asked with")->required()->type_name("QUERY");
    command.add_option("match", arguments->match, "The picture it is compared with")
        ->required()
        ->type_name("MATCH");
    command.add_option("--crop", arguments->query_crop, "Only this part of the query, as fractions")
        ->type_name("X,Y,W,H");
    command.add_option("--match-crop", arguments->match_crop, "Only this part of the match, as fractions")
        ->type_name("X,Y,W,H");
    command.add_option("--out", arguments->out, "Draw both pictures with the explanation into this PNG")
        ->type_name("FILE");
    command.add_option("--parts", arguments->parts, "How many corresponding parts to name")
        ->check(CLI::Range(0, 50));
    command
        .add_option("--method", arguments->method,
                    "How: decomposition, rollout or relevance; default: what suits the model")
        ->check(CLI::IsMember({"decomposition", "rollout", "relevance"}));
    command.add_flag("--attention", arguments->attention,
                     "With --json: also what each layer's heads attend to in both pictures (transformers)");
    add_library_option(command, arguments->library);
    add_model_option(command, arguments->model);
    add_threads_option(command, arguments->threads);
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return explain(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
