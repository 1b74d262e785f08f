// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/window/about_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/widgets/dialog_buttons.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

AboutDialog::AboutDialog(const LibrarySummary& library, const ModelStatus& model, QWidget* parent)
    : QDialog(parent) {
    setObjectName(QStringLiteral("aboutDialog"));
    setWindowTitle(tr("About Fieldmark"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(unit * 3, unit * 3, unit * 3, unit * 2);
    column->setSpacing(unit * 2);

    auto* head = new QHBoxLayout;
    head->setSpacing(unit * 2);
    auto* mark = new QLabel(this);
    mark->setPixmap(application_icon().pixmap(QSize(unit * 8, unit * 8), devicePixelRatioF()));
    head->addWidget(mark);
    auto* title = new QLabel(tr("Fieldmark %1").arg(QStringLiteral(FIELDMARK_VERSION)), this);
    QFont font = title->font();
    font.setPointSizeF(font.pointSizeF() * 1.6);
    title->setFont(font);
    auto* titles = new QVBoxLayout;
    titles->addStretch(1);
    titles->addWidget(title);
    titles->addWidget(new QLabel(tr("Finds look-alikes in your own pictures, on this computer."), this));
    titles->addStretch(1);
    head->addLayout(titles, 1);
    column->addLayout(head);

    QString report = title->text() + QLatin1Char('\n');
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(unit * 2);
    form->setVerticalSpacing(unit / 2);
    column->addLayout(form);
    const auto add = [&](const QString& name, const QString& value) {
        if (value.isEmpty()) return;
        auto* label = new QLabel(value, this);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setWordWrap(true);
        form->addRow(name, label);
        report += name + QLatin1Char(' ') + value + QLatin1Char('\n');
    };
    if (model.loading) {
        add(tr("Model:"), tr("loading…"));
    } else if (!model.available) {
        add(tr("Model:"), Text::error(model.error));
    } else {
        add(tr("Model:"), QString::fromStdString(model.info.name));
        add(tr("Model hash:"), QString::fromStdString(model.info.hash).left(16));
        add(tr("Feature:"),
            tr("%1, %2 numbers", "what is computed, of how many numbers")
                .arg(QString::fromStdString(model.info.feature), Text::count(model.info.dimension)));
        add(tr("Engine:"), QString::fromStdString(model.engine));
        if (model.measured)
            add(tr("Measured here:"),
                tr("%1 with %2 threads and batches of %3 (%4)", "speed, e.g. 96 pictures/s; last the engine")
                    .arg(Text::rate(model.measured->images_per_second))
                    .arg(model.measured->threads)
                    .arg(model.measured->batch)
                    .arg(QString::fromStdString(model.measured->engine)));
        add(tr("Weights:"), QString::fromStdString(model.info.source));
        add(tr("Licence of the weights:"), QString::fromStdString(model.info.licence));
    }
    if (!library.folder.empty()) {
        // A path has no spaces to break at: its middle gives way.
        auto* folder = new ElidedLabel(this);
        folder->setFullText(Text::display_name(library.folder));
        form->addRow(tr("Library:"), folder);
        report += tr("Library:") + QLatin1Char(' ') + folder->fullText() + QLatin1Char('\n');
        add(tr("Searchable:"),
            tr("%1 of %2 pictures").arg(Text::count(model.embedded), Text::count(library.counts.items)));
    }
    add(tr("Qt:"), QString::fromLatin1(qVersion()));
    auto* licences = new QLabel(tr("Fieldmark is free software under the Apache Licence 2.0. It stands on Qt "
                                   "(LGPL), LibTorch (BSD), OpenCV "
                                   "(Apache 2.0), hnswlib (Apache 2.0), SQLite (public domain), SQLiteCpp "
                                   "(MIT) and nlohmann-json (MIT)."),
                                this);
    licences->setWordWrap(true);
    licences->setMinimumWidth(unit * 50);
    column->addWidget(licences);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    dress_buttons(*buttons);
    auto* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    copy->setIcon(icon(QStringLiteral("copy")));
    copy->setToolTip(tr("Copy these lines as text"));
    connect(copy, &QPushButton::clicked, this, [report] { QApplication::clipboard()->setText(report); });
    auto* qt = buttons->addButton(tr("About Qt"), QDialogButtonBox::ActionRole);
    connect(qt, &QPushButton::clicked, qApp, &QApplication::aboutQt);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    column->addWidget(buttons);
}

}  // namespace fieldmark
