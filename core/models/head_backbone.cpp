// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/head_backbone.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace fieldmark {
namespace {

class HeadBackbone final : public Backbone {
  public:
    HeadBackbone(ModelInfo info, std::unique_ptr<Backbone> network, Head head)
        : m_info(std::move(info)), m_network(std::move(network)), m_head(std::move(head)) {}

    const ModelInfo& info() const override { return m_info; }
    std::string engine() const override { return m_network->engine(); }

    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        const auto features = m_network->embed(pixels, count);
        if (!features) return features;
        return apply(*features, count);
    }

    const Backbone& network() const { return *m_network; }
    const Head& head() const { return m_head; }

    BackboneTraits traits() const override { return m_network->traits(); }

    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request) override {
        auto view = m_network->look_inside(pixels, count, request);
        if (!view) return view;
        const auto in = static_cast<std::size_t>(m_head.in);
        for (std::size_t row = 0; row + in <= view->pooled.size(); row += in) {
            double squares = 0;
            for (std::size_t i = 0; i < in; ++i)
                squares += double{view->pooled[row + i]} * view->pooled[row + i];
            const auto factor = static_cast<float>(1 / std::max(std::sqrt(squares), 1e-12));
            for (std::size_t i = 0; i < in; ++i) view->pooled[row + i] *= factor;
        }
        auto pooled = apply(view->pooled, view->count);
        if (!pooled) return pooled.error();
        view->pooled = std::move(*pooled);
        return view;
    }

  private:
    Result<std::vector<float>> apply(const std::vector<float>& features, int count) const {
        const auto rows = static_cast<std::size_t>(count);
        const auto out = static_cast<std::size_t>(m_head.out);
        std::vector<float> embeddings(rows * out);
        m_head.apply(features, rows, embeddings);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto begin = embeddings.begin() + static_cast<std::ptrdiff_t>(row * out);
            if (std::all_of(begin, begin + m_head.out, [](float value) { return value == 0; }))
                return Error{ErrorKind::Internal,
                             "The model \"" + m_info.name + "\" gave embeddings that are not numbers."};
        }
        return embeddings;
    }

    ModelInfo m_info;
    std::unique_ptr<Backbone> m_network;
    Head m_head;
};

bool same_input(const ModelInfo& a, const ModelInfo& b) {
    return a.input_width == b.input_width && a.input_height == b.input_height && a.resize == b.resize &&
           std::equal(a.mean, a.mean + 3, b.mean) && std::equal(a.scale, a.scale + 3, b.scale);
}

}  // namespace

Result<std::unique_ptr<Backbone>> make_head_backbone(const ModelInfo& info, std::unique_ptr<Backbone> network,
                                                     Head head) {
    const ModelInfo& beneath = network->info();
    if (head.in != beneath.dimension)
        return Error{ErrorKind::Damaged, "The head of the model \"" + info.name + "\" takes " +
                                             std::to_string(head.in) +
                                             " numbers, but the model beneath gives " +
                                             std::to_string(beneath.dimension) + ". Remove the model."};
    if (head.out != info.dimension || !same_input(info, beneath))
        return Error{ErrorKind::Damaged,
                     "The model description in \"" + info.path +
                         "\" says another input or dimension than the model beneath and its "
                         "head have. Correct the description."};
    return std::unique_ptr<Backbone>(
        std::make_unique<HeadBackbone>(info, std::move(network), std::move(head)));
}

const Head* head_of(const Backbone& backbone) {
    const auto* headed = dynamic_cast<const HeadBackbone*>(&backbone);
    return headed ? &headed->head() : nullptr;
}

const Backbone* beneath_head(const Backbone& backbone) {
    const auto* headed = dynamic_cast<const HeadBackbone*>(&backbone);
    return headed ? &headed->network() : nullptr;
}

}  // namespace fieldmark
