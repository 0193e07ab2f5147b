// Where a coroutine leaves its result: nothing yet, a value, or an exception.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace spargio {

template <class T>
class result_slot {
public:
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    template <class... Arguments>
    void set_value(Arguments&&... arguments) {
        held_.template emplace<1>(std::forward<Arguments>(arguments)...);
    }
    void set_error(std::exception_ptr error) noexcept { held_.template emplace<2>(std::move(error)); }

    [[nodiscard]] bool is_error() const noexcept { return held_.index() == 2; }

    /// The value moved out, or the exception thrown. Once.
    T take() {
        if (held_.index() == 2) std::rethrow_exception(std::get<2>(std::move(held_)));
        if constexpr (!std::is_void_v<T>) return std::get<1>(std::move(held_));
    }

private:
    struct nothing {};
    std::variant<nothing, value_type, std::exception_ptr> held_;
};

} // namespace spargio
