// Mirror of runtime/detail/sched/steal_deque.hpp. Tasks are numbers; 0 is none.
#pragma once

#include "tests/models/model.hpp"

namespace models {

static order push_sees_top("push_sees_top", rl::mo_acquire, rl::mo_relaxed);
static order push_publishes("push_publishes", rl::mo_seq_cst, rl::mo_release);
static mutant push_hides("push_hides");
static order pop_claims("pop_claims", rl::mo_seq_cst, rl::mo_release);
static order pop_sees_top("pop_sees_top", rl::mo_seq_cst, rl::mo_acquire);
static order pop_takes_last("pop_takes_last", rl::mo_seq_cst, rl::mo_relaxed);
static order steal_sees_top("steal_sees_top", rl::mo_seq_cst, rl::mo_acquire);
static order steal_sees_bottom("steal_sees_bottom", rl::mo_seq_cst, rl::mo_acquire);
static order steal_takes("steal_takes", rl::mo_seq_cst, rl::mo_relaxed);
static order deque_look("deque_look", rl::mo_seq_cst, rl::mo_acquire);

template <int Capacity>
class deque {
public:
    deque() {
        for (rl::atomic<unsigned>& each : slots_) each($).store(0, rl::mo_relaxed);
        bottom_($).store(0, rl::mo_relaxed);
        top_($).store(0, rl::mo_relaxed);
    }

    bool push(unsigned task) {
        const int bottom = bottom_.load(rl::mo_relaxed, $);
        const int top = top_.load(push_sees_top, $);
        if (bottom - top > Capacity - 1) return false;
        slot(bottom).store(task, rl::mo_relaxed, $);
        bottom_.store(bottom + 1, push_hides.on() ? rl::mo_relaxed : rl::memory_order(push_publishes), $);
        return true;
    }

    unsigned pop() {
        const int bottom = bottom_.load(rl::mo_relaxed, $) - 1;
        if (bottom < top_.load(rl::mo_relaxed, $)) return 0;
        bottom_.store(bottom, pop_claims, $);
        int top = top_.load(pop_sees_top, $);
        if (top > bottom) {
            bottom_.store(bottom + 1, rl::mo_relaxed, $);
            return 0;
        }
        unsigned task = slot(bottom).load(rl::mo_relaxed, $);
        if (top == bottom) {
            if (!top_.compare_exchange_strong(top, top + 1, pop_takes_last, $, rl::mo_relaxed, $)) task = 0;
            bottom_.store(bottom + 1, rl::mo_relaxed, $);
        }
        return task;
    }

    unsigned steal() {
        int top = top_.load(steal_sees_top, $);
        const int bottom = bottom_.load(steal_sees_bottom, $);
        if (top >= bottom) return 0;
        const unsigned task = slot(top).load(rl::mo_relaxed, $);
        if (!top_.compare_exchange_strong(top, top + 1, steal_takes, $, rl::mo_relaxed, $)) return 0;
        return task;
    }

    bool looks_empty() { return bottom_.load(rl::mo_relaxed, $) <= top_.load(rl::mo_relaxed, $); }
    bool empty_before_sleep() { return top_.load(deque_look, $) >= bottom_.load(deque_look, $); }

private:
    rl::atomic<unsigned>& slot(int position) { return slots_[position & (Capacity - 1)]; }

    rl::atomic<unsigned> slots_[Capacity];
    rl::atomic<int> bottom_;
    rl::atomic<int> top_;
};

} // namespace models
