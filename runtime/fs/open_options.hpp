// How a file is to be opened (R40).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/tasks/task.hpp>

#include <cstdint>
#include <filesystem>

#include <sys/types.h>

namespace spargio::fs {

class file;

/// `co_await open_options().write().create().open("log")`. Nothing is set at first. A value; one thread at a
/// time.
class open_options {
public:
    open_options() noexcept = default;

    open_options& read(bool on = true) noexcept { return set(reading, on); }
    open_options& write(bool on = true) noexcept { return set(writing, on); }
    /// Every write goes to the end, whatever its offset (O_APPEND). Implies write.
    open_options& append(bool on = true) noexcept { return set(appending, on); }
    /// Empties the file. Needs write.
    open_options& truncate(bool on = true) noexcept { return set(truncating, on); }
    /// Makes the file if it is not there. Needs write or append.
    open_options& create(bool on = true) noexcept { return set(creating, on); }
    /// Makes the file, and fails with EEXIST if it is there. Needs write or append.
    open_options& create_new(bool on = true) noexcept { return set(creating_new, on); }
    /// Past the page cache (O_DIRECT): offsets, lengths and addresses must be multiples of the device's block,
    /// 4,096 at the most. EINVAL where the file system has no such thing.
    open_options& direct(bool on = true) noexcept { return set(uncached, on); }
    /// Permissions of a file that is made, less the process's umask. 0666 by default.
    open_options& mode(mode_t permissions) noexcept {
        mode_ = permissions;
        return *this;
    }
    /// More flags of open(2), such as O_NOFOLLOW, O_DSYNC.
    open_options& flags(int more) noexcept {
        more_flags_ = more;
        return *this;
    }

    /// Opens the file, close-on-exec. Errors: EINVAL for options that contradict each other and for a path with
    /// a NUL in it; those of open(2); `canceled`, with nothing left open, though perhaps made; `closed`. On a
    /// shard only. IORING_OP_OPENAT, or the blocking pool where the kernel has none (then `overloaded` as
    /// well). Cost: two frames, an allocation and a call of fcntl(2), or two to read, beside the kernel's work.
    ///
    /// A FIFO without its other side is waited for as open(2) does, but no thread waits, of the kernel or of
    /// the pool: it is looked at again, every 16 ms in the end (decision 0044), and the task can be cancelled.
    /// ENOENT where it is removed meanwhile. A device is opened as with O_NONBLOCK, and then waits as others
    /// do. With O_NONBLOCK in flags() nothing of this is done.
    [[nodiscard]] task<io_result<file>> open(std::filesystem::path path) const;

private:
    enum option : std::uint8_t {
        reading = 1,
        writing = 2,
        appending = 4,
        truncating = 8,
        creating = 16,
        creating_new = 32,
        uncached = 64,
    };

    open_options& set(option chosen, bool on) noexcept {
        options_ = static_cast<std::uint8_t>(on ? options_ | chosen : options_ & ~chosen);
        return *this;
    }
    /// For open(2); -1 when they contradict each other.
    [[nodiscard]] int open_flags() const noexcept;
    static task<io_result<file>> open_with(std::filesystem::path path, int flags, mode_t mode);

    std::uint8_t options_ = 0;
    mode_t mode_ = 0666;
    int more_flags_ = 0;
};

} // namespace spargio::fs
