// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QMimeData>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTemporaryDir>
#include <QtTest>

#include "core/library/library.h"
#include "core/library/writer.h"
#include "ui/gallery/gallery_accessible.h"
#include "ui/gallery/gallery_model.h"
#include "ui/gallery/gallery_view.h"
#include "ui/widgets/thumbnail_store.h"
#include "ui/widgets/tile_roles.h"

using namespace fieldmark;

namespace {

/// Rows with ids 1..count and nothing to fetch.
void fill(QStandardItemModel& model, int count, int from = 1) {
    for (int n = 0; n < count; ++n) {
        auto* item = new QStandardItem(QStringLiteral("picture %1").arg(from + n));
        item->setData(qint64(from + n), ItemIdRole);
        item->setData(QStringLiteral("picture %1").arg(from + n), TitleRole);
        item->setData(QStringLiteral("picture %1").arg(from + n), Qt::AccessibleTextRole);
        item->setData(int(ItemState::Ready), StateRole);
        model.appendRow(item);
    }
}

class PagedModel : public QAbstractListModel {
  public:
    using QAbstractListModel::QAbstractListModel;
    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 100'000; }
    QVariant data(const QModelIndex& index, int role) const override {
        ++asked;
        return role == ItemIdRole ? QVariant(qint64(index.row() + 1)) : QVariant();
    }
    mutable int asked = 0;
};

/// Pending items of files that need not be there.
void add_items(LibraryWriter& writer, const std::string& root, const std::string& folder, int count) {
    const auto collection = writer.ensure_collection(root, "Birds");
    QVERIFY(collection.ok());
    const auto scan = writer.begin_scan(*collection);
    QVERIFY(scan.ok());
    std::vector<SeenFile> files;
    for (int n = 0; n < count; ++n) {
        files.push_back(
            {folder + "/" + std::to_string(10'000 + n) + ".jpg", 100 + n, 1'700'000'000'000'000'000LL});
    }
    QVERIFY(writer.record_scan(*collection, files, *scan).ok());
}

}  // namespace

class TestGallery : public QObject {
    Q_OBJECT
  private:
    struct Shown {
        explicit Shown(int count) {
            fill(model, count);
            view.setModel(&model);
            view.set_tile_size(100);
            view.resize(700, 500);
            view.show();
            view.setFocus();
            QCoreApplication::processEvents();
        }
        QStandardItemModel model;
        GalleryView view{nullptr};
    };

  private Q_SLOTS:
    void places_follow_from_the_row() {
        Shown shown(1000);
        const GalleryView& view = shown.view;
        const int columns = view.columns();
        QVERIFY(columns > 2);
        for (const int row : {0, 1, columns, 5 * columns + 1, 999}) {
            const QModelIndex index = shown.model.index(row, 0);
            const QRect tile = view.visualRect(index);
            QCOMPARE(view.indexAt(tile.center()), index);
            QCOMPARE(view.indexAt(tile.topLeft()), index);
            QCOMPARE(view.indexAt(tile.bottomRight()), index);
        }
        // Between two tiles there is nothing: a rubber band can begin there.
        const QRect first = view.visualRect(shown.model.index(0, 0));
        const QRect second = view.visualRect(shown.model.index(1, 0));
        QVERIFY(second.left() > first.right() + 1);
        QVERIFY(!view.indexAt(QPoint((first.right() + second.left()) / 2 + 1, first.center().y())).isValid());
        // Tiles fill the width and never leave it.
        QVERIFY(view.visualRect(shown.model.index(columns - 1, 0)).right() < view.viewport()->width());
        QCOMPARE(view.visualRect(shown.model.index(columns, 0)).left(), first.left());
    }

    void a_hundred_thousand_rows_ask_for_one_screen() {
        PagedModel model;
        GalleryView view(nullptr);
        view.setModel(&model);
        view.resize(700, 500);
        view.show();
        QCoreApplication::processEvents();
        model.asked = 0;
        view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
        QCoreApplication::processEvents();
        view.grab();
        const auto [first, last] = view.visible_rows();
        QCOMPARE(last, 99'999);
        QVERIFY(last - first < 100);
        // A handful of roles for what is on screen and ahead, not for the library.
        QVERIFY2(model.asked < 5'000, qPrintable(QString::number(model.asked)));
    }

    void keys_move_and_select() {
        Shown shown(100);
        GalleryView& view = shown.view;
        const int columns = view.columns();
        view.setCurrentIndex(shown.model.index(0, 0));
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.currentIndex().row(), 1);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.currentIndex().row(), 1 + columns);
        QTest::keyClick(&view, Qt::Key_Left, Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(view.selected_rows().size(), 3);
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(view.currentIndex().row(), 99);
        QVERIFY(view.viewport()->rect().contains(view.visualRect(view.currentIndex())));
        QTest::keyClick(&view, Qt::Key_Home);
        QCOMPARE(view.currentIndex().row(), 0);
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(view.currentIndex().row(), 0);
        QTest::keyClick(&view, Qt::Key_PageDown);
        QVERIFY(view.currentIndex().row() >= columns);
        QCOMPARE(view.currentIndex().row() % columns, 0);
        QTest::keyClick(&view, Qt::Key_PageUp);
        QCOMPARE(view.currentIndex().row(), 0);
        // Space marks, Ctrl and an arrow leave the marks alone.
        view.clearSelection();
        QTest::keyClick(&view, Qt::Key_Space);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ControlModifier);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ControlModifier);
        QTest::keyClick(&view, Qt::Key_Space);
        QCOMPARE(view.selected_rows().size(), 2);
        QCOMPARE(view.selected_rows().at(1).row(), 2);
        QTest::keyClick(&view, Qt::Key_Space);
        QCOMPARE(view.selected_rows().size(), 1);
        QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selected_rows().size(), 100);
        QSignalSpy activated(&view, &GalleryView::activatedItem);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(activated.size(), 1);
    }

    void down_from_above_a_short_last_line_reaches_it() {
        Shown shown(1);
        const int columns = shown.view.columns();
        fill(shown.model, columns, 2);  // columns + 1 in all: one on the last line
        shown.view.setCurrentIndex(shown.model.index(columns - 1, 0));
        QTest::keyClick(&shown.view, Qt::Key_Down);
        QCOMPARE(shown.view.currentIndex().row(), columns);
    }

    void mouse_selects_with_shift_and_control() {
        Shown shown(100);
        GalleryView& view = shown.view;
        const auto click = [&](int row, Qt::KeyboardModifiers modifiers = {}) {
            QTest::mouseClick(view.viewport(), Qt::LeftButton, modifiers,
                              view.visualRect(shown.model.index(row, 0)).center());
        };
        click(1);
        QCOMPARE(view.selected_rows().size(), 1);
        click(4, Qt::ShiftModifier);
        QCOMPARE(view.selected_rows().size(), 4);
        click(6, Qt::ControlModifier);
        QCOMPARE(view.selected_rows().size(), 5);
        click(2, Qt::ControlModifier);
        QCOMPARE(view.selected_rows().size(), 4);
        click(3);
        QCOMPARE(view.selected_rows().size(), 1);
    }

    void a_rubber_band_selects_what_it_touches() {
        Shown shown(100);
        GalleryView& view = shown.view;
        const QRect first = view.visualRect(shown.model.index(0, 0));
        const QRect diagonal = view.visualRect(shown.model.index(view.columns() + 1, 0));
        const QPoint start(first.left() - 2, first.top() - 2);
        QVERIFY(!view.indexAt(start).isValid());
        QTest::mousePress(view.viewport(), Qt::LeftButton, {}, start);
        QTest::mouseMove(view.viewport(), diagonal.center());
        QMouseEvent move(QEvent::MouseMove, diagonal.center(),
                         view.viewport()->mapToGlobal(diagonal.center()), Qt::NoButton, Qt::LeftButton,
                         Qt::NoModifier);
        QCoreApplication::sendEvent(view.viewport(), &move);
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, diagonal.center());
        QList<int> rows;
        for (const QModelIndex& index : view.selected_rows()) rows.append(index.row());
        QCOMPARE(rows, (QList<int>{0, 1, view.columns(), view.columns() + 1}));
    }

