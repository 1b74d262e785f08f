// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/explain/find_mark.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/engine/explain/explanation.h"
#include "core/engine/pictures/embedder.h"
#include "core/engine/pictures/opened_picture.h"
#include "core/library/reader.h"
#include "core/models/object_box.h"

namespace fieldmark {
namespace {

/// From so many cells on, in the narrower direction, the map of the whole picture is fine enough.
constexpr double kEnoughCells = 2;
/// Side of the parts that are looked at for smaller regions, in ten-thousandths, where the region is small
/// both ways: two of them across overlap by a fifth of the picture.
constexpr int kPart = 6000;
constexpr double kShort = 0.35;     ///< of a side; what lies astride two such parts is whole enough in one
constexpr int kMostOfASide = 9000;  ///< a larger part is not worth two passes

std::size_t size(int value) {
    return static_cast<std::size_t>(value);
}

/// What the model computes for the cells of one part of a picture.
struct Grid {
    int rows = 0;
    int columns = 0;
    int channels = 0;
    Crop area;  ///< of the whole picture
    std::vector<float> cells;

    float* cell(int row, int column) {
        return cells.data() + (size(row) * size(columns) + size(column)) * size(channels);
    }
    const float* cell(int row, int column) const { return const_cast<Grid*>(this)->cell(row, column); }
};

Result<std::vector<Grid>> look(const OpenedPicture& picture, const std::vector<Crop>& parts,
                               Embedder& embedder) {
    const BackboneTraits traits = embedder.backbone().traits();
    const auto pixels = model_input(picture, parts, embedder);
    if (!pixels) return pixels.error();
    const auto view = embedder.look_inside(*pixels, static_cast<int>(parts.size()), {});
    if (!view) return view.error();
    const std::size_t one = size(traits.map_rows) * size(traits.map_columns) * size(traits.map_channels);
    if (view->map.size() != one * parts.size())
        return Error{ErrorKind::Internal, "The model did not show the map it is said to have."};
    std::vector<Grid> grids;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto begin = view->map.begin() + static_cast<std::ptrdiff_t>(i * one);
        grids.push_back({traits.map_rows, traits.map_columns, traits.map_channels,
                         embedder.seen_part(picture.width, picture.height, parts[i]),
                         std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(one))});
    }
    return grids;
}

/// Sides of the parts that a region is looked for in, in ten-thousandths of `whole`.
struct PartSize {
    int width = 10000;
    int height = 10000;
};

/// Along a long mark a part is so much larger that two of them across hold the mark wherever it lies: they
/// share 2 w - 1 of the side, and that must not be less than the mark's share s of it, so w >= (1 + s) / 2.
/// Close to the whole, one part is the whole.
PartSize part_for(const Crop& region, const Crop& whole) {
    const auto side = [](int length, int extent) {
        const double share = std::min(1.0, static_cast<double>(length) / extent);
        if (share <= kShort) return kPart;
        const int wanted = static_cast<int>(std::ceil((1 + share) * 5000));
        return wanted > kMostOfASide ? 10000 : wanted;
    };
    return {side(region.width, whole.width), side(region.height, whole.height)};
}

/// Which parts of a picture to look at.
std::vector<Crop> parts_of(const Crop& whole, const PartSize& part) {
    const auto starts = [](int side) {
        return side == 10000 ? std::vector<int>{0} : std::vector<int>{0, 10000 - side};
    };
    std::vector<Crop> parts;
    for (const int y : starts(part.height))
        for (const int x : starts(part.width))
            parts.push_back(crop_within(whole, {x, y, part.width, part.height}));
    return parts;
}

/// A part of that size with `region` in its middle, as far as `whole` allows; it holds the region whole.
Crop part_around(const Crop& region, const Crop& whole, const PartSize& size) {
    const auto place = [](int at, int length, int start, int extent, int wanted) {
        return std::clamp(at + length / 2 - wanted / 2, start, start + extent - wanted);
    };
    Crop part;
    part.width = std::max<int>(1, static_cast<int>(std::int64_t{whole.width} * size.width / 10000));
    part.height = std::max<int>(1, static_cast<int>(std::int64_t{whole.height} * size.height / 10000));
    part.x = place(region.x, region.width, whole.x, whole.width, part.width);
    part.y = place(region.y, region.height, whole.y, whole.height, part.height);
    return part;
}

