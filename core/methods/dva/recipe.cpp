// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/dva/recipe.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "core/base/digest.h"
#include "core/methods/dva/adaptation.h"
#include "core/methods/dva/loss.h"
#include "core/methods/dva/views.h"
#include "core/models/manifest.h"
#include "core/models/model_folder.h"
#include "core/models/pixel_tensor.h"
#include "core/training/augmentation.h"
#include "core/training/checkpoint.h"
#include "core/training/epoch_loop.h"
#include "core/training/head_learner.h"
#include "core/training/image_cache.h"
#include "core/training/losses.h"
#include "core/training/model_writer.h"
#include "core/training/option_reader.h"
#include "core/training/probe.h"
#include "core/training/sampler.h"
#include "core/training/schedule.h"
#include "core/training/validation_split.h"

namespace fieldmark {
namespace {

using namespace dva;
using torch::Tensor;

constexpr int kEmbedBatch = 32;
constexpr int kDefaultEpochs = 10;

struct Options {
    AdaptationOptions adaptation;
    LossOptions loss;
    bool views = true;
    std::string boxes = "stored";
    bool shared_proxies = false;
    bool class_mean = true;
    double proxy_rate_factor = 100;
    bool dvf_optimizer = false;
    double rate = 1e-3;
    double weight_decay = 1e-4;
    double clip = 1;
    bool cosine = true;
    double warm_up = 0.05;
    int batch_classes = 8;
    int batch_per_class = 4;
    std::string augmentation = "crop";
    int patience = 0;
    bool refit = true;
    int epochs = kDefaultEpochs;
};

Result<Options> read_options(const TrainingSettings& settings) {
    OptionReader reader(settings.options);
    Options options;
    options.adaptation.rank = reader.integer("rank", 16, 1, 1024);
    const std::string activation = reader.choice("activation", "gelu", {"gelu", "relu", "identity"});
    options.adaptation.activation = activation == "gelu"   ? IcaActivation::Gelu
                                    : activation == "relu" ? IcaActivation::Relu
                                                           : IcaActivation::Identity;
    options.adaptation.shared = reader.flag("shared", false);
    options.adaptation.last_blocks = reader.integer("last_blocks", 0, 0, 1000);
    options.adaptation.final_norm = reader.flag("final_norm", false);
    options.views = reader.choice("views", "object", {"object", "none"}) == "object";
    options.boxes = reader.choice("boxes", "stored", {"stored", "attention", "none"});
    options.shared_proxies = reader.choice("proxies", "separate", {"separate", "shared"}) == "shared";
    options.loss.background = reader.number("background_weight", 0.5, 0, 100);
    const std::string transfer = reader.choice("transfer", "kl", {"kl", "cosine", "mse"});
    options.loss.way = transfer == "kl"       ? Transfer::Kl
                       : transfer == "cosine" ? Transfer::Cosine
                                              : Transfer::Mse;
    options.loss.transfer = reader.number("transfer_weight", 1, 0, 100);
    options.loss.temperature = reader.number("temperature", 2, 0.1, 100);
    options.loss.contrastive = reader.number("contrastive", 0, 0, 100);
    options.class_mean = reader.choice("proxy_init", "class_mean", {"random", "class_mean"}) == "class_mean";
    options.dvf_optimizer = reader.choice("optimizer", "adamw", {"adamw", "dvf"}) == "dvf";
    const bool dvf = options.dvf_optimizer;
    options.rate = reader.number("rate", dvf ? 3e-2 : 1e-3, 1e-8, 10);
    options.proxy_rate_factor = reader.number("proxy_rate_factor", dvf ? 4e2 / 3e-2 : 100, 0, 1e6);
    options.weight_decay = reader.number("weight_decay", dvf ? 0 : 1e-4, 0, 10);
    options.clip = reader.number("clip", dvf ? 10 : 1, 1e-6, 1e6);
    options.cosine =
        reader.choice("schedule", dvf ? "constant" : "cosine", {"cosine", "constant"}) == "cosine";
    options.warm_up = reader.number("warm_up", dvf ? 0 : 0.05, 0, 0.9);
    options.batch_classes = reader.integer("batch_classes", 8, 2, 1024);
    options.batch_per_class = reader.integer("batch_per_class", 4, 1, 1024);
    options.augmentation = reader.choice("augmentation", "crop", {"none", "crop", "dvf", "resized"});
    options.patience = reader.integer("patience", 0, 0, 100'000);
    options.refit = reader.flag("refit", true);
    if (settings.epochs > 0) options.epochs = settings.epochs;
    if (const Status status = reader.finish(); !status) return status.error();
    return options;
}

/// The frozen transformer and the pictures it sees; nothing here changes while learning.
struct Scene {
    ModelInfo info;
    VitTensors vit;
    VitFeature feature = VitFeature::ClassToken;
    std::int64_t parameters = 0;
    std::optional<ImageCache> pictures;
    std::vector<std::int64_t> places;  ///< of each row in the cache; empty: its own number
    std::vector<Views> views;          ///< by row
    torch::Device device = torch::kCPU;

    std::size_t picture_bytes() const {
        return static_cast<std::size_t>(info.input_width) * static_cast<std::size_t>(info.input_height) * 3;
    }

    int place(std::int64_t row) const {
        return static_cast<int>(places.empty() ? row : places[static_cast<std::size_t>(row)]);
    }

    /// What is to be shown of a picture.
    struct Shown {
        std::int64_t row = 0;
        enum Kind { Whole, Object, Background } kind = Whole;
        AugmentationDraw draw = {};
    };

    /// (count, 3, height, width) on the device.
    Tensor input(const std::vector<Shown>& shown, const Augmentation& augmentation) const {
        std::vector<std::uint8_t> pixels(shown.size() * picture_bytes());
        at::parallel_for(
            0, static_cast<std::int64_t>(shown.size()), 1, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i) {
                    const Shown& one = shown[static_cast<std::size_t>(i)];
                    PictureView view;
                    view.pixels = pictures->pixels(place(one.row));
                    view.size = pictures->size();
                    if (one.kind == Shown::Object)
                        view.window = views[static_cast<std::size_t>(one.row)].object;
                    if (one.kind == Shown::Background)
                        view.blotted = views[static_cast<std::size_t>(one.row)].background;
                    for (std::size_t c = 0; c < 3; ++c)
                        view.fill[c] = static_cast<std::uint8_t>(
                            std::clamp(std::lround(info.mean[c]), 0L, 255L));  // 0 after normalising
                    apply_augmentation(augmentation, one.draw, view,
                                       std::span(pixels).subspan(
                                           static_cast<std::size_t>(i) * picture_bytes(), picture_bytes()));
                }
            });
        return pixel_tensor(pixels.data(), static_cast<int>(shown.size()), info).to(device);
    }

