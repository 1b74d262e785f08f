// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/checkpoint.h"

#include <cstring>
#include <sstream>
#include <vector>

#include "core/base/digest.h"

namespace fieldmark {
namespace {

constexpr char kMagic[] = "fieldmark checkpoint 1\n";
constexpr std::size_t kMagicLength = sizeof kMagic - 1;
constexpr std::size_t kDigestLength = 32;

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

}  // namespace

Result<std::string> archive_to_bytes(const ArchiveWriter& write) {
    try {
        torch::serialize::OutputArchive archive;
        write(archive);
        std::ostringstream stream;
        archive.save_to(stream);
        return std::move(stream).str();
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "The state of the training could not be packed.", error.what()};
    }
}

Status archive_from_bytes(const std::string& bytes, const ArchiveReader& read) {
    try {
        torch::serialize::InputArchive archive;
        archive.load_from(bytes.data(), bytes.size());
        read(archive);
        return {};
    } catch (const std::exception& error) {
        return Error{ErrorKind::Damaged, "The state of the training is not what this program writes.",
                     error.what()};
    }
}

void put_text(torch::serialize::OutputArchive& archive, const std::string& key, const std::string& text) {
    archive.write(key, c10::IValue(text));
}

std::string get_text(torch::serialize::InputArchive& archive, const std::string& key) {
    c10::IValue value;
    archive.read(key, value);
    return value.toStringRef();
}

Status write_checkpoint(FileSystem& files, const std::string& path, const ArchiveWriter& write) {
    const auto body = archive_to_bytes(write);
    if (!body) return body.error();
    std::string content(kMagic, kMagicLength);
    content += sha256(bytes_of(*body));
    content += *body;
    return write_atomically(files, path, bytes_of(content));
}

Status read_checkpoint(FileSystem& files, const std::string& path, const ArchiveReader& read) {
    const auto bytes = files.read(path);
    if (!bytes) return bytes.error();
    const auto damaged = [&](const std::string& detail) {
        return Error{ErrorKind::Damaged,
                     "The checkpoint \"" + path + "\" is damaged. Delete it to start the training anew.",
                     detail};
    };
    constexpr std::size_t kHead = kMagicLength + kDigestLength;
    if (bytes->size() < kHead || std::memcmp(bytes->data(), kMagic, kMagicLength) != 0)
        return damaged("no such header");
    const std::string body(reinterpret_cast<const char*>(bytes->data()) + kHead, bytes->size() - kHead);
    if (std::memcmp(sha256(bytes_of(body)).data(), bytes->data() + kMagicLength, kDigestLength) != 0)
        return damaged("digest");
    if (auto status = archive_from_bytes(body, read); !status) return damaged(status.error().detail);
    return {};
}

}  // namespace fieldmark
