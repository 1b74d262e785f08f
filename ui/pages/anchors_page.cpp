// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/anchors_page.h"

#include <algorithm>
#include <set>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "core/engine/classes/anchor_point.h"
#include "ui/widgets/field_chooser.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_page.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/row_table.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"

namespace fieldmark {
namespace {

constexpr int kSoonMs = 120;
constexpr int kCalmMs = 1000;
constexpr std::size_t kMostOutliers = 24;
constexpr std::size_t kPlaces = 3;
/// Below this percentile a query is said to be unlike anything known.
constexpr double kNovel = 5;
constexpr int kSortRole = Qt::UserRole + 1;
constexpr int kNameRole = Qt::UserRole + 2;
/// In widths of the rhythm: from here on anchors and review stand beside each other.
constexpr int kWide = 230;

QStandardItem* cell(const QString& text, const QVariant& sort, const std::string& name) {
    auto* item = new QStandardItem(text);
    item->setData(sort, kSortRole);
    item->setData(QByteArray::fromStdString(name), kNameRole);
    item->setEditable(false);
    return item;
}

std::vector<PictureRow::Tile> tiles_of(const std::vector<AnchorMatch>& matches, std::size_t first = 0) {
    std::vector<PictureRow::Tile> tiles;
    for (std::size_t i = first; i < matches.size(); ++i) {
        tiles.push_back({matches[i].item, Text::score(matches[i].score), PictureRow::Mark::None});
    }
    return tiles;
}

/// One picture of each anchor; one that is nearest to several of them is shown once.
std::vector<PictureRow::Tile> one_of_each(const std::vector<ClassAnchor>& anchors) {
    std::vector<PictureRow::Tile> tiles;
    std::set<ItemId> shown;
    for (const ClassAnchor& anchor : anchors) {
        if (anchor.nearest.empty() || !shown.insert(anchor.nearest.front().item).second) continue;
        tiles.push_back({anchor.nearest.front().item, {}, PictureRow::Mark::None});
    }
    return tiles;
}

bool same(const std::vector<AnchorClass>& a, const std::vector<AnchorClass>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const AnchorClass& x, const AnchorClass& y) {
        return x.name == y.name && x.pictures == y.pictures && x.doubtful == y.doubtful &&
               x.few_pictures == y.few_pictures;
    });
}

}  // namespace

AnchorsPage::AnchorsPage(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session), m_thumbnails(thumbnails) {
    setObjectName(QStringLiteral("anchorsPage"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(unit * 2, unit, unit * 2, unit);
    column->setSpacing(unit);
    column->addWidget(build_head());
    m_stack = new QStackedWidget(this);
    column->addWidget(m_stack, 1);
    m_message = new MessagePage(QStringLiteral("anchors"), QStringLiteral("anchors"), m_stack);
    m_add_labels = m_message->add_labels_button(QStringLiteral("anchorsAddLabels"));
    m_stack->addWidget(m_message);
    m_stack->addWidget(build_results());

    for (QTimer* timer : {&m_soon, &m_calmly}) {
        timer->setSingleShot(true);
        connect(timer, &QTimer::timeout, this, &AnchorsPage::ask);
    }
    m_soon.setInterval(kSoonMs);
    m_calmly.setInterval(kCalmMs);

    connect(&m_session, &Session::opened, this, [this](const LibrarySummary& summary) {
        clear();
        take_summary(summary);
    });
    connect(&m_session, &Session::closed, this, [this] {
        clear();
        take_summary({});
    });
    connect(&m_session, &Session::summaryChanged, this, &AnchorsPage::take_summary);
    connect(&m_session, &Session::itemsChanged, this, &AnchorsPage::outdate);
    connect(&m_session, &Session::modelChanged, this, [this](const ModelStatus& model) {
        if (model.info.hash == m_model_hash) return;
        m_model_hash = model.info.hash;
        outdate();
    });
    connect(&m_session, &Session::anchorsReady, this, [this](RequestId id, const AnchorsReport& report) {
        if (id != m_request) return;
        m_request = 0;
        m_error.reset();
        take_report(report);
    });
    connect(&m_session, &Session::anchorsFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_request) return;
        m_request = 0;
        if (error.kind == ErrorKind::NotFound && !m_wanted_class.empty()) {
            m_wanted_class.clear();  // the class is gone: the largest one is as good as any
            ask();
            return;
        }
        m_error = error;
        m_report.reset();
        show_state();
    });
    show_state();
}

