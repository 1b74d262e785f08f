// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// The gallery over a large generated library: time to the first paint, time of each frame while scrolling,
// time until the thumbnails are there after a jump to the end, peak memory. Prints JSON.
//
//     fieldmark_bench_gallery [--items 100000] [--library FOLDER] [--size 1600x1000] [--steps 300]
//
// The library is made with the library's own writer (items, states, small vectors) and thumbnail cache (a
// JPEG of its own for every item); an existing FOLDER is used as it is. A frame is what a user waits for: the
// scroll bar moves, the view paints into its backing store, rows and thumbnails that came meanwhile are taken
// in.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <QApplication>
#include <QBuffer>
#include <QCommandLineParser>
#include <QDir>
#include <QElapsedTimer>
#include <QImage>
#include <QPainter>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTimer>

#include <nlohmann/json.hpp>

#include "core/base/digest.h"
#include "core/engine/pictures/cpu_clock.h"
#include "core/library/library.h"
#include "core/library/thumbnail_cache.h"
#include "core/library/writer.h"
#include "ui/gallery/gallery_model.h"
#include "ui/gallery/gallery_view.h"
#include "ui/widgets/text.h"
#include "ui/widgets/thumbnail_store.h"
#include "ui/widgets/tile_roles.h"

using namespace fieldmark;

namespace {

using Clock = std::chrono::steady_clock;
/// What this thread has computed for, so that a frame can also be judged on a machine that has other work.
double cpu_milliseconds() {
    return 1e3 * thread_cpu_seconds();
}

double milliseconds(Clock::time_point from) {
    return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
}

std::vector<std::uint8_t> drawn_jpeg(int number) {
    QImage image(256, 192, QImage::Format_RGB32);
    QPainter painter(&image);
    QLinearGradient ground(0, 0, 256, 192);
    ground.setColorAt(0, QColor::fromHsv(number * 47 % 360, 90, 230));
    ground.setColorAt(1, QColor::fromHsv((number * 47 + 60) % 360, 140, 120));
    painter.fillRect(image.rect(), ground);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int n = 0; n < 12; ++n) {
        painter.setBrush(QColor::fromHsv((number * 31 + n * 40) % 360, 160, 200));
        painter.drawEllipse(QPoint((number * 13 + n * 71) % 256, (number * 29 + n * 37) % 192), 8 + n * 2,
                            6 + n);
    }
    painter.drawText(image.rect(), Qt::AlignCenter, QString::number(number));
    painter.end();
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "JPEG", 80);
    const QByteArray& bytes = buffer.data();
    return {bytes.begin(), bytes.end()};
}

bool fail(const Error& error) {
    std::fprintf(stderr, "%s\n", error.text.c_str());
    return false;
}

bool make_library(const std::string& folder, const std::string& root, int items) {
    LibraryOptions options;
    options.create = true;
    auto library = Library::open(folder, options);
    if (!library) return fail(library.error());
    LibraryWriter& writer = *(*library)->writer();
    const auto collection = writer.ensure_collection(root, "Generated");
    if (!collection) return fail(collection.error());
    const auto scan = writer.begin_scan(*collection);
    if (!scan) return fail(scan.error());
    constexpr int batch = 1000;
    char path[64];
    for (int from = 0; from < items; from += batch) {
        std::vector<SeenFile> files;
        for (int n = from; n < std::min(items, from + batch); ++n) {
            std::snprintf(path, sizeof path, "folder_%03d/picture_%06d.jpg", n / 500, n);
            files.push_back({path, 100'000 + n, 1'700'000'000'000'000'000LL + n});
        }
        if (const auto seen = writer.record_scan(*collection, files, *scan); !seen) return fail(seen.error());
    }
    const auto model = writer.ensure_model(std::string(64, '0'), "generated", "generated", 8);
    if (!model) return fail(model.error());
    auto reader = (*library)->reader();
    if (!reader) return fail(reader.error());
    const auto ids = (*reader)->item_ids({});
    if (!ids) return fail(ids.error());

    ThumbnailCache cache((*library)->thumbnail_file());
    std::vector<ItemResult> results;
    std::vector<ThumbnailCache::Entry> entries;
    for (std::size_t n = 0; n < ids->size(); ++n) {
        ItemResult result;
        result.item = (*ids)[n];
        const std::string name = "item " + std::to_string(n);
        result.hash = sha256(std::as_bytes(std::span(name.data(), name.size())));
        result.size = 100'000 + std::int64_t(n);
        result.mtime_ns = 1'700'000'000'000'000'000LL + std::int64_t(n);
        result.width = 1600;
        result.height = 1200;
        result.vector.assign(8, 0.0F);
        result.vector[n % 8] = 1.0F;
        result.engine = "generated";
        entries.push_back({result.hash, 256, drawn_jpeg(int(n))});
        results.push_back(std::move(result));
        if (results.size() == 256 || n + 1 == ids->size()) {
            if (const auto done = writer.commit_results(*model, results); !done) return fail(done.error());
            cache.store(entries);
            results.clear();
            entries.clear();
        }
    }
    return true;
}

double peak_megabytes() {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) / 1024.0;
    }
    return 0;
}

