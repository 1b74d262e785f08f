// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Uses the real window on the sample pictures and saves what it shows: empty, importing, gallery, matches,
// crop, compare, why, failed, dark, evaluate, learn. Run by docs/make-screenshots.sh.
#include <cstdio>

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QListView>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <QCheckBox>
#include <QTabWidget>

#include "core/engine/sample_pictures.h"
#include "translations/translations.h"
#include "ui/evaluate_page.h"
#include "ui/gallery_view.h"
#include "ui/icons.h"
#include "ui/learn_page.h"
#include "ui/main_window.h"
#include "ui/theme.h"

using namespace fieldmark;

namespace {

QString g_output;

void save(QWidget& window, const char* name) {
    QTest::qWait(700);  // thumbnails and previews arrive
    const QString file = g_output + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".png");
    if (!window.grab().save(file)) std::fprintf(stderr, "cannot write %s\n", qPrintable(file));
}

void trigger(MainWindow& window, const char* action) {
    auto* found = window.findChild<QAction*>(QLatin1String(action));
    if (found == nullptr || !found->isEnabled()) {
        std::fprintf(stderr, "action %s cannot be used now\n", action);
        return;
    }
    found->trigger();
}

/// Leaves the page as a person does.
void press_escape() {
    QWidget* focus = QApplication::focusWidget();
    if (focus != nullptr) QTest::keyClick(focus, Qt::Key_Escape);
}

/// The pages that measure and learn, by the groups of the sample pictures.
void show_evaluation(MainWindow& window, Theme& theme) {
    trigger(window, "pageEvaluate");
    auto* page = window.findChild<EvaluatePage*>(QStringLiteral("evaluatePage"));
    page->set_field("kind");
    page->run();
    static_cast<void>(QTest::qWaitFor([&] { return page->report().has_value(); }, 60000));
    auto* tabs = window.findChild<QTabWidget*>(QStringLiteral("evaluateTabs"));
    save(window, "evaluate");
    const char* names[] = {"evaluate-classes", "evaluate-mixups", "evaluate-hardest",
                           "evaluate-probabilities"};
    for (int tab = 1; tab < 4; ++tab) {
        tabs->setCurrentIndex(tab);
        save(window, names[tab]);
    }
    theme.apply(Appearance::Dark);
    save(window, "evaluate-dark");
    theme.apply(Appearance::Light);
    if (auto* box = window.findChild<QCheckBox*>(QStringLiteral("probabilitySwitch"))) box->click();

    trigger(window, "pageLearn");
    auto* learn = window.findChild<LearnPage*>(QStringLiteral("learnPage"));
    learn->set_field("kind");
    QTest::qWait(1500);
    save(window, "learn");
    TrainingRequest request = learn->request();
    request.settings.epochs = 12;
    int epochs = 0;
    QSignalSpy finished(&window.session(), &Session::trainingFinished);
    QObject::connect(&window.session(), &Session::trainingEpoch, &window, [&] { ++epochs; });
    learn->resume(request);
    static_cast<void>(QTest::qWaitFor([&] { return epochs >= 9 || !finished.isEmpty(); }, 240000));
    save(window, "learning");
    if (finished.isEmpty()) finished.wait(240000);
    save(window, "learned");
    theme.apply(Appearance::Dark);
    save(window, "learned-dark");
    theme.apply(Appearance::Light);
    trigger(window, "pageBrowse");
}

/// Some files that no one can read, beside the good ones.
void write_broken(const QString& folder) {
    const QList<std::pair<QString, QByteArray>> files{
        {QStringLiteral("IMG_2041.jpg"), QByteArray()},
        {QStringLiteral("IMG_2042.jpg"), QByteArray("\xFF\xD8\xFF\xE0 and no more")},
        {QStringLiteral("notes.png"), QByteArray("These are field notes, not a picture.")},
    };
    for (const auto& [name, content] : files) {
        QFile file(folder + QLatin1Char('/') + name);
        if (file.open(QIODevice::WriteOnly)) file.write(content);
    }
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("fieldmark"));
    QApplication::setWindowIcon(application_icon());
    install_translations(application);
    if (argc != 2) return 2;
    g_output = QString::fromLocal8Bit(argv[1]);
    const auto samples = sample_folder();
    if (!samples) {
        std::fprintf(stderr, "%s\n", samples.error().text.c_str());
        return 3;
    }
    const QTemporaryDir folder;
    Theme theme;
    theme.apply(Appearance::Light);
    MainWindow window(folder.filePath(QStringLiteral("settings.ini")), &theme);
    window.resize(1280, 800);
    window.show();
    QSignalSpy opened(&window.session(), &Session::opened);
    window.open_library(folder.filePath(QStringLiteral("Stamps.fieldmark")).toStdString());
    if (!opened.wait(20000)) return 3;
    save(window, "empty");

    int done = 0;
    QObject::connect(&window.session(), &Session::importProgress, &window,
                     [&](const ImportProgress& progress) { done = static_cast<int>(progress.done); });
    QSignalSpy finished(&window.session(), &Session::importFinished);
    const std::string labels = folder.filePath(QStringLiteral("labels.csv")).toStdString();
    if (!write_sample_labels(*samples, labels)) return 3;
    window.import_paths({*samples}, labels);
    static_cast<void>(QTest::qWaitFor([&] { return done >= 160 || !finished.isEmpty(); }, 120000));
    save(window, "importing");
    if (finished.isEmpty()) finished.wait(300000);
    save(window, "gallery");
    show_evaluation(window, theme);

    QueryImage query;
    const auto bird = sample_query(*samples);
    if (!bird) return 3;
    query.path = *bird;
    QSignalSpy answered(&window.session(), &Session::searchFinished);
    window.find_similar({query});
    answered.wait(60000);
    auto* matches = window.findChild<GalleryView*>(QStringLiteral("matches"));
    static_cast<void>(QTest::qWaitFor([&] { return matches->model()->rowCount() > 3; }, 5000));
    matches->setCurrentIndex(matches->model()->index(1, 0));
    save(window, "matches");
    theme.apply(Appearance::Dark);
    save(window, "dark");
    theme.apply(Appearance::Light);
    trigger(window, "compare");
    save(window, "compare");
    QSignalSpy explained(&window.session(), &Session::explained);
    trigger(window, "compareWhy");
    explained.wait(20000);
    save(window, "why");
    trigger(window, "compareWhy");
    press_escape();
    trigger(window, "clearQuery");

    const QString broken = folder.filePath(QStringLiteral("Camera"));
    QDir().mkpath(broken);
    write_broken(broken);
    finished.clear();
    window.import_paths({broken.toStdString()});
    finished.wait(60000);
    auto* failed = window.findChild<QAction*>(QStringLiteral("showFailed"));
    static_cast<void>(QTest::qWaitFor([&] { return failed != nullptr && failed->isEnabled(); }, 5000));
    trigger(window, "showFailed");
    QTest::qWait(500);
    for (QWidget* widget : QApplication::topLevelWidgets()) {
        if (widget != &window && widget->isVisible() && widget->isWindow()) save(*widget, "failed");
    }
    window.close();
    return 0;
}
