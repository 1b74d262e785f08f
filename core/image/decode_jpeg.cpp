// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <jpeglib.h>
// after jpeglib.h
#include <jerror.h>

#include "core/image/decoders.h"
#include "core/image/exif.h"
#include "core/image/srgb.h"

namespace fieldmark::decoders {

namespace {

/// libjpeg's errors leave by longjmp, so the functions below that call it hold nothing with a destructor.
struct ErrorManager {
    jpeg_error_mgr base;
    jmp_buf jump;
    char message[JMSG_LENGTH_MAX];
    int code;
    bool ended_early;  ///< the entropy-coded data ends before the picture does
};

ErrorManager& errors_of(j_common_ptr info) {
    return *reinterpret_cast<ErrorManager*>(info->err);
}

[[noreturn]] void fail(j_common_ptr info) {
    ErrorManager& errors = errors_of(info);
    errors.code = errors.base.msg_code;
    (*errors.base.format_message)(info, errors.message);
    std::longjmp(errors.jump, 1);
}

[[noreturn]] void fail_with(j_common_ptr info, const char* message) {
    ErrorManager& errors = errors_of(info);
    errors.code = 0;
    std::snprintf(errors.message, sizeof errors.message, "%s", message);
    std::longjmp(errors.jump, 1);
}

/// Warnings: corrupt data is decoded as well as it goes, as every viewer does; data that ends early is noted
/// and, where under half of the rows has come, refused at once (which also stops tiny files that claim to be
/// huge).
void warn(j_common_ptr info, int level) {
    if (level >= 0 || !info->is_decompressor) return;
    ErrorManager& errors = errors_of(info);
    ++errors.base.num_warnings;
    auto* decompressor = reinterpret_cast<j_decompress_ptr>(info);
    const bool at_end = errors.base.msg_code == JWRN_HIT_MARKER && decompressor->unread_marker == JPEG_EOI;
    if (!at_end) return;
    errors.ended_early = true;
    if (decompressor->input_scan_number <= 1 &&
        decompressor->input_iMCU_row * 2 < decompressor->total_iMCU_rows) {
        fail_with(info, "the data ends before half of the picture");
    }
}

void ignore_message(j_common_ptr) {}

/// Reading from memory. At its end a false end-of-image marker is handed out, as libjpeg asks for.
void start_source(j_decompress_ptr) {}
boolean end_of_data(j_decompress_ptr info) {
    static const JOCTET marker[2] = {0xFF, JPEG_EOI};
    if (info->global_state > 202 /* DSTATE_READY */ && jpeg_has_multiple_scans(info)) {
        // Later scans of a progressive file are missing: a coarse picture.
        errors_of(reinterpret_cast<j_common_ptr>(info)).ended_early = true;
    }
    info->src->next_input_byte = marker;
    info->src->bytes_in_buffer = sizeof marker;
    return TRUE;
}
void skip_source(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    const auto skipped = std::min(static_cast<std::size_t>(count), info->src->bytes_in_buffer);
    info->src->next_input_byte += skipped;
    info->src->bytes_in_buffer -= skipped;
}

/// A hostile progressive file can hold thousands of scans over a large picture: minutes of work from few
/// bytes.
void watch_scans(j_common_ptr info) {
    constexpr int max_scans = 500;
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > max_scans) {
        fail_with(info, "more than 500 scans");
    }
}

/// One decompressor a thread: its tables and pools are kept from picture to picture.
class Decompressor {
  public:
    Decompressor() {
        m_info.err = jpeg_std_error(&m_errors.base);
        m_errors.base.error_exit = fail;
        m_errors.base.emit_message = warn;
        m_errors.base.output_message = ignore_message;
        jpeg_create_decompress(&m_info);
        m_source.init_source = start_source;
        m_source.fill_input_buffer = end_of_data;
        m_source.skip_input_data = skip_source;
        m_source.resync_to_restart = jpeg_resync_to_restart;
        m_source.term_source = start_source;
        m_info.src = &m_source;
        m_progress.progress_monitor = watch_scans;
        m_info.progress = &m_progress;
        jpeg_save_markers(&m_info, JPEG_APP0 + 1, 0xFFFF);  // EXIF
        jpeg_save_markers(&m_info, JPEG_APP0 + 2, 0xFFFF);  // ICC profile
    }
    ~Decompressor() { jpeg_destroy_decompress(&m_info); }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    jpeg_decompress_struct& info() { return m_info; }
    const ErrorManager& errors() const { return m_errors; }

