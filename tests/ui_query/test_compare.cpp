// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "tests/support/specimens.h"
#include "ui/compare/compare_view.h"
#include "ui/inspector/look_dialog.h"
#include "ui/query/match_model.h"
#include "ui/widgets/image_view.h"
#include "ui/widgets/text.h"

using namespace fieldmark;

namespace {

constexpr int kWait = 60'000;  // ms; generous, for slow machines
constexpr int kPictures = 7;   // 0 is the query; 1 to 3 carry its mark
constexpr int kMarked = 3;

/// A bird, with rings in a corner of the first four.
QImage picture(int n) {
    QImage image = testing::draw_specimen(n % 3, n);
    if (n > kMarked) return image;
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const QRectF place(n % 2 == 0 ? 14 : 234, n < 2 ? 14 : 154, 72, 72);
    for (int ring = 0; ring < 4; ++ring) {
        painter.setBrush(ring % 2 == 0 ? QColor(200, 20, 40) : QColor(250, 250, 245));
        painter.drawEllipse(place.adjusted(ring * 8, ring * 8, -ring * 8, -ring * 8));
    }
    return image;
}

QImage flat(const QColor& colour) {
    QImage image(400, 300, QImage::Format_RGB32);
    image.fill(colour);
    return image;
}

QRgb at(ImageView& view, double x, double y) {
    const QImage drawn = view.grab().toImage();
    return drawn.pixel(static_cast<int>(drawn.width() * x), static_cast<int>(drawn.height() * y));
}

}  // namespace

