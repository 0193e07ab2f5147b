#include <spargio/detail/doors/buffer_context.hpp>

#include <spargio/detail/loop/shard.hpp>

#include <algorithm>
#include <mutex>

namespace spargio::detail {

receive_buffers::receive_buffers(shard& owner, ring& of, std::uint32_t count, std::size_t bytes)
    : owner_(owner), ring_(of, group_number, count, bytes), bundles_(of.features().receive_bundles),
      notes_(std::make_unique_for_overwrite<note[]>(ring_.total())) {
    returned_.reserve(ring_.total()); // so that giving back never allocates
}

/// The fewer are left, the fewer at a time: each stream that is left unread may take at once all that are here,
/// so that a portion of what is left lasts for many more of them than equal portions would.
void receive_buffers::make_up() noexcept {
    constexpr std::uint32_t portions = 32;
    const std::uint32_t enough = std::clamp(ring_.spare() / portions, 1U, ring_.size() / 2);
    while (available() < enough && may_make_up()) ring_.add_spare();
}

void receive_buffers::put(number returned) noexcept {
    if (!detached_) ring_.give_back(returned);
}

void receive_buffers::give_back(number returned) noexcept {
    if (shard::current() == &owner_) {
        put(returned);
        return;
    }
    {
        const std::lock_guard hold(lock_);
        returned_.push_back(returned);
    }
    returned_any_.exchange(true,
                           std::memory_order_seq_cst); // a full barrier before the look at which shard sleeps
    owner_.nudge();
}

void receive_buffers::take_returned() noexcept {
    if (!returned_any_.load(std::memory_order_relaxed)) return;
    returned_any_.exchange(false, std::memory_order_seq_cst); // before they are taken
    const std::lock_guard hold(lock_);
    for (const number returned : returned_) put(returned);
    returned_.clear();
}

bool receive_buffers::serve() noexcept {
    take_returned();
    if (first_ == nullptr) return false;
    if (available() == 0) make_up();
    const auto most = available();
    for (std::uint32_t called = 0; called < most && first_ != nullptr; ++called) {
        buffer_waiter& next = *first_;
        forget(next);
        next.buffer_has_come();
    }
    return most != 0;
}

void receive_buffers::wait(buffer_waiter& waiter) noexcept {
    if (waiter.waits_) return;
    waiter.waits_ = true;
    waiter.next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = &waiter;
    last_ = &waiter;
}

void receive_buffers::forget(buffer_waiter& waiter) noexcept {
    if (!waiter.waits_) return;
    waiter.waits_ = false;
    buffer_waiter* before = nullptr;
    for (buffer_waiter* each = first_; each != &waiter; each = each->next_) before = each;
    (before != nullptr ? before->next_ : first_) = waiter.next_;
    if (last_ == &waiter) last_ = before;
}

void receive_buffers::close_waits() noexcept {
    while (first_ != nullptr) {
        buffer_waiter& each = *first_;
        forget(each);
        each.buffer_has_come();
    }
}

void receive_buffers::detach() noexcept {
    ring_.hide();
    detached_ = true;
}

} // namespace spargio::detail
