// IORING_OP_MKDIRAT (kernel 5.15; mkdirat(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <liburing.h>
#include <sys/types.h>

namespace spargio::ops {

class mkdirat_request {
public:
    using value_type = void;

    mkdirat_request(int directory, const char* path, mode_t mode) noexcept
        : directory_(directory), path_(path), mode_(mode) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_mkdirat(&entry, directory_, path_, mode_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int directory_;
    const char* path_;
    mode_t mode_;
};

/// Makes a directory; `mode` is subject to the umask. Borrows `path`. On a thread of the kernel's.
[[nodiscard]] inline operation<mkdirat_request> mkdirat(int directory, const char* path,
                                                        mode_t mode = 0777) noexcept {
    return operation<mkdirat_request>(mkdirat_request(directory, path, mode));
}

} // namespace spargio::ops
