// The lane by itself, both sides awake (runtime/detail/lanes/lane.hpp): messages arrive in order, each once,
// and nobody reads a slot while it is written (P1, P2). The lap numbers are cut to two bits, so that they wrap
// within a schedule.
#include "tests/models/lane_mirror.hpp"
#include "tests/models/model.hpp"

namespace {

/// `Batch`: messages pushed and popped at a time; one means push and pop, not push_many and pop_many.
template <unsigned Capacity, unsigned Messages, unsigned Batch>
struct producer_and_consumer : rl::test_suite<producer_and_consumer<Capacity, Messages, Batch>, 2> {
    models::lane<Capacity, 3> between;

    void thread(unsigned index) {
        if (index == 0)
            produce();
        else
            consume();
    }

    void produce() {
        unsigned values[Messages];
        for (unsigned i = 0; i != Messages; ++i) values[i] = i + 100;
        for (unsigned sent = 0; sent != Messages;) {
            const unsigned wanted = Messages - sent < Batch ? Messages - sent : Batch;
            const unsigned accepted = between.push(values + sent, wanted);
            if (accepted == 0) rl::yield(1, $);
            sent += accepted;
        }
        RL_ASSERT(between.pushed() == Messages);
    }

    void consume() {
        unsigned values[Batch];
        for (unsigned expected = 0; expected != Messages;) {
            const unsigned count = take(values);
            if (count == 0) rl::yield(1, $);
            for (unsigned i = 0; i != count; ++i) RL_ASSERT(values[i] == expected++ + 100);
        }
        RL_ASSERT(take(values) == 0);
    }

    unsigned take(unsigned* into) {
        if (Batch == 1) return between.pop(*into) ? 1 : 0;
        return between.pop_many(into, Batch);
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"capacity 1, five messages", 3, models::look_for_failure<producer_and_consumer<1, 5, 1>>},
         {"capacity 2, nine messages, one by one", 2, models::look_for_failure<producer_and_consumer<2, 9, 1>>},
         {"capacity 2, five messages in pairs", 3, models::look_for_failure<producer_and_consumer<2, 5, 2>>}});
}
