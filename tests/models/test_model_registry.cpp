// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/manifest.h"
#include "core/models/model_registry.h"

using namespace fieldmark;
using nlohmann::json;

namespace {

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
        QVERIFY(!changed([](ModelInfo& m) {
            m.name = "renamed";
            m.path = "/elsewhere";
            m.licence = m.source = "unknown";
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

    void says_where_it_looked() {
        const std::string empty = folder("empty");
        const auto found = ModelRegistry({empty}).find("owl");
        QVERIFY(!found);
        QVERIFY(found.error().kind == ErrorKind::NotFound);
        QVERIFY(found.error().text.find(empty) != std::string::npos);
        QVERIFY(found.error().text.find("owl") != std::string::npos);
        QVERIFY(ModelRegistry(std::vector<std::string>()).find().error().kind == ErrorKind::NotFound);
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
};

QTEST_GUILESS_MAIN(TestModelRegistry)
#include "test_model_registry.moc"
