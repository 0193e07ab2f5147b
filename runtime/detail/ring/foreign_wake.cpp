#include <spargio/detail/ring/kernel_constants.hpp>
#include <spargio/detail/ring/ring.hpp>

#include <cerrno>
#include <cstring>

#include <sys/syscall.h>
#include <unistd.h>

namespace spargio::detail {

void ring::wake_foreign(const capabilities& features, int ring_descriptor, int wake_descriptor) noexcept {
    if (features.from_outside == foreign_wake::eventfd) {
        const std::uint64_t one = 1;
        // The counter can't overflow: it is written at most once per sleep. EINTR alone wants another try.
        while (::write(wake_descriptor, &one, sizeof one) < 0 && errno == EINTR) {
        }
        return;
    }
    io_uring_sqe entry;
    std::memset(&entry, 0, sizeof entry);
    entry.opcode = IORING_OP_MSG_RING;
    entry.fd = ring_descriptor;
    entry.off = user_data{completion_kind::ringing, 0}.packed();
    // ENOMEM and EAGAIN pass: the kernel allocates the message. Losing it would lose a wake-up.
    while (::syscall(SYS_io_uring_register, -1, kernel::register_send_msg_ring, &entry, 1) < 0) {
        if (is_refusal(-errno)) forbidden_since_the_start("io_uring_register(2)");
        if (errno != EINTR && errno != EAGAIN && errno != ENOMEM) break; // its shard has closed
    }
}

} // namespace spargio::detail
