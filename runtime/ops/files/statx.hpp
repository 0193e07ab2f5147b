// IORING_OP_STATX (kernel 5.6; statx(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <fcntl.h>
#include <liburing.h>
#include <sys/stat.h>

namespace spargio::ops {

class statx_request {
public:
    static constexpr bool numbers_only = true; // statx(2) looks in the table of the process
    using value_type = void;

    statx_request(int directory, const char* path, int flags, unsigned mask, struct ::statx& into) noexcept
        : directory_(directory), path_(path), flags_(flags), mask_(mask), into_(&into) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_statx(&entry, directory_, path_, flags_, mask_, into_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int directory_;
    const char* path_;
    int flags_;
    unsigned mask_;
    struct ::statx* into_;
};

/// Looks a file's metadata up: `mask` and `flags` as for statx(2); with AT_EMPTY_PATH and the path "" that of
/// `directory` itself, which may be any descriptor. Borrows `path` and `into`. On a thread of the kernel's, so
/// for what is in the cache fstat(2) is cheaper.
[[nodiscard]] inline operation<statx_request> statx(int directory, const char* path, int flags, unsigned mask,
                                                    struct ::statx& into) noexcept {
    return operation<statx_request>(statx_request(directory, path, flags, mask, into));
}

} // namespace spargio::ops