// --- parts ---

QWidget* AnchorsPage::build_head() {
    const int unit = rhythm(this);
    auto* head = new QWidget(this);
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(unit);
    auto* label = new QLabel(tr("&Classes by:"), head);
    m_fields = new FieldChooser(head);
    m_fields->setObjectName(QStringLiteral("anchorsField"));
    m_fields->setAccessibleName(tr("Field that names the class"));
    m_fields->setToolTip(tr("Pictures with the same value in this field are of the same class"));
    label->setBuddy(m_fields);
    m_query_place = wrapped_label(head, QStringLiteral("anchorsQuery"));
    m_query_place->setTextInteractionFlags(Qt::TextSelectableByMouse);
    line->addWidget(label);
    line->addWidget(m_fields);
    line->addSpacing(unit);
    line->addWidget(m_query_place, 1);
    connect(m_fields, &FieldChooser::activated, this, [this] {
        m_wanted_class.clear();
        m_report.reset();
        m_error.reset();
        m_outdated = true;
        ask();
    });
    return head;
}

QWidget* AnchorsPage::build_results() {
    const int unit = rhythm(this);
    m_results = new QSplitter(Qt::Horizontal, m_stack);
    m_results->setChildrenCollapsible(false);
    m_classes = new QStandardItemModel(this);
    m_classes->setSortRole(kSortRole);
    m_class_table = new QTableView(m_results);
    show_rows(*m_class_table, QStringLiteral("anchorsClasses"));
    m_class_table->setAccessibleName(tr("Classes"));
    m_class_table->setModel(m_classes);
    m_class_table->setSortingEnabled(true);
    m_class_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_class_table->setFrameShape(QFrame::NoFrame);
    m_class_table->horizontalHeader()->setSortIndicatorClearable(false);
    m_class_table->horizontalHeader()->setMinimumSectionSize(unit * 4);
    m_class_table->setMinimumWidth(unit * 20);
    connect(m_class_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (m_showing || !current.isValid()) return;
                m_wanted_class = current.data(kNameRole).toByteArray().toStdString();
                m_outdated = true;
                m_soon.start();
            });
    connect(m_class_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT classRequested(m_fields->field(), index.data(kNameRole).toByteArray().toStdString());
    });
    m_results->addWidget(m_class_table);

    m_details = new QSplitter(Qt::Vertical, m_results);
    m_details->setChildrenCollapsible(false);
    m_details->addWidget(build_class());
    m_tabs = new QTabWidget(m_details);
    m_tabs->setObjectName(QStringLiteral("anchorsTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->setUsesScrollButtons(true);
    m_look_alikes = build_rows(QStringLiteral("anchorsLookAlikes"), tr("Classes it is easily taken for"),
                               tr("There is no other class."));
    m_tabs->addTab(m_look_alikes, tr("Look-alike classes"));
    m_doubtful = build_rows(QStringLiteral("anchorsDoubtful"), tr("Labels to check"),
                            tr("Every picture fits its own class best."));
    m_tabs->addTab(m_doubtful, tr("Labels to check"));
    m_outliers =
        build_rows(QStringLiteral("anchorsOutliers"), tr("Unusual pictures of the class"), tr("None."));
    m_tabs->addTab(m_outliers, tr("Unusual pictures"));
    m_details->addWidget(m_tabs);
    m_details->setStretchFactor(0, 1);
    m_details->setStretchFactor(1, 1);
    m_results->addWidget(m_details);
    m_results->setStretchFactor(0, 0);
    m_results->setStretchFactor(1, 1);
    m_results->setSizes({unit * 36, unit * 100});
    return m_results;
}

QWidget* AnchorsPage::build_class() {
    const int unit = rhythm(this);
    auto* page = new QWidget(m_details);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(unit, 0, 0, unit / 2);
    column->setSpacing(unit / 2);
    auto* top = new QHBoxLayout;
    top->setSpacing(unit);
    m_title = wrapped_label(page, QStringLiteral("anchorsTitle"));
    QFont large = m_title->font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    m_title->setFont(large);
    top->addWidget(m_title, 1);
    m_search = new QPushButton(icon(QStringLiteral("find-similar")), tr("&Search from here"), page);
    m_search->setObjectName(QStringLiteral("anchorsSearch"));
    m_search->setToolTip(
        tr("Search by the chosen anchor or prototype itself (%1); a double click on a picture "
           "searches by that picture")
            .arg(QKeySequence(Qt::Key_Return).toString(QKeySequence::NativeText)));
    connect(m_search, &QPushButton::clicked, this, &AnchorsPage::search_from_anchor);
    m_browse = new QPushButton(icon(QStringLiteral("pictures")), tr("Show the cl&ass"), page);
    m_browse->setObjectName(QStringLiteral("anchorsBrowse"));
    m_browse->setToolTip(tr("All pictures of the class, in Browse"));
    connect(m_browse, &QPushButton::clicked, this, [this] {
        if (m_report) Q_EMIT classRequested(m_fields->field(), m_report->class_name);
    });
    top->addWidget(m_search);
    top->addWidget(m_browse);
    column->addLayout(top);
    auto* below = new QHBoxLayout;
    below->setSpacing(unit);
    m_explanation = quiet_note(page, QStringLiteral("anchorsExplanation"));
    m_explanation->setTextInteractionFlags(Qt::TextSelectableByMouse);
    below->addWidget(m_explanation, 1);
    m_learn = new QPushButton(icon(QStringLiteral("learn")), tr("Lear&n anchors…"), page);
    m_learn->setObjectName(QStringLiteral("anchorsLearn"));
    m_learn->setToolTip(tr("Anchors come with a model learned by GAPan, on the page Learn"));
    m_learn->setFlat(true);
    connect(m_learn, &QPushButton::clicked, this, &AnchorsPage::learnRequested);
    below->addWidget(m_learn, 0, Qt::AlignTop);
    m_other_field = new QPushButton(icon(QStringLiteral("anchors")), {}, page);
    m_other_field->setObjectName(QStringLiteral("anchorsOtherField"));
    m_other_field->setToolTip(tr("The classes whose anchors the model has learned"));
    m_other_field->setFlat(true);
    connect(m_other_field, &QPushButton::clicked, this, [this] {
        if (!m_report || !m_fields->want(m_report->learned_field, /*number=*/true)) return;
        m_wanted_class.clear();
        m_report.reset();
        outdate();
    });
    below->addWidget(m_other_field, 0, Qt::AlignTop);
    column->addLayout(below);
    m_anchors = build_rows(QStringLiteral("anchorsRows"), tr("What the class looks like"), tr("None."));
    // Of the other lists Enter searches by the row's picture; here the row is a point.
    for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(key, m_anchors, nullptr, nullptr, Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this, &AnchorsPage::search_from_anchor);
    }
    column->addWidget(m_anchors, 1);
    return page;
}

