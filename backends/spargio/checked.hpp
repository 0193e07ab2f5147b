// Awaiting Spargio from scenarios, whose results are plain values.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/io_result.hpp>
#include <spargio/tasks/task.hpp>

#include <concepts>
#include <coroutine>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace bench {

/// Ends a scenario whose runtime reported an error; the slice is then invalid.
[[noreturn]] inline void fail_scenario(spargio::errc error) {
    throw std::runtime_error("spargio reported: " + std::string(spargio::to_string(error)));
}

/// The same for requests to the kernel.
[[noreturn]] inline void fail_scenario(const std::error_code& error) {
    throw std::system_error(error, "spargio reported");
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

/// The same for a task: awaited in place, without a frame of its own.
template <class Result>
class checked_task {
public:
    explicit checked_task(spargio::task<Result> work)
        : task_(std::move(work)), inner_(std::move(task_).operator co_await()) {}
    checked_task(const checked_task&) = delete;
    checked_task& operator=(const checked_task&) = delete;

    [[nodiscard]] bool await_ready() const noexcept { return inner_.await_ready(); }
    auto await_suspend(std::coroutine_handle<> caller) const noexcept { return inner_.await_suspend(caller); }
    auto await_resume() const {
        auto result = inner_.await_resume();
        if (!result) fail_scenario(result.error());
        if constexpr (!std::is_void_v<typename Result::value_type>) return *std::move(result);
    }

private:
    spargio::task<Result> task_; // owns the frame
    typename spargio::task<Result>::awaiter inner_;
};

} // namespace bench
