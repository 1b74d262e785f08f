// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/image_packer.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <map>
#include <optional>
#include <span>
#include <thread>

#include "core/image/decode.h"
#include "core/image/resize.h"
#include "core/library/reader.h"
#include "core/training/image_cache.h"

namespace fieldmark {

namespace {

constexpr std::size_t kBlock = 2000;  // items read from the database together
constexpr std::size_t kDecoded = 64;  // pictures decoded together

std::optional<double> number_of(const std::string& text) {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

/// 2 comes before 10 where all are numbers.
std::vector<std::string> sorted(std::vector<std::string> names) {
    if (std::all_of(names.begin(), names.end(),
                    [](const std::string& name) { return number_of(name).has_value(); }))
        std::sort(names.begin(), names.end(),
                  [](const std::string& a, const std::string& b) { return *number_of(a) < *number_of(b); });
    else
        std::sort(names.begin(), names.end());
    return names;
}

struct Chosen {
    ItemId id = 0;
    std::string path;  ///< relative
    std::string file;  ///< absolute
    std::string label;
    std::string split;
    std::optional<Crop> box;
};

Status check_field(LibraryReader& reader, const std::string& name) {
    const auto fields = reader.fields();
    if (!fields) return fields.error();
    std::string known;
    for (const Field& field : *fields) {
        if (field.name == name) return {};
        known += (known.empty() ? "" : ", ") + field.name;
    }
    return Error{ErrorKind::Usage,
                 "There is no field \"" + name + "\". " +
                     (known.empty() ? "The library has no fields yet; import a table of labels."
                                    : "Known fields: " + known + ".")};
}

Result<std::vector<Chosen>> choose(LibraryReader& reader, const PackRequest& request, std::stop_token stop,
                                   PackReport& report) {
    if (const Status status = check_field(reader, request.label); !status) return status.error();
    if (!request.split_field.empty())
        if (const Status status = check_field(reader, request.split_field); !status) return status.error();
    const auto ids = reader.item_ids(request.filter);
    if (!ids) return ids.error();
    std::vector<Chosen> chosen;
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "Packing was cancelled."};
        const auto block = std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin));
        const auto items = reader.items(block);
        if (!items) return items.error();
        const auto metadata = reader.metadata(block);
        if (!metadata) return metadata.error();
        std::vector<std::optional<ObjectBox>> boxes(block.size());
        if (request.boxes) {
            auto stored = reader.object_boxes(block);
            if (!stored) return std::move(stored).error();
            boxes = std::move(*stored);
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            const Item& item = (*items)[i];
            if (item.id == 0 || (request.wanted && !request.wanted(item.id))) continue;
            const auto value = [&](const std::string& field) {
                const auto found = (*metadata)[i].find(field);
                return found == (*metadata)[i].end() ? std::string() : found->second;
            };
            Chosen one;
            one.label = value(request.label);
            if (one.label.empty()) {
                ++report.unlabelled;
                continue;
            }
            one.id = item.id;
            one.path = item.path;
            if (!request.split_field.empty()) one.split = value(request.split_field);
            if (boxes[i] && !boxes[i]->box.whole()) one.box = boxes[i]->box;
            auto file = reader.absolute_path(item);
            if (!file) return std::move(file).error();
            one.file = std::move(*file);
            chosen.push_back(std::move(one));
        }
    }
    std::map<std::string, int> sizes;
    for (const Chosen& one : chosen) ++sizes[one.label];
    std::erase_if(chosen, [&](const Chosen& one) { return sizes[one.label] < request.min_per_class; });
    if (chosen.empty())
        return Error{ErrorKind::Usage, "None of the selected pictures has a value in the field \"" +
                                           request.label + "\". Label some, or select others."};
    return chosen;
}

/// Empty where the picture cannot be read; then `error` says why.
std::vector<std::uint8_t> read_squashed(const Chosen& one, int size, std::optional<Error>& error) {
    try {
        DecodeRequest request;
        request.cover = size;
        const auto decoded = decode_file(one.file, request);
        if (!decoded) {
            error = decoded.error();
            return {};
        }
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3);
        resize_to(decoded->image, size, size, pixels);
        return pixels;
    } catch (const std::exception& thrown) {
        error = Error{ErrorKind::TooLarge, "There is not enough memory to scale \"" + one.file + "\".",
                      thrown.what()};
        return {};
    }
}

}  // namespace

