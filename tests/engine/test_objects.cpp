// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <numeric>

#include <QImage>
#include <QPainter>
#include <QTest>

#include "core/engine/explain/explanation.h"
#include "core/engine/importing/object_boxes.h"
#include "core/engine/pictures/object_service.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/models/model_registry.h"
#include "core/models/object_view.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

constexpr int kScenes = 4;
constexpr int kWidth = 420;
constexpr int kHeight = 300;

/// Where the object of scene n is.
QRect object_of(int n) {
    return {n % 2 == 0 ? 60 : 230, n < 2 ? 50 : 130, 120, 120};
}

/// A disc on a slow gradient.
void write_scene(const std::string& path, int n) {
    QImage image(kWidth, kHeight, QImage::Format_RGB32);
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x)
            image.setPixel(x, y, qRgb(90 + x * 40 / kWidth, 120 + y * 40 / kHeight, 140));
    }
    QPainter painter(&image);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor::fromHsv(n * 20, 220, 200));
    painter.drawEllipse(object_of(n));
    painter.end();
    QVERIFY(image.save(QString::fromStdString(path)));
}

Crop truth(int n) {
    const QRect box = object_of(n);
    return {box.x() * 10000 / kWidth, box.y() * 10000 / kHeight, box.width() * 10000 / kWidth,
            box.height() * 10000 / kHeight};
}

std::string name_of(int n) {
    return "scene_" + std::to_string(n) + ".png";
}

float cosine(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() ? std::inner_product(a.begin(), a.end(), b.begin(), 0.0f) : -1.0f;
}

}  // namespace

class TestObjects : public QObject {
    Q_OBJECT

