// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/manifest.h"
#include "core/models/model_folder.h"
#include "core/models/model_registry.h"
#include "tests/support/fault_file_system.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark;
using fieldmark::testing::FaultFileSystem;
using fieldmark::testing::tiny_vit;
using nlohmann::json;

namespace {

const std::string kSomeHash(64, 'a');

NewModel tiny_model(const std::string& name) {
    NewModel model;
    ModelInfo& info = model.info;
    info.name = name;
    info.kind = "vit";
    info.pooling = "class";
    info.dimension = 64;
    info.input_width = info.input_height = 64;
    std::fill_n(info.mean, 3, 127.5F);
    std::fill_n(info.scale, 3, 1 / 127.5F);
    info.feature = "class token";
    info.licence = "none";
    info.source = "a test";
    model.weights = write_safetensors(tiny_vit());
    return model;
}

/// A head that keeps every second number.
Head halving_head() {
    Head head;
    head.in = 64;
    head.out = 32;
    head.mean.assign(64, 0.0F);
    head.bias.assign(32, 0.0F);
    head.weight.assign(64 * 32, 0.0F);
    for (std::size_t i = 0; i < 32; ++i) head.weight[i * 64 + 2 * i] = 1;
    return head;
}

NewModel head_model(const ModelInfo& base, const std::string& name) {
    NewModel model;
    model.info = base;
    model.info.name = name;
    model.info.kind = "head";
    model.info.base = base.hash;
    model.info.method = "whitening";
    model.info.dimension = 32;
    model.weights = write_safetensors(halving_head().tensors());
    model.training = R"({"pictures": 12})";
    return model;
}

std::vector<float> embedding_of(Backbone& backbone) {
    const ModelInfo& info = backbone.info();
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(info.input_width * info.input_height * 3));
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i * 7);
    auto embedding = backbone.embed(pixels, 1);
    return embedding ? *embedding : std::vector<float>();
}

json valid_manifest() {
    return json::parse(R"({
        "format": 1, "name": "test", "kind": "efficientnet-lite", "weights": "w.safetensors",
        "weights_sha256": "13badca7f05595226fd5df1861c04c6a9e92854bffb31b67616e2a844a375bc0",
        "input": {"width": 224, "height": 160, "resize": "squash", "mean": [127, 127, 127], "scale": [0.5, 1, 2]},
        "feature": "global mean", "dimension": 1280, "licence": "Apache-2.0", "source": "a test"})");
}

void write(const std::string& path, const std::string& text) {
    const auto bytes = std::as_bytes(std::span<const char>(text.data(), text.size()));
    const Status written = write_atomically(FileSystem::posix(), path, bytes);
    QVERIFY2(written.ok(), written.ok() ? "" : written.error().text.c_str());
}

}  // namespace

