// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <set>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QUndoStack>
#include <QtTest>

#include "tests/support/specimens.h"
#include "ui/compare/compare_view.h"
#include "ui/inspector/fields_model.h"
#include "ui/inspector/inspector.h"
#include "ui/query/crop_editor.h"
#include "ui/query/match_controller.h"
#include "ui/query/match_header.h"
#include "ui/query/match_model.h"
#include "ui/query/query_card.h"
#include "ui/query/query_drop.h"
#include "ui/query/query_strip.h"
#include "ui/widgets/image_view.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"

using namespace fieldmark;

namespace {

constexpr int kWait = 60'000;  // ms; generous, for slow machines

QueryImage of_item(ItemId item, bool negative = false) {
    QueryImage image;
    image.item = item;
    image.negative = negative;
    return image;
}

QueryImage of_path(const QString& path) {
    QueryImage image;
    image.path = Text::path_bytes(path);
    return image;
}

std::set<ItemId> shown(const MatchModel& model) {
    std::set<ItemId> items;
    for (const Match& match : model.matches()) items.insert(match.row.item.id);
    return items;
}

}  // namespace

/// The widgets of a query with the real session, model and pictures.
class TestQueryFlow : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        testing::SpecimenOptions options;
        options.classes = 3;
        options.per_class = 4;
        testing::write_specimens(path(QStringLiteral("pictures")).toStdString(), options);
        options.seed = 2;
        options.per_class = 2;
        testing::write_specimens(path(QStringLiteral("more")).toStdString(), options);
        QVERIFY(testing::draw_specimen(1, 9).save(path(QStringLiteral("stranger.jpg"))));

        QSignalSpy opened(&m_session, &Session::opened);
        m_session.open(path(QStringLiteral("test.fieldmark")).toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, kWait);
        import(QStringLiteral("pictures"));
        QTRY_VERIFY_WITH_TIMEOUT(!m_session.model().loading, kWait);
        QVERIFY2(m_session.model().available, m_session.model().error.text.c_str());
        m_items = list();
        QCOMPARE(m_items.size(), 12U);
    }

    void init() {
        m_thumbnails = std::make_unique<ThumbnailStore>(m_session);
        m_model = std::make_unique<MatchModel>();
        m_controller = std::make_unique<MatchController>(m_session, *m_model);
    }
    void cleanup() {
        m_controller.reset();
        m_model.reset();
        m_thumbnails.reset();
    }

    void ranks_the_look_alikes_of_a_file() {
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        m_controller->setImages({of_path(path(QStringLiteral("stranger.jpg")))});
        QVERIFY(m_controller->active());
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWait);
        QCOMPARE(m_model->rowCount(), 12);
        for (int row = 1; row < m_model->rowCount(); ++row)
            QVERIFY(m_model->match(row)->score <= m_model->match(row - 1)->score);
        QVERIFY(m_controller->headline().contains(QStringLiteral("12")));
        QVERIFY(m_controller->coverage().isEmpty());
        QVERIFY(!m_controller->timings().isEmpty());
        m_controller->clear();
        QCOMPARE(m_model->rowCount(), 0);
        QVERIFY(m_controller->headline().isEmpty());
    }

    void answers_only_the_last_change() {
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        QSignalSpy started(m_controller.get(), &MatchController::started);
        QueryImage image = of_item(m_items[0]);
        m_controller->setImages({image});
        for (int step = 1; step <= 5; ++step) {  // a box being dragged
            image.crop = {step * 100, 0, 5000, 5000};
            m_controller->setImages({image});
        }
        QTRY_COMPARE_WITH_TIMEOUT(started.size(), 2, kWait);
        QTRY_VERIFY_WITH_TIMEOUT(!m_controller->running() && finished.size() >= 1, kWait);
        QTest::qWait(300);
        QCOMPARE(started.size(), 2);
        QCOMPARE(m_controller->images().front().crop, image.crop);
    }

    void needs_a_positive_picture() {
        QSignalSpy started(m_controller.get(), &MatchController::started);
        m_controller->setImages({of_item(m_items[0], true)});
        QCOMPARE(started.size(), 0);
        QVERIFY(!m_controller->headline().isEmpty());
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        m_controller->setImages({of_item(m_items[0], true), of_item(m_items[5])});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWait);
        QVERIFY(!shown(*m_model).contains(m_items[5]));  // the query itself is hidden
    }

    void filters_and_says_what_is_wrong() {
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        QSignalSpy failed(m_controller.get(), &MatchController::failed);
        ItemQuery filter;
        filter.where = {{"path", Condition::Operator::Contains, "species_00"}};
        m_controller->setFilter(filter);
        m_controller->setImages({of_path(path(QStringLiteral("stranger.jpg")))});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWait);
        QCOMPARE(m_model->rowCount(), 4);
        m_controller->setImages({of_path(path(QStringLiteral("nowhere.jpg")))});
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kWait);
        QCOMPARE(m_model->rowCount(), 0);
        QVERIFY2(m_controller->headline().contains(QStringLiteral("nowhere.jpg")),
                 qPrintable(m_controller->headline()));
    }

    void fills_the_strip_by_paste_and_removes_by_key() {
        QWidget window;
        QueryStrip strip(m_session, *m_thumbnails, &window);
        window.resize(900, 500);
        strip.resize(900, 400);
        window.show();
        QSignalSpy changed(&strip, &QueryStrip::imagesChanged);
        QSignalSpy open(&strip, &QueryStrip::openFileRequested);
        auto* well = strip.findChild<QAbstractButton*>(QStringLiteral("queryWell"));
        QVERIFY(well != nullptr && well->isVisible());
        QTest::mouseClick(well, Qt::LeftButton);
        QTest::keyClick(well, Qt::Key_Space);
        QCOMPARE(open.size(), 2);

        auto* pasted = new QMimeData;
        pasted->setText(path(QStringLiteral("stranger.jpg")));
        QGuiApplication::clipboard()->setMimeData(pasted);
        QVERIFY(strip.paste());
        QCOMPARE(changed.size(), 1);
        QVERIFY(!well->isVisible());
        QGuiApplication::clipboard()->setImage(testing::draw_specimen(2, 3));
        QVERIFY(strip.paste(false));
        QCOMPARE(strip.images().size(), 2U);
        strip.add({of_item(m_items[3])}, false);
        strip.add({of_item(m_items[3])}, false);  // it is there already
        QCOMPARE(strip.images().size(), 3U);

        QGuiApplication::clipboard()->setText(QStringLiteral("https://example.org/a.jpg"));
        QVERIFY(!strip.paste());
        QCOMPARE(strip.images().size(), 3U);
        auto* problem = strip.findChild<QLabel*>(QStringLiteral("queryProblem"));
        QVERIFY(problem->isVisible() && problem->text().contains(QStringLiteral("never opens a connection")));

        const auto cards = strip.findChildren<QueryCard*>();
        QCOMPARE(cards.size(), 3);
        QTRY_VERIFY_WITH_TIMEOUT(
            !cards[0]->picture().isNull() && !cards[1]->picture().isNull() && !cards[2]->picture().isNull(),
            kWait);
        QTest::keyClick(cards[0], Qt::Key_N);
        QVERIFY(strip.images()[0].negative);
        QVERIFY(!problem->isVisible());
        QTest::keyClick(cards[0], Qt::Key_Delete);
        QCOMPARE(strip.images().size(), 2U);
        QVERIFY(!strip.images()[0].bytes.empty());
        strip.findChild<QToolButton*>(QStringLiteral("clearQuery"))->click();
        QVERIFY(strip.isEmpty());
        QVERIFY(well->isVisible());
    }

    void takes_drops_and_says_what_they_do() {
        QueryStrip strip(m_session, *m_thumbnails);
        strip.resize(900, 300);
        strip.show();
        QMimeData data;
        data.setUrls({Text::url_of(Text::path_bytes(path(QStringLiteral("stranger.jpg"))))});
        const auto drop = [&](const QPoint& at) {
            QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&strip, &enter);
            const bool taken = enter.isAccepted();
            auto* overlay = strip.findChild<QWidget*>(QStringLiteral("queryDropOverlay"));
            const bool lit = overlay->isVisible();
            QDropEvent dropped(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&strip, &dropped);
            return taken && lit && !overlay->isVisible();
        };
        QVERIFY(drop(QPoint(20, 20)));
        QCOMPARE(strip.images().size(), 1U);
        data.clear();
        data.setData(QueryDropReader::items_mime_type(), QueryDropReader::encode_items({m_items[1]}));
        QVERIFY(drop(QPoint(strip.width() - 20, 20)));  // the part that adds
        QCOMPARE(strip.images().size(), 2U);
        QVERIFY(drop(QPoint(20, 20)));  // the part that replaces
        QCOMPARE(strip.images().size(), 1U);
        QCOMPARE(strip.images()[0].item, m_items[1]);
        QMimeData other;
        other.setData(QStringLiteral("application/octet-stream"), "x");
        QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &other, Qt::LeftButton, Qt::NoModifier);
        enter.ignore();
        QCoreApplication::sendEvent(&strip, &enter);
        QVERIFY(!enter.isAccepted());
    }

    /// A match is explained with what was searched with: the object that was found, or the part that was drawn.
    void knows_the_part_that_was_searched_with() {
        QueryStrip strip(m_session, *m_thumbnails);
        QueryImage plain, cropped;
        plain.item = m_items[0];
        cropped.item = m_items[1];
        cropped.crop = {0, 0, 5000, 5000};
        strip.add({plain, cropped});
        const Crop found{1000, 2000, 3000, 4000};
        strip.setFoundCrops({found, cropped.crop});
        QVERIFY(strip.images()[0].crop.whole());
        QVERIFY(strip.searchedImages()[0].crop == found);
        QVERIFY(strip.searchedImages()[1].crop == cropped.crop);
        strip.setFoundCrops({});
        QVERIFY(strip.searchedImages()[0].crop.whole());
    }

    void searches_with_a_part_of_the_picture() {
        QueryStrip strip(m_session, *m_thumbnails);
        strip.resize(900, 600);
        strip.show();
        QObject::connect(&strip, &QueryStrip::imagesChanged, m_controller.get(),
                         [&] { m_controller->setImages(strip.images()); });
        strip.add({of_item(m_items[2])});
        auto* card = strip.findChild<QueryCard*>();
        QTRY_VERIFY_WITH_TIMEOUT(!card->picture().isNull(), kWait);
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        QTest::keyClick(card, Qt::Key_Return);
        QCOMPARE(strip.editedCrop(), 0);
        auto* editor = strip.findChild<CropEditor*>();
        QVERIFY(editor->isVisible());
        QTest::keyClick(editor, Qt::Key_Right);  // a box to start with
        QTest::keyClick(editor, Qt::Key_Right);
        QVERIFY(!strip.images()[0].crop.whole());
        QTRY_VERIFY_WITH_TIMEOUT(finished.size() >= 1 && !m_controller->running(), kWait);
        QVERIFY(strip.findChild<QLabel*>(QStringLiteral("cropText"))->text().contains(QLatin1Char('%')));
        QTest::keyClick(editor, Qt::Key_Escape);  // the panel goes, the box stays
        QCOMPARE(strip.editedCrop(), -1);
        QVERIFY(!editor->isVisible());
        QVERIFY(!strip.images()[0].crop.whole());
        strip.editCrop(0);
        QTest::keyClick(editor, Qt::Key_Backspace);
        QVERIFY(strip.images()[0].crop.whole());
        QCOMPARE(strip.editedCrop(), 0);
        strip.editCrop(-1);

        // A second query takes the first one's place, and its card can be seen.
        QueryImage other;
        other.path = path(QStringLiteral("stranger.jpg")).toStdString();
        strip.add({other}, true);
        const auto cards = strip.findChildren<QueryCard*>();
        const auto shown = std::count_if(cards.begin(), cards.end(), [](const QueryCard* one) {
            return one->isVisible() && !one->visibleRegion().isEmpty();
        });
        QCOMPARE(shown, 1);
    }

    void announces_what_an_import_adds() {
        MatchHeader header(*m_controller);
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        m_controller->setImages({of_path(path(QStringLiteral("stranger.jpg")))});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWait);
        QTest::qWait(1100);  // the first second, in which better matches may replace what is shown
        const std::set<ItemId> before = shown(*m_model);
        QSignalSpy announced(m_controller.get(), &MatchController::newMatchesFound);
        import(QStringLiteral("more"));
        QTRY_COMPARE_WITH_TIMEOUT(m_controller->newMatches(), 6, kWait);
        QCOMPARE(shown(*m_model), before);  // nothing jumped
        auto* show = header.findChild<QToolButton*>(QStringLiteral("showNewMatches"));
        QVERIFY(!show->isHidden());
        QVERIFY(show->text().contains(QLatin1Char('6')));
        show->click();
        QCOMPARE(m_model->rowCount(), 18);
        QCOMPARE(m_controller->newMatches(), 0);
        QVERIFY(show->isHidden());
        const std::set<ItemId> after = shown(*m_model);
        QVERIFY(std::includes(after.begin(), after.end(), before.begin(), before.end()));
    }

    void edits_fields_and_undoes() {
        Inspector inspector(m_session);
        QUndoStack undo;
        inspector.setUndoStack(&undo);
        inspector.resize(300, 700);
        inspector.show();
        QVERIFY(inspector.findChild<QLabel*>(QStringLiteral("inspectorPlaceholder"))->isVisible());
        inspector.showRows(rows({m_items[0], m_items[1]}));
        auto* fields = inspector.findChild<FieldsModel*>();
        QAbstractItemModelTester tester(fields, QAbstractItemModelTester::FailureReportingMode::Fatal);

        inspector.findChild<QToolButton*>(QStringLiteral("addField"))->click();
        auto* name = inspector.findChild<QLineEdit*>(QStringLiteral("addFieldName"));
        auto* value = inspector.findChild<QLineEdit*>(QStringLiteral("addFieldValue"));
        QVERIFY(name->isVisible());
        QTest::keyClicks(name, QStringLiteral("plumage"));
        QTest::keyClicks(value, QStringLiteral("breeding"));
        QTest::keyClick(value, Qt::Key_Return);
        QCOMPARE(undo.count(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(stored(m_items[0], "plumage"), std::string("breeding"), kWait);
        QCOMPARE(stored(m_items[1], "plumage"), std::string("breeding"));

        inspector.showRow(rows({m_items[1]}).front());
        QTRY_COMPARE_WITH_TIMEOUT(fields->rowCount(), 1, kWait);
        QVERIFY(fields->setData(fields->index(0, FieldsModel::ValueColumn), QStringLiteral("winter")));
        QVERIFY(!fields->setData(fields->index(0, FieldsModel::NameColumn), QStringLiteral("x")));
        QTRY_COMPARE_WITH_TIMEOUT(stored(m_items[1], "plumage"), std::string("winter"), kWait);
        inspector.setValue("plumage", "winter");
        QCOMPARE(undo.count(), 2);  // no edit where nothing changes

        inspector.showRows(rows({m_items[0], m_items[1]}));
        QVERIFY(fields->index(0, FieldsModel::ValueColumn).data(FieldsModel::SeveralRole).toBool());
        QVERIFY(fields->index(0, FieldsModel::ValueColumn).data(Qt::EditRole).toString().isEmpty());
        inspector.setValue("plumage", "eclipse");
        QTRY_COMPARE_WITH_TIMEOUT(stored(m_items[1], "plumage"), std::string("eclipse"), kWait);

        undo.undo();  // each gets its own value back
        QTRY_COMPARE_WITH_TIMEOUT(stored(m_items[1], "plumage"), std::string("winter"), kWait);
        QCOMPARE(stored(m_items[0], "plumage"), std::string("breeding"));
        QTRY_VERIFY_WITH_TIMEOUT(
            fields->index(0, FieldsModel::ValueColumn).data(FieldsModel::SeveralRole).toBool(), kWait);
        undo.undo();
        undo.undo();
        QTRY_COMPARE_WITH_TIMEOUT(stored(m_items[0], "plumage"), std::string(), kWait);
        QTRY_COMPARE_WITH_TIMEOUT(fields->rowCount(), 0, kWait);
        undo.redo();
        QTRY_COMPARE_WITH_TIMEOUT(stored(m_items[0], "plumage"), std::string("breeding"), kWait);
        QTRY_COMPARE_WITH_TIMEOUT(fields->rowCount(), 1, kWait);
        inspector.setValue("plumage", {});
        QTRY_COMPARE_WITH_TIMEOUT(stored(m_items[0], "plumage"), std::string(), kWait);
    }

    void inspects_a_match() {
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        m_controller->setImages({of_item(m_items[0])});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWait);
        Inspector inspector(m_session);
        inspector.resize(300, 700);
        inspector.show();
        inspector.showMatch(*m_model->match(0), of_item(m_items[0]));
        auto* score = inspector.findChild<QLabel*>(QStringLiteral("inspectorScore"));
        QVERIFY(score->isVisible());
        QVERIFY(score->text().contains(Text::score(m_model->match(0)->score)));
        auto* preview = inspector.findChild<ImageView*>(QStringLiteral("inspectorPreview"));
        QTRY_VERIFY_WITH_TIMEOUT(preview->hasImage(), kWait);
        QSignalSpy find(&inspector, &Inspector::findSimilarRequested);
        inspector.findChild<QAbstractButton*>(QStringLiteral("inspectorFind"))->click();
        QCOMPARE(find.size(), 1);
        QCOMPARE(find[0][0].toLongLong(), m_model->match(0)->row.item.id);
        inspector.findChild<QAbstractButton*>(QStringLiteral("inspectorCopyPath"))->click();
        QCOMPARE(QGuiApplication::clipboard()->text().toStdString(), m_model->match(0)->row.absolute_path);
        inspector.showRow(std::nullopt);
        QVERIFY(!score->isVisible());
    }

    void goes_through_the_matches() {
        QSignalSpy finished(m_controller.get(), &MatchController::finished);
        m_controller->setImages({of_item(m_items[0])});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWait);
        CompareView compare(m_session);
        compare.resize(900, 500);
        compare.show();
        compare.activateWindow();
        compare.setFocus();
        QVERIFY(QTest::qWaitForWindowActive(&compare));
        compare.setQuery(of_item(m_items[0]));
        compare.setMatches(m_model.get(), 1);
        QSignalSpy current(&compare, &CompareView::currentChanged);
        QCOMPARE(compare.current(), 1);
        QTest::keyClick(&compare, Qt::Key_Right);
        QCOMPARE(compare.current(), 2);
        QTest::keyClick(&compare, Qt::Key_Home);
        QTest::keyClick(&compare, Qt::Key_Left);  // there is none before the first
        QCOMPARE(compare.current(), 0);
        QCOMPARE(current.size(), 2);
        const auto views = compare.findChildren<ImageView*>();
        for (ImageView* view : views) QTRY_VERIFY_WITH_TIMEOUT(view->hasImage(), kWait);

        QTest::keyPress(&compare, Qt::Key_F);
        QVERIFY(compare.isFlipped());
        QTest::keyRelease(&compare, Qt::Key_F);
        QVERIFY(compare.isFlipped());  // a tap stays
        QTest::keyPress(&compare, Qt::Key_F);
        QTest::keyRelease(&compare, Qt::Key_F);
        QVERIFY(!compare.isFlipped());
        QTest::keyPress(&compare, Qt::Key_F);
        QTest::qWait(450);
        QTest::keyRelease(&compare, Qt::Key_F);
        QVERIFY(!compare.isFlipped());  // a hold ends with the key

        compare.pinCurrent();
        QCOMPARE(compare.paneCount(), 3);
        QCOMPARE(compare.current(), 1);
        compare.pinCurrent();
        compare.pinCurrent();
        QCOMPARE(compare.paneCount(), 4);  // the oldest made room
        compare.setBlinking(true);
        QTRY_VERIFY_WITH_TIMEOUT(!compare.isFlipped(), 5000);
        QTRY_VERIFY_WITH_TIMEOUT(compare.isFlipped(), 5000);
        compare.setBlinking(false);

        // The match in view stays in view when the ranking changes under it.
        const ItemId item = m_model->match(compare.current())->row.item.id;
        auto matches = m_model->matches();
        std::reverse(matches.begin(), matches.end());
        m_model->setMatches(matches);
        QCOMPARE(m_model->match(compare.current())->row.item.id, item);
        m_model->clear();
        QCOMPARE(compare.current(), -1);
        compare.setMatches(nullptr, 0);
        QCOMPARE(compare.current(), -1);
    }

    void shows_what_cannot_be_read() {
        ImageView view(m_session);
        view.resize(300, 200);
        view.show();
        QSignalSpy failed(&view, &ImageView::failed);
        view.setSource(of_path(path(QStringLiteral("nowhere.jpg"))));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kWait);
        QVERIFY(view.error().has_value());
        QVERIFY(!view.hasImage());
        view.setSource(of_path(path(QStringLiteral("stranger.jpg"))));
        QTRY_VERIFY_WITH_TIMEOUT(view.hasImage(), kWait);
        QVERIFY(!view.error().has_value());
        QCOMPARE(view.sourceSize(), QSize(320, 240));
    }

  private:
    QString path(const QString& name) const { return m_folder.filePath(name); }

    void import(const QString& folder) {
        QSignalSpy done(&m_session, &Session::importFinished);
        ImportRequest request;
        request.paths = {Text::path_bytes(path(folder))};
        m_session.start_import(request);
        QTRY_COMPARE_WITH_TIMEOUT(done.size(), 1, kWait);
    }

    std::vector<ItemId> list() {
        std::vector<ItemId> ids;
        bool there = false;
        QObject context;
        RequestId wanted = 0;
        connect(&m_session, &Session::itemsListed, &context,
                [&](RequestId id, const std::vector<ItemId>& listed) {
                    if (id != wanted) return;
                    ids = listed;
                    there = true;
                });
        wanted = m_session.list_items({});
        [&] { QTRY_VERIFY_WITH_TIMEOUT(there, kWait); }();
        return ids;
    }

    std::vector<ItemRow> rows(const std::vector<ItemId>& ids) {
        std::vector<ItemRow> fetched;
        bool there = false;
        QObject context;
        RequestId wanted = 0;
        connect(&m_session, &Session::rowsFetched, &context,
                [&](RequestId id, const std::vector<ItemRow>& answer) {
                    if (id != wanted) return;
                    fetched = answer;
                    there = true;
                });
        wanted = m_session.fetch_rows(ids);
        [&] { QTRY_VERIFY_WITH_TIMEOUT(there, kWait); }();
        return fetched;
    }

    std::string stored(ItemId item, const std::string& field) {
        const auto fetched = rows({item});
        if (fetched.empty()) return "(none)";
        const auto found = fetched.front().metadata.find(field);
        return found == fetched.front().metadata.end() ? std::string() : found->second;
    }

    QTemporaryDir m_folder;
    Session m_session;
    std::vector<ItemId> m_items;
    std::unique_ptr<ThumbnailStore> m_thumbnails;
    std::unique_ptr<MatchModel> m_model;
    std::unique_ptr<MatchController> m_controller;
};

QTEST_MAIN(TestQueryFlow)
#include "test_query_flow.moc"
