// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/evaluate_page.h"

#include <algorithm>
#include <cmath>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/gallery/gallery_model.h"
#include "ui/gallery/gallery_view.h"
#include "ui/widgets/curve_plot.h"
#include "ui/widgets/field_chooser.h"
#include "ui/widgets/figure_tiles.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_page.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/row_table.h"
#include "ui/widgets/text.h"
#include "ui/widgets/tile_roles.h"

namespace fieldmark {
namespace {

constexpr int kExamples = 40;
constexpr int kExampleMatches = 12;
constexpr int kSortRole = Qt::UserRole + 1;
constexpr int kIndexRole = Qt::UserRole + 2;  ///< of the class or pair in the report

QStandardItem* cell(const QString& text, const QVariant& sort, int index) {
    auto* item = new QStandardItem(text);
    item->setData(sort, kSortRole);
    item->setData(index, kIndexRole);
    item->setEditable(false);
    return item;
}

QStandardItem* number_cell(const QString& text, const QVariant& sort, int index) {
    QStandardItem* item = cell(text, sort, index);
    item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    return item;
}

/// "78" of "78 of 100".
QString of_hundred(double fraction) {
    const double hundredths = 100 * fraction;
    double shown = std::round(hundredths);
    // "100 of 100" and "0 of 100" are said only where it is so.
    if (shown >= 100 && hundredths < 100) shown = 99;
    if (shown <= 0 && hundredths > 0) shown = 1;
    return Text::count(static_cast<std::int64_t>(shown));
}

QWidget* labelled(const QString& text, QWidget* control, QWidget* parent) {
    auto* box = new QWidget(parent);
    auto* line = new QHBoxLayout(box);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(rhythm(parent));
    auto* label = new QLabel(text, box);
    if (auto* combo = qobject_cast<QComboBox*>(control)) label->setBuddy(combo);
    control->setParent(box);
    line->addWidget(label);
    line->addWidget(control);
    return box;
}

PictureRow picture_row(const QueryExample& example, const EvaluationReport& report, bool compared) {
    const auto name = [&](std::int32_t label) {
        return Text::display_name(report.class_names[static_cast<std::size_t>(label)]);
    };
    const auto line = [&](const std::vector<QueryExample::Match>& matches, const QString& title) {
        PictureRow::Line shown;
        shown.name = title;
        for (const auto& match : matches) {
            shown.tiles.push_back({match.item, name(match.label),
                                   match.right ? PictureRow::Mark::Right : PictureRow::Mark::Wrong});
        }
        return shown;
    };
    PictureRow row;
    row.query = example.query;
    row.title = name(example.label);
    if (compared) {
        row.subtitle = example.rank == example.rank_before
                           ? EvaluatePage::tr("First right match at rank %1 as before; the others moved.")
                                 .arg(Text::count(example.rank))
                           : EvaluatePage::tr("First right match at rank %1 instead of %2.")
                                 .arg(Text::count(example.rank), Text::count(example.rank_before));
        row.lines.push_back(line(example.before, EvaluatePage::tr("before")));
        row.lines.push_back(line(example.matches, EvaluatePage::tr("now")));
    } else {
        row.subtitle = EvaluatePage::tr("First right match at rank %1, score %2.")
                           .arg(Text::count(example.rank), Text::score(example.right_score));
        row.lines.push_back(line(example.matches, {}));
    }
    return row;
}

}  // namespace

EvaluatePage::EvaluatePage(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session), m_thumbnails(thumbnails) {
    setObjectName(QStringLiteral("evaluatePage"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(unit * 2, unit, unit * 2, unit);
    column->setSpacing(unit);
    column->addWidget(build_form());

    m_progress_box = new QWidget(this);
    auto* progress = new QHBoxLayout(m_progress_box);
    progress->setContentsMargins(0, 0, 0, 0);
    progress->setSpacing(unit);
    m_progress = new QProgressBar(m_progress_box);
    m_progress->setObjectName(QStringLiteral("evaluateProgress"));
    m_progress->setAccessibleName(tr("Progress of the evaluation"));
    m_progress->setTextVisible(false);
    m_progress_text = new QuietLabel(m_progress_box, QStringLiteral("evaluateProgressText"));
    auto* cancel = new QPushButton(tr("Cancel"), m_progress_box);
    cancel->setObjectName(QStringLiteral("evaluateCancel"));
    cancel->setToolTip(tr("Stop the evaluation; the figures shown stay"));
    connect(cancel, &QPushButton::clicked, &m_session, &Session::cancel_evaluation);
    progress->addWidget(m_progress, 1);
    progress->addWidget(m_progress_text);
    progress->addWidget(cancel);
    column->addWidget(m_progress_box);
    m_progress_box->hide();

    m_stack = new QStackedWidget(this);
    column->addWidget(m_stack, 1);
    m_message = new MessagePage(QStringLiteral("evaluate"), QStringLiteral("evaluate"), m_stack);
    m_add_labels = m_message->add_labels_button(QStringLiteral("evaluateAddLabels"));
    m_stack->addWidget(m_message);
    m_results = build_results();
    m_stack->addWidget(m_results);

    connect(&m_session, &Session::opened, this, [this](const LibrarySummary& summary) {
        clear();
        take_summary(summary);
    });
    connect(&m_session, &Session::closed, this, [this] {
        clear();
        take_summary({});
    });
    connect(&m_session, &Session::summaryChanged, this, &EvaluatePage::take_summary);
    connect(&m_session, &Session::storedModelsFetched, this,
            [this](RequestId id, const std::vector<ModelRecord>& models) {
                if (id == m_models_request) take_models(models);
            });
    connect(&m_session, &Session::evaluationProgress, this, [this](RequestId id, int done, int total) {
        if (id != m_request) return;
        m_progress->setRange(0, std::max(1, total));
        m_progress->setValue(done);
        const double seconds = static_cast<double>(m_clock.elapsed()) / 1000;
        // The first blocks say little about the rest.
        const bool known = seconds > 1 && done * 20 > total;
        const double left = known ? seconds / done * (total - done) : -1;
        const QString text = tr("%1 of %2").arg(Text::count(done), Text::count(total));
        const QString eta = Text::time_left(left);
        m_progress_text->setText(eta.isEmpty() ? text : text + QStringLiteral(" · ") + eta);
    });
    connect(&m_session, &Session::evaluationFinished, this,
            [this](RequestId id, const EvaluationReport& report) {
                if (id != m_request) return;
                m_request = 0;
                m_error.reset();
                take_report(report);
                show_state();
            });
    connect(&m_session, &Session::evaluationFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_request) return;
        m_request = 0;
        m_error = error;
        if (error.kind == ErrorKind::Cancelled) m_error.reset();
        if (m_error) m_report.reset();
        show_state();
    });
    show_state();
}

QWidget* EvaluatePage::build_form() {
    const int unit = rhythm(this);
    auto* form = new QWidget(this);
    auto* flow = new FlowLayout(form);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(unit * 2);
    m_fields = new FieldChooser(form);
    m_fields->setObjectName(QStringLiteral("evaluateField"));
    m_fields->setAccessibleName(tr("Field that names the class"));
    m_fields->setToolTip(tr("Pictures with the same value in this field are of the same class"));
    flow->addWidget(labelled(tr("&Classes by:"), m_fields, form));
    m_scope = new QComboBox(form);
    m_scope->setObjectName(QStringLiteral("evaluateScope"));
    m_scope->setAccessibleName(tr("Pictures to evaluate"));
    m_scope->setToolTip(tr("Queries and matches both come from these pictures"));
    m_scope->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_scope->addItem(tr("all pictures"));
    m_scope->addItem(tr("only what Browse shows"));
    flow->addWidget(labelled(tr("&Among:"), m_scope, form));
    m_compare = new QComboBox(form);
    m_compare->setObjectName(QStringLiteral("evaluateCompare"));
    m_compare->setAccessibleName(tr("Model to compare with"));
    m_compare->setToolTip(tr("Another model this library has vectors of"));
    m_compare->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_compare_box = labelled(tr("Compare &with:"), m_compare, form);
    flow->addWidget(m_compare_box);
    m_compare_box->hide();
    m_run = new QPushButton(tr("&Evaluate"), form);
    m_run->setObjectName(QStringLiteral("evaluateRun"));
    m_run->setDefault(true);
    m_run->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_E));
    m_run->setToolTip(tr("Ask with every labelled picture for the others (%1)")
                          .arg(QKeySequence(Qt::CTRL | Qt::Key_E).toString(QKeySequence::NativeText)));
    connect(m_run, &QPushButton::clicked, this, &EvaluatePage::run);
    flow->addWidget(m_run);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    form->setSizePolicy(policy);
    return form;
}

