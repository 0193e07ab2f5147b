// Mirror of runtime/detail/lanes/parking_flag.hpp, and of the kernel's side of it: a bell that stays rung until
// its owner waits.
#pragma once

#include "tests/models/model.hpp"

namespace models {

/// The completion queue of a ring whose owner waits for one completion. Only ringing publishes and only waiting
/// sees it: the kernel promises no more. Who waits for a bell that nobody will ring is found by Relacy as a
/// deadlock.
template <int Threads>
class bell {
public:
    bell() : rung_(0) {}

    void ring() {
        rl::context& all = rl::ctx();
        all.sched();
        carried_.release(all.threadx_);
        ++rung_;
        waiting_.unpark_one(all, $);
    }

    void wait() {
        rl::context& all = rl::ctx();
        all.sched();
        while (rung_ == 0) waiting_.park_current(all, false, false, false, $);
        rung_ = 0;
        carried_.acquire(all.threadx_);
    }

private:
    unsigned rung_;
    rl::waitset<Threads> waiting_;
    rl::sync_var<Threads> carried_;
};

static order announce("announce", rl::mo_seq_cst, rl::mo_release);
static order stay_awake("stay_awake", rl::mo_seq_cst, rl::mo_relaxed);
static order ask_asleep("ask_asleep", rl::mo_seq_cst, rl::mo_acquire);
static order claim_asleep("claim_asleep", rl::mo_seq_cst, rl::mo_relaxed);

template <int Threads>
class parking {
public:
    parking() : announced_(0), rung_(0) { asleep_($).store(0, rl::mo_relaxed); }

    void announce_sleep() {
        ++announced_;
        asleep_.store(1, announce, $);
    }
    void awake() { asleep_.store(0, stay_awake, $); }

    bool claim_wake() { return asleep_.load(ask_asleep, $) != 0 && asleep_.exchange(0, claim_asleep, $) != 0; }

    /// Whether this call has woken the sleeper.
    bool wake() {
        if (!claim_wake()) return false;
        ++rung_;
        RL_ASSERT(rung_ <= announced_); // at most one bell for each sleep (P4)
        bell_.ring();
        return true;
    }
    void wait() { bell_.wait(); }

private:
    rl::atomic<unsigned> asleep_;
    bell<Threads> bell_;
    // Relacy runs one thread at a time, so plain counters serve for accounts.
    unsigned announced_;
    unsigned rung_;
};

} // namespace models
