// A wrong slice is found, whatever is wrong with it, and the message says what (W4).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/idle.hpp"
#include "workloads/contract/workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class verify_slice : public ::testing::Test {
protected:
    const workload& asked_ = *find_workload("ping_pong/steady_rtt");
    const parameters values_ = parameters::make(asked_.parameters, {}).value();
    const slice_order order_{.iterations = 3, .seed = 77};

    [[nodiscard]] slice_outcome right() const {
        const auto expected = asked_.expect(values_, order_);
        return {.operations = expected.operations,
                .checksum = expected.checksum,
                .bytes = expected.bytes,
                .thread_ids = {100, 200}};
    }
    [[nodiscard]] std::string verdict_on(const slice_outcome& outcome) const {
        return verify(asked_, values_, order_, outcome).value_or("right");
    }
};

TEST_F(verify_slice, W4_a_right_slice_passes) { EXPECT_EQ(verdict_on(right()), "right"); }

TEST_F(verify_slice, W4_one_operation_too_few_or_too_many_is_found) {
    for (const int off : {-1, 1}) {
        auto outcome = right();
        outcome.operations += static_cast<std::uint64_t>(off);
        EXPECT_THAT(verdict_on(outcome),
                    AllOf(HasSubstr("operation"), HasSubstr(std::to_string(outcome.operations)),
                          HasSubstr(std::to_string(right().operations))));
    }
}

TEST_F(verify_slice, W4_a_wrong_checksum_is_found) {
    auto outcome = right();
    outcome.checksum ^= 1;
    EXPECT_THAT(verdict_on(outcome), HasSubstr("checksum"));
}

TEST_F(verify_slice, W4_wrong_bytes_are_found) {
    auto outcome = right();
    outcome.bytes += 1;
    EXPECT_THAT(verdict_on(outcome), HasSubstr("byte"));
}

TEST_F(verify_slice, W4_the_answer_to_another_seed_is_found) {
    const auto other = asked_.expect(values_, {.iterations = order_.iterations, .seed = order_.seed + 1});
    auto outcome = right();
    outcome.checksum = other.checksum;
    EXPECT_THAT(verdict_on(outcome), HasSubstr("checksum"));
}

TEST_F(verify_slice, W10_both_sides_on_one_thread_is_found) {
    auto outcome = right();
    outcome.thread_ids = {100, 100};
    EXPECT_THAT(verdict_on(outcome), HasSubstr("distinct threads"));
}

TEST_F(verify_slice, W10_not_saying_which_threads_is_found) {
    auto outcome = right();
    outcome.thread_ids = {};
    EXPECT_THAT(verdict_on(outcome), HasSubstr("distinct threads"));
    outcome.thread_ids = {1, 2, 3};
    EXPECT_THAT(verdict_on(outcome), HasSubstr("distinct threads"));
}

TEST_F(verify_slice, W4_an_outcome_that_nobody_filled_in_is_wrong_for_every_workload) {
    for (const auto& asked : all_workloads()) {
        const auto values = parameters::make(asked.parameters, {}).value();
        EXPECT_TRUE(verify(asked, values, {.iterations = 1, .seed = 3}, {})) << asked.name;
    }
}

TEST(empty_workload, M6_does_every_iteration_and_records_only_when_asked) {
    const auto& asked = *find_workload("harness/empty");
    const auto values = parameters::make(asked.parameters, {}).value();
    recorder into(1);
    for (const bool recording : {false, true}) {
        const slice_order order{.iterations = 1000, .seed = 1, .record_latency = recording};
        EXPECT_EQ(verify(asked, values, order, do_nothing(order, into.lane(0))), std::nullopt);
        EXPECT_EQ(into.merged().total(), recording ? 1000u : 0u);
    }
}

TEST(idle_workload, W41_counts_one_operation_a_millisecond_of_sleep) {
    const auto& asked = *find_workload("idle/park");
    const auto values = parameters::make(asked.parameters, {}).value();
    const slice_order order{.iterations = 2};
    const auto from = now_ns();
    EXPECT_EQ(verify(asked, values, order, stay_idle(order)), std::nullopt);
    EXPECT_GE(now_ns() - from, 2'000'000u);
}

} // namespace
} // namespace bench
