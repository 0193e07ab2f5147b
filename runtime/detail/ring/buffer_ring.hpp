// Buffers from which the kernel chooses when bytes have come, not before (IORING_REGISTER_PBUF_RING, kernel
// 5.19). Where it lacks that the same buffers are handed out one by one. It knows nothing of the tasks that
// wait for them.
#pragma once

#include <spargio/detail/ring/ring.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace spargio::detail {

/// The buffers of one ring, for the thread that owns it. They are of one size and numbered from 0; each is
/// either here, ready to be filled, or out, or spare. At most `count` are here. Uses count * (bytes + 16) bytes
/// of memory, and address space for the spare ones, if there is so much, which become memory when they are
/// filled.
class buffer_ring {
public:
    using number = std::uint16_t;

    /// How many there are in all for each that is here at first, if the numbers suffice.
    static constexpr std::uint32_t most_times = 16;

    /// Makes `count` buffers, a power of 2 up to 32,768, and shows them to the kernel under `group`, unless
    /// SPARGIO_TIER has "no_buffer_ring". Throws std::bad_alloc. A few system calls.
    buffer_ring(ring& of, std::uint16_t group, std::uint32_t count, std::size_t bytes);
    buffer_ring(const buffer_ring&) = delete;
    buffer_ring& operator=(const buffer_ring&) = delete;
    ~buffer_ring() = default;

    /// Takes them away from the kernel: before the ring goes, with nothing in flight that uses them. The memory
    /// stays.
    void hide() noexcept;

    /// Whether the kernel chooses among them; else take() does.
    [[nodiscard]] bool known_to_kernel() const noexcept { return shown_ != nullptr; }
    [[nodiscard]] std::uint16_t group() const noexcept { return group_; }
    /// How many are here when none is out.
    [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
    /// With the spare ones.
    [[nodiscard]] std::uint32_t total() const noexcept { return total_; }
    /// How many are spare.
    [[nodiscard]] std::uint32_t spare() const noexcept {
        return static_cast<std::uint32_t>(spare_.size()) + total_ - unused_;
    }
    /// How many are here or out beyond size().
    [[nodiscard]] std::uint32_t surplus() const noexcept { return total_ - spare() - count_; }
    /// How many are here.
    [[nodiscard]] std::uint32_t available() const noexcept { return available_; }
    [[nodiscard]] std::span<std::byte> memory(number buffer) noexcept {
        return {memory_.get() + std::size_t{buffer} * bytes_, bytes_};
    }

    /// Which one the kernel took after this one, in the same bundle: it takes them in the order in which they
    /// were given back. Right as long as this one is out.
    [[nodiscard]] number shown_after(number buffer) const noexcept { return successors_[buffer]; }

    /// The kernel has filled one.
    void taken_by_kernel() noexcept { --available_; }
    /// Takes one out, where the kernel does not know them; none when all are out.
    [[nodiscard]] std::optional<number> take() noexcept;
    /// One is free again: here, or spare where as many are here as there may be.
    void give_back(number buffer) noexcept;
    /// Makes a spare one free; false when there is none, or no place.
    bool add_spare() noexcept;

private:
    struct unmap {
        std::size_t bytes;
        void operator()(io_uring_buf_ring* shown) const noexcept;
    };

    ring& ring_;
    const std::uint16_t group_;
    const std::uint32_t count_;
    std::uint32_t total_;
    const std::size_t bytes_;
    std::uint32_t available_;
    std::unique_ptr<std::byte[]> memory_;
    std::unique_ptr<io_uring_buf_ring, unmap> shown_{nullptr, unmap{0}};
    // By number, where the kernel knows them. Not read from the shared ring, whose places are used again
    // sooner: as soon as others come back that the kernel took later.
    std::vector<number> successors_;
    number last_shown_ = 0;
    std::vector<number> here_;  // where the kernel does not know them
    std::vector<number> spare_; // that were in use
    std::uint32_t unused_;      // this and the following are spare as well
};

} // namespace spargio::detail