Result<PackReport> pack_images(Library& library, const PackRequest& request, std::stop_token stop,
                               const std::function<void(std::int64_t, std::int64_t)>& progress,
                               FileSystem& fs) {
    PackReport report;
    const auto reader = library.reader();
    if (!reader) return reader.error();
    const auto chosen = choose(**reader, request, stop, report);
    if (!chosen) return chosen.error();

    ImageCacheFacts facts;
    facts.size = request.size;
    facts.field = request.label;
    facts.source = request.source;
    const auto names_of = [&](std::string Chosen::*value) {
        std::map<std::string, int> seen;
        for (const Chosen& one : *chosen)
            if (!(one.*value).empty()) seen.emplace(one.*value, 0);
        std::vector<std::string> names;
        for (const auto& [name, number] : seen) names.push_back(name);
        return sorted(std::move(names));
    };
    facts.classes = names_of(&Chosen::label);
    facts.splits = names_of(&Chosen::split);
    const auto number_in = [](const std::vector<std::string>& names) {
        std::map<std::string, int> numbers;
        for (std::size_t i = 0; i < names.size(); ++i) numbers[names[i]] = static_cast<int>(i);
        return numbers;
    };
    const auto class_number = number_in(facts.classes), split_number = number_in(facts.splits);

    auto writer = ImageCacheWriter::create(fs, request.out, request.size);
    if (!writer) return std::move(writer).error();
    const std::size_t threads = request.threads > 0 ? static_cast<std::size_t>(request.threads)
                                                    : std::max(1U, std::thread::hardware_concurrency());
    std::vector<bool> used(facts.classes.size());
    for (std::size_t begin = 0; begin < chosen->size(); begin += kDecoded) {
        if (stop.stop_requested()) return Error{ErrorKind::Cancelled, "Packing was cancelled."};
        const std::size_t count = std::min(kDecoded, chosen->size() - begin);
        std::vector<std::vector<std::uint8_t>> pixels(count);
        std::vector<std::optional<Error>> errors(count);
        {
            std::vector<std::jthread> workers;
            for (std::size_t t = 0; t < std::min(threads, count); ++t)
                workers.emplace_back([&, t] {
                    for (std::size_t i = t; i < count; i += threads)
                        pixels[i] = read_squashed((*chosen)[begin + i], request.size, errors[i]);
                });
        }
        for (std::size_t i = 0; i < count; ++i) {
            const Chosen& one = (*chosen)[begin + i];
            if (errors[i]) {
                report.failed.emplace_back(one.file, std::move(*errors[i]));
                continue;
            }
            ImageCacheEntry entry;
            entry.label = class_number.at(one.label);
            const auto split = split_number.find(one.split);
            entry.split = split == split_number.end() ? -1 : split->second;
            entry.path = one.path;
            entry.box = one.box;
            report.boxes += entry.box.has_value();
            used[static_cast<std::size_t>(entry.label)] = true;
            if (const Status status = writer->append(pixels[i], std::move(entry)); !status)
                return status.error();
            report.items.push_back(one.id);
        }
        if (progress)
            progress(static_cast<std::int64_t>(begin + count), static_cast<std::int64_t>(chosen->size()));
    }
    report.pictures = static_cast<std::int64_t>(report.items.size());
    report.classes = static_cast<int>(std::count(used.begin(), used.end(), true));
    if (report.pictures == 0)
        return Error{ErrorKind::Damaged, "None of the " + std::to_string(chosen->size()) +
                                             " selected pictures can be read. The first one: " +
                                             report.failed.front().second.text};
    if (const Status status = writer->finish(std::move(facts)); !status) return status.error();
    const auto cache = ImageCache::open(request.out);
    if (!cache) return cache.error();
    report.bytes = static_cast<std::int64_t>(cache->count()) * cache->size() * cache->size() * 3;
    return report;
}

}  // namespace fieldmark
