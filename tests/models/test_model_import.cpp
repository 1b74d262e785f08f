// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <QtTest/QtTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/manifest.h"
#include "core/models/model_folder.h"
#include "core/models/model_import.h"
#include "core/models/model_registry.h"
#include "tests/support/tiny_vit.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {

/// The file's tensors in half precision ("F16" by rounding down, "BF16" by cutting) or double.
std::vector<std::byte> in_precision(const FloatTensors& tensors, const std::string& dtype) {
    nlohmann::json header;
    std::vector<std::byte> data;
    const auto put = [&data](const auto& value) {
        const auto* bytes = reinterpret_cast<const std::byte*>(&value);
        data.insert(data.end(), bytes, bytes + sizeof value);
    };
    for (const auto& [name, tensor] : tensors) {
        const std::size_t begin = data.size();
        for (const float value : tensor.values) {
            const auto bits = std::bit_cast<std::uint32_t>(value);
            if (dtype == "BF16") {
                put(static_cast<std::uint16_t>(bits >> 16));
            } else if (dtype == "F64") {
                put(double{value});
            } else {
                const int exponent = static_cast<int>((bits >> 23) & 0xff) - 127 + 15;
                std::uint16_t half = 0;
                if (exponent > 0)
                    half = static_cast<std::uint16_t>((exponent << 10) | ((bits >> 13) & 0x3ff));
                put(static_cast<std::uint16_t>(half | ((bits >> 16) & 0x8000)));
            }
        }
        header[name] = {{"dtype", dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
    }
    const std::string text = header.dump();
    std::vector<std::byte> file(8 + text.size());
    const std::uint64_t size = text.size();
    std::memcpy(file.data(), &size, 8);
    std::memcpy(file.data() + 8, text.data(), text.size());
    file.insert(file.end(), data.begin(), data.end());
    return file;
}

std::vector<std::uint8_t> noise(const ModelInfo& info) {
    std::mt19937 random(5);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(info.input_width * info.input_height * 3));
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random());
    return pixels;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
    return sum;
}

}  // namespace

