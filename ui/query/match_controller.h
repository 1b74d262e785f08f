// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "core/engine/session/session.h"

namespace fieldmark {

class MatchModel;

/// Keeps the matches true to the query: waits until a change has settled, cancels what it overtakes, and
/// takes in new pictures calmly. In the first second after an answer better matches replace it; later they
/// are only announced (newMatchesFound) until showNewMatches(). UI thread.
class MatchController : public QObject {
    Q_OBJECT
  public:
    MatchController(Session& session, MatchModel& model, QObject* parent = nullptr);
    ~MatchController() override;

    /// Empty: as clear(). A change of the crop alone waits 200 ms for the next one, other changes run at
    /// once.
    void setImages(std::vector<QueryImage> images);
    void setFilter(ItemQuery filter);
    void setCount(int k);
    void setHideDuplicates(bool hide);
    void setAutoCrop(bool on);  ///< SearchRequest::auto_crop
    void rerun();  ///< now
    void clear();
    void showNewMatches();

    bool active() const { return !m_images.empty(); }
    bool running() const { return m_current != 0 && !m_quiet; }
    const std::vector<QueryImage>& images() const { return m_images; }
    const std::optional<SearchResponse>& response() const { return m_response; }  ///< the one that is shown
    int newMatches() const { return m_new_matches; }

    /// Texts of the header line, "" where there is nothing to say.
    QString headline() const;  ///< "top 50 of 12,400 · exact · 14 ms", or what is being waited for
    QString coverage() const;  ///< "12,400 of 100,000 embedded" while that is not all
    QString note() const;      ///< the answer's own note
    QString timings() const;   ///< where the time went, several lines

  Q_SIGNALS:
    void started();
    void finished(const fieldmark::SearchResponse& response);
    void failed(const fieldmark::Error& error);
    void newMatchesFound(int count);  ///< 0: nothing new any more
    void headlineChanged();

  private:
    void schedule(int milliseconds);
    void send(bool quiet);
    void quietly();
    void take(const SearchResponse& response);
    void cancelCurrent();
    bool needsModel() const;

    Session& m_session;
    MatchModel& m_model;
    std::vector<QueryImage> m_images;
    ItemQuery m_filter;
    int m_count = 50;
    bool m_hide_duplicates = true;
    bool m_auto_crop = false;

    QTimer m_debounce;
    QTimer m_quiet_timer;
    QElapsedTimer m_shown;  ///< since the last answer to a change by the user
    RequestId m_current = 0;
    bool m_quiet = false;
    bool m_waiting_for_model = false;
    std::optional<SearchResponse> m_response;
    std::optional<SearchResponse> m_pending;
    std::optional<Error> m_error;
    int m_new_matches = 0;
};

}  // namespace fieldmark
