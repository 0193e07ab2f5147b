// Memory as large as a test wants.
#pragma once

#include <cstddef>
#include <new>
#include <span>

#include <sys/mman.h>

namespace spargio {

/// Memory that costs nothing until it is written to: reading finds zeros. Throws std::bad_alloc.
class untouched_memory {
public:
    explicit untouched_memory(std::size_t bytes)
        : bytes_(bytes), at_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        if (at_ == MAP_FAILED) throw std::bad_alloc();
    }
    untouched_memory(const untouched_memory&) = delete;
    untouched_memory& operator=(const untouched_memory&) = delete;
    ~untouched_memory() { ::munmap(at_, bytes_); }
    [[nodiscard]] std::span<std::byte> all() const noexcept { return {static_cast<std::byte*>(at_), bytes_}; }

private:
    std::size_t bytes_;
    void* at_;
};

} // namespace spargio
