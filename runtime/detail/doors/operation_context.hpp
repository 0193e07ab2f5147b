// What runtime/ops may ask of a shard about requests to the kernel: the narrow door between operations as
// awaitables and the shard that owns the ring (R24, R25, R33).
//
// The life of an operation:
//
//             begin()                     its last completion
//   created ----------> in_flight ---------------------------------> finished
//      |                    |                                           ^
//      | cancelled before   | the task is cancelled, its deadline       | its last completion: its own result,
//      | or: runtime stops  | comes, or the runtime stops               | or that it was cancelled
//      v                    v                                           |
//   finished            cancelling -------------------------------------+
//
// The kernel may read and write what an operation borrows until its last completion, so a task that waits for
// one is never resumed before that, whatever is to stop it: a cancellation asks the kernel to end the operation
// and goes on waiting.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/timer_context.hpp>
#include <spargio/detail/frames/task_header.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>

struct io_uring_sqe; // of <liburing.h>

namespace spargio::detail {

class descriptor_place;
class receive_buffers;
class shard;

enum class operation_state : std::uint8_t { created, in_flight, cancelling, finished };

/// Whether a cancellation of the task ends an operation.
enum class operation_kind : std::uint8_t {
    cancellable,
    deaf, ///< for what must be done even when cancelled and ends by itself, as closing does
};

/// One request to the kernel: the part that the shard knows. Lives in the waiting frame, or wherever its owner
/// keeps it until it is finished.
class operation_wait {
public:
    /// Fills the entry; may be called again, on the same shard, when the kernel was interrupted.
    using prepare_function = void (*)(operation_wait&, io_uring_sqe&) noexcept;
    /// Takes a completion of an operation that no task waits for, or one of several; `last` when no more come,
    /// and the operation may be begun again or destroyed. On the shard's thread, outside tasks; may make tasks
    /// runnable.
    using take_function = void (*)(operation_wait&, std::int32_t result, std::uint32_t flags,
                                   bool last) noexcept;

    explicit operation_wait(prepare_function prepare,
                            operation_kind kind = operation_kind::cancellable) noexcept
        : prepare_(prepare), kind_(kind) {}
    operation_wait(prepare_function prepare, take_function take) noexcept : prepare_(prepare), take_(take) {}

    /// Of a descriptor that a ring may know (R31); before it has begun. The place must stay until it is
    /// finished.
    void use_place(const descriptor_place* place) noexcept { place_ = place; }

    [[nodiscard]] operation_state state() const noexcept { return state_; }
    [[nodiscard]] bool in_flight() const noexcept {
        return state_ == operation_state::in_flight || state_ == operation_state::cancelling;
    }
    /// Finished: what the kernel said, as a count or a descriptor, or a negative errno.
    [[nodiscard]] std::int32_t result() const noexcept { return result_; }
    [[nodiscard]] std::uint32_t flags() const noexcept { return flags_; }
    /// Why it was cut short; nothing (0) when nobody tried.
    [[nodiscard]] errc cut_short() const noexcept { return cut_short_; }

protected:
    /// A task has begun to wait for it; not so when it was refused, or done on the spot.
    [[nodiscard]] bool has_waited() const noexcept { return task_ != nullptr; }

    operation_wait(const operation_wait&) = default; ///< of one that has not begun
    operation_wait& operator=(const operation_wait&) = delete;
    ~operation_wait() = default;

private:
    friend class operation_context;
    friend class requests_in_flight;

    prepare_function prepare_;
    take_function take_ = nullptr; // null: a task waits
    task_header* task_ = nullptr;
    timer_wait* deadline_ = nullptr;
    const descriptor_place* place_ = nullptr; // null: its number is all that the kernel knows
    std::uint64_t number_ = 0;
    std::int32_t result_ = 0;
    std::uint32_t flags_ = 0;
    operation_state state_ = operation_state::created;
    operation_kind kind_ = operation_kind::cancellable;
    bool is_played_ = false; // the result is a test's
    bool by_peer_ = false;   // the answer comes over a socket, or so
    errc cut_short_{};
};

/// The operations of one shard, seen by a task that runs there. Every call is for that shard's thread.
class operation_context {
public:
    operation_context() = default; ///< of no shard

    /// Of the shard that this thread is; ends the program where it is none.
    [[nodiscard]] static operation_context here() noexcept;

    /// Whether it is of the shard that this thread is.
    [[nodiscard]] bool is_here() const noexcept;
    [[nodiscard]] bool stopping() const noexcept;
    /// The shard's index.
    [[nodiscard]] std::uint32_t index() const noexcept;
    /// Whether the kernel takes requests of this opcode (IORING_OP_).
    [[nodiscard]] bool supports(std::size_t opcode) const noexcept;

    /// The ring that has the fewest operations with the kernel: the preferred one if it is among them, this one
    /// if it is, else one in turn. A guess: the others go on meanwhile. One load a shard.
    [[nodiscard]] std::uint32_t ring_with_fewest(std::optional<std::uint32_t> preferred) const noexcept;
    /// Operations that a shard has with the kernel; the same guess.
    [[nodiscard]] std::uint64_t operations_on(std::uint32_t shard_index) const noexcept;

    /// Suspends the current task until the operation is finished; false when it is finished at once and must
    /// not suspend: the task was cancelled before, the runtime stops, the shard has as many operations with the
    /// kernel as it may (`overloaded`), or memory is short (ENOMEM). The kernel gets it with the others of this
    /// turn.
    [[nodiscard]] static bool begin(operation_wait& request, std::coroutine_handle<> caller) noexcept;
    /// The same, ended by `deadline` with `timed_out`; `timer` must live as long as `request`.
    [[nodiscard]] static bool begin(operation_wait& request, timer_wait& timer,
                                    timer_context::time_point deadline,
                                    std::coroutine_handle<> caller) noexcept;
    /// Whether the current task may do an operation on the spot, if it does not block: it has not been asked to
    /// stop, the runtime goes on, and it has not done too many in a row (R11). Each call counts. False where
    /// begin() is to say why not.
    [[nodiscard]] static bool may_attempt() noexcept;
    /// The same, and so few tasks of this shard ask of late that the operation would go to the kernel by a
    /// system call of its own anyway, more or less: see gathering_guess.
    [[nodiscard]] static bool may_attempt_alone() noexcept;
    /// It was done.
    static void finish_at_once(operation_wait& request, std::int32_t result) noexcept;
    /// In await_resume of both.
    static void end(operation_wait& request) noexcept;

    /// Begins an operation that has a take function. It is as before when that fails: `closed`, `overloaded`,
    /// or `no_resources` where memory is short; 0 when it has begun.
    [[nodiscard]] errc start(operation_wait& request) noexcept;
    /// Asks the kernel to end an operation in flight; its last completion says what became of it. Again: no
    /// effect.
    void cancel(operation_wait& request, errc reason) noexcept;

    /// The shard's buffers for streams, made when they are first asked for. Throws std::bad_alloc.
    [[nodiscard]] receive_buffers& buffers() const;
    /// Keeps the current task, even a stealable one, on this shard, or no longer; counted.
    void stay() noexcept;
    void stay_no_longer() noexcept;

private:
    explicit operation_context(shard& here) noexcept : shard_(&here) {}
    shard* shard_ = nullptr;
};

} // namespace spargio::detail
