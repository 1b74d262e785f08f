// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/end_to_end.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "core/methods/gapan/density.h"
#include "core/methods/train.h"
#include "core/models/model_folder.h"
#include "core/models/model_registry.h"
#include "core/training/image_cache.h"
#include "tests/training/tiny_lite.h"
#include "tests/training/training_files.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

constexpr int kSize = 72;   // of the cache
constexpr int kInput = 64;  // of the network
constexpr int kClasses = 8;
constexpr int kPictures = 64;

std::vector<std::byte> bytes_of(const std::string& path) {
    auto bytes = FileSystem::posix().read(path);
    return bytes.ok() ? std::move(*bytes) : std::vector<std::byte>();
}

/// A flow that a test can afford.
void make_small(TrainingSettings& gapan) {
    for (const auto& [name, value] : std::map<std::string, std::string>{{"warm_up", "1"},
                                                                        {"anchors", "3"},
                                                                        {"flow_blocks", "2"},
                                                                        {"flow_hidden", "16"},
                                                                        {"density_epochs", "2"}})
        gapan.options[name] = value;
}

}  // namespace

class TestEndToEnd : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir m_folder;
    TrainingData m_data;

    std::string path(const std::string& name) const { return m_folder.path().toStdString() + '/' + name; }

    TrainingSettings settings(int epochs) const {
        TrainingSettings settings;
        settings.method = Method::ProxyNca;
        settings.end_to_end = true;
        settings.epochs = epochs;
        settings.threads = 1;
        settings.validation_share = 0.25;
        settings.options = {
            {"batch_classes", "4"}, {"batch_per_class", "4"}, {"rate", "0.002"}, {"refit", "no"}};
        return settings;
    }

    TrainingTarget target(const std::string& name, bool checkpoint = false) const {
        TrainingTarget target;
        target.name = name;
        target.models_folder = path("models");
        if (checkpoint) target.checkpoint = path(name + ".checkpoint");
        return target;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        const auto pixels = striped_pictures(kPictures, kClasses, kSize, 60);
        auto writer = ImageCacheWriter::create(FileSystem::posix(), path("pictures"), kSize);
        QVERIFY(writer.ok());
        ImageCacheFacts facts;
        facts.size = kSize;
        facts.field = "kind";
        for (int c = 0; c < kClasses; ++c) facts.classes.push_back("kind " + std::to_string(c));
        for (int i = 0; i < kPictures; ++i) {
            const std::size_t bytes = kSize * kSize * 3;
            ImageCacheEntry entry;
            entry.label = i % kClasses;
            QVERIFY(
                writer->append(std::span(pixels).subspan(static_cast<std::size_t>(i) * bytes, bytes), entry)
                    .ok());
            m_data.labels.push_back(i % kClasses);
        }
        QVERIFY(writer->finish(facts).ok());
        NewModel base;
        base.info = tiny_lite_info(kInput);
        base.weights = write_safetensors(tiny_lite());
        const auto manifest = write_model_folder(FileSystem::posix(), path("models"), base);
        QVERIFY2(manifest.ok(), manifest.ok() ? "" : manifest.error().text.c_str());
        m_data.base = manifest->info;
        m_data.classes = facts.classes;
        m_data.label_field = "kind";
        m_data.image_cache = path("pictures");
    }

    void learns_and_writes_a_model() {
        std::vector<EpochReport> reports;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) { reports.push_back(report); };
        auto wanted = settings(4);
        wanted.options["refit"] = "yes";
        const auto outcome = train(m_data, wanted, target("learned", true), observer, {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QCOMPARE(reports.size(), std::size_t{5});
        QCOMPARE(reports.front().epoch, 0);
        QVERIFY(reports[4].losses.at("total") < reports[1].losses.at("total"));
        QVERIFY(outcome->after.map_at_r >= outcome->before.map_at_r);
        QCOMPARE(outcome->after.classes, 2);
        QCOMPARE(outcome->trainable_parameters, outcome->total_parameters);
        QCOMPARE(outcome->queries.size(), std::size_t{16});
        QVERIFY(!std::filesystem::exists(path("learned.checkpoint")));
        QVERIFY(!std::filesystem::exists(path("learned.checkpoint.refit")));

        const ModelRegistry registry({path("models")});
        const auto info = registry.find("learned");
        QVERIFY2(info.ok(), info.ok() ? "" : info.error().text.c_str());
        QCOMPARE(info->kind, std::string("efficientnet-lite"));
        QCOMPARE(info->method, std::string("proxy-nca++"));
        QCOMPARE(info->dimension, 64);
        QVERIFY(info->hash != m_data.base.hash);
        const auto model = registry.load(*info, {.threads = 1});
        QVERIFY(model.ok());
        // Crops of 64 pixels, 224 of 248 of the side, show objects as large as whole pictures of 71 pixels
        // do.
        QCOMPARE(info->input_width, 71);
        QCOMPARE(info->input_height, 71);
        QVERIFY((*model)->embed(striped_pictures(2, 2, 71, 10), 2).ok());
    }

    /// A network that learned before has a larger input than its crops had; the next generation keeps it.
    void learning_again_does_not_grow_the_pictures() {
        NewModel learned;
        learned.info = tiny_lite_info(71);
        learned.info.name = "earlier";
        learned.info.method = "proxy-nca++";
        learned.weights = write_safetensors(tiny_lite());
        const auto manifest = write_model_folder(FileSystem::posix(), path("models"), learned);
        QVERIFY2(manifest.ok(), manifest.ok() ? "" : manifest.error().text.c_str());
        QCOMPARE(manifest->info.method, std::string("proxy-nca++"));
        TrainingData again = m_data;
        again.base = manifest->info;
        const auto outcome = train(again, settings(4), target("learned-again"), {}, {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QVERIFY(outcome->best_epoch > 0);
        const auto info = ModelRegistry({path("models")}).find("learned-again");
        QVERIFY2(info.ok(), info.ok() ? "" : info.error().text.c_str());
        QCOMPARE(info->input_width, 71);
    }

    /// Another size is the new model's own matter: what it is compared with is the base as it was used.
    void makes_a_model_of_the_size_asked_for() {
        std::vector<ValidationFigures> first, compared;
        for (const char* size : {"64", "96"}) {
            auto wanted = settings(4);
            wanted.options["export_size"] = size;
            TrainingObserver observer;
            observer.epoch = [&](const EpochReport& report) {
                if (report.epoch == 0) first.push_back(report.validation);
                QCOMPARE(report.base.has_value(), std::string(size) == "96");
            };
            const auto outcome = train(m_data, wanted, target(std::string("side-") + size), observer, {});
            QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
            compared.push_back(outcome->before);
            const auto info = ModelRegistry({path("models")}).find(std::string("side-") + size);
            QVERIFY2(info.ok(), info.ok() ? "" : info.error().text.c_str());
            QCOMPARE(std::to_string(info->input_width), std::string(size));
        }
        QVERIFY(first[0].map_at_r != first[1].map_at_r);
        QCOMPARE(compared[0].map_at_r, first[0].map_at_r);
        QCOMPARE(compared[1].map_at_r, first[0].map_at_r);
    }

    /// Killed after the first epoch's checkpoint and begun again: the same weights, byte for byte.
    void a_resumed_training_is_an_uninterrupted_one() {
        for (const Method method : {Method::ProxyNca, Method::Gapan}) {
            auto wanted = settings(3);
            wanted.method = method;
            if (method == Method::Gapan) make_small(wanted);
            const std::string name = std::string("whole-") + to_string(method);
            const auto whole = target(name, true);
            const auto resumed = [&] {
                auto other = target("resumed-" + name, true);
                other.resume = true;
                return other;
            }();
            TrainingObserver observer;
            observer.epoch = [&](const EpochReport& report) {
                // When the second epoch is told of, the checkpoint is still the first one's.
                if (report.epoch == 2) std::filesystem::copy_file(whole.checkpoint, resumed.checkpoint);
            };
            const auto first = train(m_data, wanted, whole, observer, {});
            QVERIFY2(first.ok(), first.ok() ? "" : first.error().text.c_str());
            QVERIFY(std::filesystem::exists(resumed.checkpoint));
            std::string said;
            TrainingObserver listener;
            listener.message = [&](const std::string& line) { said += line; };
            const auto second = train(m_data, wanted, resumed, listener, {});
            QVERIFY2(second.ok(), second.ok() ? "" : second.error().text.c_str());
            QVERIFY(said.find("Going on after epoch 1") != std::string::npos);
            QCOMPARE(second->history.size(), first->history.size());
            for (std::size_t i = 0; i < first->history.size(); ++i) {
                QCOMPARE(second->history[i].losses, first->history[i].losses);
                QCOMPARE(second->history[i].validation.map_at_r, first->history[i].validation.map_at_r);
            }
            const auto a = bytes_of(first->folder + "/weights.safetensors");
            QVERIFY(!a.empty());
            QVERIFY(a == bytes_of(second->folder + "/weights.safetensors"));
        }
    }

    void gapan_leaves_its_densities() {
        auto wanted = settings(3);
        wanted.method = Method::Gapan;
        make_small(wanted);
        std::map<std::string, double> losses;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) { losses = report.losses; };
        const auto outcome = train(m_data, wanted, target("anchored"), observer, {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        for (const char* term : {"aux", "align", "nll", "own_anchors", "total"})
            QVERIFY2(losses.contains(term), term);
        QVERIFY(std::filesystem::exists(outcome->folder + "/density.safetensors"));
        // The classes kept aside said how novelty is read.
        const auto density = gapan::Density::load(outcome->folder);
        QVERIFY2(density.ok(), density.ok() ? "" : density.error().text.c_str());
        const auto manifest = bytes_of(outcome->folder + "/manifest.json");
        const QJsonObject figures =
            QJsonDocument::fromJson(QByteArray(reinterpret_cast<const char*>(manifest.data()),
                                               static_cast<qsizetype>(manifest.size())))
                .object()[QLatin1String("training")]
                .toObject();
        const double by_density = figures[QLatin1String("novelty_auroc_density")].toDouble(-1);
        const double by_centroid = figures[QLatin1String("novelty_auroc_centroid")].toDouble(-1);
        QVERIFY(by_density >= 0 && by_centroid >= 0);
        QCOMPARE(density->novelty_by(), std::string(by_centroid > by_density ? "centroid" : "density"));
        // Proxies alone are what a network is told apart by; beside contrasts they would be a term of their
        // own.
        QVERIFY(!losses.contains("proxy"));
        wanted.options["aux"] = "sph";
        wanted.epochs = 1;
        QVERIFY(train(m_data, wanted, target("contrasted"), observer, {}).ok());
        QVERIFY(losses.contains("proxy"));
    }

    void rows_may_be_some_of_the_pictures() {
        // Every second picture of the first six classes, in reverse order.
        TrainingData some = m_data;
        some.labels.clear();
        some.classes.resize(6);
        for (int i = kPictures - 1; i >= 0; --i) {
            if (i % kClasses >= 6 || (i / kClasses) % 2 != 0) continue;
            some.labels.push_back(i % kClasses);
            some.pictures.push_back(i);
        }
        const auto outcome = train(some, settings(1), target("some"), {}, {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->after.queries, 8);
        some.pictures.back() = kPictures;
        QVERIFY(!train(some, settings(1), target("wrong"), {}, {}).ok());
    }

    void colours_are_changed_where_that_is_asked_for() {
        const auto loss_of = [&](const std::string& augmentation) {
            auto wanted = settings(1);
            wanted.options["augmentation"] = augmentation;
            const auto outcome = train(m_data, wanted, target("colours-" + augmentation), {}, {});
            return outcome.ok() ? outcome->history.back().losses.at("total") : -1;
        };
        const double kept = loss_of("crop");
        const double changed = loss_of("dvf");
        QVERIFY(kept > 0 && changed > 0);
        QVERIFY(kept != changed);
    }

    /// What comes before the first epoch is part of the time that was allowed.
    void the_time_begins_with_the_preparation() {
        const auto outcome = train(m_data, one_second(settings(1)), target("hurried"), slow_start(), {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->epochs, 0);
        QVERIFY2(outcome->note.find("The time was spent before the first epoch") != std::string::npos,
                 outcome->note.c_str());
    }

    void cancelling_keeps_the_best_epoch() {
        std::stop_source stop;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) {
            if (report.epoch == 3) stop.request_stop();
        };
        auto wanted = settings(50);
        wanted.options["export_size"] = std::to_string(kInput);
        const auto outcome = train(m_data, wanted, target("cancelled"), observer, stop.get_token());
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QVERIFY(outcome->cancelled);
        QVERIFY(outcome->epochs <= 4);
        QVERIFY(ModelRegistry({path("models")}).find("cancelled").ok());
    }

    /// A night's work that gained nothing is told, not left among the models as if it were one.
    void a_network_that_gained_nothing_is_not_written() {
        for (const Method method : {Method::ProxyNca, Method::Gapan}) {
            auto wanted = settings(1);
            wanted.method = method;
            wanted.options["rate"] = "1e-8";
            wanted.options["export_size"] = std::to_string(kInput);
            if (method == Method::Gapan) make_small(wanted);
            const auto outcome = train(m_data, wanted, target("gained-nothing"), {}, {});
            QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
            QCOMPARE(outcome->best_epoch, 0);
            QVERIFY(outcome->folder.empty());
            QVERIFY2(outcome->note.find("no model was made") != std::string::npos, outcome->note.c_str());
            QVERIFY(!outcome->queries.empty());
            QVERIFY(!std::filesystem::exists(path("models/gained-nothing")));
        }
    }

    /// Thrown far away by its steps, it ends in a message or in the best epoch before them.
    void an_absurd_rate_leaves_no_broken_model() {
        for (const char* start : {"class_mean", "random"}) {
            auto wanted = settings(2);
            wanted.options["rate"] = "1";
            wanted.options["clip"] = "1e6";
            wanted.options["refit"] = "yes";
            wanted.options["proxy_init"] = start;
            const auto outcome = train(m_data, wanted, target("thrown"), {}, {});
            if (!outcome.ok()) {
                QVERIFY(!outcome.error().text.empty());
                QVERIFY(!std::filesystem::exists(path("models/thrown")));
                continue;
            }
            QVERIFY2(!outcome->note.empty() || outcome->best_epoch > 0, "neither a reason nor a model");
            if (outcome->folder.empty()) continue;
            const auto model = ModelRegistry({path("models")})
                                   .load(*ModelRegistry({path("models")}).find("thrown"), {.threads = 1});
            QVERIFY2(model.ok(), model.ok() ? "" : model.error().text.c_str());
            const auto side = (*model)->info().input_width;
            const auto embeddings = (*model)->embed(striped_pictures(2, 2, side, 10), 2);
            QVERIFY(embeddings.ok());
            QVERIFY(std::all_of(embeddings->begin(), embeddings->end(),
                                [](float value) { return std::isfinite(value); }));
            std::filesystem::remove_all(outcome->folder);
        }
    }

    void bad_requests_are_refused_before_time_is_spent() {
        const auto refused = [&](const TrainingData& data, const TrainingSettings& wanted) {
            const auto outcome = train(data, wanted, target("refused"), {}, {});
            return outcome.ok() ? ErrorKind::Internal : outcome.error().kind;
        };
        auto unknown = settings(1);
        unknown.options["no_such_option"] = "1";
        QCOMPARE(refused(m_data, unknown), ErrorKind::Usage);
        auto mean = settings(1);
        mean.method = Method::Gapan;
        mean.options["ema"] = "yes";
        QCOMPARE(refused(m_data, mean), ErrorKind::Usage);
        auto odd = settings(1);
        odd.options["augmentation"] = "upside_down";
        QCOMPARE(refused(m_data, odd), ErrorKind::Usage);
        TrainingData other = m_data;
        other.base.kind = "head";
        QCOMPARE(refused(other, settings(1)), ErrorKind::Usage);
        TrainingData single = m_data;
        std::fill(single.labels.begin(), single.labels.end(), 0);
        QCOMPARE(refused(single, settings(1)), ErrorKind::Usage);
        TrainingData missing = m_data;
        missing.image_cache = path("no such file");
        QCOMPARE(refused(missing, settings(1)), ErrorKind::NotFound);
        QVERIFY(!std::filesystem::exists(path("models/refused")));
    }
};

QTEST_APPLESS_MAIN(TestEndToEnd)
#include "test_end_to_end.moc"
