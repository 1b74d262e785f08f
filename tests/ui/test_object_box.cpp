// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QUndoStack>
#include <QtTest>

#include "core/engine/pictures/object_service.h"
#include "core/models/model_registry.h"
#include "tests/support/specimens.h"
#include "ui/inspector/object_box_dialog.h"
#include "ui/query/crop_editor.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {
constexpr int kPatience = 60'000;  ///< milliseconds; for loaded machines and sanitizers
}

/// A person's object boxes, from the dialog to the library and back, over a real session.
class TestObjectBox : public QObject {
    Q_OBJECT

    QTemporaryDir m_root;
    Session m_session;
    std::vector<ItemRow> m_rows;

    struct Answer {
        std::optional<ObjectBox> box;
        Error error;
    };
    Answer stored(ItemId item, bool find = false) {
        Answer answer;
        bool done = false;
        RequestId wanted = 0;
        const auto connection =
            connect(&m_session, &Session::objectBoxFetched, this,
                    [&](RequestId id, ItemId, const std::optional<ObjectBox>& box, const Error& error) {
                        if (id != wanted) return;
                        answer = {box, error};
                        done = true;
                    });
        wanted = m_session.fetch_object_box(item, find);
        [&] { QTRY_VERIFY_WITH_TIMEOUT(done, kPatience); }();
        disconnect(connection);
        return answer;
    }

  private Q_SLOTS:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        qputenv("XDG_DATA_HOME", m_root.filePath(QStringLiteral("data")).toUtf8());
        if (!ModelRegistry().find()) QSKIP("Run packaging/setup.sh first.");
        const std::string folder = m_root.filePath(QStringLiteral("pictures")).toStdString();
        write_specimens(folder, {.classes = 2, .per_class = 2, .width = 160, .height = 120});
        QSignalSpy opened(&m_session, &Session::opened);
        m_session.open(m_root.filePath(QStringLiteral("Boxes.fieldmark")).toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
        QSignalSpy imported(&m_session, &Session::importFinished);
        ImportRequest request;
        request.paths = {folder};
        m_session.start_import(request);
        QTRY_COMPARE_WITH_TIMEOUT(imported.count(), 1, kPatience);
        QSignalSpy listed(&m_session, &Session::itemsListed);
        m_session.list_items({});
        QTRY_COMPARE_WITH_TIMEOUT(listed.count(), 1, kPatience);
        QSignalSpy fetched(&m_session, &Session::rowsFetched);
        m_session.fetch_rows(listed[0][1].value<std::vector<ItemId>>());
        QTRY_COMPARE_WITH_TIMEOUT(fetched.count(), 1, kPatience);
        m_rows = fetched[0][1].value<std::vector<ItemRow>>();
        QCOMPARE(m_rows.size(), std::size_t{4});
    }

