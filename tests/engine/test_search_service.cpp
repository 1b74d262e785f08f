// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <QTest>

#include "core/engine/classes/anchor_point.h"
#include "core/engine/learning/evaluation_service.h"
#include "core/index/kernels.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
using namespace fieldmark::testing;
namespace fs = std::filesystem;

class TestSearchService : public QObject {
    Q_OBJECT

    std::unique_ptr<EngineFixture> m_fixture;
    std::string m_folder;
    std::vector<std::string> m_paths;  ///< 6 species of 6

    EngineFixture& fixture() { return *m_fixture; }
    ItemId item(int species, int individual) {
        return m_fixture->item(m_paths[static_cast<std::size_t>(species * 6 + individual)]);
    }
    /// The prototypes of a class as queries, each with the picture nearest to it.
    std::vector<QueryImage> prototypes_of(const std::string& name) {
        AnchorsRequest request;
        request.field = "species";
        request.class_name = name;
        request.anchors = 2;
        const auto reader = fixture().reader();
        const auto report = describe_classes(*reader, request, {}, ModelRegistry());
        if (!report) qFatal("%s", report.error().text.c_str());
        std::vector<QueryImage> images;
        for (const ClassAnchor& anchor : report->anchors) images.push_back(query_by(anchor, *report));
        return images;
    }
    /// Every picture by its cosine with a direction, best first.
    std::vector<std::pair<float, std::string>> scanned(const std::vector<float>& direction) {
        std::vector<std::pair<float, std::string>> order;
        for (const auto& [key, row] : stored_rows(*fixture().library))
            order.emplace_back(dot(direction.data(), row.vector.data(), direction.size()), key.substr(2));
        std::sort(order.begin(), order.end(), std::greater<>());
        return order;
    }
    static std::string species_of(const std::string& path) { return path.substr(0, path.find('/')); }

