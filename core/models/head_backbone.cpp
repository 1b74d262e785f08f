// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/head_backbone.h"

#include <algorithm>
#include <string>
#include <utility>

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
        const auto rows = static_cast<std::size_t>(count);
        const auto out = static_cast<std::size_t>(m_head.out);
        std::vector<float> embeddings(rows * out);
        m_head.apply(*features, rows, embeddings);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto begin = embeddings.begin() + static_cast<std::ptrdiff_t>(row * out);
            if (std::all_of(begin, begin + m_head.out, [](float value) { return value == 0; }))
                return Error{ErrorKind::Internal,
                             "The model \"" + m_info.name + "\" gave embeddings that are not numbers."};
        }
        return embeddings;
    }

  private:
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

}  // namespace fieldmark
