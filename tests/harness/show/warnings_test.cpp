// M6: what a reader of a result must know of the client that asked.
#include "harness/show/warnings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bench {
namespace {

/// Ten blocks of one case whose client spent that share of a CPU.
result_record run_of(const char* workload, std::optional<double> peer_share) {
    constexpr std::uint64_t wall_ns = 100'000'000;
    result_record result;
    auto& only = result.cases.emplace_back();
    only.id = "the one";
    only.workload = workload;
    only.status = case_status::measured;
    for (std::uint64_t i = 0; i < 10; ++i) {
        auto& block = result.blocks.emplace_back();
        block.start.index = i;
        auto& slice = block.slices.emplace_back();
        slice.case_id = only.id;
        slice.figures = {.iterations = 1, .operations = 1000, .wall_ns = wall_ns};
        if (peer_share)
            slice.figures.peer_cpu_ns = static_cast<std::uint64_t>(*peer_share * static_cast<double>(wall_ns));
    }
    return result;
}

std::size_t spent_peers(const result_record& result) {
    const auto all = make_warnings(result, {}, {});
    return static_cast<std::size_t>(std::ranges::count(all, "peer_spent", &warning_record::code));
}

TEST(warnings, M6_W60_a_client_of_one_thread_that_had_no_room_left_is_warned_about) {
    EXPECT_EQ(spent_peers(run_of("serve/echo", 0.95)), 1u);
    EXPECT_EQ(spent_peers(run_of("net/churn", 0.95)), 1u);
    EXPECT_EQ(spent_peers(run_of("serve/echo", 0.6)), 0u);
    EXPECT_EQ(spent_peers(run_of("serve/echo", std::nullopt)), 0u) << "older files do not say it";
    EXPECT_EQ(spent_peers(run_of("net/echo_rtt", 1.5)), 0u) << "the echo peer has a thread for each connection";
    EXPECT_EQ(spent_peers(run_of("of/a_plugin", 0.95)), 0u);
}

} // namespace
} // namespace bench
