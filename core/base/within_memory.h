// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace fieldmark {

/// Runs `work`, which returns a Result, and turns memory that is not there into an Error of kind TooLarge:
/// for work on a thread of its own, where an exception would end the program. `doing` completes "There is not
/// enough memory ": "to draw the map".
template <typename Work>
auto within_memory(const char* doing, Work&& work) -> decltype(work()) {
    try {
        return std::forward<Work>(work)();
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, std::string("There is not enough memory ") + doing +
                                              ". Close other programs and try again."};
    }
}

}  // namespace fieldmark
