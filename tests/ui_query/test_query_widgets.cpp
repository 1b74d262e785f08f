// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QAbstractButton>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

#include "tests/support/specimens.h"
#include "ui/compare/compare_view.h"
#include "ui/gallery/filter_chips.h"
#include "ui/query/crop_editor.h"
#include "ui/widgets/image_view.h"

using namespace fieldmark;

namespace {

void wheel(ImageView& view, const QPointF& at, int notches) {
    QWheelEvent event(at, view.mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&view, &event);
}

}  // namespace

class TestQueryWidgets : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // --- the crop editor ---
    void keeps_boxes_inside() {
        const Crop box{1000, 2000, 3000, 4000};
        QCOMPARE(CropEditor::moved(box, -5000, 9000), (Crop{0, 6000, 3000, 4000}));
        QCOMPARE(CropEditor::moved(box, 100, -100), (Crop{1100, 1900, 3000, 4000}));
        QCOMPARE(CropEditor::resized(box, Qt::RightEdge | Qt::BottomEdge, 99999, 99999),
                 (Crop{1000, 2000, 9000, 8000}));
        QCOMPARE(CropEditor::resized(box, Qt::LeftEdge, 99999, 0), (Crop{3800, 2000, 200, 4000}));
        QCOMPARE(CropEditor::resized(box, Qt::TopEdge, 0, -99999), (Crop{1000, 0, 3000, 6000}));
        // A box thinner than the smallest at the very edge stays valid.
        for (const Crop& thin : {Crop{0, 0, 50, 50}, Crop{9950, 9950, 50, 50}}) {
            for (const int step : {-400, 0, 400}) {
                QVERIFY(CropEditor::resized(thin, Qt::LeftEdge | Qt::TopEdge, step, step).valid());
                QVERIFY(CropEditor::resized(thin, Qt::RightEdge | Qt::BottomEdge, step, step).valid());
            }
        }
    }

    void draws_moves_and_resizes_with_the_mouse() {
        CropEditor editor;
        editor.resize(400, 300);
        editor.setImage(testing::draw_specimen(0, 0), QSize(3200, 2400));
        editor.show();
        QSignalSpy changed(&editor, &CropEditor::cropChanged);
        const QRectF picture = editor.pictureRect();
        const auto at = [&](double x, double y) {
            return QPoint(qRound(picture.x() + picture.width() * x),
                          qRound(picture.y() + picture.height() * y));
        };
        const auto drag = [&](const QPoint& from, const QPoint& to) {
            QTest::mousePress(&editor, Qt::LeftButton, {}, from);
            QTest::mouseMove(&editor, (from + to) / 2);
            QTest::mouseMove(&editor, to);
            QTest::mouseRelease(&editor, Qt::LeftButton, {}, to);
        };
        const auto near = [](int value, int wanted) { return qAbs(value - wanted) < 120; };

        drag(at(0.2, 0.2), at(0.6, 0.7));
        QVERIFY(changed.size() >= 2);  // the matches follow while it is drawn
        QVERIFY(near(editor.crop().x, 2000) && near(editor.crop().width, 4000) &&
                near(editor.crop().height, 5000));
        QVERIFY(editor.description().contains(QLatin1Char('%')));

        drag(at(0.4, 0.45), at(0.5, 0.55));
        QVERIFY(near(editor.crop().x, 3000) && near(editor.crop().y, 3000));
        QVERIFY(near(editor.crop().width, 4000) && near(editor.crop().height, 5000));

        drag(at(0.7, 0.8), at(0.9, 0.9));  // the lower right handle
        QVERIFY(near(editor.crop().x, 3000) && near(editor.crop().width, 6000) &&
                near(editor.crop().height, 6000));

        const Crop before = editor.crop();
        drag(at(0.05, 0.05), at(0.055, 0.05));  // a click that trembles
        QCOMPARE(editor.crop(), before);
        drag(at(0.05, 0.05), QPoint(-500, 900));  // out of the widget
        QVERIFY(editor.crop().valid());
    }

    void is_adjusted_by_keys() {
        CropEditor editor;
        editor.resize(400, 300);
        editor.setImage(testing::draw_specimen(0, 0));
        editor.setCrop({1000, 1000, 5000, 5000});
        QSignalSpy changed(&editor, &CropEditor::cropChanged);
        QTest::keyClick(&editor, Qt::Key_Right);
        QCOMPARE(editor.crop(), (Crop{1100, 1000, 5000, 5000}));
        QTest::keyClick(&editor, Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(editor.crop(), (Crop{1100, 990, 5000, 5000}));
        QTest::keyClick(&editor, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(editor.crop(), (Crop{1100, 990, 4900, 5000}));
        QCOMPARE(changed.size(), 3);
        QTest::keyClick(&editor, Qt::Key_Escape);  // leaves the editor, not the box
        QCOMPARE(editor.crop(), (Crop{1100, 990, 4900, 5000}));
        QTest::keyClick(&editor, Qt::Key_Backspace);
        QVERIFY(editor.crop().whole());
        QTest::keyClick(&editor, Qt::Key_Left);  // from the whole picture there is a box to start with
        QVERIFY(!editor.crop().whole() && editor.crop().valid());
        editor.setCrop({5, 5, 0, 0});
        QVERIFY(editor.crop().valid());
    }

    void ends_a_drag_by_escape() {
        CropEditor editor;
        editor.resize(400, 300);
        editor.setImage(testing::draw_specimen(0, 0));
        const Crop before{1000, 1000, 5000, 5000};
        editor.setCrop(before);
        const QPoint middle = editor.boxRect().center().toPoint();
        QTest::mousePress(&editor, Qt::LeftButton, {}, middle);
        QTest::mouseMove(&editor, middle + QPoint(40, 30));
        QVERIFY(!(editor.crop() == before));
        QTest::keyClick(&editor, Qt::Key_Escape);
        QCOMPARE(editor.crop(), before);
    }

    // --- the chips ---
    void removes_filters_by_mouse_and_key() {
        QWidget window;
        FilterChips chips(&window);
        window.resize(800, 100);
        window.show();
        using Op = Condition::Operator;
        const std::vector<Condition> three{
            {"species", Op::Equal, "Wren"}, {"split", Op::Equal, "unseen"}, {"age", Op::Less, "3"}};
        QVERIFY(chips.isHidden());
        chips.setConditions(three);
        QVERIFY(!chips.isHidden());
        QSignalSpy changed(&chips, &FilterChips::conditionsChanged);
        const auto chip = [&](int at) {
            QAbstractButton* found = nullptr;
            for (auto* button : chips.findChildren<QAbstractButton*>(QStringLiteral("filterChip%1").arg(at)))
                if (!button->isHidden()) found = button;
            return found;
        };
        QVERIFY(chip(0)->text().contains(QStringLiteral("Wren")));
        QTest::mouseClick(chip(0), Qt::LeftButton);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(chips.conditions(), (std::vector<Condition>{three[1], three[2]}));
        QTest::keyClick(chip(1), Qt::Key_Delete);
        QCOMPARE(chips.conditions(), (std::vector<Condition>{three[1]}));
        QTest::keyClick(chip(0), Qt::Key_Return);
        QVERIFY(chips.conditions().empty());
        QVERIFY(chips.isHidden());
        QCOMPARE(changed.size(), 3);
        chips.setConditions(three);
        QCOMPARE(changed.size(), 3);  // only the user's changes are told
        auto* all = chips.findChild<QAbstractButton*>(QStringLiteral("removeAllFilters"));
        QVERIFY(all != nullptr);
        all->click();
        QVERIFY(chips.conditions().empty());
    }

    void wraps_chips() {
        FilterChips chips;
        std::vector<Condition> many;
        for (int i = 0; i < 12; ++i)
            many.push_back({"field", Condition::Operator::Equal, "value " + std::to_string(i)});
        chips.setConditions(many);
        QVERIFY(chips.heightForWidth(200) > 2 * chips.heightForWidth(4000));
    }

    // --- the picture view ---
    void zooms_at_the_pointer() {
        Session session;
        ImageView view(session);
        view.resize(400, 400);
        view.setImage(QImage(4000, 2000, QImage::Format_RGB32));
        QVERIFY(view.isFitted());
        QVERIFY(qAbs(view.scale() - 0.1 * view.devicePixelRatioF()) < 1e-6);
        QSignalSpy moved(&view, &ImageView::viewpointChanged);
        wheel(view, {300, 200}, 4);
        const Viewpoint after = view.viewpoint();
        QVERIFY(after.zoom > 2);
        // What was under the pointer, three quarters across, still is.
        const double shown = 400.0 * after.zoom;
        QVERIFY(qAbs(200 + (0.75 - after.centre.x()) * shown - 300) < 1.5);
        wheel(view, {10, 10}, -40);
        QCOMPARE(view.viewpoint(), Viewpoint{});
        QCOMPARE(moved.size(), 2);
    }

    void stops_at_one_to_one() {
        Session session;
        ImageView view(session);
        view.resize(400, 400);
        view.setImage(QImage(1000, 1000, QImage::Format_RGB32));
        view.actualSize();
        QVERIFY(qAbs(view.scale() - 1) < 1e-9);
        view.fit();
        bool exact = false;
        for (int i = 0; i < 12; ++i) {
            wheel(view, {200, 200}, 1);
            exact = exact || qAbs(view.scale() - 1) < 1e-9;
        }
        QVERIFY(exact);
        QVERIFY(view.scale() <= 16 + 1e-9);
        QTest::mouseDClick(&view, Qt::LeftButton, {}, QPoint(200, 200));
        QVERIFY(view.isFitted());
        QTest::mouseDClick(&view, Qt::LeftButton, {}, QPoint(200, 200));
        QVERIFY(qAbs(view.scale() - 1) < 1e-9);
    }

    void draws_one_picture_pixel_on_one_device_pixel() {
        QImage stripes(400, 300, QImage::Format_RGB32);
        for (int y = 0; y < 300; ++y)
            for (int x = 0; x < 400; ++x) stripes.setPixel(x, y, (x + y) % 2 == 0 ? 0xffffffff : 0xff000000);
        Session session;
        ImageView view(session);
        view.setInteractive(false);
        view.resize(101, 77);  // odd sizes put the corner between pixels
        view.setImage(stripes);
        view.actualSize();
        const QImage drawn = view.grab().toImage();
        const double ratio = drawn.devicePixelRatio();
        QCOMPARE(drawn.width(), qRound(101 * ratio));
        for (int y = 0; y < drawn.height(); ++y) {
            for (int x = 1; x < drawn.width(); ++x) {
                const bool white = qGray(drawn.pixel(x, y)) > 200;
                const bool black = qGray(drawn.pixel(x, y)) < 50;
                QVERIFY2(white || black, "a blurred pixel");
                QVERIFY(white != (qGray(drawn.pixel(x - 1, y)) > 200));
            }
        }
    }

    void keeps_the_picture_in_view() {
        Session session;
        ImageView view(session);
        view.resize(400, 400);
        view.setImage(QImage(1000, 500, QImage::Format_RGB32));
        view.setViewpoint({4, {-3, 7}});
        const Viewpoint held = view.viewpoint();
        QVERIFY(held.centre.x() > 0.12 && held.centre.x() < 0.13);  // its left edge at the view's
        QVERIFY(held.centre.y() > 0.7 && held.centre.y() < 0.8);
        view.setViewpoint({std::nan(""), {std::nan(""), std::nan("")}});
        QCOMPARE(view.viewpoint(), Viewpoint{});
        view.setViewpoint({1e9, {0.5, 0.5}});
        QVERIFY(view.scale() <= 16 + 1e-9);
    }

    // --- compare ---
    void links_pictures_of_any_size() {
        Session session;
        CompareView compare(session);
        compare.resize(900, 500);
        compare.show();
        compare.activateWindow();
        compare.setFocus();
        QVERIFY(QTest::qWaitForWindowActive(&compare));
        const auto views = compare.findChildren<ImageView*>();
        QCOMPARE(views.size(), 2);
        views[0]->setImage(QImage(4000, 3000, QImage::Format_RGB32));
        views[1]->setImage(QImage(800, 600, QImage::Format_RGB32));
        QCoreApplication::processEvents();
        wheel(*views[0], QPointF(views[0]->width() * 0.6, views[0]->height() * 0.4), 5);
        QVERIFY(views[0]->viewpoint().zoom > 2);
        // The same part of each picture, whatever their pixels.
        QVERIFY(qAbs(views[1]->viewpoint().zoom - views[0]->viewpoint().zoom) < 1e-9);
        QVERIFY(qAbs(views[1]->viewpoint().centre.x() - views[0]->viewpoint().centre.x()) < 1e-9);
        QTest::keyClick(&compare, Qt::Key_L);
        QVERIFY(!compare.isLinked());
        const Viewpoint before = views[0]->viewpoint();
        wheel(*views[1], QPointF(10, 10), -20);
        QCOMPARE(views[0]->viewpoint(), before);
        QTest::keyClick(&compare, Qt::Key_L);
        QVERIFY(compare.isLinked());
        QCOMPARE(views[0]->viewpoint(), views[1]->viewpoint());
        QSignalSpy closed(&compare, &CompareView::closed);
        QTest::keyClick(&compare, Qt::Key_Escape);
        QCOMPARE(closed.size(), 1);
    }
};

QTEST_MAIN(TestQueryWidgets)
#include "test_query_widgets.moc"
