#include <spargio/tasks/detail/child_scope.hpp>

#include <spargio/detail/doors/launching.hpp>
#include <spargio/detail/frames/cancel.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <exception>
#include <mutex>
#include <optional>

namespace spargio::detail {

child_ticket::child_ticket(child_ticket&& other) noexcept : scope_(std::exchange(other.scope_, nullptr)) {
    scope_->enter(*this);
}

child_ticket::~child_ticket() {
    if (!linked_) return;
    if (!ended_) failed(std::make_exception_ptr(task_stopped()));
    scope_->leave(*this);
}

void child_ticket::begin() noexcept { scope_->begin(*this); }

void child_ticket::failed(std::exception_ptr why) noexcept {
    ended_ = true;
    if (linked_) scope_->fail(std::move(why));
}

child_scope::~child_scope() {
    if (count_ == 0) return;
    // A stop destroys frames in any order; each of the children has its own.
    if (!tears_down_here())
        misused(std::uncaught_exceptions() == 0
                    ? "a task_group is destroyed with children that run: join() it first, or use in_group()"
                    : "an exception, which this hides, leaves the scope of a task_group whose children run: "
                      "in_group() joins on every path and lets the exception go on");
    while (first_ != nullptr) {
        first_->linked_ = false;
        unlink(*first_);
    }
}

void child_scope::cancel() noexcept {
    for (;;) {
        std::optional<cancellation> request;
        {
            const std::lock_guard hold(lock_);
            cancelled_ = true;
            child_ticket* const child = first_;
            if (child == nullptr || child->cancelled_) return;
            unlink(*child);
            child->cancelled_ = true;
            link_last(*child);
            // One that has not begun yet will see the mark.
            if (child->task_ != nullptr) request.emplace(*child->task_);
        }
        if (request) request->carry_out();
    }
}

void child_scope::fail(std::exception_ptr why) noexcept {
    {
        const std::lock_guard hold(lock_);
        if (!error_) error_ = std::move(why);
    }
    cancel();
}

task<> child_scope::wait_for_all(at_end policy) {
    const status undisturbed = co_await awaiter(*this, wait_kind::cancellable);
    if (!undisturbed) {
        cancel();
        const status all_gone = co_await awaiter(*this, wait_kind::deaf);
        static_cast<void>(all_gone); // nothing else ends a deaf wait
    }
    if (policy == at_end::keep_error) co_return;
    reset();
    if (const auto error = take_error()) std::rethrow_exception(error);
}

void child_scope::reset() noexcept {
    const std::lock_guard hold(lock_);
    cancelled_ = false;
}

std::size_t child_scope::count() const noexcept {
    const std::lock_guard hold(lock_);
    return count_;
}

bool child_scope::start_wait(awaiter& waiter, std::coroutine_handle<> caller, wait_kind kind) noexcept {
    const std::lock_guard hold(lock_);
    if (count_ == 0) return waiter.decide();
    if (!joiner_.empty()) misused("two tasks join one task_group at once");
    return joiner_.wait(waiter, caller, kind);
}

void child_scope::forget(awaiter& waiter) noexcept {
    if (!waiter.listed()) return;
    const std::lock_guard hold(lock_);
    joiner_.remove(waiter);
}

void child_scope::enter(child_ticket& child) noexcept {
    const std::lock_guard hold(lock_);
    ++count_;
    child.linked_ = true;
    child.cancelled_ = cancelled_;
    cancelled_ ? link_last(child) : link_first(child);
}

void child_scope::begin(child_ticket& child) noexcept {
    task_header* const self = scheduling::current_task();
    bool cancelled = false;
    {
        const std::lock_guard hold(lock_);
        child.task_ = self;
        cancelled = child.cancelled_;
    }
    if (cancelled) request_cancel(*self);
}

/// Nothing of the scope is touched after the lock of the last child: the task that waits for it destroys it.
void child_scope::leave(child_ticket& child) noexcept {
    std::optional<waking_section> on_the_way;
    wait_node* joiner = nullptr;
    {
        const std::lock_guard hold(lock_);
        unlink(child);
        if (--count_ == 0 && !joiner_.empty()) {
            on_the_way.emplace();
            joiner = joiner_.claim_first();
        }
    }
    if (joiner != nullptr) joiner->finish();
}

void child_scope::link_first(child_ticket& child) noexcept {
    child.previous_ = nullptr;
    child.next_ = first_;
    (first_ != nullptr ? first_->previous_ : last_) = &child;
    first_ = &child;
}

void child_scope::link_last(child_ticket& child) noexcept {
    child.next_ = nullptr;
    child.previous_ = last_;
    (last_ != nullptr ? last_->next_ : first_) = &child;
    last_ = &child;
}

void child_scope::unlink(child_ticket& child) noexcept {
    (child.previous_ != nullptr ? child.previous_->next_ : first_) = child.next_;
    (child.next_ != nullptr ? child.next_->previous_ : last_) = child.previous_;
}

} // namespace spargio::detail
