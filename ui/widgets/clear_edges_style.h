// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProxyStyle>

namespace fieldmark {

/// Fusion, but for the edges of check boxes: it draws them as a darker window, which on a dark window cannot be
/// seen (a contrast of 1.2, where WCAG 2.1, 1.4.11, asks for 3). UI thread.
class ClearEdgesStyle : public QProxyStyle {
    Q_OBJECT
  public:
    ClearEdgesStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget = nullptr) const override;
};

}  // namespace fieldmark
