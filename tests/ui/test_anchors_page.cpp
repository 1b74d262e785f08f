// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The page Anchors of the real window, on specimens with the real model, by object names.
#include <algorithm>
#include <cmath>
#include <set>

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QtTest>

#include "core/engine/learning/training_job.h"
#include "core/index/kernels.h"
#include "tests/support/specimens.h"
#include "tests/support/window_fixture.h"
#include "ui/gallery/filter_chips.h"
#include "ui/gallery/gallery_view.h"
#include "ui/pages/anchors_page.h"
#include "ui/pages/map_view.h"
#include "ui/query/query_card.h"
#include "ui/query/query_strip.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/tile_roles.h"
#include "ui/window/main_window.h"

using namespace fieldmark;
using testing::part;

namespace {
constexpr int patience = 120'000;
constexpr int kClasses = 4, kEach = 9;
}  // namespace

class TestAnchorsPage : public QObject {
    Q_OBJECT
    const testing::WindowFixture m_fixture;

    /// With the page shown and answered.
    std::unique_ptr<MainWindow> opened_page() const {
        auto window = m_fixture.window();
        QSignalSpy opened(&window->session(), &Session::opened);
        window->open_library(m_fixture.library());
        if (!QTest::qWaitFor([&] { return opened.size() == 1; }, patience)) qFatal("not opened");
        part<QAction>(*window, "pageAnchors")->trigger();
        auto* field = part<QComboBox>(*window, "anchorsField");
        field->setCurrentIndex(field->findData(QByteArray("species")));
        Q_EMIT field->activated(field->currentIndex());
        auto* page = part<AnchorsPage>(*window, "anchorsPage");
        if (!QTest::qWaitFor([&] { return page->report().has_value() && !page->asking(); }, patience))
            qFatal("no report");
        return window;
    }
    static std::vector<ItemId> shown_items(const GalleryView& view) {
        std::vector<ItemId> items;
        for (int row = 0; row < view.model()->rowCount(); ++row)
            items.push_back(view.model()->index(row, 0).data(ItemIdRole).toLongLong());
        return items;
    }
    /// All pictures by the product of their stored vectors with an anchor's; or, but for the picture `with`,
    /// with the sum of that picture's and `weight` times the anchor's.
    std::vector<ItemId> scanned(const AnchorPoint& anchor, float weight = 1, ItemId with = 0) const {
        LibraryOptions options;
        options.read_only = true;
        auto library = Library::open(m_fixture.library(), options);
        if (!library) qFatal("%s", library.error().text.c_str());
        auto reader = (*library)->reader();
        const auto models = (*reader)->models();
        const auto model = std::find_if(models->begin(), models->end(), [&](const ModelRecord& one) {
            return one.hash == anchor.model_hash;
        });
        const auto vector_of = [&](ItemId id) {
            auto row = (*reader)->embedding_of(model->id, id);
            if (!row) qFatal("%s", row.error().text.c_str());
            return std::move(row->vector);
        };
        std::vector<float> query = anchor.vector;
        if (with != 0) {
            const std::vector<float> beside = vector_of(with);
            for (std::size_t i = 0; i < query.size(); ++i) query[i] = weight * query[i] + beside[i];
        }
        const auto ids = (*reader)->item_ids({});
        std::vector<std::pair<float, ItemId>> order;
        for (const ItemId id : *ids) {
            if (id == with) continue;  // what was asked with is no answer
            order.emplace_back(-dot(query.data(), vector_of(id).data(), query.size()), id);
        }
        std::sort(order.begin(), order.end());
        std::vector<ItemId> items;
        for (const auto& [score, id] : order) items.push_back(id);
        return items;
    }

