// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// Streams, events, pinned memory and the allocator of DevicePass, on a simulated device that does everything
// as late as it is allowed to. What is not tested is a real driver.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <QtTest/QtTest>
#include <stdexcept>

#include "core/models/mobile_forward.h"
#include "core/models/pixel_tensor.h"
#include "core/models/self_measurement.h"
#include "core/models/torch_runner.h"
#include "tests/models/random_mobile_network.h"
#include "tests/models/simulated_device.h"

using namespace fieldmark;
using fieldmark::testing::SimulatedDevice;

namespace {

constexpr int kSide = 20;

ModelInfo info_of(const MobileNetwork& network) {
    ModelInfo info;
    info.name = "simulated";
    info.dimension = network.dimension;
    info.input_width = info.input_height = kSide;
    for (int i = 0; i < 3; ++i) {
        info.mean[i] = 120.0F + static_cast<float>(i);
        info.scale[i] = 0.0171F;
    }
    return info;
}

}  // namespace

class TestDeviceStreams : public QObject {
    Q_OBJECT

  private:
    MobileNetwork m_network = fieldmark::testing::random_mobile_network(3, 4, 3);
    ModelInfo m_info = info_of(m_network);

    MobileTensors tensors(const at::Device& device, at::ScalarType type = at::kFloat) const {
        return make_mobile_tensors(m_network, kSide, kSide, at::TensorOptions(type).device(device));
    }
    /// Slice for slice on the CPU with the same operators.
    std::vector<float> wanted(const std::vector<std::uint8_t>& pixels, int count,
                              at::ScalarType type = at::kFloat) const {
        const MobileTensors network = tensors(at::kCPU, type);
        TorchRunner runner(m_info, 1, 1, {at::kCPU, type});
        const auto rows =
            runner.embed(pixels, count, [&](const at::Tensor& x) { return mobile_forward(network, x); });
        return rows ? *rows : std::vector<float>();
    }
    static double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
        if (a.size() != b.size()) return 1;
        double largest = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            largest = std::max(largest, std::abs(double{a[i]} - double{b[i]}));
        return largest;
    }

  private Q_SLOTS:
    void initTestCase() { SimulatedDevice::install(); }
    void init() {
        SimulatedDevice::set_limit(std::size_t{1} << 40);
        SimulatedDevice::forget_counts();
    }

    void gives_what_the_cpu_gives_data() {
        QTest::addColumn<int>("count");
        for (const int count : {0, 1, 7, 8, 9, 100, 300}) QTest::addRow("%d", count) << count;
    }
    void gives_what_the_cpu_gives() {
        QFETCH(int, count);
        const auto pixels = generated_pictures(count, kSide, kSide);
        TorchRunner runner(m_info, 1, 4, {SimulatedDevice::device(), at::kFloat});
        QCOMPARE(runner.engine("cpu"), std::string("simulated fp32"));
        const MobileTensors network = tensors(SimulatedDevice::device());
        const auto rows_wanted = wanted(pixels, count);
        for (int call = 0; call < 4; ++call) {
            SimulatedDevice::forget_counts();
            int slices = 0;
            const auto rows = runner.embed(pixels, count, [&](const at::Tensor& x) {
                ++slices;
                return mobile_forward(network, x);
            });
            QVERIFY2(rows, rows ? "" : rows.error().detail.c_str());
            QVERIFY(largest_difference(*rows, rows_wanted) < 1e-6);
            QCOMPARE(SimulatedDevice::hazards(), 0);
            QCOMPARE(SimulatedDevice::pinned_copies(), 2 * slices);  // there and back, all without waiting
            QCOMPARE(SimulatedDevice::other_copies(), 0);
            if (call == 3) QCOMPARE(SimulatedDevice::waits(), 2);  // for both streams, at the end
            if (count == 300) QCOMPARE(slices, call == 0 ? 5 : 4);
        }
    }

    void goes_on_where_memory_ran_out() {
        constexpr int kCount = 61;
        const auto pixels = generated_pictures(kCount, kSide, kSide);
        const auto rows_wanted = wanted(pixels, kCount);
        TorchRunner runner(m_info, 1, 4, {SimulatedDevice::device(), at::kFloat});
        const MobileTensors network = tensors(SimulatedDevice::device());
        const auto embed = [&] {
            return runner.embed(pixels, kCount,
                                [&](const at::Tensor& x) { return mobile_forward(network, x); });
        };
        const std::size_t resting = SimulatedDevice::allocated();
        // Too little for the first slice.
        SimulatedDevice::set_limit(resting + 60'000);
        auto rows = embed();
        QVERIFY2(rows, rows ? "" : rows.error().text.c_str());
        QVERIFY(largest_difference(*rows, rows_wanted) < 1e-6);
        QVERIFY(SimulatedDevice::released() > 0);
        QCOMPARE(SimulatedDevice::hazards(), 0);
        // Not even one picture.
        SimulatedDevice::set_limit(resting + 500);
        rows = embed();
        QVERIFY(!rows && rows.error().kind == ErrorKind::TooLarge);
        QVERIFY(rows.error().text.find("CUDA_VISIBLE_DEVICES") != std::string::npos);
        QCOMPARE(SimulatedDevice::allocated(), resting);  // nothing is left behind
        // Usable again, and without running out where it is known what fits.
        SimulatedDevice::set_limit(resting + 4'000'000);
        SimulatedDevice::forget_counts();
        rows = embed();
        QVERIFY(rows && largest_difference(*rows, rows_wanted) < 1e-6);
        QCOMPARE(SimulatedDevice::released(), 0);
        QCOMPARE(SimulatedDevice::hazards(), 0);
    }

    void nothing_is_under_way_after_an_exception() {
        constexpr int kCount = 90;
        const auto pixels = generated_pictures(kCount, kSide, kSide);
        TorchRunner runner(m_info, 1, 4, {SimulatedDevice::device(), at::kFloat});
        const MobileTensors network = tensors(SimulatedDevice::device());
        int calls = 0;
        const auto failed = runner.embed(pixels, kCount, [&](const at::Tensor& x) -> at::Tensor {
            if (++calls == 3) throw std::runtime_error("broken");
            return mobile_forward(network, x);
        });
        QVERIFY(!failed && failed.error().kind == ErrorKind::Internal);
        QCOMPARE(failed.error().detail, std::string("broken"));
        QCOMPARE(SimulatedDevice::waiting(), std::size_t(0));
        const auto rows =
            runner.embed(pixels, kCount, [&](const at::Tensor& x) { return mobile_forward(network, x); });
        QVERIFY(rows && largest_difference(*rows, wanted(pixels, kCount)) < 1e-6);
        QCOMPARE(SimulatedDevice::hazards(), 0);
    }

    void computes_in_16_bits() {
        constexpr int kCount = 40;
        const auto pixels = generated_pictures(kCount, kSide, kSide);
        for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
            TorchRunner runner(m_info, 1, 4, {SimulatedDevice::device(), type});
            QCOMPARE(runner.engine("cpu"),
                     std::string(type == at::kHalf ? "simulated fp16" : "simulated bf16"));
            const MobileTensors network = tensors(SimulatedDevice::device(), type);
            const auto rows = runner.embed(pixels, kCount, [&](const at::Tensor& x) {
                return x.scalar_type() == type ? mobile_forward(network, x) : at::Tensor();
            });
            QVERIFY2(rows, rows ? "" : rows.error().detail.c_str());
            QVERIFY(largest_difference(*rows, wanted(pixels, kCount, type)) < 1e-3);
        }
    }

    void times_its_parts() {
        constexpr int kCount = 50;
        const auto pixels = generated_pictures(kCount, kSide, kSide);
        TorchRunner runner(m_info, 1, 4, {SimulatedDevice::device(), at::kFloat});
        const MobileTensors network = tensors(SimulatedDevice::device());
        const auto times = runner.time_parts(pixels, kCount,
                                             [&](const at::Tensor& x) { return mobile_forward(network, x); });
        QVERIFY2(times, times ? "" : times.error().detail.c_str());
        QCOMPARE(times->pictures, 32);
        QVERIFY(times->fill > 0 && times->copy > 0 && times->compute > 0);
        QCOMPARE(SimulatedDevice::hazards(), 0);
    }
};

QTEST_GUILESS_MAIN(TestDeviceStreams)
#include "test_device_streams.moc"
