// oneTBB: recursive fork and join without waiting: one task_group, continuations counted by hand, and a task
// that returns the next one to the scheduler (task_group::defer; "Scheduler Bypass" in oneTBB's migration
// guide). fib(24), and skynet with 100,000 leaves.
#define TBB_PREVIEW_TASK_GROUP_EXTENSIONS 1
#include "tests/fairness/straight/straight.hpp"

#include <atomic>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

struct join {
    join* parent;
    std::atomic<std::uint64_t> sum{0};
    std::atomic<int> open;
    join(join* above, int parts) : parent(above), open(parts) {}
};

// Adds a result, and as long as it was the last one of its node hands the sum on to the node above.
static void finish(join* node, std::uint64_t value) {
    while (node != nullptr) {
        node->sum.fetch_add(value, std::memory_order_relaxed);
        if (node->open.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        if (node->parent == nullptr) return; // the root, which the caller reads and owns
        value = node->sum.load(std::memory_order_relaxed);
        join* const above = node->parent;
        delete node;
        node = above;
    }
}

struct fib {
    tbb::task_group* group;
    std::uint64_t seed;
    std::uint64_t n;
    join* above;
    tbb::task_handle operator()() const {
        if (n < 2) {
            finish(above, seed + n);
            return {};
        }
        auto* const node = new join(above, 2);
        group->run(group->defer(fib{group, seed, n - 1, node}));
        return group->defer(fib{group, seed, n - 2, node});
    }
};

struct skynet {
    tbb::task_group* group;
    std::uint64_t first;
    std::uint64_t count;
    join* above;
    tbb::task_handle operator()() const {
        if (count == 1) {
            finish(above, first);
            return {};
        }
        auto* const node = new join(above, 10);
        const std::uint64_t size = count / 10;
        for (std::uint64_t part = 0; part < 9; ++part)
            group->run(group->defer(skynet{group, first + part * size, size, node}));
        return group->defer(skynet{group, first + 9 * size, size, node});
    }
};

int main(int argc, char** argv) {
    const bool on_fib = straight::argument(argc, argv, "fib") == "fib";
    const tbb::global_control two(tbb::global_control::max_allowed_parallelism, 2);
    return straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        tbb::task_group group;
        for (std::uint64_t i = 0; i < iterations; ++i) {
            join root(nullptr, 1);
            if (on_fib)
                group.run(fib{&group, seed, 24, &root});
            else
                group.run(skynet{&group, seed, 100'000, &root});
            group.wait();
            sum += root.sum.load();
        }
        return straight::figures{iterations * (on_fib ? straight::fib_calls : 100'000), sum};
    });
}
