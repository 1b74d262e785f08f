// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/epoch_loop.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "core/training/checkpoint.h"

namespace fieldmark {
namespace {

using nlohmann::json;

json to_json(const ValidationFigures& figures) {
    return {{"recall_at_1", figures.recall_at_1},
            {"map_at_r", figures.map_at_r},
            {"queries", figures.queries},
            {"classes", figures.classes}};
}

ValidationFigures figures_from(const json& object) {
    ValidationFigures figures;
    figures.recall_at_1 = object.at("recall_at_1").get<double>();
    figures.map_at_r = object.at("map_at_r").get<double>();
    figures.queries = object.at("queries").get<int>();
    figures.classes = object.at("classes").get<int>();
    return figures;
}

json to_json(const std::vector<EpochReport>& history) {
    json list = json::array();
    for (const EpochReport& report : history) {
        list.push_back({{"epoch", report.epoch},
                        {"epochs", report.epochs},
                        {"losses", report.losses},
                        {"validation", to_json(report.validation)},
                        {"best", report.best},
                        {"seconds", report.seconds},
                        {"seconds_left", report.seconds_left}});
    }
    return list;
}

std::vector<EpochReport> history_from(const json& list) {
    std::vector<EpochReport> history;
    for (const json& object : list) {
        EpochReport report;
        report.epoch = object.at("epoch").get<int>();
        report.epochs = object.at("epochs").get<int>();
        report.losses = object.at("losses").get<std::map<std::string, double>>();
        report.validation = figures_from(object.at("validation"));
        report.best = object.at("best").get<bool>();
        report.seconds = object.at("seconds").get<double>();
        report.seconds_left = object.at("seconds_left").get<double>();
        history.push_back(std::move(report));
    }
    return history;
}

class Loop {
  public:
    Loop(EpochModel& model, const EpochLoopOptions& options, const TrainingObserver& observer,
         std::stop_token stop)
        : m_model(model), m_options(options), m_observer(observer), m_stop(std::move(stop)) {
        m_outcome.planned = options.epochs;
    }

    Result<TrainingOutcome> run() {
        m_start = now();
        bool resumed = false;
        if (m_options.resume && !m_options.checkpoint.empty()) {
            auto loaded = read();
            if (!loaded) return loaded.error();
            resumed = *loaded;
        }
        if (!resumed) {
            if (m_stop.stop_requested())
                return Error{ErrorKind::Cancelled, "The training was cancelled before it had begun."};
            if (auto status = measure_start(); !status) return status.error();
            // The first checkpoint tells at once whether there is room for the later ones.
            if (auto status = write(true); !status) return status.error();
        }
        if (m_done == 0 && m_outcome.note.empty() && out_of_budget() && !m_options.keep_last)
            m_outcome.note =
                "The time was spent before the first epoch. Allow more, or choose fewer pictures.";
        const bool ended = !m_outcome.note.empty();
        while (m_done < last_epoch() && m_outcome.note.empty()) {
            if (auto status = one_epoch(); !status) return status.error();
        }
        // What follows (learning once more, saving) may be killed, too: resumed, this loop must end alike.
        if (!ended && !m_outcome.note.empty() && !m_outcome.cancelled) write_later();
        if (m_outcome.note.empty() && m_outcome.planned < m_options.epochs) m_outcome.note = shortened();
        if (!m_options.keep_last) {
            if (auto status = archive_from_bytes(m_best, [&](auto& archive) { m_model.load_best(archive); });
                !status)
                return status.error();
        }
        m_outcome.epochs = m_done;
        m_outcome.seconds = seconds();
        return std::move(m_outcome);
    }

  private:
    double now() const {
        if (m_options.clock) return m_options.clock();
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }
    double seconds() const { return m_earlier + now() - m_start; }
    int last_epoch() const { return m_options.last_epoch >= 0 ? m_options.last_epoch : m_outcome.planned; }
    bool out_of_budget() const {
        return m_options.budget_seconds > 0 && seconds() > m_options.budget_seconds;
    }

