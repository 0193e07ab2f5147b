// An accepted connection as scenarios see it (workloads/scenarios/accept_runtime.hpp).
#pragma once

#include "backends/spargio/checked.hpp"

#include <cstddef>
#include <span>
#include <utility>

#include <spargio/spargio.hpp>

namespace bench {

class spargio_client {
public:
    explicit spargio_client(spargio::net::tcp_stream stream) : stream_(std::move(stream)) {}

    [[nodiscard]] auto read_some(std::span<std::byte> into) {
        return checked([&] { return stream_.read_some(into); });
    }
    [[nodiscard]] auto write_all(std::span<const std::byte> from) {
        return checked_task(spargio::io::write_all(stream_, from));
    }
    [[nodiscard]] auto close() { return checked_task(stream_.close()); }

private:
    spargio::net::tcp_stream stream_;
};

} // namespace bench
