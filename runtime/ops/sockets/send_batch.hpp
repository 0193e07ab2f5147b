// Many buffers with one submission and one resumption (R29): IORING_OP_SENDMSG with MSG_WAITALL, by which the
// kernel goes on after a part by itself (5.19).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/tasks/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spargio::ops {

class send_batch_request {
public:
    using value_type = std::size_t;

    send_batch_request(int socket, std::span<iovec> parts) noexcept : socket_(socket), parts_(parts) {}

    void prepare(io_uring_sqe& entry) noexcept {
        message_ = {};
        message_.msg_iov = parts_.data();
        message_.msg_iovlen = parts_.size();
        io_uring_prep_sendmsg(&entry, socket_, &message_, MSG_NOSIGNAL | MSG_WAITALL);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    std::span<iovec> parts_;
    msghdr message_{};
};

namespace detail {

/// Takes `bytes` off the front; gives what is left.
[[nodiscard]] inline std::span<iovec> without_front(std::span<iovec> parts, std::size_t bytes) noexcept {
    while (!parts.empty() && bytes >= parts.front().iov_len) {
        bytes -= parts.front().iov_len;
        parts = parts.subspan(1);
    }
    if (!parts.empty()) {
        parts.front().iov_base = static_cast<std::byte*>(parts.front().iov_base) + bytes;
        parts.front().iov_len -= bytes;
    }
    return parts;
}

} // namespace detail

/// Sends all of the buffers, in order, at most `window` (1,024 at most) with one request. Gives the bytes sent:
/// all, or those before an error or a cancellation, which is the answer only when nothing was sent. `parts` is
/// used up on the way: list and buffers must stay until it has been awaited. A task: awaited on a shard, where
/// it runs as part of the caller. Allocates its frame and throws std::bad_alloc; else nothing.
[[nodiscard]] inline task<io_result<std::size_t>> send_all_batch(int socket, std::span<iovec> parts,
                                                                 std::size_t window = 1024) {
    std::size_t sent = 0;
    while (!parts.empty()) {
        const auto now = parts.first(std::min(std::clamp<std::size_t>(window, 1, 1024), parts.size()));
        operation<send_batch_request> some(send_batch_request(socket, now));
        const io_result<std::size_t> answer = co_await some;
        if (!answer) {
            if (sent != 0) co_return sent;
            co_return answer;
        }
        sent += *answer;
        parts = detail::without_front(parts, *answer);
    }
    co_return sent;
}

} // namespace spargio::ops
