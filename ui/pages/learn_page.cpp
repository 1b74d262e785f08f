// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/learn_page.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

#include "ui/pages/label_review.h"
#include "ui/pages/learn_form.h"
#include "ui/pages/result_card.h"
#include "ui/widgets/curve_plot.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_page.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

LearnPage::LearnPage(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session) {
    setObjectName(QStringLiteral("learnPage"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_tabs = new QTabWidget(this);
    m_tabs->setObjectName(QStringLiteral("learnTabs"));
    m_tabs->setDocumentMode(true);
    column->addWidget(m_tabs);

    const int unit = rhythm(this);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->setObjectName(QStringLiteral("learnSplitter"));
    splitter->setChildrenCollapsible(false);
    m_form = new LearnForm(session, thumbnails);
    splitter->addWidget(m_form);
    auto* right = new QWidget(splitter);
    auto* inner = new QVBoxLayout(right);
    inner->setContentsMargins(unit * 2, unit * 2, unit * 2, unit);
    m_stack = new QStackedWidget(right);
    inner->addWidget(m_stack);
    m_intro = new MessagePage(QStringLiteral("learn"), QStringLiteral("learn"), m_stack);
    m_add_labels = m_intro->add_labels_button(QStringLiteral("learnAddLabels"));
    m_stack->addWidget(m_intro);
    m_running_page = build_running();
    m_stack->addWidget(m_running_page);
    m_card = new ResultCard(thumbnails, m_stack);
    m_stack->addWidget(m_card);
    splitter->addWidget(right);
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({unit * 44, unit * 100});
    m_tabs->addTab(splitter, tr("Learn from labels"));

    m_review = new LabelReview(session, thumbnails);
    m_tabs->addTab(m_review, tr("Check these labels"));
    connect(m_form, &LearnForm::fieldChanged, m_review,
            &LabelReview::set_field);  // what is learned by is checked
    connect(m_review, &LabelReview::lookAlikesRequested, this, &LearnPage::lookAlikesRequested);
    connect(m_form, &LearnForm::startRequested, this, &LearnPage::start);

    connect(m_card, &ResultCard::lookAlikesRequested, this, &LearnPage::lookAlikesRequested);
    connect(m_card, &ResultCard::useRequested, this, [this](const std::string& hash) {
        m_used = hash;
        m_card->set_use_text(
            tr("The pictures get their new vectors in the background; the former model answers "
               "until then."));
        Q_EMIT useRequested(hash);
    });
    connect(m_card, &ResultCard::againRequested, this, [this] {
        m_showing_result = false;
        m_form->ask_preview();
        show_state();
    });
    connect(&m_session, &Session::opened, this, [this](const LibrarySummary& summary) {
        m_history.clear();
        m_failure.reset();
        m_showing_result = false;
        take_summary(summary);
    });
    connect(&m_session, &Session::closed, this, [this] {
        m_training_request = 0;
        take_summary({});
    });
    connect(&m_session, &Session::summaryChanged, this, &LearnPage::take_summary);
    connect(&m_session, &Session::trainingEpoch, this, &LearnPage::take_epoch);
    connect(&m_session, &Session::trainingProgress, this, [this](double share, double seconds_left) {
        if (stopping()) return;
        m_progress->setRange(0, 1000);
        m_progress->setValue(std::clamp(static_cast<int>(share * 1000), 0, 1000));
        m_progress_text->setText(Text::time_left(seconds_left));
    });
    connect(&m_session, &Session::trainingMessage, this, [this](const std::string& text) {
        if (!stopping()) m_message->setText(Text::display_name(text));
    });
    connect(&m_session, &Session::trainingFinished, this,
            [this](RequestId, const TrainingResult& result) { take_result(result); });
    connect(&m_session, &Session::trainingFailed, this,
            [this](RequestId, const Error& error) { take_failure(error); });
    connect(&m_session, &Session::trainingRefused, this, [this](RequestId id, const Error& error) {
        if (id == m_training_request) take_failure(error);
    });
    connect(&m_session, &Session::modelSwitchFinished, this, [this](const ModelSwitchReport& report) {
        say_use(report.switched ? report.info.hash : report.former);
    });
    connect(&m_session, &Session::modelSwitchFailed, this,
            [this](const Error&) { say_use(m_session.model().info.hash); });
    show_state();
}

QWidget* LearnPage::build_running() {
    const int unit = rhythm(this);
    auto* page = new QWidget(m_stack);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(unit);
    m_running_title = wrapped_label(page, QStringLiteral("learnRunningTitle"));
    QFont larger = m_running_title->font();
    larger.setPointSizeF(larger.pointSizeF() * 1.2);
    m_running_title->setFont(larger);
    column->addWidget(m_running_title);
    auto* line = new QHBoxLayout;
    line->setSpacing(unit);
    m_progress = new QProgressBar(page);
    m_progress->setObjectName(QStringLiteral("learnProgress"));
    m_progress->setAccessibleName(tr("Progress of learning"));
    m_progress->setTextVisible(false);
    m_progress_text = new QuietLabel(page, QStringLiteral("learnProgressText"));
    m_cancel = new QPushButton(tr("&Stop"), page);
    m_cancel->setObjectName(QStringLiteral("learnCancel"));
    m_cancel->setToolTip(tr("Stop now and keep the best so far"));
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_cancel->setEnabled(false);
        m_progress->setRange(0, 0);
        m_progress_text->clear();
        m_message->setText(m_history.empty() ? tr("Stopping…") : tr("Stopping. The best so far is kept…"));
        m_session.cancel_training();
    });
    line->addWidget(m_progress, 1);
    line->addWidget(m_progress_text);
    line->addWidget(m_cancel);
    column->addLayout(line);
    m_message = quiet_note(page, QStringLiteral("learnProgressMessage"));
    column->addWidget(m_message);
    m_quality = new CurvePlot(page);
    m_quality->setObjectName(QStringLiteral("learnQuality"));
    m_quality->set_title(tr("On pictures kept aside"));
    m_quality->set_axes(tr("epoch"), tr("higher is better"));
    m_quality->set_format(CurvePlot::Format::Number, CurvePlot::Format::Percent);
    m_quality->set_empty_text(tr("The first point comes before the first epoch: where the learning begins."));
    column->addWidget(m_quality, 3);
    m_loss = new CurvePlot(page);
    m_loss->setObjectName(QStringLiteral("learnLoss"));
    m_loss->set_title(tr("Loss"));
    m_loss->set_axes(tr("epoch"), tr("lower is better"));
    m_loss->set_empty_text(tr("After the first epoch"));
    column->addWidget(m_loss, 2);
    return page;
}