    /// (rows, D) of the plain pictures, no gradient.
    Tensor embed(const std::vector<std::int64_t>& rows, const IcaAdapterSet* adapters) const {
        const torch::NoGradGuard no_grad;
        const Augmentation plain = Augmentation::none(info.input_width);
        std::vector<Tensor> blocks;
        for (std::size_t begin = 0; begin < rows.size(); begin += kEmbedBatch) {
            std::vector<Shown> shown;
            for (std::size_t i = begin; i < std::min(rows.size(), begin + kEmbedBatch); ++i)
                shown.push_back({rows[i], Shown::Whole, {}});
            blocks.push_back(vit_forward(vit, input(shown, plain), feature, adapters).cpu());
        }
        return torch::cat(blocks);
    }

    /// Boxes from the frozen transformer's attention for the rows without one.
    void add_attention_boxes(const std::vector<std::int64_t>& rows, std::vector<std::optional<Crop>>& boxes,
                             const std::function<bool()>& stop) const {
        const torch::NoGradGuard no_grad;
        const Augmentation plain = Augmentation::none(info.input_width);
        const int last = static_cast<int>(vit.blocks.size()) - 1;
        std::vector<std::int64_t> wanted;
        for (const std::int64_t row : rows)
            if (!boxes[static_cast<std::size_t>(row)]) wanted.push_back(row);
        for (std::size_t begin = 0; begin < wanted.size() && !stop(); begin += kEmbedBatch) {
            std::vector<Shown> shown;
            for (std::size_t i = begin; i < std::min(wanted.size(), begin + kEmbedBatch); ++i)
                shown.push_back({wanted[i], Shown::Whole, {}});
            VitLook look;
            look.attention_layers = {last};
            vit_blocks(vit, vit_tokens(vit, input(shown, plain)), 0, last + 1, nullptr, &look);
            const Tensor seen = look.attention.at(last)
                                    .mean(1)
                                    .select(1, 0)
                                    .slice(1, vit.prefix_count)
                                    .to(torch::kCPU)
                                    .contiguous();
            for (std::size_t i = 0; i < shown.size(); ++i) {
                const Tensor one = seen[static_cast<std::int64_t>(i)];
                boxes[static_cast<std::size_t>(shown[i].row)] = attention_box(
                    std::vector<float>(one.data_ptr<float>(), one.data_ptr<float>() + one.numel()), vit.rows,
                    vit.columns);
            }
        }
    }
};

class DvaModel final : public EpochModel {
  public:
    /// fit_labels: dense class of each picture, -1 for those not learned from.
    DvaModel(const Scene& scene, const Options& options, const std::vector<std::int32_t>& fit_labels,
             std::uint64_t seed)
        : m_scene(scene),
          m_options(options),
          m_labels(fit_labels),
          m_seed(seed),
          m_sampler(fit_labels,
                    {options.batch_classes, options.batch_per_class, options.loss.contrastive > 0 ? 2 : 1},
                    seed),
          m_augmentation(*Augmentation::by_name(options.augmentation, scene.info.input_width)),
          m_adaptation(std::make_shared<InContextAdaptation>(scene.vit, options.adaptation, seed)) {
        m_adaptation->to(scene.device);
        make_proxies();
        std::vector<torch::optim::OptimizerParamGroup> groups;
        const bool dvf = options.dvf_optimizer;
        const auto group = [&](std::vector<Tensor> parameters, double decay) {
            if (dvf) {
                auto adam = std::make_unique<torch::optim::AdamOptions>(options.rate);
                adam->eps(1.0).weight_decay(decay);
                groups.emplace_back(std::move(parameters), std::move(adam));
            } else {
                auto adam = std::make_unique<torch::optim::AdamWOptions>(options.rate);
                adam->weight_decay(decay);
                groups.emplace_back(std::move(parameters), std::move(adam));
            }
        };
        group(m_adaptation->parameters(), options.weight_decay);
        group(proxies(), 0);
        if (dvf)
            m_optimizer =
                std::make_unique<torch::optim::Adam>(groups, torch::optim::AdamOptions(options.rate));
        else
            m_optimizer =
                std::make_unique<torch::optim::AdamW>(groups, torch::optim::AdamWOptions(options.rate));
    }

