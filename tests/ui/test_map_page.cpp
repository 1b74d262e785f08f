// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The map: points under mouse and keys, and the page in the window.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include <QAction>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QWheelEvent>
#include <QtTest>

#include "core/library/library.h"
#include "core/models/model_registry.h"
#include "tests/support/specimens.h"
#include "tests/support/window_fixture.h"
#include "ui/gallery/filter_chips.h"
#include "ui/gallery/gallery_view.h"
#include "ui/pages/anchors_page.h"
#include "ui/pages/map_page.h"
#include "ui/pages/map_view.h"
#include "ui/query/query_strip.h"
#include "ui/widgets/thumbnail_store.h"
#include "ui/widgets/tile_roles.h"
#include "ui/window/main_window.h"

using namespace fieldmark;
using testing::part;
using Page = MainWindow::Page;

namespace {

constexpr int patience = 120'000;

/// Four corners and the middle; items 11 to 15.
LibraryMap five_points() {
    LibraryMap map;
    map.items = {11, 12, 13, 14, 15};
    map.places = {-1, -1, 1, -1, -1, 1, 1, 1, 0, 0};
    map.final = true;
    return map;
}

MapLandmark landmark(MapLandmark::Kind kind, const std::vector<std::pair<ItemId, float>>& nearest) {
    MapLandmark one;
    one.kind = kind;
    one.class_name = "Robin";
    one.index = 2;
    one.nearest = nearest;
    one.model_hash = "one";
    return one;
}

std::unique_ptr<MapView> view_of(const LibraryMap& map, QSize size = {500, 400}) {
    auto view = std::make_unique<MapView>(nullptr);
    view->resize(size);
    view->set_map(map);
    view->show();
    return view;
}

void drag(MapView& view, const QList<QPoint>& way, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mousePress(&view, Qt::LeftButton, modifiers, way.first());
    for (const QPoint& point : way) {
        QMouseEvent move(QEvent::MouseMove, QPointF(point), view.mapToGlobal(QPointF(point)), Qt::NoButton,
                         Qt::LeftButton, modifiers);
        QCoreApplication::sendEvent(&view, &move);
    }
    QTest::mouseRelease(&view, Qt::LeftButton, modifiers, way.last());
}

QPoint at(const MapView& view, ItemId item) {
    return view.position(item)->toPoint();
}

}  // namespace

class TestMapPage : public QObject {
    Q_OBJECT
    const testing::WindowFixture m_fixture;

  private Q_SLOTS:
    void the_map_is_fitted_and_keeps_its_shape() {
        const auto view = view_of(five_points());
        for (const ItemId item : {11, 12, 13, 14}) QVERIFY(view->rect().contains(at(*view, item)));
        QCOMPARE(at(*view, 15), QPoint(250, 200));
        const QPointF width = *view->position(12) - *view->position(11);
        const QPointF height = *view->position(13) - *view->position(11);
        QVERIFY(std::abs(width.x() - height.y()) < 1e-6);
        QVERIFY(!view->position(99));
        QCOMPARE(view->item_at(QPointF(at(*view, 12))), ItemId(12));
        QCOMPARE(view->item_at(QPointF(250, 120)), ItemId(0));
        QVERIFY(view->accessibleName().contains(QStringLiteral("5")));
    }