    /// Of all that is to be done; -1: not known.
    double seconds_left(double done) const {
        if (done <= 0) return -1;
        const double taken = seconds() - m_before_epochs;
        double left = taken / done * (last_epoch() - done);
        if (m_options.budget_seconds > 0) left = std::min(left, m_options.budget_seconds - seconds());
        left = std::max(0.0, left);
        const double part = std::max(1e-9, m_options.progress_end - m_options.progress_begin);
        return left + (taken + left) * (1 - m_options.progress_end) / part;
    }

    std::string shortened() const {
        return "The time allowed " + std::to_string(m_outcome.planned) + " of " +
               std::to_string(m_options.epochs) + " epochs.";
    }

    /// Seconds an epoch took. The first has caches to fill, so it counts only while there is no other.
    double an_epoch() const {
        if (m_done < 2) return seconds() - m_before_epochs;
        return (seconds() - m_outcome.history[1].seconds) / (m_done - 1);
    }

    /// A schedule that the time cuts off ends with a high rate, where embeddings still jump about. One that
    /// is as long as the time allows comes to rest. Early on it may become longer again.
    void plan() {
        if (m_options.budget_seconds <= 0 || m_options.keep_last) return;
        constexpr double kMargin = 0.97;  // the last epoch would be dropped if it took a little longer
        const double left = kMargin * (m_options.budget_seconds - seconds());
        const double more = std::floor(left / std::max(1e-9, an_epoch()));
        const int fits = m_done + static_cast<int>(std::clamp(more, 0.0, 1e6));
        const bool early = m_done < m_outcome.planned && 4 * m_done <= m_options.epochs;
        if (fits > m_outcome.planned && !early) return;
        m_outcome.planned = std::min(fits, m_options.epochs);
        if (m_outcome.planned == m_options.epochs || std::exchange(m_told_plan, true)) return;
        if (m_observer.message)
            m_observer.message("The time allows about " + std::to_string(fits) + " of " +
                               std::to_string(m_options.epochs) + " epochs.");
    }

    void tell(double done) const {
        if (!m_observer.progress) return;
        const double share = std::min(1.0, done / std::max(1, last_epoch()));
        m_observer.progress(std::lerp(m_options.progress_begin, m_options.progress_end, share),
                            seconds_left(done));
    }

    Result<ValidationFigures> figures_now() {
        if (m_options.keep_last) return ValidationFigures{};
        return m_model.validate([this] { return m_stop.stop_requested(); });
    }

    Status keep_best(const ValidationFigures& figures) {
        if (!m_options.keep_last) {
            auto bytes = archive_to_bytes([&](auto& archive) { m_model.save_best(archive); });
            if (!bytes) return bytes.error();
            m_best = std::move(*bytes);
        }
        m_outcome.best_epoch = m_done;
        m_outcome.after = figures;
        return {};
    }

    Status report(std::map<std::string, double> losses, const ValidationFigures& figures, bool best) {
        EpochReport epoch;
        epoch.epoch = m_done;
        epoch.epochs = m_outcome.planned;
        epoch.losses = std::move(losses);
        epoch.validation = figures;
        epoch.best = best;
        epoch.seconds = seconds();
        epoch.seconds_left = seconds_left(m_done);
        m_outcome.history.push_back(epoch);
        epoch.base = m_options.base;
        if (m_observer.epoch) m_observer.epoch(epoch);
        return {};
    }

    Status measure_start() {
        auto figures = figures_now();
        if (!figures) return figures.error();
        m_outcome.before = m_options.base.value_or(*figures);
        if (auto status = keep_best(*figures); !status) return status;
        m_before_epochs = seconds();
        return report({}, *figures, true);
    }

    Status cancelled_in(int epoch) {
        m_outcome.cancelled = true;
        m_outcome.note = "Cancelled in epoch " + std::to_string(epoch) + "; the best epoch was kept.";
        return {};
    }

