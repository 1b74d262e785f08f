// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/models/model_catalog.h"
#include "core/engine/models/model_switch.h"
#include "core/engine/models/whitening.h"
#include "core/models/manifest.h"
#include "core/models/model_import.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::string name;
    ModelImport import;
    std::vector<float> mean;
    std::vector<float> deviation;
    std::string resize = "squash";
    ModelSwitchRequest use;
    WhiteningRequest whitening;
    std::vector<std::string> where;
    bool use_it = false;
};

Json to_json(const ModelInfo& info, bool current) {
    Json object;
    object["name"] = info.name;
    object["kind"] = info.kind;
    object["dimension"] = info.dimension;
    object["input"] = {info.input_width, info.input_height};
    object["hash"] = info.hash;
    object["current"] = current;
    object["base"] = info.base;
    object["method"] = info.method;
    object["bits"] = info.bits;
    return object;
}

Json to_json(const ModelEntry& entry) {
    Json object = to_json(entry.info, entry.current);
    object["installed"] = entry.installed;
    object["former"] = entry.former;
    object["embeddings"] = entry.embeddings;
    return object;
}

std::string input_text(const ModelInfo& info) {
    if (info.input_width == 0) return "";
    return std::to_string(info.input_width) + " x " + std::to_string(info.input_height);
}

std::string kind_text(const ModelInfo& info) {
    return info.method.empty() ? info.kind : info.kind + " (" + info.method + ")";
}

/// The library, open for reading; null without one.
Result<std::unique_ptr<Library>> optional_library(Context& context, const std::string& folder) {
    if (folder.empty()) return std::unique_ptr<Library>();
    return open_to_read(context, folder);
}

Result<Answer> list(Context& context, const Arguments& arguments) {
    const auto library = optional_library(context, arguments.library);
    if (!library) return library.error();
    std::vector<Error> problems;
    const auto models = list_models(library->get(), &problems);
    if (!models) return models.error();
    Answer answer;
    answer.json["models"] = Json::array();
    Table table;
    table.column("").column("name").column("kind").column("dimension", Table::Align::Right);
    table.column("input").column("stands on");
    if (*library) table.column("vectors", Table::Align::Right);
    table.column("hash");
    for (const ModelEntry& entry : *models) {
        answer.json["models"].push_back(to_json(entry));
        std::vector<std::string> row = {
            entry.current ? "*" : "",
            entry.installed ? entry.info.name : entry.info.name + " (not installed)",
            kind_text(entry.info),
            std::to_string(entry.info.dimension),
            input_text(entry.info),
            entry.base_name};
        if (*library) row.push_back(format_count(entry.embeddings));
        row.push_back(entry.info.hash.substr(0, 16));
        table.row(row);
    }
    answer.json["problems"] = Json::array();
    for (const Error& problem : problems) {
        answer.json["problems"].push_back(cli::to_json(problem));
        context.console.warn(problem.text);
    }
    context.console.print(models->empty() ? "No model is installed.\n" : table.text());
    answer.status = problems.empty() ? AllDone : SomeFailed;
    return answer;
}

Result<Answer> show(Context& context, const Arguments& arguments) {
    const auto library = optional_library(context, arguments.library);
    if (!library) return library.error();
    const ModelRegistry registry =
        *library ? ModelRegistry::for_library((*library)->models_folder()) : ModelRegistry();
    const auto info = registry.find(arguments.name);
    if (!info) return info.error();
    const auto models = list_models(library->get());
    if (!models) return models.error();
    ModelEntry entry;
    for (const ModelEntry& candidate : *models) {
        if (candidate.info.hash == info->hash) entry = candidate;
    }
    entry.info = *info;
    Answer answer;
    Json& json = answer.json;
    json = to_json(entry);
    json["resize"] = to_string(info->resize);
    json["mean"] = info->mean;
    json["scale"] = info->scale;
    json["feature"] = info->feature;
    json["licence"] = info->licence;
    json["source"] = info->source;
    put_path(json, "path", info->path);
    Table table;
    table.column("").column("");
    table.row({"name", info->name});
    table.row({"kind", kind_text(*info)});
    if (!info->base.empty()) table.row({"stands on", entry.base_name});
    table.row({"embedding", std::to_string(info->dimension) + " numbers, " + info->feature});
    if (info->bits > 0) table.row({"code", std::to_string(info->bits) + " bits"});
    table.row({"input", input_text(*info) + " pixels, " + json["resize"].get<std::string>()});
    table.row({"licence", info->licence});
    table.row({"source", info->source});
    table.row({"folder", display_text(info->path)});
    table.row({"hash", info->hash});
    if (*library) table.row({"vectors", format_count(entry.embeddings)});
    context.console.print(table.text());
    return answer;
}

