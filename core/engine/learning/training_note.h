// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/base/result.h"
#include "core/engine/learning/training_job.h"

namespace fieldmark {

class LibraryReader;
class LibraryWriter;

// While a training runs, the library notes what was asked for (setting "training/running", a JSON object), so
// that after a crash or a closed window it can be offered to go on from its last checkpoint. Taken away when
// the training has ended or was cancelled by the person.

Status note_training(LibraryWriter& writer, const TrainingRequest& request);
Status forget_training(LibraryWriter& writer);
/// The request, ready to be resumed; empty where there is none or where it makes no sense.
Result<std::optional<TrainingRequest>> interrupted_training(LibraryReader& reader);

}  // namespace fieldmark
