// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The page Anchors of the real window, with a model learned by GAPan, asked about what is no bird.
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "core/engine/learning/training_job.h"
#include "core/library/library.h"
#include "core/models/model_registry.h"
#include "tests/support/specimens.h"
#include "ui/pages/anchors_page.h"
#include "ui/window/main_window.h"

using namespace fieldmark;

namespace {
constexpr int patience = 120'000;
constexpr int kClasses = 6, kEach = 18;
}  // namespace

class TestAnchorsNovelty : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

    template <typename T>
    static T* part(const QWidget& window, const char* name) {
        auto* found = window.findChild<T*>(QLatin1String(name));
        if (found == nullptr) qFatal("no part %s", name);
        return found;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_dir.isValid());
        QStandardPaths::setTestModeEnabled(true);
        qputenv("XDG_DATA_HOME", m_dir.filePath(QStringLiteral("data")).toLocal8Bit());
    }

    void says_what_is_unlike_anything_known() {
        const std::string library_folder = m_dir.filePath(QStringLiteral("Birds.fieldmark")).toStdString();
        const std::string pictures = m_dir.filePath(QStringLiteral("pictures")).toStdString();
        testing::SpecimenOptions options;
        options.classes = kClasses;
        options.per_class = kEach;
        options.width = options.height = 256;
        QCOMPARE(testing::write_specimens(pictures, options).size(), std::size_t(kClasses * kEach));
        MainWindow window(m_dir.filePath(QStringLiteral("settings.conf")));
        window.resize(1100, 760);
        window.show();
        QSignalSpy opened(&window.session(), &Session::opened);
        window.open_library(library_folder);
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QSignalSpy finished(&window.session(), &Session::importFinished);
        window.import_paths({pictures}, pictures + "/labels.csv");
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);

        TrainingRequest training;
        training.label = "species";
        training.model_name = "my birds";
        training.settings.epochs = 8;
        training.settings.threads = 1;
        training.settings.options = {{"dimension", "256"},     {"flow_blocks", "2"},
                                     {"flow_hidden", "32"},    {"batch_classes", "4"},
                                     {"batch_per_class", "4"}, {"density_epochs", "60"}};
        QSignalSpy trained(&window.session(), &Session::trainingFinished);
        window.session().start_training(training);
        QTRY_COMPARE_WITH_TIMEOUT(trained.size(), 1, patience);
        QSignalSpy switched(&window.session(), &Session::modelSwitchFinished);
        window.session().use_model({.model = "my birds"});
        QTRY_COMPARE_WITH_TIMEOUT(switched.size(), 1, patience);

        part<QAction>(window, "pageAnchors")->trigger();
        auto* field = part<QComboBox>(window, "anchorsField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        Q_EMIT field->activated(field->currentIndex());
        auto* page = part<AnchorsPage>(window, "anchorsPage");
        QTRY_VERIFY_WITH_TIMEOUT(page->report() && page->report()->densities && !page->asking(), patience);
        auto* place = part<QLabel>(window, "anchorsQuery");
        const auto ask = [&](const QImage& picture, const QString& name) {
            QueryImage query;
            query.path = m_dir.filePath(name).toStdString();
            if (!picture.save(QString::fromStdString(query.path))) qFatal("not saved");
            page->set_query(query);
        };

        // A bird that was not among those learned from, of a class that was.
        ask(testing::draw_specimen(2, 700, options), QStringLiteral("bird.png"));
        QTRY_VERIFY_WITH_TIMEOUT(place->text().contains(QStringLiteral("fit their best class less")),
                                 patience);
        QVERIFY2(page->report()->query_novelty >= 5, qPrintable(place->text()));
        QVERIFY(!place->text().contains(QStringLiteral("unlike anything known")));

        // Noise is no bird.
        QImage noise(256, 256, QImage::Format_RGB32);
        for (int y = 0; y < noise.height(); ++y) {
            for (int x = 0; x < noise.width(); ++x)
                noise.setPixel(x, y, static_cast<QRgb>(x * 2654435761U ^ y * 40503U * 65537U) | 0xFF000000U);
        }
        ask(noise, QStringLiteral("noise.png"));
        QTRY_VERIFY_WITH_TIMEOUT(
            place->text().contains(QStringLiteral("It is unlike anything known: of 100")), patience);
        QVERIFY(page->report()->query_novelty >= 0 && page->report()->query_novelty < 5);
        page->set_query(std::nullopt);
        QTRY_VERIFY_WITH_TIMEOUT(place->text().isEmpty(), patience);
    }
};

QTEST_MAIN(TestAnchorsNovelty)
#include "test_anchors_novelty.moc"
