// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTranslator>

namespace fieldmark::testing {

/// A made-up language: every text of Fieldmark in brackets, with accents (taller letters) and 40 % longer, as
/// many real languages are. Placeholders, mnemonics, tags and file patterns stay as they are; Qt's own texts,
/// key names among them, too.
class PseudoTranslator : public QTranslator {
    Q_OBJECT
  public:
    using QTranslator::QTranslator;
    QString translate(const char* context, const char* source, const char* disambiguation = nullptr,
                      int n = -1) const override;
    bool isEmpty() const override { return false; }

    static QString lengthen(const QString& text);
};

}  // namespace fieldmark::testing
