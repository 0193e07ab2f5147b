// The scenario code, which is written once for every backend, gives the right answers on a toy runtime (W2,
// W4).
#include "tests/workloads/toy_runtime.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/contract/workload.hpp"
#include "workloads/scenarios/fanout.hpp"
#include "workloads/scenarios/fork_join.hpp"
#include "workloads/scenarios/keyed_fanout.hpp"
#include "workloads/scenarios/ping_pong.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bench {
namespace {

slice_outcome do_slice(toy::runtime& runtime, std::string_view name, const parameters& values,
                       const slice_order& order, recorder& into) {
    if (name == "ping_pong/steady_rtt")
        return runtime.run(scenarios::steady_rtt(runtime, ping_pong_shape::read(values, false), order, into));
    if (name == "ping_pong/tasks_rtt")
        return runtime.run(scenarios::tasks_rtt(runtime, ping_pong_shape::read(values, false), order, into));
    if (name == "ping_pong/one_way_drain")
        return runtime.run(scenarios::one_way_drain(runtime, ping_pong_shape::read(values, true), order));
    if (name == "fanout/hotkey_rotation")
        return runtime.run(scenarios::keyed_fanout(runtime, keyed_shape::read(values), order));
    if (name == "fanout/skynet")
        return runtime.run(scenarios::skynet(runtime, skynet_shape::read(values), order));
    if (name == "fanout/fib") return runtime.run(scenarios::fib(runtime, fib_shape::read(values), order));
    return runtime.run(scenarios::fanout(runtime, fanout_shape::read(values), order));
}

struct slice_case {
    const char* workload;
    std::vector<assignment> given;
};

class every_scenario : public ::testing::TestWithParam<slice_case> {
protected:
    const workload& asked_ = *find_workload(GetParam().workload);
    const parameters values_ = parameters::make(asked_.parameters, GetParam().given).value();
    recorder into_{2};
    toy::runtime runtime_; // lives on from slice to slice, so that a message left behind spoils the next one

