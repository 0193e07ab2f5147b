// The requests that a shard has with the kernel (R24, R25, R28). They gather during a turn and go to the kernel
// together, when the shard looks at its ring or sleeps.
#pragma once

#include <spargio/detail/doors/operation_context.hpp>
#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/loop/ending_crowd.hpp>
#include <spargio/detail/loop/operation_slots.hpp>
#include <spargio/detail/loop/shard_timers.hpp>
#include <spargio/detail/sched/gathering_guess.hpp>
#include <spargio/observe/shard_stats.hpp>

#include <cstddef>
#include <cstdint>

namespace spargio::detail {

class fault_plan;

/// Of one shard, for its thread.
class requests_in_flight {
public:
    /// At most so many at a time, those apart that must be done. `here` gives the entries of its ring.
    requests_in_flight(shard& here, std::size_t most, shard_counters& counters) noexcept
        : here_(here), most_(most), counters_(counters) {}

    [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }
    [[nodiscard]] bool any() const noexcept { return slots_.size() != 0; }

    /// Hands a request over: 0, or `overloaded` or `no_resources`. What ends by itself and must be done, as
    /// closing, is never too much.
    [[nodiscard]] errc open(operation_wait& request) noexcept;
    /// Asks the kernel to end it; its last completion says what became of it. Again: no effect.
    void cancel(operation_wait& request, errc reason) noexcept;
    /// The same in a turn, before end_turn(): the kernel is asked at once, or later together with many others.
    void give_up(operation_wait& request, errc reason) noexcept;

    /// Before `self` begins to wait for a request: from then on a canceller may send it back to this shard, and
    /// to no other.
    static void note_waiter(operation_wait& request, task_header& self) noexcept {
        request.task_ = &self;
        self.held = true;
        self.operation = &request;
    }
    /// `self`, which has begun to wait, hands its request over; false when it goes on at once.
    [[nodiscard]] bool begin(operation_wait& request, task_header& self) noexcept;
    /// One that `self` does not begin after all.
    static void finish_unbegun(operation_wait& request, task_header& self, std::int32_t result,
                               errc reason) noexcept;
    /// The task waits for a request in flight and was claimed by a canceller or by its deadline, and its turn
    /// to run has come: instead the kernel is asked to end the request, and the task goes on waiting for that.
    void interrupt(task_header& task, shard_timers& timers) noexcept;

    /// What a completion has brought about.
    struct outcome {
        task_header* runnable = nullptr; ///< the task whose wait it ends
        bool by_peer = false;            ///< somebody at the other end of a socket has answered
    };
    [[nodiscard]] outcome take(std::uint64_t number, std::int32_t result, std::uint32_t flags) noexcept;

    /// The runtime stops: everything that can be cancelled is to end.
    void cancel_cancellable() noexcept;
    /// Everything is to end.
    void cancel_all() noexcept;

    /// Notes that a task asks for what is cheaper together; whether many do of late. See gathering_guess.
    [[nodiscard]] bool asks_with_many(const task_header* self) noexcept { return gathering_.asks(self); }
    /// The tasks of a turn have run, so many.
    void end_turn(std::uint32_t tasks) noexcept {
        gathering_.end_turn();
        if (!crowd_.is_idle()) [[unlikely]]
            end_turn_of_crowd(tasks);
    }

private:
    template <class Wanted>
    void end_each(Wanted&& wanted) noexcept;
    void end_turn_of_crowd(std::uint32_t tasks) noexcept;
    void end_some_of_crowd() noexcept;
    [[nodiscard]] bool begin_cancelling(operation_wait& request, errc reason) noexcept;
    void ask_for_end(const operation_wait& request) noexcept;
    void submit(operation_wait& request) noexcept;
    void play_fault(fault_plan& plan, operation_wait& request, io_uring_sqe& entry) noexcept;
    void retire(operation_wait& request) noexcept;

    shard& here_;
    const std::size_t most_;
    shard_counters& counters_;
    operation_slots slots_;
    gathering_guess gathering_;
    ending_crowd crowd_;
};

} // namespace spargio::detail