QTableView* EvaluatePage::build_table(QStandardItemModel* model, const QString& name) {
    auto* table = new QTableView;
    show_rows(*table, name);
    model->setSortRole(kSortRole);
    table->setModel(model);
    table->setSortingEnabled(true);
    table->setFrameShape(QFrame::NoFrame);
    table->horizontalHeader()->setMinimumSectionSize(rhythm(this) * 9);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSortIndicatorClearable(false);
    return table;
}

QWidget* EvaluatePage::build_results() {
    const int unit = rhythm(this);
    auto* page = new QWidget(m_stack);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(unit);
    m_headline = wrapped_label(page, QStringLiteral("evaluateHeadline"));
    QFont large = m_headline->font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    m_headline->setFont(large);
    m_headline->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_headline);
    m_explanation = quiet_note(page, QStringLiteral("evaluateExplanation"));
    m_explanation->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_explanation);
    m_figures = new FigureTiles(page);
    m_figures->setObjectName(QStringLiteral("evaluateFigures"));
    column->addWidget(m_figures);

    m_tabs = new QTabWidget(page);
    m_tabs->setObjectName(QStringLiteral("evaluateTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->setUsesScrollButtons(true);
    column->addWidget(m_tabs, 1);
    m_classes = new QStandardItemModel(this);
    m_class_table = build_table(m_classes, QStringLiteral("classTable"));
    m_class_table->setAccessibleName(tr("Figures of each class"));
    connect(m_class_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (!m_report || !index.isValid()) return;
        const auto label = static_cast<std::size_t>(index.data(kIndexRole).toInt());
        Q_EMIT classRequested(m_report->label, m_report->class_names[label]);
    });
    m_tabs->addTab(m_class_table, tr("Classes"));
    m_tabs->addTab(build_confusions(), tr("Mix-ups"));
    m_worst = new PictureRows(m_thumbnails, m_tabs);
    m_worst->setObjectName(QStringLiteral("worstQueries"));
    m_worst->setAccessibleName(tr("Pictures whose own class is found late"));
    m_worst->set_empty_text(tr("The nearest picture is of the same class every time."));
    connect(m_worst, &PictureRows::lookAlikesRequested, this, &EvaluatePage::lookAlikesRequested);
    m_tabs->addTab(m_worst, tr("Hardest pictures"));
    m_tabs->addTab(build_probabilities(), tr("Probabilities"));
    m_comparison_page = build_comparison();
    m_tabs->addTab(m_comparison_page, tr("Other model"));
    return page;
}

