// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/training/end_to_end.h"

#include <algorithm>
#include <future>
#include <optional>
#include <thread>

#include "core/base/stopwatch.h"
#include "core/models/safetensors_writer.h"
#include "core/training/augmentation.h"
#include "core/training/checkpoint.h"
#include "core/training/epoch_loop.h"
#include "core/training/finite.h"
#include "core/training/image_cache.h"
#include "core/training/losses.h"
#include "core/training/model_writer.h"
#include "core/training/probe.h"
#include "core/training/refit.h"
#include "core/training/rows.h"
#include "core/training/sampler.h"
#include "core/training/schedule.h"
#include "core/training/trainable_network.h"

namespace fieldmark {

using torch::Tensor;

namespace {

constexpr int kEmbedBatch = 32;

/// Pictures by row, changed at random or as they are, several threads at once.
class PictureReader {
  public:
    PictureReader(const ImageCache& cache, const std::vector<std::int64_t>& pictures, int threads)
        : m_cache(cache), m_pictures(pictures), m_threads(std::max(1, threads)) {}

    /// (rows, output, output, 3) uint8; row i of the batch is draw `first_draw` + i of the epoch.
    std::vector<std::uint8_t> read(const std::vector<std::int64_t>& rows, const Augmentation& augmentation,
                                   std::uint64_t seed, std::uint64_t epoch, std::uint64_t first_draw) const {
        const std::size_t bytes =
            static_cast<std::size_t>(augmentation.output) * static_cast<std::size_t>(augmentation.output) * 3;
        std::vector<std::uint8_t> pixels(rows.size() * bytes);
        const auto some = [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const auto drawn = draw_augmentation(augmentation, seed, epoch, first_draw + i);
                apply_augmentation(augmentation, drawn, {m_cache.pixels(picture(rows[i])), m_cache.size()},
                                   std::span(pixels).subspan(i * bytes, bytes));
            }
        };
        const auto share =
            (rows.size() + static_cast<std::size_t>(m_threads) - 1) / static_cast<std::size_t>(m_threads);
        std::vector<std::jthread> others;
        for (std::size_t begin = share; begin < rows.size(); begin += share)
            others.emplace_back(some, begin, std::min(rows.size(), begin + share));
        some(0, std::min(rows.size(), share));
        return pixels;
    }

  private:
    int picture(std::int64_t row) const {
        return static_cast<int>(m_pictures.empty() ? row : m_pictures[static_cast<std::size_t>(row)]);
    }

    const ImageCache& m_cache;
    const std::vector<std::int64_t>& m_pictures;
    int m_threads;
};

Augmentation augmentation_of(const NetworkOptions& options) {
    auto augmentation = Augmentation::by_name(options.augmentation, options.size);
    TORCH_CHECK(augmentation.ok(), "an unknown augmentation");
    augmentation->crop_share = options.crop_share;
    return *augmentation;
}

/// A network that learns the rows whose dense label is not -1.
class NetworkModel final : public EpochModel {
  public:
    NetworkModel(const PictureReader& reader, std::unique_ptr<TrainableNetwork> module,
                 std::vector<std::int32_t> labels, const NetworkOptions& options, int input_size,
                 std::uint64_t seed)
        : m_reader(reader),
          m_module(std::move(module)),
          m_labels(std::move(labels)),
          m_options(options),
          m_input_size(input_size),
          m_seed(seed),
          m_sampler(m_labels, {.classes = options.classes, .per_class = options.per_class, .min_images = 2},
                    seed),
          m_augmentation(augmentation_of(options)) {
        std::int32_t classes = 0;
        for (std::size_t row = 0; row < m_labels.size(); ++row) {
            if (m_labels[row] < 0) continue;
            m_rows.push_back(static_cast<std::int64_t>(row));
            classes = std::max(classes, m_labels[row] + 1);
        }
        m_class_sizes.resize(static_cast<std::size_t>(classes));
        m_place.assign(m_labels.size(), -1);
        std::vector<std::int64_t> fit_labels;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const auto row = static_cast<std::size_t>(m_rows[i]);
            m_place[row] = static_cast<std::int64_t>(i);
            ++m_class_sizes[static_cast<std::size_t>(m_labels[row])];
            fit_labels.push_back(m_labels[row]);
        }
        m_fit_labels = torch::tensor(fit_labels, torch::kLong);
    }

