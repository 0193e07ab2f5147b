// IORING_OP_RENAMEAT (kernel 5.11; renameat2(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <liburing.h>

namespace spargio::ops {

class renameat_request {
public:
    using value_type = void;

    renameat_request(int from_directory, const char* from, int to_directory, const char* to,
                     unsigned flags) noexcept
        : from_directory_(from_directory), from_(from), to_directory_(to_directory), to_(to), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_renameat(&entry, from_directory_, from_, to_directory_, to_, flags_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int from_directory_;
    const char* from_;
    int to_directory_;
    const char* to_;
    unsigned flags_;
};

/// Gives a file another name; `flags` as for renameat2(2), such as RENAME_NOREPLACE. Borrows both paths. On
/// a thread of the kernel's.
[[nodiscard]] inline operation<renameat_request>
renameat(int from_directory, const char* from, int to_directory, const char* to, unsigned flags = 0) noexcept {
    return operation<renameat_request>(renameat_request(from_directory, from, to_directory, to, flags));
}

} // namespace spargio::ops
