// when_all and when_any: several tasks at once (R37).
#pragma once

#include <spargio/detail/frames/result_slot.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/tasks/detail/child_scope.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace spargio {

namespace detail {

template <class T>
using value_of = typename result_slot<T>::value_type;

/// Runs a task to its end and keeps what it gives.
template <class T>
task<> run_into(task<T> work, result_slot<T>& into) {
    if constexpr (std::is_void_v<T>) {
        co_await std::move(work);
        into.set_value();
    } else {
        into.set_value(co_await std::move(work));
    }
}

template <class T>
task<> all_child(child_ticket ticket, result_slot<T>& into, task<T> work) {
    ticket.begin();
    try {
        auto mine = run_into(std::move(work), into);
        co_await std::move(mine);
    } catch (...) {
        ticket.failed(std::current_exception());
    }
    ticket.ended();
}

/// Which task was the first to end.
struct race {
    static constexpr std::size_t undecided = ~std::size_t{0};
    child_scope scope;
    std::atomic<std::size_t> winner{undecided};

    [[nodiscard]] bool decide_for(std::size_t index) noexcept {
        std::size_t nobody = undecided;
        return winner.compare_exchange_strong(nobody, index, std::memory_order_acq_rel);
    }
};

template <class T>
task<> any_child(child_ticket ticket, race& between, std::size_t index, result_slot<T>& into, task<T> work) {
    ticket.begin();
    result_slot<T> mine;
    try {
        auto run = run_into(std::move(work), mine);
        co_await std::move(run);
    } catch (...) {
        mine.set_error(std::current_exception());
    }
    ticket.ended();
    if (!between.decide_for(index)) co_return;
    into.adopt(mine);
    between.scope.cancel();
}

template <class T>
[[nodiscard]] value_of<T> take_value(result_slot<T>& from) {
    if constexpr (std::is_void_v<T>) {
        from.take();
        return {};
    } else {
        return from.take();
    }
}

template <class... T, std::size_t... I>
task<std::tuple<value_of<T>...>> all_of(placement where, std::tuple<task<T>...> work,
                                        std::index_sequence<I...>) {
    std::tuple<result_slot<T>...> results;
    child_scope scope;
    auto all = scope.wait_for_all(); // before anything can be left to wait for
    try {
        (start_child(all_child<T>(child_ticket(scope), std::get<I>(results), std::move(std::get<I>(work))),
                     where),
         ...);
    } catch (...) {
        scope.fail(std::current_exception());
    }
    co_await std::move(all);
    if (const auto error = scope.take_error()) std::rethrow_exception(error);
    co_return std::tuple<value_of<T>...>(take_value(std::get<I>(results))...);
}

template <class T>
struct all_of_many {
    using type = std::vector<T>;
};
template <>
struct all_of_many<void> {
    using type = void;
};

} // namespace detail

/// What when_any() of several tasks gives: which was the first, and its result, whose alternative has the same
/// index (void as std::monostate).
template <class... T>
struct first_of {
    std::size_t index;
    std::variant<detail::value_of<T>...> value;
};

/// What when_any() of a vector gives.
template <class T>
struct first_of_many {
    std::size_t index;
    detail::value_of<T> value;
};

namespace detail {

template <class... T>
[[nodiscard]] std::variant<value_of<T>...> take_at(std::tuple<result_slot<T>...>& from, std::size_t index) {
    std::optional<std::variant<value_of<T>...>> taken;
    const auto take_if = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        if (I == index) taken.emplace(std::in_place_index<I>, take_value(std::get<I>(from)));
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (take_if(std::integral_constant<std::size_t, I>()), ...);
    }
    (std::index_sequence_for<T...>());
    return std::move(*taken);
}