/// The comparison's tools with the real session, model and pictures.
class TestCompare : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Session m_session;
    std::vector<ItemId> m_items;  ///< by the number of the picture
    std::unique_ptr<MatchModel> m_model;
    std::unique_ptr<CompareView> m_compare;

    ImageView* query() const { return view(QStringLiteral("queryPane")); }
    ImageView* match() const { return view(QStringLiteral("matchPane")); }
    ImageView* view(const QString& pane) const {
        return m_compare->findChild<QWidget*>(pane)->findChild<ImageView*>();
    }
    template <typename T>
    T* child(const char* name) const {
        return m_compare->findChild<T*>(QString::fromLatin1(name));
    }
    std::vector<ItemId> order() {
        std::vector<ItemId> items;
        for (int i = 0; i < kPictures - 1; ++i) {
            items.push_back(match()->source()->item);
            m_compare->next();
        }
        while (child<QAction>("comparePrevious")->isEnabled()) m_compare->previous();
        return items;
    }
    bool isMarked(ItemId item) const {
        return std::find(m_items.begin(), m_items.end(), item) - m_items.begin() <= kMarked;
    }

  private Q_SLOTS:
    void initTestCase() {
        const QString pictures = m_folder.filePath(QStringLiteral("pictures"));
        QVERIFY(QDir().mkpath(pictures));
        for (int n = 0; n < kPictures; ++n)
            QVERIFY(picture(n).save(pictures + QStringLiteral("/%1.png").arg(n)));
        QSignalSpy opened(&m_session, &Session::opened);
        m_session.open(m_folder.filePath(QStringLiteral("test.fieldmark")).toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, kWait);
        QSignalSpy imported(&m_session, &Session::importFinished);
        ImportRequest request;
        request.paths = {pictures.toStdString()};
        m_session.start_import(request);
        QTRY_COMPARE_WITH_TIMEOUT(imported.size(), 1, kWait);
        QTRY_VERIFY_WITH_TIMEOUT(!m_session.model().loading, kWait);
        QVERIFY2(m_session.model().available, m_session.model().error.text.c_str());
        QSignalSpy listed(&m_session, &Session::itemsListed);
        m_session.list_items({});
        QTRY_COMPARE_WITH_TIMEOUT(listed.size(), 1, kWait);
        const auto ids = listed[0][1].value<std::vector<ItemId>>();
        QCOMPARE(ids.size(), std::size_t{kPictures});
        QSignalSpy fetched(&m_session, &Session::rowsFetched);
        m_session.fetch_rows(ids);
        QTRY_COMPARE_WITH_TIMEOUT(fetched.size(), 1, kWait);
        m_items.resize(kPictures);
        for (const ItemRow& row : fetched[0][1].value<std::vector<ItemRow>>())
            m_items[static_cast<std::size_t>(std::stoi(row.item.path))] = row.item.id;
    }

    void init() {
        m_model = std::make_unique<MatchModel>();
        std::vector<Match> matches;
        for (int n = kPictures - 1; n >= 1; --n) {  // those with the mark last
            Match one;
            one.rank = kPictures - n;
            one.row.item.id = m_items[static_cast<std::size_t>(n)];
            one.row.item.path = std::to_string(n) + ".png";
            matches.push_back(one);
        }
        m_model->setMatches(matches);
        m_compare = std::make_unique<CompareView>(m_session);
        m_compare->resize(1000, 600);
        QueryImage image;
        image.item = m_items[0];
        m_compare->setQuery(image);
        m_compare->setMatches(m_model.get(), 0);
        m_compare->show();
        m_compare->activateWindow();
        m_compare->setFocus();
        QVERIFY(QTest::qWaitForWindowActive(m_compare.get()));
        QTRY_VERIFY_WITH_TIMEOUT(query()->hasImage() && match()->hasImage(), kWait);
    }
    void cleanup() {
        m_compare.reset();
        m_model.reset();
    }

    void ranks_by_a_mark_and_back() {
        auto* banner = child<QWidget>("compareMarkBanner");
        QVERIFY(banner->isHidden());
        QTest::keyClick(m_compare.get(), Qt::Key_M);
        QVERIFY(m_compare->isChoosingMark());
        QVERIFY(query()->isSelecting());
        QVERIFY(!banner->isHidden());
        QTest::keyClick(query(), Qt::Key_Escape);  // not yet
        QVERIFY(!m_compare->isChoosingMark());
        QVERIFY(banner->isHidden());

        QSignalSpy closed(m_compare.get(), &CompareView::closed);
        QSignalSpy changed(m_compare.get(), &CompareView::currentChanged);
        QSignalSpy found(&m_session, &Session::markFound);
        QTest::keyClick(m_compare.get(), Qt::Key_M);
        // The picture of 320 x 240 fills the view's width; the rings are at its upper left.
        const double side = query()->width();
        const double top = (query()->height() - side * 0.75) / 2;
        const auto on = [&](double x, double y) {
            return QPoint(qRound(side * x / 320), qRound(top + side * 0.75 * y / 240));
        };
        QTest::mousePress(query(), Qt::LeftButton, {}, on(14, 14));
        QTest::mouseMove(query(), on(50, 50));
        QTest::mouseMove(query(), on(86, 86));
        QTest::mouseRelease(query(), Qt::LeftButton, {}, on(86, 86));
        QVERIFY(!m_compare->isChoosingMark());
        QVERIFY(query()->mark().has_value());
        QVERIFY(qAbs(query()->mark()->x - 437) < 100);
        QVERIFY(qAbs(query()->mark()->width - 2250) < 150);
        QVERIFY(child<QLabel>("compareMarkText")->text().contains(QLatin1Char('6')));
        QTRY_COMPARE_WITH_TIMEOUT(found.size(), 1, kWait);
        QVERIFY(m_compare->isRankedByMark());
        QVERIFY(isMarked(match()->source()->item));
        QVERIFY(match()->mark().has_value());
        QVERIFY(!changed.isEmpty());
        // The signal speaks of the model that was set.
        QCOMPARE(m_model->match(changed.back()[0].toInt())->row.item.id, match()->source()->item);
        const std::vector<ItemId> ranked = order();
        for (std::size_t i = 0; i < ranked.size(); ++i) QCOMPARE(isMarked(ranked[i]), i < kMarked);

        const ItemId seen = match()->source()->item;
        QTest::keyClick(m_compare.get(), Qt::Key_Escape);
        QVERIFY(!m_compare->isRankedByMark());
        QVERIFY(banner->isHidden());
        QVERIFY(!query()->mark() && !match()->mark());
        QCOMPARE(match()->source()->item, seen);  // the one looked at stays
        QCOMPARE(m_compare->current(), m_model->rowOf(seen));
        QCOMPARE(closed.size(), 0);
        QTest::keyClick(m_compare.get(), Qt::Key_Escape);
        QCOMPARE(closed.size(), 1);
    }

    void a_click_or_return_takes_a_region() {
        QSignalSpy region(query(), &ImageView::regionSelected);
        m_compare->setChoosingMark(true);
        QTest::mouseClick(query(), Qt::LeftButton, {}, query()->rect().center());
        QCOMPARE(region.size(), 1);
        const Crop clicked = region[0][0].value<Crop>();
        QVERIFY(clicked.valid());
        // A square of the picture: 240 to 320 in ten-thousandths.
        QVERIFY(qAbs(clicked.height - clicked.width * 320 / 240) < 20);
        QVERIFY(qAbs(clicked.x + clicked.width / 2 - 5000) < 50);
        m_compare->setChoosingMark(true);
        QTest::keyClick(query(), Qt::Key_Return);
        QCOMPARE(region.size(), 2);
        // What was begun is stopped by the way back, and says nothing later.
        child<QToolButton>("compareMarkBack")->click();
        QTest::qWait(300);
        QVERIFY(!m_compare->isRankedByMark());
        QVERIFY(child<QWidget>("compareMarkBanner")->isHidden());
    }

    void a_new_query_forgets_the_mark() {
        m_compare->findMark({500, 500, 2200, 3000});
        QTRY_VERIFY_WITH_TIMEOUT(m_compare->isRankedByMark(), kWait);
        m_model->setMatches({m_model->matches().begin(), m_model->matches().begin() + 4});
        QVERIFY(m_compare->isRankedByMark());  // fewer are left
        QueryImage image;
        image.item = m_items[5];
        m_compare->setQuery(image);
        QVERIFY(!m_compare->isRankedByMark());
        QVERIFY(!query()->mark());
    }

    void one_search_after_another_agrees_with_what_is_shown() {
        constexpr Crop kRings{437, 583, 2250, 3000}, kElsewhere{5000, 4000, 3000, 3000};
        auto* text = child<QLabel>("compareMarkText");
        QSignalSpy found(&m_session, &Session::markFound);
        m_compare->findMark(kRings);
        QTRY_COMPARE_WITH_TIMEOUT(found.size(), 1, kWait);
        QVERIFY(match()->mark().has_value());
        const QString ranked = text->text();
        const Crop box = *match()->mark();
        // While another mark is looked for, the query shows that one, and no match the former one's place.
        m_compare->findMark(kElsewhere);
        QCOMPARE(*query()->mark(), kElsewhere);
        QVERIFY(!match()->mark());
        // Cancelled, it leaves the ranking that was there, whole.
        QTest::keyClick(m_compare.get(), Qt::Key_Escape);
        QVERIFY(m_compare->isRankedByMark());
        QCOMPARE(*query()->mark(), kRings);
        QCOMPARE(*match()->mark(), box);
        QCOMPARE(text->text(), ranked);
        // So does one that fails: a region outside the picture.
        QSignalSpy failed(&m_session, &Session::markFailed);
        m_compare->findMark({9000, 0, 3000, 1000});
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kWait);
        QVERIFY(m_compare->isRankedByMark());
        QCOMPARE(*query()->mark(), kRings);
        QCOMPARE(*match()->mark(), box);
        QVERIFY(text->text() != ranked);
        // Answered, it takes the former one's place. (The cancelled one may have been answered, too.)
        m_compare->findMark(kElsewhere);
        QVERIFY(!match()->mark());
        QTRY_VERIFY_WITH_TIMEOUT(match()->mark().has_value(), kWait);
        QCOMPARE(*query()->mark(), kElsewhere);
        QCOMPARE(text->text(), ranked);
        QTest::keyClick(m_compare.get(), Qt::Key_Escape);
        QVERIFY(!m_compare->isRankedByMark());
        QVERIFY(!query()->mark() && !match()->mark());
    }

    void says_how_many_matches_were_looked_at() {
        // More than are looked at, and most of them gone from the library.
        std::vector<Match> matches(m_model->matches().begin(), m_model->matches().end());
        for (int n = 0; n < 300; ++n) {
            Match one;
            one.row.item.id = 1'000'000 + n;
            one.row.item.path = "gone " + std::to_string(n);
            matches.push_back(one);
        }
        m_model->setMatches(matches);
        QSignalSpy found(&m_session, &Session::markFound);
        m_compare->findMark({437, 583, 2250, 3000});
        QTRY_COMPARE_WITH_TIMEOUT(found.size(), 1, kWait);
        QCOMPARE(found[0][1].value<MarkReport>().sightings.size(), std::size_t{200});
        QVERIFY2(child<QLabel>("compareMarkText")->text().contains(QStringLiteral("6 of 306 matches")),
                 qPrintable(child<QLabel>("compareMarkText")->text()));
        // What is left when some are removed is counted anew.
        m_model->setMatches({matches.begin(), matches.begin() + 4});
        QCOMPARE(child<QLabel>("compareMarkText")->text(), QStringLiteral("Ranked by the mark"));
        m_model->setMatches({matches.begin() + 10, matches.end()});
        QVERIFY(!m_compare->isRankedByMark());
    }

    void wipes_between_the_two() {
        query()->setImage(flat(Qt::red));
        match()->setImage(flat(Qt::blue));
        QCOMPARE(at(*match(), 0.25, 0.4), QColor(Qt::blue).rgb());
        QTest::keyClick(m_compare.get(), Qt::Key_D);
        QVERIFY(m_compare->isWiping());
        QCOMPARE(at(*match(), 0.25, 0.4), QColor(Qt::red).rgb());
        QCOMPARE(at(*match(), 0.75, 0.4), QColor(Qt::blue).rgb());
        auto* slider = child<QSlider>("compareWipeSlider");
        QVERIFY(slider->isVisible());
        slider->setValue(900);
        QCOMPARE(at(*match(), 0.75, 0.4), QColor(Qt::red).rgb());
        // By the line itself, at nine tenths.
        const int middle = match()->height() / 2;
        QTest::mousePress(match(), Qt::LeftButton, {}, QPoint(match()->width() * 9 / 10, middle));
        QTest::mouseMove(match(), QPoint(match()->width() / 10, middle));
        QTest::mouseRelease(match(), Qt::LeftButton, {}, QPoint(match()->width() / 10, middle));
        QVERIFY(qAbs(slider->value() - 100) < 20);
        QCOMPARE(at(*match(), 0.25, 0.4), QColor(Qt::blue).rgb());
        // The arrows move the slider, and do not go to another match.
        const int current = m_compare->current();
        slider->setFocus();
        const int before = slider->value();
        QTest::keyClick(slider, Qt::Key_Right);
        QVERIFY(slider->value() > before);
        QCOMPARE(m_compare->current(), current);
        m_compare->setFlipped(true);  // both would be one picture over the other
        QVERIFY(!m_compare->isWiping());
        QVERIFY(slider->isHidden() || !slider->isVisible());
    }

    void changes_the_light_for_the_eye() {
        query()->setImage(flat(QColor(100, 100, 100)));
        match()->setImage(flat(QColor(160, 160, 160)));
        QTest::keyClick(m_compare.get(), Qt::Key_A);
        auto* brightness = child<QSlider>("compareBrightness");
        auto* contrast = child<QSlider>("compareContrast");
        QVERIFY(brightness->isVisible());
        brightness->setValue(30);
        QVERIFY(qRed(at(*query(), 0.5, 0.5)) > 130);
        QVERIFY(qRed(at(*match(), 0.5, 0.5)) > 190);
        brightness->setValue(0);
        contrast->setValue(50);
        QVERIFY(qRed(at(*query(), 0.5, 0.5)) < 80);
        QVERIFY(qRed(at(*match(), 0.5, 0.5)) > 190);
        child<QToolButton>("compareToneReset")->click();
        QCOMPARE(qRed(at(*query(), 0.5, 0.5)), 100);
        QCOMPARE(qRed(at(*match(), 0.5, 0.5)), 160);
    }

    void asks_for_a_look_inside() {
        QSignalSpy asked(m_compare.get(), &CompareView::lookRequested);
        QTest::keyClick(m_compare.get(), Qt::Key_I);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].value<QueryImage>().item, m_items[kPictures - 1]);
        query()->setFocus();
        QTest::keyClick(query(), Qt::Key_I);
        QCOMPARE(asked[1][0].value<QueryImage>().item, m_items[0]);
    }

    void looks_inside_and_saves() {
        LookDialog dialog(m_session);
        dialog.show();
        QueryImage image;
        image.item = m_items[0];
        dialog.setPicture(image, QStringLiteral("a bird"));
        auto* view = dialog.findChild<ImageView*>(QStringLiteral("lookView"));
        QTRY_VERIFY_WITH_TIMEOUT(view->hasOverlay(), kWait);
        QCOMPARE(dialog.shown().kind, LookKind::Energy);
        auto* kind = dialog.findChild<QComboBox*>(QStringLiteral("lookKind"));
        QCOMPARE(kind->count(), static_cast<int>(dialog.shown().kinds.size()));
        QVERIFY(dialog.findChild<QComboBox*>(QStringLiteral("lookLayer"))->isHidden() ||
                !dialog.findChild<QComboBox*>(QStringLiteral("lookLayer"))->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(view->hasImage(), kWait);
        const QImage heated = view->grab().toImage();
        dialog.findChild<QSlider*>(QStringLiteral("lookOpacity"))->setValue(0);
        QVERIFY(view->grab().toImage() != heated);
        dialog.findChild<QSlider*>(QStringLiteral("lookOpacity"))->setValue(100);

        QSignalSpy saved(&dialog, &LookDialog::saved);
        const QString file = m_folder.filePath(QStringLiteral("heat.png"));
        dialog.save(file);
        QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, kWait);
        QVERIFY(saved[0][1].toBool());
        const QImage written(file);
        QCOMPARE(written.size(), QSize(320, 240));
        QVERIFY(written != picture(0).convertToFormat(written.format()));
        dialog.save(m_folder.filePath(QStringLiteral("no such folder/heat.png")));
        QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 2, kWait);
        QVERIFY(!saved[1][1].toBool());
        if (kind->count() > 1) {
            kind->setCurrentIndex(kind->findData(static_cast<int>(LookKind::Object)));
            QTRY_COMPARE_WITH_TIMEOUT(dialog.shown().kind, LookKind::Object, kWait);
        }
    }
};

QTEST_MAIN(TestCompare)
#include "test_compare.moc"
