#include <spargio/detail/frames/cancel.hpp>

#include <spargio/detail/frames/scheduling.hpp>

#include <cstdint>
#include <utility>

namespace spargio::detail {
namespace {

/// What a task has that has asked for a std::stop_token. Made by the task itself, at most once; freed with its
/// header, and a canceller keeps the header alive, so it finds this alive.
struct alignas(8) stop_relay {
    std::stop_source source;
};

static_assert(alignof(stop_relay) > task_header::bits, "the address leaves room for the bits");

[[nodiscard]] stop_relay* relay_in(std::uintptr_t word) noexcept {
    return reinterpret_cast<stop_relay*>(word & ~task_header::bits);
}

} // namespace

void task_header::drop_relay(std::uintptr_t relay) noexcept { delete relay_in(relay); }

cancellation::cancellation(task_header& task) noexcept {
    on_the_way_.emplace();
    const auto before = task.waiting.fetch_or(task_header::cancel_bit, std::memory_order_acq_rel);
    if ((before & task_header::wait_bit) != 0 && task.claim_cancelled()) woken_ = &task;
    const bool first = (before & task_header::cancel_bit) == 0;
    if (const stop_relay* const relay = relay_in(before); first && relay != nullptr) source_ = relay->source;
}

void cancellation::carry_out() noexcept {
    if (woken_ != nullptr) scheduling::make_runnable(*std::exchange(woken_, nullptr));
    // Callbacks may take long, or even wait for a runtime to stop, which waits for sections.
    on_the_way_.reset();
    if (source_.stop_possible()) source_.request_stop();
}

void request_cancel(task_header& task) noexcept {
    cancellation request(task);
    request.carry_out();
}

std::stop_token stop_token_of(task_header& self) {
    if (const stop_relay* const made = relay_in(self.waiting.load(std::memory_order_relaxed)))
        return made->source.get_token();
    auto* const relay = new stop_relay;
    std::stop_token token = relay->source.get_token();
    // Either the canceller sees the relay, or we see its bit.
    const auto before =
        self.waiting.fetch_or(reinterpret_cast<std::uintptr_t>(relay), std::memory_order_acq_rel);
    if ((before & task_header::cancel_bit) != 0) relay->source.request_stop();
    return token;
}

} // namespace spargio::detail
