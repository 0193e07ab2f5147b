// Two Asios in one process (decision 0023): nothing of the library on io_uring may meet what the program has.
#include "tests/conformance/cases.hpp"

#include "backends/registry/registry.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/measure/recorder.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <memory>
#include <thread>

namespace {

using namespace bench;

std::string output_of(const std::string& command) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string text;
    std::array<char, 4096> chunk;
    while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe.get()))
        text.append(chunk.data(), got);
    return text;
}

TEST(asio_uring, W54_the_library_exports_its_entry_and_nothing_else) {
    const auto symbols = output_of("nm --dynamic --defined-only " ASIO_URING_LIBRARY);
    EXPECT_THAT(symbols, testing::MatchesRegex("[0-9a-f]+ T bench_plugin\n"));
}

TEST(asio_uring, W54_each_of_the_two_waits_with_its_own_reactor) {
    EXPECT_THAT(find_backend("asio")->version(), testing::EndsWith("on epoll"));
    EXPECT_THAT(find_backend("asio_uring")->version(), testing::EndsWith("on io_uring"));
    EXPECT_THAT(output_of("nm --dynamic --undefined-only " ASIO_URING_LIBRARY),
                testing::HasSubstr("io_uring_queue_init"));
    EXPECT_THAT(output_of("nm --dynamic --undefined-only " ASIO_URING_LIBRARY),
                testing::Not(testing::HasSubstr("epoll_wait")));
}

TEST(asio_uring, W54_both_work_at_once_in_one_process) {
    const auto* asked = find_workload("ping_pong/steady_rtt");
    const auto values = parameters::make(asked->parameters, {});
    const auto measure = [&](const char* name) {
        auto open = find_backend(name)->open(*asked, *values, {});
        ASSERT_TRUE(open) << open.error().reason;
        recorder latencies(3);
        const slice_order order{.iterations = 20, .seed = 5};
        const auto wrong = verify(*asked, *values, order, (*open)->run(order, latencies));
        EXPECT_FALSE(wrong.has_value()) << name << ": " << *wrong;
    };
    // Read both before: a registry is asked by one thread.
    ASSERT_EQ(find_backend("asio_uring")->lack(), std::nullopt);
    std::jthread other(measure, "asio_uring");
    measure("asio");
}

} // namespace
