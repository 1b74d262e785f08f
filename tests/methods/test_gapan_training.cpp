// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "core/methods/gapan/density.h"
#include "core/methods/train.h"
#include "core/models/head.h"
#include "core/models/manifest.h"
#include "core/models/model_registry.h"
#include "core/training/head_learner.h"
#include "core/training/losses.h"
#include "core/training/model_writer.h"
#include "core/training/random.h"
#include "tests/support/fault_file_system.h"
#include "tests/training/training_files.h"

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

/// An objective that asks for the moving mean of the encoder and looks whether it gets it.
class SlowWatcher final : public Objective {
  public:
    struct Seen {
        int steps = 0;
        int own_by_slow = 0;  ///< own_step() was given the slow copy's embeddings
        int apart = 0;        ///< the slow copy's were others than the encoder's
        double distance = 0;  ///< of the last step, between the two
    };
    SlowWatcher(double share, Seen& seen) : m_share(share), m_seen(seen) {}

    torch::Tensor loss(const ObjectiveBatch& batch, std::map<std::string, double>& terms) override {
        ++m_seen.steps;
        m_slow = batch.slow;
        const torch::Tensor fast = batch.embeddings.detach();
        if (m_slow.defined()) {
            m_seen.distance = (fast - m_slow).abs().max().item<double>();
            m_seen.apart += m_seen.distance > 0 ? 1 : 0;
        }
        const torch::Tensor loss = losses::spherical_contrastive(batch.embeddings, batch.per_class);
        terms["aux"] = loss.item<double>();
        return loss;
    }
    void own_step(const torch::Tensor& embeddings, const torch::Tensor&,
                  std::map<std::string, double>&) override {
        m_seen.own_by_slow += m_slow.defined() && torch::equal(embeddings, m_slow) ? 1 : 0;
    }
    double slow_share() const override { return m_share; }
    void save(torch::serialize::OutputArchive&) const override {}
    void load(torch::serialize::InputArchive&) override {}

  private:
    double m_share;
    Seen& m_seen;
    torch::Tensor m_slow;
};

