// A cancellable wait (runtime/task: task_header.hpp begin_wait and claim, cancel.cpp,
// wait_list.hpp, as channel.hpp uses them): of a waker and a canceller exactly one resumes the task, the task
// sees what that one wrote, nothing of the wait node is touched after the task has gone on, and a cancellation
// is never lost (R7, P6, P16).
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;
using models::order;

order begin_wait_publishes("begin_wait_publishes", rl::mo_acq_rel, rl::mo_acquire);
order claim_acquires("claim_acquires", rl::mo_acq_rel, rl::mo_release);
order cancel_acquires("cancel_acquires", rl::mo_acq_rel, rl::mo_release);
order listed_load("listed_load", rl::mo_acquire, rl::mo_relaxed);
order unlisted_store("unlisted_store", rl::mo_release, rl::mo_relaxed);
order lock_acquires("lock_acquires", rl::mo_acquire, rl::mo_relaxed);
order unlock_releases("unlock_releases", rl::mo_release, rl::mo_relaxed);
mutant cancel_without_claim("cancel_without_claim");
mutant wait_although_cancelled("wait_although_cancelled");
mutant forget_without_lock("forget_without_lock");

mutant cancel_claims_the_deaf("cancel_claims_the_deaf");

const unsigned wait_bit = 1;
const unsigned cancel_bit = 2;
const unsigned deaf_bit = 4;

/// runtime/detail/machine/spin_lock.hpp
class spin_lock {
public:
    spin_lock() { held_($).store(0, rl::mo_relaxed); }
    void lock() {
        while (held_.exchange(1, lock_acquires, $) != 0) rl::yield(1, $);
    }
    void unlock() { held_.store(0, unlock_releases, $); }

private:
    rl::atomic<unsigned> held_;
};

/// One task that waits in a list, its waker, and its canceller.
template <bool Waker, bool Canceller>
struct waiting : rl::test_suite<waiting<Waker, Canceller>, 3> {
    spin_lock list_lock;
    rl::atomic<unsigned> word;
    rl::atomic<unsigned> listed;
    rl::var<unsigned> node; // a use reads it, taking it off the list writes it, and so does freeing it
    rl::var<unsigned> resume_point;
    rl::var<unsigned> decided; // in the node: the waker's answer
    rl::var<unsigned> stored;  // in the channel, under the lock: a value that came before the task
    rl::var<unsigned> in_list; // the links, under the lock
    models::bell<3> shard;
    unsigned resumed;
    bool delivered;
    bool cancelled;
    bool waited;

    void before() {
        word($).store(0, rl::mo_relaxed);
        listed($).store(0, rl::mo_relaxed);
        node($) = 1;
        decided($) = 0;
        stored($) = 0;
        in_list($) = 0;
        resumed = 0;
        delivered = cancelled = waited = false;
    }

    void thread(unsigned index) {
        if (index == 0) wait();
        if (index == 1 && Waker) wake();
        if (index == 2 && Canceller) cancel();
    }

    // --- the waiting task
    // -------------------------------------------------------------------------------------

    void wait() {
        list_lock.lock();
        if (stored($) != 0) {
            list_lock.unlock();
            delivered = true;
            return;
        }
        resume_point($) = 7;
        in_list($) = 1;
        listed.store(1, rl::mo_release, $);
        const bool suspends = begin_wait() || wait_although_cancelled.on();
        if (!suspends) remove();
        list_lock.unlock();
        if (suspends) {
            waited = true;
            shard.wait();
        }
        resume();
    }

    bool begin_wait() {
        unsigned idle = 0;
        return word.compare_exchange_strong(idle, wait_bit, begin_wait_publishes, $, rl::mo_acquire, $);
    }

    void resume() {
        forget();
        delivered = decided($) != 0;
        node($) = 0; // the frame goes on and destroys it
    }

    void forget() {
        if (listed.load(listed_load, $) == 0) return;
        if (!forget_without_lock.on()) list_lock.lock();
        remove();
        if (!forget_without_lock.on()) list_lock.unlock();
    }

    // --- under the lock
    // ---------------------------------------------------------------------------------------

    void remove() {
        if (listed.load(rl::mo_relaxed, $) == 0) return;
        in_list($) = 0;
        node($) = 2;
        listed.store(0, unlisted_store, $);
    }

    // --- others
    // -----------------------------------------------------------------------------------------------

    bool claim() {
        return (word.fetch_and(~(wait_bit | deaf_bit), claim_acquires, $) & (wait_bit | deaf_bit)) != 0;
    }
    bool claim_cancelled() { return (word.fetch_and(~wait_bit, claim_acquires, $) & wait_bit) != 0; }

    void make_runnable() {
        RL_ASSERT(resume_point($) == 7);
        RL_ASSERT(++resumed == 1);
        shard.ring();
    }

    void wake() {
        list_lock.lock();
        if (in_list($) == 0) {
            stored($) = 5;
        } else {
            const bool claimed = claim();
            remove();
            if (claimed) {
                decided($) = 5;
                make_runnable();
            }
        }
        list_lock.unlock();
    }

    void cancel() {
        cancelled = true;
        const unsigned before = word.fetch_or(cancel_bit, cancel_acquires, $);
        if ((before & wait_bit) == 0) return;
        if (cancel_without_claim.on() || claim_cancelled()) make_runnable();
    }

    void after() { RL_ASSERT(resumed == (waited ? 1 : 0) && (delivered || cancelled)); }
};

