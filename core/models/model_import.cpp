// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/model_import.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "core/base/digest.h"
#include "core/base/file_system.h"
#include "core/models/make_network.h"
#include "core/models/model_folder.h"
#include "core/models/model_folder_import.h"
#include "core/models/model_registry.h"
#include "core/models/model_trial.h"
#include "core/models/safetensors_writer.h"

namespace fieldmark {
namespace {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{4} << 30;
constexpr int kMaxSide = 2048;
constexpr int kUsualSide = 224;
constexpr int kLargestNativeSide = 384;

using Triple = std::array<float, 3>;
constexpr Triple kImageNetMean = {0.485F, 0.456F, 0.406F};
constexpr Triple kImageNetDeviation = {0.229F, 0.224F, 0.225F};
constexpr Triple kHalf = {0.5F, 0.5F, 0.5F};
constexpr Triple kClipMean = {0.48145466F, 0.4578275F, 0.40821073F};
constexpr Triple kClipDeviation = {0.26862954F, 0.26130258F, 0.27577711F};

/// Families of vision transformers that are told apart only by their names: nothing in the tensors says how
/// pictures were normalised.
struct Family {
    const char* in_name;  ///< part of the file's or model's name, lower case
    const char* family;
    Triple mean;
    Triple deviation;
    const char* licence;
};
// The first that fits counts.
constexpr Family kFamilies[] = {
    {"dinov2", "DINOv2", kImageNetMean, kImageNetDeviation, "Apache-2.0"},
    {"reg4_dinov2", "DINOv2", kImageNetMean, kImageNetDeviation, "Apache-2.0"},
    {"dino", "DINO", kImageNetMean, kImageNetDeviation, "Apache-2.0"},
    {"deit", "DeiT", kImageNetMean, kImageNetDeviation, "Apache-2.0"},
    {"clip", "CLIP", kClipMean, kClipDeviation, ""},
    {"mae", "MAE", kImageNetMean, kImageNetDeviation, "CC-BY-NC-4.0"},
    {"augreg", "ViT (AugReg)", kHalf, kHalf, "Apache-2.0"},
    {"in21k", "ViT (ImageNet-21k)", kHalf, kHalf, "Apache-2.0"},
    {"orig_in21k", "ViT (ImageNet-21k)", kHalf, kHalf, "Apache-2.0"},
};

Error refuse(ErrorKind kind, const std::string& file, const std::string& what) {
    return {kind, "The file \"" + file + "\" cannot be imported: " + what};
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

float from_half(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000U) << 16;
    const std::uint32_t exponent = (bits >> 10) & 0x1fU;
    const std::uint32_t fraction = bits & 0x3ffU;
    if (exponent == 0) {
        const float value = static_cast<float>(fraction) * 0x1p-24F;
        return sign ? -value : value;
    }
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000U | (fraction << 13));
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
}

float from_bfloat(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

template <typename Element, typename Convert>
std::vector<float> converted(std::span<const std::byte> data, Convert convert) {
    std::vector<float> values(data.size() / sizeof(Element));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Element element;
        std::memcpy(&element, data.data() + i * sizeof element, sizeof element);
        values[i] = convert(element);
    }
    return values;
}

bool is_other_float(const std::string& dtype) {
    return dtype == "F16" || dtype == "BF16" || dtype == "F64";
}

/// The same tensors as float32; whole numbers (counters) are left out.
FloatTensors as_float(const Safetensors& file) {
    FloatTensors tensors;
    for (const auto& [name, tensor] : file.tensors()) {
        std::vector<float> values;
        if (tensor.dtype == "F32") {
            values = converted<float>(tensor.data, [](float value) { return value; });
        } else if (tensor.dtype == "F64") {
            values = converted<double>(tensor.data, [](double value) { return static_cast<float>(value); });
        } else if (tensor.dtype == "F16") {
            values = converted<std::uint16_t>(tensor.data, from_half);
        } else if (tensor.dtype == "BF16") {
            values = converted<std::uint16_t>(tensor.data, from_bfloat);
        } else {
            continue;
        }
        tensors[name] = {tensor.shape, std::move(values)};
    }
    return tensors;
}

/// A tensor's extent; 0 where there is no such tensor or side.
std::int64_t extent(const Safetensors& file, const std::string& name, std::size_t side) {
    const auto found = file.tensors().find(name);
    return found == file.tensors().end() || found->second.shape.size() <= side ? 0
                                                                               : found->second.shape[side];
}

bool has(const Safetensors& file, const std::string& name) {
    return file.tensors().contains(name);
}

/// The number behind `prefix` in the name that has the largest, with this end; -1 for none.
int last_number(const Safetensors& file, const std::string& prefix, const std::string& end) {
    int last = -1;
    for (auto it = file.tensors().lower_bound(prefix);
         it != file.tensors().end() && it->first.starts_with(prefix); ++it) {
        const char* begin = it->first.data() + prefix.size();
        int number = -1;
        const auto parsed = std::from_chars(begin, it->first.data() + it->first.size(), number);
        if (parsed.ec == std::errc() &&
            it->first.substr(static_cast<std::size_t>(parsed.ptr - it->first.data())) == end)
            last = std::max(last, number);
    }
    return last;
}

/// The same weights in another wrapping, told apart by one tensor each.
std::string kind_of(const Safetensors& file) {
    if (has(file, "patch_embed.proj.weight")) return "vit";
    if (has(file, "_conv_stem.weight")) return "efficientnet-lite";
    if (has(file, "features.0.0.weight")) return "mobilenet-v2";
    return {};
}

std::string first_names(const Safetensors& file) {
    std::string text;
    int count = 0;
    for (const auto& [name, tensor] : file.tensors()) {
        text += (text.empty() ? "\"" : ", \"") + name.substr(0, 60) + "\"";
        if (++count == 3) break;
    }
    return text.empty() ? "It holds no tensors." : "Its first tensors are " + text + ".";
}

/// 0 to 4; -1 for a network that is none of them (the builder then says why).
int lite_variant(const Safetensors& file) {
    switch (last_number(file, "_blocks.", "._project_conv.weight") + 1) {
        case 16:
            return 0;
        case 21:
            return extent(file, "_blocks.4._project_conv.weight", 0) > 40 ? 2 : 1;
        case 24:
            return 3;
        case 30:
            return 4;
        default:
            return -1;
    }
}

std::string default_name(const std::string& file) {
    const std::filesystem::path path(file);
    std::string name = path.stem().string();
    if (name == "model" || name == "pytorch_model" || name == "weights") {
        std::error_code code;
        const auto parent = std::filesystem::absolute(path, code).parent_path().filename().string();
        if (!code && !parent.empty()) name = parent;
    }
    while (!name.empty() && (name.front() == '.' || name.front() == ' ')) name.erase(name.begin());
    return name;
}

class Importer {
  public:
    explicit Importer(const ModelImport& request) : m_request(request) {}

