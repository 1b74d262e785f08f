// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/inspector/look_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QSaveFile>
#include <QSlider>
#include <QThreadPool>
#include <QVBoxLayout>

#include "core/engine/explain/look_picture.h"
#include "ui/widgets/dialog_buttons.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/image_view.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

namespace {

constexpr int kSavedSide = 2000;

}  // namespace

LookDialog::LookDialog(Session& session, QWidget* parent) : QDialog(parent), m_session(session) {
    setObjectName(QStringLiteral("lookDialog"));
    setWindowTitle(tr("What the model looks at"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    m_name = new ElidedLabel(this);
    QFont bold = m_name->font();
    bold.setBold(true);
    m_name->setFont(bold);
    column->addWidget(m_name);

    auto* choosers = new QWidget(this);
    auto* flow = new FlowLayout(choosers);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(unit);
    const auto chooser = [&](QWidget* box, const QString& name, const QString& words) {
        auto* label = new QLabel(words, box);
        auto* combo = new QComboBox(box);
        combo->setObjectName(name);
        combo->setAccessibleName(QString(words).remove(QLatin1Char('&')).remove(QLatin1Char(':')));
        combo->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        label->setBuddy(combo);
        box->layout()->addWidget(label);
        box->layout()->addWidget(combo);
        return combo;
    };
    const auto group = [&] {
        auto* box = new QWidget(choosers);
        auto* line = new QHBoxLayout(box);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(unit);
        flow->addWidget(box);
        return box;
    };
    m_kind = chooser(group(), QStringLiteral("lookKind"), tr("&Show:"));
    m_kind->setToolTip(tr("What of the model is laid over the picture"));
    m_attention = group();
    m_layer = chooser(m_attention, QStringLiteral("lookLayer"), tr("&Layer:"));
    m_layer->setToolTip(tr("Which of the transformer's layers"));
    m_head = chooser(m_attention, QStringLiteral("lookHead"), tr("&Head:"));
    m_head->setToolTip(tr("Which of the layer's attention heads"));
    m_attention->hide();
    column->addWidget(choosers);

    m_view = new ImageView(session, this);
    m_view->setObjectName(QStringLiteral("lookView"));
    column->addWidget(m_view, 1);

    auto* opacity = new QHBoxLayout;
    auto* opacity_label = new QLabel(tr("&Opacity:"), this);
    m_opacity = new QSlider(Qt::Horizontal, this);
    m_opacity->setObjectName(QStringLiteral("lookOpacity"));
    m_opacity->setAccessibleName(tr("Opacity"));
    m_opacity->setToolTip(tr("How strongly the heat covers the picture"));
    m_opacity->setRange(0, 100);
    m_opacity->setValue(100);
    opacity_label->setBuddy(m_opacity);
    opacity->addWidget(opacity_label);
    opacity->addWidget(m_opacity, 1);
    column->addLayout(opacity);

    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("lookNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setMinimumHeight(2 * m_note->fontMetrics().lineSpacing());  // nothing moves as it is rewritten
    m_note->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    column->addWidget(m_note);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    dress_buttons(*buttons);
    m_save = buttons->addButton(tr("Save as &PNG…"), QDialogButtonBox::ActionRole);
    m_save->setObjectName(QStringLiteral("lookSave"));
    m_save->setAutoDefault(false);
    m_save->setEnabled(false);
    column->addWidget(buttons);

    connect(m_kind, &QComboBox::currentIndexChanged, this, &LookDialog::ask);
    connect(m_layer, &QComboBox::currentIndexChanged, this, &LookDialog::ask);
    connect(m_head, &QComboBox::currentIndexChanged, this, &LookDialog::ask);
    connect(m_opacity, &QSlider::valueChanged, this,
            [this](int value) { m_view->setOverlayOpacity(value / 100.0); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_save, &QPushButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Save as PNG"));
        dialog->setObjectName(QStringLiteral("lookSaveDialog"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setNameFilter(tr("PNG pictures (*.png)"));
        dialog->setDefaultSuffix(QStringLiteral("png"));
        connect(dialog, &QFileDialog::fileSelected, this, &LookDialog::save);
        dialog->open();
    });
    connect(this, &LookDialog::saved, this, [this](const QString& file, bool done) {
        const QString name = Text::display_name(Text::path_bytes(file));
        m_note->setText(done ? tr("Saved as \"%1\".").arg(name)
                             : tr("\"%1\" could not be written. Choose another folder.").arg(name));
    });
    connect(&session, &Session::closed, this, &QDialog::reject);
    connect(&session, &Session::lookedAt, this, [this](RequestId id, const PictureLook& look) {
        if (id == m_request && id != 0) take(look);
    });
    connect(&session, &Session::lookFailed, this, [this](RequestId id, const Error& error) {
        if (id != m_request || id == 0) return;
        m_request = 0;
        m_look.map = {};
        m_view->setOverlay(nullptr);
        m_view->setMark(std::nullopt);
        m_save->setEnabled(false);
        m_note->setText(Text::error(error));
    });
    // Another model looks with other eyes.
    connect(&session, &Session::modelChanged, this, [this](const ModelStatus& model) {
        if (model.available && model.info.hash != m_asked && isVisible()) ask();
    });
    connect(&session, &Session::pictureReady, this,
            [this](RequestId id, const QImage& image, int, int, const Error& error) {
                if (id != m_save_request || id == 0) return;
                m_save_request = 0;
                if (image.isNull()) {
                    m_note->setText(Text::error(error));
                    return;
                }
                const double strength = m_opacity->value() / 100.0;
                QThreadPool::globalInstance()->start(
                    [self = QPointer(this), file = m_save_file, image, look = m_save_look, strength] {
                        const QImage page = draw_look(image, look, strength);
                        QSaveFile out(file);
                        const bool done =
                            out.open(QIODevice::WriteOnly) && page.save(&out, "PNG") && out.commit();
                        // The dialog may be gone by the time this runs on its thread.
                        QMetaObject::invokeMethod(
                            qApp,
                            [self, file, done] {
                                if (self) Q_EMIT self->saved(file, done);
                            },
                            Qt::QueuedConnection);
                    });
            });
    resize(unit * 80, unit * 80);
}

LookDialog::~LookDialog() {
    if (m_request != 0) m_session.cancel_look();
}

void LookDialog::setPicture(const QueryImage& picture, const QString& name) {
    m_picture = picture;
    m_name->setFullText(name);
    m_view->setSource(picture);
    m_view->setViewpoint({});
    m_view->setOverlay(nullptr);
    m_view->setMark(std::nullopt);
    // What was seen in the picture before is not this one's: not to be saved over it.
    m_look.map = {};
    m_look.box.reset();
    m_save->setEnabled(false);
    m_save_request = 0;
    ask();
}

void LookDialog::ask() {
    if (m_filling) return;
    PictureLookRequest request;
    request.picture = m_picture;
    if (m_kind->currentIndex() >= 0) request.kind = static_cast<LookKind>(m_kind->currentData().toInt());
    if (m_layer->currentIndex() >= 0) request.layer = m_layer->currentData().toInt();
    if (m_head->currentIndex() >= 0) request.head = m_head->currentData().toInt();
    m_asked = m_session.model().info.hash;
    m_request = m_session.look_at(request);
    m_note->setText(tr("Looking…"));
}

void LookDialog::take(const PictureLook& look) {
    m_request = 0;
    m_look = look;
    fill();
    m_view->setOverlay(std::make_shared<PictureOverlay>(look_overlay(look)));
    m_view->setMark(look.box);
    m_save->setEnabled(true);
    say();
}

void LookDialog::fill() {
    m_filling = true;
    const auto kind_name = [](LookKind kind) {
        switch (kind) {
            case LookKind::Energy:
                return tr("Strength of the features");
            case LookKind::Attention:
                return tr("Attention of one layer");
            case LookKind::Rollout:
                return tr("Attention through all layers");
            case LookKind::Object:
                return tr("Object and its box");
        }
        return QString();
    };
    m_kind->clear();
    for (const LookKind kind : m_look.kinds) m_kind->addItem(kind_name(kind), static_cast<int>(kind));
    m_kind->setCurrentIndex(m_kind->findData(static_cast<int>(m_look.kind)));
    if (m_layer->count() != m_look.layers) {
        m_layer->clear();
        for (int layer = 0; layer < m_look.layers; ++layer)
            m_layer->addItem(
                tr("%1 of %2", "layer, count").arg(Text::count(layer + 1), Text::count(m_look.layers)),
                layer);
    }
    if (m_head->count() != m_look.heads + 1) {
        m_head->clear();
        m_head->addItem(tr("mean of all"), -1);
        for (int head = 0; head < m_look.heads; ++head)
            m_head->addItem(
                tr("%1 of %2", "head, count").arg(Text::count(head + 1), Text::count(m_look.heads)), head);
    }
    if (m_look.kind == LookKind::Attention) {
        m_layer->setCurrentIndex(m_layer->findData(m_look.layer));
        m_head->setCurrentIndex(m_head->findData(m_look.head));
    } else if (m_layer->currentIndex() < 0 || m_head->currentIndex() < 0) {
        m_layer->setCurrentIndex(m_layer->count() - 1);
        m_head->setCurrentIndex(0);
    }
    m_attention->setVisible(m_look.kind == LookKind::Attention);
    m_filling = false;
}

void LookDialog::say() {
    QString words;
    switch (m_look.kind) {
        case LookKind::Energy:
            words =
                tr("How strongly each place answers in the last layer. Strong is not yet important: the "
                   "comparison's \"Why\" shows what carries a score.");
            break;
        case LookKind::Attention:
            words = tr("Where this layer gathers what becomes the picture's vector.");
            break;
        case LookKind::Rollout:
            words = tr("How much each place reaches the picture's vector through all layers.");
            break;
        case LookKind::Object:
            words = m_look.box ? tr("What the object finder takes for the object, and the box around it.")
                               : tr("The object finder sees no single object here.");
            break;
    }
    m_note->setText(m_look.kind == LookKind::Object
                        ? words
                        : tr("%1: %2", "model, what is shown").arg(Text::display_name(m_look.model), words));
}

void LookDialog::save(const QString& file) {
    m_save_file = file;
    m_save_look = m_look;
    m_save_request = m_session.load_picture(m_picture, kSavedSide);
}

}  // namespace fieldmark