PictureRows* AnchorsPage::build_rows(const QString& name, const QString& accessible, const QString& empty) {
    auto* rows = new PictureRows(m_thumbnails, this);
    rows->setObjectName(name);
    rows->setAccessibleName(accessible);
    rows->set_empty_text(empty);
    connect(rows, &PictureRows::lookAlikesRequested, this, &AnchorsPage::lookAlikesRequested);
    return rows;
}

void AnchorsPage::search_from_anchor() {
    if (!m_report) return;
    int row = std::max(0, m_anchors->current_row());
    for (const ClassAnchor& anchor : m_report->anchors) {
        if (anchor.nearest.empty() || row-- > 0) continue;  // as show_anchors() lists them
        Q_EMIT anchorRequested(query_by(anchor, *m_report));
        return;
    }
}

// --- what is asked ---

void AnchorsPage::take_summary(const LibrarySummary& summary) {
    if (m_fields->set_fields(summary.fields)) outdate();
    show_state();
}

void AnchorsPage::set_field(const std::string& wanted) {
    if (!m_fields->want(wanted)) return;
    m_wanted_class.clear();
    m_report.reset();
    outdate();
}

void AnchorsPage::set_query(const std::optional<QueryImage>& query) {
    if (!query && !m_query) return;
    m_query = query;
    outdate();
}

void AnchorsPage::choose_class(const std::string& name) {
    m_wanted_class = name;
    m_outdated = true;
    if (isVisible()) ask();
}

