// The moments at which the connections of a worker have something to write (W38): a timerfd(2) for each, under
// the worker's epoll(7).
//
// One timeout for the earliest of them, given to each epoll_pwait2(2), is set and cleared with each wait, and
// each time it is the next event of its CPU, so the CPU's clock is programmed again; a virtual machine leaves
// to its hypervisor for that. Timers that stay set until they are due came to 0.6 of the CPU time of a request.
#pragma once

#include "backends/floor/watched_sockets.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

#include <sys/timerfd.h>
#include <unistd.h>

namespace bench::by_hand {

class due_timers {
public:
    due_timers() = default;
    due_timers(const due_timers&) = delete;
    due_timers& operator=(const due_timers&) = delete;
    ~due_timers() {
        for (const auto& each : timers_) ::close(each.number);
    }

    /// One more, which wakes the thread that waits for `those`.
    void add(watched_sockets& those) {
        const int number = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        if (number < 0) throw std::system_error(errno, std::system_category(), "timerfd_create");
        timers_.push_back({number, never});
        those.add_waker(number);
    }

    static constexpr std::uint64_t never = 0;

    /// Due at `when` (CLOCK_MONOTONIC), or never. To set it forgets that it has expired, so it need not be
    /// read.
    void set(std::size_t place, std::uint64_t when) {
        auto& timer = timers_[place];
        if (timer.due_ns == when) return;
        timer.due_ns = when;
        constexpr std::uint64_t ns_in_s = 1'000'000'000;
        itimerspec setting{};
        setting.it_value = {.tv_sec = static_cast<time_t>(when / ns_in_s),
                            .tv_nsec = static_cast<long>(when % ns_in_s)};
        if (::timerfd_settime(timer.number, TFD_TIMER_ABSTIME, &setting, nullptr) != 0)
            throw std::system_error(errno, std::system_category(), "timerfd_settime");
    }

private:
    struct one {
        int number;
        std::uint64_t due_ns;
    };
    std::vector<one> timers_;
};

} // namespace bench::by_hand
