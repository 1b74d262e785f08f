// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The real window in a made-up language of long words and in German: no text is cut off.
#include <memory>

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

#include "tests/support/specimens.h"
#include "tests/ui_text/clipping.h"
#include "tests/ui_text/pseudo_translator.h"
#include "ui/query/query_strip.h"
#include "ui/widgets/text.h"
#include "ui/window/main_window.h"

using namespace fieldmark;
using fieldmark::testing::clipped_texts;
using fieldmark::testing::PseudoTranslator;

namespace {

constexpr int wait_ms = 120'000;  // generous, for slow machines

std::string bytes(const QString& path) {
    return Text::path_bytes(path);
}

}  // namespace

class TestClipping : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        testing::SpecimenOptions options;
        options.classes = 3;
        options.per_class = 4;
        testing::write_specimens(bytes(path(QStringLiteral("pictures"))), options);
        QFile broken(path(QStringLiteral("pictures/species_00/broken.jpg")));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("\xFF\xD8\xFF\xE0 this is no JPEG");
    }
    void cleanup() {
        m_window.reset();
        for (QTranslator* translator : m_translators) QCoreApplication::removeTranslator(translator);
        qDeleteAll(m_translators);
        m_translators.clear();
    }

    void lengthens_and_keeps_what_must_stay() {
        const QString text =
            PseudoTranslator::lengthen(QStringLiteral("%n of &all <b>pictures</b> (*.csv) in %1"));
        for (const char* kept : {"%n", "&a", "<b>", "</b>", "(*.csv)", "%1"}) {
            QVERIFY2(text.contains(QLatin1String(kept)), kept);
        }
        QCOMPARE(PseudoTranslator::lengthen(QStringLiteral("%1 · %2")), QStringLiteral("%1 · %2"));
        const QString sentence = QStringLiteral("Which of your pictures look like this one?");
        QVERIFY(PseudoTranslator::lengthen(sentence).size() >= sentence.size() * 13 / 10);
    }

    /// The check itself: every kind of widget that is too narrow is found, the same one with room or a
    /// tooltip is not.
    void finds_clipped_widgets() {
        QWidget window;
        window.resize(600, 400);
        QLabel label(QStringLiteral("a label of some length"), &window);
        QLabel wrapped(QStringLiteral("a label of some length that wraps into many lines"), &window);
        wrapped.setWordWrap(true);
        QPushButton button(QStringLiteral("a button of some length"), &window);
        QLineEdit edit(&window);
        edit.setPlaceholderText(QStringLiteral("a placeholder of some length"));
        QComboBox combo(&window);
        combo.addItem(QStringLiteral("a choice of some length"));
        QTreeWidget tree(&window);
        tree.setHeaderLabels({QStringLiteral("a header of some length")});
        tree.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        new QTreeWidgetItem(&tree, {QStringLiteral("a row of some length")});
        const QList<QWidget*> all{&label, &wrapped, &button, &edit, &combo, &tree};
        int top = 0;
        for (QWidget* widget : all) {
            widget->setGeometry(0, top, 500, 60);
            top += 60;
        }
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QCOMPARE(clipped_texts(window), QStringList());
        for (QWidget* widget : all) {
            widget->resize(40, 60);
            QVERIFY2(!clipped_texts(window).isEmpty(), widget->metaObject()->className());
            widget->resize(500, 60);
            QCOMPARE(clipped_texts(window), QStringList());
        }
        label.resize(40, 60);
        label.setToolTip(label.text());
        QCOMPARE(clipped_texts(window), QStringList());
        // Wide enough, but its parent is not.
        QWidget narrow(&window);
        QLabel inner(QStringLiteral("a label of some length"), &narrow);
        narrow.setGeometry(0, top, 50, 40);
        inner.setGeometry(0, 0, 500, 40);
        narrow.show();
        QVERIFY(!clipped_texts(window).isEmpty());
    }

    void nothing_is_clipped_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QSize>("size");
        for (const QSize size : {QSize(900, 600), QSize(1280, 800)}) {
            for (const char* language : {"pseudo", "de", "en"}) {
                QTest::addRow("%s %d", language, size.width()) << QString::fromLatin1(language) << size;
            }
        }
    }

    void nothing_is_clipped() {
        QFETCH(const QString, language);
        QFETCH(const QSize, size);
        speak(language);
        QStringList all;
        m_window = std::make_unique<MainWindow>(path(QStringLiteral("settings-%1.conf").arg(language)));
        MainWindow& window = *m_window;
        window.resize(size);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const auto look = [&](const QString& place, QWidget* where = nullptr) {
            QTest::qWait(30);  // layouts settle
            for (const QString& line : clipped_texts(where != nullptr ? *where : window)) {
                all.append(QStringLiteral("%1: %2").arg(place, line));
            }
        };
        look(QStringLiteral("no library"));

        // A message with an action.
        QSignalSpy open_failed(&window.session(), &Session::openFailed);
        window.open_library(bytes(path(QStringLiteral("nowhere.fieldmark"))), SessionOptions{false, false});
        QTRY_COMPARE_WITH_TIMEOUT(open_failed.size(), 1, wait_ms);
        look(QStringLiteral("message"));
        QAction* back = window.findChild<QAction*>(QStringLiteral("stepBack"));
        QVERIFY(back != nullptr);
        back->trigger();

        // An empty library.
        QSignalSpy opened(&window.session(), &Session::opened);
        window.open_library(bytes(path(QStringLiteral("empty-%1.fieldmark").arg(language))));
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, wait_ms);
        QTRY_COMPARE(window.page(), MainWindow::Page::Welcome);
        look(QStringLiteral("empty library"));

        // Pictures, one of them broken, with labels; the import bar says what came of it.
        QSignalSpy imported(&window.session(), &Session::importFinished);
        const QString pictures = path(QStringLiteral("pictures"));
        window.open_library(
            bytes(path(QStringLiteral("full-%1-%2.fieldmark").arg(language).arg(size.width()))));
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 2, wait_ms);
        window.import_paths({bytes(pictures)}, bytes(pictures + QStringLiteral("/labels.csv")));
        look(QStringLiteral("import begins"));
        QTRY_COMPARE_WITH_TIMEOUT(imported.size(), 1, wait_ms);
        QTRY_COMPARE(window.page(), MainWindow::Page::Gallery);
        auto* gallery = window.findChild<QAbstractItemView*>(QStringLiteral("gallery"));
        QVERIFY(gallery != nullptr);
        QTRY_VERIFY(gallery->model()->rowCount() >= 12);
        // Both panels, wherever there is room to ask for them.
        for (const char* name : {"toggleSidebar", "toggleInspector"}) {
            auto* toggle = window.findChild<QAction*>(QLatin1String(name));
            QVERIFY(toggle != nullptr);
            if (!toggle->isChecked()) toggle->trigger();
        }
        look(QStringLiteral("gallery"));

        gallery->setCurrentIndex(gallery->model()->index(1, 0));
        QTest::qWait(300);  // the inspector's row is fetched
        look(QStringLiteral("one selected"));
        gallery->selectAll();
        QTest::qWait(300);
        look(QStringLiteral("all selected"));

        // A query, a filter, a box.
        gallery->setCurrentIndex(gallery->model()->index(1, 0));
        QueryImage image;
        image.path = bytes(pictures + QStringLiteral("/species_01/individual_01.jpg"));
        window.find_similar({image});
        auto* matches = window.findChild<QAbstractItemView*>(QStringLiteral("matches"));
        QVERIFY(matches != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(matches->model()->rowCount() > 0, wait_ms);
        QTest::qWait(300);
        look(QStringLiteral("matches"));
        auto* filter = window.findChild<QLineEdit*>(QStringLiteral("filterField"));
        QVERIFY(filter != nullptr);
        filter->setText(QStringLiteral("species!=nothing"));
        QTest::keyClick(filter, Qt::Key_Return);
        QTest::qWait(500);
        look(QStringLiteral("filtered matches"));
        auto* strip = window.findChild<QueryStrip*>(QStringLiteral("queryStrip"));
        QVERIFY(strip != nullptr);
        QTest::qWait(200);
        strip->editCrop(0);
        QTest::qWait(200);
        look(QStringLiteral("box"));
        strip->editCrop(-1);
        strip->showProblem(QCoreApplication::translate(
            "fieldmark::QueryDropReader",
            "A folder cannot be a query. Drop it on the gallery to import it, or pick a picture in it."));
        look(QStringLiteral("problem in the query"));

        // Compare.
        QTRY_VERIFY_WITH_TIMEOUT(matches->model()->rowCount() > 0, wait_ms);
        matches->setCurrentIndex(matches->model()->index(0, 0));
        auto* compare = window.findChild<QAction*>(QStringLiteral("compare"));
        QVERIFY(compare != nullptr);
        QTRY_VERIFY(compare->isEnabled());
        compare->trigger();
        QTRY_COMPARE(window.page(), MainWindow::Page::Compare);
        QTest::qWait(300);
        look(QStringLiteral("compare"));

        // The pages that measure and learn.
        for (const char* name : {"pageEvaluate", "pageLearn"}) {
            auto* action = window.findChild<QAction*>(QLatin1String(name));
            QVERIFY(action != nullptr);
            action->trigger();
            QTest::qWait(800);
            look(QLatin1String(name));
            if (auto* run = window.findChild<QPushButton*>(QStringLiteral("evaluateRun")); run->isVisible()) {
                QSignalSpy evaluated(&window.session(), &Session::evaluationFinished);
                run->click();
                look(QStringLiteral("evaluating"));
                QTRY_COMPARE_WITH_TIMEOUT(evaluated.size(), 1, wait_ms);
                auto* tabs = window.findChild<QTabWidget*>(QStringLiteral("evaluateTabs"));
                for (int tab = 0; tab < tabs->count(); ++tab) {
                    tabs->setCurrentIndex(tab);
                    QTest::qWait(200);
                    look(QStringLiteral("evaluation, tab %1").arg(tab));
                }
            }
        }

        // Dialogs.
        for (const char* name : {"showKeys", "about", "showFailed"}) {
            auto* action = window.findChild<QAction*>(QLatin1String(name));
            QVERIFY(action != nullptr);
            QVERIFY2(action->isEnabled(), name);
            action->trigger();
            QDialog* dialog = nullptr;
            for (auto* one : window.findChildren<QDialog*>()) {
                if (one->isVisible()) dialog = one;
            }
            QVERIFY2(dialog != nullptr, name);
            QTest::qWait(300);
            look(QLatin1String(name), dialog);
            dialog->close();
            QTRY_VERIFY(window.findChildren<QDialog*>().isEmpty());
        }
        if (!all.isEmpty()) {
            all.removeDuplicates();
            const QString text =
                QStringLiteral("%1 texts are cut off:\n").arg(all.size()) + all.join(QLatin1Char('\n'));
            QFAIL(qPrintable(text));
        }
    }

  private:
    QString path(const QString& name) const { return m_folder.filePath(name); }

    void speak(const QString& language) {
        if (language == QLatin1String("pseudo")) {
            m_translators.append(new PseudoTranslator);
        } else {
            auto* translator = new QTranslator;
            m_translators.append(translator);
            QVERIFY(translator->load(QLocale(language), QStringLiteral("fieldmark"), QStringLiteral("_"),
                                     QStringLiteral(":/i18n")));
        }
        for (QTranslator* translator : m_translators) QCoreApplication::installTranslator(translator);
    }

    QTemporaryDir m_folder;
    QList<QTranslator*> m_translators;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestClipping)
#include "tst_clipping.moc"
