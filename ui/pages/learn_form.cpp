// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/learn_form.h"

#include <algorithm>
#include <map>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include "ui/pages/box_preview.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

constexpr int kPreviewMs = 250;
constexpr int kValueRole = Qt::UserRole;

/// With adapters or without: the refusal of one that has them says what to choose instead.
bool is_transformer(const ModelStatus& model) {
    return model.info.kind == "vit" || model.info.kind == "ica";
}

}  // namespace

LearnForm::LearnForm(Session& session, ThumbnailStore& thumbnails, QWidget* parent)
    : QWidget(parent), m_session(session) {
    build(thumbnails);
    m_preview_timer.setSingleShot(true);
    m_preview_timer.setInterval(kPreviewMs);
    connect(&m_preview_timer, &QTimer::timeout, this, [this] {
        if (!isVisible() || m_session.training() || m_fields->count() == 0) return;
        m_preview_request = m_session.preview_training(request());
        if (method() == Method::Dva) m_boxes->look(field(), checked_classes());
    });
    connect(&m_session, &Session::opened, this, &LearnForm::take_summary);
    connect(&m_session, &Session::closed, this, [this] { take_summary({}); });
    connect(&m_session, &Session::summaryChanged, this, &LearnForm::take_summary);
    connect(&m_session, &Session::modelChanged, this, &LearnForm::model_changed);
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
    method_changed();
    show_state();
}

