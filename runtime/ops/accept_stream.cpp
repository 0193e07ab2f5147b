#include <spargio/ops/accept_stream.hpp>

#include <spargio/detail/ring/played_tier.hpp>
#include <spargio/ops/detail/accept_failure.hpp>
#include <spargio/ops/detail/room_pause.hpp>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <new>
#include <utility>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops::detail {
namespace {

/// Whether the kernel refused the multishot form once: then nobody tries again.
std::atomic<bool> one_at_a_time{spargio::detail::tier_lacks("no_multishot")};

/// Connections that a stream takes from the backlog while nobody takes them from it.
constexpr std::size_t most_untaken = 128;

} // namespace

accept_state::accept_state(int listener) : stream_state(&prepare), listener_(listener) {}

accept_state::accept_state(shared_descriptor* listener) : stream_state(&prepare), listener_(listener) {
    use_place(listener_.place());
}

io_result<file_descriptor> accept_state::next_item() noexcept {
    if (!accepted_.empty()) {
        file_descriptor first = std::move(accepted_.front());
        accepted_.pop_front();
        return first;
    }
    return std::unexpected(take_error()); // a listener has no end
}

void accept_state::prepare(spargio::detail::operation_wait& request, io_uring_sqe& entry) noexcept {
    auto& self = static_cast<accept_state&>(request);
    if (self.pausing_) return prepare_room_pause(entry, self.pause_);
    constexpr int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    if (self.many_shots(one_at_a_time))
        io_uring_prep_multishot_accept(&entry, self.listener_.number(), nullptr, nullptr, flags);
    else
        io_uring_prep_accept(&entry, self.listener_.number(), nullptr, nullptr, flags);
}

void accept_state::arm() noexcept {
    held_back_ = false;
    start();
}

/// The rest is to stay in the backlog.
void accept_state::hold_back(std::uint32_t flags) noexcept {
    if (accepted_.size() < most_untaken || held_back_ || (flags & IORING_CQE_F_MORE) == 0) return;
    held_back_ = true;
    where().cancel(*this, errc::canceled);
}

void accept_state::arrived(std::int32_t result, std::uint32_t flags) noexcept {
    if (std::exchange(pausing_, false) && result == -ETIME) return; // and now again
    if (result >= 0) {
        note_form(one_at_a_time);
        file_descriptor connection(result);
        try {
            accepted_.push_back(std::move(connection));
        } catch (const std::bad_alloc&) {
            fail(-ENOMEM); // and the connection is closed
        }
        return hold_back(flags);
    }
    failed(result);
}

/// Without an answer the base goes on, if somebody waits.
void accept_state::failed(std::int32_t result) noexcept {
    if (result == -EINTR) return;
    if (result == -ECANCELED && std::exchange(held_back_, false)) return;
    if (result == -EINVAL && try_single_form(one_at_a_time)) return;
    switch (accept_failure_of(-result)) {
    case accept_failure::of_connection:
        return;
    case accept_failure::of_room:
        pausing_ = true;
        return;
    case accept_failure::of_listener:
        fail(result);
    }
}

void accept_state::drop(std::int32_t result, std::uint32_t) noexcept {
    if (result >= 0) file_descriptor{result}.reset();
}

} // namespace spargio::ops::detail
