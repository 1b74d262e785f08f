// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/object_boxes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/importing/label_table.h"
#include "core/engine/pictures/object_service.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/engine/pictures/source_file.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark {

namespace {

constexpr std::size_t kCommit = 64;
constexpr std::size_t kProblemsKept = 100;
constexpr double kSlack = 2;  ///< pixels

Error read_only(const Library& library) {
    return {ErrorKind::ReadOnly, "The library \"" + library.folder() +
                                     "\" is open for reading only, so no boxes can be stored in it."};
}

/// One picture's box, from its file as it is now.
Result<LibraryWriter::BoxEdit> find_in(const std::string& path, ObjectCropper& cropper) {
    auto file = read_picture(path, {});
    if (!file) return file.error();
    auto decoded = decode(file->bytes, path, {cropper.cover(), {}});
    if (!decoded) return decoded.error();
    auto object = cropper.find(decoded->image);
    if (!object) return object.error();
    return LibraryWriter::BoxEdit{std::move(file->hash), std::move(*object)};
}

bool number(const std::string& text, double& value) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

/// Pixels of a width x height picture as a crop; empty where they are no box in it. Up to two pixels beyond
/// the border are rounding and cut off.
std::optional<Crop> crop_of_pixels(const std::array<double, 4>& box, int width, int height) {
    const auto edge = [](double pixels, int side) {
        return static_cast<int>(std::lround(std::clamp(pixels / side, 0.0, 1.0) * 10000));
    };
    if (width <= 0 || height <= 0 || box[0] < -kSlack || box[1] < -kSlack || !(box[2] > 0) || !(box[3] > 0) ||
        box[0] + box[2] > width + kSlack || box[1] + box[3] > height + kSlack) {
        return {};
    }
    Crop crop{edge(box[0], width), edge(box[1], height), 0, 0};
    crop.width = edge(box[0] + box[2], width) - crop.x;
    crop.height = edge(box[1] + box[3], height) - crop.y;
    return crop.valid() ? std::optional(crop) : std::nullopt;
}

}  // namespace

Result<FindObjectsReport> find_objects(Library& library, ObjectCropper& cropper, const ItemQuery& query,
                                       const std::function<void(std::int64_t, std::int64_t)>& progress,
                                       std::stop_token stop) {
    LibraryWriter* const writer = library.writer();
    if (!writer) return read_only(library);
    auto opened = library.reader();
    if (!opened) return opened.error();
    LibraryReader& reader = **opened;
    const Stopwatch clock;
    ItemQuery ready = query;
    ready.state = ItemState::Ready;
    auto selected = reader.item_ids(ready);
    if (!selected) return selected.error();
    const std::unordered_set<ItemId> wanted(selected->begin(), selected->end());
    auto collections = reader.collections();
    if (!collections) return collections.error();
    std::map<CollectionId, std::string> roots;
    for (const Collection& collection : *collections) roots[collection.id] = collection.root;
    std::vector<ItemWork> works;
    for (ItemId after = 0;;) {
        constexpr int kPage = 2000;
        auto page = reader.items_without_box(cropper.hash(), after, kPage);
        if (!page) return page.error();
        if (page->empty()) break;
        after = page->back().id;
        for (ItemWork& work : *page) {
            if (wanted.contains(work.id)) works.push_back(std::move(work));
        }
    }

    FindObjectsReport report;
    report.left = static_cast<std::int64_t>(wanted.size() - works.size());
    std::vector<LibraryWriter::BoxEdit> edits;
    std::unordered_set<std::string> looked;  // copies share a box
    const auto store = [&]() -> Status {
        if (edits.empty()) return {};
        auto stored = writer->set_object_boxes(edits);
        edits.clear();
        return stored ? Status() : Status(stored.error());
    };
    for (std::size_t i = 0; i < works.size(); ++i) {
        if (stop.stop_requested()) {
            report.cancelled = true;
            break;
        }
        if (progress) progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(works.size()));
        const ItemWork& work = works[i];
        if (!looked.insert(work.hash).second) {
            ++report.left;
            continue;
        }
        const std::string& root = roots[work.collection];
        const std::string path = root + (root.ends_with('/') ? "" : "/") + work.path;
        auto edit = find_in(path, cropper);
        if (!edit) {
            if (edit.error().kind == ErrorKind::Internal) return edit.error();
            report.failed.push_back({work.id, path, edit.error()});
            continue;
        }
        ++(edit->box.box.whole() ? report.without : report.found);
        edits.push_back(std::move(*edit));
        if (edits.size() < kCommit) continue;
        if (auto status = store(); !status) return status.error();
    }
    if (auto status = store(); !status) return status.error();
    report.seconds = clock.seconds();
    return report;
}

