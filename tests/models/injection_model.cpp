// The queue of messages from outside (runtime/detail/lanes/injection_queue.hpp), by itself, with a consumer
// that sleeps and with producers that wait for room: each message is taken exactly once and in the order of its
// producer (P1, P2), none is left lying while the consumer sleeps (P3), and no producer waits for room that is
// there (P16).
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;
using models::order;

order slot_free("slot_free", rl::mo_acquire, rl::mo_relaxed);
order slot_fill("slot_fill", rl::mo_seq_cst, rl::mo_release);
order slot_publishes("slot_publishes", rl::mo_seq_cst, rl::mo_relaxed);
order slot_filled("slot_filled", rl::mo_acquire, rl::mo_relaxed);
order slot_give_back("slot_give_back", rl::mo_release, rl::mo_relaxed);
order slot_look("slot_look", rl::mo_seq_cst, rl::mo_acquire);
order room_count("room_count", rl::mo_acq_rel, rl::mo_relaxed);
order room_ask("room_ask", rl::mo_acq_rel, rl::mo_relaxed);
mutant skip_last_look("skip_last_look");
mutant skip_notify("skip_notify");

template <unsigned Capacity>
class injection_queue {
public:
    injection_queue() : head_(0) {
        for (slot& each : slots_) each.turn($).store(0, rl::mo_relaxed);
        tail_($).store(0, rl::mo_relaxed);
        waiting_($).store(0, rl::mo_relaxed);
    }

    bool push(unsigned value) {
        unsigned at = tail_.load(rl::mo_relaxed, $);
        for (;;) {
            slot& into = slots_[at % Capacity];
            const unsigned mine = turn_of(at);
            const int ahead = static_cast<int>(into.turn.load(slot_free, $) - mine);
            if (ahead < 0) return false;
            if (ahead == 0 && tail_.compare_exchange_weak(at, at + 1, rl::mo_relaxed, $)) {
                into.value($) = value;
                into.turn.store(mine + 1, slot_publishes.on() ? slot_publishes : slot_fill, $);
                return true;
            }
            if (ahead > 0) at = tail_.load(rl::mo_relaxed, $);
        }
    }

    void push_waiting(unsigned value) {
        if (push(value)) return;
        lock_.lock($);
        waiting_.fetch_add(1, room_count, $);
        bool first = true;
        while ((first && skip_last_look.on()) || !push(value)) {
            first = false;
            room_.wait(lock_, $);
        }
        waiting_.fetch_sub(1, rl::mo_relaxed, $);
        lock_.unlock($);
    }

    bool pop(unsigned& into) {
        slot& from = slots_[head_ % Capacity];
        if (from.turn.load(slot_filled, $) != turn_of(head_) + 1) return false;
        into = from.value($);
        from.turn.store(turn_of(head_ + Capacity), slot_give_back, $);
        ++head_;
        return true;
    }
    bool empty_before_sleep() { return slots_[head_ % Capacity].turn.load(slot_look, $) != turn_of(head_) + 1; }

    void publish_progress() {
        if (waiting_.fetch_add(0, room_ask, $) == 0 || skip_notify.on()) return;
        lock_.lock($);
        room_.notify_all($);
        lock_.unlock($);
    }

private:
    struct slot {
        rl::var<unsigned> value;
        rl::atomic<unsigned> turn;
    };
    static unsigned turn_of(unsigned position) { return position / Capacity * 2; }

    slot slots_[Capacity];
    rl::atomic<unsigned> tail_;
    unsigned head_;
    rl::atomic<unsigned> waiting_;
    rl::mutex lock_;
    rl::condition_variable room_;
};

/// What the consumer checks: numbers of each producer in order.
template <unsigned Producers>
struct account {
    unsigned next[Producers];

    void clear() {
        for (unsigned& each : next) each = 0;
    }
    void take(unsigned value) { RL_ASSERT(value % 16 == next[value / 16]++); }
};

template <unsigned Capacity, unsigned Producers, unsigned Each>
struct posting_to_a_sleeper : rl::test_suite<posting_to_a_sleeper<Capacity, Producers, Each>, Producers + 1> {
    injection_queue<Capacity> queue;
    models::parking<Producers + 1> flag;
    account<Producers> all;

    void before() { all.clear(); }

    void thread(unsigned index) {
        if (index == Producers) {
            receive();
            return;
        }
        for (unsigned i = 0; i != Each; ++i) {
            RL_ASSERT(queue.push(index * 16 + i)); // there is room for all
            flag.wake();
        }
    }

    void receive() {
        for (unsigned missing = Producers * Each; missing != 0;) {
            unsigned value = 0;
            const unsigned before = missing;
            while (queue.pop(value)) {
                all.take(value);
                --missing;
            }
            if (missing != before) continue;
            flag.announce_sleep();
            if (queue.empty_before_sleep()) flag.wait();
            flag.awake();
        }
    }
};

/// Producers that wait for room; the consumer never sleeps, so what hangs is a producer.
template <unsigned Producers, unsigned Each>
struct waiting_for_room : rl::test_suite<waiting_for_room<Producers, Each>, Producers + 1> {
    injection_queue<1> queue;
    models::parking<Producers + 1> flag;
    account<Producers> all;

    void before() { all.clear(); }

    void thread(unsigned index) {
        if (index == Producers) {
            receive();
            return;
        }
        for (unsigned i = 0; i != Each; ++i) {
            queue.push_waiting(index * 16 + i);
            flag.wake();
        }
    }

    void receive() {
        for (unsigned missing = Producers * Each; missing != 0;) {
            unsigned value = 0;
            if (queue.pop(value)) {
                all.take(value);
                --missing;
                queue.publish_progress();
                continue;
            }
            flag.announce_sleep();
            if (queue.empty_before_sleep()) flag.wait();
            flag.awake();
        }
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"one thread, two messages", 4, models::look_for_failure<posting_to_a_sleeper<2, 1, 2>>},
         {"two threads, one message each", 3, models::look_for_failure<posting_to_a_sleeper<2, 2, 1>>},
         {"one thread waits for room", 3, models::look_for_failure<waiting_for_room<1, 3>>},
         {"two threads wait for room", 1, models::look_for_failure<waiting_for_room<2, 2>>}});
}
