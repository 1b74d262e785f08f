// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/importing/sample_pictures.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <QFile>
#include <QStandardPaths>

#include "core/engine/pictures/lister.h"

namespace fieldmark {

namespace {

namespace fs = std::filesystem;

constexpr const char* debian_folder = "/usr/share/tuxpaint/stamps";
/// A photograph whose nearest pictures are other birds.
constexpr const char* favourite = "animals/birds/cuckoo.png";

bool is_directory(const std::string& path) {
    std::error_code failure;
    return fs::is_directory(path, failure);
}

/// "A cuckoo." -> "A cuckoo": the first line of the text beside a picture, "" where there is none.
std::string name_beside(const std::string& picture) {
    std::ifstream text(fs::path(picture).replace_extension(".txt"), std::ios::binary);
    std::string line;
    if (!text || !std::getline(text, line)) return {};
    while (!line.empty() && (line.back() == '\r' || line.back() == '.' || line.back() == ' '))
        line.pop_back();
    return line;
}

std::string quoted(const std::string& text) {
    std::string cell = "\"";
    for (const char c : text) {
        if (c == '"') cell += '"';
        cell += c;
    }
    return cell + '"';
}

}  // namespace

Result<std::string> sample_folder() {
    const char* chosen = std::getenv("FIELDMARK_SAMPLES");
    const std::string folder = chosen != nullptr && *chosen != '\0' ? chosen : debian_folder;
    if (is_directory(folder)) return folder;
    return Error{ErrorKind::NotFound,
                 "The sample pictures are not in " + folder +
                     ". Install them with \"apt install tuxpaint-stamps-default\", or let "
                     "FIELDMARK_SAMPLES name a folder of pictures."};
}

std::string sample_library() {
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return QFile::encodeName(data + QStringLiteral("/fieldmark/Samples.fieldmark")).toStdString();
}

Status write_sample_labels(const std::string& folder, const std::string& file) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << "path,name,group,kind\n";
    const std::string root = absolute_folder(folder);
    const auto write = [&](std::vector<SeenFile>&& files) {
        for (const SeenFile& seen : files) {
            const fs::path parent = fs::path(seen.path).parent_path();
            const std::string group = parent.empty() ? std::string() : parent.begin()->string();
            out << quoted(seen.path) << ',' << quoted(name_beside(root + '/' + seen.path)) << ','
                << quoted(group) << ',' << quoted(parent.filename().string()) << '\n';
        }
        return out.good();
    };
    list_pictures(root, 1000, write);
    out.close();
    if (!out)
        return Error{ErrorKind::Io,
                     "The labels of the sample pictures could not be written to " + file + "."};
    return {};
}

Result<std::string> sample_query(const std::string& folder) {
    const std::string root = absolute_folder(folder);
    std::error_code failure;
    if (fs::is_regular_file(root + '/' + favourite, failure)) return root + '/' + favourite;
    std::string first;
    std::string bird;
    const auto look = [&](std::vector<SeenFile>&& files) {
        for (const SeenFile& seen : files) {
            if (first.empty()) first = root + '/' + seen.path;
            if (seen.path.find("bird") != std::string::npos) {
                bird = root + '/' + seen.path;
                return false;
            }
        }
        return true;
    };
    list_pictures(root, 200, look);
    if (!bird.empty()) return bird;
    if (!first.empty()) return first;
    return Error{ErrorKind::NotFound, "There is no picture under " + folder + ". Name a folder of pictures."};
}

}  // namespace fieldmark
