#include <spargio/ops/receive_stream.hpp>

#include <spargio/detail/ring/kernel_constants.hpp>
#include <spargio/detail/ring/played_tier.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include <liburing.h>
#include <poll.h>
#include <sys/socket.h>

namespace spargio::ops::detail {
namespace {

/// Whether the kernel refused the multishot form once: then nobody tries again.
std::atomic<bool> one_at_a_time{spargio::detail::tier_lacks("no_multishot")};

} // namespace

receive_state::receive_state(int socket)
    : stream_state(&prepare), buffers_(where().buffers()), socket_(socket) {}

receive_state::receive_state(shared_descriptor* socket)
    : stream_state(&prepare), buffers_(where().buffers()), socket_(socket) {
    use_place(socket_.place());
}

io_result<buffer_lease> receive_state::next_item() noexcept {
    if (first_ != none) {
        const auto buffer = static_cast<number>(first_);
        first_ = --count_ == 0 ? none : buffers_.note_of(buffer).next;
        bytes_ -= buffers_.note_of(buffer).bytes;
        buffers_.are_read(1);
        return buffer_lease(buffers_, buffer);
    }
    if (std::exchange(empty_message_, false)) return buffer_lease{};
    if (const std::error_code error = take_error()) return std::unexpected(error);
    return buffer_lease{};
}

io_result<buffer_segments> receive_state::next_segments() noexcept {
    if (first_ != none) {
        buffers_.are_read(count_);
        const auto first = static_cast<number>(std::exchange(first_, none));
        return buffer_segments(buffers_, first, std::exchange(count_, 0), std::exchange(bytes_, 0));
    }
    if (std::exchange(empty_message_, false)) return buffer_segments{};
    if (const std::error_code error = take_error()) return std::unexpected(error);
    return buffer_segments{};
}

/// The buffer after one of a bundle.
receive_state::number receive_state::successor_of(number buffer) noexcept {
    buffers_.taken_by_kernel();
    return buffers_.shown_after(buffer);
}

/// `bytes` from `first` on: more than one buffer holds when the kernel has filled a bundle of them.
void receive_state::enqueue(number first, std::size_t bytes) noexcept {
    const std::size_t most = buffers_.memory(first).size();
    bytes_ += bytes;
    for (number buffer = first;; buffer = successor_of(buffer)) {
        const std::size_t here = std::min(bytes, most);
        buffers_.note_of(buffer) = {static_cast<std::uint32_t>(here), 0};
        if (first_ == none)
            first_ = buffer;
        else
            buffers_.note_of(static_cast<number>(last_)).next = buffer;
        last_ = buffer;
        ++count_;
        buffers_.are_unread(1);
        bytes -= here;
        if (bytes == 0) return;
    }
}

void receive_state::arm() noexcept {
    if (buffers_.available() == 0) { // the kernel would refuse at once, even with nothing to receive
        if (where().stopping()) return fail(make_error_code(errc::closed)); // those who wait have been told
        return buffers_.wait(*this);
    }
    if (!buffers_.known_to_kernel()) filling_ = *buffers_.take();
    end_may_be_lost_ = renewing_ = false;
    start();
    if (!in_flight() && filling_ != none)
        buffers_.give_back(static_cast<number>(std::exchange(filling_, none)));
}

void receive_state::prepare(spargio::detail::operation_wait& request, io_uring_sqe& entry) noexcept {
    auto& self = static_cast<receive_state&>(request);
    if (self.filling_ != none) {
        const auto memory = self.buffers_.memory(static_cast<number>(self.filling_));
        io_uring_prep_recv(&entry, self.socket_.number(), memory.data(), memory.size(), 0);
        return;
    }
    if (self.many_shots(one_at_a_time))
        io_uring_prep_recv_multishot(&entry, self.socket_.number(), nullptr, 0, 0);
    else
        io_uring_prep_recv(&entry, self.socket_.number(), nullptr, 0, 0);
    if (self.buffers_.come_in_bundles()) entry.ioprio |= spargio::detail::kernel::recvsend_bundle;
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

/// A stream on which nobody calls next() must not take what the others need: it holds as many buffers as are
/// left for them, at most, and the request is begun again when all has been taken. What has come until the
/// kernel ends it is kept; what it fills all at once, before it could be told, the buffers make up for.
void receive_state::hold_back(std::uint32_t flags) noexcept {
    if (waiting != nullptr || count_ <= buffers_.available()) return;
    if (renewing_ || (flags & IORING_CQE_F_MORE) == 0) return;
    renewing_ = true;
    where().cancel(*this, errc::canceled);
}

/// Of what came with 0 bytes: whether it is a message. Always where there are datagrams, which have no end; of
/// packets, unless receiving is shut down and nothing stands behind it.
bool receive_state::is_empty_message() const noexcept {
    int type = SOCK_STREAM;
    socklen_t bytes = sizeof(type);
    ::getsockopt(socket_.number(), SOL_SOCKET, SO_TYPE, &type, &bytes);
    if (type != SOCK_SEQPACKET) return type == SOCK_DGRAM;
    pollfd seen{socket_.number(), POLLRDHUP, 0};
    if (::poll(&seen, 1, 0) == 0 || (seen.revents & POLLRDHUP) == 0) return true;
    char first = 0;
    return ::recv(socket_.number(), &first, sizeof(first), MSG_PEEK | MSG_DONTWAIT) > 0;
}

void receive_state::arrived(std::int32_t result, std::uint32_t flags) noexcept {
    const std::int32_t buffer = buffer_of(flags);
    if (result >= 0 && buffers_.known_to_kernel()) note_form(one_at_a_time);
    if (result > 0 && buffer != none) {
        enqueue(static_cast<number>(buffer), static_cast<std::size_t>(result));
        // Where the kernel knows of more it comes back for it by itself, and then it sees the end as well.
        end_may_be_lost_ = (flags & IORING_CQE_F_MORE) != 0 && (flags & IORING_CQE_F_SOCK_NONEMPTY) == 0;
        return hold_back(flags);
    }
    if (buffer != none) buffers_.give_back(static_cast<number>(buffer));
    if (result == 0 && is_empty_message()) {
        empty_message_ = true; // behind what has come: the request has ended with it
        return;
    }
    if (result == 0) return end();
    if (result == -ENOBUFS || result == -EINTR) return; // again, when there are some
    if (result == -ECANCELED && std::exchange(renewing_, false)) return;
    if (result == -EINVAL && buffers_.known_to_kernel() && try_single_form(one_at_a_time)) return;
    fail(result);
}

void receive_state::drop(std::int32_t result, std::uint32_t flags) noexcept {
    const std::int32_t buffer = buffer_of(flags);
    if (buffer == none) return;
    if (result <= 0) return buffers_.give_back(static_cast<number>(buffer));
    enqueue(static_cast<number>(buffer), static_cast<std::size_t>(result));
    let_go();
}

void receive_state::let_go() noexcept {
    buffers_.forget(*this);
    while (first_ != none) {
        auto dropped = next_item();
        dropped->reset();
    }
}

/// Kernels from 6.8 on may take bytes and forget that the end, or an error, was there with them: the request is
/// told of both at once, reads once, and waits for news that will not come (docs/decisions/0030). So a task
/// that is to wait after bytes looks first. What poll(2) sees does not wake the request; a new one finds it by
/// itself.
void receive_state::look_before_waiting() noexcept {
    if (!std::exchange(end_may_be_lost_, false)) return;
    pollfd seen{socket_.number(), POLLRDHUP, 0};
    if (::poll(&seen, 1, 0) == 0) return;
    renewing_ = true;
    where().cancel(*this, errc::canceled);
}

void receive_state::buffer_has_come() noexcept {
    if (waiting == nullptr) return; // the next call of next() asks again
    if (where().stopping())
        fail(make_error_code(errc::closed));
    else
        keep_going();
    tell();
}

} // namespace spargio::ops::detail
