// Waiting for messages with hot tags (R21) and for the sums of coalesced ones (R22).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/message.hpp>
#include <spargio/detail/lanes/event_wait.hpp>
#include <spargio/detail/loop/shard.hpp>

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

namespace spargio {

namespace detail {

class hot_event_awaiter {
public:
    explicit hot_event_awaiter(shard& here) noexcept : here_(here) {}
    hot_event_awaiter(const hot_event_awaiter&) = delete;
    hot_event_awaiter& operator=(const hot_event_awaiter&) = delete;
    ~hot_event_awaiter() {
        if (wait_) here_.mail().hot().waiters().remove(*wait_);
    }

    [[nodiscard]] bool await_ready() noexcept {
        got_one_ = here_.mail().hot().waiters().empty() && !here_.own_task().cancel_requested() &&
                   here_.may_go_on() && here_.mail().hot().lanes().take(received_);
        return got_one_;
    }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        wait_.emplace();
        here_.insist_on_here();
        if (here_.stopping()) return wait_->decide(errc::closed);
        here_.current_task()->held = true;
        return here_.mail().hot().waiters().wait(*wait_, caller);
    }
    [[nodiscard]] std::expected<event, errc> await_resume() noexcept {
        if (got_one_) return received_;
        here_.mail().hot().waiters().remove(*wait_);
        here_.current_task()->held = false;
        if (const status ended = wait_->outcome(); !ended) return std::unexpected(ended.error());
        return wait_->received;
    }

private:
    shard& here_;
    event received_;
    bool got_one_ = false;
    std::optional<event_wait> wait_;
};

class hot_count_awaiter {
public:
    hot_count_awaiter(shard& here, std::uint32_t tag) noexcept
        : here_(here), index_(here.mail().hot().counters().index_of(tag)) {
        assert(index_ && "not one of runtime_options.coalesced_hot_tags");
    }
    hot_count_awaiter(const hot_count_awaiter&) = delete;
    hot_count_awaiter& operator=(const hot_count_awaiter&) = delete;
    ~hot_count_awaiter() {
        if (wait_) counters().waiters(*index_).remove(*wait_);
    }

    [[nodiscard]] bool await_ready() noexcept {
        if (!index_) return true;
        if (counters().waiters(*index_).empty() && !here_.own_task().cancel_requested())
            taken_ = counters().take(*index_);
        return taken_ != 0;
    }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        wait_.emplace();
        here_.insist_on_here();
        if (here_.stopping()) return wait_->decide(errc::closed);
        here_.current_task()->held = true;
        counters().note_waiter();
        return counters().waiters(*index_).wait(*wait_, caller);
    }
    [[nodiscard]] std::expected<std::uint64_t, errc> await_resume() noexcept {
        if (!index_) return std::unexpected(errc::does_not_fit);
        if (taken_ != 0) return taken_;
        counters().waiters(*index_).remove(*wait_);
        here_.current_task()->held = false;
        if (const status ended = wait_->outcome(); !ended) return std::unexpected(ended.error());
        return wait_->received;
    }

private:
    [[nodiscard]] hot_counters& counters() noexcept { return here_.mail().hot().counters(); }

    shard& here_;
    std::optional<std::size_t> index_;
    std::uint64_t taken_ = 0;
    std::optional<hot_count_wait> wait_;
};

} // namespace detail

namespace this_shard {

/// Waits for the next message whose tag is one of runtime_options.hot_tags; such messages travel on lanes of
/// their own and never come through next_event(). Tasks that wait are served in order of arrival. A hot message
/// that is waited for goes before all plain ones that wait in this shard's lanes; a task that takes plain
/// messages gives way to it. `closed`: the runtime stops. `canceled`: no message was taken. Must be called by a
/// task, on a shard; the answer belongs to that shard. Cost: as next_event().
[[nodiscard]] inline detail::hot_event_awaiter next_hot_event() noexcept {
    return detail::hot_event_awaiter(detail::shard::current_or_end());
}

/// Waits until the sum of what was posted with `tag`, one of runtime_options.coalesced_hot_tags, is not 0, and
/// takes it whole: over all sources and since it was last taken. Sums are modulo 2^64. One task takes a sum;
/// those that wait are served in order of arrival. `closed`: the runtime stops. `canceled`: nothing was taken.
/// Any other tag is a mistake: an assertion, and `does_not_fit` without them. Must be called by a task, on a
/// shard. Cost: a look at a cache line for each source.
[[nodiscard]] inline detail::hot_count_awaiter next_hot_count(std::uint32_t tag) noexcept {
    return detail::hot_count_awaiter(detail::shard::current_or_end(), tag);
}

/// Takes the sum of `tag` as it is now, 0 when there is none or a task waits for it already; see
/// next_hot_count(). Never waits. By a task, on a shard; any other tag asserts, and gives 0 without assertions.
[[nodiscard]] inline std::uint64_t try_take_hot_count(std::uint32_t tag) noexcept {
    detail::hot_counters& counters = detail::shard::current_or_end().mail().hot().counters();
    const auto index = counters.index_of(tag);
    assert(index && "not one of runtime_options.coalesced_hot_tags");
    return index && counters.waiters(*index).empty() ? counters.take(*index) : 0;
}

} // namespace this_shard

} // namespace spargio
