// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/learn_page.h"

#include <algorithm>
#include <map>

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QUndoStack>
#include <QVBoxLayout>

#include "ui/inspector/value_edit_command.h"
#include "ui/pages/result_card.h"
#include "ui/widgets/curve_plot.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_page.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

constexpr int kPreviewMs = 250;
constexpr std::size_t kMostVerdicts = 200;
constexpr int kValueRole = Qt::UserRole;

QLabel* wrapped(QWidget* parent, const QString& name, const QString& text = {}) {
    auto* label = new QLabel(text, parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    return label;
}

}  // namespace

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
    splitter->addWidget(build_form());
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

    m_review_list = new PictureRows(thumbnails);
    m_tabs->addTab(build_review(), tr("Check these labels"));

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
        ask_preview();
        show_state();
    });
    m_preview_timer.setSingleShot(true);
    m_preview_timer.setInterval(kPreviewMs);
    connect(&m_preview_timer, &QTimer::timeout, this, [this] {
        if (!isVisible() || running() || m_fields->count() == 0) return;
        m_preview_request = m_session.preview_training(request());
    });

    connect(&m_session, &Session::opened, this, [this](const LibrarySummary& summary) {
        m_history.clear();
        m_failure.reset();
        m_showing_result = false;
        m_verdicts.clear();
        m_review_list->set_rows({});
        m_reviewed = false;
        take_summary(summary);
    });
    connect(&m_session, &Session::closed, this, [this] {
        m_training_request = 0;
        take_summary({});
    });
    connect(&m_session, &Session::summaryChanged, this, &LearnPage::take_summary);
    connect(&m_session, &Session::modelChanged, this, &LearnPage::model_changed);
    connect(&m_session, &Session::fieldValuesFetched, this,
            [this](RequestId id, const std::string&, const std::vector<ValueCount>& values) {
                if (id == m_values_request) take_classes(values);
            });
    connect(&m_session, &Session::trainingPreviewed, this,
            [this](RequestId id, const TrainingPreview& preview) {
                if (id == m_preview_request) say_preview(preview);
            });
    connect(&m_session, &Session::trainingRefused, this, [this](RequestId id, const Error& error) {
        if (id == m_preview_request) say_refusal(error);
    });
    connect(&m_session, &Session::trainingEpoch, this, &LearnPage::take_epoch);
    connect(&m_session, &Session::trainingProgress, this, [this](double share, double seconds_left) {
        m_progress->setRange(0, 1000);
        m_progress->setValue(std::clamp(static_cast<int>(share * 1000), 0, 1000));
        m_progress_text->setText(Text::time_left(seconds_left));
    });
    connect(&m_session, &Session::trainingMessage, this,
            [this](const std::string& text) { m_message->setText(Text::display_name(text)); });
    connect(&m_session, &Session::trainingFinished, this,
            [this](RequestId, const TrainingResult& result) { take_result(result); });
    connect(&m_session, &Session::trainingFailed, this, [this](RequestId, const Error& error) {
        m_training_request = 0;
        m_failure = error;
        if (error.kind == ErrorKind::Cancelled) m_failure.reset();
        ask_preview();
        show_state();
    });
    connect(&m_session, &Session::modelSwitchFinished, this, [this](const ModelSwitchReport& report) {
        say_use(report.switched ? report.info.hash : report.former);
    });
    connect(&m_session, &Session::modelSwitchFailed, this,
            [this](const Error&) { say_use(m_session.model().info.hash); });
    connect(&m_session, &Session::labelsReviewed, this,
            [this](RequestId id, const std::vector<DensityVerdict>& verdicts) {
                if (id == m_review_request) take_verdicts(verdicts);
            });
    connect(&m_session, &Session::reviewFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_review_request) return;
        m_review_request = 0;
        m_review_run->setEnabled(true);
        m_review_list->set_rows({});
        m_review_list->set_empty_text(Text::error(error));
    });
    connect(&m_session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        if (id == m_rows_request) m_review_rows = rows;
    });
    recolour();
    method_changed();
    show_state();
}