class TestModelRegistry : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir m_folder;

    std::string folder(const char* name) {
        const std::string path = m_folder.filePath(QString::fromUtf8(name)).toStdString();
        const Status made = FileSystem::posix().make_directory(path);
        return made.ok() ? path : std::string();
    }

    std::string add(const std::string& search, const std::string& name, json manifest) {
        const std::string path = search + "/" + name;
        const Status made = FileSystem::posix().make_directory(path);
        if (!made.ok()) return {};
        manifest["name"] = name;
        write(path + "/manifest.json", manifest.dump());
        return path;
    }

  private Q_SLOTS:
    void reads_a_manifest() {
        const std::string path = add(folder("reads"), "test", valid_manifest());
        const auto manifest = read_manifest(path);
        QVERIFY2(manifest, manifest ? "" : manifest.error().text.c_str());
        QCOMPARE(manifest->info.name, std::string("test"));
        QCOMPARE(manifest->info.input_width, 224);
        QCOMPARE(manifest->info.input_height, 160);
        QCOMPARE(manifest->info.dimension, 1280);
        QCOMPARE(manifest->info.scale[2], 2.0f);
        QVERIFY(manifest->info.resize == ResizeMode::Squash);
        QCOMPARE(manifest->weights_path, path + "/w.safetensors");
        QCOMPARE(manifest->info.hash.size(), std::size_t{64});
    }

    void refuses_a_manifest_data() {
        QTest::addColumn<QByteArray>("pointer");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* pointer, const char* value, const char* says) {
            QTest::addRow("%s = %s", pointer, value)
                << QByteArray(pointer) << QByteArray(value) << QByteArray(says);
        };
        row("/format", "2", "newer Fieldmark");
        row("/format", "\"1\"", "\"format\"");
        row("/name", "\"\"", "\"name\"");
        row("/name", "7", "\"name\"");
        row("/kind", "\"abacus\"", "cannot run");
        row("/dimension", "0", "\"dimension\"");
        row("/dimension", "-5", "\"dimension\"");
        row("/dimension", "99999999999", "\"dimension\"");
        row("/weights", "\"../elsewhere\"", "\"weights\"");
        row("/weights", "\"..\"", "\"weights\"");
        row("/weights", "\"\"", "\"weights\"");
        row("/weights_sha256", "\"1234\"", "\"weights_sha256\"");
        row("/input", "[]", "\"input\"");
        row("/input/width", "1e9", "\"input.width\"");
        row("/input/height", "true", "\"input.height\"");
        row("/input/resize", "\"fold\"", "\"input.resize\"");
        row("/input/mean", "[1, 2]", "\"input.mean\"");
        row("/input/mean", "[1, 2, \"3\"]", "\"input.mean\"");
        row("/input/scale", "[1, 2, 1e300]", "\"input.scale\"");
        row("/base", "\"short\"", "\"base\"");
        row("/base", "7", "\"base\"");
        row("/kind", "\"head\"", "\"base\"");
        row("/kind", "\"ica\"", "\"base\"");
        row("/head", "\"../head.safetensors\"", "\"head\"");
        row("/head", "\"head.safetensors\"", "\"head_sha256\"");
        row("/pooling", "\"sum\"", "\"pooling\"");
        row("/pooling", "\"class\"", "\"pooling\"");
        row("/bits", "-4", "\"bits\"");
        row("/heads", "\"3\"", "\"heads\"");
        row("/method", "[]", "\"method\"");
        row("/training", "\"long\"", "\"training\"");
    }
    void refuses_a_manifest() {
        QFETCH(QByteArray, pointer);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, says);
        json manifest = valid_manifest();
        manifest[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
        const std::string path = folder("refuses");
        write(path + "/manifest.json", manifest.dump());
        const auto read = read_manifest(path);
        QVERIFY(!read);
        const QByteArray text = QByteArray::fromStdString(read.error().text);
        QVERIFY2(text.contains(says), text.constData());
        QVERIFY2(text.contains("manifest.json"), text.constData());
    }

    void refuses_a_manifest_that_is_no_json() {
        const std::string path = folder("no_json");
        for (const char* text : {"", "{", "null", "[]", "\xff\xfe"}) {
            write(path + "/manifest.json", text);
            const auto read = read_manifest(path);
            QVERIFY(!read);
            QVERIFY(read.error().kind == ErrorKind::Damaged);
        }
    }

    /// Whatever can move a vector is in the hash; names and places are not.
    void hashes_what_moves_a_vector() {
        const auto manifest = read_manifest(add(folder("hashes"), "test", valid_manifest()));
        QVERIFY(manifest);
        const ModelInfo& info = manifest->info;
        const std::string weights = manifest->weights_sha256;
        std::set<std::string> hashes = {model_hash(info, weights)};
        const auto changed = [&](auto change) {
            ModelInfo other = info;
            change(other);
            return hashes.insert(model_hash(other, weights)).second;
        };
        QVERIFY(changed([](ModelInfo& m) { m.input_width = 240; }));
        QVERIFY(changed([](ModelInfo& m) { m.input_height = 240; }));
        QVERIFY(changed([](ModelInfo& m) { m.resize = ResizeMode::CenterCrop; }));
        QVERIFY(changed([](ModelInfo& m) { m.mean[1] += 1e-5f * 127; }));
        QVERIFY(changed([](ModelInfo& m) { m.scale[2] *= 2; }));
        QVERIFY(changed([](ModelInfo& m) { m.dimension = 512; }));
        QVERIFY(changed([](ModelInfo& m) { m.kind = "other"; }));
        QVERIFY(hashes.insert(model_hash(info, std::string(64, '0'))).second);
        QVERIFY(hashes.insert(model_hash(info, weights, std::string(64, '0'))).second);
        QVERIFY(changed([](ModelInfo& m) { m.base = kSomeHash; }));
        QVERIFY(changed([](ModelInfo& m) { m.pooling = "mean"; }));
        QVERIFY(changed([](ModelInfo& m) { m.heads = 3; }));
        QVERIFY(changed([](ModelInfo& m) { m.bits = 48; }));
        QVERIFY(!changed([](ModelInfo& m) {
            m.name = "renamed";
            m.path = "/elsewhere";
            m.licence = m.source = "unknown";
            m.method = "gapan";
        }));
    }

    void lists_and_finds() {
        const std::string first = folder("list_first"), second = folder("list_second");
        add(first, "zebra", valid_manifest());
        add(second, "efficientnet-lite0", valid_manifest());
        json hidden = valid_manifest();
        hidden["dimension"] = 640;
        add(second, "zebra", hidden);
        hidden["dimension"] = 320;
        add(second, "ant", hidden);
        add(second, "broken", json::parse(R"({"format": 1})"));
        QVERIFY(FileSystem::posix().make_directory(second + "/no_manifest").ok());

        const ModelRegistry registry(
            {first, m_folder.filePath(QStringLiteral("absent")).toStdString(), second});
        std::vector<Error> problems;
        const auto models = registry.list(&problems);
        QCOMPARE(models.size(), std::size_t{3});
        QCOMPARE(models[0].name, std::string("efficientnet-lite0"));
        QCOMPARE(models[1].name, std::string("ant"));
        QCOMPARE(models[2].name, std::string("zebra"));
        QCOMPARE(models[2].dimension, 1280);  // the earlier folder wins
        QCOMPARE(problems.size(), std::size_t{1});
        QVERIFY(problems[0].text.find("broken") != std::string::npos);

        QCOMPARE(registry.find()->name, std::string("efficientnet-lite0"));
        QCOMPARE(registry.find("ant")->name, std::string("ant"));
        QCOMPARE(registry.find(models[1].hash)->name, std::string("ant"));
        QCOMPARE(registry.find(models[1].hash.substr(0, 8))->name, std::string("ant"));
        QVERIFY(!registry.find(models[1].hash.substr(0, 7)));
        // The zebra and the default model share everything that counts: by hash they are one model.
        QCOMPARE(registry.find(models[0].hash)->name, std::string("efficientnet-lite0"));
    }

    /// The object finder lies among the models; it is none that a library could use, and no problem either.
    void passes_the_object_finder_over() {
        const std::string models = folder("finder");
        json finder = valid_manifest();
        finder["kind"] = "object-finder";
        finder.erase("dimension");
        add(models, "object-finder", finder);
        add(models, "net", valid_manifest());
        std::vector<Error> problems;
        const auto found = ModelRegistry({models}).list(&problems);
        QCOMPARE(found.size(), std::size_t{1});
        QVERIFY(problems.empty());
        finder["kind"] = "abacus";
        add(models, "object-finder", finder);
        (void)ModelRegistry({models}).list(&problems);
        QCOMPARE(problems.size(), std::size_t{1});
    }

    void says_where_it_looked() {
        const std::string empty = folder("empty");
        const auto found = ModelRegistry({empty}).find("owl");
        QVERIFY(!found);
        QVERIFY(found.error().kind == ErrorKind::NotFound);
        QVERIFY(found.error().text.find(empty) != std::string::npos);
        QVERIFY(found.error().text.find("owl") != std::string::npos);
        QVERIFY(ModelRegistry(std::vector<std::string>()).find().error().kind == ErrorKind::NotFound);
        // A name mistyped: which there are.
        const std::string full = folder("full");
        for (const char* name : {"wren", "auk"}) {
            json manifest = valid_manifest();
            manifest["name"] = name;
            add(full, name, manifest);
        }
        const std::string text = ModelRegistry({full}).find("awk").error().text;
        QVERIFY2(text.find("\"auk\", \"wren\".") != std::string::npos, text.c_str());
        // A library's model that is not on this machine has no look-alike among the others.
        const std::string gone = ModelRegistry({full}).find(std::string(64, 'e')).error().text;
        QVERIFY2(gone.find("put a model folder there") != std::string::npos, gone.c_str());
    }

    void searches_the_environment_first() {
        const QByteArray models = qgetenv("FIELDMARK_MODELS"), data = qgetenv("XDG_DATA_HOME");
        qputenv("FIELDMARK_MODELS", "/one::/two");
        qputenv("XDG_DATA_HOME", "/data");
        const auto path = ModelRegistry::default_search_path();
        qputenv("XDG_DATA_HOME", "relative");
        const auto without = ModelRegistry::default_search_path();
        qputenv("FIELDMARK_MODELS", models);
        data.isNull() ? qunsetenv("XDG_DATA_HOME") : qputenv("XDG_DATA_HOME", data);
        QCOMPARE(path.size(), std::size_t{4});
        QCOMPARE(path[0], std::string("/one"));
        QCOMPARE(path[1], std::string("/two"));
        QCOMPARE(path[2], std::string("/data/fieldmark/models"));
        QVERIFY(path[3].ends_with("/../share/fieldmark/models"));
        QVERIFY(std::find(without.begin(), without.end(), "relative/fieldmark/models") == without.end());
    }

    void refuses_weights_that_are_not_the_manifests() {
        const std::string path = add(folder("weights"), "test", valid_manifest());
        const auto manifest = read_manifest(path);
        QVERIFY(manifest);
        const ModelRegistry registry{std::vector<std::string>()};
        auto backbone = registry.load(manifest->info);
        QVERIFY(!backbone);
        QVERIFY(backbone.error().kind == ErrorKind::NotFound);
        write(path + "/w.safetensors", "something else");
        backbone = registry.load(manifest->info);
        QVERIFY(!backbone);
        QVERIFY(backbone.error().kind == ErrorKind::Damaged);
        QVERIFY(backbone.error().text.find("w.safetensors") != std::string::npos);

        // The right hash, but no EfficientNet in it: the first tensor it lacks is named.
        const std::string header = R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
        std::string content(8, '\0');
        content[0] = static_cast<char>(header.size());
        content += header + "a";
        write(path + "/w.safetensors", content);
        json fitting = valid_manifest();
        fitting["weights_sha256"] =
            to_hex(sha256(std::as_bytes(std::span<const char>(content.data(), content.size()))));
        write(path + "/manifest.json", fitting.dump());
        QVERIFY(registry.load(manifest->info).error().kind ==
                ErrorKind::Damaged);  // changed since it was found
        const auto again = read_manifest(path);
        QVERIFY(again);
        backbone = registry.load(again->info);
        QVERIFY(!backbone);
        QVERIFY2(backbone.error().text.find("_conv_stem.weight") != std::string::npos,
                 backbone.error().text.c_str());
    }

    /// What was embedded before manifests had these fields must still be found: the hash of the network that
    /// set-up installs stays what it was.
    void keeps_the_hash_of_a_plain_model() {
        json plain = valid_manifest();
        plain["input"] = {{"width", 224},
                          {"height", 224},
                          {"resize", "squash"},
                          {"mean", {127, 127, 127}},
                          {"scale", {0.0078125, 0.0078125, 0.0078125}}};
        const auto manifest = read_manifest(add(folder("plain"), "efficientnet-lite0", plain));
        QVERIFY(manifest);
        QCOMPARE(manifest->info.hash,
                 std::string("c08c19b3da31d1c07207b056bea8ea7b7313a0d3770a7f644b37eb99fc0ca101"));
    }

    void writes_what_it_reads() {
        const std::string path = folder("round");
        Manifest manifest;
        manifest.info = tiny_model("full").info;
        manifest.info.kind = "ica";
        manifest.info.base = kSomeHash;
        manifest.info.method = "dva";
        manifest.info.bits = 48;
        manifest.info.heads = 3;
        manifest.info.resize = ResizeMode::CenterCrop;
        manifest.info.mean[1] = 116.28F;
        manifest.weights_path = path + "/weights.safetensors";
        manifest.weights_sha256 = std::string(64, '1');
        manifest.head_path = path + "/head.safetensors";
        manifest.head_sha256 = std::string(64, '2');
        manifest.training = R"({"classes":["a","b"],"seed":1})";
        const auto text = manifest_text(manifest);
        QVERIFY(text);
        QVERIFY(text->find("116.28") != std::string::npos);  // and not the digits of a double
        write(path + "/manifest.json", *text);
        const auto again = read_manifest(path);
        QVERIFY2(again, again ? "" : again.error().text.c_str());
        QCOMPARE(again->info.base, manifest.info.base);
        QCOMPARE(again->info.method, manifest.info.method);
        QCOMPARE(again->info.bits, 48);
        QCOMPARE(again->info.heads, 3);
        QCOMPARE(again->info.pooling, std::string("class"));
        QCOMPARE(again->info.mean[1], 116.28F);
        QVERIFY(again->info.resize == ResizeMode::CenterCrop);
        QCOMPARE(again->head_path, manifest.head_path);
        QCOMPARE(again->training, manifest.training);
        QCOMPARE(again->info.hash, model_hash(manifest.info, manifest.weights_sha256, manifest.head_sha256));
        manifest.training = "[1]";
        QVERIFY(!manifest_text(manifest));
    }

    // --- models of parts ---

    void applies_a_head_to_the_model_beneath() {
        const std::string models = folder("parts");
        const auto base = write_model_folder(FileSystem::posix(), models, tiny_model("base"));
        QVERIFY2(base, base ? "" : base.error().text.c_str());
        const auto head = write_model_folder(FileSystem::posix(), models, head_model(base->info, "head"));
        QVERIFY2(head, head ? "" : head.error().text.c_str());
        NewModel joined = tiny_model("joined");  // the same head as a file beside the network
        joined.head = write_safetensors(halving_head().tensors());
        joined.info.dimension = 32;
        const auto both = write_model_folder(FileSystem::posix(), models, joined);
        QVERIFY2(both, both ? "" : both.error().text.c_str());
        QVERIFY(base->info.hash != head->info.hash && head->info.hash != both->info.hash);

        const ModelRegistry registry({models});
        auto plain = registry.load(base->info);
        auto above = registry.load(head->info);
        auto inside = registry.load(both->info);
        QVERIFY2(plain && above && inside, above ? "" : above.error().text.c_str());
        const auto x = embedding_of(**plain);
        QCOMPARE(x.size(), std::size_t{64});
        std::vector<float> expected(32);
        halving_head().apply(x, 1, expected);
        QVERIFY(embedding_of(**above) == expected);
        QVERIFY(embedding_of(**inside) == expected);
        QCOMPARE((*above)->info().name, std::string("head"));
        QCOMPARE((*above)->info().dimension, 32);
        const auto read = registry.load_head(head->info);
        QVERIFY(read);
        QVERIFY(read->weight == halving_head().weight);
        QVERIFY(registry.load_head(base->info).error().kind == ErrorKind::Usage);
        // Without a name, the model that stands on its own.
        QVERIFY(registry.find()->base.empty());
    }

    void says_what_is_missing_beneath() {
        const std::string models = folder("orphans");
        const auto base = write_model_folder(FileSystem::posix(), models, tiny_model("base"));
        QVERIFY(base);
        const auto head = write_model_folder(FileSystem::posix(), models, head_model(base->info, "head"));
        QVERIFY(head);
        const ModelRegistry registry({models});
        QVERIFY(remove_model_folder(FileSystem::posix(), models + "/base"));
        auto loaded = registry.load(head->info);
        QVERIFY(!loaded);
        QVERIFY(loaded.error().kind == ErrorKind::NotFound);
        QVERIFY2(loaded.error().text.find(base->info.hash.substr(0, 16)) != std::string::npos,
                 loaded.error().text.c_str());

        // A head that does not fit what is beneath it.
        const auto other = write_model_folder(FileSystem::posix(), models, tiny_model("base"));
        QVERIFY(other);
        NewModel wrong = head_model(other->info, "wrong");
        Head narrow = halving_head();
        narrow.in = 32;
        narrow.mean.resize(32);
        narrow.weight.resize(32 * 32);
        wrong.weights = write_safetensors(narrow.tensors());
        const auto written = write_model_folder(FileSystem::posix(), models, wrong);
        QVERIFY(written);
        loaded = registry.load(written->info);
        QVERIFY(!loaded);
        QVERIFY(loaded.error().kind == ErrorKind::Damaged);
        NewModel resized = head_model(other->info, "resized");
        resized.info.input_width = 96;
        const auto stretched = write_model_folder(FileSystem::posix(), models, resized);
        QVERIFY(stretched);
        QVERIFY(registry.load(stretched->info).error().kind == ErrorKind::Damaged);
    }

    void prefers_the_librarys_own() {
        const std::string own = folder("own");
        QVERIFY(write_model_folder(FileSystem::posix(), own, tiny_model("efficientnet-lite0")));
        const auto registry = ModelRegistry::for_library(own);
        QCOMPARE(registry.search_path().front(), own);
        QCOMPARE(registry.find("efficientnet-lite0")->kind, std::string("vit"));
    }

    // --- writing ---

    void refuses_names_that_are_no_folder() {
        for (const char* name : {"", ".", "..", ".hidden", "a/b", "/etc", " blank", "new\nline"})
            QVERIFY2(!check_model_name(name), name);
        QVERIFY(!check_model_name(std::string(101, 'x')));
        for (const char* name : {"a", "vit_small_patch16_224.augreg_in21k", "my model 2", "V\xc3\xb6gel"})
            QVERIFY2(check_model_name(name), name);
    }

    void keeps_what_is_there() {
        const std::string models = folder("taken");
        const auto first = write_model_folder(FileSystem::posix(), models, tiny_model("one"));
        QVERIFY(first);
        NewModel other = tiny_model("one");
        other.weights = write_safetensors(tiny_vit(9));
        const auto second = write_model_folder(FileSystem::posix(), models, other);
        QVERIFY(!second);
        QVERIFY(second.error().kind == ErrorKind::Usage);
        QCOMPARE(ModelRegistry({models}).find("one")->hash, first->info.hash);
    }

    /// Whichever operation fails, and however soon the disk is full: either a whole model or none, and the
    /// next attempt works.
    void leaves_nothing_of_a_failed_write() {
        const std::string models = folder("faults");
        NewModel model = tiny_model("faulty");
        model.head = write_safetensors(halving_head().tensors());
        model.info.dimension = 32;
        FaultFileSystem counting;
        QVERIFY(write_model_folder(counting, models, model));
        const std::int64_t operations = counting.operations;
        QVERIFY(operations > 8);
        QVERIFY(remove_model_folder(FileSystem::posix(), models + "/faulty"));
        const auto attempt = [&](FaultFileSystem& fs) {
            const auto written = write_model_folder(fs, models, model);
            const bool there = ModelRegistry({models}).find("faulty").ok();
            const auto names = FileSystem::posix().list(models);
            const bool clean = names && names->size() == (there ? 1U : 0U);
            if (there) (void)remove_model_folder(FileSystem::posix(), models + "/faulty");
            return written.ok() == there && clean;
        };
        for (std::int64_t n = 0; n < operations; ++n) {
            FaultFileSystem faulty;
            faulty.fail_at = n;
            QVERIFY2(attempt(faulty), qPrintable(QStringLiteral("operation %1 fails").arg(n)));
        }
        for (const std::int64_t bytes : {0, 1, 1000, 100'000, 500'000}) {
            FaultFileSystem full;
            full.full_after = bytes;
            QVERIFY2(attempt(full), qPrintable(QStringLiteral("full after %1 bytes").arg(bytes)));
        }
        // The remains of a process that was killed are no model and are in nobody's way.
        QVERIFY(FileSystem::posix().make_directory(models + "/.faulty.new"));
        write(models + "/.faulty.new/weights.safetensors", "half");
        write(models + "/.faulty.new/manifest.json", "{");
        std::vector<Error> problems;
        QVERIFY(ModelRegistry({models}).list(&problems).empty());
        QVERIFY(problems.empty());
        QVERIFY(write_model_folder(FileSystem::posix(), models, model));
    }

    void removes_a_models_files_only() {
        const std::string models = folder("removing");
        QVERIFY(write_model_folder(FileSystem::posix(), models, tiny_model("gone")));
        write(models + "/gone/notes.txt", "mine");
        QVERIFY(remove_model_folder(FileSystem::posix(), models + "/gone"));
        QVERIFY(QFile::exists(QString::fromStdString(models + "/gone/notes.txt")));
        QVERIFY(!QFile::exists(QString::fromStdString(models + "/gone/weights.safetensors")));
        QVERIFY(remove_model_folder(FileSystem::posix(), models + "/gone").error().kind ==
                ErrorKind::NotFound);
        QVERIFY(remove_model_folder(FileSystem::posix(), models + "/absent").error().kind ==
                ErrorKind::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestModelRegistry)
#include "test_model_registry.moc"
