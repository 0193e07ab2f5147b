// The C interface from both sides in one process: what goes out through it comes back the same (W3).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/peer/peer_address.hpp"
#include "workloads/plugin/export_backend.hpp"
#include "workloads/plugin/isolated.hpp"
#include "workloads/plugin/plugin_session.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <unistd.h>

namespace {

using namespace bench;
using testing::ElementsAre;

/// Answers `harness/empty` and remembers what it was asked.
class mirror_backend final : public backend {
public:
    class mirror_session final : public session {
    public:
        explicit mirror_session(std::optional<std::uint16_t> peer) : peer_(peer) {}

        slice_outcome run(const slice_order& order, recorder& into) override {
            if (order.seed == 13) throw std::runtime_error("the thirteenth");
            if (order.record_latency)
                for (std::size_t lane = 0; lane < into.lanes(); ++lane)
                    for (std::uint64_t i = 0; i <= lane; ++i) into.lane(lane).record(1'234'567 + i);
            return {.operations = order.iterations,
                    .checksum = order.seed,
                    .bytes = order.record_latency ? 1u : 0u,
                    .thread_ids = {5, 7}};
        }
        [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
            return {{"peer", std::to_string(peer_.value_or(0))}, {"shape", "flat"}};
        }

    private:
        std::optional<std::uint16_t> peer_;
    };

    std::string_view name() const override { return "mirror"; }
    backend_kind kind() const override { return backend_kind::rival; }
    backend_class standing() const override { return backend_class::specialist; }
    std::optional<wait_manner> waits(const knob_values&) const override { return wait_manner::polls; }
    std::string version() const override { return "1"; }
    std::string_view summary() const override { return "for the tests"; }
    std::vector<knob_spec> knobs() const override { return {{"size", "3", "0 to 9", "B", "how large"}}; }

    std::expected<std::unique_ptr<session>, refusal> open(const workload& wanted, const parameters& values,
                                                          const knob_values& given) override {
        asked = std::string(wanted.name) + "?" + values.label();
        knobs_seen = given;
        if (wanted.name == "idle/park") return refuse_unsupported("it never rests");
        if (wanted.name == "fanout/fib")
            return std::unexpected(refusal{refusal::kind_type::unavailable, "no trees"});
        return std::make_unique<mirror_session>(peer_port());
    }