void AnchorsPage::outdate() {
    m_outdated = true;
    if (!isVisible()) return;
    if (!m_report && !m_error) {
        m_soon.start();
    } else if (!m_calmly.isActive()) {
        m_calmly.start();
    }
}

void AnchorsPage::ask() {
    m_soon.stop();
    m_calmly.stop();
    if (!isVisible() || !m_session.is_open() || m_fields->currentIndex() < 0) return show_state();
    m_outdated = false;
    AnchorsRequest request;
    request.field = m_fields->field();
    request.class_name = m_wanted_class;
    request.query = m_query;
    m_request = m_session.fetch_anchors(request);
    show_state();
}

void AnchorsPage::clear() {
    m_soon.stop();
    m_calmly.stop();
    m_request = 0;
    m_report.reset();
    m_error.reset();
    m_query.reset();
    m_wanted_class.clear();
    m_outdated = true;
    m_classes->removeRows(0, m_classes->rowCount());
    for (PictureRows* rows : {m_anchors, m_doubtful, m_outliers, m_look_alikes}) rows->set_rows({});
    m_query_place->clear();
}

void AnchorsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_outdated) ask();
    show_state();
    if (m_report) m_class_table->setFocus();
}

void AnchorsPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    if (m_request == 0) return;
    m_session.cancel_anchors();
    m_request = 0;
    m_outdated = true;
}

void AnchorsPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const auto wanted = width() >= rhythm(this) * kWide ? Qt::Horizontal : Qt::Vertical;
    if (m_details->orientation() == wanted) return;
    m_details->setOrientation(wanted);
    const int whole = wanted == Qt::Horizontal ? m_details->width() : m_details->height();
    m_details->setSizes({whole / 2, whole / 2});
}

void AnchorsPage::setLabelActions(const QList<QAction*>& actions) {
    m_message->set_label_actions(actions);
}

// --- what is shown ---

void AnchorsPage::say(const QString& title, const QString& hint, bool with_labels_button) {
    m_message->say(title, hint);
    m_add_labels->setVisible(with_labels_button);
    m_query_place->clear();
    m_stack->setCurrentWidget(m_message);
}

void AnchorsPage::show_state() {
    const bool fields = m_fields->has_fields();
    m_fields->setEnabled(fields);
    if (m_report) {
        m_stack->setCurrentWidget(m_results);
    } else if (!fields) {
        say(tr("No classes yet"),
            tr("Say what is in your pictures: take the names of their folders, add a table of labels, or "
               "select pictures in Browse and type a "
               "label in the inspector. Then this page shows what each class looks like."),
            true);
    } else if (m_error && !asking()) {
        say(Text::error(*m_error),
            m_session.importing() ? tr("An import is running; this page looks again by itself.")
                                  : tr("Choose another field above, or label some pictures."),
            m_error->kind == ErrorKind::Usage && !m_session.importing());
    } else {
        say(tr("Looking at the classes…"), {});
    }
}

void AnchorsPage::take_report(const AnchorsReport& report) {
    const bool first = !m_report;
    const bool classes_changed = first || !same(m_report->classes, report.classes);
    const bool class_changed = first || m_report->class_name != report.class_name;
    const int row = class_changed ? 0 : std::max(0, m_anchors->current_row());
    m_report = report;
    m_wanted_class = report.class_name;
    if (classes_changed) show_classes();
    show_class();
    show_anchors();
    show_review();
    show_look_alikes();
    show_query();
    show_state();
    m_anchors->setCurrentIndex(m_anchors->rows().index(std::min(row, m_anchors->rows().rowCount() - 1)));
    QWidget* focus = window()->focusWidget();
    if (first && isVisible() && (focus == nullptr || focus == this || !isAncestorOf(focus)))
        m_class_table->setFocus();
}

