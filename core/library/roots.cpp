// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/roots.h"

#include <cstring>
#include <filesystem>

#include <dirent.h>

namespace fieldmark {

namespace fs = std::filesystem;

namespace {

ResolvedRoot look_at(const std::string& path) {
    ResolvedRoot root;
    root.path = path;
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return root;
    root.reachable = true;
    while (const dirent* entry = ::readdir(directory)) {
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) {
            root.empty = false;
            break;
        }
    }
    ::closedir(directory);
    return root;
}

}  // namespace

std::string normalized_path(const std::string& path) {
    std::error_code error;
    fs::path absolute = fs::absolute(path, error);
    if (error) absolute = path;
    std::string text = absolute.lexically_normal().string();
    while (text.size() > 1 && text.back() == '/') text.pop_back();
    return text;
}

StoredRoot make_stored_root(const std::string& library_folder, const std::string& root) {
    StoredRoot stored;
    stored.absolute = normalized_path(root);
    const fs::path library = normalized_path(library_folder);
    const fs::path pictures = stored.absolute;
    // The first part is "/" itself; the second must agree for the two to share a folder worth moving
    // together.
    auto a = library.begin();
    auto b = pictures.begin();
    if (a == library.end() || b == pictures.end() || ++a == library.end() || ++b == pictures.end() ||
        *a != *b) {
        return stored;
    }
    stored.relative = pictures.lexically_relative(library).string();
    return stored;
}

ResolvedRoot resolve_root(const std::string& library_folder, const StoredRoot& stored) {
    ResolvedRoot absolute = look_at(stored.absolute);
    if ((absolute.reachable && !absolute.empty) || stored.relative.empty()) return absolute;
    ResolvedRoot relative = look_at(normalized_path(library_folder + '/' + stored.relative));
    const bool better = relative.reachable && (!absolute.reachable || !relative.empty);
    return better ? relative : absolute;
}

bool same_folder(const std::string& a, const std::string& b) {
    if (a == b) return true;
    std::error_code error;
    return fs::equivalent(a, b, error) && !error;
}

}  // namespace fieldmark
