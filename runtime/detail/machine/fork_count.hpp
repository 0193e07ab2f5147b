// Telling a process from its children made by fork(2) without exec (P18).
//
// A child has one thread, so of an inherited runtime it has the memory and no thread that runs it. What it asks
// of such a runtime must neither wait for ever nor reach the rings and eventfds, which it shares with its
// parent.
#pragma once

#include <cstdint>

namespace spargio::detail::fork_count {

/// Written in a child, before its only thread returns from fork(2).
inline std::uint32_t forks = 0;

/// Counts from now on (pthread_atfork(3)): first use. Any thread.
void watch() noexcept;

/// A number that is another in a child than in its parent. Costs a load. Any thread.
[[nodiscard]] inline std::uint32_t now() noexcept { return forks; }

} // namespace spargio::detail::fork_count
