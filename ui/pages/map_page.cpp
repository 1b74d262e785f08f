// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/map_page.h"

#include <algorithm>
#include <utility>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/pages/map_view.h"
#include "ui/widgets/field_chooser.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_page.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"

namespace fieldmark {
namespace {

constexpr int kHoverMs = 60;
constexpr int kCalmMs = 1000;
constexpr std::size_t kLeastPictures = 3;
constexpr int kOthers = 0;     // group of what has no label or a rare one
constexpr int kLandmark = -1;  // in the legend: an anchor or the query, no group

QToolButton* tool(const QString& name, const QString& icon_name, const QString& text, const QString& tip,
                  QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(icon(icon_name));
    button->setText(text);
    button->setAccessibleName(text);
    button->setToolTip(tip);
    button->setAutoRaise(true);
    return button;
}

}  // namespace

MapPage::MapPage(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session) {
    setObjectName(QStringLiteral("mapPage"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(unit * 2, unit, unit * 2, unit);
    column->setSpacing(unit);
    m_view = new MapView(&thumbnails, this);
    column->addWidget(build_form());

    m_progress_box = new QWidget(this);
    auto* progress = new QHBoxLayout(m_progress_box);
    progress->setContentsMargins(0, 0, 0, 0);
    progress->setSpacing(unit);
    m_progress_text = new QLabel(m_progress_box);
    m_progress_text->setObjectName(QStringLiteral("mapProgressText"));
    m_progress = new QProgressBar(m_progress_box);
    m_progress->setObjectName(QStringLiteral("mapProgress"));
    m_progress->setAccessibleName(tr("Progress of the map"));
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    auto* stop = new QPushButton(tr("Stop"), m_progress_box);
    stop->setObjectName(QStringLiteral("mapStop"));
    stop->setToolTip(tr("Keep the map as it is now"));
    connect(stop, &QPushButton::clicked, this, [this] {
        m_session.cancel_map();
        m_request = 0;
        m_stopped = true;
        show_state();
    });
    progress->addWidget(m_progress_text);
    progress->addWidget(m_progress, 1);
    progress->addWidget(stop);
    column->addWidget(m_progress_box);

    m_news = new QWidget(this);
    auto* news = new QHBoxLayout(m_news);
    news->setContentsMargins(0, 0, 0, 0);
    news->setSpacing(unit);
    m_news_text = new QLabel(m_news);
    m_news_text->setObjectName(QStringLiteral("mapNews"));
    auto* again = new QPushButton(tr("Redraw"), m_news);
    again->setObjectName(QStringLiteral("mapRedraw"));
    again->setToolTip(tr("Compute the map anew"));
    connect(again, &QPushButton::clicked, this, &MapPage::compute);
    news->addWidget(m_news_text);
    news->addWidget(again);
    news->addStretch(1);
    column->addWidget(m_news);

    m_stack = new QStackedWidget(this);
    column->addWidget(m_stack, 1);
    m_message = new MessagePage(QStringLiteral("map"), QStringLiteral("map"), m_stack);
    m_retry = m_message->add_button(QStringLiteral("mapRetry"), QStringLiteral("retry"), tr("Try again"),
                                    tr("Compute the map anew"));
    connect(m_retry, &QPushButton::clicked, this, &MapPage::compute);
    m_stack->addWidget(m_message);
    m_body = new QWidget(m_stack);
    auto* body = new QHBoxLayout(m_body);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(unit);
    body->addWidget(m_view, 1);
    m_legend = new QListWidget(m_body);
    m_legend->setObjectName(QStringLiteral("mapLegend"));
    m_legend->setAccessibleName(tr("Labels on the map"));
    m_legend->setToolTip(tr("Enter or a click selects the pictures with this label"));
    m_legend->setFrameShape(QFrame::NoFrame);
    m_legend->setFixedWidth(unit * 26);
    m_legend->setTextElideMode(Qt::ElideMiddle);
    m_legend->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    const auto select = [this](QListWidgetItem* item) {
        const int group = item->data(Qt::UserRole).toInt();
        if (group != kLandmark) m_view->select_group(group);
    };
    connect(m_legend, &QListWidget::itemClicked, m_view, select);
    connect(m_legend, &QListWidget::itemActivated, m_view, select);
    body->addWidget(m_legend);
    m_stack->addWidget(m_body);
    m_status = new QLabel(this);
    m_status->setObjectName(QStringLiteral("mapStatus"));
    column->addWidget(m_status);

    m_hover_timer.setSingleShot(true);
    m_hover_timer.setInterval(kHoverMs);
    connect(&m_hover_timer, &QTimer::timeout, this,
            [this] { m_row_request = m_hovered != 0 ? m_session.fetch_rows({m_hovered}) : 0; });
    m_calmly.setSingleShot(true);
    m_calmly.setInterval(kCalmMs);
    connect(&m_calmly, &QTimer::timeout, this, &MapPage::ask_again);
    connect(m_view, &MapView::hovered, this, [this](ItemId item) {
        m_hovered = item;
        m_hover_timer.start();
    });
    connect(m_view, &MapView::selectionChanged, this, [this](const std::vector<ItemId>& items) {
        show_state();
        Q_EMIT selectionChanged(items);
    });
    connect(m_view, &MapView::findSimilarRequested, this, &MapPage::lookAlikesRequested);

    connect(&m_session, &Session::opened, this, [this](const LibrarySummary& summary) {
        clear();
        take_summary(summary);
    });
    connect(&m_session, &Session::closed, this, [this] {
        clear();
        take_summary({});
    });
    connect(&m_session, &Session::summaryChanged, this, &MapPage::take_summary);
    connect(&m_session, &Session::modelChanged, this, &MapPage::show_state);
    connect(&m_session, &Session::itemsChanged, this, [this] {
        if (isVisible() && m_map && !m_calmly.isActive()) m_calmly.start();
    });
    connect(&m_session, &Session::landmarksPlaced, this, &MapPage::take_landmarks);
    connect(&m_session, &Session::landmarksFailed, this, [this](RequestId id, const Error& error) {
        if (id == m_query_request) m_query_error = error;
        if (id == m_anchors_request) m_anchors_error = error;
        if (id == m_query_request || id == m_anchors_request) take_landmarks(id, {});
    });
    connect(&m_session, &Session::mapReady, this, [this](RequestId id, const LibraryMap& map) {
        if (id == m_request) take_map(map);
    });
    connect(&m_session, &Session::mapFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_request) return;
        m_request = 0;
        m_error = error;
        m_map.reset();
        show_state();
    });
    connect(&m_session, &Session::fieldValuesFetched, this,
            [this](RequestId id, const std::string&, const std::vector<ValueCount>& values) {
                if (id == m_values_request) take_values(values);
            });
    connect(&m_session, &Session::itemsListed, this, [this](RequestId id, const std::vector<ItemId>& items) {
        if (id != m_filter_request) return take_group(id, items);
        m_filter_request = 0;
        m_view->set_shown(items);
        show_state();
    });
    connect(&m_session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        if (id != m_row_request || rows.empty() || rows.front().item.id == 0) return;
        m_view->set_caption(rows.front().item.id, Text::title(rows.front(), m_fields->field()));
    });
    take_summary(m_session.summary());
    show_state();
}

