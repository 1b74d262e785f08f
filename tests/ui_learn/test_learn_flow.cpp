// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The pages Evaluate and Learn of the real window, on specimens with the real model, by object names.
#include <filesystem>

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QtTest>

#include "core/engine/learning/training_note.h"
#include "core/library/library.h"
#include "core/library/reader.h"
#include "core/library/writer.h"
#include "tests/support/specimens.h"
#include "tests/support/window_fixture.h"
#include "ui/gallery/gallery_view.h"
#include "ui/pages/evaluate_page.h"
#include "ui/pages/learn_page.h"
#include "ui/widgets/curve_plot.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/tile_roles.h"
#include "ui/window/main_window.h"

using namespace fieldmark;
using testing::part;

namespace {
constexpr int patience = 120'000;
}

class TestLearnFlow : public QObject {
    Q_OBJECT
    const testing::WindowFixture m_fixture;

    /// With the library and its model ready.
    std::unique_ptr<MainWindow> opened_window() {
        auto window = m_fixture.window();
        window->open_library(m_fixture.library());
        if (!QTest::qWaitFor([&] { return window->session().model().available; }, patience))
            qFatal("no model");
        return window;
    }

  private Q_SLOTS:
    void initTestCase() {
        const std::string pictures = m_fixture.path(QStringLiteral("pictures")).toStdString();
        testing::SpecimenOptions options;
        options.classes = 6;
        options.per_class = 5;
        QCOMPARE(testing::write_specimens(pictures, options).size(), std::size_t(30));
        auto window = m_fixture.window();
        QSignalSpy opened(&window->session(), &Session::opened);
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QVERIFY(!part<QAction>(*window, "pageEvaluate")->isEnabled());
        QSignalSpy finished(&window->session(), &Session::importFinished);
        window->import_paths({pictures});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);

