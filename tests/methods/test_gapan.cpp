// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <functional>

#include "core/methods/gapan/alignment.h"
#include "core/methods/gapan/density.h"
#include "core/methods/gapan/density_fit.h"
#include "core/methods/gapan/flow.h"
#include "core/methods/gapan/objective.h"
#include "core/methods/gapan/prior.h"
#include "core/training/losses.h"
#include "core/training/proxies.h"

using namespace fieldmark;
using namespace fieldmark::gapan;
using torch::Tensor;

namespace {

Tensor doubles(std::vector<double> values, std::vector<std::int64_t> shape) {
    return torch::tensor(values, torch::kDouble).reshape(shape);
}

bool near(const Tensor& tensor, double expected, double tolerance = 1e-9) {
    const double value = tensor.item<double>();
    if (std::abs(value - expected) < tolerance) return true;
    qWarning("%.12g instead of %.12g", value, expected);
    return false;
}

/// A flow whose layers do something.
Flow shaken_flow(std::int64_t dimension, std::int64_t blocks, std::int64_t hidden) {
    FlowOptions options;
    options.dimension = dimension;
    options.blocks = blocks;
    options.hidden = hidden;
    Flow flow(options);
    const torch::NoGradGuard no_grad;
    torch::manual_seed(4);
    for (Tensor& parameter : flow->parameters())
        parameter.add_(torch::randn_like(parameter) * (0.5 / std::sqrt(static_cast<double>(hidden))));
    return flow;
}

/// Unit rows around one direction a class.
struct Clusters {
    Tensor embeddings;
    std::vector<std::int32_t> labels;
};
Clusters clusters(int classes, int each, int dimension, double spread) {
    torch::manual_seed(9);
    const Tensor centres = losses::unit(torch::randn({classes, dimension}));
    Clusters made;
    std::vector<Tensor> rows;
    for (int c = 0; c < classes; ++c) {
        rows.push_back(losses::unit(centres[c] + spread * torch::randn({each, dimension}) /
                                                     std::sqrt(static_cast<double>(dimension))));
        made.labels.insert(made.labels.end(), static_cast<std::size_t>(each), c);
    }
    made.embeddings = torch::cat(rows);
    return made;
}

DensityOptions small_density() {
    DensityOptions options;
    options.blocks = 2;
    options.hidden = 32;
    options.epochs = 15;
    return options;
}

std::vector<float> floats(const Tensor& tensor) {
    const Tensor flat = tensor.to(torch::kFloat).contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

/// Largest difference between the gradient by autograd and by central differences.
double gradient_error(const std::function<Tensor(const Tensor&)>& loss, const Tensor& at) {
    const Tensor x = at.clone().set_requires_grad(true);
    const Tensor gradient = torch::autograd::grad({loss(x)}, {x})[0];
    const torch::NoGradGuard no_grad;
    constexpr double kStep = 1e-6;
    double worst = 0;
    for (std::int64_t i = 0; i < at.numel(); ++i) {
        Tensor up = at.clone(), down = at.clone();
        up.view(-1)[i] += kStep;
        down.view(-1)[i] -= kStep;
        const double numeric = (loss(up) - loss(down)).item<double>() / (2 * kStep);
        worst = std::max(worst, std::abs(numeric - gradient.reshape(-1)[i].item<double>()));
    }
    return worst;
}

/// `each` rows of each class.
struct Fit {
    Tensor embeddings, labels;
    std::vector<int> sizes;
};
Fit fit_of(int classes, int each, int dimension) {
    const Clusters made = clusters(classes, each, dimension, 0.6);
    return {made.embeddings,
            torch::tensor(std::vector<std::int64_t>(made.labels.begin(), made.labels.end()), torch::kLong),
            std::vector<int>(static_cast<std::size_t>(classes), each)};
}

Options small_options(Alignment align) {
    Options options;
    options.align = align;
    options.blocks = 2;
    options.hidden = 16;
    options.warm_up = 1;
    options.aux_weight = 0;  // so that all of the loss is the alignment's
    return options;
}

/// The loss of some pictures once the priors stand at the class means, and its gradient.
std::pair<double, Tensor> aligned(const Options& options, const Fit& fit, const Tensor& rows) {
    GapanObjective objective(options, fit.sizes, fit.embeddings, fit.labels, 1);
    objective.begin_epoch(1, 100);
    objective.end_epoch(1, fit.embeddings, fit.labels);
    objective.begin_epoch(2, 100);
    const Tensor encoder = fit.embeddings.index_select(0, rows).clone().set_requires_grad(true);
    std::map<std::string, double> terms;
    objective.loss({encoder, fit.labels.index_select(0, rows), 2, {}}, terms).backward();
    return {terms.at("align"), encoder.grad()};
}

}  // namespace

class TestGapan : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void soft_clamp_golden() {
        const Tensor c = soft_clamp(doubles({.5, -1}, {2}));
        QVERIFY(near(c[0], 0.310949977, 1e-9));
        QVERIFY(near(c[1], -0.585443129, 1e-9));
        QVERIFY(near(c.sum(), -0.274493152, 1e-9));
        const Tensor y = doubles({3, 4}, {2}) * c.exp() + doubles({.1, .2}, {2});
        QVERIFY(near(y[0], 4.194162856, 1e-8));
        QVERIFY(near(y[1], 2.427436186, 1e-8));
        QVERIFY(soft_clamp(torch::full({1}, 1e30)).item<double>() < 1.9);
    }

