// Memory that is zero and costs nothing until it is touched: for queues that are large in case, and mostly
// empty.
#pragma once

#include <cstddef>

namespace spargio::detail {

/// Anonymous private pages (mmap(2)), zero-filled by the kernel page by page on first touch. Unique owner.
class zero_pages {
public:
    /// Throws std::bad_alloc. Two system calls in the life of the object.
    explicit zero_pages(std::size_t bytes);
    ~zero_pages();
    zero_pages(const zero_pages&) = delete;
    zero_pages& operator=(const zero_pages&) = delete;

    [[nodiscard]] void* data() const noexcept { return start_; }

private:
    void* start_;
    std::size_t bytes_;
};

} // namespace spargio::detail