        // Without labels both pages say how to come by some.
        for (const char* page : {"pageEvaluate", "pageLearn"}) {
            QTRY_VERIFY_WITH_TIMEOUT(part<QAction>(*window, page)->isEnabled(), patience);
            part<QAction>(*window, page)->trigger();
        }
        QVERIFY(window->page() == MainWindow::Page::Learn);
        QVERIFY(part<QPushButton>(*window, "learnAddLabels")->isVisible());
        part<QAction>(*window, "pageEvaluate")->trigger();
        QVERIFY(part<QPushButton>(*window, "evaluateAddLabels")->isVisible());
        QVERIFY(!part<QPushButton>(*window, "evaluateRun")->isEnabled());
        window->import_paths({pictures}, pictures + "/labels.csv");
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, patience);
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>(*window, "evaluateRun")->isEnabled(), patience);
    }

    void pages_are_switched_by_keys_and_left_by_escape() {
        auto window = opened_window();
        QTRY_VERIFY(window->page() == MainWindow::Page::Gallery);
        part<QAction>(*window, "pageLearn")->trigger();
        QVERIFY(window->page() == MainWindow::Page::Learn);
        QVERIFY(part<QAction>(*window, "pageLearn")->isChecked());
        QVERIFY(!part<QWidget>(*window, "sidebar")->isVisible());
        QCOMPARE(part<QAction>(*window, "pageEvaluate")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_3));
        part<QAction>(*window, "pageEvaluate")->trigger();
        QVERIFY(window->page() == MainWindow::Page::Evaluate);
        part<QAction>(*window, "stepBack")->trigger();
        QVERIFY(window->page() == MainWindow::Page::Gallery);
        QVERIFY(part<QAction>(*window, "pageBrowse")->isChecked());
        QVERIFY(part<QWidget>(*window, "sidebar")->isVisible());
    }

    void an_evaluation_is_shown_from_all_sides() {
        auto window = opened_window();
        part<QAction>(*window, "pageEvaluate")->trigger();
        auto* page = part<EvaluatePage>(*window, "evaluatePage");
        auto* field = part<QComboBox>(*window, "evaluateField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        part<QPushButton>(*window, "evaluateRun")->click();
        QVERIFY(page->running());
        QVERIFY(part<QPushButton>(*window, "evaluateCancel")->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(page->report().has_value(), patience);
        QVERIFY(!page->running());
        QVERIFY(part<QLabel>(*window, "evaluateHeadline")->text().contains(QStringLiteral("of 100")));

        auto* classes = part<QTableView>(*window, "classTable");
        QCOMPARE(classes->model()->rowCount(), 6);
        double before = -1;
        for (int n = 0; n < 6; ++n) {  // the hardest first
            const double value = classes->model()->index(n, 3).data(Qt::UserRole + 1).toDouble();
            QVERIFY(value >= before);
            before = value;
        }
        classes->sortByColumn(0, Qt::DescendingOrder);
        QCOMPARE(classes->model()->index(0, 0).data().toString(), QStringLiteral("species_05"));

        auto* mixups = part<QTableView>(*window, "confusionTable");
        QCOMPARE(mixups->model()->rowCount(), int(page->report()->confusions.size()));
        if (mixups->model()->rowCount() > 0) {
            part<QTabWidget>(*window, "evaluateTabs")->setCurrentIndex(1);
            QTRY_COMPARE_WITH_TIMEOUT(part<GalleryView>(*window, "confusedClass")->model()->rowCount(), 5,
                                      patience);
            QTRY_COMPARE_WITH_TIMEOUT(part<GalleryView>(*window, "confusedWith")->model()->rowCount(), 5,
                                      patience);
        }
        QCOMPARE(part<PictureRows>(*window, "worstQueries")->model()->rowCount(),
                 int(page->report()->worst.size()));

        // Enter on a class shows its pictures.
        classes->setCurrentIndex(classes->model()->index(0, 0));
        Q_EMIT classes->activated(classes->currentIndex());
        QVERIFY(window->page() == MainWindow::Page::Gallery);
        QTRY_COMPARE_WITH_TIMEOUT(part<GalleryView>(*window, "gallery")->model()->rowCount(), 5, patience);
        part<QAction>(*window, "pageEvaluate")->trigger();
        QVERIFY(page->report().has_value());                              // still there
        QVERIFY(part<QComboBox>(*window, "evaluateScope")->isVisible());  // now that Browse is narrowed
    }

    void probabilities_are_switched_on_and_remembered() {
        {
            auto window = opened_window();
            part<QAction>(*window, "pageEvaluate")->trigger();
            auto* page = part<EvaluatePage>(*window, "evaluatePage");
            page->run();
            QTRY_VERIFY_WITH_TIMEOUT(page->report().has_value(), patience);
            QVERIFY2(page->report()->calibration.has_value(), page->report()->calibration_problem.c_str());
            part<QTabWidget>(*window, "evaluateTabs")->setCurrentIndex(3);
            auto* box = part<QCheckBox>(*window, "probabilitySwitch");
            QVERIFY(box->isEnabled() && !box->isChecked());
            box->click();
            window->close();
        }
        auto window = opened_window();
        auto* gallery = part<GalleryView>(*window, "gallery");
        QTRY_VERIFY_WITH_TIMEOUT(gallery->model()->rowCount() > 0, patience);
        gallery->setCurrentIndex(gallery->model()->index(0, 0));
        part<QAction>(*window, "findSimilar")->trigger();
        auto* matches = part<GalleryView>(*window, "matches");
        QTRY_VERIFY_WITH_TIMEOUT(matches->model()->rowCount() > 0, patience);
        QTRY_VERIFY_WITH_TIMEOUT(matches->model()->index(0, 0).data(ProbabilityRole).toDouble() >= 0,
                                 patience);
    }

    void what_cannot_be_learned_is_said_before_time_is_spent() {
        auto window = opened_window();
        part<QAction>(*window, "pageLearn")->trigger();
        auto* field = part<QComboBox>(*window, "learnField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        auto* classes = part<QListWidget>(*window, "learnClasses");
        QTRY_COMPARE_WITH_TIMEOUT(classes->count(), 6, patience);
        auto* start = part<QPushButton>(*window, "learnStart");
        QTRY_VERIFY_WITH_TIMEOUT(start->isEnabled(), patience);
        QVERIFY(part<QLabel>(*window, "learnPreview")->text().contains(QStringLiteral("30")));
        for (int n = 0; n < 3; ++n) classes->item(n)->setCheckState(Qt::Unchecked);
        QVERIFY(!start->isEnabled());
        auto* preview = part<QLabel>(*window, "learnPreview");
        QTRY_VERIFY_WITH_TIMEOUT(preview->text().contains(QStringLiteral("four classes")), patience);
        QVERIFY(!start->isEnabled());
        part<QPushButton>(*window, "learnAll")->click();
        QTRY_VERIFY_WITH_TIMEOUT(start->isEnabled(), patience);
        // The model in use is no transformer: DVA stays, out of reach, and the text says why.
        auto* method = part<QComboBox>(*window, "learnMethod");
        const int dva = method->findData(int(Method::Dva));
        QVERIFY(!method->model()->flags(method->model()->index(dva, 0)).testFlag(Qt::ItemIsEnabled));
        QVERIFY(part<QLabel>(*window, "learnMethodText")->text().contains(QStringLiteral("transformer")));
        QVERIFY(part<QLabel>(*window, "learnMethodText")->text().contains(QStringLiteral("econstruction")));
    }

    void colour_is_asked_where_pictures_are_learned_from() {
        auto window = opened_window();
        part<QAction>(*window, "pageLearn")->trigger();
        auto* page = part<LearnPage>(*window, "learnPage");
        auto* field = part<QComboBox>(*window, "learnField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        auto* method = part<QComboBox>(*window, "learnMethod");
        auto* depth = part<QComboBox>(*window, "learnDepth");
        auto* colour = part<QCheckBox>(*window, "learnLessColour");
        colour->setChecked(true);
        QVERIFY(!colour->isVisible());  // stored vectors keep the colours they were made of
        QVERIFY(!page->request().settings.options.contains("augmentation"));
        depth->setCurrentIndex(depth->findData(true));
        QVERIFY(colour->isVisible());
        QCOMPARE(page->request().settings.options.at("augmentation"), std::string("dvf"));
        // What checks a request knows the option.
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>(*window, "learnStart")->isEnabled(), patience);
        method->setCurrentIndex(method->findData(int(Method::GdfNet)));
        QVERIFY(!colour->isVisible());
        QVERIFY(page->request().settings.options.empty());
        method->setCurrentIndex(method->findData(int(Method::Gapan)));
        colour->setChecked(false);
        QVERIFY(!page->request().settings.options.contains("augmentation"));
    }

    void labels_cannot_be_checked_without_densities() {
        auto window = opened_window();
        part<QAction>(*window, "pageLearn")->trigger();
        part<QTabWidget>(*window, "learnTabs")->setCurrentIndex(1);
        auto* run = part<QPushButton>(*window, "reviewRun");
        QSignalSpy failed(&window->session(), &Session::reviewFailed);
        run->click();
        QVERIFY(!run->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        QVERIFY(failed[0][1].value<Error>().text.find("GAPan") != std::string::npos);
        QVERIFY(run->isEnabled());
        for (const char* button : {"reviewAccept", "reviewKeep"})
            QVERIFY(!part<QPushButton>(*window, button)->isEnabled());
    }

    void a_model_is_learned_and_used() {
        auto window = opened_window();
        part<QAction>(*window, "pageLearn")->trigger();
        auto* page = part<LearnPage>(*window, "learnPage");
        auto* field = part<QComboBox>(*window, "learnField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>(*window, "learnStart")->isEnabled(), patience);
        TrainingRequest request = page->request();
        QCOMPARE(request.label, std::string("species"));
        QVERIFY(request.classes.empty());
        request.settings.method = Method::ProxyNca;
        request.settings.epochs = 3;
        request.model_name = "learned";
        QSignalSpy finished(&window->session(), &Session::trainingFinished);
        QSignalSpy failed(&window->session(), &Session::trainingFailed);
        QSignalSpy refused(&window->session(), &Session::trainingRefused);
        page->resume(request);
        QVERIFY(page->running());
        QVERIFY(part<QPushButton>(*window, "learnCancel")->isVisible());
        window->session().start_training(request);  // a second one is refused and disturbs nothing
        QTRY_COMPARE_WITH_TIMEOUT(refused.size(), 1, patience);
        QVERIFY(page->running());
        QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty() || !failed.isEmpty(), patience);
        if (!failed.isEmpty()) QFAIL(failed[0][1].value<Error>().text.c_str());
        QVERIFY(!page->running());
        QVERIFY(part<QWidget>(*window, "resultCard")->isVisible());
        const auto result = finished[0][1].value<TrainingResult>();
        QVERIFY(part<QLabel>(*window, "resultExplanation")->text().contains(QStringLiteral("kept aside")));
        // The curve says where the model in use stands, which is not where a head begins.
        const auto& curves = part<CurvePlot>(*window, "learnQuality")->series();
        QCOMPARE(curves.size(), std::size_t(4));
        QCOMPARE(curves[3].points.back().y(), result.outcome.before.map_at_r);
        if (result.model_hash.empty()) QSKIP("Three epochs on thirty pictures have brought nothing to keep.");
        const std::string former = window->session().model().info.hash;
        QSignalSpy switched(&window->session(), &Session::modelSwitchFinished);
        part<QPushButton>(*window, "useModel")->click();
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 1, patience);
        QCOMPARE(window->session().model().info.hash, result.model_hash);

        // Undo goes back, redo forward again, and neither makes more of them.
        auto* undo = part<QAction>(*window, "undo");
        auto* redo = part<QAction>(*window, "redo");
        QVERIFY(undo->isEnabled() && undo->text().contains(QStringLiteral("learned")));
        undo->trigger();
        QVERIFY(!undo->isEnabled());  // not twice while it is under way
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 2, patience);
        QCOMPARE(window->session().model().info.hash, former);
        QTRY_VERIFY(!undo->isEnabled() && redo->isEnabled());
        redo->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 3, patience);
        QCOMPARE(window->session().model().info.hash, result.model_hash);
        QTRY_VERIFY(undo->isEnabled() && !redo->isEnabled());
    }

    void a_training_that_was_cut_off_is_offered_again() {
        {
            LibraryOptions options;
            auto library = Library::open(m_fixture.library(), options);
            QVERIFY2(library.ok(), library.ok() ? "" : library.error().text.c_str());
            TrainingRequest request;
            request.label = "species";
            request.model_name = "cut off";
            request.classes = {"species_01", "species_02"};
            request.settings.method = Method::GdfNet;
            request.settings.bits = 24;
            request.filter.where = {{"species", Condition::Operator::NotEqual, "x"}};
            QVERIFY(note_training(*(*library)->writer(), request).ok());
            auto reader = (*library)->reader();
            const auto found = interrupted_training(**reader);
            QVERIFY(found.ok() && found->has_value());
            QVERIFY((*found)->resume);
            QCOMPARE((*found)->model_name, request.model_name);
            QCOMPARE((*found)->classes, request.classes);
            QCOMPARE((*found)->settings.bits, 24);
            QVERIFY((*found)->settings.method == Method::GdfNet);
            QVERIFY((*found)->filter.where == request.filter.where);
        }
        {
            auto window = m_fixture.window();
            QSignalSpy told(&window->session(), &Session::interruptedTraining);
            window->open_library(m_fixture.library());
            QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
            QPushButton* forget = nullptr;
            for (auto* button : window->findChildren<QPushButton*>(QStringLiteral("messageAction"))) {
                if (button->text().contains(QStringLiteral("Forget"))) forget = button;
            }
            QVERIFY(forget != nullptr);
            forget->click();
            QTest::qWait(300);
            window->close();
        }
        auto window = opened_window();
        QSignalSpy told(&window->session(), &Session::interruptedTraining);
        QTest::qWait(300);
        QCOMPARE(told.size(), 0);
    }

    void closing_puts_a_training_aside() {
        const std::filesystem::path models = std::filesystem::path(m_fixture.library()) / "models";
        TrainingRequest request;
        request.label = "species";
        request.model_name = "aside";
        request.settings.method = Method::ProxyNca;
        request.settings.epochs = 5000;
        {
            auto window = opened_window();
            part<QAction>(*window, "pageLearn")->trigger();
            QSignalSpy epochs(&window->session(), &Session::trainingEpoch);
            part<LearnPage>(*window, "learnPage")->resume(request);
            QTRY_VERIFY_WITH_TIMEOUT(epochs.size() >= 4, patience);
            window->close();
        }
        QVERIFY(std::filesystem::exists(models / ".aside.training" / "checkpoint"));
        QVERIFY(!std::filesystem::exists(models / "aside"));
        auto window = m_fixture.window();
        QSignalSpy told(&window->session(), &Session::interruptedTraining);
        QSignalSpy epochs(&window->session(), &Session::trainingEpoch);
        QSignalSpy ended(&window->session(), &Session::trainingFinished);
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
        const auto again = told[0][0].value<TrainingRequest>();
        QVERIFY(again.resume);
        QCOMPARE(again.model_name, std::string("aside"));
        part<LearnPage>(*window, "learnPage")->resume(again);
        QTRY_VERIFY_WITH_TIMEOUT(!epochs.isEmpty(), patience);
        // Stopped by the person: it ends, and is not asked about again.
        window->session().cancel_training();
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
        QVERIFY(!std::filesystem::exists(models / ".aside.training"));
    }

    void every_control_has_a_name() {
        auto window = opened_window();
        for (const char* page : {"pageEvaluate", "pageLearn"}) {
            part<QAction>(*window, page)->trigger();
            for (const QAbstractButton* button : window->findChildren<QAbstractButton*>()) {
                if (!button->isVisible() || button->objectName().startsWith(QLatin1String("qt_"))) continue;
                QVERIFY2(!button->text().isEmpty() || !button->accessibleName().isEmpty() ||
                             !button->toolTip().isEmpty(),
                         qPrintable(button->objectName()));
            }
            for (const QComboBox* combo : window->findChildren<QComboBox*>()) {
                if (combo->isVisible())
                    QVERIFY2(!combo->accessibleName().isEmpty(), qPrintable(combo->objectName()));
            }
        }
    }
};

QTEST_MAIN(TestLearnFlow)
#include "test_learn_flow.moc"
