// Functions that block, on threads of their own (R12).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/submit_blocking.hpp>
#include <spargio/detail/frames/frame_pool.hpp>
#include <spargio/tasks/join_handle.hpp>
#include <spargio/tasks/spawn.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <expected>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace spargio {

namespace detail {

/// A function and its result, in the guise of a task, so that it is joined like one.
template <class T, class Function>
struct blocking_state : task_state<T> {
    explicit blocking_state(Function&& fn) noexcept
        : task_state<T>(sizeof(blocking_state), &operations), function(std::move(fn)) {
        this->moves = mobility::pinned;
    }

    static void run(task_header& header) noexcept {
        auto& self = static_cast<blocking_state&>(header);
        try {
            if constexpr (std::is_void_v<T>) {
                (*self.function)();
                self.result.set_value();
            } else {
                self.result.set_value((*self.function)());
            }
        } catch (...) {
            self.result.set_error(std::current_exception());
        }
        self.function.reset(); // here, and not when the joiner comes
    }
    static void abandon(task_header& header) noexcept {
        auto& self = static_cast<blocking_state&>(header);
        self.result.set_error(std::make_exception_ptr(task_stopped()));
        self.function.reset();
    }
    static void dispose(task_header& header) noexcept {
        auto& self = static_cast<blocking_state&>(header);
        self.~blocking_state();
        frame_pool::release(&self, sizeof(blocking_state));
    }

    static constexpr task_operations operations{nullptr, abandon, dispose, insist_on_success<T>};
    std::optional<Function> function;
};

template <class Function>
[[nodiscard]] auto spawn_blocking_on(runtime_core& core, Function&& fn)
    -> std::expected<join_handle<std::invoke_result_t<Function&>>, errc> {
    using T = std::invoke_result_t<Function&>;
    using state_type = blocking_state<T, Function>;
    static_assert(std::is_nothrow_move_constructible_v<Function>, "a moved function must not throw on its way");
    static_assert(
        fits_a_frame<Function>,
        "a function can't capture what is aligned to more than operator new aligns (16 bytes): capture "
        "a std::unique_ptr to it");
    static_assert(fits_a_frame<state_type>);
    auto* const state = new (frame_pool::allocate(sizeof(state_type))) state_type(std::move(fn));
    if (const status taken = submit_blocking(core, {state, state_type::run}); !taken) {
        state_type::dispose(*state);
        return std::unexpected(taken.error());
    }
    return join_handle<T>(*state);
}

} // namespace detail

/// Runs `fn()` on a thread of the runtime's blocking pool: for system calls without an asynchronous form, and
/// for long computations. The handle is joined as that of a task: `co_await` in a task, `get()` outside, or
/// dropped; what `fn` throws arrives there, and ends the program when nobody can see it any more. `fn` is moved
/// in and destroyed on the pool's thread when it has run. From inside a task, and outside a shard it ends the
/// program; see also runtime_handle::spawn_blocking().
///
/// `overloaded`: options.blocking_threads functions run and options.blocking_queue wait; `fn` is destroyed.
/// `closed`: the runtime stops. `no_resources`: no thread could be made. Throws std::bad_alloc.
///
/// Nothing ends a function from outside: cancelling the handle has no effect. When the runtime stops, functions
/// that have not begun never do, and joining them throws task_stopped; those that run get options.stop_grace
/// and are then left behind with their thread (runtime_handle::blocking() counts them): what they still touch
/// must live on.
///
/// Cost: one allocation, a lock and the wake-up of a thread (tens of us where one must be made), and a wake-up
/// of the joiner's shard. All signals are blocked on these threads. They may use the CPUs of the thread that
/// started the runtime, whatever options.affinity says.
template <std::invocable Function>
[[nodiscard]] auto spawn_blocking(Function fn) {
    return detail::spawn_blocking_on(detail::current_core(), std::move(fn));
}

} // namespace spargio
