// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/figure_tiles.h"

#include <cmath>

#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include "ui/widgets/flow_layout.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"

namespace fieldmark {

namespace {

QString number(double value) {
    return QLocale().toString(value, 'f', 1);
}

QString signed_number(double value) {
    const QString text = number(std::abs(value));
    return (value < 0 ? QChar(0x2212) : QLatin1Char('+')) + text;
}

}  // namespace

QString exact_percent(double fraction) {
    return FigureTiles::tr("%1%", "percentage").arg(number(100 * fraction));
}

QString interval_text(const Interval& interval) {
    return FigureTiles::tr("%1 to %2%", "the ends of an interval of percentages")
        .arg(number(100 * interval.low), number(100 * interval.high));
}

QString difference_text(const Interval& interval) {
    return FigureTiles::tr("%1 points (%2 to %3)", "a difference of percentages, the ends of its interval")
        .arg(signed_number(100 * interval.value), signed_number(100 * interval.low),
             signed_number(100 * interval.high));
}

FigureTiles::FigureTiles(QWidget* parent) : QWidget(parent) {
    auto* flow = new FlowLayout(this);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(rhythm(this) * 3);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void FigureTiles::set_figures(const std::vector<Figure>& figures) {
    while (QLayoutItem* item = layout()->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const Figure& figure : figures) {
        auto* tile = new QWidget(this);
        tile->setObjectName(QStringLiteral("figure"));
        tile->setToolTip(figure.tip);
        tile->setAccessibleName(tr("%1: %2", "name of a figure, its value").arg(figure.name, figure.value));
        tile->setAccessibleDescription(figure.range);
        auto* column = new QVBoxLayout(tile);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        auto* value = new QLabel(figure.value, tile);
        QFont large = value->font();
        large.setPointSizeF(large.pointSizeF() * 1.35);
        large.setBold(true);
        value->setFont(large);
        column->addWidget(value);
        column->addWidget(new QLabel(figure.name, tile));
        if (!figure.range.isEmpty()) {
            column->addWidget(new QuietLabel(tile, QStringLiteral("figureRange"), figure.range));
        }
        layout()->addWidget(tile);
    }
    updateGeometry();
}

}  // namespace fieldmark