    /// A library with the scenes, embedded whole.
    struct Scenes : EngineFixture {
        std::string pictures = folder("scenes");
        Scenes() {
            for (int n = 0; n < kScenes; ++n) write_scene(pictures + "/" + name_of(n), n);
            import({pictures});
        }
        std::optional<ObjectBox> box(int n) const {
            const ItemId id = item(name_of(n));
            return reader()->object_boxes(std::span(&id, 1))->front();
        }
        void draw(int n, const Crop& crop) {
            const LibraryWriter::BoxEdit edit{facts(name_of(n)).hash, {crop, 1, BoxSource::User, {}}};
            QVERIFY(library->writer()->set_object_boxes(std::span(&edit, 1)).ok());
        }
        /// The plain model's vector of a part of a scene, computed apart.
        std::vector<float> vector_of(int n, const Crop& crop) const {
            const std::string path = pictures + "/" + name_of(n);
            const auto file = read_picture(path, {});
            const auto prepared = prepare_picture(file->bytes, path, *shared_embedder(), crop, {}, false);
            return *shared_embedder()->embed(prepared->input, 1, Embedder::Priority::Query);
        }
        std::vector<float> stored(const std::string& hash, int n) const {
            const auto models = *reader()->models();
            for (const ModelRecord& model : models) {
                if (model.hash != hash) continue;
                const auto row = reader()->embedding_of(model.id, item(name_of(n)));
                return row ? row->vector : std::vector<float>{};
            }
            return {};
        }
    };

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(shared_embedder(), "Run packaging/setup.sh first.");
        QVERIFY2(ObjectCropper::shared().ok(), "The object finder is not there: run packaging/setup.sh.");
    }

    void boxes_are_found_once_and_a_persons_stays() {
        Scenes f;
        auto cropper = *ObjectCropper::shared();
        f.draw(3, {1, 2, 3, 4});
        // Stopped after the first picture: it is kept, the next run goes on.
        std::stop_source stop;
        const auto begun = find_objects(
            *f.library, *cropper, {},
            [&](std::int64_t done, std::int64_t) {
                if (done == 1) stop.request_stop();
            },
            stop.get_token());
        QVERIFY(begun.ok());
        QVERIFY(begun->cancelled);
        QCOMPARE(begun->found, 2);
        const auto rest = find_objects(*f.library, *cropper, {});
        QVERIFY(rest.ok());
        QCOMPARE(rest->found, 1);
        QCOMPARE(rest->left, 3);
        QVERIFY(rest->failed.empty());
        for (int n = 0; n < 3; ++n) {
            const auto box = f.box(n);
            QVERIFY(box);
            QVERIFY2(overlap(box->box, truth(n)) > 0.5, to_key(box->box).c_str());
            QVERIFY(box->score > 0.5f);
            QCOMPARE(box->finder, cropper->hash());
        }
        QCOMPARE(f.box(3)->box, (Crop{1, 2, 3, 4}));
        QVERIFY(f.box(3)->source == BoxSource::User);
    }

    void boxes_come_from_a_file() {
        Scenes f;
        const std::string file = f.folder("lists") + "/boxes.csv";
        write_text(file,
                   "path,label,box_x,box_y,box_width,box_height\n"
                   "scene_0.png,a,42,30,210.0,150\n"
                   "./scene_1.png,b,0,0,420.4,300\n"
                   "scene_2.png,c,300,0,200,300\n"
                   "scene_3.png,d,1,two,3,4\n"
                   "scene_9.png,e,1,1,2,2\n");
        const auto report = import_boxes(*f.library, file);
        QVERIFY2(report.ok(), report ? "" : report.error().text.c_str());
        QCOMPARE(report->rows, 5);
        QCOMPARE(report->stored, 2);
        QCOMPARE(report->refused, 2);
        QCOMPARE(report->unmatched, 1);
        QCOMPARE(report->problems.size(), std::size_t{3});
        QCOMPARE(f.box(0)->box, (Crop{1000, 1000, 5000, 5000}));
        QVERIFY(f.box(0)->source == BoxSource::Import);
        QVERIFY(f.box(1)->box.whole());
        QVERIFY(!f.box(2) && !f.box(3));
        write_text(file, "path,x,y,w\nscene_0.png,1,1,1\n");
        QVERIFY(import_boxes(*f.library, file).error().kind == ErrorKind::Usage);
    }

    void a_model_of_objects_embeds_boxes_and_keeps_apart() {
        Scenes f;
        const ModelInfo plain = shared_embedder()->info();
        const auto made = ensure_object_model(*f.library, plain);
        QVERIFY2(made.ok(), made ? "" : made.error().text.c_str());
        QVERIFY(made->hash != plain.hash);
        QCOMPARE(made->base, plain.hash);
        QCOMPARE(ensure_object_model(*f.library, plain)->hash, made->hash);
        QVERIFY(ensure_object_model(*f.library, *made).error().kind == ErrorKind::Usage);

        // A head on it looks at objects, too, however many lie between.
        const ModelRegistry registry = ModelRegistry::for_library(f.library->models_folder());
        ModelInfo head = plain;
        head.kind = "head";
        head.base = made->hash;
        QCOMPARE(whole_model_of(registry, head), plain.hash);
        QCOMPARE(whole_model_of(registry, *made), plain.hash);
        QVERIFY(whole_model_of(registry, plain).empty());
        QVERIFY(ensure_object_model(*f.library, head).error().kind == ErrorKind::Usage);
        head.base = plain.hash;
        QVERIFY(whole_model_of(registry, head).empty());

        auto backbone = registry.load(*made);
        QVERIFY2(backbone.ok(), backbone ? "" : backbone.error().text.c_str());
        Embedder objects(std::move(*backbone));
        QCOMPARE(objects.object_finder().value_or(""), (*ObjectCropper::shared())->hash());
        QVERIFY(!shared_embedder()->object_finder());
        f.draw(3, {2000, 2000, 6000, 6000});
        ImportPipeline pipeline(*f.library, objects, nullptr);
        const auto report = pipeline.run({});
        QVERIFY2(report.ok(), report ? "" : report.error().text.c_str());
        QCOMPARE(report->embedded, kScenes);
        for (int n = 0; n < kScenes; ++n) {
            QVERIFY(f.box(n));
            if (n < 3) QVERIFY(overlap(f.box(n)->box, truth(n)) > 0.5);
            QVERIFY(cosine(f.stored(made->hash, n), f.vector_of(n, f.box(n)->box)) > 0.9999f);
            QVERIFY(cosine(f.stored(plain.hash, n), f.vector_of(n, {})) > 0.9999f);
        }
        QCOMPARE(f.box(3)->box, (Crop{2000, 2000, 6000, 6000}));

        // Another box by hand: only that vector is made again, by a plain import.
        f.draw(0, {5000, 0, 5000, 10000});
        QVERIFY(f.stored(made->hash, 0).empty());
        QCOMPARE(pipeline.run({})->embedded, 1);
        QVERIFY(cosine(f.stored(made->hash, 0), f.vector_of(0, {5000, 0, 5000, 10000})) > 0.9999f);

        // An explanation lies over the object, that of the stored vectors, not over the whole picture.
        QueryImage left, right;
        left.item = f.item(name_of(1));
        right.item = f.item(name_of(3));
        const auto why = explain_match(left, right, objects, f.reader().get());
        QVERIFY2(why.ok(), why ? "" : why.error().text.c_str());
        QCOMPARE(why->query.area, f.box(1)->box);
        QCOMPARE(why->match.area, (Crop{2000, 2000, 6000, 6000}));
        QVERIFY(std::abs(why->score - cosine(f.stored(made->hash, 1), f.stored(made->hash, 3))) < 1e-4);
        QVERIFY(std::abs(why->decomposition_sum - why->score) < 1e-4);

        // A search with it: an item by its stored vector, a new file by its object; never whole pictures.
        SearchService service(*f.library, &objects, made->hash);
        const auto found = service.search(query_item(f.item(name_of(1))));
        QVERIFY(found.ok());
        QCOMPARE(found->matches.size(), std::size_t{kScenes - 1});
        QCOMPARE(found->crops, std::vector{f.box(1)->box});
        const std::string fresh = f.folder("fresh") + "/fresh.png";
        write_scene(fresh, 2);
        const auto twin = service.search(query_file(fresh));
        QVERIFY(twin.ok());
        const auto apart = SearchService(*f.library, shared_embedder(), made->hash).search(query_file(fresh));
        QVERIFY(!apart.ok() || apart->model == made->name);  // the plain model never answers for it
    }

    void a_query_is_cropped_to_its_object() {
        Scenes f;
        SearchRequest request = query_item(f.item(name_of(0)));
        QCOMPARE(f.search(request).crops, std::vector{Crop{}});
        request.auto_crop = true;
        const SearchResponse found = f.search(request);
        QCOMPARE(found.crops.size(), std::size_t{1});
        QVERIFY(overlap(found.crops[0], truth(0)) > 0.5);
        QVERIFY(!f.box(0));  // asking stores nothing

        const Crop drawn{1000, 1000, 3000, 3000};
        f.draw(0, drawn);
        QCOMPARE(f.search(request).crops, std::vector{drawn});
        request.images[0].crop = {0, 0, 5000, 5000};  // a crop of its own wins
        QCOMPARE(f.search(request).crops, std::vector{request.images[0].crop});
        // The same answer as that of the crop given by hand.
        request.images[0].crop = {};
        const SearchResponse by_switch = f.search(request);
        request.auto_crop = false;
        request.images[0].crop = drawn;
        const SearchResponse by_hand = f.search(request);
        QCOMPARE(paths_of(by_switch), paths_of(by_hand));
        QCOMPARE(by_switch.matches.front().score, by_hand.matches.front().score);
    }
};

QTEST_GUILESS_MAIN(TestObjects)
#include "test_objects.moc"