nlohmann::json spread(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
        return values.empty()
                   ? 0.0
                   : values[std::min(values.size() - 1, std::size_t(share * double(values.size())))];
    };
    return {{"median", at(0.5)}, {"p95", at(0.95)}, {"max", values.empty() ? 0.0 : values.back()}};
}

/// Paints at once what is dirty, as the next frame would, and returns how long that took.
double paint_now(QWidget& window) {
    const auto start = Clock::now();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::UpdateRequest);
    QCoreApplication::sendPostedEvents(window.window(), QEvent::UpdateRequest);
    QCoreApplication::processEvents(QEventLoop::ExcludeUserInputEvents, 1);
    return milliseconds(start);
}

template <typename Done>
bool wait_for(Done done, int limit_ms) {
    QElapsedTimer clock;
    clock.start();
    while (!done()) {
        if (clock.elapsed() > limit_ms) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    }
    return true;
}

bool thumbnails_there(const GalleryView& view, const ThumbnailStore& store) {
    const auto [first, last] = view.visible_rows();
    for (int row = first; row <= last; ++row) {
        const QModelIndex index = view.model()->index(row, 0);
        if (!index.data(LoadedRole).toBool()) return false;
        const ItemId item = index.data(ItemIdRole).toLongLong();
        if (store.pixmap(item, 256).isNull()) return false;
    }
    return last >= first;
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption items_option(QStringLiteral("items"), QStringLiteral("Pictures."),
                                          QStringLiteral("n"), QStringLiteral("100000"));
    const QCommandLineOption library_option(QStringLiteral("library"), QStringLiteral("Kept library."),
                                            QStringLiteral("folder"));
    const QCommandLineOption size_option(QStringLiteral("size"), QStringLiteral("Of the view."),
                                         QStringLiteral("WxH"), QStringLiteral("1600x1000"));
    const QCommandLineOption steps_option(QStringLiteral("steps"), QStringLiteral("Scroll steps."),
                                          QStringLiteral("n"), QStringLiteral("300"));
    parser.addOptions({items_option, library_option, size_option, steps_option});
    parser.process(application);
    const int items = parser.value(items_option).toInt();
    const int steps = parser.value(steps_option).toInt();

    QTemporaryDir temporary;
    const QString folder = parser.isSet(library_option)
                               ? QDir(parser.value(library_option)).absolutePath()
                               : temporary.filePath(QStringLiteral("Large.fieldmark"));
    const std::string folder_bytes = Text::path_bytes(folder);
    double made = 0;
    if (!std::filesystem::exists(folder_bytes)) {
        const std::string root = folder_bytes + "-pictures";
        std::filesystem::create_directories(root);
        const auto start = Clock::now();
        if (!make_library(folder_bytes, root, items)) return 3;
        made = milliseconds(start);
    }

    const double before = peak_megabytes();
    Session session;
    bool opened = false;
    bool failed = false;
    QObject::connect(&session, &Session::opened, &application, [&] { opened = true; });
    QObject::connect(&session, &Session::openFailed, &application, [&](const Error& error) {
        fail(error);
        failed = true;
    });
    const auto open_start = Clock::now();
    session.open(folder_bytes, SessionOptions{false, false});
    if (!wait_for([&] { return opened || failed; }, 60'000) || failed) return 3;
    const double open_time = milliseconds(open_start);

    ThumbnailStore store(session);
    GalleryModel model(session);
    GalleryView view(&store);
    view.setModel(&model);
    QObject::connect(&view, &GalleryView::visibleRangeChanged, &model,
                     [&](int first, int last) { model.ensure_rows(first, last + (last - first + 1)); });
    const QStringList size = parser.value(size_option).split(QLatin1Char('x'));
    view.resize(size.value(0).toInt(), size.value(1).toInt());
    view.show();
    paint_now(view);

    // First paint: from asking for the list to the frame that shows its first screen (texts and thumbnails
    // follow).
    bool listed = false;
    QObject::connect(&model, &GalleryModel::listed, &application, [&] { listed = true; });
    const auto first_start = Clock::now();
    model.set_query({});
    if (!wait_for([&] { return listed; }, 60'000)) return 3;
    const double list_time = milliseconds(first_start);
    const double first_cpu_start = cpu_milliseconds();
    const double first_frame = paint_now(view);
    const double first_frame_cpu = cpu_milliseconds() - first_cpu_start;
    const double first_paint = milliseconds(first_start);
    const bool complete = wait_for([&] { return thumbnails_there(view, store); }, 30'000);
    const double first_complete = milliseconds(first_start);

    // Scrolling: three lines a step as a wheel does, each step one frame; what arrived is taken in within it.
    QScrollBar* bar = view.verticalScrollBar();
    std::vector<double> frames;
    std::vector<double> frames_cpu;
    for (int n = 0; n < steps; ++n) {
        const auto start = Clock::now();
        const double cpu = cpu_milliseconds();
        bar->setValue(bar->value() + bar->singleStep() * 3);
        paint_now(view);
        frames.push_back(milliseconds(start));
        frames_cpu.push_back(cpu_milliseconds() - cpu);
        // The rest of a sixtieth of a second, as a display would give it.
        wait_for([&] { return milliseconds(start) > 16.6; }, 20);
    }
    // Jumps: everything new.
    std::vector<double> jumps;
    std::vector<double> jumps_cpu;
    std::vector<double> until_thumbnails;
    bool all_there = true;
    for (const double share : {1.0, 0.0, 0.5, 0.25, 0.75, 0.1, 0.9, 0.33, 0.66, 1.0}) {
        const int target = int(share * bar->maximum()) + (share < 1.0 ? view.height() * 3 : 0);
        const auto start = Clock::now();
        const double cpu = cpu_milliseconds();
        bar->setValue(std::min(target, bar->maximum()));
        paint_now(view);
        jumps.push_back(milliseconds(start));
        jumps_cpu.push_back(cpu_milliseconds() - cpu);
        all_there = wait_for([&] { return thumbnails_there(view, store); }, 30'000) && all_there;
        until_thumbnails.push_back(milliseconds(start));
        paint_now(view);
    }

    nlohmann::json report{
        {"items", model.rowCount()},
        {"view", {{"width", view.width()}, {"height", view.height()}, {"columns", view.columns()}}},
        {"make_library_s", made / 1000},
        {"open_ms", open_time},
        {"list_ms", list_time},
        {"first_frame_ms", first_frame},
        {"first_frame_cpu_ms", first_frame_cpu},
        {"first_paint_ms", first_paint},
        {"first_screen_complete_ms", first_complete},
        {"scroll_frame_ms", spread(frames)},
        {"scroll_frame_cpu_ms", spread(frames_cpu)},
        {"scroll_steps", steps},
        {"jump_frame_ms", spread(jumps)},
        {"jump_frame_cpu_ms", spread(jumps_cpu)},
        {"thumbnails_after_jump_ms", spread(until_thumbnails)},
        {"thumbnails_after_jump_to_end_ms", until_thumbnails.front()},
        {"complete", complete && all_there},
        {"peak_memory_mb", peak_megabytes()},
        {"peak_memory_before_window_mb", before},
        {"platform", QApplication::platformName().toStdString()},
    };
    std::printf("%s\n", report.dump(2).c_str());
    return complete && all_there ? 0 : 1;
}
