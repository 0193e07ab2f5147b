// IORING_OP_READ (kernel 5.6; read(2), pread(2)).
#pragma once

#include <spargio/ops/current_position.hpp>
#include <spargio/ops/detail/operation_for_nothing.hpp>
#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/detail/operation_tried_first.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

#include <liburing.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace spargio::ops {

class read_request {
public:
    using value_type = std::size_t;
    static constexpr bool cheaper_together = true;

    read_request(int file, std::span<std::byte> into, std::uint64_t offset) noexcept
        : file_(file), into_(into), offset_(offset) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        if (detail::prepare_for_nothing(entry, into_.size())) return;
        io_uring_prep_read(&entry, file_, into_.data(), detail::transfer_length(into_.size()), offset_);
    }
    /// See operation_tried_first.hpp.
    [[nodiscard]] ssize_t try_now() const noexcept {
        const iovec whole{.iov_base = into_.data(), .iov_len = detail::transfer_length(into_.size())};
        return ::preadv2(file_, &whole, 1, static_cast<off_t>(offset_), RWF_NOWAIT);
    }
    [[nodiscard]] std::span<const std::byte> written() const noexcept { return into_; }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int file_;
    std::span<std::byte> into_;
    std::uint64_t offset_;
};

/// Reads at `offset` bytes from the start of the file, or at its own position. Gives the bytes read, which may
/// be fewer than asked for; 0 at the end, and, without asking the kernel, where `into` is empty. Pipes and
/// terminals have no positions and pass over `offset`; a socket refuses it (ESPIPE), if it is not 0 or its own
/// position. Borrows `into`.
[[nodiscard]] inline operation<read_request> read(int file, std::span<std::byte> into,
                                                  std::uint64_t offset = current_position) noexcept {
    return operation<read_request>(read_request(file, into, offset));
}

/// As read(), tried on the spot by preadv2(2) with RWF_NOWAIT (kernel 4.14), if `cached`: what is in the page
/// cache comes without a suspension, also when that is less than asked for. What that call refuses and the ring
/// may do goes to the ring: offsets of a pipe, and all where a seccomp filter answers EPERM or ENOSYS. Not for
/// files that are open for direct transfers (O_DIRECT), which that call would wait for.
[[nodiscard]] inline auto read_at_once(int file, std::span<std::byte> into, std::uint64_t offset,
                                       bool cached = true) noexcept {
    return operation<detail::tried_first<read_request>>(
        detail::tried_first<read_request>(file, into, offset).if_wanted(cached));
}

} // namespace spargio::ops
