// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/classes/anchor_sheet.h"
#include "core/engine/classes/class_anchors.h"
#include "core/engine/learning/learned_classes.h"
#include "core/engine/learning/training_job.h"
#include "core/engine/search/contact_sheet.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::vector<std::string> where;
    std::string out;
    std::string picture;     ///< PNG
    std::string model_name;  ///< of request.model
    std::string label;
    int outliers = 3;  ///< a class
    int limit = 50;
    bool review = false;
    AnchorRequest request;
};

/// Paths of items, read once each.
class Paths {
  public:
    explicit Paths(LibraryReader& reader) : m_reader(reader) {}

    Result<std::string> of(ItemId id) {
        const auto it = m_known.find(id);
        if (it != m_known.end()) return it->second;
        auto items = m_reader.items(std::span(&id, 1));
        if (!items) return items.error();
        if (items->empty() || items->front().id == 0) return m_known[id] = "";
        auto path = m_reader.absolute_path(items->front());
        if (!path) return path.error();
        return m_known[id] = *path;
    }

  private:
    LibraryReader& m_reader;
    std::map<ItemId, std::string> m_known;
};

std::string safe(std::string name) {
    for (char& c : name) {
        if (c == '/' || static_cast<unsigned char>(c) < 0x20) c = '_';
    }
    return name.empty() || name.front() == '.' ? '_' + name : name;
}

/// Each anchor's nearest pictures as links-by-copy in OUT/CLASS/ANCHOR_RANK.EXT, to look through in any
/// viewer.
Status copy_pictures(const std::string& out, const std::vector<ClassAnchor>& anchors, Paths& paths) {
    for (const ClassAnchor& anchor : anchors) {
        const std::filesystem::path folder = std::filesystem::path(out) / safe(anchor.class_name);
        std::error_code code;
        std::filesystem::create_directories(folder, code);
        for (std::size_t rank = 0; !code && rank < anchor.nearest.size(); ++rank) {
            const auto path = paths.of(anchor.nearest[rank].item);
            if (!path) return path.error();
            const std::filesystem::path source(*path);
            const auto target = folder / ("anchor_" + std::to_string(anchor.index + 1) + "_" +
                                          std::to_string(rank + 1) + source.extension().string());
            std::filesystem::copy_file(source, target, std::filesystem::copy_options::overwrite_existing,
                                       code);
            if (code == std::errc::no_such_file_or_directory)
                code.clear();  // a picture on a drive that is away
        }
        if (code)
            return Error{ErrorKind::Io,
                         "Cannot write into \"" + folder.string() + "\": " + code.message() + "."};
    }
    return {};
}

/// Classes by their anchors or prototypes, with the pictures that fit them least.
struct Described {
    std::vector<ClassAnchor> anchors;
    std::map<std::string, std::vector<DensityVerdict>> outliers;  ///< by class, the least typical first
};

/// Anchors of a model of GAPan, whose densities judge the pictures of each class as well.
Result<Described> anchors_of(Context& context, const Arguments& arguments, Library& library,
                             const ModelRegistry& registry, const ModelInfo& model) {
    const std::stop_token stop = context.interrupt.token();
    auto anchors = class_anchors(library, arguments.request, registry, stop);
    if (!anchors) return anchors.error();
    Described described{std::move(*anchors), {}};
    std::string label = arguments.label;
    if (label.empty()) {
        if (auto learned = learned_from(model)) label = std::move(learned->field);
    }
    if (arguments.outliers == 0 || label.empty()) return described;
    auto verdicts = review_labels(library, arguments.request, label, registry, stop);
    if (!verdicts) return verdicts.error();
    std::stable_sort(
        verdicts->begin(), verdicts->end(),
        [](const DensityVerdict& a, const DensityVerdict& b) { return a.typicality < b.typicality; });
    for (DensityVerdict& verdict : *verdicts)
        described.outliers[verdict.class_name].push_back(std::move(verdict));
    return described;
}

/// Any other model than one of GAPan: prototypes of the classes of a field, one class after the other.
Result<Described> prototypes(Context& context, const Arguments& arguments, LibraryReader& reader,
                             const ModelRegistry& registry) {
    AnchorsRequest request;
    request.field = arguments.label;
    request.class_name = arguments.request.class_name;
    request.anchors = arguments.request.anchors;
    request.nearest = arguments.request.nearest;
    request.seed = arguments.request.seed;
    ClassDescriber describer;
    const auto describe = [&] {
        return describer.describe(reader, request, arguments.request.model, registry, {},
                                  context.interrupt.token());
    };
    Described all;
    const auto add = [&](AnchorsReport&& report) {
        all.anchors.insert(all.anchors.end(), report.anchors.begin(), report.anchors.end());
        all.outliers[request.class_name] = std::move(report.outliers);
    };
    auto first = describe();
    if (!first) return first.error();
    if (!request.class_name.empty()) {
        add(std::move(*first));
        return all;
    }
    for (const AnchorClass& one : first->classes) {
        request.class_name = one.name;
        auto report = describe();
        if (!report) return report.error();
        add(std::move(*report));
    }
    return all;
}

