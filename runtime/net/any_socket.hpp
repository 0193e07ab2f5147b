// net::any_socket: what all sockets have in common (R42): options, shutdown, and an end that waits for what is
// in flight (P8).
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/register_descriptor.hpp>
#include <spargio/net/detail/system_failure.hpp>
#include <spargio/ops/operation_on_descriptor.hpp>
#include <spargio/ops/sockets/shutdown.hpp>
#include <spargio/sync/shared_descriptor.hpp>
#include <spargio/tasks/task.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <sys/socket.h>

namespace spargio::net {

/// The direction of a connection that shutdown() ends.
enum class direction : std::uint8_t { receive, send, both };

/// Owns an open socket, which is non-blocking and close-on-exec. The base of all kinds.
///
/// For every operation of every kind holds: it may be used by several tasks at once, on any shard, each on the
/// ring of the shard that runs it, also while one of them closes the socket. Moving and destroying the object
/// is for one that is alone with it; what is in flight then may go on. Buffers are borrowed until awaited.
/// Errors are the kernel's errno; EBADF when the socket is closed or closing; `canceled`, `timed_out` and
/// `closed` (the runtime stops) as in ops/. Awaited on shards only.
///
/// Options are system calls of well below a microsecond which never wait; any thread. Each answers EBADF when
/// the socket is closed or closing, and ENOPROTOOPT or EOPNOTSUPP where the kind has no such option.
class any_socket {
public:
    /// Neither closed nor closing. Any thread.
    [[nodiscard]] explicit operator bool() const noexcept {
        return of_.get() != nullptr && of_.get()->is_open();
    }
    /// The descriptor, which stays ours; -1 for none. Any thread.
    [[nodiscard]] int number() const noexcept { return *this ? of_.get()->number() : -1; }

    /// Refuses new operations from now on. Those in flight on other tasks end soon, because both directions are
    /// shut down (shutdown(2)): receiving gives 0 bytes, sending EPIPE, accepting EINVAL. When none is left,
    /// closes the socket (IORING_OP_CLOSE, which is not cancellable): its number is not given out again before.
    /// With nothing in flight it only closes. `canceled`: this task was asked to stop while others were at it;
    /// it is closed when the last of them has ended. EBADF: closed or closing already.
    ///
    /// A socket that is destroyed without it is closed by close(2), on this thread or where its last operation
    /// ends; such an operation is not ended by that.
    [[nodiscard]] task<io_result<void>> close();

    /// Registers the socket with the ring of this shard, until it is closed (R31): what goes to that ring is
    /// cheaper, as the kernel need not look the socket up (IOSQE_FIXED_FILE). On other shards it is used as
    /// before. False, and a plain socket with the same results, when all options.registered_files places are
    /// taken, or the kernel refuses, and before 6.14, where a place may keep the peer from seeing the end; see
    /// stats() and features(). Once; for a task that is alone with the socket. Shards only; throws
    /// std::bad_alloc at first use. Costs two system calls until it is closed, for some 2 % of each request to
    /// the ring: for connections that stay. Closing it on another shard waits for this one.
    [[nodiscard]] bool register_here() { return spargio::detail::register_descriptor(of_.get()); }

    /// SO_REUSEADDR: may bind where connections of an earlier listener linger.
    [[nodiscard]] io_result<void> set_reuse_address(bool on) const;
    [[nodiscard]] io_result<bool> reuse_address() const;
    /// SO_REUSEPORT: several sockets may bind to one address, and the kernel spreads what comes over them.
    [[nodiscard]] io_result<void> set_reuse_port(bool on) const;
    [[nodiscard]] io_result<bool> reuse_port() const;
    /// SO_SNDBUF, SO_RCVBUF in bytes. The kernel doubles what is set, limits it (net.core.wmem_max, rmem_max),
    /// and gives back what it made of it (socket(7)).
    [[nodiscard]] io_result<void> set_send_buffer_size(int bytes) const;
    [[nodiscard]] io_result<int> send_buffer_size() const;
    [[nodiscard]] io_result<void> set_receive_buffer_size(int bytes) const;
    [[nodiscard]] io_result<int> receive_buffer_size() const;
    /// SO_LINGER: how long the kernel goes on trying to deliver what was sent when the socket is closed; 0 s
    /// drops it and resets the connection; none, the default, leaves it to the kernel. More than 2^31 - 1 s (68
    /// years) is that; EINVAL: less than nothing.
    [[nodiscard]] io_result<void> set_linger(std::optional<std::chrono::seconds> time) const;
    [[nodiscard]] io_result<std::optional<std::chrono::seconds>> linger() const;

protected:
    any_socket() noexcept = default;
    /// Throws std::bad_alloc; the descriptor is closed then.
    explicit any_socket(file_descriptor owned) : of_(std::move(owned), affinity_strength::strong) {}
    any_socket(any_socket&&) noexcept = default;
    any_socket& operator=(any_socket&&) noexcept = default;
    ~any_socket() = default;

    [[nodiscard]] shared_descriptor* shared() const noexcept { return of_.get(); }

    [[nodiscard]] io_result<void> set_option(int level, int name, int value) const;
    [[nodiscard]] io_result<int> option(int level, int name) const;
    [[nodiscard]] io_result<bool> flag(int level, int name) const;

    [[nodiscard]] auto shut_down(direction side) const noexcept {
        return operation_on(of_.get(), [side](int number) {
            constexpr int modes[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
            return ops::shutdown(number, modes[static_cast<int>(side)]);
        });
    }

    template <class Address>
    [[nodiscard]] io_result<Address> local() const {
        return address<Address>(::getsockname);
    }
    template <class Address>
    [[nodiscard]] io_result<Address> peer() const {
        return address<Address>(::getpeername);
    }

private:
    template <class Address, class Ask>
    [[nodiscard]] io_result<Address> address(Ask&& ask) const {
        const descriptor_use use(of_.get());
        if (!use) return detail::system_failure(EBADF);
        Address found;
        socklen_t bytes = Address::capacity();
        if (ask(use.number(), found.data(), &bytes) != 0) return detail::system_failure(errno);
        found.resize(bytes);
        return found;
    }

    shared_descriptor::owner of_;
};

} // namespace spargio::net
