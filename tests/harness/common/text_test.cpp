#include "harness/common/names.hpp"
#include "harness/common/text.hpp"

#include <gmock/gmock.h>

namespace bench {
namespace {

TEST(text, durations_are_read_with_their_unit_and_refused_without) {
    EXPECT_EQ(parse_duration_ns("4m"), 240'000'000'000u);
    EXPECT_EQ(parse_duration_ns("300ms"), 300'000'000u);
    EXPECT_EQ(parse_duration_ns("20us"), 20'000u);
    for (const char* wrong : {"", "4", "m", "-4m", "1.5s", "4 m", "99999999999999999999s", "18446744073709m"})
        EXPECT_FALSE(parse_duration_ns(wrong)) << wrong;
    EXPECT_THAT(parse_duration_ns("soon").error().message(), testing::HasSubstr("'soon' is not a duration"));
}

TEST(text, figures_keep_three_digits_and_take_the_unit_that_suits) {
    EXPECT_EQ(format_ns(0.3), "0.30 ns");
    EXPECT_EQ(format_ns(85.24), "85.2 ns");
    EXPECT_EQ(format_ns(999.6), "1.00 us");
    EXPECT_EQ(format_ns(5'204), "5.20 us");
    EXPECT_EQ(format_ns(20e6), "20.0 ms");
    EXPECT_EQ(format_left(83'000'000'000), "1:23");
}

TEST(text, cpu_lists_are_read_as_taskset_reads_them) {
    EXPECT_THAT(parse_cpu_list("0,2-4,2").value(), testing::ElementsAre(0, 2, 3, 4));
    for (const char* wrong : {"", "a", "3-1", "0,", "1024"}) EXPECT_FALSE(parse_cpu_list(wrong)) << wrong;
}

TEST(text, arguments_are_quoted_for_the_shell_only_where_they_must_be) {
    EXPECT_EQ(shell_quoted("ping_pong/steady_rtt"), "ping_pong/steady_rtt");
    EXPECT_EQ(shell_quoted("spargio[spin=0]:+5%"), "'spargio[spin=0]:+5%'");
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

TEST(names, a_filter_is_a_part_of_the_name_or_a_glob_over_all_of_it) {
    EXPECT_TRUE(matches("steady", "ping_pong/steady_rtt|floor"));
    EXPECT_TRUE(matches("ping*floor", "ping_pong/steady_rtt|floor"));
    EXPECT_TRUE(matches("floor[wait=block]", "ping_pong/steady_rtt|floor[wait=block]"));
    EXPECT_FALSE(matches("ping*asio", "ping_pong/steady_rtt|floor"));
    EXPECT_FALSE(matches_whole("ping", "ping_pong"));
}

TEST(names, the_nearest_names_are_those_that_were_meant) {
    const std::vector<std::string> names{"fanout/skewed", "ping_pong/steady_rtt", "ping_pong/tasks_rtt",
                                         "idle/park"};
    EXPECT_EQ(nearest_names("ping_pong/stedy_rtt", names, 1).front(), "ping_pong/steady_rtt");
    EXPECT_EQ(nearest_names("skewd", names, 1).front(), "fanout/skewed");
    EXPECT_EQ(nearest_names("prk", names, 1).front(), "idle/park");
}

} // namespace
} // namespace bench
