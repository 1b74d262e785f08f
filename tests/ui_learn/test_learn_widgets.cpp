// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

#include "core/engine/session/session.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/result_card.h"
#include "ui/query/match_model.h"
#include "ui/widgets/curve_plot.h"
#include "ui/widgets/figure_tiles.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/thumbnail_store.h"

using namespace fieldmark;

namespace {

int coloured_pixels(CurvePlot& plot) {
    QImage image(plot.size(), QImage::Format_RGB32);
    image.fill(Qt::white);
    plot.render(&image);
    const QColor accent = plot.palette().color(QPalette::Highlight);
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) count += image.pixelColor(x, y) == accent ? 1 : 0;
    }
    return count;
}

PictureRow row_of(ItemId query, int tiles) {
    PictureRow row;
    row.query = query;
    row.title = QStringLiteral("Dodo");
    row.subtitle = QStringLiteral("First right match at rank 3.");
    PictureRow::Line line;
    for (int n = 0; n < tiles; ++n) {
        line.tiles.push_back({query + n + 1, n == 0 ? QStringLiteral("Auk") : QStringLiteral("Dodo"),
                              n == 0 ? PictureRow::Mark::Wrong : PictureRow::Mark::Right});
    }
    row.lines.push_back(line);
    return row;
}

}  // namespace