    /// Proxies, priors and the memory of embeddings begin at what the network gives before any step.
    Status begin(const ObjectiveFactory& factory, const std::function<bool()>& stop,
                 const std::function<void(double)>& tell) {
        m_memory = embed_rows(m_rows, stop, tell);
        if (!m_memory.defined())
            return Error{ErrorKind::Cancelled, "The training was cancelled before it had begun."};
        m_device = m_module->parameters().front().device();
        m_fit_labels = m_fit_labels.to(m_device);
        m_objective = factory(m_class_sizes, m_memory.to(m_device), m_fit_labels, m_seed);
        if (m_objective->slow_share() > 0)
            return Error{
                ErrorKind::Usage,
                "A moving mean of the encoder (option ema) is only kept for a head on stored vectors, not "
                "for a whole network."};
        std::vector<torch::optim::OptimizerParamGroup> groups;
        for (const Tensor& parameter : m_module->parameters())
            groups.emplace_back(std::vector<Tensor>{parameter});
        if (!m_objective->parameters().empty()) groups.emplace_back(m_objective->parameters());
        m_optimizer = std::make_unique<torch::optim::AdamW>(
            groups, torch::optim::AdamWOptions(m_options.rate).weight_decay(0));
        static_cast<torch::optim::AdamWOptions&>(m_optimizer->param_groups()[0].options())
            .weight_decay(m_options.weight_decay);
        return {};
    }

    std::map<std::string, double> train_epoch(int epoch, int epochs, const Way& way) override {
        m_objective->begin_epoch(epoch, epochs);
        const int batches = m_sampler.batches_per_epoch();
        std::vector<std::vector<std::int64_t>> order;
        for (int batch = 0; batch < batches; ++batch) order.push_back(m_sampler.next());
        const auto read = [&](int batch) {
            const auto& rows = order[static_cast<std::size_t>(batch)];
            return m_reader.read(rows, m_augmentation, m_seed, static_cast<std::uint64_t>(epoch),
                                 static_cast<std::uint64_t>(batch) * rows.size());
        };
        std::map<std::string, double> sums;
        auto next = std::async(std::launch::async, read, 0);
        for (int batch = 0; batch < batches; ++batch) {
            const std::vector<std::uint8_t> pixels = next.get();
            if (way.stop && way.stop()) return sums;
            if (batch + 1 < batches) next = std::async(std::launch::async, read, batch + 1);
            step(order[static_cast<std::size_t>(batch)], pixels, std::int64_t{epoch - 1} * batches + batch,
                 std::int64_t{epochs} * batches, sums);
            if (way.tell) way.tell(static_cast<double>(batch + 1) / batches);
        }
        for (auto& [name, value] : sums) value /= batches;
        tell_divergence(m_module->parameters(), sums);
        // Embeddings as they were when their picture was last seen: a pass over all of them would cost a
        // quarter of an epoch, and they move little within one.
        m_objective->end_epoch(epoch, m_objective->wants_embeddings(epoch) ? m_memory.to(m_device) : Tensor(),
                               m_fit_labels);
        return sums;
    }

    Result<ValidationFigures> validate(const std::function<bool()>& stop) override {
        if (m_validation_rows.empty()) return ValidationFigures{};
        const Tensor embeddings = embed_rows(m_validation_rows, stop);
        if (!embeddings.defined()) return Error{ErrorKind::Cancelled, "The training was cancelled."};
        return probe(embeddings, m_validation_labels);
    }
    void validate_on(std::vector<std::int64_t> rows, std::vector<std::int32_t> labels) {
        m_validation_rows = std::move(rows);
        m_validation_labels = std::move(labels);
    }