    void a_drawn_box_is_stored_and_undone() {
        const ItemRow& row = m_rows[0];
        QVERIFY(!stored(row.item.id).box);
        QUndoStack undo;
        auto* dialog = new ObjectBoxDialog(m_session, row, &undo);
        dialog->show();
        auto* editor = dialog->findChild<CropEditor*>(QStringLiteral("objectBoxEditor"));
        auto* note = dialog->findChild<QLabel*>(QStringLiteral("objectBoxNote"));
        auto* save = dialog->findChild<QPushButton*>(QStringLiteral("objectBoxSave"));
        QTRY_VERIFY_WITH_TIMEOUT(note->text().startsWith(QStringLiteral("Nobody")), kPatience);
        QVERIFY(save->isEnabled());  // whoever reads this can save
        editor->setFocus();
        QTest::keyClick(editor, Qt::Key_Left,
                        Qt::ShiftModifier | Qt::ControlModifier);  // the right edge comes in
        QVERIFY2(note->text().startsWith(QStringLiteral("Drawn by you")), qPrintable(note->text()));
        const Crop drawn = editor->crop();
        QVERIFY(!drawn.whole());
        QSignalSpy edited(&m_session, &Session::edited);
        save->click();
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 1, kPatience);
        const Answer answer = stored(row.item.id);
        QVERIFY(answer.box);
        QCOMPARE(answer.box->box, drawn);
        QCOMPARE(static_cast<int>(answer.box->source), static_cast<int>(BoxSource::User));
        QCOMPARE(undo.count(), 1);
        undo.undo();
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 2, kPatience);
        QVERIFY(!stored(row.item.id).box);
        undo.redo();
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 3, kPatience);
        QCOMPARE(stored(row.item.id).box->box, drawn);
    }

    void nothing_is_said_before_all_is_known() {
        // The two answers come apart; the note waits for both.
        const ItemRow& row = m_rows[1];
        ObjectBoxDialog dialog(m_session, row, nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* note = dialog.findChild<QLabel*>(QStringLiteral("objectBoxNote"));
        auto* save = dialog.findChild<QPushButton*>(QStringLiteral("objectBoxSave"));
        bool picture = false, box = false;
        const auto check = [&] {
            if (picture && box) return;
            QVERIFY2(note->text().startsWith(QStringLiteral("Loading")), qPrintable(note->text()));
            QVERIFY(save->isEnabled() == box);
        };
        connect(&m_session, &Session::pictureReady, &dialog, [&] {
            picture = true;
            check();
        });
        connect(&m_session, &Session::objectBoxFetched, &dialog, [&] {
            box = true;
            check();
        });
        QVERIFY(note->text().startsWith(QStringLiteral("Loading")));
        QVERIFY(!save->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(picture && box, kPatience);
        QVERIFY(note->text().startsWith(QStringLiteral("Nobody")));
        QVERIFY(save->isEnabled());
    }

    void a_late_box_takes_nothing_from_who_drew() {
        ObjectBoxDialog dialog(m_session, m_rows[1], nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* note = dialog.findChild<QLabel*>(QStringLiteral("objectBoxNote"));
        auto* editor = dialog.findChild<CropEditor*>(QStringLiteral("objectBoxEditor"));
        // Whole picture, pressed before anything has come: said and kept once it has.
        dialog.findChild<QPushButton*>(QStringLiteral("objectBoxWhole"))->click();
        QVERIFY(note->text().startsWith(QStringLiteral("Loading")));
        QTRY_VERIFY_WITH_TIMEOUT(dialog.findChild<QPushButton*>(QStringLiteral("objectBoxSave"))->isEnabled(),
                                 kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(note->text().startsWith(QStringLiteral("The whole picture")), kPatience);
        QVERIFY(editor->crop().whole());
    }

    /// What was there before a person drew comes back as it was, whoever set it.
    void undoing_brings_back_whose_box_it_was_data() {
        QTest::addColumn<int>("source");
        QTest::newRow("the finder's") << static_cast<int>(BoxSource::Finder);
        QTest::newRow("a table's") << static_cast<int>(BoxSource::Import);
        QTest::newRow("a person's") << static_cast<int>(BoxSource::User);
    }
    void undoing_brings_back_whose_box_it_was() {
        QFETCH(int, source);
        const ItemRow& row = m_rows[3];
        ObjectBox before{{500, 1000, 6000, 7000}, 1, static_cast<BoxSource>(source), {}};
        if (before.source == BoxSource::Finder) {
            before.score = 0.75F;
            before.finder = std::string(64, 'f');
        }
        QSignalSpy edited(&m_session, &Session::edited);
        m_session.set_object_box(row.item.id, before);
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 1, kPatience);
        QVERIFY(stored(row.item.id).box == before);

        QUndoStack undo;
        auto* dialog = new ObjectBoxDialog(m_session, row, &undo);
        auto* save = dialog->findChild<QPushButton*>(QStringLiteral("objectBoxSave"));
        auto* editor = dialog->findChild<CropEditor*>(QStringLiteral("objectBoxEditor"));
        auto* note = dialog->findChild<QLabel*>(QStringLiteral("objectBoxNote"));
        QTRY_VERIFY_WITH_TIMEOUT(!note->text().startsWith(QStringLiteral("Loading")), kPatience);
        QCOMPARE(editor->crop(), before.box);
        dialog->findChild<QPushButton*>(QStringLiteral("objectBoxWhole"))->click();
        save->click();
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 2, kPatience);
        const ObjectBox drawn{{}, 1, BoxSource::User, {}};
        QVERIFY(stored(row.item.id).box == drawn);
        undo.undo();
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 3, kPatience);
        QVERIFY(stored(row.item.id).box == before);
        undo.redo();
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 4, kPatience);
        QVERIFY(stored(row.item.id).box == drawn);
        m_session.set_object_box(row.item.id, std::nullopt);
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(), 5, kPatience);
        QVERIFY(!stored(row.item.id).box);
    }

    void cancelling_and_saving_nothing_new_change_nothing() {
        const ItemRow& row = m_rows[1];
        QUndoStack undo;
        for (const char* button : {"objectBoxSave", ""}) {
            auto* dialog = new ObjectBoxDialog(m_session, row, &undo);
            dialog->show();
            auto* note = dialog->findChild<QLabel*>(QStringLiteral("objectBoxNote"));
            QTRY_VERIFY_WITH_TIMEOUT(note->text().startsWith(QStringLiteral("Nobody")), kPatience);
            if (*button != 0)
                dialog->findChild<QPushButton*>(QString::fromLatin1(button))->click();
            else
                dialog->reject();
        }
        QCOMPARE(undo.count(), 0);
        QVERIFY(!stored(row.item.id).box);
    }

    void an_item_that_is_gone_is_said() {
        const Answer answer = stored(987'654, true);
        QVERIFY(!answer.box);
        QCOMPARE(static_cast<int>(answer.error.kind), static_cast<int>(ErrorKind::NotFound));
        QSignalSpy failed(&m_session, &Session::editFailed);
        m_session.set_object_box(987'654, ObjectBox{{0, 0, 5000, 5000}, 1, BoxSource::User, {}});
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
    }

    void the_library_can_look_at_objects_only_and_back() {
        if (!ObjectCropper::shared()) QSKIP("Run packaging/setup.sh first: there is no object finder.");
        QTRY_VERIFY_WITH_TIMEOUT(m_session.model().available, kPatience);
        const std::string former = m_session.model().info.hash;
        QSignalSpy finished(&m_session, &Session::modelSwitchFinished);
        ModelSwitchRequest request;
        request.of_objects = true;
        m_session.use_model(request);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        const auto report = finished[0][0].value<ModelSwitchReport>();
        QVERIFY2(report.switched,
                 qPrintable(QString::fromStdString("failed " + std::to_string(report.failed) + ", lacking " +
                                                   std::to_string(report.lacking) + ", embedded " +
                                                   std::to_string(report.embedded))));
        QTRY_COMPARE_WITH_TIMEOUT(m_session.model().info.kind, std::string("object"), kPatience);
        QCOMPARE(m_session.model().info.base, former);
        // A box drawn now costs the picture its vector, which is made again by itself.
        QSignalSpy imported(&m_session, &Session::importFinished);
        m_session.set_object_box(m_rows[2].item.id,
                                 ObjectBox{{1000, 1000, 4000, 5000}, 1, BoxSource::User, {}});
        QTRY_COMPARE_WITH_TIMEOUT(imported.count(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(m_session.model().embedded, std::int64_t{4}, kPatience);
        QCOMPARE(static_cast<int>(stored(m_rows[2].item.id).box->source), static_cast<int>(BoxSource::User));
        ModelSwitchRequest back;
        back.model = former;
        m_session.use_model(back);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(m_session.model().info.hash, former, kPatience);
    }
};

QTEST_MAIN(TestObjectBox)
#include "test_object_box.moc"