    bool read_header(Bytes file) {
        m_errors.code = 0;
        m_errors.ended_early = false;
        m_errors.message[0] = 0;
        m_errors.base.num_warnings = 0;
        m_source.next_input_byte = reinterpret_cast<const JOCTET*>(file.data());
        m_source.bytes_in_buffer = file.size();
        if (setjmp(m_errors.jump) != 0) return false;
        return jpeg_read_header(&m_info, TRUE) == JPEG_HEADER_OK;
    }

    /// Sets the output size: the smallest of 1/8, 1/4, 1/2 that covers `cover` both ways, or the full one.
    bool set_output(int cover) {
        if (setjmp(m_errors.jump) != 0) return false;
        const bool inks = m_info.jpeg_color_space == JCS_CMYK || m_info.jpeg_color_space == JCS_YCCK;
        m_info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
        m_info.scale_denom = 8;
        m_info.scale_num = 8;
        if (cover > 0) {
            const auto shorter = std::min(m_info.image_width, m_info.image_height);
            for (unsigned eighths = 1; eighths < 8; eighths *= 2) {
                if ((std::uint64_t{shorter} * eighths + 7) / 8 < static_cast<std::uint64_t>(cover)) continue;
                m_info.scale_num = eighths;
                break;
            }
        }
        jpeg_calc_output_dimensions(&m_info);
        return true;
    }

    /// The ICC profile, to be freed; null where there is none.
    JOCTET* profile(unsigned* size) {
        JOCTET* data = nullptr;
        if (setjmp(m_errors.jump) != 0) return nullptr;
        return jpeg_read_icc_profile(&m_info, &data, size) ? data : nullptr;
    }

    /// Decodes to output_width x output_height RGB.
    bool decode(std::uint8_t* pixels) {
        if (setjmp(m_errors.jump) != 0) return false;
        jpeg_start_decompress(&m_info);
        const std::size_t stride = std::size_t{m_info.output_width} * 3;
        if (m_info.out_color_space == JCS_CMYK) {
            auto* common = reinterpret_cast<j_common_ptr>(&m_info);
            JSAMPARRAY inks = (*m_info.mem->alloc_sarray)(common, JPOOL_IMAGE, m_info.output_width * 4, 1);
            while (m_info.output_scanline < m_info.output_height) {
                std::uint8_t* row = pixels + m_info.output_scanline * stride;
                jpeg_read_scanlines(&m_info, inks, 1);
                inks_to_rgb(inks[0], row);
            }
        } else {
            JSAMPROW rows[8];
            while (m_info.output_scanline < m_info.output_height) {
                const JDIMENSION count =
                    std::min<JDIMENSION>(8, m_info.output_height - m_info.output_scanline);
                for (JDIMENSION i = 0; i < count; ++i)
                    rows[i] = pixels + (m_info.output_scanline + i) * stride;
                jpeg_read_scanlines(&m_info, rows, count);
            }
        }
        return true;
    }

    /// Ready for the next picture, whatever became of this one.
    void reset() { jpeg_abort_decompress(&m_info); }

  private:
    /// Adobe's programs write inks inverted (255: no ink) and say so with their own marker.
    void inks_to_rgb(const JSAMPLE* from, std::uint8_t* to) const {
        const unsigned flip = m_info.saw_Adobe_marker ? 0 : 255;
        for (JDIMENSION x = 0; x < m_info.output_width; ++x, from += 4, to += 3) {
            const unsigned black = from[3] ^ flip;
            for (int c = 0; c < 3; ++c)
                to[c] = static_cast<std::uint8_t>(((from[c] ^ flip) * black + 127) / 255);
        }
    }

