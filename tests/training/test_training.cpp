// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest/QtTest>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "core/training/checkpoint.h"
#include "core/training/epoch_loop.h"
#include "core/training/model_writer.h"
#include "core/training/option_reader.h"
#include "core/training/probe.h"
#include "core/training/refit.h"
#include "core/training/sampler.h"
#include "core/training/schedule.h"
#include "core/training/training_data.h"
#include "core/training/validation_split.h"
#include "tests/support/fault_file_system.h"

using namespace fieldmark;
using torch::Tensor;

namespace {

/// A small model with an optimiser and a generator: what it is after n epochs tells whether anything was
/// forgotten.
class Toy final : public EpochModel {
  public:
    explicit Toy(std::vector<double> quality = {}) : m_quality(std::move(quality)) {
        m_weight = torch::zeros({4}).set_requires_grad(true);
        m_optimizer = std::make_unique<torch::optim::AdamW>(std::vector<Tensor>{m_weight},
                                                            torch::optim::AdamWOptions(0.1));
    }
    std::map<std::string, double> train_epoch(int epoch, int epochs, const Way& way) override {
        schedules.push_back(epochs);
        if (epoch == throw_at) throw std::runtime_error("broken on order");
        double sum = 0;
        for (int step = 0; step < 5; ++step) {
            if (way.stop()) return {};
            const Tensor target = torch::randn({4}, m_generator, torch::TensorOptions()) + 1;
            const Tensor loss = (m_weight - target).square().mean();
            m_optimizer->zero_grad();
            loss.backward();
            m_optimizer->step();
            sum += loss.item<double>();
            if (after_step) after_step(epoch, step);
        }
        if (epoch == nan_at) return {{"total", std::numeric_limits<double>::quiet_NaN()}};
        m_epochs = epoch;
        return {{"total", sum / 5}};
    }
    Result<ValidationFigures> validate(const std::function<bool()>& stop) override {
        if (before_figures) before_figures(m_epochs);
        if (stop()) return Error{ErrorKind::Cancelled, "The training was cancelled."};
        ValidationFigures figures;
        const auto at = static_cast<std::size_t>(m_epochs);
        figures.map_at_r = at < m_quality.size() ? m_quality[at] : 0.1 * m_epochs;
        figures.queries = 1;
        return figures;
    }
    void save(torch::serialize::OutputArchive& archive) const override {
        archive.write("weight", m_weight);
        archive.write("generator", m_generator.get_state(), true);
        archive.write("epochs", c10::IValue(static_cast<std::int64_t>(m_epochs)));
        torch::serialize::OutputArchive optimizer;
        m_optimizer->save(optimizer);
        archive.write("optimizer", optimizer);
    }
    void load(torch::serialize::InputArchive& archive) override {
        const torch::NoGradGuard no_grad;
        Tensor weight, state;
        archive.read("weight", weight);
        m_weight.copy_(weight);
        archive.read("generator", state, true);
        m_generator.set_state(state);
        c10::IValue epochs;
        archive.read("epochs", epochs);
        m_epochs = static_cast<int>(epochs.toInt());
        torch::serialize::InputArchive optimizer;
        archive.read("optimizer", optimizer);
        m_optimizer->load(optimizer);
    }
    std::vector<float> weights() const {
        return {m_weight.data_ptr<float>(), m_weight.data_ptr<float>() + m_weight.numel()};
    }

    std::vector<int> schedules;  // as each epoch was told of
    int throw_at = -1;
    int nan_at = -1;
    std::function<void(int epoch, int step)> after_step;
    std::function<void(int epoch)> before_figures;

  private:
    std::vector<double> m_quality;
    Tensor m_weight;
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
    mutable at::Generator m_generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{7});
    int m_epochs = 0;
};

}  // namespace

