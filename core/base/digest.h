// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace fieldmark {

/// SHA-256 of a byte range as 32 raw bytes. Content hashes and model hashes are made of it.
std::string sha256(std::span<const std::byte> bytes);

/// SHA-256 over several ranges, fed one after the other.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const std::byte> bytes);
    void update(const std::string& bytes);
    /// 32 raw bytes; the object is then spent.
    std::string finish();

  private:
    struct Context;
    std::unique_ptr<Context> m_context;
};

/// Lower-case hexadecimal text of raw bytes, and back (empty where `hex` is not hexadecimal).
std::string to_hex(const std::string& bytes);
std::string from_hex(const std::string& hex);

/// CRC32C (Castagnoli), by hardware where there is SSE 4.2. `seed` is the CRC of what came before.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

}  // namespace fieldmark
