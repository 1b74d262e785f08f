// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/query/match_controller.h"

#include <algorithm>
#include <set>

#include "ui/query/match_model.h"
#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

constexpr int kCropPause = 200;        // ms; a box being dragged
constexpr int kFilterPause = 150;      // ms; words being typed
constexpr int kQuietPause = 1000;      // ms between looks for new matches during an import
constexpr qint64 kFirstSecond = 1000;  // ms in which better matches replace what is shown

bool only_crops_differ(const std::vector<QueryImage>& a, const std::vector<QueryImage>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const QueryImage& one, const QueryImage& other) {
                          return one.negative == other.negative && same_subject(one, other);
                      });
}

}  // namespace

MatchController::MatchController(Session& session, MatchModel& model, QObject* parent)
    : QObject(parent), m_session(session), m_model(model) {
    m_debounce.setSingleShot(true);
    connect(&m_debounce, &QTimer::timeout, this, [this] { send(false); });
    m_quiet_timer.setSingleShot(true);
    m_quiet_timer.setInterval(kQuietPause);
    connect(&m_quiet_timer, &QTimer::timeout, this, [this] {
        if (!active()) return;
        if (m_current != 0 || m_debounce.isActive() || m_waiting_for_model)
            m_quiet_timer.start();  // what is under way may not see the newest commit
        else
            send(true);
    });

    connect(&session, &Session::searchFinished, this, [this](RequestId id, const SearchResponse& response) {
        if (id == m_current) take(response);
    });
    connect(&session, &Session::searchFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_current) return;
        m_current = 0;
        if (m_quiet || error.kind == ErrorKind::Cancelled) return;  // what is shown stays true to its query
        m_error = error;
        m_response.reset();
        m_model.clear();
        Q_EMIT failed(error);
        Q_EMIT headlineChanged();
    });
    connect(&session, &Session::itemsChanged, this, [this](const std::vector<ItemId>&) { quietly(); });
    connect(&session, &Session::modelChanged, this, [this](const ModelStatus& status) {
        if (m_waiting_for_model && !status.loading) {
            send(false);
        } else if (active()) {
            Q_EMIT headlineChanged();
        }
    });
    connect(&session, &Session::indexReady, this, [this](std::int64_t) { quietly(); });
    connect(&session, &Session::closed, this, &MatchController::clear);
}

MatchController::~MatchController() {
    if (m_current != 0) m_session.cancel_search(m_current);
}

void MatchController::setImages(std::vector<QueryImage> images) {
    if (images.empty()) {
        clear();
        return;
    }
    const bool crops_only = active() && only_crops_differ(images, m_images);
    m_images = std::move(images);
    schedule(crops_only ? kCropPause : 0);
}

void MatchController::setFilter(ItemQuery filter) {
    m_filter = std::move(filter);
    if (active()) schedule(kFilterPause);
}

void MatchController::setCount(int k) {
    m_count = std::max(1, k);
    if (active()) schedule(0);
}

void MatchController::setHideDuplicates(bool hide) {
    m_hide_duplicates = hide;
    if (active()) schedule(0);
}

void MatchController::setAutoCrop(bool on) {
    if (on == m_auto_crop) return;
    m_auto_crop = on;
    if (active()) schedule(0);
}

void MatchController::rerun() {
    if (active()) schedule(0);
}

void MatchController::clear() {
    m_debounce.stop();
    m_quiet_timer.stop();
    cancelCurrent();
    m_images.clear();
    m_response.reset();
    m_pending.reset();
    m_error.reset();
    m_waiting_for_model = false;
    m_new_matches = 0;
    m_model.clear();
    Q_EMIT newMatchesFound(0);
    Q_EMIT headlineChanged();
}

void MatchController::schedule(int milliseconds) {
    // A later change never shortens the wait that an earlier one asked for, and never runs beside it.
    if (milliseconds == 0) {
        m_debounce.stop();
        send(false);
    } else {
        m_debounce.start(milliseconds);
    }
}

bool MatchController::needsModel() const {
    return std::any_of(m_images.begin(), m_images.end(), [this](const QueryImage& image) {
        return !image.anchor && (m_auto_crop || image.item == 0 || !image.crop.whole());
    });
}

