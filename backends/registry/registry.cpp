#include "backends/registry/registry.hpp"

#include "backends/asio/asio_backend.hpp"
#include "backends/floor/floor_backend.hpp"
#include "backends/libuv/libuv_backend.hpp"
#include "backends/registry/backend_list.hpp"
#include "backends/spargio/spargio_backend.hpp"
#include "backends/tbb/tbb_backend.hpp"
#include "backends/threads/threads_backend.hpp"
#include "workloads/plugin/plugin_backend.hpp"

#include <memory>
#include <vector>

namespace bench {
namespace {

backend& plugin(built_in_plugin plugin) {
    static std::vector<std::unique_ptr<backend>> kept;
    return *kept.emplace_back(make_plugin_backend(std::move(plugin)));
}

backend& asio_uring_backend() {
    return plugin({.name = "asio_uring",
                   .path = ASIO_URING_LIBRARY,
                   .summary = "Boost.Asio on its io_uring reactor",
                   .lack = "it was not built; build the target backend_asio_uring"});
}

backend& tokio_backend() {
    return plugin({.name = "tokio", .path = TOKIO_LIBRARY, .summary = "Tokio, in Rust", .lack = TOKIO_LACK});
}

backend& go_backend() {
    return plugin({.name = "go", .path = GO_PLUGIN, .summary = "Go, as a shared library", .lack = GO_LACK});
}

backend& rayon_backend() {
    return plugin({.name = "rayon", .path = RAYON_LIBRARY, .summary = "rayon, in Rust", .lack = RAYON_LACK});
}

backend_list& every() {
    static backend_list all{&spargio_backend(), &asio_backend(),  &asio_uring_backend(), &go_backend(),
                            &libuv_backend(),   &rayon_backend(), &tbb_backend(),        &threads_backend(),
                            &tokio_backend(),   &floor_backend()};
    return all;
}

} // namespace

std::span<backend* const> all_backends() { return every().all(); }

backend* find_backend(std::string_view name) { return every().find(name); }

bool add_backend(std::unique_ptr<backend> added) { return every().add(std::move(added)); }

} // namespace bench
