// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/museum.h"

#include <random>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/picture_bytes.h"
#include "tests/support/specimens.h"

namespace fieldmark::testing {

namespace {

class Museum {
  public:
    explicit Museum(std::string folder) : m_folder(std::move(folder)) {}

    /// The file is called `cause` and `extension`.
    void show(const std::string& cause, const std::string& extension, const std::string& bytes,
              std::optional<ErrorKind> expected, bool incomplete = false) {
        Exhibit exhibit{m_folder + '/' + cause + extension, cause, expected};
        exhibit.incomplete = incomplete;
        m_ok = write_file(exhibit.path, bytes) && m_ok;
        m_exhibits.push_back(std::move(exhibit));
    }
    void add(const std::string& cause, const std::string& extension, bool made,
             std::optional<ErrorKind> expected, bool listed) {
        Exhibit exhibit{m_folder + '/' + cause + extension, cause, expected};
        exhibit.listed = listed;
        m_ok = made && m_ok;
        m_exhibits.push_back(std::move(exhibit));
    }
    Exhibit& last() { return m_exhibits.back(); }
    const std::string& folder() const { return m_folder; }
    std::vector<Exhibit> catalogue() && { return m_ok ? std::move(m_exhibits) : std::vector<Exhibit>(); }

  private:
    std::string m_folder;
    std::vector<Exhibit> m_exhibits;
    bool m_ok = true;
};

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random() & 255U);
    return bytes;
}

std::string part(const std::string& bytes, double fraction) {
    return bytes.substr(0, static_cast<std::size_t>(static_cast<double>(bytes.size()) * fraction));
}

/// The baseline or progressive frame header's size, overwritten.
std::string with_jpeg_size(std::string jpeg, unsigned width, unsigned height) {
    for (std::size_t at = 2; at + 9 < jpeg.size();) {
        const auto marker = static_cast<unsigned char>(jpeg[at + 1]);
        if (marker >= 0xC0 && marker <= 0xC2) {
            jpeg.replace(at + 5, 4, big(height, 2) + big(width, 2));
            return jpeg;
        }
        at += 2 + (static_cast<std::size_t>(static_cast<unsigned char>(jpeg[at + 2])) << 8 |
                   static_cast<unsigned char>(jpeg[at + 3]));
    }
    return {};
}

std::string png_header(std::uint32_t width, std::uint32_t height) {
    return std::string("\x89PNG\r\n\x1A\n") +
           png_chunk("IHDR", big(width, 4) + big(height, 4) + std::string("\x08\x02\0\0\0", 5));
}

/// An empty deflate stream in zlib's wrapping.
const std::string& empty_deflate() {
    static const std::string bytes("\x78\x9C\x03\0\0\0\0\x01", 8);
    return bytes;
}

std::string tiff_entry(unsigned tag, unsigned type, std::uint32_t count, std::uint32_t value) {
    return little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4);
}

/// An uncompressed 8 x 8 grey TIFF whose directory's successor is at `next`; `strip` is where the pixels are
/// said to be (the directory starts at 8 and takes 2 + 9 * 12 + 4 bytes).
std::string small_tiff(std::uint32_t width, std::uint32_t next, std::uint32_t strip = 122) {
    std::string tiff = std::string("II*\0", 4) + little(8, 4) + little(9, 2);
    tiff += tiff_entry(256, 4, 1, width) + tiff_entry(257, 4, 1, width) + tiff_entry(258, 3, 1, 8) +
            tiff_entry(259, 3, 1, 1) + tiff_entry(262, 3, 1, 1) + tiff_entry(273, 4, 1, strip) +
            tiff_entry(277, 3, 1, 1) + tiff_entry(278, 4, 1, width) + tiff_entry(279, 4, 1, 64);
    return tiff + little(next, 4) + noise(64, 5);
}

std::string bmp_header(std::uint32_t width, std::uint32_t height, unsigned bits = 24) {
    return "BM" + little(54 + 64, 4) + little(0, 4) + little(54, 4) + little(40, 4) + little(width, 4) +
           little(height, 4) + little(1, 2) + little(bits, 2) + std::string(24, '\0');
}

