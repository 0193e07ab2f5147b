// Receiving without end (R30): IORING_OP_RECV, multishot (kernel 6.0), into buffers that the kernel chooses
// when bytes have come (5.19), so that a connection on which nothing comes needs none. On older kernels one
// request after the other does the same.
#pragma once

#include <spargio/detail/doors/buffer_context.hpp>
#include <spargio/ops/buffer_lease.hpp>
#include <spargio/ops/buffer_segments.hpp>
#include <spargio/ops/detail/operation_hold.hpp>
#include <spargio/ops/operation_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace spargio::ops {

namespace detail {

class receive_state final : public stream_state, private spargio::detail::buffer_waiter {
public:
    using value_type = buffer_lease;

    explicit receive_state(int socket);
    explicit receive_state(shared_descriptor* socket);

    [[nodiscard]] io_result<buffer_lease> next_item() noexcept;
    [[nodiscard]] io_result<buffer_segments> next_segments() noexcept;

private:
    using number = spargio::detail::receive_buffers::number;
    static constexpr std::int32_t none = -1;

    [[nodiscard]] bool has_item() const noexcept override { return first_ != none || empty_message_; }
    void arm() noexcept override;
    void arrived(std::int32_t result, std::uint32_t flags) noexcept override;
    void drop(std::int32_t result, std::uint32_t flags) noexcept override;
    void let_go() noexcept override;
    void buffer_has_come() noexcept override;
    void look_before_waiting() noexcept override;

    static void prepare(spargio::detail::operation_wait& request, io_uring_sqe& entry) noexcept;
    [[nodiscard]] std::int32_t buffer_of(std::uint32_t flags) noexcept;
    [[nodiscard]] number successor_of(number buffer) noexcept;
    void enqueue(number first, std::size_t bytes) noexcept;
    void hold_back(std::uint32_t flags) noexcept;
    [[nodiscard]] bool is_empty_message() const noexcept;

    spargio::detail::receive_buffers& buffers_;
    const spargio::detail::operation_hold socket_;
    std::int32_t first_ = none; // of what has come, in order
    std::int32_t last_ = none;
    std::uint32_t count_ = 0;      // of them
    std::size_t bytes_ = 0;        // in all of them
    std::int32_t filling_ = none;  // where the kernel does not choose
    bool end_may_be_lost_ = false; // bytes came, and the request goes on
    bool renewing_ = false;        // it was cancelled, to be begun again
    bool empty_message_ = false;   // came behind the others
};

} // namespace detail

/// All that comes on a connected socket. The socket must stay open until the stream is destroyed; then the
/// kernel may still have the request for a moment, and takes no more bytes once it has ended (bytes that came
/// in between are lost, as is what was not taken by next()). Close the socket after its stream.
///
/// Immovable: `spargio::ops::receive_stream incoming(socket);` in a task. next() gives a lease of what has
/// come, at most options.receive_buffer_bytes; an empty one when the other side has ended its direction. What
/// nobody takes by next() stays in the socket, once as many buffers hold it as the shard has left for others;
/// the next call that finds nothing asks the kernel again. While all buffers of the shard are out it waits
/// until one comes back, or is given in place of those that other streams keep unread
/// (docs/decisions/0047). Allocates once, at the beginning; per piece nothing. A poll(2) where a call waits
/// again after bytes (docs/decisions/0030), and a getsockopt(2) at the end, else no system call of its own.
///
/// Of a socket of messages (SOCK_DGRAM, SOCK_SEQPACKET) each piece is one message, which must fit into a
/// buffer: a longer one is cut, or comes in several pieces. One of no bytes is an empty piece, and not the end:
/// has_ended() tells. Datagrams have no end, and shutdown(2) makes none: the kernel waits on, until the task is
/// cancelled. On SOCK_SEQPACKET the kernel says of the end what it says of an empty message: one right before
/// the end may be taken for it.
class receive_stream : public operation_stream<detail::receive_state> {
public:
    /// Asks nothing of the kernel before the first next(). Throws std::bad_alloc. In a task only; elsewhere it
    /// ends the program. The socket stays the caller's.
    explicit receive_stream(int socket) : operation_stream(std::make_unique<detail::receive_state>(socket)) {}
    /// Of an object, which makes it: stream_socket::receive_stream(). EBADF when it is closed or closing. The
    /// stream is a use of the socket, and holds its lease (R27), until it is destroyed and the kernel has done
    /// with the request.
    explicit receive_stream(shared_descriptor* of)
        : operation_stream(std::make_unique<detail::receive_state>(of)) {}

    /// All that has come, in as many buffers as it took: waits as next() does, and takes at once what as many
    /// calls of next() would give, in the same order. Empty when the other side has ended its direction. For
    /// work on bytes in batches; the buffers go back together.
    [[nodiscard]] auto next_segments() noexcept {
        return awaiter_of<&detail::receive_state::next_segments>(state());
    }

    /// Whether all that comes has come and been taken: of an empty piece, whether it was the end and not a
    /// message. On the stream's shard.
    [[nodiscard]] bool has_ended() const noexcept { return state().has_ended(); }
};

} // namespace spargio::ops
