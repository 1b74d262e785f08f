// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>

#include "core/engine/models/model_catalog.h"
#include "core/engine/models/model_switch.h"
#include "core/engine/models/whitening.h"
#include "core/engine/session/session.h"
#include "core/index/kernels.h"
#include "core/library/known_model.h"
#include "core/library/verify.h"
#include "core/models/model_import.h"
#include "core/models/model_registry.h"
#include "tests/engine/engine_fixture.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark;
using namespace fieldmark::testing;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 60'000;  ///< milliseconds; for loaded machines and sanitizers
constexpr int kPictures = 24;

/// The tiny transformer as a model of this library alone.
ModelInfo install_tiny(const Library& library, const std::string& name = "tiny", unsigned seed = 1) {
    const std::string file = library.folder() + "/" + name + ".safetensors";
    write_tiny_vit(file, seed);
    ModelImport request;
    request.file = file;
    request.folder = library.models_folder();
    request.name = name;
    const auto imported = import_model(request);
    fs::remove(file);
    if (!imported) qFatal("%s", imported.error().text.c_str());
    return imported->info;
}

/// Vectors of one model by item, straight from the database.
std::map<ItemId, std::vector<float>> vectors_of(const Library& library, const std::string& hash) {
    std::map<ItemId, std::vector<float>> vectors;
    auto reader = library.reader();
    const auto record = embedded_model(**reader, hash);
    if (!record) return vectors;
    const auto rows = (*reader)->embeddings(record->id, 0, 1'000'000);
    for (const EmbeddingRow& row : *rows) vectors[row.item] = row.vector;
    return vectors;
}

std::string current_model(const Library& library) {
    auto reader = library.reader();
    const auto records = (*reader)->models();
    for (const ModelRecord& record : *records) {
        if (record.current) return record.hash;
    }
    return {};
}

Result<ModelSwitchReport> switch_to(Library& library, const std::string& model,
                                    const ModelSwitchObserver& observer = {}, std::stop_token stop = {}) {
    ModelSwitchRequest request;
    request.model = model;
    return ModelSwitch(library, nullptr).run(request, observer, std::move(stop));
}

}  // namespace

class TestModelSwitch : public QObject {
    Q_OBJECT

    static std::string program;

    std::string standard() const { return shared_embedder()->info().hash; }

    /// A library of specimens with the standard model's vectors.
    std::string fill(EngineFixture& fixture, int pictures = kPictures) const {
        const std::string folder = fixture.folder("birds");
        write_specimens(folder, {.classes = 4, .per_class = pictures / 4, .width = 200, .height = 150});
        fixture.import({folder});
        return folder;
    }

