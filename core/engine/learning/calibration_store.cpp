// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/learning/calibration_store.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/library/reader.h"
#include "core/library/writer.h"

namespace fieldmark {

namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

std::string key_of(const std::string& model_hash, const std::string& field) {
    return "calibration/" + model_hash + "/" + field;
}

Json to_json(const CalibrationReport& report) {
    Json json;
    json["format"] = kFormat;
    json["kind"] = to_string(report.calibration.kind);
    json["slope"] = report.calibration.slope;
    json["offset"] = report.calibration.offset;
    json["points"] = Json::array();
    for (const auto& point : report.calibration.points) {
        json["points"].push_back({point.score, point.probability});
    }
    json["isotonic_log_loss"] = report.isotonic_log_loss;
    json["logistic_log_loss"] = report.logistic_log_loss;
    json["expected_error"] = report.expected_error;
    json["base_rate"] = report.base_rate;
    json["pairs"] = report.pairs;
    json["queries"] = report.queries;
    json["bins"] = Json::array();
    for (const ReliabilityBin& bin : report.bins) {
        json["bins"].push_back({bin.from, bin.to, bin.predicted, bin.observed, bin.weight});
    }
    return json;
}

/// Throws where a value is missing or of another kind.
CalibrationReport from_json(const Json& json) {
    CalibrationReport report;
    report.calibration.kind = json.at("kind").get<std::string>() == "isotonic" ? Calibration::Kind::Isotonic
                                                                               : Calibration::Kind::Logistic;
    report.calibration.slope = json.at("slope").get<double>();
    report.calibration.offset = json.at("offset").get<double>();
    for (const Json& point : json.at("points")) {
        report.calibration.points.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
    }
    report.isotonic_log_loss = json.at("isotonic_log_loss").get<double>();
    report.logistic_log_loss = json.at("logistic_log_loss").get<double>();
    report.expected_error = json.at("expected_error").get<double>();
    report.base_rate = json.at("base_rate").get<double>();
    report.pairs = json.at("pairs").get<std::int64_t>();
    report.queries = json.at("queries").get<std::int64_t>();
    for (const Json& bin : json.at("bins")) {
        report.bins.push_back({bin.at(0).get<double>(), bin.at(1).get<double>(), bin.at(2).get<double>(),
                               bin.at(3).get<double>(), bin.at(4).get<double>()});
    }
    return report;
}

bool makes_sense(const Calibration& calibration) {
    if (calibration.kind == Calibration::Kind::Logistic) {
        return std::isfinite(calibration.slope) && calibration.slope >= 0 &&
               std::isfinite(calibration.offset);
    }
    const auto& points = calibration.points;
    const auto falls = [](const Calibration::Point& a, const Calibration::Point& b) {
        return !(a.score < b.score && a.probability <= b.probability);
    };
    return !points.empty() && points.front().probability >= 0 && points.back().probability <= 1 &&
           std::adjacent_find(points.begin(), points.end(), falls) == points.end();
}

}  // namespace

Status save_calibration(LibraryWriter& writer, const std::string& model_hash, const std::string& field,
                        const CalibrationReport& report) {
    return writer.set_setting(key_of(model_hash, field), to_json(report).dump());
}

Result<std::optional<CalibrationReport>> load_calibration(LibraryReader& reader,
                                                          const std::string& model_hash,
                                                          const std::string& field) {
    const auto stored = reader.setting(key_of(model_hash, field));
    if (!stored) return stored.error();
    std::optional<CalibrationReport> report;
    if (stored->empty()) return report;
    try {
        const Json json = Json::parse(*stored);
        if (json.at("format").get<int>() == kFormat) report = from_json(json);
    } catch (const std::exception&) {
        report.reset();
    }
    if (report && !makes_sense(report->calibration)) report.reset();
    return report;
}

}  // namespace fieldmark