QWidget* EvaluatePage::build_confusions() {
    const int unit = rhythm(this);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->setChildrenCollapsible(false);
    m_confusions = new QStandardItemModel(this);
    m_confusion_table = build_table(m_confusions, QStringLiteral("confusionTable"));
    m_confusion_table->setAccessibleName(tr("Which class is taken for which"));
    splitter->addWidget(m_confusion_table);
    auto* sides = new QWidget(splitter);
    auto* line = new QHBoxLayout(sides);
    line->setContentsMargins(unit, unit / 2, 0, 0);
    line->setSpacing(unit);
    m_truth_model = new GalleryModel(m_session, this);
    m_taken_model = new GalleryModel(m_session, this);
    const auto side = [&](GalleryModel* model, QLabel*& label, GalleryView*& view, const QString& name) {
        auto* column = new QVBoxLayout;
        label = wrapped_label(sides, name + QStringLiteral("Label"));
        QFont bold = label->font();
        bold.setBold(true);
        label->setFont(bold);
        view = new GalleryView(&m_thumbnails, sides);
        view->setObjectName(name);
        view->setModel(model);
        view->set_tile_size(fontMetrics().height() * 6);
        column->addWidget(label);
        column->addWidget(view, 1);
        line->addLayout(column, 1);
        connect(view, &GalleryView::visibleRangeChanged, model, &GalleryModel::ensure_rows);
        connect(view, &GalleryView::activatedItem, this, [this](const QModelIndex& index) {
            Q_EMIT lookAlikesRequested(index.data(ItemIdRole).toLongLong());
        });
    };
    side(m_truth_model, m_truth_label, m_truth_view, QStringLiteral("confusedClass"));
    side(m_taken_model, m_taken_label, m_taken_view, QStringLiteral("confusedWith"));
    splitter->addWidget(sides);
    m_confusion_table->setMinimumWidth(unit * 28);
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({unit * 46, unit * 100});
    connect(m_confusion_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (current.isValid()) show_confusion(current.data(kIndexRole).toInt());
            });
    return splitter;
}

