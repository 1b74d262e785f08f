// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fieldmark {

/// Tells assistive technology what a GalleryView holds: a list whose entries read as a sentence, made as they
/// are asked for. Qt knows its own views only. Once per program, UI thread.
void install_gallery_accessibility();

}  // namespace fieldmark