    /// What verify says once the toy's single thread is out of the way: its sides claim two different threads.
    std::string verdict_on(const slice_order& order) {
        auto outcome = do_slice(runtime_, asked_.name, values_, order, into_);
        if (!outcome.thread_ids.empty()) outcome.thread_ids = {1, 2};
        return verify(asked_, values_, order, outcome).value_or("right");
    }
};

TEST_P(every_scenario, W2_W4_gives_the_right_answer_for_several_seeds_and_sizes) {
    for (const std::uint64_t seed : {0u, 1u, 4'000'000'000u})
        for (const std::uint64_t iterations : {1u, 3u})
            EXPECT_EQ(verdict_on({.iterations = iterations, .seed = seed}), "right");
}

TEST_P(every_scenario, W5_records_one_latency_an_operation_and_only_when_asked) {
    EXPECT_EQ(verdict_on({.iterations = 2, .seed = 1, .record_latency = false}), "right");
    EXPECT_EQ(into_.merged().total(), 0u);
    const slice_order order{.iterations = 2, .seed = 1, .record_latency = true};
    EXPECT_EQ(verdict_on(order), "right");
    EXPECT_EQ(into_.merged().total(), asked_.measures_latency ? asked_.expect(values_, order).operations : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    each, every_scenario,
    ::testing::Values(slice_case{"ping_pong/steady_rtt", {{"rounds", "10"}}},
                      slice_case{"ping_pong/tasks_rtt", {{"rounds", "10"}}},
                      slice_case{"ping_pong/one_way_drain", {{"messages", "100"}}},
                      slice_case{"ping_pong/one_way_drain", {{"messages", "100"}, {"batch", "64"}}},
                      slice_case{"ping_pong/one_way_drain", {{"messages", "100"}, {"batch", "all"}}},
                      slice_case{"fanout/balanced", {{"requests", "5"}, {"branches", "4"}, {"steps", "10"}}},
                      slice_case{"fanout/skewed", {{"requests", "5"}, {"branches", "3"}, {"hot_steps", "40"}}},
                      slice_case{"fanout/hotkey_rotation", {{"requests", "9"}, {"keys", "3"}, {"steps", "10"}}},
                      slice_case{"fanout/hotkey_rotation", {{"requests", "9"}, {"keys", "1"}, {"steps", "1"}}},
                      slice_case{"fanout/skynet", {{"leaves", "1"}}},
                      slice_case{"fanout/skynet", {{"leaves", "7"}}},
                      slice_case{"fanout/skynet", {{"leaves", "1234"}}}, slice_case{"fanout/fib", {{"n", "0"}}},
                      slice_case{"fanout/fib", {{"n", "1"}}}, slice_case{"fanout/fib", {{"n", "13"}}}),
    [](const auto& info) {
        std::string name = info.param.workload;
        for (const auto& [key, value] : info.param.given) name += "_" + key + "_" + value;
        std::ranges::replace(name, '/', '_');
        return name;
    });

TEST(scenarios, W10_a_runtime_that_keeps_both_sides_on_one_thread_is_found_out) {
    const auto& asked = *find_workload("ping_pong/steady_rtt");
    const auto values = parameters::make(asked.parameters, {}).value();
    const slice_order order{.iterations = 1, .seed = 1};
    recorder into(2);
    toy::runtime runtime;
    const auto problem = verify(asked, values, order, do_slice(runtime, asked.name, values, order, into));
    EXPECT_THAT(problem.value_or("right"), ::testing::HasSubstr("distinct threads"));
}

TEST(scenarios, W2_messages_make_no_coroutine_frame) {
    for (const char* const name : {"ping_pong/steady_rtt", "ping_pong/tasks_rtt", "ping_pong/one_way_drain"}) {
        const auto& asked = *find_workload(name);
        const auto values = parameters::make(asked.parameters, {}).value();
        recorder into(2);
        toy::runtime runtime;
        const auto frames_of = [&](std::uint64_t iterations) {
            const auto before = toy::frames_made;
            do_slice(runtime, asked.name, values, {.iterations = iterations, .seed = 1}, into);
            return toy::frames_made - before;
        };
        EXPECT_EQ(frames_of(1), frames_of(4)) << name;
    }
}

TEST(scenarios, W13_W14_a_branch_makes_one_frame) {
    const auto& asked = *find_workload("fanout/balanced");
    const std::vector<assignment> given{{"requests", "5"}, {"branches", "4"}, {"steps", "1"}};
    const auto values = parameters::make(asked.parameters, given).value();
    recorder into(2);
    toy::runtime runtime;
    const auto before = toy::frames_made;
    do_slice(runtime, asked.name, values, {.iterations = 3, .seed = 1}, into);
    EXPECT_EQ(toy::frames_made - before, 3u * 5u * 4u + 1u);
}

TEST(scenarios, W14_the_hot_branch_moves_with_the_request) {
    const fanout_shape shape{.requests = 8, .branches = 4, .steps = 5, .hot_steps = 50, .workers = 2};
    for (std::uint64_t request = 0; request < shape.requests; ++request)
        for (std::uint64_t branch = 0; branch < shape.branches; ++branch)
            EXPECT_EQ(shape.steps_of(request, branch), branch == request % 4 ? 50u : 5u);
}

TEST(scenarios, W15_three_branches_of_four_have_the_hot_key_and_the_fourth_never) {
    const auto& asked = *find_workload("fanout/hotkey_rotation");
    const auto shape = keyed_shape::read(parameters::make(asked.parameters, {}).value());
    for (std::uint64_t request = 0; request < 200; ++request) {
        EXPECT_EQ(shape.hot_key(request), request / 8 % 16);
        for (std::uint64_t branch = 0; branch < shape.branches; ++branch) {
            const auto key = shape.key_of(request, branch);
            EXPECT_LT(key, shape.keys);
            EXPECT_EQ(key == shape.hot_key(request), branch % 4 != 3) << request << ", " << branch;
        }
    }
}

TEST(scenarios, W15_the_owner_of_the_hot_key_changes_every_eight_requests) {
    const auto& asked = *find_workload("fanout/hotkey_rotation");
    const auto shape = keyed_shape::read(parameters::make(asked.parameters, {}).value());
    for (std::uint64_t request = 0; request < 64; ++request)
        EXPECT_EQ(shape.owner_of(shape.hot_key(request)), request / 8 % 2);
}

/// The answer when each key's branches run in another order than the demanded one.
std::uint64_t checksum_in_reverse(const keyed_shape& shape, std::uint64_t seed) {
    std::vector<key_state> states;
    shape.reset(states, seed);
    std::uint64_t sum = 0;
    for (std::uint64_t request = 0; request < shape.requests; ++request)
        for (std::uint64_t branch = shape.branches; branch-- != 0;)
            sum += shape.run_branch(states[shape.key_of(request, branch)], request, branch);
    return sum;
}

TEST(scenarios, W15_a_runtime_that_breaks_the_order_of_a_key_is_found_out) {
    const auto& asked = *find_workload("fanout/hotkey_rotation");
    const auto values = parameters::make(asked.parameters, {}).value();
    const auto shape = keyed_shape::read(values);
    const slice_order order{.iterations = 1, .seed = 1};
    const slice_outcome done{.operations = shape.requests * shape.branches,
                             .checksum = checksum_in_reverse(shape, order.seed)};
    EXPECT_THAT(verify(asked, values, order, done).value_or("right"), ::testing::HasSubstr("wrong checksum"));
}

TEST(scenarios, W16_skynet_makes_a_frame_for_each_leaf_and_node_and_fib_for_each_call) {
    const auto frames_of = [](const char* name, const std::vector<assignment>& given) {
        const auto& asked = *find_workload(name);
        const auto values = parameters::make(asked.parameters, given).value();
        recorder into(2);
        toy::runtime runtime;
        const auto before = toy::frames_made;
        do_slice(runtime, name, values, {.iterations = 1, .seed = 1}, into);
        return toy::frames_made - before - 1; // the root task
    };
    EXPECT_EQ(frames_of("fanout/skynet", {{"leaves", "1000"}}), 1111u);
    EXPECT_EQ(frames_of("fanout/fib", {{"n", "10"}}), 177u);
}

TEST(scenarios, W16_the_parts_of_a_range_are_ten_and_lose_no_leaf) {
    for (std::uint64_t count = 2; count < 300; ++count) {
        const skynet_shape::call whole{5, count};
        std::uint64_t next = whole.first;
        for (std::uint64_t index = 0; index < skynet_shape::parts_of(whole); ++index) {
            const auto part = skynet_shape::part(whole, index);
            EXPECT_EQ(part.first, next);
            EXPECT_GE(part.count, 1u);
            next += part.count;
        }
        EXPECT_EQ(next, whole.first + count);
        EXPECT_EQ(skynet_shape::parts_of(whole), std::min<std::uint64_t>(count, 10));
    }
}

} // namespace
} // namespace bench