class TestModelImport : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir m_folder;

    std::string path(const QString& name) const { return m_folder.filePath(name).toStdString(); }
    std::string models() const { return path(QStringLiteral("models")); }
    bool nothing_left() const {
        const auto names = FileSystem::posix().list(models());
        return !names || names->empty();
    }
    void clear() { QDir(m_folder.filePath(QStringLiteral("models"))).removeRecursively(); }

    ModelImport request(const QString& file) const {
        ModelImport request;
        request.file = path(file);
        request.folder = models();
        return request;
    }
    std::string write(const QString& name, const std::vector<std::byte>& bytes) const {
        write_bytes(path(name), bytes);
        return path(name);
    }

  private Q_SLOTS:
    void cleanup() { clear(); }

    void imports_a_transformer() {
        write_tiny_vit(path(QStringLiteral("vit_tiny_patch32_224.augreg_in21k.safetensors")));
        const auto imported =
            import_model(request(QStringLiteral("vit_tiny_patch32_224.augreg_in21k.safetensors")));
        QVERIFY2(imported, imported ? "" : imported.error().text.c_str());
        const ModelInfo& info = imported->info;
        QCOMPARE(info.name, std::string("vit_tiny_patch32_224.augreg_in21k"));
        QCOMPARE(info.kind, std::string("vit"));
        QCOMPARE(info.dimension, 64);
        QCOMPARE(info.input_width, 224);
        QCOMPARE(info.pooling, std::string("class"));
        QCOMPARE(imported->family, std::string("ViT (AugReg)"));
        QCOMPARE(info.licence, std::string("Apache-2.0"));
        QCOMPARE(info.mean[0], 127.5F);
        QVERIFY(std::abs(info.scale[1] - 1 / 127.5F) < 1e-9F);
        QVERIFY(!imported->converted);
        QVERIFY(imported->parameters > 100'000);
        QCOMPARE(info.path, models() + "/vit_tiny_patch32_224.augreg_in21k");

        // It is found by its name and its hash, and runs.
        const ModelRegistry registry({models()});
        const auto found = registry.find(info.name);
        QVERIFY(found);
        QCOMPARE(found->hash, info.hash);
        auto backbone = registry.load(*found);
        QVERIFY2(backbone, backbone ? "" : backbone.error().text.c_str());
        const auto embedding = (*backbone)->embed(noise(info), 1);
        QVERIFY(embedding);
        QVERIFY(std::abs(cosine(*embedding, *embedding) - 1) < 1e-4);

        const auto again =
            import_model(request(QStringLiteral("vit_tiny_patch32_224.augreg_in21k.safetensors")));
        QVERIFY(!again);
        QVERIFY(again.error().kind == ErrorKind::Usage);  // the name is taken
        QVERIFY(registry.load(*found));
    }

    /// What fieldmark-train wrote on another machine comes as a folder, and is the same model here.
    void takes_over_a_model_folder() {
        write_tiny_vit(path(QStringLiteral("base.safetensors")));
        const auto base = import_model(request(QStringLiteral("base.safetensors")));
        QVERIFY2(base, base ? "" : base.error().text.c_str());
        const std::string elsewhere = path(QStringLiteral("elsewhere"));
        NewModel learned;
        learned.info = base->info;
        learned.info.name = "my birds";
        learned.info.method = "gapan";
        learned.info.input_width = learned.info.input_height = 256;
        learned.weights = write_safetensors(tiny_vit(2));
        learned.training = R"({"method":"gapan","seed":3})";
        learned.beside["density.safetensors"] = write_safetensors(tiny_vit(3));
        const auto made = write_model_folder(FileSystem::posix(), elsewhere, learned);
        QVERIFY2(made, made ? "" : made.error().text.c_str());

        ModelImport whole = request(QStringLiteral("elsewhere/my birds"));
        whole.dry_run = true;
        QVERIFY(import_model(whole));
        QVERIFY(!QFile::exists(QString::fromStdString(models() + "/my birds")));
        whole.dry_run = false;
        const auto imported = import_model(whole);
        QVERIFY2(imported, imported ? "" : imported.error().text.c_str());
        QCOMPARE(imported->info.hash, made->info.hash);
        QCOMPARE(imported->info.path, models() + "/my birds");
        const auto manifest = read_manifest(models() + "/my birds");
        QVERIFY(manifest);
        QCOMPARE(manifest->info.method, std::string("gapan"));
        QCOMPARE(manifest->info.input_width, 256);
        QCOMPARE(nlohmann::json::parse(manifest->training).at("seed").get<int>(), 3);
        QVERIFY(QFile::exists(QString::fromStdString(models() + "/my birds/density.safetensors")));
        QCOMPARE(import_model(whole).error().kind, ErrorKind::Usage);  // the name is taken

        // The file that a person picks in a dialog is the model's as well.
        ModelImport by_file = request(QStringLiteral("elsewhere/my birds/weights.safetensors"));
        by_file.name = "again";
        const auto again = import_model(by_file);
        QVERIFY2(again, again ? "" : again.error().text.c_str());
        QCOMPARE(again->info.hash, made->info.hash);
        QCOMPARE(again->info.name, std::string("again"));
    }

    void refuses_a_model_folder_that_is_not_whole() {
        write_tiny_vit(path(QStringLiteral("base.safetensors")));
        const auto base = import_model(request(QStringLiteral("base.safetensors")));
        QVERIFY(base);
        const std::string elsewhere = path(QStringLiteral("elsewhere"));
        const auto make = [&](const std::string& name, const std::string& kind) {
            NewModel model;
            model.info = base->info;
            model.info.name = name;
            model.info.kind = kind;
            if (kind == "ica") model.info.base = std::string(64, 'a');
            model.weights = write_safetensors(tiny_vit(2));
            return write_model_folder(FileSystem::posix(), elsewhere, model).ok();
        };
        QVERIFY(make("changed", "vit") && make("cut", "vit") && make("lonely", "ica"));
        write_bytes(elsewhere + "/changed/weights.safetensors", write_safetensors(tiny_vit(4)));
        QVERIFY(QFile::remove(QString::fromStdString(elsewhere + "/cut/weights.safetensors")));
        QVERIFY(QDir(QString::fromStdString(elsewhere)).mkdir(QStringLiteral("nothing")));
        const auto refusal = [&](const QString& name) {
            const auto answer = import_model(request(QStringLiteral("elsewhere/") + name));
            return answer ? Error{ErrorKind::Cancelled, "it was imported"} : answer.error();
        };
        QCOMPARE(refusal(QStringLiteral("changed")).kind, ErrorKind::Damaged);
        QCOMPARE(refusal(QStringLiteral("cut")).kind, ErrorKind::Damaged);
        QCOMPARE(refusal(QStringLiteral("lonely")).kind, ErrorKind::NotFound);
        QVERIFY(refusal(QStringLiteral("nothing")).text.find("manifest.json") != std::string::npos);
        ModelImport told = request(QStringLiteral("elsewhere/changed"));
        told.input = 96;
        QCOMPARE(import_model(told).error().kind, ErrorKind::Usage);
        for (const char* name : {"changed", "cut", "lonely", "nothing"})
            QVERIFY2(!QFile::exists(QString::fromStdString(models() + '/' + name)), name);
    }

    void takes_the_persons_word() {
        write_tiny_vit(path(QStringLiteral("mine.safetensors")));
        ModelImport mine = request(QStringLiteral("mine.safetensors"));
        mine.name = "My net";
        mine.input = 96;
        mine.mean = {0.1F, 0.2F, 0.3F};
        mine.deviation = {0.5F, 0.25F, 1.0F};
        mine.resize = ResizeMode::CenterCrop;
        mine.feature = "both";
        mine.licence = "mine";
        const auto imported = import_model(mine);
        QVERIFY2(imported, imported ? "" : imported.error().text.c_str());
        const auto manifest = read_manifest(models() + "/My net");
        QVERIFY(manifest);
        const ModelInfo& info = manifest->info;
        QCOMPARE(info.input_height, 96);
        QCOMPARE(info.dimension, 128);
        QCOMPARE(info.pooling, std::string("both"));
        QCOMPARE(info.licence, std::string("mine"));
        QVERIFY(info.resize == ResizeMode::CenterCrop);
        QVERIFY(std::abs(info.mean[2] - 76.5F) < 1e-4F);
        QVERIFY(std::abs(info.scale[1] - 1 / 63.75F) < 1e-7F);
        QVERIFY(nlohmann::json::parse(manifest->training).contains("imported"));
    }

    void a_dry_run_installs_nothing() {
        write_tiny_vit(path(QStringLiteral("dry.safetensors")));
        ModelImport dry = request(QStringLiteral("dry.safetensors"));
        dry.dry_run = true;
        const auto imported = import_model(dry);
        QVERIFY(imported);
        QCOMPARE(imported->info.kind, std::string("vit"));
        QVERIFY(!imported->notes.empty());  // nothing in the name tells the normalisation
        QVERIFY(nothing_left());
    }

    void knows_families_by_name_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<float>("mean");  // of red, 0..255
        QTest::addColumn<QByteArray>("family");
        QTest::addRow("augreg") << QByteArray("vit_small_patch16_224.augreg_in21k") << 127.5F
                                << QByteArray("ViT (AugReg)");
        QTest::addRow("deit") << QByteArray("deit_tiny_patch16_224.fb_in1k") << 123.675F
                              << QByteArray("DeiT");
        QTest::addRow("dino") << QByteArray("vit_small_patch16_224.dino") << 123.675F << QByteArray("DINO");
        QTest::addRow("dinov2") << QByteArray("vit_small_patch14_reg4_dinov2.lvd142m") << 123.675F
                                << QByteArray("DINOv2");
        QTest::addRow("clip") << QByteArray("vit_base_patch32_clip_224.laion2b") << 122.77094F
                              << QByteArray("CLIP");
        QTest::addRow("unknown") << QByteArray("owls") << 123.675F << QByteArray("");
    }
    void knows_families_by_name() {
        QFETCH(QByteArray, name);
        QFETCH(float, mean);
        QFETCH(QByteArray, family);
        // Hugging Face calls every file alike: the folder's name tells.
        const QString folder = m_folder.filePath(QString::fromUtf8(name));
        QVERIFY(QDir().mkpath(folder));
        write_tiny_vit((folder + QStringLiteral("/model.safetensors")).toStdString());
        ModelImport asked = request({});
        asked.file = (folder + QStringLiteral("/model.safetensors")).toStdString();
        asked.dry_run = true;
        const auto imported = import_model(asked);
        QVERIFY2(imported, imported ? "" : imported.error().text.c_str());
        QCOMPARE(imported->info.name, name.toStdString());
        QCOMPARE(imported->family, family.toStdString());
        QVERIFY(std::abs(imported->info.mean[0] - mean) < 1e-3F);
    }

    void refuses_another_activation() {
        write_tiny_vit(path(QStringLiteral("vit_base_patch32_clip_224.openai.safetensors")));
        const auto imported =
            import_model(request(QStringLiteral("vit_base_patch32_clip_224.openai.safetensors")));
        QVERIFY(!imported);
        QVERIFY(imported.error().kind == ErrorKind::Unsupported);
        QVERIFY(nothing_left());
    }

    void converts_other_precisions_data() {
        QTest::addColumn<QByteArray>("dtype");
        QTest::addColumn<double>("least");
        QTest::addRow("F64") << QByteArray("F64") << 0.999999;
        QTest::addRow("F16") << QByteArray("F16") << 0.999;
        QTest::addRow("BF16") << QByteArray("BF16") << 0.98;
    }
    void converts_other_precisions() {
        QFETCH(QByteArray, dtype);
        QFETCH(double, least);
        const FloatTensors tensors = tiny_vit();
        write(QStringLiteral("full.safetensors"), write_safetensors(tensors));
        write(QStringLiteral("other.safetensors"), in_precision(tensors, dtype.toStdString()));
        const auto full = import_model(request(QStringLiteral("full.safetensors")));
        const auto other = import_model(request(QStringLiteral("other.safetensors")));
        QVERIFY2(full && other, other ? "" : other.error().text.c_str());
        QVERIFY(!full->converted);
        QVERIFY(other->converted);
        QCOMPARE(other->parameters, full->parameters);
        const ModelRegistry registry({models()});
        auto a = registry.load(full->info);
        auto b = registry.load(other->info);
        QVERIFY(a && b);
        const double same = cosine(*(*a)->embed(noise(full->info), 1), *(*b)->embed(noise(full->info), 1));
        QVERIFY2(same > least, qPrintable(QString::number(same)));
        // Converted from doubles that were floats it is the same model, so the same hash.
        if (dtype == "F64") QCOMPARE(other->info.hash, full->info.hash);
    }

    /// The program's own network, imported like a person's.
    void imports_the_default_network() {
        const auto standard = ModelRegistry().find("efficientnet-lite0");
        if (!standard) QSKIP("The default model is not set up.");
        const auto manifest = read_manifest(standard->path);
        QVERIFY(manifest);
        // Away from its manifest, which would be taken at its word.
        QVERIFY(QFile::copy(QString::fromStdString(manifest->weights_path),
                            QString::fromStdString(path(QStringLiteral("lite.safetensors")))));
        const ModelImport asked = request(QStringLiteral("lite.safetensors"));
        const auto imported = import_model(asked);
        QVERIFY2(imported, imported ? "" : imported.error().text.c_str());
        QCOMPARE(imported->family, std::string("EfficientNet-Lite0"));
        QCOMPARE(imported->info.dimension, 1280);
        // What was inferred is what set-up wrote: the same vectors, the same hash.
        QCOMPARE(imported->info.hash, standard->hash);
    }

    void names_the_first_tensor_that_is_wrong_data() {
        QTest::addColumn<QByteArray>("tensor");
        QTest::addColumn<bool>("missing");
        for (const char* tensor : {"blocks.0.attn.proj.weight", "blocks.1.attn.qkv.weight",
                                   "blocks.0.norm2.bias", "blocks.1.mlp.fc2.weight", "norm.weight"}) {
            QTest::addRow("%s missing", tensor) << QByteArray(tensor) << true;
            QTest::addRow("%s misshaped", tensor) << QByteArray(tensor) << false;
        }
    }
    void names_the_first_tensor_that_is_wrong() {
        QFETCH(QByteArray, tensor);
        QFETCH(bool, missing);
        const std::string name = tensor.toStdString();
        FloatTensors tensors = tiny_vit();
        if (missing) {
            tensors.erase(name);
        } else {
            tensors[name].values.push_back(0);
            tensors[name].shape = {static_cast<std::int64_t>(tensors[name].values.size())};
        }
        write(QStringLiteral("wrong.safetensors"), write_safetensors(tensors));
        const auto imported = import_model(request(QStringLiteral("wrong.safetensors")));
        QVERIFY(!imported);
        QVERIFY2(imported.error().text.find(name) != std::string::npos, imported.error().text.c_str());
        QVERIFY(nothing_left());
    }

    void refuses_weights_that_are_not_numbers() {
        FloatTensors tensors = tiny_vit();
        tensors["blocks.0.mlp.fc1.bias"].values[3] = NAN;
        write(QStringLiteral("nan.safetensors"), write_safetensors(tensors));
        const auto imported = import_model(request(QStringLiteral("nan.safetensors")));
        QVERIFY(!imported);
        QVERIFY(nothing_left());
    }

    void refuses_other_networks() {
        FloatTensors other;
        other["conv1.weight"] = {{1}, {0.5F}};
        write(QStringLiteral("resnet.safetensors"), write_safetensors(other));
        const auto imported = import_model(request(QStringLiteral("resnet.safetensors")));
        QVERIFY(!imported);
        QVERIFY(imported.error().kind == ErrorKind::Unsupported);
        QVERIFY(imported.error().text.find("conv1.weight") != std::string::npos);
        // Told that it is one, it is asked for what it lacks.
        for (const char* kind : {"vit", "efficientnet-lite"}) {
            ModelImport told = request(QStringLiteral("resnet.safetensors"));
            told.kind = kind;
            QVERIFY(!import_model(told));
        }
        QVERIFY(nothing_left());
    }

    void refuses_bad_settings() {
        write_tiny_vit(path(QStringLiteral("net.safetensors")));
        const auto refused = [&](auto change) {
            ModelImport asked = request(QStringLiteral("net.safetensors"));
            change(asked);
            const auto imported = import_model(asked);
            return !imported && imported.error().kind == ErrorKind::Usage;
        };
        QVERIFY(refused([](ModelImport& m) { m.kind = "abacus"; }));
        QVERIFY(refused([](ModelImport& m) { m.name = "../evil"; }));
        QVERIFY(refused([](ModelImport& m) { m.name = ".hidden"; }));
        QVERIFY(refused([](ModelImport& m) { m.name = std::string(500, 'a'); }));
        QVERIFY(refused([](ModelImport& m) { m.input = -1; }));
        QVERIFY(refused([](ModelImport& m) { m.input = 100000; }));
        QVERIFY(refused([](ModelImport& m) { m.input = 225; }));  // not whole patches
        QVERIFY(refused([](ModelImport& m) { m.feature = "eye"; }));
        QVERIFY(refused([](ModelImport& m) { m.deviation = {0.0F, 1.0F, 1.0F}; }));
        QVERIFY(refused([](ModelImport& m) { m.mean = {NAN, 0.0F, 0.0F}; }));
        QVERIFY(refused([](ModelImport& m) { m.mean = {124.0F, 116.0F, 104.0F}; }));  // of 0..255
        QVERIFY(nothing_left());
    }

    void refuses_what_is_no_file() {
        QCOMPARE(import_model(request(QStringLiteral("absent.safetensors"))).error().kind,
                 ErrorKind::NotFound);
        const std::string pipe = path(QStringLiteral("pipe"));
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QVERIFY(!import_model(request(QStringLiteral("pipe"))));  // and does not wait for a writer
        ModelImport device = request({});
        for (const char* file : {"/dev/zero", "/", ""}) {
            device.file = file;
            QVERIFY(!import_model(device));
        }
        const std::string huge = path(QStringLiteral("huge.safetensors"));
        write_bytes(huge, {});
        QCOMPARE(::truncate(huge.c_str(), off_t{1} << 40), 0);  // a hole of a terabyte
        const auto refused = import_model(request(QStringLiteral("huge.safetensors")));
        QVERIFY(!refused);
        QVERIFY(refused.error().kind == ErrorKind::TooLarge);
    }

    /// Cuts, flips and lies about sizes: an error each time, never a crash, and nothing left behind.
    void survives_hostile_files() {
        const std::vector<std::byte> good = write_safetensors(tiny_vit());
        std::uint64_t header = 0;
        std::memcpy(&header, good.data(), sizeof header);
        const auto attempt = [&](const std::vector<std::byte>& bytes) {
            write(QStringLiteral("hostile.safetensors"), bytes);
            ModelImport asked = request(QStringLiteral("hostile.safetensors"));
            asked.dry_run = true;
            return import_model(asked).ok();
        };
        QVERIFY(attempt(good));
        for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{9},
                                         header / 2, header + 8, good.size() - 1})
            QVERIFY(!attempt({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)}));
        std::vector<std::byte> longer = good;
        longer.push_back(std::byte{0});
        QVERIFY(!attempt(longer));
        for (const std::uint64_t claim : {std::uint64_t{0}, std::uint64_t{1} << 62, ~std::uint64_t{0}}) {
            std::vector<std::byte> lying = good;
            std::memcpy(lying.data(), &claim, sizeof claim);
            QVERIFY(!attempt(lying));
        }
        const auto with_header = [&](const std::string& text) {
            std::vector<std::byte> file(8 + text.size());
            const std::uint64_t size = text.size();
            std::memcpy(file.data(), &size, 8);
            std::memcpy(file.data() + 8, text.data(), text.size());
            file.resize(file.size() + 64);
            return file;
        };
        for (
            const char* text :
            {R"({"patch_embed.proj.weight":{"dtype":"F32","shape":[4294967296,4294967296,4,4],"data_offsets":[0,64]}})",
             R"({"patch_embed.proj.weight":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,64]}})",
             R"({"patch_embed.proj.weight":{"dtype":"F32","shape":[0,3,0,0],"data_offsets":[0,0]},"x":{"dtype":"F32","shape":[16],"data_offsets":[0,64]}})",
             R"({"patch_embed.proj.weight":{"dtype":"F32","shape":[16],"data_offsets":[0,64]}})",
             R"({"patch_embed.proj.weight":{"dtype":"F4","shape":[16],"data_offsets":[0,64]}})",
             R"({"patch_embed.proj.weight":{"dtype":"I64","shape":[1,3,1,1],"data_offsets":[0,64]}})",
             R"({"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]},"patch_embed.proj.weight":{"dtype":"F32","shape":[16],"data_offsets":[0,64]}})",
             R"({"_conv_head.weight":{"dtype":"F32","shape":[16],"data_offsets":[0,64]},"_conv_stem.weight":{"dtype":"F32","shape":[0],"data_offsets":[64,64]}})",
             R"({"features.0.0.weight":{"dtype":"F32","shape":[16],"data_offsets":[0,64]}})",
             R"({"features.99999999999.0.weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"features.0.0.weight":{"dtype":"F32","shape":[16],"data_offsets":[0,64]}})"})
            QVERIFY2(!attempt(with_header(text)), text);
        std::mt19937 random(20261121);
        for (int round = 0; round < 150; ++round) {
            std::vector<std::byte> flipped = good;
            const std::size_t at = random() % (header + 8);
            flipped[at] ^= static_cast<std::byte>(1U << (random() % 8));
            (void)attempt(flipped);  // a changed name may still make a network; it must not crash
        }
        QVERIFY(nothing_left());
    }
};

QTEST_GUILESS_MAIN(TestModelImport)
#include "test_model_import.moc"