    void the_place_is_kept_when_rows_come_and_go_above() {
        Shown shown(500);
        GalleryView& view = shown.view;
        view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum() / 2);
        const QPersistentModelIndex top = shown.model.index(view.visible_rows().first, 0);
        const int y = view.visualRect(top).top();
        QList<QStandardItem*> column;
        for (int n = 0; n < 60; ++n) column.append(new QStandardItem);
        shown.model.invisibleRootItem()->insertRows(0, column);
        QCOMPARE(view.visualRect(top).top(), y);
        shown.model.removeRows(10, 60);
        QCOMPARE(view.visualRect(top).top(), y);
    }

    void control_and_plus_changes_the_size_within_limits() {
        Shown shown(50);
        GalleryView& view = shown.view;
        QSignalSpy changed(&view, &GalleryView::tileSizeChanged);
        QTest::keyClick(&view, Qt::Key_Plus, Qt::ControlModifier);
        QCOMPARE(view.tile_size(), 125);
        QCOMPARE(changed.size(), 1);
        for (int n = 0; n < 40; ++n) QTest::keyClick(&view, Qt::Key_Minus, Qt::ControlModifier);
        QCOMPARE(view.tile_size(), GalleryView::smallest_tile);
        for (int n = 0; n < 40; ++n) QTest::keyClick(&view, Qt::Key_Plus, Qt::ControlModifier);
        QCOMPARE(view.tile_size(), GalleryView::largest_tile);
        QVERIFY(view.columns() >= 1);
    }

    void assistive_technology_reads_the_tiles() {
        install_gallery_accessibility();
        Shown shown(20);
        QAccessibleInterface* list = QAccessible::queryAccessibleInterface(&shown.view);
        QVERIFY(list != nullptr);
        QCOMPARE(list->role(), QAccessible::List);
        QCOMPARE(list->childCount(), 20);
        QAccessibleInterface* third = list->child(2);
        QVERIFY(third != nullptr);
        QCOMPARE(third->text(QAccessible::Name), QStringLiteral("picture 3"));
        QCOMPARE(list->indexOfChild(third), 2);
        shown.view.selectionModel()->setCurrentIndex(shown.model.index(2, 0),
                                                     QItemSelectionModel::ClearAndSelect);
        QVERIFY(third->state().selected);
        QCOMPARE(list->focusChild()->text(QAccessible::Name), QStringLiteral("picture 3"));
    }

    void the_model_lists_fetches_and_grows_calmly() {
        QTemporaryDir dir;
        const std::string folder = dir.filePath(QStringLiteral("Test.fieldmark")).toStdString();
        const std::string root = dir.filePath(QStringLiteral("pictures")).toStdString();
        std::filesystem::create_directories(root);
        {
            LibraryOptions options;
            options.create = true;
            auto library = Library::open(folder, options);
            QVERIFY(library.ok());
            add_items(*(*library)->writer(), root, "b", 300);
        }
        Session session;
        QSignalSpy opened(&session, &Session::opened);
        session.open(folder, SessionOptions{false, false});
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, 30'000);

        GalleryModel model(session);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        QSignalSpy listed(&model, &GalleryModel::listed);
        model.set_query({});
        QTRY_COMPARE_WITH_TIMEOUT(listed.size(), 1, 30'000);
        QCOMPARE(model.rowCount(), 300);
        QVERIFY(!model.index(0).data(LoadedRole).toBool());
        model.ensure_rows(0, 20);
        QTRY_VERIFY_WITH_TIMEOUT(model.index(20).data(LoadedRole).toBool(), 30'000);
        QVERIFY(!model.index(200).data(LoadedRole).toBool());
        QCOMPARE(model.index(0).data(TitleRole).toString(), QStringLiteral("10000.jpg"));
        QCOMPARE(model.index(0).data(Qt::AccessibleTextRole).toString().left(21),
                 QStringLiteral("10000.jpg, from Birds"));
        const std::unique_ptr<QMimeData> mime(model.mimeData({model.index(0), model.index(1)}));
        QVERIFY(mime != nullptr);
        QCOMPARE(mime->urls().size(), 2);
        QCOMPARE(mime->urls().first().toLocalFile().toStdString(), root + "/b/10000.jpg");

        // Hidden items leave without a reset and come back to their place.
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        const ItemId second = model.item_at(1);
        const QPersistentModelIndex third = model.index(2);
        model.set_hidden({second});
        QCOMPARE(model.rowCount(), 299);
        QCOMPARE(third.row(), 1);
        model.set_hidden({});
        QCOMPARE(third.row(), 2);
        QCOMPARE(model.item_at(1), second);
        QCOMPARE(reset.size(), 0);

        // An edit elsewhere: what was removed goes, the rest keeps its indexes.
        session.remove_items({second});
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 299, 30'000);
        QCOMPARE(third.row(), 1);
        QCOMPARE(reset.size(), 0);
        session.close();
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 0, 30'000);
    }
};

QTEST_MAIN(TestGallery)
#include "test_gallery.moc"