QWidget* MapPage::build_form() {
    const int unit = rhythm(this);
    auto* form = new QWidget(this);
    auto* flow = new FlowLayout(form);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(unit * 2);
    const auto labelled = [&](const QString& text, QComboBox* combo) {
        auto* box = new QWidget(form);
        auto* line = new QHBoxLayout(box);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(unit);
        auto* label = new QLabel(text, box);
        label->setBuddy(combo);
        combo->setParent(box);
        combo->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        line->addWidget(label);
        line->addWidget(combo);
        flow->addWidget(box);
    };
    m_fields = new FieldChooser(form);
    m_fields->set_numbers(true);
    m_fields->set_nothing(tr("nothing"));
    m_fields->setObjectName(QStringLiteral("mapField"));
    m_fields->setAccessibleName(tr("Label that colours the map"));
    m_fields->setToolTip(tr("Pictures with the same label have the same colour and shape"));
    labelled(tr("&Colour by:"), m_fields);
    connect(m_fields, &FieldChooser::activated, this, &MapPage::ask_groups);
    m_method = new QComboBox(form);
    m_method->setObjectName(QStringLiteral("mapMethod"));
    m_method->setAccessibleName(tr("How the map is laid out"));
    m_method->setToolTip(
        tr("Neighbourhoods (UMAP): look-alikes are near each other, groups stand apart; far "
           "distances mean little.\nOverview (PCA): the two directions in which the pictures "
           "differ most; far distances are true."));
    m_method->addItem(tr("neighbourhoods (UMAP)"), static_cast<int>(MapMethod::Umap));
    m_method->addItem(tr("overview (PCA)"), static_cast<int>(MapMethod::Pca));
    labelled(tr("La&yout:"), m_method);
    connect(m_method, &QComboBox::activated, this, &MapPage::compute);

    auto* tools = new QWidget(form);
    auto* line = new QHBoxLayout(tools);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(unit / 2);
    m_lasso = tool(QStringLiteral("mapLasso"), QStringLiteral("lasso"), tr("Lasso"),
                   tr("Draw around pictures to select them (or Shift+drag)"), tools);
    m_lasso->setCheckable(true);
    m_lasso->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_lasso, &QToolButton::toggled, m_view, &MapView::set_lasso);
    connect(m_view, &MapView::lassoChanged, m_lasso, &QToolButton::setChecked);
    m_anchors = tool(QStringLiteral("mapAnchors"), QStringLiteral("anchors"), tr("Anchors"),
                     tr("Draw in the anchors (or prototypes) of the coloured classes"), tools);
    m_anchors->setCheckable(true);
    m_anchors->setChecked(true);
    m_anchors->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_anchors, &QToolButton::toggled, this, [this] {
        m_landmarks.clear();
        show_landmarks();
        ask_anchors();
        show_state();
    });
    auto* out = tool(QStringLiteral("mapZoomOut"), QStringLiteral("zoom-out"), tr("Zoom out"),
                     tr("Zoom out (-)"), tools);
    connect(out, &QToolButton::clicked, m_view, [this] { m_view->zoom(0.8); });
    auto* in = tool(QStringLiteral("mapZoomIn"), QStringLiteral("zoom-in"), tr("Zoom in"),
                    tr("Zoom in (+); close up, pictures take the points' place"), tools);
    connect(in, &QToolButton::clicked, m_view, [this] { m_view->zoom(1.25); });
    auto* fit =
        tool(QStringLiteral("mapFit"), QStringLiteral("zoom-fit"), tr("Show all"), tr("Show all (0)"), tools);
    connect(fit, &QToolButton::clicked, m_view, &MapView::fit);
    for (QToolButton* button : {m_lasso, m_anchors, out, in, fit}) line->addWidget(button);
    flow->addWidget(tools);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    form->setSizePolicy(policy);
    return form;
}