void LearnPage::take_summary(const LibrarySummary& summary) {
    m_read_only = summary.read_only;
    show_state();
}

void LearnPage::setUndoStack(QUndoStack* undo) {
    m_review->setUndoStack(undo);
}

void LearnPage::set_field(const std::string& field) {
    m_form->set_field(field);
}

TrainingRequest LearnPage::request() const {
    return m_form->request();
}

void LearnPage::setLabelActions(const QList<QAction*>& actions) {
    m_intro->set_label_actions(actions);
}

// --- learning ---

bool LearnPage::running() const {
    return m_session.training();
}

bool LearnPage::stopping() const {
    return running() && !m_cancel->isEnabled();
}

void LearnPage::say_use(const std::string& model) {
    if (m_used.empty()) return;
    m_card->set_use_text(model == m_used ? tr("In use now. The former model is kept and can be taken back.")
                                         : QString());
}

void LearnPage::start() {
    if (!running() && m_form->possible()) resume(request());
}

void LearnPage::resume(const TrainingRequest& request) {
    m_asked = request;
    m_history.clear();
    m_base.reset();
    m_failure.reset();
    m_showing_result = false;
    m_used.clear();
    m_progress->setRange(0, 0);
    m_progress_text->clear();
    m_message->setText(tr("Getting ready…"));
    m_cancel->setEnabled(true);
    m_training_request = m_session.start_training(request);
    show_curves();
    m_tabs->setCurrentIndex(0);
    show_state();
}

