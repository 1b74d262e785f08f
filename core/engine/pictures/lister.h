// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/library/writer.h"

namespace fieldmark {

/// What a walk over one folder met besides pictures.
struct Listing {
    std::int64_t files = 0;
    bool complete = true;  ///< every folder was read and no stop requested: what was not seen is not there
    struct Problem {
        std::string path;  ///< absolute
        Error error;
    };
    std::vector<Problem> problems;  ///< folders that cannot be read, links that lead nowhere
};

/// Walks `folder` and hands on the files that look like pictures (by extension) in batches of at most
/// `batch`, with paths relative to `folder`. Names are bytes. Files of a folder come first, in the order of
/// their names, then its sub-folders; linked folders come last, so that a picture is known by its real path
/// where it has one. Each folder is read once, told apart by device and inode, so circles of links end.
/// Hidden files, Fieldmark libraries and anything that is no regular file are left out. `take` returns false
/// to end the walk.
Listing list_pictures(const std::string& folder, int batch,
                      const std::function<bool(std::vector<SeenFile>&&)>& take, std::stop_token stop = {});

/// Size and time of one file; NotFound, Permission, Unsupported (not a regular file).
Result<SeenFile> stat_file(const std::string& path);

/// Absolute, without "." and "..", without a slash at the end. Links stay: the path is the one the user gave.
std::string absolute_folder(const std::string& path);

/// `path` relative to `folder` ("" if equal) if it lies within, else no value. Both as absolute_folder gives
/// them.
bool is_within(const std::string& path, const std::string& folder, std::string* relative = nullptr);

}  // namespace fieldmark
