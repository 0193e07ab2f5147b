// IORING_OP_ACCEPT (kernel 5.5; accept4(2)).
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/ops/operation.hpp>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class accept_request {
public:
    using value_type = file_descriptor;

    accept_request(int listener, sockaddr* from, socklen_t* bytes) noexcept
        : listener_(listener), from_(from), bytes_(bytes) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_accept(&entry, listener_, from_, bytes_, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }
    [[nodiscard]] file_descriptor take(std::int32_t result, std::uint32_t) const noexcept {
        return file_descriptor(result);
    }
    void orphan(std::int32_t result) const noexcept { file_descriptor{result}.reset(); }

private:
    int listener_;
    sockaddr* from_;
    socklen_t* bytes_;
};

/// Waits for a connection and gives it, non-blocking and close-on-exec; its address goes to `from`, which may
/// be null, and whose size `bytes` gives and gets. One that came with a cancellation is the answer all the
/// same, so none is lost. Borrows both.
[[nodiscard]] inline operation<accept_request> accept(int listener, sockaddr* from = nullptr,
                                                      socklen_t* bytes = nullptr) noexcept {
    return operation<accept_request>(accept_request(listener, from, bytes));
}

} // namespace spargio::ops
