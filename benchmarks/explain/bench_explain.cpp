// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// How far explanations can be trusted, on labelled pictures.
//
//   parts FOLDER         share of a query's parts that are found in a picture of the same class (PCK)
//   faithfulness FOLDER  deletion and insertion: what the score does when the places go or come in order of
//                        their heat (Petsiuk, Das and Saenko, BMVC 2018)
//   time QUERY MATCH     of one explanation; --random vit-small: of a ViT-S/16 with random weights, for which
//                        speed is the same
//
// FOLDER has a labels.csv with the columns path,class_id,label,split and for `parts` also
// box_x,box_y,box_width,box_height (pixels), and there a parts.csv with path,part,x,y.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <sstream>

#include "core/engine/explain/explain_options.h"
#include "core/engine/pictures/prepared_picture.h"
#include "core/explain/correspondences.h"
#include "core/models/model_registry.h"
#include "core/models/safetensors_writer.h"
#include "core/models/vision_transformer.h"

using namespace fieldmark;

namespace {

using Strings = std::vector<std::string>;

/// The files hold no quoted commas.
std::vector<Strings> read_table(const std::string& path) {
    std::vector<Strings> rows;
    std::ifstream file(path);
    std::string line, cell;
    std::getline(file, line);
    while (std::getline(file, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        std::istringstream cells(line);
        Strings row;
        while (std::getline(cells, cell, ',')) row.push_back(cell);
        rows.push_back(std::move(row));
    }
    return rows;
}

template <typename T>
void shuffle(std::vector<T>& values, std::mt19937_64& random) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
}

int complain(const Error& error) {
    std::cerr << error.text << '\n';
    return 3;
}

/// Patches of 16 pixels of a 224 x 224 picture, 12 blocks, heads of 64 channels: ViT-S (width 384) or the
/// smaller DeiT-tiny (192), with random weights.
Result<std::unique_ptr<Backbone>> random_transformer(std::int64_t width, std::uint64_t seed, int threads) {
    constexpr std::int64_t kPatch = 16, kTokens = 197;
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal(0, 0.02F);
    FloatTensors tensors;
    const auto put = [&](const std::string& name, std::vector<std::int64_t> shape, float mean = 0) {
        FloatTensor tensor{std::move(shape), {}};
        std::int64_t count = 1;
        for (const std::int64_t extent : tensor.shape) count *= extent;
        for (std::int64_t i = 0; i < count; ++i) tensor.values.push_back(mean + normal(random));
        tensors[name] = std::move(tensor);
    };
    const auto layer = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        put(name + ".weight", {out, in});
        put(name + ".bias", {out});
    };
    const auto norm = [&](const std::string& name) {
        put(name + ".weight", {width}, 1);
        put(name + ".bias", {width});
    };
    put("cls_token", {1, 1, width});
    put("pos_embed", {1, kTokens, width});
    put("patch_embed.proj.weight", {width, 3, kPatch, kPatch});
    put("patch_embed.proj.bias", {width});
    for (int block = 0; block < 12; ++block) {
        const std::string prefix = "blocks." + std::to_string(block) + ".";
        norm(prefix + "norm1");
        layer(prefix + "attn.qkv", 3 * width, width);
        layer(prefix + "attn.proj", width, width);
        norm(prefix + "norm2");
        layer(prefix + "mlp.fc1", 4 * width, width);
        layer(prefix + "mlp.fc2", width, 4 * width);
    }
    norm("norm");
    ModelInfo info;
    info.name = width == 384 ? "ViT-S/16, random weights" : "DeiT-tiny, random weights";
    info.kind = "vit";
    info.pooling = "class";
    info.dimension = static_cast<int>(width);
    info.input_width = info.input_height = 224;
    for (float& scale : info.scale) scale = 1 / 128.0F;
    for (float& mean : info.mean) mean = 128;
    const auto weights = Safetensors::parse(write_safetensors(tensors), info.name);
    if (!weights) return weights.error();
    return make_vision_transformer(info, *weights, nullptr, {.threads = threads});
}

struct Picture {
    std::string path;
    int label = 0;
    double box[4] = {};  ///< x, y, width, height in pixels
    std::map<std::string, std::array<double, 2>> parts;
    Crop area;
    int width = 0;
    int height = 0;
    std::vector<float> descriptors;
};

class Bench {
  public:
    std::string folder, model, query, match, half = "report", fill = "blur", shape;
    Strings methods;
    int layer = -2, pairs = 0, threads = 1, repeat = 20;
    float neighbours = -1;
    std::uint64_t seed = 1;
    bool whole = false;

