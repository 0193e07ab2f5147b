#include "harness/files/validate.hpp"

#include "harness/machine/environment.hpp"
#include "harness/record/json/result.hpp"
#include "harness/run/run_result.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace bench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A small valid document, made as a run makes it.
json valid_document() {
    run_request asked;
    asked.groups.push_back(
        {.workload = "idle/park", .parameters = {}, .arms = {"steady"}, .knobs = {}, .place = "here"});
    const auto planned = make_plan(asked).value();
    run_state state(planned);
    state.apply(block_begun{{.index = 0, .group = "idle/park", .number = 0, .seed = 1, .started_unix_ns = 1}});
    slice_taken slice;
    slice.slice.case_id = "idle/park|steady";
    slice.slice.figures = {.iterations = 1, .operations = 1, .wall_ns = 5, .user_ns = 1};
    state.apply(slice);
    block_ended end;
    end.block.noise.pressure_share = 0.1;
    end.block.noise.foreign_share = 0.0;
    end.block.probes_before.cache_line_ns = end.block.probes_after.cache_line_ns = 45;
    state.apply(end);
    run_record run{.id = "x", .title = std::nullopt, .seed = 1, .arguments = {}};
    run.status = run_status::complete;
    run.finished_unix_ns = 2;
    run.blocks_planned = run.slices_per_block = run.slice_target_ns = 1;
    const journal_header header{
        .tool = this_build(), .run = run, .environment = read_environment(), .plan = {}};
    return to_json(make_result(header, run, planned.options, state, "the run ended"));
}

struct mutation {
    const char* name;
    std::function<void(json&)> change;
    const char* complaint;
};

class mutated_result : public testing::TestWithParam<mutation> {};

TEST_P(mutated_result, M20_the_complaint_names_the_place) {
    auto document = valid_document();
    ASSERT_THAT(result_problems(document), IsEmpty());
    GetParam().change(document);
    const auto problems = result_problems(document);
    ASSERT_FALSE(problems.empty());
    EXPECT_THAT(problems.front(), HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    all, mutated_result,
    testing::Values(
        mutation{"lacks_a_part", [](json& d) { d.erase("blocks"); }, "/: lacks \"blocks\""},
        mutation{"another_major", [](json& d) { d["schema_version"] = "2.0"; }, "this build reads schema 1.x"},
        mutation{"unknown_key", [](json& d) { d["extra"] = 1; }, "has a key \"extra\""},
        mutation{"nan_became_null", [](json& d) { d["blocks"][0]["slices"][0]["wall_ns"] = nullptr; },
                 "/blocks/0/slices/0/wall_ns: must be"},
        mutation{"a_time_as_fraction", [](json& d) { d["blocks"][0]["slices"][0]["wall_ns"] = 1.5; },
                 "wall_ns: must be"},
        mutation{"no_operations", [](json& d) { d["blocks"][0]["slices"][0]["operations"] = 0; },
                 "/blocks/0/slices/0/operations: is 0"},
        mutation{"no_time", [](json& d) { d["blocks"][0]["slices"][0]["wall_ns"] = 0; },
                 "/blocks/0/slices/0/wall_ns: is 0"},
        mutation{"renamed_case", [](json& d) { d["blocks"][0]["slices"][0]["case"] = "idle/park|x"; },
                 "/blocks/0/slices/0/case: there is no case"},
        mutation{"swapped_arm", [](json& d) { d["cases"][0]["arm"] = "slow"; }, "is not its group and arm"},
        mutation{"case_twice", [](json& d) { d["cases"].push_back(json(d["cases"][0])); },
                 "/cases/1/id: \"idle/park|steady\" stands there twice"},
        mutation{"measured_without_a_slice", [](json& d) { d["blocks"][0]["slices"] = json::array(); },
                 "no kept block"},
        mutation{"failed_without_a_reason", [](json& d) { d["cases"][0]["status"] = "crashed"; },
                 "/cases/0/reason: the case is crashed and says no reason"},
        mutation{"unknown_status", [](json& d) { d["cases"][0]["status"] = "fine"; },
                 "/cases/0/status: is \"fine\""},
        mutation{"no_backend", [](json& d) { d["backends"] = json::array(); }, "not described under /backends"},
        mutation{"index", [](json& d) { d["blocks"][0]["index"] = 4; }, "/blocks/0/index: is not its position"},
        mutation{"backend_twice", [](json& d) { d["backends"].push_back(json(d["backends"][0])); },
                 "/backends/1/name: \"steady\" stands there twice"},
        mutation{"no_case", [](json& d) { d["cases"] = d["blocks"] = json::array(); }, "/cases: there is none"},
        mutation{"an_empty_reason",
                 [](json& d) {
                     d["cases"][0]["status"] = "failed";
                     d["cases"][0]["reason"] = "";
                 },
                 "/cases/0/reason: the case is failed and says no reason"},
        mutation{"block_twice",
                 [](json& d) {
                     d["blocks"].push_back(json(d["blocks"][0]));
                     d["blocks"][1]["index"] = 1;
                 },
                 "/blocks/1/number: 0 stands twice in group \"idle/park\""},
        mutation{"a_machine_too_many", [](json& d) { d["cases"][0]["machine"] = 1; },
                 "/cases/0/machine: is 1, and the file has 1 machines"},
        mutation{"only_latency", [](json& d) { d["blocks"][0]["slices"][0]["mode"] = "latency"; },
                 "no kept block has a throughput slice"},
        mutation{"a_dropped_block", [](json& d) { d["blocks"][0]["dropped"] = true; },
                 "no kept block has a throughput slice"},
        mutation{"a_version_of_a_million_figures",
                 [](json& d) { d["schema_version"] = "1." + std::string(1'000'000, '1'); },
                 "/schema_version: is longer than 100 letters"},
        mutation{"not_an_object", [](json& d) { d = json::array(); }, "/: is no result of spargio-bench"}),
    [](const auto& info) { return info.param.name; });

} // namespace
} // namespace bench
