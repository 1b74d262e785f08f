// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fieldmark {

/// Where a collection's pictures lie, as it is stored: absolute, and relative to the library folder where
/// both lie under a common folder other than "/", so that moving that folder as a whole keeps them together.
/// Bytes.
struct StoredRoot {
    std::string absolute;
    std::string relative;  ///< "" where there is none
};

/// A root as it is found now.
struct ResolvedRoot {
    std::string path;  ///< the absolute place if it is there, else the relative one if that is, else absolute
    bool reachable = false;  ///< a folder that can be listed
    bool empty = true;       ///< it has no entries (also: not reachable)
};

/// Absolute, without "." and "..", without a '/' at the end. Symbolic links stay.
std::string normalized_path(const std::string& path);
StoredRoot make_stored_root(const std::string& library_folder, const std::string& root);
ResolvedRoot resolve_root(const std::string& library_folder, const StoredRoot& stored);
/// The same folder, also by way of symbolic links or another mount.
bool same_folder(const std::string& a, const std::string& b);

}  // namespace fieldmark
