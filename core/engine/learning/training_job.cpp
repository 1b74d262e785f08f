// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/training_job.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <map>
#include <new>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "core/base/file_system.h"
#include "core/base/stopwatch.h"
#include "core/engine/learning/image_packer.h"
#include "core/engine/learning/labelled_vectors.h"
#include "core/engine/learning/learned_classes.h"
#include "core/library/known_model.h"
#include "core/library/reader.h"
#include "core/methods/train.h"
#include "core/models/model_folder.h"
#include "core/training/image_cache.h"
#include "core/training/training_data.h"
#include "core/training/validation_split.h"

namespace fieldmark {
namespace {

constexpr std::size_t kBlock = 2000;

Error usage(std::string text) {
    return {ErrorKind::Usage, std::move(text)};
}

/// What a request comes to: everything but the vectors and pixels themselves.
struct Plan {
    TrainingPreview preview;
    ModelInfo base;
    std::vector<std::string> classes;                   ///< sorted names
    std::unordered_map<ItemId, std::int32_t> label_of;  ///< of the items that take part
    std::vector<Item> unreadable;                       ///< labelled, but failed or missing since the import
    std::vector<std::pair<std::string, Error>> failed;  ///< as TrainingResult::failed
};

/// Whether a training would begin one model further down. Heads never stand on heads. Nobody having asked for
/// it, a training does not stand on adapters or codes either, which have seen the classes it would check on;
/// but on stored vectors it needs some of the model beneath.
Result<bool> begins_beneath(LibraryReader& reader, const TrainingRequest& request, const ModelInfo& model) {
    if (model.kind == "head") return true;
    if (!request.base.empty() || model.base.empty()) return false;
    if (needs_pictures(request.settings)) return true;
    const auto record = known_model(reader, model.base);
    if (!record) return record.error();
    return record->id != 0;
}

/// The model asked for, else the library's current one, or what it stands on.
Result<ModelInfo> find_base(LibraryReader& reader, const TrainingRequest& request,
                            const ModelRegistry& registry) {
    std::string wanted = request.base;
    if (wanted.empty()) {
        auto models = reader.models();
        if (!models) return models.error();
        for (const ModelRecord& record : *models) {
            if (record.current) wanted = record.hash;
        }
    }
    auto info = registry.find(wanted);
    for (int depth = 0; info && depth < 8; ++depth) {
        const auto beneath = begins_beneath(reader, request, *info);
        if (!beneath) return beneath.error();
        if (!*beneath) break;
        info = registry.find(info->base);
    }
    return info;
}

std::string default_name(const TrainingRequest& request, const std::string& models_folder) {
    std::string name = std::string(to_string(request.settings.method)) + '-' + request.label;
    std::replace(name.begin(), name.end(), '/', '-');
    constexpr std::size_t kLongestName =
        100;  // bytes: file systems take 255, and folders beside it are longer
    if (name.size() > kLongestName) {
        name.resize(kLongestName);
        // Not in the middle of a UTF-8 character.
        while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0) == 0x80) name.pop_back();
        if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0xC0) name.pop_back();
    }
    std::string free = name;
    std::error_code unreadable;
    for (int i = 2; std::filesystem::exists(models_folder + '/' + free, unreadable); ++i)
        free = name + '-' + std::to_string(i);
    return free;
}

/// What became of the pictures that an import could not read, or did not find any more. A preview, which is
/// asked for with every change of a form, only counts them.
Status list_unreadable(LibraryReader& reader, Plan& plan) {
    for (const Item& item : plan.unreadable) {
        auto path = reader.absolute_path(item);
        if (!path) return path.error();
        Error why{item.error_kind, item.error_text};
        if (item.state == ItemState::Missing)
            why = {ErrorKind::NotFound, "\"" + *path + "\" is missing. Put it back, or connect its drive."};
        plan.failed.emplace_back(std::move(*path), std::move(why));
    }
    return {};
}

