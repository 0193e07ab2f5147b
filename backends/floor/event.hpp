// A blocking eventfd: the cheapest way to put a thread to sleep that also a ring or a poll could wait for.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace bench::by_hand {

class event {
public:
    event() : fd_(::eventfd(0, EFD_CLOEXEC)) {
        if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    ~event() { ::close(fd_); }

    void signal() noexcept {
        constexpr std::uint64_t one = 1;
        while (::write(fd_, &one, sizeof one) < 0) give_up_unless_interrupted();
    }

    /// Sleeps until `signal` was called at least once since the last `wait`.
    void wait() noexcept {
        std::uint64_t count = 0;
        while (::read(fd_, &count, sizeof count) < 0) give_up_unless_interrupted();
    }

private:
    // Eight bytes to or from an open eventfd fail only by a signal; anything else is memory gone wrong, and the
    // other side would wait for ever.
    static void give_up_unless_interrupted() noexcept {
        if (errno != EINTR) std::abort();
    }

    int fd_;
};

} // namespace bench::by_hand