    void coupling_golden() {
        const CouplingNet n2 = [](const Tensor& x) { return std::pair(.5 * x, -.25 * x); };
        const CouplingNet n1 = [](const Tensor& x) { return std::pair(-.4 * x, .3 * x); };
        const Tensor x = doubles({1.2, -.7}, {1, 2});
        const auto image = couple(x, 1, n1, n2);
        QVERIFY(near(image.z[0][0], 1.137895267507));
        QVERIFY(near(image.z[0][1], -0.185501564388));
        QVERIFY(near(image.log_jacobian[0], -0.504258408098));
        QVERIFY((uncouple(image.z, 1, n1, n2) - x).abs().max().item<double>() < 1e-12);
    }

    void flow_sizes_golden() {
        const auto count = [](std::int64_t d, std::int64_t k, std::int64_t h) {
            FlowOptions options;
            options.dimension = d;
            options.blocks = k;
            options.hidden = h;
            std::int64_t sum = 0;
            for (const Tensor& parameter : Flow(options)->parameters()) sum += parameter.numel();
            return sum;
        };
        QCOMPARE(count(384, 6, 512), std::int64_t{3'549'696});
        QCOMPARE(count(512, 6, 512), std::int64_t{4'730'880});
        QCOMPARE(count(384, 4, 256), std::int64_t{1'184'768});
    }

    void fresh_flow_only_permutes() {
        FlowOptions options;
        options.dimension = 7;
        options.blocks = 3;
        options.hidden = 8;
        const Tensor v = torch::randn({5, 7});
        const auto image = Flow(options)->forward(v);
        QVERIFY(image.log_jacobian.abs().max().item<double>() == 0);
        QVERIFY(torch::equal(std::get<0>(image.z.sort(1)), std::get<0>(v.sort(1))));
        QVERIFY(!torch::equal(image.z, v));
        QVERIFY(torch::equal(Flow(options)->forward(v).z, image.z));  // seeded
    }

    void flow_inverts() {
        // Also at the widths that it is used with.
        for (const std::int64_t dimension : {4, 33, 64, 384, 512}) {
            Flow flow = shaken_flow(dimension, 6, dimension < 384 ? 48 : 512);
            const torch::NoGradGuard no_grad;
            const Tensor v = torch::randn({16, dimension});
            QVERIFY((flow->inverse(flow->forward(v).z) - v).abs().max().item<double>() < 1e-4);
            QVERIFY(flow->forward(v).log_jacobian.abs().max().item<double>() > 0.01);
        }
    }

