// W41 and the contract of `session`: silent between slices, and nothing left behind when closed.
#include "tests/conformance/cases.hpp"

#include "workloads/measure/recorder.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define SANITIZED
#endif
#endif

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

/// Number of a descriptor -> what it is.
std::map<std::string, std::string> open_files() {
    std::map<std::string, std::string> links;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the one that reads the folder
        links.emplace(each.path().filename(), std::filesystem::read_symlink(each, gone).string());
    }
    return links;
}
/// A sanitizer starts a program that names its addresses when it first has something to report, be it
/// suppressed (tsan_suppressions.cpp), and keeps two pipes to it. They are no session's, so it is started
/// before files are counted.
void start_symbolizer() {
#if defined(SANITIZED)
    std::array<char, 256> name{};
    __sanitizer_symbolize_pc(__builtin_return_address(0), "%f", name.data(), name.size());
#endif
}

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
    start_symbolizer();
    // A library may keep a process-wide pool; a second session must then find it and not make another.
    for (int warm = 0; warm < 2; ++warm)
        if (const auto [session, refused] = open(GetParam()); session) run_one_slice(*session);
    const auto files_before = open_files();
    const auto threads_before = threads();
    // Go ends no thread, and starts one more whenever all are in system calls for longer than it likes, which
    // depends on the machine's other work: so it may gain some, but not one a session.
    const bool keeps_threads = GetParam().runtime->name() == "go";
    const std::ptrdiff_t more = keeps_threads ? 4 : 0;
    for (int turn = is_thin() && !keeps_threads ? 3 : 0; turn < 5; ++turn) {
        const auto [session, refused] = open(GetParam());
        if (!session) return;
        run_one_slice(*session);
    }
    // One that was opened and never ran must close as well.
    { const auto [session, refused] = open(GetParam()); }
    const auto files_after = open_files();
    EXPECT_EQ(files_after.size(), files_before.size()) << "before: " << testing::PrintToString(files_before)
                                                       << "\nafter: " << testing::PrintToString(files_after);
    // The kernel lists a thread for a moment after it has been joined, and one of its own longer.
    for (int tries = 0; tries < 20'000 && threads() > threads_before + more; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_LE(threads(), threads_before + more); // the count before may have had such a thread too
}

INSTANTIATE_TEST_SUITE_P(conformance, every_session, testing::ValuesIn(knob_combinations()),
                         [](const auto& info) { return name_of(info.param); });

} // namespace
