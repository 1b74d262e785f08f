// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The whole of DVA's training on generated pictures and a small transformer: it learns, repeats itself,
// resumes, can be cancelled, leaves a model that loads, and says early what it cannot do.
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

#include "core/evaluation/retrieval_metrics.h"
#include "core/methods/dva/recipe.h"
#include "core/models/model_folder.h"
#include "core/models/model_registry.h"
#include "core/training/augmentation.h"
#include "core/training/image_cache.h"
#include "core/training/validation_split.h"
#include "tests/models/vit_specimens.h"
#include "tests/training/training_files.h"

using namespace fieldmark;

namespace {

constexpr int kClasses = 10;
constexpr int kPerClass = 8;
constexpr int kSide = 40;

/// A disc in a class's colours somewhere on a background that has nothing to do with the class.
std::vector<std::uint8_t> picture(int label, std::mt19937& random, Crop& box) {
    const auto below = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    const int tint[3] = {below(256), below(256), below(256)}, across = 1 + below(5), down = 1 + below(5);
    const int radius = 7 + below(3), x0 = radius + below(kSide - 2 * radius),
              y0 = radius + below(kSide - 2 * radius);
    box = {(x0 - radius) * 10000 / kSide, (y0 - radius) * 10000 / kSide, 2 * radius * 10000 / kSide,
           2 * radius * 10000 / kSide};
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x)
            for (int c = 0; c < 3; ++c) {
                const bool inside = (x - x0) * (x - x0) + (y - y0) * (y - y0) < radius * radius;
                const int background = tint[c] / 2 + (x * across + y * down) * 9 % 64 + below(16);
                const int object = ((label >> c) & 1) * 150 + ((x + y * (1 + label / 8)) % 4 < 2 ? 60 : 0);
                pixels.push_back(static_cast<std::uint8_t>(inside ? object : background));
            }
    return pixels;
}

}  // namespace

