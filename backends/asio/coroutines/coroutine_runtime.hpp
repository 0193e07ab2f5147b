// Asio as the async_runtime of workloads/scenarios/: awaitable<> for tasks, co_spawn, channels for messages.
//
// Operations are awaited in their deferred form, which makes no coroutine frame of its own, and executors are
// named by type: the type-erased any_io_executor costs some nanoseconds at each use.
#pragma once

#include "backends/asio/worker_threads.hpp"
#include "workloads/scenarios/async_runtime.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <span>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bench::on_asio {

class coroutine_runtime {
public:
    using executor = asio::io_context::executor_type;
    template <class Value>
    using task = asio::awaitable<Value, executor>;
    /// Waiting for a spawned task is a task itself.
    template <class Value>
    using joiner = task<Value>;

    using error = boost::system::error_code;
    using values = asio::experimental::concurrent_channel<executor, void(error, std::uint64_t)>;

    /// A bounded channel; also the path between two workers.
    class channel {
    public:
        channel(executor where, std::size_t capacity) : values_(where, capacity) {}

        auto send(std::uint64_t value) { return values_.async_send(error{}, value, asio::deferred); }
        auto receive() { return values_.async_receive(asio::deferred); }

        /// A channel takes one value at a time: those that have room at once need no suspension.
        task<void> send_batch(std::span<const std::uint64_t> batch) {
            for (const std::uint64_t value : batch)
                if (!values_.try_send(error{}, value)) co_await send(value);
        }

    private:
        values values_;
    };

    explicit coroutine_runtime(worker_threads& workers) : workers_(workers) {
        // A link is used by the receiving worker's executor: completions run there.
        for (std::size_t from = 0; from < 2 && workers.workers() > 1; ++from)
            links_.push_back(std::make_unique<channel>(executor_of(1 - from), link_capacity));
    }

    [[nodiscard]] std::size_t workers() const noexcept { return workers_.workers(); }

    template <class Value>
    joiner<Value> spawn(task<Value>&& work) {
        return spawn_on(next_.fetch_add(1, std::memory_order_relaxed) % workers(), std::move(work));
    }

    template <class Value>
    joiner<Value> spawn_on(std::size_t worker, task<Value>&& work) {
        auto end = make_end<Value>(worker);
        asio::co_spawn(executor_of(worker), std::move(work), [end](std::exception_ptr failure, Value value) {
            end->try_send(failure, std::move(value));
        });
        return wait_for<Value>(std::move(end));
    }

    /// A handle, cheap to copy, as the scenarios hold it.
    struct link_handle {
        channel* path;
        auto send(std::uint64_t message) { return path->send(message); }
        auto send_batch(std::span<const std::uint64_t> batch) { return path->send_batch(batch); }
        auto receive() { return path->receive(); }
    };
    link_handle link(std::size_t from, std::size_t) { return {links_.at(from).get()}; }

    std::unique_ptr<channel> make_channel(std::size_t capacity) {
        return std::make_unique<channel>(executor_of(0), capacity);
    }

    [[nodiscard]] executor executor_of(std::size_t worker) { return workers_.context(worker).get_executor(); }

protected:
    /// Takes the result of what was started; may be used by any thread.
    template <class Value>
    auto make_end(std::size_t worker) {
        using result = asio::experimental::concurrent_channel<executor, void(std::exception_ptr, Value)>;
        return std::make_shared<result>(executor_of(worker), 1);
    }

    template <class Value, class Result>
    static task<Value> wait_for(std::shared_ptr<Result> end) {
        // Not deferred: Boost 1.81 cannot await a deferred operation that completes with an exception_ptr.
        co_return co_await end->async_receive(asio::use_awaitable_t<executor>());
    }

private:
    static constexpr std::size_t link_capacity = 4096;

    worker_threads& workers_;
    std::vector<std::unique_ptr<channel>> links_;
    std::atomic<std::size_t> next_{0};
};

} // namespace bench::on_asio
