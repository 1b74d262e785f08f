// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The transformer engine against a direct evaluation of the definition in double precision, on small random
// networks whose sizes hit what common models do not: odd numbers of tokens, one head and many, heads of one
// register and of five, registers, LayerScale, a norm before the blocks or behind the mean, adapters, more
// threads than tokens' worth of work.
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/models/transformer_engine.h"

using namespace fieldmark;

namespace {

using Feature = TransformerEngine::Feature;
using Row = std::vector<double>;

std::size_t index(int value) {
    return static_cast<std::size_t>(value);
}

struct Shape {
    int width = 0, heads = 0, depth = 2, patch = 4, grid = 4, prefix = 1;
    int hidden = 0;
    bool scaled = false, before = false, after_mean = false;
};

class Maker {
  public:
    explicit Maker(std::uint32_t seed) : m_random(seed) {}

    std::vector<float> values(std::size_t count, float deviation, float mean = 0) {
        std::normal_distribution<float> normal(mean, deviation);
        std::vector<float> made(count);
        for (float& value : made) value = normal(m_random);
        return made;
    }
    VitLinear linear(int in, int out) {
        return {in, out, values(index(in) * index(out), 1.2f / std::sqrt(static_cast<float>(in))),
                values(index(out), 0.3f)};
    }
    VitNorm norm(int width) { return {values(index(width), 0.2f, 1), values(index(width), 0.2f)}; }

    VitNetwork network(const Shape& shape) {
        VitNetwork made;
        made.width = shape.width;
        made.heads = shape.heads;
        made.patch = shape.patch;
        made.patch_embedding = linear(3 * shape.patch * shape.patch, shape.width);
        made.has_class_token = shape.prefix > 0;
        made.prefix_count = shape.prefix;
        made.prefix = values(index(shape.prefix) * index(shape.width), 1);
        made.grid = shape.grid;
        made.positions = values(index(shape.grid * shape.grid) * index(shape.width), 0.5f);
        if (shape.before) made.norm_before = norm(shape.width);
        for (int n = 0; n < shape.depth; ++n) {
            VitBlock block;
            block.norm1 = norm(shape.width);
            block.qkv = linear(shape.width, 3 * shape.width);
            block.projection = linear(shape.width, shape.width);
            block.norm2 = norm(shape.width);
            block.fc1 = linear(shape.width, shape.hidden);
            block.fc2 = linear(shape.hidden, shape.width);
            if (shape.scaled) {
                block.ls1 = values(index(shape.width), 0.5f, 0.5f);
                block.ls2 = values(index(shape.width), 0.5f, 0.5f);
            }
            made.blocks.push_back(std::move(block));
        }
        made.norm = norm(shape.width);
        made.norm_after_mean = shape.after_mean;
        return made;
    }

    IcaNetwork adapters(const Shape& shape, IcaActivation activation, bool shared) {
        IcaNetwork made;
        made.activation = activation;
        made.blocks.resize(index(shape.depth));
        IcaBlock& block = made.blocks.back();  // the blocks before it stay as they are
        block.present = true;
        block.shared = shared;
        block.rank = 5;
        const auto bottleneck = [&] {
            return IcaBottleneck{values(index(5 * shape.width), 0.3f), values(index(5 * shape.width), 0.3f)};
        };
        block.query = bottleneck();
        if (!shared) block.key = bottleneck();
        made.norm = norm(shape.width);
        return made;
    }

  private:
    std::mt19937 m_random;
};

Row compute(const VitLinear& layer, const Row& in, int first = 0, int count = -1) {
    if (count < 0) count = layer.out;
    Row out(index(count));
    for (int o = 0; o < count; ++o) {
        double sum = layer.bias[index(first + o)];
        for (int i = 0; i < layer.in; ++i)
            sum += in[index(i)] * layer.weight[index(first + o) * index(layer.in) + index(i)];
        out[index(o)] = sum;
    }
    return out;
}

Row compute(const VitNorm& norm, const Row& in) {
    const auto n = static_cast<double>(in.size());
    double mean = 0, variance = 0;
    for (const double value : in) mean += value / n;
    for (const double value : in) variance += (value - mean) * (value - mean) / n;
    Row out(in.size());
    for (std::size_t i = 0; i < in.size(); ++i)
        out[i] = (in[i] - mean) / std::sqrt(variance + kVitNormEpsilon) * norm.weight[i] + norm.bias[i];
    return out;
}

double gelu(double x) {
    return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0)));
}