Result<Answer> import(Context& context, const Arguments& arguments) {
    ModelImport request = arguments.import;
    const auto three = [](const std::vector<float>& values) -> std::optional<std::array<float, 3>> {
        if (values.size() != 3) return std::nullopt;
        return std::array<float, 3>{values[0], values[1], values[2]};
    };
    request.mean = three(arguments.mean);
    request.deviation = three(arguments.deviation);
    request.resize = arguments.resize == "squash" ? ResizeMode::Squash : ResizeMode::CenterCrop;
    const auto imported = import_model(request);
    if (!imported) return imported.error();
    const ModelInfo& info = imported->info;
    Answer answer;
    Json& json = answer.json;
    json = to_json(info, false);
    json["family"] = imported->family;
    json["parameters"] = imported->parameters;
    json["converted"] = imported->converted;
    const std::string resize = to_string(info.resize);
    json["resize"] = resize;
    json["mean"] = info.mean;
    json["scale"] = info.scale;
    json["pooling"] = info.pooling;
    json["licence"] = info.licence;
    json["notes"] = imported->notes;
    put_path(json, "path", info.path);
    Table table;
    table.column("").column("");
    table.row({"name", info.name});
    table.row({"kind", imported->family.empty() ? info.kind : info.kind + ", " + imported->family});
    table.row({"parameters", format_count(imported->parameters)});
    table.row({"embedding", std::to_string(info.dimension) + " numbers, " + info.feature});
    table.row({"input", input_text(info) + " pixels, " + resize});
    const auto triple = [](const float(&mean)[3], const float(&scale)[3]) {
        std::string text;
        for (int i = 0; i < 3; ++i) {
            text += (i > 0 ? ", (x - " : "(x - ") + format_number(mean[i], 2) + ") / " +
                    format_number(1 / scale[i], 2);
        }
        return text;
    };
    table.row({"normalisation", triple(info.mean, info.scale)});
    table.row({"licence", info.licence});
    if (!info.path.empty()) table.row({"folder", display_text(info.path)});
    context.console.print(table.text());
    for (const std::string& note : imported->notes) context.console.note(note);
    if (!request.dry_run)
        context.console.note("It is installed. \"models use " + info.name +
                             " --library FOLDER\" makes a library search with it.");
    return answer;
}

/// Ctrl-C leaves what is done; the same command goes on.
Result<Answer> use_model(Context& context, Library& library, const ModelSwitchRequest& request,
                         Answer answer) {
    ThumbnailCache thumbnails(library.thumbnail_file());
    ModelSwitchObserver observer;
    observer.progress = [&console = context.console](const ModelSwitchProgress& now) {
        std::string text = now.phase == ModelSwitchProgress::Phase::Deriving
                               ? "Computing from stored embeddings: "
                               : "Embedding: ";
        text += format_count(now.done) + " of " + format_count(now.total);
        if (now.failed > 0) text += ", " + format_count(now.failed) + " failed";
        if (now.per_second > 0) text += ", " + format_number(now.per_second, 1) + " images/s";
        if (now.seconds_left >= 0) text += ", " + format_seconds(now.seconds_left) + " left";
        console.progress(text);
    };
    const auto report = ModelSwitch(library, &thumbnails).run(request, observer, context.interrupt.token());
    context.console.end_progress();
    if (!report) return report.error();
    const ModelInfo& info = report->info;
    Json& json = answer.json;
    json["model"] = to_json(info, report->switched);
    json["switched"] = report->switched;
    json["derived"] = report->derived;
    json["embedded"] = report->embedded;
    json["failed"] = report->failed;
    json["lacking"] = report->lacking;
    json["former"] = report->former;
    json["seconds"] = report->seconds;
    json["cancelled"] = report->cancelled;
    if (report->cancelled) {
        const Error error{ErrorKind::Cancelled, "The change of model was stopped. What is embedded with \"" +
                                                    info.name + "\" is kept; run it again to go on."};
        context.console.warn(error.text);
        json["error"] = cli::to_json(error);
        answer.status = Failed;
        return answer;
    }
    std::string text = report->switched ? "The library searches with " + info.name + " now.\n"
                                        : "The library still searches with its former model.\n";
    const auto line = [&](std::int64_t count, const char* what) {
        if (count > 0) text += format_count(count) + what;
    };
    line(report->derived, " vectors were computed from stored ones\n");
    line(report->embedded, " pictures were embedded\n");
    context.console.print(text);
    if (report->failed > 0) {
        context.console.warn(format_count(report->failed) + " pictures could not be read.");
        answer.status = SomeFailed;
    }
    if (report->lacking > 0) {
        context.console.warn(format_count(report->lacking) +
                             " pictures have no vector of it yet, because their drive is not connected. " +
                             (report->switched ? "They cannot be found until they have one."
                                               : "Connect it and run this again, or add --incomplete."));
        answer.status = SomeFailed;
    }
    return answer;
}

