#include "harness/plan/plugins.hpp"

#include "backends/registry/registry.hpp"
#include "workloads/plugin/plugin_backend.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

std::optional<problem> add_plugins(std::span<const std::string> paths) {
    for (const auto& path : paths) {
        auto loaded = load_plugin(path);
        if (!loaded) return problem{problem_code::bad_plugin, "", loaded.error()};
        const std::string name((*loaded)->name());
        if (const auto* known = find_backend(name); known != nullptr && known->origin() == (*loaded)->origin())
            continue;
        if (!add_backend(*std::move(loaded)))
            return problem{problem_code::bad_plugin, fmt::format("plugin {}", path),
                           fmt::format("its backend is called '{}', as another one here is", name),
                           "give it another name"};
    }
    return std::nullopt;
}

} // namespace bench