    /// (count, D) of the plain pictures, on the CPU; undefined where stop() came. side: 0 for the input of
    /// the new model.
    Tensor embed_rows(const std::vector<std::int64_t>& rows, const std::function<bool()>& stop = {},
                      const std::function<void(double)>& tell = {}, int side = 0) const {
        const auto plain = Augmentation::none(side > 0 ? side : m_input_size);
        std::vector<Tensor> blocks;
        for (std::size_t begin = 0; begin < rows.size(); begin += kEmbedBatch) {
            if (stop && stop()) return {};
            const std::vector<std::int64_t> block(
                rows.begin() + static_cast<std::ptrdiff_t>(begin),
                rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), begin + kEmbedBatch)));
            const auto pixels = m_reader.read(block, plain, 0, 0, 0);
            blocks.push_back(
                m_module->embed(pixels, static_cast<int>(block.size()), plain.output).to(torch::kCPU));
            if (tell) tell(static_cast<double>(begin + block.size()) / static_cast<double>(rows.size()));
        }
        return blocks.empty() ? torch::empty({0, m_module->dimension()}) : torch::cat(blocks);
    }

    void save(torch::serialize::OutputArchive& archive) const override {
        save_best(archive);
        torch::serialize::OutputArchive optimizer, objective;
        m_optimizer->save(optimizer);
        archive.write("optimizer", optimizer);
        m_objective->save(objective);
        archive.write("objective", objective);
        archive.write("memory", m_memory, true);
        put_text(archive, "sampler", m_sampler.state());
    }
    void load(torch::serialize::InputArchive& archive) override {
        load_best(archive);
        torch::serialize::InputArchive optimizer, objective;
        archive.read("optimizer", optimizer);
        m_optimizer->load(optimizer);
        archive.read("objective", objective);
        m_objective->load(objective);
        Tensor memory;
        archive.read("memory", memory, true);
        m_memory.copy_(memory);
        TORCH_CHECK(m_sampler.set_state(get_text(archive, "sampler")), "no state of random numbers");
    }
    void save_best(torch::serialize::OutputArchive& archive) const override {
        const auto parameters = m_module->parameters();
        archive.write("weights", parameters[0].detach().cpu(), true);
        archive.write("affine", parameters[1].detach().cpu(), true);
    }
    void load_best(torch::serialize::InputArchive& archive) override {
        const torch::NoGradGuard no_grad;
        auto parameters = m_module->parameters();
        Tensor weights, affine;
        archive.read("weights", weights, true);
        archive.read("affine", affine, true);
        parameters[0].copy_(weights);
        parameters[1].copy_(affine);
    }

    const TrainableNetwork& module() const { return *m_module; }
    const std::vector<std::int64_t>& rows() const { return m_rows; }
    int batch_size() const { return m_sampler.classes() * m_sampler.per_class(); }

  private:
    void step(const std::vector<std::int64_t>& rows, const std::vector<std::uint8_t>& pixels, std::int64_t at,
              std::int64_t steps, std::map<std::string, double>& sums) {
        ObjectiveBatch batch;
        batch.embeddings = m_module->forward(pixels, static_cast<int>(rows.size()), m_options.size);
        std::vector<std::int64_t> labels, places;
        for (const std::int64_t row : rows) {
            labels.push_back(m_labels[static_cast<std::size_t>(row)]);
            places.push_back(m_place[static_cast<std::size_t>(row)]);
        }
        batch.labels = torch::tensor(labels, torch::kLong).to(batch.embeddings.device());
        batch.per_class = m_sampler.per_class();
        std::map<std::string, double> terms;
        const Tensor loss = m_objective->loss(batch, terms);
        m_optimizer->zero_grad(/*set_to_none=*/false);
        loss.backward();
        m_module->backward(batch.embeddings.grad());
        auto parameters = m_module->parameters();
        terms["gradient"] = torch::nn::utils::clip_grad_norm_(parameters, m_options.clip);
        const double rate = m_options.rate * one_cycle_rate(at, steps);
        for (std::size_t group = 0; group < m_optimizer->param_groups().size(); ++group) {
            static_cast<torch::optim::AdamWOptions&>(m_optimizer->param_groups()[group].options())
                .lr(group < parameters.size() ? rate : rate * m_objective->rate_factor());
        }
        m_optimizer->step();
        terms["total"] = loss.item<double>();
        const Tensor seen = batch.embeddings.detach();
        m_memory.index_copy_(0, torch::tensor(places, torch::kLong), seen.to(torch::kCPU));
        m_objective->own_step(seen, batch.labels, terms);
        for (const auto& [name, value] : terms) sums[name] += value;
    }

    const PictureReader& m_reader;
    std::unique_ptr<TrainableNetwork> m_module;
    std::vector<std::int32_t> m_labels;  ///< dense, -1: not learned from
    NetworkOptions m_options;
    int m_input_size;
    std::uint64_t m_seed;
    PkSampler m_sampler;
    Augmentation m_augmentation;
    std::vector<std::int64_t> m_rows;   ///< learned from
    std::vector<std::int64_t> m_place;  ///< of each row among them, -1
    std::vector<int> m_class_sizes;
    torch::Device m_device = torch::kCPU;
    Tensor m_fit_labels;
    Tensor m_memory;  ///< (rows, D)
    std::unique_ptr<Objective> m_objective;
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
    std::vector<std::int64_t> m_validation_rows;
    std::vector<std::int32_t> m_validation_labels;
};

std::vector<std::byte> weights_file(const TrainableNetwork& module) {
    FloatTensors tensors;
    for (const auto& [name, tensor] : module.tensors()) {
        FloatTensor& to = tensors[name];
        to.shape = tensor.sizes().vec();
        to.values.assign(tensor.const_data_ptr<float>(), tensor.const_data_ptr<float>() + tensor.numel());
    }
    return write_safetensors(tensors);
}

