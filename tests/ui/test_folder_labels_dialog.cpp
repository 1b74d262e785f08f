// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/specimens.h"
#include "tests/support/window_fixture.h"
#include "ui/importing/folder_labels_dialog.h"

using namespace fieldmark;
using testing::part;

namespace {
constexpr int patience = 60'000;
}

/// Pictures in folders, no table of labels: what a person who sorted them by species has.
class TestFolderLabelsDialog : public QObject {
    Q_OBJECT
    const testing::WindowFixture m_fixture;

  private Q_SLOTS:
    void foldersAreOfferedBecomeLabelsAndAreTakenBack() {
        const std::string pictures = m_fixture.path(QStringLiteral("pictures")).toStdString();
        QCOMPARE(testing::write_specimens(pictures, {.classes = 5, .per_class = 2}).size(), std::size_t(10));
        QVERIFY(QFile::remove(QString::fromStdString(pictures) + QStringLiteral("/labels.csv")));
        auto window = m_fixture.window();
        Session& session = window->session();
        QVERIFY(!part<QAction>(*window, "folderLabels")->isEnabled());
        QSignalSpy opened(&session, &Session::opened);
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QSignalSpy finished(&session, &Session::importFinished);
        window->import_paths({pictures});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);

        const auto offer = [&]() -> QPushButton* {
            for (QPushButton* button : window->findChildren<QPushButton*>())
                if (button->text().contains(QStringLiteral("folder names")) && button->isVisible())
                    return button;
            return nullptr;
        };
        QTRY_VERIFY_WITH_TIMEOUT(offer() != nullptr, patience);
        offer()->click();
        auto* dialog = part<FolderLabelsDialog>(*window, "folderLabelsDialog");
        auto* accept = part<QPushButton>(*dialog, "folderLabelsAccept");
        QTRY_VERIFY_WITH_TIMEOUT(accept->isEnabled(), patience);
        QVERIFY(accept->text().contains(QStringLiteral("10")));
        QVERIFY(part<QLabel>(*dialog, "folderLabelsPreview")->text().contains(QStringLiteral("species_00")));

        // Without a name there is nothing to accept; another name is another field.
        auto* field = part<QComboBox>(*dialog, "folderLabelsField");
        field->lineEdit()->clear();
        QVERIFY(!accept->isEnabled());
        QTRY_VERIFY(part<QLabel>(*dialog, "folderLabelsPreview")->text().contains(QStringLiteral("name")));
        QVERIFY(!accept->isEnabled());
        field->lineEdit()->setText(QStringLiteral("path"));
        QTRY_VERIFY(
            part<QLabel>(*dialog, "folderLabelsPreview")->text().contains(QStringLiteral("built in")));
        QVERIFY(!accept->isEnabled());
        field->lineEdit()->setText(QStringLiteral("kind"));
        QTRY_VERIFY_WITH_TIMEOUT(accept->isEnabled(), patience);

        QSignalSpy values(&session, &Session::fieldValuesFetched);
        const auto classes = [&] {
            values.clear();
            session.fetch_field_values("kind");
            if (!QTest::qWaitFor([&] { return !values.isEmpty(); }, patience)) return std::size_t(999);
            return values[0][2].value<std::vector<ValueCount>>().size();
        };
        QSignalSpy edited(&session, &Session::edited);
        QTest::keyClick(field->lineEdit(), Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 1, patience);
        QCOMPARE(classes(), std::size_t(5));
        QTRY_VERIFY_WITH_TIMEOUT(part<QAction>(*window, "undo")->isEnabled(), patience);
        part<QAction>(*window, "undo")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 2, patience);
        QCOMPARE(classes(), std::size_t(0));
    }
};

QTEST_MAIN(TestFolderLabelsDialog)
#include "test_folder_labels_dialog.moc"
