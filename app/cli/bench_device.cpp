// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <span>
#include <thread>
#include <utility>

#include "app/cli/bench.h"
#include "core/base/side_by_side.h"
#include "core/base/stopwatch.h"
#include "core/image/decode.h"
#include "core/image/resize.h"
#include "core/models/embed_benchmark.h"
#include "core/models/model_registry.h"
#include "core/models/self_measurement.h"

namespace fieldmark::cli {

namespace {

struct Decoded {
    std::vector<std::uint8_t> pixels;  ///< (count, input_height, input_width, 3)
    int count = 0;
    double images_per_second = 0;  ///< on all cores
};

/// Read, decoded and shrunk as for an import, squashed to the model's input; broken ones left out.
Result<Decoded> decode_pictures(const std::string& folder, const ModelInfo& info, int limit) {
    auto found = pictures_under({folder});
    if (!found) return found.error();
    std::sort(found->begin(), found->end());
    const std::size_t wanted = std::min(found->size(), static_cast<std::size_t>(limit));
    const std::size_t bytes =
        static_cast<std::size_t>(info.input_width) * static_cast<std::size_t>(info.input_height) * 3;
    std::vector<std::uint8_t> pixels(wanted * bytes);
    std::vector<char> sound(wanted, 0);
    const int cover = std::max(info.input_width, info.input_height);
    std::atomic<std::size_t> next{0};
    const auto decode = [&](bool, const std::atomic<bool>&) -> Status {
        for (std::size_t i = next++; i < wanted; i = next++) {
            const auto decoded =
                decode_file((*found)[i * found->size() / wanted], {.cover = cover, .limits = {}});
            if (!decoded) continue;
            resize_to(decoded->image, info.input_width, info.input_height,
                      std::span(pixels).subspan(i * bytes, bytes));
            sound[i] = 1;
        }
        return {};
    };
    const Stopwatch watch;
    const int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    if (const Status done = side_by_side(threads, "to decode pictures", decode); !done) return done.error();
    Decoded result;
    result.images_per_second = static_cast<double>(wanted) / std::max(watch.seconds(), 1e-9);
    for (std::size_t i = 0; i < wanted; ++i) {
        if (!sound[i]) continue;
        const auto from = pixels.begin() + static_cast<std::ptrdiff_t>(i * bytes);
        result.pixels.insert(result.pixels.end(), from, from + static_cast<std::ptrdiff_t>(bytes));
        ++result.count;
    }
    return result;
}

}  // namespace

Status bench_device(Context& context, const BenchEmbedArguments& arguments, const ModelInfo& info,
                    Backbone& backbone, Answer& answer) {
    constexpr int kCompared = 400;
    Decoded sample;
    if (arguments.pictures.empty()) {
        sample.pixels = generated_pictures(kCompared, info.input_width, info.input_height);
        sample.count = kCompared;
    } else {
        context.console.progress("Decoding " + display_text(arguments.pictures));
        auto decoded = decode_pictures(arguments.pictures, info, arguments.limit);
        if (!decoded) return decoded.error();
        sample = std::move(*decoded);
    }
    const ModelRegistry registry;
    const auto exact =
        registry.load(info, {.threads = arguments.threads, .device = "cpu", .precision = "fp32"});
    if (!exact) return exact.error();
    context.console.progress("Comparing with the CPU");
    const auto result = benchmark_device(backbone, **exact, sample.pixels, sample.count, arguments.batch);
    context.console.end_progress();
    if (!result) return result.error();

    const auto rate = [](double seconds) { return seconds > 0 ? 1 / seconds : 0; };
    std::vector<std::pair<std::string, double>> steps{{"pinned", rate(result->times.fill)},
                                                      {"copied", rate(result->times.copy)},
                                                      {"computed", rate(result->times.compute)}};
    if (sample.images_per_second > 0) steps.insert(steps.begin(), {"decoded", sample.images_per_second});
    const auto slowest = std::min_element(steps.begin(), steps.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
    Json& device = answer.json["device"];
    device["pictures_together"] = result->times.pictures;
    std::string text;
    for (const auto& [name, per_second] : steps) {
        device[name + "_images_per_second"] = per_second;
        text += (text.empty() ? "" : ", ") + name + " " + format_number(per_second, 0);
    }
    device["bound"] = slowest->first;
    device["compared"] = result->pictures;
    device["recall_at_10"] = result->recall_at_10;
    device["mean_cosine_distance"] = result->mean_cosine_distance;
    device["worst_cosine_distance"] = result->worst_cosine_distance;
    context.console.print("Each step alone, images/s, " + std::to_string(result->times.pictures) +
                          " pictures together: " + text + "; the slowest is \"" + slowest->first + "\"\n");
    if (arguments.pictures.empty())
        context.console.print("Decoding was not measured: --pictures FOLDER does it.\n");
    context.console.print("Against " + (*exact)->engine() + " over " + format_count(result->pictures) +
                          " pictures: recall@10 " + format_number(result->recall_at_10, 4) +
                          ", 1 - cosine: mean " + format_number(result->mean_cosine_distance, 9) +
                          ", worst " + format_number(result->worst_cosine_distance, 9) + "\n");
    return {};
}

}  // namespace fieldmark::cli
