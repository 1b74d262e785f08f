// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest/QtTest>
#include <cmath>
#include <filesystem>

#include "core/methods/gapan/density.h"
#include "core/methods/train.h"
#include "core/models/head.h"
#include "core/models/manifest.h"
#include "core/models/model_registry.h"
#include "core/training/random.h"
#include "tests/support/fault_file_system.h"

using namespace fieldmark;

namespace {

namespace fs = std::filesystem;

double normal(Random& random) {
    return std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(6.283185307179586 * random.uniform());
}

/// Classes that differ in 6 of 24 coordinates, under strong nuisance in the others: a head can learn to look
/// at the former, and what it learned serves classes it has not seen.
TrainingData make_data(int classes = 12, int each = 12) {
    constexpr int kDimension = 24, kTelling = 6;
    Random random(3);
    TrainingData data;
    data.label_field = "species";
    data.dimension = kDimension;
    data.base.name = "base";
    data.base.kind = "efficientnet-lite";
    data.base.hash = std::string(64, 'a');
    data.base.dimension = kDimension;
    data.base.input_width = data.base.input_height = 224;
    data.base.feature = "global mean";
    data.base.licence = "Apache-2.0";
    data.base.source = "made up";
    for (int c = 0; c < classes; ++c) {
        data.classes.push_back("class " + std::to_string(10 + c));
        std::vector<double> mark;
        for (int i = 0; i < kTelling; ++i) mark.push_back(normal(random));
        for (int k = 0; k < each; ++k) {
            std::vector<double> row;
            double squares = 0;
            for (int i = 0; i < kDimension; ++i) {
                row.push_back(i < kTelling ? mark[static_cast<std::size_t>(i)] + 0.35 * normal(random)
                                           : 1.3 * normal(random));
                squares += row.back() * row.back();
            }
            for (const double x : row) data.features.push_back(static_cast<float>(x / std::sqrt(squares)));
            data.labels.push_back(c);
            data.items.push_back(1000 + static_cast<std::int64_t>(data.labels.size()));
        }
    }
    return data;
}

TrainingSettings quick(Method method = Method::Gapan) {
    TrainingSettings settings;
    settings.method = method;
    settings.epochs = 12;
    settings.threads = 1;
    settings.validation_share = 0.34;
    settings.options = {{"rate", "0.01"},
                        {"batch_classes", "6"},
                        {"batch_per_class", "4"},
                        {"dimension", "24"},
                        {"weight_decay", "0"}};
    if (method == Method::Gapan) {
        settings.options["flow_blocks"] = "2";
        settings.options["flow_hidden"] = "32";
        settings.options["density_epochs"] = "5";
    }
    return settings;
}

}  // namespace

