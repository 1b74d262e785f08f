// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/search/export_sink.h"

#include <cerrno>
#include <cstdio>

#include <unistd.h>

namespace fieldmark {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

std::string folder_of(const std::string& file) {
    const std::size_t slash = file.find_last_of('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : file.substr(0, slash);
}

}  // namespace

ExportSink::ExportSink(std::string file) : m_file(std::move(file)) {
    if (to_standard_output()) return;
    m_temporary = m_file + ".part" + std::to_string(getpid());
    auto out = FileSystem::posix().create(m_temporary);
    if (out) {
        m_out = std::move(*out);
    } else {
        m_status = out.error();
    }
}

ExportSink::~ExportSink() {
    if (m_out == nullptr) return;
    m_out.reset();
    (void)FileSystem::posix().remove(m_temporary);
}

void ExportSink::write(std::string_view text) {
    if (failed()) return;
    m_buffer += text;
    if (m_buffer.size() >= buffer_bytes) flush();
}

void ExportSink::write(std::span<const std::byte> bytes) {
    write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Status ExportSink::finish() {
    flush();
    if (failed()) return m_status;
    if (to_standard_output()) return {};
    FileSystem& fs = FileSystem::posix();
    m_status = m_out->sync();
    if (m_status) m_status = m_out->close();
    if (m_status) m_status = fs.rename(m_temporary, m_file);
    if (!m_status) return m_status;  // the destructor removes the temporary file
    m_out.reset();
    return fs.sync_directory(folder_of(m_file));
}

void ExportSink::flush() {
    if (failed() || m_buffer.empty()) return;
    if (to_standard_output()) {
        if (std::fwrite(m_buffer.data(), 1, m_buffer.size(), stdout) != m_buffer.size() ||
            std::fflush(stdout) != 0) {
            m_status = error_from_errno(errno, "write to", "standard output");
        }
    } else {
        m_status = m_out->append(std::as_bytes(std::span(m_buffer.data(), m_buffer.size())));
    }
    m_bytes += static_cast<std::int64_t>(m_buffer.size());
    m_buffer.clear();
}

}  // namespace fieldmark
