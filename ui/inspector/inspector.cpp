// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/inspector/inspector.h"

#include <algorithm>
#include <set>

#include <QApplication>
#include <QClipboard>
#include <QCompleter>
#include <QDesktopServices>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include "core/library/built_in_fields.h"
#include "ui/inspector/field_delegate.h"
#include "ui/inspector/fields_model.h"
#include "ui/inspector/object_box_dialog.h"
#include "ui/inspector/value_edit_command.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/image_view.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

/// A thin bar from 0 to 1 beside the score's figure.
class ScoreBar : public QWidget {
  public:
    explicit ScoreBar(QWidget* parent) : QWidget(parent) { setFixedHeight(qMax(3, rhythm(this) / 2)); }
    void setScore(float score) {
        m_score = qBound(0.0, static_cast<double>(score), 1.0);
        update();
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        const qreal radius = height() / 2.0;
        painter.setBrush(
            blend(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.15));
        painter.drawRoundedRect(QRectF(rect()), radius, radius);
        QRectF part(rect());
        part.setWidth(part.width() * m_score);
        if (layoutDirection() == Qt::RightToLeft) part.moveRight(width());
        painter.setBrush(palette().color(QPalette::Highlight));
        painter.drawRoundedRect(part, radius, radius);
    }

  private:
    double m_score = 0;
};

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos || slash == 0 ? std::string("/") : path.substr(0, slash);
}

}  // namespace