QWidget* EvaluatePage::build_comparison() {
    const int unit = rhythm(this);
    auto* page = new QWidget(m_tabs);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(unit, unit, unit, 0);
    column->setSpacing(unit);
    m_comparison_headline = wrapped_label(page, QStringLiteral("comparisonHeadline"));
    column->addWidget(m_comparison_headline);
    m_comparison_figures = new FigureTiles(page);
    column->addWidget(m_comparison_figures);
    m_comparison_choice = new QComboBox(page);
    m_comparison_choice->setObjectName(QStringLiteral("comparisonChoice"));
    m_comparison_choice->setAccessibleName(tr("Which queries to show"));
    m_comparison_choice->setToolTip(tr("Queries by how much their ranking changed"));
    m_comparison_choice->addItem(tr("most improved queries"));
    m_comparison_choice->addItem(tr("queries that became worse"));
    column->addWidget(m_comparison_choice, 0, Qt::AlignLeft);
    m_comparison_rows = new PictureRows(m_thumbnails, page);
    m_comparison_rows->setObjectName(QStringLiteral("comparisonRows"));
    m_comparison_rows->setAccessibleName(tr("Queries with their first matches under both models"));
    m_comparison_rows->set_empty_text(tr("There are none."));
    connect(m_comparison_rows, &PictureRows::lookAlikesRequested, this, &EvaluatePage::lookAlikesRequested);
    connect(m_comparison_choice, &QComboBox::currentIndexChanged, this, [this] { show_comparison(); });
    column->addWidget(m_comparison_rows, 1);
    return page;
}

