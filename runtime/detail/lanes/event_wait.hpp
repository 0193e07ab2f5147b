// A task that waits for messages of its shard, as the lists of the shard hold it.
#pragma once

#include <spargio/core/message.hpp>
#include <spargio/detail/frames/wait_list.hpp>

#include <cstdint>

namespace spargio::detail {

/// Waits for one message.
struct event_wait : wait_node {
    event received;
};

/// Waits for the sum of a coalesced tag.
struct hot_count_wait : wait_node {
    std::uint64_t received = 0;
};

} // namespace spargio::detail