void LearnPage::take_epoch(const EpochReport& report) {
    // A resumed training tells its earlier epochs again.
    std::erase_if(m_history, [&](const EpochReport& known) { return known.epoch >= report.epoch; });
    m_history.push_back(report);
    m_base = report.base;
    if (report.seconds_left >= 0 && !stopping())
        m_progress_text->setText(Text::time_left(report.seconds_left));
    if (report.epochs > 0 && !stopping()) {
        m_message->setText(tr("Epoch %1 of %2").arg(Text::count(report.epoch), Text::count(report.epochs)));
    }
    show_curves();
}

void LearnPage::show_curves() {
    CurvePlot::Series recall;
    recall.name = tr("Recall@1");
    CurvePlot::Series precision;
    precision.name = tr("MAP@R");
    precision.accent = false;
    precision.line = Qt::DashLine;
    CurvePlot::Series loss;
    loss.name = tr("Loss");
    for (std::size_t n = 0; n < m_history.size(); ++n) {
        const EpochReport& epoch = m_history[n];
        recall.points.push_back({double(epoch.epoch), epoch.validation.recall_at_1});
        precision.points.push_back({double(epoch.epoch), epoch.validation.map_at_r});
        if (epoch.best) precision.highlighted = static_cast<int>(n);
        if (const auto total = epoch.losses.find("total"); total != epoch.losses.end() && epoch.epoch > 0) {
            loss.points.push_back({double(epoch.epoch), total->second});
        }
    }
    std::vector<CurvePlot::Series> quality = {recall, precision};
    // One axis for both plots, so that an epoch of the one stands above the same of the other.
    const double end = std::max(2.0, m_history.empty() ? 0.0 : double(m_history.back().epoch));
    m_quality->set_x_range(0, end);
    m_loss->set_x_range(0, end);
    // A head does not begin where the model in use stands: without this line its curve would look better, or
    // worse, than what it has to beat.
    if (m_base && !m_history.empty()) {
        const auto level = [&](const CurvePlot::Series& like, const QString& name, double value) {
            CurvePlot::Series series;
            series.name = name;
            series.points = {{0.0, value}, {end, value}};
            series.accent = like.accent;
            series.line = Qt::DotLine;
            series.markers = false;
            return series;
        };
        quality.push_back(level(recall, tr("Recall@1, in use"), m_base->recall_at_1));
        quality.push_back(level(precision, tr("MAP@R, in use"), m_base->map_at_r));
    }
    m_quality->set_series(std::move(quality));
    m_loss->set_series({loss});
}

void LearnPage::take_result(const TrainingResult& result) {
    m_training_request = 0;
    m_showing_result = true;
    if (!result.outcome.history.empty()) m_history = result.outcome.history;
    m_card->show_result(result);
    m_form->ask_preview();
    show_state();
}

void LearnPage::take_failure(const Error& error) {
    m_training_request = 0;
    m_failure = error;
    if (error.kind == ErrorKind::Cancelled) m_failure.reset();
    m_form->ask_preview();
    show_state();
}

void LearnPage::show_state() {
    m_form->show_state();
    const bool fields = !m_form->field().empty();
    if (running()) {
        m_running_title->setText(
            tr("Learning by “%1”", "name of a field").arg(Text::display_name(m_asked.label)));
        m_stack->setCurrentWidget(m_running_page);
        return;
    }
    if (m_showing_result) {
        m_stack->setCurrentWidget(m_card);
        return;
    }
    m_stack->setCurrentWidget(m_intro);
    m_add_labels->setVisible(!fields && !m_read_only);
    if (m_failure) {
        m_intro->say(Text::error(*m_failure), tr("Nothing of the library was changed."));
    } else if (!fields) {
        m_intro->say(
            tr("Nothing to learn from yet"),
            tr("Say what is in your pictures: take the names of their folders, add a table of labels, or "
               "select pictures in Browse and type a label in the inspector. At least four classes with two "
               "pictures each are "
               "needed; the more the better."));
    } else if (m_read_only) {
        m_intro->say(tr("This library is open for reading only"),
                     tr("A new model would be kept in it. Open it for writing to learn."));
    } else {
        m_intro->say(tr("Teach it what tells your classes apart"),
                     tr("Some classes are kept aside at first: they show whether pictures of classes it has "
                        "not seen are found better than before. Then it learns once more from all. The model "
                        "in use stays until you say so, and nothing leaves this computer."));
    }
}

void LearnPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    show_state();
}

}  // namespace fieldmark