void show_jpegs(Museum& museum, const QImage& picture) {
    const std::string jpeg = encode(picture, "JPG", 90);
    museum.show("jpeg-truncated-at-90-percent", ".jpg", part(jpeg, 0.9), {}, true);
    museum.show("jpeg-truncated-at-20-percent", ".jpg", part(jpeg, 0.2), ErrorKind::Damaged);
    museum.show("jpeg-truncated-in-its-header", ".jpg", jpeg.substr(0, 100), ErrorKind::Damaged);
    museum.show("jpeg-of-two-bytes", ".jpg", jpeg.substr(0, 2), ErrorKind::Unsupported);
    museum.show("jpeg-without-end-marker", ".jpg", jpeg.substr(0, jpeg.size() - 2), {});
    museum.show("jpeg-with-rubbish-behind-it", ".jpg", jpeg + noise(5000, 1), {});
    museum.show("jpeg-claiming-65000-x-65000", ".jpg", with_jpeg_size(jpeg, 65000, 65000),
                ErrorKind::TooLarge);
    museum.show("jpeg-claiming-20000-x-20000", ".jpg", with_jpeg_size(jpeg, 20000, 20000),
                ErrorKind::Damaged);
    museum.show("jpeg-of-no-height", ".jpg", with_jpeg_size(jpeg, 320, 0), ErrorKind::Damaged);
    museum.show("jpeg-magic-and-noise", ".jpg", "\xFF\xD8\xFF\xE0" + noise(3000, 2), ErrorKind::Damaged);
    museum.show("jpeg-with-a-garbage-profile", ".jpg",
                with_jpeg_segment(jpeg, 0xE2, std::string("ICC_PROFILE\0\x01\x01", 14) + noise(900, 3)), {});
    museum.show("jpeg-with-a-profile-piece-missing", ".jpg",
                with_jpeg_segment(jpeg, 0xE2, std::string("ICC_PROFILE\0\x02\x03", 14) + noise(900, 4)), {});

    std::string exif = exif_block(1);
    museum.show("jpeg-with-a-looped-exif", ".jpg",
                with_jpeg_segment(jpeg, 0xE1, exif.substr(0, exif.size() - 4) + little(8, 4)), {});
    museum.show("jpeg-with-exif-orientation-99", ".jpg", with_jpeg_segment(jpeg, 0xE1, exif_block(99)), {});
    exif.replace(10, 4, little(0xFFFFFFF0U, 4));
    museum.show("jpeg-with-exif-out-of-bounds", ".jpg", with_jpeg_segment(jpeg, 0xE1, exif), {});
    // An EXIF directory that is its own parent, and an entry of four thousand million values.
    const std::string hostile = std::string("Exif\0\0II*\0", 10) + little(8, 4) + little(2, 2) +
                                tiff_entry(0x8769, 4, 1, 8) +
                                tiff_entry(0x9003, 2, 0xFFFFFFFFU, 0x7FFFFFFFU) + little(8, 4);
    museum.show("jpeg-with-exif-inside-itself", ".jpg", with_jpeg_segment(jpeg, 0xE1, hostile), {});
    museum.show("jpeg-with-noise-for-exif", ".jpg",
                with_jpeg_segment(jpeg, 0xE1, std::string("Exif\0\0MM\0*", 10) + noise(2000, 6)), {});
}

