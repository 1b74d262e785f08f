// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/models/models_dialog.h"

#include <algorithm>

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/models/model_bar.h"
#include "ui/widgets/dialog_buttons.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/row_table.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

/// Numbers end on one line, words begin on one, and their headings with them.
int alignment(int column) {
    const bool number = column == ModelsModel::DimensionColumn || column == ModelsModel::InputColumn ||
                        column == ModelsModel::VectorsColumn;
    return int((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

}  // namespace

// --- the list ---

void ModelsModel::set_models(std::vector<ModelEntry> models) {
    beginResetModel();
    m_models = std::move(models);
    endResetModel();
}

int ModelsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_models.size());
}
int ModelsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString ModelsModel::kind_text(const ModelInfo& info) {
    if (info.method == "whitening") return tr("Whitening");
    if (info.method == "gapan") return tr("Trained (GAPan reconstruction)");
    if (info.method == "dva") return tr("Trained (DVA reconstruction)");
    if (info.method == "gdfnet") return tr("Trained (GDF-Net reconstruction)");
    if (info.method == "proxy-nca++") return tr("Trained (ProxyNCA++)");
    if (info.kind == "vit") return tr("Vision transformer");
    if (info.kind == "efficientnet-lite") return tr("EfficientNet-Lite");
    if (info.kind == "mobilenet-v2") return tr("MobileNetV2");
    return QString::fromStdString(info.kind);
}

QVariant ModelsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ModelEntry& model = entry(index.row());
    const ModelInfo& info = model.info;
    if (role == Qt::FontRole && model.current) {
        QFont font;
        font.setBold(true);
        return font;
    }
    if (role == Qt::TextAlignmentRole) return alignment(index.column());
    if (role == Qt::ToolTipRole) {
        QStringList lines;
        if (!info.feature.empty()) lines << Text::display_name(info.feature);
        if (!info.source.empty()) lines << Text::display_name(info.source);
        lines << tr("Hash %1").arg(QString::fromStdString(info.hash.substr(0, 16)));
        if (!model.installed) lines << tr("Its files are not on this machine.");
        return lines.join(QLatin1Char('\n'));
    }
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case NameColumn: {
            const QString name = Text::display_name(info.name);
            if (model.current) return tr("%1 (in use)").arg(name);
            return model.installed ? name : tr("%1 (not installed)").arg(name);
        }
        case KindColumn:
            return kind_text(info);
        case DimensionColumn:
            return info.bits > 0 ? tr("%1, code of %2 bits").arg(Text::count(info.dimension)).arg(info.bits)
                                 : Text::count(info.dimension);
        case InputColumn:
            return Text::pixels(info.input_width, info.input_height);
        case BaseColumn:
            return Text::display_name(model.base_name);
        case VectorsColumn:
            return Text::count(model.embeddings);
        case LicenceColumn:
            return Text::display_name(info.licence);
        default:
            return {};
    }
}

QVariant ModelsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return alignment(section);
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case DimensionColumn:
                return tr("How many numbers describe a picture");
            case InputColumn:
                return tr("Pixels of a picture that the model sees");
            case BaseColumn:
                return tr("The model whose numbers this one changes");
            case VectorsColumn:
                return tr("Pictures of this library that this model has described");
            default:
                return {};
        }
    }
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case NameColumn:
            return tr("Model");
        case KindColumn:
            return tr("Kind");
        case DimensionColumn:
            return tr("Numbers");
        case InputColumn:
            return tr("Input");
        case BaseColumn:
            return tr("Stands on");
        case VectorsColumn:
            return tr("Pictures");
        case LicenceColumn:
            return tr("Licence");
        default:
            return {};
    }
}

// --- the dialog ---