void add_adapter(Row& to, const Row& in, const IcaBottleneck& part, int rank, IcaActivation activation) {
    Row low(index(rank));
    for (std::size_t r = 0; r < low.size(); ++r) {
        for (std::size_t i = 0; i < in.size(); ++i) low[r] += part.down[r * in.size() + i] * in[i];
        if (activation == IcaActivation::Relu) low[r] = std::max(low[r], 0.0);
        if (activation == IcaActivation::Gelu) low[r] = gelu(low[r]);
    }
    for (std::size_t o = 0; o < to.size(); ++o)
        for (std::size_t r = 0; r < low.size(); ++r) to[o] += part.up[o * low.size() + r] * low[r];
}

Row evaluate(const VitNetwork& network, const TransformerEngine::Input& input, const std::uint8_t* pixels,
             const IcaNetwork* adapters) {
    const int rows = input.height / network.patch, columns = input.width / network.patch;
    const std::size_t width = index(network.width);
    const auto positions = resized_positions(network, rows, columns, input.resize);
    std::vector<Row> tokens;
    for (int t = 0; t < network.prefix_count; ++t)
        tokens.emplace_back(network.prefix.begin() + t * network.width,
                            network.prefix.begin() + (t + 1) * network.width);
    for (int py = 0; py < rows; ++py)
        for (int px = 0; px < columns; ++px) {
            Row values;
            for (int c = 0; c < 3; ++c)
                for (int y = 0; y < network.patch; ++y)
                    for (int x = 0; x < network.patch; ++x) {
                        const int at =
                            ((py * network.patch + y) * input.width + px * network.patch + x) * 3 + c;
                        values.push_back((pixels[at] - input.mean[c]) * input.scale[c]);
                    }
            Row token = compute(network.patch_embedding, values);
            for (std::size_t i = 0; i < width; ++i)
                token[i] += positions[index(py * columns + px) * width + i];
            tokens.push_back(std::move(token));
        }
    if (!network.norm_before.weight.empty())
        for (Row& token : tokens) token = compute(network.norm_before, token);
    const std::size_t head_width = width / index(network.heads);
    for (std::size_t n = 0; n < network.blocks.size(); ++n) {
        const VitBlock& block = network.blocks[n];
        std::vector<Row> queries, keys, values;
        for (const Row& token : tokens) {
            const Row normal = compute(block.norm1, token);
            queries.push_back(compute(block.qkv, normal, 0, network.width));
            keys.push_back(compute(block.qkv, normal, network.width, network.width));
            values.push_back(compute(block.qkv, normal, 2 * network.width, network.width));
            if (adapters && adapters->blocks[n].present) {
                const IcaBlock& ica = adapters->blocks[n];
                add_adapter(queries.back(), normal, ica.query, ica.rank, adapters->activation);
                add_adapter(keys.back(), normal, ica.shared ? ica.query : ica.key, ica.rank,
                            adapters->activation);
            }
        }
        for (std::size_t t = 0; t < tokens.size(); ++t) {
            Row mixed(width);
            for (std::size_t h = 0; h < width; h += head_width) {
                Row weights;
                double most = -1e300, sum = 0;
                for (const Row& key : keys) {
                    double dot = 0;
                    for (std::size_t i = h; i < h + head_width; ++i) dot += queries[t][i] * key[i];
                    weights.push_back(dot / std::sqrt(static_cast<double>(head_width)));
                    most = std::max(most, weights.back());
                }
                for (double& weight : weights) sum += weight = std::exp(weight - most);
                for (std::size_t k = 0; k < weights.size(); ++k)
                    for (std::size_t i = h; i < h + head_width; ++i)
                        mixed[i] += weights[k] / sum * values[k][i];
            }
            const Row added = compute(block.projection, mixed);
            for (std::size_t i = 0; i < width; ++i)
                tokens[t][i] += added[i] * (block.ls1.empty() ? 1.0 : double{block.ls1[i]});
        }
        for (Row& token : tokens) {
            Row inner = compute(block.fc1, compute(block.norm2, token));
            for (double& value : inner) value = gelu(value);
            const Row added = compute(block.fc2, inner);
            for (std::size_t i = 0; i < width; ++i)
                token[i] += added[i] * (block.ls2.empty() ? 1.0 : double{block.ls2[i]});
        }
    }
    const VitNorm& last = adapters && !adapters->norm.weight.empty() ? adapters->norm : network.norm;
    Row out;
    if (input.feature != Feature::MeanOfPatches) out = compute(last, tokens[0]);
    if (input.feature == Feature::ClassToken) return out;
    Row mean(width);
    for (std::size_t t = index(network.prefix_count); t < tokens.size(); ++t) {
        const Row token = network.norm_after_mean ? tokens[t] : compute(last, tokens[t]);
        for (std::size_t i = 0; i < width; ++i) mean[i] += token[i] / (rows * columns);
    }
    if (network.norm_after_mean) mean = compute(last, mean);
    out.insert(out.end(), mean.begin(), mean.end());
    return out;
}

