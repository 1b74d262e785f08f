// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include "core/engine/explain/find_mark.h"
#include "core/engine/session/session.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

constexpr int kWidth = 320, kHeight = 240, kSide = 72;
constexpr int kMarked = 4;  ///< pictures 1..4 carry the mark, each in another corner; 0 is the query
constexpr int kBare = 5;
constexpr int kPatience = 60'000;

QRect place_of(int corner) {
    const int margin = 14;
    return {corner % 2 == 0 ? margin : kWidth - margin - kSide,
            corner / 2 == 0 ? margin : kHeight - margin - kSide, kSide, kSide};
}

Crop crop_of(const QRect& rect) {
    return {rect.x() * 10000 / kWidth, rect.y() * 10000 / kHeight, rect.width() * 10000 / kWidth,
            rect.height() * 10000 / kHeight};
}

/// Rings on a drawn bird, in one of the corners; `corner` -1: the bird alone.
QImage picture(int individual, int corner) {
    QImage image = draw_specimen(individual % 4, individual, {.width = kWidth, .height = kHeight});
    if (corner < 0) return image;
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const QRectF place = place_of(corner);
    for (int ring = 0; ring < 4; ++ring) {
        painter.setBrush(ring % 2 == 0 ? QColor(200, 20, 40) : QColor(250, 250, 245));
        const double inset = ring * kSide / 9.0;
        painter.drawEllipse(place.adjusted(inset, inset, -inset, -inset));
    }
    return image;
}

std::string name_of(int n) {
    return "picture_" + std::to_string(n) + ".png";
}

/// The share of `inner` that `outer` covers.
double covered(const Crop& inner, const Crop& outer) {
    const auto shared = [](int a, int length, int b, int other) {
        return static_cast<double>(std::max(0, std::min(a + length, b + other) - std::max(a, b)));
    };
    return shared(inner.x, inner.width, outer.x, outer.width) *
           shared(inner.y, inner.height, outer.y, outer.height) /
           (static_cast<double>(inner.width) * inner.height);
}

}  // namespace

/// A region of one picture, looked for in others.
class TestFindMark : public QObject {
    Q_OBJECT

    std::unique_ptr<EngineFixture> m_fixture;
    std::string m_folder;
    std::vector<ItemId> m_items;  ///< by the number of the picture

    MarkRequest request(int corner = 0) const {
        MarkRequest mark;
        mark.query.path = m_folder + '/' + name_of(0);
        mark.region = crop_of(place_of(corner));
        // The bare ones first, so that an order kept is a wrong one.
        for (int n = kMarked + kBare; n >= 1; --n) mark.items.push_back(m_items[static_cast<std::size_t>(n)]);
        return mark;
    }
    int number(ItemId item) const {
        return static_cast<int>(std::find(m_items.begin(), m_items.end(), item) - m_items.begin());
    }
    /// Marked ones first, each with the mark in its box.
    void expect_found(const MarkReport& report) const {
        QCOMPARE(report.sightings.size(), std::size_t{kMarked + kBare});
        for (std::size_t i = 0; i < report.sightings.size(); ++i) {
            const MarkSighting& sighting = report.sightings[i];
            QVERIFY(sighting.seen());
            QVERIFY(sighting.box.valid());
            QVERIFY(std::abs(sighting.similarity) <= 1);
            if (i > 0) QVERIFY(sighting.similarity <= report.sightings[i - 1].similarity);
            const int n = number(sighting.item);
            QVERIFY2((n <= kMarked) == (i < kMarked),
                     qPrintable(QStringLiteral("picture %1 is at rank %2").arg(n).arg(i + 1)));
            if (n > kMarked) continue;
            const double share = covered(crop_of(place_of(n - 1)), sighting.box);
            QVERIFY2(share > 0.5, qPrintable(QStringLiteral("picture %1: its box %2 covers %3 of the mark")
                                                 .arg(n)
                                                 .arg(QString::fromStdString(to_key(sighting.box)))
                                                 .arg(share)));
        }
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(shared_embedder(), "Run packaging/setup.sh first.");
        m_fixture = std::make_unique<EngineFixture>();
        m_folder = m_fixture->folder("marks");
        for (int n = 0; n <= kMarked + kBare; ++n) {
            const int corner = n == 0 ? 0 : n <= kMarked ? n - 1 : -1;
            QVERIFY(picture(n, corner).save(QString::fromStdString(m_folder + '/' + name_of(n))));
        }
        QCOMPARE(m_fixture->import(std::vector<std::string>{m_folder}).embedded,
                 std::int64_t{kMarked + kBare + 1});
        for (int n = 0; n <= kMarked + kBare; ++n) m_items.push_back(m_fixture->item(name_of(n)));
    }
    void cleanupTestCase() { m_fixture.reset(); }