    void jacobian_is_the_numerical_one() {
        Flow flow = shaken_flow(4, 3, 16);
        // The parameters alone: the permutations stay whole numbers.
        for (Tensor& parameter : flow->parameters()) parameter.set_data(parameter.to(torch::kDouble));
        const Tensor v = torch::randn({1, 4}, torch::kDouble).set_requires_grad(true);
        const auto image = flow->forward(v);
        std::vector<Tensor> rows;
        for (int i = 0; i < 4; ++i)
            rows.push_back(torch::autograd::grad({image.z[0][i]}, {v}, {}, true)[0].reshape({4}));
        const double by_autograd = std::get<1>(torch::linalg_slogdet(torch::stack(rows))).item<double>();
        QVERIFY(std::abs(by_autograd - image.log_jacobian.item<double>()) < 1e-9);
        const torch::NoGradGuard no_grad;
        Tensor numeric = torch::zeros({4, 4}, torch::kDouble);
        for (int j = 0; j < 4; ++j) {
            Tensor up = v.detach().clone(), down = v.detach().clone();
            up[0][j] += 1e-6;
            down[0][j] -= 1e-6;
            numeric.select(1, j).copy_((flow->forward(up).z - flow->forward(down).z)[0] / 2e-6);
        }
        QVERIFY(std::abs(std::get<1>(torch::linalg_slogdet(numeric)).item<double>() -
                         image.log_jacobian.item<double>()) < 1e-6);
    }

    void likelihood_golden() {
        const FlowImpl::Image image{doubles({.5, -.2}, {1, 2}), doubles({.3}, {1})};
        const Tensor mu = doubles({.1, .1}, {1, 2}), log_sigma = doubles({-.1}, {1});
        const Tensor y = torch::zeros({1}, torch::kLong);
        QVERIFY(near(negative_log_likelihood(image, y, mu, log_sigma), 0.745276206, 1e-9));
        QVERIFY(
            near(class_log_density(image.z, image.log_jacobian, mu, log_sigma)[0][0], -1.490552411, 1e-9));
    }

    void small_classes_share_their_spread() {
        Prior prior(std::vector<int>{10, 2, 3, 10}, 4);
        const torch::NoGradGuard no_grad;
        prior->rho.copy_(torch::tensor({0.1f, 0.2f, 9.f, -9.f}));
        const Tensor sigma = prior->log_sigma();
        QVERIFY(near(sigma[0], 0.1, 1e-6));
        QVERIFY(near(sigma[1], 0.2, 1e-6));
        QVERIFY(near(sigma[2], 0.2, 1e-6));
        QVERIFY(near(sigma[3], -3, 1e-6));
    }

    void alignment_golden() {
        const Tensor m = losses::unit(doubles({1, 0, 0, 0, 1, 0, 0, 1, 1}, {3, 3}));
        const Tensor a = losses::unit(doubles({.9, .1, .2}, {1, 3}));
        const Tensor u = losses::unit(doubles({.6, .7, .1}, {1, 3}));
        const Tensor p = torch::softmax(a.mm(m.t()) / 0.1, 1), q = torch::softmax(u.mm(m.t()) / 0.1, 1);
        QVERIFY(near(p[0][0], 0.999220672, 1e-8));
        QVERIFY(near(q[0][1], 0.634871766, 1e-8));
        QVERIFY(near(profile_kl_of(u, m, a, 0.1, false), 1.525912037091));
        const Tensor back = (q * (q.log() - p.log())).sum();
        QVERIFY(near(profile_kl_of(u, m, a, 0.1, true), 1.525912037091 + back.item<double>()));

        const Tensor anchors = losses::unit(doubles({1, 0, 0, .9, .3, 0, 0, 1, 0, 0, .8, .4}, {2, 2, 3}));
        const Tensor y = torch::zeros({1}, torch::kLong);
        QVERIFY(near(infonce_logits(u, anchors)[0][0], 7.952314732, 1e-8));
        QVERIFY(near(infonce_logits(u, anchors)[0][1], 7.403293229, 1e-8));
        QVERIFY(near(infonce(u, anchors, y), 0.455850589767));
        // C by its definition.
        const Tensor s = anchors[0].mv(u[0]);
        QVERIFY(near(pull(u, anchors, y), (torch::softmax(s / 0.1, 0) * (1 - s)).sum().item<double>()));
    }

