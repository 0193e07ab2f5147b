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

    static ping_pong_shape read(const parameters& how, bool one_way);
    /// Messages handed over at once, with "all" spelt out.
    [[nodiscard]] std::uint64_t batch_size() const noexcept { return batch == 0 ? rounds : batch; }
};

[[nodiscard]] std::vector<workload> ping_pong_workloads();

} // namespace bench
