// A channel (runtime/sync/channel.hpp) and its ring (runtime/detail/lanes/gated_ring.hpp): each value arrives
// once and in order, and nobody sleeps on a value or on room (P1, P3, P9). Laps are cut to two bits, so that
// they wrap within a schedule.
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;
using models::order;

order cell_seen("cell_seen", rl::mo_acquire, rl::mo_relaxed);
order cell_turns("cell_turns", rl::mo_release, rl::mo_relaxed);
order lock_takes("lock_takes", rl::mo_acquire, rl::mo_relaxed);
order lock_gives("lock_gives", rl::mo_release, rl::mo_relaxed);
mutant take_no_notice("take_no_notice");           // of a reserved cell that is not filled yet
mutant leave_the_head_open("leave_the_head_open"); // shut() marks the tail only
mutant leave_the_tail_open("leave_the_tail_open"); // or the head only
mutant open_while_one_waits("open_while_one_waits");
mutant close_without_waking("close_without_waking");
mutant mark_before_a_plain_store("mark_before_a_plain_store"); // reserving is a load and a store

/// A task that waits, as the lists of the channel see it: one at a time is enough here.
struct waiter {
    rl::var<unsigned> value;
    rl::var<bool> closed;
    models::bell<3> woken;
};

template <unsigned Capacity>
class channel {
public:
    channel() : closed_(false), shut_(false), calm_(0), receiver_(nullptr), sender_(nullptr) {
        tail_($).store(0, rl::mo_relaxed);
        head_($).store(0, rl::mo_relaxed);
        held_($).store(0, rl::mo_relaxed);
        for (cell& each : cells_) each.turn($).store(0, rl::mo_relaxed);
    }

    /// False when the channel is closed.
    bool send(unsigned value, waiter& self) {
        if (try_put(value)) return true;
        lock();
        shut();
        if (closed_($)) return unlock(false);
        if (waiter* const other = receiver_($)) {
            receiver_($) = nullptr;
            other->value($) = value;
            wake(*other, false);
            return unlock(true);
        }
        if (!full()) {
            put(value);
            return unlock(true);
        }
        self.value($) = value;
        sender_($) = &self;
        unlock(true);
        self.woken.wait();
        return !self.closed($);
    }

    bool receive(unsigned& into, waiter& self) {
        if (try_take(into)) return true;
        lock();
        shut();
        if (!empty()) {
            into = take();
            if (waiter* const other = sender_($)) {
                sender_($) = nullptr;
                put(other->value($));
                wake(*other, false);
            }
            return unlock(true);
        }
        if (closed_($)) return unlock(false);
        receiver_($) = &self;
        unlock(true);
        self.woken.wait();
        if (self.closed($)) return false;
        into = self.value($);
        return true;
    }

    void close() {
        lock();
        shut();
        closed_($) = true;
        waiter* const waiting[] = {receiver_($), sender_($)};
        receiver_($) = nullptr;
        sender_($) = nullptr;
        if (!close_without_waking.on())
            for (waiter* const each : waiting)
                if (each != nullptr) wake(*each, true);
        unlock(true);
    }

private:
    struct cell {
        rl::atomic<unsigned> turn;
        rl::var<unsigned> value;
    };
    static const unsigned mark = 1;
    static const unsigned laps = 4;

    // A word is a position modulo all laps, and the mark.
    static unsigned position(unsigned at) { return at >> 1; }
    static unsigned after(unsigned at) { return (position(at) + 1) % (Capacity * laps) << 1 | (at & mark); }
    static unsigned free_in(unsigned at) { return position(at) / Capacity * 2; }
    static unsigned filled_in(unsigned at) { return free_in(at) + 1; }
    static unsigned free_after(unsigned at) { return (free_in(at) + 2) % (2 * laps); }

    bool reserve(rl::atomic<unsigned>& where, unsigned& at) {
        if (mark_before_a_plain_store.on()) {
            if (where.load(rl::mo_relaxed, $) != at) return false;
            where.store(after(at), rl::mo_relaxed, $);
            return true;
        }
        return where.compare_exchange_strong(at, after(at), rl::mo_relaxed, $);
    }

    bool try_put(unsigned value) {
        unsigned at = tail_.load(rl::mo_relaxed, $);
        for (;;) {
            if ((at & mark) != 0) return false;
            cell& into = cells_[position(at) % Capacity];
            if (into.turn.load(cell_seen, $) != free_in(at)) {
                const unsigned now = tail_.load(rl::mo_relaxed, $);
                if (now == at) return false;
                at = now;
            } else if (reserve(tail_, at)) {
                into.value($) = value;
                into.turn.store(filled_in(at), cell_turns, $);
                return true;
            }
        }
    }
    bool try_take(unsigned& value) {
        unsigned at = head_.load(rl::mo_relaxed, $);
        for (;;) {
            if ((at & mark) != 0) return false;
            cell& from = cells_[position(at) % Capacity];
            if (from.turn.load(cell_seen, $) != filled_in(at)) {
                const unsigned now = head_.load(rl::mo_relaxed, $);
                if (now == at) return false;
                at = now;
            } else if (reserve(head_, at)) {
                value = from.value($);
                from.turn.store(free_after(at), cell_turns, $);
                return true;
            }
        }
    }

