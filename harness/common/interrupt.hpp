// Ctrl-C and SIGTERM: asked for at any waiting point, never acted on inside the handler.
#pragma once

#include <cstdint>

namespace bench::interrupt {

/// Installs the handlers. Call once, before the first wait, from the main thread.
void install();

[[nodiscard]] bool requested() noexcept;

/// Becomes readable when an interrupt comes: for poll(2).
[[nodiscard]] int descriptor() noexcept;

/// Sleeps; true when an interrupt cut it short.
bool sleep_ns(std::uint64_t duration_ns);

} // namespace bench::interrupt
