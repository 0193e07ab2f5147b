// The table of registered buffers of one ring (IORING_REGISTER_BUFFERS2, kernel 5.19): memory that the kernel
// has pinned once, so that requests that name its place need not look it up page by page. It knows nothing of
// the users of the memory.
#pragma once

#include <spargio/detail/ring/ring.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace spargio::detail {

/// Places for buffers, for the thread that owns the ring. The kernel gets the table with the first buffer.
class buffer_table {
public:
    using place = std::uint16_t; // as in a request (buf_index)

    /// `places` up to 16,384; with 0 nothing is ever put in. Throws std::bad_alloc.
    buffer_table(ring& of, std::uint32_t places);
    buffer_table(const buffer_table&) = delete;
    buffer_table& operator=(const buffer_table&) = delete;
    ~buffer_table() = default;

    /// Registers memory; none when every place is taken, and where the kernel refuses: it lacks that, or the
    /// memory that this user may lock (RLIMIT_MEMLOCK) does not suffice. A system call or two.
    [[nodiscard]] std::optional<place> put(std::span<std::byte> memory) noexcept;
    /// Empties a place that no request names any more, also none that waits to be submitted: that would go to
    /// what is put in next. One system call.
    void take_out(place emptied) noexcept;

private:
    [[nodiscard]] bool is_known_to_kernel() noexcept;

    ring& ring_;
    std::vector<place> free_; // with room for all
    bool known_ = false;
    bool lacking_ = false; // the kernel has no such tables
};

} // namespace spargio::detail
