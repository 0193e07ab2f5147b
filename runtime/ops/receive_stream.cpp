#include <spargio/ops/receive_stream.hpp>

#include <atomic>
#include <cerrno>
#include <utility>

namespace spargio::ops::detail {
namespace {

/// Whether the kernel refused the multishot form once: then nobody tries again.
std::atomic<bool> one_at_a_time{ring::plays_without("no_multishot")};

} // namespace

receive_state::receive_state(int socket)
    : stream_state(&prepare), buffers_(where().buffers()), socket_(socket) {}

io_result<buffer_lease> receive_state::next_item() noexcept {
    if (first_ != none) {
        const auto which = static_cast<number>(first_);
        first_ = which == last_ ? none : buffers_.note_of(which).next;
        return buffer_lease(buffers_, which);
    }
    if (const std::error_code error = take_error()) return std::unexpected(error);
    return buffer_lease{};
}

void receive_state::enqueue(number which, std::uint32_t bytes) noexcept {
    buffers_.note_of(which) = {bytes, 0};
    if (first_ == none)
        first_ = which;
    else
        buffers_.note_of(static_cast<number>(last_)).next = which;
    last_ = which;
}

void receive_state::arm() noexcept {
    if (buffers_.available() == 0) { // the kernel would refuse at once, even with nothing to receive
        buffers_.wait(*this);
        return;
    }
    if (!buffers_.known_to_kernel()) filling_ = *buffers_.take();
    start();
    if (!in_flight() && filling_ != none)
        buffers_.give_back(static_cast<number>(std::exchange(filling_, none)));
}

void receive_state::prepare(operation_wait& what, io_uring_sqe& entry) noexcept {
    auto& self = static_cast<receive_state&>(what);
    if (self.filling_ != none) {
        const auto memory = self.buffers_.memory(static_cast<number>(self.filling_));
        io_uring_prep_recv(&entry, self.socket_, memory.data(), memory.size(), 0);
        return;
    }
    if (self.many_shots(one_at_a_time))
        io_uring_prep_recv_multishot(&entry, self.socket_, nullptr, 0, 0);
    else
        io_uring_prep_recv(&entry, self.socket_, nullptr, 0, 0);
    entry.flags |= IOSQE_BUFFER_SELECT;
    entry.buf_group = self.buffers_.group();
}

/// The buffer that came with a completion; whatever else it says, the buffer is out now.
std::int32_t receive_state::buffer_of(std::uint32_t flags) noexcept {
    if (filling_ != none) return std::exchange(filling_, none);
    if ((flags & IORING_CQE_F_BUFFER) == 0) return none;
    buffers_.taken_by_kernel();
    return static_cast<std::int32_t>(flags >> IORING_CQE_BUFFER_SHIFT);
}

void receive_state::arrived(std::int32_t result, std::uint32_t flags) noexcept {
    const std::int32_t which = buffer_of(flags);
    if (result >= 0 && buffers_.known_to_kernel()) note_form(one_at_a_time);
    if (result > 0 && which != none) {
        enqueue(static_cast<number>(which), static_cast<std::uint32_t>(result));
        return;
    }
    if (which != none) buffers_.give_back(static_cast<number>(which));
    if (result == 0) return end();
    if (result == -ENOBUFS || result == -EINTR) return; // again, when there are some
    if (result == -EINVAL && buffers_.known_to_kernel() && try_single_form(one_at_a_time)) return;
    fail(result);
}

void receive_state::drop(std::int32_t, std::uint32_t flags) noexcept {
    if (const std::int32_t which = buffer_of(flags); which != none)
        buffers_.give_back(static_cast<number>(which));
}

void receive_state::let_go() noexcept {
    buffers_.forget(*this);
    while (first_ != none) {
        auto dropped = next_item();
        dropped->reset();
    }
}

void receive_state::buffer_has_come() noexcept {
    if (waiting == nullptr) return; // whoever calls next() asks again
    if (where().stopping())
        fail(make_error_code(errc::closed));
    else
        keep_going();
    tell();
}

} // namespace spargio::ops::detail
