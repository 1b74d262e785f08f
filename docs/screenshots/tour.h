// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <QEvent>
#include <QImage>
#include <QString>
#include <QTemporaryDir>

#include "core/engine/session/session.h"
#include "ui/widgets/theme.h"
#include "ui/window/main_window.h"

class QWidget;

namespace fieldmark {

/// The real window on a library of the sample pictures in a folder that goes with it, used as a person does.
/// Every step waits for what it asked for, a minute at most; what did not come is said on stderr and counted.
/// UI thread.
class Tour {
  public:
    Tour(const QString& output, const QSize& size);

    MainWindow& window() { return m_window; }
    Theme& theme() { return m_theme; }
    const std::string& samples() const { return m_samples; }
    int missed() const { return m_missed; }

    bool open();  ///< an empty library; false where there are no sample pictures
    void start_import();
    void wait_for_import();
    void find_look_alikes();  ///< of the sample bird; the second match becomes the current one
    void compare();           ///< and waits for both pictures
    void explain();           ///< W
    void choose_mark();       ///< M
    /// Draws a box on the query; parts of its view. Kept: the button is still down.
    void draw_mark(const QRectF& part, bool keep_pressed);
    void drag(QWidget& on, const QRectF& part, bool keep_pressed = false);  ///< from corner to corner
    void wait_for_mark();
    void show_map(const std::string& field);  ///< and waits until it is finished
    void show_anchors(const std::string& field, const std::string& name);
    void search_from_anchor();  ///< by the first one of show_anchors()
    /// A lasso about what is shown near `at`, of the view's `radius` share; kept: the button is still down.
    void lasso(const QPointF& at, double radius, bool keep_pressed);

    void trigger(const char* action);
    bool wait(const char* what, const std::function<bool()>& arrived, int ms = 60000);
    void settle(int ms = 700);  ///< thumbnails and previews arrive
    void escape();

    /// Writes NAME.png and, of the dark palette, NAME-dark.png. `of` null: the window.
    void save(const QString& name, QWidget* of = nullptr);
    bool write(const QImage& image, const QString& name);

    template <typename T>
    T& part(const char* name) {
        T* found = m_window.findChild<T*>(QLatin1String(name));
        if (found == nullptr) qFatal("there is no %s in the window", name);
        return *found;
    }

  private:
    void mouse(QWidget& on, QEvent::Type type, const QPointF& at, Qt::KeyboardModifiers keys);
    void grab(const QString& name, QWidget* of);

    QString m_output;
    std::string m_samples;
    const QTemporaryDir m_folder;
    Theme m_theme;
    MainWindow m_window;
    bool m_imported = false;
    int m_missed = 0;
};

}  // namespace fieldmark
