// IORING_OP_FTRUNCATE (kernel 6.9; ftruncate(2)).
#pragma once

#include <spargio/detail/ring/kernel_constants.hpp>
#include <spargio/ops/operation.hpp>

#include <cstdint>

#include <liburing.h>

namespace spargio::ops {

class ftruncate_request {
public:
    using value_type = void;

    ftruncate_request(int file, std::uint64_t bytes) noexcept : file_(file), bytes_(bytes) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        // liburing 2.3 does not know it: the length stands where other requests have their offset.
        io_uring_prep_rw(static_cast<int>(spargio::detail::kernel::op_ftruncate), &entry, file_, nullptr, 0,
                         bytes_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int file_;
    std::uint64_t bytes_;
};

/// Makes a file `bytes` long: what stands behind is cut off, what is missing reads as zeros. On a thread of
/// the kernel's. EINVAL where the kernel does not know it; operation_context::supports(kernel::op_ftruncate)
/// tells.
[[nodiscard]] inline operation<ftruncate_request> ftruncate(int file, std::uint64_t bytes) noexcept {
    return operation<ftruncate_request>(ftruncate_request(file, bytes));
}

} // namespace spargio::ops
