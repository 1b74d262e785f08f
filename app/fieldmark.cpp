// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The window. Arguments are few; everything else is the command line program's business.
#include <algorithm>
#include <string_view>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QLoggingCategory>
#include <QTimer>

#include "translations/translations.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/settings.h"
#include "ui/widgets/text.h"
#include "ui/widgets/theme.h"
#include "ui/window/main_window.h"

using namespace fieldmark;

namespace {

/// Help and version are for terminals, too, that have no display.
bool only_tells(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](std::string_view argument) {
        return argument == "-h" || argument == "--help" || argument == "--help-all" || argument == "-v" ||
               argument == "--version";
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (only_tells(argc, argv)) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("fieldmark"));
    QApplication::setApplicationDisplayName(QStringLiteral("Fieldmark"));
    QApplication::setApplicationVersion(QStringLiteral(FIELDMARK_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("org.fieldmark.Fieldmark"));
    QApplication::setWindowIcon(application_icon());
    install_translations(application);
    // A picture's broken colour profile is ignored; Qt need not say so on the terminal for each one.
    QLoggingCategory::setFilterRules(QStringLiteral("qt.gui.icc=false"));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "Finds look-alikes in your own pictures, offline."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("library"),
                                 QCoreApplication::translate("main", "A NAME.fieldmark folder to open."),
                                 QStringLiteral("[library]"));
    const QCommandLineOption library(
        QStringLiteral("library"),
        QCoreApplication::translate("main", "Open this library; it is made if it is not there."),
        QStringLiteral("folder"));
    const QCommandLineOption samples(
        QStringLiteral("samples"),
        QCoreApplication::translate("main", "Open the sample pictures and show the look-alikes of a bird."));
    const QCommandLineOption add(QStringLiteral("add"),
                                 QCoreApplication::translate("main", "Add this folder of pictures."),
                                 QStringLiteral("folder"));
    const QCommandLineOption size(
        QStringLiteral("size"), QCoreApplication::translate("main", "Size of the window, such as 1280x800."),
        QStringLiteral("WxH"));
    const QCommandLineOption appearance(
        QStringLiteral("appearance"),
        QCoreApplication::translate("main", "Colours for this time: light, dark or system."),
        QStringLiteral("name"));
    parser.addOptions({library, samples, add, size, appearance});
    parser.process(application);

    Theme theme;
    const QString look = parser.value(appearance);
    theme.apply(look == QLatin1String("dark")    ? Appearance::Dark
                : look == QLatin1String("light") ? Appearance::Light
                                                 : Settings().appearance());
    MainWindow window({}, &theme);
    if (parser.isSet(size)) {
        const QStringList parts = parser.value(size).split(QLatin1Char('x'));
        if (parts.size() == 2) window.resize(parts[0].toInt(), parts[1].toInt());
    }
    window.show();

    const auto folder_of = [](const QString& name) {
        // A relative path means the folder the program was started in, not where the library's paths begin.
        QString path = QDir::cleanPath(QFileInfo(name).absoluteFilePath());
        // What a file manager opens: folders have no type of their own, the database inside has.
        if (QFileInfo(path).fileName() == QLatin1String("library.sqlite")) path = QFileInfo(path).path();
        return Text::path_bytes(path);
    };
    // Once the window is painted: it is there before the disk has answered.
    QTimer::singleShot(0, &window, [&] {
        const QStringList arguments = parser.positionalArguments();
        if (parser.isSet(samples)) {
            window.open_samples();
        } else if (parser.isSet(library)) {
            window.open_library(folder_of(parser.value(library)));
        } else if (!arguments.isEmpty()) {
            window.open_library(folder_of(arguments.first()), SessionOptions{false, false});
        } else {
            window.open_usual_library();
        }
        if (parser.isSet(add)) window.import_paths({folder_of(parser.value(add))});
    });
    return QApplication::exec();
}
