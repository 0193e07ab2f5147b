// Messages between shards, each numbered, so that a lost, doubled or overtaken one shows (P1, P2), and a lost
// wake-up ends in a standstill (P3).
#pragma once

#include <spargio/spargio.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace stress {

/// Who sends to whom.
enum class pattern {
    one_to_one,     ///< shard 0 to shard 1
    three_to_one,   ///< shards 1 to 3 to shard 0
    all_to_all,     ///< every shard to every shard, itself too
    there_and_back, ///< shard 0 to shard 1, which answers each message
};

struct traffic {
    std::string name;
    pattern who;
    unsigned shards;
    std::uint32_t gap_steps; ///< work between two messages: 0 to this
    unsigned spin_us;
    std::uint64_t messages; ///< of each sender to each receiver
    std::string tier;       ///< for SPARGIO_TIER
    unsigned lane_capacity = 1024;
    unsigned tick_us = 0;  ///< not 0: each shard has a timer that ends sleeps about so often
    bool directly = false; ///< in the completions of MSG_RING, not over lanes
};

struct totals {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t parks = 0;
    std::uint64_t timeout_wakes_with_work = 0;
    std::string problem; ///< empty: everything arrived, once, in order
};

/// Runs it to the end, or to a standstill.
[[nodiscard]] totals run_traffic(const traffic& load);

} // namespace stress
