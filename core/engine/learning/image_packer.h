// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/library/library.h"
#include "core/library/records.h"

namespace fieldmark {

/// Which labelled pictures go into an image cache (core/training/image_cache.h), and how.
struct PackRequest {
    std::string label;        ///< the metadata field that names the class; pictures without it are left out
    std::string split_field;  ///< a field whose values become splits; "": none
    ItemQuery filter;
    std::function<bool(ItemId)> wanted = {};  ///< of the selected pictures only these; empty: all
    int size = 248;                           ///< pixels a side; the whole picture is squashed to it
    int min_per_class = 1;                    ///< classes with fewer pictures are left out
    bool boxes = true;                        ///< stored object boxes go along
    std::string out;                          ///< the file
    std::string source;                       ///< in words, kept in the file
    int threads = 0;                          ///< that decode; 0: as many as there are cores
};

struct PackReport {
    std::int64_t pictures = 0;
    int classes = 0;
    std::int64_t unlabelled = 0;
    std::int64_t boxes = 0;
    std::int64_t bytes = 0;                             ///< of pixels
    std::vector<ItemId> items;                          ///< of picture i
    std::vector<std::pair<std::string, Error>> failed;  ///< path, why: left out
};

/// Decodes the selected pictures once and writes the cache; classes are in the order of their numbers where
/// all are numbers, else of their names. Usage for an unknown field or where nothing is labelled; Cancelled;
/// Damaged where no picture can be read; DiskFull...: the file then is as it was.
Result<PackReport> pack_images(
    Library& library, const PackRequest& request, std::stop_token stop = {},
    const std::function<void(std::int64_t done, std::int64_t total)>& progress = {},
    FileSystem& fs = FileSystem::posix());

}  // namespace fieldmark