Result<Answer> use(Context& context, const Arguments& arguments) {
    auto library = open_to_write(context, arguments.library, false);
    if (!library) return std::move(library).error();
    ModelSwitchRequest request = arguments.use;
    request.model = arguments.name;
    if (request.model == "former") {
        // "models use former" goes back, unless a model is called so.
        auto reader = (*library)->reader();
        if (!reader) return reader.error();
        if (!model_of_library(**library, **reader, request.model)) {
            auto former = (*reader)->setting(kFormerModelSetting);
            if (!former) return former.error();
            if (former->empty())
                return Error{ErrorKind::Usage, "The library has had no other model. Say which to use."};
            request.model = *former;
        }
    }
    return use_model(context, **library, request, {});
}

Result<Answer> remove(Context& context, const Arguments& arguments) {
    std::unique_ptr<Library> library;
    if (!arguments.library.empty()) {
        auto opened = open_to_write(context, arguments.library, false);
        if (!opened) return std::move(opened).error();
        library = std::move(*opened);
    }
    const auto removal = remove_model(library.get(), arguments.name);
    if (!removal) return removal.error();
    Answer answer;
    answer.json["name"] = removal->name;
    answer.json["embeddings"] = removal->embeddings;
    put_path(answer.json, "folder", removal->folder);
    std::string text = "Removed " + removal->name;
    if (library) text += ", " + format_count(removal->embeddings) + " vectors";
    if (removal->folder.empty()) text += "; its files came with the program and stay";
    context.console.print(text + ".\n");
    return answer;
}

Result<Answer> whiten(Context& context, const Arguments& arguments) {
    WhiteningRequest request = arguments.whitening;
    auto filter = parse_filter(arguments.where);
    if (!filter) return std::move(filter).error();
    request.filter = std::move(*filter);
    auto library = open_to_write(context, arguments.library, false);
    if (!library) return std::move(library).error();
    const auto report = fit_whitening(
        **library, request, context.interrupt.token(), [&](std::int64_t done, std::int64_t total) {
            context.console.progress("Fitting: " + format_count(done) + " of " + format_count(total));
        });
    context.console.end_progress();
    if (!report) return report.error();
    Answer answer;
    Json& json = answer.json;
    json["model"] = to_json(report->info, false);
    json["base"] = report->base;
    json["pictures"] = report->pictures;
    json["rank"] = report->rank;
    json["explained"] = report->explained;
    json["power"] = request.settings.power;
    json["seconds"] = report->seconds;
    Table table;
    table.column("").column("");
    table.row({"name", report->info.name});
    table.row({"stands on", report->base});
    table.row({"fitted on", format_count(report->pictures) + " pictures"});
    table.row({"dimension", std::to_string(report->info.dimension) + " of " + std::to_string(report->rank) +
                                ", which hold " + format_number(100 * report->explained, 1) +
                                " % of the variance"});
    context.console.print(table.text());
    if (!arguments.use_it) {
        context.console.note("\"models use " + report->info.name +
                             "\" makes the library search with it; \"models use former\" goes back.");
        return answer;
    }
    ModelSwitchRequest switch_to = arguments.use;
    switch_to.model = report->info.hash;
    return use_model(context, **library, switch_to, std::move(answer));
}

void add_library(CLI::App& command, Arguments& arguments, const char* what) {
    command.add_option("-L,--library", arguments.library, what)->type_name("FOLDER");
}

void add_switch_options(CLI::App& command, Arguments& arguments) {
    command.add_flag("--incomplete", arguments.use.allow_incomplete,
                     "Change over even if pictures on a drive that is away lack a vector of it");
    add_threads_option(command, arguments.use.threads);
}

