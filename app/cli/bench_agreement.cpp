// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <span>

#include "app/cli/bench.h"
#include "core/engine/pictures/embedder.h"
#include "core/image/decode.h"
#include "core/models/model_registry.h"
#include "core/models/self_measurement.h"

namespace fieldmark::cli {

namespace {

double product(const float* a, const float* b, std::size_t dimension) {
    double sum = 0;
    for (std::size_t d = 0; d < dimension; ++d) sum += double{a[d]} * b[d];
    return sum;
}

Result<std::unique_ptr<Embedder>> load(const ModelRegistry& registry, const ModelInfo& info, int threads,
                                       const char* precision) {
    BackboneOptions options;
    options.threads = threads;
    options.device = "cpu";
    options.precision = precision;
    auto backbone = registry.load(info, options);
    if (!backbone) return backbone.error();
    return std::make_unique<Embedder>(std::move(*backbone));
}

}  // namespace

Result<Answer> bench_agreement(Context& context, const BenchEmbedArguments& arguments) {
    const ModelRegistry registry;
    const auto info = registry.find(arguments.model);
    if (!info) return info.error();
    const auto exact = load(registry, *info, arguments.threads, "fp32");
    if (!exact) return exact.error();
    const auto rounded = load(registry, *info, arguments.threads, "int16");
    if (!rounded) return rounded.error();
    auto found = pictures_under({arguments.agreement});
    if (!found) return found.error();
    std::sort(found->begin(), found->end());
    // Evenly over the folder, so that every class of a set in folders has its share.
    const std::size_t wanted = std::min(found->size(), static_cast<std::size_t>(arguments.limit));
    const Crop whole;
    std::vector<float> a, b;
    Json failed = Json::array();
    std::vector<std::uint8_t> pixels((*exact)->input_bytes());
    int count = 0;
    for (std::size_t i = 0; i < wanted; ++i) {
        if (context.interrupt.requested()) return Error{ErrorKind::Cancelled, "The measurement was stopped."};
        const std::string& path = (*found)[i * found->size() / wanted];
        context.console.progress("Embedding " + display_text(path));
        const auto decoded = decode_file(path, {.cover = (*exact)->cover_for(whole), .limits = {}});
        if (!decoded) {
            Json entry = to_json(decoded.error());
            put_path(entry, "path", path);
            failed.push_back(std::move(entry));
            context.console.warn(decoded.error().text);
            continue;
        }
        (*exact)->prepare(decoded->image, whole, pixels);
        const auto one = (*exact)->embed(pixels, 1, Embedder::Priority::Batch);
        if (!one) return one.error();
        const auto other = (*rounded)->embed(pixels, 1, Embedder::Priority::Batch);
        if (!other) return other.error();
        a.insert(a.end(), one->begin(), one->end());
        b.insert(b.end(), other->begin(), other->end());
        ++count;
    }
    context.console.end_progress();
    if (count < 2)
        return Error{ErrorKind::Usage, "Agreement needs two pictures at least. Name a folder of pictures."};

    const auto dimension = static_cast<std::size_t>(info->dimension);
    std::vector<float> mixed = a;  // every second picture in int16
    double sum = 0, worst = 0, shift = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const float *own = &a[i * dimension], *other = &b[i * dimension];
        if (i % 2 == 1) std::copy_n(other, dimension, &mixed[i * dimension]);
        const double lost = 1 - product(own, other, dimension) / std::sqrt(product(own, own, dimension) *
                                                                           product(other, other, dimension));
        sum += lost;
        worst = std::max(worst, lost);
        for (std::size_t j = 0; j < static_cast<std::size_t>(count); ++j)
            shift = std::max(shift, std::abs(product(own, &a[j * dimension], dimension) -
                                             product(other, &a[j * dimension], dimension)));
    }
    Answer answer;
    answer.json["model"] = info->name;
    answer.json["pictures"] = count;
    answer.json["engines"] = {(*exact)->engine(), (*rounded)->engine()};
    answer.json["recall_at_10"] = rank_agreement(a, b, count, info->dimension);
    answer.json["mixed_recall_at_10"] = rank_agreement(a, mixed, count, info->dimension);
    answer.json["mean_cosine_distance"] = sum / count;
    answer.json["worst_cosine_distance"] = worst;
    answer.json["largest_similarity_shift"] = shift;
    answer.json["failed"] = failed;
    const auto number = [&](const char* name, int digits) {
        return format_number(answer.json[name].get<double>(), digits);
    };
    context.console.print(info->name + ", int16 against fp32 over " + format_count(count) +
                          " pictures: recall@10 " + number("recall_at_10", 4) +
                          ", with every second one in int16 " + number("mixed_recall_at_10", 4) +
                          "\n1 - cosine: mean " + number("mean_cosine_distance", 9) + ", worst " +
                          number("worst_cosine_distance", 9) + "; a similarity moves by at most " +
                          number("largest_similarity_shift", 6) + "\n");
    answer.status = failed.empty() ? AllDone : SomeFailed;
    return answer;
}

}  // namespace fieldmark::cli
