// Go in one process with others (decision 0050): it is there when a session of it is open, and not before.
#include "backends/registry/registry.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/contract/backend.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

namespace {

using namespace bench;

class go : public testing::Test {
protected:
    void SetUp() override {
        if (const auto lack = find_backend("go")->lack()) GTEST_SKIP() << *lack;
    }

    static auto open_session(const char* of) {
        const auto* asked = find_workload("ping_pong/tasks_rtt");
        return find_backend(of)->open(*asked, *parameters::make(asked->parameters, {}), {});
    }

    static bool has_its_library() {
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);)
            if (line.ends_with("libspargio_go.so")) return true;
        return false;
    }

    /// Ends the process: 0 when all is as it must be.
    [[noreturn]] static void ask_and_then_open() {
        auto* const asked = find_backend("go");
        if (asked->knobs().empty() || !asked->effective_knobs({{"gogc", "200"}})) std::_Exit(1);
        if (const auto other = open_session("threads"); !other || has_its_library()) std::_Exit(2);
        const auto own = open_session("go");
        std::_Exit(own && has_its_library() ? 0 : 3);
    }

    [[noreturn]] static void open_in_a_child() {
        const auto refused = open_session("go");
        if (refused || refused.error().kind != refusal::kind_type::failed) std::_Exit(1);
        std::_Exit(refused.error().reason.find("fork(2)") != std::string::npos ? 0 : 2);
    }
};

TEST_F(go, W58_is_loaded_when_a_session_is_opened_and_not_before) {
    GTEST_FLAG_SET(death_test_style, "threadsafe"); // a process of its own, in which no other test has run
    EXPECT_EXIT(ask_and_then_open(), testing::ExitedWithCode(0), "");
}

TEST_F(go, W58_says_that_it_does_not_live_on_in_the_child_of_a_fork) {
    ASSERT_TRUE(open_session("go"));
    GTEST_FLAG_SET(death_test_style, "fast"); // a fork
    EXPECT_EXIT(open_in_a_child(), testing::ExitedWithCode(0), "");
}

} // namespace
