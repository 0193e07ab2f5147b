// Values on their way between two workers, in one block of Spargio's frame pool: a block that the receiver
// frees goes back to the senders in bulk, where malloc would take the lock of the sender's arena for each.
#pragma once

#include <spargio/detail/frames/frame_pool.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace bench {

/// Made by make(), owned by a batch_pointer, or on its way as the number that release() gives.
class batch {
public:
    struct deleter {
        void operator()(batch* given) const noexcept {
            spargio::detail::frame_pool::release(given, bytes_for(given->count_));
        }
    };
    using pointer = std::unique_ptr<batch, deleter>;

    /// A copy of the values. Throws std::bad_alloc.
    [[nodiscard]] static pointer make(std::span<const std::uint64_t> values) {
        void* const memory = spargio::detail::frame_pool::allocate(bytes_for(values.size()));
        auto* const made = new (memory) batch(values.size());
        std::ranges::copy(values, made->first());
        return pointer(made);
    }

    [[nodiscard]] std::span<const std::uint64_t> values() noexcept { return {first(), count_}; }

private:
    explicit batch(std::size_t count) noexcept : count_(count) {}

    [[nodiscard]] static std::size_t bytes_for(std::size_t count) noexcept {
        return sizeof(batch) + count * sizeof(std::uint64_t);
    }
    [[nodiscard]] std::uint64_t* first() noexcept { return reinterpret_cast<std::uint64_t*>(this + 1); }

    std::size_t count_;
};

} // namespace bench
