// io_uring constants that are newer than liburing 2.3 (Debian 12). Values from the kernel's
// include/uapi/linux/io_uring.h; they are ABI and never change.
#pragma once

namespace spargio::detail::kernel {

/// io_uring_register(2) opcode, kernel 6.13: sends a MSG_RING request without a ring of one's own (fd -1).
inline constexpr unsigned register_send_msg_ring = 31;

/// Opcode of a request, kernel 6.9: ftruncate(2) to the length in `off`.
inline constexpr unsigned op_ftruncate = 55;

/// Bit of `ioprio` of a receive, kernel 6.10: its completion may fill several provided buffers.
inline constexpr unsigned recvsend_bundle = 1U << 4;

/// Bit of io_uring_params.features: the kernel has that.
inline constexpr unsigned feature_recvsend_bundle = 1U << 14;
inline constexpr unsigned feature_rw_attr = 1U << 16; // kernel 6.14

} // namespace spargio::detail::kernel
