// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/object_finder.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <locale>
#include <new>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <thread>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/backbone.h"
#include "core/models/model_registry.h"
#include "core/models/pixel_tensor.h"
#include "core/models/vit_forward.h"
#include "core/models/vit_network.h"

namespace fieldmark {

namespace {

using json = nlohmann::json;

constexpr const char* kKind = "object-finder";
constexpr int kStages = 3;
constexpr double kBatchNormEpsilon = 1e-5;
constexpr int kSlice = 4;  ///< pictures at a time: the last stage has 64 maps of half the input's size each

/// One stride-2 deconvolution with its BatchNorm folded in.
struct Stage {
    at::Tensor weight;  ///< (in, out, 4, 4)
    at::Tensor bias;    ///< (out)
};

Error damaged(const std::string& path, const std::string& what) {
    return {ErrorKind::Damaged, "The description of the object finder \"" + path + "\" " + what +
                                    ". Run packaging/setup.sh again to make it anew."};
}

bool three_numbers(const json& input, const char* name, float (&out)[3]) {
    const auto it = input.find(name);
    if (it == input.end() || !it->is_array() || it->size() != 3) return false;
    for (std::size_t i = 0; i < 3; ++i) {
        if (!(*it)[i].is_number()) return false;
        out[i] = (*it)[i].get<float>();
        if (!std::isfinite(out[i])) return false;
    }
    return true;
}

int side(const json& input, const char* name) {
    constexpr int kLargest = 4096;
    const auto it = input.find(name);
    if (it == input.end() || !it->is_number_unsigned()) return 0;
    const auto value = it->get<std::uint64_t>();
    return value >= 1 && value <= kLargest ? static_cast<int>(value) : 0;
}

/// Empty text for a manifest of another kind.
Result<ObjectFinderInfo> read_finder(const std::string& folder, bool& another_kind) {
    const std::string path = folder + "/manifest.json";
    auto bytes = FileSystem::posix().read(path);
    if (!bytes) return bytes.error();
    const auto* text = reinterpret_cast<const char*>(bytes->data());
    const json manifest = json::parse(text, text + bytes->size(), nullptr, /*allow_exceptions=*/false);
    const auto text_of = [&](const char* name) {
        const auto it = manifest.find(name);
        return it != manifest.end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    another_kind = !manifest.is_object() || text_of("kind") != kKind;
    if (another_kind) return ObjectFinderInfo{};
    if (!manifest.contains("format") || manifest["format"] != 1) {
        return Error{ErrorKind::NewerVersion, "The object finder in \"" + folder +
                                                  "\" was made for another version of Fieldmark. Run "
                                                  "packaging/setup.sh of this version."};
    }
    ObjectFinderInfo info;
    info.path = folder;
    info.name = text_of("name");
    info.licence = text_of("licence");
    info.source = text_of("source");
    for (const bool decoder : {false, true}) {
        const std::string name = decoder ? "decoder" : "weights";
        const std::string file = text_of(name.c_str());
        const std::string hash = text_of((name + "_sha256").c_str());
        if (file.empty() || file.find('/') != std::string::npos)
            return damaged(path, "names no file of " + name);
        if (from_hex(hash).size() != 32) return damaged(path, "has no hash of its " + name);
        (decoder ? info.decoder_path : info.weights_path) = folder + '/' + file;
        (decoder ? info.decoder_sha256 : info.weights_sha256) = hash;
    }
    const auto input = manifest.find("input");
    if (input == manifest.end() || !input->is_object()) return damaged(path, "does not describe its input");
    info.input_width = side(*input, "width");
    info.input_height = side(*input, "height");
    if (info.input_width == 0 || info.input_height == 0 || !three_numbers(*input, "mean", info.mean) ||
        !three_numbers(*input, "scale", info.scale)) {
        return damaged(path, "does not describe its input");
    }
    std::ostringstream recipe;
    recipe.imbue(std::locale::classic());
    recipe.precision(9);
    recipe << "object-finder 1\nweights " << info.weights_sha256 << ' ' << info.decoder_sha256 << "\ninput "
           << info.input_width << ' ' << info.input_height;
    for (const float value : info.mean) recipe << ' ' << value;
    for (const float value : info.scale) recipe << ' ' << value;
    const std::string identity = recipe.str();
    info.hash = to_hex(sha256(std::as_bytes(std::span(identity))));
    return info;
}

}  // namespace

Result<ObjectFinderInfo> find_object_finder(const std::vector<std::string>& search_path) {
    for (const std::string& folder : search_path) {
        auto names = FileSystem::posix().list(folder);
        if (!names) continue;
        std::sort(names->begin(), names->end());
        for (const std::string& name : *names) {
            if (name.starts_with('.')) continue;
            bool another_kind = false;
            auto info = read_finder(folder + '/' + name, another_kind);
            if (another_kind || (!info && info.error().kind == ErrorKind::NotFound)) continue;
            return info;
        }
    }
    std::string folders;
    for (const std::string& folder : search_path) folders += (folders.empty() ? "" : ", ") + folder;
    return Error{
        ErrorKind::NotFound,
        "The object finder is not installed. Run packaging/setup.sh to set it up; it was looked for in " +
            (folders.empty() ? std::string("no folder") : folders) + "."};
}

struct ObjectFinder::Impl {
    ObjectFinderInfo info;
    ModelInfo input;  ///< the part of it that pixel_tensor() reads
    VitTensors encoder;
    std::array<Stage, kStages> stages;
    at::Tensor last_weight;  ///< (1, in, 1, 1)
    at::Tensor last_bias;
    int threads = 0;

