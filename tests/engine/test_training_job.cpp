// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest/QtTest>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <random>

#include "core/engine/classes/class_anchors.h"
#include "core/engine/learning/training_job.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

using namespace fieldmark;

namespace {

constexpr int kClasses = 6, kEach = 8;

}  // namespace

/// Trainings on a library whose vectors are made up: what is refused before time is spent, and what a
/// training leaves.
class TestTrainingJob : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        const std::string root = m_folder->path().toStdString();
        std::filesystem::create_directories(root + "/pictures");
        LibraryOptions options;
        options.create = true;
        auto library = Library::open(root + "/Birds.fieldmark", options);
        QVERIFY2(library.ok(), library ? "" : library.error().text.c_str());
        m_library = std::move(*library);
        m_registry = std::make_unique<ModelRegistry>(ModelRegistry::for_library(m_library->models_folder()));
        const auto base = m_registry->find();
        if (!base) QSKIP("no default model is set up");
        m_base = *base;
        fill(root + "/pictures");
    }
    void cleanup() { m_library.reset(); }

    void says_what_it_would_learn_from() {
        const auto preview = preview_training(*m_library, request("species"), *m_registry);
        QVERIFY2(preview.ok(), preview ? "" : preview.error().text.c_str());
        QCOMPARE(preview->pictures, static_cast<std::int64_t>(kClasses * kEach));
        QCOMPARE(preview->classes, kClasses);
        QCOMPARE(preview->fit_classes, 4);
        QCOMPARE(preview->validation_classes, 2);
        QCOMPARE(preview->base_name, m_base.name);
        QCOMPARE(preview->model_name, std::string("gapan-species"));
    }

    void refuses_with_one_sentence_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("unknown field")
            << QByteArray("colour") << QByteArray("gapan") << QByteArray("no field");
        QTest::newRow("one class") << QByteArray("one") << QByteArray("gapan") << QByteArray("at least four");
        QTest::newRow("single pictures")
            << QByteArray("single") << QByteArray("gapan") << QByteArray("single picture");
        QTest::newRow("empty labels")
            << QByteArray("empty") << QByteArray("gapan") << QByteArray("Label some");
        QTest::newRow("unreadable") << QByteArray("broken") << QByteArray("gapan")
                                    << QByteArray("can be read");
        QTest::newRow("no transformer")
            << QByteArray("species") << QByteArray("dva") << QByteArray("vision transformer");
    }
    void refuses_with_one_sentence() {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, says);
        TrainingRequest bad = request(field.toStdString());
        bad.settings.options.clear();
        bad.settings.method = *method_from_name(method.toStdString());
        bool began = false;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport&) { began = true; };
        const auto result = train_on_library(*m_library, bad, *m_registry, observer, {});
        QVERIFY(!result);
        QCOMPARE(static_cast<int>(result.error().kind), static_cast<int>(ErrorKind::Usage));
        QVERIFY2(result.error().text.find(says.toStdString()) != std::string::npos,
                 result.error().text.c_str());
        QVERIFY(!began);
        // Nothing of it is left behind.
        std::error_code ignored;
        QVERIFY(std::filesystem::is_empty(m_library->models_folder(), ignored) || ignored);
    }

    void refuses_bad_options_names_and_classes() {
        TrainingRequest bad = request("species");
        bad.settings.options["alighn"] = "pull";
        QVERIFY(text_of(bad).find("no option \"alighn\"") != std::string::npos);
        bad = request("species");
        bad.model_name = "a/b";
        QVERIFY(text_of(bad).find("slash") != std::string::npos);
        bad = request("species");
        bad.classes = {"class 1", "phoenix"};
        QVERIFY(text_of(bad).find("phoenix") != std::string::npos);
        bad = request("species");
        bad.base = "no-such-model";
        QVERIFY(!text_of(bad).empty());
    }

    void trains_draws_anchors_and_reviews() {
        // One label is wrong.
        TrainingRequest wanted = request("noisy");
        wanted.model_name = "learned";
        std::atomic<int> epochs{0};
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport&) { ++epochs; };
        TrainingJob job(*m_library, *m_registry);
        std::atomic<bool> done{false};
        Result<TrainingResult> result = Error{};
        QVERIFY(job.start(wanted, observer, [&](Result<TrainingResult> r) {
            result = std::move(r);
            done = true;
        }));
        QVERIFY(!job.start(wanted, {}, {}));  // one at a time
        QTRY_VERIFY_WITH_TIMEOUT(done, 120'000);
        QVERIFY2(result.ok(), result ? "" : result.error().text.c_str());
        QVERIFY(epochs == result->outcome.epochs + 1);
        const auto model = m_registry->find("learned");
        QVERIFY(model);
        QCOMPARE(model->hash, result->model_hash);
        for (const auto& entry : std::filesystem::directory_iterator(m_library->models_folder()))
            QCOMPARE(entry.path().filename().string(), std::string("learned"));
        QVERIFY(text_of(wanted).find("already") != std::string::npos);

        AnchorRequest anchors;
        anchors.model = "learned";
        anchors.class_name = "class 2";
        anchors.nearest = 3;
        anchors.temperature = 0.5;  // nearer to the middle: a density learned in so few steps is wide
        const auto drawn = class_anchors(*m_library, anchors, *m_registry);
        QVERIFY2(drawn.ok(), drawn ? "" : drawn.error().text.c_str());
        QCOMPARE(drawn->size(), std::size_t{8});
        auto reader = m_library->reader();
        QVERIFY(reader);
        for (const ClassAnchor& anchor : *drawn) {
            QCOMPARE(anchor.nearest.size(), std::size_t{3});
            const auto fields = (*reader)->metadata(std::vector<ItemId>{anchor.nearest.front().item});
            QCOMPARE(fields->front().at("species"), std::string("class 2"));
        }
        anchors.class_name.clear();
        const auto verdicts = review_labels(*m_library, anchors, "noisy", *m_registry);
        QVERIFY2(verdicts.ok(), verdicts ? "" : verdicts.error().text.c_str());
        QCOMPARE(verdicts->size(), static_cast<std::size_t>(kClasses * kEach));
        QCOMPARE(verdicts->front().item, m_wrong);
        QVERIFY(verdicts->front().mislabel > 0);
        QCOMPARE(verdicts->front().better_class, std::string("class 0"));
        anchors.model = m_base.name;
        QCOMPARE(static_cast<int>(class_anchors(*m_library, anchors, *m_registry).error().kind),
                 static_cast<int>(ErrorKind::Usage));
    }

    void cancelling_keeps_a_model() {
        TrainingRequest wanted = request("species");
        wanted.settings.epochs = 10'000;
        wanted.model_name = "stopped";
        TrainingJob job(*m_library, *m_registry);
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) {
            if (report.epoch == 2) job.cancel();
        };
        std::atomic<bool> done{false};
        Result<TrainingResult> result = Error{};
        QVERIFY(job.start(wanted, observer, [&](Result<TrainingResult> r) {
            result = std::move(r);
            done = true;
        }));
        QTRY_VERIFY_WITH_TIMEOUT(done, 120'000);
        QVERIFY2(result.ok(), result ? "" : result.error().text.c_str());
        QVERIFY(result->outcome.cancelled);
        QVERIFY(m_registry->find("stopped"));
    }

  private:
    TrainingRequest request(const std::string& field) const {
        TrainingRequest wanted;
        wanted.label = field;
        wanted.settings.epochs = 6;
        wanted.settings.threads = 1;
        wanted.settings.options = {{"dimension", "16"},    {"flow_blocks", "2"},     {"flow_hidden", "16"},
                                   {"batch_classes", "4"}, {"batch_per_class", "4"}, {"density_epochs", "5"}};
        return wanted;
    }
    std::string text_of(const TrainingRequest& wanted) const {
        const auto preview = preview_training(*m_library, wanted, *m_registry);
        return preview ? std::string() : preview.error().text;
    }

    void fill(const std::string& root) {
        LibraryWriter* writer = m_library->writer();
        QVERIFY(writer != nullptr);
        const auto collection = writer->ensure_collection(root);
        QVERIFY(collection);
        std::vector<SeenFile> files;
        for (int i = 0; i < kClasses * kEach + 2; ++i)
            files.push_back({"picture" + std::to_string(100 + i) + ".jpg", 1000 + i, 1});
        const auto scan = writer->begin_scan(*collection);
        QVERIFY(scan);
        QVERIFY(writer->record_scan(*collection, files, *scan));
        const auto model = writer->ensure_model(m_base.hash, m_base.name, m_base.kind, m_base.dimension);
        QVERIFY(model);
        QVERIFY(writer->set_current_model(*model));
        auto reader = m_library->reader();
        QVERIFY(reader);
        const auto ids = (*reader)->item_ids({});
        QVERIFY(ids);
        QCOMPARE(ids->size(), files.size());

        std::mt19937 engine(5);
        std::normal_distribution<float> normal;
        std::vector<std::vector<float>> centres(
            kClasses, std::vector<float>(static_cast<std::size_t>(m_base.dimension)));
        for (auto& centre : centres) {
            for (float& x : centre) x = normal(engine);
        }
        std::vector<ItemResult> results;
        std::vector<ValueEdit> edits;
        for (std::size_t i = 0; i < ids->size(); ++i) {
            const ItemId id = (*ids)[i];
            ItemResult result;
            result.item = id;
            result.hash = std::string(31, 'h') + static_cast<char>('0' + i);
            result.size = files[i].size;
            result.mtime_ns = 1;
            const std::size_t label = i / kEach;
            if (label >= kClasses) {  // two that cannot be read
                result.failed = true;
                result.error = {ErrorKind::Damaged, "made to fail"};
                edits.push_back({id, "broken", i % 2 == 0 ? "a" : "b"});
                results.push_back(result);
                continue;
            }
            result.width = result.height = 10;
            double squares = 0;
            for (const float x : centres[label]) {
                result.vector.push_back(x + 0.7f * normal(engine));
                squares +=
                    static_cast<double>(result.vector.back()) * static_cast<double>(result.vector.back());
            }
            for (float& x : result.vector) x /= static_cast<float>(std::sqrt(squares));
            results.push_back(result);
            const std::string name = "class " + std::to_string(label);
            edits.push_back({id, "species", name});
            edits.push_back({id, "one", "all"});
            edits.push_back({id, "single", "s" + std::to_string(i)});
            m_wrong = i == 3 ? id : m_wrong;
            edits.push_back({id, "noisy", i == 3 ? "class 1" : name});
        }
        QVERIFY(writer->commit_results(*model, results));
        QVERIFY(writer->set_values(edits, ValueSource::User));
        QVERIFY(writer->ensure_field("empty", FieldKind::Label));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Library> m_library;
    std::unique_ptr<ModelRegistry> m_registry;
    ModelInfo m_base;
    ItemId m_wrong = 0;
};

QTEST_GUILESS_MAIN(TestTrainingJob)
#include "test_training_job.moc"