    Status one_epoch() {
        const int epoch = m_done + 1;
        EpochModel::Way way;
        way.stop = [this] { return m_stop.stop_requested() || out_of_budget(); };
        way.tell = [this](double share) { tell(m_done + share); };
        std::map<std::string, double> losses;
        try {
            losses = m_model.train_epoch(epoch, m_outcome.planned, way);
        } catch (const std::exception& thrown) {
            const Error error = training_error(thrown);
            if (m_done == 0) return error;
            m_outcome.note = "Stopped in epoch " + std::to_string(epoch) + ": " + error.text +
                             " The best epoch before it was kept.";
            return {};
        }
        if (m_stop.stop_requested()) return cancelled_in(epoch);
        // One cut short is no epoch; where nothing else is to be kept, the first counts all the same.
        if (out_of_budget() && (m_done > 0 || m_options.keep_last)) {
            m_outcome.note =
                "The time was spent in epoch " + std::to_string(epoch) + "; the best epoch was kept.";
            return {};
        }
        for (const auto& [name, value] : losses) {
            if (std::isfinite(value)) continue;
            m_outcome.note = "The loss \"" + name + "\" was no longer a number in epoch " +
                             std::to_string(epoch) +
                             "; the best epoch before it was kept. A lower learning rate may help.";
            return {};
        }
        auto figures = figures_now();
        if (!figures && figures.error().kind == ErrorKind::Cancelled) return cancelled_in(epoch);
        if (!figures) {
            m_outcome.note = "Epoch " + std::to_string(epoch) +
                             " could not be measured: " + figures.error().text +
                             " The best epoch before it was kept.";
            return {};
        }
        m_done = epoch;
        plan();
        const bool best =
            m_options.keep_last || figures->map_at_r > m_outcome.after.map_at_r + m_options.min_gain;
        if (best) {
            if (auto status = keep_best(*figures); !status) return status;
        }
        if (auto status = report(std::move(losses), *figures, best); !status) return status;
        tell(m_done);
        if (m_options.patience > 0 && m_done - m_outcome.best_epoch >= m_options.patience &&
            m_done < last_epoch()) {
            m_outcome.note = "No better epoch since epoch " + std::to_string(m_outcome.best_epoch) +
                             "; stopped early after " + std::to_string(m_done) + " epochs.";
        }
        if (out_of_budget() && m_done < last_epoch() && m_outcome.note.empty())
            m_outcome.note = "The time was spent after epoch " + std::to_string(m_done) + ".";
        if (m_outcome.note.empty()) write_later(m_done == last_epoch());
        return {};
    }

    /// A later checkpoint that cannot be written costs a resumption, not what was learned: say so, go on.
    void write_later(bool always = true) {
        if (const Status written = write(always); !written && m_observer.message)
            m_observer.message("No checkpoint after epoch " + std::to_string(m_done) + ": " +
                               written.error().text +
                               " The training goes on; stopped now, it would resume from an earlier epoch.");
    }

    Status write(bool always) {
        if (m_options.checkpoint.empty()) return {};
        if (!always && seconds() - m_written < m_options.checkpoint_seconds) return {};
        json state;
        state["fingerprint"] = m_options.fingerprint;
        state["done"] = m_done;
        state["planned"] = m_outcome.planned;
        state["best_epoch"] = m_outcome.best_epoch;
        state["before"] = to_json(m_outcome.before);
        state["after"] = to_json(m_outcome.after);
        state["history"] = to_json(m_outcome.history);
        state["seconds"] = seconds();
        state["before_epochs"] = m_before_epochs;
        state["note"] = m_outcome.note;
        m_written = seconds();
        return write_checkpoint(files(), m_options.checkpoint, [&](torch::serialize::OutputArchive& archive) {
            put_text(archive, "state", state.dump(-1, ' ', false, json::error_handler_t::replace));
            put_text(archive, "best", m_best);
            torch::serialize::OutputArchive model;
            m_model.save(model);
            archive.write("model", model);
        });
    }