// --- what is asked ---

void MapPage::set_field(const std::string& field) {
    if (m_fields->want(field)) ask_groups();
}

void MapPage::set_query(const std::vector<QueryImage>& images) {
    m_query = images;
    ask_query();
}

void MapPage::set_filter(const ItemQuery& query, bool narrowed) {
    m_filter = query;
    m_narrowed = narrowed;
    ask_filter();
}

void MapPage::ask_query() {
    m_query_request = 0;
    m_query_error.reset();
    if (m_query.empty()) {
        m_view->set_query(std::nullopt);
        show_legend();
    } else if (isVisible() && m_session.is_open() && m_map) {
        m_query_request = m_session.place_query(m_query);
    }
}

void MapPage::ask_anchors() {
    m_anchors_request = 0;
    m_anchors_error.reset();
    if (!m_anchors->isChecked() || m_groups.names.empty() || !m_map || !isVisible() || !m_session.is_open())
        return;
    AnchorMarksRequest request;
    request.field = m_groups.field;
    request.classes = m_groups.names;
    m_anchors_request = m_session.place_anchors(request);
}

void MapPage::ask_filter() {
    m_filter_request = 0;
    if (!m_narrowed) {
        m_view->set_shown(std::nullopt);
        show_state();
    } else if (isVisible() && m_session.is_open()) {
        m_filter_request = m_session.list_items(m_filter);
    }
}

