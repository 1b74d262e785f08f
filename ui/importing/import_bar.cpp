// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/importing/import_bar.h"

#include <algorithm>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

ImportBar::ImportBar(Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setObjectName(QStringLiteral("importBar"));
    setAccessibleName(tr("Import"));
    const int unit = rhythm(this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(unit + unit / 2, unit / 2, unit, unit / 2);
    row->setSpacing(unit);

    m_icon = new QLabel(this);
    row->addWidget(m_icon);
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("importText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setMinimumWidth(unit * 10);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    row->addWidget(m_text, 3);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("importProgress"));
    m_progress->setAccessibleName(tr("Import progress"));
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(fontMetrics().height() * 2 / 3);
    row->addWidget(m_progress, 1);
    m_failed = new QPushButton(this);
    m_failed->setObjectName(QStringLiteral("importFailed"));
    m_failed->setFlat(true);
    m_failed->setIcon(icon(QStringLiteral("warning")));
    m_failed->setToolTip(tr("Show which pictures could not be read, and why"));
    m_failed->setCursor(Qt::PointingHandCursor);
    connect(m_failed, &QPushButton::clicked, this, &ImportBar::failedListRequested);
    row->addWidget(m_failed);
    m_pause = new QPushButton(this);
    m_pause->setObjectName(QStringLiteral("importPause"));
    connect(m_pause, &QPushButton::clicked, this, [this] {
        m_paused = !m_paused;
        m_session.pause_import(m_paused);
        set_buttons(true);
    });
    row->addWidget(m_pause);
    m_cancel = new QPushButton(icon(QStringLiteral("close")), tr("Cancel"), this);
    m_cancel->setObjectName(QStringLiteral("importCancel"));
    m_cancel->setToolTip(tr("Stop this import. What is done so far is kept."));
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_cancelling = true;
        m_cancel->setEnabled(false);
        m_pause->setEnabled(false);
        m_text->setText(tr("Stopping the import. What is done so far is kept."));
        m_session.cancel_import();
    });
    row->addWidget(m_cancel);
    m_close = new QToolButton(this);
    m_close->setObjectName(QStringLiteral("importClose"));
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Close this summary"));
    m_close->setAccessibleName(tr("Close this summary"));
    connect(m_close, &QToolButton::clicked, this, [this] {
        hide();
        Q_EMIT visibilityChanged();
    });
    row->addWidget(m_close);

    connect(&session, &Session::importProgress, this, &ImportBar::take_progress);
    connect(&session, &Session::importFinished, this, &ImportBar::take_report);
    connect(&session, &Session::importFailed, this, [this] {
        m_running = false;
        hide();
        Q_EMIT visibilityChanged();
    });
    connect(&session, &Session::closed, this, [this] {
        m_running = false;
        hide();
        Q_EMIT visibilityChanged();
    });
    hide();
}

void ImportBar::begin(const QString& name) {
    m_name = name;
    m_running = true;
    m_paused = false;
    m_cancelling = false;
    set_failed(0);
    set_buttons(true);
    m_progress->setRange(0, 0);
    m_text->setText(progress_text({}, m_name));
    show();
    Q_EMIT visibilityChanged();
}

QString ImportBar::progress_text(const ImportProgress& progress, const QString& name) {
    QString what;
    switch (progress.phase) {
        case ImportProgress::Phase::Listing:
            what = progress.listed == 0
                       ? tr("looking for pictures")
                       : tr("looking for pictures, %1 files seen").arg(Text::count(progress.listed));
            break;
        case ImportProgress::Phase::Embedding:
            what = tr("%1 of %2").arg(Text::count(progress.done), Text::count(progress.total));
            break;
        case ImportProgress::Phase::Finishing:
            what = tr("finishing");
            break;
    }
    if (progress.paused)
        what = tr("paused at %1 of %2").arg(Text::count(progress.done), Text::count(progress.total));
    QString text = name.isEmpty() ? tr("Importing: %1").arg(what) : tr("Importing %1: %2").arg(name, what);
    if (progress.phase == ImportProgress::Phase::Embedding && !progress.paused) {
        if (progress.images_per_second > 0)
            text += QStringLiteral(" · ") + Text::rate(progress.images_per_second);
        if (progress.seconds_left >= 0)
            text += QStringLiteral(" · ") + Text::time_left(progress.seconds_left);
    }
    return text;
}

