// The bar as text; how it looks on a terminal is in terminal_test.cpp.
#include "harness/run/progress.hpp"

#include <gmock/gmock.h>

namespace bench {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const progress_view halfway{.done = 5,
                            .blocks = 10,
                            .left = "1:23",
                            .noisy = false,
                            .color = false,
                            .current = "net/keyed_hotspot?skew=1.2, block 12"};

/// Columns of a text with UTF-8 and escapes, neither of which is as wide as its bytes.
std::size_t columns_of(const std::string& text) {
    std::size_t columns = 0;
    bool escape = false;
    for (const char c : text) {
        if (c == '\x1b') escape = true;
        const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        if (!escape && !continues) ++columns;
        if (c == 'm') escape = false;
    }
    return columns;
}

TEST(progress, M1_the_bar_holds_share_time_left_light_and_case) {
    EXPECT_EQ(progress_line(halfway, 200), "[############------------]  50 %  1:23 left  · quiet  "
                                           "net/keyed_hotspot?skew=1.2, block 12");
}

TEST(progress, M1_the_light_is_a_word_too_and_coloured_only_where_colours_are) {
    auto noisy = halfway;
    noisy.noisy = true;
    EXPECT_THAT(progress_line(noisy, 200), HasSubstr("! noisy"));
    noisy.color = true;
    EXPECT_THAT(progress_line(noisy, 200), HasSubstr("\x1b[31m●\x1b[0m noisy"));
    noisy.noisy = false;
    EXPECT_THAT(progress_line(noisy, 200), HasSubstr("\x1b[32m●\x1b[0m quiet"));
}

TEST(progress, M1_no_line_is_as_wide_as_its_terminal) {
    auto view = halfway;
    for (const bool color : {false, true})
        for (std::size_t columns = 1; columns < 200; ++columns) {
            view.color = color;
            EXPECT_LT(columns_of(progress_line(view, columns)), std::max<std::size_t>(columns, 2)) << columns;
        }
}

TEST(progress, M1_a_narrow_terminal_loses_the_middle_of_the_case_then_the_bar_then_the_case) {
    EXPECT_THAT(progress_line(halfway, 80), StartsWith("[####"));
    EXPECT_THAT(progress_line(halfway, 80), EndsWith(" block 12"));
    EXPECT_THAT(progress_line(halfway, 80), HasSubstr("net/keyed_ho…"));
    EXPECT_THAT(progress_line(halfway, 60), StartsWith(" 50 %  1:23 left  · quiet  net/"));
    EXPECT_EQ(progress_line(halfway, 30), " 50 %  1:23 left  · quiet");
    EXPECT_EQ(progress_line(halfway, 22), " 50 %  1:23 left  ·");
    EXPECT_EQ(progress_line(halfway, 10), " 50 %");
}

TEST(progress, M6_a_resumed_run_begins_where_it_was_cut) {
    testing::internal::CaptureStderr();
    progress shown(progress_style::bar, false, 4, 40'000'000'000);
    shown.pass_over(2, 20'000'000'000);
    shown.block_begins("idle/park", 2);
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                HasSubstr("[############------------]  50 %  20 s left  · quiet  idle/park, block 3"));
}

TEST(progress, M1_a_dropped_block_is_no_progress_and_makes_the_light_red) {
    testing::internal::CaptureStderr();
    progress shown(progress_style::plain, false, 2, 40'000'000'000);
    shown.block_ended(20'000'000'000, 0.9, false);
    shown.block_begins("idle/park", 1);
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "  0 %  40 s left  idle/park, block 2  (the machine is noisy)\n");
}

} // namespace
} // namespace bench
