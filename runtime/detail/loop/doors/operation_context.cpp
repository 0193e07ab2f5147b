#include <spargio/detail/doors/operation_context.hpp>

#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <algorithm>
#include <cerrno>

namespace spargio::detail {

bool operation_context::begin(operation_wait& request, std::coroutine_handle<> caller) noexcept {
    shard& here = *shard::here();
    task_header& self = here.suspend_current(caller);
    const bool deaf = request.kind_ == operation_kind::deaf;
    if (!deaf && here.stopping()) {
        requests_in_flight::finish_unbegun(request, self, -ECANCELED, errc::closed);
        return false;
    }
    requests_in_flight::note_waiter(request, self);
    if (deaf) {
        self.begin_deaf_wait();
    } else if (!self.begin_wait()) {
        requests_in_flight::finish_unbegun(request, self, -ECANCELED, errc::canceled);
        return false;
    }
    return here.requests().begin(request, self);
}

bool operation_context::begin(operation_wait& request, timer_wait& timer, timer_context::time_point deadline,
                              std::coroutine_handle<> caller) noexcept {
    shard& here = *shard::here();
    task_header& self = *here.current_task();
    if (here.stopping()) {
        requests_in_flight::finish_unbegun(request, self, -ECANCELED, errc::closed);
        return false;
    }
    requests_in_flight::note_waiter(request, self);
    if (!timer.wait_unlisted(caller)) {
        requests_in_flight::finish_unbegun(request, self, -ECANCELED, errc::canceled);
        return false;
    }
    request.deadline_ = &timer;
    here.timers().arm(timer, deadline);
    return here.requests().begin(request, self);
}

bool operation_context::may_attempt() noexcept {
    shard* const here = shard::current();
    return here != nullptr && here->may_attempt();
}

bool operation_context::may_attempt_alone() noexcept {
    shard* const here = shard::current();
    return here != nullptr && !here->requests().asks_with_many(here->current_task()) && here->may_attempt();
}

void operation_context::finish_at_once(operation_wait& request, std::int32_t result) noexcept {
    request.result_ = result;
    request.state_ = operation_state::finished;
    shard::here()->count_operation_at_once();
}

void operation_context::end(operation_wait& request) noexcept {
    shard& here = *shard::here();
    if (request.deadline_ != nullptr) here.timers().disarm(*request.deadline_);
    here.current_task()->held = false;
}

operation_context operation_context::here() noexcept { return operation_context(shard::current_or_end()); }

bool operation_context::is_here() const noexcept { return shard::current() == shard_; }

bool operation_context::stopping() const noexcept { return shard_->stopping(); }

std::uint32_t operation_context::index() const noexcept { return shard_->index(); }

std::uint64_t operation_context::operations_on(std::uint32_t shard_index) const noexcept {
    return shard_->core().at(shard_index).operations_elsewhere();
}

std::uint32_t operation_context::ring_with_fewest(std::optional<std::uint32_t> preferred) const noexcept {
    runtime_core& core = shard_->core();
    const auto count = static_cast<std::uint32_t>(core.shard_count());
    std::uint64_t fewest = operations_on(0);
    for (std::uint32_t i = 1; i < count; ++i) fewest = std::min(fewest, operations_on(i));
    if (preferred && *preferred < count && operations_on(*preferred) <= fewest) return *preferred;
    if (operations_on(index()) <= fewest) return index();
    const std::uint32_t first = core.next_in_turn().index();
    for (std::uint32_t i = 0; i < count; ++i)
        if (const std::uint32_t next = (first + i) % count; operations_on(next) <= fewest) return next;
    return first;
}

bool operation_context::supports(std::size_t opcode) const noexcept {
    return shard_->features().supports(opcode);
}

errc operation_context::start(operation_wait& request) noexcept {
    return shard_->stopping() ? errc::closed : shard_->requests().open(request);
}

void operation_context::cancel(operation_wait& request, errc reason) noexcept {
    if (shard_->current_task() != nullptr)
        shard_->requests().give_up(request, reason);
    else
        shard_->requests().cancel(request, reason); // there may be no turn that would end
}

receive_buffers& operation_context::buffers() const { return shard_->buffers(); }

void operation_context::stay() noexcept { ++shard_->current_task()->stays; }

void operation_context::stay_no_longer() noexcept {
    if (shard::here() != shard_)
        misused("a stream is destroyed on another shard than the one where it was opened");
    // Null while the runtime destroys what is unfinished: then nothing runs any more.
    if (task_header* const self = shard_->current_task()) --self->stays;
}

} // namespace spargio::detail
