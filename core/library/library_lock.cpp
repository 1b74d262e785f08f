// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/library_lock.h"

#include <filesystem>
#include <span>

#include <fcntl.h>
#include <unistd.h>
#include <QFile>
#include <QLockFile>

#include "core/base/file_system.h"

namespace fieldmark {

namespace {

/// QLockFile takes a QString, which cannot spell a name that is not UTF-8. Such a folder is held open and
/// spelt by its descriptor.
QString lock_path(const std::string& folder, int descriptor) {
    const QString plain = QFile::decodeName((folder + "/lock").c_str());
    if (QFile::encodeName(plain).toStdString() == folder + "/lock") return plain;
    return QStringLiteral("/proc/self/fd/%1/lock").arg(descriptor);
}

}  // namespace

struct LibraryLock::Impl {
    explicit Impl(const std::string& folder)
        : descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
          lock(lock_path(folder, descriptor)),
          owner_file(folder + "/owner") {}
    ~Impl() {
        lock.unlock();
        if (descriptor >= 0) ::close(descriptor);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    int descriptor;
    QLockFile lock;
    std::string owner_file;
    bool was_released = true;
};

LibraryLock::LibraryLock(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

LibraryLock::~LibraryLock() {
    (void)FileSystem::posix().remove(m_impl->owner_file);
}

bool LibraryLock::was_released() const {
    return m_impl->was_released;
}

Result<std::unique_ptr<LibraryLock>> LibraryLock::take(const std::string& folder,
                                                       const std::string& program) {
    FileSystem& fs = FileSystem::posix();
    auto impl = std::make_unique<Impl>(folder);
    QLockFile& lock = impl->lock;
    lock.setStaleLockTime(0);
    if (!lock.tryLock(0)) {
        if (lock.error() == QLockFile::PermissionError) {
            return Error{
                ErrorKind::Permission,
                "The library " + folder + " cannot be written. Check the permissions of its folder."};
        }
        if (lock.error() != QLockFile::LockFailedError) {
            return Error{ErrorKind::DiskFull, "The lock of the library " + folder +
                                                  " cannot be written. Check that its disk has space left."};
        }
        std::string owner = "another program";
        if (const auto bytes = fs.read(impl->owner_file); bytes && !bytes->empty() && bytes->size() < 200) {
            owner.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        }
        qint64 process = 0;
        QString host;
        QString executable;
        std::string where;
        if (lock.getLockInfo(&process, &host, &executable)) {
            where = " (process " + std::to_string(process) + " on host " + host.toStdString() + ")";
        }
        const std::string name = std::filesystem::path(folder).filename().string();
        return Error{ErrorKind::Busy,
                     name + " is open in " + owner + where + ". Close it there or use a read-only command."};
    }
    std::error_code error;
    impl->was_released = !std::filesystem::exists(impl->owner_file, error);
    if (const Status written = write_atomically(fs, impl->owner_file, std::as_bytes(std::span(program)));
        !written) {
        return written.error();  // the lock goes with impl
    }
    return std::unique_ptr<LibraryLock>(new LibraryLock(std::move(impl)));
}

}  // namespace fieldmark