/// The pictures of a class that fit it least, into the answer, and those that are unusual as lines.
Result<std::string> add_outliers(const std::vector<DensityVerdict>& outliers, int most, Paths& paths,
                                 Json& json) {
    std::string text;
    constexpr double kUnusual = 5;  // of a hundred pictures of the class, so many are no more typical
    for (std::size_t i = 0; i < std::min(outliers.size(), static_cast<std::size_t>(most)); ++i) {
        const DensityVerdict& verdict = outliers[i];
        const auto path = paths.of(verdict.item);
        if (!path) return path.error();
        Json one;
        one["class"] = verdict.class_name;
        put_path(one, "path", *path);
        one["typicality"] = verdict.typicality;
        json.push_back(std::move(one));
        if (verdict.typicality >= kUnusual) continue;
        text += "    " + format_number(verdict.typicality, 1) + "  " + display_text(*path) + '\n';
    }
    return text.empty() ? text : "  unusual, typicality 0 to 100\n" + text;
}

Result<Answer> show_anchors(Context& context, const Arguments& arguments, Library& library,
                            LibraryReader& reader, const ModelRegistry& registry) {
    const auto model = registry.find(arguments.request.model);
    if (!model) return model.error();
    std::error_code absent;
    const bool densities = std::filesystem::exists(model->path + "/density.safetensors", absent);
    const bool by_prototypes = !arguments.label.empty() && arguments.where.empty() && !densities;
    if (!densities && arguments.label.empty())
        return Error{
            ErrorKind::Usage,
            "The model \"" + model->name +
                "\" has no class densities. Anchors need a model trained by GAPan; with --label FIELD "
                "any model shows what the pictures of a class have in common (prototypes)."};
    auto described = by_prototypes ? prototypes(context, arguments, reader, registry)
                                   : anchors_of(context, arguments, library, registry, *model);
    if (!described) return described.error();
    const std::vector<ClassAnchor>& anchors = described->anchors;
    Paths paths(reader);
    Answer answer;
    answer.json["model"] = arguments.model_name;
    answer.json["prototypes"] = by_prototypes;
    if (!by_prototypes) answer.json["temperature"] = arguments.request.temperature;
    answer.json["anchors"] = Json::array();
    answer.json["outliers"] = Json::array();
    std::string text;
    for (std::size_t i = 0; i < anchors.size(); ++i) {
        const ClassAnchor& anchor = anchors[i];
        Json object;
        object["class"] = anchor.class_name;
        object["index"] = anchor.index;
        if (by_prototypes) {
            object["share"] = anchor.share;
        } else {
            object["log_density"] = anchor.log_density;
        }
        object["nearest"] = Json::array();
        if (anchor.index == 0) text += display_text(anchor.class_name) + '\n';
        text += by_prototypes ? "  prototype " + std::to_string(anchor.index + 1) + ", nearest to " +
                                    format_number(100 * anchor.share, 0) + "% of the class\n"
                              : "  anchor " + std::to_string(anchor.index + 1) + ", log density " +
                                    format_number(anchor.log_density, 3) + " a dimension\n";
        for (const AnchorMatch& match : anchor.nearest) {
            const auto path = paths.of(match.item);
            if (!path) return path.error();
            Json nearest;
            put_path(nearest, "path", *path);
            nearest["score"] = match.score;
            object["nearest"].push_back(std::move(nearest));
            text += "    " + format_number(static_cast<double>(match.score), 3) + "  " + display_text(*path) +
                    '\n';
        }
        answer.json["anchors"].push_back(std::move(object));
        if (i + 1 < anchors.size() && anchors[i + 1].class_name == anchor.class_name) continue;
        const auto lines = add_outliers(described->outliers[anchor.class_name], arguments.outliers, paths,
                                        answer.json["outliers"]);
        if (!lines) return lines.error();
        text += *lines;
    }
    if (!arguments.out.empty()) {
        if (auto status = copy_pictures(arguments.out, anchors, paths); !status) return status.error();
        put_path(answer.json, "out", arguments.out);
    }
    context.console.print(text);
    if (!arguments.picture.empty()) {
        const std::string title =
            std::string(by_prototypes ? "Prototypes of " : "Appearance anchors of ") +
            (arguments.request.class_name.empty() ? std::string("the classes")
                                                  : display_text(arguments.request.class_name));
        const std::string subtitle = "Model " + display_text(model->name) +
                                     (by_prototypes ? "  \u00b7  spherical k-means"
                                                    : "  \u00b7  densities by a reconstruction of GAPan") +
                                     "  \u00b7  each with the pictures nearest to it, by cosine";
        const auto sheet = draw_anchor_sheet(library, anchors, title, subtitle);
        if (!sheet) return sheet.error();
        if (auto status = save_png(*sheet, arguments.picture); !status) return status.error();
        name_picture(context, answer, arguments.picture);
    }
    return answer;
}