/// Largest difference over the largest value, over all threads' numbers and kernels; -1: refused.
double difference(const VitNetwork& network, TransformerEngine::Input input, const IcaNetwork* adapters,
                  const std::vector<int>& threads) {
    constexpr int kCount = 3;
    for (int c = 0; c < 3; ++c) {
        input.mean[c] = 100.0f + 10.0f * static_cast<float>(c);
        input.scale[c] = 1.0f / (60.0f + static_cast<float>(c));
    }
    std::mt19937 random(11);
    std::vector<std::uint8_t> pixels(index(input.width * input.height * 3 * kCount));
    for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random() % 256);
    std::vector<double> wanted;
    for (std::size_t n = 0; n < kCount; ++n) {
        const Row one = evaluate(network, input, pixels.data() + n * pixels.size() / kCount, adapters);
        wanted.insert(wanted.end(), one.begin(), one.end());
    }
    double most = 0, worst = 0;
    for (const double value : wanted) most = std::max(most, std::abs(value));
    std::vector<const TransformerKernels*> sets = {TransformerEngine::best_kernels()};
#if defined(__x86_64__)
    if (sets.front() == &kTransformerKernelsAvx512) sets.push_back(&kTransformerKernelsAvx2);
#endif
    for (const TransformerKernels* kernels : sets) {
        const auto engine = TransformerEngine::create(network, input, adapters, kernels);
        if (!engine) return -1;
        for (const int count : threads) {
            std::vector<float> out(wanted.size(), -1.0f);
            engine->run(pixels.data(), kCount, out.data(), count);
            for (std::size_t i = 0; i < out.size(); ++i) {
                const double off = std::abs(out[i] - wanted[i]) / most;
                if (!(off <= worst)) worst = off;  // a NaN, too
            }
        }
    }
    return worst;
}

}  // namespace

