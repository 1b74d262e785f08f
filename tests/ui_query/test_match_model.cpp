// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <numeric>
#include <random>

#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QSignalSpy>
#include <QtTest>

#include "ui/query/match_model.h"
#include "ui/query/query_drop.h"

using namespace fieldmark;

namespace {

std::vector<Match> matches(const std::vector<ItemId>& items) {
    std::vector<Match> result;
    for (const ItemId item : items) {
        Match match;
        match.rank = static_cast<int>(result.size()) + 1;
        match.score = 1 - 0.01F * static_cast<float>(result.size());
        match.row.item.id = item;
        match.row.item.path = "birds/" + std::to_string(item) + ".jpg";
        match.row.item.state = ItemState::Ready;
        match.row.absolute_path = "/pictures/birds/" + std::to_string(item) + ".jpg";
        match.row.collection = "Kenya";
        result.push_back(match);
    }
    return result;
}

std::vector<ItemId> items(const MatchModel& model) {
    std::vector<ItemId> result;
    for (int row = 0; row < model.rowCount(); ++row)
        result.push_back(model.index(row).data(ItemIdRole).toLongLong());
    return result;
}

}  // namespace

class TestMatchModel : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void gives_the_tile_roles() {
        MatchModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        auto list = matches({5, 6});
        list[0].row.metadata = {{"species", "Song Sparrow"}};
        list[0].row.item.collection = 3;
        model.setMatches(list);
        const QModelIndex first = model.index(0);
        QCOMPARE(first.data(TitleRole).toString(), QStringLiteral("Song Sparrow"));
        QCOMPARE(model.index(1).data(TitleRole).toString(), QStringLiteral("6.jpg"));
        QCOMPARE(first.data(SubtitleRole).toString(), QStringLiteral("5.jpg · Kenya"));
        QCOMPARE(first.data(RankRole).toInt(), 1);
        QCOMPARE(first.data(ScoreRole).toFloat(), 1.0F);
        QCOMPARE(first.data(LoadedRole).toBool(), true);
        QCOMPARE(first.data(StateRole).toInt(), static_cast<int>(ItemState::Ready));
        QCOMPARE(first.data(AbsolutePathRole).toByteArray(), QByteArray("/pictures/birds/5.jpg"));
        QCOMPARE(first.data(RowRole).value<ItemRow>().item.id, ItemId{5});
        QVERIFY(
            first.data(Qt::AccessibleTextRole).toString().startsWith(QStringLiteral("rank 1, Song Sparrow")));
        QVERIFY(!first.data(OfflineRole).toBool());
        model.setOfflineCollections({3});
        QVERIFY(first.data(OfflineRole).toBool());
        QVERIFY(!model.index(1).data(OfflineRole).toBool());
    }

    void keeps_what_stays() {
        MatchModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setMatches(matches({1, 2, 3, 4, 5}));
        const QPersistentModelIndex three = model.index(2);
        const QPersistentModelIndex five = model.index(4);
        const QPersistentModelIndex two = model.index(1);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setMatches(matches({9, 5, 1, 3, 8}));
        QCOMPARE(items(model), (std::vector<ItemId>{9, 5, 1, 3, 8}));
        QCOMPARE(three.row(), 3);
        QCOMPARE(five.row(), 1);
        QVERIFY(!two.isValid());
        QCOMPARE(resets.size(), 0);
        QCOMPARE(model.index(1).data(RankRole).toInt(), 2);
    }

    void tells_nothing_when_nothing_moved() {
        MatchModel model;
        model.setMatches(matches({1, 2, 3}));
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy moved(&model, &QAbstractItemModel::layoutChanged);
        model.setMatches(matches({1, 2, 3}));
        QCOMPARE(inserted.size() + removed.size() + moved.size(), 0);
    }

    void drops_gone_and_repeated_items() {
        MatchModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setMatches(matches({4, 0, 4, 7, 0}));
        QCOMPARE(items(model), (std::vector<ItemId>{4, 7}));
        QCOMPARE(model.rowOf(7), 1);
        QCOMPARE(model.rowOf(99), -1);
        QVERIFY(model.match(2) == nullptr);
        QVERIFY(model.match(-1) == nullptr);
    }

    void survives_any_sequence() {
        MatchModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        std::mt19937 random(7);
        std::vector<ItemId> pool(30);
        std::iota(pool.begin(), pool.end(), 1);
        for (int round = 0; round < 200; ++round) {
            std::shuffle(pool.begin(), pool.end(), random);
            const std::vector<ItemId> wanted(pool.begin(), pool.begin() + static_cast<int>(random() % 20));
            std::vector<std::pair<ItemId, QPersistentModelIndex>> held;
            for (int row = 0; row < model.rowCount(); ++row)
                held.emplace_back(model.match(row)->row.item.id, model.index(row));
            model.setMatches(matches(wanted));
            QCOMPARE(items(model), wanted);
            for (const auto& [item, index] : held)
                QCOMPARE(index.isValid() ? index.row() : -1, model.rowOf(item));
        }
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void takes_newer_facts() {
        MatchModel model;
        model.setMatches(matches({1, 2}));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        ItemRow row = model.match(1)->row;
        row.metadata["species"] = "Wren";
        ItemRow stranger;
        stranger.item.id = 77;
        model.updateRows({row, stranger});
        QCOMPARE(changed.size(), 1);
        QCOMPARE(model.index(1).data(TitleRole).toString(), QStringLiteral("Wren"));
        QCOMPARE(model.index(1).data(RankRole).toInt(), 2);
    }

    void drags_items_and_files() {
        MatchModel model;
        model.setMatches(matches({1, 2, 3}));
        const std::unique_ptr<QMimeData> mime(model.mimeData({model.index(0), model.index(2)}));
        QVERIFY(mime != nullptr);
        const QueryDrop drop = QueryDropReader::read(*mime);
        QCOMPARE(drop.images.size(), 2U);
        QCOMPARE(drop.images[1].item, ItemId{3});
        QCOMPARE(mime->urls().size(), 2);
        QVERIFY(model.flags(model.index(0)) & Qt::ItemIsDragEnabled);
        QVERIFY(model.mimeData({}) == nullptr);
    }
};

QTEST_GUILESS_MAIN(TestMatchModel)
#include "test_match_model.moc"
