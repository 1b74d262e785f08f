// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Uses the real window on the sample pictures and saves what each view shows, light and dark; with
// --walkthrough the frames of a short walk through. Run by docs/make-screenshots.sh and
// docs/make-walkthrough.sh.
#include <cstdio>

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QFile>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>

#include "docs/screenshots/tour.h"
#include "docs/screenshots/walkthrough.h"
#include "translations/translations.h"
#include "ui/compare/compare_view.h"
#include "ui/gallery/gallery_model.h"
#include "ui/gallery/gallery_view.h"
#include "ui/inspector/look_dialog.h"
#include "ui/pages/anchors_page.h"
#include "ui/pages/evaluate_page.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/map_page.h"
#include "ui/pages/map_view.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/tile_roles.h"

using namespace fieldmark;

namespace {

QString name_of(const char* name) {
    return QLatin1String(name);
}

void show_import(Tour& tour) {
    tour.save(name_of("empty"));
    int done = 0;
    QObject::connect(&tour.window().session(), &Session::importProgress, &tour.window(),
                     [&](const ImportProgress& progress) { done = static_cast<int>(progress.done); });
    tour.start_import();
    tour.wait(
        "part of the import", [&] { return done >= 120; }, 120000);
    tour.save(name_of("importing"));
    tour.wait_for_import();
    QObject::disconnect(&tour.window().session(), &Session::importProgress, &tour.window(), nullptr);
    tour.save(name_of("gallery"));
}

void show_dialogs(Tour& tour) {
    auto& gallery = tour.part<GalleryView>("gallery");
    for (int row = 0; row < gallery.model()->rowCount(); ++row) {
        const QModelIndex index = gallery.model()->index(row, 0);
        gallery.setCurrentIndex(index);
        tour.settle(30);  // rows come in pages
        if (index.data(AbsolutePathRole).toByteArray().endsWith("birds/albino_peahen.png")) break;
    }
    tour.settle();
    tour.save(name_of("inspector"));
    tour.part<QToolButton>("inspectorObjectBox").click();
    tour.settle();
    auto& box = tour.part<QDialog>("objectBoxDialog");
    tour.drag(tour.part<QWidget>("objectBoxEditor"), QRectF(0.06, 0.06, 0.86, 0.88));
    tour.save(name_of("object-box"), &box);
    box.reject();

    tour.trigger("showModels");
    auto& models = tour.part<QDialog>("modelsDialog");
    tour.save(name_of("models"), &models);
    models.reject();
    tour.trigger("showKeys");
    auto& keys = tour.part<QDialog>("shortcutsDialog");
    tour.save(name_of("keys"), &keys);
    keys.reject();
    tour.settle();
}

void show_matches(Tour& tour) {
    tour.find_look_alikes();
    tour.save(name_of("matches"));
    tour.compare();
    tour.save(name_of("compare"));
    tour.explain();
    tour.save(name_of("why"));
    tour.trigger("compareWhy");
    tour.trigger("compareWipe");
    tour.save(name_of("wipe"));
    tour.trigger("compareWipe");
    tour.trigger("compareTone");
    tour.part<QSlider>("compareBrightness").setValue(25);
    tour.part<QSlider>("compareContrast").setValue(40);
    tour.save(name_of("light"));
    tour.part<QToolButton>("compareToneReset").click();
    tour.trigger("compareTone");

    bool looked = false;
    const auto watching = QObject::connect(&tour.window().session(), &Session::lookedAt, &tour.window(),
                                           [&] { looked = true; });
    tour.trigger("compareLook");
    tour.wait("look inside", [&] { return looked; });
    auto& look = tour.part<LookDialog>("lookDialog");
    tour.save(name_of("look"), &look);
    auto& kind = tour.part<QComboBox>("lookKind");
    const int object = kind.findData(static_cast<int>(LookKind::Object));
    if (object >= 0) {
        looked = false;
        kind.setCurrentIndex(object);
        tour.wait("object", [&] { return looked; });
        tour.save(name_of("look-object"), &look);
    }
    QObject::disconnect(watching);
    look.reject();
    tour.settle();

    tour.choose_mark();
    tour.draw_mark(kMark, true);
    tour.save(name_of("choose-mark"));
    tour.escape();
    tour.choose_mark();
    tour.draw_mark(kMark, false);
    tour.wait_for_mark();
    tour.save(name_of("mark"));
    tour.escape();
    tour.escape();
}

void show_places(Tour& tour) {
    tour.show_anchors("kind", "birds");
    tour.save(name_of("anchors"));
    auto& tabs = tour.part<QTabWidget>("anchorsTabs");
    const char* names[] = {"", "anchors-check", "anchors-unusual"};
    for (int tab = 1; tab < tabs.count(); ++tab) {
        tabs.setCurrentIndex(tab);
        tour.save(name_of(names[tab]));
    }
    tabs.setCurrentIndex(0);

    tour.show_map("group");
    auto& page = tour.part<MapPage>("mapPage");
    MapView& view = page.view();
    tour.save(name_of("map"));
    const QPointF query = view.query_position().value_or(QRectF(view.rect()).center());
    tour.lasso(query, 0.13, true);
    tour.save(name_of("map-lasso"));
    QTest::mouseRelease(&view, Qt::LeftButton, Qt::ShiftModifier, query.toPoint());
    tour.save(name_of("map-selected"));
    tour.escape();
    view.zoom_at(9, query);
    tour.save(name_of("map-close"));
    view.fit();
    auto& method = tour.part<QComboBox>("mapMethod");
    method.setCurrentIndex(method.findData(static_cast<int>(MapMethod::Pca)));
    page.compute();
    tour.wait("overview", [&] { return page.map() && page.map()->final && !page.running(); });
    tour.save(name_of("map-overview"));
    tour.trigger("pageBrowse");
    tour.trigger("clearQuery");
}

/// The pages that measure and learn, by the groups of the sample pictures.
void show_evaluation(Tour& tour) {
    tour.trigger("pageEvaluate");
    auto& page = tour.part<EvaluatePage>("evaluatePage");
    page.set_field("kind");
    page.run();
    tour.wait("evaluation", [&] { return page.report().has_value(); });
    auto& tabs = tour.part<QTabWidget>("evaluateTabs");
    tour.save(name_of("evaluate"));
    const char* names[] = {"", "evaluate-mixups", "evaluate-hardest", "evaluate-probabilities"};
    for (int tab = 1; tab < 4; ++tab) {
        tabs.setCurrentIndex(tab);
        tour.save(name_of(names[tab]));
    }
}

void show_learning(Tour& tour) {
    tour.trigger("pageLearn");
    auto& learn = tour.part<LearnPage>("learnPage");
    learn.set_field("kind");
    tour.settle(1500);
    tour.save(name_of("learn"));
    auto& depth = tour.part<QComboBox>("learnDepth");
    depth.setCurrentIndex(1);  // the whole network: there is a choice about colour
    tour.settle(1500);
    tour.save(name_of("learn-thorough"));
    depth.setCurrentIndex(0);
    TrainingRequest request = learn.request();
    request.settings.epochs = 12;
    int epochs = 0;
    Session& session = tour.window().session();
    QSignalSpy finished(&session, &Session::trainingFinished);
    QObject::connect(&session, &Session::trainingEpoch, &tour.window(), [&] { ++epochs; });
    learn.resume(request);
    tour.wait(
        "epochs", [&] { return epochs >= 7 || !finished.isEmpty(); }, 240000);
    tour.save(name_of("learning"));
    tour.wait(
        "trained model", [&] { return !finished.isEmpty(); }, 240000);
    QObject::disconnect(&session, &Session::trainingEpoch, &tour.window(), nullptr);
    tour.save(name_of("learned"));

    QSignalSpy switched(&session, &Session::modelSwitchFinished);
    tour.part<QPushButton>("useModel").click();
    if (!tour.wait(
            "change of model", [&] { return !switched.isEmpty(); }, 120000))
        return;
    tour.find_look_alikes();
    tour.show_anchors("kind", "birds");
    tour.save(name_of("anchors-learned"));
    tour.search_from_anchor();
    tour.save(name_of("anchor-search"));
    tour.trigger("pageBrowse");
    tour.trigger("clearQuery");
}

/// Some files that no one can read, beside the good ones.
void show_failed(Tour& tour) {
    const QTemporaryDir camera;
    const QList<std::pair<QString, QByteArray>> files{
        {QStringLiteral("IMG_2041.jpg"), QByteArray()},
        {QStringLiteral("IMG_2042.jpg"), QByteArray("\xFF\xD8\xFF\xE0 and no more")},
        {QStringLiteral("notes.png"), QByteArray("These are field notes, not a picture.")},
    };
    const QString folder = camera.filePath(QStringLiteral("Camera"));
    QDir().mkpath(folder);
    for (const auto& [name, content] : files) {
        QFile file(folder + QLatin1Char('/') + name);
        if (file.open(QIODevice::WriteOnly)) file.write(content);
    }
    QSignalSpy finished(&tour.window().session(), &Session::importFinished);
    tour.window().import_paths({QFile::encodeName(folder).toStdString()});
    tour.wait("import of broken files", [&] { return !finished.isEmpty(); });
    tour.settle();
    tour.trigger("showFailed");
    tour.save(name_of("failed"), &tour.part<QDialog>("failedFilesDialog"));
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("fieldmark"));
    QApplication::setWindowIcon(application_icon());
    install_translations(application);
    QStringList arguments = QApplication::arguments().mid(1);
    const bool walk = arguments.removeAll(QStringLiteral("--walkthrough")) > 0;
    if (arguments.size() != 1) {
        std::fprintf(stderr, "fieldmark_screenshots [--walkthrough] OUTPUT-FOLDER\n");
        return 2;
    }
    if (walk) return walk_through(arguments.front());
    Tour tour(arguments.front(), QSize(1280, 800));
    if (!tour.open()) return 3;
    show_import(tour);
    show_dialogs(tour);
    show_matches(tour);
    show_places(tour);
    show_evaluation(tour);
    show_learning(tour);
    show_failed(tour);
    tour.window().close();
    return tour.missed() == 0 ? 0 : 1;
}
