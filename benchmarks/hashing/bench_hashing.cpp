// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Learned and unlearned binary codes of a labelled folder of pictures, as tables: mAP@All by Hamming
// distance, Recall@1 by Hamming and after re-ranking, known and unseen classes. The folder has a labels.csv
// with the columns path,class_id,label,split; classes of the split "seen" are known: half of their pictures,
// drawn by seed, are learned from and form the database, the others are the queries. The unseen classes are
// asked leave-one-out. With --choose nothing but the first half is looked at: a fifth of its classes takes
// the part of the unseen ones, a quarter of the other classes' pictures that of the queries.
#include <torch/torch.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/evaluation/hash_metrics.h"
#include "core/image/decode.h"
#include "core/image/resize.h"
#include "core/methods/gdfnet/itq.h"
#include "core/methods/gdfnet/learner.h"
#include "core/models/model_registry.h"
#include "core/training/losses.h"

using namespace fieldmark;

namespace {

struct Picture {
    std::string path;
    std::int32_t label = 0;
    bool seen = true;
};

/// The labels hold no quoted commas before the columns that are read; the split is the last column.
std::vector<Picture> read_labels(const std::string& folder, int seen_below) {
    std::vector<Picture> pictures;
    std::ifstream file(folder + "/labels.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        std::string path, id;
        std::getline(cells, path, ',');
        std::getline(cells, id, ',');
        if (!line.empty() && line.back() == '\r') line.pop_back();
        Picture picture{folder + '/' + path, std::stoi(id), true};
        picture.seen = seen_below > 0 ? picture.label < seen_below : !line.ends_with(",unseen");
        pictures.push_back(picture);
    }
    return pictures;
}

using Rows = std::vector<std::int64_t>;

/// Splits the rows of each class: a share of them first, the rest second.
std::pair<Rows, Rows> by_picture(const Rows& rows, const std::vector<Picture>& pictures, double share,
                                 std::uint64_t seed) {
    std::map<std::int32_t, Rows> classes;
    for (const auto row : rows) classes[pictures[static_cast<std::size_t>(row)].label].push_back(row);
    Random random(seed);
    std::pair<Rows, Rows> parts;
    for (auto& [label, members] : classes) {
        random.shuffle(members);
        const auto first = static_cast<std::ptrdiff_t>(share * static_cast<double>(members.size()));
        parts.first.insert(parts.first.end(), members.begin(), members.begin() + first);
        parts.second.insert(parts.second.end(), members.begin() + first, members.end());
    }
    std::sort(parts.first.begin(), parts.first.end());
    std::sort(parts.second.begin(), parts.second.end());
    return parts;
}

std::span<const float> floats(const torch::Tensor& tensor) {
    return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

class Bench {
  public:
    std::string folder, model;
    std::vector<int> bits{12, 24, 32, 48};
    std::vector<std::uint64_t> seeds{1};
    std::map<std::string, double> set;     ///< options by name
    std::vector<std::string> assignments;  ///< "name=value", which `set` is made of
    int seen_below = 0, threads = 1, epochs = 10, mirror = 1;
    bool choose = false, baselines = false;
    std::string scratch = "/var/tmp";
    std::string keep;  ///< file that the maps are read from, or written to where it is not there

    int run() {
        for (const std::string& one : assignments) {
            const auto at = one.find('=');
            if (at == std::string::npos) return fail("--set takes NAME=VALUE, not " + one);
            set[one.substr(0, at)] = std::stod(one.substr(at + 1));
        }
        at::set_num_threads(threads);
        at::globalContext().setFlushDenormal(true);
        m_pictures = read_labels(folder, seen_below);
        if (m_pictures.empty()) return fail("No pictures are listed in " + folder + "/labels.csv");
        if (auto status = make_maps(); !status) return fail(status.error().text);
        std::printf(
            "bits seed codes | known: mAP@All R@1 R@1-shortlist | unseen: mAP@All R@1 R@1-shortlist\n");
        for (const auto seed : seeds) {
            split(seed);
            if (baselines) {
                if (auto status = unlearned(seed); !status) return fail(status.error().text);
            }
            for (const int b : bits) {
                if (auto status = learned(b, seed); !status) return fail(status.error().text);
            }
        }
        return 0;
    }

  private:
    static int fail(const std::string& text) {
        std::fprintf(stderr, "%s\n", text.c_str());
        return 3;
    }

    Status make_maps() {
        const ModelRegistry registry;
        const auto info = registry.find(model);
        if (!info) return info.error();
        BackboneOptions options;
        options.threads = threads;
        auto backbone = registry.load(*info, options);
        if (!backbone) return backbone.error();
        const BackboneTraits traits = (*backbone)->traits();
        auto maps = MapCache::create(scratch, static_cast<std::int64_t>(m_pictures.size()), mirror ? 2 : 1,
                                     std::int64_t{traits.map_rows} * traits.map_columns, traits.map_channels);
        if (!maps) return maps.error();
        m_maps.emplace(std::move(*maps));
        const auto source = [&](std::int64_t row, std::span<std::uint8_t> pixels) -> Status {
            const int width = info->input_width, height = info->input_height;
            const auto decoded = decode_file(m_pictures[static_cast<std::size_t>(row)].path,
                                             {.cover = std::max(width, height)});
            if (!decoded) return decoded.error();
            resize_to(decoded->image, width, height, pixels);
            return {};
        };
        if (!keep.empty() && read_maps()) return {};
        const auto progress = [](double share) { std::fprintf(stderr, "maps %.0f %%\r", 100 * share); };
        if (auto status = m_maps->fill(**backbone, source, progress, {}); !status) return status;
        if (!keep.empty()) {
            std::ofstream file(keep + ".new", std::ios::binary);
            file.write(reinterpret_cast<const char*>(m_maps->map(0, 0)), m_maps->bytes());
            file.close();
            if (!file || std::rename((keep + ".new").c_str(), keep.c_str()) != 0)
                return Error{ErrorKind::Io, "The feature maps could not be kept in " + keep};
        }
        return {};
    }

    /// Nothing in the file says of which pictures and model it is: whoever keeps one knows.
    bool read_maps() {
        std::ifstream file(keep, std::ios::binary | std::ios::ate);
        if (!file || file.tellg() != m_maps->bytes()) return false;
        file.seekg(0);
        return static_cast<bool>(file.read(reinterpret_cast<char*>(m_maps->map(0, 0)), m_maps->bytes()));
    }

    void split(std::uint64_t seed) {
        Rows seen, unseen;
        for (std::size_t row = 0; row < m_pictures.size(); ++row)
            (m_pictures[row].seen ? seen : unseen).push_back(static_cast<std::int64_t>(row));
        auto [database, queries] = by_picture(seen, m_pictures, 0.5, seed);
        if (choose) {
            std::vector<std::int32_t> classes;
            for (const auto row : database) classes.push_back(label(row));
            std::sort(classes.begin(), classes.end());
            classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
            Random random(seed + 100);
            random.shuffle(classes);
            classes.resize(classes.size() / 5);
            Rows rest;
            unseen.clear();
            for (const auto row : database)
                (std::find(classes.begin(), classes.end(), label(row)) != classes.end() ? unseen : rest)
                    .push_back(row);
            std::tie(queries, database) = by_picture(rest, m_pictures, 0.25, seed + 200);
        }
        m_database = std::move(database);
        m_queries = std::move(queries);
        m_unseen = std::move(unseen);
    }

    std::int32_t label(std::int64_t row) const { return m_pictures[static_cast<std::size_t>(row)].label; }
    std::vector<std::int32_t> labels(const Rows& rows) const {
        std::vector<std::int32_t> values;
        for (const auto row : rows) values.push_back(label(row));
        return values;
    }

    template <typename Encode>
    Status report(const char* name, int b, std::uint64_t seed, const torch::Tensor (&f)[3],
                  const Encode& encode) {
        const Rows* rows[3] = {&m_database, &m_queries, &m_unseen};
        std::vector<std::uint64_t> codes[3];
        std::vector<std::int32_t> classes[3];
        for (int i = 0; i < 3; ++i) {
            codes[i] = encode(f[i]);
            classes[i] = labels(*rows[i]);
        }
        HashEvaluation settings;
        settings.bits = b;
        settings.dimension = static_cast<int>(f[0].size(1));
        const auto items = [&](int i) { return HashedItems{codes[i], floats(f[i]), classes[i]}; };
        const auto known = evaluate_hashing(items(0), items(1), false, settings);
        if (!known) return known.error();
        const auto unseen = evaluate_hashing(items(2), items(2), true, settings);
        if (!unseen) return unseen.error();
        std::printf("%4d %4llu %-7s | %6.2f %6.2f %6.2f | %6.2f %6.2f %6.2f\n", b,
                    static_cast<unsigned long long>(seed), name, 100 * known->map_all,
                    100 * known->recall_at_1, 100 * known->shortlist_recall_at_1, 100 * unseen->map_all,
                    100 * unseen->recall_at_1, 100 * unseen->shortlist_recall_at_1);
        std::printf("%4d %4llu %-7s | %6.2f %6.2f        | %6.2f %6.2f\n", b,
                    static_cast<unsigned long long>(seed), (std::string(name) + "-f").c_str(),
                    100 * known->cosine_map_all, 100 * known->cosine_recall_at_1,
                    100 * unseen->cosine_map_all, 100 * unseen->cosine_recall_at_1);
        std::fflush(stdout);
        return {};
    }

    Status unlearned(std::uint64_t seed) {
        auto learner = GdfNetLearner::create(*m_maps, fit_labels(), {}, seed);
        if (!learner) return learner.error();
        const torch::Tensor f[3] = {(*learner)->frozen(m_database), (*learner)->frozen(m_queries),
                                    (*learner)->frozen(m_unseen)};
        const int d = static_cast<int>(f[0].size(1));
        for (const int b : bits) {
            for (const bool rotate : {false, true}) {
                const auto head =
                    rotate ? itq_hash(floats(f[0]), d, b, seed) : principal_hash(floats(f[0]), d, b);
                if (!head) return head.error();
                const auto encode = [&](const torch::Tensor& features) {
                    std::vector<std::uint64_t> codes(static_cast<std::size_t>(features.size(0)) *
                                                     hash_words(b));
                    head->encode(floats(features), static_cast<std::size_t>(d), codes.data());
                    return codes;
                };
                if (auto status = report(rotate ? "itq" : "pca", b, seed, f, encode); !status) return status;
            }
        }
        return {};
    }

    std::vector<std::int32_t> fit_labels() const {
        std::map<std::int32_t, std::int32_t> dense;
        for (const auto row : m_database) dense.try_emplace(label(row), 0);
        std::int32_t next = 0;
        for (auto& [id, number] : dense) number = next++;
        std::vector<std::int32_t> fit(m_pictures.size(), -1);
        for (const auto row : m_database) fit[static_cast<std::size_t>(row)] = dense[label(row)];
        return fit;
    }

    double value(const std::string& name, double fallback) const {
        const auto it = set.find(name);
        return it == set.end() ? fallback : it->second;
    }

    Status learned(int b, std::uint64_t seed) {
        GdfNetOptions options;
        options.shape.bits = b;
        options.shape.width =
            static_cast<std::int64_t>(value("width", static_cast<double>(options.shape.width)));
        options.shape.layers =
            static_cast<std::int64_t>(value("layers", static_cast<double>(options.shape.layers)));
        options.shape.neighbours =
            static_cast<std::int64_t>(value("neighbours", static_cast<double>(options.shape.neighbours)));
        options.shape.features =
            static_cast<std::int64_t>(value("features", static_cast<double>(options.shape.features)));
        if (value("gcn", 0) != 0) options.shape.graph = GraphKind::Gcn;
        if (value("noskip", 0) != 0) options.shape.skip = GraphSkip::None;
        options.epochs = epochs;
        options.rate = value("rate", options.rate);
        options.skip_factor = value("skip_factor", options.skip_factor);
        options.weight_decay = value("weight_decay", options.weight_decay);
        options.quantization = value("quantization", options.quantization);
        options.balance = value("balance", options.balance);
        options.pairs = value("pairs", options.pairs);
        options.slope = value("slope", options.slope);
        options.whitening = value("whitening", options.whitening);
        auto learner = GdfNetLearner::create(*m_maps, fit_labels(), options, seed);
        if (!learner) return learner.error();
        const auto now = [&](const char* name) {
            const torch::Tensor f[3] = {(*learner)->embed(m_database), (*learner)->embed(m_queries),
                                        (*learner)->embed(m_unseen)};
            return report(name, b, seed, f,
                          [&](const torch::Tensor& features) { return (*learner)->codes(features); });
        };
        for (int epoch = 1; epoch <= epochs; ++epoch) {
            const auto losses = (*learner)->train_epoch(epoch, epochs, {});
            std::fprintf(stderr, "bits %d seed %d epoch %d: loss %.4f, |h| %.3f\n", b, static_cast<int>(seed),
                         epoch, losses.at("total"), losses.at("certainty"));
            if (choose && epoch % 5 == 0 && epoch < epochs) {
                const std::string name = "e" + std::to_string(epoch);
                if (auto status = now(name.c_str()); !status) return status;
            }
        }
        return now("gdf-net");
    }

    std::vector<Picture> m_pictures;
    std::optional<MapCache> m_maps;
    Rows m_database, m_queries, m_unseen;
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures learned and unlearned binary codes (see the top of the source)");
    Bench bench;
    app.add_option("folder", bench.folder, "Pictures with a labels.csv")->required();
    app.add_option("--model", bench.model, "Backbone; default: the default model");
    app.add_option("--bits", bench.bits, "Code lengths")->delimiter(',');
    app.add_option("--seeds", bench.seeds, "Seeds")->delimiter(',');
    app.add_option("--seen-below", bench.seen_below, "Class ids below this are known; 0: the column split");
    app.add_option("--epochs", bench.epochs, "Epochs");
    app.add_option("--mirror", bench.mirror, "1: learn from mirror images too");
    app.add_option("--threads", bench.threads, "Threads");
    app.add_option("--scratch", bench.scratch, "Folder for the feature maps");
    app.add_option("--maps", bench.keep, "Keep the feature maps in this file, or take them from it");
    app.add_option("--set", bench.assignments, "Options of the learner: NAME=VALUE, separated by commas")
        ->delimiter(',');
    app.add_flag("--choose", bench.choose, "Only look at validation classes and pictures");
    app.add_flag("--baselines", bench.baselines, "Codes without learning, too");
    CLI11_PARSE(app, argc, argv);
    return bench.run();
}