    void the_wheel_zooms_about_the_cursor_and_0_fits() {
        const auto view = view_of(five_points());
        const QPointF before = *view->position(12);
        const QPointF other = *view->position(11);
        QWheelEvent wheel(before, view->mapToGlobal(before), {}, QPoint(0, 360), Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(view.get(), &wheel);
        QVERIFY((*view->position(12) - before).manhattanLength() < 1e-6);
        QVERIFY(view->position(11)->x() < other.x() - 50);
        QTest::keyClick(view.get(), Qt::Key_Minus);
        QTest::keyClick(view.get(), Qt::Key_Left);
        QVERIFY((*view->position(12) - before).manhattanLength() > 5);
        QTest::keyClick(view.get(), Qt::Key_0);
        QVERIFY((*view->position(12) - before).manhattanLength() < 1e-6);
        view->resize(300, 300);
        for (const ItemId item : {11, 12, 13, 14}) QVERIFY(view->rect().contains(at(*view, item)));
    }

    void a_drag_moves_the_map_and_selects_nothing() {
        const auto view = view_of(five_points());
        QSignalSpy changed(view.get(), &MapView::selectionChanged);
        const QPoint before = at(*view, 15);
        drag(*view, {QPoint(100, 200), QPoint(130, 210), QPoint(160, 230)});
        QCOMPARE(at(*view, 15) - before, QPoint(60, 30));
        QCOMPARE(changed.size(), 0);
    }

    void clicks_select() {
        const auto view = view_of(five_points());
        QSignalSpy changed(view.get(), &MapView::selectionChanged);
        QTest::mouseClick(view.get(), Qt::LeftButton, {}, at(*view, 12));
        QCOMPARE(view->selected(), std::vector<ItemId>{12});
        QTest::mouseClick(view.get(), Qt::LeftButton, Qt::ControlModifier, at(*view, 15));
        QCOMPARE(view->selected(), (std::vector<ItemId>{12, 15}));
        QTest::mouseClick(view.get(), Qt::LeftButton, Qt::ControlModifier, at(*view, 12));
        QCOMPARE(view->selected(), std::vector<ItemId>{15});
        QVERIFY(view->accessibleName().contains(QStringLiteral("1 ")));
        QSignalSpy asked(view.get(), &MapView::findSimilarRequested);
        QTest::keyClick(view.get(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].value<ItemId>(), ItemId(15));
        QTest::mouseDClick(view.get(), Qt::LeftButton, {}, at(*view, 13));
        QCOMPARE(asked.last()[0].value<ItemId>(), ItemId(13));
        QTest::mouseClick(view.get(), Qt::LeftButton, {}, QPoint(250, 120));
        QVERIFY(!view->has_selection());
        QTest::keyClick(view.get(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view->selected().size(), std::size_t(5));
        QTest::keyClick(view.get(), Qt::Key_Escape);
        QVERIFY(!view->has_selection());
        QCOMPARE(changed.last()[0].value<std::vector<ItemId>>(), std::vector<ItemId>());
    }

    void a_lasso_selects_what_it_holds() {
        const auto view = view_of(five_points());
        // A triangle around the left two points, whose bounding box also holds the middle's column.
        const QPoint top = at(*view, 11) + QPoint(-20, -14);
        const QPoint bottom = at(*view, 13) + QPoint(-20, 14);
        const QPoint tip = at(*view, 15) + QPoint(-60, 0);
        drag(*view, {top, tip + QPoint(0, -120), tip, tip + QPoint(0, 120), bottom}, Qt::ShiftModifier);
        QCOMPARE(view->selected(), (std::vector<ItemId>{11, 13}));
        view->set_lasso(true);
        const QPoint middle = at(*view, 15);
        drag(*view,
             {middle + QPoint(-20, -20), middle + QPoint(20, -20), middle + QPoint(20, 20),
              middle + QPoint(-20, 20)},
             Qt::ControlModifier);
        QCOMPARE(view->selected(), (std::vector<ItemId>{11, 13, 15}));
        // A better map of the same items keeps them.
        LibraryMap better = five_points();
        std::reverse(better.items.begin(), better.items.end());
        view->set_map(better);
        auto kept = view->selected();
        std::sort(kept.begin(), kept.end());
        QCOMPARE(kept, (std::vector<ItemId>{11, 13, 15}));
    }

    void points_have_the_colour_of_their_group_and_a_ring_when_selected() {
        const auto view = view_of(five_points());
        view->set_groups({{11, 1}, {12, 2}, {13, 9}});
        QVERIFY(view->mark(1).colour != view->mark(2).colour);
        QVERIFY(view->mark(9).shape != view->mark(1).shape);
        QImage shot = view->grab().toImage();
        for (const auto& [item, group] : {std::pair{11, 1}, {12, 2}, {13, 9}, {14, 0}})
            QCOMPARE(shot.pixelColor(at(*view, item)).rgb(), view->mark(group).colour.rgb());
        const auto accents = [&](const QImage& image, QPoint middle) {
            int count = 0;
            for (int y = -14; y <= 14; ++y) {
                for (int x = -14; x <= 14; ++x) {
                    const QPoint point = middle + QPoint(x, y);
                    if (image.rect().contains(point) &&
                        image.pixel(point) == view->palette().color(QPalette::Highlight).rgb())
                        ++count;
                }
            }
            return count;
        };
        QCOMPARE(accents(shot, at(*view, 12)), 0);
        view->set_selected({12});
        shot = view->grab().toImage();
        QVERIFY(accents(shot, at(*view, 12)) > 4);
        QCOMPARE(accents(shot, at(*view, 11)), 0);
        view->select_group(2);
        QCOMPARE(view->selected(), std::vector<ItemId>{12});
    }

    void anchors_and_query_lie_among_their_nearest_pictures() {
        LibraryMap map = five_points();
        map.method = MapMethod::Umap;
        map.model_hash = "one";
        const auto view = view_of(map);
        view->set_groups({{11, 1}, {12, 2}});
        QVERIFY(!view->query_position());
        const QPointF left = *view->position(11);
        const QPointF right = *view->position(12);
        view->set_query(landmark(MapLandmark::Kind::Query, {{11, 0.6F}, {12, 0.2F}, {77, 0.2F}}));
        // 77 is not on the map: the others share its part.
        QVERIFY((*view->query_position() - (0.75 * left + 0.25 * right)).manhattanLength() < 0.01);
        view->set_landmarks({{landmark(MapLandmark::Kind::Anchor, {{11, 0.5F}, {13, 0.5F}}), 1},
                             {landmark(MapLandmark::Kind::Prototype, {{12, 0.5F}, {14, 0.5F}}), 2},
                             {landmark(MapLandmark::Kind::Anchor, {{77, 1.0F}}), 2}});
        QCOMPARE(view->landmark_count(), std::size_t(3));
        const QPointF anchor = *view->landmark_position(0);
        const QPointF prototype = *view->landmark_position(1);
        QVERIFY((anchor - (left + *view->position(13)) / 2).manhattanLength() < 0.01);
        QVERIFY(!view->landmark_position(2));
        QCOMPARE(view->landmark_text(anchor), QStringLiteral("Anchor 3 of Robin"));
        QCOMPARE(view->landmark_text(prototype), QStringLiteral("Prototype 3 of Robin"));
        QCOMPARE(view->landmark_text(*view->query_position()), QStringLiteral("The query"));
        QVERIFY(view->landmark_text(left).isEmpty());
        // An anchor is filled with the colour of its class, a prototype has it as its outline.
        const QImage shot = view->grab().toImage();
        QCOMPARE(shot.pixelColor(anchor.toPoint()).rgb(), view->mark(1).colour.rgb());
        QCOMPARE(shot.pixelColor(prototype.toPoint()).rgb(), view->palette().color(QPalette::Base).rgb());
        int outlined = 0;
        for (int x = -20; x <= 20; ++x)
            outlined += shot.pixel(prototype.toPoint() + QPoint(x, 0)) == view->mark(2).colour.rgb() ? 1 : 0;
        QVERIFY(outlined >= 2);
        // What is said of it is shown under the cursor, and no picture is then.
        QSignalSpy hovered(view.get(), &MapView::hovered);
        QTest::mouseMove(view.get(), anchor.toPoint());
        QTRY_VERIFY(view->grab().toImage() != shot);
        QCOMPARE(hovered.size(), 0);
        // They follow a better map, and leave that of another model.
        LibraryMap better = map;
        std::swap(better.places[0], better.places[2]);
        view->set_map(better);
        QVERIFY((*view->query_position() - (0.75 * right + 0.25 * left)).manhattanLength() < 0.01);
        better.model_hash = "another";
        view->set_map(better);
        QVERIFY(!view->query_position() && !view->landmark_position(0));
        view->set_query(std::nullopt);
        QVERIFY(!view->query_position());
    }

    void on_the_plane_they_are_projected() {
        LibraryMap map = five_points();
        map.method = MapMethod::Pca;
        map.model_hash = "one";
        map.plane.axes = {1, 0, 0, 0, -2, 0};
        map.plane.shift = {0.25F, 0};
        const auto view = view_of(map);
        MapLandmark query = landmark(MapLandmark::Kind::Query, {{11, 1.0F}});
        query.vector = {0.75F, 0.25F, 0};
        view->set_query(query);
        const QPointF expected =
            *view->position(15) + (*view->position(14) - *view->position(15)) * 0.5 * QPointF(1, 0).x();
        QVERIFY(std::abs(view->query_position()->x() - expected.x()) < 0.01);
        QVERIFY(std::abs(view->query_position()->y() -
                         (*view->position(15) - (*view->position(14) - *view->position(15)) * 0.5).y()) <
                0.01);
    }

    void what_the_filter_leaves_out_is_dim_and_not_selected() {
        const auto view = view_of(five_points());
        view->set_groups({{11, 1}, {12, 1}});
        QCOMPARE(view->shown_count(), 5);
        view->set_shown(std::vector<ItemId>{11, 15});
        QCOMPARE(view->shown_count(), 2);
        const QImage shot = view->grab().toImage();
        QCOMPARE(shot.pixelColor(at(*view, 11)).rgb(), view->mark(1).colour.rgb());
        const auto ground = view->palette().color(QPalette::Base);
        const auto away = [&](const QColor& colour) {
            return std::abs(colour.red() - ground.red()) + std::abs(colour.green() - ground.green()) +
                   std::abs(colour.blue() - ground.blue());
        };
        const int dim = away(shot.pixelColor(at(*view, 12)));
        QVERIFY(dim > 0 && 2 * dim < away(view->mark(1).colour));
        QTest::mouseClick(view.get(), Qt::LeftButton, {}, at(*view, 12));
        QVERIFY(!view->has_selection());
        view->select_all();
        QCOMPARE(view->selected(), (std::vector<ItemId>{11, 15}));
        view->select_group(1);
        QCOMPARE(view->selected(), std::vector<ItemId>{11});
        const QPoint corner = at(*view, 11) - QPoint(10, 10);
        const QPoint end = at(*view, 14) + QPoint(10, 10);
        drag(*view, {corner, QPoint(end.x(), corner.y()), end, QPoint(corner.x(), end.y())},
             Qt::ShiftModifier);
        QCOMPARE(view->selected(), (std::vector<ItemId>{11, 15}));
        view->set_map(five_points());  // a better map of the same pictures is filtered, too
        QCOMPARE(view->shown_count(), 2);
        view->set_shown(std::nullopt);
        QCOMPARE(view->shown_count(), 5);
        QCOMPARE(view->grab().toImage().pixelColor(at(*view, 12)).rgb(), view->mark(1).colour.rgb());
    }

    /// Look-alikes crowd and twins share one place; zoomed in, pictures come all the same.
    void close_up_there_are_pictures_however_alike() {
        LibraryMap map;
        const auto add = [&map](float x, float y) {
            map.items.push_back(static_cast<ItemId>(map.items.size()) + 1);
            map.places.insert(map.places.end(), {x, y});
        };
        add(-1, -1);
        add(1, 1);
        for (int i = 0; i < 30; ++i) add(0.001F * static_cast<float>(i % 6), 0.0F);  // a knot in the middle
        for (int i = 0; i < 300; ++i) add(-0.5F, 0.5F);                              // exact twins
        Session session;
        ThumbnailStore thumbnails(session);
        MapView view(&thumbnails);
        view.resize(500, 400);
        view.set_map(map);
        view.show();
        QVERIFY(!view.shows_pictures());
        view.zoom_at(10, *view.position(3));
        QVERIFY(view.shows_pictures());
        view.zoom_at(2, *view.position(3));
        QVERIFY(view.shows_pictures());
        view.fit();
        QVERIFY(!view.shows_pictures());
        view.zoom_at(36, *view.position(40));
        QVERIFY(!view.shows_pictures());  // a crowd still
        view.zoom_at(1000, *view.position(40));
        QVERIFY(view.shows_pictures());
    }

    /// How long a frame takes is told, not judged: it depends on the computer.
    void a_hundred_thousand_points_are_drawn() {
        LibraryMap map;
        std::mt19937 random(1);
        std::normal_distribution<float> normal(0, 0.3F);
        std::unordered_map<ItemId, int> groups;
        for (int i = 0; i < 100'000; ++i) {
            map.items.push_back(i + 1);
            map.places.push_back(normal(random));
            map.places.push_back(normal(random));
            groups[i + 1] = i % (MapView::most_groups + 1);
        }
        const auto view = view_of(map, {1600, 1000});
        view->set_groups(groups);
        (void)view->grab();
        QElapsedTimer clock;
        clock.start();
        constexpr int frames = 20;
        QImage shot;
        for (int i = 0; i < frames; ++i) {
            view->zoom_at(1.01, QPointF(800, 500));
            shot = view->grab().toImage();
        }
        qInfo("a frame of 100,000 points, 1600 x 1000: %.1f ms", double(clock.elapsed()) / frames);
        int drawn = 0;
        for (int y = 0; y < shot.height(); y += 3) {
            for (int x = 0; x < shot.width(); x += 3)
                drawn += shot.pixel(x, y) != view->palette().color(QPalette::Base).rgb() ? 1 : 0;
        }
        QVERIFY(drawn > 10'000);
    }

    void the_page_in_the_window() {
        const std::string pictures = m_fixture.path(QStringLiteral("birds")).toStdString();
        testing::SpecimenOptions options;
        options.classes = 3;
        options.per_class = 6;
        testing::write_specimens(pictures, options);
        const auto shown = m_fixture.window({1280, 800});
        MainWindow& window = *shown;
        QSignalSpy opened(&window.session(), &Session::opened);
        window.open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        auto* page = part<MapPage>(window, "mapPage");
        auto* action = part<QAction>(window, "pageMap");
        QVERIFY(!action->isEnabled());
        QCOMPARE(action->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_4));

        QSignalSpy finished(&window.session(), &Session::importFinished);
        window.import_paths({pictures}, pictures + "/labels.csv");
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().model().embedded, std::int64_t(18), patience);
        auto* gallery = part<GalleryView>(window, "gallery");
        QTRY_COMPARE_WITH_TIMEOUT(gallery->model()->rowCount(), 18, patience);
        gallery->selectionModel()->select(gallery->model()->index(4, 0), QItemSelectionModel::ClearAndSelect);
        gallery->selectionModel()->setCurrentIndex(gallery->model()->index(4, 0),
                                                   QItemSelectionModel::NoUpdate);
        const ItemId picked = gallery->model()->index(4, 0).data(ItemIdRole).toLongLong();

        action->trigger();
        QVERIFY(window.page() == Page::Map);
        QTRY_VERIFY_WITH_TIMEOUT(page->map() && page->map()->final, patience);
        QVERIFY(page->map()->method == MapMethod::Umap);
        QCOMPARE(page->view().point_count(), 18);
        QVERIFY(!page->running());
        QVERIFY(!part<QWidget>(window, "mapProgress")->isVisible());
        QVERIFY(!part<QWidget>(window, "mapNews")->isVisible());

        // Coloured by the field that names the kind, each value in the legend.
        QTRY_COMPARE_WITH_TIMEOUT(part<QComboBox>(window, "mapField")->currentText(),
                                  QStringLiteral("species"), patience);
        auto* legend = part<QListWidget>(window, "mapLegend");
        // Three kinds, and what their diamonds are: this model learned no densities.
        QTRY_COMPARE_WITH_TIMEOUT(legend->count(), 4, patience);
        QTRY_COMPARE_WITH_TIMEOUT(page->view().landmark_count(), std::size_t(3 * 2),
                                  patience);  // one for three pictures
        QTRY_COMPARE_WITH_TIMEOUT(legend->count(), 4, patience);
        QVERIFY(legend->item(3)->text().contains(QStringLiteral("prototypes")));
        for (std::size_t i = 0; i < 6; ++i) QVERIFY(page->view().landmark_position(i));
        auto* anchors = part<QToolButton>(window, "mapAnchors");
        anchors->click();
        QCOMPARE(page->view().landmark_count(), std::size_t(0));
        QTRY_COMPARE_WITH_TIMEOUT(legend->count(), 3, patience);
        anchors->click();
        QTRY_COMPARE_WITH_TIMEOUT(legend->count(), 4, patience);
        QVERIFY(legend->item(0)->text().contains(QStringLiteral("6")));
        // While the labels are read anew the legend keeps what it says.
        QSignalSpy values(&window.session(), &Session::fieldValuesFetched);
        Q_EMIT part<QComboBox>(window, "mapField")->activated(1);
        anchors->click();
        QCOMPARE(legend->count(), 3);
        QVERIFY(legend->item(0)->text().contains(QStringLiteral("6")));
        QTRY_VERIFY_WITH_TIMEOUT(!values.isEmpty(), patience);
        anchors->click();
        anchors->click();
        QCOMPARE(legend->count(), 3);
        QVERIFY(legend->item(0)->text().contains(QStringLiteral("6")));
        anchors->click();
        QTRY_COMPARE_WITH_TIMEOUT(legend->count(), 4, patience);
        Q_EMIT legend->itemClicked(legend->item(1));
        QCOMPARE(page->selected().size(), std::size_t(6));
        QCOMPARE(gallery->selected_rows().size(), 6);
        for (const QModelIndex& row : gallery->selected_rows()) {
            const auto chosen = page->selected();
            QVERIFY(std::find(chosen.begin(), chosen.end(), row.data(ItemIdRole).toLongLong()) !=
                    chosen.end());
        }

        // Esc: first the selection, then the page.
        auto* back = part<QAction>(window, "stepBack");
        back->trigger();
        QVERIFY(window.page() == Page::Map && page->selected().empty());
        back->trigger();
        QVERIFY(window.page() == Page::Gallery);
        // The gallery's selection is ringed.
        gallery->selectionModel()->select(gallery->model()->index(4, 0), QItemSelectionModel::ClearAndSelect);
        action->trigger();
        QCOMPARE(page->selected(), std::vector<ItemId>{picked});

        // A query is a cross; a picture of the library lies on itself. The map is not computed anew for it.
        QVERIFY(!page->view().query_position());
        QSignalSpy answered(&window.session(), &Session::searchFinished);
        QSignalSpy maps(&window.session(), &Session::mapReady);
        Q_EMIT page->view().findSimilarRequested(picked);
        QVERIFY(window.page() == Page::Matches);
        QTRY_VERIFY_WITH_TIMEOUT(!answered.isEmpty(), patience);
        action->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page->view().query_position().has_value(), patience);
        const auto off = [&](ItemId item) {
            return (*page->view().query_position() - *page->view().position(item)).manhattanLength();
        };
        QVERIFY(off(picked) < 0.01);
        QTRY_COMPARE_WITH_TIMEOUT(legend->count(), 5, patience);
        QVERIFY(legend->item(4)->text().contains(QStringLiteral("query")));
        // Another query, another place.
        const ItemId other = gallery->model()->index(11, 0).data(ItemIdRole).toLongLong();
        Q_EMIT page->view().findSimilarRequested(other);
        action->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page->view().query_position() && off(other) < 0.01, patience);
        QCOMPARE(maps.size(), 0);