    std::vector<std::byte> bytes_of(const std::string& path) const {
        std::ifstream file(path, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        const auto* data = reinterpret_cast<const std::byte*>(text.data());
        return {data, data + text.size()};
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(shared_embedder(), "Run packaging/setup.sh first.");
        m_fixture = std::make_unique<EngineFixture>();
        m_folder = m_fixture->folder("birds");
        m_paths = write_specimens(m_folder, {.classes = 6, .per_class = 6});
        ImportRequest request;
        request.paths = {m_folder};
        request.labels_csv = m_folder + "/labels.csv";
        QCOMPARE(m_fixture->import(request).embedded, std::int64_t{36});
    }
    void cleanupTestCase() { m_fixture.reset(); }

    void ranksByCosineAndAgreesWithBruteForce() {
        const auto rows = stored_rows(*fixture().library);
        const auto& query = rows.at("1/" + m_paths[0]).vector;
        const SearchResponse response = fixture().search(query_item(item(0, 0), 100));
        QCOMPARE(response.matches.size(), std::size_t{35});
        QCOMPARE(response.searched, std::int64_t{36});
        QCOMPARE(response.embedded, std::int64_t{36});
        QCOMPARE(response.total, std::int64_t{36});
        QCOMPARE(response.model, shared_embedder()->info().name);
        for (std::size_t i = 0; i < response.matches.size(); ++i) {
            const Match& match = response.matches[i];
            QCOMPARE(match.rank, static_cast<int>(i) + 1);
            if (i > 0) QVERIFY(match.score <= response.matches[i - 1].score);
            const auto& vector = rows.at("1/" + match.row.item.path).vector;
            QVERIFY(std::abs(match.score - dot(query.data(), vector.data(), vector.size())) < 1e-5F);
            QCOMPARE(match.row.absolute_path, m_folder + '/' + match.row.item.path);
            QCOMPARE(match.row.collection, std::string("birds"));
            QCOMPARE(match.row.metadata.at("species"), species_of(match.row.item.path));
        }
    }

    void aFileThatCannotBeReadIsNotWaitedFor() {
        EngineFixture fixture;
        const std::string folder = fixture.folder("birds");
        const auto paths = write_specimens(folder, {.classes = 1, .per_class = 3});
        write_text(folder + "/broken.jpg", "no picture");
        QCOMPARE(fixture.import({folder}).failed.size(), std::size_t{1});
        const SearchResponse response = fixture.search(query_item(fixture.item(paths[0]), 2));
        QCOMPARE(response.matches.size(), std::size_t{2});
        QCOMPARE(response.total, std::int64_t{4});
        QCOMPARE(response.note, std::string());
    }

    void sameSpeciesRanksAboveChance() {
        EvaluationRequest request;
        request.label = "species";
        request.model_hash = shared_embedder()->info().hash;
        const auto report = evaluate_library(*fixture().library, request);
        QVERIFY(report.ok());
        QCOMPARE(report->metrics.queries, 36);
        QCOMPARE(report->metrics.classes, 6);
        QCOMPARE(report->unlabelled + report->not_embedded, std::int64_t{0});
        // By chance 5 of 35 others are of the same species.
        QVERIFY2(report->metrics.recall_at.at(1) > 2 * 5.0 / 35,
                 qPrintable(QString::number(report->metrics.recall_at.at(1))));
        QVERIFY(report->metrics.mean_average_precision > 5.0 / 35);

        request.label = "colour";
        const auto unknown = evaluate_library(*fixture().library, request);
        QCOMPARE(unknown.error().kind, ErrorKind::Usage);
        QVERIFY(unknown.error().text.find("species") != std::string::npos);
        request.label = "species";
        request.filter.where = {{"path", Condition::Operator::Equal, m_paths[0]}};
        QCOMPARE(evaluate_library(*fixture().library, request).error().kind, ErrorKind::Usage);
    }

    void aFileOfTheLibraryGivesTheStoredVector() {
        SearchRequest by_item = query_item(item(2, 1), 40);
        SearchRequest by_path = query_file(m_folder + '/' + m_paths[13], 40);
        SearchRequest by_bytes = query_file({}, 40);
        by_bytes.images[0].bytes = bytes_of(m_folder + '/' + m_paths[13]);
        const auto expected = fixture().search(by_item);
        for (const SearchRequest& request : {by_path, by_bytes}) {
            const auto response = fixture().search(request);
            QCOMPARE(paths_of(response), paths_of(expected));
            for (std::size_t i = 0; i < response.matches.size(); ++i) {
                QCOMPARE(response.matches[i].score, expected.matches[i].score);
            }
        }
        // Also when it is not taken from the store but embedded: a copy elsewhere with one byte more has
        // another hash.
        const std::string copy = fixture().folder("elsewhere") + "/copy.jpg";
        fs::copy_file(m_folder + '/' + m_paths[13], copy, fs::copy_options::overwrite_existing);
        std::ofstream(copy, std::ios::binary | std::ios::app) << '\n';
        const auto embedded = fixture().search(query_file(copy, 1));
        QCOMPARE(embedded.matches[0].row.item.path, m_paths[13]);
        QVERIFY2(embedded.matches[0].score > 0.9999F, qPrintable(QString::number(embedded.matches[0].score)));
    }

    void hidesTheQueryAndItsDuplicates() {
        EngineFixture local;
        const std::string folder = local.folder("birds");
        const auto paths = write_specimens(folder, {.classes = 2, .per_class = 3});
        fs::copy_file(folder + '/' + paths[0], folder + "/twin.jpg");
        local.import({folder});
        const auto count = [&](const SearchRequest& base, bool query, bool duplicates) {
            SearchRequest request = base;
            request.hide_query = query;
            request.hide_duplicates = duplicates;
            return local.search(request).matches.size();
        };
        const SearchRequest by_item = query_item(local.item(paths[0]), 50);
        const SearchRequest by_file = query_file(folder + '/' + paths[0], 50);
        for (const SearchRequest& request : {by_item, by_file}) {
            QCOMPARE(count(request, true, true), std::size_t{5});
            QCOMPARE(count(request, true, false), std::size_t{6});
            QCOMPARE(count(request, false, true), std::size_t{6});
            QCOMPARE(count(request, false, false), std::size_t{7});
        }
        // A file outside the library hides its copies only as duplicates.
        const std::string outside = local.folder("outside") + "/bird.jpg";
        fs::copy_file(folder + '/' + paths[0], outside);
        QCOMPARE(count(query_file(outside, 50), true, false), std::size_t{7});
        QCOMPARE(count(query_file(outside, 50), true, true), std::size_t{5});
    }

    void severalPicturesArePooled() {
        const auto rows = stored_rows(*fixture().library);
        SearchRequest request = query_item(item(0, 0), 100);
        request.images.push_back(request.images[0]);
        request.images[1].item = item(0, 1);
        request.images.push_back(request.images[0]);
        request.images[2].item = item(3, 0);
        request.images[2].negative = true;
        const auto response = fixture().search(request);
        QCOMPARE(response.matches.size(), std::size_t{33});
        const auto& a = rows.at("1/" + m_paths[0]).vector;
        const auto& b = rows.at("1/" + m_paths[1]).vector;
        const auto& n = rows.at("1/" + m_paths[18]).vector;
        std::vector<float> pooled(a.size());
        for (std::size_t i = 0; i < a.size(); ++i) pooled[i] = (a[i] + b[i]) / 2 - n[i] / 2;
        const float norm = std::sqrt(dot(pooled.data(), pooled.data(), pooled.size()));
        for (const Match& match : response.matches) {
            const auto& vector = rows.at("1/" + match.row.item.path).vector;
            QVERIFY(std::abs(match.score - dot(pooled.data(), vector.data(), vector.size()) / norm) < 1e-5F);
        }
    }

    /// An anchor is searched with by its own vector: the order is that of an exact scan, its nearest picture,
    /// which is no query, comes first, and a filter and other pictures do with it what they do with pictures.
    void anAnchorAsksByItsOwnVector() {
        const auto anchors = prototypes_of("species_02");
        QCOMPARE(anchors.size(), std::size_t{2});
        int differing = 0;
        for (const QueryImage& anchor : anchors) {
            QCOMPARE(anchor.anchor->model_hash, shared_embedder()->info().hash);
            SearchRequest request;
            request.images = {anchor};
            request.k = 100;
            const SearchResponse response = fixture().search(request);
            const auto expected = scanned(anchor.anchor->vector);
            QCOMPARE(response.matches.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                QCOMPARE(response.matches[i].row.item.path, expected[i].second);
                QVERIFY(std::abs(response.matches[i].score - expected[i].first) < 1e-5F);
            }
            QCOMPARE(response.matches.front().row.item.id, anchor.item);
            QCOMPARE(response.crops, std::vector<Crop>{Crop{}});
            // Its nearest picture as a query is another question, unless it is alone.
            SearchRequest by_picture = query_item(anchor.item, 100);
            by_picture.hide_query = false;
            const float other = fixture().search(by_picture).matches[1].score;
            differing += std::abs(other - response.matches[1].score) > 1e-4F ? 1 : 0;

            request.filter.where = {{"species", Condition::Operator::Equal, "species_04"}};
            const SearchResponse filtered = fixture().search(request);
            QCOMPARE(filtered.searched, std::int64_t{6});
            std::vector<std::string> wanted;
            for (const auto& [score, path] : expected) {
                if (species_of(path) == "species_04") wanted.push_back(path);
            }
            QCOMPARE(paths_of(filtered), wanted);
        }
        QVERIFY(differing > 0);
    }

    void anAnchorIsPooledWithPictures() {
        const auto anchors = prototypes_of("species_02");
        const auto rows = stored_rows(*fixture().library);
        SearchRequest request;
        request.k = 100;
        request.images = {anchors[0], query_item(item(0, 1)).images[0], query_item(item(3, 0)).images[0]};
        request.images[2].negative = true;
        const auto& a = anchors[0].anchor->vector;
        const auto& b = rows.at("1/" + m_paths[1]).vector;
        const auto& n = rows.at("1/" + m_paths[18]).vector;
        const auto check = [&](const std::vector<float>& sum, std::size_t count) {
            const SearchResponse response = fixture().search(request);
            QCOMPARE(response.matches.size(), count);
            const float norm = std::sqrt(dot(sum.data(), sum.data(), sum.size()));
            for (const Match& match : response.matches) {
                const auto& vector = rows.at("1/" + match.row.item.path).vector;
                QVERIFY(std::abs(match.score - dot(sum.data(), vector.data(), sum.size()) / norm) < 1e-5F);
            }
        };
        std::vector<float> sum(a.size());
        for (std::size_t i = 0; i < a.size(); ++i) sum[i] = (a[i] + b[i]) / 2 - n[i] / 2;
        check(sum, 34);  // the two pictures are hidden, the anchor hides none
        // "Not like this anchor".
        request.images = {query_item(item(0, 1)).images[0], anchors[0]};
        request.images[1].negative = true;
        for (std::size_t i = 0; i < a.size(); ++i) sum[i] = b[i] - a[i] / 2;
        check(sum, 35);
    }

    void anAnchorOfAnotherModelIsRefused() {
        SearchRequest request;
        request.images = {prototypes_of("species_02")[0]};
        const AnchorPoint good = *request.images[0].anchor;
        const auto refusal = [&](const AnchorPoint& point) {
            request.images[0].anchor = std::make_shared<AnchorPoint>(point);
            const auto response = fixture().service().search(request);
            return response ? Error{ErrorKind::Internal, "found"} : response.error();
        };
        AnchorPoint other = good;
        other.model_hash = std::string(64, '7');
        other.model = "my birds";
        const Error error = refusal(other);
        QCOMPARE(error.kind, ErrorKind::Usage);
        QVERIFY2(error.text.find("Prototype 1 of species_02 belongs to the model \"my birds\"") == 0 &&
                     error.text.find("Open Anchors again") != std::string::npos,
                 error.text.c_str());
        AnchorPoint cut = good;
        cut.vector.resize(7);
        QCOMPARE(refusal(cut).kind, ErrorKind::Usage);
        AnchorPoint none = good;
        std::fill(none.vector.begin(), none.vector.end(), 0.0F);
        QCOMPARE(refusal(none).kind, ErrorKind::Usage);
        QCOMPARE(refusal(good).kind, ErrorKind::Internal);  // as it was
    }

    void refusesWhatMakesNoQuery() {
        SearchRequest request = query_item(item(0, 0));
        request.images[0].negative = true;
        QCOMPARE(fixture().service().search(request).error().kind, ErrorKind::Usage);
        request = query_item(item(0, 0), 0);
        QCOMPARE(fixture().service().search(request).error().kind, ErrorKind::Usage);
        request = query_item(item(0, 0));
        request.images[0].crop = {9000, 0, 2000, 2000};
        QCOMPARE(fixture().service().search(request).error().kind, ErrorKind::Usage);
        QCOMPARE(fixture().service().search(query_item(987654)).error().kind, ErrorKind::NotFound);
        QCOMPARE(fixture().service().search(query_file("/nowhere.jpg")).error().kind, ErrorKind::NotFound);
        const std::string text = fixture().folder("elsewhere") + "/text.jpg";
        write_text(text, "this is no picture");
        const auto no_picture = fixture().service().search(query_file(text));
        QCOMPARE(no_picture.error().kind, ErrorKind::Unsupported);
        QVERIFY(no_picture.error().text.find(text) != std::string::npos);
        request = query_item(item(0, 0));
        request.filter.where = {{"colour", Condition::Operator::Equal, "red"}};
        QCOMPARE(fixture().service().search(request).error().kind, ErrorKind::Usage);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(fixture().service().search(query_item(item(0, 0)), stop.get_token()).error().kind,
                 ErrorKind::Cancelled);
    }

    void aCropAsksWithItsPartOnly() {
        SearchRequest request = query_item(item(1, 0), 40);
        request.images[0].crop = {2500, 2500, 5000, 5000};
        const auto crop = fixture().search(request);
        QCOMPARE(crop.matches.size(), std::size_t{35});
        QVERIFY(crop.timings_ms.embed > 0);
        const auto whole = fixture().search(query_item(item(1, 0), 40));
        QVERIFY(crop.matches[0].score != whole.matches[0].score);
    }

    void filtersAdmitExactly() {
        SearchRequest request = query_item(item(0, 0), 40);
        request.filter.where = {{"species", Condition::Operator::Equal, "species_02"}};
        auto response = fixture().search(request);
        QCOMPARE(response.searched, std::int64_t{6});
        QCOMPARE(response.matches.size(), std::size_t{6});
        QVERIFY(!response.note.empty());
        for (const Match& match : response.matches)
            QCOMPARE(species_of(match.row.item.path), std::string("species_02"));
        request.k = 3;
        QCOMPARE(fixture().search(request).matches.size(), std::size_t{3});
        QVERIFY(fixture().search(request).note.empty());
        request.filter.where[0].value = "no such species";
        response = fixture().search(request);
        QVERIFY(response.matches.empty());
        QCOMPARE(response.searched, std::int64_t{0});
        QVERIFY(response.note.find("filter") != std::string::npos);
    }

    void removedItemsAreGoneAtOnce() {
        EngineFixture local;
        const std::string folder = local.folder("birds");
        const auto paths = write_specimens(folder, {.classes = 2, .per_class = 3});
        local.import({folder});
        const SearchRequest request = query_item(local.item(paths[0]), 50);
        QCOMPARE(local.search(request).matches.size(), std::size_t{5});
        const ItemId gone = local.item(paths[1]);
        QVERIFY(local.library->writer()->remove_items(std::span(&gone, 1)).ok());
        const auto found = paths_of(local.search(request));
        QCOMPARE(found.size(), std::size_t{4});
        QVERIFY(std::find(found.begin(), found.end(), paths[1]) == found.end());
    }

    void withoutTheModelItemsCanBeQueried() {
        SearchService service(*fixture().library, nullptr, shared_embedder()->info().hash);
        QCOMPARE(service.search(query_item(item(0, 0), 10))->matches.size(), std::size_t{10});
        QCOMPARE(service.search(query_file(m_folder + '/' + m_paths[0], 10))->matches.size(),
                 std::size_t{10});
        SearchRequest crop = query_item(item(0, 0));
        crop.images[0].crop = {0, 0, 5000, 5000};
        QCOMPARE(service.search(crop).error().kind, ErrorKind::Unsupported);
    }

    void anEmptyLibrarySaysWhy() {
        EngineFixture empty;
        const auto response = empty.search(query_file(m_folder + '/' + m_paths[0]));
        QVERIFY(response.matches.empty());
        QVERIFY(response.note.find("Import") != std::string::npos);
    }

    void aDamagedGraphIsNoticedAndMadeAgain() {
        SearchService& service = fixture().service();
        QVERIFY(service.refresh().ok());
        QVERIFY(service.build_graph(true).ok());
        QCOMPARE(service.index_info().graph_rows, std::int64_t{36});
        QVERIFY(service.save_graph().ok());
        SearchRequest request = query_item(item(0, 0), 10);
        const auto exact = fixture().search(request);
        request.way = SearchWay::Graph;
        const auto by_graph = fixture().search(request);
        QCOMPARE(by_graph.way, SearchWay::Graph);
        QCOMPARE(paths_of(by_graph), paths_of(exact));

        SearchService good(*fixture().library, nullptr, shared_embedder()->info().hash);
        QVERIFY(good.load_graph().ok());
        QCOMPARE(good.index_info().graph_rows, std::int64_t{36});

        for (const auto& file : fs::directory_iterator(fixture().graph_folder())) {
            std::fstream stream(file.path(), std::ios::binary | std::ios::in | std::ios::out);
            stream.seekp(static_cast<std::streamoff>(fs::file_size(file.path()) / 2));
            stream << "damage";
        }
        SearchService damaged(*fixture().library, nullptr, shared_embedder()->info().hash);
        QVERIFY(!damaged.load_graph().ok());
        QVERIFY(!damaged.graph_problem().empty());
        auto answer = damaged.search(request);
        QCOMPARE(answer->way, SearchWay::Exact);
        QVERIFY(!answer->note.empty());
        QCOMPARE(paths_of(*answer), paths_of(exact));
        QVERIFY(damaged.build_graph(true).ok());
        QVERIFY(damaged.save_graph().ok());
        SearchService again(*fixture().library, nullptr, shared_embedder()->info().hash);
        QVERIFY(again.load_graph().ok());
        QVERIFY(again.graph_problem().empty());
        QCOMPARE(again.index_info().graph_rows, std::int64_t{36});
        QVERIFY(again.drop_graph().ok());
        QVERIFY(fs::is_empty(fixture().graph_folder()));
    }

    void aGraphThatKilledTheProgramIsDeleted() {
        SearchService& service = fixture().service();
        QVERIFY(service.build_graph(true).ok());
        QVERIFY(service.save_graph().ok());
        QVERIFY(
            fixture().library->writer()->set_setting("index.loading", shared_embedder()->info().hash).ok());
        SearchService next(*fixture().library, nullptr, shared_embedder()->info().hash);
        QVERIFY(!next.load_graph().ok());
        QVERIFY(fs::is_empty(fixture().graph_folder()));
        QVERIFY(next.load_graph().ok());  // there is none any more
        QVERIFY(next.graph_problem().empty());
    }
};

QTEST_MAIN(TestSearchService)
#include "test_search_service.moc"