    void validate_on(std::vector<std::int64_t> rows, std::vector<std::int32_t> labels) {
        m_validation_rows = std::move(rows);
        m_validation_labels = std::move(labels);
    }

    Tensor embed(const std::vector<std::int64_t>& rows) const {
        const IcaAdapterSet adapters = m_adaptation->adapters();
        return m_scene.embed(rows, &adapters);
    }

    Result<ValidationFigures> validate() override {
        if (m_validation_rows.empty()) return ValidationFigures{};
        return probe(embed(m_validation_rows), m_validation_labels);
    }

    std::map<std::string, double> train_epoch(int epoch, int epochs, const Way& way) override {
        const std::int64_t batches = m_sampler.batches_per_epoch();
        std::map<std::string, double> sums;
        for (std::int64_t batch = 0; batch < batches; ++batch) {
            if (way.stop && way.stop()) break;
            step(epoch, (epoch - 1) * batches + batch, epochs * batches, sums);
            if (way.tell) way.tell(static_cast<double>(batch + 1) / static_cast<double>(batches));
            // What is no number any more does not get better; the loop says so.
            if (!std::isfinite(sums["total"])) break;
        }
        for (auto& [name, sum] : sums) sum /= static_cast<double>(batches);
        return sums;
    }

    void save(torch::serialize::OutputArchive& archive) const override {
        save_best(archive);
        torch::serialize::OutputArchive optimizer;
        m_optimizer->save(optimizer);
        archive.write("optimizer", optimizer);
        put_text(archive, "sampler", m_sampler.state());
    }
    void load(torch::serialize::InputArchive& archive) override {
        load_best(archive);
        torch::serialize::InputArchive optimizer;
        archive.read("optimizer", optimizer);
        m_optimizer->load(optimizer);
        TORCH_CHECK(m_sampler.set_state(get_text(archive, "sampler")), "no state of random numbers");
    }
    void save_best(torch::serialize::OutputArchive& archive) const override {
        torch::serialize::OutputArchive adaptation;
        m_adaptation->save(adaptation);
        archive.write("adaptation", adaptation);
        archive.write("proxies", m_proxies);
        if (m_background_proxies.defined()) archive.write("background_proxies", m_background_proxies);
    }
    void load_best(torch::serialize::InputArchive& archive) override {
        torch::serialize::InputArchive adaptation;
        archive.read("adaptation", adaptation);
        m_adaptation->load(adaptation);
        const torch::NoGradGuard no_grad;
        Tensor read;
        archive.read("proxies", read);
        m_proxies.copy_(read);
        if (m_background_proxies.defined()) {
            Tensor background;
            archive.read("background_proxies", background);
            m_background_proxies.copy_(background);
        }
    }

