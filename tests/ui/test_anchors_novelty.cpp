// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The page Anchors of the real window, with a model learned by GAPan, asked about birds and about what is
// none.
#include <algorithm>

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QtTest>

#include "core/engine/learning/training_job.h"
#include "core/library/library.h"
#include "core/models/model_registry.h"
#include "tests/support/specimens.h"
#include "tests/support/window_fixture.h"
#include "ui/pages/anchors_page.h"
#include "ui/window/main_window.h"

using namespace fieldmark;
using testing::part;

namespace {

constexpr int patience = 120'000;
constexpr int patience_for_a_report = 30'000;
constexpr int kClasses = 6, kEach = 18;
constexpr double kNovel = 5;  ///< below it the page says "unlike anything known"

/// No bird: noise, or a chequer.
QImage draw_stranger(bool noise) {
    QImage image(256, 256, QImage::Format_RGB32);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const unsigned grey = (x / 32 + y / 32) % 2 == 0 ? 0xFFFFFFU : 0U;
            const unsigned any =
                static_cast<unsigned>(x) * 2654435761U ^ static_cast<unsigned>(y) * 40503U * 65537U;
            image.setPixel(x, y, (noise ? any : grey) | 0xFF000000U);
        }
    }
    return image;
}

}  // namespace

class TestAnchorsNovelty : public QObject {
    Q_OBJECT
    const testing::WindowFixture m_fixture;

  private Q_SLOTS:
    /// Of single pictures the number may be this or that: one new bird in ten is said to be unlike anything
    /// known. So what is asked for is that the page says what the number says, and an order.
    void says_what_is_unlike_anything_known() {
        const std::string pictures = m_fixture.path(QStringLiteral("pictures")).toStdString();
        testing::SpecimenOptions options;
        options.classes = kClasses;
        options.per_class = kEach;
        options.width = options.height = 256;
        QCOMPARE(testing::write_specimens(pictures, options).size(), std::size_t(kClasses * kEach));
        const auto window = m_fixture.window();
        QSignalSpy opened(&window->session(), &Session::opened);
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QSignalSpy finished(&window->session(), &Session::importFinished);
        window->import_paths({pictures}, pictures + "/labels.csv");
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);

        TrainingRequest training;
        training.label = "species";
        training.model_name = "my birds";
        training.settings.epochs = 8;
        training.settings.threads = 1;
        training.settings.options = {{"dimension", "256"},     {"flow_blocks", "2"},
                                     {"flow_hidden", "32"},    {"batch_classes", "4"},
                                     {"batch_per_class", "4"}, {"density_epochs", "60"}};
        QSignalSpy trained(&window->session(), &Session::trainingFinished);
        window->session().start_training(training);
        QTRY_COMPARE_WITH_TIMEOUT(trained.size(), 1, patience);
        QSignalSpy switched(&window->session(), &Session::modelSwitchFinished);
        window->session().use_model({.model = "my birds"});
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 1, patience);

        part<QAction>(*window, "pageAnchors")->trigger();
        auto* field = part<QComboBox>(*window, "anchorsField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        Q_EMIT field->activated(field->currentIndex());
        auto* page = part<AnchorsPage>(*window, "anchorsPage");
        QTRY_VERIFY_WITH_TIMEOUT(page->report() && page->report()->densities && !page->asking(), patience);
        auto* place = part<QLabel>(*window, "anchorsQuery");

        int asked = 0;
        // What the report says of a picture, when the page has said the same; -2 when something went wrong.
        const auto novelty_of = [&](const QImage& picture) -> double {
            QueryImage query;
            query.path = m_fixture.path(QStringLiteral("asked%1.png").arg(asked++)).toStdString();
            if (!picture.save(QString::fromStdString(query.path))) qFatal("not saved");
            page->set_query(std::nullopt);
            const auto answered = [page](bool with_query) {
                return QTest::qWaitFor(
                    [=] { return page->report() && page->report()->query.empty() != with_query; },
                    patience_for_a_report);
            };
            if (!answered(false) || !place->text().isEmpty()) {
                qWarning("The last query stays: %s", qPrintable(place->text()));
                return -2;
            }
            page->set_query(query);
            if (!answered(true)) {
                qWarning("No report on picture %d, the page says \"%s\"", asked, qPrintable(place->text()));
                return -2;
            }
            const double found = page->report()->query_novelty;
            const QString known = QStringLiteral("Of 100 pictures %1 fit their best class less.");
            const QString unlike =
                QStringLiteral("It is unlike anything known: of 100 pictures %1 fit less.");
            const QString expected = (found < kNovel ? unlike : known).arg(static_cast<int>(found));
            if (found >= 0 && place->text().endsWith(expected)) return found;
            qWarning("Novelty %.2f, the page says \"%s\"", found, qPrintable(place->text()));
            return -2;
        };

        // Birds that were not among those learned from, of the classes that were.
        std::vector<double> birds;
        QString all;
        for (int species = 0; species < kClasses; ++species) {
            birds.push_back(novelty_of(testing::draw_specimen(species, 700, options)));
            QVERIFY(birds.back() >= 0);
            all += QString::number(birds.back(), 'f', 2) + QLatin1Char(' ');
        }
        std::sort(birds.begin(), birds.end());
        // At least every second one is known.
        QVERIFY2(birds[birds.size() / 2] >= kNovel, qPrintable(all));

        // What is no bird comes out below them, and of one at least the page says so.
        const double noise = novelty_of(draw_stranger(true)), chequer = novelty_of(draw_stranger(false));
        all += QStringLiteral("noise %1 chequer %2").arg(noise, 0, 'f', 2).arg(chequer, 0, 'f', 2);
        qInfo("%s", qPrintable(all));
        QVERIFY2(noise >= 0 && chequer >= 0, qPrintable(all));
        QVERIFY2(std::max(noise, chequer) < birds[birds.size() / 2], qPrintable(all));
        QVERIFY2(std::min(noise, chequer) < kNovel, qPrintable(all));
        page->set_query(std::nullopt);
        QTRY_VERIFY_WITH_TIMEOUT(place->text().isEmpty(), patience_for_a_report);
    }
};

QTEST_MAIN(TestAnchorsNovelty)
#include "test_anchors_novelty.moc"
