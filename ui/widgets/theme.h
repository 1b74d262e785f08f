// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QPalette>

#include "ui/widgets/settings.h"

class QDBusVariant;

namespace fieldmark {

/// Light or dark: the platform theme's own palette where there is one; else, following the desktop's stated
/// preference (the portal's color-scheme, also while the program runs), Fusion's light or dark palette. UI
/// thread.
class Theme : public QObject {
    Q_OBJECT
  public:
    explicit Theme(QObject* parent = nullptr);

    void apply(Appearance appearance);
    static QPalette dark_palette();
    static QPalette light_palette();

  private Q_SLOTS:
    void setting_changed(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    void ask_desktop();
    void refresh();

    Appearance m_appearance = Appearance::System;
    QPalette m_platform;  ///< as the platform gave it
    const bool m_fusion;  ///< Qt's own style, not the desktop's
    bool m_desktop_dark = false;
};

}  // namespace fieldmark
