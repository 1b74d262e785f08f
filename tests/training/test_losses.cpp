// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include <QtTest/QtTest>
#include <cmath>
#include <functional>

#include "core/training/losses.h"

using namespace fieldmark;
using torch::Tensor;

namespace {

using Loss = std::function<Tensor(const Tensor& embeddings, const Tensor& proxies)>;

Tensor doubles(std::vector<double> values, std::vector<std::int64_t> shape) {
    return torch::tensor(values, torch::kDouble).reshape(shape);
}

/// Inputs of the golden values: X, P and y.
Tensor golden_x() {
    return doubles({1, 0, 0, .6, .8, 0}, {2, 3});
}
Tensor golden_p() {
    return doubles({1, 1, 0, 0, 1, 1}, {2, 3});
}
Tensor golden_y() {
    return torch::tensor({0, 1}, torch::kLong);
}

void compare(const Tensor& tensor, double expected, double tolerance = 1e-9) {
    const double value = tensor.item<double>();
    QVERIFY2(std::abs(value - expected) < tolerance,
             QByteArray::number(value, 'g', 15) + " instead of " + QByteArray::number(expected, 'g', 15));
}

/// Largest difference between the gradient by autograd and by central differences.
double gradient_error(const std::function<Tensor(const Tensor&)>& loss, Tensor x) {
    x = x.clone().set_requires_grad(true);
    const Tensor gradient = torch::autograd::grad({loss(x)}, {x})[0];
    double worst = 0;
    const torch::NoGradGuard no_grad;
    Tensor flat = x.detach().clone();
    constexpr double kStep = 1e-6;
    for (std::int64_t i = 0; i < flat.numel(); ++i) {
        Tensor up = flat.clone(), down = flat.clone();
        up.view(-1)[i] += kStep;
        down.view(-1)[i] -= kStep;
        const double numeric = (loss(up) - loss(down)).item<double>() / (2 * kStep);
        worst = std::max(worst, std::abs(numeric - gradient.reshape(-1)[i].item<double>()));
    }
    return worst;
}

}  // namespace

class TestLosses : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void proxy_nca_golden() {
        const Tensor cosines = losses::unit(golden_x()).mm(losses::unit(golden_p()).t());
        const Tensor distances = 18 * (1 - cosines);
        compare(distances[0][0], 5.272077939, 1e-8);
        compare(distances[0][1], 18, 1e-9);
        compare(distances[1][0], 0.180909114, 1e-8);
        compare(distances[1][1], 7.817662351, 1e-8);
        compare(losses::proxy_nca(golden_x(), golden_p(), golden_y()), 3.818619240, 1e-8);
        // In float32 too.
        compare(losses::proxy_nca(golden_x().to(torch::kFloat), golden_p().to(torch::kFloat), golden_y()),
                3.818619240, 4e-5);
    }

    void dvf_contrastive_golden() { compare(losses::dvf_contrastive(golden_x(), golden_y()), 0.15); }

    void proxy_anchor_golden() {
        compare(losses::proxy_anchor(golden_x(), golden_p(), golden_y()), 19.059168736, 1e-8);
    }

    void spherical_contrastive_golden() {
        // Class by class: (a, b) of class 0, then of class 1.
        const Tensor z = doubles({1, 0, .8, .6, 0, 1, .28, .96}, {4, 2});
        compare(losses::spherical_contrastive(z, 2, 0.1), 0.244077164376);
        compare(losses::spherical_contrastive(z, 2, 0.05), 0.185748675725);
        compare(losses::spherical_contrastive(z, 2, 0.1, true), 2 * 0.244077164376);
        // The two ordered pairs by themselves, from the definition.
        const auto pair = [&](int a, int b) {
            double sum = 0;
            for (int c = 0; c < 2; ++c) {
                const auto dot = [&](int c1, int s1, int c2, int s2) {
                    return z[2 * c1 + s1].dot(z[2 * c2 + s2]).item<double>() / 0.1;
                };
                double below = std::exp(dot(c, a, 0, b)) + std::exp(dot(c, a, 1, b));
                below += std::exp(dot(c, a, 1 - c, a));
                sum += -dot(c, a, c, b) + std::log(below);
            }
            return sum / 2;
        };
        QVERIFY(std::abs(pair(0, 1) - 0.016428994320) < 1e-9);
        QVERIFY(std::abs(pair(1, 0) - 0.471725334432) < 1e-9);
    }

    void gradients_agree_with_differences() {
        torch::manual_seed(3);
        const Tensor x = torch::randn({6, 5}, torch::kDouble);
        const Tensor p = torch::randn({3, 5}, torch::kDouble);
        const Tensor y = torch::tensor({0, 0, 1, 1, 2, 2}, torch::kLong);
        const auto check = [&](const Loss& loss) {
            const double by_x = gradient_error([&](const Tensor& t) { return loss(t, p); }, x);
            const double by_p = gradient_error([&](const Tensor& t) { return loss(x, t) + 0 * t.sum(); }, p);
            QVERIFY2(by_x < 1e-6 && by_p < 1e-6, QByteArray::number(by_x) + " " + QByteArray::number(by_p));
        };
        check([&](const Tensor& e, const Tensor& q) { return losses::proxy_nca(e, q, y); });
        check([&](const Tensor& e, const Tensor& q) { return losses::proxy_anchor(e, q, y); });
        check([&](const Tensor& e, const Tensor&) { return losses::spherical_contrastive(e, 2); });
        check([&](const Tensor& e, const Tensor&) { return losses::dvf_contrastive(e, y); });
    }

    void finite_in_float32_at_the_ends() {
        // Equal, opposite and zero vectors: cosines of 1, -1 and none.
        const Tensor x =
            torch::tensor({1.f, 0.f, 1.f, 0.f, -1.f, 0.f, -1.f, 0.f, 0.f, 0.f, 0.f, 0.f}).reshape({6, 2});
        const Tensor p = torch::tensor({1.f, 0.f, -1.f, 0.f, 0.f, 0.f}).reshape({3, 2});
        const Tensor y = torch::tensor({0, 0, 1, 1, 2, 2}, torch::kLong);
        const auto check = [&](const Loss& loss) {
            const Tensor e = x.clone().set_requires_grad(true);
            const Tensor value = loss(e, p);
            QVERIFY(std::isfinite(value.item<double>()));
            value.backward();
            QVERIFY(e.grad().isfinite().all().item<bool>());
        };
        check([&](const Tensor& e, const Tensor& q) { return losses::proxy_nca(e, q, y); });
        check([&](const Tensor& e, const Tensor& q) { return losses::proxy_anchor(e, q, y); });
        check([&](const Tensor& e, const Tensor&) { return losses::spherical_contrastive(e, 2); });
        check([&](const Tensor& e, const Tensor&) {
            return losses::spherical_contrastive(e, 6);
        });  // one class
        check([&](const Tensor& e, const Tensor&) { return losses::dvf_contrastive(e, y); });
    }
};

QTEST_APPLESS_MAIN(TestLosses)
#include "test_losses.moc"
