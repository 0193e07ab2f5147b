// libuv: make two loops and a thread, 64 round trips, close and join.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <atomic>
#include <thread>

#include <uv.h>

struct game {
    uv_loop_t left;
    uv_loop_t right;
    uv_async_t to_left;
    uv_async_t to_right;
    std::atomic<std::uint64_t> question = 0;
    std::atomic<std::uint64_t> answer = 0;
    std::atomic<bool> over = false;
    std::uint64_t next = 0;
    std::uint64_t left_over = 64;
    std::uint64_t sum = 0;

    void ask() {
        question = next++;
        uv_async_send(&to_right);
    }
};

static game& game_of(uv_async_t* handle) { return *static_cast<game*>(handle->data); }
static void close_async(uv_async_t* handle) { uv_close(reinterpret_cast<uv_handle_t*>(handle), nullptr); }

static void on_question(uv_async_t* handle) {
    game& self = game_of(handle);
    if (self.over) return close_async(handle);
    self.answer = bench::mix(self.question);
    uv_async_send(&self.to_left);
}

static void on_answer(uv_async_t* handle) {
    game& self = game_of(handle);
    self.sum += self.answer;
    if (--self.left_over != 0) return self.ask();
    self.over = true;
    uv_async_send(&self.to_right);
    close_async(handle);
}

static std::uint64_t start_and_stop(std::uint64_t first) {
    game one;
    one.next = first;
    uv_loop_init(&one.left);
    uv_loop_init(&one.right);
    uv_async_init(&one.left, &one.to_left, on_answer);
    uv_async_init(&one.right, &one.to_right, on_question);
    one.to_left.data = one.to_right.data = &one;
    std::thread right_thread([&] { uv_run(&one.right, UV_RUN_DEFAULT); });
    one.ask();
    uv_run(&one.left, UV_RUN_DEFAULT);
    right_thread.join();
    uv_loop_close(&one.left);
    uv_loop_close(&one.right);
    return one.sum;
}

int main(int argc, char** argv) {
    return straight::measure(argc, argv, [](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < iterations; ++i) sum += start_and_stop(seed + i * 64);
        return straight::figures{iterations, sum};
    });
}
