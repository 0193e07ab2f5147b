// task_group: tasks that end before the one that started them goes on (R37).
#pragma once

#include <spargio/tasks/detail/child_scope.hpp>

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

namespace spargio {

namespace detail {

inline task<> group_child(child_ticket ticket, task<> work) {
    ticket.begin();
    try {
        task<> mine = std::move(work); // destroyed before the ticket says that it has ended
        co_await std::move(mine);
    } catch (...) {
        ticket.failed(std::current_exception());
    }
    ticket.ended();
}

} // namespace detail

/// Starts children and waits for all of them. The first exception of a child cancels the others; join() throws
/// it when all have ended. A task that is asked to stop while it waits in join(), or before, passes that on to
/// the children; cancelling the group asks the children only.
///
/// Lives in the frame of the task that joins it, and must be joined before it is destroyed: destroying it with
/// children ends the program (std::terminate, with a message), as destroying a std::thread does, unless a
/// stopping runtime destroys the frames of all; also when an exception passes, which nobody sees then.
/// in_group() joins on every path. Cost of a child: a spawn and a frame of its own, which is freed as soon as
/// the child ends, so a group may start children for ever.
class task_group {
public:
    /// Starts a child. By the task that joins the group, or by a child. In a cancelled group it starts
    /// cancelled. A runtime that stops refuses: join() throws task_stopped then. Throws std::bad_alloc.
    void spawn(task<> work, placement where = stealable{}) {
        detail::start_child(detail::group_child(detail::child_ticket(scope_), std::move(work)), where);
    }

    /// Asks every child to stop, those that are started before the next join() has ended too. Any thread, as
    /// long as the group lives. Idempotent. Costs a lock and a wake for each child.
    void cancel() noexcept { scope_.cancel(); }

    /// Waits until every child has ended and its frame is destroyed, then throws the first exception if there
    /// was one. Not more than one at a time: two end the program, with a message. Never answers early: when the
    /// waiting task is asked to stop, it cancels the children and waits for them. Afterwards the group is as
    /// new. Throws std::bad_alloc at once, before it is awaited: make it before the children where that
    /// matters. In a task, which may be awaited on any shard. A child that the runtime's stop has ended counts
    /// as task_stopped.
    [[nodiscard]] task<> join() { return scope_.wait_for_all(detail::child_scope::at_end::throw_error); }

    /// Children that have not ended; a guess while they run. Any thread, as long as the group lives. Takes a
    /// lock.
    [[nodiscard]] std::size_t size() const noexcept { return scope_.count(); }

private:
    template <class Body>
    friend task<> in_group_impl(Body body);
    detail::child_scope scope_;
};

/// Calls `body(group)`, which returns a task<>, awaits it, and joins the group on every path: when the body
/// throws, the children are cancelled and awaited before its exception goes on. The first exception, of body or
/// child, wins. Throws std::bad_alloc. In a task. Cost: two frames beside those of the body and the children.
template <class Body>
[[nodiscard]] task<> in_group_impl(Body body) {
    task_group group;
    auto all = group.join(); // before anything can be left to wait for
    try {
        auto work = body(group);
        co_await std::move(work);
    } catch (...) {
        group.scope_.fail(std::current_exception());
    }
    co_await std::move(all);
}

/// See in_group_impl(). A named closure is used where it is, a temporary one moves into the task; the latter
/// must capture nothing that needs destroying (g++ 12 destroys such temporaries twice within a co_await).
template <class Body>
[[nodiscard]] task<> in_group(Body&& body) {
    static_assert(std::is_lvalue_reference_v<Body> || std::is_trivially_destructible_v<Body>,
                  "name the closure, or capture by reference");
    static_assert(std::is_lvalue_reference_v<Body> || detail::fits_a_frame<Body>,
                  "name the closure: a frame is aligned as operator new aligns (16 bytes)");
    return in_group_impl<Body>(std::forward<Body>(body));
}

} // namespace spargio
