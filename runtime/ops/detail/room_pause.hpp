// The pause of an accepting server while descriptors or memory are short: a request of the kernel's
// (IORING_OP_TIMEOUT, kernel 5.4), which streams can make as well as tasks.
#pragma once

#include <spargio/ops/operation.hpp>

#include <chrono>
#include <cstdint>

#include <liburing.h>

namespace spargio::ops::detail {

/// Without room each attempt fails at once, also where nobody connects.
inline constexpr std::chrono::milliseconds room_pause(10);

/// `time` must stay until the request has been submitted.
inline void prepare_room_pause(io_uring_sqe& entry, __kernel_timespec& time) noexcept {
    time = {.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(room_pause).count()};
    io_uring_prep_timeout(&entry, &time, 0, 0);
}

class room_pause_request {
public:
    using value_type = void;

    void prepare(io_uring_sqe& entry) noexcept { prepare_room_pause(entry, time_); }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    __kernel_timespec time_{};
};

/// Ends with ETIME, or as every operation that is cut short.
[[nodiscard]] inline operation<room_pause_request> pause_for_room() noexcept {
    return operation<room_pause_request>(room_pause_request{});
}

} // namespace spargio::ops::detail
