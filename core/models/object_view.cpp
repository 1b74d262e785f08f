// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/object_view.h"

#include <cstring>
#include <utility>

#include "core/base/digest.h"
#include "core/models/safetensors_writer.h"

namespace fieldmark {

namespace {

constexpr const char* kTensor = "object.finder";
constexpr std::size_t kHashBytes = 32;

class ObjectView final : public Backbone {
  public:
    ObjectView(ModelInfo info, std::unique_ptr<Backbone> network, std::string finder)
        : m_info(std::move(info)), m_network(std::move(network)), m_finder(std::move(finder)) {}

    const ModelInfo& info() const override { return m_info; }
    std::string engine() const override { return m_network->engine(); }
    Result<std::vector<float>> embed(std::span<const std::uint8_t> pixels, int count) override {
        return m_network->embed(pixels, count);
    }
    BackboneTraits traits() const override { return m_network->traits(); }
    Result<InnerView> look_inside(std::span<const std::uint8_t> pixels, int count,
                                  const LookRequest& request) override {
        return m_network->look_inside(pixels, count, request);
    }
    const std::string& finder() const { return m_finder; }
    const Backbone& network() const { return *m_network; }

  private:
    const ModelInfo m_info;
    const std::unique_ptr<Backbone> m_network;
    const std::string m_finder;
};

}  // namespace

std::vector<std::byte> object_view_weights(const std::string& finder) {
    // The bytes of the hash as numbers: a weights file holds float32 tensors and nothing else.
    const std::string bytes = from_hex(finder);
    FloatTensor tensor{{static_cast<std::int64_t>(bytes.size())}, {}};
    for (const char byte : bytes)
        tensor.values.push_back(static_cast<float>(static_cast<unsigned char>(byte)));
    return write_safetensors({{kTensor, std::move(tensor)}});
}

Result<std::string> read_object_view(const Safetensors& weights) {
    const auto tensor = weights.f32(kTensor, {static_cast<std::int64_t>(kHashBytes)});
    if (!tensor) return tensor.error();
    std::vector<float> values(kHashBytes);
    std::memcpy(values.data(), tensor->data.data(), values.size() * sizeof(float));
    std::string bytes;
    for (const float value : values) {
        if (!(value >= 0 && value <= 255)) {
            return Error{ErrorKind::Damaged,
                         "The model of objects \"" + weights.path() +
                             "\" does not say which object finder it goes with. Remove the model."};
        }
        bytes += static_cast<char>(static_cast<unsigned char>(value));
    }
    return to_hex(bytes);
}

Result<std::unique_ptr<Backbone>> make_object_view(const ModelInfo& info, std::unique_ptr<Backbone> network,
                                                   std::string finder) {
    const ModelInfo& beneath = network->info();
    if (beneath.dimension != info.dimension || beneath.input_width != info.input_width ||
        beneath.input_height != info.input_height || beneath.resize != info.resize) {
        return Error{ErrorKind::Damaged, "The model description in \"" + info.path +
                                             "\" says another input or dimension than the model beneath has. "
                                             "Remove the model."};
    }
    return std::unique_ptr<Backbone>(
        std::make_unique<ObjectView>(info, std::move(network), std::move(finder)));
}

const std::string* finder_of_view(const Backbone& backbone) {
    const auto* view = dynamic_cast<const ObjectView*>(&backbone);
    return view ? &view->finder() : nullptr;
}

const Backbone* beneath_object_view(const Backbone& backbone) {
    const auto* view = dynamic_cast<const ObjectView*>(&backbone);
    return view ? &view->network() : nullptr;
}

}  // namespace fieldmark
