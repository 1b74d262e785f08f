// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/vit_module.h"

#include <QTemporaryDir>
#include <QTest>

#include "core/models/model_folder.h"
#include "core/models/model_registry.h"
#include "tests/training/tiny_lite.h"

using namespace fieldmark;
using namespace fieldmark::testing;
using torch::Tensor;

namespace {

Safetensors parsed(const FloatTensors& tensors) {
    auto file = Safetensors::parse(write_safetensors(tensors), "tiny");
    return std::move(*file);
}

std::unique_ptr<TrainableNetwork> module_of(const FloatTensors& tensors, int frozen) {
    TrainableNetworkOptions options;
    options.threads = 1;
    options.frozen_blocks = frozen;
    const Safetensors weights = parsed(tensors);
    auto module = make_vit_module(weights, tiny_vit_info(64), options);
    return module.ok() ? std::move(*module) : nullptr;
}

FloatTensors written(const TrainableNetwork& module) {
    FloatTensors tensors;
    for (const auto& [name, tensor] : module.tensors()) {
        tensors[name].shape = tensor.sizes().vec();
        tensors[name].values.assign(tensor.const_data_ptr<float>(),
                                    tensor.const_data_ptr<float>() + tensor.numel());
    }
    return tensors;
}

double furthest(const Tensor& embeddings, const std::vector<float>& expected) {
    const Tensor unit = torch::nn::functional::normalize(embeddings.detach());
    const Tensor other = torch::from_blob(const_cast<float*>(expected.data()), unit.sizes());
    return (unit - other).abs().max().item<double>();
}

void step(TrainableNetwork& module, const std::vector<std::uint8_t>& pixels, int count) {
    module.zero_gradients();
    const Tensor embeddings = module.forward(pixels, count, 64);
    torch::manual_seed(3);
    (torch::nn::functional::normalize(embeddings) * torch::randn(embeddings.sizes())).sum().backward();
    module.backward(embeddings.grad());
}

}  // namespace

class TestVitModule : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir m_folder;

    /// What the program embeds with a model of these weights.
    std::vector<float> embedded(const FloatTensors& tensors, const std::string& name,
                                const std::vector<std::uint8_t>& pixels, int count) {
        NewModel model;
        model.info = tiny_vit_info(64);
        model.info.name = name;
        model.weights = write_safetensors(tensors);
        const std::string folder = m_folder.path().toStdString();
        if (!write_model_folder(FileSystem::posix(), folder, model)) return {};
        const ModelRegistry registry({folder});
        const auto info = registry.find(name);
        if (!info) return {};
        const auto backbone = registry.load(*info, {.threads = 1});
        if (!backbone) return {};
        const auto embeddings = (*backbone)->embed(pixels, count);
        return embeddings.ok() ? *embeddings : std::vector<float>();
    }

  private Q_SLOTS:
    void takes_pictures_of_whole_patches() {
        const auto module = module_of(tiny_vit(), 0);
        QVERIFY(module);
        QCOMPARE(module->fitting_side(64), 64);
        QCOMPARE(module->fitting_side(71), 64);
        QCOMPARE(module->fitting_side(72), 80);
        QCOMPARE(module->fitting_side(3), 16);
        const std::vector<std::uint8_t> pixels(2 * 80 * 80 * 3, 100);
        QCOMPARE(module->embed(pixels, 2, 80).size(0), 2);
    }

    void agrees_with_the_backbone_before_and_after_learning() {
        for (const int frozen : {0, 1}) {
            const FloatTensors before = tiny_vit();
            const auto module = module_of(before, frozen);
            QVERIFY(module);
            const auto pixels = striped_pictures(11, 3, 64, 90);
            const auto expected = embedded(before, "before-" + std::to_string(frozen), pixels, 11);
            QCOMPARE(expected.size(), std::size_t{11 * 64});
            QVERIFY(furthest(module->forward(pixels, 11, 64), expected) < 1e-5);
            QVERIFY(furthest(module->embed(pixels, 11, 64), expected) < 1e-5);

            torch::optim::AdamW optimizer(module->parameters(), torch::optim::AdamWOptions(1e-3));
            for (int i = 0; i < 3; ++i) {
                step(*module, pixels, 11);
                for (const Tensor& parameter : module->parameters())
                    QVERIFY(parameter.grad().norm().item<double>() > 0);
                optimizer.step();
            }
            const FloatTensors after = written(*module);
            QCOMPARE(after.size(), before.size());
            for (const auto& [name, tensor] : before) {
                QCOMPARE(after.at(name).shape, tensor.shape);
                const bool learned =
                    (name.starts_with("blocks.") && !(frozen == 1 && name.starts_with("blocks.0."))) ||
                    name.starts_with("norm.");
                QVERIFY2((after.at(name).values != tensor.values) == learned, name.c_str());
            }
            const auto learned = embedded(after, "after-" + std::to_string(frozen), pixels, 11);
            QVERIFY(furthest(module->embed(pixels, 11, 64), learned) < 1e-5);
            QVERIFY(furthest(module->embed(pixels, 11, 64), expected) > 1e-3);
        }
    }

    /// The flat parameters' gradients are those of the whole batch, whatever slices it went in, and survive
    /// an optimiser that drops them.
    void gradients_add_up() {
        const auto module = module_of(tiny_vit(), 0);
        QVERIFY(module);
        const auto pixels = striped_pictures(20, 3, 64, 90);
        step(*module, pixels, 20);
        const Tensor once = module->parameters()[0].grad().clone();
        torch::optim::SGD optimizer(module->parameters(), 0.1);
        optimizer.zero_grad();
        step(*module, pixels, 20);
        QVERIFY(torch::equal(module->parameters()[0].grad(), once));
        QCOMPARE(module->trainable_parameters(), std::int64_t{66'944 + 128});
    }

    void other_sizes_resize_the_positions() {
        const auto module = module_of(tiny_vit(), 0);
        QVERIFY(module);
        const Tensor large = module->embed(striped_pictures(2, 2, 96, 90), 2, 96);
        QCOMPARE(large.size(1), std::int64_t{64});
        const auto pixels = striped_pictures(2, 2, 64, 90);
        QVERIFY(torch::equal(module->embed(pixels, 2, 64), module_of(tiny_vit(), 0)->embed(pixels, 2, 64)));
    }

    void refuses_what_does_not_fit() {
        TrainableNetworkOptions options;
        options.frozen_blocks = 3;
        const Safetensors weights = parsed(tiny_vit());
        QCOMPARE(make_vit_module(weights, tiny_vit_info(64), options).error().kind, ErrorKind::Usage);
        ModelInfo info = tiny_vit_info(64);
        info.kind = "mobilenet-v2";
        QCOMPARE(make_trainable_network(weights, info, {}).error().kind, ErrorKind::Usage);
    }
};

QTEST_APPLESS_MAIN(TestVitModule)
#include "test_vit_module.moc"