    const InContextAdaptation& adaptation() const { return *m_adaptation; }

    FloatTensors proxy_tensors() const {
        const Tensor plain = m_proxies.detach().to(torch::kCPU).contiguous();
        FloatTensor stored;
        stored.shape = plain.sizes().vec();
        stored.values.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
        return {{"proxies", std::move(stored)}};
    }

  private:
    std::vector<Tensor> proxies() const {
        std::vector<Tensor> all = {m_proxies};
        if (m_background_proxies.defined()) all.push_back(m_background_proxies);
        return all;
    }

    void make_proxies() {
        std::int64_t classes = 0;
        std::vector<std::int64_t> rows;
        std::vector<std::int64_t> labels;
        bool background = false;
        for (std::size_t row = 0; row < m_labels.size(); ++row) {
            if (m_labels[row] < 0) continue;
            classes = std::max<std::int64_t>(classes, m_labels[row] + 1);
            rows.push_back(static_cast<std::int64_t>(row));
            labels.push_back(m_labels[row]);
            background = background || (m_options.views && m_scene.views[row].background);
        }
        const std::int64_t width =
            (m_scene.feature == VitFeature::Both ? 2 : 1) * std::int64_t{m_scene.vit.width};
        torch::Generator random = at::detail::createCPUGenerator(m_seed ^ 0x70726f7879ULL);
        const auto fresh = [&] { return torch::randn({classes, width}, random) / 8; };
        if (m_options.class_mean) {
            const Tensor embeddings = losses::unit(m_scene.embed(rows, nullptr));
            Tensor sums = torch::zeros({classes, width});
            sums.index_add_(0, torch::tensor(labels, torch::kLong), embeddings);
            // Only the direction counts in the loss, but Adam's steps are of absolute size: elements of about
            // 1 let a step turn a proxy by about its rate.
            m_proxies = losses::unit(sums) * std::sqrt(static_cast<double>(width));
        } else {
            m_proxies = fresh();
        }
        m_proxies = m_proxies.to(m_scene.device).set_requires_grad(true);
        if (background && !m_options.shared_proxies)
            m_background_proxies = fresh().to(m_scene.device).set_requires_grad(true);
    }

