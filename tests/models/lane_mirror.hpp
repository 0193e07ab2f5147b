// Mirror of runtime/detail/lanes/lane.hpp: the bounded queue of one producer and one consumer.
#pragma once

#include "tests/models/model.hpp"

namespace models {

static order lane_put("lane_put", rl::mo_release, rl::mo_relaxed);
static order lane_publish("lane_publish", rl::mo_seq_cst, rl::mo_release);
static order lane_pop("lane_pop", rl::mo_acquire, rl::mo_relaxed);
static order lane_advance("lane_advance", rl::mo_release, rl::mo_relaxed);
static order lane_refill("lane_refill", rl::mo_seq_cst, rl::mo_acquire);
static order lane_look("lane_look", rl::mo_seq_cst, rl::mo_acquire);
static order lane_progress("lane_progress", rl::mo_seq_cst, rl::mo_acq_rel);
static order lane_want("lane_want", rl::mo_seq_cst, rl::mo_release);
static order lane_wanted("lane_wanted", rl::mo_seq_cst, rl::mo_acquire);
static order lane_taken("lane_taken", rl::mo_seq_cst, rl::mo_acquire);

/// LapMask cuts the lap numbers short, as 32 bits do after a long time; it is one less than a power of two.
template <unsigned Capacity, unsigned LapMask>
class lane {
public:
    lane() : tail_(0), seen_head_(0), own_head_(0), announced_head_(0) {
        for (slot& each : slots_) each.lap($).store(0, rl::mo_relaxed);
        head_($).store(0, rl::mo_relaxed);
        producer_waits_($).store(0, rl::mo_relaxed);
    }

    unsigned push(const unsigned* values, unsigned wanted) {
        if (room() < wanted) seen_head_ = head_.load(lane_refill, $);
        const unsigned count = wanted < room() ? wanted : room();
        if (count == 0) return 0;
        for (unsigned i = 0; i + 1 < count; ++i) put(values[i], lane_put);
        put(values[count - 1], lane_publish);
        return count;
    }
    bool push(unsigned value) { return push(&value, 1) == 1; }

    unsigned pushed() const { return tail_; }
    unsigned taken() { return seen_head_ = head_.load(lane_taken, $); }
    void want_progress(bool wanted) { producer_waits_.store(wanted ? 1 : 0, lane_want, $); }

    bool pop(unsigned& into) {
        slot& from = slots_[own_head_ % Capacity];
        if (from.lap.load(lane_pop, $) != lap_of(own_head_)) return false;
        into = from.value($);
        head_.store(++own_head_, lane_advance, $);
        return true;
    }
    unsigned pop_many(unsigned* into, unsigned most) {
        unsigned count = 0;
        for (; count < most; ++count) {
            slot& from = slots_[(own_head_ + count) % Capacity];
            if (from.lap.load(lane_pop, $) != lap_of(own_head_ + count)) break;
            into[count] = from.value($);
        }
        if (count == 0) return 0;
        own_head_ += count;
        head_.store(own_head_, lane_advance, $);
        return count;
    }
    bool empty_before_sleep() {
        return slots_[own_head_ % Capacity].lap.load(lane_look, $) != lap_of(own_head_);
    }
    bool producer_wants_progress() {
        if (announced_head_ == own_head_) return false;
        announced_head_ = own_head_;
        head_.exchange(own_head_, lane_progress, $);
        return producer_waits_.load(lane_wanted, $) != 0;
    }

private:
    struct slot {
        rl::var<unsigned> value;
        rl::atomic<unsigned> lap;
    };

    static unsigned lap_of(unsigned position) { return (position / Capacity + 1) & LapMask; }
    unsigned room() const { return Capacity - (tail_ - seen_head_); }

    void put(unsigned value, rl::memory_order with) {
        slot& into = slots_[tail_ % Capacity];
        into.value($) = value;
        into.lap.store(lap_of(tail_), with, $);
        ++tail_;
    }

    slot slots_[Capacity];
    unsigned tail_;
    unsigned seen_head_;
    rl::atomic<unsigned> head_;
    unsigned own_head_;
    unsigned announced_head_;
    rl::atomic<unsigned> producer_waits_;
};

} // namespace models
