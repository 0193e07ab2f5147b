// Destroying a coroutine that has not come to its end: when a runtime stops, or when a task is dropped before
// it was begun.
#pragma once

#include <coroutine>

namespace spargio::detail {

/// Destroys a frame whose coroutine is not done, and with it, from the innermost outwards, all that it awaits:
/// a frame may refer to what stands in those that wait for it, so each goes before the one that holds it.
/// However long the chain, it uses a bounded part of the thread's stack; where that is used up it goes on on a
/// stack of its own, if there is memory for one. `awaited`: another coroutine waits for its end, and would wait
/// for ever; that ends the program, with a message, unless it is a frame of a runtime that is being torn down.
/// On the thread to which the frame belongs. Cost: that of the destructors.
void drop_unfinished(std::coroutine_handle<> unfinished, bool awaited) noexcept;

} // namespace spargio::detail
