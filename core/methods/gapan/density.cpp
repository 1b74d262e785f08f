// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gapan/density.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/file_system.h"
#include "core/methods/gapan/flow.h"
#include "core/methods/gapan/prior.h"
#include "core/models/safetensors.h"
#include "core/training/epoch_loop.h"
#include "core/training/losses.h"

namespace fieldmark::gapan {

using torch::Tensor;

struct Density::Impl {
    std::vector<std::string> classes;
    std::vector<int> pictures;
    std::string novelty_by;
    mutable Flow flow{nullptr};  // forward() of a module is not const
    Prior prior{nullptr};
    std::vector<float> centroids;  ///< (C, D)
    std::vector<float> typicality, novelty_density, novelty_centroid;
    int dimension = 0;
};

namespace {

/// Where `value` stands among 101 rising percentiles, 0 to 100.
double percentile(std::span<const float> table, double value) {
    if (table.empty() || !(value > table.front())) return 0;
    if (value >= table.back()) return 100;
    const auto above = std::upper_bound(table.begin(), table.end(), static_cast<float>(value));
    const auto i = static_cast<double>(above - table.begin());
    const double low = *(above - 1), high = *above;
    return i - 1 + (high > low ? (value - low) / (high - low) : 0);
}

/// The texts beside the tensors. The header was checked when the file was parsed.
std::map<std::string, std::string> metadata_of(const std::vector<std::byte>& bytes) {
    std::uint64_t length = 0;
    if (bytes.size() < 8) return {};
    std::memcpy(&length, bytes.data(), 8);
    if (length > bytes.size() - 8) return {};
    const auto* text = reinterpret_cast<const char*>(bytes.data()) + 8;
    const auto header = nlohmann::json::parse(text, text + length, nullptr, false);
    std::map<std::string, std::string> metadata;
    if (!header.is_object() || !header.contains("__metadata__") || !header["__metadata__"].is_object())
        return metadata;
    for (const auto& [key, value] : header["__metadata__"].items()) {
        if (value.is_string()) metadata[key] = value.get<std::string>();
    }
    return metadata;
}

std::vector<float> floats_of(const Safetensors::Tensor& tensor) {
    std::vector<float> values(tensor.data.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
    return values;
}

Tensor tensor_of(const Safetensors::Tensor& tensor) {
    const std::vector<float> values = floats_of(tensor);
    return torch::tensor(values).reshape(tensor.shape);
}

/// A JSON array of names; empty where `text` is none.
std::vector<std::string> names_of(const std::string& text) {
    const auto list = nlohmann::json::parse(text, nullptr, false);
    if (!list.is_array()) return {};
    std::vector<std::string> names;
    for (const auto& name : list) {
        if (!name.is_string()) return {};
        names.push_back(name.get<std::string>());
    }
    return names;
}

Error damaged(const std::string& path, const std::string& what) {
    return {ErrorKind::Damaged, "The class densities \"" + path + "\" " + what + ". Train the model anew."};
}

/// The flow as density_file() wrote it.
Result<Flow> read_flow(const Safetensors& file, std::int64_t dimension, const std::string& path) {
    const auto hidden = file.f32("flow.block0_n1.0.weight", {-1, dimension / 2});
    if (!hidden) return hidden.error();
    FlowOptions options;
    options.dimension = dimension;
    options.hidden = hidden->shape[0];
    options.blocks = 0;
    while (file.tensors().contains("flow.block" + std::to_string(options.blocks) + "_n1.0.weight"))
        ++options.blocks;
    if (dimension < 2 || options.blocks > 64) return damaged(path, "hold an impossible flow");
    Flow flow(options);
    for (auto& item : flow->named_parameters()) {
        const auto tensor = file.f32("flow." + item.key(), item.value().sizes().vec());
        if (!tensor) return tensor.error();
        item.value().copy_(tensor_of(*tensor));
        item.value().set_requires_grad(false);
    }
    for (auto& item : flow->named_buffers()) {
        const auto tensor = file.f32("flow." + item.key(), {dimension});
        if (!tensor) return tensor.error();
        const Tensor order = tensor_of(*tensor).to(torch::kLong);
        if (!torch::equal(std::get<0>(order.sort()), torch::arange(dimension, torch::kLong)))
            return damaged(path, "hold a permutation that is none");
        item.value().copy_(order);
    }
    return flow;
}

}  // namespace

Density::Density(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Density::~Density() = default;
Density::Density(Density&&) noexcept = default;
Density& Density::operator=(Density&&) noexcept = default;

Result<Density> Density::load(const std::string& model_folder) {
    const std::string path = model_folder + '/' + kFile;
    auto bytes = FileSystem::posix().read(path);
    if (!bytes) {
        if (bytes.error().kind == ErrorKind::NotFound)
            return Error{ErrorKind::NotFound, "The model in \"" + model_folder +
                                                  "\" has no class densities: it was not trained by GAPan."};
        return bytes.error();
    }
    return parse(std::move(*bytes), path);
}

Result<Density> Density::parse(std::vector<std::byte> bytes, const std::string& path) {
    try {
        const torch::NoGradGuard no_grad;
        const auto metadata = metadata_of(bytes);
        auto file = Safetensors::parse(std::move(bytes), path);
        if (!file) return file.error();
        const auto text = [&](const char* key) {
            const auto it = metadata.find(key);
            return it == metadata.end() ? std::string() : it->second;
        };
        auto impl = std::make_unique<Impl>();
        impl->classes = names_of(text("classes"));
        if (impl->classes.empty()) return damaged(path, "name no classes");
        impl->novelty_by = text("novelty_by") == "centroid" ? "centroid" : "density";

        const auto classes = static_cast<std::int64_t>(impl->classes.size());
        const auto mu = file->f32("prior.mu", {classes, -1});
        if (!mu) return mu.error();
        const std::int64_t dimension = mu->shape[1];
        const auto flow = read_flow(*file, dimension, path);
        if (!flow) return flow.error();
        impl->flow = *flow;
        impl->dimension = static_cast<int>(dimension);

        const auto rho = file->f32("prior.rho", {classes});
        const auto centroids = file->f32("centroids", {classes, dimension});
        const auto typicality = file->f32("typicality", {classes, 101});
        const auto by_density = file->f32("novelty.density", {101});
        const auto by_centroid = file->f32("novelty.centroid", {101});
        const auto pictures = file->f32("class.pictures", {classes});
        for (const auto* tensor : {&rho, &centroids, &typicality, &by_density, &by_centroid, &pictures}) {
            if (!*tensor) return tensor->error();
        }
        // Each class reads its own rho: those that share one were written with the shared value.
        impl->prior = Prior(std::vector<int>(impl->classes.size(), 1000), dimension);
        impl->prior->mu.copy_(tensor_of(*mu));
        impl->prior->rho.copy_(tensor_of(*rho));
        impl->centroids = floats_of(*centroids);
        impl->typicality = floats_of(*typicality);
        impl->novelty_density = floats_of(*by_density);
        impl->novelty_centroid = floats_of(*by_centroid);
        for (const float count : floats_of(*pictures)) impl->pictures.push_back(static_cast<int>(count));
        return Density(std::move(impl));
    } catch (const std::exception& error) {
        return Error{ErrorKind::Damaged, "The class densities \"" + path + "\" could not be read.",
                     error.what()};
    }
}

const std::vector<std::string>& Density::classes() const {
    return m_impl->classes;
}
int Density::dimension() const {
    return m_impl->dimension;
}
int Density::class_index(const std::string& name) const {
    const auto it = std::find(m_impl->classes.begin(), m_impl->classes.end(), name);
    return it == m_impl->classes.end() ? -1 : static_cast<int>(it - m_impl->classes.begin());
}
bool Density::few_pictures(int class_index) const {
    return m_impl->pictures[static_cast<std::size_t>(class_index)] < 5;
}
int Density::pictures() const {
    int sum = 0;
    for (const int of_class : m_impl->pictures) sum += of_class;
    return sum;
}
const std::string& Density::novelty_by() const {
    return m_impl->novelty_by;
}

Result<std::vector<float>> Density::log_density(std::span<const float> embeddings, std::size_t count) const {
    const auto dimension = static_cast<std::size_t>(m_impl->dimension);
    if (embeddings.size() != count * dimension)
        return Error{ErrorKind::Internal, "Embeddings of another dimension than the class densities."};
    std::vector<float> densities;
    densities.reserve(count * m_impl->classes.size());
    try {
        const torch::NoGradGuard no_grad;
        constexpr std::size_t kBlock = 2048;
        for (std::size_t begin = 0; begin < count; begin += kBlock) {
            const std::size_t rows = std::min(kBlock, count - begin);
            const Tensor block =
                torch::from_blob(const_cast<float*>(embeddings.data()) + begin * dimension,
                                 {static_cast<std::int64_t>(rows), m_impl->dimension}, torch::kFloat);
            const auto image = m_impl->flow->forward(flow_input(block));
            const Tensor scores = (class_log_density(image.z, image.log_jacobian, m_impl->prior->mu,
                                                     m_impl->prior->log_sigma()) /
                                   m_impl->dimension)
                                      .contiguous();
            densities.insert(densities.end(), scores.data_ptr<float>(),
                             scores.data_ptr<float>() + scores.numel());
        }
    } catch (const std::exception& error) {
        return training_error(error);
    }
    return densities;
}

Result<Density::Anchors> Density::anchors(int class_index, int count, double temperature,
                                          std::uint64_t seed) const {
    if (class_index < 0 || static_cast<std::size_t>(class_index) >= m_impl->classes.size() || count < 1)
        return Error{ErrorKind::Usage, "There is no such class to draw anchors of."};
    try {
        const torch::NoGradGuard no_grad;
        at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(
            seed * 1'000'003 + static_cast<std::uint64_t>(class_index));
        const Tensor rows =
            draw_anchors(*m_impl->flow, *m_impl->prior,
                         torch::tensor({static_cast<std::int64_t>(class_index)}, torch::kLong), count,
                         temperature, generator)
                .reshape({count, -1})
                .contiguous();
        Anchors anchors;
        anchors.vectors.assign(rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel());
        const auto densities = log_density(anchors.vectors, static_cast<std::size_t>(count));
        if (!densities) return densities.error();
        for (int i = 0; i < count; ++i)
            anchors.log_density.push_back((*densities)[static_cast<std::size_t>(i) * m_impl->classes.size() +
                                                       static_cast<std::size_t>(class_index)]);
        return anchors;
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

double Density::typicality(int class_index, double log_density) const {
    return percentile(std::span(m_impl->typicality).subspan(static_cast<std::size_t>(class_index) * 101, 101),
                      log_density);
}

double Density::novelty(std::span<const float> embedding, std::span<const float> log_densities) const {
    if (m_impl->novelty_by == "density")
        return percentile(m_impl->novelty_density,
                          *std::max_element(log_densities.begin(), log_densities.end()));
    double best = -2;
    const auto dimension = static_cast<std::size_t>(m_impl->dimension);
    for (std::size_t c = 0; c < m_impl->classes.size(); ++c) {
        double cosine = 0;
        for (std::size_t i = 0; i < dimension; ++i)
            cosine +=
                static_cast<double>(embedding[i]) * static_cast<double>(m_impl->centroids[c * dimension + i]);
        best = std::max(best, cosine);
    }
    return percentile(m_impl->novelty_centroid, best);
}

Density::Verdict Density::judge(std::span<const float> embedding, std::span<const float> log_densities,
                                int class_index) const {
    Verdict verdict;
    const double own = static_cast<double>(log_densities[static_cast<std::size_t>(class_index)]);
    verdict.typicality = typicality(class_index, own);
    verdict.novelty = novelty(embedding, log_densities);
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < log_densities.size(); ++c) {
        if (static_cast<int>(c) == class_index || static_cast<double>(log_densities[c]) <= best) continue;
        best = static_cast<double>(log_densities[c]);
        verdict.better_class = static_cast<int>(c);
    }
    verdict.mislabel = verdict.better_class < 0 ? 0 : best - own;
    verdict.doubtful = verdict.mislabel > 0 && verdict.typicality < 1;
    return verdict;
}

}  // namespace fieldmark::gapan