// --- the form ---

QWidget* LearnPage::build_form() {
    const int unit = rhythm(this);
    // The choices scroll where the window is low; what begins the learning stays in sight below them.
    auto* side = new QWidget;
    auto* whole = new QVBoxLayout(side);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    auto* area = new QScrollArea(side);
    area->setObjectName(QStringLiteral("learnFormArea"));
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    side->setMinimumWidth(unit * 40);
    m_form = new QWidget;
    auto* column = new QVBoxLayout(m_form);
    column->setContentsMargins(unit * 2, unit * 2, unit, unit * 2);
    column->setSpacing(unit / 2);
    const auto heading = [&](const QString& text, QWidget* buddy) {
        auto* label = new QLabel(text, m_form);
        QFont bold = label->font();
        bold.setBold(true);
        label->setFont(bold);
        label->setBuddy(buddy);
        label->setWordWrap(true);
        if (column->count() > 0) column->addSpacing(unit);
        column->addWidget(label);
    };
    const auto combo = [&](const QString& name, const QString& spoken, const QString& tip) {
        auto* box = new QComboBox(m_form);
        box->setObjectName(name);
        box->setAccessibleName(spoken);
        box->setToolTip(tip);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        return box;
    };

    m_fields = combo(QStringLiteral("learnField"), tr("Field that names the class"),
                     tr("Pictures with the same value in this field shall be found together"));
    heading(tr("&What to tell apart"), m_fields);
    column->addWidget(m_fields);
    m_classes = new QListWidget(m_form);
    m_classes->setObjectName(QStringLiteral("learnClasses"));
    m_classes->setAccessibleName(tr("Classes to learn from"));
    m_classes->setToolTip(tr("Space takes a class in or leaves it out"));
    m_classes->setMinimumHeight(fontMetrics().height() * 8);
    m_classes->setMaximumHeight(fontMetrics().height() * 14);
    m_classes->setUniformItemSizes(true);
    connect(m_classes, &QListWidget::itemChanged, this, [this] { ask_preview(); });
    column->addWidget(m_classes);
    auto* line = new QHBoxLayout;
    for (const bool all : {true, false}) {
        auto* button = new QPushButton(all ? tr("&All") : tr("N&one"), m_form);
        button->setObjectName(all ? QStringLiteral("learnAll") : QStringLiteral("learnNone"));
        button->setToolTip(all ? tr("Learn from all classes") : tr("Leave all classes out"));
        connect(button, &QPushButton::clicked, this, [this, all] { set_all_classes(all); });
        line->addWidget(button);
    }
    line->addStretch(1);
    column->addLayout(line);
    m_classes_note = wrapped(m_form, QStringLiteral("learnClassesNote"));
    column->addWidget(m_classes_note);

    m_method = combo(QStringLiteral("learnMethod"), tr("Method"), tr("How the new model is learned"));
    m_method->addItem(tr("Appearance anchors (GAPan)"), static_cast<int>(Method::Gapan));
    m_method->addItem(tr("Proxies (ProxyNCA++)"), static_cast<int>(Method::ProxyNca));
    m_method->addItem(tr("Adapters in a transformer (DVA)"), static_cast<int>(Method::Dva));
    m_method->addItem(tr("Hash codes (GDF-Net)"), static_cast<int>(Method::GdfNet));
    heading(tr("&How"), m_method);
    column->addWidget(m_method);
    m_method_text = wrapped(m_form, QStringLiteral("learnMethodText"));
    column->addWidget(m_method_text);
    connect(m_method, &QComboBox::currentIndexChanged, this, &LearnPage::method_changed);
    m_bits_box = new QWidget(m_form);
    auto* bits = new QHBoxLayout(m_bits_box);
    bits->setContentsMargins(0, 0, 0, 0);
    m_bits = new QComboBox(m_bits_box);
    m_bits->setObjectName(QStringLiteral("learnBits"));
    m_bits->setAccessibleName(tr("Length of the code"));
    m_bits->setToolTip(tr("More bits tell more apart and take more room"));
    for (const int length : {12, 16, 24, 32, 48, 64}) m_bits->addItem(tr("%n bits", nullptr, length), length);
    m_bits->setCurrentIndex(m_bits->findData(48));
    connect(m_bits, &QComboBox::currentIndexChanged, this, [this] { ask_preview(); });
    auto* bits_label = new QLabel(tr("Code &length:"), m_bits_box);
    bits_label->setBuddy(m_bits);
    bits->addWidget(bits_label);
    bits->addWidget(m_bits, 1);
    column->addWidget(m_bits_box);
    m_depth = combo(QStringLiteral("learnDepth"), tr("How much of the model learns"),
                    tr("The whole network learns more and takes hours on a processor"));
    m_depth->addItem(tr("Quick: on the vectors at hand"), false);
    m_depth->addItem(tr("Thorough: the whole network"), true);
    connect(m_depth, &QComboBox::currentIndexChanged, this, &LearnPage::method_changed);
    column->addWidget(m_depth);
    m_any_colour = new QCheckBox(tr("Learn to &ignore colour"), m_form);
    m_any_colour->setObjectName(QStringLiteral("learnAnyColour"));
    m_any_colour->setToolTip(
        tr("For cars, tools and the like, which come in any colour: it learns from pictures with changed "
           "colours, in grey and blurred. Leave it off where colour is a mark, as with birds."));
    connect(m_any_colour, &QCheckBox::toggled, this, [this] { ask_preview(); });
    column->addWidget(m_any_colour);

    m_budget = combo(QStringLiteral("learnBudget"), tr("Time it may take"),
                     tr("It stops by itself when the time is up and keeps the best it has found"));
    m_budget->addItem(tr("10 minutes"), 600);
    m_budget->addItem(tr("30 minutes"), 1800);
    m_budget->addItem(tr("1 hour"), 3600);
    m_budget->addItem(tr("a night (8 hours)"), 8 * 3600);
    m_budget->addItem(tr("as long as it gets better"), 0);
    heading(tr("&Time it may take"), m_budget);
    column->addWidget(m_budget);
    connect(m_budget, &QComboBox::currentIndexChanged, this, [this] { ask_preview(); });

    m_name = new QLineEdit(m_form);
    m_name->setObjectName(QStringLiteral("learnName"));
    m_name->setAccessibleName(tr("Name of the new model"));
    m_name->setToolTip(tr("Left empty, it is named after method and field"));
    connect(m_name, &QLineEdit::textChanged, this, [this] { ask_preview(); });
    heading(tr("&Name of the new model"), m_name);
    column->addWidget(m_name);

    column->addStretch(1);
    area->setWidget(m_form);
    whole->addWidget(area, 1);

    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(unit * 2, unit, unit, unit * 2);
    foot->setSpacing(unit);
    m_preview = wrapped(side, QStringLiteral("learnPreview"));
    foot->addWidget(m_preview);
    m_start = new QPushButton(icon(QStringLiteral("learn")), tr("&Learn"), side);
    m_start->setObjectName(QStringLiteral("learnStart"));
    m_start->setDefault(true);
    m_start->setToolTip(tr("Begin; it can be stopped at any time"));
    connect(m_start, &QPushButton::clicked, this, &LearnPage::start);
    foot->addWidget(m_start);
    whole->addLayout(foot);

    connect(m_fields, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_classes->clear();
        if (index < 0) return;
        m_values_request = m_session.fetch_field_values(m_fields->currentData().toByteArray().toStdString());
    });
    return side;
}

