// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/session/post_to_session.h"

#include <utility>

#include "core/engine/session/session.h"

namespace fieldmark {

std::function<void(const Error&)> notice_to(PostToSession post) {
    return [post = std::move(post)](const Error& error) {
        post([error](Session& session) { Q_EMIT session.noticed(error); });
    };
}

}  // namespace fieldmark
