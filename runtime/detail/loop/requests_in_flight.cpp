#include <spargio/detail/loop/requests_in_flight.hpp>

#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/ring/fault_plan.hpp>
#include <spargio/detail/ring/ring.hpp>
#include <spargio/sync/detail/descriptor_place.hpp>

#include <cerrno>
#include <new>
#include <ranges>
#include <vector>

namespace spargio::detail {
namespace {

/// Completion flag of the second completion of a zero-copy send (IORING_CQE_F_NOTIF, kernel 6.0).
constexpr std::uint32_t notification = 1U << 3;

/// Requests that are asked to end between two looks at what has.
constexpr std::size_t ended_together = 64;

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

void requests_in_flight::submit(operation_wait& request) noexcept {
    io_uring_sqe& entry = here_.next_entry();
    request.prepare_(request, entry);
    if (request.place_ != nullptr)
        if (const auto place = request.place_->here()) {
            entry.fd = static_cast<std::int32_t>(*place);
            entry.flags |= IOSQE_FIXED_FILE;
        }
    request.by_peer_ = waits_for_a_peer(entry.opcode);
    request.is_played_ = false;
    if (fault_plan* const plan = fault_plan::installed(); plan != nullptr) [[unlikely]]
        play_fault(*plan, request, entry);
    io_uring_sqe_set_data64(&entry, user_data{completion_kind::operation, request.number_}.packed());
}

void requests_in_flight::play_fault(fault_plan& plan, operation_wait& request, io_uring_sqe& entry) noexcept {
    const auto result = plan.judge(entry);
    if (!result) return;
    io_uring_prep_nop(&entry);
    request.is_played_ = true;
    request.result_ = *result;
}

errc requests_in_flight::open(operation_wait& request) noexcept {
    if (slots_.size() >= most_ && request.kind_ != operation_kind::deaf) return errc::overloaded;
    const auto number = slots_.open(request);
    if (!number) return errc::no_resources;
    request.number_ = *number;
    request.cut_short_ = errc{};
    request.state_ = operation_state::in_flight;
    counters_.operations_submitted.add();
    counters_.operations_pending.raise();
    submit(request);
    return errc{};
}

bool requests_in_flight::begin(operation_wait& request, task_header& self) noexcept {
    const errc refused = open(request);
    if (refused == errc{}) return true;
    if (refused == errc::overloaded)
        finish_unbegun(request, self, -ECANCELED, refused);
    else
        finish_unbegun(request, self, -ENOMEM, errc{});
    // Nobody but a canceller knows that we wait; if there was one, the task is on its way to a queue.
    return !self.claim();
}

void requests_in_flight::finish_unbegun(operation_wait& request, task_header& self, std::int32_t result,
                                        errc reason) noexcept {
    request.result_ = result;
    request.cut_short_ = reason;
    request.state_ = operation_state::finished;
    self.operation = nullptr;
}

requests_in_flight::outcome requests_in_flight::take(std::uint64_t number, std::int32_t result,
                                                     std::uint32_t flags) noexcept {
    operation_wait* const found = slots_.find(number);
    if (found == nullptr) return {};
    operation_wait& request = *found;
    if (request.is_played_) [[unlikely]]
        result = request.result_;
    outcome seen{nullptr, request.by_peer_};
    const bool last = (flags & IORING_CQE_F_MORE) == 0;
    if (request.take_ != nullptr) {
        if (last) retire(request);
        request.take_(request, result, flags, last);
        return seen;
    }
    if (!last) { // the result is there, the kernel will tell when it has done with the memory
        request.result_ = result;
        return seen;
    }
    if ((flags & notification) == 0) request.result_ = result;
    if (result == -EINTR && request.state_ == operation_state::in_flight) {
        submit(request); // a signal; the caller is not to know (P13)
        return seen;
    }
    retire(request);
    request.flags_ = flags;
    request.task_->operation = nullptr;
    if (request.task_->claim()) seen.runnable = request.task_;
    return seen;
}

void requests_in_flight::retire(operation_wait& request) noexcept {
    slots_.close(request.number_);
    request.state_ = operation_state::finished;
    counters_.operations_completed.add();
    counters_.operations_pending.lower();
}

void requests_in_flight::cancel(operation_wait& request, errc reason) noexcept {
    if (begin_cancelling(request, reason)) ask_for_end(request);
}

void requests_in_flight::give_up(operation_wait& request, errc reason) noexcept {
    if (!begin_cancelling(request, reason)) return;
    // What waits for a worker is better ended in the order in which it began, which is that of most deadlines.
    if (!request.by_peer_ || !crowd_.takes_one_more() || !crowd_.add(request.number_)) ask_for_end(request);
}

bool requests_in_flight::begin_cancelling(operation_wait& request, errc reason) noexcept {
    if (request.state_ != operation_state::in_flight) return false;
    request.state_ = operation_state::cancelling;
    request.cut_short_ = reason;
    counters_.operations_cancelled.add();
    return true;
}

void requests_in_flight::ask_for_end(const operation_wait& request) noexcept {
    io_uring_sqe& entry = here_.next_entry();
    // By number: whatever has become of the operation meanwhile, no other one can be hit.
    io_uring_prep_cancel64(&entry, user_data{completion_kind::operation, request.number_}.packed(), 0);
    io_uring_sqe_set_data64(&entry, user_data{completion_kind::cancel, 0}.packed());
    io_uring_sqe_set_flags(&entry, IOSQE_CQE_SKIP_SUCCESS);
}

void requests_in_flight::interrupt(task_header& task, shard_timers& timers) noexcept {
    operation_wait& request = *task.operation;
    errc reason = errc::canceled;
    if (request.deadline_ != nullptr) {
        const status timer = request.deadline_->outcome(); // `canceled` when it has not decided anything
        reason = timer ? errc::timed_out : timer.error();
        timers.disarm(*request.deadline_);
    }
    task.begin_deaf_wait();
    give_up(request, reason);
}

/// Asks for the end of each one that is `wanted`, in an order and in portions that keep the kernel's work
/// linear (6.1 to 6.18, by their sources). What waits for a peer stands in a table of at most 256 lists, where
/// a new one comes first and one that was cancelled stays until its completion is fetched; what waits for a
/// worker stands in one line, the oldest first.
template <class Wanted>
void requests_in_flight::end_each(Wanted&& wanted) noexcept {
    while (crowd_.has_some_to_end(slots_)) end_some_of_crowd();
    std::size_t asked = 0;
    const auto end = [&](operation_wait* request, bool of_peers) {
        if (request == nullptr || request->by_peer_ != of_peers || !wanted(*request)) return;
        cancel(*request, errc::closed);
        if (++asked % ended_together == 0) here_.fetch_what_ended();
    };
    try {
        const std::vector<std::uint64_t> numbers = slots_.oldest_first();
        for (const std::uint64_t each : numbers) end(slots_.find(each), false);
        for (const std::uint64_t each : std::views::reverse(numbers)) end(slots_.find(each), true);
    } catch (const std::bad_alloc&) { // in any order, which may take long
        for (const bool of_peers : {false, true})
            slots_.for_each([&](std::uint64_t, operation_wait& each) { end(&each, of_peers); });
    }
}

/// Some in each turn, so that the other tasks of the shard get theirs, as long as there is a next turn.
void requests_in_flight::end_turn_of_crowd(std::uint32_t tasks) noexcept {
    crowd_.end_turn(tasks, here_.has_others_to_run());
    while (!crowd_.empty() && crowd_.has_some_to_end(here_.has_others_to_run(), slots_)) {
        end_some_of_crowd();
        if (here_.has_others_to_run()) return;
    }
}

void requests_in_flight::end_some_of_crowd() noexcept {
    for (std::size_t asked = 0; asked < ended_together && crowd_.has_newest();)
        if (const operation_wait* const newest = slots_.find(crowd_.take_newest())) {
            ask_for_end(*newest);
            ++asked;
        }
    here_.fetch_what_ended();
}

void requests_in_flight::cancel_all() noexcept {
    end_each([](const operation_wait&) { return true; });
}

void requests_in_flight::cancel_cancellable() noexcept {
    end_each([](const operation_wait& each) { return each.kind_ == operation_kind::cancellable; });
}

} // namespace spargio::detail
