// What streams of one request have in common: a request that completes many times (multishot, kernel 5.19
// and 6.0), and a task that takes what has come, piece by piece.
//
// The state of a stream may have to outlive it: a frame is destroyed when its task likes, and the kernel is
// then only asked to end the request. So the state stands by itself, and the last completion destroys it.
//
//   idle --arm()--> armed --last completion--> idle        what came waits in the state for next()
//                     |
//                     +--stream destroyed--> abandoned --last completion--> gone
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/operation_context.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <expected>
#include <memory>
#include <system_error>
#include <utility>

namespace spargio {

class stream_state;

/// The task that waits in next().
class stream_waiter : public detail::wait_node {
protected:
    explicit stream_waiter(stream_state& of) noexcept : of_(&of) {}
    ~stream_waiter() = default;

    stream_state* of_; ///< null once the stream is gone, as may be when a runtime destroys what is unfinished

private:
    friend stream_state;
};

/// Everything is for the thread of the shard where it was made.
class stream_state : public detail::operation_wait {
public:
    virtual ~stream_state() = default;

    /// Whether next() has an answer: something that came, the end, or an error.
    [[nodiscard]] bool has_answer() const noexcept { return has_item() || ended_ || error_; }

    /// Whether all has been taken, and no more comes.
    [[nodiscard]] bool has_ended() const noexcept { return ended_ && !has_item(); }

    /// Asks the kernel to go on, if nothing is asked of it now.
    void keep_going() noexcept {
        if (!in_flight() && !has_answer()) arm();
    }

    /// Somebody is about to wait for a request in flight.
    virtual void look_before_waiting() noexcept {}

    /// The stream is no more. Destroys the state now or when the kernel has done with it.
    static void abandon(std::unique_ptr<stream_state> left) noexcept {
        left->let_go();
        if (left->waiting != nullptr) std::exchange(left->waiting, nullptr)->of_ = nullptr;
        if (!left->in_flight()) return;
        stream_state* const rest = left.release(); // take() will destroy it
        rest->abandoned_ = true;
        rest->where_.cancel(*rest, errc::canceled);
    }

    [[nodiscard]] detail::operation_context where() const noexcept { return where_; }
    /// The error, which the next call of next() may try to get over.
    [[nodiscard]] std::error_code take_error() noexcept { return std::exchange(error_, {}); }

    stream_waiter* waiting = nullptr;

protected:
    explicit stream_state(prepare_function prepare) noexcept
        : detail::operation_wait(prepare, &take), where_(detail::operation_context::here()) {}

    [[nodiscard]] virtual bool has_item() const noexcept = 0;
    /// Begins the request, or sees to it that it is begun later.
    virtual void arm() noexcept = 0;
    /// A completion: keeps what came, calls fail() or end().
    virtual void arrived(std::int32_t result, std::uint32_t flags) noexcept = 0;
    /// The same when nobody wants it any more.
    virtual void drop(std::int32_t result, std::uint32_t flags) noexcept = 0;
    /// Gives back all that waits for next(), and waits for nothing any more.
    virtual void let_go() noexcept = 0;

    /// Whether the request is made in its multishot form; `refused` remembers for everybody that the kernel has
    /// none.
    [[nodiscard]] bool many_shots(const std::atomic<bool>& refused) const noexcept {
        return !single_ && !refused.load(std::memory_order_relaxed);
    }
    /// EINVAL: a kernel without the multishot form says it, and so it does of a descriptor that is no good; the
    /// single form tells. True when that is to be tried.
    [[nodiscard]] bool try_single_form(const std::atomic<bool>& refused) noexcept {
        if (!many_shots(refused)) return false;
        single_ = true;
        return true;
    }
    /// The request was good.
    void note_form(std::atomic<bool>& refused) const noexcept {
        if (single_) refused.store(true, std::memory_order_relaxed);
    }

