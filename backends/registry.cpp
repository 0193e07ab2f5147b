#include "backends/registry.hpp"

#include "backends/asio/asio_backend.hpp"
#include "backends/floor/floor_backend.hpp"
#include "backends/libuv/libuv_backend.hpp"
#include "backends/spargio/spargio_backend.hpp"
#include "backends/tbb/tbb_backend.hpp"
#include "backends/threads/threads_backend.hpp"

#include <algorithm>
#include <array>

namespace bench {

std::span<backend* const> all_backends() {
    static const std::array<backend*, 6> all{&spargio_backend(), &asio_backend(),    &libuv_backend(),
                                             &tbb_backend(),     &threads_backend(), &floor_backend()};
    return all;
}

backend* find_backend(std::string_view name) {
    const auto all = all_backends();
    const auto at = std::ranges::find(all, name, [](const backend* b) { return b->name(); });
    return at == all.end() ? nullptr : *at;
}

} // namespace bench