    Result<ImportedModel> run() {
        if (auto status = check_request(); !status) return status.error();
        auto file = read();
        if (!file) return file.error();
        m_result.info.kind = m_request.kind.empty() ? kind_of(*file) : m_request.kind;
        if (m_result.info.kind.empty())
            return refuse(ErrorKind::Unsupported, m_request.file,
                          "it is no network that Fieldmark knows. A vision transformer has the tensor "
                          "\"patch_embed.proj.weight\", EfficientNet-Lite \"_conv_stem.weight\", MobileNetV2 "
                          "\"features.0.0.weight\". " +
                              first_names(*file));
        if (auto status = describe(*file); !status) return status.error();
        if (auto status = try_out(*file); !status) return status.error();
        if (m_request.dry_run) return std::move(m_result);
        return store();
    }

  private:
    Status check_request() {
        const auto& kind = m_request.kind;
        if (!kind.empty() && kind != "vit" && kind != "efficientnet-lite" && kind != "mobilenet-v2")
            return Error{ErrorKind::Usage, "There is no kind of network \"" + kind +
                                               "\". Use vit, efficientnet-lite or mobilenet-v2."};
        if (m_request.input < 0 || m_request.input > kMaxSide)
            return Error{ErrorKind::Usage, "The input must be between 1 and " + std::to_string(kMaxSide) +
                                               " pixels a side; 224 is usual."};
        const auto& feature = m_request.feature;
        if (!feature.empty() && feature != "class" && feature != "mean" && feature != "both")
            return Error{ErrorKind::Usage,
                         "There is no feature \"" + feature + "\". Use class, mean or both."};
        const auto in = [](const std::optional<Triple>& values, float low, float high) {
            return !values || std::all_of(values->begin(), values->end(), [&](float value) {
                return std::isfinite(value) && value >= low && value <= high;
            });
        };
        if (!in(m_request.mean, -1, 2) || !in(m_request.deviation, 1e-3F, 4))
            return Error{
                ErrorKind::Usage,
                "Mean and deviation are given for pixels from 0 to 1, as model cards do: for example "
                "0.485,0.456,0.406 and 0.229,0.224,0.225."};
        m_result.info.name = m_request.name.empty() ? default_name(m_request.file) : m_request.name;
        return check_model_name(m_result.info.name);
    }

