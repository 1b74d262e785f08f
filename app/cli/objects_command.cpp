// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli/library_access.h"
#include "core/engine/importing/object_boxes.h"
#include "core/library/writer.h"

namespace fieldmark::cli {

namespace {

struct Arguments {
    std::string library;
    std::vector<std::string> where;
    std::string csv;
    bool find = false;
    bool forget = false;
};

Result<Answer> find(Context& context, Library& library, const ItemQuery& query) {
    auto cropper = ObjectCropper::shared();
    if (!cropper) return std::move(cropper).error();
    const auto report = find_objects(
        library, **cropper, query,
        [&console = context.console](std::int64_t done, std::int64_t total) {
            console.progress("Looking for objects: " + format_count(done) + " of " + format_count(total));
        },
        context.interrupt.token());
    context.console.end_progress();
    if (!report) return report.error();
    Answer answer;
    answer.json["found"] = report->found;
    answer.json["without"] = report->without;
    answer.json["left"] = report->left;
    answer.json["failed"] = Json::array();
    for (const FailedFile& file : report->failed) {
        Json entry;
        put_path(entry, "path", file.path);
        entry.update(to_json(file.error));
        answer.json["failed"].push_back(std::move(entry));
        context.console.warn(display_text(file.error.text));
    }
    answer.json["seconds"] = report->seconds;
    answer.json["finder"] = (*cropper)->hash();
    answer.json["cancelled"] = report->cancelled;
    context.console.print(format_count(report->found) + " objects found, " + format_count(report->without) +
                          " pictures without one, " + format_count(report->left) + " had a box already, in " +
                          format_seconds(report->seconds) + "\n");
    if (!report->failed.empty()) answer.status = SomeFailed;
    if (report->cancelled) {
        const Error error{ErrorKind::Cancelled,
                          "Stopped. The boxes found so far are kept; run it again to go on."};
        context.console.warn(error.text);
        answer.json["error"] = to_json(error);
        answer.status = Failed;
    }
    return answer;
}

Result<Answer> take_in(Context& context, Library& library, const std::string& file) {
    const auto report = import_boxes(library, file);
    if (!report) return report.error();
    Answer answer;
    answer.json["rows"] = report->rows;
    answer.json["stored"] = report->stored;
    answer.json["unmatched"] = report->unmatched;
    answer.json["refused"] = report->refused;
    answer.json["problems"] = Json::array();
    for (const std::string& problem : report->problems) {
        answer.json["problems"].push_back(display_text(problem));
        context.console.warn(display_text(problem));
    }
    context.console.print(format_count(report->stored) + " of " + format_count(report->rows) +
                          " boxes stored\n");
    if (report->unmatched + report->refused > 0) answer.status = SomeFailed;
    return answer;
}

/// The selected items with a hash, in blocks: work(items).
template <typename Work>
Status for_items(LibraryReader& reader, const ItemQuery& query, const Work& work) {
    constexpr std::size_t kBlock = 1000;
    const auto ids = reader.item_ids(query);
    if (!ids) return ids.error();
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        const auto items =
            reader.items(std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin)));
        if (!items) return items.error();
        if (const Status status = work(*items); !status) return status;
    }
    return {};
}

Result<Answer> forget(Context& context, Library& library, LibraryReader& reader, const ItemQuery& query) {
    std::vector<std::string> hashes;
    const Status read = for_items(reader, query, [&](const std::vector<Item>& items) -> Status {
        for (const Item& item : items) {
            if (!item.hash.empty()) hashes.push_back(item.hash);
        }
        return {};
    });
    if (!read) return read.error();
    if (const Status done = library.writer()->forget_object_boxes(hashes); !done) return done.error();
    Answer answer;
    answer.json["pictures"] = hashes.size();
    context.console.print("The boxes of " + format_count(static_cast<std::int64_t>(hashes.size())) +
                          " pictures are forgotten\n");
    return answer;
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char character : text)
        quoted += character == '"' ? std::string("\"\"") : std::string(1, character);
    return quoted + '"';
}

/// Without separators between thousands, for programs.
std::string plain_number(double value, int decimals) {
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                   std::chars_format::fixed, decimals);
    return std::string(digits.data(), end.ptr);
}

/// One line a picture with a box: path, x, y, w, h in pixels, score, source. What --csv takes back.
Result<Answer> list(Context& context, LibraryReader& reader, const ItemQuery& query) {
    Answer answer;
    answer.json["boxes"] = Json::array();
    std::int64_t without = 0;
    std::string text = "path,x,y,w,h,score,source\n";
    const Status read = for_items(reader, query, [&](const std::vector<Item>& items) -> Status {
        std::vector<ItemId> ids;
        for (const Item& item : items) ids.push_back(item.id);
        const auto boxes = reader.object_boxes(ids);
        if (!boxes) return boxes.error();
        for (std::size_t i = 0; i < items.size(); ++i) {
            const auto& box = (*boxes)[i];
            if (!box || items[i].width <= 0) {
                ++without;
                continue;
            }
            const auto pixels = [](int share, int side) {
                return share * static_cast<double>(side) / 10000.0;
            };
            const std::array part{pixels(box->box.x, items[i].width), pixels(box->box.y, items[i].height),
                                  pixels(box->box.width, items[i].width),
                                  pixels(box->box.height, items[i].height)};
            Json entry;
            entry["item"] = items[i].id;
            put_path(entry, "path", items[i].path);
            entry["box"] = part;
            entry["object"] = !box->box.whole();
            entry["score"] = box->score;
            entry["source"] = to_string(box->source);
            answer.json["boxes"].push_back(std::move(entry));
            text += csv_field(display_text(items[i].path));
            for (const double value : part) text += ',' + plain_number(value, 1);
            text +=
                ',' + plain_number(static_cast<double>(box->score), 3) + ',' + to_string(box->source) + '\n';
        }
        return {};
    });
    if (!read) return read.error();
    answer.json["without"] = without;
    context.console.print(text);
    if (without > 0) context.console.note(format_count(without) + " pictures have no box yet (see --find).");
    return answer;
}

Result<Answer> objects(Context& context, const Arguments& arguments) {
    const auto query = parse_filter(arguments.where);
    if (!query) return query.error();
    const bool writes = arguments.find || arguments.forget || !arguments.csv.empty();
    auto library =
        writes ? open_to_write(context, arguments.library, false) : open_to_read(context, arguments.library);
    if (!library) return std::move(library).error();
    auto reader = (*library)->reader();
    if (!reader) return std::move(reader).error();
    if (!arguments.csv.empty()) return take_in(context, **library, arguments.csv);
    if (arguments.forget) return forget(context, **library, **reader, *query);
    if (arguments.find) return find(context, **library, *query);
    return list(context, **reader, *query);
}

}  // namespace

void add_objects(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command =
        *app.add_subcommand("objects", "List, find or take in where the objects of a library's pictures are");
    add_library_option(command, arguments->library);
    add_where_option(command, arguments->where);
    auto* find_flag = command.add_flag("--find", arguments->find,
                                       "Look for the object of every picture that has no box yet");
    auto* csv_option =
        command
            .add_option("--csv", arguments->csv,
                        "Take boxes in from this file: path,x,y,w,h in pixels of the upright picture")
            ->type_name("FILE");
    auto* forget_flag = command.add_flag("--forget", arguments->forget,
                                         "Forget the boxes, also those that were drawn by hand");
    find_flag->excludes(csv_option)->excludes(forget_flag);
    forget_flag->excludes(csv_option);
    command.callback([arguments, &action] {
        action = [arguments](Context& context) { return objects(context, *arguments); };
    });
}

}  // namespace fieldmark::cli
