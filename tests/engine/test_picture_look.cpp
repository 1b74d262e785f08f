// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/engine/explain/picture_look.h"
#include "core/engine/session/session.h"
#include "core/models/model_import.h"
#include "core/models/model_registry.h"
#include "core/models/object_finder.h"
#include "tests/engine/engine_fixture.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

constexpr int kPatience = 60'000;

std::size_t brightest(const HeatMap& map) {
    return static_cast<std::size_t>(std::max_element(map.values.begin(), map.values.end()) -
                                    map.values.begin());
}

double total(const HeatMap& map) {
    return std::accumulate(map.values.begin(), map.values.end(), 0.0);
}

}  // namespace

/// What the attention inspector shows.
class TestPictureLook : public QObject {
    Q_OBJECT

    QTemporaryDir m_root;
    std::string m_picture;  ///< a bird in the right half
    std::unique_ptr<Embedder> m_vit;

    PictureLookRequest request(LookKind kind, int layer = -1, int head = -1) const {
        PictureLookRequest look;
        look.picture.path = m_picture;
        look.kind = kind;
        look.layer = layer;
        look.head = head;
        return look;
    }
    PictureLook look(Embedder& embedder, const PictureLookRequest& what) {
        const auto answer = look_at_picture(what, embedder, nullptr);
        if (!answer) {
            qWarning("%s", answer.error().text.c_str());
            return {};
        }
        const auto cells =
            static_cast<std::size_t>(answer->map.rows) * static_cast<std::size_t>(answer->map.columns);
        if (answer->map.values.size() != cells || answer->map.values.empty()) return {};
        for (const float value : answer->map.values)
            if (!std::isfinite(value) || value < 0) return {};
        return *answer;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(shared_embedder(), "Run packaging/setup.sh first.");
        const std::string root = m_root.path().toStdString();
        QImage image(640, 240, QImage::Format_RGB32);
        image.fill(QColor(150, 160, 150));
        QPainter(&image).drawImage(320, 0, draw_specimen(1, 1));
        m_picture = root + "/bird.png";
        QVERIFY(image.save(QString::fromStdString(m_picture)));

        write_tiny_vit(root + "/tiny.safetensors");
        ModelImport import;
        import.file = root + "/tiny.safetensors";
        import.folder = root + "/models";
        const auto imported = import_model(import);
        QVERIFY2(imported.ok(), imported ? "" : imported.error().text.c_str());
        auto backbone = ModelRegistry().load(imported->info);
        QVERIFY2(backbone.ok(), backbone ? "" : backbone.error().text.c_str());
        m_vit = std::make_unique<Embedder>(std::move(*backbone));
    }
    void cleanupTestCase() { m_vit.reset(); }

    void energyLiesOnTheBird() {
        const PictureLook seen = look(*shared_embedder(), request(LookKind::Energy));
        QCOMPARE(seen.kind, LookKind::Energy);
        QCOMPARE(seen.map.rows, 7);
        QVERIFY(seen.map.area.whole());
        QCOMPARE(seen.layers, 0);
        QVERIFY(brightest(seen.map) % 7 >= 3);
        QVERIFY(std::find(seen.kinds.begin(), seen.kinds.end(), LookKind::Energy) != seen.kinds.end());
        QVERIFY(std::find(seen.kinds.begin(), seen.kinds.end(), LookKind::Attention) == seen.kinds.end());
        // A network without attention shows its energy instead.
        QCOMPARE(look(*shared_embedder(), request(LookKind::Attention)).map.values, seen.map.values);
    }

    void looksAtTheCrop() {
        PictureLookRequest part = request(LookKind::Energy);
        part.picture.crop = {5000, 0, 5000, 10000};
        QCOMPARE(look(*shared_embedder(), part).map.area, part.picture.crop);
    }

    void attentionIsAShareByLayerAndHead() {
        const PictureLook last = look(*m_vit, request(LookKind::Attention));
        QCOMPARE(last.kind, LookKind::Attention);
        QCOMPARE(last.layers, 2);
        QCOMPARE(last.heads, 1);
        QCOMPARE(last.layer, 1);
        QCOMPARE(last.head, -1);
        // The rest goes to the class token itself.
        QVERIFY(total(last.map) > 0.05 && total(last.map) < 1);
        QCOMPARE(look(*m_vit, request(LookKind::Attention, 1, 0)).map.values, last.map.values);
        QVERIFY(look(*m_vit, request(LookKind::Attention, 0)).map.values != last.map.values);
        QCOMPARE(look(*m_vit, request(LookKind::Attention, 17, 12)).map.values, last.map.values);
        QCOMPARE(look(*m_vit, request(LookKind::Energy)).kind, LookKind::Attention);
    }

    void rolloutGoesThroughAllLayers() {
        const PictureLook rollout = look(*m_vit, request(LookKind::Rollout));
        QCOMPARE(rollout.kind, LookKind::Rollout);
        QVERIFY(total(rollout.map) > 0.05 && total(rollout.map) < 1);
        QVERIFY(rollout.map.values != look(*m_vit, request(LookKind::Attention)).map.values);
    }

    void theObjectFinderShowsItsMask() {
        if (!find_object_finder(ModelRegistry::default_search_path()))
            QSKIP("The object finder is not set up.");
        const PictureLook object = look(*shared_embedder(), request(LookKind::Object));
        QCOMPARE(object.kind, LookKind::Object);
        QVERIFY(object.map.rows <= 64 && object.map.columns <= 64);
        QVERIFY(*std::max_element(object.map.values.begin(), object.map.values.end()) <= 1);
        QVERIFY(brightest(object.map) % static_cast<std::size_t>(object.map.columns) >=
                static_cast<std::size_t>(object.map.columns) / 2);
        QVERIFY(object.box.has_value());
        QVERIFY(object.box->x > 4000);
    }

    void saysWhatIsWrong() {
        PictureLookRequest missing = request(LookKind::Energy);
        missing.picture.path = m_root.path().toStdString() + "/not there.png";
        const auto absent = look_at_picture(missing, *shared_embedder(), nullptr);
        QVERIFY(!absent.ok());
        QCOMPARE(absent.error().kind, ErrorKind::NotFound);
        std::stop_source stop;
        stop.request_stop();
        const auto stopped =
            look_at_picture(request(LookKind::Energy), *shared_embedder(), nullptr, stop.get_token());
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
    }

    void isAnsweredByASession() {
        Session session;
        QSignalSpy looked(&session, &Session::lookedAt);
        QSignalSpy failed(&session, &Session::lookFailed);
        session.look_at(request(LookKind::Energy));
        QVERIFY(failed.wait(kPatience));  // no library is open
        QCOMPARE(failed[0][1].value<Error>().kind, ErrorKind::Usage);
        failed.clear();
        QSignalSpy opened(&session, &Session::opened);
        session.open(m_root.path().toStdString() + "/Test.fieldmark");
        QVERIFY(opened.wait(kPatience));
        const RequestId id = session.look_at(request(LookKind::Energy));
        QTRY_VERIFY_WITH_TIMEOUT(looked.count() + failed.count() > 0, kPatience);
        QCOMPARE(failed.count(), 0);
        QCOMPARE(looked[0][0].value<RequestId>(), id);
        QCOMPARE(looked[0][1].value<PictureLook>().map.rows, 7);
    }
};

QTEST_MAIN(TestPictureLook)
#include "test_picture_look.moc"
