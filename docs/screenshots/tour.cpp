// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "docs/screenshots/tour.h"

#include <cmath>
#include <cstdio>
#include <numbers>

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QMouseEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "core/engine/importing/sample_pictures.h"
#include "ui/compare/compare_view.h"
#include "ui/gallery/gallery_view.h"
#include "ui/pages/anchors_page.h"
#include "ui/pages/map_page.h"
#include "ui/pages/map_view.h"
#include "ui/widgets/image_view.h"

namespace fieldmark {

Tour::Tour(const QString& output, const QSize& size)
    : m_output(output), m_window(m_folder.filePath(QStringLiteral("settings.ini")), &m_theme) {
    m_theme.apply(Appearance::Light);
    m_window.resize(size);
    QObject::connect(&m_window.session(), &Session::importFinished, &m_window, [this] { m_imported = true; });
}

bool Tour::open() {
    const auto samples = sample_folder();
    if (!samples) {
        std::fprintf(stderr, "%s\n", samples.error().text.c_str());
        return false;
    }
    m_samples = *samples;
    m_window.show();
    m_window.open_library(m_folder.filePath(QStringLiteral("Stamps.fieldmark")).toStdString());
    return wait("library", [this] { return m_window.session().is_open(); }) &&
           wait("model", [this] { return m_window.session().model().available; });
}

void Tour::start_import() {
    const std::string labels = m_folder.filePath(QStringLiteral("labels.csv")).toStdString();
    if (!write_sample_labels(m_samples, labels)) std::fprintf(stderr, "the labels cannot be written\n");
    m_imported = false;
    m_window.import_paths({m_samples}, labels);
}

void Tour::wait_for_import() {
    wait(
        "import", [this] { return m_imported; }, 300000);
}

void Tour::find_look_alikes() {
    const auto bird = sample_query(m_samples);
    if (!bird) return;
    QueryImage query;
    query.path = *bird;
    auto& matches = part<GalleryView>("matches");
    m_window.find_similar({query});
    wait("matches", [&] { return matches.model()->rowCount() > 3; });
    matches.setCurrentIndex(matches.model()->index(1, 0));
    settle();
}

void Tour::compare() {
    trigger("compare");
    auto& view = part<CompareView>("compareView");
    wait("compared pictures", [&] {
        for (const char* pane : {"queryPane", "matchPane"}) {
            const auto* picture = view.findChild<QWidget*>(QLatin1String(pane))->findChild<ImageView*>();
            if (!picture->hasImage()) return false;
        }
        return true;
    });
}

void Tour::explain() {
    bool explained = false;
    const auto watching =
        QObject::connect(&m_window.session(), &Session::explained, &m_window, [&] { explained = true; });
    trigger("compareWhy");
    wait("explanation", [&] { return explained; });
    QObject::disconnect(watching);
}

void Tour::choose_mark() {
    trigger("compareMark");
}

void Tour::draw_mark(const QRectF& area, bool keep_pressed) {
    drag(*part<QWidget>("queryPane").findChild<ImageView*>(), area, keep_pressed);
}

void Tour::drag(QWidget& on, const QRectF& area, bool keep_pressed) {
    const auto at = [&](const QPointF& share) {
        return QPointF(share.x() * on.width(), share.y() * on.height());
    };
    mouse(on, QEvent::MouseButtonPress, at(area.topLeft()), Qt::NoModifier);
    mouse(on, QEvent::MouseMove, at(area.center()), Qt::NoModifier);
    mouse(on, QEvent::MouseMove, at(area.bottomRight()), Qt::NoModifier);
    if (!keep_pressed) mouse(on, QEvent::MouseButtonRelease, at(area.bottomRight()), Qt::NoModifier);
}

void Tour::wait_for_mark() {
    auto& view = part<CompareView>("compareView");
    wait(
        "mark", [&] { return view.isRankedByMark(); }, 180000);
    settle();
}

void Tour::show_map(const std::string& field) {
    auto& page = part<MapPage>("mapPage");
    trigger("pageMap");
    page.set_field(field);
    wait("map", [&] { return page.map() && page.map()->final && !page.running(); });
    settle();
}

void Tour::show_anchors(const std::string& field, const std::string& name) {
    auto& page = part<AnchorsPage>("anchorsPage");
    trigger("pageAnchors");
    page.set_field(field);
    page.choose_class(name);
    wait("anchors", [&] { return page.report() && page.report()->class_name == name && !page.asking(); });
    settle();
}

void Tour::search_from_anchor() {
    QSignalSpy found(&m_window.session(), &Session::searchFinished);
    part<QPushButton>("anchorsSearch").click();
    wait("matches of an anchor", [&] { return !found.isEmpty(); });
    settle();
}

void Tour::lasso(const QPointF& at, double radius, bool keep_pressed) {
    MapView& view = part<MapPage>("mapPage").view();
    constexpr int kCorners = 28;
    const double side = radius * view.height();
    const auto corner = [&](int i) {
        const double turn = 2 * std::numbers::pi * i / kCorners;
        const double wobble = 1 + 0.12 * std::sin(3 * turn) + 0.06 * std::cos(5 * turn);  // as by hand
        return at + QPointF(std::cos(turn), 0.8 * std::sin(turn)) * side * wobble;
    };
    mouse(view, QEvent::MouseButtonPress, corner(0), Qt::ShiftModifier);
    const int last = keep_pressed ? kCorners - 5 : kCorners - 1;
    for (int i = 1; i <= last; ++i) mouse(view, QEvent::MouseMove, corner(i), Qt::ShiftModifier);
    if (!keep_pressed) mouse(view, QEvent::MouseButtonRelease, corner(last), Qt::ShiftModifier);
}

void Tour::trigger(const char* action) {
    auto* found = m_window.findChild<QAction*>(QLatin1String(action));
    if (found == nullptr || !found->isEnabled()) {
        std::fprintf(stderr, "action %s cannot be used now\n", action);
        ++m_missed;
        return;
    }
    found->trigger();
}

bool Tour::wait(const char* what, const std::function<bool()>& arrived, int ms) {
    if (QTest::qWaitFor(arrived, ms)) return true;
    std::fprintf(stderr, "no %s after %d s\n", what, ms / 1000);
    ++m_missed;
    return false;
}

void Tour::settle(int ms) {
    QTest::qWait(ms);
}

void Tour::escape() {
    // A dialog that was closed does not give the focus back where there is no window manager.
    m_window.activateWindow();
    wait(
        "active window", [this] { return m_window.isActiveWindow(); }, 5000);
    QWidget* focus = m_window.focusWidget();
    QTest::keyClick(focus != nullptr ? focus : &m_window, Qt::Key_Escape);
}

void Tour::save(const QString& name, QWidget* of) {
    settle();
    grab(name, of);
    m_theme.apply(Appearance::Dark);
    settle(300);
    grab(name + QStringLiteral("-dark"), of);
    m_theme.apply(Appearance::Light);
    settle(100);
}

void Tour::grab(const QString& name, QWidget* of) {
    write((of != nullptr ? of : &m_window)->grab().toImage(), name);
}

bool Tour::write(const QImage& image, const QString& name) {
    const QString file = m_output + QLatin1Char('/') + name + QStringLiteral(".png");
    if (image.save(file)) return true;
    std::fprintf(stderr, "cannot write %s\n", qPrintable(file));
    ++m_missed;
    return false;
}

void Tour::mouse(QWidget& on, QEvent::Type type, const QPointF& at, Qt::KeyboardModifiers keys) {
    const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
    const auto held = type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton;
    QMouseEvent event(type, at, on.mapToGlobal(at), button, held, keys);
    QApplication::sendEvent(&on, &event);
    QApplication::processEvents();
}

}  // namespace fieldmark
