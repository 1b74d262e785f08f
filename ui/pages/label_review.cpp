// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/label_review.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QPushButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include "ui/inspector/value_edit_command.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

constexpr std::size_t kMostVerdicts = 200;

}  // namespace

LabelReview::LabelReview(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session) {
    build(thumbnails);
    connect(&m_session, &Session::opened, this, [this](const LibrarySummary& summary) {
        m_read_only = summary.read_only;
        m_request = 0;  // the answer would be about another library
        m_run->setEnabled(true);
        clear(tr("Nothing looked for yet."));
    });
    connect(&m_session, &Session::summaryChanged, this,
            [this](const LibrarySummary& summary) { m_read_only = summary.read_only; });
    connect(&m_session, &Session::labelsReviewed, this,
            [this](RequestId id, const std::vector<DensityVerdict>& verdicts) {
                if (id == m_request) take_verdicts(verdicts);
            });
    connect(&m_session, &Session::reviewFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_request) return;
        m_request = 0;
        m_run->setEnabled(true);
        clear(Text::error(error));
    });
    connect(&m_session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        if (id == m_rows_request) m_rows = rows;
    });
}

void LabelReview::build(ThumbnailStore& thumbnails) {
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(unit * 2, unit * 2, unit * 2, unit);
    column->setSpacing(unit);
    column->addWidget(
        quiet_note(this, QStringLiteral("reviewText"),
                   tr("A model learned with appearance anchors knows how the pictures of each class are "
                      "spread. Pictures that fit another class better than their own may have a wrong "
                      "label. Only you can tell.")));
    auto* line = new QHBoxLayout;
    line->setSpacing(unit);
    m_run = new QPushButton(icon(QStringLiteral("search")), tr("&Look for doubtful labels"), this);
    m_run->setObjectName(QStringLiteral("reviewRun"));
    m_run->setToolTip(tr("Goes through the labelled pictures; nothing is changed"));
    connect(m_run, &QPushButton::clicked, this, &LabelReview::review);
    m_accept = new QPushButton(icon(QStringLiteral("check")), tr("Take the &better label"), this);
    m_accept->setObjectName(QStringLiteral("reviewAccept"));
    m_accept->setToolTip(tr("Gives the picture the label it fits better; can be undone (Ctrl+Z)"));
    connect(m_accept, &QPushButton::clicked, this, [this] { accept_verdict(true); });
    m_keep = new QPushButton(tr("&Keep the label"), this);
    m_keep->setObjectName(QStringLiteral("reviewKeep"));
    m_keep->setToolTip(tr("The label is right: take the picture off this list"));
    connect(m_keep, &QPushButton::clicked, this, [this] { accept_verdict(false); });
    line->addWidget(m_run);
    line->addStretch(1);
    line->addWidget(m_accept);
    line->addWidget(m_keep);
    column->addLayout(line);
    m_list = new PictureRows(thumbnails, this);  // after the buttons: so goes the Tab key
    m_list->setObjectName(QStringLiteral("reviewList"));
    m_list->setAccessibleName(tr("Doubtful labels"));
    connect(m_list, &PictureRows::lookAlikesRequested, this, &LabelReview::lookAlikesRequested);
    connect(m_list, &PictureRows::currentRowChanged, this, [this](int row) {
        const bool any = row >= 0 && !m_read_only;
        m_accept->setEnabled(any);
        m_keep->setEnabled(row >= 0);
    });
    column->addWidget(m_list, 1);
    clear(tr("Nothing looked for yet."));
}

void LabelReview::review() {
    if (m_request != 0 || m_field.empty()) return;
    m_reviewed_field = m_field;
    m_run->setEnabled(false);
    clear(tr("Looking…"));
    m_request = m_session.review_labels(m_reviewed_field);
}

void LabelReview::clear(const QString& why) {
    m_verdicts.clear();
    m_rows.clear();
    m_rows_request = 0;
    m_list->set_rows({});
    m_list->set_empty_text(why);
    m_accept->setEnabled(false);
    m_keep->setEnabled(false);
}

void LabelReview::take_verdicts(const std::vector<DensityVerdict>& verdicts) {
    m_request = 0;
    m_run->setEnabled(true);
    std::vector<PictureRow> rows;
    std::vector<ItemId> items;
    for (const DensityVerdict& verdict : verdicts) {
        if (verdict.mislabel <= 0 || verdict.better_class.empty()) continue;
        if (m_verdicts.size() >= kMostVerdicts) break;
        PictureRow row;
        row.query = verdict.item;
        row.title = Text::display_name(verdict.class_name);
        row.subtitle = tr("Fits “%1” better. Of the pictures of its class %2 of 100 are less typical.")
                           .arg(Text::display_name(verdict.better_class),
                                QString::number(std::clamp(static_cast<int>(verdict.typicality), 0, 100)));
        rows.push_back(std::move(row));
        items.push_back(verdict.item);
        m_verdicts.push_back(verdict);
    }
    m_list->set_empty_text(tr("No label looks doubtful."));
    m_list->set_rows(std::move(rows));
    m_list->setFocus();
    if (!items.empty()) m_rows_request = m_session.fetch_rows(items);
}

void LabelReview::accept_verdict(bool accept) {
    const int current = m_list->current_row();
    if (current < 0 || current >= static_cast<int>(m_verdicts.size())) return;
    const DensityVerdict verdict = m_verdicts[static_cast<std::size_t>(current)];
    if (accept) {
        ItemRow row;
        row.item.id = verdict.item;
        row.metadata[m_reviewed_field] = verdict.class_name;
        for (const ItemRow& known : m_rows) {
            if (known.item.id == verdict.item) row = known;
        }
        auto* command = new ValueEditCommand(m_session, {row}, m_reviewed_field, verdict.better_class);
        if (m_undo != nullptr) {
            m_undo->push(command);
        } else {
            command->redo();
            delete command;
        }
    }
    m_verdicts.erase(m_verdicts.begin() + current);
    m_list->rows().remove(current);
    if (m_verdicts.empty()) m_list->set_empty_text(tr("All doubtful labels are looked at."));
}

}  // namespace fieldmark
