// IORING_OP_WRITE (kernel 5.6; write(2), pwrite(2)).
#pragma once

#include <spargio/ops/current_position.hpp>
#include <spargio/ops/detail/operation_for_nothing.hpp>
#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

#include <liburing.h>

namespace spargio::ops {

class write_request {
public:
    using value_type = std::size_t;

    write_request(int file, std::span<const std::byte> from, std::uint64_t offset) noexcept
        : file_(file), from_(from), offset_(offset) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        if (detail::prepare_for_nothing(entry, from_.size())) return;
        io_uring_prep_write(&entry, file_, from_.data(), detail::transfer_length(from_.size()), offset_);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int file_;
    std::span<const std::byte> from_;
    std::uint64_t offset_;
};

/// Writes at `offset` bytes from the start of the file, or at its own position. Gives the bytes written, which
/// may be fewer than asked for; 0, without asking the kernel, where `from` is empty. Borrows `from`. EPIPE
/// where a pipe or a socket has no reader any more, and no signal: every shard blocks SIGPIPE. Pipes and
/// terminals have no positions and pass over `offset`; a socket refuses it (ESPIPE), if it is not 0 or its own
/// position: for sockets use send().
[[nodiscard]] inline operation<write_request> write(int file, std::span<const std::byte> from,
                                                    std::uint64_t offset = current_position) noexcept {
    return operation<write_request>(write_request(file, from, offset));
}

} // namespace spargio::ops
