// The words between coordinator and cell: those of protocol 1, which a base build speaks as well (M12).
#include "harness/cell/cell_messages.hpp"

#include <gtest/gtest.h>

namespace bench {
namespace {

TEST(cell_messages, M12_the_lines_are_those_that_an_older_build_understands) {
    EXPECT_EQ(line_of(cell_command(warm_command{.slice_ns = 20, .seed = 3})),
              R"({"do":"warm","slice_ns":20,"seed":3})");
    EXPECT_EQ(line_of(cell_command(slice_command{.iterations = 7, .seed = 3, .latency = true})),
              R"({"do":"slice","iterations":7,"seed":3,"latency":true})");
    EXPECT_EQ(line_of(cell_command(close_command{})), R"({"do":"close"})");
    EXPECT_EQ(line_of(cell_answer(session_opened{{{"spin", "50"}}, {}})),
              R"({"is":"open","knobs_effective":{"spin":"50"},"capabilities":{}})");
    EXPECT_EQ(line_of(cell_answer(session_refused{refusal::kind_type::bad_knob, "spin"})),
              R"({"is":"refused","kind":"bad_knob","reason":"spin"})");
    EXPECT_EQ(line_of(cell_answer(still_warming{})), R"({"is":"warming"})");
    EXPECT_EQ(line_of(cell_answer(warmed_up{9})), R"({"is":"warm","iterations":9})");
    EXPECT_EQ(line_of(cell_answer(session_closed{4096})), R"({"is":"closed","peak_rss_bytes":4096})");
    EXPECT_EQ(line_of(cell_answer(wrong_result{"2"})), R"({"is":"wrong","reason":"2"})");
    EXPECT_EQ(line_of(cell_answer(cell_error{"3"})), R"({"is":"failed","reason":"3"})");
    const slice_measured slice{.figures = {.iterations = 1, .operations = 2, .wall_ns = 3, .user_ns = 4},
                               .pause = {.cpu_ns = 5, .wall_ns = 6}};
    EXPECT_EQ(
        line_of(cell_answer(slice)),
        R"({"is":"slice","slice":{"iterations":1,"operations":2,"wall_ns":3,"user_ns":4,"system_ns":0,)"
        R"("voluntary_switches":0,"involuntary_switches":0,"instructions":null,"cycles":null,"peer_cpu_ns":null},)"
        R"("paused_cpu_ns":5,"paused_wall_ns":6})");
}

TEST(cell_messages, M4_every_message_is_read_back_as_it_was_sent) {
    for (const cell_command& command : {cell_command(warm_command{20, 3}),
                                        cell_command(slice_command{7, 3, true}), cell_command(close_command{})})
        EXPECT_EQ(line_of(command_from_line(line_of(command))), line_of(command));
    slice_measured with_latency{.figures = {.iterations = 1, .cycles = 8}, .pause = {}, .with_latency = true};
    // In place: g++ 12 takes the JSON within a temporary for uninitialised.
    latency_record& latency = with_latency.latency.emplace();
    latency.summary.count = 1;
    latency.buckets = {{10, 1}};
    for (const cell_answer& answer :
         {cell_answer(session_opened{{{"a", "1"}}, {{"b", "2"}}}),
          cell_answer(session_refused{refusal::kind_type::unavailable, "no ring"}),
          cell_answer(still_warming{}), cell_answer(warmed_up{9}), cell_answer(slice_measured{}),
          cell_answer(with_latency),
          cell_answer(slice_measured{.figures = {}, .pause = {}, .with_latency = true}),
          cell_answer(session_closed{1}), cell_answer(wrong_result{"x"}), cell_answer(cell_error{"y"})})
        EXPECT_EQ(line_of(answer_from_line(line_of(answer)).value()), line_of(answer));
}

TEST(cell_messages, M3_a_line_that_is_no_answer_is_none) {
    for (const char* line : {"", "hello", "7", "{}", R"({"is":"bored"})", R"({"is":"warm"})",
                             R"({"is":"refused","kind":"rude","reason":"x"})"})
        EXPECT_FALSE(answer_from_line(line)) << line;
    EXPECT_THROW(static_cast<void>(command_from_line(R"({"do":"dance"})")), std::out_of_range);
}

} // namespace
} // namespace bench
