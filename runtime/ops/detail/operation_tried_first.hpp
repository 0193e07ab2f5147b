// Operations that try a plain system call before they go to the ring.
//
// A request to the ring costs an entry, a completion, a suspension, and a part in an io_uring_enter(2). Where
// the kernel can do it at once, as sending into a socket's free buffer or reading what is in the page cache,
// the plain call costs half a microsecond less (docs/decisions/0024). So these are tried by a call that does
// not block, and only what would block waits in the ring.
#pragma once

#include <spargio/detail/sched/attempt_guess.hpp>
#include <spargio/ops/operation.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include <sys/types.h>

namespace spargio::ops::detail {

/// Whether the ring may do what the system call of the same meaning could not. Other errors are the answer: a
/// socket tells what has become of its connection once, and a second question hears nothing of it.
[[nodiscard]] constexpr bool is_for_the_ring(int error) noexcept {
    switch (error) {
    case EAGAIN: // it would have had to wait
    case EINTR:
    case EOPNOTSUPP: // it can't do without waiting
    case ESPIPE:     // preadv2(2) looks at offsets where there are no positions, the ring passes over them
    case EPERM:      // a seccomp filter, which sees the call, and no request of a ring
    case ENOSYS:     // the same, or an old kernel
        return true;
    default:
        return false;
    }
}

/// Of a system call that must not block; nothing when the ring is to be asked.
[[nodiscard]] inline std::optional<std::int32_t> answer_of_try(ssize_t returned) noexcept {
    if (returned >= 0) return static_cast<std::int32_t>(returned);
    if (is_for_the_ring(errno)) return std::nullopt;
    return -errno;
}

/// The request and, before it, the attempt: `Request::try_now()` gives what the system call of the same meaning
/// gives, which must not block, or -1 and errno.
template <class Request>
class tried_first : public Request {
public:
    using Request::Request;

    /// Without an attempt, if `wanted` is false.
    [[nodiscard]] tried_first if_wanted(bool wanted) && noexcept {
        tried_first same(std::move(*this));
        same.wanted_ = wanted;
        return same;
    }

    [[nodiscard]] std::optional<std::int32_t> attempt() noexcept {
        if (!wanted_) return std::nullopt;
        return detail::answer_of_try(this->try_now());
    }

private:
    bool wanted_ = true;
};

/// The same where waiting is as likely: attempted when the guess is for it, which each attempt teaches. Null:
/// never.
template <class Request>
class tried_when_guessed : public Request {
public:
    template <class... Arguments>
    explicit tried_when_guessed(spargio::detail::attempt_guess* guess, Arguments&&... arguments) noexcept
        : Request(std::forward<Arguments>(arguments)...), guess_(guess) {}

    [[nodiscard]] std::optional<std::int32_t> attempt() noexcept {
        if (guess_ == nullptr || !guess_->worth_trying()) return std::nullopt;
        const auto answer = detail::answer_of_try(this->try_now());
        guess_->tried(answer.has_value());
        return answer;
    }

private:
    spargio::detail::attempt_guess* guess_;
};

} // namespace spargio::ops::detail
