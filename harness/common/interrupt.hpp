// What asks a run to end: asked for at any waiting point, never acted on inside the handler.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>

namespace bench::interrupt {

/// Ctrl-C, kill, a terminal or a connection that went away, and the end of the CPU time that `ulimit -t`
/// allows.
inline constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGXCPU};

/// Installs the handlers. Call once, before the first wait, from the main thread. A signal that is ignored
/// stays so: nohup(1) wants the run to outlive its terminal.
void install();

[[nodiscard]] bool requested() noexcept;

/// Becomes readable when an interrupt comes: for poll(2).
[[nodiscard]] int descriptor() noexcept;

/// Sleeps; true when an interrupt cut it short.
bool sleep_ns(std::uint64_t duration_ns);

} // namespace bench::interrupt