    void findsTheMarkInEveryCorner() {
        int told = 0;
        const auto report =
            find_mark(request(), *shared_embedder(), *m_fixture->reader(), {}, [&told](int done, int total) {
                QCOMPARE(done, ++told);
                QCOMPARE(total, kMarked + kBare);
            });
        QVERIFY2(report.ok(), report ? "" : report.error().text.c_str());
        QCOMPARE(told, kMarked + kBare);
        QCOMPARE(report->model, shared_embedder()->info().name);
        expect_found(*report);
    }

    void findsARegionOfTheQueryInItself() {
        MarkRequest mark = request();
        mark.items = {m_items[0]};
        for (const Crop& region : {crop_of(place_of(0)), Crop{2500, 2500, 4000, 4500}}) {
            mark.region = region;
            const auto report = find_mark(mark, *shared_embedder(), *m_fixture->reader());
            QVERIFY(report.ok());
            QVERIFY(covered(region, report->sightings[0].box) > 0.5);
            QVERIFY(report->sightings[0].similarity > 0.8F);
        }
    }

    void findsALongThinMark() {
        // A ribbon across nine tenths of the picture, a cell high, and one from top to bottom: no part of the
        // picture may cut it, in the query or in a match.
        const auto ribbon = [](const QRect& place, int bird) {
            QImage image = draw_specimen(bird % 4, bird, {.width = kWidth, .height = kHeight});
            QPainter painter(&image);
            const bool lying = place.width() > place.height();
            const int length = lying ? place.width() : place.height();
            for (int at = 0, n = 0; at < length; at += 12, ++n) {
                const QColor colour = n % 2 == 0 ? QColor(200, 20, 40) : QColor(250, 250, 245);
                painter.fillRect(lying ? QRect(place.x() + at, place.y(), 12, place.height())
                                       : QRect(place.x(), place.y() + at, place.width(), 12),
                                 colour);
            }
            return image;
        };
        struct Case {
            QRect query, match;
        };
        const Case cases[] = {{QRect(16, 14, 288, 24), QRect(16, 196, 288, 24)},
                              {QRect(14, 12, 30, 216), QRect(272, 12, 30, 216)}};
        for (const Case& one : cases) {
            const std::string folder = m_fixture->folder("ribbon_of_" + std::to_string(one.query.width()));
            const auto path = [&](const char* name) {
                return QString::fromStdString(folder + '/') + QLatin1String(name);
            };
            const std::string prefix = std::to_string(one.query.width());
            QVERIFY(ribbon(one.query, 0).save(path((prefix + "query.png").c_str())));
            QVERIFY(ribbon(one.match, 5).save(path((prefix + "match.png").c_str())));
            QVERIFY(picture(5, -1).save(path((prefix + "bare.png").c_str())));
            m_fixture->import(std::vector<std::string>{folder});
            MarkRequest mark;
            mark.query.path = folder + '/' + prefix + "query.png";
            mark.region = crop_of(one.query);
            mark.items = {m_fixture->item(prefix + "bare.png"), m_fixture->item(prefix + "match.png"),
                          m_fixture->item(prefix + "query.png")};
            const auto report = find_mark(mark, *shared_embedder(), *m_fixture->reader());
            QVERIFY2(report.ok(), report ? "" : report.error().text.c_str());
            const auto found = [&](std::size_t i) { return report->sightings[i].item; };
            QCOMPARE(found(0), mark.items[2]);
            QCOMPARE(found(1), mark.items[1]);
            QVERIFY(report->sightings[0].similarity > 0.8F);
            // Across it a box is as good as its cells, along it all of the mark must be there.
            Crop box = report->sightings[0].box;
            const Crop region = crop_of(one.query);
            QVERIFY2(covered(region, box) > 0.4, to_key(box).c_str());
            const bool lying = one.query.width() > one.query.height();
            (lying ? box.y : box.x) = 0;
            (lying ? box.height : box.width) = 10000;
            QVERIFY2(covered(region, box) > 0.8, to_key(box).c_str());
            const Crop other = report->sightings[1].box;
            QVERIFY2((lying ? other.width : other.height) > 7000, to_key(other).c_str());
        }
    }

