#include <spargio/detail/ring/ring.hpp>

#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/ring/setup.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spargio::detail {

void ring::forbidden_since_the_start(const char* call) noexcept {
    // A filter of seccomp that was put on after the ring was made: a shard could neither sleep nor be heard any
    // more, and would turn on the spot for ever.
    std::array<char, 256> said{};
    std::snprintf(
        said.data(), said.size(),
        "%s has been forbidden since the runtime started. A sandbox (seccomp) must allow it, or be put "
        "on before the start, which then says what is missing",
        call);
    misused(said.data());
}

std::expected<std::unique_ptr<ring>, start_error> ring::create(const runtime_options& options,
                                                               counter& enters) {
    std::unique_ptr<ring> made(new ring);
    auto features = set_up(made->raw_, options);
    if (!features) return std::unexpected(std::move(features.error()));
    made->live_ = true;
    // A child of fork(2) would share the queues with us: what it wrote there we would submit. Without the pages
    // it is ended by SIGSEGV at the first touch.
    io_uring_ring_dontfork(&made->raw_);
    made->enters_ = &enters;
    made->features_ = *features;
    made->most_workers_[0] = options.kernel_workers;
    made->most_workers_[1] = options.kernel_waiters;
    if (features->between_shards == shard_wake::eventfd || features->from_outside == foreign_wake::eventfd) {
        made->wake_fd_ = eventfd(0, EFD_CLOEXEC);
        if (made->wake_fd_ < 0) return std::unexpected(explain_eventfd_failure(errno));
        [[maybe_unused]] const bool armed = made->arm_wake_read();
        assert(armed && "the queue of a new ring has room");
    }
    return made;
}

void ring::take_over() noexcept {
    // By hand: liburing 2.3 declares io_uring_enable_rings() but does not export it.
    const long enabled =
        ::syscall(SYS_io_uring_register, raw_.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
    if (enabled != 0 && is_refusal(-errno)) forbidden_since_the_start("io_uring_register(2)");
    assert(enabled == 0 && "a ring has one owner");
    features_.registered_ring = io_uring_register_ring_fd(&raw_) == 1; // saves a descriptor look-up a call
    // They belong to the thread, not to the ring: only its own call sets how many.
    if (most_workers_[0] != 0 || most_workers_[1] != 0)
        io_uring_register_iowq_max_workers(&raw_, most_workers_);
}

ring::~ring() {
    if (live_) io_uring_queue_exit(&raw_);
    if (wake_fd_ >= 0) ::close(wake_fd_);
}

bool ring::send_bell(int target_descriptor, std::uint32_t target) noexcept {
    io_uring_sqe* const entry = try_entry();
    if (entry == nullptr) return false;
    const auto received = user_data{completion_kind::ringing, 0}.packed();
    io_uring_prep_msg_ring(entry, target_descriptor, 0, received, 0);
    io_uring_sqe_set_data64(entry, user_data{completion_kind::bell, target}.packed());
    io_uring_sqe_set_flags(entry, IOSQE_CQE_SKIP_SUCCESS);
    return submit(); // what it leaves behind, submit_leftovers() or the wait takes along
}

bool ring::queue_message(int target_descriptor, const direct_message& sent, std::uint64_t if_refused) noexcept {
    io_uring_sqe* const entry = try_entry();
    if (entry == nullptr) return false;
    const auto received = user_data{completion_kind::direct, sent.payload()}.packed();
    io_uring_prep_msg_ring(entry, target_descriptor, static_cast<unsigned>(sent.result()), received, 0);
    io_uring_sqe_set_data64(entry, user_data{completion_kind::returned, if_refused}.packed());
    io_uring_sqe_set_flags(entry, IOSQE_CQE_SKIP_SUCCESS);
    return true;
}

unsigned ring::submit_messages(unsigned count) noexcept {
    assert((raw_.flags & IORING_SETUP_SQPOLL) == 0);
    if (count == 0) return 0;
    submit();
    // The kernel reads entries only while it is entered, so what it has left can still be changed.
    const unsigned left = std::min(count, io_uring_sq_ready(&raw_));
    for (unsigned back = 1; back <= left; ++back) {
        io_uring_sqe* const entry = &raw_.sq.sqes[(raw_.sq.sqe_tail - back) & raw_.sq.ring_mask];
        io_uring_prep_nop(entry);
        io_uring_sqe_set_data64(entry, user_data{completion_kind::ringing, 0}.packed());
        io_uring_sqe_set_flags(entry, IOSQE_CQE_SKIP_SUCCESS);
    }
    return left;
}

void ring::submit_and_wait(std::chrono::nanoseconds limit) noexcept {
    // Exactly one: a bell does not wake a waiter for more (hazards, finding 5).
    enters_->add();
    int answer = 0;
    if (limit == no_limit) {
        answer = io_uring_submit_and_wait(&raw_, 1);
    } else {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
        __kernel_timespec most{seconds.count(), (limit - seconds).count()};
        io_uring_cqe* first = nullptr; // stays in the queue for reap()
        answer = io_uring_submit_and_wait_timeout(&raw_, &first, 1, &most, nullptr);
    }
    if (is_refusal(answer)) [[unlikely]]
        forbidden_since_the_start("io_uring_enter(2)");
}

bool ring::arm_wake_read() noexcept {
    if (wake_fd_ < 0) return true;
    io_uring_sqe* const entry = try_entry();
    if (entry == nullptr) return false;
    io_uring_prep_read(entry, wake_fd_, &wake_count_, sizeof wake_count_, 0);
    io_uring_sqe_set_data64(entry, user_data{completion_kind::wake_read, 0}.packed());
    return true;
}

} // namespace spargio::detail
