// IORING_OP_POLL_ADD (kernel 5.1; poll(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <cstdint>

#include <liburing.h>
#include <poll.h>

namespace spargio::ops {

class poll_request {
public:
    using value_type = std::uint32_t;

    poll_request(int file, unsigned events) noexcept : file_(file), events_(events) {}

    void prepare(io_uring_sqe& entry) const noexcept { io_uring_prep_poll_add(&entry, file_, events_); }
    [[nodiscard]] std::uint32_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::uint32_t>(result);
    }

private:
    int file_;
    unsigned events_;
};

/// Waits until a descriptor is ready: `events` and the answer are those of poll(2), such as POLLIN. Regular
/// files can't be polled (EPERM).
[[nodiscard]] inline operation<poll_request> poll(int file, unsigned events) noexcept {
    return operation<poll_request>(poll_request(file, events));
}

} // namespace spargio::ops
