// A descriptor that is closed when nobody has it any more.
#pragma once

#include <utility>

#include <unistd.h>

namespace spargio {

/// Owns a file descriptor, or none. One thread at a time. Knows nothing of operations: its closer sees
/// to it that none is in flight.
class file_descriptor {
public:
    file_descriptor() noexcept = default;
    explicit file_descriptor(int owned) noexcept : number_(owned) {}
    file_descriptor(file_descriptor&& other) noexcept : number_(other.release()) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        if (this != &other) reset(other.release());
        return *this;
    }
    /// Closes it, by close(2): at once, on this thread, and without word of an error. That is one system call,
    /// which may take long where data must still be written; see ops::close().
    ~file_descriptor() { reset(); }

    /// The number; -1 for none. Stays ours.
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    /// Gives the number away; none is left.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
    /// Closes what it has, as the destructor does, and owns `owned` from now on.
    void reset(int owned = -1) noexcept {
        if (const int before = std::exchange(number_, owned); before >= 0) ::close(before);
    }

private:
    int number_ = -1;
};

} // namespace spargio
