// M22: spargio-gbench has every case and every part, and its output is what Google Benchmark's tools read.
#include "tests/harness/program_runner.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/contract/workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace bench {
namespace {

json run_and_read(const std::string& filter) {
    const test_folder folder;
    const auto done = run_program_in(
        folder, {"--benchmark_filter=" + filter, "--benchmark_min_time=0.001", "--benchmark_format=json"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return json::parse(done.out);
}

TEST(gbench, M22_lists_every_workload_on_every_backend) {
    const test_folder folder;
    const auto done = run_program_in(folder, {"--benchmark_list_tests=true"});
    EXPECT_EQ(done.exit_code, 0);
    std::istringstream lines(done.out);
    std::set<std::string> names;
    for (std::string line; std::getline(lines, line);) names.insert(line);
    for (const auto& what : all_workloads())
        for (const char* const backend : {"spargio", "asio", "libuv", "tbb", "threads", "floor"})
            EXPECT_TRUE(names.contains(std::string(what.name) + '/' + backend + "/manual_time"))
                << what.name << " on " << backend;
}

TEST(gbench, M22_measures_every_part_of_the_runtime_that_it_names) {
    std::set<std::string> measured;
    const auto document = run_and_read("^micro/");
    for (const auto& one : document.at("benchmarks")) {
        const std::string name = one.at("name");
        EXPECT_FALSE(one.contains("error_occurred")) << name << ": " << one.value("error_message", "");
        EXPECT_GT(one.value("real_time", 0.0), 0.0) << name;
        EXPECT_EQ(one.value("time_unit", ""), "ns") << name;
        measured.insert(name);
    }
    EXPECT_THAT(measured,
                ::testing::IsSupersetOf(
                    {"micro/task/await", "micro/spawn/pinned", "micro/spawn/stealable",
                     "micro/message/batched_64/real_time", "micro/message/single/real_time",
                     "micro/message/direct_single/real_time", "micro/message/direct_batched_64/real_time",
                     "micro/channel/across_shards/real_time", "micro/lane/push_pop", "micro/deque/push_pop",
                     "micro/deque/push_steal", "micro/frame_pool/same_thread",
                     "micro/frame_pool/across_threads/manual_time", "micro/histogram/record"}));
}

TEST(gbench, M22_a_case_says_what_an_operation_took) {
    const auto cases = run_and_read("^ping_pong/tasks_rtt/(spargio|floor)/").at("benchmarks");
    ASSERT_EQ(cases.size(), 2u);
    for (const auto& one : cases) {
        EXPECT_FALSE(one.contains("error_occurred")) << one;
        EXPECT_GT(one.at("ns_per_op").get<double>(), 0.0);
        // 256 rounds an iteration.
        EXPECT_NEAR(one.at("real_time").get<double>() / one.at("ns_per_op").get<double>(), 256.0, 1.0) << one;
    }
}

TEST(gbench, M22_a_refusal_is_the_error_of_its_own_case_and_says_why) {
    const auto cases = run_and_read("^ping_pong/tasks_rtt/(libuv|floor)/").at("benchmarks");
    ASSERT_EQ(cases.size(), 2u);
    EXPECT_TRUE(cases[0].at("error_occurred").get<bool>());
    EXPECT_THAT(cases[0].at("error_message").get<std::string>(), ::testing::HasSubstr("libuv has no tasks"));
    EXPECT_FALSE(cases[1].contains("error_occurred"));
}

} // namespace
} // namespace bench
