// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fieldmark {

/// Whether LibTorch finds a CUDA device here. Looked for once.
bool cuda_present();

}  // namespace fieldmark