QWidget* EvaluatePage::build_probabilities() {
    const int unit = rhythm(this);
    auto* page = new QWidget(m_tabs);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(unit, unit, unit, 0);
    column->setSpacing(unit);
    m_probability_text = wrapped_label(page, QStringLiteral("probabilityText"));
    column->addWidget(m_probability_text);
    m_probability_switch = new QCheckBox(tr("Show &probabilities beside scores"), page);
    m_probability_switch->setObjectName(QStringLiteral("probabilitySwitch"));
    m_probability_switch->setToolTip(
        tr("Beside the score of every match: how likely it is of the same class"));
    connect(m_probability_switch, &QCheckBox::clicked, this, [this](bool on) {
        if (!m_report) return;
        m_probability_field = on ? m_report->label : std::string();
        Q_EMIT probabilitiesSwitched(m_report->label, on);
    });
    column->addWidget(m_probability_switch);
    auto* plots = new QHBoxLayout;
    plots->setSpacing(unit * 2);
    m_probability_curve = new CurvePlot(page);
    m_probability_curve->setObjectName(QStringLiteral("probabilityCurve"));
    m_probability_curve->set_title(tr("What a score is worth"));
    m_probability_curve->set_axes(tr("score"), {});
    m_probability_curve->set_format(CurvePlot::Format::Number, CurvePlot::Format::Percent);
    m_probability_curve->set_x_range(0, 1);
    m_probability_curve->set_y_range(0, 1);
    m_reliability = new CurvePlot(page);
    m_reliability->setObjectName(QStringLiteral("reliabilityPlot"));
    m_reliability->set_title(tr("Said and true"));
    m_reliability->set_axes(tr("probability said"), {});
    m_reliability->set_format(CurvePlot::Format::Percent, CurvePlot::Format::Percent);
    m_reliability->set_x_range(0, 1);
    m_reliability->set_y_range(0, 1);
    m_reliability->set_diagonal(true);
    m_reliability->setToolTip(
        tr("Each point: of the matches given such a probability, how many were of the same class, on "
           "pictures held out. On the dashed line the two agree."));
    plots->addWidget(m_probability_curve, 1);
    plots->addWidget(m_reliability, 1);
    column->addLayout(plots, 1);
    return page;
}

// --- what there is to choose from ---

void EvaluatePage::take_summary(const LibrarySummary& summary) {
    m_summary = summary;
    m_fields->set_fields(summary.fields);
    show_state();
}

void EvaluatePage::set_field(const std::string& field) {
    if (!m_report && !running()) m_fields->want(field);
}

void EvaluatePage::set_browse_query(const ItemQuery& query, bool narrowed) {
    m_browse_query = query;
    // Without a filter both choices are the same.
    m_scope->parentWidget()->setVisible(narrowed);
    if (!narrowed) m_scope->setCurrentIndex(0);
}

void EvaluatePage::set_probabilities(const std::string& field) {
    m_probability_field = field;
    if (m_report) m_probability_switch->setChecked(field == m_report->label);
}

void EvaluatePage::take_models(const std::vector<ModelRecord>& models) {
    const QVariant before = m_compare->currentData();
    m_compare->clear();
    m_compare->addItem(tr("no other model"), QByteArray());
    const std::string current = m_session.model().info.hash;
    for (const ModelRecord& model : models) {
        if (model.hash == current) continue;
        m_compare->addItem(Text::display_name(model.name), QByteArray::fromStdString(model.hash));
    }
    m_compare->setCurrentIndex(std::max(0, m_compare->findData(before)));
    m_compare_box->setVisible(m_compare->count() > 1);
}

void EvaluatePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_session.is_open()) m_models_request = m_session.fetch_stored_models();
    show_state();
}

// --- running ---

void EvaluatePage::run() {
    if (running() || m_fields->currentIndex() < 0) return;
    EvaluationRequest request;
    request.label = m_fields->field();
    if (m_scope->currentIndex() == 1) request.filter = m_browse_query;
    request.compare_hash = m_compare->currentData().toByteArray().toStdString();
    request.intervals = true;
    request.calibrate = true;
    request.examples = kExamples;
    request.example_matches = kExampleMatches;
    m_clock.start();
    m_progress->setRange(0, 0);
    m_progress_text->setText(tr("Reading the vectors…"));
    m_error.reset();
    m_request = m_session.evaluate(request);
    show_state();
}

void EvaluatePage::clear() {
    m_request = 0;
    m_report.reset();
    m_error.reset();
    m_worst->set_rows({});
    m_comparison_rows->set_rows({});
    m_truth_model->clear();
    m_taken_model->clear();
    m_classes->clear();
    m_confusions->clear();
    show_state();
}

void EvaluatePage::setLabelActions(const QList<QAction*>& actions) {
    m_message->set_label_actions(actions);
}

void EvaluatePage::say(const QString& title, const QString& hint, bool with_labels_button) {
    m_message->say(title, hint);
    m_add_labels->setVisible(with_labels_button && !m_summary.read_only);
    m_stack->setCurrentWidget(m_message);
}

