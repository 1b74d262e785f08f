// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/specimens.h"

#include <random>

#include <QDir>
#include <QFile>
#include <QPainter>
#include <QPainterPath>
#include <QTextStream>

namespace fieldmark::testing {

QImage draw_specimen(int species, int individual, const SpecimenOptions& options) {
    std::mt19937 random(options.seed * 7919u + static_cast<unsigned>(species) * 101u + static_cast<unsigned>(individual));
    const auto uniform = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
    };

    QImage image(options.width, options.height, QImage::Format_RGB32);
    image.fill(QColor::fromHsvF(static_cast<float>(uniform(0.15, 0.6)), 0.25F, static_cast<float>(uniform(0.65, 0.95))));
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < 12; ++i) {  // grass and twigs, of no meaning
        painter.setPen(QPen(QColor::fromHsvF(0.3F, 0.4F, static_cast<float>(uniform(0.3, 0.7))), uniform(1, 4)));
        const double x = uniform(0, options.width);
        painter.drawLine(QPointF(x, options.height), QPointF(x + uniform(-30, 30), options.height * uniform(0.4, 0.9)));
    }

    const double scale = options.height / 240.0 * uniform(0.8, 1.1);
    painter.translate(options.width / 2.0 + uniform(-20, 20), options.height / 2.0 + uniform(-12, 12));
    painter.scale(random() % 2 == 0 ? scale : -scale, scale);
    painter.rotate(uniform(-12, 12));

    const QColor plumage = QColor::fromHsvF(0.08F, 0.45F, static_cast<float>(uniform(0.45, 0.6)));
    painter.setPen(Qt::NoPen);
    painter.setBrush(plumage.darker(130));
    QPainterPath tail(QPointF(-55, 0));
    tail.lineTo(-115, 22);
    tail.lineTo(-105, 42);
    tail.lineTo(-45, 25);
    painter.drawPath(tail);
    painter.setBrush(plumage);
    painter.drawEllipse(QPointF(0, 10), 70, 44);
    painter.drawEllipse(QPointF(58, -30), 30, 27);
    painter.setBrush(plumage.lighter(150));
    painter.drawEllipse(QPointF(20, 28), 42, 24);
    painter.setBrush(QColor(60, 50, 40));
    QPainterPath beak(QPointF(84, -36));
    beak.lineTo(108, -28);
    beak.lineTo(84, -22);
    painter.drawPath(beak);
    painter.setBrush(plumage.darker(150));
    painter.drawEllipse(QPointF(-14, 4), 40, 22);  // folded wing

    // The field mark: hue and place belong to the species alone.
    const QColor mark = QColor::fromHsvF(static_cast<float>(species % 8) / 8.0F, 0.95F, 0.95F);
    painter.setBrush(mark);
    switch ((species / 2) % 4) {
        case 0: painter.drawEllipse(QPointF(58, -50), 17, 8); break;     // crown
        case 1: painter.drawEllipse(QPointF(44, 18), 14, 12); break;     // breast spot
        case 2: painter.drawRect(QRectF(-42, -4, 46, 9)); break;         // wing bar
        default: painter.drawEllipse(QPointF(50, -12), 20, 7); break;    // throat
    }
    painter.setBrush(Qt::black);
    painter.drawEllipse(QPointF(66, -34), 4, 4);
    painter.end();
    return image;
}

std::vector<std::string> write_specimens(const std::string& folder, const SpecimenOptions& options) {
    const QDir root(QString::fromStdString(folder));
    std::vector<std::string> paths;
    QFile csv(root.filePath(QStringLiteral("labels.csv")));
    const bool opened = QDir().mkpath(root.path()) && csv.open(QIODevice::WriteOnly | QIODevice::Text);
    if (!opened) return paths;
    QTextStream table(&csv);
    table << "path,species,individual\n";
    for (int species = 0; species < options.classes; ++species) {
        const QString sub = QStringLiteral("species_%1").arg(species, 2, 10, QLatin1Char('0'));
        root.mkpath(sub);
        for (int individual = 0; individual < options.per_class; ++individual) {
            const QString path = sub + QStringLiteral("/individual_%1.jpg").arg(individual, 2, 10, QLatin1Char('0'));
            if (!draw_specimen(species, individual, options).save(root.filePath(path), "JPG", 92)) return paths;
            table << path << ',' << sub << ',' << individual << '\n';
            paths.push_back(path.toStdString());
        }
    }
    return paths;
}

}  // namespace fieldmark::testing
