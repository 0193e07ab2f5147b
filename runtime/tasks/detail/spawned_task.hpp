// Turning a task into one that the scheduler owns.
#pragma once

#include <spargio/detail/machine/misuse.hpp>
#include <spargio/tasks/task.hpp>

#include <cstddef>

namespace spargio::detail {

/// Moves the result over and destroys the frame; its memory stays with the header.
template <class T>
void complete_task(task_header& header) noexcept {
    auto& state = static_cast<task_state<T>&>(header);
    const auto coroutine = task_coroutine<T>::from_address(state.frame.address());
    state.result.adopt(coroutine.promise().result);
    state.frame = nullptr;
    coroutine.destroy();
}

template <class T>
void abandon_task(task_header& header) noexcept {
    auto& state = static_cast<task_state<T>&>(header);
    state.result.set_error(std::make_exception_ptr(task_stopped()));
    const auto frame = std::exchange(state.frame, nullptr);
    drop_unfinished(frame, false);
}

template <class T>
void dispose_task(task_header& header) noexcept {
    auto& state = static_cast<task_state<T>&>(header);
    const std::size_t bytes = state.block.bytes;
    if (state.frame) state.frame.destroy(); // joined inline: its joiner took the result from the frame
    state.~task_state();
    frame_pool::release(&state, bytes);
}

/// Where the result of a finished task is: still in the frame, when it was joined inline.
template <class T>
[[nodiscard]] result_slot<T>& result_of(task_state<T>& state) noexcept {
    if (!state.frame) return state.result;
    return task_coroutine<T>::from_address(state.frame.address()).promise().result;
}

template <class T>
void insist_on_success(const task_header& header) noexcept {
    try {
        static_cast<const task_state<T>&>(header).result.insist_on_value();
    } catch (const task_stopped&) {
        // It joined what a stop of the runtime had ended, and let that pass: no mistake of anybody's.
    } catch (...) {
        std::terminate(); // in here the exception is the active one, and its message is shown
    }
}

template <class T>
inline constexpr task_operations operations_of{complete_task<T>, abandon_task<T>, dispose_task<T>,
                                               insist_on_success<T>};

/// Makes the header of a task that is to be scheduled, in the room in front of its frame. The scheduler owns
/// the frame from here on; the reference is the caller's until it is handed over.
template <class T>
[[nodiscard]] task_state<T>& prepare_spawn(task<T>&& from, mobility moves) noexcept {
    const auto coroutine = std::exchange(from.coroutine_, nullptr);
    if (!coroutine) misused("spawned a task that was moved from");
    if (coroutine.promise().continuation) misused("spawned a task that is or was awaited before");
    void* const block = static_cast<std::byte*>(coroutine.address()) - prefix_bytes<T>;
    const std::uint32_t bytes = std::launder(static_cast<block_prefix*>(block))->bytes;
    auto* const state = new (block) task_state<T>(bytes, &operations_of<T>);
    state->moves = moves;
    state->frame = coroutine;
    state->resume_point = coroutine;
    coroutine.promise().spawned = state;
    return *state;
}

} // namespace spargio::detail
