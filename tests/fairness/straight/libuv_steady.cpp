// libuv: 256 round trips between two loops, an uv_async_t each way.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <atomic>
#include <thread>

#include <uv.h>

static uv_async_t to_right;
static uv_async_t to_left;
static std::atomic<std::uint64_t> question;
static std::atomic<std::uint64_t> answer;
static std::uint64_t next;
static std::uint64_t left_over;
static std::uint64_t sum;

static void ask() {
    question = next++;
    uv_async_send(&to_right);
}

static void on_question(uv_async_t*) {
    answer = bench::mix(question);
    uv_async_send(&to_left);
}

static void on_answer(uv_async_t* handle) {
    sum += answer;
    if (--left_over == 0)
        uv_stop(handle->loop);
    else
        ask();
}

int main(int argc, char** argv) {
    uv_loop_t left;
    uv_loop_t right;
    uv_loop_init(&left);
    uv_loop_init(&right);
    uv_async_init(&left, &to_left, on_answer);
    uv_async_init(&right, &to_right, on_question);
    std::thread right_thread([&] { uv_run(&right, UV_RUN_DEFAULT); });
    const int status = straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        next = seed;
        left_over = iterations * 256;
        sum = 0;
        ask();
        uv_run(&left, UV_RUN_DEFAULT);
        return straight::figures{iterations * 256, sum};
    });
    std::fflush(stdout);
    right_thread.detach();
    std::_Exit(status);
}
