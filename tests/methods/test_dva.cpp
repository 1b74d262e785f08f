// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The parts of the reconstruction of DVA against golden values (double precision, from the formulas) and the
// properties that make it work: a fresh adaptation changes nothing, the frozen weights stay, the teacher does
// not learn from its pupil.
#include <torch/torch.h>

#include <QtTest/QtTest>
#include <cmath>

#include "core/methods/dva/adaptation.h"
#include "core/methods/dva/loss.h"
#include "core/methods/dva/views.h"
#include "core/training/losses.h"
#include "tests/models/vit_specimens.h"

using namespace fieldmark;
using namespace fieldmark::dva;
using torch::Tensor;

namespace {

Tensor rows(const std::vector<std::vector<double>>& values) {
    std::vector<Tensor> stacked;
    for (const auto& row : values) stacked.push_back(torch::tensor(row, torch::kDouble));
    return torch::stack(stacked);
}

VitTensors specimen(const VitSpecimen& of = {}) {
    const auto file = as_file(make_vit(of));
    const auto network = read_vit(*file);
    return make_vit_tensors(*network, kVitInput, kVitInput);
}

/// A transformer of that size with nothing in it, for counting.
VitTensors shape_of(int width, int depth) {
    VitTensors vit;
    vit.width = width;
    vit.blocks.resize(static_cast<std::size_t>(depth));
    return vit;
}

Tensor some_pixels(int count = 3) {
    torch::manual_seed(5);
    return torch::randn({count, 3, kVitInput, kVitInput});
}

std::vector<Tensor> frozen_tensors(const VitTensors& vit) {
    std::vector<Tensor> all = {vit.patch_weight, vit.patch_bias,  vit.prefix,
                               vit.positions,    vit.norm.weight, vit.norm.bias};
    for (const auto& block : vit.blocks)
        for (const Tensor& tensor :
             {block.norm1.weight, block.norm1.bias, block.norm2.weight, block.norm2.bias, block.qkv_weight,
              block.qkv_bias, block.projection_weight, block.projection_bias, block.fc1_weight,
              block.fc1_bias, block.fc2_weight, block.fc2_bias})
            all.push_back(tensor);
    return all;
}

Tensor embed(const VitTensors& vit, const Tensor& pixels, const InContextAdaptation& adaptation) {
    const IcaAdapterSet adapters = adaptation.adapters();
    return vit_forward(vit, pixels, VitFeature::ClassToken, &adapters);
}

/// Steps towards arbitrary labels; returns the loss of each.
std::vector<double> learn(const VitTensors& vit, InContextAdaptation& adaptation, int steps) {
    torch::manual_seed(9);
    Tensor proxies = (torch::randn({3, vit.width}) / 8).set_requires_grad(true);
    std::vector<Tensor> parameters = adaptation.parameters();
    parameters.push_back(proxies);
    torch::optim::AdamW optimizer(parameters, torch::optim::AdamWOptions(1e-2));
    const Tensor pixels = some_pixels(), labels = torch::tensor({0, 1, 2}, torch::kLong);
    std::vector<double> values;
    for (int step = 0; step < steps; ++step) {
        const Tensor loss = losses::proxy_nca(embed(vit, pixels, adaptation), proxies, labels);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        values.push_back(loss.item<double>());
    }
    return values;
}

bool near(double value, double golden, double tolerance = 1e-9) {
    return std::abs(value - golden) <= tolerance;
}

}  // namespace

