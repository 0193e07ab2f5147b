#include <spargio/detail/ring/file_table.hpp>

#include <cerrno>

namespace spargio::detail {

file_table::file_table(ring& of, std::uint32_t places)
    : ring_(of), free_(places), lacking_(!of.features().registered_files) {
    for (std::uint32_t i = 0; i < places; ++i) free_[i] = places - 1 - i;
}

bool file_table::is_known_to_kernel() noexcept {
    if (known_ || lacking_) return known_;
    const int answer = ring_.register_file_table(static_cast<unsigned>(free_.size())); // all of them, yet
    known_ = answer == 0;
    lacking_ = answer == -EINVAL || answer == -EMFILE; // memory may be there the next time
    return known_;
}

std::optional<file_table::place> file_table::put(int number) noexcept {
    if (free_.empty() || !is_known_to_kernel()) return std::nullopt;
    const place next = free_.back();
    if (!ring_.set_file(next, number)) return std::nullopt;
    free_.pop_back();
    return next;
}

void file_table::take_out(place emptied) noexcept {
    // Refused, which memory that is short may cause on kernels before 6.13, it still holds the file.
    if (ring_.set_file(emptied, -1)) free_.push_back(emptied);
}

void file_table::clear() noexcept {
    if (known_) ring_.unregister_file_table();
}

} // namespace spargio::detail