/// Room for the model, its checkpoints and (for a method that reads pictures) the packed pictures.
Status check_room(const std::string& folder, std::uint64_t needed) {
    std::error_code code;
    const auto space = std::filesystem::space(folder, code);
    if (code || space.available >= needed) return {};
    return Error{ErrorKind::DiskFull, "This training needs about " + std::to_string(needed / 1'000'000 + 1) +
                                          " MB in \"" + folder + "\", and " +
                                          std::to_string(space.available / 1'000'000) +
                                          " MB are free. Make room there first."};
}

std::string work_folder(const Library& library, const std::string& name) {
    return library.models_folder() + "/." + name + ".training";
}

int picture_side(const ModelInfo& base) {
    return base.input_width + base.input_width * 24 / 224;  // room to move a crop of the input's size
}

/// Which classes are learned and which are checked on. `labels`: of the pictures, places in `classes`.
Status count_classes(const std::vector<std::int32_t>& labels, const std::vector<std::string>& classes,
                     const TrainingRequest& request, const ModelRegistry& registry,
                     TrainingPreview& preview) {
    const auto split = split_by_class(labels, request.settings.validation_share, request.settings.seed);
    if (!split) return split.error();
    preview.pictures = static_cast<std::int64_t>(labels.size());
    preview.classes = static_cast<int>(classes.size());
    preview.fit_classes = static_cast<int>(split->fit_classes.size());
    preview.validation_classes = static_cast<int>(split->validation_classes.size());
    std::vector<std::string> checked;
    for (const std::int32_t c : split->validation_classes)
        checked.push_back(classes[static_cast<std::size_t>(c)]);
    preview.learned_classes = learned_classes(registry, preview.base_hash, request.label, checked);
    return {};
}

