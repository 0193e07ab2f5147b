// A started runtime, for tests.
#pragma once

#include <spargio/spargio.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace spargio {

/// Throws with the runtime's own words where it can't start.
inline std::unique_ptr<runtime> start(runtime_options options) {
    auto started = runtime::start(options);
    if (!started) throw std::runtime_error(started.error().message);
    return std::move(*started);
}

inline std::unique_ptr<runtime> start(unsigned shards) { return start(runtime_options{.shards = shards}); }

} // namespace spargio
