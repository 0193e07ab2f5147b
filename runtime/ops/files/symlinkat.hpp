// IORING_OP_SYMLINKAT (kernel 5.15; symlinkat(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <liburing.h>

namespace spargio::ops {

class symlinkat_request {
public:
    using value_type = void;

    symlinkat_request(const char* target, int directory, const char* path) noexcept
        : target_(target), directory_(directory), path_(path) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_symlinkat(&entry, target_, directory_, path_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    const char* target_;
    int directory_;
    const char* path_;
};

/// Makes a symbolic link at `path` that says `target`. Borrows both. On a thread of the kernel's.
[[nodiscard]] inline operation<symlinkat_request> symlinkat(const char* target, int directory,
                                                            const char* path) noexcept {
    return operation<symlinkat_request>(symlinkat_request(target, directory, path));
}

} // namespace spargio::ops
