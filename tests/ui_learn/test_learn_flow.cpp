// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The pages Evaluate and Learn of the real window, on specimens with the real model, by object names.
#include <algorithm>
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
#include "tests/support/tiny_vit.h"
#include "tests/support/window_fixture.h"
#include "ui/gallery/gallery_view.h"
#include "ui/pages/box_preview.h"
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
            // What was said against what was true, pictures held out, and the curve that says it.
            const CalibrationReport& fitted = *page->report()->calibration;
            const auto& said = part<CurvePlot>(*window, "reliabilityPlot")->series();
            QCOMPARE(said.size(), std::size_t(1));
            QVERIFY(!fitted.bins.empty());
            QCOMPARE(said[0].points.size(), fitted.bins.size());
            for (std::size_t n = 0; n < fitted.bins.size(); ++n) {
                QCOMPARE(said[0].points[n], QPointF(fitted.bins[n].predicted, fitted.bins[n].observed));
                QVERIFY(QRectF(0, 0, 1, 1).contains(said[0].points[n]));
            }
            const auto& curve = part<CurvePlot>(*window, "probabilityCurve")->series();
            QCOMPARE(curve.size(), std::size_t(1));
            QCOMPARE(curve[0].points.back(), QPointF(1, fitted.calibration.probability(1)));
            QVERIFY(curve[0].points.back().y() > curve[0].points.front().y());
            QVERIFY(part<QLabel>(*window, "probabilityText")->text().contains(QStringLiteral("species")));
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

    /// Wrong boxes teach the background: they are to be seen before time is spent.
    void boxes_are_shown_before_adapters_learn() {
        auto window = opened_window();
        Session& session = window->session();
        const std::string file = m_fixture.path(QStringLiteral("tiny_net.safetensors")).toStdString();
        testing::write_tiny_vit(file);
        QSignalSpy imported(&session, &Session::modelImported);
        ModelImport net;
        net.file = file;
        session.import_model(net);
        QTRY_COMPARE_WITH_TIMEOUT(imported.size(), 1, patience);
        QSignalSpy switched(&session, &Session::modelSwitchFinished);
        ModelSwitchRequest change;
        change.model = imported[0][1].value<ImportedModel>().info.hash;
        session.use_model(change);
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 1, patience);
        QSignalSpy listed(&session, &Session::itemsListed);
        const RequestId list = session.list_items({});
        const auto listing = [&] {
            return std::find_if(listed.cbegin(), listed.cend(), [&](const auto& answer) {
                return answer[0].template value<RequestId>() == list;
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(listing() != listed.cend(), patience);
        const auto items = (*listing())[1].value<std::vector<ItemId>>();
        QCOMPARE(items.size(), std::size_t(30));

        part<QAction>(*window, "pageLearn")->trigger();
        auto* field = part<QComboBox>(*window, "learnField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        auto* method = part<QComboBox>(*window, "learnMethod");
        auto* preview = part<QLabel>(*window, "learnPreview");
        auto* boxes = part<BoxPreview>(*window, "learnBoxes");
        auto* classes = part<QListWidget>(*window, "learnClasses");
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>(*window, "learnStart")->isEnabled(), patience);
        QVERIFY(!preview->text().contains(QStringLiteral("object box")));  // of no use to the others
        method->setCurrentIndex(method->findData(int(Method::Dva)));
        QCOMPARE(method->currentData().toInt(), int(Method::Dva));
        QTRY_VERIFY_WITH_TIMEOUT(
            preview->text().contains(QStringLiteral("0 of 30 pictures have an object box")), patience);
        QVERIFY(preview->text().contains(QStringLiteral("fewer than half")));
        QVERIFY(!boxes->isVisible());

        // Twenty drawn boxes; a twenty-first says that there is no single object.
        QSignalSpy edited(&session, &Session::edited);
        const Crop drawn{1000, 1500, 6000, 7000};
        for (std::size_t n = 0; n < 20; ++n)
            session.set_object_box(items[n], ObjectBox{drawn, 1, BoxSource::User, {}});
        session.set_object_box(items[20], ObjectBox{Crop{}, 1, BoxSource::User, {}});
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 21, patience);
        classes->item(5)->setCheckState(Qt::Unchecked);
        QTRY_VERIFY_WITH_TIMEOUT(
            preview->text().contains(QStringLiteral("20 of 25 pictures have an object box")), patience);
        QVERIFY(!preview->text().contains(QStringLiteral("fewer than half")));
        QVERIFY(boxes->isVisible());
        QCOMPARE(boxes->shown().size(), std::size_t(6));
        for (const BoxPreview::Shown& one : boxes->shown()) {
            QVERIFY(std::find(items.begin(), items.begin() + 20, one.item) != items.begin() + 20);
            QCOMPARE(one.box, drawn);
        }
        QTRY_COMPARE(boxes->height(), boxes->heightForWidth(boxes->width()));  // none is cut off
        method->setCurrentIndex(method->findData(int(Method::Gapan)));
        QVERIFY(!boxes->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!preview->text().contains(QStringLiteral("object box")), patience);
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