QWidget* LearnPage::build_running() {
    const int unit = rhythm(this);
    auto* page = new QWidget(m_stack);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(unit);
    m_running_title = wrapped(page, QStringLiteral("learnRunningTitle"));
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
    m_progress_text = new QLabel(page);
    m_progress_text->setObjectName(QStringLiteral("learnProgressText"));
    m_cancel = new QPushButton(tr("&Stop"), page);
    m_cancel->setObjectName(QStringLiteral("learnCancel"));
    m_cancel->setToolTip(tr("Stop now and keep the best so far"));
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_cancel->setEnabled(false);
        m_message->setText(tr("Stopping…"));
        m_session.cancel_training();
    });
    line->addWidget(m_progress, 1);
    line->addWidget(m_progress_text);
    line->addWidget(m_cancel);
    column->addLayout(line);
    m_message = wrapped(page, QStringLiteral("learnProgressMessage"));
    column->addWidget(m_message);
    m_quality = new CurvePlot(page);
    m_quality->setObjectName(QStringLiteral("learnQuality"));
    m_quality->set_title(tr("On the classes kept aside"));
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

QWidget* LearnPage::build_review() {
    const int unit = rhythm(this);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(unit * 2, unit * 2, unit * 2, unit);
    column->setSpacing(unit);
    m_review_text =
        wrapped(page, QStringLiteral("reviewText"),
                tr("A model learned with appearance anchors knows how the pictures of each class are "
                   "spread. Pictures that fit another class better than their own may have a wrong "
                   "label. Only you can tell."));
    column->addWidget(m_review_text);
    auto* line = new QHBoxLayout;
    line->setSpacing(unit);
    m_review_run = new QPushButton(icon(QStringLiteral("search")), tr("&Look for doubtful labels"), page);
    m_review_run->setObjectName(QStringLiteral("reviewRun"));
    m_review_run->setToolTip(tr("Goes through the labelled pictures; nothing is changed"));
    connect(m_review_run, &QPushButton::clicked, this, &LearnPage::review);
    m_accept = new QPushButton(icon(QStringLiteral("check")), tr("Take the &better label"), page);
    m_accept->setObjectName(QStringLiteral("reviewAccept"));
    m_accept->setToolTip(tr("Gives the picture the label it fits better; can be undone (Ctrl+Z)"));
    connect(m_accept, &QPushButton::clicked, this, [this] { accept_verdict(true); });
    m_keep = new QPushButton(tr("&Keep the label"), page);
    m_keep->setObjectName(QStringLiteral("reviewKeep"));
    m_keep->setToolTip(tr("The label is right: take the picture off this list"));
    connect(m_keep, &QPushButton::clicked, this, [this] { accept_verdict(false); });
    line->addWidget(m_review_run);
    line->addStretch(1);
    line->addWidget(m_accept);
    line->addWidget(m_keep);
    column->addLayout(line);
    m_review_list->setParent(page);
    m_review_list->setObjectName(QStringLiteral("reviewList"));
    m_review_list->setAccessibleName(tr("Doubtful labels"));
    m_review_list->set_empty_text(tr("Nothing looked for yet."));
    connect(m_review_list, &PictureRows::lookAlikesRequested, this, &LearnPage::lookAlikesRequested);
    connect(m_review_list, &PictureRows::currentRowChanged, this, [this](int row) {
        const bool any = row >= 0 && !m_summary.read_only;
        m_accept->setEnabled(any);
        m_keep->setEnabled(row >= 0);
    });
    m_accept->setEnabled(false);
    m_keep->setEnabled(false);
    column->addWidget(m_review_list, 1);
    return page;
}

