#include <spargio/detail/doors/return_list.hpp>

#include <spargio/detail/loop/shard.hpp>

#include <utility>

namespace spargio::detail {

bool return_list::is_here() const noexcept {
    const shard* const here = shard::current();
    return here != nullptr && owner_.load(std::memory_order_relaxed) == here;
}

bool return_list::give(returned_item& item) noexcept {
    const std::lock_guard hold(lock_);
    shard* const owner = owner_.load(std::memory_order_relaxed);
    if (owner == nullptr) return false;
    item.next_ = std::exchange(returned_, &item);
    any_.exchange(true, std::memory_order_seq_cst); // a barrier before the look at which shard sleeps
    owner->nudge();
    return true;
}

returned_item* return_list::take() noexcept {
    any_.exchange(false, std::memory_order_seq_cst); // before they are taken
    const std::lock_guard hold(lock_);
    return std::exchange(returned_, nullptr);
}

returned_item* return_list::close() noexcept {
    const std::lock_guard hold(lock_);
    owner_.store(nullptr, std::memory_order_relaxed);
    return std::exchange(returned_, nullptr);
}

} // namespace spargio::detail
