// One io_uring, wrapped: set-up that steps down to what the kernel has, submission that never loses an entry,
// and reaping into a caller's function. Knows nothing of coroutines or threads; the only header that shows
// liburing.
//
// Thread rule: any thread may create a ring; take_over() makes the calling thread its owner (SINGLE_ISSUER),
// and everything else but wake_foreign() is for that thread.
#pragma once

#include <spargio/core/capabilities.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/core/options.hpp>
#include <spargio/detail/machine/counter.hpp>
#include <spargio/detail/ring/user_data.hpp>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

#include <liburing.h>

namespace spargio::detail {

/// One completion, taken off the queue.
struct completion {
    user_data data;
    std::int32_t result;
    std::uint32_t flags;
};

class ring {
public:
    /// Sets up a ring, disabled until take_over(). Features marked `best` are tried and given up one by one on
    /// EINVAL (io_uring_setup(2)); what is in use is in features(). Error: cause and remedy (EPERM: sysctl or
    /// seccomp; ENOSYS; ENOMEM: locked memory; EMFILE). The environment variable SPARGIO_TIER forces older
    /// kernels' features for tests: "no_defer", "no_single_issuer", "no_coop_taskrun", "no_msg_ring",
    /// "no_send_msg_ring", "no_sqpoll", "no_buffer_ring", "no_registered_buffers", "no_registered_files",
    /// "no_prompt_release", "no_bundles", "no_multishot", "no_fs_ops" (no requests on paths and sizes of
    /// files), and "tiny_rings" for rings of 4 requests and 8 completions; several with commas. While memory is
    /// short, which passes when it is for rings that were closed just now, it tries again for half a second
    /// before it gives up. `enters` counts the calls of io_uring_enter(2) that the ring makes; it must outlive
    /// the ring.
    [[nodiscard]] static std::expected<std::unique_ptr<ring>, start_error>
    create(const runtime_options& options, counter& enters);

    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;
    /// Does not wait for requests in flight (hazards, finding 3): the owner has drained them before.
    ~ring();

    /// Enables the ring for the calling thread, and for no other. Once, before anything else. Two system calls,
    /// or three where the options limit the kernel's workers.
    void take_over() noexcept;

    [[nodiscard]] const capabilities& features() const noexcept { return features_; }
    /// Whether the kernel takes requests of this opcode (IORING_OP_). Any thread.
    [[nodiscard]] bool supports(std::size_t opcode) const noexcept { return features_.supports(opcode); }
    /// The descriptor that others name to ring this ring's bell.
    [[nodiscard]] int descriptor() const noexcept { return raw_.ring_fd; }
    /// The eventfd by which this ring is woken where MSG_RING is not to be had; -1 where it is.
    [[nodiscard]] int wake_descriptor() const noexcept { return wake_fd_; }

    /// Rings the bell of the ring behind `target_descriptor` (IORING_OP_MSG_RING, kernel 5.18) and submits it
    /// at once, so that the target wakes even if the caller computes for long. One system call. False when the
    /// kernel refuses for the moment (EAGAIN, EBUSY): the request, if there was room for it, is submitted
    /// later, and a caller that may compute for long must wake the target another way. Success of the sender is
    /// not delivery; a failed request comes back as a completion of kind `bell` with `target`.
    [[nodiscard]] bool send_bell(int target_descriptor, std::uint32_t target) noexcept;

    /// Queues a direct message to the ring behind `target_descriptor`, which comes out there as a completion of
    /// kind `direct`; submit_messages() must follow. False when the queue is full and the kernel takes nothing
    /// for the moment: not queued. A request that fails comes back as a completion of kind `returned` with
    /// `if_refused`. No system call while the queue has room.
    [[nodiscard]] bool queue_message(int target_descriptor, const direct_message& sent,
                                     std::uint64_t if_refused) noexcept;
    /// Submits the `count` messages that were queued last. What the kernel does not take at once is taken back
    /// and will never be sent; says how many: the newest. Not with SQPOLL, where nothing can be taken back. One
    /// system call.
    [[nodiscard]] unsigned submit_messages(unsigned count) noexcept;

    /// For submit_and_wait(): for as long as it takes.
    static constexpr std::chrono::nanoseconds no_limit = std::chrono::nanoseconds::max();

    /// Submits what is pending and waits for at least one completion, for `limit` at most, by CLOCK_MONOTONIC
    /// (IORING_ENTER_EXT_ARG, kernel 5.11; no request is made for it). Returns after EINTR or EAGAIN too: look
    /// at reap(), and look for work. One system call.
    void submit_and_wait(std::chrono::nanoseconds limit = no_limit) noexcept;

    /// Submits what is pending and lets the kernel hand over completions that it holds back (see
    /// kernel_has_more()), without waiting. One system call.
    void submit_and_fetch() noexcept {
        enters_->add();
        if (is_refusal(io_uring_submit_and_get_events(&raw_))) [[unlikely]]
            forbidden_since_the_start("io_uring_enter(2)");
    }

    /// Whether entries wait to be submitted: new ones, or what an interrupted call left in the queue.
    [[nodiscard]] bool has_unsubmitted() const noexcept { return io_uring_sq_ready(&raw_) != 0; }