Inspector::Inspector(Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setObjectName(QStringLiteral("inspector"));
    setAccessibleName(tr("About the selected picture"));
    const int unit = rhythm(this);
    m_stack = new QStackedLayout(this);
    m_stack->setContentsMargins(0, 0, 0, 0);

    m_placeholder = quiet_note(this, QStringLiteral("inspectorPlaceholder"),
                               tr("Select a picture to see what is known about it."));
    m_placeholder->setAlignment(Qt::AlignCenter);
    m_placeholder->setMargin(unit * 2);
    m_stack->addWidget(m_placeholder);

    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("inspectorScroll"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(unit, unit, unit, unit);
    column->setSpacing(unit);
    scroll->setWidget(page);
    m_stack->addWidget(scroll);

    m_preview = new ImageView(session, page);
    m_preview->setObjectName(QStringLiteral("inspectorPreview"));
    m_preview->setInteractive(false);
    m_preview->installEventFilter(this);
    column->addWidget(m_preview);

    m_title = new ElidedLabel(page);
    m_title->setObjectName(QStringLiteral("inspectorTitle"));
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    column->addWidget(m_title);

    m_query_box = new QWidget(page);
    auto* match_line = new QHBoxLayout(m_query_box);
    match_line->setContentsMargins(0, 0, 0, 0);
    match_line->setSpacing(unit);
    m_query_preview = new ImageView(session, m_query_box);
    m_query_preview->setObjectName(QStringLiteral("inspectorQuery"));
    m_query_preview->setInteractive(false);
    m_query_preview->setCropOnly(true);
    m_query_preview->setFixedSize(unit * 9, unit * 7);
    m_query_preview->setAccessibleName(tr("The query"));
    match_line->addWidget(m_query_preview);
    auto* score_column = new QVBoxLayout;
    score_column->setSpacing(unit / 2);
    score_column->addStretch(1);
    m_score = new QLabel(m_query_box);
    m_score->setObjectName(QStringLiteral("inspectorScore"));
    m_score->setWordWrap(true);
    m_score->setToolTip(
        tr("The score is the cosine between query and match: 1 is the same picture. It ranks the matches "
           "of one query; it is no probability."));
    score_column->addWidget(m_score);
    m_score_bar = new ScoreBar(m_query_box);
    score_column->addWidget(m_score_bar);
    score_column->addStretch(1);
    match_line->addLayout(score_column, 1);
    column->addWidget(m_query_box);

    m_error_box = new QWidget(page);
    auto* error_line = new QHBoxLayout(m_error_box);
    error_line->setContentsMargins(0, 0, 0, 0);
    auto* sign = new QLabel(m_error_box);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    sign->setPixmap(icon(QStringLiteral("warning")).pixmap(side, side));
    error_line->addWidget(sign, 0, Qt::AlignTop);
    m_error = new QLabel(m_error_box);
    m_error->setObjectName(QStringLiteral("inspectorError"));
    m_error->setTextFormat(Qt::PlainText);
    m_error->setWordWrap(true);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_retry = new QPushButton(tr("Retry"), m_error_box);
    m_retry->setObjectName(QStringLiteral("inspectorRetry"));
    m_retry->setIcon(icon(QStringLiteral("retry")));
    m_retry->setToolTip(tr("Try to read the file again"));
    auto* error_column = new QVBoxLayout;
    error_column->addWidget(m_error);
    error_column->addWidget(m_retry, 0, Qt::AlignLeading);
    error_line->addLayout(error_column, 1);
    column->addWidget(m_error_box);
    connect(m_retry, &QPushButton::clicked, this, &Inspector::retry);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(unit / 2);
    m_find = new QPushButton(tr("Find look-alikes"), page);
    m_find->setObjectName(QStringLiteral("inspectorFind"));
    m_find->setIcon(icon(QStringLiteral("find-similar")));
    m_find->setToolTip(tr("Search the library with this picture"));
    buttons->addWidget(m_find, 1);
    const auto tool = [&](const QString& name, const QString& icon_name, const QString& tip) {
        auto* button = new QToolButton(page);
        button->setObjectName(name);
        button->setIcon(icon(icon_name));
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAutoRaise(true);
        buttons->addWidget(button);
        return button;
    };
    m_open_folder =
        tool(QStringLiteral("inspectorOpenFolder"), QStringLiteral("folder"), tr("Open in file manager"));
    m_copy_path = tool(QStringLiteral("inspectorCopyPath"), QStringLiteral("copy"), tr("Copy path"));
    column->addLayout(buttons);
    // On a line of its own: in a narrow inspector the buttons above need all of theirs.
    m_closer = new QWidget(page);
    auto* closer = new FlowLayout(m_closer);
    closer->setContentsMargins(0, 0, 0, 0);
    closer->setSpacing(unit / 2);
    const auto worded = [&](const QString& name, const QString& icon_name, const QString& text,
                            const QString& tip) {
        auto* button = new QToolButton(m_closer);
        button->setObjectName(name);
        button->setText(text);
        button->setIcon(icon(icon_name));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setToolTip(tip);
        button->setAccessibleName(QString(text).remove(QStringLiteral("…")));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAutoRaise(true);
        closer->addWidget(button);
        return button;
    };
    m_object_box = worded(QStringLiteral("inspectorObjectBox"), QStringLiteral("crop"), tr("Object box…"),
                          tr("Where the object is in the picture"));
    m_look = worded(QStringLiteral("inspectorLook"), QStringLiteral("look"), tr("Look inside…"),
                    tr("What the model looks at in this picture"));
    column->addWidget(m_closer);
    connect(m_find, &QPushButton::clicked, this, [this] {
        if (!m_rows.empty()) Q_EMIT findSimilarRequested(m_rows.front().item.id);
    });
    connect(m_open_folder, &QToolButton::clicked, this, &Inspector::openFolder);
    connect(m_copy_path, &QToolButton::clicked, this, &Inspector::copyPath);
    connect(m_object_box, &QToolButton::clicked, this, &Inspector::editObjectBox);
    connect(m_look, &QToolButton::clicked, this, [this] {
        if (!m_rows.empty()) Q_EMIT lookRequested(m_rows.front().item.id, Text::title(m_rows.front()));
    });

    m_facts_box = new QWidget(page);
    m_facts_box->setObjectName(QStringLiteral("inspectorFacts"));
    m_facts = new QFormLayout(m_facts_box);
    m_facts->setContentsMargins(0, 0, 0, 0);
    m_facts->setHorizontalSpacing(unit * 2);
    m_facts->setVerticalSpacing(unit / 2);
    m_facts->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_facts->setLabelAlignment(Qt::AlignLeading);
    column->addWidget(m_facts_box);

    auto* fields_line = new QHBoxLayout;
    m_fields_title = new QLabel(tr("Fields"), page);
    m_fields_title->setFont(bold);
    fields_line->addWidget(m_fields_title, 1);
    m_add_field = new QToolButton(page);
    m_add_field->setObjectName(QStringLiteral("addField"));
    m_add_field->setText(tr("Add"));
    m_add_field->setIcon(icon(QStringLiteral("plus")));
    m_add_field->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_add_field->setAutoRaise(true);
    m_add_field->setToolTip(tr("Give the picture another field, or one that others have"));
    m_add_field->setAccessibleName(tr("Add a field"));
    m_add_field->setFocusPolicy(Qt::StrongFocus);
    fields_line->addWidget(m_add_field);
    column->addLayout(fields_line);
    connect(m_add_field, &QToolButton::clicked, this, &Inspector::beginAddField);

    m_no_fields =
        quiet_note(page, QStringLiteral("inspectorNoFields"),
                   tr("No fields yet. Labels come from folder names or a table, or are added here."));
    column->addWidget(m_no_fields);

    m_suggestions = new ValueSuggestions(session, this);
    m_fields = new FieldsModel(this);
    m_table = new QTableView(page);
    m_table->setObjectName(QStringLiteral("fieldsTable"));
    m_table->setAccessibleName(tr("Fields of the picture"));
    m_table->setModel(m_fields);
    m_table->setItemDelegate(new FieldDelegate(*m_suggestions, m_table));
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setAlternatingRowColors(true);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setTextElideMode(Qt::ElideRight);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::SelectedClicked |
                             QAbstractItemView::EditKeyPressed | QAbstractItemView::AnyKeyPressed);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setToolTip(tr("Double click or F2 changes a value, Del removes it"));
    m_table->horizontalHeader()->hide();
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + unit);
    m_table->horizontalHeader()->setSectionResizeMode(FieldsModel::NameColumn, QHeaderView::Interactive);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->installEventFilter(this);
    column->addWidget(m_table);
    connect(m_fields, &FieldsModel::editRequested, this, &Inspector::setValue);
    connect(m_fields, &QAbstractItemModel::modelReset, this, &Inspector::fitTable);

    m_add_box = new QWidget(page);
    auto* add_line = new QHBoxLayout(m_add_box);
    add_line->setContentsMargins(0, 0, 0, 0);
    add_line->setSpacing(unit / 2);
    m_add_name = new QLineEdit(m_add_box);
    m_add_name->setObjectName(QStringLiteral("addFieldName"));
    m_add_name->setPlaceholderText(tr("field"));
    m_add_name->setAccessibleName(tr("Name of the field"));
    add_line->addWidget(m_add_name, 1);
    m_add_value = new QLineEdit(m_add_box);
    m_add_value->setObjectName(QStringLiteral("addFieldValue"));
    m_add_value->setPlaceholderText(tr("value"));
    m_add_value->setAccessibleName(tr("Value of the field"));
    add_line->addWidget(m_add_value, 1);
    m_add_done = new QPushButton(tr("Set"), m_add_box);
    m_add_done->setObjectName(QStringLiteral("addFieldDone"));
    m_add_done->setToolTip(tr("Set this field (Enter)"));
    add_line->addWidget(m_add_done);
    m_add_box->hide();
    column->addWidget(m_add_box);
    column->addStretch(1);
    m_suggestions->attach(m_add_value);
    m_add_name->installEventFilter(this);
    m_add_value->installEventFilter(this);
    connect(m_add_name, &QLineEdit::returnPressed, this, [this] { m_add_value->setFocus(); });
    connect(m_add_name, &QLineEdit::editingFinished, this,
            [this] { m_suggestions->want(m_add_name->text().trimmed().toStdString()); });
    connect(m_add_value, &QLineEdit::returnPressed, this, &Inspector::finishAddField);
    connect(m_add_done, &QPushButton::clicked, this, &Inspector::finishAddField);

    connect(&session, &Session::itemsChanged, this, [this](const std::vector<ItemId>& changed) {
        if (m_rows.empty()) return;
        std::vector<ItemId> ids;
        bool concerns = changed.empty();
        for (const ItemRow& row : m_rows) {
            ids.push_back(row.item.id);
            concerns = concerns || std::find(changed.begin(), changed.end(), row.item.id) != changed.end();
        }
        if (concerns) m_rows_request = m_session.fetch_rows(ids);
    });
    connect(&session, &Session::rowsFetched, this, [this](RequestId id, const std::vector<ItemRow>& rows) {
        if (id != m_rows_request || id == 0) return;
        m_rows_request = 0;
        bool picture = false;
        for (ItemRow& row : m_rows) {
            const auto found = std::find_if(
                rows.begin(), rows.end(), [&](const ItemRow& other) { return other.item.id == row.item.id; });
            if (found == rows.end()) continue;
            picture = picture || found->item.hash != row.item.hash || found->item.state != row.item.state;
            row = *found;
            if (m_match && m_match->row.item.id == row.item.id) m_match->row = row;
        }
        refresh(picture);
    });
    // After an edit (ours, or one undone) at once, ahead of itemsChanged, which may wait half a second; after
    // a failed one, too: the values shown ahead of it are taken back.
    const auto fetch = [this] {
        std::vector<ItemId> ids;
        for (const ItemRow& row : m_rows) ids.push_back(row.item.id);
        if (!ids.empty()) m_rows_request = m_session.fetch_rows(ids);
    };
    connect(&session, &Session::edited, this, fetch);
    connect(&session, &Session::editFailed, this, fetch);
    connect(&session, &Session::closed, this, [this] { showRow(std::nullopt); });
    recolour();
    refresh(true);
}