/// What is still being answered is waited for: asked anew each time, a large library would never answer while
/// pictures come in.
void MapPage::ask_again() {
    if (!isVisible() || !m_map) return;
    if (m_values_request != 0 || !m_group_requests.empty() || m_anchors_request != 0 ||
        m_filter_request != 0) {
        m_calmly.start();
        return;
    }
    ask_groups();
    ask_filter();
}

void MapPage::take_landmarks(RequestId id, const std::vector<MapLandmark>& landmarks) {
    if (id == m_anchors_request) {
        m_anchors_request = 0;
        m_landmarks = landmarks;
        show_landmarks();
        show_state();
    } else if (id == m_query_request) {
        m_query_request = 0;
        m_view->set_query(landmarks.empty() ? std::nullopt : std::optional(landmarks.front()));
        show_legend();
        show_state();
    }
}

void MapPage::show_landmarks() {
    std::vector<std::pair<MapLandmark, int>> shown;
    for (const MapLandmark& landmark : m_landmarks) {
        const auto group = std::find(m_groups.names.begin(), m_groups.names.end(), landmark.class_name);
        if (group != m_groups.names.end())
            shown.emplace_back(landmark, static_cast<int>(group - m_groups.names.begin()) + 1);
    }
    m_view->set_landmarks(shown);
    show_legend();
}

void MapPage::set_selected(const std::vector<ItemId>& items) {
    m_view->set_selected(items);
    show_state();
}

std::vector<ItemId> MapPage::selected() const {
    return m_view->selected();
}

bool MapPage::step_back() {
    if (m_lasso->isChecked()) {
        m_lasso->setChecked(false);
    } else if (m_view->has_selection()) {
        m_view->clear_selection();
    } else {
        return false;
    }
    return true;
}

void MapPage::compute() {
    if (!m_session.is_open()) return;
    MapRequest request;
    request.method = static_cast<MapMethod>(m_method->currentData().toInt());
    m_error.reset();
    m_stopped = false;
    m_request = m_session.map_library(request);
    m_progress->setValue(0);
    show_state();
}

void MapPage::clear() {
    m_map.reset();
    m_error.reset();
    m_stopped = false;
    m_request = 0;
    m_values_request = 0;
    m_anchors_request = 0;
    m_query_request = 0;
    m_filter_request = 0;
    m_query_error.reset();
    m_anchors_error.reset();
    m_calmly.stop();
    m_placed_model.clear();
    m_query.clear();
    m_filter = {};
    m_narrowed = false;
    m_landmarks.clear();
    m_group_requests.clear();
    m_groups = {};
    m_next_groups = {};
    m_view->set_map({});
    m_view->set_groups({});
    m_view->set_landmarks({});
    m_view->set_query(std::nullopt);
    m_view->set_shown(std::nullopt);
    m_view->fit();
    m_legend->clear();
}

void MapPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_calmly.stop();  // all is asked now
    if (m_session.is_open() && !m_map && m_request == 0) compute();
    ask_groups();
    ask_query();
    ask_filter();
    show_state();
}

void MapPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    // Once the map has its new colours, too.
    if (event->type() == QEvent::PaletteChange && m_legend != nullptr)
        QTimer::singleShot(0, this, &MapPage::show_legend);
}

void MapPage::take_map(const LibraryMap& map) {
    const bool first = !m_map;
    m_map = map;
    if (map.final) m_request = 0;
    m_view->set_map(map);
    m_progress->setValue(static_cast<int>(map.progress * 1000));
    if (first) show_legend();
    if (m_placed_model != map.model_hash) {
        m_placed_model = map.model_hash;
        ask_anchors();
        ask_query();
    }
    show_state();
}

