// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Golden values and properties of the reconstruction of GDF-Net (docs/methods-gdfnet.md).
#include <torch/torch.h>

#include <QtTest/QTest>

#include "core/index/hamming_kernels.h"
#include "core/methods/gdfnet/code_figures.h"
#include "core/methods/gdfnet/hash_losses.h"
#include "core/methods/gdfnet/itq.h"
#include "core/models/gdfnet_network.h"
#include "core/models/safetensors_writer.h"

using namespace fieldmark;

namespace {

torch::Tensor rows(std::initializer_list<std::initializer_list<double>> values) {
    std::vector<double> flat;
    for (const auto& row : values) flat.insert(flat.end(), row.begin(), row.end());
    return torch::tensor(flat, torch::kDouble)
        .view({static_cast<std::int64_t>(values.size()), static_cast<std::int64_t>(values.begin()->size())});
}

const torch::Tensor h1 = rows({{.9, -.8, .7, -.6}});
const torch::Tensor h2 = rows({{.5, .4, -.3, -.2}});
const torch::Tensor h3 = rows({{.8, -.7, .9, -.4}});

bool close(const torch::Tensor& value, double wanted, double tolerance = 1e-9) {
    return std::abs(value.item<double>() - wanted) < tolerance;
}

GdfNetShape small_shape(GraphKind graph = GraphKind::Edge, GraphSkip skip = GraphSkip::Pooled) {
    GdfNetShape shape;
    shape.channels = 12;
    shape.width = 6;
    shape.neighbours = 4;
    shape.features = 10;
    shape.bits = 8;
    shape.graph = graph;
    shape.skip = skip;
    return shape;
}

/// Weights as training would have left them: nothing at its start value.
void shake(torch::nn::Module& module) {
    const torch::NoGradGuard guard;
    for (auto& parameter : module.parameters()) parameter.add_(torch::randn_like(parameter), 0.3);
    for (auto& entry : module.named_buffers()) {
        if (!entry.value().is_floating_point()) continue;
        if (entry.key().find("var") != std::string::npos) {
            entry.value().uniform_(0.5, 2);
        } else {
            entry.value().normal_(0, 0.3);
        }
    }
}

/// The layer by its definition: a product, a BatchNorm and a LeakyReLU for every edge, then the maximum.
torch::Tensor gather_by_edges(GraphLayerImpl& layer, const torch::Tensor& nodes, std::int64_t k) {
    const std::int64_t b = nodes.size(0), n = nodes.size(1), d = nodes.size(2);
    const torch::Tensor index = nearest_nodes(nodes, k);
    const torch::Tensor neighbours =
        nodes.unsqueeze(1).expand({b, n, n, d}).gather(2, index.unsqueeze(3).expand({b, n, k, d}));
    const torch::Tensor self = nodes.unsqueeze(2).expand({b, n, k, d});
    torch::Tensor edges = torch::cat({self, neighbours - self}, 3).matmul(layer.weight.t());
    torch::Tensor mean = layer.running_mean, var = layer.running_var;
    if (layer.is_training()) {
        mean = edges.mean({0, 1, 2});
        var = edges.var({0, 1, 2}, /*unbiased=*/false);
    }
    edges = (edges - mean) / (var + GraphLayerImpl::kEpsilon).sqrt() * layer.gamma + layer.beta;
    return std::get<0>(torch::leaky_relu(edges, GraphLayerImpl::kSlope).max(2));
}

}  // namespace