void show_pngs(Museum& museum, const QImage& picture) {
    const std::string png = encode(picture, "PNG");
    museum.show("png-truncated-at-90-percent", ".png", part(png, 0.9), {}, true);
    museum.show("png-truncated-at-20-percent", ".png", part(png, 0.2), ErrorKind::Damaged);
    museum.show("png-truncated-in-its-header", ".png", png.substr(0, 20), ErrorKind::Damaged);
    museum.show("png-magic-and-noise", ".png", png.substr(0, 8) + noise(3000, 7), ErrorKind::Damaged);
    museum.show("png-bomb-60000-x-60000", ".png",
                png_header(60000, 60000) + png_chunk("IDAT", empty_deflate()) + png_chunk("IEND", ""),
                ErrorKind::TooLarge);
    museum.show("png-of-20000-x-20000-without-data", ".png",
                png_header(20000, 20000) + png_chunk("IDAT", empty_deflate()) + png_chunk("IEND", ""),
                ErrorKind::Damaged);
    museum.show("png-of-1-x-100-million", ".png",
                png_header(1, 100'000'000) + png_chunk("IDAT", empty_deflate()) + png_chunk("IEND", ""),
                ErrorKind::TooLarge);
    museum.show("png-of-no-size", ".png", png_header(0, 0) + png_chunk("IEND", ""), ErrorKind::Damaged);
    std::string broken = png;
    broken[29] = static_cast<char>(broken[29] ^ 0x55);
    museum.show("png-with-a-wrong-checksum", ".png", broken, ErrorKind::Damaged);
    museum.show("png-with-a-chunk-of-4-gigabytes", ".png",
                png.substr(0, 33) + big(0xFFFFFFFFU, 4) + "IDAT" + png.substr(41), ErrorKind::Damaged);
    museum.show("png-with-a-garbage-profile", ".png",
                with_png_chunk(png, png_chunk("iCCP", std::string("bad\0\0", 5) + noise(200, 8))), {});
}

void show_others(Museum& museum, const QImage& picture) {
    const std::string webp = encode(picture, "WEBP", 80);
    if (!webp.empty()) {
        museum.show("webp-truncated", ".webp", part(webp, 0.6), ErrorKind::Damaged);
        museum.show("webp-magic-and-noise", ".webp", webp.substr(0, 16) + noise(3000, 9), ErrorKind::Damaged);
    }
    const std::string gif = encode_gif(picture);
    museum.show("gif-truncated-in-its-header", ".gif", gif.substr(0, 9), ErrorKind::Damaged);
    museum.show("gif-with-bad-lzw-codes", ".gif",
                gif.substr(0, 13 + 24 + 11) + "\xFF" + std::string(255, '\xEE'), ErrorKind::Damaged);
    museum.show("gif-truncated-at-60-percent", ".gif", part(gif, 0.6), ErrorKind::Damaged);
    museum.show("gif-magic-and-noise", ".gif", "GIF89a" + noise(3000, 10), ErrorKind::Damaged);

    museum.show("tiff-with-a-looped-directory", ".tif", small_tiff(8, 8), {});
    museum.show("tiff-whose-directory-is-beyond-its-end", ".tif",
                std::string("II*\0", 4) + little(0xFFFFFF00U, 4), ErrorKind::Damaged);
    museum.show("tiff-whose-pixels-are-beyond-its-end", ".tif", small_tiff(8, 0, 0x10000000),
                ErrorKind::Damaged);
    museum.show("tiff-claiming-2-billion-x-2-billion", ".tif", small_tiff(0x7FFFFFFF, 0),
                ErrorKind::TooLarge);
    museum.show("tiff-magic-and-noise", ".tif", std::string("MM\0*", 4) + noise(3000, 11),
                ErrorKind::Damaged);

    museum.show("bmp-of-negative-width", ".bmp",
                bmp_header(static_cast<std::uint32_t>(-8), 8) + noise(64, 12), ErrorKind::Damaged);
    museum.show("bmp-whose-size-overflows", ".bmp", bmp_header(0x7FFFFFFF, 0x7FFFFFFF) + noise(64, 13),
                ErrorKind::TooLarge);
    museum.show("bmp-claiming-60000-x-60000", ".bmp", bmp_header(60000, 60000) + noise(64, 13),
                ErrorKind::TooLarge);
    museum.show("bmp-truncated-at-its-pixels", ".bmp", bmp_header(8, 8) + noise(64, 19), ErrorKind::Damaged);
    museum.show("bmp-truncated-at-80-percent", ".bmp", part(encode(picture, "BMP"), 0.8), {}, true);
    museum.show("bmp-of-height-minus-2-to-the-31", ".bmp", bmp_header(8, 0x80000000U) + noise(64, 14),
                ErrorKind::TooLarge);
    museum.show("bmp-of-77-bits-a-pixel", ".bmp", bmp_header(8, 8, 77) + noise(64, 15), ErrorKind::Damaged);
    museum.show("bmp-truncated-in-its-header", ".bmp", bmp_header(8, 8).substr(0, 30), ErrorKind::Damaged);

    const std::string heic = big(24, 4) + "ftypheic" + big(0, 4) + "mif1heic";
    museum.show("heic-magic-and-noise", ".heic", heic + noise(3000, 16), ErrorKind::Damaged);
    museum.last().needs_heif = true;
    museum.show("heic-of-a-header-alone", ".heic", heic, ErrorKind::Damaged);
    museum.last().needs_heif = true;
    museum.show("avif-with-an-endless-box", ".avif",
                big(20, 4) + "ftypavif" + big(0, 4) + "avif" + big(0xFFFFFFFFU, 4) + "meta" + noise(500, 17),
                ErrorKind::Damaged);
    museum.last().needs_heif = true;
}

