// net::stream_socket: connected sockets that carry bytes in order (R42, R43); what tcp_stream and unix_stream
// have in common.
#pragma once

#include <spargio/net/any_socket.hpp>
#include <spargio/ops/receive_stream.hpp>
#include <spargio/ops/sockets/recv.hpp>
#include <spargio/ops/sockets/send.hpp>
#include <spargio/ops/sockets/sendv.hpp>
#include <spargio/tasks/join_handle.hpp>
#include <spargio/tasks/spawn.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <sys/uio.h>

namespace spargio::net {

/// One task at a time may read, and one write; more of them would each get or send pieces of the other's bytes.
/// Fits async_reader and async_writer of spargio/io/, where read_exact, write_all, lines and frames are.
class stream_socket : public any_socket {
public:
    /// Waits for bytes and gives how many came, at least 1; 0 when the other side has ended its direction, and
    /// for an empty buffer. Cancelled, it has taken nothing. IORING_OP_RECV, in place: no frame, no allocation,
    /// about 30 ns beside the kernel's work; tried by recv(2) before, where bytes were often there of late.
    [[nodiscard]] auto read_some(std::span<std::byte> into) const noexcept {
        shared_descriptor* const of = shared();
        return operation_on(of, [into, of](int number) {
            return ops::recv_at_once(number, into, of != nullptr ? &of->reading() : nullptr);
        });
    }
    /// Waits for room and gives how many bytes the socket took, at least 1 of a buffer that is not empty.
    /// EPIPE, ECONNRESET: the other side is gone; SIGPIPE is never raised. Tried by send(2), then
    /// IORING_OP_SEND, in place.
    [[nodiscard]] auto write_some(std::span<const std::byte> from) const noexcept {
        return operation_on(shared(), [from](int number) { return ops::send_at_once(number, from); });
    }
    /// From several buffers, one after the other, at most 1,024 of them (EMSGSIZE above). Borrows the list too.
    /// Tried by sendmsg(2), then IORING_OP_SENDMSG, in place.
    [[nodiscard]] auto write_some(std::span<const iovec> parts) const noexcept {
        return operation_on(shared(), [parts](int number) { return ops::sendv_at_once(number, parts); });
    }

    /// All that comes, by one request of the kernel's (R30), as in `auto incoming = socket.receive_stream();`.
    /// For the task that calls it, on its shard; EBADF from next() when the socket is closed or closing.
    /// close() waits for it as for every use: have it end, or let it go, before this task closes the socket.
    /// Throws std::bad_alloc.
    [[nodiscard]] ops::receive_stream receive_stream() const { return ops::receive_stream(shared()); }

    /// Ends a direction: the other side reads to the end of what was sent; receiving here gives 0. In place.
    [[nodiscard]] auto shutdown(direction side) const noexcept { return shut_down(side); }

    /// shutdown(direction::send), under the name that copy_bidirectional() wants.
    [[nodiscard]] auto end_writing() const noexcept { return shut_down(direction::send); }

    /// The shard that the connection belongs to, by the session policy with which it was made.
    [[nodiscard]] std::uint32_t home() const noexcept { return home_; }
    /// Starts a task on the connection's shard, where it stays; as spawn(). On a shard only.
    template <class T>
    [[nodiscard]] join_handle<T> spawn_on_session(task<T> work) const {
        return spawn(std::move(work), pinned{home_});
    }
    /// Starts a task on the connection's shard, from where idle shards may take it between two operations.
    template <class T>
    [[nodiscard]] join_handle<T> spawn_stealable_on_session(task<T> work) const {
        return spawn(std::move(work), stealable_preferred{home_});
    }

protected:
    stream_socket() noexcept = default;
    stream_socket(file_descriptor owned, std::uint32_t home) : any_socket(std::move(owned)), home_(home) {}

private:
    std::uint32_t home_ = 0;
};

} // namespace spargio::net
