// The tasks of a shard that wait for progress: room in a lane, room in the queue of tasks, a flush (R10, R17,
// R18). They stand in line, and the shard asks each of them every turn.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/progress_wait.hpp>

#include <coroutine>

namespace spargio::detail {

/// Of one shard, for its thread.
class progress_line {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    /// Suspends the current task at the end of the line: earlier waits are served first, which keeps the order
    /// of messages to one target. False when it must not suspend.
    [[nodiscard]] bool wait(progress_wait& wait, std::coroutine_handle<> caller) noexcept {
        progress_wait** at = &first_;
        while (*at != nullptr) at = &(*at)->next_in_line_;
        wait.next_in_line_ = nullptr;
        wait.enlisted_ = true;
        *at = &wait;
        if (wait.wait_unlisted(caller)) return true;
        forget(wait);
        return false;
    }

    /// Takes it out, if it is still there.
    void forget(progress_wait& wait) noexcept {
        if (!wait.enlisted_) return;
        wait.enlisted_ = false;
        for (progress_wait** at = &first_; *at != nullptr; at = &(*at)->next_in_line_) {
            if (*at != &wait) continue;
            *at = wait.next_in_line_;
            return;
        }
    }

    /// Asks each; those that have nothing left to wait for go. Whether any has.
    bool advance(shard& here) noexcept {
        bool any = false;
        for (progress_wait** at = &first_; *at != nullptr;) {
            progress_wait& wait = **at;
            if (!wait.advance(here)) {
                at = &wait.next_in_line_;
                continue;
            }
            *at = wait.next_in_line_;
            wait.enlisted_ = false;
            if (wait.claim()) wait.finish();
            any = true;
        }
        return any;
    }

    /// The runtime stops: each is told `closed`.
    void close() noexcept {
        while (first_ != nullptr) {
            progress_wait& wait = *first_;
            forget(wait);
            if (wait.claim()) wait.finish(errc::closed);
        }
    }

private:
    progress_wait* first_ = nullptr;
};

} // namespace spargio::detail
