// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace fieldmark {

/// What went wrong, as far as a caller may want to act on it. Exit codes and message-bar icons derive from it.
enum class ErrorKind {
    Usage,         ///< the request makes no sense: bad argument, unknown field, bad filter
    NotFound,      ///< file, folder, item, model or library is not there
    Permission,    ///< there, but may not be read or written
    ReadOnly,      ///< the library was opened read-only or lies on a read-only file system
    Busy,          ///< another process holds the library
    Unsupported,   ///< a kind of file or option that this build cannot handle
    Damaged,       ///< content does not hold what its format promises
    TooLarge,      ///< above a stated pixel or memory limit
    DiskFull,      ///< no space (or quota) left
    NewerVersion,  ///< written by a newer program than this one
    Cancelled,     ///< stopped on request; not a fault
    Io,            ///< any other input/output error
    Internal,      ///< a fault of ours or of a library we call
};

/// Stable lower-case name ("not-found", "disk-full"...) for JSON, the database and logs.
const char* to_string(ErrorKind kind);
/// Inverse of to_string; Internal for an unknown name.
ErrorKind error_kind_from_string(const std::string& name);

/// An error as a value. `text` is a whole English sentence for the user that names the file and says what to
/// do; `detail` is for the log (what the library said). The window translates by kind where it has a better
/// text, and shows `text` otherwise.
struct Error {
    ErrorKind kind = ErrorKind::Internal;
    std::string text;
    std::string detail = {};
};

/// A value or an Error. Nothing in core throws across a public border; exceptions of Torch, OpenCV, SQLite and
/// JSON stop in the wrapper that called them.
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& { return std::get<1>(m_state); }
    Error&& error() && { return std::get<1>(std::move(m_state)); }

  private:
    std::variant<T, Error> m_state;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}

    bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }
    const Error& error() const& { return *m_error; }
    Error&& error() && { return std::move(*m_error); }

  private:
    std::optional<Error> m_error;
};

using Status = Result<void>;

}  // namespace fieldmark
