// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_file_system.h"

#include <filesystem>
#include <fstream>

namespace fieldmark::testing {

namespace {
Error fault(const std::string& action, const std::string& path) {
    return {ErrorKind::Io, "Cannot " + action + " \"" + path + "\": a fault on order."};
}
}  // namespace

class FaultFile final : public WritableFile {
  public:
    FaultFile(FaultFileSystem& system, std::unique_ptr<WritableFile> file, std::string path)
        : m_system(system), m_file(std::move(file)), m_path(std::move(path)) {}

    Status append(std::span<const std::byte> bytes) override {
        if (m_system.fails()) return fault("write", m_path);
        if (m_system.full_after >= 0) {
            const auto room = static_cast<std::size_t>(m_system.full_after);
            const auto part = bytes.first(std::min(room, bytes.size()));
            m_system.full_after -= static_cast<std::int64_t>(part.size());
            if (auto status = m_file->append(part); !status) return status;
            if (part.size() < bytes.size()) return error_from_errno(ENOSPC, "write", m_path);
            return {};
        }
        return m_file->append(bytes);
    }

    Status sync() override {
        if (m_system.fails()) return fault("sync", m_path);
        auto status = m_file->sync();
        if (status) m_system.m_content_synced[m_path] = true;
        return status;
    }

    Status close() override {
        if (m_system.fails()) return fault("close", m_path);
        return m_file->close();
    }

  private:
    FaultFileSystem& m_system;
    std::unique_ptr<WritableFile> m_file;
    std::string m_path;
};

void FaultFileSystem::lose_unsynced() {
    for (const auto& [to, renamed] : m_renamed) {
        std::error_code code;
        if (std::filesystem::exists(to, code)) std::filesystem::rename(to, renamed.from, code);
        m_content_synced[renamed.from] = m_content_synced[to];
        m_content_synced.erase(to);
        if (renamed.replaced) {
            std::ofstream file(to, std::ios::binary);
            file.write(reinterpret_cast<const char*>(renamed.old_content.data()),
                       static_cast<std::streamsize>(renamed.old_content.size()));
        }
    }
    m_renamed.clear();
    for (const auto& [path, synced] : m_content_synced) {
        std::error_code code;
        if (!synced && std::filesystem::exists(path, code)) std::filesystem::resize_file(path, 0, code);
    }
}

Result<std::unique_ptr<WritableFile>> FaultFileSystem::create(const std::string& path) {
    if (fails()) return fault("create", path);
    auto file = posix().create(path);
    if (!file) return file.error();
    m_content_synced[path] = false;
    return std::unique_ptr<WritableFile>(std::make_unique<FaultFile>(*this, std::move(*file), path));
}

Result<std::vector<std::byte>> FaultFileSystem::read(const std::string& path) {
    if (fails()) return fault("read", path);
    return posix().read(path);
}

Status FaultFileSystem::rename(const std::string& from, const std::string& to) {
    if (fails()) return fault("replace", to);
    Renamed renamed{from, false, {}};
    if (auto old = posix().read(to)) {
        renamed.replaced = true;
        renamed.old_content = std::move(*old);
    }
    auto status = posix().rename(from, to);
    if (status) {
        m_renamed[to] = std::move(renamed);
        m_content_synced[to] = m_content_synced[from];
        m_content_synced.erase(from);
    }
    return status;
}

Status FaultFileSystem::remove(const std::string& path) {
    if (fails()) return fault("delete", path);
    m_content_synced.erase(path);
    return posix().remove(path);
}

Status FaultFileSystem::make_directory(const std::string& path) {
    if (fails()) return fault("create the folder", path);
    return posix().make_directory(path);
}

Status FaultFileSystem::sync_directory(const std::string& path) {
    if (fails()) return fault("sync the folder", path);
    std::erase_if(m_renamed, [&](const auto& entry) {
        return std::filesystem::path(entry.first).parent_path() == std::filesystem::path(path);
    });
    return posix().sync_directory(path);
}

Result<std::vector<std::string>> FaultFileSystem::list(const std::string& directory) {
    if (fails()) return fault("list", directory);
    return posix().list(directory);
}

}  // namespace fieldmark::testing