    void start() noexcept {
        const errc refused = where_.start(*this);
        if (refused == errc{}) return;
        fail(refused == errc::no_resources ? std::make_error_code(std::errc::not_enough_memory)
                                           : make_error_code(refused));
    }
    /// Of a negative result.
    void fail(std::int32_t result) noexcept {
        fail(result == -ECANCELED && cut_short() != errc{} ? make_error_code(cut_short())
                                                           : std::error_code(-result, std::system_category()));
    }
    void fail(std::error_code why) noexcept { error_ = why; }
    void end() noexcept { ended_ = true; }
    /// Tells the waiting task when there is an answer.
    void tell() noexcept {
        if (waiting == nullptr || !has_answer()) return;
        stream_waiter& waiter = *std::exchange(waiting, nullptr);
        if (waiter.claim()) waiter.finish();
    }

private:
    static void take(detail::operation_wait& request, std::int32_t result, std::uint32_t flags,
                     bool last) noexcept {
        auto& self = static_cast<stream_state&>(request);
        if (self.abandoned_) {
            self.drop(result, flags);
            if (last) delete &self;
            return;
        }
        self.arrived(result, flags);
        if (self.waiting != nullptr) self.keep_going(); // ended without an answer: as when completions overflow
        self.tell();
    }

    detail::operation_context where_;
    std::error_code error_;
    bool ended_ = false;
    bool single_ = false;
    bool abandoned_ = false;
};

/// The part of a stream that tasks see. Lives in the frame of the task that opened it, which stays on its shard
/// meanwhile, even if it is stealable.
template <class State>
class operation_stream {
public:
    using value_type = typename State::value_type;

    operation_stream(const operation_stream&) = delete;
    operation_stream& operator=(const operation_stream&) = delete;
    ~operation_stream() {
        state_->where().stay_no_longer();
        stream_state::abandon(std::move(state_));
    }

    /// Gives what `Take`, of the state, makes of what has come.
    template <auto Take>
    class [[nodiscard]] awaiter_of : stream_waiter {
    public:
        explicit awaiter_of(State& of) noexcept : stream_waiter(of) {}
        awaiter_of(const awaiter_of&) = delete;
        awaiter_of& operator=(const awaiter_of&) = delete;
        ~awaiter_of() {
            if (of_ != nullptr && of_->waiting == this) of_->waiting = nullptr;
        }

        [[nodiscard]] bool await_ready() noexcept {
            if (!of_->where().is_here())
                detail::misused("a stream is read on the shard where it was opened, and nowhere else");
            return of_->has_answer();
        }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            if (of_->waiting != nullptr) detail::misused("two tasks read one stream");
            of_->keep_going();
            if (of_->has_answer()) return this->decide();
            of_->look_before_waiting();
            of_->waiting = this;
            return this->wait_unlisted(caller);
        }
        [[nodiscard]] auto await_resume() noexcept -> decltype((std::declval<State&>().*Take)()) {
            if (of_->waiting == this) of_->waiting = nullptr;
            if (!of_->has_answer()) return std::unexpected(make_error_code(errc::canceled));
            return (static_cast<State*>(of_)->*Take)();
        }
    };

    using awaiter = awaiter_of<&State::next_item>;

    /// What comes next. One task at a time, on the shard where the stream was opened: anything else ends the
    /// program, with a message. Cancellable: `canceled`, and nothing is lost by that. `closed`: the runtime
    /// stops. Other errors are the kernel's. May be awaited again after an error, as after a cancellation.
    /// Cost: a few ns for what has come already; no system call of its own.
    [[nodiscard]] awaiter next() noexcept { return awaiter(*state_); }

protected:
    explicit operation_stream(std::unique_ptr<State> state) : state_(std::move(state)) {
        state_->where().stay();
    }

    [[nodiscard]] State& state() const noexcept { return *state_; }

private:
    std::unique_ptr<State> state_;
};

} // namespace spargio
