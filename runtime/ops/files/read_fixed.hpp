// IORING_OP_READ_FIXED (kernel 5.1; a read(2), pread(2) into a registered buffer).
#pragma once

#include <spargio/ops/current_position.hpp>
#include <spargio/ops/detail/operation_for_nothing.hpp>
#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/detail/operation_tried_first.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/ops/registered_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

#include <liburing.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace spargio::ops {

class read_fixed_request {
public:
    using value_type = std::size_t;
    static constexpr bool cheaper_together = true;

    read_fixed_request(int file, registered_part into, std::uint64_t offset) noexcept
        : file_(file), into_(into.bytes()), offset_(offset), kept_(into.memory()) {}

    /// For the ring of this thread: a buffer that another one knows, or none, is a plain one here.
    void prepare(io_uring_sqe& entry) const noexcept {
        if (detail::prepare_for_nothing(entry, into_.size())) return;
        const auto length = detail::transfer_length(into_.size());
        if (const auto place = kept_.place_here())
            io_uring_prep_read_fixed(&entry, file_, into_.data(), length, offset_, *place);
        else
            io_uring_prep_read(&entry, file_, into_.data(), length, offset_);
    }
    /// See operation_tried_first.hpp.
    [[nodiscard]] ssize_t try_now() const noexcept {
        const iovec whole{.iov_base = into_.data(), .iov_len = detail::transfer_length(into_.size())};
        return ::preadv2(file_, &whole, 1, static_cast<off_t>(offset_), RWF_NOWAIT);
    }
    [[nodiscard]] std::span<const std::byte> written() const noexcept { return into_; }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int file_;
    std::span<std::byte> into_;
    std::uint64_t offset_;
    spargio::detail::registered_use kept_;
};

/// As read(), into a registered buffer, or a part of one, which it keeps until the kernel has done with it. On
/// the ring of another shard than the buffer's, and into a plain buffer, IORING_OP_READ. Two atomic operations
/// beside what read() costs.
[[nodiscard]] inline operation<read_fixed_request>
read_fixed(int file, registered_part into, std::uint64_t offset = current_position) noexcept {
    return operation<read_fixed_request>(read_fixed_request(file, into, offset));
}

/// As read_fixed(), tried on the spot as by read_at_once() if `cached`.
[[nodiscard]] inline auto read_fixed_at_once(int file, registered_part into, std::uint64_t offset,
                                             bool cached = true) noexcept {
    return operation<detail::tried_first<read_fixed_request>>(
        detail::tried_first<read_fixed_request>(file, into, offset).if_wanted(cached));
}

} // namespace spargio::ops
