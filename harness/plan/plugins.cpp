#include "harness/plan/plugins.hpp"

#include "backends/registry/registry.hpp"
#include "workloads/plugin/plugin_backend.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

std::optional<std::string> add_plugins(std::span<const std::string> paths) {
    for (const auto& path : paths) {
        auto loaded = load_plugin(path);
        if (!loaded) return loaded.error();
        const std::string name((*loaded)->name());
        if (const auto* known = find_backend(name); known != nullptr && known->origin() == (*loaded)->origin())
            continue;
        if (!add_backend(*std::move(loaded)))
            return fmt::format(
                "plugin {}: its backend is called '{}', as another one here is; give it another name", path,
                name);
    }
    return std::nullopt;
}

} // namespace bench
