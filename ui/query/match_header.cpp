// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/query/match_header.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/query/match_controller.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"

namespace fieldmark {

namespace {
constexpr int kPatience = 300;  // ms before 'searching' is said
}

MatchHeader::MatchHeader(MatchController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller) {
    setObjectName(QStringLiteral("matchHeader"));
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(rhythm(this), rhythm(this) / 2, rhythm(this), rhythm(this) / 2);
    line->setSpacing(rhythm(this) * 2);

    m_headline = new QLabel(this);
    m_headline->setObjectName(QStringLiteral("matchHeadline"));
    m_headline->setAccessibleName(tr("What was searched"));
    m_headline->setTextInteractionFlags(Qt::TextSelectableByMouse);
    line->addWidget(m_headline);

    m_note = quiet_note(this, QStringLiteral("matchNote"));
    m_note->setAccessibleName(tr("Note about the matches"));
    m_note->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    line->addWidget(m_note, 1);

    m_show = new QToolButton(this);
    m_show->setObjectName(QStringLiteral("showNewMatches"));
    m_show->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_show->setToolTip(tr("Rank the new matches among those shown"));
    line->addWidget(m_show);
    connect(m_show, &QToolButton::clicked, &m_controller, &MatchController::showNewMatches);

    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, &MatchHeader::refresh);
    connect(&controller, &MatchController::started, this, [this] { m_patience.start(); });
    connect(&controller, &MatchController::headlineChanged, this, &MatchHeader::refresh);
    connect(&controller, &MatchController::newMatchesFound, this, [this](int count) {
        refresh();
        if (count > 0) {
            QAccessibleEvent event(m_show, QAccessible::Alert);
            QAccessible::updateAccessibility(&event);
        }
    });
    refresh();
}

void MatchHeader::refresh() {
    QString text = m_controller.headline();
    if (m_controller.running() && !m_patience.isActive()) text = tr("Searching");
    m_headline->setText(text);
    m_headline->setToolTip(m_controller.timings());

    QStringList notes{m_controller.coverage(), m_controller.note()};
    notes.removeAll(QString());
    m_note->setText(notes.join(QStringLiteral(" · ")));

    const int count = m_controller.newMatches();
    m_show->setVisible(count > 0);
    if (count > 0) m_show->setText(tr("%n new matches, show", nullptr, count));
    m_show->setAccessibleName(m_show->text());
}

}  // namespace fieldmark