void LearnForm::build(ThumbnailStore& thumbnails) {
    const int unit = rhythm(this);
    // The choices scroll where the window is low; what begins the learning stays in sight below them.
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    auto* area = new QScrollArea(this);
    area->setObjectName(QStringLiteral("learnFormArea"));
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMinimumWidth(unit * 40);
    m_choices = new QWidget;
    auto* column = new QVBoxLayout(m_choices);
    column->setContentsMargins(unit * 2, unit * 2, unit, unit * 2);
    column->setSpacing(unit / 2);
    const auto heading = [&](const QString& text, QWidget* buddy) {
        auto* label = new QLabel(text, m_choices);
        QFont bold = label->font();
        bold.setBold(true);
        label->setFont(bold);
        label->setBuddy(buddy);
        label->setWordWrap(true);
        if (column->count() > 0) column->addSpacing(unit);
        column->addWidget(label);
    };
    const auto combo = [&](const QString& name, const QString& spoken, const QString& tip) {
        auto* box = new QComboBox(m_choices);
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
    m_classes = new QListWidget(m_choices);
    m_classes->setObjectName(QStringLiteral("learnClasses"));
    m_classes->setAccessibleName(tr("Classes to learn from"));
    m_classes->setToolTip(tr("Space takes a class in or leaves it out"));
    m_classes->setMinimumHeight(fontMetrics().height() * 8);
    m_classes->setMaximumHeight(fontMetrics().height() * 14);
    m_classes->setUniformItemSizes(true);
    m_classes->setSpacing(rhythm(this) / 4);
    connect(m_classes, &QListWidget::itemChanged, this, [this] { ask_preview(); });
    column->addWidget(m_classes);
    auto* line = new QHBoxLayout;
    for (const bool all : {true, false}) {
        auto* button = new QPushButton(all ? tr("&All") : tr("N&one"), m_choices);
        button->setObjectName(all ? QStringLiteral("learnAll") : QStringLiteral("learnNone"));
        button->setToolTip(all ? tr("Learn from all classes") : tr("Leave all classes out"));
        connect(button, &QPushButton::clicked, this, [this, all] { set_all_classes(all); });
        line->addWidget(button);
    }
    line->addStretch(1);
    column->addLayout(line);
    m_classes_note = quiet_note(m_choices, QStringLiteral("learnClassesNote"));
    column->addWidget(m_classes_note);

    m_method = combo(QStringLiteral("learnMethod"), tr("Method"), tr("How the new model is learned"));
    m_method->addItem(tr("Appearance anchors (GAPan)"), static_cast<int>(Method::Gapan));
    m_method->addItem(tr("Proxies (ProxyNCA++)"), static_cast<int>(Method::ProxyNca));
    m_method->addItem(tr("Adapters in a transformer (DVA)"), static_cast<int>(Method::Dva));
    m_method->addItem(tr("Hash codes (GDF-Net)"), static_cast<int>(Method::GdfNet));
    heading(tr("&How"), m_method);
    column->addWidget(m_method);
    m_method_text = quiet_note(m_choices, QStringLiteral("learnMethodText"));
    column->addWidget(m_method_text);
    connect(m_method, &QComboBox::currentIndexChanged, this, &LearnForm::method_changed);
    m_boxes_note = quiet_note(m_choices, QStringLiteral("learnBoxesNote"),
                              tr("Where it would see the object, in a few of the pictures:"));
    column->addSpacing(unit / 2);
    column->addWidget(m_boxes_note);
    m_boxes = new BoxPreview(m_session, thumbnails, m_choices);
    m_boxes->setObjectName(QStringLiteral("learnBoxes"));
    column->addWidget(m_boxes);
    connect(m_boxes, &BoxPreview::changed, this, [this] {
        show_boxes();
        show_preview();
    });
    m_bits_box = new QWidget(m_choices);
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
                    tr("The whole network learns more. On a processor that takes half an hour to a night, by "
                       "the number of pictures."));
    m_depth->addItem(tr("Quick: on the vectors at hand"), false);
    m_depth->addItem(tr("Thorough: the whole network"), true);
    connect(m_depth, &QComboBox::currentIndexChanged, this, &LearnForm::method_changed);
    column->addWidget(m_depth);
    m_less_colour = new QCheckBox(tr("Give &colour less weight"), m_choices);
    m_less_colour->setObjectName(QStringLiteral("learnLessColour"));
    m_less_colour->setToolTip(
        tr("For cars, tools and the like, which come in any colour: it learns from pictures made paler, "
           "stronger, grey or blurred. Leave it off where colour is a mark, as with birds."));
    connect(m_less_colour, &QCheckBox::toggled, this, [this] { ask_preview(); });
    column->addWidget(m_less_colour);

    m_budget = combo(QStringLiteral("learnBudget"), tr("Time it may take"),
                     tr("It stops by itself when the time is up and keeps the best it has found"));
    m_budget->addItem(tr("10 minutes"), 600);
    m_budget->addItem(tr("30 minutes"), 1800);
    m_budget->addItem(tr("1 hour"), 3600);
    m_budget->addItem(tr("a night (8 hours)"), 8 * 3600);
    m_budget->addItem(tr("as long as it takes"), 0);
    heading(tr("&Time it may take"), m_budget);
    column->addWidget(m_budget);
    connect(m_budget, &QComboBox::currentIndexChanged, this, [this] { ask_preview(); });

    m_name = new QLineEdit(m_choices);
    m_name->setObjectName(QStringLiteral("learnName"));
    m_name->setAccessibleName(tr("Name of the new model"));
    m_name->setToolTip(tr("Left empty, it is named after method and field"));
    connect(m_name, &QLineEdit::textChanged, this, [this] { ask_preview(); });
    heading(tr("&Name of the new model"), m_name);
    column->addWidget(m_name);

    column->addStretch(1);
    area->setWidget(m_choices);
    whole->addWidget(area, 1);

    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(unit * 2, unit, unit, unit * 2);
    foot->setSpacing(unit);
    m_preview = wrapped_label(this, QStringLiteral("learnPreview"));
    foot->addWidget(m_preview);
    m_start = new QPushButton(icon(QStringLiteral("learn")), tr("&Learn"), this);
    m_start->setObjectName(QStringLiteral("learnStart"));
    m_start->setDefault(true);
    m_start->setToolTip(tr("Begin; it can be stopped at any time"));
    connect(m_start, &QPushButton::clicked, this, &LearnForm::startRequested);
    foot->addWidget(m_start);
    whole->addLayout(foot);

    connect(m_fields, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_classes->clear();
        Q_EMIT fieldChanged(field());
        if (index < 0) return;
        m_values_request = m_session.fetch_field_values(field());
    });
}

std::string LearnForm::field() const {
    return m_fields->currentData().toByteArray().toStdString();
}

Method LearnForm::method() const {
    return static_cast<Method>(m_method->currentData().toInt());
}

void LearnForm::take_summary(const LibrarySummary& summary) {
    m_read_only = summary.read_only;
    const std::string before = m_fields->count() > 0 ? field() : m_wanted_field;
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
        Q_EMIT fieldChanged(field());
    }
    // Counts may have changed even where the fields have not.
    if (m_fields->count() > 0 && isVisible()) m_values_request = m_session.fetch_field_values(field());
    if (m_fields->count() == 0) m_classes->clear();
    show_state();
}

void LearnForm::set_field(const std::string& name) {
    m_wanted_field = name;
    const int place = m_fields->findData(QByteArray::fromStdString(name));
    if (place >= 0 && !m_session.training()) m_fields->setCurrentIndex(place);
}