Result<BoxImportReport> import_boxes(Library& library, const std::string& file) {
    LibraryWriter* const writer = library.writer();
    if (!writer) return read_only(library);
    auto table = read_label_table(file);
    if (!table) return table.error();
    std::array<std::size_t, 4> columns{};
    constexpr std::array<std::array<const char*, 2>, 4> kNames{
        {{"x", "box_x"}, {"y", "box_y"}, {"w", "box_width"}, {"h", "box_height"}}};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto found = std::find_if(
            table->fields.begin(), table->fields.end(),
            [&](const std::string& field) { return field == kNames[i][0] || field == kNames[i][1]; });
        if (found == table->fields.end()) {
            return Error{ErrorKind::Usage, "\"" + file + "\" has no column \"" + kNames[i][0] + "\" or \"" +
                                               kNames[i][1] +
                                               "\". A list of boxes needs the path, x, y, w and h."};
        }
        columns[i] = static_cast<std::size_t>(found - table->fields.begin());
    }

    auto opened = library.reader();
    if (!opened) return opened.error();
    LibraryReader& reader = **opened;
    ItemQuery ready;
    ready.state = ItemState::Ready;
    auto ids = reader.item_ids(ready);
    if (!ids) return ids.error();
    auto collections = reader.collections();
    if (!collections) return collections.error();
    std::map<CollectionId, std::string> roots;
    for (const Collection& collection : *collections) roots[collection.id] = collection.root;
    std::unordered_map<std::string, ItemId> by_path;
    constexpr std::size_t kBlock = 2000;
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        auto items = reader.items(std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin)));
        if (!items) return items.error();
        for (const Item& item : *items) {
            if (item.id == 0) continue;
            by_path.emplace(item.path, item.id);
            by_path.emplace(roots[item.collection] + '/' + item.path, item.id);
        }
    }

    BoxImportReport report;
    const auto problem = [&](std::string text) {
        if (report.problems.size() < kProblemsKept) report.problems.push_back(std::move(text));
    };
    std::vector<LibraryWriter::BoxEdit> edits;
    for (const LabelTable::Row& row : table->rows) {
        ++report.rows;
        std::string path = row.path;
        while (path.starts_with("./")) path.erase(0, 2);
        const auto found = by_path.find(path);
        if (found == by_path.end()) {
            ++report.unmatched;
            problem("\"" + row.path + "\" is not a picture of the library that was read.");
            continue;
        }
        auto items = reader.items(std::span(&found->second, 1));
        if (!items) return items.error();
        const Item& item = items->front();
        std::array<double, 4> pixels{};
        bool numbers = true;
        for (std::size_t i = 0; i < pixels.size(); ++i)
            numbers = number(row.values[columns[i]], pixels[i]) && numbers;
        const auto crop = numbers ? crop_of_pixels(pixels, item.width, item.height) : std::nullopt;
        if (!crop || item.hash.empty()) {
            ++report.refused;
            problem("The box of \"" + row.path + "\" does not lie in its " + std::to_string(item.width) +
                    " x " + std::to_string(item.height) + " pixels.");
            continue;
        }
        edits.push_back({item.hash, {*crop, 1.0f, BoxSource::Import, {}}});
        ++report.stored;
    }
    for (std::size_t begin = 0; begin < edits.size(); begin += kBlock) {
        auto stored =
            writer->set_object_boxes(std::span(edits).subspan(begin, std::min(kBlock, edits.size() - begin)));
        if (!stored) return stored.error();
    }
    return report;
}

Result<std::optional<ObjectBox>> object_box_of(LibraryReader& reader, ItemId item, bool find) {
    if (!find) {
        const auto known = find_item(reader, item);
        if (!known) return known.error();
        return reader.object_box(known->hash);
    }
    QueryImage source;
    source.item = item;
    const auto file = read_source(source, &reader);
    if (!file) return file.error();
    auto box = object_for(file->bytes(), file->name, "", {});
    if (!box) return box.error();
    return std::optional(std::move(*box));
}

Status put_object_box(LibraryWriter& writer, LibraryReader& reader, ItemId item,
                      const std::optional<ObjectBox>& box) {
    const auto found = find_item(reader, item);
    if (!found) return found.error();
    return writer.decide_object_box(found->hash, box);
}

}  // namespace fieldmark
