// task<T>: a lazy coroutine (R6).
//
//   spargio::task<int> answer() { co_return 42; }
//   spargio::task<>    ask()    { int n = co_await answer(); ... }
//
// Nothing runs until the task is awaited or spawned. Awaiting is a tail call in both directions (symmetric
// transfer), so a chain of a million synchronous completions uses no stack. An exception leaves at the
// co_await. The object owns the task, which is used once: a second use, by any task and on any shard, ends the
// program with a message.
#pragma once

#include <spargio/detail/frames/drop_unfinished.hpp>
#include <spargio/detail/frames/frame_pool.hpp>
#include <spargio/detail/frames/result_slot.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <utility>

namespace spargio {

template <class T>
class task;

/// Thrown by joining a task whose runtime stopped before it was finished.
class task_stopped : public std::runtime_error {
public:
    task_stopped() : std::runtime_error("the runtime stopped before the task was finished") {}
};

namespace detail {

/// Header of a spawned task together with its result.
template <class T>
struct task_state : task_header {
    using task_header::task_header;
    result_slot<T> result;
};

/// Room that each frame of a task<T> has in front of it for a task_state<T>, should it be spawned.
template <class T>
inline constexpr std::size_t prefix_bytes = (sizeof(task_state<T>) + __STDCPP_DEFAULT_NEW_ALIGNMENT__ - 1) /
                                            __STDCPP_DEFAULT_NEW_ALIGNMENT__* __STDCPP_DEFAULT_NEW_ALIGNMENT__;

struct promise_base {
    /// The coroutine that awaits this one, or has awaited it; null before, and for a spawned one.
    std::coroutine_handle<> continuation;
    task_header* spawned = nullptr; ///< header of a spawned task

    struct final_awaiter {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            promise_base& promise = self.promise();
            if (promise.continuation) return promise.continuation;
            return scheduling::end_of_task(*promise.spawned);
        }
        void await_resume() const noexcept {}
    };

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }
};

template <class T>
struct promise_result : promise_base {
    result_slot<T> result;
    template <class Value>
    void return_value(Value&& value) {
        result.set_value(std::forward<Value>(value));
    }
    void unhandled_exception() noexcept { result.set_error(std::current_exception()); }
};

template <>
struct promise_result<void> : promise_base {
    result_slot<void> result;
    void return_void() { result.set_value(); }
    void unhandled_exception() noexcept { result.set_error(std::current_exception()); }
};

template <class T>
struct task_promise : promise_result<T> {
    task<T> get_return_object() noexcept;

    static void* operator new(std::size_t frame_bytes) {
        const std::size_t bytes = prefix_bytes<T> + frame_bytes;
        auto* const block = static_cast<std::byte*>(frame_pool::allocate(bytes));
        // No more than this for a task that is merely awaited; the header is made when it is spawned.
        new (block) block_prefix{static_cast<std::uint32_t>(bytes)};
        return block + prefix_bytes<T>;
    }

    static void operator delete(void* frame, std::size_t frame_bytes) noexcept {
        void* const block = static_cast<std::byte*>(frame) - prefix_bytes<T>;
        if (!std::launder(static_cast<block_prefix*>(block))->outlives_frame)
            frame_pool::release(block, prefix_bytes<T> + frame_bytes);
    }
};

template <class T>
using task_coroutine = std::coroutine_handle<task_promise<T>>;

template <class T>
[[nodiscard]] task_state<T>& prepare_spawn(task<T>&& from, mobility moves) noexcept;

} // namespace detail

/// Move-only owner of a coroutine that has not been awaited yet. T is void or an object type that is aligned to
/// no more than operator new aligns; return references as pointers. When a result is moved to the joiner of the
/// task and its move constructor throws, that exception is what the joiner gets. One thread at a time. Calling
/// the coroutine makes its frame, in a block of the thread's pool or of malloc, and throws std::bad_alloc when
/// there is none.
///
/// Destroying one that has not begun destroys its frame and its arguments. While another task awaits it, it
/// must not be destroyed: on a shard that ends the program, with a message, unless the runtime that stops
/// destroys both.
template <class T = void>
class [[nodiscard]] task {
    static_assert(std::is_void_v<T> || std::is_object_v<T>,
                  "task<T> returns objects; return a pointer instead");

public:
    using promise_type = detail::task_promise<T>;

    task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        if (this != &other) {
            drop();
            coroutine_ = std::exchange(other.coroutine_, nullptr);
        }
        return *this;
    }
    ~task() { drop(); }

    /// False after the task was moved from or spawned.
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(coroutine_); }

    class awaiter {
    public:
        explicit awaiter(detail::task_coroutine<T> coroutine) noexcept : coroutine_(coroutine) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
            if (!coroutine_ || coroutine_.promise().continuation)
                detail::misused("awaited a task that was moved from, or that is or was awaited before");
            coroutine_.promise().continuation = caller;
            return coroutine_;
        }
        T await_resume() const { return coroutine_.promise().result.take(); }

    private:
        detail::task_coroutine<T> coroutine_;
    };

    /// Runs the task inside the awaiting one, on the same shard, and gives its result or throws its exception.
    /// Once: a second time, while it runs or after it, by whatever task, and of a task that was moved from or
    /// spawned, it ends the program, with a message. A cancellation of the awaiting task is one of this, which
    /// is a part of it. Cost: a few ns beside the frame's allocation.
    [[nodiscard]] awaiter operator co_await() && noexcept { return awaiter(coroutine_); }

private:
    friend detail::task_promise<T>;
    template <class U>
    friend detail::task_state<U>& detail::prepare_spawn(task<U>&& from, detail::mobility moves) noexcept;

    explicit task(detail::task_coroutine<T> coroutine) noexcept : coroutine_(coroutine) {}

    void drop() noexcept {
        if (!coroutine_) return;
        if (!coroutine_.done()) [[unlikely]]
            detail::drop_unfinished(coroutine_, static_cast<bool>(coroutine_.promise().continuation));
        else
            coroutine_.destroy();
    }

    detail::task_coroutine<T> coroutine_;
};

template <class T>
task<T> detail::task_promise<T>::get_return_object() noexcept {
    return task<T>(task_coroutine<T>::from_promise(*this));
}

} // namespace spargio
