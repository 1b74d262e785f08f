// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "app/train/selection.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <CLI/CLI.hpp>

namespace fieldmark::train_program {

namespace {

Result<std::vector<bool>> places(const std::string& text, std::size_t count) {
    std::vector<bool> taken(count, text.empty());
    const auto wrong = [&] {
        return Error{ErrorKind::Usage, "\"" + text +
                                           "\" does not name classes of this cache. Give places from 1 to " +
                                           std::to_string(count) + ", as in 1-49,60."};
    };
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        std::size_t first = 0;
        auto read = std::from_chars(at, end, first);
        if (read.ec != std::errc() || first < 1) return wrong();
        std::size_t last = first;
        if (read.ptr < end && *read.ptr == '-') {
            read = std::from_chars(read.ptr + 1, end, last);
            if (read.ec != std::errc()) return wrong();
        }
        if (last < first || last > count || (read.ptr < end && *read.ptr != ',')) return wrong();
        std::fill(taken.begin() + static_cast<std::ptrdiff_t>(first) - 1,
                  taken.begin() + static_cast<std::ptrdiff_t>(last), true);
        at = read.ptr < end ? read.ptr + 1 : end;
    }
    return taken;
}

}  // namespace

void Selection::add_to(CLI::App& command) {
    command.add_option("cache", cache, "The packed image cache (\"fieldmark-cli cache\" makes one)")
        ->type_name("FILE")
        ->required();
    command.add_option("--classes", classes, "Only these classes, by their place in the cache: 1-49,60")
        ->type_name("PLACES");
    command.add_option("--split", split, "Only pictures of this split")->type_name("NAME");
    command
        .add_option("--model", model, "The model to begin with: a name, or its folder; else the default one")
        ->type_name("MODEL");
    command.add_option("--models", models, "A folder of models to look in first")->type_name("FOLDER");
}

Result<Selected> select(const ImageCache& cache, const Selection& selection) {
    const ImageCacheFacts& facts = cache.facts();
    const auto taken = places(selection.classes, facts.classes.size());
    if (!taken) return taken.error();
    int split = -1;
    if (!selection.split.empty()) {
        const auto found = std::find(facts.splits.begin(), facts.splits.end(), selection.split);
        if (found == facts.splits.end()) {
            std::string known;
            for (const std::string& name : facts.splits) known += (known.empty() ? "" : ", ") + name;
            return Error{ErrorKind::Usage, "The cache has no split \"" + selection.split +
                                               "\". It has: " + (known.empty() ? "none" : known) + "."};
        }
        split = static_cast<int>(found - facts.splits.begin());
    }
    const auto wanted = [&](int i) {
        const ImageCacheEntry& entry = cache.entry(i);
        return entry.label >= 0 && (*taken)[static_cast<std::size_t>(entry.label)] &&
               (split < 0 || entry.split == split);
    };
    std::vector<int> sizes(facts.classes.size());
    for (int i = 0; i < cache.count(); ++i)
        if (wanted(i)) ++sizes[static_cast<std::size_t>(cache.entry(i).label)];
    Selected selected;
    std::vector<std::int32_t> number(facts.classes.size(), -1);
    for (std::size_t c = 0; c < sizes.size(); ++c) {
        if (sizes[c] < 2) continue;
        number[c] = static_cast<std::int32_t>(selected.classes.size());
        selected.classes.push_back(facts.classes[c]);
    }
    for (int i = 0; i < cache.count(); ++i) {
        if (!wanted(i)) continue;
        const std::int32_t label = number[static_cast<std::size_t>(cache.entry(i).label)];
        if (label < 0) continue;
        selected.pictures.push_back(i);
        selected.labels.push_back(label);
    }
    if (selected.pictures.empty())
        return Error{ErrorKind::Usage, "The selection holds no class with two pictures. Select more."};
    return selected;
}

Result<FoundModel> find_model(const Selection& selection) {
    std::vector<std::string> path;
    std::string name = selection.model;
    if (name.find('/') != std::string::npos) {
        std::filesystem::path folder(name);
        if (!folder.has_filename()) folder = folder.parent_path();
        path.push_back(folder.parent_path().string());
        name = folder.filename().string();
    }
    if (!selection.models.empty()) path.push_back(selection.models);
    for (const std::string& folder : ModelRegistry::default_search_path()) path.push_back(folder);
    ModelRegistry registry(std::move(path));
    auto info = registry.find(name);
    if (!info) return std::move(info).error();
    return FoundModel{std::move(registry), std::move(*info)};
}

}  // namespace fieldmark::train_program