Result<Answer> review(Context& context, const Arguments& arguments, Library& library, LibraryReader& reader,
                      const ModelRegistry& registry, const std::string& label) {
    const auto verdicts =
        review_labels(library, arguments.request, label, registry, context.interrupt.token());
    if (!verdicts) return verdicts.error();
    Paths paths(reader);
    Answer answer;
    answer.json["model"] = arguments.model_name;
    answer.json["label"] = label;
    answer.json["reviewed"] = verdicts->size();
    std::int64_t doubtful = 0;
    answer.json["labels"] = Json::array();
    Table table;
    table.column("label").column("fits better").column("by", Table::Align::Right);
    table.column("typicality", Table::Align::Right).column("picture");
    for (const DensityVerdict& verdict : *verdicts) {
        if (verdict.doubtful) ++doubtful;
        if (arguments.limit > 0 && answer.json["labels"].size() >= static_cast<std::size_t>(arguments.limit))
            continue;
        const auto path = paths.of(verdict.item);
        if (!path) return path.error();
        Json object;
        put_path(object, "path", *path);
        object["label"] = verdict.class_name;
        object["better_class"] = verdict.better_class;
        object["mislabel"] = verdict.mislabel;
        object["typicality"] = verdict.typicality;
        object["novelty"] = verdict.novelty;
        object["doubtful"] = verdict.doubtful;
        answer.json["labels"].push_back(std::move(object));
        const bool better = verdict.mislabel > 0;
        table.row({display_text(verdict.class_name), better ? display_text(verdict.better_class) : "-",
                   better ? format_number(verdict.mislabel, 3) : "-", format_number(verdict.typicality, 1),
                   display_text(*path)});
    }
    answer.json["doubtful"] = doubtful;
    context.console.print(table.text() + format_count(static_cast<std::int64_t>(verdicts->size())) +
                          " labels reviewed, " + format_count(doubtful) + " doubtful.\n");
    return answer;
}

Result<Answer> run(Context& context, Arguments arguments) {
    auto filter = parse_filter(arguments.where);
    if (!filter) return std::move(filter).error();
    arguments.request.filter = std::move(*filter);
    auto library = open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    const auto model = choose_model(**reader, arguments.request.model);
    if (!model) return model.error();
    if (!model->installed) return *model->missing;
    arguments.request.model = model->hash;
    arguments.model_name = model->name;
    const ModelRegistry registry = ModelRegistry::for_library((*library)->models_folder());
    if (!arguments.review) return show_anchors(context, arguments, **library, **reader, registry);
    if (arguments.label.empty())
        return Error{ErrorKind::Usage, "A review needs --label FIELD: the labels to check."};
    return review(context, arguments, **library, **reader, registry, arguments.label);
}

}  // namespace

void add_anchors(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    AnchorRequest& request = arguments->request;
    CLI::App& command = *app.add_subcommand("anchors",
                                            "Appearance anchors of the classes that a GAPan model learned, "
                                            "with the pictures nearest to each; or a "
                                            "review of doubtful labels");
    add_library_option(command, arguments->library);
    add_where_option(command, arguments->where);
    command
        .add_option("--model", request.model,
                    "A model trained by gapan, or with --label any other, by name or hash; default: the "
                    "library's own")
        ->type_name("NAME");
    command.add_option("--class", request.class_name, "Only this class")->type_name("CLASS");
    command.add_option("--anchors", request.anchors, "Anchors a class")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command
        .add_option("--temperature", request.temperature,
                    "0: the most likely look alone; towards 1: the whole variation")
        ->check(CLI::Range(0.0, 2.0))
        ->capture_default_str();
    command.add_option("--seed", request.seed, "The same seed draws the same anchors")->capture_default_str();
    command.add_option("--nearest", request.nearest, "Pictures an anchor")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    command.add_option("--outliers", arguments->outliers, "Unusual pictures a class")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    command.add_option("--out", arguments->out, "A folder for copies of the nearest pictures, by class")
        ->type_name("DIR");
    command.add_option("--png", arguments->picture, "Draw the anchors with their pictures into this PNG")
        ->type_name("FILE");
    command.add_flag("--review", arguments->review,
                     "List labelled pictures by how little they fit their class");
    command
        .add_option(
            "--label", arguments->label,
            "The field to review; without class densities, the field whose classes are shown by prototypes")
        ->type_name("FIELD");
    command.add_option("--limit", arguments->limit, "Rows of the review; 0: all")
        ->check(CLI::Range(0, 10'000'000))
        ->capture_default_str();
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return run(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
