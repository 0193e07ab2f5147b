#include <spargio/detail/loop/shard.hpp>

#include <spargio/detail/frames/frame_pool.hpp>
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/observe/trace.hpp>

#include <thread>

namespace spargio::detail {

[[gnu::noinline]] shard* shard::current() noexcept { return here(); }

shard::shard(runtime_core& core, std::uint32_t index)
    : core_(core), stopping_(core.stopping_flag()), index_(index), budget_(core.options().tasks_per_turn),
      stealable_capacity_(core.options().stealable_capacity), wake_order_(core.order_of_wakes()),
      registry_(&task_registry::acquire()), queue_(core.options().stealable_capacity, wake_order_),
      mail_(core.options(), wake_order_), timers_(counters_),
      requests_(*this, core.options().operations, counters_),
      idle_(core.options().spin, core.options().spin_for_io), thief_(*this, core, counters_, wake_order_) {}

shard::~shard() = default;

std::expected<void, start_error> shard::open() {
    auto made = ring::create(core_.options(), counters_.ring_enters);
    if (!made) return std::unexpected(std::move(made.error()));
    ring_ = std::move(*made);
    features_ = ring_->features();
    ring_descriptor_ = ring_->descriptor();
    wake_descriptor_ = ring_->wake_descriptor();
    enter(life_, shard_life::open);
    return {};
}

void shard::take_over() noexcept {
    ring_->take_over();
    scheduling::this_threads_shard = this;
    thread_.begin();
    trace::thread_begins(index_);
    frame_pool::count_into(&counters_.frame_pool_hits, &counters_.frame_pool_misses);
    enter(life_, shard_life::running);
}

void shard::leave_loop() noexcept {
    drain_requests();
    enter(life_, shard_life::left);
    // Before anybody destroys frames: a task that another thread hands over now is refused, and so in no list
    // of ours when its registry or its handle frees it.
    arrivals_.close([this](task_header& task) { registry_->link_if_new(task); });
    // What is queued here and was never suspended is in nobody's list either. Others may steal some of it
    // meanwhile, and then do the same with it.
    while (task_header* const task = queue_.pop()) registry_->link_if_new(*task);
    core_.exits.leave(index_);
}

void shard::let_go_thread() noexcept {
    frame_pool::count_into(nullptr, nullptr);
    trace::thread_ends();
    scheduling::this_threads_shard = nullptr;
}

void shard::close() noexcept {
    // One shard after the other: a frame may hold references into another shard's frames.
    for (auto turn = core_.teardown_turn.load(std::memory_order_acquire); turn != index_;
         turn = core_.teardown_turn.load(std::memory_order_acquire))
        core_.teardown_turn.wait(turn, std::memory_order_acquire);
    registry_->stop_all();
    core_.teardown_turn.store(index_ + 1, std::memory_order_release);
    core_.teardown_turn.notify_all();

    // A thread that has claimed our last sleep may still be about to ring: the descriptors must live until it
    // has.
    parking_.stay_awake();
    while (outside_wakers_.load(std::memory_order_seq_cst) != 0) std::this_thread::yield();
    tables_.detach();
    enter(life_, shard_life::closed);
    let_go_thread();
}

/// To unmap its queues while other threads of the process run costs each of them an interrupt, and us the wait
/// for it.
void shard::close_ring() noexcept { ring_.reset(); }

shard_stats shard::stats() noexcept {
    shard_stats stats = counters_.read();
    stats.messages_received = mail_.taken_so_far();
    stats.timers_pending = counters_.timers_pending.read();
    stats.operations_pending = counters_.operations_pending.read();
    stats.buffers_registered = counters_.buffers_registered.read();
    stats.files_registered = counters_.files_registered.read();
    stats.tasks_arriving = arrivals_.waiting();
    stats.messages_waiting = mail_.waiting();
    stats.ready_pinned = queue_.unstealable();
    stats.ready_stealable = queue_.stealable().size();
    return stats;
}

bool shard::arrive(task_header& task) noexcept {
    if (!arrivals_.put(task)) return false;
    // Nothing of `task` may be touched any more: it may have run and be gone.
    nudge();
    return true;
}

void shard::nudge() noexcept {
    shard* const here = shard::here();
    if (here != nullptr && &here->core_ == &core_) {
        here->wake(*this);
        return;
    }
    if (core_.inherited()) return;
    outside_wakers_.fetch_add(1, std::memory_order_seq_cst);
    if (parking_.claim_wake()) ring::wake_foreign(features_, ring_descriptor_, wake_descriptor_);
    outside_wakers_.fetch_sub(1, std::memory_order_seq_cst);
}

bool shard::wake(shard& target) noexcept {
    if (!target.parking_.claim_wake()) return false;
    counters_.bells_sent.add();
    trace::bell_sent(target.index_);
    // A bell that the kernel refuses for the moment would ring when this shard next enters its ring, and it may
    // compute for long before that: tests/protocol/shards.pml.
    if (features_.between_shards != shard_wake::msg_ring ||
        !ring_->send_bell(target.ring_descriptor_, target.index_))
        ring::wake_foreign(target.features_, target.ring_descriptor_, target.wake_descriptor_);
    return true;
}

} // namespace spargio::detail
