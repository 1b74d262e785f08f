// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/base/file_system.h"

namespace fieldmark::testing {

/// The real file system with faults on order. Counts every operation; can fail the n-th one, run full after so many
/// bytes (writing short first, as a real disk does), and on lose_unsynced() takes back what was not synced.
class FaultFileSystem final : public FileSystem {
  public:
    std::int64_t fail_at = -1;      ///< index of the operation that fails with Io; -1: none
    std::int64_t full_after = -1;   ///< bytes that may still be written; -1: no limit
    std::int64_t operations = 0;    ///< done so far

    /// What a power cut does: files created or renamed but not synced lose their content or their new name.
    void lose_unsynced();

    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
    Result<std::vector<std::byte>> read(const std::string& path) override;
    Status rename(const std::string& from, const std::string& to) override;
    Status remove(const std::string& path) override;
    Status make_directory(const std::string& path) override;
    Status sync_directory(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& directory) override;

  private:
    friend class FaultFile;
    bool fails() { return operations++ == fail_at; }

    struct Renamed {
        std::string from;
        bool replaced = false;
        std::vector<std::byte> old_content;
    };
    std::map<std::string, bool> m_content_synced;   ///< files written through us
    std::map<std::string, Renamed> m_renamed;       ///< by new name, until the folder is synced
};

}  // namespace fieldmark::testing
