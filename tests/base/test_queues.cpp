// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <QTest>

#include "core/base/bounded_queue.h"
#include "core/base/pause_gate.h"

using namespace fieldmark;
using namespace std::chrono_literals;

/// Waiting is checked by giving the other thread time to do wrong; right behaviour never depends on that
/// time.
class TestQueues : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void keeps_order_and_counts() {
        BoundedQueue<std::unique_ptr<int>> queue(100);
        const std::stop_source never;
        for (int i = 0; i < 3; ++i) QVERIFY(queue.push(std::make_unique<int>(i), 10, never.get_token()));
        QCOMPARE(queue.depth(), std::size_t{3});
        QCOMPARE(queue.bytes(), std::size_t{30});
        for (int i = 0; i < 3; ++i) QCOMPARE(**queue.pop(never.get_token()), i);
        QCOMPARE(queue.bytes(), std::size_t{0});
        QVERIFY(!queue.try_pop().has_value());
    }

    void holds_producers_back() {
        BoundedQueue<int> queue(100);
        const std::stop_source never;
        QVERIFY(queue.push(1, 60, never.get_token()));
        std::atomic<bool> pushed = false;
        std::jthread producer([&] {
            if (queue.push(2, 60, never.get_token())) pushed = true;
        });
        std::this_thread::sleep_for(50ms);
        QVERIFY(!pushed);
        QCOMPARE(*queue.pop(never.get_token()), 1);
        producer.join();
        QVERIFY(pushed);
        QCOMPARE(queue.depth(), std::size_t{1});
    }

    void one_huge_element_passes() {
        BoundedQueue<int> queue(100);
        const std::stop_source never;
        QVERIFY(queue.push(1, 1'000'000, never.get_token()));
        QCOMPARE(*queue.pop(never.get_token()), 1);
    }

    void closing_drains() {
        BoundedQueue<int> queue(10);
        const std::stop_source never;
        QVERIFY(queue.push(1, 10, never.get_token()));
        std::atomic<int> refused = 0;
        std::jthread producer([&] {
            if (!queue.push(2, 10, never.get_token())) ++refused;
        });
        std::this_thread::sleep_for(20ms);
        queue.close();
        producer.join();
        QCOMPARE(refused.load(), 1);
        QVERIFY(!queue.push(3, 1, never.get_token()));
        QCOMPARE(*queue.pop(never.get_token()), 1);
        QVERIFY(!queue.pop(never.get_token()).has_value());
    }

    void stopping_ends_waits() {
        BoundedQueue<int> full(10);
        BoundedQueue<int> empty(10);
        std::stop_source source;
        QVERIFY(full.push(1, 10, source.get_token()));
        std::atomic<int> ended = 0;
        std::jthread producer([&] { ended += full.push(2, 10, source.get_token()) ? 100 : 1; });
        std::jthread consumer([&] { ended += empty.pop(source.get_token()).has_value() ? 100 : 1; });
        std::this_thread::sleep_for(20ms);
        QCOMPARE(ended.load(), 0);
        source.request_stop();
        producer.join();
        consumer.join();
        QCOMPARE(ended.load(), 2);
    }

    /// A long queue must not keep a cancelled job at work.
    void stopping_leaves_what_is_queued() {
        BoundedQueue<int> queue(10);
        std::stop_source source;
        QVERIFY(queue.push(1, 1, source.get_token()));
        source.request_stop();
        QVERIFY(!queue.pop(source.get_token()).has_value());
        QVERIFY(!queue.pop_until(std::chrono::steady_clock::now() + 1s, source.get_token()).has_value());
        QCOMPARE(queue.depth(), 1U);
    }

    void nothing_is_lost_or_doubled_among_threads() {
        BoundedQueue<int> queue(64);
        const std::stop_source never;
        constexpr int each = 2000;
        std::atomic<long> sum = 0;
        std::atomic<int> count = 0;
        {
            std::vector<std::jthread> consumers;
            for (int c = 0; c < 3; ++c) {
                consumers.emplace_back([&] {
                    while (const auto element = queue.pop(never.get_token())) {
                        sum += *element;
                        ++count;
                    }
                });
            }
            std::vector<std::jthread> producers;
            for (int p = 0; p < 3; ++p) {
                producers.emplace_back([&, p] {
                    for (int i = 0; i < each; ++i) {
                        static_cast<void>(queue.push(p * each + i, static_cast<std::size_t>(1 + i % 40),
                                                     never.get_token()));
                    }
                });
            }
            producers.clear();
            queue.close();
        }
        QCOMPARE(count.load(), 3 * each);
        QCOMPARE(sum.load(), 3L * each * (3L * each - 1) / 2);
        QCOMPARE(queue.bytes(), std::size_t{0});
    }

    void gate() {
        PauseGate gate;
        std::stop_source source;
        QVERIFY(gate.wait(source.get_token()));
        gate.set_paused(true);
        QVERIFY(gate.paused());
        std::atomic<int> passed = 0;
        std::jthread worker([&] {
            passed += gate.wait(source.get_token()) ? 1 : 100;
            while (!gate.paused()) std::this_thread::yield();
            passed += gate.wait(source.get_token()) ? 100 : 1;
        });
        std::this_thread::sleep_for(50ms);
        QCOMPARE(passed.load(), 0);
        gate.set_paused(false);
        QTRY_COMPARE(passed.load(), 1);
        gate.set_paused(true);
        source.request_stop();
        worker.join();
        QCOMPARE(passed.load(), 2);
    }
};

QTEST_GUILESS_MAIN(TestQueues)
#include "test_queues.moc"
