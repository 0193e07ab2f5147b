// IORING_OP_WRITEV (kernel 5.1; pwritev(2)).
#pragma once

#include <spargio/ops/current_position.hpp>
#include <spargio/ops/detail/operation_for_nothing.hpp>
#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

#include <liburing.h>
#include <sys/uio.h>

namespace spargio::ops {

class writev_request {
public:
    using value_type = std::size_t;

    writev_request(int file, std::span<const iovec> parts, std::uint64_t offset) noexcept
        : file_(file), parts_(parts), offset_(offset) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        if (detail::prepare_for_nothing(entry, parts_)) return;
        io_uring_prep_writev(&entry, file_, parts_.data(), detail::transfer_parts(parts_.size()), offset_);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int file_;
    std::span<const iovec> parts_;
    std::uint64_t offset_;
};

/// Writes from several buffers, one after the other, at most 1,024 of them (EINVAL above). Gives the bytes
/// moved, which may be fewer than all; 0, without asking the kernel, where they are all empty. Borrows the list
/// and the buffers.
[[nodiscard]] inline operation<writev_request> writev(int file, std::span<const iovec> parts,
                                                      std::uint64_t offset = current_position) noexcept {
    return operation<writev_request>(writev_request(file, parts, offset));
}

} // namespace spargio::ops
