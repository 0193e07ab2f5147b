// Who runs a task whose spawner computes for ever: steal_deque.hpp (push, empty_before_sleep), thief.cpp
// (steal, stop_searching, wake_one, here wake_a_thief) and shard_idle.cpp (park). Never is a task queued while
// a shard that could take it sleeps (R10, P3): the spawner wakes a sleeper unless somebody is searching; and
// who searches, or has just woken, either takes the task or, having found other work, sees to it that somebody
// else looks.
#include "tests/models/deque_mirror.hpp"
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;
using models::order;

order parked_enter("parked_enter", rl::mo_seq_cst, rl::mo_acq_rel);
order parked_look("parked_look", rl::mo_seq_cst, rl::mo_relaxed);
order searching_end("searching_end", rl::mo_seq_cst, rl::mo_release);
order searching_look("searching_look", rl::mo_seq_cst, rl::mo_acquire);
mutant skip_look_at_deques("skip_look_at_deques");
mutant publish_too_late("publish_too_late");
mutant keep_the_mark("keep_the_mark");
mutant leave_without_a_look("leave_without_a_look");
mutant try_one_sleeper_only("try_one_sleeper_only");
mutant wake_up_unmarked("wake_up_unmarked");

/// Thread 0 is the spawner; it never looks at its queue again. The others are shards.
template <int Threads>
struct pool {
    models::deque<4> queue;
    models::parking<Threads> flags[Threads];
    rl::atomic<unsigned> parked;
    rl::atomic<unsigned> searching[Threads];

    pool() {
        parked($).store(0, rl::mo_relaxed);
        for (rl::atomic<unsigned>& each : searching) each($).store(0, rl::mo_relaxed);
    }

    void spawn(unsigned task) {
        if (publish_too_late.on()) wake_a_thief(0);
        RL_ASSERT(queue.push(task));
        if (publish_too_late.on()) return;
        wake_a_thief(0);
    }

    void wake_a_thief(int self) {
        if (parked.load(parked_look, $) == 0) return;
        for (int other = 1; other != Threads; ++other)
            if (other != self && searching[other].load(searching_look, $) != 0) return;
        for (int other = 1; other != Threads; ++other) {
            if (other == self) continue;
            if (flags[other].wake() || try_one_sleeper_only.on()) return;
        }
    }

    void begin_searching(int self) { searching[self].store(1, rl::mo_relaxed, $); }

    /// Before running work, wherever it came from.
    void stop_searching(int self) {
        if (searching[self].load(rl::mo_relaxed, $) == 0 || keep_the_mark.on()) return;
        searching[self].store(0, searching_end, $);
        if (!leave_without_a_look.on() && !queue.empty_before_sleep()) wake_a_thief(self);
    }

    unsigned steal() { return queue.looks_empty() ? 0 : queue.steal(); }

    void park(int self) {
        searching[self].store(0, searching_end, $);
        parked.fetch_add(1, parked_enter, $);
        flags[self].announce_sleep();
        if (skip_look_at_deques.on() || queue.empty_before_sleep()) flags[self].wait();
        flags[self].awake();
        parked.fetch_sub(1, rl::mo_relaxed, $);
        if (!wake_up_unmarked.on()) begin_searching(self);
    }

    /// What a shard does until it has a task; `spinning`: it looks once more, marked, before it sleeps.
    unsigned take_one(int self, bool spinning) {
        for (;;) {
            unsigned task = steal();
            if (task == 0 && spinning) {
                begin_searching(self);
                task = steal();
            }
            if (task == 0) {
                park(self);
                continue;
            }
            stop_searching(self);
            return task;
        }
    }
};

template <bool Spinning>
struct one_thief : rl::test_suite<one_thief<Spinning>, 2> {
    pool<2> all;

    void thread(unsigned index) {
        if (index == 0)
            all.spawn(7);
        else
            RL_ASSERT(all.take_one(1, Spinning) == 7);
    }
};

/// A shard is searching when other work comes to it, which it will never finish; the other one must get the
/// task.
struct a_searcher_finds_other_work : rl::test_suite<a_searcher_finds_other_work, 3> {
    pool<3> all;

    void thread(unsigned index) {
        if (index == 0) {
            all.spawn(7);
        } else if (index == 1) {
            all.begin_searching(1);
            all.stop_searching(1);
        } else {
            RL_ASSERT(all.take_one(2, true) == 7);
        }
    }
};

/// A sleeping shard gets a message, whose work never ends, while the spawner may have woken it for the task.
struct a_woken_shard_finds_other_work : rl::test_suite<a_woken_shard_finds_other_work, 4> {
    pool<4> all;
    rl::atomic<unsigned> mail;

    void before() { mail($).store(0, rl::mo_relaxed); }

    void thread(unsigned index) {
        if (index == 0) {
            all.spawn(7);
        } else if (index == 1) {
            while (mail.load(rl::mo_acquire, $) == 0) wait_for_mail();
            all.stop_searching(1);
        } else if (index == 2) {
            RL_ASSERT(all.take_one(2, false) == 7);
        } else {
            mail.store(1, rl::mo_seq_cst, $);
            all.flags[1].wake();
        }
    }

    void wait_for_mail() {
        all.searching[1].store(0, searching_end, $);
        all.parked.fetch_add(1, parked_enter, $);
        all.flags[1].announce_sleep();
        if (mail.load(rl::mo_seq_cst, $) == 0) all.flags[1].wait();
        all.flags[1].awake();
        all.parked.fetch_sub(1, rl::mo_relaxed, $);
        if (!wake_up_unmarked.on()) all.begin_searching(1);
        // Woken for the task: leaves it to somebody else, as a thief does who was too slow.
        if (mail.load(rl::mo_acquire, $) == 0) all.stop_searching(1);
    }
};

/// Two tasks, two thieves, of which each takes one and is then busy for ever.
struct two_thieves : rl::test_suite<two_thieves, 3> {
    pool<3> all;
    unsigned taken;

    void before() { taken = 0; }
    void thread(unsigned index) {
        if (index == 0) {
            all.spawn(1);
            all.spawn(2);
        } else {
            taken += all.take_one(static_cast<int>(index), index == 1);
        }
    }
    void after() { RL_ASSERT(taken == 3); }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"one thief", 4, models::look_for_failure<one_thief<false>>},
         {"one thief that spins", 4, models::look_for_failure<one_thief<true>>},
         {"a searcher finds other work", 3, models::look_for_failure<a_searcher_finds_other_work>},
         {"a woken shard finds other work", 2, models::look_for_failure<a_woken_shard_finds_other_work>},
         {"two tasks, two thieves", 2, models::look_for_failure<two_thieves>}});
}