ModelsDialog::ModelsDialog(Session& session, QWidget* parent)
    : QDialog(parent), m_session(session), m_model(new ModelsModel(this)) {
    setObjectName(QStringLiteral("modelsDialog"));
    setWindowTitle(tr("Models"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    m_messages = new MessageBar(this);
    column->addWidget(m_messages);
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("modelsSummary"));
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    column->addWidget(m_summary);
    build_table();
    build_whitening();
    m_bar = new ModelBar(session, this);
    column->addWidget(m_bar);
    build_buttons();
    connect_session();
    resize(unit * 130, unit * 55);
    take({}, {});
}

void ModelsDialog::build_table() {
    m_table = new QTableView(this);
    show_rows(*m_table, QStringLiteral("modelsTable"));
    m_table->setAccessibleName(tr("Models"));
    m_table->setModel(m_model);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    set_column_widths(*m_table, {36, 20, 11, 12, 18, 10});  // the licence takes what is left
    auto* column = static_cast<QVBoxLayout*>(layout());
    column->addWidget(m_table, 1);
    m_empty =
        new QLabel(tr("No model is installed, so pictures cannot be described or searched. Import a weights "
                      "file, or set Fieldmark up again to get its own model."),
                   this);
    m_empty->setObjectName(QStringLiteral("modelsEmpty"));
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    column->addWidget(m_empty, 1);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &ModelsDialog::update_buttons);
    connect(m_table, &QTableView::activated, this, [this] {
        if (m_use->isEnabled()) m_use->click();
    });
}

void ModelsDialog::build_whitening() {
    auto* row = new QHBoxLayout;
    auto* what = new QLabel(tr("Whitening adapts a model to this library without labels:"), this);
    what->setWordWrap(true);
    row->addWidget(what, 1);
    auto* power_label = new QLabel(tr("S&trength"), this);
    row->addWidget(power_label);
    m_power = new QDoubleSpinBox(this);
    m_power->setObjectName(QStringLiteral("whiteningPower"));
    m_power->setRange(0, 1);
    m_power->setSingleStep(0.1);
    m_power->setDecimals(2);
    m_power->setValue(WhiteningSettings{}.power);
    m_power->setAccessibleName(tr("Strength of the whitening"));
    m_power->setToolTip(
        tr("0 only turns the numbers, 1 makes every direction count alike; 0.5 serves most libraries"));
    power_label->setBuddy(m_power);
    row->addWidget(m_power);
    auto* dimension_label = new QLabel(tr("&Numbers"), this);
    row->addWidget(dimension_label);
    m_dimension = new QSpinBox(this);
    m_dimension->setObjectName(QStringLiteral("whiteningDimension"));
    m_dimension->setRange(2, 8192);
    m_dimension->setValue(WhiteningSettings{}.dimension);
    m_dimension->setAccessibleName(tr("Numbers that describe a picture after the whitening"));
    m_dimension->setToolTip(tr("At most as many as the model has; fewer make searching faster"));
    dimension_label->setBuddy(m_dimension);
    row->addWidget(m_dimension);
    m_whiten = new QPushButton(this);
    m_whiten->setObjectName(QStringLiteral("modelsWhiten"));
    connect(m_whiten, &QPushButton::clicked, this, &ModelsDialog::try_or_undo_whitening);
    row->addWidget(m_whiten);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

void ModelsDialog::build_buttons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    dress_buttons(*buttons);
    m_import = buttons->addButton(tr("&Import…"), QDialogButtonBox::ActionRole);
    m_import->setObjectName(QStringLiteral("modelsImport"));
    m_import->setIcon(icon(QStringLiteral("open")));
    m_import->setToolTip(tr("Install a network from a safetensors file"));
    m_use = buttons->addButton(tr("&Use"), QDialogButtonBox::ActionRole);
    m_use->setObjectName(QStringLiteral("modelsUse"));
    m_use->setIcon(icon(QStringLiteral("check")));
    m_use->setToolTip(tr("Describe all pictures with the selected model, then search with it"));
    m_remove = buttons->addButton(tr("&Remove"), QDialogButtonBox::ActionRole);
    m_remove->setObjectName(QStringLiteral("modelsRemove"));
    m_remove->setIcon(icon(QStringLiteral("remove")));
    m_remove->setToolTip(tr("Delete what this library has of the selected model"));
    static_cast<QVBoxLayout*>(layout())->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(m_import, &QPushButton::clicked, this, &ModelsDialog::choose_file);
    connect(m_use, &QPushButton::clicked, this, [this] {
        if (const ModelEntry* entry = chosen()) use(*entry);
    });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        if (const ModelEntry* entry = chosen()) ask_to_remove(*entry);
    });
}

