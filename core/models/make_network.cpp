// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/models/make_network.h"

#include <exception>
#include <new>

#include "core/models/efficientnet_lite.h"
#include "core/models/mobilenet_v2.h"
#include "core/models/vision_transformer.h"

namespace fieldmark {

Result<std::unique_ptr<Backbone>> make_network(const ModelInfo& info, const Safetensors& weights,
                                               const BackboneOptions& options) {
    try {
        if (info.kind == "efficientnet-lite") return make_efficientnet_lite(info, weights, options);
        if (info.kind == "mobilenet-v2") return make_mobilenet_v2(info, weights, options);
        if (options.precision == "int16")
            return Error{
                ErrorKind::Unsupported,
                "The model \"" + info.name + "\" cannot run in int16: only mobile networks can. Use fp32."};
        if (info.kind == "vit") return make_vision_transformer(info, weights, nullptr, options);
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::TooLarge,
                     "There is not enough memory for the model \"" + info.name + "\". Close other programs."};
    } catch (const std::exception& error) {
        return Error{ErrorKind::Internal, "The model \"" + info.name + "\" could not be built.",
                     error.what()};
    }
    return Error{ErrorKind::Unsupported, "The model \"" + info.name + "\" is of the kind \"" + info.kind +
                                             "\", which this version cannot run."};
}

}  // namespace fieldmark
