// Accepting without end (R30): IORING_OP_ACCEPT, multishot (kernel 5.19); on older kernels one request after
// the other.
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/ops/detail/operation_hold.hpp>
#include <spargio/ops/operation_stream.hpp>

#include <cstdint>
#include <deque>
#include <memory>

#include <linux/time_types.h>

namespace spargio::ops {

namespace detail {

class accept_state final : public stream_state {
public:
    using value_type = file_descriptor;

    explicit accept_state(int listener);
    explicit accept_state(shared_descriptor* listener);

    [[nodiscard]] io_result<file_descriptor> next_item() noexcept;

private:
    [[nodiscard]] bool has_item() const noexcept override { return !accepted_.empty(); }
    void arm() noexcept override;
    void arrived(std::int32_t result, std::uint32_t flags) noexcept override;
    void drop(std::int32_t result, std::uint32_t flags) noexcept override;
    void let_go() noexcept override { accepted_.clear(); }

    static void prepare(spargio::detail::operation_wait& request, io_uring_sqe& entry) noexcept;

    void failed(std::int32_t result) noexcept;
    void hold_back(std::uint32_t flags) noexcept;

    const spargio::detail::operation_hold listener_;
    std::deque<file_descriptor> accepted_; // not yet taken
    __kernel_timespec pause_{};            // what the kernel is asked for while there is no room
    bool pausing_ = false;
    bool held_back_ = false; // cancelled until next() has taken what is there
};

} // namespace detail

/// The connections that come to a listening socket, non-blocking and close-on-exec. The socket must stay open
/// until the stream is destroyed. Connections that were not taken by then are closed.
///
/// Immovable. next() gives a connection. The kernel accepts on while nobody calls next(), until some 128 wait
/// to be taken; the others stay in the backlog until next() has taken them. To keep all there, or for several
/// processes on one listener, use accept(). An error says that no more will come; what ends one connection is
/// passed over, and while descriptors or memory are short (EMFILE, ENFILE, ENOBUFS, ENOMEM) it tries again
/// every 10 ms as long as somebody waits in next(). Allocates at the beginning, and for connections that wait
/// to be taken.
class accept_stream : public operation_stream<detail::accept_state> {
public:
    /// Asks nothing of the kernel before the first next(). Throws std::bad_alloc. In a task only; elsewhere it
    /// ends the program. The socket stays the caller's.
    explicit accept_stream(int listener) : operation_stream(std::make_unique<detail::accept_state>(listener)) {}
    /// Of an object, which makes it: tcp_listener::accept_stream(). As receive_stream's.
    explicit accept_stream(shared_descriptor* of)
        : operation_stream(std::make_unique<detail::accept_state>(of)) {}
};

} // namespace spargio::ops