    /// An entry to be filled; it goes to the kernel with the next submission. Null when the queue is full and
    /// the kernel refuses to take it up for the moment, as it may while completions overflow: reap, and try
    /// again. A full queue costs a system call.
    [[nodiscard]] io_uring_sqe* try_entry() noexcept {
        io_uring_sqe* const entry = io_uring_get_sqe(&raw_);
        if (entry != nullptr) [[likely]]
            return entry;
        submit();
        return io_uring_get_sqe(&raw_);
    }

    /// Hands every completion that is there to `take(completion)`, which may use the ring, and even reap. No
    /// system call.
    template <class Take>
    unsigned reap(Take&& take) noexcept {
        unsigned count = 0;
        io_uring_cqe* entry = nullptr;
        while (entry = first_completion(), entry != nullptr) {
            const completion next{user_data::unpack(entry->user_data), entry->res, entry->flags};
            io_uring_cq_advance(&raw_, 1);
            take(next);
            ++count;
        }
        return count;
    }

    /// Whether the kernel holds completions back until it is entered (deferred task work or an overflown
    /// queue).
    [[nodiscard]] bool kernel_has_more() const noexcept {
        return (IO_URING_READ_ONCE(*raw_.sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
    }

    /// Whether the completion queue is full and the kernel keeps what does not fit.
    [[nodiscard]] bool overflown() const noexcept {
        return (IO_URING_READ_ONCE(*raw_.sq.kflags) & IORING_SQ_CQ_OVERFLOW) != 0;
    }

    /// Completions that the kernel dropped because it had no memory to keep them; a healthy system has none.
    [[nodiscard]] std::uint64_t completions_lost() const noexcept {
        return IO_URING_READ_ONCE(*raw_.cq.koverflow);
    }

    /// Shows a ring of buffers to the kernel; false where it lacks that (5.19), or where memory for it is
    /// short. One system call, as for the next.
    [[nodiscard]] bool register_buffers(io_uring_buf_reg& shown) noexcept {
        return io_uring_register_buf_ring(&raw_, &shown, 0) == 0;
    }
    void unregister_buffers(std::uint16_t group) noexcept { io_uring_unregister_buf_ring(&raw_, group); }

    /// Makes a table of empty places for registered buffers (kernel 5.19); 0 or a negative errno. One system
    /// call, as for the next.
    [[nodiscard]] int register_buffer_table(unsigned places) noexcept {
        return io_uring_register_buffers_sparse(&raw_, places);
    }
    /// Puts memory in a place of that table, or empties it when there is none; false when the kernel refuses.
    [[nodiscard]] bool fill_place(unsigned place, std::span<std::byte> memory) noexcept {
        const iovec whole{.iov_base = memory.data(), .iov_len = memory.size()};
        return io_uring_register_buffers_update_tag(&raw_, place, &whole, nullptr, 1) == 1;
    }

    /// Makes a table of empty places for open files (kernel 5.19); 0 or a negative errno. One system call, as
    /// for the next. Where the table is larger than RLIMIT_NOFILE, liburing raises the soft limit of the
    /// process; EMFILE where the hard one forbids it.
    [[nodiscard]] int register_file_table(unsigned places) noexcept {
        return io_uring_register_files_sparse(&raw_, places);
    }
    /// Puts an open file in a place of that table, or empties it for -1; false when the kernel refuses.
    [[nodiscard]] bool set_file(unsigned place, int number) noexcept {
        return io_uring_register_files_update(&raw_, place, &number, 1) == 1;
    }
    void unregister_file_table() noexcept { io_uring_unregister_files(&raw_); }

    /// Re-arms the read of the wake eventfd; call once after each completion of kind `wake_read`, until it is
    /// true: false when the queue is full, see try_entry().
    [[nodiscard]] bool arm_wake_read() noexcept;

    /// Wakes the ring behind the descriptors from a thread that owns no ring. Any thread. One system call.
    static void wake_foreign(const capabilities& features, int ring_descriptor, int wake_descriptor) noexcept;

private:
    ring() = default;
    /// What a filter of seccomp answers, and the kernel itself never does.
    [[nodiscard]] static constexpr bool is_refusal(int answer) noexcept {
        return answer == -EPERM || answer == -ENOSYS || answer == -EACCES;
    }
    /// Ends the program.
    [[noreturn]] static void forbidden_since_the_start(const char* call) noexcept;
    [[nodiscard]] io_uring_cqe* first_completion() noexcept {
        const unsigned head = *raw_.cq.khead; // ours alone
        if (head == io_uring_smp_load_acquire(raw_.cq.ktail)) return nullptr;
        return &raw_.cq.cqes[head & *raw_.cq.kring_mask];
    }
    /// Whether the kernel has taken all that is queued.
    bool submit() noexcept {
        int taken = 0;
        do {
            enters_->add();
            taken = io_uring_submit(&raw_);
        } while (taken == -EINTR);
        return taken >= 0 && ((raw_.flags & IORING_SETUP_SQPOLL) != 0 || io_uring_sq_ready(&raw_) == 0);
    }

    io_uring raw_{};
    counter* enters_ = nullptr; // the owner's, so that it can be read when the ring is gone
    bool live_ = false;
    capabilities features_;
    unsigned most_workers_[2]{}; // for files, and for what may wait; 0: as the kernel likes
    int wake_fd_ = -1;
    std::uint64_t wake_count_ = 0; // where the eventfd's counter is read to
};

} // namespace spargio::detail
