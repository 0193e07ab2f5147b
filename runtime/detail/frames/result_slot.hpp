// Where a coroutine leaves its result: nothing yet, a value, or an exception.
#pragma once

#include <spargio/detail/frames/fits_a_frame.hpp>

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace spargio::detail {

template <class T>
class result_slot {
public:
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    static_assert(fits_a_frame<value_type>,
                  "a task's result can't be aligned to more than operator new aligns (16 bytes): return a "
                  "std::unique_ptr to it");

    template <class... Arguments>
    void set_value(Arguments&&... arguments) {
        held_.template emplace<1>(std::forward<Arguments>(arguments)...);
    }
    void set_error(std::exception_ptr error) noexcept { held_.template emplace<2>(std::move(error)); }

    /// Takes over what another slot holds. Needs no assignment of T, only its move constructor; what that
    /// throws is the result then.
    void adopt(result_slot& from) noexcept {
        if (from.held_.index() == 2) {
            held_.template emplace<2>(std::get<2>(std::move(from.held_)));
        } else if (from.held_.index() == 1) {
            if constexpr (std::is_nothrow_move_constructible_v<value_type>)
                held_.template emplace<1>(std::get<1>(std::move(from.held_)));
            else
                adopt_value(std::get<1>(from.held_));
        }
    }

    /// Throws the exception, if that is what is held. For callers that are noexcept: it ends the program then,
    /// as the active one, so that its message is shown.
    void insist_on_value() const {
        if (held_.index() == 2) std::rethrow_exception(std::get<2>(held_));
    }

    /// The value moved out, or the exception thrown. Once.
    T take() {
        if (held_.index() == 2) std::rethrow_exception(std::get<2>(std::move(held_)));
        if constexpr (!std::is_void_v<T>) return std::get<1>(std::move(held_));
    }

private:
    void adopt_value(value_type& value) noexcept {
        try {
            held_.template emplace<1>(std::move(value));
        } catch (...) {
            set_error(std::current_exception());
        }
    }

    struct nothing {};
    std::variant<nothing, value_type, std::exception_ptr> held_;
};

} // namespace spargio::detail