    std::string asked;
    knob_values knobs_seen;
};

mirror_backend& mirror() {
    static mirror_backend instance;
    return instance;
}

const bench_backend& exported() { return *export_backend(mirror(), BENCH_ABI_VERSION); }

std::expected<std::unique_ptr<session>, refusal> open_through(std::string_view workload,
                                                              std::vector<assignment> given = {}) {
    const auto* asked = find_workload(workload);
    const auto values = parameters::make(asked->parameters, given);
    return open_plugin_session(exported(), *asked, *values, {{"size", "4"}});
}

TEST(plugin_interface, W3_the_table_says_what_the_backend_says) {
    EXPECT_STREQ(exported().name, "mirror");
    EXPECT_EQ(exported().knob_count, 1u);
    EXPECT_STREQ(exported().knobs[0].range, "0 to 9");
    EXPECT_STREQ(exported().standing, "specialist");
    EXPECT_STREQ(exported().waits(nullptr, 0), "polls");
    EXPECT_EQ(export_backend(mirror(), BENCH_ABI_VERSION + 1), nullptr);
}

TEST(plugin_interface, W3_workload_parameters_and_knobs_arrive) {
    ASSERT_TRUE(open_through("ping_pong/one_way_drain", {{"batch", "all"}, {"messages", "77"}}));
    EXPECT_EQ(mirror().asked, "ping_pong/one_way_drain?messages=77,batch=all,workers=2");
    EXPECT_EQ(mirror().knobs_seen, (knob_values{{"size", "4"}}));
}

TEST(plugin_interface, W3_an_outcome_comes_back_whole) {
    const auto open = open_through("harness/empty");
    ASSERT_TRUE(open);
    recorder latencies(3);
    const auto done = (*open)->run({.iterations = 9, .seed = ~std::uint64_t{0}}, latencies);
    EXPECT_EQ(done.operations, 9u);
    EXPECT_EQ(done.checksum, ~std::uint64_t{0});
    EXPECT_EQ(done.bytes, 0u);
    EXPECT_THAT(done.thread_ids, ElementsAre(5u, 7u));
    EXPECT_EQ(latencies.merged().total(), 0u);
}

TEST(plugin_interface, W3_W5_latencies_come_back_in_their_lanes_with_least_and_greatest) {
    const auto open = open_through("harness/empty");
    ASSERT_TRUE(open);
    recorder latencies(3);
    for (int slice = 0; slice < 2; ++slice) { // the second must not bring the first one's again
        latencies.clear();
        EXPECT_EQ((*open)->run({.iterations = 1, .seed = 1, .record_latency = true}, latencies).bytes, 1u);
    }
    for (std::size_t lane = 0; lane < 3; ++lane) {
        EXPECT_EQ(latencies.lane(lane).total(), lane + 1);
        EXPECT_EQ(latencies.lane(lane).min_ns(), 1'234'567u);
        EXPECT_EQ(latencies.lane(lane).max_ns(), 1'234'567u + lane);
    }
}

TEST(plugin_interface, W3_refusals_keep_their_kind_and_reason) {
    const auto unsupported = open_through("idle/park");
    ASSERT_FALSE(unsupported);
    EXPECT_EQ(unsupported.error().kind, refusal::kind_type::unsupported);
    EXPECT_EQ(unsupported.error().reason, "it never rests");
    const auto unavailable = open_through("fanout/fib");
    ASSERT_FALSE(unavailable);
    EXPECT_EQ(unavailable.error().kind, refusal::kind_type::unavailable);
}

TEST(plugin_interface, W3_an_exception_becomes_an_error_and_the_session_goes_on) {
    const auto open = open_through("harness/empty");
    ASSERT_TRUE(open);
    recorder latencies(1);
    EXPECT_THAT([&] { (*open)->run({.iterations = 1, .seed = 13}, latencies); },
                testing::ThrowsMessage<std::runtime_error>("the thirteenth"));
    EXPECT_EQ((*open)->run({.iterations = 1, .seed = 1}, latencies).operations, 1u);
}

TEST(plugin_interface, W3_W6_capabilities_and_the_port_of_the_peer_cross) {
    set_peer_port(4711);
    const auto open = open_through("harness/empty");
    set_peer_port(std::nullopt);
    ASSERT_TRUE(open);
    EXPECT_EQ((*open)->capabilities(),
              (std::map<std::string, std::string>{{"peer", "4711"}, {"shape", "flat"}}));
}

TEST(isolated, P20_what_a_child_says_comes_home_whole) {
    const std::string large(1 << 20, 'x');
    const auto said = run_isolated(
        [&] {
            return std::vector<std::string>{"", large, "end"};
        },
        std::chrono::seconds(60));
    ASSERT_TRUE(said) << said.error();
    EXPECT_THAT(*said, ElementsAre("", large, "end"));
}

TEST(isolated, P20_a_crash_a_hang_and_an_exit_stay_in_the_child) {
    const auto ending = [](void (*work)(), std::chrono::milliseconds limit) {
        const auto said = run_isolated(
            [&] {
                work();
                return std::vector<std::string>{};
            },
            limit);
        return said ? "nothing" : said.error();
    };
    EXPECT_EQ(ending([] { std::raise(SIGKILL); }, std::chrono::seconds(60)), "crashed (SIGKILL)");
    EXPECT_EQ(ending([] { ::_exit(3); }, std::chrono::seconds(60)), "ended with exit code 3");
    EXPECT_EQ(ending([] { throw 1; }, std::chrono::seconds(60)), "ended with exit code 1");
    EXPECT_EQ(ending(
                  [] {
                      for (;;) ::pause();
                  },
                  std::chrono::milliseconds(50)),
              "did not come to an end within 50 ms");
}

} // namespace
