// The life of a spawned task (runtime/task: task_registry.cpp announce_done and drop_handle, join_handle.hpp):
// its memory is freed exactly once, by the task or by its handle, and whoever joins it is resumed exactly once
// and sees the result (R7, P9).
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;
using models::order;

order done_exchange("done_exchange", rl::mo_acq_rel, rl::mo_release);
order done_publishes("done_publishes", rl::mo_acq_rel, rl::mo_acquire);
order ready_load("ready_load", rl::mo_acquire, rl::mo_relaxed);
order join_registers("join_registers", rl::mo_acq_rel, rl::mo_acquire);
order join_finds_done("join_finds_done", rl::mo_acquire, rl::mo_relaxed);
order drop_load("drop_load", rl::mo_acquire, rl::mo_relaxed);
order drop_publishes("drop_publishes", rl::mo_acq_rel, rl::mo_acquire);
order drop_finds_done("drop_finds_done", rl::mo_acquire, rl::mo_relaxed);
mutant drop_without_loop("drop_without_loop");

const unsigned running = 0;
const unsigned done = 1;
const unsigned detached = 2;
const unsigned joiner_address = 16;

/// The task's header, its result, and who waits for it.
struct spawned {
    rl::atomic<unsigned> join;
    rl::var<unsigned> result;
    rl::var<unsigned> memory; // 1: allocated; each use reads it, freeing writes it
    rl::var<unsigned> resume_point;
    models::bell<2> joiner;
    unsigned freed;
    unsigned resumed;

    void start() {
        join($).store(running, rl::mo_relaxed);
        memory($) = 1;
        result($) = 0;
        freed = resumed = 0;
    }

    void dispose() {
        RL_ASSERT(++freed == 1);
        memory($) = 0;
        result($) = 0;
    }

    void finish() {
        result($) = 42;
        announce_done();
    }

    void announce_done() {
        const unsigned before = join.exchange(done, done_publishes.on() ? done_publishes : done_exchange, $);
        if (before == running) return;
        if (before == detached) {
            RL_ASSERT(result($) == 42); // insist_on_success
            dispose();
            return;
        }
        RL_ASSERT(before == joiner_address && resume_point($) == 7);
        RL_ASSERT(++resumed == 1);
        joiner.ring();
    }

    /// True when it waited.
    bool co_await_it() {
        if (join.load(ready_load, $) == done) return false;
        resume_point($) = 7;
        unsigned expected = running;
        if (!join.compare_exchange_strong(expected, joiner_address, join_registers, $, join_finds_done, $))
            return false;
        joiner.wait();
        return true;
    }

    void take_result() {
        RL_ASSERT(memory($) == 1);
        RL_ASSERT(result($) == 42);
        drop_handle();
    }

    void drop_handle() {
        unsigned seen = join.load(drop_load, $);
        while (seen != done) {
            const bool dropped =
                join.compare_exchange_weak(seen, detached, drop_publishes, $, drop_finds_done, $);
            if (dropped || drop_without_loop.on()) return;
        }
        dispose();
    }
};

struct finishing_against_joining : rl::test_suite<finishing_against_joining, 2> {
    spawned task;
    void before() { task.start(); }
    void thread(unsigned index) {
        if (index == 0) {
            task.finish();
            return;
        }
        const bool waited = task.co_await_it();
        RL_ASSERT(task.resumed == (waited ? 1 : 0));
        task.take_result();
    }
    void after() { RL_ASSERT(task.freed == 1); }
};

/// The handle's owner writes where it was last, so that freeing without having seen it is a race.
struct finishing_against_detaching : rl::test_suite<finishing_against_detaching, 2> {
    spawned task;
    void before() { task.start(); }
    void thread(unsigned index) {
        if (index == 0) {
            task.finish();
            return;
        }
        RL_ASSERT(task.memory($) == 1);
        task.drop_handle();
    }
    void after() { RL_ASSERT(task.freed == 1); }
};

struct asking_and_then_detaching : rl::test_suite<asking_and_then_detaching, 2> {
    spawned task;
    void before() { task.start(); }
    void thread(unsigned index) {
        if (index == 0) {
            task.finish();
            return;
        }
        if (task.join.load(ready_load, $) == done) RL_ASSERT(task.result($) == 42);
        task.drop_handle();
    }
    void after() { RL_ASSERT(task.freed == 1); }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"finishing and joining", 6, models::look_for_failure<finishing_against_joining>},
         {"finishing and detaching", 6, models::look_for_failure<finishing_against_detaching>},
         {"asking, then detaching", 6, models::look_for_failure<asking_and_then_detaching>}});
}
