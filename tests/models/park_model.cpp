// The park and doorbell protocol: parking_flag, and how shard_loop.cpp (park), shard.cpp (wake, nudge, close)
// and lane.hpp (push, empty_before_sleep) use it. What is proved: a shard never sleeps on a message (P3), at
// most one bell is rung for each sleep (P4), and a foreign waker never rings at a ring that is closed (P16).
#include "tests/models/lane_mirror.hpp"
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::lane;
using models::model_case;
using models::mutant;
using models::order;

mutant skip_second_look("skip_second_look");

/// `Senders` threads send `Messages` each to one sleeper, each through a lane of its own.
template <int Senders, unsigned Messages>
struct messages_to_a_sleeper : rl::test_suite<messages_to_a_sleeper<Senders, Messages>, Senders + 1> {
    lane<2, 255> lanes[Senders];
    models::parking<Senders + 1> flag;

    void thread(unsigned index) {
        if (index == Senders)
            sleep_and_receive();
        else
            send(lanes[index]);
    }

    void send(lane<2, 255>& into) {
        for (unsigned value = 0; value != Messages; ++value) {
            RL_ASSERT(into.push(value));
            flag.wake();
        }
    }

    void sleep_and_receive() {
        unsigned received[Senders] = {};
        unsigned missing = Senders * Messages;
        while (missing != 0) {
            const unsigned before = missing;
            unsigned value = 0;
            for (int source = 0; source != Senders; ++source)
                while (lanes[source].pop(value)) {
                    RL_ASSERT(value == received[source]);
                    ++received[source];
                    --missing;
                }
            if (missing == before) park();
        }
    }

    void park() {
        flag.announce_sleep();
        if (!work_before_sleep()) flag.wait();
        flag.awake();
    }

    bool work_before_sleep() {
        if (skip_second_look.on()) return false;
        for (lane<2, 255>& each : lanes)
            if (!each.empty_before_sleep()) return true;
        return false;
    }
};

order outside_enter("outside_enter", rl::mo_seq_cst, rl::mo_acq_rel);
order outside_leave("outside_leave", rl::mo_seq_cst, rl::mo_relaxed);
order outside_look("outside_look", rl::mo_seq_cst, rl::mo_relaxed);

/// A foreign thread that has claimed a sleep uses the descriptors of the ring; close() waits until it has.
struct closing_against_waking : rl::test_suite<closing_against_waking, 2> {
    rl::atomic<unsigned> outside_wakers;
    rl::atomic<unsigned> asleep;
    rl::var<unsigned> descriptor;

    void before() {
        outside_wakers($).store(0, rl::mo_relaxed);
        asleep($).store(1, rl::mo_relaxed);
        descriptor($) = 3;
    }

    void thread(unsigned index) {
        if (index == 0)
            nudge();
        else
            close();
    }

    void nudge() {
        outside_wakers.fetch_add(1, outside_enter, $);
        if (asleep.load(models::ask_asleep, $) != 0 && asleep.exchange(0, models::claim_asleep, $) != 0)
            RL_ASSERT(descriptor($) == 3);
        outside_wakers.fetch_sub(1, outside_leave, $);
    }

    void close() {
        asleep.store(0, models::stay_awake, $);
        while (outside_wakers.load(outside_look, $) != 0) rl::yield(1, $);
        descriptor($) = 0;
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"one sender, two messages", 4, models::look_for_failure<messages_to_a_sleeper<1, 2>>},
         {"two senders, one message each", 3, models::look_for_failure<messages_to_a_sleeper<2, 1>>},
         {"two senders, two messages each", 2, models::look_for_failure<messages_to_a_sleeper<2, 2>>},
         {"a foreign waker and close()", 5, models::look_for_failure<closing_against_waking>}});
}
