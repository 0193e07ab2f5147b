// Which operating-system thread runs this: how a two-thread scenario proves that it used two.
#pragma once

#include <cstdint>

namespace bench {

/// gettid(2), cached per thread. Out of line on purpose: a compiler may keep a thread-local's address in a
/// register across a coroutine suspension and then answer for the wrong thread (llvm-project#47179).
[[nodiscard]] std::uint64_t this_thread_id() noexcept;

} // namespace bench
