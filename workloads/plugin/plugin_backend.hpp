// A plugin (backend_c.h) as a backend like any other (W3).
#pragma once

#include "workloads/contract/backend.hpp"

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

/// A plugin that belongs to the build.
struct built_in_plugin {
    std::string name; ///< how the backend is called, whether it is there or not
    std::string path; ///< of its shared library; empty: it was left out of the build
    /// What it would be, for the lists where it is not there.
    std::string summary;
    std::string lack; ///< why there is no such file, where there is none, and the command that lifts it
};

/// A backend that is read from its library when it is first asked about, and that reports itself unavailable,
/// with the reason, where that fails. Never crashes: the library is read in a process of its own.
[[nodiscard]] std::unique_ptr<backend> make_plugin_backend(built_in_plugin plugin);

/// The shared library that cells load for this backend, of the user or of the build; empty for one that is part
/// of the program.
[[nodiscard]] std::string_view plugin_library(const backend& asked);

/// Reads the plugin at `path`, in a process of its own. Error: a sentence that names the path, what is wrong,
/// and what to do.
[[nodiscard]] std::expected<std::unique_ptr<backend>, std::string> load_plugin(const std::string& path);

/// From here on this process loads plugins into itself at once: for processes that may crash without harm, as
/// cells may. Saves them a millisecond for each question. Otherwise only `open` does so.
void load_plugins_directly() noexcept;

} // namespace bench
