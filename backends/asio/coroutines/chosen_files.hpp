// The files of this build: Asio's own where it is built on io_uring, and otherwise a thread pool's.
#pragma once

#include "backends/asio/coroutines/native_file.hpp"
#include "workloads/contract/backend.hpp"

#include <optional>

namespace bench::on_asio {

#if defined(BOOST_ASIO_HAS_FILE)
using files_runtime = native_file_runtime;
inline constexpr bool files_are_native = true;
#else
using files_runtime = pooled_file_runtime;
inline constexpr bool files_are_native = false;
#endif
static_assert(file_runtime<files_runtime>);

/// As sessions name them among their capabilities.
inline constexpr const char* files_kind = files_are_native ? "random_access_file" : "thread pool";

/// Why files can't be used with these contexts.
inline std::optional<refusal> files_refuse(context_layout layout) {
    if (!files_are_native || layout != context_layout::pool) return std::nullopt;
    return refusal{
        refusal::kind_type::unsupported,
        "with context=pool one file object of Asio's would be used by several threads at once, which "
        "its documentation does not allow; use context=worker"};
}

} // namespace bench::on_asio
