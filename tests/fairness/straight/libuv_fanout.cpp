// libuv: 64 requests in turn, each queues 16 pieces of work for a thread pool of two.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <array>

#include <uv.h>

struct branch {
    uv_work_t work;
    std::uint64_t number;
    std::uint64_t result;
};
static std::array<branch, 16> branches;
static bool skewed;
static std::uint64_t seed;
static std::uint64_t request;
static std::uint64_t left_over;
static int open_branches;
static std::uint64_t sum;

static void fork_branches();

static void run(uv_work_t* work) {
    auto& self = *static_cast<branch*>(work->data);
    self.result = bench::work(seed + request * 16 + self.number, straight::steps(skewed, request, self.number));
}

static void after(uv_work_t* work, int) {
    sum += static_cast<branch*>(work->data)->result;
    if (--open_branches != 0) return;
    request = (request + 1) % 64;
    if (--left_over != 0) fork_branches();
}

static void fork_branches() {
    open_branches = 16;
    for (std::uint64_t number = 0; number < 16; ++number) {
        branches[number].number = number;
        branches[number].work.data = &branches[number];
        uv_queue_work(uv_default_loop(), &branches[number].work, run, after);
    }
}

int main(int argc, char** argv) {
    setenv("UV_THREADPOOL_SIZE", "2", 1);
    skewed = straight::argument(argc, argv, "balanced") == "skewed";
    return straight::measure(argc, argv, [](std::uint64_t iterations, std::uint64_t first) {
        seed = first;
        request = 0;
        left_over = iterations * 64;
        sum = 0;
        fork_branches();
        uv_run(uv_default_loop(), UV_RUN_DEFAULT);
        return straight::figures{iterations * 64 * 16, sum};
    });
}
