// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/learning/evaluation_service.h"
#include "core/models/gdfnet_backbone.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::string label;
    std::vector<std::string> where;
    std::vector<int> ks{1, 2, 4, 8};
    std::string model;
    std::string compare;
    bool per_class = false;
    bool confusions = false;
    bool calibrate = false;
    bool hamming = false;
    int worst = 0;
    std::string csv;
    std::uint64_t seed = 1;
};

/// Rows of a long list that are printed for people; --json and --csv have them all.
constexpr std::size_t kPrinted = 30;

std::string percent(double fraction) {
    return format_number(100 * fraction, 2) + " %";
}

std::string signed_percent(double fraction) {
    return (fraction < 0 ? "" : "+") + percent(fraction);
}

Json to_json(const Interval& interval) {
    return Json{{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

std::string between(const Interval& interval) {
    return percent(interval.low) + " to " + percent(interval.high);
}

std::string signed_between(const Interval& interval) {
    return signed_percent(interval.low) + " to " + signed_percent(interval.high);
}

const std::string& class_name(const EvaluationReport& report, std::int32_t label) {
    return report.class_names[static_cast<std::size_t>(label)];
}

std::string rest_of(std::size_t count) {
    return count <= kPrinted
               ? ""
               : "... and " + format_count(static_cast<std::int64_t>(count - kPrinted)) + " more\n";
}

/// By class, the hardest first.
std::vector<ClassFigures> hardest_first(const EvaluationReport& report) {
    std::vector<ClassFigures> classes = report.classes;
    std::stable_sort(classes.begin(), classes.end(), [](const ClassFigures& a, const ClassFigures& b) {
        return (a.queries > 0) != (b.queries > 0) ? a.queries > 0 : a.map_at_r < b.map_at_r;
    });
    return classes;
}

std::string add_classes(const EvaluationReport& report, Json& json) {
    Table table;
    table.column(report.label)
        .column("pictures", Table::Align::Right)
        .column("Recall@1", Table::Align::Right)
        .column("MAP@R", Table::Align::Right)
        .column("mAP", Table::Align::Right);
    json["by_class"] = Json::array();
    std::size_t printed = 0;
    for (const ClassFigures& figures : hardest_first(report)) {
        json["by_class"].push_back({{"class", class_name(report, figures.label)},
                                    {"pictures", figures.pictures},
                                    {"queries", figures.queries},
                                    {"recall_at_1", figures.recall_at_1},
                                    {"map_at_r", figures.map_at_r},
                                    {"mean_average_precision", figures.mean_average_precision}});
        if (++printed > kPrinted) continue;
        const bool any = figures.queries > 0;
        table.row({display_text(class_name(report, figures.label)), format_count(figures.pictures),
                   any ? percent(figures.recall_at_1) : "-", any ? percent(figures.map_at_r) : "-",
                   any ? percent(figures.mean_average_precision) : "-"});
    }
    return "\nBy class, the hardest first\n" + table.text() + rest_of(report.classes.size());
}

std::string add_confusions(const EvaluationReport& report, Json& json) {
    Table table;
    table.column(report.label)
        .column("taken for")
        .column("times", Table::Align::Right)
        .column("share", Table::Align::Right);
    json["confusions"] = Json::array();
    for (const ConfusionPair& pair : report.confusions) {
        json["confusions"].push_back({{"class", class_name(report, pair.truth)},
                                      {"taken_for", class_name(report, pair.taken)},
                                      {"count", pair.count},
                                      {"share", pair.share}});
        if (json["confusions"].size() > kPrinted) continue;
        table.row({display_text(class_name(report, pair.truth)), display_text(class_name(report, pair.taken)),
                   format_count(pair.count), percent(pair.share)});
    }
    if (report.confusions.empty()) return "\nNo class is taken for another at rank 1.\n";
    return "\nTaken for another class at rank 1\n" + table.text() + rest_of(report.confusions.size());
}

Result<std::string> add_worst(const EvaluationReport& report, LibraryReader& reader, Json& json) {
    json["worst_queries"] = Json::array();
    Table table;
    table.column("worst queries")
        .column(report.label)
        .column("first right at", Table::Align::Right)
        .column("score", Table::Align::Right);
    for (const QueryExample& example : report.worst) {
        const ItemId id = example.query;
        auto items = reader.items(std::span(&id, 1));
        if (!items) return items.error();
        Json one;
        put_path(one, "path", items->front().path);
        one["item"] = id;
        one["class"] = class_name(report, example.label);
        one["rank"] = example.rank;
        one["score"] = example.right_score;
        json["worst_queries"].push_back(std::move(one));
        table.row({display_text(items->front().path), display_text(class_name(report, example.label)),
                   format_count(example.rank), format_number(example.right_score, 2)});
    }
    if (report.worst.empty()) return std::string("\nThe nearest picture of every query is of its class.\n");
    return "\n" + table.text();
}

/// The hash layer of the model whose codes are to be compared.
Result<HashHead> codes_of(const ModelChoice& model) {
    if (!model.installed) return *model.missing;
    if (model.installed->bits < 1)
        return Error{ErrorKind::Usage, "The model \"" + model.name +
                                           "\" has no binary codes, so --hamming has nothing to compare. "
                                           "Learn one with \"train --method gdfnet\"."};
    return load_hash_head(*model.installed);
}

std::string add_hashing(const HashMetrics& figures, int bits, Json& json) {
    const std::size_t bytes = hash_words(bits) * sizeof(std::uint64_t);
    json["hamming"] = {{"bits", bits},
                       {"bytes_per_picture", bytes},
                       {"tie_seed", HashEvaluation().tie_seed},
                       {"queries", figures.queries},
                       {"recall_at_1", figures.recall_at_1},
                       {"map_at_r", figures.map_at_r},
                       {"mean_average_precision", figures.map_all}};
    Table table;
    table.column("by Hamming distance").column("", Table::Align::Right);
    table.row({"Recall@1", percent(figures.recall_at_1)});
    table.row({"MAP@R", percent(figures.map_at_r)});
    table.row({"mean average precision", percent(figures.map_all)});
    return "\nCodes of " + std::to_string(bits) + " bits, " + std::to_string(bytes) + " bytes a picture\n" +
           table.text();
}

std::string add_comparison(const EvaluationReport& report, Json& json) {
    const ComparisonReport& comparison = *report.comparison;
    const ModelComparison& figures = comparison.figures;
    Json& to = json["comparison"];
    to["first"] = comparison.first_name;
    to["first_hash"] = comparison.first_hash;
    to["second"] = report.model_name;
    to["queries"] = figures.queries;
    to["left_out"] = comparison.left_out;
    to["won"] = figures.won;
    to["lost"] = figures.lost;
    to["equal"] = figures.equal;
    Table table;
    table.column("")
        .column(comparison.first_name, Table::Align::Right)
        .column(report.model_name, Table::Align::Right);
    table.column("difference", Table::Align::Right).column("95 % over queries").column("95 % over classes");
    for (const auto& [name, key, difference] : {std::tuple("Recall@1", "recall_at_1", &figures.recall_at_1),
                                                std::tuple("MAP@R", "map_at_r", &figures.map_at_r)}) {
        to[key] = {{"first", difference->first},
                   {"second", difference->second},
                   {"over_queries", to_json(difference->over_queries)},
                   {"over_classes", to_json(difference->over_classes)}};
        table.row({name, percent(difference->first), percent(difference->second),
                   signed_percent(difference->over_queries.value), signed_between(difference->over_queries),
                   signed_between(difference->over_classes)});
    }
    return "\nQuery by query: " + report.model_name + " finds the right class earlier " +
           format_count(figures.won) + " times, later " + format_count(figures.lost) + " times, " +
           format_count(figures.equal) + " times at the same rank\n" + table.text();
}

std::string add_calibration(const EvaluationReport& report, Json& json) {
    if (!report.calibration) {
        json["calibration_problem"] = report.calibration_problem;
        return "\nNot calibrated: " + report.calibration_problem + '\n';
    }
    const CalibrationReport& fitted = *report.calibration;
    Json& to = json["calibration"];
    to["kind"] = to_string(fitted.calibration.kind);
    to["isotonic_log_loss"] = fitted.isotonic_log_loss;
    to["logistic_log_loss"] = fitted.logistic_log_loss;
    to["expected_calibration_error"] = fitted.expected_error;
    to["base_rate"] = fitted.base_rate;
    to["pairs"] = fitted.pairs;
    to["queries"] = fitted.queries;
    to["bins"] = Json::array();
    Table table;
    table.column("said", Table::Align::Right)
        .column("was so", Table::Align::Right)
        .column("pairs", Table::Align::Right);
    for (const ReliabilityBin& bin : fitted.bins) {
        to["bins"].push_back(
            {{"predicted", bin.predicted}, {"observed", bin.observed}, {"pairs", bin.weight}});
        table.row({percent(bin.predicted), percent(bin.observed),
                   format_count(static_cast<std::int64_t>(bin.weight))});
    }
    Table scores;
    scores.column("score", Table::Align::Right).column("same class", Table::Align::Right);
    to["probabilities"] = Json::array();
    for (int tenth = 1; tenth <= 10; ++tenth) {
        const double probability = fitted.calibration.probability(tenth / 10.0);
        to["probabilities"].push_back({{"score", tenth / 10.0}, {"probability", probability}});
        scores.row({format_number(tenth / 10.0, 1), percent(probability)});
    }
    return std::string("\nProbability of the same class (") + to_string(fitted.calibration.kind) +
           ", off by " + percent(fitted.expected_error) + " on average on pictures held out)\n" +
           scores.text() + "\nHeld out\n" + table.text();
}

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string cell = "\"";
    for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
    return cell + '"';
}

/// One row for each picture: what its query found.
Status write_csv(const EvaluationReport& report, LibraryReader& reader, const std::string& path) {
    std::ostringstream table;
    table << "item,path,class,rank,right_score,right_item,first_item,first_class,first_score,map_at_r,"
             "average_precision\n";
    auto items = reader.items(report.items);
    if (!items) return items.error();
    for (std::size_t row = 0; row < report.items.size(); ++row) {
        const QueryOutcome& outcome = report.metrics.by_row[row];
        const auto item = [&](std::int32_t at) {
            return at < 0 ? std::string() : std::to_string(report.items[static_cast<std::size_t>(at)]);
        };
        const auto name = [&](std::int32_t at) {
            return at < 0 ? std::string()
                          : quoted(class_name(report, report.labels[static_cast<std::size_t>(at)]));
        };
        table << report.items[row] << ',' << quoted((*items)[row].path) << ','
              << quoted(class_name(report, report.labels[row])) << ',';
        if (outcome.counted())
            table << outcome.right_rank << ',' << outcome.right_score;
        else
            table << ',';
        table << ',' << item(outcome.right_match) << ',' << item(outcome.first_match) << ','
              << name(outcome.first_match) << ',' << outcome.first_score << ',';
        if (outcome.counted())
            table << outcome.map_at_r << ',' << outcome.average_precision;
        else
            table << ',';
        table << '\n';
    }
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << table.str();
    file.close();
    if (!file) {
        return Error{ErrorKind::Io,
                     "The table " + path + " could not be written. Choose another place for it."};
    }
    return {};
}

Result<Answer> evaluate(Context& context, const Arguments& arguments) {
    auto filter = parse_filter(arguments.where);
    if (!filter) return std::move(filter).error();
    auto library = arguments.calibrate ? open_to_write(context, arguments.library, false)
                                       : open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    const auto model = choose_model(**reader, arguments.model);
    if (!model) return model.error();

    EvaluationRequest request;
    request.label = arguments.label;
    request.filter = std::move(*filter);
    request.ks = arguments.ks;
    request.model_hash = model->hash;
    request.intervals = true;
    request.duplicates = true;
    request.calibrate = arguments.calibrate;
    request.examples = arguments.worst;
    request.seed = arguments.seed;
    if (arguments.hamming) {
        auto codes = codes_of(*model);
        if (!codes) return codes.error();
        request.codes = std::move(*codes);
    }
    if (!arguments.compare.empty()) {
        const auto other = choose_model(**reader, arguments.compare);
        if (!other) return other.error();
        request.compare_hash = other->hash;
    }
    const auto report =
        evaluate_library(**library, request, context.interrupt.token(), [&](int done, int total) {
            context.console.progress("Evaluating: " + format_count(done) + " of " + format_count(total));
        });
    context.console.end_progress();
    if (!report) return report.error();

    const RetrievalMetrics& metrics = report->metrics;
    Answer answer;
    Json& json = answer.json;
    json["model"] = model->name;
    json["model_hash"] = model->hash;
    json["label"] = report->label;
    json["queries"] = metrics.queries;
    json["classes"] = metrics.classes;
    json["skipped"] = metrics.skipped;
    json["unlabelled"] = report->unlabelled;
    json["not_embedded"] = report->not_embedded;
    json["exact_duplicates"] = {{"pictures", report->duplicates}, {"pairs", report->duplicate_pairs}};
    json["recall_at"] = Json::object();
    json["recall_at_interval"] = Json::object();
    Table table;
    table.column("").column("", Table::Align::Right).column("95 % over queries").column("95 % over classes");
    // Drawing one class again and again gives the same each time, which is no certainty.
    const auto over_classes = [&](const Interval& interval) {
        return metrics.classes > 1 ? between(interval) : std::string();
    };
    for (const auto& [k, recall] : metrics.recall_at) {
        json["recall_at"][std::to_string(k)] = recall;
        json["recall_at_interval"][std::to_string(k)] = to_json(report->recall_at.at(k));
        table.row({"Recall@" + std::to_string(k), percent(recall), between(report->recall_at.at(k)),
                   k == 1 ? over_classes(report->recall_at_1_classes) : ""});
    }
    json["map_at_r"] = metrics.map_at_r;
    json["map_at_r_interval"] = to_json(report->map_at_r);
    json["map_at_r_interval_classes"] = to_json(report->map_at_r_classes);
    json["mean_average_precision"] = metrics.mean_average_precision;
    json["mean_average_precision_interval"] = to_json(report->mean_average_precision);
    json["seed"] = request.seed;
    json["seconds"] = report->seconds;
    table.row({"MAP@R", percent(metrics.map_at_r), between(report->map_at_r),
               over_classes(report->map_at_r_classes)});
    table.row({"mean average precision", percent(metrics.mean_average_precision),
               between(report->mean_average_precision), ""});
    std::string text = format_count(metrics.queries) + " queries of " + format_count(metrics.classes) +
                       " classes (" + report->label + ", " + model->name + ")\n" + table.text();
    if (metrics.classes == 1) text += "One class alone says nothing of others.\n";
    const auto left_out = [&](std::int64_t count, const char* why) {
        if (count > 0) text += format_count(count) + " pictures left out: " + why + '\n';
    };
    left_out(metrics.skipped, "alone in their class");
    left_out(report->unlabelled, "without this label");
    left_out(report->not_embedded, "not embedded with this model");
    json["learned_classes"] = report->learned_classes;
    const auto learned = [&](int count, const std::string& name) {
        if (count > 0 && count >= metrics.classes)
            text += "All of the classes are among those " + name +
                    " was learned from: this says nothing of what it does with new ones\n";
        else if (count > 0)
            text += format_count(count) + " of the classes are among those " + name +
                    " was learned from, which flatters it; leave them out with --where to see what it does "
                    "with new ones\n";
    };
    learned(report->learned_classes, model->name);
    if (report->duplicates > 0)
        text += format_count(report->duplicates) +
                " pictures have an exact copy among the others, which flatters Recall@1\n";
    if (report->hashing) text += add_hashing(*report->hashing, request.codes->bits, json);
    if (report->comparison) {
        text += add_comparison(*report, json);
        json["comparison"]["first_learned_classes"] = report->compared_learned_classes;
        learned(report->compared_learned_classes, report->comparison->first_name);
        left_out(report->comparison->left_out, "in the comparison, not embedded with the other model");
    }
    if (arguments.per_class) text += add_classes(*report, json);
    if (arguments.confusions) text += add_confusions(*report, json);
    if (arguments.worst > 0) {
        auto worst = add_worst(*report, **reader, json);
        if (!worst) return worst.error();
        text += *worst;
    }
    if (arguments.calibrate) text += add_calibration(*report, json);
    if (!arguments.csv.empty()) {
        if (auto written = write_csv(*report, **reader, arguments.csv); !written) return written.error();
        put_path(json, "csv", arguments.csv);
        text += "\nEach query is listed in " + display_text(arguments.csv) + ".\n";
    }
    context.console.print(text);
    return answer;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "evaluate",
        "Measure retrieval on labelled pictures, leave-one-out: Recall@K, MAP@R, mean average precision");
    add_library_option(command, arguments->library);
    command.add_option("--label", arguments->label, "The field that names the class")
        ->type_name("FIELD")
        ->required();
    add_where_option(command, arguments->where);
    command.add_option("--ks", arguments->ks, "The K of Recall@K, with commas between")
        ->type_name("K,K...")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add_model_option(command, arguments->model);
    command
        .add_option("--compare", arguments->compare,
                    "Another model the library has vectors of: query by query, with intervals")
        ->type_name("NAME");
    command.add_flag("--per-class", arguments->per_class, "Figures of each class, the hardest first");
    command.add_flag("--confusions", arguments->confusions, "Which class is taken for which at rank 1");
    command
        .add_option("--worst", arguments->worst, "List so many queries whose first right match comes last")
        ->type_name("N")
        ->check(CLI::Range(0, 100'000));
    command.add_flag("--calibrate", arguments->calibrate,
                     "Fit the probability of the same class to the scores and keep it in the library");
    command.add_flag(
        "--hamming", arguments->hamming,
        "Also by the binary codes of a model learned by gdfnet: the nearest by Hamming distance");
    command.add_option("--csv", arguments->csv, "Write what became of each query to a table")
        ->type_name("FILE");
    command.add_option("--seed", arguments->seed, "Of everything that is drawn at random")
        ->capture_default_str();
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return evaluate(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
