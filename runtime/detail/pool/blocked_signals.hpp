// Keeping signals away from threads of the runtime.
#pragma once

#include <csignal>

#include <pthread.h>

namespace spargio::detail {

/// Blocks every signal while threads are made, so that the process's signals go to the threads that were there
/// before (hazards: a signal that hits a waiting shard ends its wait).
class blocked_signals {
public:
    blocked_signals() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    blocked_signals(const blocked_signals&) = delete;
    blocked_signals& operator=(const blocked_signals&) = delete;

private:
    sigset_t before_;
};

} // namespace spargio::detail