Result<Plan> make_plan(Library& library, LibraryReader& reader, const TrainingRequest& request,
                       const ModelRegistry& registry, std::stop_token stop) {
    Plan plan;
    TrainingPreview& preview = plan.preview;
    if (auto status = check_label_field(reader, request.label, "to learn from"); !status)
        return status.error();
    auto base = find_base(reader, request, registry);
    if (!base) return base.error();
    plan.base = std::move(*base);
    preview.base_hash = plan.base.hash;
    preview.base_name = plan.base.name;
    if (auto status = check_method(request.settings, plan.base); !status) return status.error();
    if (library.read_only())
        return Error{ErrorKind::ReadOnly,
                     "The library \"" + library.folder() +
                         "\" is open for reading only, so a model could not be saved in it."};
    preview.model_name =
        request.model_name.empty() ? default_name(request, library.models_folder()) : request.model_name;
    if (auto status = check_model_name(preview.model_name); !status) return status.error();
    std::error_code unreadable;
    if (std::filesystem::exists(library.models_folder() + '/' + preview.model_name, unreadable))
        return usage("There is a model called \"" + preview.model_name +
                     "\" in this library already. Give the new one another name, or remove the old one.");

    const bool reads_pictures = needs_pictures(request.settings);
    std::unordered_map<ItemId, bool> embedded;
    if (!reads_pictures) {
        auto ids = items_with_vectors(reader, plan.base);
        if (!ids) return ids.error();
        for (const ItemId id : *ids) embedded[id] = true;
    }
    auto ids = reader.item_ids(request.filter);
    if (!ids) return ids.error();
    const std::set<std::string> wanted(request.classes.begin(), request.classes.end());
    std::map<std::string, std::vector<ItemId>> by_class;
    std::set<std::string> unknown = wanted;
    std::int64_t labelled = 0;
    for (std::size_t begin = 0; begin < ids->size(); begin += kBlock) {
        if (stop.stop_requested())
            return Error{ErrorKind::Cancelled, "The training was cancelled before it had begun."};
        const auto block = std::span(*ids).subspan(begin, std::min(kBlock, ids->size() - begin));
        auto metadata = reader.metadata(block);
        if (!metadata) return metadata.error();
        auto items = reader.items(block);
        if (!items) return items.error();
        for (std::size_t i = 0; i < block.size(); ++i) {
            const auto value = (*metadata)[i].find(request.label);
            if (value == (*metadata)[i].end() || value->second.empty()) {
                ++preview.unlabelled;
                continue;
            }
            if (!wanted.empty() && !wanted.contains(value->second)) continue;
            unknown.erase(value->second);
            ++labelled;
            const ItemState state = (*items)[i].state;
            if (state == ItemState::Failed || state == ItemState::Missing) {
                plan.unreadable.push_back((*items)[i]);
                ++preview.unreadable;
            } else if (!reads_pictures && !embedded.contains(block[i])) {
                ++preview.not_embedded;
            } else {
                by_class[value->second].push_back(block[i]);
            }
        }
    }
    if (!unknown.empty())
        return usage("No picture of the selection has \"" + *unknown.begin() + "\" in the field \"" +
                     request.label + "\".");
    if (labelled == 0)
        return usage("None of the " + std::to_string(ids->size()) +
                     " pictures of the selection has a value in the "
                     "field \"" +
                     request.label + "\". Label some of them first.");
    if (by_class.empty() && preview.unreadable == labelled)
        return usage("None of the " + std::to_string(labelled) +
                     " labelled pictures can be read, so there is "
                     "nothing to learn from.");
    if (by_class.empty())
        return usage("None of the labelled pictures is embedded with the model \"" + plan.base.name +
                     "\" yet. Import them with it first.");
    for (auto it = by_class.begin(); it != by_class.end();) {
        if (it->second.size() >= 2) {
            ++it;
        } else {
            ++preview.single_classes;
            it = by_class.erase(it);
        }
    }
    std::vector<std::int32_t> labels;
    for (const auto& [name, members] : by_class) {
        for (const ItemId id : members) {
            plan.label_of[id] = static_cast<std::int32_t>(plan.classes.size());
            labels.push_back(static_cast<std::int32_t>(plan.classes.size()));
        }
        plan.classes.push_back(name);
    }
    if (plan.classes.size() < 4) {
        std::string text =
            "Learning needs at least four classes with two pictures or more: two to learn from and "
            "two to check on. The field \"" +
            request.label + "\" gives " + std::to_string(plan.classes.size()) + " here";
        if (preview.single_classes > 0)
            text += ", and " + std::to_string(preview.single_classes) + " with a single picture";
        return usage(text + ".");
    }
    if (auto status = count_classes(labels, plan.classes, request, registry, preview); !status)
        return status.error();

    std::uint64_t needed = 96'000'000;
    if (reads_pictures) {
        const auto side = static_cast<std::uint64_t>(picture_side(plan.base));
        needed += static_cast<std::uint64_t>(preview.pictures) * side * side * 3 + 256'000'000;
    }
    std::error_code ignored;
    std::filesystem::create_directories(library.models_folder(), ignored);
    if (auto status = check_room(library.models_folder(), needed); !status) return status.error();
    return plan;
}

/// Stored vectors of the plan's pictures, in the order of their items.
Status collect_vectors(LibraryReader& reader, const Plan& plan, TrainingData& data, std::stop_token stop) {
    auto vectors = vectors_of(
        reader, plan.base, [&](ItemId id) { return plan.label_of.contains(id); }, stop);
    if (!vectors) return vectors.error();
    data.dimension = vectors->dimension;
    data.features = std::move(vectors->vectors);
    for (const ItemId id : vectors->items) {
        data.items.push_back(id);
        data.labels.push_back(plan.label_of.at(id));
    }
    return {};
}

