// What the harness says of an error, and with which exit code it ends (P22).
#include "harness/common/problem.hpp"

#include "harness/common/exit_codes.hpp"

#include <gtest/gtest.h>

namespace bench {
namespace {

TEST(problem, P22_a_message_has_the_place_the_text_and_the_remedy_that_are_known) {
    const problem whole{problem_code::bad_matrix, "a.toml:3:1", "'blocks' is no number", "write blocks = 10"};
    EXPECT_EQ(whole.message(), "a.toml:3:1: 'blocks' is no number; write blocks = 10");
    EXPECT_EQ((problem{problem_code::bad_value, "", "too few"}).message(), "too few");
    EXPECT_EQ((problem{problem_code::bad_value, "", "too few", "add some"}).message(), "too few; add some");
}

TEST(problem, P22_a_problem_that_is_seen_from_outside_names_both_places) {
    const problem inner{problem_code::bad_value, "arm 'a[b]'", "'b' is not knob=value"};
    const auto outer = within("the command line", inner);
    EXPECT_EQ(outer.message(), "the command line: arm 'a[b]': 'b' is not knob=value");
    EXPECT_EQ(outer.code, problem_code::bad_value);
    EXPECT_EQ(within("a.json", {problem_code::invalid_result, "", "is none"}).place, "a.json");
}

TEST(problem, P22_what_the_user_can_mend_ends_with_2_and_what_is_missing_or_invalid_with_4) {
    for (const auto code :
         {problem_code::bad_value, problem_code::unknown_name, problem_code::bad_matrix,
          problem_code::impossible_plan, problem_code::bad_base_build, problem_code::bad_plugin,
          problem_code::cannot_begin, problem_code::not_resumable, problem_code::different_files})
        EXPECT_EQ(exit_code_of(code), exit_usage);
    for (const auto code : {problem_code::unreadable_file, problem_code::invalid_result,
                            problem_code::cannot_write, problem_code::defect})
        EXPECT_EQ(exit_code_of(code), exit_invalid);
}

} // namespace
} // namespace bench
