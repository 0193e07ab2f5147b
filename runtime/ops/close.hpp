// IORING_OP_CLOSE (kernel 5.6; close(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <liburing.h>

namespace spargio::ops {

class close_request {
public:
    using value_type = void;
    static constexpr bool deaf = true; // a cancelled task closes its files too
    explicit close_request(int file) noexcept : file_(file) {}

    void prepare(io_uring_sqe& entry) const noexcept { io_uring_prep_close(&entry, file_); }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int file_;
};

/// Closes a descriptor, whose number may be given out again at once: nothing else may use it any more, and
/// nothing of it may be in flight (P8). Not cancellable, and done even while the runtime stops. Whatever the
/// answer, the descriptor is closed (close(2)); an error is about data that could not be written.
[[nodiscard]] inline operation<close_request> close(int file) noexcept {
    return operation<close_request>(close_request(file));
}

} // namespace spargio::ops
