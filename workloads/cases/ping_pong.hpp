// W10–W12: messages between two sides.
//
// Message k of a slice carries seed + k. The answering side returns mix(seed + k); the asking side adds the
// answers up. So the checksum is right only if every message arrived, once, and was answered by the other side.
#pragma once

#include "workloads/contract/workload.hpp"

namespace bench {

/// The shape of a ping-pong slice, read from the parameters once, before the timing.
struct ping_pong_shape {
    std::uint64_t rounds; ///< round trips, or messages, in one iteration
    std::uint64_t batch;  ///< one_way_drain: messages handed over at once; 0 means all
    std::size_t workers;

    static ping_pong_shape read(const parameters& values, bool one_way);
    /// Messages handed over at once, with "all" spelt out.
    [[nodiscard]] std::uint64_t batch_size() const noexcept { return batch == 0 ? rounds : batch; }
};

/// Two workers that live on, on two threads.
struct steady_rtt : ping_pong_shape {};
/// Two tasks that the runtime places.
struct tasks_rtt : ping_pong_shape {};
/// Messages one way between two threads, then a barrier.
struct one_way_drain : ping_pong_shape {};
/// Two workers that start before the first round and are gone after the last.
struct cold_start : ping_pong_shape {};

[[nodiscard]] std::vector<workload> ping_pong_workloads();

} // namespace bench
