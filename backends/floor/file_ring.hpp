// One ring, by hand, and what is under way on it: no callbacks, no state but the number of the buffer.
#pragma once

#include "workloads/ground/fs_ground.hpp"

#include <cerrno>
#include <cstdint>

#include <liburing.h>

namespace bench::by_hand {

class file_ring {
public:
    explicit file_ring(unsigned entries) {
        io_uring_params asked{};
        asked.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
        int answer = io_uring_queue_init_params(entries, &raw_, &asked);
        if (answer == -EINVAL) answer = io_uring_queue_init(entries, &raw_, 0);
        if (answer < 0) fail_call("io_uring_setup", -answer);
        io_uring_register_ring_fd(&raw_);
    }
    file_ring(const file_ring&) = delete;
    file_ring& operator=(const file_ring&) = delete;
    ~file_ring() { io_uring_queue_exit(&raw_); }

    /// An entry that comes back with `tag`. There is one: no more are under way than the ring has entries.
    io_uring_sqe& entry() noexcept { return *io_uring_get_sqe(&raw_); }

    /// Submits, waits for one completion at least, and gives all that are there to take(tag, result).
    template <class Take>
    void turn(Take&& take) {
        const int answer = io_uring_submit_and_wait(&raw_, 1);
        if (answer < 0 && answer != -EINTR) fail_call("io_uring_enter", -answer);
        unsigned head = 0;
        unsigned count = 0;
        io_uring_cqe* cqe = nullptr;
        io_uring_for_each_cqe(&raw_, head, cqe) {
            ++count;
            take(io_uring_cqe_get_data64(cqe), cqe->res);
        }
        io_uring_cq_advance(&raw_, count);
    }

private:
    io_uring raw_{};
};

} // namespace bench::by_hand