    jpeg_decompress_struct m_info = {};
    ErrorManager m_errors = {};
    jpeg_source_mgr m_source = {};
    jpeg_progress_mgr m_progress = {};
};

Error to_error(const std::string& name, const ErrorManager& errors) {
    switch (errors.code) {
        case JERR_BAD_PRECISION:
        case JERR_SOF_UNSUPPORTED:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_ARITH_NOTIMPL:
        case JERR_COMPONENT_COUNT:
            return {ErrorKind::Unsupported,
                    "\"" + name +
                        "\" is a kind of JPEG that cannot be read here. Save it again as an ordinary JPEG.",
                    errors.message};
        case JERR_OUT_OF_MEMORY:
            return {ErrorKind::TooLarge, "There is not enough memory to decode \"" + name + "\".",
                    errors.message};
        default:
            return damaged(name, ImageFormat::Jpeg, errors.message);
    }
}

ExifFacts exif_of(const jpeg_decompress_struct& info) {
    for (const auto* marker = info.marker_list; marker != nullptr; marker = marker->next) {
        if (marker->marker != JPEG_APP0 + 1 || marker->data_length < 14) continue;
        if (std::memcmp(marker->data, "Exif\0\0", 6) != 0) continue;  // XMP, say
        return read_exif({reinterpret_cast<const std::byte*>(marker->data), marker->data_length});
    }
    return {};
}

/// A Huffman-coded block takes a bit at least: whether half of the picture can be in a file of `size` bytes
/// at all.
bool can_hold_half(const jpeg_decompress_struct& info, std::size_t size) {
    if (info.arith_code) return true;
    std::uint64_t blocks = 0;
    for (int c = 0; c < info.num_components; ++c) {
        blocks += std::uint64_t{info.comp_info[c].width_in_blocks} * info.comp_info[c].height_in_blocks;
    }
    return std::uint64_t{size} * 8 >= blocks / 2;
}

/// Bytes that decoding takes: the bitmap, once more if it is turned, and all coefficients of a multi-scan
/// file.
std::int64_t memory_of(jpeg_decompress_struct& info, int orientation) {
    std::int64_t bytes = std::int64_t{info.output_width} * info.output_height * 3 * (orientation > 1 ? 2 : 1);
    if (jpeg_has_multiple_scans(&info)) {
        for (int c = 0; c < info.num_components; ++c) {
            const auto& component = info.comp_info[c];
            bytes += std::int64_t{component.width_in_blocks} * component.height_in_blocks * DCTSIZE2 *
                     static_cast<std::int64_t>(sizeof(JCOEF));
        }
    }
    return bytes;
}

}  // namespace

Result<DecodedImage> decode_jpeg(Bytes file, const std::string& name, const DecodeRequest& request) {
    thread_local Decompressor decompressor;
    struct Reset {
        Decompressor& decompressor;
        ~Reset() { decompressor.reset(); }
    } const reset{decompressor};

    if (!decompressor.read_header(file)) return to_error(name, decompressor.errors());
    jpeg_decompress_struct& info = decompressor.info();
    if (auto status = check_limits(name, info.image_width, info.image_height, 0, request.limits); !status) {
        return std::move(status).error();
    }
    if (!can_hold_half(info, file.size())) {
        return damaged(name, ImageFormat::Jpeg, "the file is too short for its size");
    }
    if (!decompressor.set_output(request.cover)) return to_error(name, decompressor.errors());

    DecodedImage decoded;
    decoded.format = ImageFormat::Jpeg;
    ExifFacts exif = exif_of(info);
    decoded.orientation = exif.orientation;
    decoded.taken = std::move(exif.taken);
    const bool turned = decoded.orientation >= 5;
    decoded.source_width = static_cast<int>(turned ? info.image_height : info.image_width);
    decoded.source_height = static_cast<int>(turned ? info.image_width : info.image_height);
    if (auto status = check_limits(name, info.image_width, info.image_height,
                                   memory_of(info, decoded.orientation), request.limits);
        !status) {
        return std::move(status).error();
    }

    decoded.image.width = static_cast<int>(info.output_width);
    decoded.image.height = static_cast<int>(info.output_height);
    decoded.image.pixels.resize(std::size_t{info.output_width} * info.output_height * 3);
    unsigned profile_size = 0;
    const std::unique_ptr<JOCTET, void (*)(void*)> profile(decompressor.profile(&profile_size), std::free);
    if (!decompressor.decode(decoded.image.pixels.data())) return to_error(name, decompressor.errors());
    decoded.incomplete = decompressor.errors().ended_early;
    const bool rgb = info.out_color_space == JCS_RGB && info.num_components == 3;
    if (profile && rgb) {
        convert_to_srgb(decoded.image, {reinterpret_cast<const std::byte*>(profile.get()), profile_size});
    }
    decoded.image = apply_orientation(std::move(decoded.image), decoded.orientation);
    return decoded;
}

}  // namespace fieldmark::decoders
