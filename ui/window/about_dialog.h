// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

#include "core/engine/session/session.h"

namespace fieldmark {

/// Version, model, engine, library and licences. Text can be copied for a report.
class AboutDialog : public QDialog {
    Q_OBJECT
  public:
    AboutDialog(const LibrarySummary& library, const ModelStatus& model, QWidget* parent = nullptr);
};

}  // namespace fieldmark
