// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/train/command.h"
#include "app/train/selection.h"
#include "core/evaluation/hash_metrics.h"
#include "core/evaluation/retrieval_metrics.h"
#include "core/models/gdfnet_backbone.h"
#include "core/training/augmentation.h"

namespace fieldmark::train_program {

namespace {

using Json = nlohmann::json;

constexpr int kBatch = 32;

struct Arguments {
    Selection selection;
    BackboneOptions backbone;
    bool hamming = false;
};

/// Leave-one-out by the codes of the embeddings.
Result<HashMetrics> evaluate_codes(const HashHead& head, std::span<const float> features, int dimension,
                                   std::span<const std::int32_t> labels, const std::stop_token& stop) {
    std::vector<std::uint64_t> codes(labels.size() * hash_words(head.bits));
    head.encode(features, static_cast<std::size_t>(dimension), codes.data());
    const HashedItems items{codes, {}, labels};
    HashEvaluation settings;
    settings.bits = head.bits;
    return evaluate_hashing(items, items, true, settings, stop);
}

Result<Json> evaluate(const Context& context, const Arguments& arguments) {
    const auto cache = ImageCache::open(arguments.selection.cache);
    if (!cache) return cache.error();
    if (const Status status = cache->verify(context.stop); !status) return status.error();
    const auto selected = select(*cache, arguments.selection);
    if (!selected) return selected.error();
    const auto found = find_model(arguments.selection);
    if (!found) return found.error();
    if (arguments.hamming && found->info.bits < 1)
        return Error{ErrorKind::Usage, "The model \"" + found->info.name +
                                           "\" has no binary codes, so --hamming has nothing to compare. "
                                           "Learn one with \"learn --method gdfnet\"."};
    const auto model = found->registry.load(found->info, arguments.backbone);
    if (!model) return model.error();
    const ModelInfo& info = (*model)->info();
    if (info.input_width != info.input_height)
        return Error{ErrorKind::Unsupported,
                     "The model \"" + info.name + "\" does not take square pictures."};

    const auto plain = Augmentation::none(info.input_width);
    const std::size_t bytes =
        static_cast<std::size_t>(plain.output) * static_cast<std::size_t>(plain.output) * 3;
    std::vector<float> features;
    std::vector<std::uint8_t> pixels;
    for (std::size_t first = 0; first < selected->pictures.size(); first += kBatch) {
        if (context.stop.stop_requested()) return Error{ErrorKind::Cancelled, "Cancelled."};
        const std::size_t count = std::min<std::size_t>(kBatch, selected->pictures.size() - first);
        pixels.resize(count * bytes);
        for (std::size_t i = 0; i < count; ++i) {
            const auto picture = static_cast<int>(selected->pictures[first + i]);
            apply_augmentation(plain, {}, {cache->pixels(picture), cache->size()},
                               std::span(pixels).subspan(i * bytes, bytes));
        }
        const auto some = (*model)->embed(pixels, static_cast<int>(count));
        if (!some) return some.error();
        features.insert(features.end(), some->begin(), some->end());
    }
    const int ks[] = {1, 2, 4, 8};
    const auto metrics = evaluate_retrieval(features, info.dimension, selected->labels, ks, context.stop);
    if (!metrics) return metrics.error();
    Json answer;
    answer["model"] = info.name;
    answer["engine"] = (*model)->engine();
    answer["queries"] = metrics->queries;
    answer["classes"] = metrics->classes;
    for (const auto& [k, recall] : metrics->recall_at) answer["recall_at"][std::to_string(k)] = recall;
    answer["map_at_r"] = metrics->map_at_r;
    answer["mean_average_precision"] = metrics->mean_average_precision;
    if (!context.json) {
        std::printf("%d queries of %d classes (%s, %s)\n", metrics->queries, metrics->classes,
                    info.name.c_str(), (*model)->engine().c_str());
        for (const auto& [k, recall] : metrics->recall_at)
            std::printf("Recall@%d %.2f %%\n", k, 100 * recall);
        std::printf("MAP@R %.2f %%\n", 100 * metrics->map_at_r);
    }
    if (arguments.hamming) {
        const auto head = load_hash_head(found->info);
        if (!head) return head.error();
        const auto figures = evaluate_codes(*head, features, info.dimension, selected->labels, context.stop);
        if (!figures) return figures.error();
        answer["hamming"] = {{"bits", head->bits},
                             {"recall_at_1", figures->recall_at_1},
                             {"map_at_r", figures->map_at_r},
                             {"mean_average_precision", figures->map_all}};
        if (!context.json)
            std::printf("By codes of %d bits: Recall@1 %.2f %%, MAP@R %.2f %%, mAP@All %.2f %%\n", head->bits,
                        100 * figures->recall_at_1, 100 * figures->map_at_r, 100 * figures->map_all);
    }
    return answer;
}

Result<Json> inspect(const Context& context, const std::string& file) {
    const auto cache = ImageCache::open(file);
    if (!cache) return cache.error();
    if (const Status status = cache->verify(context.stop); !status) return status.error();
    const ImageCacheFacts& facts = cache->facts();
    int boxes = 0, unlabelled = 0;
    for (int i = 0; i < cache->count(); ++i) {
        boxes += cache->entry(i).box.has_value();
        unlabelled += cache->entry(i).label < 0;
    }
    Json answer;
    answer["pictures"] = cache->count();
    answer["size"] = cache->size();
    answer["field"] = facts.field;
    answer["source"] = facts.source;
    answer["classes"] = facts.classes;
    answer["splits"] = facts.splits;
    answer["boxes"] = boxes;
    answer["unlabelled"] = unlabelled;
    if (!context.json)
        std::printf(
            "%d pictures of %d x %d pixels, %zu classes (%s), %zu splits, %d with an object box; %s\n",
            cache->count(), cache->size(), cache->size(), facts.classes.size(), facts.field.c_str(),
            facts.splits.size(), boxes, facts.source.c_str());
    return answer;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App& command = *app.add_subcommand(
        "evaluate", "Measure retrieval on a cache's pictures, leave-one-out: Recall@K, MAP@R");
    arguments->selection.add_to(command);
    command.add_option("--threads", arguments->backbone.threads, "0: as many as there are cores")
        ->capture_default_str();
    command.add_flag(
        "--hamming", arguments->hamming,
        "Also by the binary codes of a model learned by gdfnet: the nearest by Hamming distance");
    command.add_option("--device", arguments->backbone.device, "auto, cpu or cuda")->capture_default_str();
    command.callback([arguments, &action] {
        action = [arguments](const Context& context) { return evaluate(context, *arguments); };
    });
}

void add_info(CLI::App& app, Action& action) {
    const auto file = std::make_shared<std::string>();
    CLI::App& command = *app.add_subcommand("info", "Say what is in a cache, and check every picture of it");
    command.add_option("cache", *file, "The packed image cache")->type_name("FILE")->required();
    command.callback(
        [file, &action] { action = [file](const Context& context) { return inspect(context, *file); }; });
}

}  // namespace fieldmark::train_program
