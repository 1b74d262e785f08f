// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QString>
#include <QWidget>

#include "core/evaluation/bootstrap.h"

namespace fieldmark {

/// A row of figures: each a large number, its name, and below it how far it could be off. Wraps into as many
/// lines as it needs. UI thread.
class FigureTiles : public QWidget {
    Q_OBJECT
  public:
    struct Figure {
        QString value;  ///< "78%"
        QString name;   ///< "Recall@1"
        QString range;  ///< "72 to 83%"; may be ""
        QString tip;    ///< what it means
    };
    explicit FigureTiles(QWidget* parent = nullptr);
    void set_figures(const std::vector<Figure>& figures);
};

/// "72 to 83%"
QString interval_text(const Interval& interval);
/// A difference: "+4.1 points (1.2 to 7.0)".
QString difference_text(const Interval& interval);
/// 0.777 -> "77.7%"
QString exact_percent(double fraction);

}  // namespace fieldmark
