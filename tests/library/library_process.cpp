// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Another process with a library open, for the tests of two processes and of sudden death. Prints a line for
// each thing that is committed, after it is.
//   library_process hold FOLDER         opens, prints "open", waits for a line on standard input, closes
//   library_process import FOLDER       commits batch after batch for ever: "row EMBEDDING ITEM SEED", "label
//   ITEM N" library_process count FOLDER        prints the number of ready items as a read-only process sees
//   them
#include <cstdio>
#include <string>

#include "library_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

int fail(const Error& error) {
    std::printf("error %s %s\n", to_string(error.kind), error.text.c_str());
    return 1;
}

int hold(const std::string& folder) {
    LibraryOptions options;
    options.program = "Fieldmark's test";
    auto library = Library::open(folder, options);
    if (!library) return fail(library.error());
    std::printf("open %s\n", (*library)->was_closed_cleanly() ? "clean" : "unclean");
    std::fflush(stdout);
    (void)std::getchar();
    return 0;
}

int import(const std::string& folder) {
    auto library = Library::open(folder);
    if (!library) return fail(library.error());
    LibraryWriter& writer = *(*library)->writer();
    auto reader = *(*library)->reader();
    const CollectionId collection = reader->collections()->front().id;
    const ModelId model = reader->models()->front().id;
    const auto scan = writer.begin_scan(collection);
    auto seed = static_cast<int>(reader->counts()->items);
    for (;;) {
        std::vector<SeenFile> files;
        for (int i = 0; i < 40; ++i) files.push_back({std::to_string(seed + i) + ".jpg", 1, 1});
        if (const auto recorded = writer.record_scan(collection, files, *scan); !recorded)
            return fail(recorded.error());
        const auto work = *reader->items_to_embed(model, 0, 40);
        std::vector<ItemResult> results;
        for (const ItemWork& item : work)
            results.push_back(result_for(item.id, item.path, static_cast<int>(item.id), 256));
        const auto outcome = writer.commit_results(model, results);
        if (!outcome) return fail(outcome.error());
        for (std::size_t i = 0; i < results.size(); ++i) {
            std::printf("row %lld %lld\n", static_cast<long long>(outcome->embeddings[i]),
                        static_cast<long long>(results[i].item));
        }
        const ValueEdit edit{results.front().item, "species", std::to_string(seed)};
        if (const Status set = writer.set_values(std::span(&edit, 1), ValueSource::User); !set)
            return fail(set.error());
        std::printf("label %lld %d\n", static_cast<long long>(edit.item), seed);
        std::fflush(stdout);
        seed += 40;
    }
}

int count(const std::string& folder) {
    LibraryOptions options;
    options.read_only = true;
    auto library = Library::open(folder, options);
    if (!library) return fail(library.error());
    std::printf("%lld\n", static_cast<long long>((*(*library)->reader())->counts()->ready));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::string what = argv[1];
    if (what == "hold") return hold(argv[2]);
    if (what == "import") return import(argv[2]);
    if (what == "count") return count(argv[2]);
    return 2;
}
