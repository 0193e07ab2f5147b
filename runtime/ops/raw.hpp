// Requests that this library does not know (R32).
#pragma once

#include <spargio/ops/operation.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

#include <liburing.h>

namespace spargio::ops {

/// What the kernel said: a count or a descriptor, and IORING_CQE_F_ flags.
struct raw_result {
    std::int32_t result;
    std::uint32_t flags;
};

template <class Prepare>
class raw_request {
public:
    using value_type = raw_result;

    explicit raw_request(Prepare prepare) noexcept : prepare_(std::move(prepare)) {}

    void prepare(io_uring_sqe& entry) noexcept { prepare_(entry); }
    [[nodiscard]] raw_result take(std::int32_t result, std::uint32_t flags) const noexcept {
        return {result, flags};
    }

private:
    Prepare prepare_;
};

/// UNSAFE: `prepare(io_uring_sqe&)` fills the entry as it likes, by the functions of liburing. The caller
/// answers for this:
///
/// - Every pointer in the entry stays good until the operation has been awaited.
/// - One completion, or one and a notification (IORING_CQE_F_NOTIF): nothing multishot. None of
///   IOSQE_CQE_SKIP_SUCCESS, links and drain.
/// - `user_data` is the runtime's and is overwritten after `prepare`.
/// - `prepare` may be called again, when a signal has interrupted the kernel. It must not throw, suspend or use
///   the ring.
/// - A descriptor that comes as the result is the caller's, also when the task was cancelled meanwhile.
///
/// Negative results are errors as with every other operation.
template <std::invocable<io_uring_sqe&> Prepare>
[[nodiscard]] operation<raw_request<Prepare>> submit_raw(Prepare prepare) noexcept {
    return operation<raw_request<Prepare>>(raw_request<Prepare>(std::move(prepare)));
}

} // namespace spargio::ops