QString ImportBar::stages_text(const std::vector<StageStatus>& stages) {
    QStringList lines;
    const StageStatus* slowest = nullptr;
    for (const StageStatus& stage : stages) {
        if (stage.busy_seconds > 0 && (slowest == nullptr || stage.busy_seconds > slowest->busy_seconds))
            slowest = &stage;
    }
    for (const StageStatus& stage : stages) {
        const QString name = stage.name == "list"     ? tr("Listing files")
                             : stage.name == "decode" ? tr("Reading and decoding")
                             : stage.name == "embed"  ? tr("Computing features")
                             : stage.name == "store"  ? tr("Writing to the library")
                                                      : QString::fromStdString(stage.name);
        QString line =
            tr("%1: %2 done in %3").arg(name, Text::count(stage.done), Text::duration(stage.busy_seconds));
        if (&stage == slowest) line += QStringLiteral(" ← ") + tr("the slowest");
        lines.append(line);
    }
    return lines.join(QLatin1Char('\n'));
}

QString ImportBar::summary_text(const ImportReport& report, const QString& name) {
    QStringList parts;
    if (report.added > 0) parts.append(tr("%1 added").arg(Text::count(report.added)));
    if (report.updated > 0) parts.append(tr("%1 updated").arg(Text::count(report.updated)));
    if (report.moved > 0) parts.append(tr("%1 moved").arg(Text::count(report.moved)));
    if (report.missing > 0) parts.append(tr("%1 missing").arg(Text::count(report.missing)));
    if (parts.isEmpty()) {
        parts.append(report.embedded > 0 ? tr("%1 made searchable").arg(Text::count(report.embedded))
                                         : tr("0 new"));
    }
    if (report.unchanged > 0 && report.added + report.updated == 0) {
        parts.append(tr("%1 unchanged").arg(Text::count(report.unchanged)));
    }
    QString text = parts.join(QStringLiteral(", "));
    if (report.labels.rows > 0) {
        text += QStringLiteral(" · ") +
                tr("labels for %1 of %2 rows")
                    .arg(Text::count(report.labels.matched), Text::count(report.labels.rows));
    }
    text += QStringLiteral(" · ") + Text::duration(report.seconds);
    if (report.cancelled) {
        text = tr("cancelled; the %1 pictures done so far are kept and can be searched. Adding the folder "
                  "again goes on "
                  "from there.")
                   .arg(Text::count(report.embedded));
    }
    return name.isEmpty() ? tr("Import: %1").arg(text)
                          : tr("%1: %2", "name of an import, what came of it").arg(name, text);
}

void ImportBar::take_progress(const ImportProgress& progress) {
    if (!m_running) begin(m_name);
    m_paused = progress.paused;
    if (!m_cancelling) {
        const QString text = progress_text(progress, m_name);
        m_text->setText(text);
        m_text->setToolTip(stages_text(progress.stages));
        set_buttons(true);
    }
    if (progress.phase == ImportProgress::Phase::Embedding && progress.total > 0) {
        m_progress->setRange(0, 1000);
        m_progress->setValue(int(progress.done * 1000 / progress.total));
    } else {
        m_progress->setRange(0, 0);
    }
    set_failed(progress.failed);
}

void ImportBar::take_report(const ImportReport& report) {
    m_running = false;
    m_report = report;
    m_text->setText(summary_text(report, m_name));
    QString tip = stages_text(report.stages);
    if (report.labels.unmatched_count > 0) {
        tip += QLatin1Char('\n') + tr("%n row(s) of the label table name no picture here", nullptr,
                                      int(report.labels.unmatched_count));
    }
    m_text->setToolTip(tip);
    set_failed(std::int64_t(report.failed.size()));
    set_buttons(false);
    show();
    Q_EMIT finished(report);
    Q_EMIT visibilityChanged();
}

void ImportBar::set_failed(std::int64_t count) {
    m_failed->setText(tr("%n failed", nullptr, int(count)));
    m_failed->setVisible(count > 0);
}

void ImportBar::set_buttons(bool running) {
    m_progress->setVisible(running);
    m_pause->setVisible(running);
    m_cancel->setVisible(running);
    m_close->setVisible(!running);
    m_pause->setEnabled(!m_cancelling);
    m_cancel->setEnabled(!m_cancelling);
    m_pause->setText(m_paused ? tr("Resume") : tr("Pause"));
    m_pause->setIcon(icon(m_paused ? QStringLiteral("resume") : QStringLiteral("pause")));
    m_pause->setToolTip(m_paused ? tr("Go on with the import")
                                 : tr("Stop for now; go on later from the same place"));
    const QString name = running              ? QStringLiteral("folder-add")
                         : m_report.cancelled ? QStringLiteral("information")
                                              : QStringLiteral("positive");
    m_icon->setPixmap(icon_pixmap(name, style()->pixelMetric(QStyle::PM_SmallIconSize),
                                  palette().color(QPalette::WindowText), devicePixelRatioF()));
}

void ImportBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) set_buttons(m_running);
    QWidget::changeEvent(event);
}

}  // namespace fieldmark