    void step(int epoch, std::int64_t at, std::int64_t steps, std::map<std::string, double>& sums) {
        const std::vector<std::int64_t> rows = m_sampler.next();
        std::vector<Scene::Shown> shown;
        std::vector<std::int64_t> labels, object_rows, background_labels;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const AugmentationDraw draw =
                draw_augmentation(m_augmentation, m_seed, static_cast<std::uint64_t>(epoch),
                                  static_cast<std::uint64_t>(at) * rows.size() + i);
            shown.push_back({rows[i], Scene::Shown::Whole, draw});
            labels.push_back(m_labels[static_cast<std::size_t>(rows[i])]);
        }
        const std::size_t count = rows.size();
        std::size_t backgrounds = 0;
        bool objects = false;
        if (m_options.views) {
            // A picture without a box is its own object view: its embedding is taken, not computed again.
            for (std::size_t i = 0; i < count; ++i) {
                const bool boxed = m_scene.views[static_cast<std::size_t>(rows[i])].object.has_value();
                objects = objects || boxed;
                object_rows.push_back(static_cast<std::int64_t>(boxed ? shown.size() : i));
                if (boxed) shown.push_back({rows[i], Scene::Shown::Object, shown[i].draw});
            }
            for (std::size_t i = 0; i < count && m_options.loss.background > 0; ++i) {
                if (!m_scene.views[static_cast<std::size_t>(rows[i])].background) continue;
                shown.push_back({rows[i], Scene::Shown::Background, shown[i].draw});
                background_labels.push_back(labels[i]);
                ++backgrounds;
            }
        }
        const IcaAdapterSet adapters = m_adaptation->adapters();
        const Tensor all =
            vit_forward(m_scene.vit, m_scene.input(shown, m_augmentation), m_scene.feature, &adapters);
        const auto to_device = [&](const std::vector<std::int64_t>& values) {
            return torch::tensor(values, torch::kLong).to(m_scene.device);
        };
        LossBatch batch;
        batch.picture = all.slice(0, 0, static_cast<std::int64_t>(count));
        batch.labels = to_device(labels);
        batch.proxies = m_proxies;
        batch.background_proxies = m_background_proxies.defined() ? m_background_proxies : m_proxies;
        if (objects) batch.object = all.index_select(0, to_device(object_rows));
        if (backgrounds > 0) {
            batch.background = all.slice(0, all.size(0) - static_cast<std::int64_t>(backgrounds));
            batch.background_labels = to_device(background_labels);
        }
        std::map<std::string, double> terms;
        const Tensor total = dva::loss(batch, m_options.loss, terms);
        m_optimizer->zero_grad();
        total.backward();
        if (m_options.dvf_optimizer) {
            torch::nn::utils::clip_grad_value_(m_adaptation->parameters(), m_options.clip);
            torch::nn::utils::clip_grad_value_(proxies(), m_options.clip);
        } else {
            torch::nn::utils::clip_grad_norm_(m_adaptation->parameters(), m_options.clip);
        }
        const auto warm = static_cast<std::int64_t>(m_options.warm_up * static_cast<double>(steps));
        const double rate =
            m_options.rate *
            (m_options.cosine ? cosine_rate(at, steps, warm)
                              : std::min(1.0, static_cast<double>(at + 1) / static_cast<double>(warm + 1)));
        m_optimizer->param_groups()[0].options().set_lr(rate);
        m_optimizer->param_groups()[1].options().set_lr(rate * m_options.proxy_rate_factor);
        m_optimizer->step();
        for (const auto& [name, value] : terms) sums[name] += value;
    }

