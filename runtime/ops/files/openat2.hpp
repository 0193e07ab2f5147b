// IORING_OP_OPENAT2 (kernel 5.6; openat2(2)).
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/ops/operation.hpp>

#include <cstdint>

#include <fcntl.h>
#include <liburing.h>
#include <linux/openat2.h>

namespace spargio::ops {

class openat2_request {
public:
    using value_type = file_descriptor;

    openat2_request(int directory, const char* path, int flags, std::uint64_t resolve, mode_t mode) noexcept
        : directory_(directory), path_(path) {
        wanted_.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
        wanted_.mode = mode;
        wanted_.resolve = resolve;
    }

    void prepare(io_uring_sqe& entry) noexcept { io_uring_prep_openat2(&entry, directory_, path_, &wanted_); }
    [[nodiscard]] file_descriptor take(std::int32_t result, std::uint32_t) const noexcept {
        return file_descriptor(result);
    }
    void orphan(std::int32_t result) const noexcept { file_descriptor{result}.reset(); }

private:
    int directory_;
    const char* path_;
    open_how wanted_{};
};

/// As openat(), with limits on how the path is followed: `resolve` as for openat2(2), such as RESOLVE_BENEATH,
/// by which neither dots nor links lead out of `directory` (EXDEV), for paths that others name. `mode` is 0
/// where no file is made.
[[nodiscard]] inline operation<openat2_request> openat2(int directory, const char* path, int flags,
                                                        std::uint64_t resolve, mode_t mode = 0) noexcept {
    return operation<openat2_request>(openat2_request(directory, path, flags, resolve, mode));
}

} // namespace spargio::ops
