// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include <QBuffer>
#include <QByteArray>
#include <QImage>

#include "core/image/resize.h"

namespace fieldmark {

namespace {

struct ErrorManager {
    jpeg_error_mgr base;
    jmp_buf jump;
    char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void fail(j_common_ptr info) {
    auto* errors = reinterpret_cast<ErrorManager*>(info->err);
    (*errors->base.format_message)(info, errors->message);
    std::longjmp(errors->jump, 1);
}

void ignore_message(j_common_ptr) {}

/// One compressor a thread. Its errors leave by longjmp: encode() holds nothing with a destructor.
class Compressor {
  public:
    Compressor() {
        m_info.err = jpeg_std_error(&m_errors.base);
        m_errors.base.error_exit = fail;
        m_errors.base.output_message = ignore_message;
        jpeg_create_compress(&m_info);
    }
    ~Compressor() {
        jpeg_destroy_compress(&m_info);
        std::free(m_buffer);
    }
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    bool encode(const Image& image, int quality) {
        if (setjmp(m_errors.jump) != 0) {
            jpeg_abort_compress(&m_info);
            return false;
        }
        // jpeg_mem_dest goes on with a buffer it is given and may replace it by a larger one, leaving the
        // old.
        std::free(m_buffer);
        m_buffer = nullptr;
        m_size = 0;
        jpeg_mem_dest(&m_info, &m_buffer, &m_size);
        m_info.image_width = static_cast<JDIMENSION>(image.width);
        m_info.image_height = static_cast<JDIMENSION>(image.height);
        m_info.input_components = 3;
        m_info.in_color_space = JCS_RGB;
        jpeg_set_defaults(&m_info);
        jpeg_set_quality(&m_info, quality, TRUE);
        if (quality >= 90) {  // full colour resolution where quality is asked for
            m_info.comp_info[0].h_samp_factor = 1;
            m_info.comp_info[0].v_samp_factor = 1;
        }
        jpeg_start_compress(&m_info, TRUE);
        while (m_info.next_scanline < m_info.image_height) {
            auto* row = const_cast<JSAMPROW>(image.row(static_cast<int>(m_info.next_scanline)));
            jpeg_write_scanlines(&m_info, &row, 1);
        }
        jpeg_finish_compress(&m_info);
        return true;
    }

    const unsigned char* data() const { return m_buffer; }
    unsigned long size() const { return m_size; }
    const char* message() const { return m_errors.message; }

  private:
    jpeg_compress_struct m_info = {};
    ErrorManager m_errors = {};
    unsigned char* m_buffer = nullptr;
    unsigned long m_size = 0;
};

}  // namespace

Result<std::vector<std::uint8_t>> encode_jpeg(const Image& image, int quality) {
    if (image.empty() || image.width > JPEG_MAX_DIMENSION || image.height > JPEG_MAX_DIMENSION) {
        return Error{ErrorKind::Usage, "Cannot write a JPEG of " + std::to_string(image.width) + " x " +
                                           std::to_string(image.height) + " pixels: each side must be 1 to " +
                                           std::to_string(JPEG_MAX_DIMENSION) + "."};
    }
    thread_local Compressor compressor;
    if (!compressor.encode(image, std::clamp(quality, 1, 100))) {
        return Error{ErrorKind::Internal, "The JPEG encoder failed.", compressor.message()};
    }
    return std::vector<std::uint8_t>(compressor.data(), compressor.data() + compressor.size());
}

Result<std::vector<std::uint8_t>> encode_png(const Image& image) {
    if (image.empty()) return Error{ErrorKind::Usage, "Cannot write a PNG of an empty picture."};
    const QImage view(image.pixels.data(), image.width, image.height, qsizetype{3} * image.width,
                      QImage::Format_RGB888);
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    if (view.isNull() || !view.save(&buffer, "PNG")) {
        return Error{ErrorKind::Internal, "The PNG encoder failed on " + std::to_string(image.width) + " x " +
                                              std::to_string(image.height) + " pixels."};
    }
    const QByteArray& data = buffer.data();
    const auto* first = reinterpret_cast<const std::uint8_t*>(data.constData());
    return std::vector<std::uint8_t>(first, first + data.size());
}

}  // namespace fieldmark