Method LearnPage::method() const {
    return static_cast<Method>(m_method->currentData().toInt());
}

void LearnPage::take_summary(const LibrarySummary& summary) {
    m_summary = summary;
    const std::string before =
        m_fields->count() > 0 ? m_fields->currentData().toByteArray().toStdString() : m_wanted_field;
    std::vector<std::string> names;
    for (const Field& field : summary.fields) {
        if (field.kind != FieldKind::Number) names.push_back(field.name);
    }
    bool same = static_cast<int>(names.size()) == m_fields->count();
    for (std::size_t n = 0; same && n < names.size(); ++n) {
        same = m_fields->itemData(static_cast<int>(n)).toByteArray().toStdString() == names[n];
    }
    if (!same) {
        const QSignalBlocker quiet(m_fields);
        m_fields->clear();
        for (const std::string& name : names) {
            m_fields->addItem(Text::display_name(name), QByteArray::fromStdString(name));
        }
        m_fields->setCurrentIndex(std::max(0, m_fields->findData(QByteArray::fromStdString(before))));
    }
    // Counts may have changed even where the fields have not.
    if (m_fields->count() > 0 && isVisible()) {
        m_values_request = m_session.fetch_field_values(m_fields->currentData().toByteArray().toStdString());
    }
    if (m_fields->count() == 0) m_classes->clear();
    show_state();
}

