// Wakes a loop when a request is due (W38): by a uv_timer_t, which counts milliseconds, or by a timerfd(2) that
// the loop watches, for senders that have to be on time.
#pragma once

#include "backends/libuv/event_loop.hpp"

#include <cerrno>
#include <cstdint>
#include <functional>
#include <system_error>
#include <utility>

#include <sys/timerfd.h>
#include <unistd.h>

namespace bench::on_libuv {

enum class timer_kind { own, exact };

/// The loop closes the handle, so this outlives it. On the loop's thread.
class due_timer {
public:
    due_timer(timer_kind kind, std::function<void()> on_due) : kind_(kind), on_due_(std::move(on_due)) {}
    due_timer(const due_timer&) = delete;
    due_timer& operator=(const due_timer&) = delete;
    ~due_timer() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    /// Before the loop runs.
    void open_on(event_loop& loop) {
        timer_.data = poll_.data = this;
        if (kind_ == timer_kind::own) {
            check(uv_timer_init(loop.get(), &timer_), "uv_timer_init");
            return;
        }
        descriptor_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), "timerfd_create");
        check(uv_poll_init(loop.get(), &poll_, descriptor_), "uv_poll_init");
        check(uv_poll_start(
                  &poll_, UV_READABLE,
                  [](uv_poll_t* handle, int, int) { static_cast<due_timer*>(handle->data)->on_due_(); }),
              "uv_poll_start");
    }

    /// Calls `on_due` once, in `ns` or up to a millisecond later.
    void set(std::uint64_t ns) {
        constexpr std::uint64_t ns_in_ms = 1'000'000;
        if (kind_ == timer_kind::exact) return arm(ns);
        uv_update_time(timer_.loop); // or it counts from when this turn of the loop began
        uv_timer_start(
            &timer_, [](uv_timer_t* timer) { static_cast<due_timer*>(timer->data)->on_due_(); },
            (ns + ns_in_ms - 1) / ns_in_ms, 0);
    }

    /// Nothing more is due. An exact one is readable, and calls, until it is set anew or this is called.
    void clear() {
        if (kind_ == timer_kind::exact) arm(0);
    }

private:
    /// Setting it forgets that it has expired (timerfd_settime(2)), so it need not be read. 0: never.
    void arm(std::uint64_t ns) const {
        constexpr std::uint64_t ns_in_s = 1'000'000'000;
        itimerspec when{};
        when.it_value = {.tv_sec = static_cast<time_t>(ns / ns_in_s),
                         .tv_nsec = static_cast<long>(ns % ns_in_s)};
        if (::timerfd_settime(descriptor_, 0, &when, nullptr) != 0)
            throw std::system_error(errno, std::system_category(), "timerfd_settime");
    }

    const timer_kind kind_;
    std::function<void()> on_due_;
    uv_timer_t timer_{};
    uv_poll_t poll_{};
    int descriptor_ = -1;
};

} // namespace bench::on_libuv
