// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/lister.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <set>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/file_system.h"
#include "core/image/decode.h"

namespace fieldmark {

namespace {

SeenFile seen_file(std::string path, const struct stat& facts) {
    return {std::move(path), facts.st_size,
            static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

bool is_library(const std::string& name) {
    constexpr std::string_view kSuffix = ".fieldmark";
    return name.size() > kSuffix.size() && name.ends_with(kSuffix);
}

class Walk {
  public:
    Walk(std::string root, std::size_t batch, const std::function<bool(std::vector<SeenFile>&&)>& take,
         std::stop_token stop)
        : m_root(std::move(root)), m_batch_size(batch), m_take(take), m_stop(std::move(stop)) {}

    Listing run() {
        m_folders.emplace_back();
        while (!m_ended && (!m_folders.empty() || !m_links.empty())) {
            auto& next = m_folders.empty() ? m_links : m_folders;
            const std::string folder = std::move(next.front());
            next.pop_front();
            read_folder(folder);
        }
        if (!m_ended && !m_batch.empty()) hand_on();
        m_listing.complete = !m_ended && m_unread == 0;
        return std::move(m_listing);
    }

  private:
    std::string absolute(const std::string& relative) const {
        if (relative.empty()) return m_root;
        return m_root.ends_with('/') ? m_root + relative : m_root + '/' + relative;
    }

    void problem(const std::string& path, Error error) {
        m_listing.problems.push_back({path, std::move(error)});
    }

    void read_folder(const std::string& folder) {
        const std::string path = absolute(folder);
        DIR* directory = opendir(path.c_str());
        if (!directory) {
            ++m_unread;
            problem(path, error_from_errno(errno, "read the folder", path));
            return;
        }
        struct stat facts {};
        const bool first_time =
            fstat(dirfd(directory), &facts) == 0 && m_visited.emplace(facts.st_dev, facts.st_ino).second;
        std::vector<std::string> names;
        if (first_time) {
            errno = 0;
            while (const dirent* entry = readdir(directory)) {
                if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
            }
            if (errno != 0) {
                ++m_unread;
                problem(path, error_from_errno(errno, "read the folder", path));
            }
        }
        std::sort(names.begin(), names.end());
        std::vector<std::string> folders;
        for (const std::string& name : names) {
            if (m_ended || m_stop.stop_requested()) {
                m_ended = true;
                break;
            }
            look_at(dirfd(directory), folder.empty() ? name : folder + '/' + name, name, folders);
        }
        closedir(directory);
        m_folders.insert(m_folders.begin(), std::make_move_iterator(folders.begin()),
                         std::make_move_iterator(folders.end()));
    }

    void look_at(int directory, std::string path, const std::string& name,
                 std::vector<std::string>& folders) {
        struct stat facts {};
        if (fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) return;  // gone meanwhile
            // There, but out of reach (a folder may be listed without the right to enter it): not gone.
            ++m_unread;
            problem(absolute(path), error_from_errno(errno, "look at", absolute(path)));
            return;
        }
        const bool link = S_ISLNK(facts.st_mode);
        if (link && fstatat(directory, name.c_str(), &facts, 0) != 0) {
            const int number = errno;
            if (number != ENOENT && number != ELOOP) ++m_unread;
            if (has_image_extension(name)) {
                problem(absolute(path), error_from_errno(number, "follow the link", absolute(path)));
            }
            return;
        }
        if (S_ISDIR(facts.st_mode)) {
            if (is_library(name)) return;
            if (link) {
                m_links.push_back(std::move(path));
            } else {
                folders.push_back(std::move(path));
            }
        } else if (S_ISREG(facts.st_mode) && has_image_extension(name)) {
            ++m_listing.files;
            m_batch.push_back(seen_file(std::move(path), facts));
            if (m_batch.size() >= m_batch_size) hand_on();
        }
    }

    void hand_on() {
        if (!m_take(std::exchange(m_batch, {}))) m_ended = true;
    }

    const std::string m_root;
    const std::size_t m_batch_size;
    const std::function<bool(std::vector<SeenFile>&&)>& m_take;
    const std::stop_token m_stop;
    Listing m_listing;
    std::deque<std::string> m_folders;  ///< to read, relative
    std::deque<std::string> m_links;    ///< linked folders, read when no real one is left
    std::set<std::pair<dev_t, ino_t>> m_visited;
    std::vector<SeenFile> m_batch;
    int m_unread = 0;
    bool m_ended = false;
};

}  // namespace

Listing list_pictures(const std::string& folder, int batch,
                      const std::function<bool(std::vector<SeenFile>&&)>& take, std::stop_token stop) {
    return Walk(folder, static_cast<std::size_t>(std::max(batch, 1)), take, std::move(stop)).run();
}

Result<SeenFile> stat_file(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return error_from_errno(errno, "read", path);
    if (!S_ISREG(facts.st_mode)) {
        return Error{ErrorKind::Unsupported,
                     "\"" + path + "\" is not a regular file. Choose a picture file."};
    }
    return seen_file(path, facts);
}

std::string absolute_folder(const std::string& path) {
    std::error_code code;
    std::string text = std::filesystem::absolute(path, code).lexically_normal().string();
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
}

bool is_within(const std::string& path, const std::string& folder, std::string* relative) {
    if (path == folder) {
        if (relative) relative->clear();
        return true;
    }
    const std::string start = folder.ends_with('/') ? folder : folder + '/';
    if (!path.starts_with(start)) return false;
    if (relative) *relative = path.substr(start.size());
    return true;
}

}  // namespace fieldmark
