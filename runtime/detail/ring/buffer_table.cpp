#include <spargio/detail/ring/buffer_table.hpp>

#include <cerrno>

namespace spargio::detail {

buffer_table::buffer_table(ring& of, std::uint32_t places)
    : ring_(of), free_(places), lacking_(!of.features().registered_buffers) {
    for (std::uint32_t i = 0; i < places; ++i) free_[i] = static_cast<place>(places - 1 - i);
}

bool buffer_table::is_known_to_kernel() noexcept {
    if (known_ || lacking_) return known_;
    const int answer = ring_.register_buffer_table(static_cast<unsigned>(free_.size())); // all of them, yet
    known_ = answer == 0;
    lacking_ = answer == -EINVAL; // memory may be there the next time
    return known_;
}

std::optional<buffer_table::place> buffer_table::put(std::span<std::byte> memory) noexcept {
    if (free_.empty() || !is_known_to_kernel()) return std::nullopt;
    const place next = free_.back();
    if (!ring_.fill_place(next, memory)) return std::nullopt;
    free_.pop_back();
    return next;
}

void buffer_table::take_out(place emptied) noexcept {
    // Refused, which memory that is short may cause, the old pages stay pinned until the place is filled again.
    static_cast<void>(ring_.fill_place(emptied, {}));
    free_.push_back(emptied);
}

} // namespace spargio::detail