class TestGapanTraining : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        m_target = TrainingTarget{};
        m_target.name = "learned";
        m_target.models_folder = m_folder->path().toStdString() + "/models";
    }

    void learns_and_writes_a_model() {
        const TrainingData data = make_data();
        const auto outcome = train(data, quick(), m_target, {}, {});
        QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->epochs, 12);
        QVERIFY(outcome->after.map_at_r > outcome->before.map_at_r + 0.1);
        QCOMPARE(outcome->history.size(), std::size_t{13});
        QVERIFY(outcome->history.back().losses.contains("nll"));
        QVERIFY(outcome->history.back().losses.contains("align"));
        QCOMPARE(outcome->queries.size(), std::size_t{48});  // 4 of 12 classes
        QVERIFY(outcome->queries.front().item > 1000);

        const auto manifest = read_manifest(outcome->folder);
        QVERIFY2(manifest.ok(), manifest ? "" : manifest.error().text.c_str());
        QCOMPARE(manifest->info.kind, std::string("head"));
        QCOMPARE(manifest->info.method, std::string("gapan"));
        QCOMPARE(manifest->info.base, data.base.hash);
        QCOMPARE(manifest->info.dimension, 24);
        QVERIFY(manifest->training.find("\"seed\":1") != std::string::npos);
        const auto head = ModelRegistry({m_target.models_folder}).load_head(manifest->info);
        QVERIFY(head);
        QCOMPARE(head->out, 24);
        const auto density = gapan::Density::load(outcome->folder);
        QVERIFY(density);
        QCOMPARE(density->classes(), data.classes);

        // The densities are those of the head's embeddings: most pictures fit their own class best.
        std::vector<float> embeddings(data.count() * 24);
        head->apply(data.features, data.count(), embeddings);
        const auto densities = density->log_density(embeddings, data.count());
        QVERIFY(densities);
        int own = 0;
        for (std::size_t row = 0; row < data.count(); ++row) {
            const auto first = densities->begin() + static_cast<std::ptrdiff_t>(row * 12);
            own += std::max_element(first, first + 12) - first == data.labels[row] ? 1 : 0;
        }
        QVERIFY(own > 115);
    }

    void the_same_seed_gives_the_same_model() {
        const TrainingData data = make_data();
        const auto hash_of = [&](const std::string& name, std::uint64_t seed) {
            TrainingSettings settings = quick();
            settings.epochs = 4;
            settings.seed = seed;
            TrainingTarget target = m_target;
            target.name = name;
            const auto outcome = train(data, settings, target, {}, {});
            return outcome ? read_manifest(outcome->folder)->weights_sha256 : outcome.error().text;
        };
        const std::string first = hash_of("a", 1);
        QCOMPARE(hash_of("b", 1), first);
        QVERIFY(hash_of("c", 2) != first);
    }

    /// Resumed from a checkpoint in the middle, as after a kill, a training gives the same model, bit for
    /// bit.
    void resumed_is_uninterrupted() {
        const TrainingData data = make_data();
        for (const bool ema : {false, true}) {
            TrainingSettings settings = quick();
            settings.options["ema"] = ema ? "true" : "false";
            settings.options["rank"] = "4";
            settings.options["proxy_weight"] = "0.5";
            TrainingTarget whole = m_target;
            whole.name = ema ? "whole-ema" : "whole";
            whole.checkpoint = m_folder->path().toStdString() + "/checkpoint";
            const std::string kept = m_folder->path().toStdString() + "/kept";
            fs::remove(kept);
            TrainingObserver observer;
            // Told before epoch 7's checkpoint is written: this is epoch 6's, or the first one if checkpoints
            // are written seldom.
            observer.epoch = [&](const EpochReport& report) {
                if (report.epoch == 7) fs::copy_file(whole.checkpoint, kept);
            };
            const auto uninterrupted = train(data, settings, whole, observer, {});
            QVERIFY2(uninterrupted.ok(), uninterrupted ? "" : uninterrupted.error().text.c_str());
            QVERIFY(!fs::exists(whole.checkpoint));
            TrainingTarget again = m_target;
            again.name = whole.name + "-again";
            again.checkpoint = kept;
            again.resume = true;
            const auto resumed = train(data, settings, again, {}, {});
            QVERIFY2(resumed.ok(), resumed ? "" : resumed.error().text.c_str());
            QCOMPARE(resumed->best_epoch, uninterrupted->best_epoch);
            QCOMPARE(read_manifest(resumed->folder)->weights_sha256,
                     read_manifest(uninterrupted->folder)->weights_sha256);
        }
    }

    void every_variant_trains_data() {
        QTest::addColumn<QByteArray>("options");
        for (const char* options :
             {"align=infonce", "align=pull", "align=none", "symmetric=true", "ema=true", "aux=pnca",
              "aux=proxy_anchor", "aux_reduction=sum", "rank=8", "refit=false", "whitening=0"})
            QTest::newRow(options) << QByteArray(options);
    }
    void every_variant_trains() {
        QFETCH(QByteArray, options);
        TrainingSettings settings = quick();
        settings.epochs = 6;
        const auto parts = options.split('=');
        settings.options[parts[0].toStdString()] = parts[1].toStdString();
        const auto outcome = train(make_data(), settings, m_target, {}, {});
        QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().text.c_str());
        for (const EpochReport& report : outcome->history) {
            for (const auto& [name, value] : report.losses) QVERIFY(std::isfinite(value));
        }
        QVERIFY(outcome->after.map_at_r >= outcome->history.front().validation.map_at_r);
    }

    void proxy_nca_trains() {
        const auto outcome = train(make_data(), quick(Method::ProxyNca), m_target, {}, {});
        QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().text.c_str());
        QVERIFY(outcome->after.map_at_r > outcome->before.map_at_r + 0.1);
        QCOMPARE(static_cast<int>(gapan::Density::load(outcome->folder).error().kind),
                 static_cast<int>(ErrorKind::NotFound));
    }

    void views_are_learned_from() {
        TrainingData data = make_data();
        // A second view of each picture: the first with its nuisance turned round.
        std::vector<float> both;
        for (std::size_t row = 0; row < data.count(); ++row) {
            const auto first = data.features.begin() + static_cast<std::ptrdiff_t>(row * 24);
            both.insert(both.end(), first, first + 24);
            for (int i = 0; i < 24; ++i) both.push_back(i < 6 ? first[i] : -first[i]);
        }
        data.features = std::move(both);
        data.views = 2;
        const auto outcome = train(data, quick(), m_target, {}, {});
        QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().text.c_str());
        QVERIFY(outcome->after.map_at_r > outcome->before.map_at_r);
    }

    void cancelling_keeps_a_model() {
        std::stop_source source;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) {
            if (report.epoch == 3) source.request_stop();
        };
        const auto outcome = train(make_data(), quick(), m_target, observer, source.get_token());
        QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().text.c_str());
        QVERIFY(outcome->cancelled);
        QCOMPARE(outcome->epochs, 3);
        QVERIFY(read_manifest(outcome->folder));
        QVERIFY(gapan::Density::load(outcome->folder));
    }

    void bad_requests_end_before_time_is_spent() {
        const TrainingData data = make_data();
        bool began = false;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport&) { began = true; };
        const auto text = [&](const TrainingData& d, const TrainingSettings& s) {
            const auto outcome = train(d, s, m_target, observer, {});
            return outcome ? std::string() : outcome.error().text;
        };
        TrainingSettings settings = quick();
        settings.options["temprature"] = "1";
        QVERIFY(text(data, settings).find("no option \"temprature\"") != std::string::npos);
        settings = quick();
        settings.options["align"] = "both";
        QVERIFY(text(data, settings).find("one of profile_kl") != std::string::npos);
        settings = quick(Method::Dva);
        settings.options.clear();
        QVERIFY(text(data, settings).find("vision transformer") != std::string::npos);
        TrainingData one = make_data(1, 20);
        QVERIFY(text(one, quick()).find("single class") != std::string::npos);
        TrainingData singles = make_data(12, 1);
        QVERIFY(text(singles, quick()).find("single picture") != std::string::npos);
        TrainingData three = make_data(3, 5);
        QVERIFY(text(three, quick()).find("at least four") != std::string::npos);
        QVERIFY(!began);
        QVERIFY(!fs::exists(m_target.models_folder + "/learned"));
        // A name that is taken is found out first, too.
        fs::create_directories(m_target.models_folder + "/learned");
        QVERIFY(text(data, quick()).find("already") != std::string::npos);
        QVERIFY(!began);
    }

    void full_disk_while_saving() {
        testing::FaultFileSystem files;
        files.full_after = 1000;
        TrainingTarget target = m_target;
        target.files = &files;
        TrainingSettings settings = quick();
        settings.epochs = 2;
        const auto outcome = train(make_data(), settings, target, {}, {});
        QVERIFY(!outcome);
        QCOMPARE(static_cast<int>(outcome.error().kind), static_cast<int>(ErrorKind::DiskFull));
        QVERIFY(!fs::exists(m_target.models_folder + "/learned"));
    }

  private:
    std::unique_ptr<QTemporaryDir> m_folder;
    TrainingTarget m_target;
};

QTEST_APPLESS_MAIN(TestGapanTraining)
#include "test_gapan_training.moc"
