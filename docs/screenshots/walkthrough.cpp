// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "docs/screenshots/walkthrough.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QPainter>
#include <QTest>
#include <QUrl>

#include "docs/screenshots/tour.h"
#include "ui/pages/map_page.h"
#include "ui/pages/map_view.h"

namespace fieldmark {
namespace {

/// Frames in their order, each the window with a line below: a key, if one was pressed, and what it does.
class Film {
  public:
    explicit Film(Tour& tour) : m_tour(tour) {}

    void frame(const char* name, const QString& key, const QString& words) {
        m_tour.settle();
        const QPixmap shot = m_tour.window().grab();
        const double ratio = shot.devicePixelRatio();
        const QSizeF size = shot.deviceIndependentSize();
        QFont font = QApplication::font();
        font.setPointSizeF(font.pointSizeF() * 1.25);
        const QFontMetricsF metrics(font);
        const double line = metrics.height() * 2;
        QImage image((QSizeF(size.width(), size.height() + line) * ratio).toSize(), QImage::Format_RGB32);
        image.setDevicePixelRatio(ratio);
        const QPalette palette = QApplication::palette();
        image.fill(palette.color(QPalette::Text));
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.drawPixmap(0, 0, shot);
        painter.setFont(font);
        painter.setPen(palette.color(QPalette::Base));
        QRectF at(line / 2, size.height(), size.width() - line, line);
        if (!key.isEmpty()) {
            const QRectF cap(at.left(), at.top() + line * 0.18, metrics.horizontalAdvance(key) + line / 2,
                             line * 0.64);
            painter.drawRoundedRect(cap, line / 8, line / 8);
            painter.drawText(cap, Qt::AlignCenter, key);
            at.setLeft(cap.right() + line / 3);
        }
        painter.drawText(at, Qt::AlignVCenter | Qt::AlignLeft, words);
        painter.end();
        m_tour.write(
            image, QStringLiteral("%1-%2").arg(++m_count, 2, 10, QLatin1Char('0')).arg(QLatin1String(name)));
    }

  private:
    Tour& m_tour;
    int m_count = 0;
};

}  // namespace

int walk_through(const QString& output) {
    Tour tour(output, QSize(960, 620));
    Film film(tour);
    if (!tour.open()) return 3;
    MainWindow& window = tour.window();

    QMimeData pictures;
    pictures.setUrls({QUrl::fromLocalFile(QString::fromStdString(tour.samples()))});
    QDragEnterEvent enter(window.rect().center(), Qt::CopyAction, &pictures, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    film.frame("drop", {}, QStringLiteral("Drop a folder of pictures on the window"));
    QDragLeaveEvent leave;
    QApplication::sendEvent(&window, &leave);

    int done = 0;
    QObject::connect(&window.session(), &Session::importProgress, &window,
                     [&](const ImportProgress& progress) { done = static_cast<int>(progress.done); });
    tour.start_import();
    tour.wait(
        "part of the import", [&] { return done >= 150; }, 120000);
    film.frame("import", {}, QStringLiteral("They can be looked at while they are read"));
    tour.wait_for_import();
    tour.find_look_alikes();
    film.frame("matches", {}, QStringLiteral("Drop a picture on it: your look-alikes, ranked"));
    tour.compare();
    film.frame("compare", QStringLiteral("C"), QStringLiteral("Query and match side by side"));
    tour.explain();
    film.frame("why", QStringLiteral("W"), QStringLiteral("Why they match: the places that carry the score"));
    tour.trigger("compareWhy");
    tour.choose_mark();
    tour.draw_mark(kMark, true);
    film.frame("choose-mark", QStringLiteral("M"), QStringLiteral("Which of them has this mark?"));
    tour.escape();
    tour.choose_mark();
    tour.draw_mark(kMark, false);
    tour.wait_for_mark();
    film.frame("mark", {}, QStringLiteral("Ranked by that mark alone"));
    tour.escape();
    tour.escape();

    tour.show_anchors("kind", "birds");
    film.frame("anchors", QStringLiteral("Ctrl+5"), QStringLiteral("What the classes look like"));
    tour.show_map("group");
    MapView& map = tour.part<MapPage>("mapPage").view();
    film.frame("map", QStringLiteral("Ctrl+4"), QStringLiteral("All of them on a map, the query among them"));
    const QPointF query = map.query_position().value_or(QRectF(map.rect()).center());
    tour.lasso(query, 0.15, true);
    film.frame("lasso", QStringLiteral("Shift"), QStringLiteral("Draw around some of them…"));
    QTest::mouseRelease(&map, Qt::LeftButton, Qt::ShiftModifier, query.toPoint());
    film.frame("selected", {}, QStringLiteral("…and they are selected, here and in the gallery"));
    tour.escape();
    for (int i = 0; i < 30 && !map.shows_pictures(); ++i) map.zoom_at(1.25, query);
    map.zoom_at(1.5, query);
    film.frame("close", QStringLiteral("+"), QStringLiteral("Close up, points become pictures"));
    window.close();
    return tour.missed() == 0 ? 0 : 1;
}

}  // namespace fieldmark
