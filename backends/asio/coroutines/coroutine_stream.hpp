// A connection as the scenarios of workloads/scenarios/ see it.
#pragma once

#include "backends/asio/stream_set.hpp"

#include <cstddef>
#include <span>

#include <boost/asio/deferred.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {

class coroutine_stream {
public:
    explicit coroutine_stream(peer_socket& socket) : socket_(socket) {}

    auto read_some(std::span<std::byte> into) {
        return socket_.async_read_some(asio::buffer(into.data(), into.size()), asio::deferred);
    }
    auto write_all(std::span<iovec> parts) {
        return asio::async_write(socket_, buffers_.of(parts), asio::deferred);
    }

private:
    peer_socket& socket_;
    part_buffers buffers_;
};

} // namespace bench::on_asio
