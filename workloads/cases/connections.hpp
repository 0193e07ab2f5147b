// W39: connections to the echo peer that are open all the time, of which few are active: an iteration moves one
// frame there and back on each of the active ones, all at once, and the next iteration takes the next ones. All
// of the others have a reader that waits, as in a server.
//
// Connection i is worker i modulo their number's own. A worker does its part of one iteration after the other
// and waits for no other worker.
#pragma once

#include "workloads/measure/histogram.hpp"
#include "workloads/traffic/flow_set.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

/// The shape of a slice, read from the parameters once, before the timing.
struct connections_shape {
    std::uint64_t connections;
    std::uint64_t active; ///< of them, in an iteration
    std::uint64_t frame_bytes;
    std::size_t workers;

    static connections_shape read(const parameters& values);

    /// Place 0 to active - 1 of an iteration.
    [[nodiscard]] std::uint64_t active_one(std::uint64_t iteration, std::uint64_t place) const noexcept {
        return (iteration * active + place) % connections;
    }
    /// Iterations in which each connection has its turn.
    [[nodiscard]] std::uint64_t whole_turn() const noexcept { return (connections + active - 1) / active; }
    /// The streams of workloads/traffic/frame_flow.hpp that this is made of; each has room for a frame and no
    /// more.
    [[nodiscard]] stream_shape streams() const noexcept;
};

/// What one worker does of a slice. One thread at a time.
class connections_share {
public:
    connections_share(const connections_shape& shape, flow_set& flows, std::size_t worker);

    /// `into`: where latencies go, or null. The flows have been reset.
    void begin(std::uint64_t iterations, histogram* into) noexcept;
    /// The connections of the next iteration that has any for this worker, each with a frame to write; empty
    /// when there is none left. Valid until the next call.
    [[nodiscard]] std::span<const std::size_t> next_iteration();
    /// To be called right before the frame of one of them is written.
    void note_written(std::size_t connection);
    /// Bytes came on a connection, into its flow's room. True when they were the last of the iteration. Throws
    /// std::runtime_error for none, and for bytes that were not asked for.
    [[nodiscard]] bool take(std::size_t connection, std::size_t bytes);

private:
    const connections_shape shape_;
    flow_set& flows_;
    const std::size_t worker_;
    histogram* into_ = nullptr;
    std::uint64_t iteration_ = 0;
    std::uint64_t iterations_ = 0;
    std::size_t waited_for_ = 0;
    std::vector<std::size_t> active_;
    std::vector<std::uint64_t> written_ns_; // by connection / workers
};

/// Raises this process's limit of open files, so that it can have so many connections. A sentence with the
/// remedy where the hard limit forbids it.
[[nodiscard]] std::optional<std::string> make_room_for_connections(std::uint64_t connections);

[[nodiscard]] std::vector<workload> connections_workloads();

} // namespace bench
