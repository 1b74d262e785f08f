// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/compare_pane.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/widgets/elided_label.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/image_view.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

ComparePane::ComparePane(Session& session, Role role, QWidget* parent)
    : QWidget(parent), m_role(role), m_session(session) {
    setObjectName(role == Role::Query   ? QStringLiteral("queryPane")
                  : role == Role::Match ? QStringLiteral("matchPane")
                                        : QStringLiteral("pinnedPane"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(unit / 2);
    m_view = new ImageView(session, this);
    m_view->setToolTip(
        tr("Wheel zooms, drag moves, double click switches between the whole picture and its pixels"));
    column->addWidget(m_view, 1);

    auto* line = new QHBoxLayout;
    line->setContentsMargins(unit / 2, 0, unit / 2, unit / 2);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    m_title = new ElidedLabel(this);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    words->addWidget(m_title);
    m_detail = new ElidedLabel(this);
    words->addWidget(m_detail);
    line->addLayout(words, 1);
    if (role == Role::Pinned) {
        m_close = new QToolButton(this);
        m_close->setObjectName(QStringLiteral("unpin"));
        m_close->setAutoRaise(true);
        m_close->setIcon(icon(QStringLiteral("close")));
        m_close->setToolTip(tr("Take this picture out of the comparison"));
        m_close->setAccessibleName(m_close->toolTip());
        connect(m_close, &QToolButton::clicked, this, &ComparePane::closeRequested);
        line->addWidget(m_close);
    }
    column->addLayout(line);
    connect(&session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        if (id != m_row_request || id == 0 || rows.empty() || rows.front().item.id == 0) return;
        m_row_request = 0;
        const QString title = Text::title(rows.front());
        const QString name = Text::file_name(rows.front().item.path);
        nameQuery(title == name ? name : title + QStringLiteral(" · ") + name);
    });
    recolour();
}

void ComparePane::setQuery(const QueryImage& query) {
    m_item = query.item;
    m_title_text =
        query.anchor ? tr("Query: %1", "name of an anchor").arg(Text::anchor(*query.anchor)) : tr("Query");
    m_part = !query.crop.whole();
    m_nearest = query.anchor != nullptr;
    nameQuery(!query.path.empty() ? Text::file_name(query.path)
              : query.item != 0   ? tr("a picture of the library")
                                  : tr("a pasted picture"));
    m_row_request = query.item != 0 ? m_session.fetch_rows({query.item}) : 0;
    m_view->setSource(query);
    updateTexts();
}

void ComparePane::nameQuery(const QString& name) {
    m_detail_text = m_nearest ? tr("shown by its nearest picture, %1").arg(name)
                    : m_part  ? tr("%1 · the part in the box").arg(name)
                              : name;
    updateTexts();
}

void ComparePane::setMatch(const Match& match, const QPixmap& preview) {
    m_item = match.row.item.id;
    QueryImage source;
    source.item = m_item;
    m_view->setSource(source, preview);
    setCaption(match);
}

void ComparePane::setCaption(const Match& match) {
    const QString name = Text::file_name(match.row.item.path);
    const QString title = Text::title(match.row);
    m_title_text = title;
    QStringList details;
    // Pictures set side by side from the gallery were not ranked.
    if (match.rank > 0) {
        details << (m_by_mark ? tr("rank %1 · mark %2", "rank, likeness of the mark")
                              : tr("rank %1 · score %2", "rank, score"))
                       .arg(Text::count(match.rank), Text::score(match.score));
    }
    if (title != name) details << name;
    if (!match.row.collection.empty()) details << Text::display_name(match.row.collection);
    m_detail_text = details.join(QStringLiteral(" · "));
    updateTexts();
}

void ComparePane::clear() {
    m_item = 0;
    m_title_text.clear();
    m_detail_text.clear();
    m_view->setSource(std::nullopt);
    updateTexts();
}

void ComparePane::setStandIn(const ComparePane* other) {
    m_stand_in = other;
    m_view->setStandIn(other != nullptr ? other->view() : nullptr);
    updateTexts();
}

void ComparePane::updateTexts() {
    const ComparePane& of = m_stand_in != nullptr ? *m_stand_in : *this;
    m_title->setFullText(of.m_title_text);
    m_detail->setFullText(of.m_detail_text);
    m_view->setAccessibleName(of.m_detail_text.isEmpty() ? tr("No picture") : of.m_title_text);
    m_view->setAccessibleDescription(of.m_detail_text);
}

void ComparePane::recolour() {
    QPalette quiet = palette();
    quiet.setColor(QPalette::WindowText, quiet_text(quiet));
    m_detail->setPalette(quiet);
}

void ComparePane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) recolour();
}

}  // namespace fieldmark
