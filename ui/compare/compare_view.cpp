// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/compare_view.h"

#include <algorithm>
#include <cmath>

#include <QAction>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/compare/compare_pane.h"
#include "ui/query/match_model.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"

namespace fieldmark {

namespace {

constexpr std::size_t kMaxPinned = 2;
constexpr int kBlinkInterval = 700;  // ms: slow enough to be no flicker
constexpr qint64 kHold = 350;        // ms from which a press of F is a hold
constexpr double kZoomStep = 1.25;

}  // namespace

CompareView::CompareView(Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setObjectName(QStringLiteral("compareView"));
    setAccessibleName(tr("Compare"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(unit / 2);

    QAction* close = addKey(QStringLiteral("compareClose"), tr("Back to the matches"), {Qt::Key_Escape});
    close->setIcon(icon(QStringLiteral("previous")));
    connect(close, &QAction::triggered, this, &CompareView::stepBack);
    m_previous = addKey(QStringLiteral("comparePrevious"), tr("Previous match"),
                        {Qt::Key_Left, Qt::Key_Up, Qt::Key_PageUp});
    m_previous->setIcon(icon(QStringLiteral("previous")));
    connect(m_previous, &QAction::triggered, this, &CompareView::previous);
    m_next = addKey(QStringLiteral("compareNext"), tr("Next match"),
                    {Qt::Key_Right, Qt::Key_Down, Qt::Key_PageDown, Qt::Key_Space});
    m_next->setIcon(icon(QStringLiteral("next")));
    connect(m_next, &QAction::triggered, this, &CompareView::next);
    QAction* first = addKey(QStringLiteral("compareFirst"), tr("First match"), {Qt::Key_Home});
    connect(first, &QAction::triggered, this, [this] { go(0); });
    QAction* last = addKey(QStringLiteral("compareLast"), tr("Last match"), {Qt::Key_End});
    connect(last, &QAction::triggered, this, [this] {
        if (m_model) go(m_model->rowCount() - 1);
    });

    m_flip = addKey(QStringLiteral("compareFlip"), tr("Flip"), {Qt::Key_F});
    m_flip->setIcon(icon(QStringLiteral("flip")));
    m_flip->setCheckable(true);
    m_flip->setToolTip(tr("Show the query in the match's place; hold the key to look only for a moment (F)"));
    connect(m_flip, &QAction::triggered, this, [this](bool on) {
        setBlinking(false);
        setFlipped(on);
        m_flip_pressed.start();
    });
    m_blink_action = addKey(QStringLiteral("compareBlink"), tr("Blink"), {Qt::Key_B});
    m_blink_action->setCheckable(true);
    m_blink_action->setToolTip(
        tr("Query and match in turn in the same place, so that differences jump out (B)"));
    connect(m_blink_action, &QAction::triggered, this, &CompareView::setBlinking);
    m_why = addKey(QStringLiteral("compareWhy"), tr("Why"), {Qt::Key_W});
    m_why->setIcon(icon(QStringLiteral("why")));
    m_why->setCheckable(true);
    m_why->setToolTip(tr("Show which places carry the score; hold the key to look only for a moment (W)"));
    connect(m_why, &QAction::triggered, this, [this](bool on) {
        setExplaining(on);
        m_why_pressed.start();
    });
    m_mark = addKey(QStringLiteral("compareMark"), tr("Find mark"), {Qt::Key_M});
    m_mark->setIcon(icon(QStringLiteral("crop")));
    m_mark->setCheckable(true);
    m_mark->setToolTip(tr("Choose a region of the query and rank the matches by that region alone (M)"));
    connect(m_mark, &QAction::triggered, this, &CompareView::setChoosingMark);
    m_wipe = addKey(QStringLiteral("compareWipe"), tr("Wipe"), {Qt::Key_D});
    m_wipe->setCheckable(true);
    m_wipe->setToolTip(tr("Query and match in the same place, parted by a line to drag (D)"));
    connect(m_wipe, &QAction::triggered, this, &CompareView::setWiping);
    m_tone = addKey(QStringLiteral("compareTone"), tr("Light"), {Qt::Key_A});
    m_tone->setCheckable(true);
    m_tone->setToolTip(tr("Brightness and contrast of the pictures shown here; no file changes (A)"));
    connect(m_tone, &QAction::triggered, this, &CompareView::showTools);
    m_look = addKey(QStringLiteral("compareLook"), tr("Look inside"), {Qt::Key_I});
    m_look->setToolTip(tr("What the model looks at in this picture (I)"));
    connect(m_look, &QAction::triggered, this, &CompareView::look);
    m_link = addKey(QStringLiteral("compareLink"), tr("Link"), {Qt::Key_L});
    m_link->setCheckable(true);
    m_link->setChecked(true);
    m_link->setToolTip(tr("Zoom and move all pictures together (L)"));
    connect(m_link, &QAction::triggered, this, &CompareView::setLinked);
    m_pin = addKey(QStringLiteral("comparePin"), tr("Pin"), {Qt::Key_P});
    m_pin->setToolTip(tr("Keep this match in view while going on to others (P)"));
    connect(m_pin, &QAction::triggered, this, &CompareView::pinCurrent);

    const auto on_leader = [this](void (ImageView::*what)()) {
        return [this, what] {
            const auto all = panes();
            const auto focused = std::find_if(all.begin(), all.end(),
                                              [](ComparePane* pane) { return pane->view()->hasFocus(); });
            ((focused != all.end() ? *focused : m_match_pane)->view()->*what)();
        };
    };
    QAction* whole = addKey(QStringLiteral("compareFit"), tr("Whole picture"), {Qt::CTRL | Qt::Key_0});
    whole->setIcon(icon(QStringLiteral("zoom-fit")));
    connect(whole, &QAction::triggered, this, on_leader(&ImageView::fit));
    QAction* pixels = addKey(QStringLiteral("compareOneToOne"), tr("Pixel by pixel"), {Qt::CTRL | Qt::Key_1});
    pixels->setIcon(icon(QStringLiteral("zoom-one")));
    connect(pixels, &QAction::triggered, this, on_leader(&ImageView::actualSize));
    QAction* in = addKey(QStringLiteral("compareZoomIn"), tr("Zoom in"),
                         {Qt::Key_Plus, Qt::Key_Equal, Qt::CTRL | Qt::Key_Plus});
    connect(in, &QAction::triggered, this, [this] { m_match_pane->view()->zoomBy(kZoomStep); });
    QAction* out =
        addKey(QStringLiteral("compareZoomOut"), tr("Zoom out"), {Qt::Key_Minus, Qt::CTRL | Qt::Key_Minus});
    connect(out, &QAction::triggered, this, [this] { m_match_pane->view()->zoomBy(1 / kZoomStep); });

    m_bar = new QWidget(this);
    m_bar->setObjectName(QStringLiteral("compareBar"));
    // In as many lines as a narrow window or a wordy language needs.
    auto* bar = new FlowLayout(m_bar);
    bar->setContentsMargins(unit / 2, unit / 2, unit / 2, 0);
    bar->setSpacing(unit / 2);
    // Esc undoes one thing after the other; the button leaves at once.
    auto* leave = new QToolButton(m_bar);
    leave->setObjectName(QStringLiteral("compareCloseButton"));
    leave->setAutoRaise(true);
    leave->setFocusPolicy(Qt::TabFocus);
    leave->setIcon(close->icon());
    leave->setText(close->text());
    leave->setToolTip(close->toolTip());
    leave->setAccessibleName(close->text());
    leave->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(leave, &QToolButton::clicked, this, &CompareView::closed);
    bar->addWidget(leave);
    addButton(m_previous)->setToolButtonStyle(Qt::ToolButtonIconOnly);
    m_position = new QLabel(m_bar);
    m_position->setObjectName(QStringLiteral("comparePosition"));
    m_position->setAlignment(Qt::AlignCenter);
    m_position->setMinimumHeight(leave->sizeHint().height());
    bar->addWidget(m_position);
    addButton(m_next)->setToolButtonStyle(Qt::ToolButtonIconOnly);
    for (QAction* action : {m_why, m_mark, m_flip, m_blink_action, m_wipe, m_tone, m_look, m_link, m_pin})
        addButton(action);
    for (QAction* action : {whole, pixels}) addButton(action)->setToolButtonStyle(Qt::ToolButtonIconOnly);
    column->addWidget(m_bar);
    m_banner = makeBanner();
    column->addWidget(m_banner);
    m_tools = makeTools();
    column->addWidget(m_tools);

    m_reason = new QLabel(this);
    m_reason->setObjectName(QStringLiteral("compareReason"));
    m_reason->setAlignment(Qt::AlignCenter);
    m_reason->setWordWrap(true);
    m_reason->setTextFormat(Qt::RichText);
    m_reason->hide();
    column->addWidget(m_reason);

    m_grid = new QGridLayout;
    m_grid->setContentsMargins(unit / 2, 0, unit / 2, 0);
    m_grid->setSpacing(unit);
    column->addLayout(m_grid, 1);
    m_query_pane = new ComparePane(session, ComparePane::Role::Query, this);
    m_match_pane = new ComparePane(session, ComparePane::Role::Match, this);
    for (ComparePane* pane : {m_query_pane, m_match_pane})
        connect(pane->view(), &ImageView::viewpointChanged, this, [this, pane] { follow(pane); });
    setFocusProxy(m_match_pane->view());
    connect(m_query_pane->view(), &ImageView::regionSelected, this, &CompareView::findMark);
    connect(m_match_pane->view(), &ImageView::wipeMoved, this, [this](double share) {
        m_wipe_slider->setValue(static_cast<int>(std::lround(share * m_wipe_slider->maximum())));
    });
    m_marked = new MatchModel(this);

    connect(&session, &Session::markProgress, this, [this](RequestId id, int done, int total) {
        if (!m_search || id != m_search->request) return;
        say(tr("Looking for the mark: %1 of %2", "pictures done, of all")
                .arg(Text::count(done), Text::count(total)),
            tr("Cancel"));
    });
    connect(&session, &Session::markFound, this, [this](RequestId id, const MarkReport& report) {
        if (!m_search || id != m_search->request) return;
        m_ranking = MarkRanking{m_search->region, report};
        m_search.reset();
        rankByMark();
        if (m_ranking) go(0);
    });
    connect(&session, &Session::markFailed, this, [this](RequestId id, const Error& error) {
        if (!m_search || id != m_search->request) return;
        m_search.reset();
        applyMarks();  // those of the ranking before, if there is one
        say(Text::error(error), m_ranking ? tr("Back to whole pictures") : tr("Close"));
    });

    connect(&session, &Session::explained, this, [this](RequestId id, const Explanation& explanation) {
        if (id == m_explanation && id != 0) showExplanation(explanation);
    });
    connect(&session, &Session::explanationFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_explanation || id == 0) return;
        m_explanation = 0;
        m_reason->setText(Text::error(error).toHtmlEscaped());
    });

    m_blink.setInterval(kBlinkInterval);
    connect(&m_blink, &QTimer::timeout, this, [this] { setFlipped(!m_flipped); });
    relayout();
    updateTexts();
}

QWidget* CompareView::makeBanner() {
    auto* banner = new QWidget(this);
    banner->setObjectName(QStringLiteral("compareMarkBanner"));
    auto* line = new QHBoxLayout(banner);
    const int unit = rhythm(this);
    line->setContentsMargins(unit, 0, unit, 0);
    line->setSpacing(unit);
    m_banner_text = new QLabel(banner);
    m_banner_text->setObjectName(QStringLiteral("compareMarkText"));
    m_banner_text->setTextFormat(Qt::PlainText);
    m_banner_text->setWordWrap(true);
    m_banner_text->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    line->addWidget(m_banner_text, 1);  // the two stand together, in the middle
    m_banner_button = new QToolButton(banner);
    m_banner_button->setObjectName(QStringLiteral("compareMarkBack"));
    m_banner_button->setFocusPolicy(Qt::TabFocus);
    connect(m_banner_button, &QToolButton::clicked, this, &CompareView::stepBack);
    line->addWidget(m_banner_button);
    line->addStretch(1);
    banner->hide();
    return banner;
}

QWidget* CompareView::makeTools() {
    auto* tools = new QWidget(this);
    tools->setObjectName(QStringLiteral("compareTools"));
    const int unit = rhythm(this);
    auto* flow = new FlowLayout(tools);
    flow->setContentsMargins(unit / 2, 0, unit / 2, 0);
    flow->setSpacing(unit);
    const auto group = [&](const QString& name) {
        auto* box = new QWidget(tools);
        box->setObjectName(name);
        auto* line = new QHBoxLayout(box);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(unit);
        flow->addWidget(box);
        return box;
    };
    const auto slider = [&](QWidget* box, const QString& name, const QString& text, int least, int most) {
        auto* one = new QSlider(Qt::Horizontal, box);
        one->setObjectName(name);
        one->setAccessibleName(text);
        one->setToolTip(text);
        one->setRange(least, most);
        one->setPageStep((most - least) / 10);
        one->setMinimumWidth(unit * 14);
        one->installEventFilter(this);
        return one;
    };

    m_wipe_tool = group(QStringLiteral("compareWipeTool"));
    m_wipe_slider = slider(m_wipe_tool, QStringLiteral("compareWipeSlider"),
                           tr("Where the query ends and the match begins"), 0, 1000);
    m_wipe_slider->setValue(500);
    m_wipe_tool->layout()->addWidget(new QLabel(tr("Query"), m_wipe_tool));
    m_wipe_tool->layout()->addWidget(m_wipe_slider);
    m_wipe_tool->layout()->addWidget(new QLabel(tr("Match"), m_wipe_tool));
    connect(m_wipe_slider, &QSlider::valueChanged, this, [this](int value) {
        if (m_wiping) m_match_pane->view()->setWipe(m_query_pane->view(), value / 1000.0);
    });

    m_tone_tool = group(QStringLiteral("compareToneTool"));
    m_brightness = slider(m_tone_tool, QStringLiteral("compareBrightness"),
                          tr("Brightness, for display only"), -100, 100);
    m_contrast =
        slider(m_tone_tool, QStringLiteral("compareContrast"), tr("Contrast, for display only"), -100, 100);
    m_tone_tool->layout()->addWidget(new QLabel(tr("Brightness"), m_tone_tool));
    m_tone_tool->layout()->addWidget(m_brightness);
    m_tone_tool->layout()->addWidget(new QLabel(tr("Contrast"), m_tone_tool));
    m_tone_tool->layout()->addWidget(m_contrast);
    auto* reset = new QToolButton(m_tone_tool);
    reset->setObjectName(QStringLiteral("compareToneReset"));
    reset->setText(tr("Reset"));
    reset->setToolTip(tr("Show the pictures as they are"));
    reset->setAccessibleName(reset->toolTip());
    reset->setFocusPolicy(Qt::TabFocus);
    m_tone_tool->layout()->addWidget(reset);
    // The flow's lines start at the top: of one height they stand on one line.
    for (QWidget* box : {m_wipe_tool, m_tone_tool}) box->setMinimumHeight(reset->sizeHint().height());
    for (QSlider* one : {m_brightness, m_contrast})
        connect(one, &QSlider::valueChanged, this, &CompareView::setTone);
    connect(reset, &QToolButton::clicked, this, [this] {
        m_brightness->setValue(0);
        m_contrast->setValue(0);
    });
    tools->hide();
    m_wipe_tool->hide();
    m_tone_tool->hide();
    return tools;
}

void CompareView::showTools() {
    m_wipe_tool->setVisible(m_wiping);
    m_tone_tool->setVisible(m_tone->isChecked());
    m_tools->setVisible(m_wiping || m_tone->isChecked());
}

void CompareView::setTone() {
    for (ComparePane* pane : panes()) pane->view()->setTone(m_brightness->value(), m_contrast->value());
}

void CompareView::setWiping(bool wiping) {
    m_wiping = wiping && m_query.has_value() && m_shown_item != 0;
    m_wipe->setChecked(m_wiping);
    if (m_wiping) {
        setBlinking(false);
        setFlipped(false);
    }
    m_match_pane->view()->setWipe(m_wiping ? m_query_pane->view() : nullptr, m_wipe_slider->value() / 1000.0);
    showTools();
}

bool CompareView::eventFilter(QObject* watched, QEvent* event) {
    // On a slider the arrows move it; elsewhere they go from match to match.
    if (event->type() == QEvent::ShortcutOverride && qobject_cast<QSlider*>(watched) != nullptr) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
            case Qt::Key_Left:
            case Qt::Key_Right:
            case Qt::Key_Up:
            case Qt::Key_Down:
            case Qt::Key_PageUp:
            case Qt::Key_PageDown:
            case Qt::Key_Home:
            case Qt::Key_End:
                event->accept();
                return true;
            default:
                break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void CompareView::stepBack() {
    if (m_choosing) {
        setChoosingMark(false);
    } else if (m_search) {
        stopSearch();
    } else if (m_ranking || m_banner->isVisible()) {
        rankByWhole();
    } else {
        Q_EMIT closed();
    }
}

void CompareView::look() {
    if (!m_query) return;
    const auto all = panes();
    const auto focused =
        std::find_if(all.begin(), all.end(), [](ComparePane* pane) { return pane->view()->hasFocus(); });
    const ComparePane* pane = focused != all.end() ? *focused : m_match_pane;
    QueryImage picture;
    picture.item = pane->item();
    if (pane == m_query_pane || pane->item() == 0) picture = *m_query;
    Q_EMIT lookRequested(picture, pane->name());
}

void CompareView::say(const QString& text, const QString& way_back) {
    m_banner_text->setText(text);
    m_banner_button->setText(way_back);
    m_banner_button->setAccessibleName(way_back);
    m_banner_button->setToolTip(
        tr("%1 (%2)", "action, key")
            .arg(way_back, QKeySequence(Qt::Key_Escape).toString(QKeySequence::NativeText)));
    m_banner->show();
}

void CompareView::setChoosingMark(bool choosing) {
    m_choosing = choosing && m_query.has_value() && m_shown_item != 0;
    m_mark->setChecked(m_choosing);
    m_query_pane->view()->setSelecting(m_choosing);
    if (m_choosing) {
        setBlinking(false);
        setFlipped(false);
        QString hint = tr("Draw a box around a mark of the query, or click on it");
        if (m_query->anchor) {
            hint =
                m_query->anchor->prototype
                    ? tr("Draw a box around a mark of the picture nearest to the prototype, or click on it")
                    : tr("Draw a box around a mark of the picture nearest to the anchor, or click on it");
        }
        say(hint, tr("Cancel"));
        m_query_pane->view()->setFocus(Qt::OtherFocusReason);
    } else if (m_search) {
        return;  // the banner tells how far that is
    } else if (m_ranking) {
        sayRanking();
    } else {
        m_banner->hide();
    }
}

void CompareView::sayRanking() {
    // Not every match is looked at, and some cannot be: the others are not shown here.
    const int ranked = m_marked->rowCount(), all = m_all ? m_all->rowCount() : ranked;
    say(ranked < all ? tr("Ranked by the mark: %1 of %2 matches", "looked at, all")
                           .arg(Text::count(ranked), Text::count(all))
                     : tr("Ranked by the mark"),
        tr("Back to whole pictures"));
}

void CompareView::findMark(const Crop& region) {
    if (!m_query || !m_all) return;
    setChoosingMark(false);
    constexpr std::size_t kMost = 200;
    MarkRequest request;
    request.query = *m_query;
    request.region = region;
    for (const Match& match : m_all->matches()) {
        if (request.items.size() == kMost) break;
        request.items.push_back(match.row.item.id);
    }
    if (request.items.empty()) return;
    const int total = static_cast<int>(request.items.size());
    m_search = MarkSearch{m_session.find_mark(request), region};
    say(tr("Looking for the mark: %1 of %2", "pictures done, of all").arg(Text::count(0), Text::count(total)),
        tr("Cancel"));
    applyMarks();
    m_match_pane->view()->setFocus(Qt::OtherFocusReason);
}

void CompareView::stopSearch() {
    if (!m_search) return;
    m_session.cancel_mark();
    m_search.reset();
    applyMarks();
    if (m_ranking) {
        sayRanking();
    } else {
        m_banner->hide();
    }
}

void CompareView::forgetMark() {
    stopSearch();
    m_ranking.reset();
    m_banner->hide();
    applyMarks();
}

void CompareView::rankByWhole() {
    const bool ranked = m_ranking.has_value();
    forgetMark();
    // The match that is looked at stays; it has its old place again.
    if (ranked) goThrough(m_all, m_all ? m_all->rowOf(m_shown_item) : -1);
}

void CompareView::rankByMark() {
    if (!m_all || !m_ranking) return;
    std::vector<Match> ranked;
    for (const MarkSighting& sighting : m_ranking->report.sightings) {
        const Match* match = m_all->match(m_all->rowOf(sighting.item));
        if (match == nullptr || !sighting.seen()) continue;
        ranked.push_back(*match);
        ranked.back().rank = static_cast<int>(ranked.size());
        ranked.back().score = sighting.similarity;
    }
    if (ranked.empty()) {
        const auto& sightings = m_ranking->report.sightings;
        const QString why = sightings.empty() || sightings.front().seen()
                                ? tr("There is no picture to look for the mark in")
                                : Text::error(sightings.front().error);
        rankByWhole();
        say(why, tr("Close"));
        return;
    }
    const ItemId shown = m_shown_item;
    m_marked->setMatches(std::move(ranked));
    goThrough(m_marked, m_marked->rowOf(shown));
    // While another mark is looked for, the banner is that search's.
    if (!m_search) sayRanking();
    applyMarks();
}

void CompareView::applyMarks() {
    std::optional<Crop> region;
    if (m_search) {
        region = m_search->region;
    } else if (m_ranking) {
        region = m_ranking->region;
    }
    m_query_pane->view()->setMark(region);
    for (ComparePane* pane : panes()) {
        if (pane == m_query_pane) continue;
        // Boxes belong to the region that the query shows: none until the one looked for is found.
        std::optional<Crop> box;
        if (m_ranking && !m_search) {
            for (const MarkSighting& one : m_ranking->report.sightings)
                if (one.item == pane->item() && one.seen()) box = one.box;
        }
        pane->view()->setMark(box);
    }
}

QAction* CompareView::addKey(const QString& name, const QString& text, const QList<QKeySequence>& keys) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    action->setAutoRepeat(name == QLatin1String("compareNext") || name == QLatin1String("comparePrevious") ||
                          name.startsWith(QLatin1String("compareZoom")));
    action->setToolTip(
        tr("%1 (%2)", "action, key").arg(text, keys.front().toString(QKeySequence::NativeText)));
    addAction(action);
    return action;
}

QToolButton* CompareView::addButton(QAction* action) {
    auto* button = new QToolButton(m_bar);
    button->setObjectName(action->objectName() + QStringLiteral("Button"));
    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setAccessibleName(action->text());
    button->setToolButtonStyle(action->icon().isNull() ? Qt::ToolButtonTextOnly
                                                       : Qt::ToolButtonTextBesideIcon);
    m_bar->layout()->addWidget(button);
    return button;
}

std::vector<ComparePane*> CompareView::panes() const {
    std::vector<ComparePane*> all{m_query_pane, m_match_pane};
    all.insert(all.end(), m_pinned.begin(), m_pinned.end());
    return all;
}

int CompareView::paneCount() const {
    return static_cast<int>(panes().size());
}

void CompareView::setQuery(const QueryImage& query) {
    m_query = query;
    setChoosingMark(false);
    rankByWhole();
    setBlinking(false);
    setFlipped(false);
    for (ComparePane* pane : m_pinned) pane->deleteLater();
    for (ComparePane* pane : m_pinned) pane->hide();
    m_pinned.clear();
    m_query_pane->setQuery(query);
    explainCurrent();
    for (ComparePane* pane : panes()) pane->view()->setViewpoint({});
    relayout();
}

void CompareView::setMatches(const MatchModel* model, int current) {
    if (m_all) disconnect(m_all, nullptr, this, nullptr);
    forgetMark();
    m_all = model;
    if (model != nullptr) {
        const auto refresh = [this] {
            if (m_ranking) {
                rankByMark();  // what was removed goes from the marked ones too
            } else {
                showCurrent();
            }
        };
        connect(model, &QAbstractItemModel::rowsInserted, this, refresh);
        connect(model, &QAbstractItemModel::rowsRemoved, this, refresh);
        connect(model, &QAbstractItemModel::layoutChanged, this, refresh);
        connect(model, &QAbstractItemModel::dataChanged, this, refresh);
        connect(model, &QAbstractItemModel::modelReset, this, refresh);
    }
    goThrough(model, current);
}

void CompareView::goThrough(const MatchModel* model, int row) {
    m_model = model;
    m_match_pane->setByMark(m_ranking.has_value());
    m_current = QPersistentModelIndex();
    if (model != nullptr && model->rowCount() > 0)
        m_current = model->index(std::clamp(row, 0, model->rowCount() - 1));
    showCurrent();
}

int CompareView::current() const {
    return m_current.isValid() ? m_current.row() : -1;
}

void CompareView::go(int row) {
    if (!m_model || row < 0 || row >= m_model->rowCount() || row == current()) return;
    m_current = m_model->index(row);
    showCurrent();
    Q_EMIT currentChanged(m_all ? m_all->rowOf(m_shown_item) : row);
}

void CompareView::next() {
    go(current() + 1);
}
void CompareView::previous() {
    go(current() - 1);
}

void CompareView::showCurrent() {
    // The match that was shown may have been removed; its place is taken by the one that stands there now.
    if (!m_current.isValid() && m_model && m_model->rowCount() > 0) m_current = m_model->index(0);
    const Match* match = m_model && m_current.isValid() ? m_model->match(m_current.row()) : nullptr;
    if (match == nullptr) {
        m_shown_item = 0;
        m_match_pane->clear();
        explainCurrent();
    } else if (match->row.item.id != m_shown_item) {
        m_shown_item = match->row.item.id;
        const QPixmap preview =
            m_thumbnails != nullptr
                ? m_thumbnails->pixmap(m_shown_item, static_cast<int>(256 * devicePixelRatioF()))
                : QPixmap();
        m_match_pane->setMatch(*match, preview);
        // Coming to another match one wants to see it, at the place one looks at.
        if (!isBlinking()) setFlipped(false);
        if (m_linked) follow(m_query_pane);
        applyMarks();
        explainCurrent();
    } else {
        m_match_pane->setCaption(*match);
    }
    updateTexts();
}

void CompareView::setLinked(bool linked) {
    m_linked = linked;
    m_link->setChecked(linked);
    if (linked) follow(m_match_pane);
}

void CompareView::follow(const ComparePane* leader) {
    if (!m_linked) return;
    for (ComparePane* pane : panes()) {
        if (pane != leader) pane->view()->setViewpoint(leader->view()->viewpoint());
    }
}

void CompareView::setFlipped(bool flipped) {
    m_flipped = flipped && m_query.has_value() && m_shown_item != 0;
    if (m_flipped && m_wiping) setWiping(false);
    m_flip->setChecked(m_flipped);
    m_match_pane->setStandIn(m_flipped ? m_query_pane : nullptr);
}

void CompareView::setExplaining(bool explaining) {
    m_why->setChecked(explaining);
    if (explaining == m_explaining) return;
    m_explaining = explaining;
    m_reason->setVisible(explaining);
    explainCurrent();
}

void CompareView::clearExplanation() {
    if (m_explanation != 0) m_session.cancel_explanation();
    m_explanation = 0;
    m_reason->clear();
    m_query_pane->view()->setOverlay(nullptr);
    m_match_pane->view()->setOverlay(nullptr);
}

void CompareView::explainCurrent() {
    clearExplanation();
    if (!m_explaining || !m_query || m_shown_item == 0) return;
    QueryImage match;
    match.item = m_shown_item;
    m_reason->setText(tr("Looking for what the two have in common"));
    m_explanation = m_session.explain(*m_query, match);
}

void CompareView::showExplanation(const Explanation& explanation) {
    m_explanation = 0;
    m_query_pane->view()->setOverlay(std::make_shared<PictureOverlay>(query_overlay(explanation)));
    m_match_pane->view()->setOverlay(std::make_shared<PictureOverlay>(match_overlay(explanation)));
    // An anchor is no picture and has no places; its own score stands in the match's caption.
    const QString of_nearest =
        !m_query || !m_query->anchor ? QString()
        : m_query->anchor->prototype
            ? tr("Of the prototype's nearest picture, not of the prototype:").toHtmlEscaped() +
                  QLatin1Char(' ')
            : tr("Of the anchor's nearest picture, not of the anchor:").toHtmlEscaped() + QLatin1Char(' ');
    if (!explanation.exact) {
        m_reason->setText(of_nearest + tr("Where the model looks, and places that look alike"));
        return;
    }
    QStringList terms;
    // The last term takes what the others' two digits leave, so that the numbers shown add up.
    const auto cents = [](double share) { return qRound(share * 100); };
    int rest = cents(explanation.score);
    for (std::size_t i = 0; i < explanation.parts.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        rest -= cents(explanation.parts[i].contribution);
        terms << tr("place %1: %2", "number, share of the score")
                     .arg(Text::count(number),
                          Text::score(static_cast<float>(explanation.parts[i].contribution)));
    }
    terms << tr("everything else: %1", "share of the score").arg(Text::score(static_cast<float>(rest) / 100));
    m_reason->setText(of_nearest + tr("Score %1 = %2", "score, its parts")
                                       .arg(Text::score(static_cast<float>(explanation.score)),
                                            terms.join(QStringLiteral(" + ")))
                                       .toHtmlEscaped());
}

void CompareView::setBlinking(bool blinking) {
    m_blink_action->setChecked(blinking);
    if (blinking == m_blink.isActive()) return;
    if (blinking) {
        setFlipped(true);
        m_blink.start();
    } else {
        m_blink.stop();
        setFlipped(false);
    }
}

void CompareView::pinCurrent() {
    const Match* match = m_model && m_current.isValid() ? m_model->match(m_current.row()) : nullptr;
    if (match == nullptr) return;
    const ItemId item = match->row.item.id;
    if (std::any_of(m_pinned.begin(), m_pinned.end(),
                    [item](ComparePane* pane) { return pane->item() == item; }))
        return;
    if (m_pinned.size() >= kMaxPinned) unpin(m_pinned.front());
    auto* pane = new ComparePane(m_session, ComparePane::Role::Pinned, this);
    connect(pane, &ComparePane::closeRequested, this, [this, pane] { unpin(pane); });
    connect(pane->view(), &ImageView::viewpointChanged, this, [this, pane] { follow(pane); });
    m_pinned.push_back(pane);
    const QPixmap preview = m_thumbnails != nullptr
                                ? m_thumbnails->pixmap(item, static_cast<int>(256 * devicePixelRatioF()))
                                : QPixmap();
    pane->setByMark(m_ranking.has_value());
    pane->setMatch(*match, preview);
    pane->view()->setTone(m_brightness->value(), m_contrast->value());
    pane->show();
    applyMarks();
    relayout();
    if (m_linked) follow(m_match_pane);
    next();
}

void CompareView::unpin(ComparePane* pane) {
    std::erase(m_pinned, pane);
    pane->hide();
    pane->deleteLater();
    relayout();
    m_match_pane->view()->setFocus(Qt::OtherFocusReason);
}

void CompareView::relayout() {
    while (QLayoutItem* item = m_grid->takeAt(0)) delete item;  // the widgets stay
    const auto all = panes();
    const int columns = all.size() == 4 ? 2 : static_cast<int>(all.size());
    for (int i = 0; i < 4; ++i) {
        m_grid->setColumnStretch(i, i < columns ? 1 : 0);
        m_grid->setRowStretch(i, i < (static_cast<int>(all.size()) + columns - 1) / columns ? 1 : 0);
    }
    for (int i = 0; i < static_cast<int>(all.size()); ++i)
        m_grid->addWidget(all[static_cast<std::size_t>(i)], i / columns, i % columns);
}

void CompareView::updateTexts() {
    const int count = m_model ? m_model->rowCount() : 0;
    const int row = current();
    m_position->setText(row < 0
                            ? tr("no match")
                            : tr("%1 of %2", "rank, count").arg(Text::count(row + 1), Text::count(count)));
    // As wide as it will ever be, so that the arrows stay under the pointer.
    const QString widest = tr("%1 of %2", "rank, count").arg(Text::count(count), Text::count(count));
    m_position->setMinimumWidth(fontMetrics().horizontalAdvance(widest) + rhythm(this));
    m_previous->setEnabled(row > 0);
    m_next->setEnabled(row >= 0 && row + 1 < count);
    m_pin->setEnabled(row >= 0);
    m_flip->setEnabled(row >= 0);
    m_why->setEnabled(row >= 0);
    for (QAction* action : {m_mark, m_wipe, m_tone, m_look}) action->setEnabled(row >= 0);
    m_blink_action->setEnabled(row >= 0);
}

void CompareView::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_F && !event->isAutoRepeat() && m_flip_pressed.isValid()) {
        if (m_flip_pressed.elapsed() >= kHold) setFlipped(!m_flipped);  // it was only for a moment
        m_flip_pressed.invalidate();
        return;
    }
    if (event->key() == Qt::Key_W && !event->isAutoRepeat() && m_why_pressed.isValid()) {
        if (m_why_pressed.elapsed() >= kHold) setExplaining(!m_explaining);
        m_why_pressed.invalidate();
        return;
    }
    QWidget::keyReleaseEvent(event);
}

void CompareView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_explaining && m_explanation == 0 && !m_match_pane->view()->hasOverlay()) explainCurrent();
}

void CompareView::hideEvent(QHideEvent* event) {
    setBlinking(false);
    setChoosingMark(false);
    stopSearch();
    clearExplanation();
    QWidget::hideEvent(event);
}

void CompareView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateTexts();
}

}  // namespace fieldmark