void AnchorsPage::show_classes() {
    m_showing = true;
    const auto order = m_class_table->horizontalHeader()->sortIndicatorOrder();
    const int sorted_by = std::max(0, m_class_table->horizontalHeader()->sortIndicatorSection());
    const bool first = m_classes->columnCount() == 0;
    m_classes->clear();
    m_classes->setHorizontalHeaderLabels({tr("Class"), tr("Pictures"), tr("To check")});
    bool any_doubtful = false;
    for (const AnchorClass& one : m_report->classes) {
        const QString name = Text::display_name(one.name);
        QStandardItem* title = cell(name, name.toCaseFolded(), one.name);
        title->setToolTip(
            one.few_pictures ? tr("%1: few pictures, what is shown of it is unreliable").arg(name) : name);
        QStandardItem* pictures =
            cell(Text::count(one.pictures), QVariant::fromValue<qlonglong>(one.pictures), one.name);
        QStandardItem* doubtful = cell(one.doubtful > 0 ? Text::count(one.doubtful) : QString(),
                                       QVariant::fromValue<qlonglong>(one.doubtful), one.name);
        for (QStandardItem* number : {pictures, doubtful})
            number->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        any_doubtful = any_doubtful || one.doubtful > 0;
        m_classes->appendRow({title, pictures, doubtful});
    }
    auto* header = m_class_table->horizontalHeader();
    header->setSectionResizeMode(0, QHeaderView::Stretch);
    header->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    m_class_table->setColumnHidden(2, !any_doubtful);
    // The names want room, too, however wide the words above the numbers are.
    int least = rhythm(this) * 16;
    for (int column = 1; column < 3; ++column) {
        if (!m_class_table->isColumnHidden(column)) least += header->sectionSize(column);
    }
    m_class_table->setMinimumWidth(least);
    m_class_table->sortByColumn(first ? 0 : sorted_by, first ? Qt::AscendingOrder : order);
    m_showing = false;
}

void AnchorsPage::show_class() {
    const AnchorsReport& report = *m_report;
    m_showing = true;
    for (int row = 0; row < m_classes->rowCount(); ++row) {
        const QModelIndex index = m_classes->index(row, 0);
        if (index.data(kNameRole).toByteArray().toStdString() != report.class_name) continue;
        if (m_class_table->currentIndex().row() != row) m_class_table->setCurrentIndex(index);
        m_class_table->scrollTo(index);
    }
    m_showing = false;
    std::int64_t pictures = 0;
    bool few = false;
    for (const AnchorClass& one : report.classes) {
        if (one.name != report.class_name) continue;
        pictures = one.pictures;
        few = one.few_pictures;
    }
    m_title->setText(tr("%1 · %n picture(s)", "name of a class", int(pictures))
                         .arg(Text::display_name(report.class_name)));
    QStringList parts;
    if (report.densities) {
        parts +=
            tr("Anchors: points of the appearance density that the model %1 learned (a reconstruction of "
               "GAPan), each shown by the pictures of the class nearest to it.")
                .arg(Text::display_name(report.model));
    } else {
        parts += tr("Prototypes (spherical k-means) of how the model %1 sees the class, each shown by the "
                    "pictures nearest to it.")
                     .arg(Text::display_name(report.model));
        if (!report.learned_field.empty())
            parts += tr("The model's anchors are of the classes in the field “%1”.")
                         .arg(Text::display_name(report.learned_field));
        else if (report.learned_classes > 0)
            parts += tr("It has learned anchors of %n other class(es), none of this one.", nullptr,
                        static_cast<int>(report.learned_classes));
        else
            parts += tr("Anchors come with a model learned by GAPan.");
    }
    if (few) parts += tr("With so few pictures they say little.");
    m_explanation->setText(parts.join(QLatin1Char(' ')));
    m_other_field->setVisible(!report.learned_field.empty());
    m_other_field->setText(tr("Show “%1”").arg(Text::display_name(report.learned_field)));
    m_learn->setVisible(!report.densities && report.learned_field.empty());
}

void AnchorsPage::show_anchors() {
    const AnchorsReport& report = *m_report;
    std::vector<PictureRow> rows;
    for (const ClassAnchor& anchor : report.anchors) {
        if (anchor.nearest.empty()) continue;
        PictureRow row;
        row.query = anchor.nearest.front().item;
        const QString number = Text::count(anchor.index + 1);
        const QString share = Text::percent(anchor.share);
        if (report.densities) {
            row.title = tr("Anchor %1").arg(number);
            row.subtitle = tr("%1 of the class lie nearest to it. Log-density %2 a dimension.")
                               .arg(share, Text::score(static_cast<float>(anchor.log_density)));
        } else {
            row.title = tr("Prototype %1").arg(number);
            row.subtitle = tr("%1 of the class lie nearest to it.").arg(share);
        }
        row.lines.push_back({{}, tiles_of(anchor.nearest, 1)});
        rows.push_back(std::move(row));
    }
    m_search->setEnabled(!rows.empty());
    m_anchors->set_rows(std::move(rows));
}

