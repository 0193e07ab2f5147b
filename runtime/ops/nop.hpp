// IORING_OP_NOP (kernel 5.1).
#pragma once

#include <spargio/ops/operation.hpp>

#include <cstdint>

#include <liburing.h>

namespace spargio::ops {

class nop_request {
public:
    using value_type = void;

    nop_request() noexcept = default;

    void prepare(io_uring_sqe& entry) const noexcept { io_uring_prep_nop(&entry); }
    void take(std::int32_t, std::uint32_t) const noexcept {}
};

/// A trip to the kernel and back, for measuring what one costs.
[[nodiscard]] inline operation<nop_request> nop() noexcept { return operation<nop_request>(nop_request{}); }

} // namespace spargio::ops
