// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Learning by the reconstruction of GDF-Net: feature maps, the learner, the way from packed pictures to a
// model.
#include "core/methods/gdfnet/recipe.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>

#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest/QTest>

#include "core/evaluation/hash_metrics.h"
#include "core/methods/gdfnet/learner.h"
#include "core/methods/train.h"
#include "core/models/gdfnet_backbone.h"
#include "core/models/model_folder.h"
#include "core/models/model_registry.h"
#include "core/training/augmentation.h"
#include "core/training/checkpoint.h"
#include "core/training/image_cache.h"
#include "tests/training/tiny_lite.h"
#include "tests/training/training_files.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

constexpr int kSize = 72;   // of the image cache
constexpr int kInput = 64;  // of the network
constexpr int kClasses = 8;
constexpr int kPictures = 96;

/// A backbone whose map is the picture itself: each pixel a position, its three colours the channels.
class PixelBackbone final : public Backbone {
  public:
    PixelBackbone() {
        m_info.name = "pixels";
        m_info.input_width = 4;
        m_info.input_height = 2;
        m_info.dimension = 3;
    }
    const ModelInfo& info() const override { return m_info; }
    std::string engine() const override { return "test"; }
    Result<std::vector<float>> embed(std::span<const std::uint8_t>, int) override {
        return Error{ErrorKind::Internal, "not asked for"};
    }
    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest&) override {
        InnerView view;
        view.count = count;
        view.map.assign(pixels.begin(), pixels.end());
        return view;
    }

  private:
    ModelInfo m_info;
};

/// Maps of 9 positions and 16 channels; the class shows in two positions only, which move.
MapCache patchy_maps(const std::string& folder, int pictures, int classes, unsigned seed) {
    auto maps = MapCache::create(folder, pictures, 1, 9, 16);
    torch::manual_seed(seed);
    const torch::Tensor marks = torch::rand({classes, 16}) * 3;
    for (int i = 0; i < pictures; ++i) {
        torch::Tensor map = torch::rand({9, 16});
        map[i % 9] += marks[i % classes];
        map[(i + 4) % 9] += marks[i % classes];
        map = map.to(torch::kHalf).contiguous();
        std::memcpy(maps->map(i, 0), map.const_data_ptr(), 9 * 16 * 2);
    }
    return std::move(*maps);
}

GdfNetOptions small_options() {
    GdfNetOptions options;
    options.shape.width = 16;
    options.shape.features = 12;
    options.shape.neighbours = 4;
    options.shape.bits = 10;
    options.epochs = 8;
    options.batch_classes = 4;
    options.rate = 5e-3;
    return options;
}

std::vector<std::int32_t> cycle(int pictures, int classes) {
    std::vector<std::int32_t> labels(static_cast<std::size_t>(pictures));
    for (int i = 0; i < pictures; ++i) labels[static_cast<std::size_t>(i)] = i % classes;
    return labels;
}

}  // namespace

