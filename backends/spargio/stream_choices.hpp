// How connections are driven (W30–W36, W38, W40): choices that a user of Spargio has, as knobs, so that
// experiments can hold them against each other (experiments/*). The headline takes the defaults, which decision
// 0026 gives reasons for.
#pragma once

#include "workloads/contract/backend.hpp"

#include <expected>
#include <string>
#include <vector>

namespace bench {

struct stream_choices {
    enum class task_place {
        stealable, ///< from the connection's shard, wherever one is idle, if the workload lets tasks move
        session,   ///< on the connection's shard
    };
    enum class receive_mode {
        single,    ///< a receive for each piece
        multishot, ///< one request for all that comes, into buffers of the ring; pieces are copied from there,
                   ///< and the tasks stay on that ring's shard
    };
    enum class home {
        preferred,   ///< context_preferred, the library's default: where they are connected, all on shard 0
        by_turns,    ///< fixed{i}: each shard as many
        round_robin, ///< the policy of that name
    };

    task_place place = task_place::stealable;
    receive_mode receive = receive_mode::single;
    home homes = home::preferred;

    bool operator==(const stream_choices&) const = default;

    static std::vector<knob_spec> knobs();
    /// Takes what it knows out of `given`. Error: names the knob and its legal values.
    static std::expected<stream_choices, std::string> take_from(knob_values& given);
    /// Of all its knobs, as text.
    [[nodiscard]] knob_values values() const;
};

} // namespace bench
