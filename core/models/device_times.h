// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/base/result.h"
#include "core/models/backbone.h"

namespace fieldmark {

/// What the steps of embedding on a device take alone, in seconds a picture. Value type.
struct DeviceTimes {
    int pictures = 0;    ///< that went through together
    double fill = 0;     ///< by the processor, into memory that the device can read by itself
    double copy = 0;     ///< to the device
    double compute = 0;  ///< normalisation and network; results stay there
};

/// What a backbone on a device can do beside Backbone's own interface.
class DeviceTimer {
  public:
    virtual ~DeviceTimer() = default;
    /// pixels as Backbone::embed(). Unsupported where the network runs on the CPU; else errors as embed().
    virtual Result<DeviceTimes> time_parts(std::span<const std::uint8_t> pixels, int count) = 0;
};

/// Of the network beneath a backbone's heads and views of objects; null where it has no such thing. It lives
/// as long as the backbone.
DeviceTimer* device_timer_of(Backbone& backbone);

}  // namespace fieldmark