void MatchController::send(bool quiet) {
    cancelCurrent();
    if (!active()) return;
    m_pending.reset();
    if (m_new_matches != 0 && !quiet) {
        m_new_matches = 0;
        Q_EMIT newMatchesFound(0);
    }
    if (!quiet) m_error.reset();
    m_waiting_for_model = false;
    m_quiet = quiet;

    const bool positive = std::any_of(m_images.begin(), m_images.end(),
                                      [](const QueryImage& image) { return !image.negative; });
    if (!positive) {
        m_response.reset();
        m_model.clear();
        m_error = Error{ErrorKind::Usage, tr("Mark at least one picture as ‘like’.").toStdString()};
        Q_EMIT headlineChanged();
        return;
    }
    if (needsModel() && m_session.model().loading) {
        m_waiting_for_model = true;
        Q_EMIT headlineChanged();
        return;
    }
    SearchRequest request;
    request.images = m_images;
    request.k = m_count;
    request.filter = m_filter;
    request.hide_duplicates = m_hide_duplicates;
    request.auto_crop = m_auto_crop;
    m_current = m_session.search(request);
    if (quiet) return;
    Q_EMIT started();
    Q_EMIT headlineChanged();
}

void MatchController::quietly() {
    if (active() && !m_quiet_timer.isActive()) m_quiet_timer.start();
}

void MatchController::take(const SearchResponse& response) {
    const bool quiet = m_quiet;
    m_current = 0;
    m_quiet = false;
    m_error.reset();
    if (!quiet) {
        m_response = response;
        m_shown.start();
        m_model.setMatches(response.matches);
        Q_EMIT finished(response);
        Q_EMIT headlineChanged();
        return;
    }

    std::set<ItemId> shown;
    for (const Match& match : m_model.matches()) shown.insert(match.row.item.id);
    const auto fresh = static_cast<int>(
        std::count_if(response.matches.begin(), response.matches.end(),
                      [&](const Match& match) { return !shown.contains(match.row.item.id); }));
    // Nothing to see yet, or nothing new to disturb with: taken at once. So is all of the first second.
    const bool calm = fresh == 0 || shown.empty() || (m_shown.isValid() && m_shown.elapsed() < kFirstSecond);
    if (calm) {
        m_response = response;
        m_model.setMatches(response.matches);
        m_new_matches = 0;
    } else {
        // Only what is shown already is brought up to date: facts, never places.
        std::vector<ItemRow> rows;
        for (const Match& match : response.matches) {
            if (shown.contains(match.row.item.id)) rows.push_back(match.row);
        }
        m_model.updateRows(rows);
        m_pending = response;
        m_new_matches = fresh;
    }
    Q_EMIT newMatchesFound(m_new_matches);
    if (calm) Q_EMIT finished(response);
    Q_EMIT headlineChanged();
}

void MatchController::showNewMatches() {
    m_new_matches = 0;
    if (m_pending) {
        m_response = std::move(m_pending);
        m_pending.reset();
        m_shown.start();
        m_model.setMatches(m_response->matches);
        Q_EMIT newMatchesFound(0);
        Q_EMIT finished(*m_response);
        Q_EMIT headlineChanged();
    } else if (active()) {
        send(false);
    }
}

void MatchController::cancelCurrent() {
    if (m_current == 0) return;
    m_session.cancel_search(m_current);
    m_current = 0;
}

QString MatchController::headline() const {
    if (!active()) return {};
    if (m_waiting_for_model) return tr("Loading the model; the search starts by itself");
    if (m_error) return Text::error(*m_error);
    if (!m_response) return running() || m_debounce.isActive() ? tr("Searching") : QString();
    const SearchResponse& shown = *m_response;
    const SearchTimings& ms = shown.timings_ms;
    const QString way = shown.way == SearchWay::Graph ? tr("approximate") : tr("exact");
    const QString time = Text::duration((ms.decode + ms.embed + ms.search + ms.rows) / 1000);
    const auto count = static_cast<std::int64_t>(shown.matches.size());
    if (count == 0) return tr("no match among %1 · %2 · %3").arg(Text::count(shown.searched), way, time);
    if (count >= shown.searched) return tr("all %1 · %2 · %3").arg(Text::count(count), way, time);
    return tr("top %1 of %2 · %3 · %4").arg(Text::count(count), Text::count(shown.searched), way, time);
}

QString MatchController::coverage() const {
    const auto& shown = m_pending ? m_pending : m_response;
    if (!active() || !shown || shown->embedded >= shown->total) return {};
    return tr("%1 of %2 embedded").arg(Text::count(shown->embedded), Text::count(shown->total));
}

QString MatchController::note() const {
    return active() && m_response ? Text::display_name(m_response->note) : QString();
}

QString MatchController::timings() const {
    if (!active() || !m_response) return {};
    const SearchTimings& ms = m_response->timings_ms;
    return tr("Reading: %1\nEmbedding: %2\nSearching: %3\nFetching the rows: %4\nModel: %5")
        .arg(Text::duration(ms.decode / 1000), Text::duration(ms.embed / 1000),
             Text::duration(ms.search / 1000), Text::duration(ms.rows / 1000),
             Text::display_name(m_response->model));
}

}  // namespace fieldmark