Result<torch::Device> device_of(const std::string& name) {
    const bool cuda = torch::cuda::is_available();
    if (name == "cuda" && !cuda)
        return Error{ErrorKind::Unsupported, "LibTorch finds no CUDA device here. Use the device cpu."};
    return name == "cpu" || !cuda ? torch::Device(torch::kCPU) : torch::Device(torch::kCUDA, 0);
}

}  // namespace

NetworkOptions read_network_options(OptionReader& reader, const TrainingSettings& settings,
                                    const NetworkOptions& defaults) {
    NetworkOptions options = defaults;
    options.rate = reader.number("rate", defaults.rate, 1e-8, 1);
    options.weight_decay = reader.number("weight_decay", defaults.weight_decay, 0, 10);
    options.clip = reader.number("clip", defaults.clip, 1e-6, 1e6);
    options.classes = reader.integer("batch_classes", defaults.classes, 2, 4096);
    options.per_class = reader.integer("batch_per_class", defaults.per_class, 2, 4096);
    options.frozen_blocks = reader.integer("frozen_blocks", defaults.frozen_blocks, 0, 100);
    options.size = reader.integer("size", defaults.size, 0, 1024);
    options.augmentation = reader.choice("augmentation", defaults.augmentation, Augmentation::names());
    options.crop_share = reader.number("crop_share", defaults.crop_share, 0.1, 1);
    options.export_size = reader.integer("export_size", defaults.export_size, 0, 1024);
    options.patience = reader.integer("patience", defaults.patience, 0, 100'000);
    options.refit = reader.flag("refit", defaults.refit);
    options.device = reader.choice("device", defaults.device, {"auto", "cpu", "cuda"});
    options.own_kernels = reader.flag("own_kernels", defaults.own_kernels);
    options.mixed = reader.flag("mixed", defaults.mixed);
    for (const int size : {options.size, options.export_size})
        if (size != 0 && size < 64)
            reader.fail(
                {ErrorKind::Usage, "The options size and export_size must be 0 or at least 64 pixels."});
    if (settings.epochs > 0) options.epochs = settings.epochs;
    return options;
}

Result<LearnedNetwork> learn_network(const TrainingData& data, const TrainingSettings& settings,
                                     const NetworkOptions& given, const ObjectiveFactory& objective,
                                     const TrainingTarget& target, const TrainingObserver& observer,
                                     std::stop_token stop) {
    const Stopwatch clock;
    if (auto status = check_training_data(data); !status) return status.error();
    if (!can_learn_as_a_whole(data.base))
        return Error{ErrorKind::Usage,
                     "Only an EfficientNet-Lite or a vision transformer can learn as a whole, and \"" +
                         data.base.name +
                         "\" is neither. Learn a head on its vectors, or choose another model."};
    const auto device = device_of(given.device);
    if (!device) return device.error();
    auto cache = ImageCache::open(data.image_cache);
    if (!cache) return std::move(cache).error();
    const std::size_t pictures = data.pictures.empty() ? data.count() : data.pictures.size();
    if (pictures != data.count() ||
        std::any_of(data.pictures.begin(), data.pictures.end(),
                    [&](std::int64_t picture) { return picture < 0 || picture >= cache->count(); }) ||
        (data.pictures.empty() && pictures > static_cast<std::size_t>(cache->count())))
        return Error{ErrorKind::Internal, "The training data and the image cache \"" + data.image_cache +
                                              "\" do not belong together."};
    if (auto status = cache->verify(stop); !status) return status.error();
    auto split = split_by_class(data.labels, settings.validation_share, settings.seed);
    if (!split) return split.error();

    const auto manifest = read_manifest(data.base.path);
    if (!manifest) return manifest.error();
    auto bytes = target.file_system().read(manifest->weights_path);
    if (!bytes) return std::move(bytes).error();
    const auto weights = Safetensors::parse(std::move(*bytes), manifest->weights_path);
    if (!weights) return weights.error();

    NetworkOptions options = given;
    if (options.size == 0) options.size = data.base.input_width;
    if (data.base.input_width != data.base.input_height)
        return Error{ErrorKind::Unsupported, "The model \"" + data.base.name +
                                                 "\" does not take square pictures, "
                                                 "so it cannot be trained."};
    try {
        const TrainingThreads guard(settings.threads);
        const int threads = settings.threads > 0
                                ? settings.threads
                                : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        TrainableNetworkOptions module_options;
        module_options.frozen_blocks = options.frozen_blocks;
        module_options.threads = threads;
        module_options.own_kernels = options.own_kernels;
        module_options.device = *device;
        module_options.mixed = options.mixed;
        const PictureReader reader(*cache, data.pictures, device->is_cuda() ? threads : 1);
        LearnedNetwork learned;
        learned.split = std::move(*split);
        const auto stopped = [&stop] { return stop.stop_requested(); };
        const auto make = [&](std::vector<std::int32_t> labels) -> Result<std::unique_ptr<NetworkModel>> {
            auto module = make_trainable_network(*weights, data.base, module_options);
            if (!module) return std::move(module).error();
            learned.input_size = (*module)->fitting_side(
                options.export_size > 0 ? options.export_size
                                        : learned_input_side(data.base, augmentation_of(options)));
            auto model = std::make_unique<NetworkModel>(reader, std::move(*module), std::move(labels),
                                                        options, learned.input_size, settings.seed);
            if (auto status = model->begin(objective, stopped, {}); !status) return status.error();
            return model;
        };
        auto model = make(dense_labels(data.labels, learned.split.fit_classes));
        if (!model) return std::move(model).error();
        const TrainableNetwork& module = (*model)->module();
        if (observer.message)
            observer.message(std::to_string(data.classes.size()) +
                             " classes: " + std::to_string(learned.split.fit_classes.size()) +
                             " to learn from, " + std::to_string(learned.split.validation_classes.size()) +
                             " to check on; " + std::to_string((*model)->rows().size()) +
                             " pictures an epoch, " + module.engine() + ", " + std::to_string(threads) +
                             (threads == 1 ? " thread." : " threads."));
        const std::vector<std::int32_t> validation_labels = pick(data.labels, learned.split.validation_rows);
        (*model)->validate_on(learned.split.validation_rows, validation_labels);
        const Tensor raw =
            (*model)->embed_rows(learned.split.validation_rows, stopped, {}, data.base.input_width);
        if (!raw.defined())
            return Error{ErrorKind::Cancelled, "The training was cancelled before it had begun."};

        const TrainingSettings timed = with_time_spent(settings, clock.seconds());
        EpochLoopOptions loop =
            first_loop(data, timed, target, options.epochs, options.patience, options.refit);
        loop.fingerprint += std::to_string(threads);
        if (learned.input_size != data.base.input_width) {
            auto before = probe(raw, validation_labels);
            if (!before) return std::move(before).error();
            loop.base = *before;
        }
        auto outcome = run_epochs(**model, loop, observer, stop);
        if (!outcome) return std::move(outcome).error();
        learned.outcome = std::move(*outcome);
        learned.outcome.method = settings.method;
        learned.outcome.trainable_parameters = module.trainable_parameters();
        learned.outcome.total_parameters = module.total_parameters();

        auto changes = compare_queries(raw, (*model)->embed_rows(learned.split.validation_rows),
                                       validation_labels, items_of(data, learned.split.validation_rows));
        if (!changes) return std::move(changes).error();
        learned.outcome.queries = std::move(*changes);
        if (stays_with_base(learned.outcome)) return learned;

        const auto keep = [&](const NetworkModel& network) {
            if (options.embed_all) learned.embeddings = network.embed_rows(all_rows(data.count()));
            learned.weights = weights_file(network.module());
        };
        keep(**model);  // what stays if learning from all classes is cancelled
        learned.checked_embeddings = learned.embeddings;
        if (!options.refit || learned.outcome.cancelled) return learned;

        model->reset();  // two networks that learn would take twice the memory
        auto again =
            refit([&] { return make(data.labels); }, data, timed, loop, observer, stop, learned.outcome);
        if (!again) return std::move(again).error();
        if (*again) keep(**again);
        return learned;
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

Result<Manifest> write_network_model(const TrainingTarget& target, const TrainingData& data,
                                     const TrainingSettings& settings, const LearnedNetwork& learned,
                                     std::map<std::string, std::vector<std::byte>> beside,
                                     const std::map<std::string, double>& further) {
    NewModel model;
    model.info = learned_info(target, data, settings, data.base.kind);
    model.info.base = data.base.base;  // it stands on nothing new
    model.info.input_width = model.info.input_height = learned.input_size;
    model.info.resize = ResizeMode::Squash;  // as the pictures that it learned from
    model.info.source = "trained end to end by Fieldmark from \"" + data.base.name + "\"" +
                        (data.label_field.empty() ? "" : " and the field \"" + data.label_field + "\"");
    model.weights = learned.weights;
    model.training = training_json(data, settings, learned.outcome, further);
    model.beside = std::move(beside);
    return write_learned_model(target, model);
}

}  // namespace fieldmark
