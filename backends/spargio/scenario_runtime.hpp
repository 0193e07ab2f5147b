// Spargio as the scenarios see it (workloads/async_runtime.hpp): thin inline wrappers, no frame and no virtual call of
// their own.
#pragma once

#include "workloads/async_runtime.hpp"

#include <spargio/spargio.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bench {

/// Ends a scenario whose runtime reported an error; the slice is then invalid.
[[noreturn]] inline void fail_scenario(spargio::errc error) {
    throw std::runtime_error("spargio reported: " + std::string(spargio::to_string(error)));
}

/// An awaitable of Spargio's whose error ends the scenario: results of scenarios are plain values.
template <class Awaiter>
class checked {
public:
    template <class Make>
        requires std::same_as<std::invoke_result_t<Make>, Awaiter>
    explicit checked(Make&& make) : inner_(make()) {}

    [[nodiscard]] bool await_ready() noexcept { return inner_.await_ready(); }
    auto await_suspend(std::coroutine_handle<> caller) noexcept { return inner_.await_suspend(caller); }
    auto await_resume() {
        auto result = inner_.await_resume();
        if (!result) fail_scenario(result.error());
        if constexpr (!std::is_void_v<typename decltype(result)::value_type>) return *std::move(result);
    }

private:
    Awaiter inner_;
};

template <class Make>
checked(Make&&) -> checked<std::invoke_result_t<Make>>;

class spargio_link {
public:
    /// On the worker that will use it: the sender names the target, the receiver needs nothing.
    spargio_link(std::uint32_t from, std::uint32_t to)
        : to_(spargio::this_shard::remote(spargio::this_shard::id() == from ? to : from)) {}

    [[nodiscard]] auto send(std::uint64_t value) {
        return checked([&] { return to_.send(0, value); });
    }
    [[nodiscard]] auto send_batch(std::span<const std::uint64_t> values) {
        batch_.clear();
        for (const auto value : values) batch_.push_back({0, value});
        return checked([&] { return to_.send_many(batch_); });
    }
    [[nodiscard]] auto receive() { return receiving(); }

private:
    class receiving {
    public:
        receiving() noexcept : inner_(spargio::this_shard::next_event()) {}
        [[nodiscard]] bool await_ready() noexcept { return inner_.await_ready(); }
        bool await_suspend(std::coroutine_handle<> caller) noexcept { return inner_.await_suspend(caller); }
        [[nodiscard]] std::uint64_t await_resume() {
            const auto got = inner_.await_resume();
            if (!got) fail_scenario(got.error());
            return got->value;
        }

    private:
        decltype(spargio::this_shard::next_event()) inner_;
    };

    spargio::remote_shard to_;
    std::vector<spargio::message> batch_;
};

class spargio_channel {
public:
    explicit spargio_channel(std::size_t capacity) : values_(capacity) {}
    [[nodiscard]] auto send(std::uint64_t value) {
        return checked([&] { return values_.send(value); });
    }
    [[nodiscard]] auto receive() {
        return checked([&] { return values_.receive(); });
    }

private:
    spargio::channel<std::uint64_t> values_;
};

/// A running Spargio runtime under the names that scenarios use.
class spargio_scenario_runtime {
public:
    template <class T>
    using task = spargio::task<T>;
    template <class T>
    using joiner = spargio::join_handle<T>;

    explicit spargio_scenario_runtime(const spargio::runtime_options& options) {
        auto started = spargio::runtime::start(options);
        if (!started) throw std::runtime_error(started.error().message);
        runtime_ = std::move(*started);
    }

    [[nodiscard]] std::size_t workers() const { return runtime_->shards(); }

    // From inside a scenario.
    [[nodiscard]] joiner<std::uint64_t> spawn(task<std::uint64_t>&& what) { return spargio::spawn(std::move(what)); }
    [[nodiscard]] joiner<std::uint64_t> spawn_on(std::size_t worker, task<std::uint64_t>&& what) {
        return spargio::spawn(std::move(what), spargio::pinned{static_cast<std::uint32_t>(worker)});
    }
    [[nodiscard]] spargio_link link(std::size_t from, std::size_t to) {
        return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
    }
    [[nodiscard]] std::unique_ptr<spargio_channel> make_channel(std::size_t capacity) {
        return std::make_unique<spargio_channel>(capacity);
    }

    /// From outside: runs a scenario's root task and waits for it.
    template <class T>
    T run(task<T> root) {
        auto handle = runtime_->spawn(std::move(root), spargio::pinned{0});
        return std::move(handle).get();
    }

    [[nodiscard]] const spargio::runtime& native() const { return *runtime_; }

private:
    std::unique_ptr<spargio::runtime> runtime_;
};

} // namespace bench