    void alignment_gradients_are_those_of_differences() {
        torch::manual_seed(6);
        const Tensor anchors =
            losses::unit(torch::randn({5, 4, 6}, torch::kDouble).reshape({-1, 6})).reshape({5, 4, 6});
        const Tensor x = torch::randn({7, 6}, torch::kDouble);
        const Tensor labels = torch::tensor({0, 1, 2, 3, 4, 4, 0}, torch::kLong);
        const Tensor choice = torch::tensor({3, 2, 1, 0, 0, 1, 2}, torch::kLong);
        // Of what the encoder gives, the normalisation's gradient included.
        for (const bool symmetric : {false, true})
            QVERIFY(gradient_error(
                        [&](const Tensor& e) {
                            return profile_kl(losses::unit(e), anchors, labels, choice, 0.1, symmetric);
                        },
                        x) < 1e-7);
        QVERIFY(gradient_error([&](const Tensor& e) { return infonce(losses::unit(e), anchors, labels); },
                               x) < 1e-7);
        QVERIFY(gradient_error([&](const Tensor& e) { return pull(losses::unit(e), anchors, labels); }, x) <
                1e-7);
    }

    /// With more anchors than are drawn at once they are drawn for the batch's classes alone. At T = 0 all
    /// anchors of a class are one, and "pull" looks at no other class: the same, however many there are.
    void anchors_of_the_batch_serve_as_those_of_all() {
        const Fit fit = fit_of(520, 6, 8);
        const Tensor rows = torch::tensor({18, 19, 3114, 3115, 606, 607, 20, 21}, torch::kLong);
        Options options = small_options(Alignment::Pull);
        options.temperature = 0;
        options.anchors = 7;  // 3,640 of 4,096
        const auto all = aligned(options, fit, rows);
        options.anchors = 8;  // 4,160
        const auto some = aligned(options, fit, rows);
        QVERIFY(all.first > 0);
        QVERIFY(std::abs(all.first - some.first) < 1e-6);
        QVERIFY((all.second - some.second).abs().max().item<double>() < 1e-6);
        // The other two have the batch's classes to tell apart, not all.
        for (const Alignment align : {Alignment::ProfileKl, Alignment::InfoNce}) {
            options.align = align;
            QVERIFY(torch::isfinite(aligned(options, fit, rows).second).all().item<bool>());
        }
    }

    void few_pictures_have_fewer_anchors() {
        const Tensor rows = torch::arange(8, torch::kLong);
        Options eight = small_options(Alignment::InfoNce), four = eight;
        four.anchors = 4;
        // No class has more than five pictures: four anchors are drawn.
        Fit fit = fit_of(4, 5, 8);
        QCOMPARE(aligned(eight, fit, rows).first, aligned(four, fit, rows).first);
        fit.sizes[2] = 6;
        QVERIFY(aligned(eight, fit, rows).first != aligned(four, fit, rows).first);
    }

