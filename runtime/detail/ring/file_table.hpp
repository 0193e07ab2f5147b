// The table of registered files of one ring (IORING_REGISTER_FILES2, kernel 5.19 for one with empty places):
// open files that the kernel has looked up once, so that requests that name their place need not. It knows
// nothing of the users of the files.
#pragma once

#include <spargio/detail/ring/ring.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace spargio::detail {

/// Places for open files, for the thread that owns the ring. The kernel gets the table with the first file, and
/// keeps each file open, even when its number is closed, until its place is empty.
class file_table {
public:
    using place = std::uint32_t;

    /// With 0 places nothing is ever put in. Throws std::bad_alloc.
    file_table(ring& of, std::uint32_t places);
    file_table(const file_table&) = delete;
    file_table& operator=(const file_table&) = delete;
    ~file_table() = default;

    /// Registers an open file; none when every place is taken, and where the kernel refuses: it lacks that, or
    /// the table would be longer than the limit of open files (RLIMIT_NOFILE). A system call or two.
    [[nodiscard]] std::optional<place> put(int number) noexcept;
    /// Empties a place that no request names any more, also none that waits to be submitted: that would go to
    /// what is put in next. One system call.
    void take_out(place emptied) noexcept;
    /// Empties them all: before the ring is closed, which may be later than the end of its owner.
    void clear() noexcept;

private:
    [[nodiscard]] bool is_known_to_kernel() noexcept;

    ring& ring_;
    std::vector<place> free_; // with room for all
    bool known_ = false;
    bool lacking_ = false; // the kernel will not have such a table
};

} // namespace spargio::detail