    int parts() {
        if (!load()) return 3;
        const BackboneTraits traits = m_embedder->backbone().traits();
        if (layer == -2) layer = traits.layers > 0 ? descriptor_layer(traits.layers) : -1;
        if (neighbours < 0) neighbours = traits.layers > 0 ? kDescriptorNeighbours : 0;
        std::map<std::string, Picture> all;
        for (const Strings& row : read_table(folder + "/labels.csv")) {
            if (row.size() < 8) continue;
            Picture picture{folder + '/' + row[0], std::stoi(row[1]), {}, {}, {}, 0, 0, {}};
            for (std::size_t i = 0; i < 4; ++i) picture.box[i] = std::stod(row[4 + i]);
            all[row[0]] = picture;
        }
        for (const Strings& row : read_table(folder + "/parts.csv"))
            all[row[0]].parts[row[1]] = {std::stod(row[2]), std::stod(row[3])};
        std::set<int> labels;
        for (const auto& [path, picture] : all)
            if (!picture.parts.empty()) labels.insert(picture.label);
        std::vector<int> order(labels.begin(), labels.end());
        std::mt19937_64 random(seed);
        shuffle(order, random);
        const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
        const std::set<int> chosen(half == "choose" ? order.begin() : middle,
                                   half == "choose" ? middle : order.end());
        std::vector<Picture> pictures;
        for (auto& [path, picture] : all) {
            if (picture.parts.empty() || (half != "all" && !chosen.contains(picture.label))) continue;
            if (const Status seen = look(picture, traits); !seen) return complain(seen.error());
            pictures.push_back(std::move(picture));
        }
        std::vector<std::array<const Picture*, 2>> couples;
        for (const Picture& a : pictures)
            for (const Picture& b : pictures)
                if (&a != &b && a.label == b.label) couples.push_back({&a, &b});
        shuffle(couples, random);
        if (pairs > 0 && couples.size() > static_cast<std::size_t>(pairs))
            couples.resize(static_cast<std::size_t>(pairs));

        struct Count {
            int near = 0, far = 0;
        } found, same, chance;
        int total = 0;
        const std::uint64_t top = std::uint64_t{1} << 53;
        const auto uniform = [&] { return static_cast<double>(random() % top) / static_cast<double>(top); };
        for (const auto& [from, to] : couples) {
            const auto nearest = nearest_positions(grid(*from, traits), grid(*to, traits), neighbours);
            if (!nearest) return complain(nearest.error());
            for (const auto& [part, place] : from->parts) {
                const auto truth = to->parts.find(part);
                const auto [x, y] = within(*from, place);
                if (truth == to->parts.end() || x < 0 || x >= 1 || y < 0 || y >= 1) continue;
                ++total;
                const auto count = [&](Count& counts, double right, double down) {
                    const double dx =
                        (to->area.x + right * to->area.width) / 10000.0 * to->width - truth->second[0];
                    const double dy =
                        (to->area.y + down * to->area.height) / 10000.0 * to->height - truth->second[1];
                    const double distance = std::hypot(dx, dy) / std::max(to->box[2], to->box[3]);
                    counts.near += distance <= 0.1 ? 1 : 0;
                    counts.far += distance <= 0.2 ? 1 : 0;
                };
                const int cell = nearest->at(
                    static_cast<std::size_t>(static_cast<int>(y * traits.map_rows) * traits.map_columns +
                                             static_cast<int>(x * traits.map_columns)));
                count(found, (cell % traits.map_columns + 0.5) / traits.map_columns,
                      (cell / traits.map_columns + 0.5) / traits.map_rows);
                count(same, x, y);
                const double right = uniform(), down = uniform();
                count(chance, right, down);
            }
        }
        std::printf(
            "%s, %s pictures of the half \"%s\", layer %d, neighbours %.2f, seed %llu: %zu pictures, "
            "%zu pairs, %d parts\n",
            m_embedder->info().name.c_str(), whole ? "whole" : "cropped", half.c_str(), layer,
            static_cast<double>(neighbours), static_cast<unsigned long long>(seed), pictures.size(),
            couples.size(), total);
        const auto print = [total](const char* name, const Count& counts) {
            std::printf("%-14s PCK@0.1 %5.1f %%  PCK@0.2 %5.1f %%\n", name, 100.0 * counts.near / total,
                        100.0 * counts.far / total);
        };
        print("found", found);
        print("same position", same);
        print("random", chance);
        return 0;
    }