    Result<Safetensors> read() {
        std::error_code code;
        const std::filesystem::path path(m_request.file);
        const auto status = std::filesystem::status(path, code);
        if (status.type() == std::filesystem::file_type::not_found)
            return Error{ErrorKind::NotFound, "There is no file \"" + m_request.file + "\". Check its path."};
        // Not read before it is known to be a file: a pipe would wait for ever.
        if (status.type() != std::filesystem::file_type::regular)
            return refuse(ErrorKind::Usage, m_request.file, "it is not a file. Give a safetensors file, or the folder of a model (with a manifest.json).");
        const std::uintmax_t size = std::filesystem::file_size(path, code);
        if (!code && size > kMaxFileBytes)
            return refuse(ErrorKind::TooLarge, m_request.file, "it is larger than 4 GB.");
        auto bytes = FileSystem::posix().read(m_request.file);
        if (!bytes) return bytes.error();
        m_source_hash = to_hex(sha256(*bytes));
        auto file = Safetensors::parse(*bytes, m_request.file);
        if (!file)
            return refuse(
                file.error().kind, m_request.file,
                "it is no intact safetensors file. " + file.error().text +
                    " Other formats (.pth, .bin, .onnx) must be converted first, see the manual's page "
                    "on models.");
        bool other = false;
        for (const auto& [name, tensor] : file->tensors()) {
            const bool is_float = tensor.dtype == "F32" || is_other_float(tensor.dtype);
            other = other || is_other_float(tensor.dtype);
            if (is_float)
                m_result.parameters += std::accumulate(tensor.shape.begin(), tensor.shape.end(),
                                                       std::int64_t{1}, std::multiplies<>());
        }
        m_bytes = std::move(*bytes);
        if (!other) return file;
        m_result.converted = true;
        m_result.notes.emplace_back("Its numbers were converted to float32.");
        m_bytes = write_safetensors(as_float(*file));
        return Safetensors::parse(m_bytes, m_request.file);
    }

