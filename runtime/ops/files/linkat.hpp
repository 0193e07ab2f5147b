// IORING_OP_LINKAT (kernel 5.15; linkat(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <liburing.h>

namespace spargio::ops {

class linkat_request {
public:
    using value_type = void;

    linkat_request(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept
        : from_directory_(from_directory), from_(from), to_directory_(to_directory), to_(to), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_linkat(&entry, from_directory_, from_, to_directory_, to_, flags_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int from_directory_;
    const char* from_;
    int to_directory_;
    const char* to_;
    int flags_;
};

/// Gives a file one name more; `flags` as for linkat(2). Borrows both paths. On a thread of the kernel's.
[[nodiscard]] inline operation<linkat_request> linkat(int from_directory, const char* from, int to_directory,
                                                      const char* to, int flags = 0) noexcept {
    return operation<linkat_request>(linkat_request(from_directory, from, to_directory, to, flags));
}

} // namespace spargio::ops