void add_import_model(CLI::App& models, const std::shared_ptr<Arguments>& arguments, Action& action) {
    CLI::App& command = *models.add_subcommand(
        "import",
        "Install a network from a safetensors file: a timm vision transformer (ViT, DeiT, DINO, DINOv2), "
        "EfficientNet-Lite or torchvision's MobileNetV2; or a model folder that fieldmark-train wrote");
    ModelImport& import_ = arguments->import;
    command.add_option("file", import_.file, "The weights, or a folder with a manifest.json")
        ->type_name("FILE")
        ->required();
    command.add_option("--name", import_.name, "What to call it; else as the file is called")
        ->type_name("NAME");
    command.add_option("--kind", import_.kind, "vit, efficientnet-lite or mobilenet-v2; else by its tensors")
        ->type_name("KIND");
    command.add_option("--input", import_.input, "Pixels a side; else what suits the network")
        ->check(CLI::Range(1, 2048));
    const auto add_three = [&command](const char* name, std::vector<float>& values, const char* what) {
        command.add_option(name, values, what)
            ->type_name("R,G,B")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->expected(3);
    };
    add_three("--mean", arguments->mean,
              "Mean of the normalisation for pixels from 0 to 1, as model cards give it");
    add_three("--std", arguments->deviation, "Standard deviation, likewise");
    command.add_option("--resize", arguments->resize, "How a picture becomes the input")
        ->check(CLI::IsMember({"squash", "center-crop"}))
        ->capture_default_str();
    command.add_option("--feature", import_.feature, "Of a vision transformer: class, mean or both")
        ->type_name("WHICH");
    command.add_option("--heads", import_.heads, "Attention heads; 0: one for each 64 channels")
        ->check(CLI::Range(0, 1024));
    command.add_option("--licence", import_.licence, "Noted in its manifest")->type_name("TEXT");
    command.add_flag("--dry-run", import_.dry_run, "Only say what it is; install nothing");
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return import(context, *arguments); };
    });
}

void add_whiten(CLI::App& models, const std::shared_ptr<Arguments>& arguments, Action& action) {
    CLI::App& command = *models.add_subcommand(
        "whiten", "Fit a whitening on a library's own embeddings (no labels needed) and store it as a model");
    WhiteningRequest& request = arguments->whitening;
    add_library_option(command, arguments->library);
    add_where_option(command, arguments->where);
    add_model_option(command, request.model);
    command.add_option("--power", request.settings.power, "Shrinkage: 0 only turns, 1 whitens fully")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command
        .add_option("--dimension", request.settings.dimension,
                    "Numbers of the new embedding, at most the rank")
        ->check(CLI::Range(2, 65536))
        ->capture_default_str();
    command.add_option("--name", request.name, "What to call it; else MODEL-whitened")->type_name("NAME");
    command.add_flag("--use", arguments->use_it, "Let the library search with it at once");
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return whiten(context, *arguments); };
    });
}

}  // namespace

void add_models(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command =
        *app.add_subcommand("models", "The networks this machine has, and which one a library uses");
    command.require_subcommand(1);
    CLI::App& list_command = *command.add_subcommand("list", "All of them; the current one is marked");
    add_library(list_command, *arguments,
                "Say which model this library uses and how many vectors it has of each");
    list_command.callback([arguments, &action] {
        action = [arguments](Context& context) { return list(context, *arguments); };
    });
    CLI::App& info_command = *command.add_subcommand("info", "One of them; without a name the default one");
    info_command.add_option("name", arguments->name, "Name, or the beginning of its hash")->type_name("NAME");
    add_library(info_command, *arguments, "Also look among this library's own models");
    info_command.callback([arguments, &action] {
        action = [arguments](Context& context) { return show(context, *arguments); };
    });
    add_import_model(command, arguments, action);
    CLI::App& use_command = *command.add_subcommand(
        "use", "Embed a library with a model and, once that is complete, search with it; resumes if stopped");
    use_command
        .add_option(
            "name", arguments->name,
            "Name, or the beginning of its hash; \"former\" goes back; none: go on where it was stopped")
        ->type_name("NAME");
    add_library_option(use_command, arguments->library);
    add_switch_options(use_command, *arguments);
    use_command.callback([arguments, &action] {
        action = [arguments](Context& context) { return use(context, *arguments); };
    });
    CLI::App& remove_command = *command.add_subcommand(
        "remove", "Delete a model's files, or with --library its vectors there and a model of its own");
    remove_command.add_option("name", arguments->name, "Name, or the beginning of its hash")
        ->type_name("NAME")
        ->required();
    add_library(remove_command, *arguments, "Remove its vectors from this library");
    remove_command.callback([arguments, &action] {
        action = [arguments](Context& context) { return remove(context, *arguments); };
    });
    add_whiten(command, arguments, action);
}

}  // namespace fieldmark::cli