bool within(const Crop& inner, const Crop& outer) {
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
           inner.y + inner.height <= outer.y + outer.height;
}

std::vector<double> mean_of(const std::vector<Grid>& grids) {
    std::vector<double> mean(size(grids.front().channels));
    std::size_t cells = 0;
    for (const Grid& grid : grids) {
        for (std::size_t i = 0; i < grid.cells.size(); ++i) mean[i % mean.size()] += grid.cells[i];
        cells += grid.cells.size() / mean.size();
    }
    for (double& value : mean) value /= static_cast<double>(cells);
    return mean;
}

/// Length of what [a, a + length) and [b, b + other) share.
double shared(double a, double length, double b, double other) {
    return std::max(0.0, std::min(a + length, b + other) - std::max(a, b));
}

/// The cells of the query's grid that the region covers.
struct Mark {
    std::vector<double> descriptor;  ///< their mean, weighted by what the region covers of each; not centred
    int rows = 1;                    ///< of cells, about as large as the region
    int columns = 1;
};

std::optional<Mark> mark_of(const Grid& grid, const Crop& region) {
    const double height = static_cast<double>(grid.area.height) / grid.rows;
    const double width = static_cast<double>(grid.area.width) / grid.columns;
    Mark mark;
    mark.descriptor.resize(size(grid.channels));
    double total = 0;
    for (int row = 0; row < grid.rows; ++row) {
        const double down = shared(region.y, region.height, grid.area.y + row * height, height);
        if (down <= 0) continue;
        for (int column = 0; column < grid.columns; ++column) {
            const double weight = down * shared(region.x, region.width, grid.area.x + column * width, width);
            if (weight <= 0) continue;
            const float* cell = grid.cell(row, column);
            for (std::size_t c = 0; c < mark.descriptor.size(); ++c) mark.descriptor[c] += weight * cell[c];
            total += weight;
        }
    }
    if (total <= 0) return std::nullopt;
    for (double& value : mark.descriptor) value /= total;
    mark.rows = std::clamp(static_cast<int>(std::lround(region.height / height)), 1, grid.rows);
    mark.columns = std::clamp(static_cast<int>(std::lround(region.width / width)), 1, grid.columns);
    return mark;
}

Crop window_box(const Grid& grid, int row, int column, int rows, int columns) {
    const HeatMap cells{grid.rows, grid.columns, grid.area, {}};
    const Crop first = cells.box(row * grid.columns + column);
    const Crop last = cells.box((row + rows - 1) * grid.columns + column + columns - 1);
    return {first.x, first.y, last.x + last.width - first.x, last.y + last.height - first.y};
}

/// The window of the match's grids that is most like the mark.
MarkSighting best_window(const Mark& mark, const std::vector<double>& query_mean,
                         const std::vector<Grid>& grids) {
    std::vector<double> mean = mean_of(grids);
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] = (mean[c] + query_mean[c]) / 2;
    std::vector<double> wanted = mark.descriptor;
    double squares = 0;
    for (std::size_t c = 0; c < mean.size(); ++c) {
        wanted[c] -= mean[c];
        squares += wanted[c] * wanted[c];
    }
    for (double& value : wanted) value /= std::max(std::sqrt(squares), 1e-12);

    // The window's mean has the direction of its sum, and the sums come from a table of sums above and left.
    MarkSighting best;
    best.similarity = -2;
    const std::size_t channels = mean.size();
    for (const Grid& grid : grids) {
        const std::size_t stride = size(grid.columns) + 1;
        std::vector<double> table((size(grid.rows) + 1) * stride * channels);
        const auto at = [&](int row, int column) {
            return table.data() + (size(row) * stride + size(column)) * channels;
        };
        for (int row = 0; row < grid.rows; ++row) {
            for (int column = 0; column < grid.columns; ++column) {
                const float* cell = grid.cell(row, column);
                double* sum = at(row + 1, column + 1);
                const double *above = at(row, column + 1), *left = at(row + 1, column),
                             *corner = at(row, column);
                for (std::size_t c = 0; c < channels; ++c)
                    sum[c] = cell[c] - mean[c] + above[c] + left[c] - corner[c];
            }
        }
        for (const int more : {0, -1, 1}) {
            const int rows = mark.rows + more, columns = mark.columns + more;
            if (rows < 1 || columns < 1) continue;
            for (int row = 0; row + rows <= grid.rows; ++row) {
                for (int column = 0; column + columns <= grid.columns; ++column) {
                    const double *a = at(row, column), *b = at(row, column + columns),
                                 *c = at(row + rows, column), *d = at(row + rows, column + columns);
                    double product = 0, length = 0;
                    for (std::size_t i = 0; i < channels; ++i) {
                        const double value = d[i] - b[i] - c[i] + a[i];
                        product += value * wanted[i];
                        length += value * value;
                    }
                    const auto similarity = static_cast<float>(product / std::max(std::sqrt(length), 1e-12));
                    if (similarity <= best.similarity) continue;
                    best.similarity = similarity;
                    best.box = window_box(grid, row, column, rows, columns);
                }
            }
        }
    }
    best.similarity = std::clamp(best.similarity, -1.0F, 1.0F);
    return best;
}

}  // namespace

