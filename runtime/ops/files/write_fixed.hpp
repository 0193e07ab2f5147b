// IORING_OP_WRITE_FIXED (kernel 5.1; a write(2), pwrite(2) out of a registered buffer).
#pragma once

#include <spargio/ops/current_position.hpp>
#include <spargio/ops/detail/operation_for_nothing.hpp>
#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/ops/registered_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

#include <liburing.h>

namespace spargio::ops {

class write_fixed_request {
public:
    using value_type = std::size_t;

    write_fixed_request(int file, registered_part from, std::uint64_t offset) noexcept
        : file_(file), from_(from.bytes()), offset_(offset), kept_(from.memory()) {}

    /// As of read_fixed_request.
    void prepare(io_uring_sqe& entry) const noexcept {
        if (detail::prepare_for_nothing(entry, from_.size())) return;
        const auto length = detail::transfer_length(from_.size());
        if (const auto place = kept_.place_here())
            io_uring_prep_write_fixed(&entry, file_, from_.data(), length, offset_, *place);
        else
            io_uring_prep_write(&entry, file_, from_.data(), length, offset_);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int file_;
    std::span<const std::byte> from_;
    std::uint64_t offset_;
    spargio::detail::registered_use kept_;
};

/// As write(), out of a registered buffer, or a part of one, which it keeps until the kernel has done with it.
/// On the ring of another shard than the buffer's, and out of a plain buffer, IORING_OP_WRITE. Two atomic
/// operations beside what write() costs.
[[nodiscard]] inline operation<write_fixed_request>
write_fixed(int file, registered_part from, std::uint64_t offset = current_position) noexcept {
    return operation<write_fixed_request>(write_fixed_request(file, from, offset));
}

} // namespace spargio::ops
