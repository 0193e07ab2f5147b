// The park protocol when the sleeper pays for its wakers (runtime/detail/machine/process_barrier.hpp): a waker
// stores with release and asks with no order of its own; the sleeper announces, runs the process barrier, and
// looks. What is proved: no shard sleeps on a message (P3).
//
// The kernel's barrier is mirrored as what membarrier(2) promises: some time between the call and its return
// every other thread passes a full fence. A thread does that at whatever point of its program it stands: hence
// may_fence() between any two of its steps. Threads that are not running count as having passed one.
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;
using models::order;

order put_publishes("put_publishes", rl::mo_release, rl::mo_relaxed);
order pop_acquires("pop_acquires", rl::mo_acquire, rl::mo_relaxed);
mutant skip_barrier("skip_barrier");
mutant barrier_before_announcing("barrier_before_announcing");
mutant skip_second_look("skip_second_look_after_the_barrier");

template <int Wakers, unsigned Messages>
struct barrier_parking : rl::test_suite<barrier_parking<Wakers, Messages>, Wakers + 1> {
    struct mail {
        rl::var<unsigned> value[Messages];
        rl::atomic<unsigned> published;
        rl::atomic<unsigned> fence_asked;
        rl::atomic<unsigned> fence_passed;
    };
    mail lanes[Wakers];
    rl::atomic<unsigned> asleep;
    models::bell<Wakers + 1> doorbell;

    void before() {
        asleep($).store(0, rl::mo_relaxed);
        for (mail& each : lanes) {
            each.published($).store(0, rl::mo_relaxed);
            each.fence_asked($).store(0, rl::mo_relaxed);
            each.fence_passed($).store(0, rl::mo_relaxed);
        }
    }

    void thread(unsigned index) {
        if (index == Wakers)
            sleep_and_receive();
        else
            send(lanes[index]);
    }

    /// The interrupt that the kernel sends, should it arrive now.
    void may_fence(mail& own) {
        const unsigned asked = own.fence_asked.load(rl::mo_acquire, $);
        if (own.fence_passed.load(rl::mo_relaxed, $) == asked) return;
        rl::atomic_thread_fence(rl::mo_seq_cst, $);
        own.fence_passed.store(asked, rl::mo_release, $);
    }

    void send(mail& own) {
        for (unsigned i = 0; i != Messages; ++i) {
            own.value[i]($) = i + 1;
            may_fence(own);
            own.published.store(i + 1, put_publishes, $);
            may_fence(own);
            if (asleep.load(rl::mo_relaxed, $) != 0) {
                may_fence(own);
                if (asleep.exchange(0, rl::mo_seq_cst, $) != 0) doorbell.ring();
            }
            may_fence(own);
        }
        // The thread stops running: the kernel's switch is a full barrier.
        rl::atomic_thread_fence(rl::mo_seq_cst, $);
        own.fence_passed.store(~0u, rl::mo_release, $);
    }

    void process_barrier() {
        rl::atomic_thread_fence(rl::mo_seq_cst, $);
        for (mail& each : lanes) {
            const unsigned wanted = each.fence_asked.load(rl::mo_relaxed, $) + 1;
            each.fence_asked.store(wanted, rl::mo_release, $);
            for (;;) {
                const unsigned passed = each.fence_passed.load(rl::mo_acquire, $);
                if (passed == wanted || passed == ~0u) break;
                rl::yield(1, $);
            }
        }
        rl::atomic_thread_fence(rl::mo_seq_cst, $);
    }

    void sleep_and_receive() {
        unsigned received[Wakers] = {};
        unsigned missing = Wakers * Messages;
        while (missing != 0) {
            const unsigned before = missing;
            for (int source = 0; source != Wakers; ++source) {
                const unsigned there = lanes[source].published.load(pop_acquires, $);
                for (; received[source] != there; --missing) {
                    RL_ASSERT(lanes[source].value[received[source]]($) == received[source] + 1);
                    ++received[source];
                }
            }
            if (missing == before) park(received);
        }
    }

    void park(const unsigned* received) {
        if (barrier_before_announcing.on()) process_barrier();
        asleep.store(1, rl::mo_relaxed, $);
        if (!skip_barrier.on() && !barrier_before_announcing.on()) process_barrier();
        if (!work_before_sleep(received)) doorbell.wait();
        asleep.store(0, rl::mo_relaxed, $);
    }

    bool work_before_sleep(const unsigned* received) {
        if (skip_second_look.on()) return false;
        for (int source = 0; source != Wakers; ++source)
            if (lanes[source].published.load(rl::mo_relaxed, $) != received[source]) return true;
        return false;
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"one waker, one message", 4, models::look_for_failure<barrier_parking<1, 1>>},
         {"one waker, two messages", 3, models::look_for_failure<barrier_parking<1, 2>>},
         {"two wakers, one message each", 2, models::look_for_failure<barrier_parking<2, 1>>}});
}