class TestLearnWidgets : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void a_quiet_label_follows_what_it_lies_on() {
        QWidget ground;
        const auto* label = new QuietLabel(&ground, QStringLiteral("quiet"), QStringLiteral("Auk"));
        const auto shown = [&] { return label->palette().color(QPalette::WindowText); };
        for (const auto& [window, text] :
             {std::pair{Qt::white, Qt::black}, std::pair{Qt::black, Qt::white}}) {
            QPalette palette;
            palette.setColor(QPalette::Window, window);
            palette.setColor(QPalette::WindowText, text);
            ground.setPalette(palette);
            QCOMPARE(shown(), quiet_text(ground.palette()));
            QVERIFY(shown() != QColor(text));
            // Not fainter for a ground that was off while its colours changed.
            ground.setEnabled(false);
            QPalette warm = palette;
            warm.setColor(QPalette::Window, Qt::darkYellow);
            ground.setPalette(warm);
            ground.setEnabled(true);
            QCOMPARE(shown(), quiet_text(ground.palette()));
        }
        QWidget other;
        QPalette red;
        red.setColor(QPalette::WindowText, Qt::red);
        other.setPalette(red);
        auto* moved = new QuietLabel(nullptr, QStringLiteral("moved"));
        moved->setParent(&other);
        QCOMPARE(moved->palette().color(QPalette::WindowText), quiet_text(other.palette()));
    }

    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void rows_read_as_sentences_and_can_be_removed() {
        PictureRowsModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.set_rows({row_of(1, 2), row_of(10, 1)});
        QCOMPARE(model.rowCount(), 2);
        const QString spoken = model.index(0).data(Qt::AccessibleTextRole).toString();
        for (const char* part : {"Dodo", "rank 3", "wrong: Auk", "right: Dodo"}) {
            QVERIFY2(spoken.contains(QLatin1String(part)), qPrintable(spoken));
        }
        model.remove(0);
        model.remove(7);
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.row(0)->query, ItemId(10));
        QVERIFY(model.row(1) == nullptr);
        QVERIFY(model.row(-1) == nullptr);
    }

    void enter_asks_for_the_look_alikes_of_the_row() {
        Session session;
        ThumbnailStore thumbnails(session);
        PictureRows view(thumbnails);
        view.resize(700, 400);
        view.set_rows({row_of(1, 8), row_of(20, 8)});
        view.show();
        QSignalSpy asked(&view, &PictureRows::lookAlikesRequested);
        QCOMPARE(view.current_row(), 0);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.current_row(), 1);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].value<ItemId>(), ItemId(20));
        // A double click on the picture at the left asks for it, too.
        const QRect row = view.visualRect(view.model()->index(0, 0));
        QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, row.topLeft() + QPoint(20, 20));
        QCOMPARE(asked.size(), 2);
        QCOMPARE(asked[1][0].value<ItemId>(), ItemId(1));
    }

    void a_plot_draws_its_curve_and_says_it() {
        CurvePlot plot;
        plot.resize(400, 260);
        plot.set_title(QStringLiteral("Quality"));
        plot.set_empty_text(QStringLiteral("nothing yet"));
        QCOMPARE(coloured_pixels(plot), 0);
        CurvePlot::Series series;
        series.name = QStringLiteral("Recall@1");
        series.points = {{0, 0.5}, {1, 0.6}, {2, 0.8}};
        plot.set_format(CurvePlot::Format::Number, CurvePlot::Format::Percent);
        plot.set_series({series});
        QVERIFY(coloured_pixels(plot) > 50);
        QVERIFY(plot.accessibleDescription().contains(QStringLiteral("Recall@1: 80")));
        // One point, equal points and points beyond the range neither hang nor crash.
        for (const std::vector<QPointF>& points : {std::vector<QPointF>{{3, 0.5}},
                                                   {{1, 0.5}, {2, 0.5}},
                                                   {{0, -1e6}, {1, 1e6}},
                                                   {{0, 0}, {1, 0}}}) {
            series.points = points;
            plot.set_series({series});
            coloured_pixels(plot);
        }
        plot.resize(1, 1);
        QImage tiny(10, 10, QImage::Format_RGB32);
        plot.render(&tiny);
    }

    void names_of_curves_keep_clear() {
        // As a training looks that hardly moves: two curves and where each of them stood before.
        CurvePlot plot;
        plot.resize(900, 300);
        const auto add = [](std::vector<CurvePlot::Series>& all, const char* name, double from, double to) {
            CurvePlot::Series series;
            series.name = QLatin1String(name);
            series.points = {{0, from}, {5, to}, {6, to}};
            all.push_back(series);
        };
        std::vector<CurvePlot::Series> all;
        add(all, "Recall@1", 0.90, 0.91);
        add(all, "MAP@R", 0.53, 0.69);
        add(all, "Recall@1, in use", 0.88, 0.88);
        add(all, "MAP@R, in use", 0.66, 0.66);
        plot.set_series(all);
        const std::vector<QRectF> places = plot.name_places();
        QCOMPARE(places.size(), all.size());
        // Places of the curves' flat ends: the highest of them is the highest name's, and so on down.
        for (std::size_t a = 0; a < places.size(); ++a) {
            QVERIFY(!places[a].isEmpty());
            QVERIFY(QRectF(plot.rect()).contains(places[a]));
            for (std::size_t b = a + 1; b < places.size(); ++b) QVERIFY(!places[a].intersects(places[b]));
        }
        QVERIFY(places[0].bottom() <= places[2].top());
        QVERIFY(places[2].bottom() <= places[1].top() || places[2].bottom() <= places[3].top());
        // The upper of two close curves has its name above, the lower one below: neither on the other.
        QVERIFY(places[1].bottom() < places[3].top());
        // One curve says its name in the title.
        plot.set_series({all[0]});
        QVERIFY(plot.name_places()[0].isEmpty());
    }

    void intervals_read_as_words() {
        QCOMPARE(interval_text({0.78, 0.725, 0.826}), QStringLiteral("72.5 to 82.6%"));
        const QString minus(QChar(0x2212));
        QCOMPARE(difference_text({-0.012, -0.05, 0.026}),
                 minus + QStringLiteral("1.2 points (") + minus + QStringLiteral("5.0 to +2.6)"));
        FigureTiles tiles;
        tiles.set_figures({{QStringLiteral("78%"), QStringLiteral("Recall@1"), {}, {}}});
        QCOMPARE(tiles.findChildren<QLabel*>().size(), 2);
        tiles.set_figures({});
        QVERIFY(tiles.findChildren<QLabel*>().isEmpty());
    }

    void probabilities_stand_beside_scores_only_when_fitted() {
        MatchModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        Match match;
        match.rank = 1;
        match.score = 0.9F;
        match.row.item.id = 4;
        model.setMatches({match});
        const QModelIndex first = model.index(0);
        QCOMPARE(first.data(ProbabilityRole).toDouble(), -1.0);
        const QString plain = first.data(Qt::AccessibleTextRole).toString();
        Calibration calibration;
        calibration.slope = 0;
        calibration.offset = std::log(0.92 / 0.08);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setCalibration(calibration, "species");
        QCOMPARE(changed.size(), 1);
        QVERIFY(std::abs(first.data(ProbabilityRole).toDouble() - 0.92) < 1e-9);
        const QString spoken = first.data(Qt::AccessibleTextRole).toString();
        QVERIFY2(spoken.startsWith(plain) && spoken.contains(QStringLiteral("92%")) &&
                     spoken.contains(QStringLiteral("species")),
                 qPrintable(spoken));
        QVERIFY(first.data(Qt::ToolTipRole).toString().contains(QStringLiteral("92%")));
        model.setCalibration({});
        QCOMPARE(first.data(ProbabilityRole).toDouble(), -1.0);
    }

    void the_result_card_says_what_can_be_said() {
        Session session;
        ThumbnailStore thumbnails(session);
        ResultCard card(thumbnails);
        card.resize(800, 600);
        TrainingResult result;
        result.model_hash = std::string(64, 'a');
        result.outcome.before = {0.5, 0.2, 40, 4};
        result.outcome.after = {0.75, 0.4, 40, 4};
        result.outcome.epochs = 12;
        result.outcome.best_epoch = 9;
        for (int n = 0; n < 40; ++n) {
            QueryChange change;
            change.item = n + 1;
            change.nearest_before = 100;
            change.nearest_after = 101;
            change.hit_before = n < 20;
            change.hit_after = n < 30;
            change.precision_before = n < 35 ? 0.2 : 0.5;
            change.precision_after = 0.4;
            result.outcome.queries.push_back(change);
        }
        result.preview.model_name = "gapan-species";
        card.show_result(result);
        const auto text = [&](const char* name) {
            return card.findChild<QLabel*>(QLatin1String(name))->text();
        };
        QVERIFY(text("resultHeadline").contains(QStringLiteral("75")) &&
                text("resultHeadline").contains(QStringLiteral("50")));
        QVERIFY(!text("resultExplanation").contains(QStringLiteral("chance")));
        QVERIFY(!text("resultExplanation").contains(QStringLiteral("flatters")));
        QVERIFY(text("resultExplanation").contains(QStringLiteral("gapan-species")));
        auto* rows = card.findChild<PictureRows*>(QStringLiteral("resultRows"));
        QCOMPARE(rows->model()->rowCount(), 35);
        auto* choice = card.findChild<QComboBox*>(QStringLiteral("resultChoice"));
        choice->setCurrentIndex(1);
        QCOMPARE(rows->model()->rowCount(), 5);
        QSignalSpy use(&card, &ResultCard::useRequested);
        card.show();
        card.findChild<QPushButton*>(QStringLiteral("useModel"))->click();
        QCOMPARE(use.size(), 1);

        // Nothing gained on a handful of pictures: said so.
        for (QueryChange& change : result.outcome.queries) {
            change.precision_after = change.precision_before + (change.item % 2 == 0 ? 0.1 : -0.1);
        }
        card.show_result(result);
        QVERIFY(text("resultExplanation").contains(QStringLiteral("chance")));
        // Worse: said so, and not offered first.
        auto* use_button = card.findChild<QPushButton*>(QStringLiteral("useModel"));
        auto* again = card.findChild<QPushButton*>(QStringLiteral("learnAgain"));
        QVERIFY(use_button->x() < again->x());
        for (QueryChange& change : result.outcome.queries) {
            change.precision_after = change.precision_before - 0.1;
        }
        card.show_result(result);
        QVERIFY(text("resultExplanation").contains(QStringLiteral("worse")));
        QTRY_VERIFY(again->x() < use_button->x());
        QVERIFY(use_button->text().contains(QStringLiteral("all the same")));
        QCOMPARE(choice->currentIndex(), 1);
        choice->setCurrentIndex(0);
        // What it began with had seen the classes to check on: said beside the figures.
        result.preview.learned_classes = 3;
        result.preview.base_name = "wren";
        card.show_result(result);
        QVERIFY2(text("resultExplanation").contains(QStringLiteral("wren had learned")),
                 qPrintable(text("resultExplanation")));
        // Nothing kept: nothing to use.
        result.model_hash.clear();
        result.outcome.best_epoch = 0;
        card.show_result(result);
        QVERIFY(text("resultHeadline").contains(QStringLiteral("stays")));
        QVERIFY(!card.findChild<QPushButton*>(QStringLiteral("useModel"))->isVisible());
    }

    void the_worst_queries_are_shown_worst_first() {
        Session session;
        ThumbnailStore thumbnails(session);
        ResultCard card(thumbnails);
        TrainingResult result;
        result.model_hash = std::string(64, 'a');
        result.outcome.after = {0.5, 0.4, 60, 4};
        const auto add = [&](ItemId item, double before, double after, bool hit) {
            QueryChange change;
            change.item = item;
            change.nearest_before = change.nearest_after = 100;
            change.hit_after = hit;
            change.precision_before = before;
            change.precision_after = after;
            result.outcome.queries.push_back(change);
        };
        add(1, 0.2, 1.0, true);   // nothing to complain of
        add(2, 0.1, 0.3, true);   // better, and still bad
        add(3, 0.9, 0.6, true);   // worse, and still good
        add(4, 0.1, 0.1, true);   // neither
        add(5, 0.1, 0.1, false);  // and the first one is wrong
        card.show_result(result);
        auto* choice = card.findChild<QComboBox*>(QStringLiteral("resultChoice"));
        QCOMPARE(choice->count(), 3);
        choice->setCurrentIndex(2);
        auto* rows = card.findChild<PictureRows*>(QStringLiteral("resultRows"));
        std::vector<ItemId> shown;
        for (int n = 0; n < rows->model()->rowCount(); ++n) shown.push_back(rows->rows().row(n)->query);
        QCOMPARE(shown, (std::vector<ItemId>{5, 4, 2, 3}));
        QCOMPARE(rows->rows().row(0)->title, QStringLiteral("10.0% → 10.0%"));
        for (ItemId item = 6; item <= 60; ++item) add(item, 0.5, 0.05, false);
        card.show_result(result);
        choice->setCurrentIndex(2);
        QCOMPARE(rows->model()->rowCount(), 40);
        QCOMPARE(rows->rows().row(0)->query, ItemId(6));
    }

    void the_time_left_is_said_while_it_learns() {
        Session session;
        ThumbnailStore thumbnails(session);
        const LearnPage page(session, thumbnails);
        auto* left = page.findChild<QLabel*>(QStringLiteral("learnProgressText"));
        auto* bar = page.findChild<QProgressBar*>(QStringLiteral("learnProgress"));
        Q_EMIT session.trainingProgress(0.25, 600);
        QCOMPARE(left->text(), QStringLiteral("about 10 min left"));
        QCOMPARE(bar->value() * 4, bar->maximum());
        EpochReport report;
        report.epoch = 3;
        report.epochs = 12;
        report.seconds_left = 7200;
        Q_EMIT session.trainingEpoch(report);
        QCOMPARE(left->text(), QStringLiteral("about 2 h left"));
        report.epoch = 4;
        report.seconds_left = -1;  // not known: what was said before stays
        Q_EMIT session.trainingEpoch(report);
        QCOMPARE(left->text(), QStringLiteral("about 2 h left"));
        Q_EMIT session.trainingProgress(1.0, -1);
        QCOMPARE(left->text(), QString());
    }
};

QTEST_MAIN(TestLearnWidgets)
#include "test_learn_widgets.moc"