void EvaluatePage::show_state() {
    if (m_results == nullptr) return;
    const bool labelled_by = m_fields->has_fields();
    m_progress_box->setVisible(running());
    m_run->setEnabled(!running() && labelled_by);
    m_fields->setEnabled(labelled_by);
    if (m_report) {
        m_stack->setCurrentWidget(m_results);
    } else if (running()) {
        say(tr("Every labelled picture asks for its own class"),
            tr("Each is left out of what it is compared with, so that none finds itself."));
    } else if (m_error) {
        say(Text::error(*m_error), tr("Choose another class or other pictures above."),
            m_error->kind == ErrorKind::Usage);
    } else if (!labelled_by) {
        say(tr("Nothing to measure by yet"),
            tr("Say what is in your pictures: take the names of their folders, add a table of labels, or "
               "select pictures in Browse and type a "
               "label in the inspector. Two pictures with the same label are enough to begin."),
            true);
    } else {
        say(tr("How well do pictures of the same class find each other?"),
            tr("Choose the field that names the class and press Evaluate. Nothing leaves this computer, and "
               "nothing is changed."));
    }
}

// --- results ---

QString EvaluatePage::class_name(std::int32_t label) const {
    return Text::display_name(m_report->class_names[static_cast<std::size_t>(label)]);
}

void EvaluatePage::take_report(const EvaluationReport& report) {
    m_report = report;
    const RetrievalMetrics& metrics = report.metrics;
    const double recall = metrics.recall_at.begin()->second;
    const Interval interval = report.recall_at.begin()->second;
    const QString field = Text::display_name(report.label);
    m_headline->setText(
        tr("In %1 of 100 cases the nearest picture is of the same %2.", "number, name of a field")
            .arg(of_hundred(recall), field));
    int counted = 0;
    for (const ClassFigures& figures : report.classes) counted += figures.queries > 0 ? 1 : 0;
    QStringList parts{
        counted > 1
            ? tr("Between %1 and %2 of 100 with 95% confidence; on other classes of this kind between %3 and "
                 "%4.")
                  .arg(of_hundred(interval.low), of_hundred(interval.high),
                       of_hundred(report.recall_at_1_classes.low),
                       of_hundred(report.recall_at_1_classes.high))
            : tr("Between %1 and %2 of 100 with 95% confidence; one class alone says nothing of others.")
                  .arg(of_hundred(interval.low), of_hundred(interval.high)),
        tr("%1 queries in %2 classes, model %3.")
            .arg(Text::count(metrics.queries), Text::count(counted), Text::display_name(report.model_name))};
    const auto learned = [&](int count, const std::string& model) {
        if (count == 0) return;
        parts += tr("%1 was learned from %2 of these classes, which flatters it: of new ones expect less.")
                     .arg(Text::display_name(model), Text::count(count));
    };
    learned(report.learned_classes, report.model_name);
    if (report.comparison) learned(report.compared_learned_classes, report.comparison->first_name);
    QStringList left_out;
    if (metrics.skipped > 0) left_out += tr("%n alone in their class", nullptr, metrics.skipped);
    if (report.unlabelled > 0) left_out += tr("%n without this label", nullptr, int(report.unlabelled));
    if (report.not_embedded > 0) left_out += tr("%n not embedded yet", nullptr, int(report.not_embedded));
    if (!left_out.isEmpty()) {
        parts += tr("Pictures left out: %1.").arg(left_out.join(QStringLiteral(", ")));
    }
    m_explanation->setText(parts.join(QLatin1Char(' ')));

    std::vector<FigureTiles::Figure> figures;
    for (const auto& [k, share] : metrics.recall_at) {
        figures.push_back(
            {exact_percent(share), tr("Recall@%1").arg(k), interval_text(report.recall_at.at(k)),
             tr("Share of queries with a picture of their class among the first %n", nullptr, k)});
    }
    figures.push_back(
        {exact_percent(metrics.map_at_r), tr("MAP@R"), interval_text(report.map_at_r),
         tr("How well all pictures of the class come first, counted as far down as the class has "
            "pictures (mean average precision at R)")});
    figures.push_back({exact_percent(metrics.mean_average_precision), tr("mAP"),
                       interval_text(report.mean_average_precision),
                       tr("Mean average precision over the whole ranking")});
    m_figures->set_figures(figures);
    show_classes();
    show_confusions();
    show_worst();
    show_probabilities();
    m_tabs->setTabVisible(m_tabs->indexOf(m_comparison_page), report.comparison.has_value());
    if (report.comparison) {
        show_comparison();
        m_tabs->setCurrentWidget(m_comparison_page);
    }
}

