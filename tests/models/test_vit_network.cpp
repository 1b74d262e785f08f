// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// What is inferred from a transformer's tensors, and what is refused by the name of the tensor that is wrong.
#include <QtTest/QtTest>
#include <limits>

#include "core/models/vit_network.h"
#include "tests/models/vit_specimens.h"

using namespace fieldmark;

namespace {

/// The error's text, or "" where it was read.
std::string problem(const FloatTensors& tensors, int heads = 0) {
    const auto file = as_file(tensors);
    if (!file) return file.error().text;
    const auto network = read_vit(*file, heads);
    return network ? std::string() : network.error().text;
}

bool names(const std::string& text, const char* tensor) {
    return text.find(std::string("\"") + tensor + "\"") != std::string::npos;
}

}  // namespace

class TestVitNetwork : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void infers_everything() {
        VitSpecimen of;
        of.registers = "reg_token";
        of.positioned = VitSpecimen::None;
        of.grid = 5;
        of.scale = true;
        FloatTensors tensors = make_vit(of);
        tensors["head.weight"] = vit_noise("head.weight", {10, kVitWidth});
        tensors["head.bias"] = vit_noise("head.bias", {10});
        const auto file = as_file(tensors);
        QVERIFY(file);
        const auto network = read_vit(*file);
        QVERIFY2(network, network ? "" : network.error().text.c_str());
        QCOMPARE(network->width, kVitWidth);
        QCOMPARE(network->heads, 2);
        QCOMPARE(network->patch, kVitPatch);
        QCOMPARE(network->grid, 5);
        QCOMPARE(network->prefix_count, 4);
        QVERIFY(network->has_class_token);
        QCOMPARE(network->hidden(), kVitHidden);
        QCOMPARE(network->blocks.size(), std::size_t{kVitDepth});
        QCOMPARE(network->blocks[1].ls2.size(), std::size_t{kVitWidth});
        QVERIFY(!network->norm_after_mean);
        // Without positions of its own the prefix is what the file holds.
        QCOMPARE(network->prefix[0], tensors["cls_token"].values[0]);
        QCOMPARE(network->prefix[kVitWidth], tensors["reg_token"].values[0]);
        std::int64_t all = 0;
        for (const auto& [name, tensor] : tensors)
            if (!name.starts_with("head.")) all += static_cast<std::int64_t>(tensor.values.size());
        QCOMPARE(network->parameters, all);
    }

    void adds_the_prefix_positions() {
        VitSpecimen of;
        of.registers = "register_tokens";
        of.positioned = VitSpecimen::Class;
        const FloatTensors tensors = make_vit(of);
        const auto file = as_file(tensors);
        QVERIFY(file);
        const auto network = read_vit(*file);
        QVERIFY(network);
        const auto& positions = tensors.at("pos_embed").values;
        QCOMPARE(network->prefix[3], tensors.at("cls_token").values[3] + positions[3]);
        QCOMPARE(network->prefix[kVitWidth + 3], tensors.at("register_tokens").values[3]);
        QCOMPARE(network->positions[0], positions[kVitWidth]);
    }

    void names_what_is_missing() {
        for (const char* name :
             {"patch_embed.proj.weight", "pos_embed", "blocks.0.norm1.weight", "blocks.1.attn.qkv.weight",
              "blocks.0.attn.proj.weight", "blocks.1.mlp.fc1.weight", "blocks.1.mlp.fc2.weight",
              "norm.weight", "norm.bias", "blocks.0.norm2.bias"}) {
            FloatTensors tensors = make_vit();
            QVERIFY(tensors.erase(name) == 1);
            QVERIFY2(names(problem(tensors), name), name);
        }
        // A block in the middle counts as missing, not as the end.
        FloatTensors tensors = make_vit();
        for (auto it = tensors.begin(); it != tensors.end();)
            it = it->first.starts_with("blocks.0.") ? tensors.erase(it) : std::next(it);
        QVERIFY(names(problem(tensors), "blocks.0.norm1.weight"));
        QVERIFY(!problem({}).empty());
    }

    void names_what_is_misshaped() {
        const auto with = [](const char* name, std::vector<std::int64_t> shape) {
            FloatTensors tensors = make_vit();
            tensors[name] = vit_noise(name, std::move(shape));
            return problem(tensors);
        };
        QVERIFY(names(with("blocks.1.attn.qkv.weight", {3 * kVitWidth, kVitWidth + 1}),
                      "blocks.1.attn.qkv.weight"));
        QVERIFY(names(with("blocks.0.attn.qkv.bias", {kVitWidth}), "blocks.0.attn.qkv.bias"));
        QVERIFY(names(with("patch_embed.proj.weight", {kVitWidth, 4, 8, 8}), "patch_embed.proj.weight"));
        QVERIFY(names(with("patch_embed.proj.weight", {kVitWidth, 3, 8, 7}), "patch_embed.proj.weight"));
        QVERIFY(names(with("patch_embed.proj.weight", {kVitWidth, 3}), "patch_embed.proj.weight"));
        QVERIFY(names(with("cls_token", {1, 2, kVitWidth}), "cls_token"));
        QVERIFY(names(with("pos_embed", {1, 19, kVitWidth}), "pos_embed"));
        QVERIFY(names(with("pos_embed", {1, 0, kVitWidth}), "pos_embed"));
        QVERIFY(names(with("blocks.0.mlp.fc1.weight", {0, kVitWidth}), "blocks.0.mlp.fc1.weight"));
        QVERIFY(names(with("norm.weight", {kVitWidth - 1}), "norm.weight"));
        QVERIFY(names(with("blocks.0.ls1.gamma", {1}), "blocks.0.ls1.gamma"));
    }

    void refuses_what_it_does_not_know() {
        const auto with = [](const char* name, std::vector<std::int64_t> shape) {
            FloatTensors tensors = make_vit();
            tensors[name] = vit_noise(name, std::move(shape));
            return problem(tensors);
        };
        // Each of these changes what the network computes.
        for (const char* name : {"blocks.0.attn.q_norm.weight", "blocks.1.mlp.fc1_g.weight", "decoder.weight",
                                 "blocks.0.attn.rel_pos.table"})
            QVERIFY2(names(with(name, {2}), name), name);
        QVERIFY(names(with("blocks.7.extra", {2}), "blocks.2.norm1.weight"));
        // These do not.
        for (const char* name : {"head.weight", "head_dist.bias", "pre_logits.fc.weight", "mask_token"})
            QVERIFY2(problem(make_vit()).empty() && with(name, {2}).empty(), name);
    }

    void refuses_values_that_are_no_numbers() {
        FloatTensors tensors = make_vit();
        tensors["blocks.1.mlp.fc2.bias"].values[5] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(names(problem(tensors), "blocks.1.mlp.fc2.bias"));
        tensors = make_vit();
        tensors["cls_token"].values[5] = std::numeric_limits<float>::infinity();
        QVERIFY(names(problem(tensors), "cls_token"));
    }

    void refuses_heads_that_do_not_divide() {
        QVERIFY(problem(make_vit(), 4).empty());
        QVERIFY(!problem(make_vit(), 3).empty());
        QVERIFY(!problem(make_vit(), 1000).empty());
    }

    void leaves_a_grid_of_the_right_size_alone() {
        const auto file = as_file(make_vit());
        QVERIFY(file);
        const auto network = read_vit(*file);
        QVERIFY(network);
        for (const GridResize way : {GridResize::Antialiased, GridResize::Plain})
            QVERIFY(resized_positions(*network, 4, 4, way) == network->positions);
        // A grid of equal positions stays one whatever its size.
        VitNetwork flat = *network;
        std::fill(flat.positions.begin(), flat.positions.end(), 0.75f);
        for (const GridResize way : {GridResize::Antialiased, GridResize::Plain})
            for (const int side : {1, 2, 3, 7, 16})
                for (const float value : resized_positions(flat, side, 5, way))
                    QVERIFY(std::abs(value - 0.75f) < 1e-6);
    }

    void reads_adapters() {
        const auto file = as_file(make_vit());
        QVERIFY(file);
        const auto network = read_vit(*file);
        QVERIFY(network);
        const auto problem_of = [&](const FloatTensors& tensors) {
            const auto adapters = as_file(tensors);
            const auto read = read_ica(*adapters, *network);
            return read ? std::string() : read.error().text;
        };
        FloatTensors tensors = make_adapters(1);
        QCOMPARE(problem_of(tensors), std::string());
        tensors["proxies"] = vit_noise("proxies", {5, kVitWidth});
        QCOMPARE(problem_of(tensors), std::string());
        tensors.erase("ica.1.key.up");
        QVERIFY(names(problem_of(tensors), "ica.1.key.up"));
        tensors = make_adapters(1);
        tensors["ica.0.query.down"] = vit_noise("x", {4, kVitWidth - 1});
        QVERIFY(names(problem_of(tensors), "ica.0.query.down"));
        tensors = make_adapters(1);
        tensors["ica.0.key.down"] = vit_noise("x", {5, kVitWidth});  // another rank than the query's
        QVERIFY(names(problem_of(tensors), "ica.0.key.down"));
        tensors = make_adapters(3);
        QVERIFY(names(problem_of(tensors), "ica.activation"));
        tensors = make_adapters(0);
        tensors.erase("ica.activation");
        QVERIFY(names(problem_of(tensors), "ica.activation"));
        tensors = make_adapters(0);
        tensors["ica.2.query.down"] = vit_noise("x", {4, kVitWidth});  // two blocks only
        QVERIFY(names(problem_of(tensors), "ica.2.query.down"));
        QVERIFY(!problem_of({{"ica.activation", {{1}, {0.0f}}}}).empty());
        // Only the last block.
        tensors = make_adapters(0);
        for (const char* name : {"query.down", "query.up", "key.down", "key.up"})
            tensors.erase(std::string("ica.0.") + name);
        const auto adapters = as_file(tensors);
        const auto read = read_ica(*adapters, *network);
        QVERIFY(read);
        QVERIFY(!read->blocks[0].present && read->blocks[1].present);
        QCOMPARE(read->blocks[1].rank, 4);
    }
};

QTEST_GUILESS_MAIN(TestVitNetwork)
#include "test_vit_network.moc"
