// A file that one process alone writes: who comes second is told who has it.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <utility>

namespace bench {

/// Why a file could not be had. `error` is an errno value; `is_held` where another process has it, which is
/// `holder`, or 0 where the kernel can't say (another container, another host).
struct lock_failure {
    int error = 0;
    bool is_held = false;
    pid_t holder = 0;

    /// "process 1234", "another process" or what the system said.
    [[nodiscard]] std::string words() const;
};

/// Owns the descriptor. The lock is one of the process (fcntl(2), F_SETLK), so that the kernel knows whose it
/// is: no other descriptor of the same file may be closed in this process meanwhile, and a forked child has no
/// lock. Where a file system has no locks, it is held without one.
class locked_file {
public:
    /// Opens with these flags of open(2), which must allow writing, and takes the lock. Never waits for it. The
    /// file that is held is the one with that name: one that was renamed or removed meanwhile is let go.
    static std::expected<locked_file, lock_failure> open(const std::string& path, int flags);

    locked_file(locked_file&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    locked_file& operator=(locked_file&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~locked_file();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    explicit locked_file(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

} // namespace bench
