// Committed result files as records and back, and what another minor version has more or less (M20).
#include "harness/record/json/result.hpp"

#include "harness/record/json/event.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace bench {
namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

/// Every result file that the repository holds: of this version of the schema and of each one before it.
std::vector<std::filesystem::path> committed_results() {
    std::vector<std::filesystem::path> all;
    for (const char* folder : {"reference", "schema/golden"})
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(std::filesystem::path(RESULTS_FOLDER) / folder))
            if (entry.path().extension() == ".json") all.push_back(entry.path());
    return all;
}

json any_result() { return json::parse(text_of(committed_results().front())); }

json written_again(const json& document) { return to_json(result_from_json(document)); }

TEST(json_result, M20_a_committed_result_is_written_again_as_it_was_read) {
    const auto paths = committed_results();
    ASSERT_GE(paths.size(), 2u);
    for (const auto& path : paths) {
        const auto text = text_of(path);
        const auto document = json::parse(text);
        ASSERT_TRUE(document.contains("blocks")) << path;
        EXPECT_EQ(written_again(document).dump(), document.dump()) << path;
    }
}

TEST(json_result, M20_keys_of_a_newer_minor_version_are_kept_where_they_stood) {
    auto document = any_result();
    for (const auto& place : {"/tool", "/run", "/environment", "/backends/0", "/backends/0/knobs/0",
                              "/workloads/0", "/workloads/0/parameters/0", "/cases/0", "/cases/0/latency",
                              "/blocks/0", "/blocks/0/probes_before", "/blocks/0/slices/0", "/warnings/0"})
        document[json::json_pointer(place)]["since_2_7"] = {{"a", 1}};
    EXPECT_EQ(json::diff(document, written_again(document)), json::array());
}

TEST(json_result, M20_keys_that_an_older_minor_version_lacks_are_not_made_up) {
    auto document = any_result();
    for (const char* key : {"shard", "base_build", "resumed", "title", "cut_by", "budget_ns"})
        document["run"].erase(key);
    for (auto& each : document["cases"]) each.erase("of_base");
    document["tool"].erase("digest");
    document["environment"].erase("nice");
    for (auto& each : document["backends"])
        for (const char* key : {"plugin", "digest"}) each.erase(key);
    for (auto& block : document["blocks"]) {
        for (const char* key : {"stolen_cpu_share", "affinity", "nice", "cgroup_cpu_limit"}) block.erase(key);
        for (auto& slice : block["slices"]) slice.erase("latency");
    }
    EXPECT_EQ(json::diff(document, written_again(document)), json::array());
}

TEST(json_result, M20_what_is_missing_is_an_error_and_not_a_default) {
    auto document = any_result();
    document["blocks"][0]["slices"][0].erase("wall_ns");
    EXPECT_THROW(static_cast<void>(result_from_json(document)), json::exception);
}

TEST(json_event, M3_the_blocks_of_a_run_survive_the_journal) {
    const auto committed = result_from_json(any_result());
    for (const auto& block : committed.blocks)
        for (const run_event& event :
             {run_event(block_begun{block.start}), run_event(block_ended{block.conditions})}) {
            const auto line = to_json(event);
            EXPECT_EQ(to_json(event_from_json(line).value()), line);
        }
    slice_taken slice{
        .slice = committed.blocks.front().slices.front(), .pause = {5, 6}, .latency = std::nullopt};
    EXPECT_EQ(to_json(event_from_json(to_json(slice)).value()), to_json(slice));
    slice.slice.mode = slice_mode::latency;
    EXPECT_TRUE(to_json(slice).at("latency").is_null());
    for (const auto& each : committed.cases)
        if (each.latency) slice.latency = each.latency;
    ASSERT_TRUE(slice.latency);
    const auto line = to_json(slice);
    EXPECT_EQ(line.at("latency").at("count"), slice.latency->summary.count);
    EXPECT_FALSE(line.at("slice").contains("latency"));
    EXPECT_EQ(to_json(event_from_json(line).value()), line);
}

TEST(json_event, M3_an_event_says_only_what_is_new_of_a_case) {
    const case_changed changed{.case_id = "a|b", .status = case_status::timed_out, .reason = "late"};
    EXPECT_EQ(to_json(changed),
              (json{{"event", "case"}, {"case", "a|b"}, {"status", "timed_out"}, {"reason", "late"}}));
    EXPECT_THROW(static_cast<void>(event_from_json({{"event", "case"}, {"case", "a|b"}, {"status", "bored"}})),
                 std::out_of_range);
    EXPECT_FALSE(event_from_json({{"event", "of a later build"}}));
}

} // namespace
} // namespace bench
