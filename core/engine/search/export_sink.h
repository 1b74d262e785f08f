// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/file_system.h"
#include "core/base/result.h"

namespace fieldmark {

/// Where an export goes: a temporary sibling of its file that takes the file's place on finish(), or standard
/// output for "-". The first failure is kept and told by finish(); what was begun is then removed. One
/// thread.
class ExportSink {
  public:
    explicit ExportSink(std::string file);
    ~ExportSink();
    ExportSink(const ExportSink&) = delete;
    ExportSink& operator=(const ExportSink&) = delete;

    void write(std::string_view text);
    void write(std::span<const std::byte> bytes);
    Status finish();

    bool failed() const { return !m_status.ok(); }
    std::int64_t bytes() const { return m_bytes; }

  private:
    void flush();
    bool to_standard_output() const { return m_file == "-"; }

    std::string m_file;
    std::string m_temporary;
    std::unique_ptr<WritableFile> m_out;
    std::string m_buffer;
    std::int64_t m_bytes = 0;
    Status m_status;
};

}  // namespace fieldmark