        // What Browse filters is dimmed here.
        auto* strip = window.findChild<QueryStrip*>();
        QVERIFY(strip != nullptr);
        strip->clear();
        QTRY_VERIFY_WITH_TIMEOUT(!page->view().query_position(), patience);
        Q_EMIT part<AnchorsPage>(window, "anchorsPage")->classRequested("species", "species_01");
        action->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(page->view().shown_count(), 6, patience);
        QVERIFY(part<QLabel>(window, "mapStatus")->text().contains(QStringLiteral("6 in the filter")));
        page->view().select_all();
        QCOMPARE(page->selected().size(), std::size_t(6));
        auto* chips = window.findChild<FilterChips*>();
        QVERIFY(chips != nullptr);
        Q_EMIT chips->conditionsChanged({});
        action->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(page->view().shown_count(), 18, patience);
        page->view().clear_selection();

        // The other layout, at once.
        auto* method = part<QComboBox>(window, "mapMethod");
        method->setCurrentIndex(1);
        Q_EMIT method->activated(1);
        QTRY_VERIFY_WITH_TIMEOUT(!page->running() && page->map()->method == MapMethod::Pca, patience);

        // Stopped, it stays as it is and can be drawn anew.
        method->setCurrentIndex(0);
        Q_EMIT method->activated(0);
        QVERIFY(page->running());
        part<QPushButton>(window, "mapStop")->click();
        QVERIFY(!page->running());
        auto* news = part<QLabel>(window, "mapNews");
        auto* redraw = part<QPushButton>(window, "mapRedraw");
        QVERIFY(redraw->isVisible() && news->text().contains(QStringLiteral("stopped")));
        redraw->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page->running() && page->map()->final, patience);
        QVERIFY(!redraw->isVisible());

        // New pictures are announced, and drawn when asked for.
        const std::string more = m_fixture.path(QStringLiteral("more")).toStdString();
        options.per_class = 1;
        options.seed = 77;
        testing::write_specimens(more, options);
        window.import_paths({more});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, patience);
        QTRY_VERIFY_WITH_TIMEOUT(news->isVisible() && news->text().contains(QStringLiteral("3")), patience);
        redraw->click();
        QTRY_COMPARE_WITH_TIMEOUT(page->view().point_count(), 21, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!news->isVisible(), patience);
    }

    /// Densities that cannot be read: the map is drawn all the same and says why there are no anchors on it,
    /// until there are.
    void says_why_the_anchors_could_not_be_placed() {
        const std::string pictures = m_fixture.path(QStringLiteral("spoiled")).toStdString();
        testing::SpecimenOptions options;
        options.classes = 2;
        options.per_class = 3;
        testing::write_specimens(pictures, options);
        const std::string library = m_fixture.path(QStringLiteral("Spoiled.fieldmark")).toStdString();
        std::string density;
        {
            LibraryOptions create;
            create.create = true;
            const auto made = Library::open(library, create);
            QVERIFY2(made, made ? "" : made.error().text.c_str());
            const auto model = ModelRegistry().find();
            QVERIFY2(model, model ? "" : model.error().text.c_str());
            const std::filesystem::path own = std::filesystem::path((*made)->models_folder()) / model->name;
            std::filesystem::create_directories(own);
            std::filesystem::copy(
                model->path, own,
                std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
            density = own.string() + "/density.safetensors";
            std::ofstream(density, std::ios::binary) << "these are no tensors";
        }
        const auto shown = m_fixture.window({1280, 800});
        MainWindow& window = *shown;
        QSignalSpy opened(&window.session(), &Session::opened);
        window.open_library(library);
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QSignalSpy finished(&window.session(), &Session::importFinished);
        window.import_paths({pictures}, pictures + "/labels.csv");
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().model().embedded, std::int64_t(6), patience);
        part<QAction>(window, "pageMap")->trigger();
        auto* page = part<MapPage>(window, "mapPage");
        QTRY_VERIFY_WITH_TIMEOUT(page->map() && page->map()->final, patience);
        auto* status = part<QLabel>(window, "mapStatus");
        const QString told = QStringLiteral("the anchors could not be placed:");
        QTRY_VERIFY_WITH_TIMEOUT(status->text().contains(told), patience);
        QVERIFY2(status->text().contains(QStringLiteral("density.safetensors")) &&
                     status->text().contains(QStringLiteral("is damaged")),
                 qPrintable(status->text()));
        QCOMPARE(page->view().point_count(), 6);
        QCOMPARE(page->view().landmark_count(), std::size_t(0));
        QCOMPARE(part<QListWidget>(window, "mapLegend")->count(), 2);

        // Switched off, nothing is missing; and once the file is well again, they are there.
        auto* anchors = part<QToolButton>(window, "mapAnchors");
        anchors->click();
        QTRY_VERIFY_WITH_TIMEOUT(!status->text().contains(told), patience);
        QVERIFY(std::filesystem::remove(density));
        anchors->click();
        QTRY_COMPARE_WITH_TIMEOUT(page->view().landmark_count(), std::size_t(2), patience);
        QVERIFY(!status->text().contains(told));
    }

    void a_library_of_two_has_no_map_and_says_why() {
        const std::string pictures = m_fixture.path(QStringLiteral("two")).toStdString();
        testing::SpecimenOptions options;
        options.classes = 1;
        options.per_class = 2;
        testing::write_specimens(pictures, options);
        const auto shown = m_fixture.window();
        MainWindow& window = *shown;
        QSignalSpy opened(&window.session(), &Session::opened);
        window.open_library(m_fixture.path(QStringLiteral("Two.fieldmark")).toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QSignalSpy finished(&window.session(), &Session::importFinished);
        window.import_paths({pictures});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        auto* action = part<QAction>(window, "pageMap");
        QTRY_VERIFY_WITH_TIMEOUT(action->isEnabled(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().model().embedded, std::int64_t(2), patience);
        action->trigger();
        auto* message = part<QLabel>(window, "mapMessage");
        QTRY_VERIFY_WITH_TIMEOUT(message->isVisible() && message->text().contains(QStringLiteral("few")),
                                 patience);
        window.close_library();
        QTRY_VERIFY_WITH_TIMEOUT(window.page() == Page::Welcome, patience);
        QTRY_COMPARE_WITH_TIMEOUT(part<MapView>(window, "mapView")->point_count(), 0, patience);
    }
};

QTEST_MAIN(TestMapPage)
#include "test_map_page.moc"
