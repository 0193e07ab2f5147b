// Descriptors that a ring knows (R31).
#pragma once

namespace spargio {
class shared_descriptor;
}

namespace spargio::detail {

/// Registers it with the ring of this shard, until it is closed (IORING_REGISTER_FILES_UPDATE, kernel 5.19 with
/// the table that it needs). True when that ring knows it; false for null, for one that is closing, and where
/// there is no place. The caller is the only user of the descriptor. Shards only; throws std::bad_alloc at
/// first use. Two system calls until it is closed.
[[nodiscard]] bool register_descriptor(shared_descriptor* descriptor);

} // namespace spargio::detail
