// The value of a result that should have one.
#pragma once

#include <spargio/core/io_result.hpp>

#include <system_error>
#include <type_traits>
#include <utility>

namespace spargio {

/// The value, or an exception that the test's root task ends with.
template <class T>
T value_of(io_result<T> result) {
    if (!result) throw std::system_error(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

} // namespace spargio