    int faithfulness() {
        if (!load()) return 3;
        if (methods.empty()) methods = {""};
        std::map<int, Strings> classes;
        for (const Strings& row : read_table(folder + "/labels.csv"))
            if (row.size() >= 4 && row[3] == "unseen")
                classes[std::stoi(row[1])].push_back(folder + '/' + row[0]);
        std::vector<int> labels;
        for (const auto& [label, paths] : classes)
            if (paths.size() > 1) labels.push_back(label);
        std::mt19937_64 random(seed);
        if (labels.empty())
            return complain({ErrorKind::NotFound, "There are no pictures of unseen classes."});
        if (pairs <= 0) pairs = 100;

        const BackboneTraits traits = m_embedder->backbone().traits();
        const auto cells = static_cast<std::size_t>(traits.map_rows * traits.map_columns);
        std::map<std::string, std::array<std::vector<double>, 2>> areas;  // deletion, insertion by pair
        for (int pair = 0; pair < pairs; ++pair) {
            const Strings& paths = classes[labels[random() % labels.size()]];
            const std::size_t a = random() % paths.size();
            const std::size_t b = (a + 1 + random() % (paths.size() - 1)) % paths.size();
            QueryImage from, to;
            from.path = paths[a];
            to.path = paths[b];
            auto input = prepared(from.path), other = prepared(to.path);
            if (!input) return complain(input.error());
            if (!other) return complain(other.error());
            const auto target = m_embedder->embed(*other, 1, Embedder::Priority::Query);
            if (!target) return complain(target.error());
            const std::vector<std::uint8_t> plain = replaced(*input);

            std::map<std::string, std::vector<std::size_t>> orders;
            std::vector<std::size_t> order(cells);
            std::iota(order.begin(), order.end(), std::size_t{0});
            shuffle(order, random);
            orders["random"] = order;
            const auto from_centre = [&](std::size_t cell) {
                const int row = static_cast<int>(cell) / traits.map_columns;
                const int column = static_cast<int>(cell) % traits.map_columns;
                return std::hypot(row - (traits.map_rows - 1) / 2.0, column - (traits.map_columns - 1) / 2.0);
            };
            std::stable_sort(order.begin(), order.end(),
                             [&](std::size_t x, std::size_t y) { return from_centre(x) < from_centre(y); });
            orders["centre"] = order;
            for (const std::string& method : methods) {
                const auto explained =
                    explain_match_by(from, to, *m_embedder, nullptr, {.parts = 0, .method = method});
                if (!explained) return complain(explained.error());
                const std::vector<float>& heat = explained->query.values;
                std::stable_sort(order.begin(), order.end(),
                                 [&](std::size_t x, std::size_t y) { return heat[x] > heat[y]; });
                orders[explained->method] = order;
            }
            for (const auto& [name, cells_in_order] : orders)
                for (const std::size_t insertion : {0U, 1U}) {
                    const auto area = curve(insertion ? plain : *input, insertion ? *input : plain,
                                            cells_in_order, *target, traits);
                    if (!area) return complain(area.error());
                    areas[name][insertion].push_back(*area);
                }
        }
        std::printf("%s, %d pairs of unseen classes, replaced by %s, seed %llu: area under the score\n",
                    m_embedder->info().name.c_str(), pairs, fill.c_str(),
                    static_cast<unsigned long long>(seed));
        const auto mean = [](const std::vector<double>& values) {
            return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
        };
        for (const auto& [name, area] : areas) {
            std::printf("%-14s deletion %.4f  insertion %.4f", name.c_str(), mean(area[0]), mean(area[1]));
            int better[2] = {};
            for (std::size_t i = 0; i < area[0].size(); ++i) {
                better[0] += area[0][i] < areas["centre"][0][i] ? 1 : 0;
                better[1] += area[1][i] > areas["centre"][1][i] ? 1 : 0;
            }
            std::printf("  better than centre in %d / %d of the pairs\n", better[0], better[1]);
        }
        return 0;
    }