class TestTraining : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        m_checkpoint = (m_folder->path() + QStringLiteral("/checkpoint")).toStdString();
    }

    void methods_have_names() {
        for (const Method method : {Method::ProxyNca, Method::Gapan, Method::Dva, Method::GdfNet}) {
            const auto back = method_from_name(to_string(method));
            QVERIFY(back);
            QCOMPARE(static_cast<int>(*back), static_cast<int>(method));
        }
        QCOMPARE(static_cast<int>(method_from_name("pca").error().kind), static_cast<int>(ErrorKind::Usage));
    }

    void batches_have_exactly_p_classes_of_k() {
        std::vector<std::int32_t> labels;
        for (int c = 0; c < 9; ++c)
            labels.insert(labels.end(), static_cast<std::size_t>(c == 0 ? 1 : 2 + c), c);
        labels.push_back(-1);
        PkSampler sampler(labels, {4, 5, 2}, 11);
        QCOMPARE(sampler.classes(), 4);
        for (int batch = 0; batch < 50; ++batch) {
            const auto rows = sampler.next();
            QCOMPARE(rows.size(), std::size_t{20});
            std::set<std::int32_t> classes;
            for (std::size_t c = 0; c < 4; ++c) {
                const std::int32_t label = labels[static_cast<std::size_t>(rows[c * 5])];
                QVERIFY(label > 0);  // neither the class of one picture nor the row without a class
                classes.insert(label);
                std::set<std::int64_t> own;
                for (std::size_t k = 0; k < 5; ++k) {
                    QCOMPARE(labels[static_cast<std::size_t>(rows[c * 5 + k])], label);
                    own.insert(rows[c * 5 + k]);
                }
                // Without replacement where there are enough; else every picture once at least.
                QCOMPARE(own.size(), std::min<std::size_t>(5, static_cast<std::size_t>(2 + label)));
            }
            QCOMPARE(classes.size(), std::size_t{4});
        }
    }

    void sampler_follows_its_seed_and_state() {
        const std::vector<std::int32_t> labels = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3};
        PkSampler a(labels, {2, 2, 2}, 5), b(labels, {2, 2, 2}, 5), c(labels, {2, 2, 2}, 6);
        QCOMPARE(a.batches_per_epoch(), 3);
        bool differs = false;
        for (int i = 0; i < 10; ++i) {
            const auto batch = a.next();
            QCOMPARE(batch, b.next());
            differs = differs || batch != c.next();
        }
        QVERIFY(differs);
        const std::string state = a.state();
        const auto next = a.next();
        QVERIFY(c.set_state(state));
        QCOMPARE(c.next(), next);
        QVERIFY(!c.set_state("no state"));
    }

    void validation_classes_are_others() {
        std::vector<std::int32_t> labels;
        for (int c = 0; c < 58; ++c) labels.insert(labels.end(), static_cast<std::size_t>(c == 3 ? 1 : 6), c);
        const auto split = split_by_class(labels, 0.2, 1);
        QVERIFY(split);
        QCOMPARE(split->validation_classes.size(), std::size_t{11});  // a fifth of 57 usable ones
        QCOMPARE(split->fit_classes.size() + split->validation_classes.size(), std::size_t{58});
        std::set<std::int32_t> validation(split->validation_classes.begin(), split->validation_classes.end());
        QVERIFY(!validation.contains(3));
        for (const auto c : split->fit_classes) QVERIFY(!validation.contains(c));
        QCOMPARE(split->fit_rows.size() + split->validation_rows.size(), labels.size());
        for (const auto row : split->validation_rows)
            QVERIFY(validation.contains(labels[static_cast<std::size_t>(row)]));
        QCOMPARE(split_by_class(labels, 0.2, 1)->validation_classes, split->validation_classes);
        QVERIFY(split_by_class(labels, 0.2, 2)->validation_classes != split->validation_classes);
        QCOMPARE(static_cast<int>(split_by_class({0, 0, 1, 1, 2, 2}, 0.2, 1).error().kind),
                 static_cast<int>(ErrorKind::Usage));
        QCOMPARE(dense_labels({5, 7, 9, 7}, {7, 9}), (std::vector<std::int32_t>{-1, 0, 1, 0}));
    }

    void data_are_checked_before_time_is_spent() {
        TrainingData data;
        data.label_field = "species";
        const auto text = [&] { return check_training_data(data).error().text; };
        QVERIFY(text().find("no labelled picture") != std::string::npos);
        data.classes = {"a"};
        data.labels = {0, 0, 0};
        QVERIFY(text().find("single class") != std::string::npos);
        data.classes = {"a", "b", "c", "d"};
        data.labels = {0, 1, 2, 3};
        QVERIFY(text().find("every class a single picture") != std::string::npos);
        data.labels = {0, 0, 1, 1, 2, 3};
        QVERIFY(text().find("2 classes with two pictures") != std::string::npos);
        data.labels = {0, 0, 1, 1, 2, 2, 3, 3};
        QVERIFY(check_training_data(data));
        data.dimension = 1;
        data.features = {1, 1, 1, 1, 1, 1, 1, std::numeric_limits<float>::quiet_NaN()};
        QCOMPARE(static_cast<int>(check_training_data(data).error().kind),
                 static_cast<int>(ErrorKind::Damaged));
    }

    void schedules() {
        QCOMPARE(cosine_rate(0, 100), 1.0);
        QVERIFY(std::abs(cosine_rate(50, 100) - 0.5) < 1e-12);
        QVERIFY(cosine_rate(99, 100) < 0.001);
        QVERIFY(cosine_rate(0, 100, 10) < 0.1);
        QCOMPARE(cosine_rate(10, 100, 10), 1.0);
        QVERIFY(std::abs(one_cycle_rate(0, 101) - 0.04) < 1e-12);
        QVERIFY(std::abs(one_cycle_rate(30, 101) - 1) < 1e-12);
        QVERIFY(std::abs(one_cycle_rate(100, 101) - 1e-4) < 1e-12);
    }

    void options_are_read_strictly() {
        const std::map<std::string, std::string> options = {{"rate", "0.5"}, {"refit", "no"}, {"tau", "x"}};
        OptionReader reader(options);
        QCOMPARE(reader.number("rate", 1, 0, 1), 0.5);
        QCOMPARE(reader.flag("refit", true), false);
        QCOMPARE(reader.integer("epochs", 3, 0, 9), 3);
        QVERIFY(reader.finish().error().text.find("no option \"tau\"") != std::string::npos);
        QCOMPARE(reader.number("tau", 2, 0, 1), 2.0);
        QVERIFY(reader.finish().error().text.find("wants a number") != std::string::npos);
    }

    void probe_finds_what_was_put_in() {
        // Golden value 19: angles of unit vectors, classes A A B A B B A.
        const double degrees[] = {0, 17, 52, 66, 93, 128, 141};
        Tensor x = torch::zeros({7, 2});
        for (int i = 0; i < 7; ++i) {
            const double angle = degrees[i] * 3.14159265358979323846 / 180;
            x[i][0] = 3 * std::cos(angle);  // lengths do not matter
            x[i][1] = 3 * std::sin(angle);
        }
        const std::vector<std::int32_t> labels = {0, 0, 1, 0, 1, 1, 0};
        const auto figures = probe(x, labels);
        QVERIFY(figures);
        QVERIFY(std::abs(figures->recall_at_1 - 2.0 / 7) < 1e-12);
        QVERIFY(std::abs(figures->map_at_r - 0.261904761905) < 1e-9);
        const auto changes = compare_queries(x, x, labels, {});
        QVERIFY(changes);
        QCOMPARE(changes->size(), std::size_t{7});
        double precision = 0, hits = 0;
        for (const QueryChange& change : *changes) {
            QCOMPARE(change.precision_before, change.precision_after);
            QVERIFY(change.nearest_after != change.item);
            precision += change.precision_after / 7;
            hits += change.hit_after ? 1.0 / 7 : 0;
        }
        QVERIFY(std::abs(precision - figures->map_at_r) < 1e-9);
        QVERIFY(std::abs(hits - figures->recall_at_1) < 1e-9);
    }

    void keeps_the_best_epoch() {
        Toy model({0.3, 0.5, 0.4, 0.2});
        EpochLoopOptions options;
        options.epochs = 3;
        std::vector<int> told;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) { told.push_back(report.epoch); };
        const auto outcome = run_epochs(model, options, observer, {});
        QVERIFY(outcome);
        QCOMPARE(outcome->best_epoch, 1);
        QCOMPARE(outcome->epochs, 3);
        QCOMPARE(outcome->before.map_at_r, 0.3);
        QCOMPARE(outcome->after.map_at_r, 0.5);
        QCOMPARE(told, (std::vector<int>{0, 1, 2, 3}));
        Toy one;
        options.epochs = 1;
        QVERIFY(run_epochs(one, options, {}, {}));
        QCOMPARE(model.weights(), one.weights());
    }

    void epoch_0_may_be_the_best() {
        Toy model({0.9, 0.5, 0.4}), fresh;
        EpochLoopOptions options;
        options.epochs = 2;
        const auto outcome = run_epochs(model, options, {}, {});
        QVERIFY(outcome);
        QCOMPARE(outcome->best_epoch, 0);
        QCOMPARE(model.weights(), fresh.weights());
    }

    /// The base as it was used before counts, not epoch 0, which may take larger pictures.
    void no_model_is_made_where_the_base_was_better() {
        for (const double base : {0.4, 0.5, 0.6}) {
            Toy model({0.3, 0.5});
            EpochLoopOptions options;
            options.epochs = 1;
            options.base.emplace().map_at_r = base;
            auto outcome = run_epochs(model, options, {}, {});
            QVERIFY(outcome);
            QCOMPARE(outcome->best_epoch, 1);
            outcome->note = "Before.";
            QCOMPARE(stays_with_base(*outcome), base > 0.4);
            QCOMPARE(outcome->best_epoch, 1);  // which epoch was the best is told all the same
            QCOMPARE(outcome->note.starts_with("Before. On classes"), base > 0.4);
        }
    }

    void stops_early_and_says_so() {
        Toy model({0.1, 0.5, 0.4, 0.4, 0.4, 0.4});
        EpochLoopOptions options;
        options.epochs = 50;
        options.patience = 2;
        const auto outcome = run_epochs(model, options, {}, {});
        QVERIFY(outcome);
        QCOMPARE(outcome->epochs, 3);
        QVERIFY(outcome->note.find("stopped early") != std::string::npos);
    }

    void divergence_keeps_the_best() {
        Toy model, two;
        model.nan_at = 3;
        EpochLoopOptions options;
        options.epochs = 9;
        const auto outcome = run_epochs(model, options, {}, {});
        QVERIFY(outcome);
        QCOMPARE(outcome->best_epoch, 2);
        QVERIFY(outcome->note.find("no longer a number in epoch 3") != std::string::npos);
        options.epochs = 2;
        QVERIFY(run_epochs(two, options, {}, {}));
        QCOMPARE(model.weights(), two.weights());

        Toy thrower;
        thrower.throw_at = 2;
        options.epochs = 5;
        const auto broken = run_epochs(thrower, options, {}, {});
        QVERIFY(broken);
        QVERIFY(broken->note.find("broken on order") != std::string::npos);
        thrower.throw_at = 1;
        QCOMPARE(static_cast<int>(run_epochs(thrower, options, {}, {}).error().kind),
                 static_cast<int>(ErrorKind::Internal));
    }

    void cancelling_keeps_the_best() {
        Toy model, one;
        std::stop_source source;
        model.after_step = [&](int epoch, int step) {
            if (epoch == 2 && step == 1) source.request_stop();
        };
        EpochLoopOptions options;
        options.epochs = 9;
        const auto outcome = run_epochs(model, options, {}, source.get_token());
        QVERIFY(outcome);
        QVERIFY(outcome->cancelled);
        QCOMPARE(outcome->best_epoch, 1);
        options.epochs = 1;
        QVERIFY(run_epochs(one, options, {}, {}));
        QCOMPARE(model.weights(), one.weights());
        QCOMPARE(static_cast<int>(run_epochs(model, options, {}, source.get_token()).error().kind),
                 static_cast<int>(ErrorKind::Cancelled));
    }

    /// Looking at many classes takes as long as a part of an epoch.
    void cancelling_is_heard_while_figures_are_taken() {
        for (const int epoch : {0, 3}) {
            Toy model({0.1, 0.2, 0.5, 0.9});
            std::stop_source source;
            model.before_figures = [&](int after) {
                if (after == epoch) source.request_stop();
            };
            EpochLoopOptions options;
            options.epochs = 10;
            const auto outcome = run_epochs(model, options, {}, source.get_token());
            if (epoch == 0) {
                QVERIFY(!outcome);
                QCOMPARE(outcome.error().kind, ErrorKind::Cancelled);
                continue;
            }
            QVERIFY(outcome);
            QVERIFY(outcome->cancelled);
            QCOMPARE(outcome->epochs, 2);
            QCOMPARE(outcome->best_epoch, 2);
            QCOMPARE(QString::fromStdString(outcome->note),
                     QStringLiteral("Cancelled in epoch 3; the best epoch was kept."));
        }
    }

    void budget_ends_the_training() {
        Toy model;
        model.after_step = [](int, int) { QTest::qSleep(5); };
        EpochLoopOptions options;
        options.epochs = 100'000;
        options.budget_seconds = 0.2;
        const auto outcome = run_epochs(model, options, {}, {});
        QVERIFY(outcome);
        QVERIFY(outcome->epochs > 0 && outcome->epochs < 100'000);
        QVERIFY(outcome->note.find("time was spent") != std::string::npos ||
                outcome->note.find("time allowed") != std::string::npos);
    }

    /// Cut off, a schedule ends with a high rate; so it is made as long as the time allows, and the second
    /// learning goes the same way.
    void a_short_time_shortens_the_schedule_data() {
        QTest::addColumn<std::vector<double>>("seconds");  // of each epoch, the last one again and again
        QTest::addColumn<std::vector<int>>("schedules");
        // 100 s for 14 epochs; a margin of 3 in 100 is kept.
        QTest::newRow("enough") << std::vector<double>{5} << std::vector<int>(14, 14);
        QTest::newRow("six") << std::vector<double>{16} << std::vector<int>{14, 6, 6, 6, 6, 6};
        QTest::newRow("one") << std::vector<double>{60} << std::vector<int>{14};
        // What the first epoch took says too much; the next ones make it good.
        QTest::newRow("slow begin") << std::vector<double>{30, 10} << std::vector<int>{14, 3, 7, 7, 7, 7, 7};
        // Slower in its second half: shortened once more.
        QTest::newRow("slow end") << std::vector<double>{10, 10, 10, 10, 10, 20}
                                  << std::vector<int>{14, 9, 9, 9, 9, 9, 8};
    }

    void a_short_time_shortens_the_schedule() {
        QFETCH(std::vector<double>, seconds);
        QFETCH(std::vector<int>, schedules);
        Toy model;
        double now = 1000;
        model.after_step = [&](int epoch, int step) {
            if (step == 4) now += seconds[std::min(static_cast<std::size_t>(epoch), seconds.size()) - 1];
        };
        EpochLoopOptions options;
        options.epochs = 14;
        options.budget_seconds = 100;
        options.clock = [&] { return now; };
        int said = 0;
        TrainingObserver observer;
        observer.message = [&](const std::string& line) {
            said += line.starts_with("The time allows") ? 1 : 0;
        };
        auto outcome = run_epochs(model, options, observer, {});
        QVERIFY(outcome);
        QCOMPARE(model.schedules, schedules);
        const bool enough = schedules.back() == 14 && schedules.size() == 14;
        QCOMPARE(said, enough ? 0 : 1);
        QCOMPARE(outcome->note.starts_with("The time allowed"), !enough);
        QCOMPARE(outcome->epochs, static_cast<int>(schedules.size()));
        QCOMPARE(outcome->planned, outcome->epochs);
        QCOMPARE(outcome->history.back().epochs, outcome->planned);

        TrainingSettings settings;
        outcome->best_epoch = 1;
        Toy again;
        QVERIFY(refitting::run(again, settings, options, {}, {}, *outcome));
        QCOMPARE(again.schedules, std::vector<int>{outcome->planned});
    }

    /// The bar goes through both learnings once, and the time left is that of both.
    void progress_is_that_of_all() {
        double now = 1000;
        Toy model({0.1, 0.2, 0.3, 0.4, 0.5});
        model.after_step = [&](int, int step) { now += step == 4 ? 10 : 0; };
        TrainingSettings settings;
        settings.validation_share = 0.2;
        EpochLoopOptions options = first_loop({}, settings, {}, 4, 0, true);
        options.clock = [&] { return now; };
        std::vector<double> shares;
        std::vector<double> seconds;
        TrainingObserver observer;
        observer.progress = [&](double share, double left) {
            shares.push_back(share);
            seconds.push_back(left);
        };
        auto outcome = run_epochs(model, options, observer, {});
        QVERIFY(outcome);
        QCOMPARE(outcome->best_epoch, 4);
        // Four epochs of four fifths of the pictures, then four of all.
        const double first = 0.8 / 1.8;
        QVERIFY(std::abs(shares.back() - first) < 1e-9);
        QVERIFY2(std::abs(seconds.back() - 50) < 1e-6, qPrintable(QString::number(seconds.back())));
        QVERIFY(std::abs(outcome->history[2].seconds_left - 70) < 1e-6);
        Toy again;
        again.after_step = [&](int, int step) { now += step == 4 ? 12.5 : 0; };
        const std::size_t before = shares.size();
        QVERIFY(refitting::run(again, settings, options, observer, {}, *outcome));
        QVERIFY(shares.size() > before && shares[before] >= first);
        QVERIFY(std::is_sorted(shares.begin(), shares.end()));
        QCOMPARE(shares.back(), 1.0);
        QCOMPARE(seconds.back(), 0.0);
        // Without a second learning the epochs are all there is.
        QCOMPARE(first_loop({}, settings, {}, 4, 0, false).progress_end, 1.0);
    }

    /// A process that is killed in the middle of an epoch, then resumed, ends bit for bit where an
    /// uninterrupted one does.
    void resumes_after_kill() {
        EpochLoopOptions options;
        options.epochs = 6;
        options.checkpoint = m_checkpoint;
        options.fingerprint = "toy";
        const pid_t child = fork();
        QVERIFY(child >= 0);
        if (child == 0) {
            Toy model;
            model.after_step = [](int epoch, int step) {
                if (epoch == 4 && step == 2) kill(getpid(), SIGKILL);
            };
            static_cast<void>(run_epochs(model, options, {}, {}));
            _exit(1);  // not reached
        }
        int status = 0;
        QCOMPARE(waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

        Toy resumed, whole;
        options.resume = true;
        std::vector<int> told;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) { told.push_back(report.epoch); };
        const auto outcome = run_epochs(resumed, options, observer, {});
        QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().text.c_str());
        QCOMPARE(told, (std::vector<int>{0, 1, 2, 3, 4, 5, 6}));
        options.checkpoint.clear();
        const auto uninterrupted = run_epochs(whole, options, {}, {});
        QVERIFY(uninterrupted);
        QCOMPARE(resumed.weights(), whole.weights());
        QCOMPARE(outcome->best_epoch, uninterrupted->best_epoch);
        for (std::size_t i = 0; i < outcome->history.size(); ++i)
            QCOMPARE(outcome->history[i].losses, uninterrupted->history[i].losses);

        Toy other;
        options.checkpoint = m_checkpoint;
        options.fingerprint = "another toy";
        QCOMPARE(static_cast<int>(run_epochs(other, options, {}, {}).error().kind),
                 static_cast<int>(ErrorKind::Usage));
    }

    /// What follows a training that stopped early may be killed: resumed, it must not learn on.
    void stays_ended_when_resumed() {
        EpochLoopOptions options;
        options.epochs = 50;
        options.patience = 2;
        options.checkpoint = m_checkpoint;
        const std::vector<double> quality = {0.1, 0.5, 0.4, 0.4, 0.9, 0.9};
        Toy whole(quality), again(quality);
        const auto first = run_epochs(whole, options, {}, {});
        QVERIFY(first);
        QCOMPARE(first->epochs, 3);
        options.resume = true;
        again.after_step = [](int, int) { QFAIL("it learned on"); };
        const auto resumed = run_epochs(again, options, {}, {});
        QVERIFY(resumed);
        QCOMPARE(resumed->epochs, 3);
        QCOMPARE(resumed->best_epoch, first->best_epoch);
        QCOMPARE(resumed->note, first->note);
        QCOMPARE(again.weights(), whole.weights());
    }

    /// What the figures are compared with is told of each epoch, also of those that are only told again.
    void tells_what_it_is_compared_with() {
        EpochLoopOptions options;
        options.epochs = 3;
        options.checkpoint = m_checkpoint;
        options.base = ValidationFigures{.recall_at_1 = 0.7, .map_at_r = 0.3};
        int told = 0;
        TrainingObserver observer;
        observer.epoch = [&](const EpochReport& report) {
            ++told;
            QVERIFY(report.base.has_value());
            QCOMPARE(report.base->map_at_r, 0.3);
        };
        Toy whole, again;
        const auto first = run_epochs(whole, options, observer, {});
        QVERIFY(first);
        QCOMPARE(told, 4);
        QCOMPARE(first->before.map_at_r, 0.3);
        QVERIFY(first->history.front().validation.map_at_r != 0.3);
        options.resume = true;
        const auto resumed = run_epochs(again, options, observer, {});
        QVERIFY(resumed);
        QCOMPARE(told, 8);
        QCOMPARE(resumed->before.map_at_r, 0.3);
    }

    void a_new_model_sees_objects_as_large_as_it_learned_them() {
        ModelInfo base;
        base.input_width = base.input_height = 224;
        QCOMPARE(learned_input_side(base, Augmentation::crop_and_flip(224)), 248);
        QCOMPARE(learned_input_side(base, Augmentation::resized(224)), 224);
        QCOMPARE(learned_input_side(base, Augmentation::crop_and_flip(160)),
                 224);  // never less than the base
        Augmentation tiny = Augmentation::crop_and_flip(224);
        tiny.crop_share = 0.1;
        QCOMPARE(learned_input_side(base, tiny), 448);
        base.method = "gapan";
        QCOMPARE(learned_input_side(base, Augmentation::crop_and_flip(224)), 224);
    }

    /// A part of a schedule with nothing to choose by: the weights are those of its last epoch.
    void ends_on_the_way_and_keeps_the_last() {
        Toy whole({0.9, 0.5, 0.4, 0.3}), part({0.9, 0.5, 0.4, 0.3}), none({0.9});
        const auto start = none.weights();
        std::vector<float> after_two;
        whole.after_step = [&](int epoch, int) {
            if (epoch == 3 && after_two.empty()) after_two = whole.weights();
        };
        part.after_step = [&](int epoch, int) { QVERIFY(epoch <= 3); };
        EpochLoopOptions options;
        options.epochs = 9;
        options.last_epoch = 3;
        options.keep_last = true;
        QVERIFY(run_epochs(whole, options, {}, {}));
        QVERIFY(!after_two.empty() && whole.weights() != after_two);
        options.checkpoint = m_checkpoint;
        const auto outcome = run_epochs(part, options, {}, {});
        QVERIFY(outcome);
        QCOMPARE(outcome->epochs, 3);
        QCOMPARE(outcome->best_epoch, 3);
        QCOMPARE(part.weights(), whole.weights());
        options.last_epoch = 0;
        QVERIFY(run_epochs(none, options, {}, {}));
        QCOMPARE(none.weights(), start);
    }

    /// A first epoch that the budget cut short is no second learning.
    void a_second_learning_without_time_keeps_the_checked_model() {
        Toy model;
        model.after_step = [](int, int) { QTest::qSleep(2); };
        EpochLoopOptions first;
        first.epochs = 4;
        TrainingSettings settings;
        settings.budget_seconds = 1;
        TrainingOutcome outcome;
        outcome.best_epoch = 1;
        outcome.planned = first.epochs;
        outcome.seconds = 5;  // the first one took it all
        const auto complete = refitting::run(model, settings, first, {}, {}, outcome);
        QVERIFY(complete);
        QVERIFY(!*complete);
        QVERIFY(QString::fromStdString(outcome.note).contains(QStringLiteral("the model that was checked")));
        settings.budget_seconds = 0;
        model.after_step = {};
        const auto unbounded = refitting::run(model, settings, first, {}, {}, outcome);
        QVERIFY(unbounded);
        QVERIFY(*unbounded);
    }

    void a_new_training_forgets_the_second_learning_of_an_old_one() {
        TrainingTarget target;
        target.checkpoint = m_checkpoint;
        const std::string second = m_checkpoint + ".refit";
        QFile file(QString::fromStdString(second));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        target.resume = true;
        (void)first_loop({}, {}, target, 3, 0, true);
        QVERIFY(file.exists());
        target.resume = false;
        (void)first_loop({}, {}, target, 3, 0, true);
        QVERIFY(!file.exists());
    }

    void full_disk_ends_it_at_once() {
        testing::FaultFileSystem files;
        files.full_after = 100;
        Toy model;
        bool trained = false;
        model.after_step = [&](int, int) { trained = true; };
        EpochLoopOptions options;
        options.epochs = 3;
        options.checkpoint = m_checkpoint;
        options.files = &files;
        const auto outcome = run_epochs(model, options, {}, {});
        QVERIFY(!outcome);
        QCOMPARE(static_cast<int>(outcome.error().kind), static_cast<int>(ErrorKind::DiskFull));
        QVERIFY(!trained);
        QVERIFY(!std::filesystem::exists(m_checkpoint));
    }

    void a_later_checkpoint_that_fails_is_said_and_no_end() {
        testing::FaultFileSystem files;
        Toy model;
        model.after_step = [&](int epoch, int) {
            if (epoch == 2) files.fail_at = files.operations;  // the next thing asked of the disk
        };
        EpochLoopOptions options;
        options.epochs = 3;
        options.checkpoint = m_checkpoint;
        options.checkpoint_seconds = 0;
        options.files = &files;
        std::vector<std::string> told;
        TrainingObserver observer;
        observer.message = [&](const std::string& text) { told.push_back(text); };
        const auto outcome = run_epochs(model, options, observer, {});
        QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().text.c_str());
        QCOMPARE(outcome->epochs, 3);
        QCOMPARE(told.size(), std::size_t{1});
        QVERIFY2(told.front().starts_with("No checkpoint after epoch 2"), told.front().c_str());
        QVERIFY(std::filesystem::exists(m_checkpoint));
    }

    /// At whichever operation the disk fails, the old checkpoint or the new one is there, and it reads.
    void checkpoints_are_whole() {
        const auto content = [&](FileSystem& files, std::int64_t value) {
            return write_checkpoint(files, m_checkpoint,
                                    [&](auto& archive) { archive.write("value", c10::IValue(value)); });
        };
        QVERIFY(content(FileSystem::posix(), 1));
        for (int fault = 0; fault < 12; ++fault) {
            testing::FaultFileSystem files;
            files.fail_at = fault;
            const bool written = content(files, fault + 2).ok();
            files.lose_unsynced();
            std::int64_t value = 0;
            const auto read = read_checkpoint(FileSystem::posix(), m_checkpoint, [&](auto& archive) {
                c10::IValue stored;
                archive.read("value", stored);
                value = stored.toInt();
            });
            QVERIFY2(read.ok(), read ? "" : read.error().text.c_str());
            if (written) QCOMPARE(value, static_cast<std::int64_t>(fault + 2));
        }
    }

    void damaged_checkpoints_are_refused() {
        QVERIFY(write_checkpoint(FileSystem::posix(), m_checkpoint,
                                 [](auto& archive) { put_text(archive, "text", "a\0b"); }));
        QFile file(QString::fromStdString(m_checkpoint));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() / 2));
        file.write("x");
        file.close();
        const auto read = read_checkpoint(FileSystem::posix(), m_checkpoint, [](auto&) {});
        QVERIFY(!read);
        QCOMPARE(static_cast<int>(read.error().kind), static_cast<int>(ErrorKind::Damaged));
        QCOMPARE(static_cast<int>(
                     read_checkpoint(FileSystem::posix(), m_checkpoint + "x", [](auto&) {}).error().kind),
                 static_cast<int>(ErrorKind::NotFound));
    }

  private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string m_checkpoint;
};

QTEST_APPLESS_MAIN(TestTraining)
#include "test_training.moc"
