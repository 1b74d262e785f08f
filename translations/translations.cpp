// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "translations/translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

namespace fieldmark {

void install_translations(QCoreApplication& application) {
    const QLocale locale;
    auto* qt = new QTranslator(&application);
    if (qt->load(locale, QStringLiteral("qtbase"), QStringLiteral("_"), QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QCoreApplication::installTranslator(qt);
    }
    // English has a file, too: its plural forms. It is also what every other language falls back to.
    for (const QLocale& wanted : {QLocale(QLocale::English), locale}) {
        auto* own = new QTranslator(&application);
        if (own->load(wanted, QStringLiteral("fieldmark"), QStringLiteral("_"), QStringLiteral(":/i18n"))) {
            QCoreApplication::installTranslator(own);
        }
    }
}

}  // namespace fieldmark