void EvaluatePage::show_classes() {
    m_classes->clear();
    m_classes->setHorizontalHeaderLabels(
        {Text::display_name(m_report->label), tr("Pictures"), tr("Recall@1"), tr("MAP@R"), tr("mAP")});
    for (const ClassFigures& figures : m_report->classes) {
        const QString name = class_name(figures.label);
        QList<QStandardItem*> row{
            cell(name, name, figures.label),
            number_cell(Text::count(figures.pictures), figures.pictures, figures.label)};
        const bool any = figures.queries > 0;
        for (const double value : {figures.recall_at_1, figures.map_at_r, figures.mean_average_precision}) {
            // A class of one picture asks nothing: after the ones that do.
            row += number_cell(any ? exact_percent(value) : QStringLiteral("–"), any ? value : 2.0,
                               figures.label);
        }
        if (!any) row.front()->setToolTip(tr("A single picture has no other one to find."));
        m_classes->appendRow(row);
    }
    for (int column = 1; column < m_classes->columnCount(); ++column) {
        m_classes->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    m_class_table->sortByColumn(3, Qt::AscendingOrder);
    m_class_table->selectRow(0);
    m_class_table->setToolTip(tr("Enter shows the pictures of a class"));
}

void EvaluatePage::show_confusions() {
    m_confusions->clear();
    m_confusions->setHorizontalHeaderLabels(
        {Text::display_name(m_report->label), tr("taken for"), tr("Times"), tr("Share")});
    int index = 0;
    for (const ConfusionPair& pair : m_report->confusions) {
        const QString truth = class_name(pair.truth);
        const QString taken = class_name(pair.taken);
        m_confusions->appendRow({cell(truth, truth, index), cell(taken, taken, index),
                                 number_cell(Text::count(pair.count), pair.count, index),
                                 number_cell(exact_percent(pair.share), pair.share, index)});
        ++index;
    }
    for (int column = 2; column < m_confusions->columnCount(); ++column) {
        m_confusions->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    m_confusion_table->sortByColumn(2, Qt::DescendingOrder);
    const bool any = m_confusions->rowCount() > 0;
    m_truth_view->setVisible(any);
    m_taken_view->setVisible(any);
    m_taken_label->setVisible(any);
    m_truth_label->setText(any ? QString()
                               : tr("No class is taken for another: the nearest picture is right "
                                    "every time."));
    if (any) m_confusion_table->selectRow(0);
}

void EvaluatePage::show_confusion(int row) {
    if (!m_report || row < 0 || row >= static_cast<int>(m_report->confusions.size())) return;
    const ConfusionPair& pair = m_report->confusions[static_cast<std::size_t>(row)];
    const auto fill = [&](GalleryModel* model, QLabel* label, std::int32_t of) {
        ItemQuery query;
        query.where = {{m_report->label, Condition::Operator::Equal,
                        m_report->class_names[static_cast<std::size_t>(of)]}};
        model->set_query(query);
        label->setText(class_name(of));
    };
    fill(m_truth_model, m_truth_label, pair.truth);
    fill(m_taken_model, m_taken_label, pair.taken);
    m_truth_view->setAccessibleName(tr("Pictures of %1").arg(class_name(pair.truth)));
    m_taken_view->setAccessibleName(tr("Pictures of %1").arg(class_name(pair.taken)));
}

void EvaluatePage::show_worst() {
    std::vector<PictureRow> rows;
    for (const QueryExample& example : m_report->worst)
        rows.push_back(picture_row(example, *m_report, false));
    m_worst->set_rows(std::move(rows));
}

void EvaluatePage::show_comparison() {
    if (!m_report || !m_report->comparison) return;
    const ComparisonReport& comparison = *m_report->comparison;
    const ModelComparison& figures = comparison.figures;
    const QString now = Text::display_name(m_report->model_name);
    const QString before = Text::display_name(comparison.first_name);
    const Interval& change = figures.map_at_r.over_queries;
    QString verdict = tr("Whether %1 or %2 is better cannot be told from these pictures.").arg(now, before);
    if (figures.map_at_r.certain()) {
        verdict = change.value > 0 ? tr("%1 finds the same class better than %2.").arg(now, before)
                                   : tr("%1 finds the same class less well than %2.").arg(now, before);
    }
    verdict +=
        QLatin1Char(' ') +
        tr("Its first right match comes earlier for %1 queries, later for %2, at the same rank for %3.")
            .arg(Text::count(figures.won), Text::count(figures.lost), Text::count(figures.equal));
    if (comparison.left_out > 0) {
        verdict += QLatin1Char(' ') + tr("%n picture(s) without a vector of both models are left out.",
                                         nullptr, int(comparison.left_out));
    }
    m_comparison_headline->setText(verdict);
    std::vector<FigureTiles::Figure> tiles;
    for (const auto& [name, difference] :
         {std::pair(tr("Recall@1"), &figures.recall_at_1), std::pair(tr("MAP@R"), &figures.map_at_r)}) {
        tiles.push_back({tr("%1 → %2", "before, now")
                             .arg(exact_percent(difference->first), exact_percent(difference->second)),
                         name, difference_text(difference->over_queries),
                         tr("In brackets: 95% interval over queries. Over classes: %1.")
                             .arg(difference_text(difference->over_classes))});
    }
    m_comparison_figures->set_figures(tiles);
    std::vector<PictureRow> rows;
    for (const QueryExample& example :
         m_comparison_choice->currentIndex() == 0 ? comparison.improved : comparison.worsened) {
        rows.push_back(picture_row(example, *m_report, true));
    }
    m_comparison_rows->set_rows(std::move(rows));
}

void EvaluatePage::show_probabilities() {
    const bool fitted = m_report->calibration.has_value();
    m_probability_switch->setEnabled(fitted);
    m_probability_switch->setChecked(fitted && m_probability_field == m_report->label);
    m_probability_curve->setVisible(fitted);
    m_reliability->setVisible(fitted);
    if (!fitted) {
        m_probability_text->setText(Text::display_name(m_report->calibration_problem));
        return;
    }
    const CalibrationReport& report = *m_report->calibration;
    // The score from which a match is more likely right than wrong.
    double even = 2;
    for (double score = -1; score <= 1.0001 && even > 1; score += 0.01) {
        if (report.calibration.probability(score) >= 0.5) even = score;
    }
    QString text = even <= 1
                       ? tr("From a score of about %1 a match is more likely of the same %2 than not.")
                             .arg(Text::score(static_cast<float>(even)), Text::display_name(m_report->label))
                       : tr("No score makes it more likely than not that a match is of the same %1.")
                             .arg(Text::display_name(m_report->label));
    text +=
        QLatin1Char(' ') +
        tr("On pictures held out, what is said is off by %1 on average. It holds for this model, this field "
           "and pictures like these.")
            .arg(exact_percent(report.expected_error));
    m_probability_text->setText(text);
    CurvePlot::Series curve;
    curve.markers = false;
    for (int n = 0; n <= 100; ++n) {
        curve.points.push_back({n / 100.0, report.calibration.probability(n / 100.0)});
    }
    m_probability_curve->set_series({curve});
    CurvePlot::Series said;
    for (const ReliabilityBin& bin : report.bins) said.points.push_back({bin.predicted, bin.observed});
    m_reliability->set_series({said});
}

}  // namespace fieldmark
