// W41 and the contract of `session`: silent between slices, and nothing left behind when closed.
#include "tests/conformance/cases.hpp"

#include "workloads/recorder.hpp"

#include <chrono>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace bench;
using namespace conformance;

class every_session : public testing::TestWithParam<combination> {};

std::uint64_t process_cpu_ns() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec);
}

std::ptrdiff_t entries_of(const char* folder) {
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

std::ptrdiff_t open_files() { return entries_of("/proc/self/fd"); }
std::ptrdiff_t threads() { return entries_of("/proc/self/task"); }

void run_one_slice(session& open) {
    recorder latencies(4);
    open.run({.iterations = 2, .seed = 3}, latencies);
}

TEST_P(every_session, W41_uses_no_cpu_between_slices) {
    if (const auto polling = GetParam().knobs.find("sqpoll");
        polling != GetParam().knobs.end() && polling->second != "off")
        GTEST_SKIP() << "with sqpoll a thread of the kernel polls on for sqpoll_idle after each slice: that is "
                        "what it is";
    if (is_thin())
        GTEST_SKIP() << "SPARGIO_CONFORMANCE=thin: what a session does in silence is no matter of compiler or "
                        "sanitizer";
    const auto [session, refused] = open(GetParam());
    if (!session) return;
    run_one_slice(*session);
    // Settling is allowed to take a moment; what is wanted is that it ends.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::uint64_t from = process_cpu_ns();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_LT(process_cpu_ns() - from, 5'000'000u) << "ns of CPU in 200 ms of silence";
}

TEST_P(every_session, W1_closes_its_files_and_joins_its_threads) {
    // A library may keep a process-wide pool; a second session must then find it and not make another.
    for (int warm = 0; warm < 2; ++warm)
        if (const auto [session, refused] = open(GetParam()); session) run_one_slice(*session);
    const auto files_before = open_files();
    const auto threads_before = threads();
    for (int turn = 0; turn < 5; ++turn) {
        const auto [session, refused] = open(GetParam());
        if (!session) return;
        run_one_slice(*session);
    }
    // One that was opened and never ran must close as well.
    { const auto [session, refused] = open(GetParam()); }
    EXPECT_EQ(open_files(), files_before);
    // The kernel lists a thread for a moment after it has been joined, and one of its own longer.
    for (int tries = 0; tries < 2000 && threads() > threads_before; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_LE(threads(), threads_before); // the count before may have had such a thread too
}

INSTANTIATE_TEST_SUITE_P(conformance, every_session, testing::ValuesIn(knob_combinations()),
                         [](const auto& info) { return name_of(info.param); });

} // namespace
