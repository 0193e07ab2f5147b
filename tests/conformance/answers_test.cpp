// W4, W7: every backend does every workload rightly, or says in a sentence why not.
#include "tests/conformance/cases.hpp"

#include "backends/registry/registry.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/measure/recorder.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>

namespace {

using namespace bench;
using namespace conformance;

constexpr std::size_t lanes = 4;

class every_backend : public testing::TestWithParam<combination> {
protected:
    /// Opens, or ends the test: skipped when the refusal is a proper one.
    std::unique_ptr<session> open_or_end() {
        auto [session, refused] = open(GetParam());
        if (session) return std::move(session);
        EXPECT_FALSE(refused.reason.empty()) << "a refusal needs a reason";
        EXPECT_TRUE(refused.kind == refusal::kind_type::unsupported ||
                    refused.kind == refusal::kind_type::unavailable)
            << "small legal parameters must not fail: " << refused.reason;
        EXPECT_EQ(refused.reason.find("fresh process"), std::string::npos)
            << "a refusal for what another test did proves nothing: " << refused.reason;
        reason_ = refused.reason;
        return nullptr;
    }

    std::string reason_;
};

TEST_P(every_backend, W7_answers_rightly_or_says_why_not) {
    const auto& [runtime, asked, values, knobs] = GetParam();
    const auto session = open_or_end();
    if (!session) {
        RecordProperty("refused", reason_);
        return;
    }
    recorder latencies(lanes);
    // Different seeds and lengths one after the other: nothing may be left over from the slice before.
    for (const slice_order& order :
         {slice_order{.iterations = 1, .seed = 1}, slice_order{.iterations = 3, .seed = 0xfeedfacecafebeef},
          slice_order{.iterations = 2, .seed = 0}}) {
        const auto wrong = verify(*asked, values, order, session->run(order, latencies));
        EXPECT_FALSE(wrong.has_value()) << *wrong;
    }
    EXPECT_EQ(latencies.merged().total(), 0u) << "latencies were recorded that nobody asked for";
}

TEST_P(every_backend, W5_records_one_latency_for_each_operation_when_asked) {
    const auto& [runtime, asked, values, knobs] = GetParam();
    if (!asked->measures_latency) return;
    const auto session = open_or_end();
    if (!session) return;
    recorder latencies(lanes);
    const slice_order order{.iterations = 2, .seed = 5, .record_latency = true};
    const auto done = session->run(order, latencies);
    EXPECT_FALSE(verify(*asked, values, order, done).has_value());
    EXPECT_EQ(latencies.merged().total(), asked->expect(values, order).latencies.value_or(done.operations));
}

INSTANTIATE_TEST_SUITE_P(conformance, every_backend, testing::ValuesIn(all_combinations()),
                         [](const auto& info) { return name_of(info.param); });

TEST(conformance, W7_goes_through_every_backend_and_every_workload) {
    EXPECT_GE(plain_combinations().size(), runtimes().size() * all_workloads().size());
    EXPECT_GE(all_workloads().size(), 8u);
}

TEST(conformance, W7_the_thin_form_leaves_out_no_workload_parameters_or_knob_of_a_backend) {
    if (is_thin()) GTEST_SKIP() << "SPARGIO_CONFORMANCE=thin: the whole is not here to hold it against";
    const auto whole = all_combinations();
    const auto thin = thinned(whole);
    EXPECT_LT(2 * thin.size(), whole.size());
    using plain_name = std::pair<std::string_view, std::string>;
    std::set<plain_name> plain, plain_thin, knobs, knobs_thin;
    const auto note = [](const combination& one, std::set<plain_name>& of_plain,
                         std::set<plain_name>& of_knobs) {
        if (one.knobs.empty()) of_plain.emplace(one.runtime->name(), name_of(one));
        for (const auto& [knob, value] : one.knobs) of_knobs.emplace(one.runtime->name(), knob + "=" + value);
    };
    for (const auto& one : whole) note(one, plain, knobs);
    for (const auto& one : thin) note(one, plain_thin, knobs_thin);
    EXPECT_EQ(plain_thin, plain);
    EXPECT_EQ(knobs_thin, knobs);
}

/// One that a build may go on without, where what it needs is not installed.
struct optional_backend_type {
    std::string_view name;
    bool is_expected;
    std::string_view remedy;
};

const optional_backend_type* optional_backend(std::string_view name) {
    static constexpr std::array all{
        optional_backend_type{"tokio", TOKIO_EXPECTED, "apt-get install cargo librust-tokio-dev"},
        optional_backend_type{"rayon", RAYON_EXPECTED, "apt-get install cargo librust-rayon-dev"},
        optional_backend_type{"go", GO_EXPECTED, "apt-get install golang-go"}};
    const auto* const at = std::ranges::find(all, name, &optional_backend_type::name);
    return at == all.end() ? nullptr : at;
}

TEST(conformance, W50_W51_W52_W53_W54_W55_W56_W57_W58_W59_no_backend_of_a_whole_build_is_missing) {
    std::set<std::string_view> names;
    for (const auto* runtime : all_backends()) {
        names.insert(runtime->name());
        if (const auto* optional = optional_backend(runtime->name()); optional && !optional->is_expected) {
            EXPECT_THAT(*runtime->lack(), testing::ContainsRegex(std::string(optional->remedy) + "|sanitizer"));
            continue;
        }
        EXPECT_EQ(runtime->lack(), std::nullopt) << runtime->name();
    }
    EXPECT_THAT(names, testing::IsSupersetOf({"spargio", "floor", "threads", "asio", "asio_uring", "libuv",
                                              "tokio", "tbb", "rayon", "go"}));
}

TEST(conformance, W1_shows_what_each_backend_refuses_and_why) {
    for (const auto& one : plain_combinations()) {
        const auto [session, refused] = open(one);
        if (session) continue;
        std::string place = std::string(one.runtime->name()) + " / " + std::string(one.asked->name);
        RecordProperty("refused", place + ": " + refused.reason);
        EXPECT_GT(refused.reason.size(), 20u) << place << ": a sentence, not a word";
        EXPECT_EQ(refused.reason.find("yet"), std::string::npos) << place << " has no form written";
    }
}

} // namespace