    void noise_can_be_cut_off() {
        constexpr std::int64_t kDimension = 16;
        const auto generator = [] { return at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{8}); };
        at::Generator plain = generator(), whole = generator(), some = generator();
        QVERIFY(torch::equal(draw_noise(30, 20, kDimension, whole),
                             torch::randn({30, 20, kDimension}, plain, torch::TensorOptions())));
        const Tensor cut = draw_noise(30, 20, kDimension, some, 0.25);
        // The share of the Gaussian within a draw's own distance: even between 0 and the cut.
        const Tensor squares = cut.to(torch::kDouble).square().sum(2) / 2;
        const Tensor share = torch::special_gammainc(torch::full_like(squares, kDimension / 2.0), squares);
        QVERIFY(share.max().item<double>() <= 0.25);
        QVERIFY(std::abs(share.mean().item<double>() - 0.125) < 0.01);
        QVERIFY(std::abs(cut.mean().item<double>()) < 0.03);
    }

    void proxies_begin_where_they_are_asked_to() {
        const Fit fit = fit_of(6, 8, 40);
        const auto proxies = [&](bool class_mean, std::uint64_t seed) {
            Options options = small_options(Alignment::None);
            options.proxy_weight = 1;
            options.class_mean = class_mean;
            GapanObjective objective(options, fit.sizes, fit.embeddings, fit.labels, seed);
            const Tensor one = objective.parameters().at(0);
            return one.requires_grad() ? one.detach().clone() : Tensor();
        };
        QVERIFY(torch::equal(proxies(true, 1), class_means(fit.embeddings, fit.labels, 6)));
        QVERIFY(torch::equal(proxies(false, 1), random_proxies(6, 40, 1)));
        QVERIFY(torch::equal(proxies(false, 1), proxies(false, 1)));
        QVERIFY(!torch::equal(proxies(false, 1), proxies(false, 2)));
        QVERIFY(std::abs(proxies(false, 1).std().item<double>() - 0.125) < 0.02);
        // A class mean is that of its own pictures.
        const Tensor own = losses::unit(fit.embeddings.slice(0, 8, 16).mean(0, true));
        QVERIFY((proxies(true, 1)[1] - own[0]).abs().max().item<double>() < 1e-6);
    }

    void anchors_lie_where_they_should() {
        Flow flow = shaken_flow(6, 2, 16);
        Prior prior(std::vector<int>{20, 20, 20}, 6);
        {
            const torch::NoGradGuard no_grad;
            prior->mu.copy_(torch::randn({3, 6}) * 2);
        }
        at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{5});
        const Tensor classes = torch::tensor({2, 0}, torch::kLong);
        const Tensor anchors = draw_anchors(*flow, *prior, classes, 8, 0.5, generator);
        QVERIFY(!anchors.requires_grad());
        QVERIFY((anchors.norm(2, 2) - 1).abs().max().item<double>() < 1e-5);
        const Tensor modes = draw_anchors(*flow, *prior, classes, 4, 0, generator);
        const torch::NoGradGuard no_grad;
        const Tensor expected = losses::unit(flow->inverse(prior->mu.index_select(0, classes)));
        QVERIFY((modes - expected.unsqueeze(1)).abs().max().item<double>() < 1e-6);
    }

    /// Neither term reaches what it must not: the likelihood not the encoder, the alignment neither flow nor
    /// priors.
    void gradients_stay_apart() {
        const Clusters data = clusters(4, 8, 10, 0.5);
        const Tensor labels =
            torch::tensor(std::vector<std::int64_t>(data.labels.begin(), data.labels.end()), torch::kLong);
        for (const Alignment align : {Alignment::ProfileKl, Alignment::InfoNce, Alignment::Pull}) {
            Options options;
            options.align = align;
            options.blocks = 2;
            options.hidden = 16;
            options.warm_up = 1;
            options.aux_weight = 0;  // so that all of the gradient is the alignment's
            GapanObjective objective(options, {8, 8, 8, 8}, data.embeddings, labels, 1);
            objective.begin_epoch(1, 100);
            const Tensor encoder = data.embeddings.clone().set_requires_grad(true);
            std::map<std::string, double> terms;
            objective.own_step(encoder, labels, terms);
            QVERIFY(terms.contains("nll"));
            QVERIFY(!encoder.grad().defined());
            objective.end_epoch(1, data.embeddings, labels);
            QVERIFY(objective.prior()->mu.abs().max().item<double>() > 0);  // class means by now

            objective.begin_epoch(2, 100);
            for (const Tensor& parameter : objective.flow()->parameters())
                parameter.mutable_grad() = Tensor();
            for (const Tensor& parameter : objective.prior()->parameters())
                parameter.mutable_grad() = Tensor();
            objective.loss({encoder, labels, 8, {}}, terms).backward();
            QVERIFY(terms.contains("align"));
            QVERIFY(terms["inverse_error"] < 1e-4);
            QVERIFY(encoder.grad().abs().max().item<double>() > 0);
            for (const Tensor& parameter : objective.flow()->parameters())
                QVERIFY(!parameter.grad().defined());
            for (const Tensor& parameter : objective.prior()->parameters())
                QVERIFY(!parameter.grad().defined());
        }
    }

    void warm_up_is_the_auxiliary_loss_alone() {
        const Clusters data = clusters(4, 4, 8, 0.5);
        const Tensor labels =
            torch::tensor(std::vector<std::int64_t>(data.labels.begin(), data.labels.end()), torch::kLong);
        Options options;
        options.blocks = 1;
        options.hidden = 8;
        GapanObjective objective(options, {4, 4, 4, 4}, data.embeddings, labels, 1);
        const auto aligns = [&](int epoch, int epochs) {
            objective.begin_epoch(epoch, epochs);
            std::map<std::string, double> terms;
            const Tensor loss = objective.loss({data.embeddings, labels, 4, {}}, terms);
            if (!terms.contains("align"))
                return !near(loss, losses::spherical_contrastive(data.embeddings, 4).item<double>(), 1e-6);
            return true;
        };
        QVERIFY(!aligns(5, 50));
        QVERIFY(aligns(6, 50));
        QVERIFY(!aligns(2, 10));  // a fifth of the epochs where there are few
        QVERIFY(aligns(3, 10));
    }

    void densities_know_their_classes() {
        const Clusters data = clusters(2, 40, 12, 0.6);
        auto fitted = fit_density(data.embeddings, data.labels, 2, small_density(), {});
        QVERIFY2(fitted.ok(), fitted ? "" : fitted.error().text.c_str());
        QVERIFY(fitted->own_anchors > 0.99);
        QVERIFY(fitted->inverse_error < 1e-4);
        auto density = Density::parse(density_file(*fitted, {"one", "two"}), "memory");
        QVERIFY2(density.ok(), density ? "" : density.error().text.c_str());
        QCOMPARE(density->class_index("two"), 1);
        QCOMPARE(density->class_index("three"), -1);
        for (int c = 0; c < 2; ++c) {
            const auto anchors = density->anchors(c, 16, 0.5, 3);
            QVERIFY(anchors);
            const Tensor rows = torch::tensor(anchors->vectors).reshape({16, 12});
            const Tensor nearest = rows.mm(fitted->centroids.t()).argmax(1);
            QVERIFY((nearest == c).all().item<bool>());
            // Saved and reloaded, the same seed gives the same anchors.
            auto again = Density::parse(density_file(*fitted, {"one", "two"}), "memory");
            QVERIFY(again);
            QCOMPARE(again->anchors(c, 16, 0.5, 3)->vectors, anchors->vectors);
            QVERIFY(density->anchors(c, 16, 0.5, 4)->vectors != anchors->vectors);
        }
        // Far from both: novel. In the middle of one: not.
        const Tensor far = losses::unit(-fitted->centroids.sum(0, true));
        const Tensor in = losses::unit(fitted->centroids[0].unsqueeze(0));
        const auto novelty = [&](const Tensor& u) {
            const auto row = floats(u);
            return density->novelty(row, *density->log_density(row, 1));
        };
        QVERIFY(novelty(far) < 1);
        QVERIFY(novelty(in) > 20);
    }

    /// Percentiles of its own a class has from twenty held-out pictures on; others read those of all.
    void small_classes_are_judged_by_all() {
        Clusters data = clusters(3, 110, 8, 0.6);
        // 110, 110 and 40 pictures, of which a fifth is held out: 22, 22 and 8.
        data.embeddings = data.embeddings.slice(0, 0, 260);
        data.labels.resize(260);
        const auto fitted = fit_density(data.embeddings, data.labels, 3, small_density(), {});
        QVERIFY(fitted);
        QCOMPARE(fitted->held_out.size(), std::size_t{52});
        FittedDensity density = *fitted;
        const Tensor rows = torch::tensor(density.held_out, torch::kLong);
        const Tensor all = score(density, data.embeddings.index_select(0, rows));
        for (int c = 0; c < 3; ++c) {
            std::vector<float> own;
            for (std::size_t i = 0; i < density.held_out.size(); ++i) {
                const auto row = static_cast<std::size_t>(density.held_out[i]);
                if (c == 2 || data.labels[row] == c)
                    own.push_back(all[static_cast<std::int64_t>(i)][data.labels[row]].item<float>());
            }
            const auto [low, high] = std::minmax_element(own.begin(), own.end());
            QVERIFY(std::abs(density.typicality[c][0].item<float>() - *low) < 1e-5f);
            QVERIFY(std::abs(density.typicality[c][100].item<float>() - *high) < 1e-5f);
        }
    }

    void class_order_does_not_matter() {
        const Clusters data = clusters(3, 30, 8, 0.6);
        auto fitted = fit_density(data.embeddings, data.labels, 3, small_density(), {});
        QVERIFY(fitted);
        auto density = Density::parse(density_file(*fitted, {"a", "b", "c"}), "memory");
        FittedDensity turned = *fitted;
        const Tensor order = torch::tensor({2, 0, 1}, torch::kLong);
        turned.prior = Prior(std::vector<int>(3, 100), 8);
        {
            const torch::NoGradGuard no_grad;
            turned.prior->mu.copy_(fitted->prior->mu.index_select(0, order));
            turned.prior->rho.copy_(fitted->prior->log_sigma().index_select(0, order));
        }
        turned.centroids = fitted->centroids.index_select(0, order);
        turned.typicality = fitted->typicality.index_select(0, order);
        auto other = Density::parse(density_file(turned, {"c", "a", "b"}), "memory");
        QVERIFY(density && other);
        for (int row = 0; row < 90; row += 7) {
            const auto u = floats(data.embeddings[row].unsqueeze(0));
            const auto here =
                density->judge(u, *density->log_density(u, 1), data.labels[static_cast<std::size_t>(row)]);
            const std::string name =
                density->classes()[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(row)])];
            const auto there = other->judge(u, *other->log_density(u, 1), other->class_index(name));
            QVERIFY(std::abs(here.typicality - there.typicality) < 1e-3);
            QVERIFY(std::abs(here.mislabel - there.mislabel) < 1e-4);
        }
    }

    void swapped_labels_are_the_doubtful_ones() {
        Clusters data = clusters(2, 40, 12, 0.4);
        std::swap(data.labels[3], data.labels[57]);
        auto fitted = fit_density(data.embeddings, data.labels, 2, small_density(), {});
        QVERIFY(fitted);
        auto density = Density::parse(density_file(*fitted, {"one", "two"}), "memory");
        QVERIFY(density);
        const auto all = floats(data.embeddings);
        const auto densities = density->log_density(all, 80);
        QVERIFY(densities);
        for (std::size_t row = 0; row < 80; ++row) {
            const auto verdict = density->judge(std::span(all).subspan(row * 12, 12),
                                                std::span(*densities).subspan(row * 2, 2), data.labels[row]);
            const bool swapped = row == 3 || row == 57;
            QCOMPARE(verdict.mislabel > 0, swapped);
            // The flag wants both: a better class, and a place below its own class's held-out pictures.
            QCOMPARE(verdict.doubtful, verdict.mislabel > 0 && verdict.typicality < 1);
            QCOMPARE(verdict.doubtful, swapped);
            QCOMPARE(verdict.better_class, data.labels[row] == 0 ? 1 : 0);
        }
    }

    void area_under_roc_counts_pairs() {
        QCOMPARE(area_under_roc({3, 4}, {1, 2}), 1.0);
        QCOMPARE(area_under_roc({1, 2}, {3, 4}), 0.0);
        QCOMPARE(area_under_roc({1, 3}, {1, 2}), 0.625);
        QCOMPARE(area_under_roc({}, {1}), 0.5);
    }

    void damaged_density_files_are_refused() {
        const Clusters data = clusters(2, 6, 4, 0.5);
        DensityOptions options = small_density();
        options.epochs = 1;
        auto fitted = fit_density(data.embeddings, data.labels, 2, options, {});
        QVERIFY(fitted);
        const auto good = density_file(*fitted, {"one", "two"});
        QVERIFY(Density::parse(good, "d"));
        QVERIFY(!Density::parse(density_file(*fitted, {"one"}), "d"));
        for (std::size_t cut = 0; cut < good.size(); cut += 97)
            QVERIFY(!Density::parse(
                std::vector<std::byte>(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)), "d"));
        FittedDensity broken = *fitted;
        {
            const torch::NoGradGuard no_grad;
            broken.flow->named_buffers()["block0_permutation"].zero_();
        }
        QVERIFY(!Density::parse(density_file(broken, {"one", "two"}), "d"));
        QCOMPARE(static_cast<int>(Density::load("/nowhere").error().kind),
                 static_cast<int>(ErrorKind::NotFound));
    }
};

QTEST_APPLESS_MAIN(TestGapan)
#include "test_gapan.moc"