Inspector::~Inspector() = default;

void Inspector::setUndoStack(QUndoStack* stack) {
    m_undo = stack;
}

void Inspector::showRow(const std::optional<ItemRow>& row) {
    m_match.reset();
    m_query.reset();
    const bool same = row && m_rows.size() == 1 && m_rows.front().item.id == row->item.id;
    m_rows = row ? std::vector<ItemRow>{*row} : std::vector<ItemRow>{};
    m_rows_request = 0;
    m_placeholder->setText(tr("Select a picture to see what is known about it."));
    refresh(!same);
}

void Inspector::showTooMany(int selected, int limit) {
    showRow(std::nullopt);
    m_placeholder->setText(tr("%1 pictures are selected. At most %2 can be edited together: select fewer.")
                               .arg(Text::count(selected), Text::count(limit)));
}

void Inspector::showRows(const std::vector<ItemRow>& rows) {
    if (rows.size() == 1) {
        showRow(rows.front());
        return;
    }
    m_match.reset();
    m_query.reset();
    m_rows = rows;
    m_rows_request = 0;
    refresh(true);
}

void Inspector::showMatch(const Match& match, const QueryImage& query) {
    const bool same = m_rows.size() == 1 && m_rows.front().item.id == match.row.item.id;
    m_match = match;
    m_query = query;
    m_rows = {match.row};
    m_rows_request = 0;
    refresh(!same);
}