    int time() {
        if (!load()) return 3;
        if (methods.empty()) methods = {""};
        QueryImage from, to;
        from.path = query;
        to.path = match;
        for (const std::string& method : methods) {
            std::vector<double> times;
            for (int i = 0; i < repeat + 3; ++i) {
                const auto explained = explain_match_by(from, to, *m_embedder, nullptr, {.method = method});
                if (!explained) return complain(explained.error());
                if (i >= 3) times.push_back(explained->milliseconds);
                if (i == 0)
                    std::printf("%s, %s, %d threads: ", explained->model.c_str(), explained->method.c_str(),
                                threads);
            }
            std::sort(times.begin(), times.end());
            std::printf("median %.1f ms, quickest %.1f ms of %d\n", times[times.size() / 2], times.front(),
                        repeat);
        }
        return 0;
    }

  private:
    bool load() {
        auto backbone =
            shape.empty() ? installed() : random_transformer(shape == "vit-small" ? 384 : 192, seed, threads);
        if (!backbone) {
            std::cerr << backbone.error().text << '\n';
            return false;
        }
        m_embedder = std::make_unique<Embedder>(std::move(*backbone));
        return true;
    }

    Result<std::unique_ptr<Backbone>> installed() const {
        const ModelRegistry registry;
        const auto info = registry.find(model);
        if (!info) return info.error();
        return registry.load(*info, {.threads = threads});
    }

    Status look(Picture& picture, const BackboneTraits& traits) {
        auto file = read_picture(picture.path, {});
        if (!file) return file.error();
        auto first = prepare_picture(file->bytes, picture.path, *m_embedder, {}, {}, false);
        if (!first) return first.error();
        picture.width = first->width;
        picture.height = first->height;
        if (!whole) {
            const auto share = [](double pixels, int side) {
                return std::clamp(static_cast<int>(std::lround(pixels * 10000 / side)), 0, 10000);
            };
            picture.area.x = share(picture.box[0], picture.width);
            picture.area.y = share(picture.box[1], picture.height);
            picture.area.width = std::min(share(picture.box[2], picture.width), 10000 - picture.area.x);
            picture.area.height = std::min(share(picture.box[3], picture.height), 10000 - picture.area.y);
            first = prepare_picture(file->bytes, picture.path, *m_embedder, picture.area, {}, false);
            if (!first) return first.error();
        }
        picture.area = m_embedder->seen_part(picture.width, picture.height, picture.area);
        LookRequest request;
        if (layer >= 0) request.token_layers = {layer};
        const auto view = m_embedder->look_inside(first->input, 1, request);
        if (!view) return view.error();
        if (layer < 0) {
            picture.descriptors = view->map;
        } else {
            const std::vector<float>& tokens = view->tokens.at(layer);
            picture.descriptors.assign(tokens.begin() + traits.prefix_tokens * traits.map_channels,
                                       tokens.end());
        }
        return {};
    }

    static DescriptorGrid grid(const Picture& picture, const BackboneTraits& traits) {
        return {traits.map_rows, traits.map_columns, traits.map_channels, picture.descriptors};
    }

    /// A place in pixels as a share of what the model saw.
    static std::array<double, 2> within(const Picture& picture, const std::array<double, 2>& place) {
        return {(place[0] * 10000 / picture.width - picture.area.x) / picture.area.width,
                (place[1] * 10000 / picture.height - picture.area.y) / picture.area.height};
    }

    Result<std::vector<std::uint8_t>> prepared(const std::string& path) {
        auto file = read_picture(path, {});
        if (!file) return file.error();
        auto picture = prepare_picture(file->bytes, path, *m_embedder, {}, {}, false);
        if (!picture) return picture.error();
        return std::move(picture->input);
    }

    /// What stands where nothing shall be seen: the picture blurred (three box filters), or its mean.
    std::vector<std::uint8_t> replaced(const std::vector<std::uint8_t>& input) const {
        const int width = m_embedder->info().input_width, height = m_embedder->info().input_height;
        std::vector<std::uint8_t> result = input;
        const int radius = fill == "mean" ? std::max(width, height) : width / 12;
        const auto line = [&](std::size_t start, int count, std::size_t step) {
            std::vector<int> sums(static_cast<std::size_t>(count) + 1);
            for (int i = 0; i < count; ++i)
                sums[static_cast<std::size_t>(i) + 1] =
                    sums[static_cast<std::size_t>(i)] + result[start + static_cast<std::size_t>(i) * step];
            for (int i = 0; i < count; ++i) {
                const int low = std::max(0, i - radius), high = std::min(count, i + radius + 1);
                result[start + static_cast<std::size_t>(i) * step] = static_cast<std::uint8_t>(
                    (sums[static_cast<std::size_t>(high)] - sums[static_cast<std::size_t>(low)]) /
                    (high - low));
            }
        };
        const auto w = static_cast<std::size_t>(width);
        for (int pass = 0; pass < 3; ++pass)
            for (std::size_t c = 0; c < 3; ++c) {
                for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
                    line(y * w * 3 + c, width, 3);
                for (std::size_t x = 0; x < w; ++x) line(x * 3 + c, height, w * 3);
            }
        return result;
    }

