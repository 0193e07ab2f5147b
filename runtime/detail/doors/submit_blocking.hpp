// How a function reaches the pool of threads of its runtime (R12).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/pool/blocking_pool.hpp>

namespace spargio::detail {

class runtime_core;

/// To the pool of the runtime. `overloaded`, `closed`, `no_resources`: see spawn_blocking(). Any thread.
[[nodiscard]] status submit_blocking(runtime_core& core, blocking_pool::job function) noexcept;

} // namespace spargio::detail