void Inspector::refresh(bool picture) {
    if (picture) endAddField();
    m_stack->setCurrentIndex(m_rows.empty() ? 0 : 1);
    if (m_rows.empty()) {
        m_preview->setSource(std::nullopt);
        m_query_preview->setSource(std::nullopt);
        m_fields->setRows({});
        return;
    }
    const bool one = m_rows.size() == 1;
    const ItemRow& row = m_rows.front();
    if (picture) {
        if (one && row.item.state != ItemState::Failed) {
            QueryImage source;
            source.item = row.item.id;
            m_preview->setSource(source);
        } else {
            m_preview->setSource(std::nullopt);
        }
        m_preview->setEmptyText(one ? Text::state(row.item.state)
                                    : tr("%n pictures", nullptr, static_cast<int>(m_rows.size())));
    }
    m_preview->setVisible(one && row.item.state != ItemState::Failed);  // its reason stands below, in words
    m_title->setFullText(one ? Text::title(row)
                             : tr("%n pictures selected", nullptr, static_cast<int>(m_rows.size())));
    m_preview->setAccessibleName(m_title->fullText());

    m_query_box->setVisible(m_match.has_value());
    if (m_match) {
        const auto& shown = m_query_preview->source();
        const bool same_query = shown && same_subject(*shown, *m_query) && shown->crop == m_query->crop;
        if (!same_query) m_query_preview->setSource(m_query);
        const QString asked =
            m_query->anchor
                ? tr("What was searched with: %1. Shown is the picture nearest to it.", "an anchor")
                      .arg(Text::anchor(*m_query->anchor))
                : tr("What was searched with");
        m_query_preview->setToolTip(asked);
        m_query_preview->setAccessibleDescription(m_query->anchor ? asked : QString());
        m_score->setText(tr("rank %1 · score %2", "rank, score")
                             .arg(Text::count(m_match->rank), Text::score(m_match->score)));
        m_score->setAccessibleName(Text::spoken(*m_match));
        static_cast<ScoreBar*>(m_score_bar)->setScore(m_match->score);
    } else {
        m_query_preview->setSource(std::nullopt);
    }

    const bool failed = one && (row.item.state == ItemState::Failed || row.item.state == ItemState::Missing);
    m_error_box->setVisible(failed);
    if (failed) {
        const bool missing = row.item.state == ItemState::Missing;
        m_error->setText(
            missing ? tr("The file is gone, or its drive is not connected. Labels and vectors are kept.")
                    : tr("%1: %2", "kind of error, sentence")
                          .arg(Text::error(row.item.error_kind), Text::display_name(row.item.error_text)));
        m_retry->setVisible(!missing);
    }
    m_find->setVisible(one);
    m_find->setEnabled(one && row.item.state == ItemState::Ready);
    m_open_folder->setEnabled(one);
    m_closer->setVisible(one);
    for (QToolButton* button : {m_object_box, m_look})
        button->setEnabled(one && row.item.state == ItemState::Ready);
    refreshFacts();
    refreshFields();
    fitPreview();
}