void LearnPage::set_field(const std::string& field) {
    m_wanted_field = field;
    const int place = m_fields->findData(QByteArray::fromStdString(field));
    if (place >= 0 && !running()) m_fields->setCurrentIndex(place);
}

void LearnPage::take_classes(const std::vector<ValueCount>& values) {
    std::map<QByteArray, bool> unchecked;
    for (int n = 0; n < m_classes->count(); ++n) {
        const QListWidgetItem* item = m_classes->item(n);
        if (item->checkState() == Qt::Unchecked) unchecked[item->data(kValueRole).toByteArray()] = true;
    }
    const QSignalBlocker quiet(m_classes);
    const int current = m_classes->currentRow();
    m_classes->clear();
    int single = 0;
    for (const ValueCount& value : values) {
        if (value.value.empty()) continue;
        const QByteArray bytes = QByteArray::fromStdString(value.value);
        auto* item = new QListWidgetItem(tr("%1 (%2)", "a class, its number of pictures")
                                             .arg(Text::display_name(value.value), Text::count(value.items)),
                                         m_classes);
        item->setData(kValueRole, bytes);
        if (value.items < 2) {
            ++single;
            item->setFlags(Qt::ItemIsSelectable);
            item->setCheckState(Qt::Unchecked);
            item->setToolTip(tr("One picture alone has no other one to be like."));
        } else {
            item->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
            item->setCheckState(unchecked.contains(bytes) ? Qt::Unchecked : Qt::Checked);
        }
    }
    if (current >= 0) m_classes->setCurrentRow(std::min(current, m_classes->count() - 1));
    m_classes_note->setVisible(single > 0);
    m_classes_note->setText(
        tr("%n class(es) with one picture are left out: it has no other one to be like.", nullptr, single));
    ask_preview();
}

void LearnPage::set_all_classes(bool checked) {
    {
        const QSignalBlocker quiet(m_classes);
        for (int n = 0; n < m_classes->count(); ++n) {
            QListWidgetItem* item = m_classes->item(n);
            if (item->flags().testFlag(Qt::ItemIsUserCheckable)) {
                item->setCheckState(checked ? Qt::Checked : Qt::Unchecked);
            }
        }
    }
    ask_preview();
}

void LearnPage::model_changed(const ModelStatus& model) {
    // The choice that the model in use rules out stays readable and says why.
    const bool transformer = model.info.kind == "vit" || model.info.kind == "ica";
    if (auto* choices = qobject_cast<QStandardItemModel*>(m_method->model())) {
        for (int n = 0; n < m_method->count(); ++n) {
            const auto kind = static_cast<Method>(m_method->itemData(n).toInt());
            choices->item(n)->setEnabled(kind != Method::Dva || transformer);
        }
    }
    if (!transformer && method() == Method::Dva) m_method->setCurrentIndex(0);
    method_changed();
}

