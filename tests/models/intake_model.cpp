// The intake of nodes from many threads (runtime/detail/lanes/intake.hpp), by itself and with a consumer that
// sleeps, as shard.cpp (arrive, close) uses it: each node is taken exactly once, in the order of its producer,
// or refused (P1), and none is left lying while the consumer sleeps (P3, P16).
#include "tests/models/model.hpp"
#include "tests/models/parking_mirror.hpp"

namespace {

using models::order;

order intake_push("intake_push", rl::mo_seq_cst, rl::mo_release);
order intake_push_publishes("intake_push_publishes", rl::mo_seq_cst, rl::mo_relaxed);
order intake_take("intake_take", rl::mo_acquire, rl::mo_relaxed);
order intake_close("intake_close", rl::mo_acq_rel, rl::mo_relaxed);
order intake_look("intake_look", rl::mo_seq_cst, rl::mo_acquire);

struct node {
    rl::var<node*> next;
    rl::var<unsigned> content;
    unsigned producer;
    unsigned number;
};

class intake {
public:
    intake() { head_($).store(nullptr, rl::mo_relaxed); }

    bool push(node& added) {
        const rl::memory_order success = intake_push_publishes.on() ? intake_push_publishes : intake_push;
        node* head = head_.load(rl::mo_relaxed, $);
        do {
            if (head == closed_mark()) return false;
            added.next($) = head;
        } while (!head_.compare_exchange_weak(head, &added, success, $, rl::mo_relaxed, $));
        return true;
    }

    node* take_all() {
        if (head_.load(rl::mo_relaxed, $) == nullptr) return nullptr;
        return in_order(head_.exchange(nullptr, intake_take, $));
    }

    node* close() { return in_order(head_.exchange(closed_mark(), intake_close, $)); }
    bool empty_before_sleep() { return head_.load(intake_look, $) == nullptr; }

private:
    static node* closed_mark() { return reinterpret_cast<node*>(1); }

    static node* in_order(node* newest) {
        node* oldest = nullptr;
        while (newest != nullptr && newest != closed_mark()) {
            node* const older = newest->next($);
            newest->next($) = oldest;
            oldest = newest;
            newest = older;
        }
        return oldest;
    }

    rl::atomic<node*> head_;
};

static const unsigned producers = 2;

/// `Each` nodes of each producer, and an account of what became of them.
template <unsigned Each>
struct nodes_and_account {
    node nodes[producers][Each];
    unsigned taken[producers];
    unsigned refused[producers];

    void clear() {
        for (unsigned who = 0; who != producers; ++who) taken[who] = refused[who] = 0;
    }

    node& prepare(unsigned producer, unsigned number) {
        node& made = nodes[producer][number];
        made.producer = producer;
        made.number = number;
        made.content($) = producer * 10 + number;
        return made;
    }

    unsigned take(node* chain) {
        unsigned count = 0;
        while (chain != nullptr) {
            node* const next = chain->next($);
            RL_ASSERT(chain->number == taken[chain->producer]++);
            RL_ASSERT(chain->content($) == chain->producer * 10 + chain->number);
            chain->content($) = 0;
            ++count;
            chain = next;
        }
        return count;
    }
};

struct pushing_against_closing : rl::test_suite<pushing_against_closing, producers + 1> {
    intake into;
    nodes_and_account<2> all;

    void before() { all.clear(); }

    void thread(unsigned index) {
        if (index == producers) {
            all.take(into.take_all());
            all.take(into.take_all());
            all.take(into.close());
            return;
        }
        for (unsigned number = 0; number != 2; ++number) {
            node& mine = all.prepare(index, number);
            if (into.push(mine)) continue;
            ++all.refused[index];
            mine.content($) = 0; // still the caller's, who frees it
        }
    }

    void after() {
        for (unsigned who = 0; who != producers; ++who) RL_ASSERT(all.taken[who] + all.refused[who] == 2);
    }
};

struct arrivals_wake_a_sleeper : rl::test_suite<arrivals_wake_a_sleeper, producers + 1> {
    intake into;
    models::parking<producers + 1> flag;
    nodes_and_account<1> all;

    void before() { all.clear(); }

    void thread(unsigned index) {
        if (index != producers) {
            RL_ASSERT(into.push(all.prepare(index, 0)));
            flag.wake();
            return;
        }
        for (unsigned missing = producers; missing != 0;) {
            const unsigned count = all.take(into.take_all());
            missing -= count;
            if (count == 0) park();
        }
    }

    void park() {
        flag.announce_sleep();
        if (into.empty_before_sleep()) flag.wait();
        flag.awake();
    }
};

} // namespace

int main(int count, char** arguments) {
    return models::model_main(
        count, arguments,
        {{"two producers and close()", 3, models::look_for_failure<pushing_against_closing>},
         {"two producers and a sleeper", 3, models::look_for_failure<arrivals_wake_a_sleeper>}});
}