void show_files(Museum& museum, const QImage& picture) {
    const std::string jpeg = encode(picture, "JPG", 90);
    const std::string& folder = museum.folder();
    museum.show("zero-bytes", ".jpg", "", ErrorKind::Usage);
    museum.show("one-byte", ".png", "x", ErrorKind::Unsupported);
    museum.show("a-text-called-jpg", ".jpg", "Dear diary, today I saw a wren.\n", ErrorKind::Unsupported);
    museum.show("a-text-that-begins-with-BM", ".bmp", "BMW is a maker of cars, and no bitmap at all.\n",
                ErrorKind::Unsupported);
    museum.show("noise", ".png", noise(4096, 18), ErrorKind::Unsupported);
    museum.show("zeros", ".tif", std::string(4096, '\0'), ErrorKind::Unsupported);
    museum.show("a-png-called-jpg", ".jpg", encode(picture, "PNG"), {});
    museum.show("an-upper-case-extension", ".JPEG", jpeg, {});
    museum.show("a name with spaces, 'quotes' and a \n line break", ".jpg", jpeg, {});
    museum.show("not-utf8-\xE9\xFF\xC0", ".jpg", jpeg, {});
    museum.show(std::string(240, 'n'), ".jpg", jpeg, {});
    museum.show("-rf", ".jpg", jpeg, {});

    const auto path = [&](const char* name) { return folder + '/' + name; };
    museum.add("a-folder-called", ".jpg", ::mkdir(path("a-folder-called.jpg").c_str(), 0755) == 0,
               ErrorKind::Usage, false);
    museum.add("a-pipe-called", ".jpg", ::mkfifo(path("a-pipe-called.jpg").c_str(), 0644) == 0,
               ErrorKind::Usage, false);
    museum.add("a-link-to-itself", ".jpg",
               ::symlink("a-link-to-itself.jpg", path("a-link-to-itself.jpg").c_str()) == 0, ErrorKind::Io,
               false);
    museum.add("a-link-to-nothing", ".jpg",
               ::symlink("nowhere.jpg", path("a-link-to-nothing.jpg").c_str()) == 0, ErrorKind::NotFound,
               false);
    if (::geteuid() != 0) {
        museum.show("without-permission", ".jpg", jpeg, ErrorKind::Permission);
        ::chmod(museum.last().path.c_str(), 0);
    }
}

}  // namespace

std::vector<Exhibit> write_museum(const std::string& folder) {
    Museum museum(folder);
    const QImage picture = draw_specimen(3, 1);
    show_files(museum, picture);
    show_jpegs(museum, picture);
    show_pngs(museum, picture);
    show_others(museum, picture);
    return std::move(museum).catalogue();
}

}  // namespace fieldmark::testing
