// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// From learning to the model in use and back, in the real window with the real model. The pictures are such
// that learning cannot fail: the ground, which means nothing, is what the model in use goes by, and the
// colour, which is the class, is what it has to learn.
#include <algorithm>

#include <QAction>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTextStream>
#include <QtTest>

#include "tests/support/window_fixture.h"
#include "ui/pages/evaluate_page.h"
#include "ui/pages/learn_page.h"
#include "ui/widgets/curve_plot.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/text.h"
#include "ui/window/main_window.h"

using namespace fieldmark;
using testing::part;

namespace {

constexpr int kPatience = 120'000;
constexpr int kClasses = 12, kEach = 6;

QString class_of(int number) {
    return QStringLiteral("hue_%1").arg(number, 2, 10, QLatin1Char('0'));
}

/// A coloured square; the n-th picture of every class lies on the same ground.
QImage draw(int number, int n) {
    constexpr Qt::BrushStyle kGrounds[] = {Qt::HorPattern,   Qt::VerPattern,       Qt::CrossPattern,
                                           Qt::BDiagPattern, Qt::DiagCrossPattern, Qt::Dense4Pattern};
    const bool light = n % 2 != 0;
    QImage image(160, 120, QImage::Format_RGB32);
    image.fill(light ? Qt::white : Qt::black);
    QPainter painter(&image);
    painter.scale(6, 6);
    painter.fillRect(0, 0, 40, 40, QBrush(light ? Qt::black : Qt::white, kGrounds[n % 6]));
    painter.resetTransform();
    painter.fillRect(QRect(20 + 10 * (n % 4), 10 + 10 * (n % 3), 70, 70),
                     QColor::fromHsv(number * 360 / kClasses, 255, 230));
    return image;
}

void write_pictures(const QString& folder) {
    const QDir root(folder);
    QVERIFY(root.mkpath(folder));
    QFile csv(root.filePath(QStringLiteral("labels.csv")));
    QVERIFY(csv.open(QIODevice::WriteOnly));
    QTextStream table(&csv);
    table << "path,hue\n";
    for (int number = 0; number < kClasses; ++number) {
        QVERIFY(root.mkpath(class_of(number)));
        for (int n = 0; n < kEach; ++n) {
            const QString path = QStringLiteral("%1/%2.png").arg(class_of(number)).arg(n);
            QVERIFY(draw(number, n).save(root.filePath(path)));
            table << path << ',' << class_of(number) << '\n';
        }
    }
}

}  // namespace

class TestLearnAndUse : public QObject {
    Q_OBJECT
    const testing::WindowFixture m_fixture;
    std::unique_ptr<MainWindow> m_window;
    std::string m_first;    ///< hash of the model that came with the program
    std::string m_learned;  ///< of the one that GAPan learned

    Session& session() { return m_window->session(); }
    template <typename T>
    T* find(const char* name) {
        return part<T>(*m_window, name);
    }

