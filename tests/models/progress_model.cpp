// A sender that waits for room, and a ticket that waits until everything has been taken: lane.hpp
// (want_progress, taken, producer_wants_progress) as shard_loop.cpp (park, finish_turn), shard_messages.cpp
// (advance_waits) and flush_ticket.cpp use it. Both sides sleep when they have nothing to do; neither may sleep
// for ever (P1, P3).
#include "tests/models/lane_mirror.hpp"
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;

mutant skip_progress_look("skip_progress_look");
mutant forget_to_want("forget_to_want");

/// Sends `Messages` through a lane with room for one, and then, with `Flush`, waits until all have been taken.
template <unsigned Messages, bool Flush>
struct full_lane : rl::test_suite<full_lane<Messages, Flush>, 2> {
    models::lane<1, 255> between;
    models::parking<2> sender_flag;
    models::parking<2> receiver_flag;

    void thread(unsigned index) {
        if (index == 0)
            send_all();
        else
            receive_all();
    }

    /// Whether the wait is over: what progress_wait::advance does for a send, or for a flush.
    bool advance(unsigned value) {
        if (value == Messages) return between.taken() >= Messages;
        if (!between.push(value)) return false;
        receiver_flag.wake();
        return true;
    }

    void send_all() {
        for (unsigned value = 0; value != Messages + (Flush ? 1 : 0); ++value)
            while (!advance(value))
                if (park_sender(value)) break;
    }

    bool park_sender(unsigned value) {
        if (!forget_to_want.on()) between.want_progress(true);
        sender_flag.announce_sleep();
        const bool advanced = !skip_progress_look.on() && advance(value);
        if (!advanced) sender_flag.wait();
        sender_flag.awake();
        between.want_progress(false);
        return advanced;
    }

    void receive_all() {
        for (unsigned expected = 0; expected != Messages;) {
            unsigned value = 0;
            if (!between.pop(value)) {
                park_receiver();
                continue;
            }
            RL_ASSERT(value == expected);
            ++expected;
            if (between.producer_wants_progress()) sender_flag.wake();
        }
    }

    void park_receiver() {
        receiver_flag.announce_sleep();
        if (between.empty_before_sleep()) receiver_flag.wait();
        receiver_flag.awake();
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"three messages, room for one", 3, models::look_for_failure<full_lane<3, false>>},
         {"two messages and a flush", 3, models::look_for_failure<full_lane<2, true>>}});
}