    const Scene& m_scene;
    Options m_options;
    std::vector<std::int32_t> m_labels;
    std::uint64_t m_seed;
    PkSampler m_sampler;
    Augmentation m_augmentation;
    std::shared_ptr<InContextAdaptation> m_adaptation;
    Tensor m_proxies;             ///< P
    Tensor m_background_proxies;  ///< P_b; undefined where shared or without background views
    std::unique_ptr<torch::optim::Optimizer> m_optimizer;
    std::vector<std::int64_t> m_validation_rows;
    std::vector<std::int32_t> m_validation_labels;
};

Error usage(std::string text) {
    return {ErrorKind::Usage, std::move(text)};
}

Status check_base(const ModelInfo& base) {
    if (base.kind == "ica")
        return usage("The model \"" + base.name +
                     "\" already has adapters. Choose the vision transformer beneath it to learn new ones.");
    if (base.kind != "vit")
        return usage(
            "DVA changes what a vision transformer's attention looks at, and \"" + base.name +
            "\" is no vision transformer. Choose one as the model to start from, or learn with GAPan "
            "or GDF-Net.");
    if (base.input_width != base.input_height)
        return usage("The model \"" + base.name +
                     "\" takes pictures that are not square; DVA needs square ones.");
    return {};
}

Result<Scene> open_scene(const TrainingData& data) {
    if (const Status status = check_base(data.base); !status) return status.error();
    if (data.image_cache.empty())
        return usage(
            "DVA learns from pictures, but no packed pictures were given. Make an image cache first.");
    Scene scene;
    scene.info = data.base;
    auto manifest = read_manifest(data.base.path);
    if (!manifest) return manifest.error();
    if (manifest->info.hash != data.base.hash)
        return Error{ErrorKind::Damaged, "The model \"" + data.base.name + "\" in \"" + data.base.path +
                                             "\" has changed. Start again."};
    auto bytes = FileSystem::posix().read(manifest->weights_path);
    if (!bytes) return bytes.error();
    if (to_hex(sha256(*bytes)) != manifest->weights_sha256)
        return Error{ErrorKind::Damaged, "The weights file \"" + manifest->weights_path +
                                             "\" is not the one its manifest was made for. Set the model up "
                                             "again, or remove it and import it again."};
    const auto weights = Safetensors::parse(std::move(*bytes), manifest->weights_path);
    if (!weights) return weights.error();
    const auto network = read_vit(*weights, data.base.heads);
    if (!network) return network.error();
    const auto feature = vit_feature_from_text(data.base.pooling);
    if (!feature || (*feature != VitFeature::PatchMean && !network->has_class_token))
        return usage("The model \"" + data.base.name + "\" has no feature \"" + data.base.pooling +
                     "\". Correct its description.");
    scene.feature = *feature;
    scene.parameters = network->parameters;
    if (torch::cuda::is_available()) scene.device = torch::Device(torch::kCUDA, 0);
    scene.vit = make_vit_tensors(*network, data.base.input_height, data.base.input_width,
                                 torch::TensorOptions(torch::kFloat).device(scene.device));
    auto cache = ImageCache::open(data.image_cache);
    if (!cache) return cache.error();
    if (data.pictures.empty() ? static_cast<std::size_t>(cache->count()) != data.count()
                              : data.pictures.size() != data.count())
        return usage("The image cache \"" + data.image_cache + "\" holds " + std::to_string(cache->count()) +
                     " pictures, but there are " + std::to_string(data.count()) +
                     " labels. Make it anew from the same selection.");
    for (const std::int64_t picture : data.pictures)
        if (picture < 0 || picture >= cache->count())
            return Error{ErrorKind::Internal, "Training data with a picture outside its image cache."};
    scene.places = data.pictures;
    scene.pictures.emplace(std::move(*cache));
    scene.views.resize(data.count());
    return scene;
}