    /// As the form has it but for these, begun without it.
    TrainingRequest request(Method method, int epochs, const std::string& name) {
        find<QAction>("pageLearn")->trigger();
        auto* field = find<QComboBox>("learnField");
        field->setCurrentIndex(field->findData(QByteArray("hue")));
        TrainingRequest request = find<LearnPage>("learnPage")->request();
        request.settings.method = method;
        request.settings.epochs = epochs;
        request.model_name = name;
        return request;
    }
    /// The answer of a training under way; with a message where it failed.
    static TrainingResult result_of(QSignalSpy& finished, QSignalSpy& failed) {
        if (!QTest::qWaitFor([&] { return !finished.isEmpty() || !failed.isEmpty(); }, kPatience))
            qFatal("no end");
        if (!failed.isEmpty()) qFatal("%s", failed[0][1].value<Error>().text.c_str());
        return finished[0][1].value<TrainingResult>();
    }
    void use_result(const std::string& hash) {
        QSignalSpy switched(&session(), &Session::modelSwitchFinished);
        find<QPushButton>("useModel")->click();
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 1, kPatience);
        QCOMPARE(session().model().info.hash, hash);
    }

    std::vector<ItemId> items_of(int number) {
        ItemQuery query;
        query.where = {{"hue", Condition::Operator::Equal, class_of(number).toStdString()}};
        QSignalSpy listed(&session(), &Session::itemsListed);
        const RequestId id = session().list_items(query);
        const auto answer = [&]() -> const QList<QVariant>* {
            for (const auto& one : listed) {
                if (one[0].value<RequestId>() == id) return &one;
            }
            return nullptr;
        };
        if (!QTest::qWaitFor([&] { return answer() != nullptr; }, kPatience)) qFatal("no list");
        return (*answer())[1].value<std::vector<ItemId>>();
    }
    bool has_class(ItemId item, int number) {
        const auto items = items_of(number);
        return std::find(items.begin(), items.end(), item) != items.end();
    }

  private Q_SLOTS:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        const QString pictures = m_fixture.path(QStringLiteral("pictures"));
        write_pictures(pictures);
        m_window = m_fixture.window();
        m_window->open_library(m_fixture.library());
        QTRY_VERIFY_WITH_TIMEOUT(session().model().available, kPatience);
        m_first = session().model().info.hash;
        QSignalSpy finished(&session(), &Session::importFinished);
        const std::string folder = pictures.toStdString();
        m_window->import_paths({folder}, folder + "/labels.csv");
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(find<QAction>("pageLearn")->isEnabled(), kPatience);
        find<QAction>("pageLearn")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>("learnStart")->isEnabled(), kPatience);
    }
    void cleanupTestCase() { m_window.reset(); }

    void a_model_is_learned_used_and_taken_back() {
        auto* page = find<LearnPage>("learnPage");
        const TrainingRequest asked = request(Method::ProxyNca, 4, "proxies");
        QCOMPARE(asked.label, std::string("hue"));
        QVERIFY(asked.classes.empty());
        QSignalSpy finished(&session(), &Session::trainingFinished);
        QSignalSpy failed(&session(), &Session::trainingFailed);
        QSignalSpy refused(&session(), &Session::trainingRefused);
        page->resume(asked);
        QVERIFY(page->running());
        QVERIFY(find<QPushButton>("learnCancel")->isVisible());
        session().start_training(asked);  // a second one is refused and disturbs nothing
        QTRY_COMPARE_WITH_TIMEOUT(refused.size(), 1, kPatience);
        QVERIFY(page->running());
        const TrainingResult result = result_of(finished, failed);
        QVERIFY(!page->running());
        QVERIFY(find<QWidget>("resultCard")->isVisible());
        QVERIFY(find<QLabel>("resultExplanation")->text().contains(QStringLiteral("kept aside")));
        QVERIFY(!result.model_hash.empty());
        QVERIFY(result.outcome.best_epoch > 0);
        QVERIFY(result.outcome.after.map_at_r > result.outcome.before.map_at_r);
        QVERIFY(find<PictureRows>("resultRows")->model()->rowCount() > 0);
        // The curve says where the model in use stands, which is not where a head begins.
        const auto& curves = find<CurvePlot>("learnQuality")->series();
        QCOMPARE(curves.size(), std::size_t(4));
        QCOMPARE(curves[3].points.back().y(), result.outcome.before.map_at_r);

        use_result(result.model_hash);
        // Undo goes back, redo forward again, and neither makes more of them.
        auto* undo = find<QAction>("undo");
        auto* redo = find<QAction>("redo");
        QVERIFY(undo->isEnabled() && undo->text().contains(QStringLiteral("proxies")));
        QSignalSpy switched(&session(), &Session::modelSwitchFinished);
        undo->trigger();
        QVERIFY(!undo->isEnabled());  // not twice while it is under way
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 1, kPatience);
        QCOMPARE(session().model().info.hash, m_first);
        QTRY_VERIFY(!undo->isEnabled() && redo->isEnabled());
        redo->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 2, kPatience);
        QCOMPARE(session().model().info.hash, result.model_hash);
        QTRY_VERIFY(undo->isEnabled() && !redo->isEnabled());
        undo->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 3, kPatience);
        QCOMPARE(session().model().info.hash, m_first);
    }

    /// Asked to stop it says so until it has, whatever is still told of the training.
    void a_training_is_stopped() {
        QSignalSpy finished(&session(), &Session::trainingFinished);
        QSignalSpy failed(&session(), &Session::trainingFailed);
        auto* page = find<LearnPage>("learnPage");
        auto* stop = find<QPushButton>("learnCancel");
        auto* message = find<QLabel>("learnProgressMessage");
        auto* left = find<QLabel>("learnProgressText");
        auto* bar = find<QProgressBar>("learnProgress");
        const QObject watching;
        QStringList wrong;
        connect(&session(), &Session::trainingEpoch, &watching, [&](const EpochReport& report) {
            if (report.epoch >= 2 && stop->isEnabled()) stop->click();
            if (!stop->isEnabled() && !message->text().contains(QStringLiteral("Stopping")))
                wrong += message->text();
            if (!stop->isEnabled() && !left->text().isEmpty()) wrong += left->text();
        });
        page->resume(request(Method::ProxyNca, 100'000, "stopped"));
        const TrainingResult result = result_of(finished, failed);
        QCOMPARE(wrong, QStringList());
        QVERIFY(result.outcome.cancelled);
        QVERIFY(result.outcome.epochs >= 2 && result.outcome.epochs < 100'000);
        QVERIFY(!page->running() && !page->stopping());
        QVERIFY(find<QWidget>("resultCard")->isVisible());
        QCOMPARE(bar->maximum(), 0);  // busy, not at a share of what will not come
    }

    void gapan_learns_and_says_how_long_it_takes() {
        TrainingRequest asked = request(Method::Gapan, 20, "anchors");
        asked.settings.options["rate"] = "0.03";  // so few pictures make few steps an epoch
        QSignalSpy finished(&session(), &Session::trainingFinished);
        QSignalSpy failed(&session(), &Session::trainingFailed);
        auto* left = find<QLabel>("learnProgressText");
        auto* bar = find<QProgressBar>("learnProgress");
        auto* message = find<QLabel>("learnProgressMessage");
        int told = 0, reckoned = 0;
        QStringList wrong;
        const QObject watching;
        connect(&session(), &Session::trainingProgress, &watching, [&](double share, double seconds) {
            if (left->text() != Text::time_left(seconds)) wrong += left->text();
            if (bar->value() != std::clamp(static_cast<int>(share * 1000), 0, 1000))
                wrong += QString::number(share);
            told += seconds >= 0 ? 1 : 0;
        });
        connect(&session(), &Session::trainingEpoch, &watching, [&](const EpochReport& report) {
            if (report.seconds_left < 0) return;
            ++reckoned;
            if (left->text() != Text::time_left(report.seconds_left)) wrong += left->text();
            if (!message->text().contains(QString::number(report.epoch))) wrong += message->text();
        });
        find<LearnPage>("learnPage")->resume(asked);
        QVERIFY(left->text().isEmpty());  // not of the training before
        const TrainingResult result = result_of(finished, failed);
        QCOMPARE(wrong, QStringList());
        QVERIFY(told > 0);
        QVERIFY2(reckoned >= 20, qPrintable(QString::number(reckoned)));
        QVERIFY(result.outcome.method == Method::Gapan);
        QVERIFY(result.outcome.after.map_at_r > result.outcome.before.map_at_r);
        QVERIFY(find<QWidget>("resultCard")->isVisible());
        m_learned = result.model_hash;
        QVERIFY(!m_learned.empty());
        use_result(m_learned);
    }

    void two_models_are_compared_query_by_query() {
        find<QAction>("pageEvaluate")->trigger();
        auto* page = find<EvaluatePage>("evaluatePage");
        auto* other = find<QComboBox>("evaluateCompare");
        QTRY_VERIFY_WITH_TIMEOUT(other->isVisible(), kPatience);
        QCOMPARE(other->findData(QByteArray::fromStdString(m_learned)), -1);  // not with itself
        other->setCurrentIndex(other->findData(QByteArray::fromStdString(m_first)));
        QVERIFY(other->currentIndex() > 0);
        page->set_field("hue");
        page->run();
        QTRY_VERIFY_WITH_TIMEOUT(page->report().has_value(), kPatience);
        QVERIFY(page->report()->comparison.has_value());
        const ComparisonReport& report = *page->report()->comparison;
        auto* headline = find<QLabel>("comparisonHeadline");
        QVERIFY(headline->isVisible());  // its tab is the one shown
        QVERIFY2(headline->text().startsWith(QStringLiteral("anchors finds the same class better than")),
                 qPrintable(headline->text()));
        QCOMPARE(report.figures.won + report.figures.lost + report.figures.equal, kClasses * kEach);
        QVERIFY(headline->text().contains(QStringLiteral("%1 queries").arg(report.figures.won)));

        auto* rows = find<PictureRows>("comparisonRows");
        QVERIFY(!report.improved.empty());
        QCOMPARE(rows->model()->rowCount(), int(report.improved.size()));
        const PictureRow* first = rows->rows().row(0);
        QCOMPARE(first->query, report.improved[0].query);
        QCOMPARE(first->lines.size(), std::size_t(2));  // before and now
        QCOMPARE(first->lines[0].tiles.size(), report.improved[0].before.size());
        QCOMPARE(first->lines[1].tiles.front().item, report.improved[0].matches.front().item);
        auto* choice = find<QComboBox>("comparisonChoice");
        choice->setCurrentIndex(1);
        QCOMPARE(rows->model()->rowCount(), int(report.worsened.size()));
        choice->setCurrentIndex(0);
        QSignalSpy asked(page, &EvaluatePage::lookAlikesRequested);
        rows->setFocus();
        QTest::keyClick(rows, Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].value<ItemId>(), report.improved[0].query);
    }

    void doubtful_labels_are_taken_kept_and_undone() {
        // Two pictures get the label of the colour across.
        const ItemId taken = items_of(3)[2];
        const ItemId kept = items_of(5)[1];
        QSignalSpy edited(&session(), &Session::edited);
        session().set_values(
            {{taken, "hue", class_of(9).toStdString()}, {kept, "hue", class_of(11).toStdString()}});
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 1, kPatience);

        find<QAction>("pageLearn")->trigger();
        find<QTabWidget>("learnTabs")->setCurrentIndex(1);
        auto* list = find<PictureRows>("reviewList");
        auto* accept = find<QPushButton>("reviewAccept");
        auto* keep = find<QPushButton>("reviewKeep");
        QVERIFY(!accept->isEnabled() && !keep->isEnabled());
        QSignalSpy reviewed(&session(), &Session::labelsReviewed);
        QSignalSpy fetched(&session(), &Session::rowsFetched);
        find<QPushButton>("reviewRun")->click();
        QTRY_COMPARE_WITH_TIMEOUT(reviewed.size(), 1, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!fetched.isEmpty(), kPatience);
        const auto row_of = [&](ItemId item) {
            for (int n = 0; n < list->model()->rowCount(); ++n) {
                if (list->rows().row(n)->query == item) return n;
            }
            return -1;
        };
        const int count = list->model()->rowCount();
        QVERIFY(row_of(taken) >= 0 && row_of(kept) >= 0);
        const PictureRow shown = *list->rows().row(row_of(taken));
        QCOMPARE(shown.title, class_of(9));
        QVERIFY2(shown.subtitle.contains(class_of(3)), qPrintable(shown.subtitle));

        list->setCurrentIndex(list->model()->index(row_of(taken), 0));
        QVERIFY(accept->isEnabled() && keep->isEnabled());
        accept->click();
        QCOMPARE(row_of(taken), -1);
        QCOMPARE(list->model()->rowCount(), count - 1);
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 2, kPatience);
        QVERIFY(has_class(taken, 3));

        const QString step = find<QAction>("undo")->text();
        list->setCurrentIndex(list->model()->index(row_of(kept), 0));
        keep->click();
        QCOMPARE(row_of(kept), -1);
        QCOMPARE(list->model()->rowCount(), count - 2);
        QVERIFY(has_class(kept, 11));  // as it was
        QCOMPARE(find<QAction>("undo")->text(), step);
        QCOMPARE(edited.size(), 2);

        find<QAction>("undo")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 3, kPatience);
        QVERIFY(has_class(taken, 9));
        find<QAction>("redo")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(edited.size(), 4, kPatience);
        QVERIFY(has_class(taken, 3));
    }
};

QTEST_MAIN(TestLearnAndUse)
#include "test_learn_and_use.moc"
