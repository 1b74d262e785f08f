// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pictures/object_service.h"

#include <algorithm>
#include <exception>
#include <locale>
#include <sstream>
#include <utility>
#include <vector>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/image/resize.h"
#include "core/models/model_folder.h"
#include "core/models/object_view.h"

namespace fieldmark {

namespace {

std::string identity(const std::string& finder, const LookRule& rule) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << "boxes 1\nfinder " << finder << "\nwindow " << rule.window;
    for (const BoxRule& look : {rule.first, rule.second}) {
        text << "\nlook " << look.threshold << ' ' << look.neighbour_share << ' ' << look.widen << ' '
             << look.least_score;
    }
    const std::string recipe = text.str();
    return to_hex(sha256(std::as_bytes(std::span(recipe))));
}

}  // namespace

ObjectCropper::ObjectCropper(std::unique_ptr<ObjectFinder> finder, const LookRule& rule)
    : m_finder(std::move(finder)), m_rule(rule), m_hash(identity(m_finder->info().hash, rule)) {}

Result<std::shared_ptr<ObjectCropper>> ObjectCropper::shared() {
    // Never destroyed: at the end of a program LibTorch's own statics may be gone first.
    static std::mutex& mutex = *new std::mutex;
    static std::shared_ptr<ObjectCropper>& kept = *new std::shared_ptr<ObjectCropper>;
    const std::lock_guard lock(mutex);
    if (kept) return kept;
    auto info = find_object_finder(ModelRegistry::default_search_path());
    if (!info) return info.error();
    auto finder = ObjectFinder::load(*info);
    if (!finder) return finder.error();
    kept = std::make_shared<ObjectCropper>(std::move(*finder));
    return kept;
}

int ObjectCropper::cover() const {
    // Twice the input, so that the second look at half of a picture still has a pixel for each of its own.
    return 2 * std::max(m_finder->info().input_width, m_finder->info().input_height);
}

Result<ObjectCropper::Mask> ObjectCropper::mask(const Image& image) {
    const int width = m_finder->info().input_width;
    const int height = m_finder->info().input_height;
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    try {
        resize_to(image, width, height, pixels);
    } catch (const std::exception& exception) {  // bad_alloc, or OpenCV's own for the same
        return Error{ErrorKind::TooLarge, "There is not enough memory to scale a picture.", exception.what()};
    }
    const std::lock_guard lock(m_mutex);
    auto map = m_finder->saliency(pixels, 1);
    if (!map) return map.error();
    return Mask{width, height, std::move(*map)};
}

Result<ObjectBox> ObjectCropper::find(const Image& image, Mask* seen) {
    ObjectBox object;
    object.finder = m_hash;
    auto whole = mask(image);
    if (!whole) return whole.error();
    const auto first = box_of_map(whole->values, whole->width, whole->height, m_rule.first);
    if (seen != nullptr) *seen = std::move(*whole);
    if (!first) return object;
    if (m_rule.window > 0) {
        const Crop window = widened(first->box, m_rule.window);
        Image part;
        try {
            part = crop_image(image, window);
        } catch (const std::exception& exception) {
            return Error{ErrorKind::TooLarge, "There is not enough memory to crop a picture.",
                         exception.what()};
        }
        const auto close = mask(part);
        if (!close) return close.error();
        if (const auto second = box_of_map(close->values, close->width, close->height, m_rule.second)) {
            object.box = crop_within(window, second->box);
            object.score = second->score;
            return object;
        }
    }
    object.box = widened(first->box, m_rule.second.widen);
    object.score = first->score;
    return object;
}

Result<ObjectBox> object_for(std::span<const std::byte> file, const std::string& name,
                             const std::string& finder, const DecodeLimits& limits,
                             const std::optional<ObjectBox>& known) {
    if (known && known->source != BoxSource::Finder) return *known;
    if (known && !finder.empty() && known->finder == finder) return *known;
    auto cropper = ObjectCropper::shared();
    if (!cropper) return cropper.error();
    if (!finder.empty() && (*cropper)->hash() != finder) {
        return Error{ErrorKind::Unsupported,
                     "This model of objects was made with another object finder than the one that is "
                     "installed. Import with --crop-to-object once more to make a new one."};
    }
    if (known && known->finder == (*cropper)->hash()) return *known;
    auto decoded = decode(file, name, {(*cropper)->cover(), limits});
    if (!decoded) return decoded.error();
    return (*cropper)->find(decoded->image);
}

std::string whole_model_of(const ModelRegistry& registry, const ModelInfo& info) {
    constexpr int kMostDeep = 8;
    ModelInfo model = info;
    bool of_objects = false;
    for (int depth = 0; depth < kMostDeep; ++depth) {
        const bool view = model.kind == "object";
        if (of_objects && !view) return model.hash;
        of_objects = of_objects || view;
        if (model.base.empty()) return {};
        const auto base = registry.find(model.base);
        // What a view of objects stands on need not be there to be named.
        if (!base || base->hash != model.base) return view ? model.base : std::string();
        model = *base;
    }
    return {};
}

Result<ModelInfo> ensure_object_model(const Library& library, const ModelInfo& base) {
    const ModelRegistry registry = ModelRegistry::for_library(library.models_folder());
    if (!whole_model_of(registry, base).empty()) {
        return Error{ErrorKind::Usage, "The model \"" + base.name + "\" looks at objects already."};
    }
    auto cropper = ObjectCropper::shared();
    if (!cropper) return cropper.error();
    const std::string stem = base.name + "-objects";
    NewModel model;
    model.weights = object_view_weights((*cropper)->hash());
    const std::string weights_hash = to_hex(sha256(model.weights));
    model.info = base;
    model.info.kind = "object";
    model.info.base = base.hash;
    model.info.method.clear();
    model.info.pooling = "global-mean";
    model.info.bits = 0;
    model.info.heads = 0;
    model.info.feature = "embedding by " + base.name + " of the object";
    model.info.source = "made by Fieldmark for the library \"" + library.name() + "\"";
    const std::string hash = model_hash(model.info, weights_hash);
    if (auto there = registry.find(hash)) return there;
    // A name that an older finder's model has is left to it.
    for (int i = 1; i <= 100; ++i) {
        model.info.name = i == 1 ? stem : stem + "-" + std::to_string(i);
        auto written = write_model_folder(FileSystem::posix(), library.models_folder(), model);
        if (written) return std::move(written->info);
        if (written.error().kind != ErrorKind::Usage) return written.error();
    }
    return Error{ErrorKind::Usage,
                 "The library has too many models of the name \"" + stem + "\". Remove some."};
}

}  // namespace fieldmark