    /// False: there is none.
    Result<bool> read() {
        bool other = false;
        const auto status =
            read_checkpoint(files(), m_options.checkpoint, [&](torch::serialize::InputArchive& archive) {
                const json state = json::parse(get_text(archive, "state"));
                if (state.at("fingerprint").get<std::string>() != m_options.fingerprint) {
                    other = true;
                    return;
                }
                m_best = get_text(archive, "best");
                m_outcome.best_epoch = state.at("best_epoch").get<int>();
                m_outcome.before = figures_from(state.at("before"));
                m_outcome.after = figures_from(state.at("after"));
                m_outcome.history = history_from(state.at("history"));
                m_earlier = state.at("seconds").get<double>();
                m_before_epochs = state.at("before_epochs").get<double>();
                m_done = state.at("done").get<int>();
                m_outcome.planned = state.value("planned", m_options.epochs);
                m_outcome.note = state.value("note", "");
                torch::serialize::InputArchive model;
                archive.read("model", model);
                m_model.load(model);
            });
        if (!status && status.error().kind == ErrorKind::NotFound) return false;
        if (!status) return status.error();
        if (other)
            return Error{ErrorKind::Usage,
                         "The checkpoint \"" + m_options.checkpoint +
                             "\" belongs to a training with other pictures or settings. Repeat "
                             "those, or start anew without resuming."};
        if (m_observer.message) m_observer.message("Going on after epoch " + std::to_string(m_done) + ".");
        if (m_observer.epoch) {
            for (EpochReport report : m_outcome.history) {
                report.base = m_options.base;
                m_observer.epoch(report);
            }
        }
        return true;
    }

    FileSystem& files() const { return m_options.files != nullptr ? *m_options.files : FileSystem::posix(); }

    EpochModel& m_model;
    const EpochLoopOptions& m_options;
    const TrainingObserver& m_observer;
    std::stop_token m_stop;
    TrainingOutcome m_outcome;
    std::string m_best;
    int m_done = 0;
    double m_earlier = 0;        // seconds of the runs before this one
    double m_before_epochs = 0;  // seconds until the first epoch began
    double m_written = 0;
    bool m_told_plan = false;
    double m_start = 0;  // now() when this run began
};

}  // namespace

Result<TrainingOutcome> run_epochs(EpochModel& model, const EpochLoopOptions& options,
                                   const TrainingObserver& observer, std::stop_token stop) {
    try {
        at::globalContext().setFlushDenormal(true);
        return Loop(model, options, observer, std::move(stop)).run();
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

bool stays_with_base(TrainingOutcome& outcome) {
    if (outcome.epochs == 0 && !outcome.cancelled && !outcome.note.empty()) {
        add_note(outcome, "No model was made.");  // nothing was compared
        return true;
    }
    // Epoch 0 may be the base at a larger size; at its own it may be better.
    if (outcome.best_epoch > 0 && outcome.after.map_at_r > outcome.before.map_at_r) return false;
    if (outcome.cancelled) {
        outcome.note =
            "Cancelled before any epoch found classes it has not seen better than the model it "
            "began with, so no model was made.";
        return true;
    }
    add_note(
        outcome,
        "On classes it has not seen no epoch was better than the model it began with, so no model was made.");
    return true;
}

Error training_error(const std::exception& error) {
    const std::string what = error.what();
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
        what.find("out of memory") != std::string::npos ||
        what.find("not enough memory") != std::string::npos ||
        what.find("can't allocate") != std::string::npos)
        return {ErrorKind::TooLarge, "There is not enough memory for this training. Take smaller batches.",
                what};
    return {ErrorKind::Internal, "The training failed: " + what.substr(0, what.find('\n')) + ".", what};
}

TrainingThreads::TrainingThreads(int threads) : m_before(at::get_num_threads()) {
    at::globalContext().setFlushDenormal(true);
    const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    at::set_num_threads(threads > 0 ? threads : cores);
}

TrainingThreads::~TrainingThreads() {
    at::set_num_threads(m_before);
}

}  // namespace fieldmark
