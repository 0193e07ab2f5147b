// Loads a plugin (backend_c.h) into this process and looks whether its table can be used.
#pragma once

#include "workloads/backend_c.h"

#include <expected>
#include <string>

namespace bench {

/// The table of the plugin at `path`, complete and of our version; the library stays loaded as long as the
/// process lives. Error: a sentence without the path, with the remedy. Runs code of the plugin: a broken one
/// may crash.
[[nodiscard]] std::expected<const bench_backend*, std::string> load_plugin_table(const std::string& path);

} // namespace bench
