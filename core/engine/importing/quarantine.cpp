// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/quarantine.h"

#include <cstdlib>
#include <string>

#include "core/engine/pictures/prepared_picture.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark {

namespace {

/// "item:times": the item being looked at, and how often the program died over it.
constexpr const char* kSuspectSetting = "import.suspect";
/// One death may be a power cut, and so may the second.
constexpr int kDeathsAllowed = 2;

}  // namespace

Result<std::vector<FailedFile>> examine_suspects(Library& library, const Embedder& embedder, ModelId model,
                                                 const DecodeLimits& limits, std::stop_token stop) {
    LibraryWriter& writer = *library.writer();
    std::vector<FailedFile> quarantined;
    auto suspects = writer.in_flight();
    if (!suspects) return suspects.error();
    if (suspects->empty()) return quarantined;
    auto reader = library.reader();
    if (!reader) return reader.error();
    auto note = (*reader)->setting(kSuspectSetting);
    if (!note) return note.error();
    auto items = (*reader)->items(*suspects);
    if (!items) return items.error();

    char* rest = nullptr;
    const ItemId noted_item = std::strtoll(note->c_str(), &rest, 10);
    const int noted_deaths = *rest == ':' ? std::atoi(rest + 1) : 0;
    for (const Item& item : *items) {
        if (stop.stop_requested()) return quarantined;  // the note stays for the next time
        if (item.id == 0) continue;
        auto path = (*reader)->absolute_path(item);
        if (!path) continue;
        const int deaths = item.id == noted_item ? noted_deaths : 0;
        if (deaths >= kDeathsAllowed) {
            ItemResult result;
            result.item = item.id;
            result.hash = item.hash;
            result.size = item.size;
            result.mtime_ns = item.mtime_ns;
            result.failed = true;
            result.error = {ErrorKind::Damaged,
                            "\"" + *path +
                                "\" stopped the program each time it was read, so it is left "
                                "out. Replace the file, or retry it."};
            if (auto done = writer.commit_results(model, std::span(&result, 1)); !done) return done.error();
            quarantined.push_back({item.id, *path, result.error});
            continue;
        }
        const std::string suspect = std::to_string(item.id) + ':' + std::to_string(deaths + 1);
        if (auto noted = writer.set_setting(kSuspectSetting, suspect); !noted) return noted.error();
        if (auto file = read_picture(*path, limits)) {
            (void)prepare_picture(file->bytes, *path, embedder, {}, limits, true);
        }
    }
    if (!note->empty() || !items->empty()) {
        if (auto cleared = writer.set_setting(kSuspectSetting, {}); !cleared) return cleared.error();
    }
    if (auto cleared = writer.set_in_flight({}); !cleared) return cleared.error();
    return quarantined;
}

}  // namespace fieldmark