void LearnForm::take_classes(const std::vector<ValueCount>& values) {
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

void LearnForm::set_all_classes(bool checked) {
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

void LearnForm::model_changed(const ModelStatus& model) {
    // The choice that the model in use rules out stays readable and says why.
    const bool transformer = is_transformer(model);
    if (auto* choices = qobject_cast<QStandardItemModel*>(m_method->model())) {
        for (int n = 0; n < m_method->count(); ++n) {
            const auto kind = static_cast<Method>(m_method->itemData(n).toInt());
            choices->item(n)->setEnabled(kind != Method::Dva || transformer);
        }
    }
    if (!transformer && method() == Method::Dva) m_method->setCurrentIndex(0);
    method_changed();
}

void LearnForm::method_changed() {
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
    const bool transformer = is_transformer(model);
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
    // A head learns from vectors and GDF-Net from maps; their colours are those of the stored pictures.
    m_less_colour->setVisible(thorough && chosen != Method::GdfNet);
    if (thorough && m_budget->currentIndex() == 0) m_budget->setCurrentIndex(m_budget->findData(8 * 3600));
    if (!thorough && m_budget->currentData().toInt() == 8 * 3600) m_budget->setCurrentIndex(0);
    show_boxes();
    ask_preview();
}

std::vector<std::string> LearnForm::checked_classes() const {
    std::vector<std::string> names;
    for (int n = 0; n < m_classes->count(); ++n) {
        const QListWidgetItem* item = m_classes->item(n);
        if (item->checkState() == Qt::Checked)
            names.push_back(item->data(kValueRole).toByteArray().toStdString());
    }
    return names;
}

TrainingRequest LearnForm::request() const {
    TrainingRequest request;
    request.label = field();
    const auto left_out = [this](int row) {
        const QListWidgetItem* item = m_classes->item(row);
        return item->flags().testFlag(Qt::ItemIsUserCheckable) && item->checkState() != Qt::Checked;
    };
    bool all = true;
    for (int row = 0; row < m_classes->count(); ++row) all = all && !left_out(row);
    if (!all) request.classes = checked_classes();
    request.settings.method = method();
    const bool choice = m_depth->isVisibleTo(m_choices);
    request.settings.end_to_end = choice && m_depth->currentData().toBool();
    if (m_less_colour->isVisibleTo(m_choices) && m_less_colour->isChecked())
        request.settings.options["augmentation"] = "dvf";
    request.settings.budget_seconds = m_budget->currentData().toInt();
    request.settings.bits = m_bits->currentData().toInt();
    request.model_name = m_name->text().trimmed().toStdString();
    return request;
}

void LearnForm::ask_preview() {
    m_possible = false;
    m_preview_request = 0;
    m_start->setEnabled(false);
    m_preview_timer.start();
}

void LearnForm::say_preview(const TrainingPreview& preview) {
    m_possible = true;
    m_plan = preview;
    m_name->setPlaceholderText(Text::display_name(preview.model_name));
    show_preview();
    show_state();
}

void LearnForm::show_preview() {
    if (!m_plan) return;
    const TrainingPreview& preview = *m_plan;
    QStringList parts{
        tr("Learns from %1 pictures. Of %2 classes %3 are learned and %4 kept aside to check on.")
            .arg(Text::count(preview.pictures), Text::count(preview.classes),
                 Text::count(preview.fit_classes), Text::count(preview.validation_classes))};
    if (preview.learned_classes > 0) {
        parts +=
            tr("It begins with %1, which has learned %n class(es) of those kept aside already, so they are "
               "found too well before and after. For an honest check use another model first.",
               nullptr, preview.learned_classes)
                .arg(Text::display_name(preview.base_name));
    }
    if (preview.not_embedded > 0) {
        parts +=
            tr("%n picture(s) are not embedded yet and take no part.", nullptr, int(preview.not_embedded));
    }
    if (preview.unreadable > 0) {
        parts += tr("%n picture(s) cannot be read and take no part.", nullptr, int(preview.unreadable));
    }
    if (method() == Method::Dva && !m_boxes->text().isEmpty()) parts += m_boxes->text();
    m_preview->setText(parts.join(QLatin1Char(' ')));
}

void LearnForm::show_boxes() {
    const bool any = method() == Method::Dva && !m_boxes->shown().empty();
    m_boxes_note->setVisible(any);
    m_boxes->setVisible(any);
}

void LearnForm::say_refusal(const Error& error) {
    m_possible = false;
    m_plan.reset();
    m_preview->setText(Text::error(error));
    show_state();
}

void LearnForm::show_state() {
    const bool choosing = m_fields->count() > 0 && !m_session.training() && !m_read_only;
    m_choices->setEnabled(choosing);
    m_start->setEnabled(choosing && m_possible);
}

void LearnForm::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_fields->count() > 0) m_values_request = m_session.fetch_field_values(field());
    ask_preview();
}

}  // namespace fieldmark
