// A libuv loop, its inboxes, and the thread that runs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <semaphore>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <uv.h>

namespace bench::on_libuv {

/// Throws std::runtime_error naming `what` when `status` is an error of libuv.
void check(int status, const char* call);

/// uv_loop_t with an owner. Handles are closed by `close_handles` on the loop's own thread; `run` returns then.
class event_loop {
public:
    event_loop() { check(uv_loop_init(&loop_), "uv_loop_init"); }
    event_loop(const event_loop&) = delete;
    event_loop& operator=(const event_loop&) = delete;
    ~event_loop();

    [[nodiscard]] uv_loop_t* get() noexcept { return &loop_; }
    /// Runs callbacks until no handle is left.
    void run() { uv_run(&loop_, UV_RUN_DEFAULT); }
    void close_handles();

private:
    uv_loop_t loop_;
};

/// Items from other threads to a loop: a queue under a mutex and one uv_async_t, as libuv's guide has it.
/// libuv merges wake-ups that come before the loop looks, so a call takes whatever has arrived.
template <class Item>
class inbox {
public:
    using receiver = std::function<void(std::span<Item>)>;

    explicit inbox(receiver on_arrival) : on_arrival_(std::move(on_arrival)) {}
    inbox(const inbox&) = delete;
    inbox& operator=(const inbox&) = delete;
    ~inbox() = default;

    /// Before the loop runs, or on its thread: uv_async_init is not thread-safe. The loop closes the handle, so
    /// an inbox outlives its loop: an owner of both declares the inbox first.
    void open_on(event_loop& loop) {
        wake_.data = this;
        check(uv_async_init(loop.get(), &wake_,
                            [](uv_async_t* handle) { static_cast<inbox*>(handle->data)->deliver(); }),
              "uv_async_init");
    }

    /// From any thread.
    void send(Item item) {
        {
            const std::lock_guard lock(mutex_);
            arrived_.push_back(std::move(item));
        }
        uv_async_send(&wake_);
    }

    /// From any thread: the whole batch for one wake-up.
    void send_batch(std::span<const Item> batch) {
        {
            const std::lock_guard lock(mutex_);
            arrived_.insert(arrived_.end(), batch.begin(), batch.end());
        }
        uv_async_send(&wake_);
    }

private:
    void deliver() {
        {
            const std::lock_guard lock(mutex_);
            taken_.swap(arrived_);
        }
        if (!taken_.empty()) on_arrival_(taken_);
        taken_.clear();
    }

    // Three cache lines: the handle, what both sides write, and what is the loop's own.
    uv_async_t wake_;
    alignas(128) std::mutex mutex_;
    std::vector<Item> arrived_;
    alignas(128) std::vector<Item> taken_;
    receiver on_arrival_;
};

/// A loop on a thread of its own, which takes jobs from other threads and sleeps otherwise.
class loop_thread {
public:
    loop_thread();
    loop_thread(const loop_thread&) = delete;
    loop_thread& operator=(const loop_thread&) = delete;
    ~loop_thread();

    /// To open inboxes on, before `start`.
    [[nodiscard]] event_loop& loop() noexcept { return loop_; }
    void start() {
        thread_ = std::thread([this] { loop_.run(); });
    }
    /// Runs `job` on the loop's thread. From any thread.
    void post(std::function<void()> job) { jobs_.send(std::move(job)); }

private:
    inbox<std::function<void()>> jobs_;
    event_loop loop_;
    std::thread thread_;
};

/// What the caller of a slice sleeps on until the loops have done it.
class slice_end {
public:
    void announce() { done_.release(); }
    void wait() { done_.acquire(); }

private:
    std::binary_semaphore done_{0};
};

} // namespace bench::on_libuv
