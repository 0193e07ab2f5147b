// W7: a peer that resets, one that closes early, one that is not there: each backend reports it, and the
// session closes. None may wait for what will never come.
#include "tests/conformance/cases.hpp"
#include "tests/conformance/faulty_peer.hpp"

#include "workloads/measure/recorder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <exception>
#include <string>
#include <string_view>

namespace {

using namespace bench;
using namespace conformance;

class every_connected_backend : public testing::TestWithParam<combination> {
protected:
    /// As in a cell (harness/cell/cell_process.cpp).
    void SetUp() override { ::signal(SIGPIPE, SIG_IGN); }

    static auto open_here() {
        const auto& [runtime, asked, values, knobs] = GetParam();
        return runtime->open(*asked, values, knobs);
    }

    /// So that each connection carries more bytes than it lives for.
    static std::uint64_t enough_iterations() {
        const bool many =
            GetParam().asked->name == "net/connections" || GetParam().asked->name == "net/open_loop";
        return many ? 90 : 3;
    }

    /// What the slice says of a peer that breaks each connection off; empty when it takes that for a right
    /// answer.
    static void expect_complaint(peer_fault fault, std::size_t after_bytes) {
        const faulty_peer peer(fault, after_bytes);
        auto session = open_here();
        if (!session) {
            // Who talks to the peer while it opens complains then.
            EXPECT_NE(session.error().reason, "");
            if (GetParam().asked->name != "net/connections") {
                EXPECT_NE(session.error().kind, refusal::kind_type::failed) << session.error().reason;
            }
            return;
        }
        recorder latencies(4);
        const slice_order order{.iterations = enough_iterations(), .seed = 7};
        std::string complaint;
        try {
            static_cast<void>((*session)->run(order, latencies));
        } catch (const std::exception& error) {
            complaint = error.what();
        }
        EXPECT_NE(complaint, "") << "a session that lost its peer says so itself";
        session->reset();
    }
};

/// Less than a frame.
constexpr std::size_t at_once = 60;
/// In the middle of some frame of the streams with many; those with few have then ended or go on.
constexpr std::size_t later = 1000;

TEST_P(every_connected_backend, W7_reports_a_peer_that_resets_and_closes) {
    expect_complaint(peer_fault::reset, at_once);
    expect_complaint(peer_fault::reset, later);
}

TEST_P(every_connected_backend, W7_reports_a_peer_that_closes_early_and_closes) {
    expect_complaint(peer_fault::close, at_once);
    expect_complaint(peer_fault::close, later);
}

/// What is written second meets EPIPE, and SIGPIPE where it is not ignored: the first was answered by a reset.
TEST_P(every_connected_backend, W7_reports_a_peer_that_has_left_and_closes) {
    expect_complaint(peer_fault::leave, at_once);
}

TEST_P(every_connected_backend, W7_a_peer_that_is_not_there_is_a_refusal) {
    const absent_peer nobody;
    const auto session = open_here();
    ASSERT_FALSE(session.has_value());
    const auto kind = session.error().kind;
    if (kind == refusal::kind_type::unsupported || kind == refusal::kind_type::unavailable) return;
    EXPECT_EQ(kind, refusal::kind_type::failed);
    EXPECT_NE(session.error().reason.find("refused"), std::string::npos) << session.error().reason;
}

/// The thread sanitizer does not see into libstdc++, and so not how an exception is counted there: one that a
/// handler of Asio's or libuv's hands to the caller and lets go of itself later it takes for a race.
bool sanitizer_misjudges([[maybe_unused]] std::string_view backend) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
    return backend.starts_with("asio") || backend == "libuv";
#endif
#endif
    return false;
}

/// With the knobs as they are, and Tokio's and Asio's other forms.
std::vector<combination> connected_combinations() {
    auto all = all_combinations();
    std::erase_if(all, [](const combination& each) {
        const auto name = each.runtime->name();
        const bool has_forms = name == "tokio" || name.starts_with("asio");
        return sanitizer_misjudges(name) || !each.asked->needs_peer || each.asked->peer != peer_kind::echo ||
               serves_itself(each.values) || (!has_forms && !each.knobs.empty());
    });
    return all;
}

INSTANTIATE_TEST_SUITE_P(conformance, every_connected_backend, testing::ValuesIn(connected_combinations()),
                         [](const auto& info) { return name_of(info.param); });

} // namespace
