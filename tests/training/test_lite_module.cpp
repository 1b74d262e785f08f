// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/lite_module.h"

#include <cmath>

#include <QTest>

#include "core/base/file_system.h"
#include "core/models/efficientnet_lite.h"
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

using Products = TrainableNetworkOptions::Products;

std::unique_ptr<TrainableNetwork> module_of(const Safetensors& weights, int size, bool own, int frozen = 0,
                                            int threads = 2, Products products = Products::Best) {
    TrainableNetworkOptions options;
    options.products = products;
    options.own_kernels = own;
    options.frozen_blocks = frozen;
    options.threads = threads;
    auto module = make_lite_module(weights, tiny_lite_info(size), options);
    return module.ok() ? std::move(*module) : nullptr;
}

double relative(const Tensor& a, const Tensor& b) {
    return ((a - b).norm() / b.norm()).item<double>();
}

/// One step's gradients of a loss that depends on every embedding.
std::vector<Tensor> gradients(TrainableNetwork& module, const std::vector<std::uint8_t>& pixels, int count,
                              int size) {
    const Tensor embeddings = module.forward(pixels, count, size);
    torch::manual_seed(3);
    const Tensor weight = torch::randn({count, module.dimension()});
    (torch::nn::functional::normalize(embeddings) * weight).sum().backward();
    module.backward(embeddings.grad());
    std::vector<Tensor> all;
    for (const Tensor& parameter : module.parameters()) all.push_back(parameter.grad().clone());
    return all;
}

std::vector<float> embeddings_of(const FloatTensors& tensors, const std::vector<std::uint8_t>& pixels,
                                 int count, int size) {
    BackboneOptions options;
    options.fused = false;
    options.threads = 1;
    const Safetensors weights = parsed(tensors);
    const auto backbone = make_efficientnet_lite(tiny_lite_info(size), weights, options);
    if (!backbone) return {};
    const auto embeddings = (*backbone)->embed(pixels, count);
    return embeddings.ok() ? *embeddings : std::vector<float>();
}

double furthest(const Tensor& embeddings, const std::vector<float>& expected) {
    const Tensor unit = torch::nn::functional::normalize(embeddings.detach());
    const Tensor other = torch::from_blob(const_cast<float*>(expected.data()), unit.sizes());
    return (unit - other).abs().max().item<double>();
}

}  // namespace

