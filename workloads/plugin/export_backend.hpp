// The other direction: a backend written in C++ as a plugin for backend_c.h, so that it may live in a shared
// library of its own (W3).
//
// The library defines `bench_plugin` beside its backend, with a default visibility, and returns what
// `export_backend` gives. It is linked with these sources of its own, all other symbols hidden.
#pragma once

#include "workloads/backend_c.h"
#include "workloads/contract/backend.hpp"

namespace bench {

/// The table of `what`, which lives as long as the process; null where the harness speaks another version. One
/// backend a library. Latencies are recorded in the library first and handed over after the slice.
[[nodiscard]] const bench_backend* export_backend(backend& backing, std::uint32_t host_abi_version);

} // namespace bench
