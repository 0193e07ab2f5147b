// The deque of stealable tasks (runtime/detail/sched/steal_deque.hpp) with its owner and two thieves: each task
// is taken exactly once, and whoever takes it sees all that was written before it was pushed (R10, P1).
#include "tests/models/deque_mirror.hpp"
#include "tests/models/model.hpp"

namespace {

static const unsigned tasks = 3;

/// The owner pushes and pops in the order that `Plan` says: '+' push, '-' pop, 's' steal from itself
/// (run_queue.hpp takes the oldest now and then). What does not fit it keeps, as run_queue does.
template <class Plan, int Capacity, int Thieves, int Tries>
struct owner_and_thieves : rl::test_suite<owner_and_thieves<Plan, Capacity, Thieves, Tries>, Thieves + 1> {
    models::deque<Capacity> queue;
    rl::var<unsigned> frames[tasks + 1];
    unsigned taken[tasks + 1];

    void before() {
        for (unsigned& each : taken) each = 0;
    }

    void thread(unsigned index) {
        if (index == 0) {
            own();
            return;
        }
        for (int i = 0; i != Tries; ++i) run(queue.steal());
    }

    void own() {
        unsigned next = 1;
        for (const char* step = Plan::steps(); *step != '\0'; ++step) {
            if (*step == '-') run(queue.pop());
            if (*step == 's') run(queue.steal());
            if (*step != '+') continue;
            frames[next]($) = next * 10;
            if (!queue.push(next)) run(next);
            ++next;
        }
        while (const unsigned task = queue.pop()) run(task);
    }

    void run(unsigned task) {
        if (task == 0) return;
        RL_ASSERT(frames[task]($) == task * 10);
        frames[task]($) = 0;
        RL_ASSERT(++taken[task] == 1);
    }

    void after() {
        for (unsigned task = 1; task <= tasks; ++task) RL_ASSERT(taken[task] == 1);
    }
};

struct push_all_then_pop {
    static const char* steps() { return "+++---"; }
};
struct push_and_pop_in_turn {
    static const char* steps() { return "+-++--"; }
};
struct take_the_oldest_too {
    static const char* steps() { return "++s+-"; }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(count, arguments,
                              {{"push all, then pop; two thieves", 2,
                                models::look_for_failure<owner_and_thieves<push_all_then_pop, 4, 2, 2>>},
                               {"push and pop in turn; two thieves", 2,
                                models::look_for_failure<owner_and_thieves<push_and_pop_in_turn, 4, 2, 2>>},
                               {"room for two, owner steals too; one thief", 3,
                                models::look_for_failure<owner_and_thieves<take_the_oldest_too, 2, 1, 2>>}});
}
