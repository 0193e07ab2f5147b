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
        mutation{"unknown_key", [](json& d) { d["extra"] = 1; }, "'extra'"},
        mutation{"nan_became_null", [](json& d) { d["blocks"][0]["slices"][0]["wall_ns"] = nullptr; },
                 "/blocks/0/slices/0/wall_ns: must be"},
        mutation{"a_time_as_fraction", [](json& d) { d["blocks"][0]["slices"][0]["wall_ns"] = 1.5; },
                 "wall_ns: must be"},
        mutation{"no_operations", [](json& d) { d["blocks"][0]["slices"][0]["operations"] = 0; },
                 "has no operations"},
        mutation{"no_time", [](json& d) { d["blocks"][0]["slices"][0]["wall_ns"] = 0; }, "took no time"},
        mutation{"renamed_case", [](json& d) { d["blocks"][0]["slices"][0]["case"] = "idle/park|x"; },
                 "/blocks/0/slices/0: there is no case"},
        mutation{"swapped_arm", [](json& d) { d["cases"][0]["arm"] = "slow"; }, "is not its group and arm"},
        mutation{"case_twice", [](json& d) { d["cases"].push_back(json(d["cases"][0])); }, "/cases/1: id"},
        mutation{"measured_without_a_slice", [](json& d) { d["blocks"][0]["slices"] = json::array(); },
                 "no kept block"},
        mutation{"failed_without_a_reason", [](json& d) { d["cases"][0]["status"] = "crashed"; },
                 "without a reason"},
        mutation{"unknown_status", [](json& d) { d["cases"][0]["status"] = "fine"; },
                 "/cases/0/status: is \"fine\""},
        mutation{"no_backend", [](json& d) { d["backends"] = json::array(); }, "not described under /backends"},
        mutation{"index", [](json& d) { d["blocks"][0]["index"] = 4; }, "index is not its position"},
        mutation{"not_an_object", [](json& d) { d = json::array(); }, "must be"}),
    [](const auto& info) { return info.param.name; });

} // namespace
} // namespace bench