template <class... T, std::size_t... I>
task<first_of<T...>> any_of(placement where, std::tuple<task<T>...> work, std::index_sequence<I...>) {
    std::tuple<result_slot<T>...> results;
    race between;
    auto all = between.scope.wait_for_all(); // before anything can be left to wait for
    try {
        (start_child(any_child<T>(child_ticket(between.scope), between, I, std::get<I>(results),
                                  std::move(std::get<I>(work))),
                     where),
         ...);
    } catch (...) {
        between.scope.fail(std::current_exception());
    }
    co_await std::move(all);
    const std::size_t index = between.winner.load(std::memory_order_acquire);
    if (index == race::undecided) std::rethrow_exception(between.scope.take_error());
    co_return first_of<T...>{index, take_at(results, index)};
}

} // namespace detail

/// Runs all tasks at once, as children, and gives their results as a tuple when all have ended (void as
/// std::monostate). The first exception cancels the others and is thrown when they have ended. When the waiting
/// task is asked to stop, so are the children, and their results are given as ever. A child that the runtime's
/// stop has ended counts as task_stopped. Nothing runs before the co_await, which is for a task, on a shard;
/// the tasks given are owned from the call on. Throws std::bad_alloc. Each child may be placed; the default is
/// stealable. Cost: a spawn and two frames for each child, and two for all.
template <class... T>
[[nodiscard]] auto when_all(placement where, task<T>... work) {
    return detail::all_of<T...>(where, std::tuple<task<T>...>(std::move(work)...),
                                std::index_sequence_for<T...>());
}
template <class First, class... T>
[[nodiscard]] auto when_all(task<First> first, task<T>... work) {
    return when_all(placement(stealable{}), std::move(first), std::move(work)...);
}

/// The same for any number of tasks of one type; gives a vector in their order, or nothing for void.
template <class T>
[[nodiscard]] task<typename detail::all_of_many<T>::type> when_all(std::vector<task<T>> work,
                                                                   placement where = stealable{}) {
    std::vector<detail::result_slot<T>> results(work.size());
    detail::child_scope scope;
    auto all = scope.wait_for_all(); // before anything can be left to wait for
    try {
        for (std::size_t i = 0; i < work.size(); ++i)
            detail::start_child(
                detail::all_child<T>(detail::child_ticket(scope), results[i], std::move(work[i])), where);
    } catch (...) {
        scope.fail(std::current_exception());
    }
    co_await std::move(all);
    if (const auto error = scope.take_error()) std::rethrow_exception(error);
    if constexpr (!std::is_void_v<T>) {
        std::vector<T> values;
        values.reserve(results.size());
        for (auto& each : results) values.push_back(each.take());
        co_return values;
    }
}

/// Runs all tasks at once, as children, and gives the result of the first that ends, or throws its exception,
/// when the others have been cancelled and have ended too. What a loser gives is dropped, exceptions as well.
/// When the waiting task is asked to stop, so are the children, and the first to end wins. At least one task.
/// Otherwise as when_all().
template <class... T>
[[nodiscard]] auto when_any(placement where, task<T>... work) {
    static_assert(sizeof...(T) != 0, "the first of none never ends");
    return detail::any_of<T...>(where, std::tuple<task<T>...>(std::move(work)...),
                                std::index_sequence_for<T...>());
}
template <class First, class... T>
[[nodiscard]] auto when_any(task<First> first, task<T>... work) {
    return when_any(placement(stealable{}), std::move(first), std::move(work)...);
}

/// The same for any number of tasks of one type, which must not be none (it ends the program).
template <class T>
[[nodiscard]] task<first_of_many<T>> when_any(std::vector<task<T>> work, placement where = stealable{}) {
    if (work.empty()) detail::misused("when_any() of no tasks would never end");
    std::vector<detail::result_slot<T>> results(work.size());
    detail::race between;
    auto all = between.scope.wait_for_all(); // before anything can be left to wait for
    try {
        for (std::size_t i = 0; i < work.size(); ++i)
            detail::start_child(detail::any_child<T>(detail::child_ticket(between.scope), between, i,
                                                     results[i], std::move(work[i])),
                                where);
    } catch (...) {
        between.scope.fail(std::current_exception());
    }
    co_await std::move(all);
    const std::size_t index = between.winner.load(std::memory_order_acquire);
    if (index == detail::race::undecided) std::rethrow_exception(between.scope.take_error());
    co_return first_of_many<T>{index, detail::take_value(results[index])};
}

} // namespace spargio
