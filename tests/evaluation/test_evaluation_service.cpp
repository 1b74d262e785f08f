// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Evaluation of a library whose vectors are put there by hand: two models, one of which knows the classes
// better.
#include <cmath>
#include <random>

#include <QDir>
#include <QTemporaryDir>
#include <QtTest/QTest>

#include "core/engine/learning/calibration_store.h"
#include "core/engine/learning/evaluation_service.h"
#include "core/library/library.h"
#include "core/library/reader.h"
#include "core/library/writer.h"

using namespace fieldmark;

namespace {

constexpr int kClasses = 5;
constexpr int kPictures = 12;
constexpr int kDimension = 16;

/// A class centre with noise; the less of it, the better the model.
std::vector<float> vector_of(int of_class, double noise, std::mt19937& random) {
    std::normal_distribution<double> normal;
    std::vector<float> vector(kDimension);
    double norm = 0;
    for (int d = 0; d < kDimension; ++d) {
        const double value = (d == of_class ? 1 : 0) + noise * normal(random);
        vector[static_cast<std::size_t>(d)] = static_cast<float>(value);
        norm += value * value;
    }
    for (float& value : vector) value /= static_cast<float>(std::sqrt(norm));
    return vector;
}

}  // namespace

class TestEvaluationService : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::unique_ptr<Library> m_library;
    std::vector<ItemId> m_items;

    EvaluationRequest request() const {
        EvaluationRequest request;
        request.label = "species";
        request.model_hash = std::string(64, 'b');
        return request;
    }

    template <typename T>
    static T must(Result<T> result) {
        if (!result) qFatal("%s", result.error().text.c_str());
        return std::move(*result);
    }
    static void must(const Status& status) {
        if (!status) qFatal("%s", status.error().text.c_str());
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_dir.isValid());
        const std::string root = m_dir.filePath(QStringLiteral("pictures")).toStdString();
        QVERIFY(QDir().mkpath(QString::fromStdString(root)));
        LibraryOptions options;
        options.create = true;
        m_library =
            must(Library::open(m_dir.filePath(QStringLiteral("Test.fieldmark")).toStdString(), options));
        LibraryWriter& writer = *m_library->writer();
        const CollectionId collection = must(writer.ensure_collection(root));
        const std::int64_t scan = must(writer.begin_scan(collection));
        std::vector<SeenFile> files;
        for (int i = 0; i < kClasses * kPictures + 2; ++i) {
            files.push_back({QStringLiteral("%1.jpg").arg(i, 3, 10, QLatin1Char('0')).toStdString(), 10, 10});
        }
        must(writer.record_scan(collection, files, scan));
        auto reader = must(m_library->reader());
        m_items = must(reader->item_ids({}));
        QCOMPARE(m_items.size(), files.size());
        std::mt19937 random(1);
        // The second model lacks the last labelled picture; the last two pictures have no label.
        for (const auto& [name, noise, count] :
             {std::tuple("b", 0.15, m_items.size()), std::tuple("a", 0.45, m_items.size() - 3)}) {
            const ModelId model = must(writer.ensure_model(std::string(64, *name),
                                                           std::string("model ") + name, "test", kDimension));
            std::vector<ItemResult> results;
            for (std::size_t i = 0; i < count; ++i) {
                ItemResult result;
                result.item = m_items[i];
                result.hash = std::string(31, 'h') + static_cast<char>(i + 1);
                result.size = 10;
                result.mtime_ns = 10;
                result.vector = vector_of(static_cast<int>(i) / kPictures, noise, random);
                results.push_back(result);
            }
            must(writer.commit_results(model, results));
        }
        std::vector<ValueEdit> edits;
        for (int i = 0; i < kClasses * kPictures; ++i) {
            edits.push_back({m_items[static_cast<std::size_t>(i)], "species",
                             "species " + std::to_string(i / kPictures)});
        }
        must(writer.set_values(edits, ValueSource::Import));
    }

    void the_plain_request_gives_no_more_than_figures() {
        const auto report = evaluate_library(*m_library, request());
        QVERIFY(report.ok());
        QCOMPARE(report->metrics.queries, kClasses * kPictures);
        QCOMPARE(report->unlabelled, std::int64_t(2));
        QCOMPARE(report->model_name, std::string("model b"));
        QVERIFY(report->recall_at.empty());
        QVERIFY(report->worst.empty());
        QVERIFY(!report->comparison && !report->calibration);
    }

    void names_items_and_intervals_belong_together() {
        EvaluationRequest wanted = request();
        wanted.intervals = true;
        wanted.examples = 5;
        wanted.model_hash = std::string(64, 'a');
        const auto report = evaluate_library(*m_library, wanted);
        QVERIFY(report.ok());
        QCOMPARE(report->not_embedded, std::int64_t(1));
        QCOMPARE(report->class_names.size(), std::size_t(kClasses));
        QCOMPARE(report->classes.size(), std::size_t(kClasses));
        for (std::size_t row = 0; row < report->items.size(); ++row) {
            const auto place =
                std::find(m_items.begin(), m_items.end(), report->items[row]) - m_items.begin();
            QCOMPARE(report->class_names[static_cast<std::size_t>(report->labels[row])],
                     "species " + std::to_string(place / kPictures));
        }
        for (const auto& [k, interval] : report->recall_at) {
            QVERIFY(std::abs(interval.value - report->metrics.recall_at.at(k)) < 1e-12);
            QVERIFY(interval.low <= interval.value && interval.value <= interval.high);
        }
        QVERIFY(std::abs(report->map_at_r.value - report->metrics.map_at_r) < 1e-12);
        QVERIFY(report->map_at_r.low < report->map_at_r.high);
        QVERIFY(std::abs(report->map_at_r_classes.value - report->metrics.map_at_r) < 1e-12);
        QVERIFY(!report->worst.empty());
        for (const QueryExample& example : report->worst) {
            QVERIFY(example.rank > 1);
            QVERIFY(!example.matches.empty() && !example.matches.front().right);
            for (const auto& match : example.matches) {
                QVERIFY(match.item != example.query);
                QCOMPARE(match.right, match.label == example.label);
            }
        }
    }

    /// Each bit the sign of one of the first eight numbers: codes that tie all the time.
    void ranks_codes_whatever_the_order_of_embedding() {
        HashHead head;
        head.bits = 8;
        head.weight.assign(8 * kDimension, 0);
        head.bias.assign(8, 0);
        for (std::size_t bit = 0; bit < 8; ++bit) head.weight[bit * (kDimension + 1)] = 1;
        EvaluationRequest wanted = request();
        wanted.codes = head;
        const auto report = evaluate_library(*m_library, wanted);
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().text.c_str());
        QVERIFY(report->hashing.has_value());
        const HashMetrics& figures = *report->hashing;
        QCOMPARE(figures.queries, kClasses * kPictures);
        QVERIFY(figures.map_all > 1.0 / kClasses && figures.map_all < 1);

        // The same vectors, embedded last picture first, as another model.
        auto reader = must(m_library->reader());
        EvaluationReport ignored;
        const auto vectors = must(labelled_vectors(*reader, request(), ignored));
        LibraryWriter& writer = *m_library->writer();
        const ModelId model = must(writer.ensure_model(std::string(64, 'e'), "model e", "test", kDimension));
        std::vector<ItemResult> results;
        std::vector<std::uint64_t> codes;
        for (std::size_t i = vectors.items.size(); i-- > 0;) {
            const auto begin = vectors.features.begin() + static_cast<std::ptrdiff_t>(i * kDimension);
            ItemResult result;
            result.item = vectors.items[i];
            result.hash = std::string(31, 'h') + static_cast<char>(i + 1);
            result.size = 10;
            result.mtime_ns = 10;
            result.vector.assign(begin, begin + kDimension);
            results.push_back(result);
        }
        must(writer.commit_results(model, results));
        wanted.model_hash = std::string(64, 'e');
        const auto again = evaluate_library(*m_library, wanted);
        QVERIFY(again.ok());
        QCOMPARE(again->hashing->map_all, figures.map_all);
        QCOMPARE(again->hashing->map_at_r, figures.map_at_r);
        QCOMPARE(again->hashing->recall_at_1, figures.recall_at_1);

        // And as the codes, made by hand, give it.
        for (std::size_t i = 0; i < vectors.items.size(); ++i) {
            std::uint64_t code = 0;
            for (std::size_t bit = 0; bit < 8; ++bit)
                code |= std::uint64_t{vectors.features[i * kDimension + bit] >= 0} << bit;
            codes.push_back(code);
        }
        const HashedItems items{codes, {}, vectors.labels};
        const auto expected = must(evaluate_hashing(items, items, true, {.bits = 8}));
        QCOMPARE(figures.map_all, expected.map_all);

        head.weight.pop_back();  // of another model
        wanted.codes = head;
        QVERIFY(!evaluate_library(*m_library, wanted).ok());
    }

    void compares_on_the_pictures_of_both_models() {
        EvaluationRequest wanted = request();
        wanted.compare_hash = std::string(64, 'a');
        wanted.examples = 4;
        int last = 0;
        int total = 0;
        const auto report = evaluate_library(*m_library, wanted, {}, [&](int done, int of) {
            QVERIFY(done >= last && done <= of);
            last = done;
            total = of;
        });
        QVERIFY(report.ok());
        QCOMPARE(last, total);
        QVERIFY(report->comparison.has_value());
        const ComparisonReport& comparison = *report->comparison;
        QCOMPARE(comparison.left_out, std::int64_t(1));
        QCOMPARE(comparison.first_name, std::string("model a"));
        QCOMPARE(comparison.figures.queries, kClasses * kPictures - 1);
        QVERIFY(comparison.figures.won > comparison.figures.lost);
        QVERIFY(comparison.figures.map_at_r.certain());
        QVERIFY(comparison.figures.map_at_r.over_queries.low > 0);
        QCOMPARE(comparison.improved.size(), std::size_t(4));
        for (const QueryExample& example : comparison.improved) {
            QVERIFY(example.rank <= example.rank_before);
            QCOMPARE(example.before.size(), std::size_t(wanted.example_matches));
        }
    }

    void a_calibration_is_kept_for_its_model_and_field() {
        EvaluationRequest wanted = request();
        wanted.calibrate = true;
        const auto report = evaluate_library(*m_library, wanted);
        QVERIFY(report.ok());
        QVERIFY2(report->calibration.has_value(), report->calibration_problem.c_str());
        QVERIFY(report->calibration->calibration.probability(0.95) > 0.8);
        QVERIFY(report->calibration->calibration.probability(0.0) < 0.2);
        auto reader = must(m_library->reader());
        const auto stored = must(load_calibration(*reader, wanted.model_hash, "species"));
        QVERIFY(stored.has_value());
        QVERIFY(stored->calibration == report->calibration->calibration);
        QCOMPARE(stored->bins.size(), report->calibration->bins.size());
        QCOMPARE(stored->pairs, report->calibration->pairs);
        QVERIFY(!must(load_calibration(*reader, wanted.model_hash, "colour")).has_value());
        QVERIFY(!must(load_calibration(*reader, std::string(64, 'a'), "species")).has_value());
    }

    void what_is_stored_must_make_sense() {
        LibraryWriter& writer = *m_library->writer();
        auto reader = must(m_library->reader());
        const std::string rest =
            R"("slope":1,"offset":0,"isotonic_log_loss":0,"logistic_log_loss":0,"expected_error":0,)"
            R"("base_rate":0,"pairs":1,"queries":1,"bins":[]})";
        const std::pair<std::string, bool> cases[] = {
            {R"({"format":1,"kind":"isotonic","points":[[0,0.1],[1,0.9]],)" + rest, true},
            {R"({"format":1,"kind":"isotonic","points":[[0,0.9],[1,0.1]],)" + rest, false},
            {R"({"format":1,"kind":"isotonic","points":[[0,0.1],[1,1.9]],)" + rest, false},
            {R"({"format":1,"kind":"isotonic","points":[],)" + rest, false},
            {R"({"format":9,"kind":"logistic","points":[],)" + rest, false},
            {R"({"format":1,"kind":"logistic","points":[],)" + rest, true},
            {R"({"format":1})", false},
            {"no JSON", false},
        };
        for (const auto& [text, fine] : cases) {
            must(writer.set_setting("calibration/x/species", text));
            QVERIFY2(must(load_calibration(*reader, "x", "species")).has_value() == fine, text.c_str());
        }
    }

    void says_why_it_cannot() {
        EvaluationRequest wanted = request();
        wanted.label = "colour";
        QVERIFY(evaluate_library(*m_library, wanted).error().text.find("species") != std::string::npos);
        wanted = request();
        wanted.compare_hash = std::string(64, 'c');
        QVERIFY(evaluate_library(*m_library, wanted).error().kind == ErrorKind::Usage);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(evaluate_library(*m_library, request(), stop.get_token()).error().kind ==
                ErrorKind::Cancelled);
        LabelledVectors one;
        LabelledVectors other;
        other.items = {1};
        QVERIFY(compare_vectors(one, other, request()).error().kind == ErrorKind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestEvaluationService)
#include "test_evaluation_service.moc"