class TestGdfNetRecipe : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir m_folder;
    TrainingData m_data;

    std::string path(const std::string& name) const { return m_folder.path().toStdString() + '/' + name; }

    static TrainingSettings settings(int epochs = 6) {
        TrainingSettings settings;
        settings.method = Method::GdfNet;
        settings.epochs = epochs;
        settings.threads = 1;
        settings.bits = 12;
        settings.validation_share = 0.25;
        settings.options = {{"width", "16"},
                            {"features", "24"},
                            {"batch_classes", "6"},
                            {"rate", "0.005"},
                            {"neighbours", "2"}};
        return settings;
    }

    static std::vector<std::byte> weights_of(const TrainingOutcome& outcome) {
        auto bytes = FileSystem::posix().read(outcome.folder + "/weights.safetensors");
        return bytes ? std::move(*bytes) : std::vector<std::byte>();
    }

    TrainingTarget target(const std::string& name) const {
        TrainingTarget target;
        target.name = name;
        target.models_folder = path("models");
        target.checkpoint = path(name + ".checkpoint");
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
        const std::size_t bytes = kSize * kSize * 3;
        for (std::size_t i = 0; i < kPictures; ++i) {
            ImageCacheEntry entry;
            entry.label = static_cast<std::int32_t>(i) % kClasses;
            QVERIFY(writer->append(std::span(pixels).subspan(i * bytes, bytes), entry).ok());
        }
        QVERIFY(writer->finish(facts).ok());
        NewModel base;
        base.info = tiny_lite_info(kInput);
        base.info.name = "tiny";
        base.weights = write_safetensors(tiny_lite());
        const auto written = write_model_folder(FileSystem::posix(), path("models"), base);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().text.c_str());
        m_data.base = written->info;
        m_data.base_name = "tiny";
        m_data.label_field = "kind";
        m_data.classes = facts.classes;
        m_data.labels = cycle(kPictures, kClasses);
        m_data.image_cache = path("pictures");
    }

    void maps_are_the_backbones_and_of_mirror_images() {
        PixelBackbone backbone;
        auto maps = MapCache::create(m_folder.path().toStdString(), 20, 2, 8, 3);
        QVERIFY(maps);
        QCOMPARE(maps->bytes(), std::int64_t{20 * 2 * 24 * 2});
        const auto pixel = [](std::int64_t picture, int y, int x, int c) {
            return static_cast<std::uint8_t>((picture * 31 + y * 17 + x * 5 + c) % 251);
        };
        const auto source = [&](std::int64_t picture, std::span<std::uint8_t> pixels) -> Status {
            for (int i = 0; i < 24; ++i)
                pixels[static_cast<std::size_t>(i)] = pixel(picture, i / 12, i / 3 % 4, i % 3);
            return {};
        };
        double done = 0;
        QVERIFY(maps->fill(backbone, source, [&](double share) { done = share; }, {}));
        QCOMPARE(done, 1.0);
        for (std::int64_t picture = 0; picture < 20; ++picture) {
            for (int i = 0; i < 24; ++i) {
                const auto value = [&](int view) {
                    c10::Half half;
                    half.x = maps->map(picture, view)[i];
                    return static_cast<float>(half);
                };
                QCOMPARE(value(0), static_cast<float>(pixel(picture, i / 12, i / 3 % 4, i % 3)));
                QCOMPARE(value(1), static_cast<float>(pixel(picture, i / 12, 3 - i / 3 % 4, i % 3)));
            }
        }
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(maps->fill(backbone, source, {}, stop.get_token()).error().kind == ErrorKind::Cancelled);
        auto other = MapCache::create(m_folder.path().toStdString(), 2, 1, 9, 3);
        QVERIFY(other->fill(backbone, source, {}, {}).error().kind == ErrorKind::Internal);
        QVERIFY(!MapCache::create(path("nowhere"), 2, 1, 9, 3));
        // More than any disk: refused before anything is computed.
        QVERIFY(!MapCache::create(m_folder.path().toStdString(), std::int64_t{1} << 40, 2, 49, 1280));
        // Nothing is left lying about.
        for (const auto& entry : std::filesystem::directory_iterator(m_folder.path().toStdString()))
            QVERIFY(entry.path().filename().string().find(".maps") == std::string::npos);
    }

    // Pictures left out of the classes learned from: learned codes find their classes, ITQ's do so less.
    void learned_codes_beat_those_without_learning() {
        constexpr int n = 360, classes = 12;
        const MapCache maps = patchy_maps(m_folder.path().toStdString(), n, classes, 5);
        const auto truth = cycle(n, classes);
        std::vector<std::int32_t> fit(n, -1);
        std::vector<std::int64_t> left_out;
        for (int i = 0; i < n; ++i) {
            if (i < 240) {
                fit[static_cast<std::size_t>(i)] = i % classes;
            } else {
                left_out.push_back(i);
            }
        }
        const GdfNetOptions options = small_options();
        auto learner = GdfNetLearner::create(maps, fit, options, 1);
        QVERIFY(learner);
        (*learner)->validate_on({}, left_out, truth);
        const auto before = (*learner)->validate({});
        QVERIFY(before);
        QCOMPARE(before->queries, 120);
        double first = 0, last = 0;
        for (int epoch = 1; epoch <= options.epochs; ++epoch) {
            const auto losses = (*learner)->train_epoch(epoch, options.epochs, {});
            QVERIFY(std::isfinite(losses.at("total")));
            (epoch == 1 ? first : last) = losses.at("total");
        }
        QVERIFY2(last < 0.9 * first, qPrintable(QStringLiteral("%1 -> %2").arg(first).arg(last)));
        const auto after = (*learner)->validate({});
        QVERIFY2(after->map_at_r > before->map_at_r,
                 qPrintable(QStringLiteral("%1 -> %2").arg(before->map_at_r).arg(after->map_at_r)));
        // Rows of the hash layer stayed orthonormal.
        const torch::NoGradGuard guard;
        const torch::Tensor w = (*learner)->network().hash_weight;
        QVERIFY(w.mm(w.t()).allclose(torch::eye(10), 1e-4, 1e-4));
    }

    void same_seed_same_weights_and_resuming_changes_nothing() {
        const MapCache maps = patchy_maps(m_folder.path().toStdString(), 96, 6, 7);
        const auto labels = cycle(96, 6);
        const auto weights = [](GdfNetLearner& learner) {
            std::vector<float> all;
            for (const auto& [name, tensor] : gdfnet_weights(learner.network()))
                all.insert(all.end(), tensor.values.begin(), tensor.values.end());
            return all;
        };
        const GdfNetOptions options = small_options();
        auto whole = GdfNetLearner::create(maps, labels, options, 4);
        auto first = GdfNetLearner::create(maps, labels, options, 4);
        auto other = GdfNetLearner::create(maps, labels, options, 5);
        for (int epoch = 1; epoch <= 4; ++epoch) {
            (*whole)->train_epoch(epoch, 4, {});
            (*other)->train_epoch(epoch, 4, {});
            if (epoch <= 2) (*first)->train_epoch(epoch, 4, {});
        }
        const auto state =
            archive_to_bytes([&](torch::serialize::OutputArchive& archive) { (*first)->save(archive); });
        QVERIFY(state);
        auto second = GdfNetLearner::create(maps, labels, options, 4);
        QVERIFY(archive_from_bytes(
            *state, [&](torch::serialize::InputArchive& archive) { (*second)->load(archive); }));
        for (int epoch = 3; epoch <= 4; ++epoch) (*second)->train_epoch(epoch, 4, {});
        QVERIFY(weights(**second) == weights(**whole));
        QVERIFY(weights(**other) != weights(**whole));
    }

    /// By the epoch loop and its files: what a killed process leaves is enough to end where an unbroken
    /// training ends, in weights and in what it reports.
    void the_loop_goes_on_bit_for_bit() {
        constexpr int kCount = 96, kKinds = 6, kEpochs = 4;
        const MapCache maps = patchy_maps(m_folder.path().toStdString(), kCount, kKinds, 8);
        const auto truth = cycle(kCount, kKinds);
        std::vector<std::int32_t> fit(kCount, -1);
        std::vector<std::int64_t> unseen, known;
        for (int i = 0; i < kCount; ++i) {
            const auto row = static_cast<std::size_t>(i);
            if (truth[row] >= 4)
                unseen.push_back(i);
            else if (i >= 72)
                known.push_back(i);
            else
                fit[row] = truth[row];
        }
        const auto run = [&](const std::string& checkpoint, bool resume, const std::string& copy) {
            GdfNetOptions options = small_options();
            auto learner = GdfNetLearner::create(maps, fit, options, 3);
            (*learner)->validate_on(unseen, known, truth);
            EpochLoopOptions loop;
            loop.epochs = kEpochs;
            loop.checkpoint = checkpoint;
            loop.resume = resume;
            TrainingObserver observer;
            // Told before the third epoch's checkpoint is written: the file holds the second.
            observer.epoch = [&](const EpochReport& report) {
                if (report.epoch == 3 && !copy.empty()) std::filesystem::copy_file(checkpoint, copy);
            };
            const auto outcome = run_epochs(**learner, loop, observer, {});
            std::vector<float> all;
            for (const auto& [name, tensor] : gdfnet_weights((*learner)->network()))
                all.insert(all.end(), tensor.values.begin(), tensor.values.end());
            return std::pair(outcome.ok() ? outcome->history : std::vector<EpochReport>(), all);
        };
        const auto unbroken = run(path("loop.checkpoint"), false, path("loop.aside"));
        const auto resumed = run(path("loop.aside"), true, {});
        QCOMPARE(unbroken.first.size(), std::size_t{kEpochs + 1});
        QCOMPARE(resumed.first.size(), std::size_t{kEpochs + 1});
        for (std::size_t epoch = 0; epoch <= kEpochs; ++epoch) {
            QVERIFY(resumed.first[epoch].losses == unbroken.first[epoch].losses);
            QCOMPARE(resumed.first[epoch].validation.map_at_r, unbroken.first[epoch].validation.map_at_r);
            if (epoch == 0) continue;
            for (const char* figure : {"flipped_bits", "dead_bits", "twin_bits"}) {
                const double share = unbroken.first[epoch].losses.at(figure);
                QVERIFY(share >= 0 && share <= 1);
            }
        }
        QVERIFY(unbroken.first[1].losses.at("flipped_bits") > 0);
        QVERIFY(resumed.second == unbroken.second);
    }

    void every_variant_trains_data() {
        QTest::addColumn<QByteArray>("option");
        for (const char* option : {"graph=gcn", "skip=none", "gamma=6", "pairs=0", "mirror=false",
                                   "magnitude=0.5", "layers=1", "quantization=0", "balance=0"})
            QTest::newRow(option) << QByteArray(option);
    }

    void every_variant_trains() {
        QFETCH(QByteArray, option);
        TrainingSettings some = settings(3);
        const auto parts = option.split('=');
        const std::string name = parts[0].toStdString();
        some.options[name] = parts[1].toStdString();
        const auto outcome = train_gdfnet(m_data, some, target("variant-" + name), {}, {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->epochs, 3);
        for (const EpochReport& report : outcome->history) {
            for (const auto& [term, value] : report.losses) QVERIFY2(std::isfinite(value), term.c_str());
        }
        const auto& last = outcome->history.back().losses;
        QVERIFY(last.at("total") < outcome->history[1].losses.at("total"));
        QCOMPARE(last.contains("pairs"), name != "pairs");
        QCOMPARE(last.contains("magnitude"), name == "magnitude");
        QCOMPARE(outcome->folder.empty(), outcome->best_epoch == 0);
        if (outcome->folder.empty()) return;
        // What was written is a model of this variant.
        const ModelRegistry registry({path("models")});
        const auto info = registry.find("variant-" + name);
        QVERIFY2(info.ok(), info.ok() ? "" : info.error().text.c_str());
        auto backbone = registry.load(*info, {.threads = 1});
        QVERIFY2(backbone.ok(), backbone.ok() ? "" : backbone.error().text.c_str());
        const auto one = (*backbone)->embed(std::vector<std::uint8_t>(kInput * kInput * 3, 90), 1);
        QVERIFY(one);
        for (const float value : *one) QVERIFY(std::isfinite(value));
    }

    /// What comes before the first epoch is part of the time that was allowed.
    void the_time_begins_with_the_preparation() {
        const auto outcome =
            train_gdfnet(m_data, one_second(settings(1)), target("hurried"), slow_start(), {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->epochs, 0);
        QVERIFY2(outcome->note.find("The time was spent before the first epoch") != std::string::npos,
                 outcome->note.c_str());
    }

    /// Killed while it learns once more from all classes.
    void resumes_learning_once_more() {
        const TrainingTarget to = target("twice");
        const std::string aside = path("twice.aside");
        const TrainingObserver observer = kept_from_second_learning(to.checkpoint, aside, 8);
        const auto unbroken = train_gdfnet(m_data, settings(), to, observer, {});
        QVERIFY2(unbroken.ok(), unbroken.ok() ? "" : unbroken.error().text.c_str());
        QVERIFY2(unbroken->best_epoch > 0, unbroken->note.c_str());
        QVERIFY(std::filesystem::exists(aside + ".refit"));
        QVERIFY(!std::filesystem::exists(to.checkpoint) &&
                !std::filesystem::exists(to.checkpoint + ".refit"));

        std::vector<std::string> said;
        TrainingObserver listener;
        listener.message = [&](const std::string& text) { said.push_back(text); };
        TrainingTarget again = target("twice-again");
        again.checkpoint = aside;
        again.resume = true;
        const auto resumed = train_gdfnet(m_data, settings(), again, listener, {});
        QVERIFY2(resumed.ok(), resumed.ok() ? "" : resumed.error().text.c_str());
        // The first learning had ended; the second has its own file.
        QVERIFY(std::count(said.begin(), said.end(), "Going on after epoch 6.") == 1);
        QCOMPARE(std::count_if(said.begin(), said.end(),
                               [](const std::string& text) { return text.starts_with("Going on after"); }),
                 2);
        QCOMPARE(resumed->best_epoch, unbroken->best_epoch);
        QVERIFY(!weights_of(*unbroken).empty());
        QVERIFY(weights_of(*resumed) == weights_of(*unbroken));
        QVERIFY(!std::filesystem::exists(aside) && !std::filesystem::exists(aside + ".refit"));
    }

    /// Steps that throw the weights away end in a message or in the best epoch before them.
    void an_absurd_rate_leaves_no_broken_model() {
        for (const char* rate : {"10", "1"}) {
            TrainingSettings some = settings();
            some.options["rate"] = rate;
            some.options["weight_decay"] = "10";
            some.options["skip_factor"] = "1000";
            const auto outcome = train_gdfnet(m_data, some, target(std::string("absurd-") + rate), {}, {});
            if (!outcome) {
                QVERIFY(!outcome.error().text.empty());
                QVERIFY(!std::filesystem::exists(path(std::string("models/absurd-") + rate)));
                continue;
            }
            QVERIFY(!outcome->folder.empty() || !outcome->note.empty());
            if (outcome->folder.empty()) continue;
            QCOMPARE(broken_tensor(weights_of(*outcome)), std::string());
        }
    }

    /// The step that breaks the weights is told, whatever the losses before it were.
    void weights_that_are_no_numbers_are_told() {
        const MapCache maps = patchy_maps(m_folder.path().toStdString(), 48, 4, 9);
        auto learner = GdfNetLearner::create(maps, cycle(48, 4), small_options(), 1);
        QVERIFY(learner);
        QVERIFY(std::isfinite((*learner)->train_epoch(1, 4, {}).at("total")));
        {
            const torch::NoGradGuard guard;
            (*learner)->network().reduce->weight.fill_(std::numeric_limits<float>::infinity());
        }
        QVERIFY(!std::isfinite((*learner)->train_epoch(2, 4, {}).at("total")));
    }

    void trains_a_model_that_can_be_used() {
        std::vector<EpochReport> reports;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) { reports.push_back(report); };
        const auto outcome = train(m_data, settings(), target("hashed"), observer, {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QCOMPARE(reports.size(), std::size_t{7});
        QVERIFY2(outcome->best_epoch > 0, outcome->note.c_str());
        QVERIFY(!std::filesystem::exists(path("hashed.checkpoint")));
        // Codes chose the epoch; what is reported is the feature, in sum as query by query.
        const double chosen = reports[static_cast<std::size_t>(outcome->best_epoch)].validation.map_at_r;
        QVERIFY(chosen > reports.front().validation.map_at_r);
        double before = 0, after = 0;
        for (const QueryChange& query : outcome->queries) {
            before += query.precision_before;
            after += query.precision_after;
        }
        const auto queries = static_cast<double>(outcome->queries.size());
        QVERIFY(std::abs(before / queries - outcome->before.map_at_r) < 1e-6);
        QVERIFY(std::abs(after / queries - outcome->after.map_at_r) < 1e-6);
        QCOMPARE(outcome->after.queries, static_cast<int>(outcome->queries.size()));
        QVERIFY2(outcome->note.find("By codes of 12 bits alone") != std::string::npos, outcome->note.c_str());

        const ModelRegistry registry({path("models")});
        const auto info = registry.find("hashed");
        QVERIFY2(info.ok(), info.ok() ? "" : info.error().text.c_str());
        QCOMPARE(info->kind, std::string("gdfnet"));
        QCOMPARE(info->bits, 12);
        QCOMPARE(info->dimension, 24);
        QCOMPARE(info->base, m_data.base.hash);
        auto backbone = registry.load(*info, {.threads = 1});
        QVERIFY2(backbone.ok(), backbone.ok() ? "" : backbone.error().text.c_str());
        // The pictures learned from, as the network sees them.
        const auto cache = ImageCache::open(path("pictures"));
        QVERIFY(cache);
        constexpr std::size_t bytes = kInput * kInput * 3;
        std::vector<std::uint8_t> pixels(kPictures * bytes);
        for (int i = 0; i < kPictures; ++i) {
            PictureView view;
            view.pixels = cache->pixels(i);
            view.size = kSize;
            apply_augmentation(Augmentation::none(kInput), {}, view,
                               std::span(pixels).subspan(static_cast<std::size_t>(i) * bytes, bytes));
        }
        const auto embeddings = (*backbone)->embed(pixels, kPictures);
        QVERIFY(embeddings);
        QCOMPARE(embeddings->size(), std::size_t{kPictures * 24});
        // One picture alone has the vector it has among others.
        const auto alone = (*backbone)->embed(std::span(pixels).last(bytes), 1);
        QVERIFY(alone);
        for (std::size_t i = 0; i < 24; ++i)
            QVERIFY(std::abs((*alone)[i] - (*embeddings)[(kPictures - 1) * 24 + i]) < 1e-5f);

        const auto head = load_hash_head(*info);
        QVERIFY(head);
        std::vector<std::uint64_t> codes(kPictures);
        head->encode(*embeddings, 24, codes.data());
        const auto labels = cycle(kPictures, kClasses);
        const HashedItems items{codes, *embeddings, labels};
        const auto metrics = evaluate_hashing(items, items, true, {.bits = 12, .dimension = 24});
        QVERIFY(metrics);
        QCOMPARE(metrics->queries, kPictures);
        // A few steps on a random network's features teach little; but pictures must not fall into one code.
        QVERIFY(std::set<std::uint64_t>(codes.begin(), codes.end()).size() > kPictures / 4);
        QVERIFY(load_hash_head(m_data.base).error().kind == ErrorKind::NotFound);
    }

    /// Some of a cache's pictures, in another order, are learned from as a cache of just those would be.
    void rows_may_be_some_of_the_pictures() {
        const auto cache = ImageCache::open(path("pictures"));
        QVERIFY(cache);
        auto writer = ImageCacheWriter::create(FileSystem::posix(), path("some"), kSize);
        QVERIFY(writer.ok());
        TrainingData some = m_data;
        some.labels.clear();
        for (int i = kPictures - 1; i >= 0; --i) {
            if (i % 5 == 4) continue;
            some.labels.push_back(i % kClasses);
            some.pictures.push_back(i);
            ImageCacheEntry entry;
            entry.label = i % kClasses;
            QVERIFY(writer->append(cache->pixels(i), entry).ok());
        }
        ImageCacheFacts facts;
        facts.size = kSize;
        facts.field = "kind";
        facts.classes = m_data.classes;
        QVERIFY(writer->finish(facts).ok());
        TrainingData packed = some;
        packed.pictures.clear();
        packed.image_cache = path("some");
        const auto chosen = train_gdfnet(some, settings(2), target("chosen"), {}, {});
        const auto alone = train_gdfnet(packed, settings(2), target("alone"), {}, {});
        QVERIFY2(chosen.ok(), chosen.ok() ? "" : chosen.error().text.c_str());
        QVERIFY2(alone.ok(), alone.ok() ? "" : alone.error().text.c_str());
        QCOMPARE(chosen->history.size(), alone->history.size());
        for (std::size_t epoch = 0; epoch < chosen->history.size(); ++epoch) {
            QCOMPARE(chosen->history[epoch].losses, alone->history[epoch].losses);
            QCOMPARE(chosen->history[epoch].validation.map_at_r, alone->history[epoch].validation.map_at_r);
        }
        some.pictures.back() = kPictures;
        QVERIFY(!train_gdfnet(some, settings(2), target("beyond"), {}, {}));
    }

    void says_what_is_wrong_before_time_is_spent_data() {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("value");
        QTest::newRow("unknown option") << "neighbors"
                                        << "4";
        QTest::newRow("unknown graph") << "graph"
                                       << "ring";
        QTest::newRow("no layer") << "layers"
                                  << "0";
        QTest::newRow("bits 0") << "bits"
                                << "0";
        QTest::newRow("bits 129") << "bits"
                                  << "129";
        QTest::newRow("end to end") << "end_to_end"
                                    << "";
        QTest::newRow("one class") << "classes"
                                   << "1";
        QTest::newRow("more bits than pictures") << "bits"
                                                 << "100";
        QTest::newRow("no pictures") << "cache"
                                     << "";
        QTest::newRow("another cache") << "labels"
                                       << "";
        QTest::newRow("name taken") << "name"
                                    << "tiny";
        QTest::newRow("on itself") << "base"
                                   << "gdfnet";
    }

    void says_what_is_wrong_before_time_is_spent() {
        QFETCH(QString, option);
        QFETCH(QString, value);
        TrainingSettings asked = settings();
        TrainingData data = m_data;
        TrainingTarget where = target("never");
        if (option == QLatin1String("bits")) {
            asked.bits = value.toInt();
        } else if (option == QLatin1String("end_to_end")) {
            asked.end_to_end = true;
        } else if (option == QLatin1String("classes")) {
            data.labels.assign(data.labels.size(), 0);
            data.classes.resize(1);
        } else if (option == QLatin1String("cache")) {
            data.image_cache.clear();
        } else if (option == QLatin1String("labels")) {
            data.labels.resize(data.labels.size() - 8);
        } else if (option == QLatin1String("name")) {
            where.name = value.toStdString();
        } else if (option == QLatin1String("base")) {
            data.base.kind = value.toStdString();
        } else {
            asked.options[option.toStdString()] = value.toStdString();
        }
        const auto outcome = train_gdfnet(data, asked, where, {}, {});
        QVERIFY(!outcome);
        QVERIFY2(outcome.error().kind == ErrorKind::Usage, outcome.error().text.c_str());
        QVERIFY(outcome.error().text.ends_with('.'));
        QVERIFY(!std::filesystem::exists(path("models/never")));
    }

    void cancelled_before_the_first_epoch_nothing_is_kept() {
        std::stop_source stop;
        stop.request_stop();
        const auto outcome = train_gdfnet(m_data, settings(), target("cancelled"), {}, stop.get_token());
        QVERIFY(!outcome);
        QVERIFY(outcome.error().kind == ErrorKind::Cancelled);
        QVERIFY(!std::filesystem::exists(path("models/cancelled")));
    }
};

QTEST_GUILESS_MAIN(TestGdfNetRecipe)
#include "test_gdfnet_recipe.moc"
