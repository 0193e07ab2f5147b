// child_scope: the tasks that one task has started and answers for (R37). What task_group, when_all, when_any
// and with_stop have in common.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/machine/spin_lock.hpp>
#include <spargio/tasks/spawn.hpp>
#include <spargio/tasks/task.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

namespace spargio::detail {

class child_scope;

/// Each child is a coroutine of ours around the user's task, and has one of these as its first parameter: a
/// link in the scope's list. The child counts until this is destroyed, which is the last thing that happens to
/// its frame, so after the wait for a scope no child can reach anything any more.
class child_ticket {
public:
    explicit child_ticket(child_scope& of) noexcept : scope_(&of) {}
    /// Into the child's frame: there it is entered into the scope.
    child_ticket(child_ticket&& other) noexcept;
    child_ticket& operator=(child_ticket&&) = delete;
    ~child_ticket();

    /// First thing in the child.
    void begin() noexcept;
    /// When the user's task has ended and is destroyed. A ticket that goes without it was stopped by the
    /// runtime.
    void ended() noexcept { ended_ = true; }
    /// The same with an exception, which the scope keeps if it is the first; the others are cancelled.
    void failed(std::exception_ptr why) noexcept;

private:
    friend child_scope;
    child_scope* scope_;
    task_header* task_ = nullptr;
    child_ticket* previous_ = nullptr;
    child_ticket* next_ = nullptr;
    bool linked_ = false; // for good, but for the scope's destructor: the child itself looks without the lock
    bool cancelled_ = false;
    bool ended_ = false;
};

/// Children start and end on any shard; one task waits for them.
class child_scope {
public:
    child_scope() = default;
    child_scope(const child_scope&) = delete;
    child_scope& operator=(const child_scope&) = delete;
    /// Ends the program, with a message, when children are left, unless the runtime is being torn down.
    ~child_scope();

    /// Asks every child to stop, those that are started later too. Any thread.
    void cancel() noexcept;

    /// Waits until no child is left. Asked to stop meanwhile or before, it cancels the children and goes on
    /// waiting. Then, as asked, it leaves the first exception where it is, or makes the scope as new and throws
    /// it. Needs memory when it is called, not when it is awaited. Two at once end the program, with a message.
    enum class at_end : std::uint8_t { keep_error, throw_error };
    [[nodiscard]] task<> wait_for_all(at_end policy = at_end::keep_error);

    /// The first exception, taken out; null when there was none. When no child is left.
    [[nodiscard]] std::exception_ptr take_error() noexcept { return std::exchange(error_, nullptr); }
    /// As new, when no child is left.
    void reset() noexcept;

    /// Keeps the first exception and cancels the children.
    void fail(std::exception_ptr why) noexcept;

    [[nodiscard]] std::size_t count() const noexcept;

private:
    friend child_ticket;

    class awaiter : wait_node {
    public:
        awaiter(child_scope& of, wait_kind kind) noexcept : of_(of), kind_(kind) {}
        awaiter(const awaiter&) = delete;
        awaiter& operator=(const awaiter&) = delete;
        ~awaiter() { of_.forget(*this); }

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            return of_.start_wait(*this, caller, kind_);
        }
        [[nodiscard]] status await_resume() noexcept {
            of_.forget(*this);
            return this->outcome();
        }

    private:
        friend child_scope;
        child_scope& of_;
        wait_kind kind_;
    };

    bool start_wait(awaiter& waiter, std::coroutine_handle<> caller, wait_kind kind) noexcept;
    void forget(awaiter& waiter) noexcept;
    void enter(child_ticket& child) noexcept;
    void leave(child_ticket& child) noexcept;
    void begin(child_ticket& child) noexcept;
    void link_first(child_ticket& child) noexcept;
    void link_last(child_ticket& child) noexcept;
    void unlink(child_ticket& child) noexcept;

    mutable spin_lock lock_;
    bool cancelled_ = false;
    std::size_t count_ = 0;
    child_ticket* first_ = nullptr; // children that were cancelled stand behind those that were not
    child_ticket* last_ = nullptr;
    std::exception_ptr error_;
    wait_list joiner_;
};

/// Starts a child that was made with a ticket. Nobody joins it: it tells its scope.
inline void start_child(task<> child, const placement& where) {
    spawn_on(current_core(), std::move(child), where).detach();
}

} // namespace spargio::detail
