// join_handle<T>: the other end of a spawned task (R7).
#pragma once

#include <spargio/detail/frames/cancel.hpp>
#include <spargio/detail/frames/foreign_waiter.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/sched/task_registry.hpp>
#include <spargio/tasks/detail/spawned_task.hpp>

#include <utility>

namespace spargio {

/// Waits for a spawned task and takes its result. Move-only; one thread at a time. Dropping it detaches the
/// task, which then runs on by itself; an exception that leaves a detached task ends the program
/// (std::terminate), as with std::thread; all but task_stopped, which only says that the runtime stops. An
/// exception of a task that had finished before is dropped with its handle, as with std::future: join
/// where it matters. The result lives with the handle, and may outlive the runtime. A handle that was joined,
/// detached or moved from is empty: joining it, ready() and cancel() end the program, with a message.
template <class T = void>
class [[nodiscard]] join_handle {
public:
    explicit join_handle(detail::task_state<T>& state) noexcept : state_(&state) {}
    join_handle(join_handle&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    join_handle& operator=(join_handle&& other) noexcept {
        if (this != &other) {
            detach();
            state_ = std::exchange(other.state_, nullptr);
        }
        return *this;
    }
    ~join_handle() {
        if (state_ == nullptr) return;
        // The common case, without a way through three functions: joined, and known to nobody else.
        if (is_done() && state_->registry.load(std::memory_order_acquire) == nullptr)
            detail::dispose_task<T>(*state_);
        else
            detach();
    }

    /// Lets the task run on without anybody waiting for it. Any thread.
    void detach() noexcept {
        if (state_ != nullptr) detail::drop_handle(*std::exchange(state_, nullptr));
    }

    /// Whether the result is there: joining would not wait. Any thread. An atomic load.
    [[nodiscard]] bool ready() const noexcept {
        insist_on_state();
        return is_done();
    }

    /// Asks the task to stop (R7): its cancellable waits (those that return an errc) answer errc::canceled, now
    /// and from now on; it goes on to run and decides itself. Joining a task can't be cancelled. Any thread;
    /// idempotent; one atomic operation, and a wake where the task was waiting. Callbacks on its
    /// this_task::stop_token() run on this thread.
    void cancel() noexcept {
        insist_on_state();
        detail::request_cancel(*state_);
    }

    /// Waits on a thread that is no shard and gives the result, or throws the task's exception, or task_stopped
    /// when the runtime stopped first, or is that of a parent process (fork(2)). Calling it on a shard would
    /// block the shard: that ends the program (std::terminate, with a message), as does a handle that was used
    /// up. Uses the handle up.
    T get() && {
        insist_on_state();
        if (detail::scheduling::current_registry() != nullptr)
            detail::misused("join_handle::get() would block a shard; co_await the handle there");
        if (!is_done() && state_->lost_by_fork()) throw task_stopped();
        detail::foreign_waiter waiter;
        std::uintptr_t running = detail::join_word::running;
        const auto word = reinterpret_cast<std::uintptr_t>(&waiter) | detail::join_word::foreign_mark;
        if (state_->join.compare_exchange_strong(running, word, std::memory_order_acq_rel)) waiter.wait();
        const join_handle used_up = std::move(*this);
        return used_up.state_->result.take();
    }

    class awaiter {
    public:
        explicit awaiter(join_handle&& from) noexcept : handle_(std::move(from)) {}
        [[nodiscard]] bool await_ready() const noexcept { return handle_.ready(); }

        // Out of line: once the caller is published another thread may run it, and the compiler must not keep
        // anything of this frame at hand.
        [[gnu::noinline]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
            return detail::scheduling::join(*handle_.state_, caller);
        }

        T await_resume() {
            const join_handle used_up = std::move(handle_);
            return detail::result_of(*used_up.state_).take();
        }

    private:
        join_handle handle_;
    };

    /// Waits in a task, on any shard. Uses the handle up. Not cancellable. One atomic operation when the task
    /// has finished already; when it is the newest stealable task of this shard and nobody has stolen it, it
    /// runs at once, at the price of a direct co_await and the queue's atomic operation; otherwise two atomic
    /// operations and a suspension. So of several forked tasks the last is best joined first.
    [[nodiscard]] awaiter operator co_await() && noexcept { return awaiter(std::move(*this)); }

private:
    [[nodiscard]] bool is_done() const noexcept {
        return state_->join.load(std::memory_order_acquire) == detail::join_word::done;
    }
    void insist_on_state() const noexcept {
        if (state_ == nullptr) detail::misused("a join_handle was used that was used up or moved from");
    }

    detail::task_state<T>* state_;
};

} // namespace spargio
