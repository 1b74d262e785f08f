// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/image/exif.h"

#include <cctype>
#include <cstring>
#include <memory>
#include <vector>

#include <libexif/exif-data.h>

namespace fieldmark {

namespace {

/// "YYYY:MM:DD HH:MM:SS" (EXIF 2.32, tag 0x9003) to "YYYY-MM-DD HH:MM:SS"; cameras with an unset clock write
/// spaces or zeros, which count as none.
std::string to_date(const ExifEntry* entry) {
    if (entry == nullptr || entry->format != EXIF_FORMAT_ASCII || entry->data == nullptr || entry->size < 19)
        return {};
    std::string text(reinterpret_cast<const char*>(entry->data), 19);
    constexpr char pattern[] = "dddd:dd:dd dd:dd:dd";
    for (std::size_t i = 0; i < 19; ++i) {
        const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
        if (pattern[i] == 'd' ? !digit : text[i] != pattern[i]) return {};
    }
    if (text.starts_with("0000") || text.substr(5, 2) == "00" || text.substr(8, 2) == "00") return {};
    text[4] = '-';
    text[7] = '-';
    return text;
}

}  // namespace

ExifFacts read_exif(std::span<const std::byte> block) {
    ExifFacts facts;
    constexpr char magic[] = {'E', 'x', 'i', 'f', 0, 0};
    constexpr std::size_t max_block = std::size_t{1} << 20;
    if (block.size() < 8 || block.size() > max_block) return facts;

    std::vector<std::byte> with_magic;
    if (std::memcmp(block.data(), magic, sizeof magic) != 0) {
        with_magic.resize(sizeof magic + block.size());
        std::memcpy(with_magic.data(), magic, sizeof magic);
        std::memcpy(with_magic.data() + sizeof magic, block.data(), block.size());
        block = with_magic;
    }
    const std::unique_ptr<ExifData, void (*)(ExifData*)> data(exif_data_new(), exif_data_unref);
    if (!data) return facts;
    // Take the file as it is: the "specification" mode would invent and drop entries.
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(block.data()),
                        static_cast<unsigned int>(block.size()));

    const ExifEntry* orientation = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (orientation != nullptr && orientation->format == EXIF_FORMAT_SHORT && orientation->components >= 1 &&
        orientation->data != nullptr && orientation->size >= 2) {
        const int value = exif_get_short(orientation->data, exif_data_get_byte_order(data.get()));
        if (value >= 1 && value <= 8) facts.orientation = value;
    }
    facts.taken = to_date(exif_content_get_entry(data->ifd[EXIF_IFD_EXIF], EXIF_TAG_DATE_TIME_ORIGINAL));
    return facts;
}

}  // namespace fieldmark
