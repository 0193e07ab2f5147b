// IORING_OP_UNLINKAT (kernel 5.11; unlinkat(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <fcntl.h>
#include <liburing.h>

namespace spargio::ops {

class unlinkat_request {
public:
    using value_type = void;

    unlinkat_request(int directory, const char* path, int flags) noexcept
        : directory_(directory), path_(path), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_unlinkat(&entry, directory_, path_, flags_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int directory_;
    const char* path_;
    int flags_;
};

/// Removes a name, or with AT_REMOVEDIR an empty directory. Borrows `path`. On a thread of the kernel's.
[[nodiscard]] inline operation<unlinkat_request> unlinkat(int directory, const char* path,
                                                          int flags = 0) noexcept {
    return operation<unlinkat_request>(unlinkat_request(directory, path, flags));
}

} // namespace spargio::ops