void Inspector::addFact(const QString& name, const QString& text, const QString& tip) {
    if (text.isEmpty()) return;
    auto* label = new QuietLabel(m_facts_box, QStringLiteral("inspectorFact"), name);
    auto* value = new ElidedLabel(m_facts_box);
    value->setFullText(text, tip);
    value->setAccessibleName(tr("%1: %2", "fact, value").arg(name, text));
    m_facts->addRow(label, value);
}

void Inspector::refreshFacts() {
    while (m_facts->rowCount() > 0) m_facts->removeRow(0);
    if (m_rows.empty()) return;
    if (m_rows.size() == 1) {
        const ItemRow& row = m_rows.front();
        const QString path = Text::display_name(row.absolute_path);
        addFact(tr("File"), Text::file_name(row.item.path), path);
        addFact(tr("Folder"), Text::folder(row.absolute_path), path);
        addFact(tr("Collection"), Text::display_name(row.collection));
        addFact(tr("Size"), Text::size(row.item.size));
        addFact(tr("Pixels"), Text::pixels(row.item.width, row.item.height));
        addFact(tr("Taken"), Text::date(row.item.taken));
        addFact(tr("Changed"), Text::date(row.item.mtime_ns));
        if (row.item.state != ItemState::Ready) addFact(tr("State"), Text::state(row.item.state));
        return;
    }
    std::int64_t bytes = 0;
    std::set<std::string> collections;
    std::int64_t failed = 0;
    for (const ItemRow& row : m_rows) {
        bytes += row.item.size;
        collections.insert(row.collection);
        failed += row.item.state == ItemState::Failed ? 1 : 0;
    }
    addFact(tr("Size"), tr("%1 together").arg(Text::size(bytes)));
    addFact(tr("Collection"), collections.size() == 1
                                  ? Text::display_name(*collections.begin())
                                  : tr("%n collections", nullptr, static_cast<int>(collections.size())));
    if (failed > 0) addFact(tr("State"), tr("%n could not be read", nullptr, static_cast<int>(failed)));
}

void Inspector::refreshFields() {
    const bool read_only = m_session.summary().read_only;
    m_fields->setReadOnly(read_only);
    m_fields->setRows(m_rows);
    m_add_field->setVisible(!read_only);
    fitTable();
}

void Inspector::fitTable() {
    const int rows = m_fields->rowCount();
    m_no_fields->setVisible(rows == 0 && !m_add_box->isVisibleTo(this));
    m_table->setVisible(rows > 0);
    m_table->setFixedHeight(rows * m_table->verticalHeader()->defaultSectionSize() + 2);
    int names = rhythm(this) * 6;
    for (int i = 0; i < rows; ++i) {
        const QString name = m_fields->index(i, FieldsModel::NameColumn).data().toString();
        names = qMax(names, fontMetrics().horizontalAdvance(name) + rhythm(this) * 2);
    }
    m_table->setColumnWidth(FieldsModel::NameColumn, qMin(names, qMax(rhythm(this) * 6, width() * 2 / 5)));
}

void Inspector::fitPreview() {
    const int wide = width() - rhythm(this) * 2;
    int high = wide * 3 / 4;
    if (m_rows.size() == 1 && m_rows.front().item.width > 0 && m_rows.front().item.height > 0) {
        // No taller than the picture needs; a portrait gets more than a landscape, but leaves room for the
        // facts.
        high = static_cast<int>(static_cast<double>(wide) * m_rows.front().item.height /
                                m_rows.front().item.width);
    }
    const int least = rhythm(this) * 8;
    m_preview->setFixedHeight(qBound(least, high, qMax(least, height() * 9 / 20)));
}

