// Operations that go where the lease of their descriptor says (R27): see descriptor_lease.hpp.
//
// The objects of fs/ and net/ have a lease each: files a weak one, sockets a strong one, and a stream that
// receives without end holds its socket's. Without on_shard() or steered() an operation goes to the ring of the
// task that awaits it, lease or not (R25).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/operation_context.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/ops/operation_on_descriptor.hpp>
#include <spargio/ops/operation_steering.hpp>
#include <spargio/sync/detail/descriptor_lease.hpp>
#include <spargio/sync/shared_descriptor.hpp>
#include <spargio/tasks/task.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <system_error>
#include <utility>

namespace spargio {

/// The lease of a descriptor that is nobody's object. As descriptor_lease.
class descriptor_affinity {
public:
    explicit descriptor_affinity(affinity_strength strength,
                                 std::chrono::nanoseconds idle = std::chrono::milliseconds(10)) noexcept
        : lease_(strength, idle) {}

    [[nodiscard]] std::uint32_t begin() noexcept { return lease_.begin(detail::operation_context::here()); }
    void end() noexcept { lease_.end(); }
    std::uint32_t hold() noexcept { return lease_.hold(detail::operation_context::here()); }
    void release() noexcept { lease_.release(); }
    [[nodiscard]] std::optional<std::uint32_t> shard() const noexcept { return lease_.shard(); }

private:
    detail::descriptor_lease lease_;
};

namespace detail {

/// One operation under a lease. `Lease` has begin() and end().
template <class Lease>
class counted_under {
public:
    counted_under(Lease& lease, std::uint32_t shard_index) noexcept : lease_(lease), shard_(shard_index) {}
    counted_under(const counted_under&) = delete;
    counted_under& operator=(const counted_under&) = delete;
    ~counted_under() { lease_.end(); }

    [[nodiscard]] std::uint32_t shard() const noexcept { return shard_; }

private:
    Lease& lease_;
    const std::uint32_t shard_;
};

} // namespace detail

/// Does an operation where the lease of its descriptor says when it is awaited. `affinity` must live until
/// then; the rest as on_shard(), with one frame more.
template <kernel_request Request>
[[nodiscard]] task<io_result<typename Request::value_type>> steered(descriptor_affinity& affinity,
                                                                    operation<Request> request) {
    const detail::counted_under lease(affinity, affinity.begin());
    auto there = on_shard(lease.shard(), std::move(request));
    co_return co_await std::move(there);
}

/// Does an operation of a file or socket on the ring of that shard, as in
/// `on_shard(1, file.read_at(buffer, 0))`; as on_shard() of an operation, and EBADF when the object is closed
/// or closing by the time that it begins there. Its lease is not asked, and not told.
template <kernel_request Request>
[[nodiscard]] task<io_result<typename Request::value_type>>
on_shard(std::uint32_t shard_index, descriptor_operation<operation<Request>> request) {
    return detail::done_on(shard_index, std::move(request));
}

/// Does an operation of a file or socket where its lease says, as in `steered(socket.read_some(buffer))`: those
/// of a file on the ring that had the last ones, unless it is much the busier; those of a socket on one ring,
/// so that what was begun first is with the kernel first. Otherwise as on_shard(), with one frame more.
template <kernel_request Request>
[[nodiscard]] task<io_result<typename Request::value_type>>
steered(descriptor_operation<operation<Request>> request) {
    shared_descriptor* const of = request.descriptor();
    const descriptor_use use(of); // its lease must outlive the operation
    if (!use) co_return std::unexpected(std::error_code(EBADF, std::system_category()));
    const detail::counted_under lease(of->lease(), of->lease().begin(detail::operation_context::here()));
    auto there = on_shard(lease.shard(), std::move(request));
    co_return co_await std::move(there);
}

} // namespace spargio
