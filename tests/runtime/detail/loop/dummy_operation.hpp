#pragma once

#include <spargio/detail/doors/operation_context.hpp>

namespace spargio::detail {

/// A request that is never submitted.
struct dummy_operation : operation_wait {
    dummy_operation() : operation_wait([](operation_wait&, io_uring_sqe&) noexcept {}) {}
};

} // namespace spargio::detail
