// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The window as a user goes through it, by the names of its parts.
#include <filesystem>
#include <fstream>
#include <memory>

#include <QAction>
#include <QDialog>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QToolButton>
#include <QTreeWidget>
#include <QUrl>
#include <QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/library/library.h"
#include "tests/support/specimens.h"
#include "tests/support/window_fixture.h"
#include "ui/gallery/gallery_view.h"
#include "ui/query/match_controller.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/tile_roles.h"
#include "ui/window/main_window.h"

using namespace fieldmark;
using testing::part;
using Page = MainWindow::Page;

namespace {
constexpr int patience = 120'000;
}

class TestMainWindow : public QObject {
    Q_OBJECT
  private:
    const testing::WindowFixture m_fixture;
    const std::string m_pictures = m_fixture.path(QStringLiteral("Kenya 2025")).toStdString();

    static QString message(MainWindow& window) {
        auto* text = window.findChild<QLabel*>(QStringLiteral("messageText"));
        return text != nullptr ? text->text() : QString();
    }
    static QPushButton* message_action(MainWindow& window) {
        return window.findChild<QPushButton*>(QStringLiteral("messageAction"));
    }
    static int counted(MainWindow& window) {
        return part<GalleryView>(window, "gallery")->model()->rowCount();
    }

  private Q_SLOTS:
    void initTestCase() {
        testing::SpecimenOptions options;
        options.classes = 3;
        options.per_class = 4;
        QCOMPARE(testing::write_specimens(m_pictures, options).size(), std::size_t(12));
    }

    void a_first_start_shows_the_welcome_page() {
        auto window = m_fixture.window({1280, 800});
        QVERIFY(window->page() == Page::Welcome);
        QVERIFY(part<QWidget>(*window, "welcomePage")->isVisible());
        QVERIFY(!part<QWidget>(*window, "sidebar")->isVisible());
    }

