// The numbers by which completions find their operations.
#include <spargio/detail/loop/operation_slots.hpp>

#include "tests/runtime/detail/loop/dummy_operation.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace spargio::detail {
namespace {

TEST(P5, a_number_of_an_operation_that_has_ended_names_no_later_one) {
    operation_slots slots;
    dummy_operation first;
    dummy_operation second;
    const auto number = slots.open(first);
    ASSERT_TRUE(number.has_value());
    EXPECT_EQ(slots.find(*number), &first);
    slots.close(*number);
    const auto next = slots.open(second);
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(slots.find(*number), nullptr);
    EXPECT_EQ(slots.find(*next), &second);
    EXPECT_EQ(slots.size(), 1u);
}

TEST(P5, every_open_operation_has_its_own_number) {
    operation_slots slots;
    std::vector<dummy_operation> many(1000);
    std::vector<std::uint64_t> numbers;
    for (auto& each : many) numbers.push_back(slots.open(each).value());
    for (std::size_t i = 0; i < many.size(); ++i) EXPECT_EQ(slots.find(numbers[i]), &many[i]);
    std::size_t seen = 0;
    slots.for_each([&](std::uint64_t number, operation_wait&) {
        ++seen;
        slots.close(number);
    });
    EXPECT_EQ(seen, many.size());
    EXPECT_EQ(slots.size(), 0u);
}

TEST(P9, open_operations_are_told_in_the_order_in_which_they_were_opened) {
    operation_slots slots;
    std::vector<dummy_operation> all(6);
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < 4; ++i) numbers.push_back(slots.open(all[i]).value());
    slots.close(numbers[1]);
    slots.close(numbers[2]);
    const std::uint64_t fifth = slots.open(all[4]).value(); // both in slots that were in use before
    const std::uint64_t sixth = slots.open(all[5]).value();
    EXPECT_EQ(slots.oldest_first(), (std::vector<std::uint64_t>{numbers[0], numbers[3], fifth, sixth}));
}

} // namespace
} // namespace spargio::detail
