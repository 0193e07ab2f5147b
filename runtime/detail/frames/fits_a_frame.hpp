// What can stand in a coroutine's frame.
#pragma once

namespace spargio::detail {

/// Frames, and what the runtime allocates beside them, come from operator new with its ordinary alignment, and
/// neither g++ 12 nor clang 19 aligns any further what stands in a frame. So a type that insists on more can't
/// be a result, a message or an argument of a coroutine; a std::unique_ptr to it can.
template <class T>
inline constexpr bool fits_a_frame = alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;

} // namespace spargio::detail
