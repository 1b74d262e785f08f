// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QWidget>

#include "ui/window/main_window.h"

namespace fieldmark::testing {

/// A part of a window by its object name; ends the test where there is none.
template <typename T>
T* part(const QWidget& window, const char* name) {
    auto* found = window.findChild<T*>(QLatin1String(name));
    if (found == nullptr) qFatal("no part %s", name);
    return found;
}

/// A folder for the settings, data and library of a window test, gone when the test has ended. Made before any
/// window, it keeps them apart from those of the person who runs the test.
class WindowFixture {
  public:
    WindowFixture() {
        if (!m_dir.isValid()) qFatal("no temporary folder");
        QStandardPaths::setTestModeEnabled(true);
        qputenv("XDG_DATA_HOME", path(QStringLiteral("data")).toLocal8Bit());
    }
    QString path(const QString& name) const { return m_dir.filePath(name); }
    std::string library() const { return path(QStringLiteral("Birds.fieldmark")).toStdString(); }
    QString settings() const { return path(QStringLiteral("settings.conf")); }

    std::unique_ptr<MainWindow> window(QSize size = {1100, 760}) const {
        auto window = std::make_unique<MainWindow>(settings());
        window->resize(size);
        window->show();
        return window;
    }

  private:
    QTemporaryDir m_dir;
};

}  // namespace fieldmark::testing