void ModelsDialog::connect_session() {
    connect(&m_session, &Session::modelsListed, this,
            [this](RequestId id, const std::vector<ModelEntry>& models, const std::vector<Error>& problems) {
                if (id == m_list_request) take(models, problems);
            });
    connect(&m_session, &Session::modelImported, this, [this](RequestId id, const ImportedModel& imported) {
        if (id != m_import_request) return;
        m_import_request = 0;
        m_select = imported.info.hash;
        Message message;
        message.kind = Message::Kind::Positive;
        message.id = QStringLiteral("models");
        message.text = tr("%1 is installed.").arg(Text::display_name(imported.info.name));
        QStringList notes;
        for (const std::string& note : imported.notes) notes << QString::fromStdString(note);
        message.detail = notes.join(QLatin1Char('\n'));
        m_messages->show_message(message);
        refresh();
    });
    connect(&m_session, &Session::modelRemoved, this, [this](RequestId id, const ModelRemoval&) {
        if (id != m_remove_request) return;
        m_remove_request = 0;
        refresh();
    });
    connect(&m_session, &Session::whiteningFitted, this, [this](RequestId id, const WhiteningReport& report) {
        if (id != m_whitening_request) return;
        m_whitening_request = 0;
        m_select = report.info.hash;
        m_bar->begin(Text::display_name(report.info.name));
        ModelSwitchRequest request;
        request.model = report.info.hash;
        m_session.use_model(request);
        refresh();
    });
    connect(&m_session, &Session::modelFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_import_request && id != m_remove_request && id != m_whitening_request) return;
        if (id == m_import_request) m_import_request = 0;
        if (id == m_remove_request) m_remove_request = 0;
        if (id == m_whitening_request) m_whitening_request = 0;
        show_error(error);
        update_buttons();
    });
    connect(&m_session, &Session::modelSwitchFailed, this, [this](const Error& error) {
        show_error(error);
        refresh();
    });
    connect(&m_session, &Session::modelSwitchFinished, this, [this](const ModelSwitchReport& report) {
        if (!report.cancelled && !report.switched && report.lacking > 0) {
            m_messages->show_message(lacking(report, [this](const ModelSwitchRequest& request) {
                m_session.use_model(request);
                update_buttons();
            }));
        }
        refresh();
    });
    connect(&m_session, &Session::modelChanged, this, [this] { refresh(); });
    connect(&m_session, &Session::summaryChanged, this, [this] {
        if (isVisible() && m_list_request == 0) refresh();
    });
    connect(&m_session, &Session::closed, this, &QDialog::close);
}

void ModelsDialog::refresh() {
    m_list_request = m_session.list_models();
}

void ModelsDialog::take(const std::vector<ModelEntry>& models, const std::vector<Error>& problems) {
    m_list_request = 0;
    if (const ModelEntry* entry = chosen(); entry != nullptr && m_select.empty()) m_select = entry->info.hash;
    m_model->set_models(models);
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->entry(row).info.hash == m_select) m_table->selectRow(row);
    }
    m_select.clear();
    m_table->setVisible(!models.empty());
    m_empty->setVisible(models.empty());
    const ModelEntry* now = current();
    m_summary->setText(now == nullptr
                           ? tr("This library has no model yet.")
                           : tr("This library searches with %1. Another model looks at the same pictures "
                                "in another way; what the present one has described is kept.")
                                 .arg(Text::display_name(now->info.name)));
    m_summary->setVisible(!models.empty());
    if (!problems.empty()) show_error(problems.front());
    update_buttons();
}

const ModelEntry* ModelsDialog::chosen() const {
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : &m_model->entry(rows.front().row());
}

const ModelEntry* ModelsDialog::current() const {
    const auto& models = m_model->models();
    const auto found =
        std::find_if(models.begin(), models.end(), [](const ModelEntry& entry) { return entry.current; });
    return found == models.end() ? nullptr : &*found;
}

const ModelEntry* ModelsDialog::before_whitening() const {
    const ModelEntry* now = current();
    if (now == nullptr || now->info.method != "whitening") return nullptr;
    const auto& models = m_model->models();
    const auto base = std::find_if(models.begin(), models.end(), [now](const ModelEntry& entry) {
        return entry.installed && entry.info.hash == now->info.base;
    });
    return base == models.end() ? nullptr : &*base;
}

