// An open descriptor with an owner, and an epoll(7) that watches others.
#pragma once

#include <cerrno>
#include <system_error>

#include <sys/epoll.h>
#include <unistd.h>

namespace bench::by_hand {

/// Throws what errno says of a call.
[[noreturn]] inline void throw_errno(const char* call) {
    throw std::system_error(errno, std::system_category(), call);
}

class descriptor {
public:
    /// What epoll_create1(2) or eventfd(2) gave. Throws std::system_error where that is none.
    explicit descriptor(int number) : number_(number) {
        if (number_ < 0) throw_errno("epoll_create1 or eventfd");
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { ::close(number_); }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

/// Lets `any`, an epoll(7), say when there is something to read; `data` comes with that. Throws
/// std::system_error.
inline void watch(const descriptor& any, int number, epoll_data data) {
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data = data;
    if (::epoll_ctl(any.number(), EPOLL_CTL_ADD, number, &interest) != 0) throw_errno("epoll_ctl");
}

} // namespace bench::by_hand