    /// `when`: "begin" or "commit", from which on `delay` counts.
    static void killed_switch(const std::string& library, const std::string& model, const char* when,
                              std::chrono::milliseconds delay) {
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) {
            ::dup2(ready[1], STDOUT_FILENO);
            ::close(ready[0]);
            ::execl(program.c_str(), program.c_str(), "--switch", library.c_str(), model.c_str(), when,
                    nullptr);
            ::_exit(127);
        }
        ::close(ready[1]);
        char byte = 0;
        const auto read = ::read(ready[0], &byte, 1);  // none if there was nothing left to commit
        std::this_thread::sleep_for(delay);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ::close(ready[0]);
        QVERIFY(read >= 0);
    }

  public:
    static int switch_until_killed(const char* library_folder, const char* model, const std::string& when) {
        auto library = Library::open(library_folder, {false, false, "test"});
        if (!library) return 3;
        const auto tell = [] { (void)!::write(STDOUT_FILENO, "r", 1); };
        if (when == "begin") tell();
        ModelSwitchObserver observer;
        if (when == "commit") observer.committed = [&](const std::vector<ItemId>&) { tell(); };
        return switch_to(**library, model, observer) ? 0 : 5;
    }
    static void set_program(const char* path) { program = path; }

  private Q_SLOTS:
    void initTestCase() { QVERIFY2(shared_embedder(), "Run packaging/setup.sh first."); }

    void embeds_everything_and_then_changes_over() {
        EngineFixture fixture;
        fill(fixture);
        const ModelInfo tiny = install_tiny(*fixture.library);
        const ItemId query = fixture.item("species_00/individual_00.jpg");
        QVERIFY(query != 0);
        const SearchResponse before = fixture.search(query_item(query, kPictures));
        QCOMPARE(before.model_hash, standard());

        int commits = 0;
        std::vector<ModelSwitchProgress> told;
        ModelSwitchObserver observer;
        observer.progress = [&](const ModelSwitchProgress& progress) { told.push_back(progress); };
        observer.committed = [&](const std::vector<ItemId>&) {
            ++commits;
            QCOMPARE(current_model(*fixture.library), standard());
            // The former model answers, with its own vectors only.
            const SearchResponse during = fixture.search(query_item(query, kPictures));
            QCOMPARE(during.model_hash, standard());
            QCOMPARE(paths_of(during), paths_of(before));
        };
        const auto report = switch_to(*fixture.library, "tiny", observer);
        QVERIFY2(report, report ? "" : report.error().text.c_str());
        QVERIFY(report->switched && !report->cancelled);
        QCOMPARE(report->former, standard());
        QCOMPARE(report->embedded, std::int64_t{kPictures});
        QCOMPARE(report->derived, std::int64_t{0});
        QCOMPARE(report->lacking, std::int64_t{0});
        QVERIFY(commits > 0);
        QVERIFY(!told.empty());
        QCOMPARE(told.back().total, std::int64_t{kPictures});
        QCOMPARE(told.back().done, std::int64_t{kPictures});
        QCOMPARE(told.back().model, std::string("tiny"));
        QCOMPARE(current_model(*fixture.library), tiny.hash);
        QVERIFY(interrupted_switch(*fixture.library)->empty());

        // Two models, two sets of vectors: nothing of one was touched, nothing of the other shows.
        const auto wide = vectors_of(*fixture.library, standard());
        const auto narrow = vectors_of(*fixture.library, tiny.hash);
        QCOMPARE(wide.size(), std::size_t{kPictures});
        QCOMPARE(narrow.size(), std::size_t{kPictures});
        QCOMPARE(wide.begin()->second.size(), std::size_t{1280});
        QCOMPARE(narrow.begin()->second.size(), std::size_t{64});
        SearchService service(*fixture.library, nullptr, tiny.hash);
        const auto after = service.search(query_item(query, kPictures));
        QVERIFY2(after, after ? "" : after.error().text.c_str());
        QCOMPARE(after->model_hash, tiny.hash);
        QCOMPARE(after->matches.size(), std::size_t{kPictures - 1});
        for (const Match& match : after->matches) {
            const auto& vector = narrow.at(match.row.item.id);
            QVERIFY(std::abs(match.score - dot(narrow.at(query).data(), vector.data(), 64)) < 1e-5F);
        }
        QCOMPARE(paths_of(fixture.search(query_item(query, kPictures))), paths_of(before));
        // A service of one model refuses another's network.
        service.set_embedder(shared_embedder());
        QVERIFY(!service.search(query_file(fixture.folder("birds") + "/species_00/individual_00.jpg")) ||
                service.search(query_item(query))->model_hash == tiny.hash);
    }

    void goes_back_without_any_work() {
        EngineFixture fixture;
        fill(fixture);
        const ModelInfo tiny = install_tiny(*fixture.library);
        QVERIFY(switch_to(*fixture.library, "tiny")->switched);
        fs::remove_all(fixture.folder("birds"));  // no picture is needed
        const auto back = switch_to(*fixture.library, standard());
        QVERIFY2(back, back ? "" : back.error().text.c_str());
        QVERIFY(back->switched);
        QCOMPARE(back->embedded + back->derived, std::int64_t{0});
        QCOMPARE(back->former, tiny.hash);
        QCOMPARE(current_model(*fixture.library), standard());
        const auto entries = list_models(fixture.library.get());
        QVERIFY(entries);
        const auto former = std::find_if(entries->begin(), entries->end(),
                                         [](const ModelEntry& entry) { return entry.former; });
        QVERIFY(former != entries->end());
        QCOMPARE(former->info.hash, tiny.hash);
        QCOMPARE(former->embeddings, std::int64_t{kPictures});
        // To the one in use: nothing changes, not even what was before.
        QVERIFY(switch_to(*fixture.library, standard())->switched);
        auto reader = fixture.reader();
        QCOMPARE(*reader->setting(kFormerModelSetting), tiny.hash);
    }

    void computes_a_whitening_from_stored_vectors() {
        EngineFixture fixture;
        const std::string folder = fill(fixture);
        fs::remove_all(folder);  // neither fitting nor changing over reads a picture
        WhiteningRequest request;
        request.settings.dimension = 16;
        const auto fitted = fit_whitening(*fixture.library, request);
        QVERIFY2(fitted, fitted ? "" : fitted.error().text.c_str());
        QCOMPARE(fitted->info.name, std::string("efficientnet-lite0-whitened"));
        QCOMPARE(fitted->info.base, standard());
        QCOMPARE(fitted->info.dimension, 16);
        QCOMPARE(fitted->pictures, std::int64_t{kPictures});
        QCOMPARE(current_model(*fixture.library), standard());  // fitted is not used

        const auto report = switch_to(*fixture.library, fitted->info.hash);
        QVERIFY2(report, report ? "" : report.error().text.c_str());
        QVERIFY(report->switched);
        QCOMPARE(report->derived, std::int64_t{kPictures});
        QCOMPARE(report->embedded, std::int64_t{0});
        const auto head =
            ModelRegistry::for_library(fixture.library->models_folder()).load_head(fitted->info);
        QVERIFY(head);
        const auto base = vectors_of(*fixture.library, standard());
        const auto white = vectors_of(*fixture.library, fitted->info.hash);
        QCOMPARE(white.size(), base.size());
        for (const auto& [item, vector] : white) {
            std::vector<float> expected(16);
            head->apply(base.at(item), 1, expected);
            QVERIFY(vector == expected);
        }
        // A second one gets a name of its own.
        request.model = standard();
        request.settings.power = 0.25;
        const auto second = fit_whitening(*fixture.library, request);
        QVERIFY(second);
        QCOMPARE(second->info.name, std::string("efficientnet-lite0-whitened-2"));
        QVERIFY(second->info.hash != fitted->info.hash);
    }

    /// Pictures that came after the whitening go through the network and the head, with the same result.
    void a_head_embeds_new_pictures_too() {
        EngineFixture fixture;
        fill(fixture, 32);
        WhiteningRequest request;
        request.settings.dimension = 16;
        const auto fitted = fit_whitening(*fixture.library, request);
        QVERIFY(fitted);
        const std::string later = fixture.folder("later");
        write_specimens(later, {.classes = 2, .per_class = 3, .width = 200, .height = 150, .seed = 77});
        fixture.import({later});
        // Half of it from stored vectors: take those of some pictures away first.
        auto reader = fixture.reader();
        const auto record = embedded_model(*reader, standard());
        const auto rows = reader->embeddings(record->id, 0, 1000);
        std::vector<EmbeddingId> dropped;
        std::map<ItemId, std::vector<float>> kept;
        for (const EmbeddingRow& row : *rows) {
            kept[row.item] = row.vector;
            if (dropped.size() < 6) dropped.push_back(row.id);
        }
        QVERIFY(fixture.library->writer()->drop_embeddings(dropped));
        const auto report = switch_to(*fixture.library, fitted->info.name);
        QVERIFY2(report, report ? "" : report.error().text.c_str());
        QCOMPARE(report->derived, std::int64_t{32});
        QCOMPARE(report->embedded, std::int64_t{6});
        const auto head =
            ModelRegistry::for_library(fixture.library->models_folder()).load_head(fitted->info);
        const auto white = vectors_of(*fixture.library, fitted->info.hash);
        QCOMPARE(white.size(), std::size_t{38});
        for (const auto& [item, vector] : white) {
            std::vector<float> expected(16);
            head->apply(kept.at(item), 1, expected);
            QVERIFY(dot(vector.data(), expected.data(), 16) > 0.9999F);
        }
    }

    void whitening_says_what_it_lacks() {
        EngineFixture fixture;
        QVERIFY(fit_whitening(*fixture.library, {}).error().kind == ErrorKind::Usage);  // no vectors at all
        const std::string folder = fixture.folder("few");
        write_specimens(folder, {.classes = 2, .per_class = 4, .width = 100, .height = 80});
        fixture.import({folder});
        const auto few = fit_whitening(*fixture.library, {});
        QVERIFY(!few);
        QVERIFY(few.error().kind == ErrorKind::Usage);
        QVERIFY(few.error().text.find("8") != std::string::npos);
        WhiteningRequest bad;
        bad.model = "owl";
        QVERIFY(fit_whitening(*fixture.library, bad).error().kind == ErrorKind::NotFound);
        QVERIFY(!fs::exists(fixture.library->models_folder()) ||
                fs::is_empty(fixture.library->models_folder()));
    }

    void a_cancelled_change_goes_on_later() {
        EngineFixture fixture;
        fill(fixture);
        install_tiny(*fixture.library);
        std::stop_source stop;
        ModelSwitchObserver observer;
        observer.committed = [&](const std::vector<ItemId>&) { stop.request_stop(); };
        const auto report = switch_to(*fixture.library, "tiny", observer, stop.get_token());
        QVERIFY2(report, report ? "" : report.error().text.c_str());
        QCOMPARE(current_model(*fixture.library), report->switched ? report->info.hash : standard());
        const auto done = static_cast<std::int64_t>(vectors_of(*fixture.library, report->info.hash).size());
        QVERIFY(done > 0);
        if (report->cancelled) QCOMPARE(*interrupted_switch(*fixture.library), report->info.hash);
        // Without a name: the one that was stopped.
        const auto resumed =
            report->cancelled ? switch_to(*fixture.library, {}) : switch_to(*fixture.library, "tiny");
        QVERIFY2(resumed, resumed ? "" : resumed.error().text.c_str());
        QVERIFY(resumed->switched);
        QCOMPARE(resumed->embedded + done, std::int64_t{kPictures});
        QVERIFY(switch_to(*fixture.library, {}).error().kind == ErrorKind::Usage);  // nothing was begun
    }

    void refuses_what_is_not_there() {
        EngineFixture fixture;
        fill(fixture, 4);
        const auto unknown = switch_to(*fixture.library, "owl");
        QVERIFY(!unknown);
        QVERIFY(unknown.error().kind == ErrorKind::NotFound);
        // A model whose weights are damaged never becomes the library's.
        const ModelInfo tiny = install_tiny(*fixture.library);
        write_text(tiny.path + "/weights.safetensors", "nonsense");
        const auto damaged = switch_to(*fixture.library, "tiny");
        QVERIFY(!damaged);
        QVERIFY(damaged.error().kind == ErrorKind::Damaged);
        QCOMPARE(current_model(*fixture.library), standard());
        fixture.close();
        auto reading = Library::open(fixture.library_folder(), {false, true, "test"});
        QVERIFY(reading);
        QVERIFY(switch_to(**reading, standard()).error().kind == ErrorKind::ReadOnly);
        QVERIFY(remove_model(reading->get(), "tiny").error().kind == ErrorKind::ReadOnly);
        QVERIFY(fit_whitening(**reading, {}).error().kind == ErrorKind::ReadOnly);
    }

    void waits_for_pictures_that_are_away() {
        EngineFixture fixture;
        const std::string folder = fill(fixture, 16);
        const std::string other = fixture.folder("other");
        write_specimens(other, {.classes = 2, .per_class = 3, .width = 200, .height = 150, .seed = 5});
        fixture.import({other});
        const ModelInfo tiny = install_tiny(*fixture.library);
        fs::rename(other, other + ".away");
        auto report = switch_to(*fixture.library, "tiny");
        QVERIFY2(report, report ? "" : report.error().text.c_str());
        QVERIFY(!report->switched);
        QCOMPARE(report->lacking, std::int64_t{6});
        QCOMPARE(report->embedded, std::int64_t{16});
        QCOMPARE(current_model(*fixture.library), standard());
        ModelSwitchRequest all_the_same;
        all_the_same.model = "tiny";
        all_the_same.allow_incomplete = true;
        report = ModelSwitch(*fixture.library, nullptr).run(all_the_same);
        QVERIFY(report && report->switched);
        QCOMPARE(current_model(*fixture.library), tiny.hash);
        fs::rename(other + ".away", other);
        report = switch_to(*fixture.library, "tiny");
        QVERIFY(report && report->switched);
        QCOMPARE(report->embedded, std::int64_t{6});
        QCOMPARE(report->lacking, std::int64_t{0});
    }

    void a_full_disk_leaves_the_former_model() {
        EngineFixture fixture;
        fill(fixture);
        install_tiny(*fixture.library);
        const std::int64_t bytes = fixture.reader()->counts()->database_bytes;
        fixture.close();
        LibraryOptions tight{false, false, "test", bytes + 4096};
        auto library = Library::open(fixture.library_folder(), tight);
        QVERIFY(library);
        const auto full = switch_to(**library, "tiny");
        QVERIFY(!full);
        QVERIFY2(full.error().kind == ErrorKind::DiskFull, full.error().text.c_str());
        QCOMPARE(current_model(**library), standard());
        library->reset();
        fixture.open(false);
        QVERIFY(switch_to(*fixture.library, "tiny")->switched);
    }

    void removes_models() {
        EngineFixture fixture;
        fill(fixture, 32);
        const ModelInfo tiny = install_tiny(*fixture.library);
        Library& library = *fixture.library;
        QVERIFY(switch_to(library, "tiny")->switched);
        WhiteningRequest request;
        request.settings.dimension = 8;
        const auto fitted = fit_whitening(library, request);
        QVERIFY2(fitted, fitted ? "" : fitted.error().text.c_str());
        QCOMPARE(fitted->info.base, tiny.hash);

        QVERIFY(remove_model(&library, "owl").error().kind == ErrorKind::NotFound);
        const auto in_use = remove_model(&library, "tiny");
        QVERIFY(!in_use && in_use.error().kind == ErrorKind::Usage);
        QVERIFY(switch_to(library, fitted->info.name)->switched);
        const auto beneath = remove_model(&library, "tiny");
        QVERIFY(!beneath && beneath.error().kind == ErrorKind::Usage);
        QVERIFY2(beneath.error().text.find(fitted->info.name) != std::string::npos,
                 beneath.error().text.c_str());
        QVERIFY(switch_to(library, standard())->switched);

        auto removal = remove_model(&library, fitted->info.hash);
        QVERIFY2(removal, removal ? "" : removal.error().text.c_str());
        QCOMPARE(removal->embeddings, std::int64_t{32});
        QVERIFY(!fs::exists(fitted->info.path));
        removal = remove_model(&library, tiny.hash.substr(0, 12));
        QVERIFY2(removal, removal ? "" : removal.error().text.c_str());
        QVERIFY(!fs::exists(tiny.path));
        QVERIFY(vectors_of(library, tiny.hash).empty());
        QCOMPARE(vectors_of(library, standard()).size(), std::size_t{32});
        const auto report = verify_library(library, false);
        QVERIFY(report && report->problems.empty());
    }

    /// Killed at moments of chance, again and again: the former model stays until the new one is complete,
    /// and in the end all is as if nobody had disturbed it.
    void survives_being_killed() {
        EngineFixture undisturbed;
        constexpr int kMany = 64;
        fill(undisturbed, kMany);
        install_tiny(*undisturbed.library);
        const auto expected = switch_to(*undisturbed.library, "tiny");
        QVERIFY(expected && expected->switched);

        EngineFixture fixture;
        fill(fixture, kMany);
        const ModelInfo tiny = install_tiny(*fixture.library);
        fixture.close();
        std::random_device device;
        const auto seed = device();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        std::size_t stored = 0;
        for (int round = 0; round < 6; ++round) {
            // Before anything is stored, and soon after the first vectors are.
            const bool begun = round % 3 == 2;
            killed_switch(fixture.library_folder(), "tiny", begun ? "begin" : "commit",
                          std::chrono::milliseconds(random() % (begun ? 300 : 60)));
            fixture.open(false);
            const auto report = verify_library(*fixture.library, false);
            QVERIFY(report && report->problems.empty());
            const std::size_t now = vectors_of(*fixture.library, tiny.hash).size();
            QVERIFY(now >= stored);
            stored = now;
            const std::string current = current_model(*fixture.library);
            QVERIFY(current == standard() || (current == tiny.hash && now == kMany));
            QCOMPARE(vectors_of(*fixture.library, standard()).size(), std::size_t{kMany});
            fixture.close();
        }
        qInfo("%d of %d embedded by the killed ones", static_cast<int>(stored), kMany);
        QVERIFY(stored > 0);
        fixture.open(false);
        const auto resumed = switch_to(*fixture.library, "tiny");
        QVERIFY2(resumed, resumed ? "" : resumed.error().text.c_str());
        QVERIFY(resumed->switched);
        QCOMPARE(static_cast<std::size_t>(resumed->embedded) + stored, std::size_t{kMany});
        QVERIFY(fixture.library->writer()->in_flight()->empty());
        const auto vectors = vectors_of(*fixture.library, tiny.hash);
        const auto others = vectors_of(*undisturbed.library, tiny.hash);
        QCOMPARE(vectors.size(), others.size());
        for (const auto& [item, vector] : vectors)
            QVERIFY(dot(vector.data(), others.at(item).data(), 64) > 0.9999F);
    }

    // --- as the window does it ---

    void a_session_searches_on_while_it_changes_over() {
        EngineFixture fixture;
        fill(fixture);
        const ModelInfo tiny = install_tiny(*fixture.library);
        const ItemId query = fixture.item("species_00/individual_00.jpg");
        fixture.close();

        Session session;
        QSignalSpy indexed(&session, &Session::indexReady);
        QSignalSpy finished(&session, &Session::modelSwitchFinished);
        QSignalSpy failed(&session, &Session::modelSwitchFailed);
        QSignalSpy searched(&session, &Session::searchFinished);
        QSignalSpy listed(&session, &Session::modelsListed);
        session.open(fixture.library_folder());
        QTRY_VERIFY_WITH_TIMEOUT(session.model().available, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(indexed.count(), 1, kPatience);
        const auto model_of_answer = [&]() -> std::string {
            const RequestId id = session.search(query_item(query));
            while (searched.wait(kPatience)) {
                if (searched.last().at(0).value<RequestId>() == id)
                    return searched.last().at(1).value<SearchResponse>().model_hash;
            }
            return {};
        };
        QCOMPARE(model_of_answer(), standard());
        ModelSwitchRequest request;
        request.model = "tiny";
        session.use_model(request);
        QVERIFY(session.switching_model());
        QString order;
        while (finished.isEmpty() && failed.isEmpty()) {
            const std::string answered = model_of_answer();
            const QChar mark = answered == standard()  ? QLatin1Char('a')
                               : answered == tiny.hash ? QLatin1Char('b')
                                                       : QLatin1Char('x');
            if (!order.endsWith(mark)) order += mark;
        }
        QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : failed[0][0].value<Error>().text.c_str());
        QVERIFY2(order == QStringLiteral("a") || order == QStringLiteral("ab"), qPrintable(order));
        QVERIFY(!session.switching_model());
        QCOMPARE(session.model().info.hash, tiny.hash);
        QCOMPARE(session.model().embedded, std::int64_t{kPictures});
        QCOMPARE(model_of_answer(), tiny.hash);

        const RequestId id = session.list_models();
        QTRY_COMPARE_WITH_TIMEOUT(listed.count(), 1, kPatience);
        QCOMPARE(listed[0][0].value<RequestId>(), id);
        const auto models = listed[0][1].value<std::vector<ModelEntry>>();
        QVERIFY(models.size() >= 2);
        QCOMPARE(models.front().info.hash, tiny.hash);
        QVERIFY(models.front().current && models.front().of_library);

        // And back, at once.
        finished.clear();
        request.model = standard();
        session.use_model(request);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        QCOMPARE(finished[0][0].value<ModelSwitchReport>().embedded, std::int64_t{0});
        QCOMPARE(model_of_answer(), standard());
        session.use_model({.model = "owl"});
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY(!session.switching_model());
    }

    void a_session_announces_an_interrupted_change() {
        EngineFixture fixture;
        fill(fixture);
        const ModelInfo tiny = install_tiny(*fixture.library);
        // What a kill leaves.
        QVERIFY(fixture.library->writer()->set_setting(kNextModelSetting, tiny.hash));
        fixture.close();
        {
            Session session;
            QSignalSpy announced(&session, &Session::interruptedModelSwitch);
            QSignalSpy finished(&session, &Session::modelSwitchFinished);
            session.open(fixture.library_folder());
            QTRY_COMPARE_WITH_TIMEOUT(announced.count(), 1, kPatience);
            QCOMPARE(announced[0][0].value<std::string>(), std::string("tiny"));
            session.use_model({});
            QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
            QVERIFY(finished[0][0].value<ModelSwitchReport>().switched);
        }
        fixture.open(false);
        QCOMPARE(current_model(*fixture.library), tiny.hash);
        QVERIFY(interrupted_switch(*fixture.library)->empty());
    }

    void a_stopped_change_is_forgotten() {
        EngineFixture fixture;
        fill(fixture);
        install_tiny(*fixture.library);
        fixture.close();
        Session session;
        QSignalSpy finished(&session, &Session::modelSwitchFinished);
        session.open(fixture.library_folder());
        QTRY_VERIFY_WITH_TIMEOUT(session.model().available, kPatience);
        session.use_model({.model = "tiny"});
        session.cancel_model_switch();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        const auto report = finished[0][0].value<ModelSwitchReport>();
        QVERIFY(report.cancelled && !report.switched);
        QCOMPARE(session.model().info.hash, standard());
        QSignalSpy closed(&session, &Session::closed);
        session.close();
        QTRY_COMPARE_WITH_TIMEOUT(closed.count(), 1, kPatience);
        fixture.open(false);
        QVERIFY(interrupted_switch(*fixture.library)->empty());
    }

    void a_session_whitens_and_removes() {
        EngineFixture fixture;
        fill(fixture);
        fixture.close();
        Session session;
        QSignalSpy fitted(&session, &Session::whiteningFitted);
        QSignalSpy failed(&session, &Session::modelFailed);
        QSignalSpy finished(&session, &Session::modelSwitchFinished);
        QSignalSpy removed(&session, &Session::modelRemoved);
        session.list_models();
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);  // no library is open
        session.open(fixture.library_folder());
        QTRY_VERIFY_WITH_TIMEOUT(session.model().available, kPatience);
        WhiteningRequest request;
        request.settings.dimension = 16;
        session.fit_whitening(request);
        QTRY_COMPARE_WITH_TIMEOUT(fitted.count(), 1, kPatience);
        const std::string hash = fitted[0][1].value<WhiteningReport>().info.hash;
        session.use_model({.model = hash});
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        QCOMPARE(session.model().info.hash, hash);
        QCOMPARE(session.model().info.dimension, 16);
        session.remove_model(hash);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 2, kPatience);  // it is in use
        session.use_model({.model = standard()});
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience);
        session.remove_model(hash);
        QTRY_COMPARE_WITH_TIMEOUT(removed.count(), 1, kPatience);
        QCOMPARE(removed[0][1].value<ModelRemoval>().embeddings, std::int64_t{kPictures});
    }
};

std::string TestModelSwitch::program;

int main(int argc, char* argv[]) {
    if (argc == 5 && std::string(argv[1]) == "--switch") {
        return TestModelSwitch::switch_until_killed(argv[2], argv[3], argv[4]);
    }
    static std::string self = [] {
        std::string path(4096, '\0');
        path.resize(static_cast<std::size_t>(
            std::max<ssize_t>(0, ::readlink("/proc/self/exe", path.data(), path.size()))));
        return path;
    }();
    TestModelSwitch::set_program(self.c_str());
    // The models of whoever runs this are none of its business.
    QTemporaryDir data;
    qputenv("XDG_DATA_HOME", data.path().toUtf8());
    QGuiApplication application(argc, argv);
    TestModelSwitch test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_model_switch.moc"
