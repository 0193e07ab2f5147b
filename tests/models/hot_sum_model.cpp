// The sum of a coalesced tag (runtime/detail/lanes/hot_sum.hpp) with the park protocol, as shard_messages.cpp
// (post_sorted), hot_counters.hpp (deliver, work_before_sleep) and shard_loop.cpp (park) use it: nothing that
// was added is lost or counted twice (P1), and no sum is left lying while the shard that waits for it sleeps
// (P3), although only the addition that finds 0 asks whether it does.
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::mutant;
using models::order;

order sum_add("sum_add", rl::mo_seq_cst, rl::mo_acq_rel);
order sum_publishes("sum_publishes", rl::mo_seq_cst, rl::mo_relaxed);
order sum_take("sum_take", rl::mo_acquire, rl::mo_relaxed);
order sum_look("sum_look", rl::mo_seq_cst, rl::mo_acquire);
mutant add_by_store("add_by_store");
mutant never_ask("never_ask");
mutant take_by_store("take_by_store");
mutant skip_second_look("skip_second_look");

class hot_sum {
public:
    hot_sum() { sum_($).store(0, rl::mo_relaxed); }

    /// Whether the caller must ask if the target sleeps.
    bool add(unsigned value) {
        unsigned before = 0;
        if (add_by_store.on()) {
            before = sum_.load(sum_add, $);
            sum_.store(before + value, sum_add, $);
        } else {
            before = sum_.fetch_add(value, sum_publishes.on() ? sum_publishes : sum_add, $);
        }
        return before == 0 && !never_ask.on();
    }
    unsigned take() {
        const unsigned seen = sum_.load(rl::mo_relaxed, $);
        if (seen == 0) return 0;
        if (!take_by_store.on()) return sum_.exchange(0, sum_take, $);
        sum_.store(0, rl::mo_release, $);
        return seen;
    }
    bool empty_before_sleep() { return sum_.load(sum_look, $) == 0; }

private:
    rl::atomic<unsigned> sum_;
};

/// `Sources` threads add 1 `Each` times to `Sums` sums (one for each, or all to the one of the threads
/// outside).
template <unsigned Sources, unsigned Sums, unsigned Each>
struct adding_to_a_sleeper : rl::test_suite<adding_to_a_sleeper<Sources, Sums, Each>, Sources + 1> {
    hot_sum sums[Sums];
    models::parking<Sources + 1> flag;
    rl::var<unsigned> written[Sources]; // what a source did before it added is seen by who takes

    void before() {
        for (rl::var<unsigned>& each : written) each($) = 0;
    }

    void thread(unsigned index) {
        if (index == Sources) {
            receive();
            return;
        }
        written[index]($) = 1;
        for (unsigned i = 0; i != Each; ++i)
            if (sums[index % Sums].add(1)) flag.wake();
    }

    void receive() {
        for (unsigned missing = Sources * Each; missing != 0;) {
            unsigned taken = 0;
            for (hot_sum& each : sums) taken += each.take();
            RL_ASSERT(taken <= missing);
            missing -= taken;
            if (taken == 0) park();
        }
        for (rl::var<unsigned>& each : written) RL_ASSERT(each($) == 1);
    }

    void park() {
        flag.announce_sleep();
        if (!work_before_sleep()) flag.wait();
        flag.awake();
    }
    bool work_before_sleep() {
        if (skip_second_look.on()) return false;
        for (hot_sum& each : sums)
            if (!each.empty_before_sleep()) return true;
        return false;
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"one source adds twice", 4, models::look_for_failure<adding_to_a_sleeper<1, 1, 2>>},
         {"two sources, a sum for each", 3, models::look_for_failure<adding_to_a_sleeper<2, 2, 1>>},
         {"two threads outside, one sum", 3, models::look_for_failure<adding_to_a_sleeper<2, 1, 2>>}});
}
