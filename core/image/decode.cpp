// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/image/decode.h"

#include <algorithm>
#include <cerrno>
#include <new>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file_system.h"
#include "core/image/decoders.h"

namespace fieldmark {

namespace decoders {

namespace {
/// A strip one pixel wide is within every limit of pixels, but the weights and rows of resizing it grow with
/// its length.
constexpr std::int64_t kMaxSide = 1'000'000;
}  // namespace

Error damaged(const std::string& name, ImageFormat format, std::string detail) {
    return {ErrorKind::Damaged,
            "\"" + name + "\" is a broken or truncated " + to_string(format) +
                " picture. Get it again from where it came, or leave it out.",
            std::move(detail)};
}

Status check_limits(const std::string& name, std::int64_t width, std::int64_t height, std::int64_t memory,
                    const DecodeLimits& limits) {
    const auto size = [&] { return std::to_string(width) + " x " + std::to_string(height) + " pixels"; };
    if (std::max(width, height) > kMaxSide) {
        return Error{ErrorKind::TooLarge, "\"" + name + "\" claims " + size() + ", above the limit of " +
                                              std::to_string(kMaxSide) +
                                              " pixels for one side. Cut it into pieces first."};
    }
    if (width > 0 && height > limits.max_pixels / width) {
        return Error{ErrorKind::TooLarge, "\"" + name + "\" claims " + size() + ", above the limit of " +
                                              std::to_string(limits.max_pixels / 1'000'000) +
                                              " megapixels. Scale it down first."};
    }
    if (memory > limits.max_memory) {
        return Error{ErrorKind::TooLarge,
                     "\"" + name + "\" (" + size() + ") would take " + std::to_string(memory >> 20) +
                         " MB of memory, above the limit of " + std::to_string(limits.max_memory >> 20) +
                         " MB. Scale it down first."};
    }
    return {};
}

}  // namespace decoders

Result<DecodedImage> decode(std::span<const std::byte> file, const std::string& name,
                            const DecodeRequest& request) {
    using namespace decoders;
    if (file.empty()) {
        return Error{ErrorKind::Usage, "\"" + name + "\" is empty (0 bytes). Get it again, or leave it out."};
    }
    try {
        switch (const ImageFormat format = sniff(file)) {
            case ImageFormat::Jpeg:
                return decode_jpeg(file, name, request);
            case ImageFormat::Png:
                return decode_png(file, name, request);
            case ImageFormat::WebP:
            case ImageFormat::Bmp:
            case ImageFormat::Tiff:
            case ImageFormat::Gif:
                return decode_qt(file, name, format, request);
            case ImageFormat::Heif:
            case ImageFormat::Avif:
                return decode_heif(file, name, format, request);
            case ImageFormat::Unknown:
                break;
        }
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to decode \"" + name + "\"."};
    }
    return Error{ErrorKind::Unsupported,
                 "\"" + name +
                     "\" is not a picture in a format that Fieldmark reads (JPEG, PNG, WebP, "
                     "BMP, TIFF, GIF, HEIC, AVIF)."};
}

Result<std::vector<std::byte>> read_image_file(const std::string& path, const DecodeLimits& limits) {
    // Not blocking: a pipe in a folder of pictures must not hold the import up.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return error_from_errno(errno, "read", path);
    struct Closer {
        int descriptor;
        ~Closer() { ::close(descriptor); }
    } const closer{descriptor};

    struct stat info {};
    if (::fstat(descriptor, &info) != 0) return error_from_errno(errno, "read", path);
    if (S_ISDIR(info.st_mode)) {
        return Error{ErrorKind::Usage, "Cannot read \"" + path + "\": it is a folder, not a picture."};
    }
    if (!S_ISREG(info.st_mode)) {
        return Error{ErrorKind::Usage,
                     "Cannot read \"" + path + "\": it is a device or a pipe, not a picture."};
    }
    const auto too_large = [&](std::int64_t size) {
        return Error{ErrorKind::TooLarge,
                     "\"" + path + "\" has " + std::to_string(size >> 20) + " MB, above the limit of " +
                         std::to_string(limits.max_file_bytes >> 20) + " MB for a picture's file."};
    };
    if (info.st_size > limits.max_file_bytes) return too_large(info.st_size);
    try {
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
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to read \"" + path + "\"."};
    }
}

Result<DecodedImage> decode_file(const std::string& path, const DecodeRequest& request) {
    auto bytes = read_image_file(path, request.limits);
    if (!bytes) return std::move(bytes).error();
    return decode(*bytes, path, request);
}

}  // namespace fieldmark