    Status describe(const Safetensors& file) {
        ModelInfo& info = m_result.info;
        info.resize = m_request.resize;
        if (info.kind == "vit") {
            if (auto status = describe_transformer(file); !status) return status;
        } else if (info.kind == "efficientnet-lite") {
            describe_lite(file);
        } else {
            const int last = last_number(file, "features.", ".0.weight");
            info.dimension = clamp_dimension(
                last < 0 ? 0 : extent(file, "features." + std::to_string(last) + ".0.weight", 0));
            info.feature = "global mean of the last map, L2-normalised";
            info.input_width = info.input_height = kUsualSide;
            set_normalisation(kImageNetMean, kImageNetDeviation);
            m_result.family = "MobileNetV2";
            m_known_licence = "BSD-3-Clause";
        }
        if (m_request.input > 0) info.input_width = info.input_height = m_request.input;
        if (m_request.mean || m_request.deviation) {
            set_normalisation(m_request.mean.value_or(m_mean), m_request.deviation.value_or(m_deviation));
        }
        info.licence = !m_request.licence.empty() ? m_request.licence
                       : !m_known_licence.empty() ? m_known_licence
                                                  : "not stated";
        if (m_request.licence.empty() && m_known_licence.empty())
            m_result.notes.emplace_back("Its licence is not known; look where the file came from.");
        info.source = "imported from " + std::filesystem::path(m_request.file).filename().string() +
                      ", SHA-256 " + m_source_hash;
        return {};
    }

    void describe_lite(const Safetensors& file) {
        ModelInfo& info = m_result.info;
        constexpr int kSides[] = {224, 240, 260, 280, 300};
        const int variant = lite_variant(file);
        info.input_width = info.input_height = variant < 0 ? kUsualSide : kSides[variant];
        info.dimension = clamp_dimension(extent(file, "_conv_head.weight", 0));
        info.feature =
            "global mean of the last " + std::to_string(info.dimension) + "-channel map, L2-normalised";
        // (x - 127) / 128 on pixels from 0 to 255.
        constexpr Triple mean = {127.0F / 255, 127.0F / 255, 127.0F / 255};
        constexpr Triple deviation = {128.0F / 255, 128.0F / 255, 128.0F / 255};
        set_normalisation(mean, deviation);
        std::fill_n(info.mean, 3, 127.0F);
        std::fill_n(info.scale, 3, 1 / 128.0F);
        m_result.family = variant < 0 ? "EfficientNet-Lite" : "EfficientNet-Lite" + std::to_string(variant);
        m_known_licence = "Apache-2.0";
    }

    Status describe_transformer(const Safetensors& file) {
        ModelInfo& info = m_result.info;
        const std::int64_t width = extent(file, "patch_embed.proj.weight", 0);
        const std::int64_t patch = extent(file, "patch_embed.proj.weight", 2);
        if (width < 1 || width > 65536 || patch < 1 || patch > 256)
            return refuse(ErrorKind::Damaged, m_request.file,
                          "tensor \"patch_embed.proj.weight\" has no shape of (width, 3, patch, patch).");
        info.heads = m_request.heads;
        info.pooling = !m_request.feature.empty() ? m_request.feature
                       : has(file, "cls_token")   ? "class"
                                                  : "mean";
        info.dimension = clamp_dimension(info.pooling == "both" ? 2 * width : width);
        info.feature =
            info.pooling == "class" ? "class token after the last LayerNorm, L2-normalised"
            : info.pooling == "mean"
                ? "mean of the patch tokens after the last LayerNorm, L2-normalised"
                : "class token and mean of the patch tokens after the last LayerNorm, L2-normalised";

        const std::int64_t positions = extent(file, "pos_embed", 1);
        const auto grid =
            static_cast<std::int64_t>(std::sqrt(static_cast<double>(std::max<std::int64_t>(positions, 0))));
        const std::int64_t native = grid * patch;
        std::int64_t side = native >= kUsualSide / 2 && native <= kLargestNativeSide ? native : kUsualSide;
        side = std::max(patch, side / patch * patch);
        info.input_width = info.input_height = static_cast<int>(side);
        if (native > kLargestNativeSide && m_request.input == 0)
            m_result.notes.emplace_back("It was trained for " + std::to_string(native) +
                                        " pixels a side and is used at " + std::to_string(side) +
                                        ", which is much faster; --input " + std::to_string(native) +
                                        " changes that.");
        if (m_request.input % patch != 0)
            return Error{ErrorKind::Usage, "The input must be a multiple of the patch, " +
                                               std::to_string(patch) + " pixels: for example " +
                                               std::to_string(side) + "."};

        const std::string names = lower(info.name + ' ' + default_name(m_request.file) + ' ' +
                                        std::filesystem::path(m_request.file).filename().string());
        if (names.find("quickgelu") != std::string::npos ||
            (names.find("clip") != std::string::npos && names.find("openai") != std::string::npos))
            return refuse(
                ErrorKind::Unsupported, m_request.file,
                "OpenAI's CLIP uses another activation (QuickGELU) than the networks Fieldmark runs.");
        for (const Family& family : kFamilies) {
            if (names.find(family.in_name) == std::string::npos) continue;
            m_result.family = family.family;
            m_known_licence = family.licence;
            set_normalisation(family.mean, family.deviation);
            return {};
        }
        // DeiT alone has a distillation token, DINOv2 LayerScale.
        set_normalisation(kImageNetMean, kImageNetDeviation);
        if (!(m_request.mean && m_request.deviation))
            m_result.notes.emplace_back(
                "Its name says nothing about the normalisation of pictures; ImageNet's mean and deviation "
                "were "
                "taken. If its model card says otherwise, remove it and import it with --mean and --std.");
        return {};
    }

