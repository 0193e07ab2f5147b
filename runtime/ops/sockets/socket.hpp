// IORING_OP_SOCKET (kernel 5.19; socket(2)).
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/ops/operation.hpp>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class socket_request {
public:
    using value_type = file_descriptor;

    socket_request(int domain, int type, int protocol) noexcept
        : domain_(domain), type_(type), protocol_(protocol) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_socket(&entry, domain_, type_ | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol_, 0);
    }
    [[nodiscard]] file_descriptor take(std::int32_t result, std::uint32_t) const noexcept {
        return file_descriptor(result);
    }
    void orphan(std::int32_t result) const noexcept { file_descriptor{result}.reset(); }

private:
    int domain_;
    int type_;
    int protocol_;
};

/// A new socket, non-blocking and close-on-exec; arguments as for socket(2). EINVAL where the kernel lacks the
/// request; socket(2) does not wait either.
[[nodiscard]] inline operation<socket_request> socket(int domain, int type, int protocol = 0) noexcept {
    return operation<socket_request>(socket_request(domain, type, protocol));
}

} // namespace spargio::ops