/// A task whose cancellable wait ends, by its waker or its canceller, and that then waits deaf, for a second
/// waker: the canceller, who may still be on its way, must not end that (wait_list.hpp wait with
/// wait_kind::deaf, cancel.cpp).
struct deaf_after_cancellable : rl::test_suite<deaf_after_cancellable, 3> {
    spin_lock list_lock;
    rl::atomic<unsigned> word;
    rl::var<unsigned> in_list;  // which wait is in the list, 0: none; under the lock
    rl::var<unsigned> stored;   // which wakes came before their wait, as bits; under the lock
    rl::var<unsigned> answered; // by the second waker
    models::bell<3> shard;

    void before() {
        word($).store(0, rl::mo_relaxed);
        in_list($) = stored($) = answered($) = 0;
    }

    void thread(unsigned index) {
        if (index == 0) {
            wait(1);
            wait(2);
            RL_ASSERT(answered($) == 1);
        }
        if (index == 1) {
            wake(1);
            wake(2);
        }
        if (index == 2) cancel();
    }

    void wait(unsigned bit) {
        list_lock.lock();
        bool suspends = (stored($) & bit) == 0;
        if (suspends) {
            in_list($) = bit;
            suspends = bit == 2 ? begin_deaf_wait() : begin_wait();
            if (!suspends) in_list($) = 0;
        }
        list_lock.unlock();
        if (!suspends) return;
        shard.wait();
        list_lock.lock();
        in_list($) = 0;
        list_lock.unlock();
    }

    bool begin_wait() {
        unsigned idle = 0;
        return word.compare_exchange_strong(idle, wait_bit, begin_wait_publishes, $, rl::mo_acquire, $);
    }
    bool begin_deaf_wait() {
        word.fetch_or(deaf_bit, begin_wait_publishes, $);
        return true;
    }

    void wake(unsigned bit) {
        list_lock.lock();
        if (bit == 2) answered($) = 1;
        if (in_list($) == bit) {
            in_list($) = 0;
            const bool claimed =
                (word.fetch_and(~(wait_bit | deaf_bit), claim_acquires, $) & (wait_bit | deaf_bit)) != 0;
            RL_ASSERT(claimed || bit == 1);
            if (claimed) shard.ring();
        } else {
            stored($) = stored($) | bit;
        }
        list_lock.unlock();
    }

    void cancel() {
        const unsigned before = word.fetch_or(cancel_bit, cancel_acquires, $);
        if ((before & wait_bit) == 0) return;
        const unsigned mine = cancel_claims_the_deaf.on() ? wait_bit | deaf_bit : wait_bit;
        if ((word.fetch_and(~mine, claim_acquires, $) & mine) != 0) shard.ring();
    }
};

order section_enter("section_enter", rl::mo_acq_rel, rl::mo_relaxed);
order section_leave("section_leave", rl::mo_release, rl::mo_relaxed);
order section_look("section_look", rl::mo_acquire, rl::mo_relaxed);
mutant stop_without_waiting("stop_without_waiting");
mutant stop_without_claiming("stop_without_claiming");

/// A runtime that stops (task_registry.cpp stop_all, shard.cpp close) against a foreign canceller (waking.hpp):
/// the home shard and the frame are there as long as the canceller may use them, and a task that has been
/// claimed and handed over is in no list when it is destroyed.
struct stopping_against_cancelling : rl::test_suite<stopping_against_cancelling, 2> {
    rl::atomic<unsigned> word;
    rl::atomic<unsigned> on_the_way;
    rl::atomic<unsigned> arrivals; // 0: empty, 1: the task, 2: closed
    rl::var<unsigned> home;        // a use reads it, destroying it writes it

    void before() {
        word($).store(wait_bit, rl::mo_relaxed);
        on_the_way($).store(0, rl::mo_relaxed);
        arrivals($).store(0, rl::mo_relaxed);
        home($) = 1;
    }

    bool claim() { return (word.fetch_and(~wait_bit, claim_acquires, $) & wait_bit) != 0; }

    void thread(unsigned index) {
        if (index == 0)
            cancel();
        else
            stop();
    }

    void cancel() {
        on_the_way.fetch_add(1, section_enter, $);
        const unsigned before = word.fetch_or(cancel_bit, cancel_acquires, $);
        if ((before & wait_bit) != 0 && claim()) {
            RL_ASSERT(home($) == 1);
            unsigned empty = 0;
            arrivals.compare_exchange_strong(empty, 1, rl::mo_seq_cst, $, rl::mo_relaxed, $);
        }
        on_the_way.fetch_sub(1, section_leave, $);
    }

    void stop() {
        arrivals.exchange(2, rl::mo_acq_rel, $);
        if (!stop_without_claiming.on()) claim();
        if (!stop_without_waiting.on())
            while (on_the_way.load(section_look, $) != 0) rl::yield(1, $);
        home($) = 0;
        RL_ASSERT(arrivals.load(rl::mo_relaxed, $) == 2);
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"a waker and a canceller", 4, models::look_for_failure<waiting<true, true>>},
         {"a canceller alone", 5, models::look_for_failure<waiting<false, true>>},
         {"a waker alone", 5, models::look_for_failure<waiting<true, false>>},
         {"a deaf wait after one that was cancelled", 4, models::look_for_failure<deaf_after_cancellable>},
         {"a stop and a canceller", 5, models::look_for_failure<stopping_against_cancelling>}});
}