class TestDva : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);  // small tensors: threads would only wait for each other
    }

    void transfer_has_its_golden_values() {
        const Tensor object = rows({{.6, .8, 0}}), picture = rows({{1, 0, 0}});
        const Tensor proxies = rows({{1, 1, 0}, {0, 1, 1}});
        const auto value = [&](double temperature) {
            return transfer_loss(picture, object, proxies, Transfer::Kl, temperature).item<double>();
        };
        QVERIFY(near(value(1), 0.001975446889));
        QVERIFY(near(value(2), 0.138814084897));
        QVERIFY(near(value(4), 1.068017565804));
        // Lengths do not count; the other ways are of the normalised embeddings.
        QVERIFY(near(transfer_loss(5 * picture, 3 * object, 2 * proxies).item<double>(), 0.138814084897));
        QVERIFY(near(transfer_loss(picture, object, proxies, Transfer::Cosine).item<double>(), 0.4));
        QVERIFY(near(transfer_loss(picture, object, proxies, Transfer::Mse).item<double>(), 0.8));
    }

    void transfer_teaches_one_way() {
        torch::manual_seed(1);
        Tensor picture = torch::randn({4, 6}, torch::kDouble).set_requires_grad(true);
        Tensor object = torch::randn({4, 6}, torch::kDouble).set_requires_grad(true);
        Tensor proxies = torch::randn({3, 6}, torch::kDouble).set_requires_grad(true);
        for (const Transfer way : {Transfer::Kl, Transfer::Cosine, Transfer::Mse}) {
            if (picture.grad().defined()) picture.mutable_grad().zero_();
            transfer_loss(picture, object, proxies, way).backward();
            QVERIFY(picture.grad().abs().sum().item<double>() > 1e-3);
            QVERIFY(!object.grad().defined());
            QVERIFY(!proxies.grad().defined());
            // The gradient is that of the loss.
            const torch::NoGradGuard no_grad;
            constexpr double kStep = 1e-6;
            for (std::int64_t i = 0; i < 6; ++i) {
                Tensor up = picture.clone(), down = picture.clone();
                up[1][i] += kStep;
                down[1][i] -= kStep;
                const double slope = (transfer_loss(up, object, proxies, way).item<double>() -
                                      transfer_loss(down, object, proxies, way).item<double>()) /
                                     (2 * kStep);
                QVERIFY(near(picture.grad()[1][i].item<double>(), slope, 1e-7));
            }
            QVERIFY(near(transfer_loss(object, object, proxies, way).item<double>(), 0, 1e-12));
        }
    }

    void losses_are_finite_at_the_ends() {
        const Tensor ends = torch::tensor({{1.0f, 0.0f}, {-1.0f, 0.0f}, {0.0f, 0.0f}});
        Tensor picture = ends.clone().set_requires_grad(true);
        Tensor proxies = torch::tensor({{1.0f, 0.0f}, {-1.0f, 0.0f}}).set_requires_grad(true);
        LossBatch batch;
        batch.picture = picture;
        batch.object = ends.flip(0);
        batch.background = ends;
        batch.labels = torch::tensor({1, 1, 0}, torch::kLong);
        batch.background_labels = batch.labels;
        batch.proxies = batch.background_proxies = proxies;
        LossOptions options;
        options.contrastive = 1;
        std::map<std::string, double> terms;
        const Tensor total = dva::loss(batch, options, terms);
        total.backward();
        QVERIFY(std::isfinite(total.item<double>()));
        QVERIFY(torch::isfinite(picture.grad()).all().item<bool>());
        QVERIFY(torch::isfinite(proxies.grad()).all().item<bool>());
    }

    void the_loss_is_the_sum_of_its_parts() {
        torch::manual_seed(2);
        LossBatch batch;
        batch.picture = torch::randn({5, 8}, torch::kDouble);
        batch.object = torch::randn({5, 8}, torch::kDouble);
        batch.background = torch::randn({2, 8}, torch::kDouble);
        batch.labels = torch::tensor({0, 1, 2, 1, 0}, torch::kLong);
        batch.background_labels = torch::tensor({2, 0}, torch::kLong);
        batch.proxies = torch::randn({3, 8}, torch::kDouble);
        batch.background_proxies = torch::randn({3, 8}, torch::kDouble);
        const double picture = losses::proxy_nca(batch.picture, batch.proxies, batch.labels).item<double>();
        const double object = losses::proxy_nca(batch.object, batch.proxies, batch.labels).item<double>();
        const double background =
            losses::proxy_nca(batch.background, batch.background_proxies, batch.background_labels)
                .item<double>();
        const double transfer = transfer_loss(batch.picture, batch.object, batch.proxies).item<double>();
        const double contrastive = losses::dvf_contrastive(batch.picture, batch.labels).item<double>();
        LossOptions options;
        options.contrastive = 0.25;
        std::map<std::string, double> terms;
        QVERIFY(near(dva::loss(batch, options, terms).item<double>(),
                     picture + object + 0.5 * background + transfer + 0.25 * contrastive, 1e-12));
        QCOMPARE(terms.at("picture"), picture);
        QCOMPARE(terms.at("background"), background);
        // Without views only the picture's term is left.
        batch.object = batch.background = Tensor();
        terms.clear();
        QVERIFY(near(dva::loss(batch, {}, terms).item<double>(), picture, 1e-12));
        QCOMPARE(terms.size(), std::size_t{2});
    }

    void counts_its_parameters() {
        const auto count = [](int width, int depth, AdaptationOptions options = {}) {
            return InContextAdaptation(shape_of(width, depth), options, 1).parameter_count();
        };
        QCOMPARE(count(192, 12), std::int64_t{147'456});
        QCOMPARE(count(384, 12), std::int64_t{294'912});
        QCOMPARE(count(768, 12), std::int64_t{589'824});
        QVERIFY(near(589'824.0 / (85'798'656 + 589'824), 0.00683, 1e-5));
        AdaptationOptions shared;
        shared.shared = true;
        QCOMPARE(count(192, 12, shared), std::int64_t{147'456});
        AdaptationOptions last;
        last.last_blocks = 4;
        QCOMPARE(count(192, 12, last), std::int64_t{49'152});
    }

    void a_fresh_adaptation_changes_nothing() {
        const VitTensors vit = specimen();
        const Tensor pixels = some_pixels();
        const torch::NoGradGuard no_grad;
        const Tensor frozen = vit_forward(vit, pixels, VitFeature::ClassToken);
        for (const IcaActivation activation :
             {IcaActivation::Gelu, IcaActivation::Relu, IcaActivation::Identity})
            for (const bool shared : {false, true})
                for (const bool norm : {false, true}) {
                    AdaptationOptions options;
                    options.activation = activation;
                    options.shared = shared;
                    options.final_norm = norm;
                    const InContextAdaptation fresh(vit, options, 3);
                    QVERIFY(torch::equal(embed(vit, pixels, fresh), frozen));
                }
    }

    void draws_from_its_seed_alone() {
        const VitTensors vit = specimen();
        torch::manual_seed(1);
        const InContextAdaptation one(vit, {}, 3);
        torch::manual_seed(2);
        const InContextAdaptation same(vit, {}, 3), other(vit, {}, 4);
        QVERIFY(torch::equal(one.parameters()[0], same.parameters()[0]));
        QVERIFY(!torch::equal(one.parameters()[0], other.parameters()[0]));
        // Kaiming-uniform with a = sqrt(5) is within 1 / sqrt(fan_in).
        const double largest = one.parameters()[0].abs().max().item<double>();
        const double bound = 1 / std::sqrt(static_cast<double>(kVitWidth));
        QVERIFY(largest <= bound && largest > 0.9 * bound);
    }

    void only_the_adapters_learn() {
        const VitTensors vit = specimen();
        std::vector<Tensor> before;
        for (const Tensor& tensor : frozen_tensors(vit)) before.push_back(tensor.clone());
        InContextAdaptation adaptation(vit, {}, 3);
        // In the first step U is 0, so D gets no gradient and U does.
        Tensor loss = embed(vit, some_pixels(), adaptation).square().sum();
        loss.backward();
        for (const auto& parameter : adaptation.named_parameters()) {
            const bool up = parameter.key().ends_with("_up");
            QVERIFY2((parameter.value().grad().abs().max().item<double>() > 0) == up,
                     parameter.key().c_str());
        }
        const auto values = learn(vit, adaptation, 30);
        QVERIFY(values.back() < 0.5 * values.front());
        // After it every one does.
        adaptation.zero_grad();
        loss = embed(vit, some_pixels(), adaptation).square().sum();
        loss.backward();
        for (const auto& parameter : adaptation.named_parameters())
            QVERIFY2(parameter.value().grad().abs().max().item<double>() > 0, parameter.key().c_str());
        const auto after = frozen_tensors(vit);
        for (std::size_t i = 0; i < after.size(); ++i) {
            QVERIFY(torch::equal(before[i], after[i]));
            QVERIFY(!after[i].requires_grad() && !after[i].grad().defined());
        }
    }

    void adapts_only_the_last_blocks() {
        const VitTensors vit = specimen();
        AdaptationOptions options;
        options.last_blocks = 1;
        InContextAdaptation adaptation(vit, options, 3);
        QCOMPARE(adaptation.first_block(), kVitDepth - 1);
        const IcaAdapterSet adapters = adaptation.adapters();
        QVERIFY(!adapters.blocks[0].present() && adapters.blocks[1].present());
        QVERIFY(learn(vit, adaptation, 20).back() < 2);
        // What enters the first adapted block needs no graph.
        const Tensor entering = vit_blocks(vit, vit_tokens(vit, some_pixels()), 0, 1, &adapters);
        QVERIFY(!entering.requires_grad());
    }

    void a_linear_adaptation_folds_into_the_weights() {
        const auto file = as_file(make_vit());
        const auto network = read_vit(*file);
        QVERIFY(network);
        const VitTensors vit = make_vit_tensors(*network, kVitInput, kVitInput);
        for (const bool shared : {false, true}) {
            AdaptationOptions options;
            options.activation = IcaActivation::Identity;
            options.shared = shared;
            options.final_norm = true;
            InContextAdaptation adaptation(vit, options, 3);
            learn(vit, adaptation, 10);
            const auto stored = as_file(adaptation.tensors());
            QVERIFY(stored);
            const auto read = read_ica(*stored, *network);
            QVERIFY2(read, read ? "" : read.error().text.c_str());
            const VitTensors one = make_vit_tensors(folded(*network, *read), kVitInput, kVitInput);
            const torch::NoGradGuard no_grad;
            const Tensor pixels = some_pixels();
            const Tensor unfolded = losses::unit(embed(vit, pixels, adaptation));
            const Tensor plain = losses::unit(vit_forward(vit, pixels, VitFeature::ClassToken));
            const Tensor fold = losses::unit(vit_forward(one, pixels, VitFeature::ClassToken));
            QVERIFY((unfolded - fold).abs().max().item<double>() < 1e-5);
            QVERIFY((unfolded - plain).abs().max().item<double>() > 1e-3);
        }
    }

    void stored_adapters_give_the_same() {
        const auto file = as_file(make_vit());
        const auto network = read_vit(*file);
        QVERIFY(network);
        const VitTensors vit = make_vit_tensors(*network, kVitInput, kVitInput);
        for (const bool shared : {false, true}) {
            AdaptationOptions options;
            options.shared = shared;
            InContextAdaptation adaptation(vit, options, 3);
            learn(vit, adaptation, 5);
            const auto stored = as_file(adaptation.tensors());
            const auto read = read_ica(*stored, *network);
            QVERIFY2(read, read ? "" : read.error().text.c_str());
            const IcaAdapterSet set = make_ica_tensors(*read, kVitWidth);
            const torch::NoGradGuard no_grad;
            QVERIFY(torch::equal(vit_forward(vit, some_pixels(), VitFeature::ClassToken, &set),
                                 embed(vit, some_pixels(), adaptation)));
        }
    }

    void boxes_have_their_golden_values() {
        const Box tall = widened_box({100, 50, 40, 160}, 320, 240);
        QVERIFY(near(tall.x, 54) && near(tall.y, 42) && near(tall.width, 132) && near(tall.height, 176));
        const Box square = widened_box({260, 10, 50, 50}, 320, 240);
        QVERIFY(near(square.x, 257.5) && near(square.y, 7.5) && near(square.width, 55) &&
                near(square.height, 55));
        // At a corner it is pushed inside, and it never grows beyond the picture.
        const Box corner = widened_box({0, 0, 100, 100}, 320, 240);
        QVERIFY(near(corner.x, 0) && near(corner.y, 0) && near(corner.width, 110));
        const Box flat = widened_box({0, 100, 320, 10}, 320, 240);
        QVERIFY(near(flat.width, 320) && near(flat.height, 240));
        const Box whole = widened_box({10, 10, 300, 220}, 320, 240);
        QVERIFY(near(whole.x, 0) && near(whole.y, 0) && near(whole.width, 320) && near(whole.height, 240));
    }

    void views_leave_out_what_teaches_nothing() {
        QVERIFY(!make_views(std::nullopt, 200, 200).object);
        const Views small = make_views(Crop{4000, 4000, 2000, 2000}, 200, 200);
        QVERIFY(small.object && small.background);
        QVERIFY(*small.object == (Crop{3900, 3900, 2200, 2200}));
        QVERIFY(*small.background == *small.object);
        // Above 80 % of the picture there is no background to learn from.
        const Views large = make_views(Crop{500, 500, 9000, 9000}, 200, 200);
        QVERIFY(large.object && !large.background);
        for (const Crop& odd : {Crop{0, 0, 1, 1}, Crop{9999, 9999, 1, 1}, Crop{0, 9000, 10000, 1000}}) {
            const Views views = make_views(odd, 256, 256);
            QVERIFY(views.object && views.object->valid());
        }
        QVERIFY(!make_views(Crop{0, 0, 0, 0}, 256, 256).object);
    }

    void attention_finds_the_largest_spot() {
        std::vector<float> attention(8 * 6, 0.1f);
        for (const int row : {2, 3})
            for (const int column : {1, 2, 3}) attention[static_cast<std::size_t>(row * 8 + column)] = 3;
        attention[5 * 8 + 7] = 4;  // a brighter but smaller one
        const auto box = attention_box(attention, 6, 8);
        QVERIFY(box);
        QVERIFY(*box == (Crop{1250, 3333, 3750, 3334}) || *box == (Crop{1250, 3333, 3750, 3333}));
        // Spread over four corners it is not one thing.
        std::vector<float> corners(36, 0.01f);
        for (const std::size_t place : {0, 5, 30, 35}) corners[place] = 1;
        QVERIFY(!attention_box(corners, 6, 6, 0.9));
        QVERIFY(!attention_box(std::vector<float>(36, 0.0f), 6, 6));
        QVERIFY(!attention_box(corners, 5, 6));
    }
};

QTEST_GUILESS_MAIN(TestDva)
#include "test_dva.moc"