    static int clamp_dimension(std::int64_t value) {
        return static_cast<int>(std::clamp<std::int64_t>(value, 1, 65536));
    }

    void set_normalisation(const Triple& mean, const Triple& deviation) {
        m_mean = mean;
        m_deviation = deviation;
        for (std::size_t i = 0; i < 3; ++i) {
            m_result.info.mean[i] = mean[i] * 255.0F;
            m_result.info.scale[i] = 1 / (deviation[i] * 255.0F);
        }
    }

    Status try_out(const Safetensors& file) {
        auto network = make_network(m_result.info, file, {});
        if (!network) return network.error();
        auto note = try_model(**network);
        if (!note && note.error().kind == ErrorKind::Damaged)
            return refuse(ErrorKind::Damaged, m_request.file, note.error().text);
        if (!note) return note.error();
        if (!note->empty()) m_result.notes.push_back(std::move(*note));
        return {};
    }

    Result<ImportedModel> store() {
        std::string folder = m_request.folder.empty() ? ModelRegistry::user_folder() : m_request.folder;
        if (folder.empty())
            return Error{ErrorKind::Usage, "There is no home folder to put the model in. Set XDG_DATA_HOME."};
        nlohmann::ordered_json note;
        note["imported"] = {{"file", std::filesystem::path(m_request.file).filename().string()},
                            {"sha256", m_source_hash},
                            {"parameters", m_result.parameters},
                            {"family", m_result.family}};
        NewModel model;
        model.info = m_result.info;
        model.weights = std::move(m_bytes);
        model.training = note.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        auto written = write_model_folder(FileSystem::posix(), folder, model);
        if (!written) return written.error();
        m_result.info = std::move(written->info);
        return std::move(m_result);
    }

    const ModelImport& m_request;
    ImportedModel m_result;
    std::vector<std::byte> m_bytes;
    std::string m_source_hash;
    std::string m_known_licence;
    Triple m_mean = kImageNetMean;
    Triple m_deviation = kImageNetDeviation;
};

}  // namespace

Result<ImportedModel> import_model(const ModelImport& request) {
    try {
        if (const auto folder = model_folder_of(request)) return import_model_folder(request, *folder);
        return Importer(request).run();
    } catch (const std::bad_alloc&) {
        return refuse(ErrorKind::TooLarge, request.file, "there is not enough memory for it.");
    } catch (const std::exception& error) {
        Error failed = refuse(ErrorKind::Internal, request.file, "reading it failed.");
        failed.detail = error.what();
        return failed;
    }
}

}  // namespace fieldmark
