// IORING_OP_OPENAT (kernel 5.6; openat(2)).
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/ops/operation.hpp>

#include <fcntl.h>
#include <liburing.h>
#include <sys/types.h>

namespace spargio::ops {

class openat_request {
public:
    using value_type = file_descriptor;

    openat_request(int directory, const char* path, int flags, mode_t mode) noexcept
        : directory_(directory), path_(path), flags_(flags), mode_(mode) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_openat(&entry, directory_, path_, flags_ | O_CLOEXEC, mode_);
    }
    [[nodiscard]] file_descriptor take(std::int32_t result, std::uint32_t) const noexcept {
        return file_descriptor(result);
    }
    void orphan(std::int32_t result) const noexcept { file_descriptor{result}.reset(); }

private:
    int directory_;
    const char* path_;
    int flags_;
    mode_t mode_;
};

/// Opens a file, close-on-exec; `path` counts from `directory` (AT_FDCWD: the working directory). Gives the
/// descriptor. Borrows `path`, which ends with 0. One that came with a cancellation is the answer all the same.
///
/// The kernel tries it with O_NONBLOCK first where the name is in its cache and nothing is made or emptied. So
/// a FIFO is opened for reading although nobody writes, or for writing is ENXIO where nobody reads; otherwise a
/// thread of the kernel's waits in it, one of those that creates and syncs need (options.kernel_workers).
/// fs::open_options waits as open(2) does, and holds no thread.
[[nodiscard]] inline operation<openat_request> openat(int directory, const char* path, int flags,
                                                      mode_t mode = 0666) noexcept {
    return operation<openat_request>(openat_request(directory, path, flags, mode));
}

} // namespace spargio::ops
