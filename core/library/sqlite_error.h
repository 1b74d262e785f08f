// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <string>

#include <SQLiteCpp/Exception.h>

#include "core/base/result.h"

namespace fieldmark {

/// SQLite's refusal as our Error: kind by its result code, text naming the library folder and what to do.
Error error_from_sqlite(const SQLite::Exception& exception, const std::string& folder);

/// Runs `work` (which returns a Result) and turns what SQLite throws into an Error.
template <typename Work>
auto guarded(const std::string& folder, Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const SQLite::Exception& exception) {
        return error_from_sqlite(exception, folder);
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to work on the library " + folder +
                                              ". Close other programs and try again."};
    } catch (const std::exception& exception) {
        return Error{ErrorKind::Internal,
                     "Something went wrong inside Fieldmark while it used the library " + folder +
                         ". Please report it.",
                     exception.what()};
    }
}

}  // namespace fieldmark
