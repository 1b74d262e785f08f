// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include <png.h>

#include "core/image/decoders.h"
#include "core/image/exif.h"
#include "core/image/srgb.h"

namespace fieldmark::decoders {

namespace {

/// libpng's errors leave by longjmp, so the member functions that call it hold nothing with a destructor.
class PngReader {
  public:
    explicit PngReader(Bytes file) : m_rest(file) {}
    ~PngReader() { png_destroy_read_struct(&m_png, &m_info, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    bool read_header() {
        m_png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore);
        if (m_png == nullptr) return false;
        m_info = png_create_info_struct(m_png);
        if (m_info == nullptr) return false;
        if (setjmp(m_jump) != 0) return false;
        png_set_read_fn(m_png, this, read);
        png_set_user_limits(m_png, PNG_UINT_31_MAX,
                            PNG_UINT_31_MAX);  // our own limits are checked by the caller
        png_set_crc_action(m_png, PNG_CRC_DEFAULT, PNG_CRC_QUIET_USE);
        png_read_info(m_png, m_info);
        return true;
    }

    png_uint_32 width() const { return png_get_image_width(m_png, m_info); }
    png_uint_32 height() const { return png_get_image_height(m_png, m_info); }
    bool interlaced() const { return png_get_interlace_type(m_png, m_info) != PNG_INTERLACE_NONE; }
    bool alpha() const { return m_alpha; }
    const char* message() const { return m_message; }
    int channels() const { return m_alpha ? 4 : 3; }

    Bytes profile() const {
        char* name = nullptr;
        int compression = 0;
        png_bytep data = nullptr;
        png_uint_32 size = 0;
        if (png_get_iCCP(m_png, m_info, &name, &compression, &data, &size) == 0) return {};
        return {reinterpret_cast<const std::byte*>(data), size};
    }

    Bytes exif() const {
        png_uint_32 size = 0;
        png_bytep data = nullptr;
        if (png_get_eXIf_1(m_png, m_info, &size, &data) == 0) return {};
        return {reinterpret_cast<const std::byte*>(data), size};
    }

    /// Bytes of the unpacked rows as the file holds them.
    std::int64_t raw_bytes() const {
        return static_cast<std::int64_t>(png_get_rowbytes(m_png, m_info) + 1) *
               static_cast<std::int64_t>(height());
    }

    /// Everything becomes 8-bit RGB or RGBA.
    bool set_output() {
        if (setjmp(m_jump) != 0) return false;
        m_alpha = (png_get_color_type(m_png, m_info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                  png_get_valid(m_png, m_info, PNG_INFO_tRNS) != 0;
        png_set_expand(m_png);
        png_set_scale_16(m_png);
        png_set_gray_to_rgb(m_png);
        m_passes = png_set_interlace_handling(m_png);
        png_read_update_info(m_png, m_info);
        return png_get_rowbytes(m_png, m_info) == std::size_t{width()} * static_cast<std::size_t>(channels());
    }

    /// `rows`: one a row of the picture if it is interlaced or has no alpha; else two to take turns with,
    /// each handed to `blend` when read. False at the first error; rows_done() and passes_done() say how far
    /// it came.
    template <typename Sink>
    bool read_rows(png_bytep (*row_of)(void*, png_uint_32), Sink* sink, void (*done)(Sink*, png_uint_32)) {
        if (setjmp(m_jump) != 0) return false;
        for (m_passes_done = 0; m_passes_done < m_passes; ++m_passes_done) {
            for (m_rows_done = 0; m_rows_done < height(); ++m_rows_done) {
                // "display" rows: an unfinished interlaced picture is coarse all over, not full of holes.
                png_read_row(m_png, nullptr, row_of(sink, m_rows_done));
                if (done != nullptr) done(sink, m_rows_done);
            }
        }
        return true;
    }

    png_uint_32 rows_done() const { return m_rows_done; }
    int passes_done() const { return m_passes_done; }

  private:
    [[noreturn]] static void fail(png_structp png, png_const_charp message) {
        auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
        std::snprintf(self->m_message, sizeof self->m_message, "%s", message);
        std::longjmp(self->m_jump, 1);
    }
    static void ignore(png_structp, png_const_charp) {}
    static void read(png_structp png, png_bytep to, std::size_t size) {
        auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
        if (size > self->m_rest.size()) png_error(png, "the file ends early");
        std::memcpy(to, self->m_rest.data(), size);
        self->m_rest = self->m_rest.subspan(size);
    }

    Bytes m_rest;
    png_structp m_png = nullptr;
    png_infop m_info = nullptr;
    jmp_buf m_jump;
    char m_message[128] = {};
    bool m_alpha = false;
    int m_passes = 1;
    int m_passes_done = 0;
    png_uint_32 m_rows_done = 0;
};

/// Where rows go: straight into the picture, or through RGBA rows that are blended into it.
struct RowSink {
    Image& image;
    std::vector<std::uint8_t> rgba;  ///< one row, or the whole picture where it is interlaced
    bool whole = false;

    static png_bytep target(void* self_pointer, png_uint_32 y) {
        auto* self = static_cast<RowSink*>(self_pointer);
        if (self->rgba.empty()) return self->image.row(static_cast<int>(y));
        return self->rgba.data() +
               (self->whole ? std::size_t{y} * static_cast<std::size_t>(self->image.width) * 4 : 0);
    }
    static void blend(RowSink* self, png_uint_32 y) {
        const std::uint8_t* from = target(self, y);
        std::uint8_t* to = self->image.row(static_cast<int>(y));
        for (int x = 0; x < self->image.width; ++x, from += 4, to += 3) {
            for (int c = 0; c < 3; ++c) to[c] = on_grey(from[c], from[3]);
        }
    }
};

}  // namespace

Result<DecodedImage> decode_png(Bytes file, const std::string& name, const DecodeRequest& request) {
    PngReader reader(file);
    if (!reader.read_header()) return damaged(name, ImageFormat::Png, reader.message());
    const std::int64_t width = reader.width();
    const std::int64_t height = reader.height();
    // Pixels first: no arithmetic below may meet an absurd size.
    if (auto status = check_limits(name, width, height, 0, request.limits); !status)
        return std::move(status).error();

    // Deflate packs at most 1032 bytes into one: a tiny file that claims to be huge is refused before memory
    // is taken.
    constexpr std::int64_t best_ratio = 1032;
    if (reader.raw_bytes() / 2 > static_cast<std::int64_t>(file.size()) * best_ratio) {
        return damaged(name, ImageFormat::Png, "the file is too short for its size");
    }

    DecodedImage decoded;
    decoded.format = ImageFormat::Png;
    if (const Bytes exif = reader.exif(); !exif.empty()) {
        ExifFacts facts = read_exif(exif);
        decoded.orientation = facts.orientation;
        decoded.taken = std::move(facts.taken);
    }
    if (!reader.set_output()) return damaged(name, ImageFormat::Png, reader.message());
    const bool whole = reader.alpha() && reader.interlaced();
    const std::int64_t memory =
        width * height * (3 + (whole ? 4 : 0) + (decoded.orientation > 1 ? 3 : 0)) + 16 * width;
    if (auto status = check_limits(name, width, height, memory, request.limits); !status) {
        return std::move(status).error();
    }
    const bool turned = decoded.orientation >= 5;
    decoded.source_width = static_cast<int>(turned ? height : width);
    decoded.source_height = static_cast<int>(turned ? width : height);

    decoded.image.width = static_cast<int>(width);
    decoded.image.height = static_cast<int>(height);
    decoded.image.pixels.resize(static_cast<std::size_t>(width * height * 3), 128);
    RowSink sink{decoded.image, {}, whole};
    if (reader.alpha()) sink.rgba.resize(static_cast<std::size_t>(width * 4 * (whole ? height : 1)), 0);
    const bool blend_rows = reader.alpha() && !whole;
    const bool complete = reader.read_rows(RowSink::target, &sink, blend_rows ? RowSink::blend : nullptr);
    if (!complete) {
        // Adam7: half of all pixels have come after the sixth of seven passes.
        const bool half = reader.interlaced() ? reader.passes_done() >= 6 : reader.rows_done() * 2 >= height;
        if (!half) return damaged(name, ImageFormat::Png, reader.message());
        decoded.incomplete = true;
    }
    if (whole) {
        for (int y = 0; y < decoded.image.height; ++y) RowSink::blend(&sink, static_cast<png_uint_32>(y));
    }
    if (const Bytes profile = reader.profile(); !profile.empty()) convert_to_srgb(decoded.image, profile);
    decoded.image = apply_orientation(std::move(decoded.image), decoded.orientation);
    return decoded;
}

}  // namespace fieldmark::decoders