void AnchorsPage::show_review() {
    const AnchorsReport& report = *m_report;
    std::vector<PictureRow> doubtful;
    for (const DensityVerdict& verdict : report.doubtful) {
        PictureRow row;
        row.query = verdict.item;
        const QString other = Text::display_name(verdict.better_class);
        const QString by = Text::score(static_cast<float>(verdict.mislabel));
        row.title = report.densities ? tr("Fits “%1” better").arg(other) : tr("Nearer to “%1”").arg(other);
        row.subtitle =
            report.densities
                ? tr("By %1 in log-density a dimension.").arg(by)
                : tr("By %1 in the cosine to the middle of the class; nothing was learned of it.").arg(by);
        doubtful.push_back(std::move(row));
    }
    m_tabs->setTabText(
        1, doubtful.empty()
               ? tr("Labels to check")
               : tr("Labels to check (%1)").arg(Text::count(static_cast<std::int64_t>(doubtful.size()))));
    m_doubtful->set_rows(std::move(doubtful));

    std::vector<PictureRow> outliers;
    for (const DensityVerdict& verdict : report.outliers) {
        if (outliers.size() >= kMostOutliers) break;
        PictureRow row;
        row.query = verdict.item;
        row.title = tr("Typicality %1").arg(QString::number(static_cast<int>(verdict.typicality)));
        row.subtitle =
            report.densities
                ? tr("Of 100 held-out pictures of the class so many were less typical.")
                : tr("Of 100 pictures of the class so many have their three nearest farther away.");
        outliers.push_back(std::move(row));
    }
    m_outliers->set_rows(std::move(outliers));
}

void AnchorsPage::show_look_alikes() {
    const AnchorsReport& report = *m_report;
    std::vector<PictureRow> rows;
    for (const LookAlike& alike : report.look_alikes) {
        PictureRow row;
        const QString name = Text::display_name(alike.name);
        row.title = name;
        row.subtitle = tr("The middles of the two classes are alike by %1.")
                           .arg(Text::score(static_cast<float>(alike.similarity)));
        if (!alike.anchors.empty() && !alike.anchors.front().nearest.empty())
            row.query = alike.anchors.front().nearest.front().item;
        row.lines.push_back({tr("this class"), one_of_each(report.anchors)});
        row.lines.push_back({tr("that class"), one_of_each(alike.anchors)});
        row.lines.push_back({tr("between"), tiles_of(alike.between)});
        rows.push_back(std::move(row));
    }
    m_look_alikes->set_rows(std::move(rows));
}

void AnchorsPage::show_query() {
    const AnchorsReport& report = *m_report;
    if (report.query_error) {
        return m_query_place->setText(
            tr("The query could not be read: %1", "an error").arg(Text::error(*report.query_error)));
    }
    if (report.query.empty()) return m_query_place->clear();
    QStringList places;
    for (std::size_t i = 0; i < std::min(kPlaces, report.query.size()); ++i) {
        places += tr("%1 (%2)", "class, figure")
                      .arg(Text::display_name(report.query[i].name),
                           Text::score(static_cast<float>(report.query[i].log_density)));
    }
    const bool by_density = report.learned_classes > 0;
    QString text =
        by_density ? tr("The query fits, by log-density: %1.").arg(places.join(QStringLiteral(", ")))
                   : tr("The query is nearest to prototypes of: %1.").arg(places.join(QStringLiteral(", ")));
    if (report.query_novelty >= 0 && report.query_novelty < kNovel) {
        text += QLatin1Char(' ') + tr("It is unlike anything known: of 100 pictures %1 fit less.")
                                       .arg(QString::number(static_cast<int>(report.query_novelty)));
    } else if (report.query_novelty >= 0) {
        text += QLatin1Char(' ') + tr("Of 100 pictures %1 fit their best class less.")
                                       .arg(QString::number(static_cast<int>(report.query_novelty)));
    }
    m_query_place->setText(text);
}

}  // namespace fieldmark
