// A workload says what is asked and how it is judged; it knows no runtime (W1, W4).
#pragma once

#include "workloads/contract/parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What a session is asked for in one slice.
struct slice_order {
    std::uint64_t iterations = 1; ///< how often to do the workload's iteration
    std::uint64_t seed = 0;       ///< enters every message and every branch, so no answer can be precomputed
    bool record_latency = false; ///< record each operation's latency; off in the slices that are judged by time
};

/// What a session says that it did. Filled in by the timed code itself.
struct slice_outcome {
    std::uint64_t operations = 0;
    std::uint64_t checksum = 0;
    std::uint64_t bytes = 0;
    /// Operating-system thread ids (gettid) of the sides that took part, where the workload asks for them.
    std::vector<std::uint64_t> thread_ids = {};
};

/// What a right answer looks like.
struct expectation {
    std::uint64_t operations = 0;
    std::uint64_t checksum = 0;
    std::uint64_t bytes = 0;
    std::uint64_t distinct_threads = 0; ///< 0: any; else exactly so many different thread ids must be reported
    /// Of how many operations the latency is recorded, when asked for; none: of each.
    std::optional<std::uint64_t> latencies = std::nullopt;
};

/// By which of a slice's figures arms are compared.
enum class judged_by {
    wall_time, ///< wall ns per operation
    cpu_time,  ///< user + system CPU ns per operation (for idling)
};

/// The program on the other side of a workload's connections (workloads/peer/).
enum class peer_kind {
    echo,           ///< sends back what the session writes (echo_peer/)
    churn_client,   ///< connects to the session, one frame a connection (churn_client/)
    load_generator, ///< connects to the session and asks on connections that stay (serve_client/)
};

/// What a workload asks for, as a type with its parameters (workloads/cases/scenario.hpp).
struct scenario;

struct workload {
    std::string_view name;      ///< `family/case`
    std::string_view summary;   ///< one line: what an iteration does
    std::string_view operation; ///< what one operation is: "round trip", "message", "branch"
    judged_by judge = judged_by::wall_time;
    bool measures_latency = false;    ///< whether sessions record when asked to
    bool needs_peer = false;          ///< whether its sessions talk to a peer (echo_peer.hpp, peer_address.hpp)
    peer_kind peer = peer_kind::echo; ///< which, where it needs one
    std::vector<parameter_spec> parameters;

    /// What is asked for with these values. Reads nothing but them, and the name of a workload is read nowhere
    /// else.
    scenario (*read)(const bench::parameters&);

    /// The right answer for an order. Pure; may take as long as the slice itself, so it runs outside the
    /// timing.
    expectation (*expect)(const bench::parameters&, const slice_order&);

    /// What this process or machine lacks for that, in a sentence with the remedy; none where it lacks nothing.
    /// Raises what the process may raise for itself. Asked before a session is opened; null: nothing to ask.
    std::optional<std::string> (*lacks)(const bench::parameters&) = nullptr;
};

/// Whether the session is to echo too (peer=self, W6), so that no peer is needed. Never for a workload that has
/// no such parameter.
[[nodiscard]] bool serves_itself(const parameters& values);

/// Whether the peer is to be scheduled as SCHED_BATCH (peer_class=batch), where the workload has that
/// parameter.
[[nodiscard]] bool has_batch_peer(const parameters& values);

/// Holds an outcome against the expectation. Empty when right; else a sentence that says what was wrong.
[[nodiscard]] std::optional<std::string> verify(const workload&, const parameters&, const slice_order&,
                                                const slice_outcome&);

} // namespace bench
