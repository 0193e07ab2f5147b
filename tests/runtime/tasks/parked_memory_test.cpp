// What a task that waits costs in memory.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <malloc.h>

namespace spargio {
namespace {

/// What malloc has handed out, of all threads; the pool of frames takes its memory from there.
std::size_t allocated() {
    const auto use = mallinfo2();
    return use.uordblks + use.hblkhd;
}

task<> wait_for(manual_event& event, std::uint64_t& waiting) {
    ++waiting;
    (void)co_await event.wait();
}

TEST(R6, a_parked_task_costs_less_than_512_bytes_its_frame_included) {
#if SPARGIO_TEST_SANITIZED
    GTEST_SKIP() << "a sanitizer keeps memory in its own way";
#endif
    constexpr std::uint64_t count = 200'000;
    const auto body = []() -> task<double> {
        manual_event go;
        std::uint64_t waiting = 0;
        std::vector<join_handle<>> parked;
        parked.reserve(count);
        const std::size_t before = allocated();
        for (std::uint64_t i = 0; i < count; ++i) parked.push_back(spawn(wait_for(go, waiting), pinned{0}));
        while (waiting != count) co_await yield();
        const std::size_t after = allocated();
        go.set();
        for (auto& each : parked) co_await std::move(each);
        co_return static_cast<double>(after - before) / count;
    };
    const double bytes = run({.shards = 1}, body);
    RecordProperty("bytes_per_parked_task", std::to_string(bytes));
    std::cout << bytes << " bytes a task\n";
    EXPECT_GT(bytes, 64) << "nothing was measured";
    EXPECT_LT(bytes, 512);
}

} // namespace
} // namespace spargio