std::string grouped(std::int64_t value) {
    std::string digits = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

std::string per_cent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
    return text;
}

std::vector<std::int32_t> pick(const std::vector<std::int32_t>& values,
                               const std::vector<std::int64_t>& rows) {
    std::vector<std::int32_t> picked;
    for (const std::int64_t row : rows) picked.push_back(values[static_cast<std::size_t>(row)]);
    return picked;
}

/// Views from the boxes, and what is to be said about them before time is spent.
void prepare_views(Scene& scene, const Options& options, const std::vector<std::int64_t>& rows,
                   const TrainingObserver& observer, const std::stop_token& stop) {
    if (!options.views || options.boxes == "none") return;
    std::vector<std::optional<Crop>> boxes(scene.views.size());
    for (const std::int64_t row : rows)
        boxes[static_cast<std::size_t>(row)] = scene.pictures->entry(scene.place(row)).box;
    if (options.boxes == "attention" && scene.vit.has_class_token) {
        if (observer.message) observer.message("Looking for objects where no box is stored.");
        scene.add_attention_boxes(rows, boxes, [&] { return stop.stop_requested(); });
    }
    std::size_t boxed = 0, backgrounds = 0;
    for (const std::int64_t row : rows) {
        const auto at = static_cast<std::size_t>(row);
        scene.views[at] = make_views(boxes[at], scene.pictures->size(), scene.pictures->size());
        boxed += scene.views[at].object ? 1 : 0;
        backgrounds += scene.views[at].background ? 1 : 0;
    }
    if (!observer.message) return;
    observer.message(std::to_string(boxed) + " of " + std::to_string(rows.size()) +
                     " pictures have an object box, " + std::to_string(backgrounds) + " a background.");
    if (boxed == 0)
        observer.message("Without object boxes only the adapters and the class proxies learn.");
    else if (2 * boxed < rows.size())
        observer.message(
            "Fewer than half of the pictures have an object box: object and background views can teach "
            "little.");
}

}  // namespace

Status check_dva(const TrainingSettings& settings, const ModelInfo& base) {
    if (const auto options = read_options(settings); !options) return options.error();
    return check_base(base);
}