void MapPage::take_summary(const LibrarySummary& summary) {
    m_summary = summary;
    if (m_fields->set_fields(summary.fields)) ask_groups();
    show_state();
}

// --- colours ---

void MapPage::ask_groups() {
    m_values_request = 0;
    m_group_requests.clear();
    m_next_groups = {};
    const std::string field = m_fields->field();
    if (field.empty() || !m_session.is_open()) return take_next_groups();
    if (isVisible()) m_values_request = m_session.fetch_field_values(field);
}

void MapPage::take_values(const std::vector<ValueCount>& values) {
    m_values_request = 0;
    const std::size_t told = std::min<std::size_t>(values.size(), MapView::most_groups);
    m_next_groups = {m_fields->field(), {}, {}, values.size() > told};
    m_next_groups.items.resize(told);
    m_group_requests.clear();
    for (std::size_t i = 0; i < told; ++i) {
        m_next_groups.names.push_back(values[i].value);
        ItemQuery query;
        query.where = {{m_next_groups.field, Condition::Operator::Equal, values[i].value}};
        m_group_requests[m_session.list_items(query)] = i;
    }
    if (told == 0) take_next_groups();
}

void MapPage::take_group(RequestId id, const std::vector<ItemId>& items) {
    const auto request = m_group_requests.find(id);
    if (request == m_group_requests.end()) return;
    m_next_groups.items[request->second] = items;
    m_group_requests.erase(request);
    if (m_group_requests.empty()) take_next_groups();
}

/// Only when all of them are known: until then map and legend show the former ones.
void MapPage::take_next_groups() {
    if (m_next_groups.field != m_groups.field || m_next_groups.names.empty()) m_landmarks.clear();
    m_groups = std::exchange(m_next_groups, {});
    std::unordered_map<ItemId, int> groups;
    for (std::size_t i = 0; i < m_groups.items.size(); ++i) {
        for (const ItemId item : m_groups.items[i]) groups[item] = static_cast<int>(i) + 1;
    }
    m_view->set_groups(groups);
    show_landmarks();
    ask_anchors();
}

void MapPage::show_legend() {
    m_legend->clear();
    const bool query = m_view->query_position().has_value();
    m_legend->setVisible(m_map.has_value() && (!m_groups.names.empty() || query));
    if (!m_map) return;
    const int size = fontMetrics().height();
    m_legend->setIconSize(QSize(size, size));
    std::size_t labelled = 0;
    const auto add = [&](int group, const QString& name, std::size_t count) {
        auto* item = new QListWidgetItem(
            QIcon(m_view->swatch(group, size)),
            tr("%1 (%2)", "label, its pictures").arg(name, Text::count(static_cast<std::int64_t>(count))),
            m_legend);
        item->setData(Qt::UserRole, group);
        item->setToolTip(name);
    };
    for (std::size_t i = 0; i < m_groups.names.size(); ++i) {
        std::size_t count = 0;
        for (const ItemId item : m_groups.items[i]) count += m_view->position(item) ? 1 : 0;
        labelled += count;
        if (count > 0) add(static_cast<int>(i) + 1, Text::display_name(m_groups.names[i]), count);
    }
    const auto all = static_cast<std::size_t>(m_view->point_count());
    if (!m_groups.names.empty() && all > labelled)
        add(kOthers, m_groups.more_values ? tr("other or no label") : tr("no label"), all - labelled);
    const auto add_mark = [&](MapLandmark::Kind kind, const QString& text, const QString& tip) {
        auto* item = new QListWidgetItem(QIcon(m_view->swatch(kind, size)), text, m_legend);
        item->setData(Qt::UserRole, kLandmark);
        item->setToolTip(tip);
        item->setFlags(Qt::ItemIsEnabled);
    };
    const auto has = [this](MapLandmark::Kind kind) {
        return std::any_of(m_landmarks.begin(), m_landmarks.end(),
                           [&](const MapLandmark& one) { return one.kind == kind; });
    };
    if (has(MapLandmark::Kind::Anchor))
        add_mark(
            MapLandmark::Kind::Anchor, tr("anchors"),
            tr("Points of the appearance that the model learned of each class (a reconstruction of GAPan), "
               "each among the pictures nearest to it"));
    if (has(MapLandmark::Kind::Prototype))
        add_mark(MapLandmark::Kind::Prototype, tr("prototypes"),
                 tr("What the pictures of each class have in common (spherical k-means), each among the "
                    "pictures nearest to it"));
    if (query) add_mark(MapLandmark::Kind::Query, tr("the query"), tr("Among the pictures nearest to it"));
}