    Status read_decoder(const Safetensors& weights);
    at::Tensor forward(const at::Tensor& pixels) const;
};

Status ObjectFinder::Impl::read_decoder(const Safetensors& weights) {
    const auto take = [&](const std::string& name,
                          const std::vector<std::int64_t>& shape) -> Result<at::Tensor> {
        auto tensor = weights.f32(name, shape);
        if (!tensor) return tensor.error();
        const auto copy = at::empty(tensor->shape, at::kFloat);
        std::memcpy(copy.data_ptr(), tensor->data.data(), tensor->data.size());
        return copy;
    };
    std::int64_t channels = encoder.width;
    for (int i = 0; i < kStages; ++i) {
        const std::string convolution = "decoder.upconv" + std::to_string(i + 1);
        const std::string norm = "decoder.bn" + std::to_string(i + 1);
        auto weight = take(convolution + ".weight", {channels, -1, 4, 4});
        if (!weight) return weight.error();
        channels = weight->size(1);
        auto bias = take(convolution + ".bias", {channels});
        if (!bias) return bias.error();
        std::array<at::Tensor, 4> parts;
        constexpr std::array kParts{".weight", ".bias", ".running_mean", ".running_var"};
        for (std::size_t part = 0; part < kParts.size(); ++part) {
            auto tensor = take(norm + kParts[part], {channels});
            if (!tensor) return tensor.error();
            parts[part] = tensor->to(at::kDouble);
        }
        const at::Tensor factor = parts[0] / (parts[3] + kBatchNormEpsilon).sqrt();
        Stage& stage = stages[static_cast<std::size_t>(i)];
        stage.weight = (weight->to(at::kDouble) * factor.view({1, -1, 1, 1})).to(at::kFloat);
        stage.bias = ((bias->to(at::kDouble) - parts[2]) * factor + parts[1]).to(at::kFloat);
    }
    auto weight = take("decoder.final_conv.weight", {1, channels, 1, 1});
    if (!weight) return weight.error();
    auto bias = take("decoder.final_conv.bias", {1});
    if (!bias) return bias.error();
    last_weight = *weight;
    last_bias = *bias;
    return {};
}

/// (batch, 3, height, width) -> (batch, height, width).
at::Tensor ObjectFinder::Impl::forward(const at::Tensor& pixels) const {
    at::Tensor tokens =
        vit_blocks(encoder, vit_tokens(encoder, pixels), 0, static_cast<int>(encoder.blocks.size()));
    at::Tensor last;
    vit_pool(encoder, tokens, VitFeature::ClassToken, nullptr, &last);
    at::Tensor x = last.slice(1, encoder.prefix_count)
                       .transpose(1, 2)
                       .reshape({pixels.size(0), encoder.width, encoder.rows, encoder.columns})
                       .contiguous();
    for (const Stage& stage : stages) {
        x = at::relu(at::conv_transpose2d(x, stage.weight, stage.bias, /*stride=*/2, /*padding=*/1));
    }
    x = at::conv2d(x, last_weight, last_bias);
    x = at::upsample_bilinear2d(x, {pixels.size(2), pixels.size(3)}, /*align_corners=*/false);
    return at::sigmoid(x).squeeze(1).contiguous();
}

ObjectFinder::ObjectFinder(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
ObjectFinder::~ObjectFinder() = default;

const ObjectFinderInfo& ObjectFinder::info() const {
    return m_impl->info;
}

Result<std::unique_ptr<ObjectFinder>> ObjectFinder::load(const ObjectFinderInfo& info, int threads) {
    auto weights = ModelRegistry::read_weights(info.weights_path, info.weights_sha256);
    if (!weights) return weights.error();
    auto network = read_vit(*weights);
    if (!network) return network.error();
    auto decoder = ModelRegistry::read_weights(info.decoder_path, info.decoder_sha256);
    if (!decoder) return decoder.error();
    if (info.input_width % network->patch != 0 || info.input_height % network->patch != 0) {
        return damaged(info.path + "/manifest.json",
                       "has an input that is no multiple of the network's patch");
    }
    try {
        const c10::InferenceMode guard;
        auto impl = std::make_unique<Impl>();
        impl->info = info;
        std::copy(std::begin(info.mean), std::end(info.mean), impl->input.mean);
        std::copy(std::begin(info.scale), std::end(info.scale), impl->input.scale);
        impl->input.input_width = info.input_width;
        impl->input.input_height = info.input_height;
        impl->threads =
            threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        impl->encoder =
            make_vit_tensors(*network, info.input_height, info.input_width, at::kFloat, GridResize::Plain);
        if (auto status = impl->read_decoder(*decoder); !status) return status.error();
        return std::unique_ptr<ObjectFinder>(new ObjectFinder(std::move(impl)));
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to load the object finder."};
    } catch (const std::exception& exception) {
        return Error{ErrorKind::Internal, "The object finder could not be loaded. Please report it.",
                     exception.what()};
    }
}

Result<std::vector<float>> ObjectFinder::saliency(std::span<const std::uint8_t> pixels, int count) {
    const auto size = static_cast<std::size_t>(m_impl->info.input_width) *
                      static_cast<std::size_t>(m_impl->info.input_height);
    if (count < 1 || pixels.size() != size * 3 * static_cast<std::size_t>(count)) {
        return Error{ErrorKind::Usage, "The object finder was given pictures of another size.",
                     std::to_string(pixels.size()) + " bytes for " + std::to_string(count)};
    }
    try {
        const c10::InferenceMode guard;
        at::set_num_threads(m_impl->threads);
        std::vector<float> maps(size * static_cast<std::size_t>(count));
        for (int first = 0; first < count; first += kSlice) {
            const int now = std::min(kSlice, count - first);
            const auto* from = pixels.data() + static_cast<std::size_t>(first) * size * 3;
            const at::Tensor map = m_impl->forward(pixel_tensor(from, now, m_impl->input));
            std::copy_n(map.const_data_ptr<float>(), size * static_cast<std::size_t>(now),
                        maps.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(first) * size));
        }
        return maps;
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge, "There is not enough memory to look for the object of a picture."};
    } catch (const std::exception& exception) {
        return Error{ErrorKind::Internal, "The object finder failed. Please report it.", exception.what()};
    }
}

}  // namespace fieldmark
