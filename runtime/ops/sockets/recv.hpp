// IORING_OP_RECV (kernel 5.6; recv(2)).
#pragma once

#include <spargio/detail/sched/attempt_guess.hpp>
#include <spargio/ops/detail/empty_read.hpp>
#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/detail/operation_tried_first.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class recv_request {
public:
    using value_type = std::size_t;

    recv_request(int socket, std::span<std::byte> into, int flags) noexcept
        : socket_(socket), into_(into), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        if (into_.empty() && detail::asks_for_nothing(socket_, flags_))
            return detail::prepare_empty_read(entry);
        io_uring_prep_recv(&entry, socket_, into_.data(), detail::transfer_length(into_.size()), flags_);
    }
    /// See operation_tried_first.hpp.
    [[nodiscard]] ssize_t try_now() const noexcept {
        return ::recv(socket_, into_.data(), detail::transfer_length(into_.size()), flags_ | MSG_DONTWAIT);
    }
    [[nodiscard]] std::span<const std::byte> written() const noexcept { return into_; }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    std::span<std::byte> into_;
    int flags_;
};

/// Waits for bytes and gives how many came; 0 when the other side has ended its direction, and at once for an
/// empty `into`; which of a datagram socket waits for a datagram, and drops it. With MSG_WAITALL it waits until
/// `into` is full. Cancelled, it has taken nothing, or gives what it has taken. Borrows `into`.
[[nodiscard]] inline operation<recv_request> recv(int socket, std::span<std::byte> into,
                                                  int flags = 0) noexcept {
    return operation<recv_request>(recv_request(socket, into, flags));
}

/// As recv(), tried on the spot by recv(2) with MSG_DONTWAIT where `guess` finds that worth it, which must be
/// there until the operation is awaited (null: never). Cost where bytes are there: that system call, no
/// suspension.
[[nodiscard]] inline auto recv_at_once(int socket, std::span<std::byte> into,
                                       spargio::detail::attempt_guess* guess, int flags = 0) noexcept {
    using request = detail::tried_when_guessed<recv_request>;
    return operation<request>(request(guess, socket, into, flags));
}

} // namespace spargio::ops
