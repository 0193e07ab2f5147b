// Knobs: what is wrong is named, and so is what would be right.
#include "tests/conformance/cases.hpp"

#include "backends/registry/registry.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string_view>

namespace {

using namespace bench;
using namespace conformance;

class every_runtime : public testing::TestWithParam<backend*> {
protected:
    /// What opening the first workload that the backend can do says with these knobs.
    static refusal refusal_with(backend& runtime, const knob_values& knobs) {
        for (auto one : plain_combinations()) {
            if (one.runtime != &runtime || !open(one).session) continue;
            one.knobs = knobs;
            auto [session, refused] = open(one);
            EXPECT_EQ(session, nullptr);
            return refused;
        }
        ADD_FAILURE() << runtime.name() << " can do no workload at all";
        return {};
    }
};

TEST_P(every_runtime, W1_names_an_unknown_knob) {
    if (const auto lack = GetParam()->lack()) GTEST_SKIP() << *lack;
    const auto refused = refusal_with(*GetParam(), {{"no_such_knob", "1"}});
    EXPECT_EQ(refused.kind, refusal::kind_type::bad_knob);
    EXPECT_NE(refused.reason.find("no_such_knob"), std::string::npos) << refused.reason;
    for (const auto& knob : GetParam()->knobs())
        EXPECT_NE(refused.reason.find(knob.name), std::string::npos)
            << refused.reason << " leaves out " << knob.name;
}

TEST_P(every_runtime, W1_names_a_knob_with_an_illegal_value_and_what_it_takes) {
    if (const auto lack = GetParam()->lack()) GTEST_SKIP() << *lack;
    for (const auto& knob : GetParam()->knobs()) {
        for (const char* const illegal : {"neither-this-nor-that", "-7", ""}) {
            if (knob.initial == illegal) continue; // a list that may be empty
            const auto refused = refusal_with(*GetParam(), {{knob.name, illegal}});
            EXPECT_EQ(refused.kind, refusal::kind_type::bad_knob) << knob.name << "=" << illegal;
            EXPECT_NE(refused.reason.find(knob.name), std::string::npos) << refused.reason;
            EXPECT_NE(refused.reason.find(knob.range), std::string::npos)
                << refused.reason << " does not say what is legal: " << knob.range;
        }
    }
}

TEST_P(every_runtime, W8_says_how_an_arm_of_it_waits) {
    if (const auto lack = GetParam()->lack()) GTEST_SKIP() << *lack;
    const auto waits_with = [](const knob_values& given) {
        const auto knobs = GetParam()->effective_knobs(given);
        EXPECT_TRUE(knobs.has_value());
        const auto said = GetParam()->waits(*knobs);
        return said ? word_of(*said) : "it does not say";
    };
    const std::map<std::string_view, std::map<std::string_view, knob_values>> known{
        {"spargio", {{"spins", {}}, {"sleeps", {{"spin", "0"}}}}},
        {"asio", {{"sleeps", {}}, {"polls", {{"poll", "on"}}}}},
        {"asio_uring", {{"sleeps", {}}, {"polls", {{"poll", "on"}}}}},
        {"libuv", {{"sleeps", {}}}},
        {"tokio", {{"sleeps", {}}}},
        {"threads", {{"sleeps", {}}}},
        {"go", {{"sleeps", {}}}},
        {"tbb", {{"spins", {}}}},
        {"rayon", {{"spins", {}}}},
        {"floor", {{"polls", {}}, {"sleeps", {{"wait", "block"}}}}},
        {"c_mutex", {{"sleeps", {}}, {"spins", {{"spins", "9"}}}}}};
    const auto at = known.find(GetParam()->name());
    ASSERT_NE(at, known.end()) << "which arms of it sleep, spin or poll?";
    for (const auto& [word, given] : at->second) EXPECT_EQ(waits_with(given), word);
}

TEST_P(every_runtime, W1_lists_every_knob_in_the_effective_set) {
    const auto knobs = GetParam()->effective_knobs({});
    ASSERT_TRUE(knobs.has_value()) << knobs.error();
    for (const auto& knob : GetParam()->knobs()) {
        EXPECT_EQ(knobs->at(knob.name), knob.initial);
        EXPECT_FALSE(knob.help.empty());
        EXPECT_FALSE(knob.range.empty());
    }
}

/// Nothing here waits for a hot message: what was sent with such a tag would never come, and the case would
/// hang.
TEST(knobs_of_spargio, W1_refuses_tags_that_no_workload_receives) {
    const auto* spargio = find_backend("spargio");
    ASSERT_NE(spargio, nullptr);
    for (const char* knob : {"hot_tags", "coalesced_hot_tags"}) {
        const auto refused = spargio->effective_knobs({{knob, "0"}});
        ASSERT_FALSE(refused.has_value()) << knob;
        EXPECT_NE(refused.error().find(std::string("knob ") + knob + " is not for workloads"),
                  std::string::npos)
            << refused.error();
    }
}

TEST_P(every_runtime, W1_says_what_it_is) {
    EXPECT_FALSE(GetParam()->version().empty());
    EXPECT_FALSE(GetParam()->summary().empty());
    EXPECT_EQ(find_backend(GetParam()->name()), GetParam());
}

INSTANTIATE_TEST_SUITE_P(conformance, every_runtime, testing::ValuesIn(runtimes().begin(), runtimes().end()),
                         [](const auto& info) { return std::string(info.param->name()); });

} // namespace
