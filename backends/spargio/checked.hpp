// Awaiting Spargio from scenarios, whose results are plain values.
#pragma once

#include <spargio/core/errc.hpp>

#include <concepts>
#include <coroutine>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

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

} // namespace bench