/// Packs the plan's pictures; a resumed training packs the same ones again. Those that cannot be read join
/// plan.failed.
Status collect_pictures(Library& library, const TrainingRequest& request, Plan& plan,
                        const std::string& folder, const TrainingObserver& observer, TrainingData& data,
                        std::stop_token stop) {
    data.image_cache = folder + "/pictures.cache";
    PackRequest pack;
    pack.label = request.label;
    pack.filter = request.filter;
    pack.size = picture_side(plan.base);
    pack.wanted = [&plan](ItemId id) { return plan.label_of.contains(id); };
    pack.out = data.image_cache;
    pack.source = library.name();
    pack.threads = request.settings.threads;
    if (observer.message) observer.message("Reading " + std::to_string(plan.preview.pictures) + " pictures.");
    auto report = pack_images(library, pack, stop, [&](std::int64_t done, std::int64_t total) {
        if (observer.progress && total > 0 && done % 100 == 0) observer.progress(0, -1);
    });
    if (!report) return report.error();
    if (!report->failed.empty() && observer.message)
        observer.message(std::to_string(report->failed.size()) +
                         " pictures could not be read and are left out.");
    for (std::size_t picture = 0; picture < report->items.size(); ++picture) {
        data.pictures.push_back(static_cast<std::int64_t>(picture));
        data.items.push_back(report->items[picture]);
        data.labels.push_back(plan.label_of.at(report->items[picture]));
    }
    plan.failed.insert(plan.failed.end(), std::make_move_iterator(report->failed.begin()),
                       std::make_move_iterator(report->failed.end()));
    return {};
}

/// Reading may have lost pictures: classes left with one or none go, and the others are numbered anew.
void drop_small_classes(TrainingData& data) {
    std::vector<int> sizes(data.classes.size());
    for (const std::int32_t label : data.labels) ++sizes[static_cast<std::size_t>(label)];
    std::vector<std::int32_t> number(sizes.size(), -1);
    std::vector<std::string> classes;
    for (std::size_t c = 0; c < sizes.size(); ++c) {
        if (sizes[c] < 2) continue;
        number[c] = static_cast<std::int32_t>(classes.size());
        classes.push_back(data.classes[c]);
    }
    if (classes.size() == data.classes.size()) return;
    TrainingData kept = data;
    kept.classes = std::move(classes);
    kept.labels.clear();
    kept.items.clear();
    kept.pictures.clear();
    kept.features.clear();
    const auto width = static_cast<std::size_t>(data.dimension) * static_cast<std::size_t>(data.views);
    for (std::size_t row = 0; row < data.labels.size(); ++row) {
        const std::int32_t label = number[static_cast<std::size_t>(data.labels[row])];
        if (label < 0) continue;
        kept.labels.push_back(label);
        kept.items.push_back(data.items[row]);
        if (!data.pictures.empty()) kept.pictures.push_back(data.pictures[row]);
        if (!data.features.empty())
            kept.features.insert(kept.features.end(),
                                 data.features.begin() + static_cast<std::ptrdiff_t>(row * width),
                                 data.features.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
    }
    data = std::move(kept);
}

/// What is learned from once the pictures are read: some of those that were planned may be lost.
Status count_again(const TrainingData& data, const TrainingRequest& request, const ModelRegistry& registry,
                   Plan& plan) {
    TrainingPreview& preview = plan.preview;
    preview.single_classes += preview.classes - static_cast<int>(data.classes.size());
    preview.unreadable = static_cast<std::int64_t>(plan.failed.size());
    return count_classes(data.labels, data.classes, request, registry, preview);
}

/// Models are known by their hash, so of two that are equal a list shows one. Neither goes: what lies beside
/// the weights (densities, names of classes) may differ.
void note_equal_model(const ModelRegistry& registry, TrainingResult& result) {
    for (const ModelInfo& model : registry.list()) {
        if (model.hash != result.model_hash || model.name == result.preview.model_name) continue;
        add_note(result.outcome, "It gives the same vectors as the model \"" + model.name +
                                     "\", and a list shows one of the two.");
        return;
    }
}

}  // namespace

Result<TrainingPreview> preview_training(Library& library, const TrainingRequest& request,
                                         const ModelRegistry& registry) {
    auto reader = library.reader();
    if (!reader) return reader.error();
    auto plan = make_plan(library, **reader, request, registry, {});
    if (!plan) return plan.error();
    return std::move(plan->preview);
}