void LearnPage::method_changed() {
    const Method chosen = method();
    const ModelStatus model = m_session.model();
    QString text;
    switch (chosen) {
        case Method::Gapan:
            text =
                tr("Learns how the pictures of each class are spread, draws typical appearances from it and "
                   "gathers the class around them. It can point out "
                   "doubtful labels. A reconstruction of GAPan (arXiv 2605.09859).");
            break;
        case Method::ProxyNca:
            text =
                tr("Gives each class one point to gather at. The plain method the others are measured by. A "
                   "reconstruction of ProxyNCA++ (ECCV 2020).");
            break;
        case Method::Dva:
            text = tr(
                "Teaches a vision transformer to look at what tells your classes apart by small additions to "
                "every layer; its own weights stay. A reconstruction of DVA (arXiv 2506.16273).");
            break;
        case Method::GdfNet:
            text =
                tr("Compares neighbouring parts of a picture and learns short codes of bits, for very large "
                   "libraries. A reconstruction of GDF-Net (2022).");
            break;
    }
    const bool transformer = model.info.kind == "vit" || model.info.kind == "ica";
    if (!transformer && !model.info.kind.empty()) {
        text += QLatin1Char(' ') +
                tr("DVA is not offered: it needs a vision transformer, and the model in use, %1, "
                   "is none.")
                    .arg(Text::display_name(model.info.name));
    }
    m_method_text->setText(text);
    m_bits_box->setVisible(chosen == Method::GdfNet);
    // DVA and GDF-Net look inside the network and have one way only.
    const bool choice = chosen == Method::Gapan || chosen == Method::ProxyNca;
    m_depth->setVisible(choice);
    const bool thorough = !choice || m_depth->currentData().toBool();
    // These two see pictures, not vectors or maps of theirs.
    m_any_colour->setVisible(thorough && chosen != Method::GdfNet);
    if (thorough && m_budget->currentIndex() == 0) m_budget->setCurrentIndex(m_budget->findData(8 * 3600));
    if (!thorough && m_budget->currentData().toInt() == 8 * 3600) m_budget->setCurrentIndex(0);
    ask_preview();
}

TrainingRequest LearnPage::request() const {
    TrainingRequest request;
    request.label = m_fields->currentData().toByteArray().toStdString();
    bool all = true;
    for (int n = 0; n < m_classes->count(); ++n) {
        const QListWidgetItem* item = m_classes->item(n);
        if (!item->flags().testFlag(Qt::ItemIsUserCheckable)) continue;
        if (item->checkState() == Qt::Checked) {
            request.classes.push_back(item->data(kValueRole).toByteArray().toStdString());
        } else {
            all = false;
        }
    }
    if (all) request.classes.clear();
    request.settings.method = method();
    const bool choice = m_depth->isVisibleTo(m_form);
    request.settings.end_to_end = choice && m_depth->currentData().toBool();
    if (m_any_colour->isVisibleTo(m_form) && m_any_colour->isChecked())
        request.settings.options["augmentation"] = "dvf";
    request.settings.budget_seconds = m_budget->currentData().toInt();
    request.settings.bits = m_bits->currentData().toInt();
    request.model_name = m_name->text().trimmed().toStdString();
    return request;
}

void LearnPage::ask_preview() {
    m_possible = false;
    m_preview_request = 0;
    m_start->setEnabled(false);
    m_preview_timer.start();
}

void LearnPage::say_preview(const TrainingPreview& preview) {
    m_possible = true;
    m_name->setPlaceholderText(Text::display_name(preview.model_name));
    QStringList parts{
        tr("Learns from %1 pictures. Of %2 classes %3 are learned and %4 kept aside to check on.")
            .arg(Text::count(preview.pictures), Text::count(preview.classes),
                 Text::count(preview.fit_classes), Text::count(preview.validation_classes))};
    if (preview.not_embedded > 0) {
        parts +=
            tr("%n picture(s) are not embedded yet and take no part.", nullptr, int(preview.not_embedded));
    }
    if (preview.unreadable > 0) {
        parts += tr("%n picture(s) cannot be read and take no part.", nullptr, int(preview.unreadable));
    }
    m_preview->setText(parts.join(QLatin1Char(' ')));
    show_state();
}

void LearnPage::say_refusal(const Error& error) {
    m_possible = false;
    m_preview->setText(Text::error(error));
    show_state();
}

void LearnPage::setLabelActions(const QList<QAction*>& actions) {
    m_intro->set_label_actions(actions);
}

// --- learning ---

bool LearnPage::running() const {
    return m_session.training();
}

void LearnPage::say_use(const std::string& model) {
    if (m_used.empty()) return;
    m_card->set_use_text(model == m_used ? tr("In use now. The former model is kept and can be taken back.")
                                         : QString());
}

