// Requests to the kernel, on the thread of the shard whose ring they use. They gather during a turn and go to
// the kernel together, when the shard looks at its ring or sleeps (R25).
#include <spargio/detail/doors/buffer_context.hpp>
#include <spargio/detail/doors/operation_context.hpp>
#include <spargio/detail/doors/registered_context.hpp>
#include <spargio/detail/loop/registered_files.hpp>
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/ring/fault_plan.hpp>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace spargio::detail {
namespace {

/// Completion flag of the second completion of a zero-copy send (IORING_CQE_F_NOTIF, kernel 6.0).
constexpr std::uint32_t notification = 1U << 3;

/// Requests whose answer another process gives, mostly; not the kernel by its own work.
constexpr bool waits_for_a_peer(std::uint8_t opcode) noexcept {
    constexpr auto those = [] {
        std::uint64_t set = 0;
        for (const auto each : {IORING_OP_SENDMSG, IORING_OP_RECVMSG, IORING_OP_ACCEPT, IORING_OP_CONNECT,
                                IORING_OP_SEND, IORING_OP_RECV, IORING_OP_POLL_ADD})
            set |= std::uint64_t{1} << each;
        return set;
    }();
    return opcode < 64 && (those >> opcode & 1U) != 0;
}

} // namespace

receive_buffers& shard::buffers() {
    if (buffers_ == nullptr)
        buffers_ = std::make_unique<receive_buffers>(*this, *ring_, core_.options().receive_buffers,
                                                     core_.options().receive_buffer_bytes);
    return *buffers_;
}

const std::shared_ptr<registered_home>& shard::registered() {
    if (registered_ == nullptr)
        registered_ = std::make_shared<registered_home>(*this, *ring_, core_.options().registered_buffers,
                                                        counters_.buffers_registered, counters_.buffers_plain);
    return registered_;
}

const std::shared_ptr<registered_files>& shard::files() {
    if (registered_files_ == nullptr)
        registered_files_ = std::make_shared<registered_files>(
            *this, *ring_, core_.options().registered_files, counters_.files_registered, counters_.files_plain);
    return registered_files_;
}

io_uring_sqe& shard::next_entry() noexcept {
    for (;;) {
        if (io_uring_sqe* const entry = ring_->try_entry()) return *entry;
        look_at_ring(); // the kernel takes nothing before completions have been taken from it
    }
}

void shard::submit_operation(operation_wait& what) noexcept {
    io_uring_sqe& entry = next_entry();
    what.prepare_(what, entry);
    if (what.place_ != nullptr)
        if (const auto place = what.place_->here()) {
            entry.fd = static_cast<std::int32_t>(*place);
            entry.flags |= IOSQE_FIXED_FILE;
        }
    what.by_peer_ = waits_for_a_peer(entry.opcode);
    what.is_played_ = false;
    if (fault_plan* const plan = fault_plan::installed(); plan != nullptr) [[unlikely]]
        play_fault(*plan, what, entry);
    io_uring_sqe_set_data64(&entry, user_data{completion_kind::operation, what.number_}.packed());
}

void shard::play_fault(fault_plan& plan, operation_wait& what, io_uring_sqe& entry) noexcept {
    const auto result = plan.judge(entry);
    if (!result) return;
    io_uring_prep_nop(&entry);
    what.is_played_ = true;
    what.result_ = *result;
}

/// 0, or why not. What ends by itself and must be done, as closing, is never too much.
errc shard::open_operation(operation_wait& what) noexcept {
    if (operations_.size() >= most_operations_ && what.kind_ != operation_kind::deaf) return errc::overloaded;
    const auto number = operations_.open(what);
    if (!number) return errc::no_resources;
    what.number_ = *number;
    what.cut_short_ = errc{};
    what.state_ = operation_state::in_flight;
    counters_.operations_submitted.add();
    counters_.operations_pending.raise();
    submit_operation(what);
    return errc{};
}

/// Before the current task begins to wait: from then on a canceller may send it back to this shard, and to no
/// other.
void shard::wait_for_operation(operation_wait& what) noexcept {
    what.task_ = current_;
    current_->held = true;
    current_->operation = &what;
}

/// The current task, which has begun to wait, hands an operation over; false when it goes on at once.
bool shard::begin_operation(operation_wait& what, task_header& self) noexcept {
    const errc refused = open_operation(what);
    if (refused == errc{}) return true;
    if (refused == errc::overloaded)
        finish_unbegun(what, -ECANCELED, refused);
    else
        finish_unbegun(what, -ENOMEM, errc{});
    // Nobody but a canceller knows that we wait; if there was one, the task is on its way to a queue.
    return !self.claim();
}

/// A completion came.
void shard::take_operation(std::uint64_t number, std::int32_t result, std::uint32_t flags) noexcept {
    operation_wait* const found = operations_.find(number);
    if (found == nullptr) return;
    operation_wait& what = *found;
    if (what.is_played_) [[unlikely]]
        result = what.result_;
    peer_answered_ |= what.by_peer_;
    const bool last = (flags & IORING_CQE_F_MORE) == 0;
    if (what.take_ != nullptr) {
        if (last) retire_operation(what);
        what.take_(what, result, flags, last);
        return;
    }
    if (!last) { // the result is there, the kernel will tell when it has done with the memory
        what.result_ = result;
        return;
    }
    if ((flags & notification) == 0) what.result_ = result;
    if (result == -EINTR && what.state_ == operation_state::in_flight) {
        submit_operation(what); // a signal; the caller is not to know (P13)
        return;
    }
    retire_operation(what);
    what.flags_ = flags;
    what.task_->operation = nullptr;
    if (what.task_->claim()) queue_.push(*what.task_);
}

void shard::retire_operation(operation_wait& what) noexcept {
    operations_.close(what.number_);
    what.state_ = operation_state::finished;
    counters_.operations_completed.add();
    counters_.operations_pending.lower();
}

void shard::cancel_operation(operation_wait& what, errc why) noexcept {
    if (what.state_ != operation_state::in_flight) return;
    what.state_ = operation_state::cancelling;
    what.cut_short_ = why;
    counters_.operations_cancelled.add();
    io_uring_sqe& entry = next_entry();
    // By number: whatever has become of the operation meanwhile, no other one can be hit.
    io_uring_prep_cancel64(&entry, user_data{completion_kind::operation, what.number_}.packed(), 0);
    io_uring_sqe_set_data64(&entry, user_data{completion_kind::cancel, 0}.packed());
    io_uring_sqe_set_flags(&entry, IOSQE_CQE_SKIP_SUCCESS);
}

/// A task that waits for an operation in flight was claimed by a canceller or by its deadline, and its turn to
/// run has come: instead the kernel is asked to end the operation, and the task goes on waiting for that.
void shard::interrupt(task_header& task) noexcept {
    operation_wait& what = *task.operation;
    errc why = errc::canceled;
    if (what.deadline_ != nullptr) {
        const status timer = what.deadline_->outcome(); // `canceled` when it has not decided anything
        why = timer ? errc::timed_out : timer.error();
        disarm_timer(*what.deadline_);
    }
    task.begin_deaf_wait();
    cancel_operation(what, why);
}

/// Frames hold what the kernel may still write to: before they go everything in flight must have ended. What
/// was asked to end and does not, the kernel can't be made to give up (a disk or a server that does not
/// answer), so there is nothing to do but to wait on.
void shard::drain_operations() noexcept {
    operations_.for_each([this](std::uint64_t, operation_wait& each) { cancel_operation(each, errc::closed); });
    while (operations_.size() != 0) {
        ring_->submit_and_wait();
        look_at_ring();
    }
}

/// The runtime stops: everything in flight is to end.
void shard::cancel_operations() noexcept {
    operations_.for_each([this](std::uint64_t, operation_wait& each) {
        if (each.kind_ == operation_kind::cancellable) cancel_operation(each, errc::closed);
    });
}

void shard::finish_unbegun(operation_wait& what, std::int32_t result, errc why) noexcept {
    what.result_ = result;
    what.cut_short_ = why;
    what.state_ = operation_state::finished;
    current_->operation = nullptr;
}

bool operation_context::begin(operation_wait& what, std::coroutine_handle<> caller) noexcept {
    shard& here = *shard::here();
    task_header& self = here.suspend_current(caller);
    const bool deaf = what.kind_ == operation_kind::deaf;
    if (!deaf && here.stopping()) {
        here.finish_unbegun(what, -ECANCELED, errc::closed);
        return false;
    }
    here.wait_for_operation(what);
    if (deaf) {
        self.begin_deaf_wait();
    } else if (!self.begin_wait()) {
        here.finish_unbegun(what, -ECANCELED, errc::canceled);
        return false;
    }
    return here.begin_operation(what, self);
}

bool operation_context::begin(operation_wait& what, timer_wait& timer, timer_context::time_point deadline,
                              std::coroutine_handle<> caller) noexcept {
    shard& here = *shard::here();
    task_header& self = *here.current_task();
    if (here.stopping()) {
        here.finish_unbegun(what, -ECANCELED, errc::closed);
        return false;
    }
    here.wait_for_operation(what);
    if (!timer.wait_unlisted(caller)) {
        here.finish_unbegun(what, -ECANCELED, errc::canceled);
        return false;
    }
    what.deadline_ = &timer;
    here.arm_timer(timer, deadline);
    return here.begin_operation(what, self);
}

bool shard::may_attempt() noexcept {
    if (current_ == nullptr || stopping()) return false;
    if (current_->cancel_requested()) return false;
    if (fault_plan::installed() != nullptr) [[unlikely]]
        return false; // a plan judges requests to the ring
    return may_go_on(cost_of_an_attempt);
}

bool operation_context::may_attempt() noexcept {
    shard* const here = shard::current();
    return here != nullptr && here->may_attempt();
}

bool operation_context::may_attempt_alone() noexcept {
    shard* const here = shard::current();
    return here != nullptr && !here->asks_with_many() && here->may_attempt();
}

void operation_context::finish_at_once(operation_wait& what, std::int32_t result) noexcept {
    what.result_ = result;
    what.state_ = operation_state::finished;
    shard::here()->count_operation_at_once();
}

void operation_context::end(operation_wait& what) noexcept {
    shard& here = *shard::here();
    if (what.deadline_ != nullptr) here.disarm_timer(*what.deadline_);
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

errc operation_context::start(operation_wait& what) noexcept {
    return shard_->stopping() ? errc::closed : shard_->open_operation(what);
}

void operation_context::cancel(operation_wait& what, errc why) noexcept { shard_->cancel_operation(what, why); }

receive_buffers& operation_context::buffers() const { return shard_->buffers(); }

void operation_context::stay() noexcept { ++shard_->current_task()->stays; }

void operation_context::stay_no_longer() noexcept {
    if (shard::here() != shard_)
        misused("a stream is destroyed on another shard than the one where it was opened");
    // Null while the runtime destroys what is unfinished: then nothing runs any more.
    if (task_header* const self = shard_->current_task()) --self->stays;
}

} // namespace spargio::detail