Result<MarkReport> find_mark(const MarkRequest& request, Embedder& embedder, LibraryReader& reader,
                             std::stop_token stop, const std::function<void(int, int)>& progress) {
    const Stopwatch clock;
    const Error stopped{ErrorKind::Cancelled, "The search for the mark was cancelled."};
    const BackboneTraits traits = embedder.backbone().traits();
    if (traits.map_channels == 0)
        return Error{ErrorKind::Unsupported,
                     "The model \"" + embedder.info().name +
                         "\" does not show where it sees what. Choose another model."};
    if (!request.region.valid())
        return Error{ErrorKind::Usage,
                     "The region " + to_key(request.region) + " does not lie within the picture."};

    // Seen at the scale the matches are seen at: by the crop it was searched with if the mark lies in it.
    QueryImage source = request.query;
    if (!within(request.region, source.crop)) source.crop = {};
    auto query = open_picture(source, embedder, &reader, 2);
    if (!query) return query.error();
    if (!within(request.region, query->part)) query->part = {};
    const double cells =
        std::min(static_cast<double>(request.region.width) * traits.map_columns / query->part.width,
                 static_cast<double>(request.region.height) * traits.map_rows / query->part.height);
    const bool finer = cells < kEnoughCells;
    const PartSize part = finer ? part_for(request.region, query->part) : PartSize{};
    const Crop view = part_around(request.region, query->part, part);
    const auto query_grid = look(*query, {view}, embedder);
    if (!query_grid) return query_grid.error();
    const auto mark = mark_of(query_grid->front(), request.region);
    if (!mark)
        return Error{ErrorKind::Usage,
                     "The model \"" + embedder.info().name +
                         "\" does not look at this place, which lies at the picture's edge. "
                         "Choose one farther inside."};
    const std::vector<double> query_mean = mean_of(*query_grid);

    MarkReport report;
    report.model = embedder.info().name;
    const int total = static_cast<int>(request.items.size());
    for (const ItemId item : request.items) {
        if (stop.stop_requested()) return stopped;
        MarkSighting sighting;
        QueryImage one;
        one.item = item;
        const auto picture = open_picture(one, embedder, &reader, finer ? 2 : 1);
        if (picture) {
            const auto grids = look(*picture, parts_of(picture->part, part), embedder);
            if (grids) {
                sighting = best_window(*mark, query_mean, *grids);
            } else {
                sighting.error = grids.error();
            }
        } else {
            sighting.error = picture.error();
        }
        sighting.item = item;
        report.sightings.push_back(std::move(sighting));
        if (progress) progress(static_cast<int>(report.sightings.size()), total);
    }
    if (stop.stop_requested()) return stopped;
    std::stable_sort(report.sightings.begin(), report.sightings.end(),
                     [](const MarkSighting& a, const MarkSighting& b) {
                         if (a.seen() != b.seen()) return a.seen();
                         return a.seen() && a.similarity > b.similarity;
                     });
    report.milliseconds = clock.milliseconds();
    return report;
}

}  // namespace fieldmark
