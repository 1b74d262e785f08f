// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The linear layer that training goes through, against the definition in double precision: what it gives and
// the three gradients, for the shapes a transformer has and for those that must take LibTorch's own way.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <QtTest/QtTest>

#include "core/models/differentiable_linear.h"
#include "core/models/fused_linear.h"

using namespace fieldmark;

namespace {

struct Pass {
    at::Tensor out;
    std::vector<at::Tensor> gradients;
};

/// The layer's output, and the gradients of its sum weighted by `weighting`.
template <typename Layer>
Pass pass(const Layer& layer, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
          const at::Tensor& weighting) {
    Pass made;
    made.out = layer(x, weight, bias);
    std::vector<at::Tensor> wanted;
    for (const at::Tensor& tensor : {x, weight, bias})
        if (tensor.defined() && tensor.requires_grad()) wanted.push_back(tensor);
    if (!wanted.empty()) made.gradients = torch::autograd::grad({(made.out * weighting).sum()}, wanted);
    return made;
}

at::Tensor doubled(const at::Tensor& tensor) {
    if (!tensor.defined()) return {};
    return tensor.detach().to(at::kDouble).requires_grad_(tensor.requires_grad());
}

double distance(const at::Tensor& a, const at::Tensor& b) {
    return ((a.detach().to(at::kDouble) - b.detach()).norm() / (b.detach().norm() + 1e-12)).item<double>();
}

}  // namespace

class TestDifferentiableLinear : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agrees_with_the_definition_data();
    void agrees_with_the_definition();
    void gives_only_the_gradients_asked_for();
    void has_no_second_derivative();
    void a_frozen_network_gives_no_gradient();
};

void TestDifferentiableLinear::agrees_with_the_definition_data() {
    QTest::addColumn<QList<qint64>>("rows");
    QTest::addColumn<bool>("input_learns");
    QTest::addColumn<bool>("weight_learns");
    QTest::addColumn<int>("bias");  // 0: none, 1: frozen, 2: learns
    QTest::addColumn<bool>("strided");
    QTest::newRow("adapters below a frozen layer") << QList<qint64>{2, 197} << true << false << 1 << false;
    QTest::newRow("a layer that learns") << QList<qint64>{2, 17} << true << true << 2 << false;
    QTest::newRow("the first layer that learns") << QList<qint64>{3, 5} << false << true << 2 << false;
    QTest::newRow("only the bias learns") << QList<qint64>{3, 5} << false << false << 2 << false;
    QTest::newRow("all but the bias learns") << QList<qint64>{3, 5} << true << true << 1 << false;
    QTest::newRow("without a bias") << QList<qint64>{7} << true << true << 0 << false;
    QTest::newRow("one row") << QList<qint64>{1} << true << true << 2 << false;
    QTest::newRow("not contiguous") << QList<qint64>{2, 9} << true << true << 2 << true;
    QTest::newRow("no rows") << QList<qint64>{0} << true << true << 2 << false;
}

void TestDifferentiableLinear::agrees_with_the_definition() {
    QFETCH(const QList<qint64>, rows);
    QFETCH(const bool, input_learns);
    QFETCH(const bool, weight_learns);
    QFETCH(const int, bias);
    QFETCH(const bool, strided);
    constexpr std::int64_t kIn = 48, kOut = 33;
    at::manual_seed(1);
    std::vector<std::int64_t> shape(rows.begin(), rows.end());
    shape.push_back(kIn);
    at::Tensor values = at::randn(shape);
    if (strided) values = at::randn({shape[0], kIn, shape[1]}).transpose(1, 2);
    QCOMPARE(values.is_contiguous(), !strided);
    const at::Tensor x = values.requires_grad_(input_learns);
    const at::Tensor weight = at::randn({kOut, kIn}).requires_grad_(weight_learns);
    const at::Tensor offset = bias > 0 ? at::randn({kOut}).requires_grad_(bias == 2) : at::Tensor();
    shape.back() = kOut;
    const at::Tensor weighting = at::randn(shape);

    const auto own = [](const auto& a, const auto& b, const auto& c) {
        return differentiable_linear(a, b, c);
    };
    const auto definition = [](const auto& a, const auto& b, const auto& c) {
        const at::Tensor product = at::matmul(a, b.t());
        return c.defined() ? product + c : product;
    };
    const Pass made = pass(own, x, weight, offset, weighting);
    const Pass wanted =
        pass(definition, doubled(x), doubled(weight), doubled(offset), weighting.to(at::kDouble));
    QVERIFY2(distance(made.out, wanted.out) < 1e-6,
             qPrintable(QString::number(distance(made.out, wanted.out))));
    QCOMPARE(made.out.sizes().vec(), shape);
    QCOMPARE(made.gradients.size(), wanted.gradients.size());
    QVERIFY(!made.gradients.empty());
    // What was tested is oneDNN's way, but for what it does not take.
    const bool one_dnn = fused_linear_available() && !strided && rows.front() > 0;
    QCOMPARE(made.out.grad_fn()->name().find("OneDnnLinear") != std::string::npos, one_dnn);
    for (std::size_t i = 0; i < made.gradients.size(); ++i) {
        QCOMPARE(made.gradients[i].sizes().vec(), wanted.gradients[i].sizes().vec());
        const double off = distance(made.gradients[i], wanted.gradients[i]);
        QVERIFY2(off < 1e-6, qPrintable(QStringLiteral("gradient %1 is off by %2").arg(i).arg(off)));
    }
}

void TestDifferentiableLinear::gives_only_the_gradients_asked_for() {
    const at::Tensor x = at::randn({4, 8}).requires_grad_(), weight = at::randn({6, 8}).requires_grad_();
    const auto found = torch::autograd::grad({differentiable_linear(x, weight, {}).sum()}, {weight});
    QVERIFY(distance(found[0], x.sum(0).expand({6, 8}).to(at::kDouble)) < 1e-6);
}

void TestDifferentiableLinear::has_no_second_derivative() {
    if (!fused_linear_available()) QSKIP("this LibTorch has no oneDNN");
    const at::Tensor x = at::randn({4, 8}).requires_grad_();
    const at::Tensor out = differentiable_linear(x, at::randn({6, 8}), {}).square().sum();
    QVERIFY_THROWS_EXCEPTION(c10::Error, torch::autograd::grad({out}, {x}, {}, std::nullopt, true));
}

void TestDifferentiableLinear::a_frozen_network_gives_no_gradient() {
    const at::Tensor out = differentiable_linear(at::randn({4, 8}), at::randn({6, 8}), at::randn({6}));
    QVERIFY(!out.requires_grad());
}

QTEST_GUILESS_MAIN(TestDifferentiableLinear)
#include "test_differentiable_linear.moc"