class TestLiteModule : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agrees_with_the_backbone_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("own");
        QTest::addColumn<bool>("blas");
        // Even and odd sizes pad differently at every stride.
        for (const int size : {64, 72, 75, 97}) {
            QTest::addRow("%d own kernels", size) << size << true << false;
            QTest::addRow("%d own kernels, LibTorch multiplies", size) << size << true << true;
            QTest::addRow("%d LibTorch", size) << size << false << true;
        }
    }
    void agrees_with_the_backbone() {
        QFETCH(const int, size);
        QFETCH(const bool, own);
        QFETCH(const bool, blas);
        const FloatTensors tensors = tiny_lite();
        const Safetensors weights = parsed(tensors);
        const auto module = module_of(weights, size, own, 0, 2, blas ? Products::Blas : Products::Own);
        QVERIFY(module);
        QCOMPARE(module->engine(), std::string(own ? "cpu fp32 own kernels" : "cpu fp32 LibTorch"));
        const auto pixels = striped_pictures(7, 3, size, 90);
        const auto expected = embeddings_of(tensors, pixels, 7, size);
        QCOMPARE(expected.size(), std::size_t{7 * 64});
        QVERIFY(furthest(module->forward(pixels, 7, size), expected) < 1e-5);
        QVERIFY(furthest(module->embed(pixels, 7, size), expected) < 1e-5);
    }

    void own_gradients_are_autograds_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("frozen");
        QTest::addColumn<bool>("blas");
        for (const int size : {64, 75})
            for (const int frozen : {0, 1, 4, 10})
                for (const bool blas : {false, true})
                    QTest::addRow("%d, %d frozen%s", size, frozen, blas ? ", LibTorch multiplies" : "")
                        << size << frozen << blas;
    }
    void own_gradients_are_autograds() {
        QFETCH(const int, size);
        QFETCH(const int, frozen);
        QFETCH(const bool, blas);
        const Safetensors weights = parsed(tiny_lite());
        const auto own = module_of(weights, size, true, frozen, 2, blas ? Products::Blas : Products::Own),
                   reference = module_of(weights, size, false, frozen);
        QVERIFY(own && reference);
        QCOMPARE(own->blocks(), 10);
        const auto pixels = striped_pictures(6, 3, size, 90);
        const auto a = gradients(*own, pixels, 6, size), b = gradients(*reference, pixels, 6, size);
        // A value next to a corner of relu6 may fall on either side: not to the last digit.
        for (std::size_t i = 0; i < a.size(); ++i) {
            QVERIFY(b[i].norm().item<double>() > 0);
            QVERIFY2(relative(a[i], b[i]) < 2e-4, std::to_string(relative(a[i], b[i])).c_str());
        }
    }

    /// Frozen blocks change nothing about the gradient of the others.
    void freezing_leaves_the_rest_alone() {
        const Safetensors weights = parsed(tiny_lite());
        const auto whole = module_of(weights, 64, true), part = module_of(weights, 64, true, 4);
        const auto pixels = striped_pictures(5, 3, 64, 90);
        const auto all = gradients(*whole, pixels, 5, 64), some = gradients(*part, pixels, 5, 64);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::int64_t count = some[i].numel();
            QVERIFY(count < all[i].numel());
            QVERIFY(torch::equal(all[i].slice(0, all[i].numel() - count), some[i]));
        }
        QVERIFY(part->trainable_parameters() < whole->trainable_parameters());
        QCOMPARE(part->total_parameters(), whole->trainable_parameters());
    }

    void the_same_bits_again() {
        const Safetensors weights = parsed(tiny_lite());
        const auto pixels = striped_pictures(9, 3, 64, 90);
        const auto one = module_of(weights, 64, true), other = module_of(weights, 64, true);
        const auto a = gradients(*one, pixels, 9, 64);
        const auto b = gradients(*other, pixels, 9, 64);
        for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(torch::equal(a[i], b[i]));
        // Gradients add up over calls until they are cleared, as autograd's do.
        const auto twice = gradients(*one, pixels, 9, 64);
        for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(relative(twice[i], 2 * a[i]) < 1e-6);
    }

    /// What was learned is a weights file like the one it came from, and gives what the module gives.
    void learned_weights_are_a_backbone() {
        const FloatTensors before = tiny_lite();
        const Safetensors weights = parsed(before);
        const auto module = module_of(weights, 64, true, 2);
        const auto pixels = striped_pictures(8, 4, 64, 90);
        torch::optim::SGD optimizer(module->parameters(), 0.05);
        for (int step = 0; step < 3; ++step) {
            optimizer.zero_grad();
            gradients(*module, pixels, 8, 64);
            optimizer.step();
        }
        FloatTensors after;
        for (const auto& [name, tensor] : module->tensors()) {
            after[name].shape = tensor.sizes().vec();
            after[name].values.assign(tensor.const_data_ptr<float>(),
                                      tensor.const_data_ptr<float>() + tensor.numel());
        }
        QCOMPARE(after.size(), before.size());
        int changed = 0;
        for (const auto& [name, tensor] : before) {
            QCOMPARE(after.at(name).shape, tensor.shape);
            const bool same = after.at(name).values == tensor.values;
            changed += !same;
            const bool statistics = name.find("running") != std::string::npos;
            const bool frozen = name.starts_with("_conv_stem") || name.starts_with("_bn0") ||
                                name.starts_with("_blocks.0.") || name.starts_with("_blocks.1.");
            if (statistics || frozen) QVERIFY2(same, name.c_str());
        }
        QVERIFY(changed > 20);
        const auto expected = embeddings_of(after, pixels, 8, 64);
        QVERIFY(furthest(module->embed(pixels, 8, 64), expected) < 1e-5);
        QVERIFY(furthest(module->embed(pixels, 8, 64), embeddings_of(before, pixels, 8, 64)) > 1e-3);
    }

    /// The size of the pictures may change between calls (small ones first, large ones later).
    void sizes_may_change() {
        const Safetensors weights = parsed(tiny_lite());
        const auto module = module_of(weights, 64, true), fresh = module_of(weights, 64, true);
        const auto large = striped_pictures(5, 3, 96, 90), small = striped_pictures(5, 3, 64, 90);
        const Tensor first = module->embed(small, 5, 64);
        module->embed(large, 5, 96);
        module->forward(large, 5, 96);
        QVERIFY(torch::equal(module->embed(small, 5, 64), first));
        const auto a = gradients(*module, small, 5, 64), b = gradients(*fresh, small, 5, 64);
        for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(torch::equal(a[i], b[i]));
    }

    void refuses_what_does_not_fit() {
        FloatTensors tensors = tiny_lite();
        const Safetensors whole = parsed(tensors);
        TrainableNetworkOptions options;
        options.frozen_blocks = 11;
        QCOMPARE(make_lite_module(whole, tiny_lite_info(64), options).error().kind, ErrorKind::Usage);
        tensors.erase("_blocks.3._bn1.running_var");
        const Safetensors cut = parsed(tensors);
        const auto refused = make_lite_module(cut, tiny_lite_info(64), {});
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().kind, ErrorKind::Damaged);
        QVERIFY(refused.error().text.find("_blocks.3._bn1.running_var") != std::string::npos);
    }

    /// The installed network, as the program embeds with it.
    void agrees_with_the_installed_network() {
        const ModelRegistry registry;
        const auto info = registry.find("efficientnet-lite0");
        if (!info) QSKIP("EfficientNet-Lite0 is not installed.");
        const auto backbone = registry.load(*info, {.threads = 2});
        QVERIFY(backbone.ok());
        auto bytes = FileSystem::posix().read(info->path + "/weights.safetensors");
        QVERIFY(bytes.ok());
        const auto weights = Safetensors::parse(std::move(*bytes), info->path);
        QVERIFY(weights.ok());
        TrainableNetworkOptions options;
        options.threads = 2;
        const auto module = make_lite_module(*weights, *info, options);
        QVERIFY(module.ok());
        QCOMPARE((*module)->blocks(), 16);
        QCOMPARE((*module)->trainable_parameters(), std::int64_t{3'371'008});
        const auto pixels = striped_pictures(3, 3, 224, 90);
        const auto expected = (*backbone)->embed(pixels, 3);
        QVERIFY(expected.ok());
        QVERIFY(furthest((*module)->embed(pixels, 3, 224), *expected) < 1e-5);
    }
};

QTEST_APPLESS_MAIN(TestLiteModule)
#include "test_lite_module.moc"
