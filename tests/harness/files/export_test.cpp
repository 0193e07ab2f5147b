#include "harness/files/export.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace bench {
namespace {

using testing::HasSubstr;

slice_record slice_of(const char* id, std::uint64_t operations, std::uint64_t wall_ns,
                      slice_mode mode = slice_mode::throughput) {
    return {.case_id = id,
            .mode = mode,
            .figures = {.iterations = 1,
                        .operations = operations,
                        .wall_ns = wall_ns,
                        .user_ns = wall_ns,
                        .system_ns = wall_ns,
                        .voluntary_switches = 1,
                        .involuntary_switches = 2},
            .latency = std::nullopt};
}

block_record block_of(std::uint64_t index, bool dropped, std::vector<slice_record> slices) {
    block_record made;
    made.start.index = index;
    made.start.number = index;
    made.conditions.dropped = dropped;
    made.slices = std::move(slices);
    return made;
}

case_record case_of(const char* id, const char* arm, std::optional<latency_record> latency) {
    case_record made;
    made.id = id;
    made.group = "net/echo_rtt";
    made.arm = arm;
    made.backend = "asio";
    made.latency = std::move(latency);
    return made;
}

/// Two arms, of which one has latencies: 900 of 100 ns, 90 of 200 ns, 10 of 1,000 ns.
result_record result() {
    latency_record latency;
    latency.summary.count = 1000;
    latency.buckets = {{100, 900}, {200, 90}, {1000, 10}};
    result_record made;
    made.tool.git_revision = "abc";
    made.run.id = "x";
    made.run.started_unix_ns = 1'700'000'000'000'000'000;
    made.environment.cpus_online = 2;
    made.environment.cpu_model = "a, \"quick\" one";
    made.environment.kernel = "6.18";
    made.cases = {case_of("a|one", "one", latency), case_of("a|two[k=1,l=2]", "two[k=1,l=2]", std::nullopt)};
    made.blocks = {
        block_of(0, false,
                 {slice_of("a|one", 10, 100), slice_of("a|one", 10, 300), slice_of("a|one", 10, 900),
                  slice_of("a|one", 1, 777, slice_mode::latency), slice_of("a|two[k=1,l=2]", 5, 100)}),
        block_of(1, true, {slice_of("a|one", 10, 12'345)}),
        block_of(2, false, {slice_of("a|one", 10, 200), slice_of("a|one", 10, 400)})};
    return made;
}

TEST(export_google_benchmark, M21_a_repetition_is_a_block_with_the_median_of_its_slices) {
    const json made = json::parse(exported_google_benchmark(result(), ""));
    const json& all = made.at("benchmarks");
    ASSERT_EQ(all.size(), 3);
    EXPECT_EQ(all[0].at("name"), "a|one");
    EXPECT_EQ(all[0].at("real_time"), 30.0); // 10, 30 and 90 ns an operation; the slice of latencies left out
    EXPECT_EQ(all[0].at("cpu_time"), 60.0);
    EXPECT_EQ(all[0].at("iterations"), 30);
    EXPECT_EQ(all[0].at("repetitions"), 2);  // the dropped block is none
    EXPECT_EQ(all[1].at("real_time"), 30.0); // of 20 and 40
    EXPECT_EQ(all[1].at("repetition_index"), 1);
    EXPECT_EQ(all[2].at("name"), "a|two[k=1,l=2]");
    EXPECT_EQ(all[2].at("time_unit"), "ns");
    EXPECT_EQ(made.at("context").at("num_cpus"), 2);
    EXPECT_EQ(made.at("context").at("date"), "2023-11-14T22:13:20+00:00");
}

TEST(export_google_benchmark, M21_the_kind_of_build_is_that_which_measured) {
    const auto kind_of = [](const char* type, const char* flags) {
        auto measured = result();
        measured.tool.build_type = type;
        measured.tool.compiler_flags = flags;
        return json::parse(exported_google_benchmark(measured, "")).at("context").at("library_build_type");
    };
    EXPECT_EQ(kind_of("Release", "-O2 -g1 -DNDEBUG"), "release");
    EXPECT_EQ(kind_of("RelWithDebInfo", "-O2 -g -DNDEBUG"), "release");
    EXPECT_EQ(kind_of("Debug", "-O0 -g"), "debug");
    EXPECT_EQ(kind_of("", "-Wall"), "debug");
    EXPECT_EQ(kind_of("Release", "-O2 -O0"), "debug");
    EXPECT_EQ(kind_of("Release", "-O2 -fsanitize=thread"), "debug");
}

TEST(export_google_benchmark, M21_one_case_alone) {
    const json made = json::parse(exported_google_benchmark(result(), "a|two[k=1,l=2]"));
    EXPECT_EQ(made.at("benchmarks").size(), 1);
}

TEST(export_csv, M21_a_row_for_each_slice_with_every_count_and_its_block) {
    std::istringstream lines(exported_csv(result(), ""));
    std::vector<std::string> rows;
    for (std::string line; std::getline(lines, line);) rows.push_back(line);
    ASSERT_EQ(rows.size(), 9);
    EXPECT_EQ(
        rows[0],
        "block,number,dropped,case,group,arm,backend,mode,iterations,operations,wall_ns,user_ns,system_ns,"
        "voluntary_switches,involuntary_switches,instructions,cycles,peer_cpu_ns\r");
    EXPECT_EQ(rows[1], "0,0,false,a|one,net/echo_rtt,one,asio,throughput,1,10,100,100,100,1,2,,\r");
    EXPECT_THAT(rows[5], HasSubstr(",\"two[k=1,l=2]\","));
    EXPECT_THAT(rows[6], HasSubstr("1,1,true,"));
}

TEST(export_hgrm, M21_percentiles_rise_to_the_whole_count) {
    const auto made = exported_hgrm(result(), "a|one");
    ASSERT_TRUE(made.has_value()) << made.error();
    EXPECT_THAT(*made, HasSubstr("     100.000 0.900000000000        900          10.00\n"));
    EXPECT_THAT(*made, HasSubstr("     200.000 0.990000000000        990         100.00\n"));
    EXPECT_THAT(*made, HasSubstr("    1000.000 1.000000000000       1000\n"));
    EXPECT_THAT(*made, HasSubstr("#[Mean    =      118.000,"));
    EXPECT_THAT(*made, HasSubstr("Total count    =         1000]"));
}

TEST(export_hgrm, P22_a_case_without_latencies_is_named_with_those_that_have_them) {
    EXPECT_THAT(exported_hgrm(result(), "").error().message(), HasSubstr("--case 'a|one'"));
    EXPECT_THAT(exported_hgrm(result(), "a|onne").error().message(), HasSubstr("a|one"));
}

} // namespace
} // namespace bench