void LearnPage::start() {
    if (running() || !m_possible) return;
    resume(request());
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
    if (report.seconds_left >= 0) m_progress_text->setText(Text::time_left(report.seconds_left));
    if (report.epochs > 0) {
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
    // A head does not begin where the model in use stands: without this line its curve would look better, or
    // worse, than what it has to beat.
    if (m_base && !m_history.empty()) {
        const double end = m_history.back().epoch;
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
    ask_preview();
    show_state();
}

void LearnPage::show_state() {
    if (m_card == nullptr) return;
    const bool fields = m_fields->count() > 0;
    const bool busy = running();
    const bool choosing = fields && !busy && !m_summary.read_only;
    m_form->setEnabled(choosing);
    m_start->setEnabled(choosing && m_possible);
    if (busy) {
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
    m_add_labels->setVisible(!fields && !m_summary.read_only);
    if (m_failure) {
        m_intro->say(Text::error(*m_failure), tr("Nothing of the library was changed."));
    } else if (!fields) {
        m_intro->say(
            tr("Nothing to learn from yet"),
            tr("Say what is in your pictures: take the names of their folders, add a table of labels, or "
               "select pictures in Browse and type a label in the inspector. At least four classes with two "
               "pictures each are "
               "needed; the more the better."));
    } else if (m_summary.read_only) {
        m_intro->say(tr("This library is open for reading only"),
                     tr("A new model would be kept in it. Open it for writing to learn."));
    } else {
        m_intro->say(tr("Teach it what tells your classes apart"),
                     tr("Some classes are kept aside and never learned from. In the end they show whether "
                        "pictures of classes it has not seen are found better than before. The model in use "
                        "stays until you say so, and nothing leaves this computer."));
    }
}

void LearnPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_fields->count() > 0) {
        m_values_request = m_session.fetch_field_values(m_fields->currentData().toByteArray().toStdString());
    }
    ask_preview();
    show_state();
}

void LearnPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) recolour();
}

void LearnPage::recolour() {
    if (m_card == nullptr) return;
    QPalette quiet = palette();
    quiet.setColor(QPalette::WindowText, quiet_text(palette()));
    for (QLabel* label : {m_classes_note, m_method_text, m_message, m_progress_text, m_review_text}) {
        label->setPalette(quiet);
    }
}

// --- doubtful labels ---

void LearnPage::review() {
    if (m_review_request != 0 || m_fields->count() == 0) return;
    m_review_field = m_fields->currentData().toByteArray().toStdString();
    m_review_run->setEnabled(false);
    m_review_list->set_rows({});
    m_review_list->set_empty_text(tr("Looking…"));
    m_review_request = m_session.review_labels(m_review_field);
}

void LearnPage::take_verdicts(const std::vector<DensityVerdict>& verdicts) {
    m_review_request = 0;
    m_reviewed = true;
    m_review_run->setEnabled(true);
    m_verdicts.clear();
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
    m_review_list->set_empty_text(tr("No label looks doubtful."));
    m_review_list->set_rows(std::move(rows));
    m_review_list->setFocus();
    if (!items.empty()) m_rows_request = m_session.fetch_rows(items);
}

void LearnPage::accept_verdict(bool accept) {
    const int current = m_review_list->current_row();
    if (current < 0 || current >= static_cast<int>(m_verdicts.size())) return;
    const DensityVerdict verdict = m_verdicts[static_cast<std::size_t>(current)];
    if (accept) {
        ItemRow row;
        row.item.id = verdict.item;
        row.metadata[m_review_field] = verdict.class_name;
        for (const ItemRow& known : m_review_rows) {
            if (known.item.id == verdict.item) row = known;
        }
        auto* command = new ValueEditCommand(m_session, {row}, m_review_field, verdict.better_class);
        if (m_undo != nullptr) {
            m_undo->push(command);
        } else {
            command->redo();
            delete command;
        }
    }
    m_verdicts.erase(m_verdicts.begin() + current);
    m_review_list->rows().remove(current);
    if (m_verdicts.empty()) m_review_list->set_empty_text(tr("All doubtful labels are looked at."));
}

}  // namespace fieldmark
