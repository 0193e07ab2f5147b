#include <spargio/detail/ring/buffer_ring.hpp>

#include <spargio/detail/ring/setup.hpp>

#include <bit>
#include <cassert>
#include <utility>

#include <sys/mman.h>

namespace spargio::detail {

void buffer_ring::unmap::operator()(io_uring_buf_ring* shown) const noexcept { ::munmap(shown, bytes); }

buffer_ring::buffer_ring(ring& of, std::uint16_t group, std::uint32_t count, std::size_t bytes)
    : ring_(of), group_(group), count_(count), bytes_(bytes), available_(count),
      memory_(std::make_unique_for_overwrite<std::byte[]>(std::size_t{count} * bytes)) {
    assert(std::has_single_bit(count) && count <= 32'768);
    const std::size_t shared_bytes = count * sizeof(io_uring_buf);
    void* const shared = tier_lacks("no_buffer_ring") ? MAP_FAILED
                                                      : ::mmap(nullptr, shared_bytes, PROT_READ | PROT_WRITE,
                                                               MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (shared != MAP_FAILED) {
        shown_ = {static_cast<io_uring_buf_ring*>(shared), unmap{shared_bytes}};
        io_uring_buf_ring_init(shown_.get());
        io_uring_buf_reg asked{};
        asked.ring_addr = reinterpret_cast<std::uintptr_t>(shared);
        asked.ring_entries = count;
        asked.bgid = group;
        if (!ring_.register_buffers(asked)) shown_.reset();
    }
    if (known_to_kernel())
        successors_.resize(count);
    else
        here_.reserve(count);
    available_ = 0;
    for (std::uint32_t buffer = 0; buffer < count; ++buffer) give_back(static_cast<number>(buffer));
}

void buffer_ring::hide() noexcept {
    if (known_to_kernel()) ring_.unregister_buffers(group_);
}

std::optional<buffer_ring::number> buffer_ring::take() noexcept {
    if (here_.empty()) return std::nullopt;
    const number buffer = here_.back();
    here_.pop_back();
    --available_;
    return buffer;
}

void buffer_ring::give_back(number buffer) noexcept {
    assert(available_ < count_ && "a buffer was given back twice");
    ++available_;
    if (!known_to_kernel()) {
        here_.push_back(buffer); // there is room for all
        return;
    }
    const auto mask = io_uring_buf_ring_mask(count_);
    io_uring_buf_ring_add(shown_.get(), memory_.get() + std::size_t{buffer} * bytes_,
                          static_cast<unsigned>(bytes_), buffer, static_cast<int>(mask), 0);
    successors_[std::exchange(last_shown_, buffer)] = buffer;
    io_uring_buf_ring_advance(shown_.get(), 1); // a store-release of the tail
}

} // namespace spargio::detail
