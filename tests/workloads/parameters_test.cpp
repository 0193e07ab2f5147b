// What a user types for a workload becomes numbers, or a message that helps (W1).
#include "workloads/contract/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::vector<parameter_spec> declared{
    {"messages", 2048, 1, 10'000, "", "messages in one iteration"},
    {"batch", 1, 0, 100, "messages", "messages handed over at once", {{"all", 0}}},
    {"workers", 2, 2, 2, "", "threads"}};

std::string error_of(const std::vector<assignment>& given) {
    const auto made = parameters::make(declared, given);
    return made ? "no error" : made.error();
}

TEST(parameters, W1_what_the_user_does_not_say_has_its_default) {
    const auto made = parameters::make(declared, {});
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ((*made)["messages"], 2048);
    EXPECT_EQ((*made)["batch"], 1);
    EXPECT_EQ((*made)["workers"], 2);
}

TEST(parameters, W1_given_values_replace_defaults_and_the_last_one_counts) {
    const std::vector<assignment> given{{"messages", "7"}, {"batch", "64"}, {"messages", "9"}};
    const auto made = parameters::make(declared, given);
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ((*made)["messages"], 9);
    EXPECT_EQ((*made)["batch"], 64);
}

TEST(parameters, W1_a_word_stands_for_its_value_and_is_printed_again_as_the_word) {
    const std::vector<assignment> by_word{{"batch", "all"}};
    const std::vector<assignment> by_number{{"batch", "0"}};
    const auto word = parameters::make(declared, by_word);
    const auto number = parameters::make(declared, by_number);
    ASSERT_TRUE(word) << word.error();
    ASSERT_TRUE(number) << number.error();
    EXPECT_EQ((*word)["batch"], 0);
    EXPECT_EQ(word->text("batch"), "all");
    EXPECT_EQ(number->label(), word->label());
}

TEST(parameters, W1_the_label_lists_every_parameter_in_order_of_declaration) {
    const std::vector<assignment> given{{"batch", "all"}, {"messages", "16"}};
    const auto made = parameters::make(declared, given);
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(made->label(), "messages=16,batch=all,workers=2");
}

TEST(parameters, W1_an_unknown_name_is_an_error_that_lists_the_known_ones) {
    EXPECT_THAT(error_of({{"mesages", "3"}}),
                AllOf(HasSubstr("mesages"), HasSubstr("messages"), HasSubstr("batch"), HasSubstr("workers")));
}

TEST(parameters, W1_a_value_that_is_not_legal_is_an_error_that_names_the_parameter_and_the_legal_values) {
    for (const char* const bad :
         {"101", "-1", "", "x", "5x", "0x10", " 5", "+5", "1e2", "ALL", "5,", "99999999999999999999999"}) {
        EXPECT_THAT(error_of({{"batch", bad}}),
                    AllOf(HasSubstr("batch=" + std::string(bad)), HasSubstr("0 to 100"), HasSubstr("all"),
                          HasSubstr("messages")))
            << "for '" << bad << "'";
    }
}

TEST(parameters, W1_both_ends_of_the_legal_range_are_legal) {
    for (const char* const text : {"1", "10000"}) EXPECT_EQ(error_of({{"messages", text}}), "no error") << text;
    for (const char* const text : {"0", "10001"}) EXPECT_NE(error_of({{"messages", text}}), "no error") << text;
}

TEST(parameters, W1_a_workload_without_parameters_says_so) {
    const std::vector<assignment> given{{"x", "1"}};
    const auto made = parameters::make({}, given);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error(), HasSubstr("none"));
}

TEST(parameters, W1_reading_what_was_not_declared_is_a_defect_of_the_caller) {
    const auto made = parameters::make(declared, {});
    ASSERT_TRUE(made) << made.error();
    EXPECT_THROW(static_cast<void>((*made)["nosuch"]), std::out_of_range);
    EXPECT_THROW(static_cast<void>(made->text("nosuch")), std::out_of_range);
}

} // namespace
} // namespace bench
