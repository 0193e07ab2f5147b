// What a stream has of its socket while the kernel may have its request: the number, kept open, and the lease,
// kept on this shard (R27: hard for the life of a multishot operation).
#pragma once

#include <spargio/detail/doors/operation_context.hpp>
#include <spargio/sync/shared_descriptor.hpp>

namespace spargio::detail {

/// Of an object's descriptor, or of a bare number, which its owner keeps open. Made on a shard; ended on any
/// thread.
class operation_hold {
public:
    explicit operation_hold(int number) noexcept : use_(nullptr), number_(number) {}
    /// When it is closed or closing, and for null, of no descriptor: the kernel answers EBADF.
    explicit operation_hold(shared_descriptor* of) noexcept : use_(of), number_(use_ ? use_.number() : -1) {
        if (use_) use_.lease().hold(operation_context::here());
    }
    operation_hold(const operation_hold&) = delete;
    operation_hold& operator=(const operation_hold&) = delete;
    ~operation_hold() {
        if (use_) use_.lease().release();
    }

    [[nodiscard]] int number() const noexcept { return number_; }
    /// Where a ring knows it by, or null.
    [[nodiscard]] const descriptor_place* place() const noexcept { return use_ ? use_.place() : nullptr; }

private:
    descriptor_use use_;
    int number_;
};

} // namespace spargio::detail
