#include "harness/plan/matrix.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace bench {
namespace {

using testing::HasSubstr;

std::expected<matrix, problem> read(const std::string& text) {
    std::string path = "/tmp/spargio-matrix-XXXXXX";
    const int file = ::mkstemp(path.data());
    if (file < 0) return refused(problem_code::unreadable_file, "", "mkstemp failed");
    ::close(file);
    std::ofstream(path) << text;
    auto made = read_matrix(path);
    std::remove(path.c_str());
    return made;
}

TEST(matrix, M1_a_whole_matrix_is_read) {
    const auto made = read("title = \"t\"\nblocks = 3\nslices = 2\nslice_ms = 5\nbudget = \"1m\"\nseed = 4\n"
                           "[[group]]\nworkload = \"ping_pong/one_way_drain\"\n"
                           "parameters = { batch = [\"1\", 64, \"all\"], messages = 100 }\n"
                           "arms = [\"steady\", \"slow[after=3]\", \"steady\"]\n");
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(made->title, "t");
    EXPECT_EQ(made->blocks, 3u);
    EXPECT_EQ(made->slice_ns, 5'000'000u);
    EXPECT_EQ(made->budget_ns, 60'000'000'000u);
    ASSERT_EQ(made->groups.size(), 1u);
    EXPECT_THAT(made->groups[0].arms, testing::ElementsAre("steady", "slow[after=3]", "steady"));
    ASSERT_EQ(made->groups[0].parameters.size(), 2u);
    EXPECT_THAT(made->groups[0].parameters[0].values, testing::ElementsAre("1", "64", "all"));
}

struct broken {
    const char* name;
    const char* text;
    const char* place;
    const char* remedy;
};

class broken_matrix : public testing::TestWithParam<broken> {};

TEST_P(broken_matrix, P22_the_message_names_place_and_remedy) {
    const auto made = read(GetParam().text);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message(), HasSubstr(GetParam().place));
    EXPECT_THAT(made.error().message(), HasSubstr(GetParam().remedy));
}

INSTANTIATE_TEST_SUITE_P(
    all, broken_matrix,
    testing::Values(broken{"no_toml", "blocks = = 3", ":1:10:", "not TOML"},
                    broken{"unknown_key", "blcoks = 3\n", ":1:1:", "did you mean 'blocks'?"},
                    broken{"unknown_group_key", "[[group]]\nworkload = \"idle/park\"\narm = []\n",
                           ":3:1:", "did you mean 'arms'?"},
                    broken{"wrong_type", "blocks = \"3\"\n", ":1:10:", "whole number from 1 to 10000"},
                    broken{"out_of_range", "blocks = 0\n", ":1:10:", "whole number from 1 to 10000"},
                    broken{"no_duration", "budget = \"4\"\n", ":1:10:", "as 4m, 90s"},
                    broken{"no_group", "blocks = 3\n", ":1:1:", "at least one [[group]]"},
                    broken{"no_workload", "[[group]]\narms = [\"steady\"]\n", ":1:1:", "add workload"},
                    broken{"no_such_backend",
                           "[[group]]\nworkload = \"idle/park\"\narms = [\"steady\",\n \"stedy\"]\n",
                           ":4:2:", "did you mean steady"},
                    broken{"no_such_knob", "[[group]]\nworkload = \"idle/park\"\narms = [\"steady[spin=0]\"]\n",
                           ":3:9:", "has no knob 'spin'; it has: after, at"},
                    broken{"open_bracket", "[[group]]\nworkload = \"idle/park\"\narms = [\"steady[after=0\"]\n",
                           ":3:9:", "no closing bracket"},
                    broken{"arms_no_list", "[[group]]\nworkload = \"idle/park\"\narms = \"steady\"\n",
                           ":3:8:", "must be a list"},
                    broken{"empty_values",
                           "[[group]]\nworkload = \"idle/park\"\nparameters = { workers = [] }\n",
                           ":3:26:", "has no value"},
                    broken{"empty_file", "", "cannot read", "give the path of a TOML file"}),
    [](const auto& info) { return info.param.name; });

TEST(matrix, P22_a_missing_file_is_named) {
    const auto made = read_matrix("/nowhere/at/all.toml");
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message(),
                HasSubstr("/nowhere/at/all.toml: cannot read this matrix (No such file"));
}

} // namespace
} // namespace bench