void ModelsDialog::update_buttons() {
    const bool writable = m_session.is_open() && !m_session.summary().read_only;
    const bool idle = !m_session.switching_model() && m_whitening_request == 0;
    const ModelEntry* entry = chosen();
    const ModelEntry* now = current();
    m_import->setEnabled(m_session.is_open() && m_import_request == 0);
    m_import->setText(m_import_request == 0 ? tr("&Import…") : tr("Checking…"));
    m_use->setEnabled(writable && idle && entry != nullptr && entry->installed && !entry->current);
    m_remove->setEnabled(writable && idle && m_remove_request == 0 && entry != nullptr && !entry->current &&
                         (entry->embeddings > 0 || entry->of_library || entry->of_user));
    const bool undo = before_whitening() != nullptr;
    m_whiten->setText(undo                       ? tr("Undo &whitening")
                      : m_whitening_request != 0 ? tr("Computing…")
                                                 : tr("Try &whitening"));
    m_whiten->setToolTip(undo
                             ? tr("Go back to the model without whitening; its numbers are still there")
                             : tr("Compute a whitening from this library's own pictures and search with it"));
    m_whiten->setEnabled(writable && idle && now != nullptr && now->installed &&
                         (undo || now->embeddings > 0));
    m_power->setEnabled(m_whiten->isEnabled() && !undo);
    m_dimension->setEnabled(m_power->isEnabled());
}

Message ModelsDialog::lacking(const ModelSwitchReport& report,
                              const std::function<void(const ModelSwitchRequest&)>& change) {
    Message message;
    message.kind = Message::Kind::Warning;
    message.id = QStringLiteral("models");
    message.text =
        tr("%n picture(s) could not be described, because their drive is not connected. The "
           "former model stays in use; connect it and use the new one again.",
           nullptr, int(report.lacking));
    ModelSwitchRequest request;
    request.model = report.info.hash;
    request.allow_incomplete = true;
    message.actions.push_back({tr("Change all the same"), [change, request] { change(request); }});
    return message;
}

void ModelsDialog::choose_file() {
    auto* dialog =
        new QFileDialog(this, tr("Import a model"), {}, tr("Weights (*.safetensors);;All files (*)"));
    dialog->setObjectName(QStringLiteral("modelsFileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { import_file(Text::path_bytes(path)); });
    dialog->open();
}

void ModelsDialog::import_file(const std::string& path) {
    ModelImport request;
    request.file = path;
    m_import_request = m_session.import_model(request);
    update_buttons();
}

void ModelsDialog::use(const ModelEntry& entry) {
    m_bar->begin(Text::display_name(entry.info.name));
    ModelSwitchRequest request;
    request.model = entry.info.hash;
    m_session.use_model(request);
    update_buttons();
}

void ModelsDialog::ask_to_remove(const ModelEntry& entry) {
    const bool files = entry.of_library || entry.of_user;
    auto* box =
        new QMessageBox(QMessageBox::Question, tr("Remove a model"),
                        tr("Remove %1?").arg(Text::display_name(entry.info.name)), QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("modelsRemoveBox"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QString what =
        tr("What it knows of %n picture(s) of this library is deleted.", nullptr, int(entry.embeddings));
    what += QLatin1Char(' ');
    what += files ? tr("Its files are deleted too; no library can use it then.")
                  : tr("Its files came with the program and stay.");
    box->setInformativeText(what);
    QPushButton* remove = box->addButton(tr("Remove"), QMessageBox::DestructiveRole);
    remove->setObjectName(QStringLiteral("modelsRemoveConfirm"));
    connect(remove, &QPushButton::clicked, this, [this, hash = entry.info.hash] {
        m_remove_request = m_session.remove_model(hash);
        update_buttons();
    });
    box->open();
}

void ModelsDialog::try_or_undo_whitening() {
    if (const ModelEntry* former = before_whitening()) return use(*former);
    WhiteningRequest request;
    request.settings.power = m_power->value();
    request.settings.dimension = m_dimension->value();
    m_whitening_request = m_session.fit_whitening(request);
    update_buttons();
}

void ModelsDialog::show_error(const Error& error) {
    Message message = message_of(error);
    message.id = QStringLiteral("models");
    m_messages->show_message(message);
}

}  // namespace fieldmark