class TestGdfNetModules : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { torch::manual_seed(3); }

    void golden_1_to_5() {
        const torch::Tensor ones = torch::ones_like(h1);
        QVERIFY(close(cauchy_distance(h1.abs(), ones), 0.021858579813));
        QVERIFY(close(cauchy_distance(h2.abs(), ones), 0.094841311169));
        const torch::Tensor two = torch::cat({h1, h2});
        QVERIFY(close(cauchy_quantization(two), 0.002911594782));
        QVERIFY(close(cauchy_quantization(two, 2), 0.028600310167));
        QVERIFY(close(bit_balance(two), 0.1825));
        // (.1^2 + .2^2 + .3^2 + .4^2 + .5^2 + .6^2 + .7^2 + .8^2) / 8; unlike L_q it sees the scale.
        QVERIFY(close(code_magnitude(two), 0.255));
        QVERIFY(close(code_magnitude(torch::sign(two)), 0));
        const torch::Tensor d = cauchy_distance(h1, h2);
        QVERIFY(close(d, 1.928215746));
        QVERIFY(close(torch::log1p(d / 20), 0.092041924));
        QVERIFY(close(torch::log1p(20 / d), 2.431179106));
        const torch::Tensor labels = torch::tensor({0, 1, 0}, torch::kLong);
        QVERIFY(close(cauchy_pairs(torch::cat({h1, h2, h3}), labels), 2.387853489480));
        QVERIFY(std::abs(cauchy_pairs(torch::cat({h1, h2, h3}).to(torch::kFloat), labels).item<double>() -
                         2.387853489480) < 1e-5 * 2.4);
    }

    void figures_of_how_bits_are_used() {
        // Of 40 pictures: bit 0 is on in every other one, bit 1 says the same, bit 2 the opposite, bit 3 goes
        // by pairs, bits 4 and 5 never change, bit 6 changes once.
        torch::Tensor values = torch::ones({40, 7});
        for (int i = 0; i < 40; ++i) {
            const float sign = i % 2 == 0 ? 1.0f : -1.0f;
            values[i][0] = 0.1f * sign;
            values[i][1] = 3 * sign;
            values[i][2] = -sign;
            values[i][3] = i % 4 < 2 ? 1 : -1;
            values[i][5] = i == 7 ? 0.0f : -0.0f;  // both count as set
        }
        values[11][6] = -1;
        QVERIFY(std::abs(dead_bits(values) - 3.0 / 7) < 1e-12);
        QVERIFY(std::abs(twin_bits(values) - 2.0 / 7) < 1e-12);
        QCOMPARE(flipped_bits(values, values), 0.0);
        torch::Tensor after = values.clone();
        after[5][0] *= -1;
        after[6][3] *= -1;
        QVERIFY(std::abs(flipped_bits(values, after) - 2.0 / 280) < 1e-12);
        QCOMPARE(dead_bits(torch::empty({0, 7})), 0.0);
    }

    // One width, two neighbours, no BatchNorm (running figures that undo it), W = [1, -2].
    void golden_18_edge_convolution() {
        GdfNetShape shape;
        shape.width = 1;
        shape.neighbours = 2;
        GraphLayer layer(shape);
        layer->to(torch::kDouble);
        layer->eval();
        const torch::NoGradGuard guard;
        layer->weight.copy_(rows({{1, -2}}));
        layer->running_var.fill_(1 - GraphLayerImpl::kEpsilon);
        const torch::Tensor v = torch::tensor({0.0, 1.0, 3.0, 3.5}, torch::kDouble).view({1, 4, 1});
        const auto sorted = std::get<0>(nearest_nodes(v, 2).sort(2));
        QVERIFY(sorted.equal(torch::tensor({0, 1, 0, 1, 2, 3, 2, 3}, torch::kLong).view({1, 4, 2})));
        const torch::Tensor wanted = torch::tensor({0.0, 3.0, 3.0, 4.5}, torch::kDouble).view({1, 4, 1});
        QVERIFY(layer->gather(v).allclose(wanted, 0, 1e-9));
    }

    void split_form_is_the_edge_form_data() {
        QTest::addColumn<bool>("training");
        QTest::newRow("statistics of the batch") << true;
        QTest::newRow("running statistics") << false;
    }

    // Values, gradients and what the running statistics become.
    void split_form_is_the_edge_form() {
        QFETCH(bool, training);
        GdfNetShape shape = small_shape();
        GraphLayer layer(shape);
        layer->to(torch::kDouble);
        shake(*layer);
        layer->train(training);
        {
            const torch::NoGradGuard guard;
            layer->gamma[0] = -0.7;
            layer->gamma[1] = 0.9;
        }
        const torch::Tensor nodes = torch::randn({3, 9, shape.width}, torch::kDouble).set_requires_grad(true);
        const torch::Tensor probe = torch::randn({3, 9, shape.width}, torch::kDouble);

        const torch::Tensor by_edges = gather_by_edges(*layer, nodes, shape.neighbours);
        const auto wanted = torch::autograd::grad({(by_edges * probe).sum()},
                                                  {nodes, layer->weight, layer->gamma, layer->beta});
        const torch::Tensor before = layer->running_var.clone();
        const torch::Tensor split = layer->gather(nodes);
        const auto got =
            torch::autograd::grad({(split * probe).sum()}, {nodes, layer->weight, layer->gamma, layer->beta});
        QVERIFY(split.allclose(by_edges, 1e-10, 1e-10));
        for (std::size_t i = 0; i < wanted.size(); ++i) QVERIFY(got[i].allclose(wanted[i], 1e-8, 1e-8));
        QCOMPARE(!layer->running_var.equal(before), training);
    }

    void running_statistics_follow_all_edges() {
        GdfNetShape shape = small_shape();
        GraphLayer layer(shape);
        layer->to(torch::kDouble);
        const torch::NoGradGuard guard;
        const torch::Tensor nodes = torch::randn({2, 9, shape.width}, torch::kDouble) + 5;
        const std::int64_t k = shape.neighbours;
        const torch::Tensor index = nearest_nodes(nodes, k);
        const torch::Tensor neighbours = nodes.unsqueeze(1)
                                             .expand({2, 9, 9, shape.width})
                                             .gather(2, index.unsqueeze(3).expand({2, 9, k, shape.width}));
        const torch::Tensor self = nodes.unsqueeze(2).expand_as(neighbours);
        const torch::Tensor edges = torch::cat({self, neighbours - self}, 3).matmul(layer->weight.t());
        layer->gather(nodes);
        QVERIFY(layer->running_mean.allclose(edges.mean({0, 1, 2}) * GraphLayerImpl::kMomentum, 1e-9, 1e-9));
        QVERIFY(layer->running_var.allclose(1 + (edges.var({0, 1, 2}, true) - 1) * GraphLayerImpl::kMomentum,
                                            1e-9, 1e-9));
    }

    void neighbour_max_has_the_gradient_of_gathering() {
        const torch::Tensor values = torch::randn({2, 7, 5}, torch::kDouble).set_requires_grad(true);
        const torch::Tensor index = nearest_nodes(torch::randn({2, 7, 3}), 4);
        const torch::Tensor gathered = std::get<0>(values.unsqueeze(1)
                                                       .expand({2, 7, 7, 5})
                                                       .gather(2, index.unsqueeze(3).expand({2, 7, 4, 5}))
                                                       .max(2));
        const torch::Tensor own = neighbour_max(values, index);
        QVERIFY(own.equal(gathered));
        const torch::Tensor probe = torch::randn_like(own);
        QVERIFY(torch::autograd::grad({(own * probe).sum()}, {values})[0].allclose(
            torch::autograd::grad({(gathered * probe).sum()}, {values})[0]));
    }

    void a_node_is_its_own_neighbour() {
        // Far from the origin, where float32 no longer tells the distances apart.
        const torch::Tensor nodes = torch::randn({2, 20, 8}) + 3000;
        const torch::Tensor index = nearest_nodes(nodes, 9);
        QVERIFY((index.select(2, 0) == torch::arange(20).unsqueeze(0)).all().item<bool>());
        QCOMPARE(nearest_nodes(nodes, 50).size(2), std::int64_t{20});  // no more than there are
    }

    void fresh_layers_are_the_identity_data() {
        QTest::addColumn<int>("graph");
        QTest::newRow("edge") << static_cast<int>(GraphKind::Edge);
        QTest::newRow("gcn") << static_cast<int>(GraphKind::Gcn);
    }

    void fresh_layers_are_the_identity() {
        QFETCH(int, graph);
        const GdfNetShape shape = small_shape(static_cast<GraphKind>(graph));
        GraphLayer layer(shape);
        const torch::Tensor nodes = torch::randn({4, 9, shape.width});
        QVERIFY(layer->forward(nodes).equal(nodes));
        // With the pooled skip the whole network starts as the linear map beside it.
        GdfNet network(shape);
        const torch::Tensor map = torch::rand({4, 9, shape.channels});
        QVERIFY(network->forward(map).equal(network->skip(GdfNetImpl::pooled(map))));
    }

    void f_does_not_depend_on_the_order_of_nodes_data() { fresh_layers_are_the_identity_data(); }

    void f_does_not_depend_on_the_order_of_nodes() {
        QFETCH(int, graph);
        for (const GraphSkip skip : {GraphSkip::Pooled, GraphSkip::None}) {
            GdfNet network(small_shape(static_cast<GraphKind>(graph), skip));
            network->to(torch::kDouble);
            shake(*network);
            network->eval();
            const torch::Tensor map = torch::rand({3, 9, 12}, torch::kDouble);
            const torch::Tensor f = network->forward(map);
            QVERIFY(network->forward(map.index_select(1, torch::randperm(9))).allclose(f, 1e-9, 1e-9));
            QVERIFY(!network->forward(map * torch::rand({3, 9, 1}, torch::kDouble)).allclose(f, 1e-3, 1e-3));
        }
    }

    void every_weight_learns() {
        GdfNet network(small_shape());
        shake(*network);
        network->train();
        const torch::Tensor map = torch::rand({6, 9, 12});
        torch::tanh(network->hash(network->forward(map))).square().sum().backward();
        for (const auto& entry : network->named_parameters()) {
            const torch::Tensor gradient = entry.value().grad();
            QVERIFY2(gradient.defined() && gradient.abs().sum().item<double>() > 0, entry.key().c_str());
        }
    }

    void hash_rows_start_orthonormal_and_see_only_the_direction() {
        GdfNet network(small_shape());
        const torch::NoGradGuard guard;
        QVERIFY(network->hash_weight.mm(network->hash_weight.t()).allclose(torch::eye(8), 1e-5, 1e-5));
        const torch::Tensor f = torch::randn({5, 10});
        QVERIFY(network->hash(f * 7).allclose(network->hash(f), 1e-4, 1e-5));
    }

    void quantization_does_not_see_scale_and_balance_sees_signs() {
        const torch::Tensor h = torch::randn({6, 8}, torch::kDouble);
        QVERIFY(close(cauchy_quantization(h * 0.3), cauchy_quantization(h).item<double>()));
        QVERIFY(close(cauchy_quantization(h.sign()), 0));
        QVERIFY(close(bit_balance(torch::cat({h, -h})), 0));
        QVERIFY(close(bit_balance(torch::ones({3, 4}, torch::kDouble)), 1));
    }

    void losses_are_finite_at_the_ends_and_their_gradients_right() {
        const torch::Tensor labels = torch::tensor({0, 0, 1, 1}, torch::kLong);
        torch::Tensor ends = torch::ones({4, 8});
        ends[2] = -1;  // cos 1 within, -1 across
        ends[3] = -1;
        ends.set_requires_grad(true);
        const torch::Tensor loss = cauchy_pairs(ends, labels) + cauchy_quantization(ends) + bit_balance(ends);
        loss.backward();
        QVERIFY(torch::isfinite(loss).item<bool>() && torch::isfinite(ends.grad()).all().item<bool>());
        // One kind of pair only: weight 1.
        const torch::Tensor two = torch::cat({h1, h2});
        QVERIFY(close(cauchy_pairs(two, torch::tensor({0, 1}, torch::kLong)), 2.431179106));
        QVERIFY(close(cauchy_pairs(two, torch::tensor({1, 1}, torch::kLong)), 0.092041924));
        QVERIFY(close(cauchy_pairs(h1, torch::tensor({1}, torch::kLong)), 0));

        const torch::Tensor h = (torch::randn({4, 6}, torch::kDouble) * 0.5).set_requires_grad(true);
        const auto value = [&](const torch::Tensor& x) {
            return cauchy_pairs(x, labels) + cauchy_quantization(x) + bit_balance(x);
        };
        const torch::Tensor gradient = torch::autograd::grad({value(h)}, {h})[0];
        const torch::NoGradGuard guard;
        for (std::int64_t i = 0; i < h.numel(); ++i) {
            torch::Tensor step = torch::zeros(h.numel(), torch::kDouble);
            step[i] = 1e-6;
            step = step.view(h.sizes());
            const double slope = (value(h + step) - value(h - step)).item<double>() / 2e-6;
            QVERIFY(std::abs(slope - gradient.view(-1)[i].item<double>()) < 1e-6);
        }
    }

    void weights_come_back_from_a_file_data() { fresh_layers_are_the_identity_data(); }

    void weights_come_back_from_a_file() {
        QFETCH(int, graph);
        for (const GraphSkip skip : {GraphSkip::Pooled, GraphSkip::None}) {
            GdfNetShape shape = small_shape(static_cast<GraphKind>(graph), skip);
            shape.layers = 3;
            GdfNet network(shape);
            shake(*network);
            network->eval();
            FloatTensors tensors = gdfnet_weights(*network);
            auto file = Safetensors::parse(write_safetensors(tensors), "weights.safetensors");
            QVERIFY(file);
            auto read = read_gdfnet(*file);
            QVERIFY2(read.ok(), read.ok() ? "" : read.error().text.c_str());
            const torch::NoGradGuard guard;
            const torch::Tensor map = torch::rand({3, 9, 12});
            QVERIFY((*read)->forward(map).equal(network->forward(map)));
            QVERIFY((*read)->hash((*read)->forward(map)).equal(network->hash(network->forward(map))));

            // The hash layer alone, for an index: the same signs.
            const auto head = read_hash_head(*file);
            QVERIFY(head);
            QCOMPARE(head->bits, 8);
            const torch::Tensor f = torch::nn::functional::normalize(network->forward(map));
            const torch::Tensor h = network->hash(f).contiguous();
            std::vector<std::uint64_t> codes(3), wanted(3);
            head->encode({f.contiguous().const_data_ptr<float>(), 30}, 10, codes.data());
            for (std::size_t i = 0; i < 3; ++i) pack_code({h.const_data_ptr<float>() + 8 * i, 8}, &wanted[i]);
            QVERIFY(codes == wanted);

            for (const auto& [name, tensor] : tensors) {
                FloatTensors fewer = tensors;
                fewer.erase(name);
                auto broken = Safetensors::parse(write_safetensors(fewer), "weights.safetensors");
                QVERIFY(broken);
                QVERIFY2(!read_gdfnet(*broken), name.c_str());
            }
        }
    }

    void itq_codes() {
        // Four clusters at the corners of a turned square: two bits tell them apart once the axes are found.
        const std::int64_t n = 400;
        const torch::Tensor corner = torch::randint(0, 2, {n, 2}, torch::kDouble) * 2 - 1;
        torch::Tensor x = torch::cat(
            {corner * torch::tensor({1.0, 1.0}, torch::kDouble), torch::zeros({n, 3}, torch::kDouble)}, 1);
        x = (x + 0.05 * torch::randn({n, 5}, torch::kDouble)).to(torch::kFloat).contiguous();
        const std::span<const float> features(x.const_data_ptr<float>(), static_cast<std::size_t>(x.numel()));
        const auto head = itq_hash(features, 5, 2);
        QVERIFY(head);
        std::vector<std::uint64_t> codes(static_cast<std::size_t>(n));
        head->encode(features, 5, codes.data());
        std::map<std::pair<double, double>, std::set<std::uint64_t>> seen;
        for (std::int64_t i = 0; i < n; ++i)
            seen[{corner[i][0].item<double>(), corner[i][1].item<double>()}].insert(
                codes[static_cast<std::size_t>(i)]);
        QCOMPARE(seen.size(), std::size_t{4});
        std::set<std::uint64_t> distinct;
        for (const auto& [place, found] : seen) {
            QCOMPARE(found.size(), std::size_t{1});
            distinct.insert(*found.begin());
        }
        QCOMPARE(distinct.size(), std::size_t{4});
        // Orthonormal rows, the same for the same seed; too few vectors are refused.
        const torch::Tensor w = torch::tensor(head->weight).view({2, 5});
        QVERIFY(w.mm(w.t()).allclose(torch::eye(2), 1e-5, 1e-5));
        QVERIFY(itq_hash(features, 5, 2)->weight == head->weight);
        QVERIFY(principal_hash(features, 5, 6).error().kind == ErrorKind::Usage);
        QVERIFY(principal_hash(features.first(10), 5, 2).error().kind == ErrorKind::Usage);
        QVERIFY(principal_hash(features, 5, 5));
    }
};

QTEST_GUILESS_MAIN(TestGdfNetModules)
#include "test_gdfnet_modules.moc"