// --- states ---

std::int64_t MapPage::not_on_map() const {
    if (!m_map || !m_map->final) return 0;
    return m_session.model().embedded - static_cast<std::int64_t>(m_map->items.size());
}

void MapPage::say(const QString& title, const QString& hint) {
    m_message->say(title, hint);
    m_stack->setCurrentWidget(m_message);
}

void MapPage::show_state() {
    const bool other_model = m_map && !m_map->model_hash.empty() && !m_session.model().info.hash.empty() &&
                             m_map->model_hash != m_session.model().info.hash;
    const std::int64_t more = not_on_map();
    m_progress_box->setVisible(m_request != 0 && m_map.has_value());
    m_progress_text->setText(m_map && m_map->method == MapMethod::Umap
                                 ? tr("Bringing look-alikes together…")
                                 : tr("Looking for everyone's neighbours…"));
    const bool stopped = m_request == 0 && m_map && m_stopped;
    m_news->setVisible(m_request == 0 && m_map && (stopped || more != 0 || other_model));
    if (stopped) {
        m_news_text->setText(tr("The map was stopped before it was ready."));
    } else if (other_model) {
        m_news_text->setText(tr("The map was made with another model."));
    } else if (more > 0) {
        m_news_text->setText(tr("%n new picture(s) are not on the map.", nullptr, static_cast<int>(more)));
    } else if (more < 0) {
        m_news_text->setText(tr("The map still shows pictures that were taken out."));
    }
    m_retry->setVisible(m_error.has_value());
    m_status->clear();
    if (m_error) return say(tr("There is no map"), Text::error(*m_error));
    if (!m_map) {
        return say(m_request != 0 ? tr("Drawing the map…") : tr("No map yet"),
                   m_request != 0 ? QString() : tr("It is drawn when this page is shown."));
    }
    if (m_map->items.empty()) {
        return say(
            tr("Nothing to map yet"),
            tr("Pictures appear here as soon as they can be searched. Add a folder of pictures first."));
    }
    if (m_map->items.size() < kLeastPictures) {
        return say(tr("Too few pictures for a map"), tr("A map needs three pictures or more."));
    }
    m_stack->setCurrentWidget(m_body);
    QString status = tr("%n picture(s)", nullptr, m_view->point_count());
    if (m_narrowed) status += QStringLiteral(" · ") + tr("%n in the filter", nullptr, m_view->shown_count());
    if (m_query_error)
        status += QStringLiteral(" · ") +
                  tr("the query could not be placed: %1", "an error").arg(Text::error(*m_query_error));
    if (m_anchors_error)
        status += QStringLiteral(" · ") +
                  tr("the anchors could not be placed: %1", "an error").arg(Text::error(*m_anchors_error));
    if (const auto count = m_view->selected().size(); count > 0)
        status +=
            QStringLiteral(" · ") + tr("%1 selected").arg(Text::count(static_cast<std::int64_t>(count)));
    if (m_map->final) status += QStringLiteral(" · ") + Text::duration(m_map->seconds);
    status += QStringLiteral(" · ") +
              tr("drag moves, the wheel zooms, Shift+drag selects, a double click finds look-alikes");
    m_status->setText(status);
    m_status->setWordWrap(true);
}

}  // namespace fieldmark
