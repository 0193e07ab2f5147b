// The smallest thing that models async_runtime: one thread, one ready queue. Tests hold the scenarios against
// it.
#pragma once

#include "workloads/scenarios/async_runtime.hpp"

#include <coroutine>
#include <cstdlib>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

namespace bench::toy {

/// Coroutine frames made since the program began.
inline std::size_t frames_made = 0;
inline std::deque<std::coroutine_handle<>> ready;

/// Lazily started; whoever awaits it goes on, through the ready queue, when it is done.
template <class T>
class task {
public:
    struct promise_type {
        std::optional<T> value;
        std::exception_ptr failure;
        std::coroutine_handle<> waiter;
        bool started = false;

        struct at_end {
            bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<promise_type> self) noexcept {
                if (const auto waiter = self.promise().waiter) ready.push_back(waiter);
            }
            void await_resume() noexcept {}
        };
        static void* operator new(std::size_t size) {
            ++frames_made;
            return ::operator new(size);
        }
        static void operator delete(void* frame) { ::operator delete(frame); }
        task get_return_object() { return task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        at_end final_suspend() noexcept { return {}; }
        void return_value(T result) { value = std::move(result); }
        void unhandled_exception() { failure = std::current_exception(); }
    };

    explicit task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    task& operator=(task&&) = delete;
    ~task() {
        if (handle_) handle_.destroy();
    }

    void start() const {
        handle_.promise().started = true;
        ready.push_back(handle_);
    }
    [[nodiscard]] bool done() const { return handle_.done(); }
    [[nodiscard]] T result() const {
        if (handle_.promise().failure) std::rethrow_exception(handle_.promise().failure);
        return *handle_.promise().value;
    }

    bool await_ready() const noexcept { return handle_.done(); }
    void await_suspend(std::coroutine_handle<> waiter) const noexcept {
        handle_.promise().waiter = waiter;
        if (!handle_.promise().started) start();
    }
    T await_resume() const { return result(); }

private:
    std::coroutine_handle<promise_type> handle_;
};

/// Values from one task to another; `send` waits while `capacity` of them are there.
class queue {
public:
    explicit queue(std::size_t capacity) : capacity_(capacity) {}

    struct sending {
        queue& to;
        std::span<const std::uint64_t> batch;
        std::uint64_t value;
        bool await_ready() const noexcept { return to.values_.size() < to.capacity_; }
        void await_suspend(std::coroutine_handle<> sender) const noexcept { to.sender_ = sender; }
        void await_resume() const {
            if (batch.empty()) to.values_.push_back(value);
            for (const auto each : batch) to.values_.push_back(each);
            wake(to.receiver_);
        }
    };
    struct receiving {
        queue& from;
        bool await_ready() const noexcept { return !from.values_.empty(); }
        void await_suspend(std::coroutine_handle<> receiver) const noexcept { from.receiver_ = receiver; }
        std::uint64_t await_resume() const {
            const auto value = from.values_.front();
            from.values_.pop_front();
            wake(from.sender_);
            return value;
        }
    };

    sending send(std::uint64_t value) { return {*this, {}, value}; }
    sending send_batch(std::span<const std::uint64_t> batch) { return {*this, batch, 0}; }
    receiving receive() { return {*this}; }

private:
    static void wake(std::coroutine_handle<>& waiter) {
        if (waiter) ready.push_back(std::exchange(waiter, {}));
    }

    std::size_t capacity_;
    std::deque<std::uint64_t> values_;
    std::coroutine_handle<> sender_;
    std::coroutine_handle<> receiver_;
};

class runtime {
public:
    template <class T>
    using task = toy::task<T>;
    template <class T>
    using joiner = toy::task<T>;

    /// One end of a link: a cheap name for the queue between two workers.
    struct link_end {
        queue& path;
        auto send(std::uint64_t value) { return path.send(value); }
        auto send_batch(std::span<const std::uint64_t> batch) { return path.send_batch(batch); }
        auto receive() { return path.receive(); }
    };

    [[nodiscard]] std::size_t workers() const { return 2; }
    template <class T>
    task<T> spawn(task<T>&& body) {
        body.start();
        return std::move(body);
    }
    template <class T>
    task<T> spawn_on(std::size_t, task<T>&& body) {
        return spawn(std::move(body));
    }
    link_end link(std::size_t from, std::size_t to) {
        return {links_.try_emplace({from, to}, ~std::size_t{0}).first->second};
    }
    std::unique_ptr<queue> make_channel(std::size_t capacity) { return std::make_unique<queue>(capacity); }

    /// Runs `root` and all that it spawns; throws when nothing is ready and it isn't done.
    template <class T>
    T run(task<T> root) {
        root.start();
        while (!root.done()) {
            if (ready.empty()) throw std::logic_error("every task waits for another");
            const auto next = ready.front();
            ready.pop_front();
            next.resume();
        }
        return root.result();
    }

private:
    std::map<std::pair<std::size_t, std::size_t>, queue> links_;
};

static_assert(async_runtime<runtime>);

} // namespace bench::toy