/// Whether every number of a safetensors file is one.
bool all_numbers(const std::string& path) {
    auto bytes = FileSystem::posix().read(path);
    return bytes && testing::broken_tensor(std::move(*bytes)).empty();
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
              "aux=proxy_anchor", "aux_reduction=sum", "rank=8", "refit=false", "whitening=0",
              "start=identity", "proxy_init=random", "anchor_cut=0.3"})
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

    void proxies_of_the_plain_method_may_begin_as_noise() {
        TrainingSettings settings = quick(Method::ProxyNca);
        const auto means = train(make_data(), settings, m_target, {}, {});
        settings.options["proxy_init"] = "random";
        m_target.name = "noise";
        const auto noise = train(make_data(), settings, m_target, {}, {});
        QVERIFY(means && noise);
        // Nothing known of the classes yet: the first loss is larger, and falls.
        QVERIFY(noise->history[1].losses.at("proxy") > means->history[1].losses.at("proxy"));
        QVERIFY(noise->history.back().losses.at("proxy") < noise->history[1].losses.at("proxy"));
        QVERIFY(noise->after.map_at_r > noise->before.map_at_r);
    }

    /// A head that starts at the identity is the model beneath before any step; a narrower one keeps its
    /// first numbers.
    void a_head_may_start_as_the_model_beneath() {
        const TrainingData data = make_data();
        TrainingSettings settings = quick(Method::ProxyNca);
        settings.options["start"] = "identity";
        const auto whole = train(data, settings, m_target, {}, {});
        QVERIFY2(whole.ok(), whole ? "" : whole.error().text.c_str());
        QCOMPARE(whole->history.front().validation.map_at_r, whole->before.map_at_r);
        QCOMPARE(whole->history.front().validation.recall_at_1, whole->before.recall_at_1);
        QVERIFY(whole->after.map_at_r > whole->before.map_at_r);

        settings.options["dimension"] = "8";
        settings.options["rate"] = "1e-8";  // as good as no step
        settings.epochs = 1;
        m_target.name = "narrow";
        const auto narrow = train(data, settings, m_target, {}, {});
        QVERIFY2(narrow.ok(), narrow ? "" : narrow.error().text.c_str());
        const auto manifest = read_manifest(narrow->folder);
        QVERIFY(manifest);
        const auto head = ModelRegistry({m_target.models_folder}).load_head(manifest->info);
        QVERIFY(head);
        QCOMPARE(head->out, 8);
        std::vector<float> out(8);
        head->apply(std::span(data.features).first(24), 1, out);
        double norm = 0;
        for (std::size_t i = 0; i < 8; ++i) norm += double{data.features[i]} * data.features[i];
        for (std::size_t i = 0; i < 8; ++i)
            QVERIFY(std::abs(out[i] - data.features[i] / std::sqrt(norm)) < 1e-5);
    }

    /// What learns by itself (the flow) sees the embeddings of the slow copy, which follows the encoder.
    void the_flow_sees_the_slow_copy() {
        TrainingSettings settings = quick();
        settings.epochs = 3;
        HeadOptions options;
        options.epochs = 3;
        options.classes = 6;
        options.per_class = 4;
        options.rate = 0.01;
        options.refit = false;
        const auto watch = [&](double share) {
            SlowWatcher::Seen seen;
            const ObjectiveFactory factory = [&](const std::vector<int>&, const torch::Tensor&,
                                                 const torch::Tensor&, std::uint64_t) {
                return std::make_unique<SlowWatcher>(share, seen);
            };
            const auto learned = learn_head(make_data(), settings, options, factory, m_target, {}, {});
            return learned ? seen : SlowWatcher::Seen{};
        };
        const auto slow = watch(0.01);
        QVERIFY(slow.steps > 3);
        QCOMPARE(slow.own_by_slow, slow.steps);
        QCOMPARE(slow.apart, slow.steps - 1);  // they begin alike
        // A copy that follows entirely is the encoder; the slower, the farther behind.
        const auto close = watch(0.5), same = watch(1);
        QVERIFY(close.distance < slow.distance);
        QCOMPARE(same.own_by_slow, same.steps);
        QVERIFY(same.distance < 1e-5);
        const auto none = watch(0);
        QCOMPARE(none.own_by_slow, 0);
    }

    void an_absurd_rate_leaves_no_broken_model_data() {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("options");
        for (const char* method : {"gapan", "proxy-nca++"}) {
            // A step back towards the start of ten thousand times the way there.
            QTest::addRow("%s, decay", method)
                << QByteArray(method) << QByteArray("rate=1 weight_decay=10000");
            QTest::addRow("%s, rate", method)
                << QByteArray(method) << QByteArray("rate=1 clip=1000000 proxy_rate=1000000");
            QTest::addRow("%s, huge vectors", method) << QByteArray(method) << QByteArray("huge");
        }
        QTest::addRow("gapan, flow") << QByteArray("gapan") << QByteArray("flow_rate=1 noise=10");
    }

    /// It ends with the best epoch before, or with a message; never with a model of what is no number.
    void an_absurd_rate_leaves_no_broken_model() {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, options);
        TrainingData data = make_data();
        TrainingSettings settings = quick(*method_from_name(method.toStdString()));
        settings.epochs = 4;
        if (options == "huge") {
            for (float& value : data.features) value *= 1e30f;
        } else {
            for (const QByteArray& option : options.split(' ')) {
                const auto parts = option.split('=');
                settings.options[parts[0].toStdString()] = parts[1].toStdString();
            }
        }
        const auto outcome = train(data, settings, m_target, {}, {});
        if (!outcome) {
            QVERIFY(!outcome.error().text.empty());
            QVERIFY(!fs::exists(m_target.models_folder + "/learned"));
            return;
        }
        QVERIFY(all_numbers(outcome->folder + "/weights.safetensors"));
        if (method == "gapan") QVERIFY(all_numbers(outcome->folder + "/density.safetensors"));
        for (const EpochReport& report : outcome->history) {
            for (const auto& [name, value] : report.losses) QVERIFY2(std::isfinite(value), name.c_str());
        }
        if (options.contains("weight_decay")) {
            QVERIFY2(outcome->note.find("no longer a number") != std::string::npos, outcome->note.c_str());
            QCOMPARE(outcome->best_epoch, 0);
        }
    }

    void what_is_no_number_is_not_written() {
        Head head;
        head.in = 2;
        head.out = 2;
        head.mean = {0, 0};
        head.weight = {1, 0, std::numeric_limits<float>::quiet_NaN(), 1};
        head.bias = {0, 0};
        const TrainingData data = make_data();
        const auto written = write_head_model(m_target, data, quick(), {}, head);
        QVERIFY(!written);
        QVERIFY(written.error().text.find("no model was written") != std::string::npos);
        QVERIFY(!fs::exists(m_target.models_folder + "/learned"));
        head.weight[2] = 0;
        QVERIFY(check_target(m_target));
        QVERIFY(write_head_model(m_target, data, quick(), {}, head));
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