class TestTransformerEngine : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        if (!TransformerEngine::best_kernels()) QSKIP("This processor has neither AVX-512 nor AVX2.");
    }

    void agrees_with_the_definition_data() {
        QTest::addColumn<Shape>("shape");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("feature");
        const int first = static_cast<int>(Feature::ClassToken),
                  mean = static_cast<int>(Feature::MeanOfPatches), both = static_cast<int>(Feature::Both);
        QTest::newRow("17 tokens") << Shape{.width = 64, .heads = 1, .hidden = 256} << 16 << 16 << first;
        QTest::newRow("three heads") << Shape{.width = 192, .heads = 3, .hidden = 100} << 16 << 16 << first;
        QTest::newRow("16 tokens, no class token")
            << Shape{.width = 64, .heads = 2, .prefix = 0, .hidden = 64} << 16 << 16 << mean;
        QTest::newRow("registers") << Shape{.width = 96, .heads = 3, .prefix = 5, .hidden = 384} << 16 << 16
                                   << both;
        QTest::newRow("heads of five registers")
            << Shape{.width = 160, .heads = 2, .patch = 7, .hidden = 160} << 21 << 28 << first;
        QTest::newRow("heads of one") << Shape{.width = 80, .heads = 5, .hidden = 80} << 12 << 20 << both;
        QTest::newRow("LayerScale") << Shape{.width = 64, .heads = 1, .hidden = 128, .scaled = true} << 16
                                    << 16 << first;
        QTest::newRow("norm before") << Shape{.width = 64, .heads = 1, .hidden = 128, .before = true} << 16
                                     << 16 << mean;
        QTest::newRow("norm behind the mean")
            << Shape{.width = 64, .heads = 2, .prefix = 2, .hidden = 128, .after_mean = true} << 16 << 16
            << mean;
        QTest::newRow("two tokens") << Shape{.width = 64, .heads = 1, .patch = 14, .grid = 3, .hidden = 128}
                                    << 14 << 14 << both;
        QTest::newRow("three blocks, 289 tokens")
            << Shape{.width = 64, .heads = 2, .depth = 3, .patch = 2, .grid = 7, .hidden = 96} << 34 << 34
            << both;
    }
    void agrees_with_the_definition() {
        QFETCH(Shape, shape);
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, feature);
        TransformerEngine::Input input;
        input.width = width;
        input.height = height;
        input.feature = static_cast<Feature>(feature);
        const double worst = difference(Maker(5).network(shape), input, nullptr, {1, 2, 3, 4, 7});
        QVERIFY2(worst >= 0 && worst < 1e-5, qPrintable(QString::number(worst)));
    }

    void agrees_with_adapters_data() {
        QTest::addColumn<int>("activation");
        QTest::addColumn<bool>("shared");
        QTest::newRow("gelu") << static_cast<int>(IcaActivation::Gelu) << false;
        QTest::newRow("relu, shared") << static_cast<int>(IcaActivation::Relu) << true;
        QTest::newRow("identity") << static_cast<int>(IcaActivation::Identity) << false;
    }
    void agrees_with_adapters() {
        QFETCH(int, activation);
        QFETCH(bool, shared);
        const Shape shape{.width = 96, .heads = 3, .hidden = 128};
        Maker maker(9);
        const VitNetwork network = maker.network(shape);
        const IcaNetwork adapters = maker.adapters(shape, static_cast<IcaActivation>(activation), shared);
        TransformerEngine::Input input;
        input.width = input.height = 20;
        for (const Feature feature : {Feature::ClassToken, Feature::Both}) {
            input.feature = feature;
            const double with = difference(network, input, &adapters, {1, 2, 4});
            QVERIFY2(with >= 0 && with < 1e-5, qPrintable(QString::number(with)));
        }
    }

    void refuses_what_it_cannot_compute() {
        TransformerEngine::Input input;
        input.width = input.height = 16;
        const Shape shape{.width = 64, .heads = 1, .hidden = 64};
        QVERIFY(TransformerEngine::create(Maker(1).network(shape), input));
        input.width = 18;  // no multiple of the patch
        QVERIFY(!TransformerEngine::create(Maker(1).network(shape), input));
        input.width = 16;
        VitNetwork network = Maker(1).network({.width = 60, .heads = 3, .hidden = 64});
        QVERIFY(!TransformerEngine::create(network, input));  // heads of 20 channels
        network = Maker(1).network({.width = 64, .heads = 1, .prefix = 0, .hidden = 64});
        QVERIFY(!TransformerEngine::create(network, input));  // no class token
        input.feature = Feature::MeanOfPatches;
        QVERIFY(TransformerEngine::create(network, input));
    }

    /// A picture has one vector, whichever batch it came in and however many threads shared it.
    void does_not_depend_on_batch_or_threads() {
        TransformerEngine::Input input;
        input.width = input.height = 20;
        input.feature = Feature::Both;
        const auto engine =
            TransformerEngine::create(Maker(2).network({.width = 96, .heads = 3, .hidden = 384}), input);
        QVERIFY(engine);
        constexpr int kCount = 5;
        std::mt19937 random(4);
        std::vector<std::uint8_t> pixels(20 * 20 * 3 * kCount);
        for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random() % 256);
        std::vector<float> together(192 * kCount);
        engine->run(pixels.data(), kCount, together.data(), 2);
        for (const int threads : {1, 2, 3, 8})
            for (std::size_t n = 0; n < kCount; ++n) {
                std::vector<float> alone(192);
                engine->run(pixels.data() + n * 20 * 20 * 3, 1, alone.data(), threads);
                QVERIFY(std::equal(alone.begin(), alone.end(), together.begin() + static_cast<int>(n) * 192));
            }
    }

    void keeps_a_sharp_softmax_finite() {
        // Logits of some thousands: without the largest one taken off first, every exponential would
        // overflow.
        VitNetwork network = Maker(3).network({.width = 64, .heads = 1, .hidden = 64});
        for (VitBlock& block : network.blocks)
            for (std::size_t i = 0; i < 2 * 64 * 64; ++i) block.qkv.weight[i] *= 40;
        TransformerEngine::Input input;
        input.width = input.height = 16;
        const auto engine = TransformerEngine::create(network, input);
        QVERIFY(engine);
        const std::vector<std::uint8_t> pixels(16 * 16 * 3, 77);
        std::vector<float> out(64);
        engine->run(pixels.data(), 1, out.data(), 2);
        for (const float value : out) QVERIFY(std::isfinite(value));
    }
};

QTEST_GUILESS_MAIN(TestTransformerEngine)
#include "test_transformer_engine.moc"
