// What the kernel offers and what of it is in use (R3).
#pragma once

#include <bitset>
#include <cstddef>
#include <string>

namespace spargio {

/// How a shard is woken by a thread that owns no ring.
enum class foreign_wake {
    send_msg_ring, ///< IORING_REGISTER_SEND_MSG_RING (kernel 6.13)
    eventfd,       ///< a write to an eventfd that the shard reads through its ring
};

/// How a shard wakes another.
enum class shard_wake {
    msg_ring, ///< IORING_OP_MSG_RING (kernel 5.18)
    eventfd,  ///< the same way as a foreign thread
};

/// Requests by opcode (IORING_OP_), which is a byte.
using opcode_set = std::bitset<256>;

/// Effective features of a running runtime.
struct capabilities {
    bool single_issuer = false;      ///< IORING_SETUP_SINGLE_ISSUER
    bool coop_taskrun = false;       ///< IORING_SETUP_COOP_TASKRUN
    bool defer_taskrun = false;      ///< IORING_SETUP_DEFER_TASKRUN
    bool sqpoll = false;             ///< IORING_SETUP_SQPOLL: the kernel takes submissions up by itself
    bool registered_ring = false;    ///< the ring's descriptor is registered (kernel 5.18)
    bool receive_bundles = false;    ///< IORING_RECVSEND_BUNDLE: one completion may fill several buffers
    bool registered_buffers = false; ///< a table of them is to be had (kernel 5.19); see registered_buffer
    bool registered_files = false;   ///< one of open files (kernel 5.19); see fs::file::register_here()
    bool prompt_release = false;     ///< a place of it lets go of its file at once (kernel 6.13)
    shard_wake between_shards = shard_wake::msg_ring;
    foreign_wake from_outside = foreign_wake::send_msg_ring;
    opcode_set opcodes; ///< requests that the kernel takes

    /// Whether the kernel takes requests of this opcode (IORING_OP_).
    [[nodiscard]] bool supports(std::size_t opcode) const noexcept {
        return opcode < opcodes.size() && opcodes[opcode];
    }

    /// One word a feature but the opcodes, for a record: "single_issuer defer_taskrun msg_ring send_msg_ring".
    /// Throws std::bad_alloc. Any thread.
    [[nodiscard]] std::string summary() const;
};

} // namespace spargio