void Inspector::setValue(const std::string& field, const std::string& value) {
    if (m_rows.empty() || field.empty()) return;
    auto command = std::make_unique<ValueEditCommand>(m_session, m_rows, field, value);
    if (!command->changesAnything()) return;
    for (ItemRow& row : m_rows) {
        if (value.empty())
            row.metadata.erase(field);
        else
            row.metadata[field] = value;
    }
    if (m_match) m_match->row = m_rows.front();
    if (m_undo)
        m_undo->push(command.release());
    else
        command->redo();
    m_title->setFullText(m_rows.size() == 1 ? Text::title(m_rows.front()) : m_title->fullText());
    // Not while the table still closes the editor that asked for this.
    QMetaObject::invokeMethod(
        this, [this] { refreshFields(); }, Qt::QueuedConnection);
}

void Inspector::beginAddField() {
    QStringList names;
    for (const Field& field : m_session.summary().fields) {
        const bool there = std::all_of(m_rows.begin(), m_rows.end(),
                                       [&](const ItemRow& row) { return row.metadata.contains(field.name); });
        if (!there) names += Text::display_name(field.name);
    }
    auto* completer = new QCompleter(names, m_add_name);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    delete m_add_name->completer();
    m_add_name->setCompleter(completer);
    m_add_name->clear();
    m_add_value->clear();
    m_add_box->show();
    m_add_field->setEnabled(false);
    fitTable();
    m_add_name->setFocus(Qt::OtherFocusReason);
}

void Inspector::finishAddField() {
    const QString name = m_add_name->text().simplified();
    const QString value = m_add_value->text().trimmed();
    if (name.isEmpty() || value.isEmpty()) {
        (name.isEmpty() ? m_add_name : m_add_value)->setFocus();
        return;
    }
    if (is_built_in_field(name.toStdString())) {
        Q_EMIT problemOccurred(
            {ErrorKind::Usage,
             tr("“%1” is a name that Fieldmark uses itself. Choose another one for the field.")
                 .arg(name)
                 .toStdString()});
        m_add_name->setFocus();
        return;
    }
    endAddField();
    setValue(name.toStdString(), value.toStdString());
    m_add_field->setFocus(Qt::OtherFocusReason);
}

void Inspector::endAddField() {
    m_add_box->hide();
    m_add_field->setEnabled(true);
    fitTable();
}

void Inspector::openFolder() {
    if (m_rows.empty()) return;
    const std::string folder = folder_of(m_rows.front().absolute_path);
    if (QDesktopServices::openUrl(Text::url_of(folder))) return;
    Q_EMIT problemOccurred(
        {ErrorKind::NotFound, tr("No file manager could be started for %1. Copy the path instead.")
                                  .arg(Text::display_name(folder))
                                  .toStdString()});
}

void Inspector::editObjectBox() {
    if (m_rows.size() != 1) return;
    auto* dialog = new ObjectBoxDialog(m_session, m_rows.front(), m_undo, window());
    dialog->show();
}

void Inspector::copyPath() {
    if (m_rows.empty()) return;
    QStringList lines;
    QList<QUrl> urls;
    for (const ItemRow& row : m_rows) {
        lines += QString::fromLocal8Bit(row.absolute_path.data(),
                                        static_cast<qsizetype>(row.absolute_path.size()));
        urls += Text::url_of(row.absolute_path);
    }
    auto* held = new QMimeData;
    held->setText(lines.join(QLatin1Char('\n')));
    held->setUrls(urls);
    QApplication::clipboard()->setMimeData(held);
}

void Inspector::retry() {
    std::vector<ItemId> ids;
    for (const ItemRow& row : m_rows) ids.push_back(row.item.id);
    m_session.retry_failed(ids);
}

void Inspector::recolour() {
    // Rows on the panel's own ground, striped by a breath of the text colour.
    QPalette table = palette();
    table.setColor(QPalette::Base, palette().color(QPalette::Window));
    table.setColor(QPalette::AlternateBase,
                   blend(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.05));
    m_table->setPalette(table);
}

void Inspector::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) recolour();
}

void Inspector::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitPreview();
    fitTable();
}

bool Inspector::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_preview && event->type() == QEvent::MouseButtonDblClick && m_match) {
        Q_EMIT compareRequested(m_match->row.item.id);
        return true;
    }
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (watched == m_table && (key == Qt::Key_Delete || key == Qt::Key_Backspace)) {
            const QModelIndex current = m_table->currentIndex();
            if (current.isValid() && !m_session.summary().read_only)
                setValue(m_fields->field(current.row()), {});
            return true;
        }
        if ((watched == m_add_name || watched == m_add_value) && key == Qt::Key_Escape) {
            endAddField();
            m_add_field->setFocus(Qt::OtherFocusReason);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace fieldmark
