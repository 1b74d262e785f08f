// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/gdfnet/recipe.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file_system.h"
#include "core/base/stopwatch.h"
#include "core/methods/gdfnet/learner.h"
#include "core/models/model_folder.h"
#include "core/models/model_registry.h"
#include "core/models/safetensors_writer.h"
#include "core/training/augmentation.h"
#include "core/training/epoch_loop.h"
#include "core/training/image_cache.h"
#include "core/training/model_writer.h"
#include "core/training/option_reader.h"
#include "core/training/probe.h"
#include "core/training/refit.h"
#include "core/training/rows.h"
#include "core/training/validation_split.h"

namespace fieldmark {

namespace {

constexpr double kMapsShare = 0.3;  ///< of the progress, roughly: the maps come before the epochs

struct Options {
    GdfNetOptions net;
    bool mirror = true;
    int patience = 0;
    bool refit = true;
};

Error usage(std::string text) {
    return {ErrorKind::Usage, std::move(text)};
}

Result<Options> read_options(const TrainingSettings& settings) {
    if (settings.bits < 1 || settings.bits > kMaxHashBits) {
        return usage("A binary code has 1 to " + std::to_string(kMaxHashBits) + " bits, not " +
                     std::to_string(settings.bits) + ". 48 is a good start.");
    }
    OptionReader reader(settings.options);
    Options options;
    GdfNetOptions& net = options.net;
    net.shape.bits = settings.bits;
    net.shape.graph =
        reader.choice("graph", "edge", {"edge", "gcn"}) == "edge" ? GraphKind::Edge : GraphKind::Gcn;
    net.shape.skip =
        reader.choice("skip", "pooled", {"pooled", "none"}) == "pooled" ? GraphSkip::Pooled : GraphSkip::None;
    net.shape.layers = reader.integer("layers", static_cast<int>(net.shape.layers), 1, 8);
    net.shape.neighbours = reader.integer("neighbours", static_cast<int>(net.shape.neighbours), 1, 1024);
    net.shape.width = reader.integer("width", static_cast<int>(net.shape.width), 1, 4096);
    net.shape.features = reader.integer("features", static_cast<int>(net.shape.features), 2, 4096);
    net.quantization = reader.number("quantization", net.quantization, 0, 1000);
    net.magnitude = reader.number("magnitude", net.magnitude, 0, 1000);
    net.balance = reader.number("balance", net.balance, 0, 1000);
    net.pairs = reader.number("pairs", net.pairs, 0, 1000);
    net.gamma = reader.number("gamma", net.gamma, 1e-3, 1e6);
    net.slope = reader.number("slope", net.slope, 1, 100);
    net.whitening = reader.number("whitening", net.whitening, 0, 1);
    net.rate = reader.number("rate", net.rate, 1e-8, 10);
    net.skip_factor = reader.number("skip_factor", net.skip_factor, 0, 1000);
    net.weight_decay = reader.number("weight_decay", net.weight_decay, 0, 10);
    net.batch_classes = reader.integer("batch_classes", net.batch_classes, 2, 1024);
    net.batch_per_class = reader.integer("batch_per_class", net.batch_per_class, 1, 1024);
    options.mirror = reader.flag("mirror", true);
    options.patience = reader.integer("patience", 0, 0, 100'000);
    options.refit = reader.flag("refit", true);
    if (settings.epochs > 0) net.epochs = settings.epochs;
    if (const Status status = reader.finish(); !status) return status.error();
    return options;
}

/// The rows to learn from and those left out of their classes, which become queries: a sixth of each class.
struct KnownSplit {
    std::vector<std::int64_t> fit;
    std::vector<std::int64_t> left_out;
};

KnownSplit leave_pictures_out(const std::vector<std::int64_t>& rows, const std::vector<std::int32_t>& labels,
                              std::uint64_t seed) {
    std::map<std::int32_t, std::vector<std::int64_t>> by_class;
    for (const std::int64_t row : rows) by_class[labels[static_cast<std::size_t>(row)]].push_back(row);
    Random random(seed);
    KnownSplit split;
    for (auto& [label, members] : by_class) {
        random.shuffle(members);
        const std::size_t out = members.size() < 3 ? 0 : std::max<std::size_t>(1, members.size() / 6);
        split.left_out.insert(split.left_out.end(), members.begin(),
                              members.begin() + static_cast<std::ptrdiff_t>(out));
        split.fit.insert(split.fit.end(), members.begin() + static_cast<std::ptrdiff_t>(out), members.end());
    }
    std::sort(split.fit.begin(), split.fit.end());
    std::sort(split.left_out.begin(), split.left_out.end());
    return split;
}

/// Classes renumbered densely; -1 for rows that are not in `rows`.
std::vector<std::int32_t> labels_of(const std::vector<std::int64_t>& rows,
                                    const std::vector<std::int32_t>& labels) {
    std::vector<std::int32_t> kept(labels.size(), -1);
    std::vector<std::int32_t> classes;
    for (const std::int64_t row : rows) {
        kept[static_cast<std::size_t>(row)] = labels[static_cast<std::size_t>(row)];
        classes.push_back(labels[static_cast<std::size_t>(row)]);
    }
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    return dense_labels(kept, classes);
}

Result<MapCache> make_maps(const TrainingData& data, const TrainingTarget& target, bool mirror, int threads,
                           const TrainingObserver& observer, const std::stop_token& stop) {
    const auto pictures = ImageCache::open(data.image_cache);
    if (!pictures) return pictures.error();
    const bool chosen = !data.pictures.empty();
    const bool fits =
        chosen ? data.pictures.size() == data.count() &&
                     std::all_of(data.pictures.begin(), data.pictures.end(),
                                 [&](std::int64_t place) { return place >= 0 && place < pictures->count(); })
               : static_cast<std::size_t>(pictures->count()) == data.count();
    if (!fits) {
        return usage("The image cache \"" + data.image_cache + "\" holds " +
                     std::to_string(pictures->count()) + " pictures, which do not go with the " +
                     std::to_string(data.count()) + " labels. Make it anew from the same selection.");
    }
    BackboneOptions options;
    options.threads = threads;
    // A base may stand on another model of the library.
    auto folders = ModelRegistry::default_search_path();
    folders.push_back(target.models_folder);
    auto backbone = ModelRegistry(folders).load(data.base, options);
    if (!backbone) return backbone.error();
    const BackboneTraits traits = (*backbone)->traits();
    if (traits.map_channels < 1) {
        return usage("The model \"" + data.base.name +
                     "\" shows no feature map. Choose a backbone such as efficientnet-lite0.");
    }
    if (data.base.input_width != data.base.input_height) {
        return usage("The model \"" + data.base.name +
                     "\" takes pictures that are not square; packed pictures are.");
    }
    if (auto status = target.file_system().make_directory(target.models_folder); !status)
        return status.error();
    auto maps =
        MapCache::create(target.models_folder, static_cast<std::int64_t>(data.count()), mirror ? 2 : 1,
                         std::int64_t{traits.map_rows} * traits.map_columns, traits.map_channels);
    if (!maps) return maps.error();
    if (observer.message) {
        observer.message("Computing the feature maps of " + std::to_string(data.count()) + " pictures (" +
                         std::to_string(maps->bytes() / 1'000'000 + 1) + " MB).");
    }
    const Augmentation plain = Augmentation::none(data.base.input_width);
    const auto source = [&](std::int64_t row, std::span<std::uint8_t> pixels) -> Status {
        PictureView view;
        const std::int64_t place = chosen ? data.pictures[static_cast<std::size_t>(row)] : row;
        view.pixels = pictures->pixels(static_cast<int>(place));
        view.size = pictures->size();
        apply_augmentation(plain, {}, view, pixels);
        return {};
    };
    const auto progress = [&](double share) {
        if (observer.progress) observer.progress(share * kMapsShare, -1);
    };
    if (auto status = maps->fill(**backbone, source, progress, stop); !status) return status.error();
    return maps;
}

Result<Manifest> write_coded_model(const TrainingTarget& target, const TrainingData& data,
                                   const TrainingSettings& settings, const TrainingOutcome& outcome,
                                   GdfNetLearner& learner, const std::map<std::string, double>& further) {
    NewModel model;
    model.info = learned_info(target, data, settings, "gdfnet");
    model.info.bits = settings.bits;
    model.info.heads = 0;
    model.info.pooling = "global-mean";
    model.info.dimension = static_cast<int>(learner.network().shape().features);
    model.info.feature = "graph over the positions of the last map, L2-normalised, with binary codes of " +
                         std::to_string(settings.bits) + " bits";
    model.info.source = "learned on \"" + data.base.name + "\" by a reconstruction of GDF-Net (2022)";
    model.weights = write_safetensors(gdfnet_weights(learner.network()));
    model.training = training_json(data, settings, outcome, further);
    return write_learned_model(target, model);
}

/// What the epochs were chosen by, as run_epochs() leaves it in an outcome.
struct CodeQuality {
    int bits;
    ValidationFigures before;  ///< ITQ codes of the frozen model
    ValidationFigures after;

    std::map<std::string, double> named() const {
        return {{"codes_recall_at_1_before", before.recall_at_1},
                {"codes_recall_at_1", after.recall_at_1},
                {"codes_map_at_r_before", before.map_at_r},
                {"codes_map_at_r", after.map_at_r}};
    }
    std::string text() const {
        char text[200];
        std::snprintf(
            text, sizeof text,
            "By codes of %d bits alone, on pictures of learned classes and of others: MAP@R %.1f %%, "
            "and %.1f %% by codes made without learning.",
            bits, 100 * after.map_at_r, 100 * before.map_at_r);
        return text;
    }
};

/// Before and after by the real-valued feature on classes it has not seen, as every method reports them: that
/// is what a search shows first.
Status report_features(TrainingOutcome& outcome, const torch::Tensor& frozen, const torch::Tensor& learned,
                       const std::vector<std::int32_t>& labels, const std::vector<std::int64_t>& items) {
    const auto before = probe(frozen, labels), after = probe(learned, labels);
    if (!before) return before.error();
    if (!after) return after.error();
    auto changes = compare_queries(frozen, learned, labels, items);
    if (!changes) return std::move(changes).error();
    outcome.before = *before;
    outcome.after = *after;
    outcome.queries = std::move(*changes);
    return {};
}

}  // namespace

Status check_gdfnet(const TrainingSettings& settings, const ModelInfo& base) {
    if (settings.end_to_end)
        return usage("GDF-Net learns on the maps of a frozen backbone here. Leave \"end to end\" out.");
    if (base.kind == "gdfnet" || base.kind == "head") {
        return usage("GDF-Net needs a model's feature map, and \"" + base.name +
                     "\" is learned on top of one. Choose the model beneath it to start from.");
    }
    const auto options = read_options(settings);
    return options ? Status() : Status(options.error());
}

Result<TrainingOutcome> train_gdfnet(const TrainingData& data, const TrainingSettings& settings,
                                     const TrainingTarget& target, const TrainingObserver& observer,
                                     std::stop_token stop) {
    if (auto status = check_gdfnet(settings, data.base); !status) return status.error();
    const auto options = read_options(settings);
    if (auto status = check_training_data(data); !status) return status.error();
    if (auto status = check_target(target); !status) return status.error();
    if (data.image_cache.empty())
        return usage(
            "GDF-Net learns from pictures, but no packed pictures were given. Make an image cache first.");
    try {
        const Stopwatch clock;
        const auto split = split_by_class(data.labels, settings.validation_share, settings.seed);
        if (!split) return split.error();
        const KnownSplit known = leave_pictures_out(split->fit_rows, data.labels, settings.seed);
        if (static_cast<int>(known.fit.size()) <= settings.bits) {
            return usage("Codes of " + std::to_string(settings.bits) +
                         " bits need more pictures to learn from than " + std::to_string(known.fit.size()) +
                         ". Take fewer bits or label more pictures.");
        }
        if (observer.message) {
            observer.message(std::to_string(data.classes.size()) +
                             " classes: " + std::to_string(split->fit_classes.size()) + " to learn from, " +
                             std::to_string(split->validation_classes.size()) + " and " +
                             std::to_string(known.left_out.size()) +
                             " pictures of the others to check on, by the codes.");
        }
        const TrainingThreads threads(settings.threads);
        auto maps = make_maps(data, target, options->mirror, settings.threads, observer, stop);
        if (!maps) return maps.error();

        auto learner =
            GdfNetLearner::create(*maps, labels_of(known.fit, data.labels), options->net, settings.seed);
        if (!learner) return learner.error();
        (*learner)->validate_on(split->validation_rows, known.left_out, data.labels);
        const std::vector<std::int64_t>& checked = split->validation_rows;
        const std::vector<std::int32_t> checked_labels = pick(data.labels, checked);
        const torch::Tensor frozen = (*learner)->frozen(checked);

        const TrainingSettings timed = with_time_spent(settings, clock.seconds());
        EpochLoopOptions loop =
            first_loop(data, timed, target, options->net.epochs, options->patience, options->refit);
        loop.progress_begin = kMapsShare;
        loop.progress_end = std::lerp(kMapsShare, 1.0, loop.progress_end);
        loop.checkpoint_seconds = 10;
        auto outcome = run_epochs(**learner, loop, observer, stop);
        if (!outcome) return outcome.error();
        outcome->method = Method::GdfNet;
        outcome->trainable_parameters = (*learner)->parameters();
        outcome->total_parameters = (*learner)->parameters();
        const CodeQuality codes{settings.bits, outcome->before, outcome->after};
        if (auto status = report_features(*outcome, frozen, (*learner)->embed(checked), checked_labels,
                                          items_of(data, checked));
            !status)
            return status.error();
        if (outcome->best_epoch == 0) {
            if (!outcome->cancelled) remove_checkpoints(target);
            add_note(
                *outcome,
                outcome->epochs == 0 && !outcome->note.empty()
                    ? "No model was made."
                    : "No epoch had better codes than those the frozen model gives without learning, so no "
                      "model was made.");
            return outcome;
        }

        std::unique_ptr<GdfNetLearner> made = std::move(*learner);
        if (options->refit && !outcome->cancelled) {
            const auto make = [&] {
                return GdfNetLearner::create(*maps, labels_of(all_rows(data.count()), data.labels),
                                             options->net, settings.seed);
            };
            auto again = refit(make, data, timed, loop, observer, stop, *outcome);
            if (!again) return again.error();
            if (*again) made = std::move(*again);
        }
        add_note(*outcome, codes.text());
        const auto written = write_coded_model(target, data, settings, *outcome, *made, codes.named());
        if (!written) return written.error();
        outcome->folder = written->info.path;
        return outcome;
    } catch (const std::exception& error) {
        return training_error(error);
    }
}

}  // namespace fieldmark
