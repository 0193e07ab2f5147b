// libuv: 2,048 messages through a queue under a mutex and an uv_async_t, then an acknowledgement.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <mutex>
#include <thread>
#include <vector>

#include <uv.h>

constexpr std::uint64_t messages = 2048;
static uv_async_t to_right;
static uv_async_t to_left;
static std::mutex mutex;
static std::vector<std::uint64_t> queue;
static std::uint64_t batch;
static std::uint64_t next;
static std::uint64_t left_over;
static std::uint64_t received;
static std::uint64_t sum;

static void send_all() {
    for (std::uint64_t sent = 0; sent < messages; sent += batch) {
        {
            const std::lock_guard lock(mutex);
            for (std::uint64_t k = 0; k < std::min(batch, messages - sent); ++k) queue.push_back(next++);
        }
        uv_async_send(&to_right);
    }
}

static void on_messages(uv_async_t*) {
    static std::vector<std::uint64_t> taken;
    taken.clear();
    {
        const std::lock_guard lock(mutex);
        taken.swap(queue);
    }
    for (const auto message : taken) sum += bench::mix(message);
    received += taken.size();
    if (received < messages) return;
    received = 0;
    uv_async_send(&to_left);
}

static void on_acknowledged(uv_async_t* handle) {
    if (--left_over == 0)
        uv_stop(handle->loop);
    else
        send_all();
}

int main(int argc, char** argv) {
    batch = straight::batch_size(argc, argv, messages);
    uv_loop_t left;
    uv_loop_t right;
    uv_loop_init(&left);
    uv_loop_init(&right);
    uv_async_init(&left, &to_left, on_acknowledged);
    uv_async_init(&right, &to_right, on_messages);
    std::thread right_thread([&] { uv_run(&right, UV_RUN_DEFAULT); });
    const int status = straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        next = seed;
        left_over = iterations;
        sum = 0;
        send_all();
        uv_run(&left, UV_RUN_DEFAULT);
        return straight::figures{iterations * messages, sum};
    });
    std::fflush(stdout);
    right_thread.detach();
    std::_Exit(status);
}
