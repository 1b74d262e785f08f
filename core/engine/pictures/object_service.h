// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/decode.h"
#include "core/image/image.h"
#include "core/library/library.h"
#include "core/library/records.h"
#include "core/models/backbone.h"
#include "core/models/model_registry.h"
#include "core/models/object_box.h"
#include "core/models/object_finder.h"

namespace fieldmark {

/// How the finder looks at a picture. The defaults were chosen on pictures with known boxes
/// (docs/object-finder.md).
struct LookRule {
    BoxRule first = {0.55f, 0.25f, 1.0f, 0.5f};
    float window = 1.5f;  ///< the second look is at the first box widened by this; 0: no second look
    BoxRule second = {0.5f, 0.25f, 1.1f, 0.5f};
};

/// Finds the object of a picture in two looks: at the whole, then at what lies around the box of the first.
/// Any thread; calls take turns.
class ObjectCropper {
  public:
    explicit ObjectCropper(std::unique_ptr<ObjectFinder> finder, const LookRule& rule = {});

    /// The one of this machine, loaded when it is first asked for and kept: 95 MB. NotFound where none is set
    /// up, or what ObjectFinder::load() says; asked again, it tries again.
    static Result<std::shared_ptr<ObjectCropper>> shared();

    /// SHA-256 (hex) over network and rule: boxes of one hash are comparable.
    const std::string& hash() const { return m_hash; }
    /// How many pixels both sides of a decoded picture should cover.
    int cover() const;

    /// How much each place of a picture belongs to an object.
    struct Mask {
        int width = 0;
        int height = 0;
        std::vector<float> values;  ///< (height, width), 0..1
    };
    /// A whole crop with score 0 where there is no single object. `seen`, if not null, gets what the first
    /// look, at the whole picture, saw.
    Result<ObjectBox> find(const Image& image, Mask* seen = nullptr);

  private:
    Result<Mask> mask(const Image& image);

    const std::unique_ptr<ObjectFinder> m_finder;
    const LookRule m_rule;
    std::string m_hash;
    std::mutex m_mutex;
};

/// The box to crop an encoded picture to: `known` where it is there and still holds, else found by the shared
/// cropper. `finder`: the hash that a model of objects was made with; Unsupported where the finder of this
/// machine is another one. "": any.
Result<ObjectBox> object_for(std::span<const std::byte> file, const std::string& name,
                             const std::string& finder, const DecodeLimits& limits,
                             const std::optional<ObjectBox>& known = {});

/// Where `info` looks at objects only, itself or by a model beneath it (a head on one that does): the hash of
/// the first model beneath that looks at whole pictures. Else "", also where a model beneath is not there.
std::string whole_model_of(const ModelRegistry& registry, const ModelInfo& info);

/// The model of the kind "object" that stands on `base` and the finder of this machine, in the library's own
/// models folder; made there if it is not yet. Usage if `base` looks at objects already.
Result<ModelInfo> ensure_object_model(const Library& library, const ModelInfo& base);

}  // namespace fieldmark
