// Connections to the echo peer under one epoll(7) (W38, W39).
#pragma once

#include "workloads/peer/peer_connection.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace bench::by_hand {

class watched_sockets {
public:
    watched_sockets() : any_(::epoll_create1(EPOLL_CLOEXEC)) {
        if (any_ < 0) fail("epoll_create1");
    }
    watched_sockets(const watched_sockets&) = delete;
    watched_sockets& operator=(const watched_sockets&) = delete;
    ~watched_sockets() {
        for (const auto& each : sockets_) ::close(each.number);
        ::close(any_);
    }

    /// Connects; `name` is what comes back from wait().
    void add(std::size_t name) {
        sockets_.push_back({connect_to_peer(), name});
        epoll_event interest{};
        interest.events = EPOLLIN;
        interest.data.u64 = sockets_.size() - 1;
        if (::epoll_ctl(any_, EPOLL_CTL_ADD, sockets_.back().number, &interest) != 0) fail("epoll_ctl");
    }

    /// Another descriptor, not owned, whose readiness ends a wait, and no more.
    void add_waker(int number) {
        epoll_event interest{};
        interest.events = EPOLLIN;
        interest.data.u64 = waker;
        if (::epoll_ctl(any_, EPOLL_CTL_ADD, number, &interest) != 0) fail("epoll_ctl");
    }

    /// Calls `ready(place, name)` for each socket with something to read, after waiting for one, or for a
    /// waker.
    template <class Ready>
    void wait(Ready&& ready) {
        std::array<epoll_event, 64> events;
        const int count = ::epoll_wait(any_, events.data(), static_cast<int>(events.size()), -1);
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < count; ++i) {
            if (events[static_cast<std::size_t>(i)].data.u64 == waker) continue;
            const auto place = static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64);
            ready(place, sockets_[place].name);
        }
    }

    /// Of a socket that is ready.
    [[nodiscard]] std::size_t read(std::size_t place, std::span<std::byte> into) const {
        const ssize_t count = ::recv(sockets_[place].number, into.data(), into.size(), 0);
        if (count < 0) fail("recv");
        return static_cast<std::size_t>(count);
    }
    /// A blocking socket takes all, or says why not (send(2)).
    void write(std::size_t place, const iovec& part) const {
        if (::send(sockets_[place].number, part.iov_base, part.iov_len, MSG_NOSIGNAL) !=
            static_cast<ssize_t>(part.iov_len))
            fail("send");
    }

private:
    struct one {
        int number;
        std::size_t name;
    };

    static constexpr std::uint64_t waker = ~std::uint64_t{0}; // no place

    [[noreturn]] static void fail(const char* call) {
        throw std::system_error(errno, std::system_category(), call);
    }

    int any_;
    std::vector<one> sockets_;
};

} // namespace bench::by_hand
