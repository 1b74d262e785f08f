// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/models/model_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

ModelBar::ModelBar(Session& session, QWidget* parent) : QFrame(parent), m_session(session) {
    setObjectName(QStringLiteral("modelBar"));
    const int unit = rhythm(this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(unit, unit / 2, unit, unit / 2);
    row->setSpacing(unit);
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("modelBarText"));
    m_text->setTextFormat(Qt::PlainText);
    row->addWidget(m_text);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("modelBarProgress"));
    m_progress->setAccessibleName(tr("Change of model"));
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(fontMetrics().height() * 2 / 3);
    row->addWidget(m_progress, 1);
    m_cancel = new QPushButton(icon(QStringLiteral("close")), tr("Stop"), this);
    m_cancel->setObjectName(QStringLiteral("modelBarCancel"));
    m_cancel->setToolTip(tr("Keep the present model. What is done so far is kept for another time."));
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_cancelling = true;
        m_cancel->setEnabled(false);
        m_text->setText(tr("Stopping the change of model."));
        m_session.cancel_model_switch();
    });
    row->addWidget(m_cancel);

    connect(&session, &Session::modelSwitchProgress, this, &ModelBar::take);
    connect(&session, &Session::modelSwitchFinished, this, &ModelBar::end);
    connect(&session, &Session::modelSwitchFailed, this, &ModelBar::end);
    connect(&session, &Session::closed, this, &ModelBar::end);
    hide();
}

void ModelBar::begin(const QString& model) {
    m_running = true;
    m_cancelling = false;
    m_cancel->setEnabled(true);
    m_progress->setRange(0, 0);
    m_text->setText(tr("Changing to %1").arg(model));
    show();
    Q_EMIT visibilityChanged();
}

QString ModelBar::progress_text(const ModelSwitchProgress& progress) {
    const QString name = Text::display_name(progress.model);
    if (progress.phase == ModelSwitchProgress::Phase::Finishing)
        return tr("Changing to %1: finishing").arg(name);
    QString text =
        tr("Changing to %1: %2 of %3").arg(name, Text::count(progress.done), Text::count(progress.total));
    if (progress.per_second > 0 && progress.phase == ModelSwitchProgress::Phase::Embedding)
        text += QStringLiteral(" · ") + Text::rate(progress.per_second);
    if (progress.seconds_left >= 0) text += QStringLiteral(" · ") + Text::time_left(progress.seconds_left);
    return text;
}

void ModelBar::take(const ModelSwitchProgress& progress) {
    if (!m_running) begin(Text::display_name(progress.model));
    if (m_cancelling) return;
    m_text->setText(progress_text(progress));
    m_progress->setRange(0, int(std::min<std::int64_t>(progress.total, 1'000'000'000)));
    m_progress->setValue(int(std::min<std::int64_t>(progress.done, 1'000'000'000)));
}

void ModelBar::end() {
    m_running = false;
    hide();
    Q_EMIT visibilityChanged();
}

}  // namespace fieldmark
