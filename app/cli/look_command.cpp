// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/explain_output.h"
#include "app/cli/library_access.h"
#include "app/cli/query_arguments.h"
#include "core/engine/explain/look_picture.h"
#include "core/engine/pictures/picture_source.h"
#include "core/engine/search/contact_sheet.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string image;
    ItemId item = 0;
    std::string crop;
    std::string kind;
    int layer = -1;
    int head = -1;
    std::string out;
    std::string library;
    std::string model;
    int threads = 0;
};

/// In the order of LookKind.
constexpr std::array<const char*, 4> kKinds{"energy", "attention", "rollout", "object"};

const char* name_of(LookKind kind) {
    return kKinds[static_cast<std::size_t>(kind)];
}

Json to_json(const PictureLook& look) {
    Json object;
    object["kind"] = name_of(look.kind);
    object["model"] = look.model;
    object["kinds"] = Json::array();
    for (const LookKind kind : look.kinds) object["kinds"].push_back(name_of(kind));
    object["layers"] = look.layers;
    object["heads"] = look.heads;
    const bool one_layer = look.kind == LookKind::Attention;
    object["layer"] = one_layer ? Json(look.layer) : Json();
    object["head"] = one_layer && look.head >= 0 ? Json(look.head) : Json();
    object["map"] = cli::to_json(look.map);
    object["box"] = look.box ? cli::to_json(*look.box) : Json();
    object["milliseconds"] = look.milliseconds;
    return object;
}

/// The window takes what is nearest to what is asked for; a script gets what it asked for or an error.
Status as_asked(const PictureLook& look, const Arguments& arguments) {
    if (!arguments.kind.empty() && name_of(look.kind) != arguments.kind) {
        std::string others;
        for (const LookKind kind : look.kinds)
            others += (others.empty() ? "" : ", ") + std::string(name_of(kind));
        return Error{ErrorKind::Unsupported, "With the model \"" + look.model + "\" there is no " +
                                                 arguments.kind + " to look at. There is: " + others + "."};
    }
    if (look.kind != LookKind::Attention && (arguments.layer >= 0 || arguments.head >= 0))
        return Error{ErrorKind::Usage, "--layer and --head go with --kind attention."};
    if ((arguments.layer >= 0 && look.layer != arguments.layer) ||
        (arguments.head >= 0 && look.head != arguments.head))
        return Error{ErrorKind::Usage, "The model \"" + look.model + "\" has " + std::to_string(look.layers) +
                                           " layers of " + std::to_string(look.heads) +
                                           " heads, both counted from 0."};
    return {};
}

Result<Answer> look(Context& context, const Arguments& arguments) {
    PictureLookRequest request;
    if (arguments.image.empty() == (arguments.item == 0))
        return Error{ErrorKind::Usage, "Name one picture to look at: an image file, or --item."};
    auto query = query_image(arguments.image, arguments.item, arguments.crop);
    if (!query) return std::move(query).error();
    request.picture = std::move(*query);
    const auto kind = std::find(kKinds.begin(), kKinds.end(), arguments.kind);
    if (kind != kKinds.end()) request.kind = static_cast<LookKind>(kind - kKinds.begin());
    request.layer = arguments.layer;
    request.head = arguments.head;

    auto asked = open_to_ask(context, arguments.library, arguments.model, arguments.threads);
    if (!asked) return std::move(asked).error();
    auto& [library, reader, model, embedder] = *asked;
    const auto seen = look_at_picture(request, *embedder, reader.get(), context.interrupt.token());
    if (!seen) return seen.error();
    if (const Status status = as_asked(*seen, arguments); !status) return status.error();

    Answer answer;
    answer.json = to_json(*seen);
    const auto& values = seen->map.values;
    const auto most = std::max_element(values.begin(), values.end());
    std::string text = std::string(name_of(seen->kind)) + " by " + seen->model + ", " +
                       std::to_string(seen->map.rows) + " x " + std::to_string(seen->map.columns) + " places";
    if (most != values.end()) {
        const auto at = static_cast<int>(most - values.begin());
        text += ", the most (" + format_number(static_cast<double>(*most), 4) + ") in row " +
                std::to_string(at / seen->map.columns + 1) + ", column " +
                std::to_string(at % seen->map.columns + 1);
    }
    context.console.print(text + "\n");
    if (!arguments.out.empty()) {
        constexpr int kSide = 2000;
        const auto picture = load_picture_of(request.picture, kSide, reader.get(), nullptr);
        if (!picture) return picture.error();
        if (const Status saved = save_png(draw_look(picture->image, *seen), arguments.out); !saved)
            return saved.error();
        name_picture(context, answer, arguments.out);
    }
    return answer;
}

}  // namespace

void add_look(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "look", "Show what the model looks at in one picture: energy, attention, or the object it finds");
    command.add_option("image", arguments->image, "The picture")->type_name("IMAGE");
    command.add_option("--item", arguments->item, "An item of the library, by its number")->type_name("ID");
    command.add_option("--crop", arguments->crop, "Only this part of the picture, as fractions")
        ->type_name("X,Y,W,H");
    command.add_option("--kind", arguments->kind, "What of the model; default: what suits it")
        ->check(CLI::IsMember(std::vector<std::string>(kKinds.begin(), kKinds.end())));
    command.add_option("--layer", arguments->layer, "Of the attention, from 0; default: the last")
        ->check(CLI::Range(0, 10'000));
    command
        .add_option("--head", arguments->head, "Of the layer's attention, from 0; default: the mean of all")
        ->check(CLI::Range(0, 10'000));
    command.add_option("--out", arguments->out, "Draw the picture with its heat into this PNG")
        ->type_name("FILE");
    add_library_option(command, arguments->library);
    add_model_option(command, arguments->model);
    add_threads_option(command, arguments->threads);
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return look(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
