// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

#include "core/base/file_system.h"
#include "core/base/result.h"

namespace fieldmark {

/// What is kept of a training is written into LibTorch's archives (tensors and optimisers by name), and these
/// into one file with a digest.
using ArchiveWriter = std::function<void(torch::serialize::OutputArchive&)>;
using ArchiveReader = std::function<void(torch::serialize::InputArchive&)>;

/// An archive as bytes in memory (the best epoch's weights), and back.
Result<std::string> archive_to_bytes(const ArchiveWriter& write);
Status archive_from_bytes(const std::string& bytes, const ArchiveReader& read);

/// Texts and numbers inside an archive.
void put_text(torch::serialize::OutputArchive& archive, const std::string& key, const std::string& text);
std::string get_text(torch::serialize::InputArchive& archive, const std::string& key);

/// Writes `path` as a temporary file, synced, then renamed: a process killed at any point leaves the old
/// checkpoint or the new one. DiskFull, Permission, Io.
Status write_checkpoint(FileSystem& files, const std::string& path, const ArchiveWriter& write);

/// NotFound where there is none; Damaged where the digest does not fit or the content is not what was asked
/// for.
Status read_checkpoint(FileSystem& files, const std::string& path, const ArchiveReader& read);

}  // namespace fieldmark
