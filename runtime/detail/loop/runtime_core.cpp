#include <spargio/detail/loop/runtime_core.hpp>

#include <spargio/detail/pool/blocking_pool.hpp>

#include <pthread.h>

namespace spargio::detail {

namespace {

std::uint32_t watched_fork_count() noexcept {
    fork_count::watch();
    return fork_count::now();
}

/// From now on a child of fork(2) is no shard, whichever thread made it.
void forget_shard_in_children() noexcept {
    [[maybe_unused]] static const int noted =
        pthread_atfork(nullptr, nullptr, [] { scheduling::this_threads_shard = nullptr; });
}

} // namespace

runtime_core::runtime_core(const runtime_options& resolved)
    : exits(resolved.shards), born_(watched_fork_count()), options_(resolved),
      blocking_(std::make_shared<blocking_pool>(resolved.blocking_threads, resolved.blocking_queue,
                                                resolved.blocking_idle)) {
    forget_shard_in_children();
    shards_.reserve(resolved.shards);
    for (std::uint32_t i = 0; i < resolved.shards; ++i) shards_.push_back(std::make_unique<shard>(*this, i));
}

shard& runtime_core::least_loaded() noexcept {
    shard* best = shards_.front().get();
    std::size_t least = ~std::size_t{0};
    for (const auto& each : shards_) {
        const std::size_t load = each->looks_asleep() ? 0 : each->load() + 1;
        if (load < least) {
            least = load;
            best = each.get();
        }
    }
    return *best;
}

shard& runtime_core::next_in_turn() noexcept {
    return *shards_[turn_.fetch_add(1, std::memory_order_relaxed) % shards_.size()];
}

bool runtime_core::all_quiet() noexcept {
    // The shard that finds it leaves at once and closes its intake, so the others must take its word.
    if (agreed_quiet_.load(std::memory_order_acquire)) return true;
    // A function that ends hands its joiner over before the pool counts it as ended.
    if (blocking_->busy()) return false;
    // A shard hands a task over before it becomes quiet, and the receiver becomes busy before it takes it. So a
    // task on its way is seen in an intake, or else somebody became busy while we looked.
    const auto busy_before = busy_again_.load(std::memory_order_seq_cst);
    if (quiet_.load(std::memory_order_seq_cst) != shards_.size()) return false;
    for (const auto& each : shards_)
        if (each->has_arrivals()) return false;
    if (busy_again_.load(std::memory_order_seq_cst) != busy_before) return false;
    agreed_quiet_.store(true, std::memory_order_release);
    return true;
}

void runtime_core::request_stop() noexcept {
    if (inherited()) return;
    // In one step: a second caller may ask for the deadline before the first has said that we stop.
    const auto deadline = std::chrono::steady_clock::now() + options_.stop_grace;
    auto before = not_asked;
    if (!stop_deadline_.compare_exchange_strong(before, deadline, std::memory_order_acq_rel)) return;
    stopping_.store(true, std::memory_order_seq_cst);
    for (const auto& each : shards_) {
        each->nudge();
        each->release_outside();
    }
    blocking_->close();
}

std::uint64_t runtime_core::requests_with_the_kernel() const noexcept {
    std::uint64_t all = 0;
    for (const auto& each : shards_) all += each->operations_elsewhere();
    return all;
}

bool runtime_core::wait_for_exits() noexcept {
    const bool again = gave_up();
    const auto patience = again ? std::chrono::milliseconds(0) : options_.stop_patience;
    // Before the wait, in which they become fewer where shards get on.
    for (std::uint64_t before = requests_with_the_kernel();;) {
        if (exits.wait_for_all(stop_deadline(), patience)) return true;
        if (again) return false;
        const std::uint64_t now = requests_with_the_kernel();
        if (now >= before) break;
        before = now;
    }
    if (!gave_up_.exchange(true, std::memory_order_acq_rel)) report_stuck();
    return false;
}

std::vector<std::size_t> runtime_core::left_behind() const {
    if (!gave_up()) return {};
    return exits.missing();
}

} // namespace spargio::detail