  private Q_SLOTS:
    void initTestCase() {
        const std::string pictures = m_fixture.path(QStringLiteral("pictures")).toStdString();
        testing::SpecimenOptions options;
        options.classes = kClasses;
        options.per_class = kEach;
        QCOMPARE(testing::write_specimens(pictures, options).size(), std::size_t(kClasses * kEach));
        auto window = m_fixture.window();
        QSignalSpy opened(&window->session(), &Session::opened);
        window->open_library(m_fixture.library());
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, patience);
        QVERIFY(!part<QAction>(*window, "pageAnchors")->isEnabled());
        QSignalSpy finished(&window->session(), &Session::importFinished);
        window->import_paths({pictures});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);

        // Without labels the page says how to come by some, and then looks by itself.
        QTRY_VERIFY_WITH_TIMEOUT(part<QAction>(*window, "pageAnchors")->isEnabled(), patience);
        part<QAction>(*window, "pageAnchors")->trigger();
        QVERIFY(window->page() == MainWindow::Page::Anchors);
        QVERIFY(part<QPushButton>(*window, "anchorsAddLabels")->isVisible());
        QVERIFY(!part<QTableView>(*window, "anchorsClasses")->isVisible());
        window->import_paths({pictures}, pictures + "/labels.csv");
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, patience);
        QTRY_VERIFY_WITH_TIMEOUT(part<QTableView>(*window, "anchorsClasses")->isVisible(), patience);
        QVERIFY(window->page() == MainWindow::Page::Anchors);
    }

    void shows_a_class_by_its_prototypes() {
        auto window = opened_page();
        QCOMPARE(part<QAction>(*window, "pageAnchors")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_5));
        auto* classes = part<QTableView>(*window, "anchorsClasses");
        QCOMPARE(classes->model()->rowCount(), kClasses);
        QCOMPARE(classes->model()->index(1, 0).data().toString(), QStringLiteral("species_01"));
        QCOMPARE(classes->model()->index(1, 1).data().toString(), QString::number(kEach));
        auto* rows = part<PictureRows>(*window, "anchorsRows");
        QCOMPARE(rows->model()->rowCount(), kEach / 3);
        std::set<ItemId> first;
        for (int i = 0; i < kEach / 3; ++i) {
            const PictureRow* row = rows->rows().row(i);
            QVERIFY(row->query != 0);
            first.insert(row->query);
            QCOMPARE(row->lines.size(), std::size_t{1});
            QCOMPARE(row->lines[0].tiles.size(), std::size_t{5});
        }
        QVERIFY(first.size() > 1);
        QVERIFY(part<QLabel>(*window, "anchorsExplanation")
                    ->text()
                    .contains(QStringLiteral("Prototypes (spherical k-means)")));
        QCOMPARE(part<PictureRows>(*window, "anchorsLookAlikes")->model()->rowCount(), kClasses - 1);
        QCOMPARE(part<PictureRows>(*window, "anchorsOutliers")->model()->rowCount(), kEach);
        QVERIFY(part<QLabel>(*window, "anchorsQuery")->text().isEmpty());
        part<QPushButton>(*window, "anchorsLearn")->click();
        QVERIFY(window->page() == MainWindow::Page::Learn);
    }

    void goes_from_class_to_class_by_keys() {
        auto window = opened_page();
        auto* page = part<AnchorsPage>(*window, "anchorsPage");
        auto* classes = part<QTableView>(*window, "anchorsClasses");
        QCOMPARE(classes->currentIndex().row(), 0);
        classes->setFocus();
        QTest::keyClick(classes, Qt::Key_Down);
        QTest::keyClick(classes, Qt::Key_Down);
        QTRY_COMPARE_WITH_TIMEOUT(page->report()->class_name, std::string("species_02"), patience);
        QVERIFY(part<QLabel>(*window, "anchorsTitle")->text().startsWith(QStringLiteral("species_02")));
        QCOMPARE(classes->currentIndex().row(), 2);
        QTest::keyClick(classes, Qt::Key_Return);
        QTRY_VERIFY(window->page() == MainWindow::Page::Gallery);
        QTRY_COMPARE_WITH_TIMEOUT(part<GalleryView>(*window, "gallery")->model()->rowCount(), kEach,
                                  patience);
    }

    void searches_from_a_prototype_and_places_the_query() {
        auto window = opened_page();
        auto* page = part<AnchorsPage>(*window, "anchorsPage");
        page->choose_class("species_03");
        QTRY_COMPARE_WITH_TIMEOUT(page->report()->class_name, std::string("species_03"), patience);
        auto* rows = part<PictureRows>(*window, "anchorsRows");
        rows->setCurrentIndex(rows->rows().index(1));
        const ItemId wanted = rows->rows().row(1)->query;
        part<QPushButton>(*window, "anchorsSearch")->click();
        QVERIFY(window->page() == MainWindow::Page::Matches);
        auto* strip = window->findChild<QueryStrip*>();
        QVERIFY(strip != nullptr);
        QCOMPARE(strip->images().size(), std::size_t{1});
        QCOMPARE(strip->images().front().item, wanted);
        const auto anchor = strip->images().front().anchor;
        QVERIFY(anchor != nullptr);
        QVERIFY(anchor->prototype && anchor->class_name == "species_03" && anchor->index == 1);
        QCOMPARE(anchor->vector, page->report()->anchors[1].vector);

        // What is found is what comparing every stored vector with the prototype's gives, its nearest picture
        // too.
        auto* matches = part<GalleryView>(*window, "matches");
        QTRY_COMPARE_WITH_TIMEOUT(matches->model()->rowCount(), kClasses * kEach, patience);
        QCOMPARE(shown_items(*matches), scanned(*anchor));
        QCOMPARE(shown_items(*matches).front(), wanted);

        // On its card: what it is, the map's sign, no crop, and why there is none.
        auto* card = window->findChild<QueryCard*>();
        QVERIFY(card != nullptr);
        QCOMPARE(card->name(), QStringLiteral("Prototype 2 of species_03"));
        QVERIFY(card->accessibleName().contains(QStringLiteral("Prototype 2 of species_03")));
        auto* crop = card->findChild<QToolButton*>(QStringLiteral("cropQueryPicture"));
        QVERIFY(crop != nullptr && !crop->isEnabled());
        QVERIFY(crop->toolTip().contains(QStringLiteral("nothing to crop")));
        QVERIFY(!part<QToolButton>(*window, "cropToObject")->isEnabled());
        strip->editCrop(0);
        QCOMPARE(strip->editedCrop(), -1);
        QCOMPARE(part<QLabel>(*window, "queryProblem")->text(), crop->toolTip());

        // Beside a match its nearest picture stands for it, and the reason says so.
        part<QAction>(*window, "compare")->trigger();
        QVERIFY(window->page() == MainWindow::Page::Compare);
        part<QAction>(*window, "compareWhy")->trigger();
        auto* reason = part<QLabel>(*window, "compareReason");
        QTRY_VERIFY_WITH_TIMEOUT(reason->text().startsWith(QStringLiteral("Of the prototype's nearest picture")),
                                 patience);
        QVERIFY(reason->text().contains(QStringLiteral("Score")));
        part<QAction>(*window, "compareWhy")->trigger();
        part<QAction>(*window, "compareClose")->trigger();
        QVERIFY(window->page() == MainWindow::Page::Matches);

        // "Not like it" alone is no query; with a picture it is one. Then the anchor goes, the picture stays.
        QueryImage picture;
        picture.item = wanted;
        strip->add({picture}, false);
        QCOMPARE(strip->images().size(), std::size_t{2});  // its nearest picture is another subject
        const auto both = scanned(*anchor, 1, wanted), less = scanned(*anchor, -0.5F, wanted);
        QVERIFY(both != less);
        QTRY_COMPARE_WITH_TIMEOUT(shown_items(*matches), both, patience);
        card->findChild<QToolButton*>(QStringLiteral("likeToggle"))->click();
        QVERIFY(strip->images().front().negative && strip->images().front().anchor);
        QTRY_COMPARE_WITH_TIMEOUT(shown_items(*matches), less, patience);
        card->findChild<QToolButton*>(QStringLiteral("removeQueryPicture"))->click();
        QCOMPARE(strip->images().size(), std::size_t{1});
        QVERIFY(!strip->images().front().anchor);
        QVERIFY(window->page() == MainWindow::Page::Matches);
        strip->clear();
        QTRY_VERIFY(window->page() == MainWindow::Page::Gallery);

        // Enter on the row does what the button does.
        part<QAction>(*window, "pageAnchors")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page->report() && !page->asking(), patience);
        rows->setCurrentIndex(rows->rows().index(1));
        rows->setFocus();
        QTest::keyClick(rows, Qt::Key_Return);
        QVERIFY(window->page() == MainWindow::Page::Matches);
        QVERIFY(strip->images().front().anchor && strip->images().front().anchor->index == 1);

        // On the map it lies among its nearest pictures; on this page it has its place among the classes.
        part<QAction>(*window, "pageMap")->trigger();
        auto* map = part<MapView>(*window, "mapView");
        QTRY_VERIFY_WITH_TIMEOUT(map->query_position().has_value(), patience);
        part<QAction>(*window, "pageAnchors")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page->report() && !page->report()->query.empty(), patience);
        QCOMPARE(page->report()->query.front().name, std::string("species_03"));
        QVERIFY(std::abs(page->report()->query.front().log_density - 1) < 1e-4);  // it is that prototype
        QVERIFY(part<QLabel>(*window, "anchorsQuery")->text().contains(QStringLiteral("species_03")));
    }

    void says_why_a_query_has_no_place() {
        auto window = opened_page();
        auto* page = part<AnchorsPage>(*window, "anchorsPage");
        QueryImage gone;
        gone.path = m_fixture.path(QStringLiteral("gone.png")).toStdString();
        page->set_query(gone);
        auto* place = part<QLabel>(*window, "anchorsQuery");
        QTRY_VERIFY_WITH_TIMEOUT(place->text().startsWith(QStringLiteral("The query could not be read:")),
                                 patience);
        QVERIFY(page->report() && page->report()->query.empty());
        QVERIFY(part<QTableView>(*window, "anchorsClasses")->isVisible());
        QCOMPARE(part<QTableView>(*window, "anchorsClasses")->model()->rowCount(), kClasses);
        page->set_query(std::nullopt);
        QTRY_VERIFY_WITH_TIMEOUT(place->text().isEmpty(), patience);
    }

    void takes_up_a_changed_label() {
        auto window = opened_page();
        auto* page = part<AnchorsPage>(*window, "anchorsPage");
        const ItemId item = page->report()->anchors.front().nearest.front().item;
        const std::string before = page->report()->class_name;
        window->session().set_values({{item, "species", "a new one"}});
        auto* classes = part<QTableView>(*window, "anchorsClasses");
        QTRY_COMPARE_WITH_TIMEOUT(classes->model()->rowCount(), kClasses + 1, patience);
        QCOMPARE(page->report()->class_name, before);
        page->choose_class("a new one");
        QTRY_COMPARE_WITH_TIMEOUT(page->report()->class_name, std::string("a new one"), patience);
        QVERIFY(part<QLabel>(*window, "anchorsExplanation")->text().contains(QStringLiteral("few")));
        // The class goes, the page goes on with another.
        window->session().set_values({{item, "species", before}});
        QTRY_COMPARE_WITH_TIMEOUT(classes->model()->rowCount(), kClasses, patience);
        QVERIFY(page->report()->class_name != "a new one");
    }

    /// The same page with a model learned by GAPan in use: anchors of its densities, a wrong label found, the
    /// query placed by density, and how usual it is. Last: the library keeps the
    /// model.
    void shows_a_class_by_the_anchors_of_a_learned_model() {
        std::string hash;
        {
            auto library = Library::open(m_fixture.library(), {});
            QVERIFY(library);
            const auto registry = ModelRegistry::for_library((*library)->models_folder());
            TrainingRequest training;
            training.label = "species";
            training.model_name = "my birds";
            training.settings.epochs = 6;
            training.settings.threads = 1;
            training.settings.options = {{"dimension", "16"},      {"flow_blocks", "2"},
                                         {"flow_hidden", "16"},    {"batch_classes", "3"},
                                         {"batch_per_class", "4"}, {"density_epochs", "20"}};
            const auto trained = train_on_library(**library, training, registry, {}, {});
            QVERIFY2(trained, trained ? "" : trained.error().text.c_str());
            hash = trained->model_hash;
            QVERIFY(!hash.empty());
        }
        auto window = opened_page();
        auto* page = part<AnchorsPage>(*window, "anchorsPage");
        QVERIFY(!page->report()->densities);
        window->session().use_model({.model = hash});
        QTRY_VERIFY_WITH_TIMEOUT(page->report() && page->report()->densities, patience);
        QTRY_COMPARE_WITH_TIMEOUT(window->session().model().info.hash, hash, patience);
        QVERIFY(part<QLabel>(*window, "anchorsExplanation")->text().contains(QStringLiteral("my birds")));
        QVERIFY(part<QLabel>(*window, "anchorsExplanation")->text().contains(QStringLiteral("GAPan")));
        QVERIFY(!part<QPushButton>(*window, "anchorsLearn")->isVisible());
        auto* rows = part<PictureRows>(*window, "anchorsRows");
        QCOMPARE(rows->model()->rowCount(), 5);
        QVERIFY(rows->rows().row(0)->title.startsWith(QStringLiteral("Anchor")));
        QVERIFY(rows->rows().row(0)->subtitle.contains(QStringLiteral("Log-density")));
        QVERIFY(part<PictureRows>(*window, "anchorsOutliers")
                    ->rows()
                    .row(0)
                    ->subtitle.contains(QStringLiteral("held-out")));

        // Two classes side by side with the pictures between them.
        auto* alike = part<PictureRows>(*window, "anchorsLookAlikes");
        QCOMPARE(alike->model()->rowCount(), kClasses - 1);
        QCOMPARE(alike->rows().row(0)->lines.size(), std::size_t{3});
        for (const PictureRow::Line& line : alike->rows().row(0)->lines) QVERIFY(!line.tiles.empty());

        // A wrong label is ranked first among those to check.
        page->choose_class("species_02");
        QTRY_COMPARE_WITH_TIMEOUT(page->report()->class_name, std::string("species_02"), patience);
        const ItemId wrong = page->report()->anchors.front().nearest.front().item;
        window->session().set_values({{wrong, "species", "species_00"}});
        page->choose_class("species_00");
        QTRY_VERIFY_WITH_TIMEOUT(page->report()->class_name == "species_00" &&
                                     !page->report()->doubtful.empty() &&
                                     page->report()->doubtful.front().item == wrong,
                                 patience);
        auto* doubtful = part<PictureRows>(*window, "anchorsDoubtful");
        QCOMPARE(doubtful->rows().row(0)->query, wrong);
        QVERIFY(doubtful->rows().row(0)->title.contains(QStringLiteral("species_02")));
        QVERIFY(part<QTableView>(*window, "anchorsClasses")->isColumnHidden(2) == false);
        window->session().set_values({{wrong, "species", "species_02"}});

        // From an anchor to the pictures like it, and where that query lies.
        page->choose_class("species_03");
        QTRY_COMPARE_WITH_TIMEOUT(page->report()->class_name, std::string("species_03"), patience);
        rows->setCurrentIndex(rows->rows().index(0));
        part<QPushButton>(*window, "anchorsSearch")->click();
        QVERIFY(window->page() == MainWindow::Page::Matches);
        part<QAction>(*window, "pageAnchors")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page->report() && !page->report()->query.empty(), patience);
        QCOMPARE(page->report()->query.front().name, std::string("species_03"));
        auto* place = part<QLabel>(*window, "anchorsQuery");
        QVERIFY(place->text().contains(QStringLiteral("by log-density: species_03")));

        // How novel it is stays unsaid: learned from so few pictures, the model does not know.
        QCOMPARE(page->report()->query_novelty, -1.0);
        QVERIFY(!place->text().contains(QStringLiteral("Of 100 pictures")));

        // The anchor is a point of this model. With another one it goes out of the query, which says so, and
        // its nearest picture can take its place.
        auto* strip = window->findChild<QueryStrip*>();
        QCOMPARE(strip->images().size(), std::size_t{1});
        const QueryImage asked = strip->images().front();
        QVERIFY(asked.anchor && !asked.anchor->prototype && asked.anchor->model == "my birds");
        part<QAction>(*window, "pageBrowse")->trigger();
        auto* matches = part<GalleryView>(*window, "matches");
        QTRY_COMPARE_WITH_TIMEOUT(shown_items(*matches), scanned(*asked.anchor), patience);
        const auto base = ModelRegistry().find();
        QVERIFY(base);
        window->session().use_model({.model = base->hash});
        QTRY_VERIFY_WITH_TIMEOUT(strip->isEmpty(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(window->session().model().info.hash, base->hash, patience);
        QTRY_VERIFY(window->page() == MainWindow::Page::Gallery);
        const auto texts = window->findChildren<QLabel*>(QStringLiteral("messageText"));
        QVERIFY(std::any_of(texts.begin(), texts.end(), [](const QLabel* text) {
            return text->text().contains(QStringLiteral("out of the query"));
        }));
        const auto buttons = window->findChildren<QAbstractButton*>(QStringLiteral("messageAction"));
        const auto instead = std::find_if(buttons.begin(), buttons.end(), [](const QAbstractButton* button) {
            return button->text() == QStringLiteral("Search by the nearest picture");
        });
        QVERIFY(instead != buttons.end());
        (*instead)->click();
        QCOMPARE(strip->images().size(), std::size_t{1});
        QVERIFY(!strip->images().front().anchor && strip->images().front().item == asked.item);
        QTRY_COMPARE_WITH_TIMEOUT(matches->model()->rowCount(), kClasses * kEach - 1, patience);
    }
};

QTEST_MAIN(TestAnchorsPage)
#include "test_anchors_page.moc"