    /// Area under the score while the cells of `begin` become those of `end`, in ten steps.
    Result<double> curve(const std::vector<std::uint8_t>& begin, const std::vector<std::uint8_t>& end,
                         const std::vector<std::size_t>& order, const std::vector<float>& target,
                         const BackboneTraits& traits) {
        constexpr std::size_t kSteps = 10;
        const int width = m_embedder->info().input_width, height = m_embedder->info().input_height;
        std::vector<std::uint8_t> batch = begin, now = begin;
        for (std::size_t step = 0; step < kSteps; ++step) {
            for (std::size_t i = order.size() * step / kSteps; i < order.size() * (step + 1) / kSteps; ++i) {
                const int row = static_cast<int>(order[i]) / traits.map_columns;
                const int column = static_cast<int>(order[i]) % traits.map_columns;
                const int left = width * column / traits.map_columns * 3;
                const int right = width * (column + 1) / traits.map_columns * 3;
                for (int y = height * row / traits.map_rows; y < height * (row + 1) / traits.map_rows; ++y)
                    std::copy(end.begin() + y * width * 3 + left, end.begin() + y * width * 3 + right,
                              now.begin() + y * width * 3 + left);
            }
            batch.insert(batch.end(), now.begin(), now.end());
        }
        const auto rows = m_embedder->embed(batch, static_cast<int>(kSteps) + 1, Embedder::Priority::Query);
        if (!rows) return rows.error();
        double area = 0;
        for (std::size_t step = 0; step <= kSteps; ++step) {
            const double score =
                std::inner_product(target.begin(), target.end(),
                                   rows->begin() + static_cast<std::ptrdiff_t>(step * target.size()), 0.0);
            area += (step == 0 || step == kSteps ? 0.5 : 1.0) * score / kSteps;
        }
        return area;
    }

    std::unique_ptr<Embedder> m_embedder;
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures explanations (see the top of the source)");
    app.require_subcommand(1);
    Bench bench;
    const auto common = [&](CLI::App& command) {
        command.add_option("--model", bench.model, "Name of the model; default: the default model");
        command.add_option("--threads", bench.threads, "Threads");
        command.add_option("--seed", bench.seed, "Of all that is drawn");
        command.add_option("--pairs", bench.pairs, "Pairs to look at; 0: all, or 100");
    };
    CLI::App& parts = *app.add_subcommand("parts", "Parts found again");
    common(parts);
    parts.add_option("folder", bench.folder, "Pictures with labels.csv and parts.csv")->required();
    parts.add_option("--half", bench.half, "Of the classes")
        ->check(CLI::IsMember({"choose", "report", "all"}));
    parts.add_option("--layer", bench.layer,
                     "Whose patch tokens; -1: after the last norm; -2: the product's");
    parts.add_option("--neighbours", bench.neighbours, "Their weight; negative: the product's");
    parts.add_flag("--whole", bench.whole, "Do not crop to the box");
    CLI::App& faithfulness = *app.add_subcommand("faithfulness", "Deletion and insertion");
    common(faithfulness);
    faithfulness.add_option("folder", bench.folder, "Pictures with a labels.csv")->required();
    faithfulness.add_option("--methods", bench.methods, "Of explaining")->delimiter(',');
    faithfulness.add_option("--fill", bench.fill, "What replaces")->check(CLI::IsMember({"blur", "mean"}));
    CLI::App& time = *app.add_subcommand("time", "Of one explanation, warm");
    common(time);
    time.add_option("query", bench.query, "Picture")->required();
    time.add_option("match", bench.match, "Picture")->required();
    time.add_option("--methods", bench.methods, "Of explaining")->delimiter(',');
    time.add_option("--random", bench.shape, "A transformer of this shape with random weights, no model")
        ->check(CLI::IsMember({"vit-small", "vit-tiny"}));
    time.add_option("--repeat", bench.repeat, "Times")->check(CLI::Range(1, 10000));
    CLI11_PARSE(app, argc, argv);
    return parts.parsed() ? bench.parts() : faithfulness.parsed() ? bench.faithfulness() : bench.time();
}
