#include "backends/registry.hpp"

#include "backends/asio/asio_backend.hpp"
#include "backends/backend_list.hpp"
#include "backends/floor/floor_backend.hpp"
#include "backends/libuv/libuv_backend.hpp"
#include "backends/spargio/spargio_backend.hpp"
#include "backends/tbb/tbb_backend.hpp"
#include "backends/threads/threads_backend.hpp"

namespace bench {
namespace {

backend_list& every() {
    static backend_list all{&spargio_backend(), &asio_backend(),    &libuv_backend(),
                            &tbb_backend(),     &threads_backend(), &floor_backend()};
    return all;
}

} // namespace

std::span<backend* const> all_backends() { return every().all(); }

backend* find_backend(std::string_view name) { return every().find(name); }

bool add_backend(std::unique_ptr<backend> added) { return every().add(std::move(added)); }

} // namespace bench
