// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QImage>

namespace fieldmark::testing {

/// Specimens: drawn birds whose classes differ in one small field mark (colour and place of a spot, an eye
/// stripe, a wing bar), while pose, size, ground and light vary at random. Deterministic by seed.
struct SpecimenOptions {
    int classes = 8;
    int per_class = 6;
    int width = 320;
    int height = 240;
    unsigned seed = 1;
};

/// One drawn bird of `species` (0..classes-1); `individual` varies everything but the field mark.
QImage draw_specimen(int species, int individual, const SpecimenOptions& options = {});

/// Writes `species_NN/individual_NN.jpg` under `folder` and `labels.csv` (path,species,individual). Returns the
/// relative paths, in order.
std::vector<std::string> write_specimens(const std::string& folder, const SpecimenOptions& options = {});

}  // namespace fieldmark::testing
