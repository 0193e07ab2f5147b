// How much memory of this process something has taken, as sessions report it (W39).
#pragma once

#include <cstdint>
#include <string>

namespace bench {

/// Bytes of anonymous memory that this process has resident (smaps_rollup in proc(5), kernel 4.14): heaps,
/// stacks and rings, without what the kernel has for sockets. 0 where that cannot be read. About a ms.
[[nodiscard]] std::uint64_t anonymous_bytes();

/// Since it was made.
class memory_growth {
public:
    memory_growth() : before_(anonymous_bytes()) {}
    /// Bytes for each of so many things, rounded down, as text for session::capabilities(). "unknown" where it
    /// cannot be told. Exact to a few pages: divide by many things.
    [[nodiscard]] std::string per_one_of(std::uint64_t count) const;

private:
    std::uint64_t before_;
};

/// The name of that figure among the capabilities of a session of net/connections.
inline constexpr const char* connection_memory = "bytes_per_idle_connection";

} // namespace bench
