// IORING_OP_FSYNC (kernel 5.1; fsync(2), fdatasync(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <cstdint>

#include <liburing.h>

namespace spargio::ops {

/// What has to reach the disk.
enum class sync_kind : std::uint8_t {
    all,  ///< data and metadata, fsync(2)
    data, ///< data, and what is needed to read it back, fdatasync(2)
};

class fsync_request {
public:
    using value_type = void;

    fsync_request(int file, sync_kind kind) noexcept : file_(file), kind_(kind) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_fsync(&entry, file_, kind_ == sync_kind::data ? IORING_FSYNC_DATASYNC : 0);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int file_;
    sync_kind kind_;
};

/// Waits until what was written is on the disk. Takes as long as the disk takes, on a thread of the kernel's.
[[nodiscard]] inline operation<fsync_request> fsync(int file, sync_kind kind = sync_kind::all) noexcept {
    return operation<fsync_request>(fsync_request(file, kind));
}

} // namespace spargio::ops