class TestDvaRecipe : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir m_folder;
    TrainingData m_data;

    std::string path(const char* name) { return m_folder.filePath(QString::fromUtf8(name)).toStdString(); }

    static TrainingSettings settings(std::map<std::string, std::string> options = {}) {
        TrainingSettings settings;
        settings.method = Method::Dva;
        settings.epochs = 4;
        settings.threads = 1;
        settings.options = {{"rate", "0.01"}, {"augmentation", "crop"}, {"batch_classes", "4"}};
        for (auto& [name, value] : options) settings.options[name] = value;
        return settings;
    }

    TrainingTarget target(const char* name) {
        TrainingTarget target;
        target.name = name;
        target.models_folder = path("models");
        return target;
    }

    static std::vector<std::byte> adapters_of(const TrainingOutcome& outcome) {
        auto bytes = FileSystem::posix().read(outcome.folder + "/weights.safetensors");
        return bytes ? std::move(*bytes) : std::vector<std::byte>();
    }

  private Q_SLOTS:
    void initTestCase() {
        NewModel base;
        base.info = vit_info();
        base.info.name = "small-vit";
        base.info.feature = "class token";
        base.info.licence = "none";
        base.info.source = "a test";
        base.weights = write_safetensors(make_vit());
        const auto written = write_model_folder(FileSystem::posix(), path("models"), base);
        QVERIFY2(written, written ? "" : written.error().text.c_str());

        auto writer = ImageCacheWriter::create(FileSystem::posix(), path("pictures"), kSide);
        QVERIFY(writer);
        std::mt19937 random(3);
        for (int i = 0; i < kClasses * kPerClass; ++i) {
            ImageCacheEntry entry;
            entry.label = i % kClasses;
            Crop box;
            const auto pixels = picture(entry.label, random, box);
            if (i % 7 != 0) entry.box = box;
            QVERIFY(writer->append(pixels, entry).ok());
            m_data.labels.push_back(entry.label);
        }
        ImageCacheFacts facts;
        facts.size = kSide;
        for (int i = 0; i < kClasses; ++i) facts.classes.push_back("class " + std::to_string(i));
        QVERIFY(writer->finish(facts).ok());
        m_data.label_field = "kind";
        m_data.classes = facts.classes;
        m_data.base = written->info;
        m_data.base_name = "small-vit";
        m_data.image_cache = path("pictures");
    }

    /// What comes before the first epoch is part of the time that was allowed.
    void the_time_begins_with_the_preparation() {
        const auto outcome =
            train_dva(m_data, testing::one_second(settings()), target("hurried"), testing::slow_start(), {});
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->epochs, 0);
        QVERIFY2(outcome->note.find("The time was spent before the first epoch") != std::string::npos,
                 outcome->note.c_str());
    }

    void learns_and_leaves_a_model() {
        std::vector<std::string> messages;
        std::vector<EpochReport> reports;
        double last_progress = 0;
        TrainingObserver observer;
        observer.message = [&](const std::string& text) { messages.push_back(text); };
        observer.epoch = [&](const EpochReport& report) { reports.push_back(report); };
        observer.progress = [&](double share, double) { last_progress = share; };
        TrainingTarget to = target("learned");
        to.checkpoint = path("learned.checkpoint");
        const auto outcome = train_dva(m_data, settings(), to, observer, {});
        QVERIFY2(outcome, outcome ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->epochs, 4);
        QVERIFY(outcome->best_epoch > 0);
        QVERIFY(outcome->after.map_at_r > outcome->before.map_at_r);
        QCOMPARE(outcome->trainable_parameters, std::int64_t{2 * 2 * 2 * 128 * 16});
        QVERIFY(outcome->total_parameters > outcome->trainable_parameters);
        QCOMPARE(outcome->queries.size(), std::size_t{2 * kPerClass});
        QVERIFY(last_progress > 0.99);
        // The frozen model is epoch 0; then all terms fall.
        QCOMPARE(reports.size(), std::size_t{5});
        QCOMPARE(reports[0].validation.map_at_r, outcome->before.map_at_r);
        for (const char* term : {"total", "picture", "object", "background", "transfer"})
            QVERIFY2(reports[4].losses.count(term) == 1, term);
        QVERIFY(reports[4].losses.at("picture") < reports[1].losses.at("picture"));
        const auto said = [&](const char* text) {
            return std::any_of(messages.begin(), messages.end(), [&](const std::string& message) {
                return message.find(text) != std::string::npos;
            });
        };
        QVERIFY(said("8 to learn from, 2 to check on"));
        QVERIFY(said("parameters learn ("));
        QVERIFY(said("68 of 80 pictures have an object box"));
        QVERIFY(!QFile::exists(QString::fromStdString(to.checkpoint)));

        // What was written is a model that stands on the unchanged base.
        const ModelRegistry registry({path("models")});
        const auto info = registry.find("learned");
        QVERIFY2(info, info ? "" : info.error().text.c_str());
        QCOMPARE(info->kind, std::string("ica"));
        QCOMPARE(info->base, m_data.base.hash);
        QCOMPARE(info->method, std::string("dva"));
        QVERIFY(info->hash != m_data.base.hash);
        BackboneOptions cpu;
        cpu.device = "cpu";
        const auto adapted = registry.load(*info, cpu);
        QVERIFY2(adapted, adapted ? "" : adapted.error().text.c_str());
        const auto frozen = registry.load(m_data.base, cpu);
        QVERIFY(frozen);
        const auto with = (*adapted)->embed(vit_pictures(2), 2),
                   without = (*frozen)->embed(vit_pictures(2), 2);
        QVERIFY(with && without);
        double difference = 0;
        for (std::size_t i = 0; i < with->size(); ++i)
            difference = std::max(difference, std::abs(double{(*with)[i]} - (*without)[i]));
        QVERIFY(difference > 1e-3);
    }

    void repeats_itself() {
        const auto first = train_dva(m_data, settings(), target("first"), {}, {});
        const auto second = train_dva(m_data, settings(), target("second"), {}, {});
        TrainingSettings other = settings();
        other.seed = 2;
        const auto third = train_dva(m_data, other, target("third"), {}, {});
        QVERIFY(first && second && third);
        QVERIFY(!first->folder.empty() && !second->folder.empty());
        QVERIFY(adapters_of(*first) == adapters_of(*second));
        QCOMPARE(first->history.back().losses.at("total"), second->history.back().losses.at("total"));
        QVERIFY(first->history.back().losses.at("total") != third->history.back().losses.at("total"));
    }

    void keeps_the_best_epoch_when_cancelled() {
        std::stop_source source;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) {
            if (report.epoch == 2) source.request_stop();
        };
        const auto stopped = train_dva(m_data, settings({{"refit", "false"}}), target("stopped"), observer,
                                       source.get_token());
        QVERIFY2(stopped, stopped ? "" : stopped.error().text.c_str());
        QVERIFY(stopped->cancelled);
        QCOMPARE(stopped->epochs, 2);
        QVERIFY(!stopped->note.empty());
        QCOMPARE(!stopped->folder.empty(),
                 stopped->best_epoch > 0 && stopped->after.map_at_r > stopped->before.map_at_r);
    }

    void resumes_bit_for_bit() {
        auto options = settings({{"refit", "false"}});
        TrainingTarget to = target("bits");
        to.checkpoint = path("bits.checkpoint");
        const QString aside = m_folder.filePath(QStringLiteral("bits.aside"));
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) {
            // Epoch 3 was just measured; the file still holds an earlier one. A killed process leaves that.
            if (report.epoch == 3) QFile::copy(QString::fromStdString(to.checkpoint), aside);
        };
        const auto unbroken = train_dva(m_data, options, to, observer, {});
        QVERIFY2(unbroken, unbroken ? "" : unbroken.error().text.c_str());
        QVERIFY(QFile::exists(aside));
        TrainingTarget again = target("bits-again");
        again.checkpoint = aside.toStdString();
        again.resume = true;
        const auto resumed = train_dva(m_data, options, again, {}, {});
        QVERIFY2(resumed, resumed ? "" : resumed.error().text.c_str());
        QCOMPARE(resumed->epochs, unbroken->epochs);
        QCOMPARE(resumed->history.back().losses.at("total"), unbroken->history.back().losses.at("total"));
        QVERIFY(!unbroken->folder.empty());
        QVERIFY(adapters_of(*resumed) == adapters_of(*unbroken));
    }

    /// Killed while it learns once more from all classes: what the checkpoints of both learnings hold then is
    /// enough to end bit for bit where the unbroken training ends.
    void resumes_learning_once_more() {
        TrainingTarget to = target("twice");
        to.checkpoint = path("twice.checkpoint");
        const std::string aside = path("twice.aside");
        const TrainingObserver observer = testing::kept_from_second_learning(to.checkpoint, aside, 10);
        const auto unbroken = train_dva(m_data, settings(), to, observer, {});
        QVERIFY2(unbroken, unbroken ? "" : unbroken.error().text.c_str());
        QVERIFY2(unbroken->best_epoch >= 2, "one epoch has no middle");
        QVERIFY(std::filesystem::exists(aside + ".refit"));
        QVERIFY(!std::filesystem::exists(to.checkpoint) &&
                !std::filesystem::exists(to.checkpoint + ".refit"));

        std::vector<std::string> said;
        TrainingObserver listener;
        listener.message = [&](const std::string& text) { said.push_back(text); };
        int first_steps = 0;
        listener.progress = [&](double share, double) { first_steps += share < 0.5 ? 1 : 0; };
        TrainingTarget again = target("twice-again");
        again.checkpoint = aside;
        again.resume = true;
        const auto resumed = train_dva(m_data, settings(), again, listener, {});
        QVERIFY2(resumed, resumed ? "" : resumed.error().text.c_str());
        // Neither learning began anew.
        QCOMPARE(first_steps, 0);
        QVERIFY(std::count(said.begin(), said.end(), "Going on after epoch 4.") == 1);
        QCOMPARE(std::count_if(said.begin(), said.end(),
                               [](const std::string& text) { return text.starts_with("Going on after"); }),
                 2);
        QCOMPARE(resumed->best_epoch, unbroken->best_epoch);
        QVERIFY(!adapters_of(*unbroken).empty());
        QVERIFY(adapters_of(*resumed) == adapters_of(*unbroken));
        QVERIFY(!std::filesystem::exists(aside) && !std::filesystem::exists(aside + ".refit"));
    }

    /// Cancelled in the second learning, the model of the first stays.
    void cancelled_while_learning_once_more() {
        std::stop_source source;
        TrainingObserver observer;
        observer.message = [&](const std::string& text) {
            if (text.starts_with("Learning once more")) source.request_stop();
        };
        const auto kept = train_dva(m_data, settings(), target("kept"), observer, source.get_token());
        QVERIFY2(kept, kept ? "" : kept.error().text.c_str());
        const auto checked = train_dva(m_data, settings({{"refit", "false"}}), target("checked"), {}, {});
        QVERIFY(checked);
        QVERIFY(kept->cancelled);
        QVERIFY(kept->note.starts_with("Cancelled while learning once more"));
        QVERIFY(!adapters_of(*checked).empty());
        QVERIFY(adapters_of(*kept) == adapters_of(*checked));
    }

    void learns_from_a_part_of_a_cache() {
        // Every other picture of each class, by its place in the whole cache.
        TrainingData part = m_data;
        part.labels.clear();
        for (int i = 0; i < kClasses * kPerClass; ++i) {
            if (i / kClasses % 2 != 0) continue;
            part.pictures.push_back(i);
            part.labels.push_back(i % kClasses);
        }
        TrainingData turned = part;
        TrainingSettings some = settings({{"refit", "false"}});
        some.epochs = 1;
        const auto outcome = train_dva(part, some, target("part"), {}, {});
        QVERIFY2(outcome, outcome ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->queries.size(), std::size_t{kPerClass});
        // Another picture behind a row is another training.
        turned.pictures.front() = kClasses;
        const auto other = train_dva(turned, some, target("turned"), {}, {});
        QVERIFY(other);
        QVERIFY(outcome->history.back().losses.at("total") != other->history.back().losses.at("total") ||
                outcome->before.map_at_r != other->before.map_at_r);
        turned.pictures.front() = kClasses * kPerClass;
        const auto outside = train_dva(turned, some, target("never"), {}, {});
        QVERIFY(!outside && outside.error().kind == ErrorKind::Internal);
    }

    void knows_its_options() {
        int number = 0;
        for (const auto& options : std::vector<std::map<std::string, std::string>>{
                 {{"activation", "identity"}, {"shared", "true"}, {"final_norm", "true"}},
                 {{"last_blocks", "1"}, {"activation", "relu"}, {"views", "none"}, {"proxy_init", "random"}},
                 {{"boxes", "attention"},
                  {"proxies", "shared"},
                  {"transfer", "cosine"},
                  {"augmentation", "dvf"}},
                 {{"optimizer", "dvf"}, {"rate", "0.03"}, {"transfer", "mse"}, {"contrastive", "1"}},
                 {{"boxes", "none"}, {"schedule", "constant"}, {"augmentation", "resized"}}}) {
            TrainingSettings some = settings(options);
            some.epochs = 1;
            const auto outcome =
                train_dva(m_data, some, target(("options-" + std::to_string(++number)).c_str()), {}, {});
            QVERIFY2(outcome, outcome ? "" : outcome.error().text.c_str());
            QCOMPARE(outcome->epochs, 1);
            const bool boxed =
                !options.contains("views") && !(options.contains("boxes") && options.at("boxes") == "none");
            for (const char* term : {"object", "transfer", "background"})
                QCOMPARE(outcome->history.back().losses.contains(term), boxed);
            QCOMPARE(outcome->history.back().losses.contains("contrastive"), options.contains("contrastive"));
            if (options.contains("last_blocks"))
                QCOMPARE(outcome->trainable_parameters, std::int64_t{2 * 2 * 128 * 16});
        }
    }

    /// Steps that throw the adapters away end in a message or in the best epoch before them.
    void an_absurd_rate_leaves_no_broken_model() {
        const auto options = settings(
            {{"rate", "10"}, {"clip", "1000000"}, {"proxy_rate_factor", "1000000"}, {"warm_up", "0"}});
        const auto outcome = train_dva(m_data, options, target("absurd"), {}, {});
        if (!outcome || outcome->folder.empty()) {
            QVERIFY(!(outcome ? outcome->note : outcome.error().text).empty());
            QVERIFY(!QFile::exists(QString::fromStdString(path("models") + "/absurd")));
            return;
        }
        QCOMPARE(testing::broken_tensor(adapters_of(*outcome)), std::string());
    }

    /// The model takes the input that the classes to check on were measured with, and finds what was said.
    void makes_a_model_of_another_input_size() {
        const TrainingSettings larger =
            settings({{"export_size", "45"}, {"refit", "no"}});  // of patches of 8
        const auto outcome = train_dva(m_data, larger, target("larger"), {}, {});
        QVERIFY2(outcome, outcome ? "" : outcome.error().text.c_str());
        QVERIFY(outcome->best_epoch > 0);
        const ModelRegistry registry({path("models")});
        const auto info = registry.find("larger");
        QVERIFY2(info, info ? "" : info.error().text.c_str());
        QCOMPARE(info->input_width, 48);
        QCOMPARE(info->input_height, 48);
        const auto model = registry.load(*info, {.device = "cpu"});
        QVERIFY2(model, model ? "" : model.error().text.c_str());

        const auto split = split_by_class(m_data.labels, larger.validation_share, larger.seed);
        const auto cache = ImageCache::open(m_data.image_cache);
        QVERIFY(split && cache);
        const auto plain = Augmentation::none(48);
        std::vector<std::uint8_t> pixels(48 * 48 * 3);
        std::vector<float> embeddings;
        std::vector<std::int32_t> labels;
        for (const std::int64_t row : split->validation_rows) {
            apply_augmentation(plain, {}, {cache->pixels(static_cast<int>(row)), cache->size()}, pixels);
            const auto one = (*model)->embed(pixels, 1);
            QVERIFY2(one, one ? "" : one.error().text.c_str());
            embeddings.insert(embeddings.end(), one->begin(), one->end());
            labels.push_back(m_data.labels[static_cast<std::size_t>(row)]);
        }
        const int ks[] = {1};
        const auto found = evaluate_retrieval(embeddings, info->dimension, labels, ks);
        QVERIFY(found);
        QCOMPARE(found->recall_at.at(1), outcome->after.recall_at_1);
        QVERIFY(std::abs(found->map_at_r - outcome->after.map_at_r) < 1e-6);
    }

    void says_early_what_it_cannot_do() {
        const auto problem = [&](TrainingData data, TrainingSettings some, const char* name = "never") {
            const auto outcome = train_dva(data, some, target(name), {}, {});
            return outcome ? Error{ErrorKind::Cancelled, "it learned"} : outcome.error();
        };
        TrainingData data = m_data;
        data.base.kind = "efficientnet-lite";
        Error error = problem(data, settings());
        QVERIFY(error.kind == ErrorKind::Usage);
        QVERIFY(error.text.find("no vision transformer") != std::string::npos);
        data.base.kind = "ica";
        QVERIFY(problem(data, settings()).kind == ErrorKind::Usage);
        data = m_data;
        data.image_cache.clear();
        QVERIFY(problem(data, settings()).kind == ErrorKind::Usage);
        data.image_cache = path("nowhere");
        QVERIFY(problem(data, settings()).kind == ErrorKind::NotFound);
        data = m_data;
        data.labels.pop_back();
        QVERIFY(problem(data, settings()).kind == ErrorKind::Usage);
        data = m_data;
        std::fill(data.labels.begin(), data.labels.end(), 0);
        QVERIFY(problem(data, settings()).kind == ErrorKind::Usage);
        QVERIFY(problem(m_data, settings({{"rank", "0"}})).kind == ErrorKind::Usage);
        QVERIFY(problem(m_data, settings({{"colour", "red"}})).kind == ErrorKind::Usage);
        QVERIFY(problem(m_data, settings({{"activation", "tanh"}})).kind == ErrorKind::Usage);
        QVERIFY(problem(m_data, settings(), "small-vit").kind == ErrorKind::Usage);  // the name is taken
        QVERIFY(problem(m_data, settings(), "a/b").kind == ErrorKind::Usage);
        std::stop_source stopped;
        stopped.request_stop();
        const auto cancelled = train_dva(m_data, settings(), target("never"), {}, stopped.get_token());
        QVERIFY(!cancelled && cancelled.error().kind == ErrorKind::Cancelled);
        QVERIFY(!QFile::exists(QString::fromStdString(path("models") + "/never")));
    }
};

QTEST_GUILESS_MAIN(TestDvaRecipe)
#include "test_dva_recipe.moc"