    void dropped_pictures_are_imported_and_compared() {
        auto window = m_fixture.window({1280, 800});
        QSignalSpy opened(&window->session(), &Session::opened);
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QVERIFY(window->page() == Page::Welcome);

        QSignalSpy finished(&window->session(), &Session::importFinished);
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(m_pictures))});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &enter);
        QVERIFY(enter.isAccepted());
        auto* overlay = part<QWidget>(*window, "dropOverlay");
        QVERIFY(overlay->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(overlay->accessibleName().contains(QStringLiteral("12")), patience);
        QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &drop);
        QVERIFY(!overlay->isVisible());
        QVERIFY(window->page() == Page::Gallery);
        QVERIFY(part<QWidget>(*window, "importBar")->isVisible());
        // The table beside the pictures is offered, not taken.
        QTRY_VERIFY_WITH_TIMEOUT(message(*window).contains(QStringLiteral("labels.csv")), patience);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(counted(*window), 12, patience);
        QVERIFY(part<QLabel>(*window, "importText")->text().contains(QStringLiteral("12 added")));

        message_action(*window)->click();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, patience);
        auto* values = part<QTreeWidget>(*window, "values");
        QTRY_VERIFY_WITH_TIMEOUT(values->topLevelItemCount() > 0, patience);

        // Look-alikes of the first picture, by its key.
        auto* gallery = part<GalleryView>(*window, "gallery");
        gallery->setCurrentIndex(gallery->model()->index(0, 0));
        part<QAction>(*window, "findSimilar")->trigger();
        QVERIFY(window->page() == Page::Matches);
        auto* matches = part<GalleryView>(*window, "matches");
        QTRY_VERIFY_WITH_TIMEOUT(matches->model()->rowCount() > 0, patience);
        QCOMPARE(matches->model()->index(0, 0).data(RankRole).toInt(), 1);
        QVERIFY(matches->model()->index(0, 0).data(ScoreRole).toFloat() > 0.5F);

        // Enter compares, Esc goes back step by step.
        matches->setFocus();
        matches->setCurrentIndex(matches->model()->index(0, 0));
        QTest::keyClick(matches, Qt::Key_Return);
        QVERIFY(window->page() == Page::Compare);
        // The same question asked again meanwhile: its answer's head line belongs to the matches.
        auto* header = part<QWidget>(*window, "matchHeader");
        QVERIFY(!header->isVisible());
        QSignalSpy answered(&window->session(), &Session::searchFinished);
        window->findChild<MatchController*>()->rerun();
        QTRY_VERIFY_WITH_TIMEOUT(!answered.isEmpty(), patience);
        QVERIFY(!header->isVisible());
        part<QAction>(*window, "compareClose")->trigger();
        QVERIFY(window->page() == Page::Matches);
        QVERIFY(header->isVisible());
        // The inspector's buttons are about the match it shows.
        auto* look = part<QToolButton>(*window, "inspectorLook");
        QTRY_VERIFY_WITH_TIMEOUT(look->isEnabled(), patience);
        look->click();
        auto* dialog = part<QDialog>(*window, "lookDialog");
        QVERIFY(dialog->isVisible());
        dialog->reject();
        part<QAction>(*window, "stepBack")->trigger();
        QVERIFY(window->page() == Page::Gallery);
    }

    void labels_and_words_filter() {
        auto window = m_fixture.window({1280, 800});
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(counted(*window), 12, patience);
        auto* field = part<QLineEdit>(*window, "filterField");
        field->setText(QStringLiteral("species_00"));
        QTRY_COMPARE_WITH_TIMEOUT(counted(*window), 4, patience);
        part<QAction>(*window, "stepBack")->trigger();
        field->clear();
        QTRY_COMPARE_WITH_TIMEOUT(counted(*window), 12, patience);
        field->setText(QStringLiteral("no such word"));
        QTRY_COMPARE_WITH_TIMEOUT(counted(*window), 0, patience);
        part<QAction>(*window, "stepBack")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(counted(*window), 12, patience);
    }

    void removing_can_be_undone() {
        auto window = m_fixture.window({1280, 800});
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(counted(*window), 12, patience);
        auto* gallery = part<GalleryView>(*window, "gallery");
        gallery->selectAll();
        gallery->selectionModel()->setCurrentIndex(gallery->model()->index(2, 0),
                                                   QItemSelectionModel::ClearAndSelect);
        part<QAction>(*window, "removeItems")->trigger();
        QCOMPARE(counted(*window), 11);
        part<QAction>(*window, "undo")->trigger();
        QCOMPARE(counted(*window), 12);
        // Not undone: gone with the message, the file is still there.
        gallery->selectionModel()->setCurrentIndex(gallery->model()->index(2, 0),
                                                   QItemSelectionModel::ClearAndSelect);
        part<QAction>(*window, "removeItems")->trigger();
        QSignalSpy edited(&window->session(), &Session::edited);
        part<MessageBar>(*window, "messageBar")->close_all();
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 1, patience);
        QTest::qWait(1000);
        QCOMPARE(counted(*window), 11);
        QCOMPARE(std::distance(std::filesystem::recursive_directory_iterator(m_pictures), {}), 12 + 3 + 1);
    }

    void the_layout_is_remembered() {
        {
            auto window = m_fixture.window({1280, 800});
            window->open_library(m_fixture.library());
            QTRY_VERIFY_WITH_TIMEOUT(window->page() == Page::Gallery, patience);
            QVERIFY(part<QWidget>(*window, "inspector")->isVisible());
            part<QAction>(*window, "toggleInspector")->trigger();
            QVERIFY(!part<QWidget>(*window, "inspector")->isVisible());
            part<QSlider>(*window, "sizeSlider")->setValue(250);
            window->close();
        }
        auto window = m_fixture.window({1280, 800});
        window->open_usual_library();
        QTRY_VERIFY_WITH_TIMEOUT(window->page() == Page::Gallery, patience);
        QVERIFY(window->windowTitle().startsWith(QStringLiteral("Birds")));
        QVERIFY(!part<QWidget>(*window, "inspector")->isVisible());
        QVERIFY(part<QWidget>(*window, "sidebar")->isVisible());
        QCOMPARE(part<GalleryView>(*window, "gallery")->tile_size(), 250);
        part<QAction>(*window, "toggleInspector")->trigger();
        window->close();
    }

    void a_narrow_window_starts_with_its_panels_closed() {
        auto window = m_fixture.window({800, 800});
        window->open_library(m_fixture.library());
        QTRY_VERIFY_WITH_TIMEOUT(window->page() == Page::Gallery, patience);
        QVERIFY(!part<QWidget>(*window, "sidebar")->isVisible());
        QVERIFY(!part<QWidget>(*window, "inspector")->isVisible());
        part<QAction>(*window, "toggleSidebar")->trigger();
        QVERIFY(part<QWidget>(*window, "sidebar")->isVisible());
    }

    void a_library_in_use_is_offered_for_reading() {
        LibraryOptions options;
        options.program = "another program";
        auto held = Library::open(m_fixture.library(), options);
        QVERIFY(held.ok());
        auto window = m_fixture.window({1280, 800});
        window->open_library(m_fixture.library());
        QTRY_VERIFY_WITH_TIMEOUT(message_action(*window) != nullptr, patience);
        QVERIFY(window->page() == Page::Welcome);
        QSignalSpy opened(&window->session(), &Session::opened);
        message_action(*window)->click();
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QTRY_VERIFY_WITH_TIMEOUT(window->page() == Page::Gallery, patience);
        QVERIFY(window->windowTitle().contains(QStringLiteral("read-only")));
        QVERIFY(!part<QAction>(*window, "addFolder")->isEnabled());
        QVERIFY(!part<QAction>(*window, "removeItems")->isEnabled());
    }

    void a_library_of_a_newer_program_is_left_alone() {
        const std::string newer = m_fixture.path(QStringLiteral("Newer.fieldmark")).toStdString();
        std::filesystem::copy(m_fixture.library(), newer, std::filesystem::copy_options::recursive);
        for (const auto& entry : std::filesystem::directory_iterator(newer)) {
            std::ifstream file(entry.path(), std::ios::binary);
            std::string magic(15, '\0');
            if (!file.read(magic.data(), 15) || magic != "SQLite format 3") continue;
            if (entry.path().filename().string().find("thumb") != std::string::npos) continue;
            SQLite::Database database(entry.path().string(), SQLite::OPEN_READWRITE);
            database.exec("PRAGMA user_version = 9999");
        }
        auto window = m_fixture.window({1280, 800});
        QSignalSpy failed(&window->session(), &Session::openFailed);
        window->open_library(newer);
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        QVERIFY(failed.first().first().value<Error>().kind == ErrorKind::NewerVersion);
        QVERIFY(message(*window).contains(QStringLiteral("newer")));
        QVERIFY(window->page() == Page::Welcome);
    }

    void a_library_that_is_gone_can_be_forgotten() {
        auto window = m_fixture.window({1280, 800});
        QSignalSpy failed(&window->session(), &Session::openFailed);
        window->open_library(m_fixture.path(QStringLiteral("Gone.fieldmark")).toStdString(),
                             SessionOptions{false, false});
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        QVERIFY(message_action(*window) != nullptr);
        QVERIFY(window->page() == Page::Welcome);
    }

    void every_control_has_a_name() {
        auto window = m_fixture.window({1280, 800});
        window->open_library(m_fixture.library());
        QTRY_VERIFY_WITH_TIMEOUT(window->page() == Page::Gallery, patience);
        const auto buttons = window->findChildren<QAbstractButton*>();
        for (const QAbstractButton* button : buttons) {
            if (!button->isVisible() || button->objectName().startsWith(QLatin1String("qt_"))) continue;
            const bool named = !button->text().isEmpty() || !button->accessibleName().isEmpty() ||
                               !button->toolTip().isEmpty();
            QVERIFY2(named, qPrintable(button->objectName() + QLatin1Char(' ') +
                                       QLatin1String(button->metaObject()->className())));
        }
    }
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