    void aCropDoesNotMoveTheRegion() {
        // The region is of the whole picture: with a crop that holds it, and with one that does not.
        for (const Crop& crop : {Crop{0, 0, 6000, 6000}, Crop{4000, 4000, 6000, 6000}}) {
            MarkRequest mark = request();
            mark.query.crop = crop;
            mark.items = {m_items[0]};
            const auto report = find_mark(mark, *shared_embedder(), *m_fixture->reader());
            QVERIFY(report.ok());
            QVERIFY(covered(mark.region, report->sightings[0].box) > 0.5);
        }
    }

    void saysWhichPictureIsMissing() {
        MarkRequest mark = request();
        mark.items = {ItemId{999'999}, m_items[1]};
        const auto report = find_mark(mark, *shared_embedder(), *m_fixture->reader());
        QVERIFY(report.ok());
        QCOMPARE(report->sightings[0].item, m_items[1]);
        QVERIFY(report->sightings[0].seen());
        QVERIFY(!report->sightings[1].seen());
        QCOMPARE(report->sightings[1].error.kind, ErrorKind::NotFound);
    }

    void refusesWhatIsNoRegion() {
        MarkRequest mark = request();
        mark.region = {9000, 0, 2000, 1000};
        const auto outside = find_mark(mark, *shared_embedder(), *m_fixture->reader());
        QVERIFY(!outside.ok());
        QCOMPARE(outside.error().kind, ErrorKind::Usage);
        mark = request();
        mark.query.path = m_folder + "/not there.png";
        const auto absent = find_mark(mark, *shared_embedder(), *m_fixture->reader());
        QVERIFY(!absent.ok());
        QCOMPARE(absent.error().kind, ErrorKind::NotFound);
        std::stop_source stop;
        int told = 0;
        const auto stopped =
            find_mark(request(), *shared_embedder(), *m_fixture->reader(), stop.get_token(), [&](int, int) {
                ++told;
                stop.request_stop();
            });
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
        QCOMPARE(told, 1);
    }

    void isAnsweredByASession() {
        const std::string folder = m_fixture->library_folder();
        m_fixture->close();
        {
            Session session;
            QSignalSpy found(&session, &Session::markFound);
            QSignalSpy failed(&session, &Session::markFailed);
            QSignalSpy progress(&session, &Session::markProgress);
            session.find_mark(request());
            QVERIFY(failed.wait(kPatience));  // no library is open
            QCOMPARE(failed[0][1].value<Error>().kind, ErrorKind::Usage);
            failed.clear();
            QSignalSpy opened(&session, &Session::opened);
            session.open(folder);
            QVERIFY(opened.wait(kPatience));
            session.find_mark(request(3));  // the newer one stops it
            const RequestId id = session.find_mark(request());
            QTRY_VERIFY_WITH_TIMEOUT(found.count() + failed.count() > 0, kPatience);
            QCOMPARE(failed.count(), 0);
            QCOMPARE(found.back()[0].value<RequestId>(), id);
            expect_found(found.back()[1].value<MarkReport>());
            QCOMPARE(progress.back()[1].toInt(), kMarked + kBare);
        }
        m_fixture->open(false);
    }
};

QTEST_MAIN(TestFindMark)
#include "test_find_mark.moc"
