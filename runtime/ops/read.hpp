// IORING_OP_READ (kernel 5.6; read(2), pread(2)).
#pragma once

#include <spargio/ops/operation.hpp>
#include <spargio/ops/operation_limits.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace spargio::ops {

class read_request {
public:
    using value_type = std::size_t;

    read_request(int file, std::span<std::byte> into, std::uint64_t offset) noexcept
        : file_(file), into_(into), offset_(offset) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_read(&entry, file_, into_.data(), transfer_length(into_.size()), offset_);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int file_;
    std::span<std::byte> into_;
    std::uint64_t offset_;
};

/// Reads at `offset` bytes from the start of the file, or at its own position. Gives the bytes read, which may
/// be fewer than asked for; 0 at the end. Borrows `into`.
[[nodiscard]] inline operation<read_request> read(int file, std::span<std::byte> into,
                                                  std::uint64_t offset = current_position) noexcept {
    return operation<read_request>(read_request(file, into, offset));
}

} // namespace spargio::ops
