// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/session/worker.h"

#include <future>
#include <new>
#include <thread>
#include <vector>

#include <QtTest>

using namespace fieldmark;

class TestWorker : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void tasks_run_in_order() {
        std::vector<int> seen;
        Worker worker({});
        for (int i = 0; i < 5; ++i) worker.post([&seen, i](std::stop_token) { seen.push_back(i); });
        worker.finish();
        QCOMPARE(seen, (std::vector<int>{0, 1, 2, 3, 4}));
    }

    void memory_that_runs_out_is_told_and_the_next_task_runs() {
        std::vector<Error> told;
        bool went_on = false;
        Worker worker([&](const Error& error) { told.push_back(error); });
        worker.post([](std::stop_token) { throw std::bad_alloc(); });
        worker.post([&](std::stop_token) { went_on = true; });
        worker.finish();
        QVERIFY(went_on);
        QCOMPARE(told.size(), std::size_t{1});
        QCOMPARE(told.front().kind, ErrorKind::TooLarge);
        QVERIFY(told.front().text.find("not enough memory") != std::string::npos);
    }

    void what_was_not_begun_is_dropped_when_stopped() {
        bool second = false;
        std::promise<void> begun;
        {
            Worker worker({});
            worker.post([&](std::stop_token stop) {
                begun.set_value();
                while (!stop.stop_requested()) std::this_thread::yield();
            });
            worker.post([&](std::stop_token) { second = true; });
            begun.get_future().wait();
        }
        QVERIFY(!second);
    }
};

QTEST_GUILESS_MAIN(TestWorker)
#include "test_worker.moc"
