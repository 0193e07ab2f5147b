// IORING_OP_FALLOCATE (kernel 5.6; fallocate(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <cstdint>

#include <liburing.h>

namespace spargio::ops {

class fallocate_request {
public:
    using value_type = void;

    fallocate_request(int file, int mode, std::uint64_t offset, std::uint64_t bytes) noexcept
        : file_(file), mode_(mode), offset_(offset), bytes_(bytes) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_fallocate(&entry, file_, mode_, static_cast<off_t>(offset_), static_cast<off_t>(bytes_));
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int file_;
    int mode_;
    std::uint64_t offset_;
    std::uint64_t bytes_;
};

/// Reserves or gives back room on the disk; `mode` as for fallocate(2), bytes from the start of the file. On a
/// thread of the kernel's.
[[nodiscard]] inline operation<fallocate_request> fallocate(int file, int mode, std::uint64_t offset,
                                                            std::uint64_t bytes) noexcept {
    return operation<fallocate_request>(fallocate_request(file, mode, offset, bytes));
}

} // namespace spargio::ops
