// Broken pipes as errors only.
#pragma once

#include <csignal>
#include <ctime>

namespace spargio::detail {

/// While it lives, a write to a pipe or a socket that nobody reads is EPIPE to the calling thread and no
/// signal: the kernel sends SIGPIPE to the thread that wrote (pipe(7)), which blocks it. One that came
/// meanwhile is gone afterwards; where the thread had blocked it before, nothing changes. Begun and ended on
/// one thread.
class no_sigpipe {
public:
    no_sigpipe() noexcept {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~no_sigpipe() {
        if (sigismember(&before_, SIGPIPE) == 1) return;
        const timespec at_once{};
        if (!was_pending_) sigtimedwait(&pipe_, nullptr, &at_once);
        // Not the mask of before: a task may have changed the rest of it.
        pthread_sigmask(SIG_UNBLOCK, &pipe_, nullptr);
    }
    no_sigpipe(const no_sigpipe&) = delete;
    no_sigpipe& operator=(const no_sigpipe&) = delete;

private:
    sigset_t pipe_;
    sigset_t before_;
    bool was_pending_;
};

} // namespace spargio::detail
