// IORING_OP_SPLICE (kernel 5.7; splice(2)).
#pragma once

#include <spargio/ops/detail/operation_for_nothing.hpp>
#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <cstdint>

#include <liburing.h>

namespace spargio::ops {

class splice_request {
public:
    using value_type = std::size_t;

    splice_request(int from, std::int64_t from_offset, int to, std::int64_t to_offset,
                   std::size_t bytes) noexcept
        : from_(from), from_offset_(from_offset), to_(to), to_offset_(to_offset), bytes_(bytes) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        if (detail::prepare_for_nothing(entry, bytes_)) return;
        io_uring_prep_splice(&entry, from_, from_offset_, to_, to_offset_, detail::transfer_length(bytes_), 0);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int from_;
    std::int64_t from_offset_;
    int to_;
    std::int64_t to_offset_;
    std::size_t bytes_;
};

/// Moves bytes between two files of which one is a pipe; offset -1 for a pipe, and for a file's own position.
/// Gives the bytes moved; 0 at the end, and where none are asked for. Runs on a thread of the kernel's, which
/// waits where there is nothing to move (hazards: one thread each), so poll() first where that may be long:
/// into a regular file it is one of those that this shard's creates and syncs need (options.kernel_workers).
[[nodiscard]] inline operation<splice_request> splice(int from, std::int64_t from_offset, int to,
                                                      std::int64_t to_offset, std::size_t bytes) noexcept {
    return operation<splice_request>(splice_request(from, from_offset, to, to_offset, bytes));
}

} // namespace spargio::ops