Result<TrainingOutcome> train_dva(const TrainingData& data, const TrainingSettings& settings,
                                  const TrainingTarget& target, const TrainingObserver& observer,
                                  std::stop_token stop) {
    const auto options = read_options(settings);
    if (!options) return options.error();
    if (auto status = check_training_data(data); !status) return status.error();
    if (const Status status = check_target(target); !status) return status.error();
    try {
        auto scene = open_scene(data);
        if (!scene) return scene.error();
        const auto split = split_by_class(data.labels, settings.validation_share, settings.seed);
        if (!split) return split.error();
        const TrainingThreads threads(settings.threads);
        if (observer.message)
            observer.message(std::to_string(split->fit_classes.size() + split->validation_classes.size()) +
                             " classes: " + std::to_string(split->fit_classes.size()) + " to learn from, " +
                             std::to_string(split->validation_classes.size()) + " to check on.");
        std::vector<std::int64_t> everything(data.count());
        std::iota(everything.begin(), everything.end(), std::int64_t{0});
        prepare_views(*scene, *options, options->refit ? everything : split->fit_rows, observer, stop);

        std::unique_ptr<DvaModel> model;
        model = std::make_unique<DvaModel>(*scene, *options, dense_labels(data.labels, split->fit_classes),
                                           settings.seed);
        const std::vector<std::int32_t> checked_labels = pick(data.labels, split->validation_rows);
        model->validate_on(split->validation_rows, checked_labels);
        const std::int64_t trainable = model->adaptation().parameter_count();
        const std::int64_t total = scene->parameters + trainable;
        if (observer.message)
            observer.message(grouped(trainable) + " of " + grouped(total) + " parameters learn (" +
                             per_cent(static_cast<double>(trainable) / static_cast<double>(total)) + ").");
        const Tensor frozen = scene->embed(split->validation_rows, nullptr);

        EpochLoopOptions loop;
        loop.epochs = options->epochs;
        // The second fit takes about as long as the first.
        loop.budget_seconds = options->refit ? settings.budget_seconds / 2 : settings.budget_seconds;
        loop.patience = options->patience;
        loop.checkpoint = target.checkpoint;
        loop.checkpoint_seconds = 2;
        loop.resume = target.resume;
        loop.fingerprint = training_fingerprint(data, settings);
        loop.files = target.files;
        auto outcome = run_epochs(*model, loop, observer, stop);
        if (!outcome) return outcome.error();
        outcome->method = Method::Dva;
        outcome->trainable_parameters = trainable;
        outcome->total_parameters = total;
        std::vector<std::int64_t> items = split->validation_rows;
        if (!data.items.empty())
            for (std::int64_t& item : items) item = data.items[static_cast<std::size_t>(item)];
        auto changes = compare_queries(frozen, model->embed(split->validation_rows), checked_labels, items);
        if (!changes) return changes.error();
        outcome->queries = std::move(*changes);
        if (outcome->best_epoch == 0) {
            if (!outcome->note.empty()) outcome->note.push_back(' ');
            outcome->note +=
                "On classes it has not seen the frozen model was better than every epoch, so no model was "
                "made.";
            return outcome;
        }

        bool refitted = false;
        if (options->refit && !outcome->cancelled) {
            if (observer.message)
                observer.message("Learning once more from all " + std::to_string(data.classes.size()) +
                                 " classes, " + std::to_string(outcome->best_epoch) + " epochs.");
            std::vector<std::int32_t> every_class(data.classes.size());
            std::iota(every_class.begin(), every_class.end(), 0);
            std::unique_ptr<DvaModel> again;
            again = std::make_unique<DvaModel>(*scene, *options, dense_labels(data.labels, every_class),
                                               settings.seed);
            EpochModel::Way way;
            way.stop = [&stop] { return stop.stop_requested(); };
            bool finite = true;
            for (int epoch = 1; epoch <= outcome->best_epoch && !stop.stop_requested() && finite; ++epoch) {
                way.tell = [&](double share) {
                    if (observer.progress) observer.progress((epoch - 1 + share) / outcome->best_epoch, -1);
                };
                finite = std::isfinite(again->train_epoch(epoch, options->epochs, way)["total"]);
            }
            refitted = finite && !stop.stop_requested();
            if (refitted) {
                model = std::move(again);
            } else {
                outcome->cancelled = finite;
                outcome->note =
                    finite ? "Cancelled while learning once more from all classes; the model that "
                             "was checked is kept."
                           : "Learning once more from all classes ended in a loss that is no number; "
                             "the model that was checked is kept.";
            }
        }

        NewModel made;
        made.info = data.base;
        made.info.hash.clear();
        made.info.path.clear();
        made.info.name = target.name;
        made.info.kind = "ica";
        made.info.base = data.base.hash;
        made.info.method = "dva";
        made.info.source =
            "learned on \"" + data.base.name + "\" by a reconstruction of DVA (arXiv 2506.16273)";
        made.weights = write_safetensors(model->adaptation().tensors());
        made.beside["proxies.safetensors"] = write_safetensors(model->proxy_tensors());
        made.training = training_json(data, settings, *outcome,
                                      {{"trainable_parameters", static_cast<double>(trainable)},
                                       {"total_parameters", static_cast<double>(total)},
                                       {"learned_from_all_classes", refitted ? 1.0 : 0.0}});
        const auto written = write_model_folder(target.file_system(), target.models_folder, made);
        if (!written) return written.error();
        outcome->folder = written->info.path;
        if (!target.checkpoint.empty()) static_cast<void>(target.file_system().remove(target.checkpoint));
        return outcome;
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

}  // namespace fieldmark
