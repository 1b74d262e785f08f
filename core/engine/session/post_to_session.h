// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/base/result.h"

namespace fieldmark {

class Session;

/// Has a task done on the session's thread, while the library that it is about is open. Any thread.
using PostToSession = std::function<void(std::function<void(Session&)>)>;

/// What tells the session of an error that answers no request of its own (Session::noticed).
std::function<void(const Error&)> notice_to(PostToSession post);

}  // namespace fieldmark
