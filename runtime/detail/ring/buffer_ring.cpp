#include <spargio/detail/ring/buffer_ring.hpp>

#include <spargio/detail/ring/setup.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace spargio::detail {

void buffer_ring::unmap::operator()(io_uring_buf_ring* shown) const noexcept { ::munmap(shown, bytes); }

buffer_ring::buffer_ring(ring& of, std::uint16_t group, std::uint32_t count, std::size_t bytes)
    : ring_(of), group_(group), count_(count), total_(std::min(count * most_times, 65'536U)), bytes_(bytes),
      available_(count), memory_(new (std::nothrow) std::byte[std::size_t{total_} * bytes]), unused_(count) {
    assert(std::has_single_bit(count) && count <= 32'768);
    if (memory_ == nullptr) { // the address space is limited; it goes without spare ones
        total_ = count;
        memory_ = std::make_unique_for_overwrite<std::byte[]>(std::size_t{count} * bytes);
    }
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
        successors_.resize(total_);
    else
        here_.reserve(count);
    spare_.reserve(total_);
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
    assert(available_ + spare() < total_ && "a buffer was given back twice");
    if (available_ == count_) {
        spare_.push_back(buffer); // there is room for all
        return;
    }
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

bool buffer_ring::add_spare() noexcept {
    if (available_ == count_) return false;
    if (!spare_.empty()) {
        const number buffer = spare_.back();
        spare_.pop_back();
        give_back(buffer);
        return true;
    }
    if (unused_ == total_) return false;
    give_back(static_cast<number>(unused_++));
    return true;
}

} // namespace spargio::detail