    void lock() {
        while (held_.exchange(1, lock_takes, $) != 0) rl::yield(1, $);
    }
    bool unlock(bool answer) {
        const bool waits = receiver_($) != nullptr || sender_($) != nullptr;
        if (closed_($) || (waits && !open_while_one_waits.on())) {
            calm_($) = 0;
        } else if (calm_($) + 1 >= 2 || waits) {
            calm_($) = 0;
            shut_($) = false;
            head_.store(head_.load(rl::mo_relaxed, $) & ~mark, rl::mo_relaxed, $);
            tail_.store(tail_.load(rl::mo_relaxed, $) & ~mark, rl::mo_relaxed, $);
        } else {
            calm_($) = calm_($) + 1;
        }
        held_.store(0, lock_gives, $);
        return answer;
    }
    void wake(waiter& other, bool closed) {
        other.closed($) = closed;
        other.woken.ring();
    }

    void shut() {
        if (shut_($)) return;
        shut_($) = true;
        if (!leave_the_tail_open.on()) tail_.fetch_or(mark, rl::mo_relaxed, $);
        if (!leave_the_head_open.on()) head_.fetch_or(mark, rl::mo_relaxed, $);
    }
    unsigned tail() { return tail_.load(rl::mo_relaxed, $) & ~mark; }
    unsigned head() { return head_.load(rl::mo_relaxed, $) & ~mark; }
    bool empty() { return head() == tail(); }
    bool full() { return (position(head()) + Capacity) % (Capacity * laps) == position(tail()); }
    void put(unsigned value) {
        const unsigned at = tail_.load(rl::mo_relaxed, $);
        cell& into = cells_[position(at) % Capacity];
        wait_for(into, free_in(at));
        into.value($) = value;
        into.turn.store(filled_in(at), cell_turns, $);
        tail_.store(after(at), rl::mo_relaxed, $);
    }
    unsigned take() {
        const unsigned at = head_.load(rl::mo_relaxed, $);
        cell& from = cells_[position(at) % Capacity];
        wait_for(from, filled_in(at));
        const unsigned value = from.value($);
        from.turn.store(free_after(at), cell_turns, $);
        head_.store(after(at), rl::mo_relaxed, $);
        return value;
    }
    void wait_for(cell& wanted, unsigned turn) {
        while (!take_no_notice.on() && wanted.turn.load(cell_seen, $) != turn) rl::yield(1, $);
    }

    cell cells_[Capacity];
    rl::atomic<unsigned> tail_;
    rl::atomic<unsigned> head_;
    rl::atomic<unsigned> held_;
    rl::var<bool> closed_;
    rl::var<bool> shut_;
    rl::var<unsigned> calm_;
    rl::var<waiter*> receiver_;
    rl::var<waiter*> sender_;
};

/// One sender, one receiver.
template <unsigned Capacity, unsigned Values>
struct stream : rl::test_suite<stream<Capacity, Values>, 2> {
    channel<Capacity> between;
    waiter waits[2];

    void thread(unsigned index) {
        if (index == 0) {
            for (unsigned i = 0; i != Values; ++i) RL_ASSERT(between.send(i, waits[0]));
            between.close();
            return;
        }
        unsigned value = 0;
        for (unsigned i = 0; i != Values; ++i) {
            RL_ASSERT(between.receive(value, waits[1]));
            RL_ASSERT(value == i);
        }
        RL_ASSERT(!between.receive(value, waits[1]));
    }
};

/// Two send a value each, to one receiver.
struct two_senders : rl::test_suite<two_senders, 3> {
    channel<2> between;
    waiter waits[3];

    void thread(unsigned index) {
        if (index != 0) {
            RL_ASSERT(between.send(index, waits[index]));
            return;
        }
        unsigned sum = 0;
        for (unsigned i = 0; i != 2; ++i) {
            unsigned value = 0;
            RL_ASSERT(between.receive(value, waits[0]));
            sum += value;
        }
        RL_ASSERT(sum == 3);
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(count, arguments,
                              {{"capacity 1, four values", 3, models::look_for_failure<stream<1, 4>>},
                               {"capacity 2, five values", 3, models::look_for_failure<stream<2, 5>>},
                               {"two senders", 3, models::look_for_failure<two_senders>}});
}