namespace {

Result<TrainingResult> learn_from_library(Library& library, const TrainingRequest& request,
                                          const ModelRegistry& registry, const TrainingObserver& observer,
                                          std::stop_token stop) {
    const Stopwatch clock;
    auto reader = library.reader();
    if (!reader) return reader.error();
    auto plan = make_plan(library, **reader, request, registry, stop);
    if (!plan) return plan.error();
    if (auto status = list_unreadable(**reader, *plan); !status) return status.error();

    TrainingData data;
    data.label_field = request.label;
    data.classes = plan->classes;
    data.base = plan->base;
    data.base_name = plan->base.name;
    const std::string folder = work_folder(library, plan->preview.model_name);
    if (auto status = FileSystem::posix().make_directory(folder); !status) return status.error();
    TrainingTarget target;
    target.name = plan->preview.model_name;
    target.models_folder = library.models_folder();
    target.checkpoint = folder + "/checkpoint";
    target.resume = request.resume;
    std::error_code absent;
    if (request.resume && !std::filesystem::exists(target.checkpoint, absent) && observer.message)
        observer.message("There is no checkpoint of a training called \"" + target.name +
                         "\" here, so it begins anew.");
    const auto clean_up = [&folder] {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    };
    const Status collected = needs_pictures(request.settings)
                                 ? collect_pictures(library, request, *plan, folder, observer, data, stop)
                                 : collect_vectors(**reader, *plan, data, stop);
    if (!collected) {
        if (!request.resume) clean_up();
        return collected.error();
    }
    drop_small_classes(data);
    Status usable = check_training_data(data);
    if (usable) usable = count_again(data, request, registry, *plan);
    if (!usable) {
        if (!request.resume) clean_up();
        return usable.error();
    }

    auto outcome = train(data, with_time_spent(request.settings, clock.seconds()), target, observer, stop);
    if (!outcome) {
        // What was learned stays for --resume where only the saving failed; and what was to be resumed stays
        // in any case: other pictures may be put right.
        const ErrorKind kind = outcome.error().kind;
        if (request.resume) return outcome.error();
        if (kind == ErrorKind::Usage || kind == ErrorKind::Unsupported || kind == ErrorKind::Cancelled)
            clean_up();
        return outcome.error();
    }
    clean_up();
    TrainingResult result;
    result.outcome = std::move(*outcome);
    result.outcome.seconds = std::max(result.outcome.seconds, clock.seconds());
    result.preview = std::move(plan->preview);
    result.failed = std::move(plan->failed);
    if (!result.outcome.folder.empty()) {
        const auto manifest = read_manifest(result.outcome.folder);
        if (!manifest) return manifest.error();
        result.model_hash = manifest->info.hash;
        note_equal_model(registry, result);
    }
    return result;
}

}  // namespace

Result<TrainingResult> train_on_library(Library& library, const TrainingRequest& request,
                                        const ModelRegistry& registry, const TrainingObserver& observer,
                                        std::stop_token stop) {
    try {
        return learn_from_library(library, request, registry, observer, std::move(stop));
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge,
                     "There is not enough memory for this training. Choose fewer pictures or classes."};
    }
}

struct TrainingJob::State {
    std::atomic<bool> running{false};
};

TrainingJob::TrainingJob(Library& library, ModelRegistry registry)
    : m_library(library), m_registry(std::move(registry)), m_state(std::make_shared<State>()) {}

TrainingJob::~TrainingJob() = default;  // the thread asks itself to stop and is waited for

Status TrainingJob::start(const TrainingRequest& request, TrainingObserver observer, Finished finished) {
    if (m_state->running.exchange(true))
        return Error{ErrorKind::Usage, "A training is running already. Wait for it, or cancel it."};
    m_thread = std::jthread([this, state = m_state, request, observer = std::move(observer),
                             finished = std::move(finished)](const std::stop_token& stop) {
        auto result = train_on_library(m_library, request, m_registry, observer, stop);
        state->running = false;
        if (finished) finished(std::move(result));
    });
    return {};
}

void TrainingJob::cancel() {
    m_thread.request_stop();
}

bool TrainingJob::running() const {
    return m_state->running;
}

}  // namespace fieldmark
