// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fieldmark {

Error error_from_errno(int number, const std::string& action, const std::string& path) {
    const std::string start = "Cannot " + action + " \"" + path + "\": ";
    const std::string detail = std::strerror(number);
    switch (number) {
        case ENOENT:
        case ENOTDIR:
            return {ErrorKind::NotFound, start + "it does not exist. Check the path.", detail};
        case EACCES:
        case EPERM:
            return {ErrorKind::Permission, start + "permission denied. Check its access rights.", detail};
        case EROFS:
            return {ErrorKind::ReadOnly, start + "the file system is read-only.", detail};
        case ENOSPC:
        case EDQUOT:
            return {ErrorKind::DiskFull, start + "no space left. Free some space and try again.", detail};
        case ELOOP:
            return {ErrorKind::Io, start + "its symbolic links form a circle.", detail};
        case ENAMETOOLONG:
            return {ErrorKind::Usage, start + "the name is too long.", detail};
        default:
            return {ErrorKind::Io, start + detail + ".", detail};
    }
}

namespace {

class PosixFile final : public WritableFile {
  public:
    PosixFile(int descriptor, std::string path) : m_descriptor(descriptor), m_path(std::move(path)) {}
    ~PosixFile() override {
        if (m_descriptor >= 0) ::close(m_descriptor);
    }
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;

    Status append(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
            if (written < 0) {
                if (errno == EINTR) continue;
                return error_from_errno(errno, "write", m_path);
            }
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return {};
    }

    Status sync() override {
        if (::fsync(m_descriptor) != 0) return error_from_errno(errno, "write", m_path);
        return {};
    }

    Status close() override {
        const int descriptor = std::exchange(m_descriptor, -1);
        if (descriptor >= 0 && ::close(descriptor) != 0) return error_from_errno(errno, "write", m_path);
        return {};
    }

  private:
    int m_descriptor;
    std::string m_path;
};

class PosixFileSystem final : public FileSystem {
  public:
    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
        const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (descriptor < 0) return error_from_errno(errno, "create", path);
        return std::unique_ptr<WritableFile>(std::make_unique<PosixFile>(descriptor, path));
    }

    Result<std::vector<std::byte>> read(const std::string& path) override {
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) return error_from_errno(errno, "read", path);
        const auto closed = std::unique_ptr<const int, void (*)(const int*)>(&descriptor, [](const int* d) { ::close(*d); });
        struct stat info {};
        if (::fstat(descriptor, &info) != 0) return error_from_errno(errno, "read", path);
        if (!S_ISREG(info.st_mode)) {
            return Error{ErrorKind::Usage, "Cannot read \"" + path + "\": it is not a file."};
        }
        std::vector<std::byte> bytes(static_cast<std::size_t>(info.st_size));
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t got = ::read(descriptor, bytes.data() + done, bytes.size() - done);
            if (got < 0) {
                if (errno == EINTR) continue;
                return error_from_errno(errno, "read", path);
            }
            if (got == 0) break;  // it shrank while we read: what is there is what we have
            done += static_cast<std::size_t>(got);
        }
        bytes.resize(done);
        return bytes;
    }

    Status rename(const std::string& from, const std::string& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) return error_from_errno(errno, "replace", to);
        return {};
    }

    Status remove(const std::string& path) override {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) return error_from_errno(errno, "delete", path);
        return {};
    }

    Status make_directory(const std::string& path) override {
        std::error_code code;
        std::filesystem::create_directories(path, code);
        if (code) return error_from_errno(code.value(), "create the folder", path);
        return {};
    }

    Status sync_directory(const std::string& path) override {
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) return error_from_errno(errno, "open the folder", path);
        const int result = ::fsync(descriptor);
        const int number = errno;
        ::close(descriptor);
        if (result != 0) return error_from_errno(number, "write the folder", path);
        return {};
    }

    Result<std::vector<std::string>> list(const std::string& directory) override {
        std::error_code code;
        std::vector<std::string> names;
        for (std::filesystem::directory_iterator it(directory, code), end; !code && it != end; it.increment(code)) {
            names.push_back(it->path().filename().string());
        }
        if (code) return error_from_errno(code.value(), "list the folder", directory);
        std::sort(names.begin(), names.end());
        return names;
    }
};

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FileSystem& FileSystem::posix() {
    static PosixFileSystem system;
    return system;
}

Status write_atomically(FileSystem& fs, const std::string& path, std::span<const std::byte> bytes) {
    const std::string temporary = path + ".new";
    const auto write = [&]() -> Status {
        auto file = fs.create(temporary);
        if (!file) return file.error();
        if (auto status = (*file)->append(bytes); !status) return status;
        if (auto status = (*file)->sync(); !status) return status;
        if (auto status = (*file)->close(); !status) return status;
        if (auto status = fs.rename(temporary, path); !status) return status;
        return fs.sync_directory(parent_of(path));
    };
    auto status = write();
    // Best effort: the temporary file is rubbish either way, and the first error is the one to tell.
    if (!status) static_cast<void>(fs.remove(temporary));
    return status;
}

}  // namespace fieldmark
