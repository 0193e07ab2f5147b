// peer=self (W6): the other ends of a session's connections, echoed on its workers.
#pragma once

#include "backends/asio/stream_set.hpp"
#include "workloads/peer/own_listener.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {

/// A session of Asio's echo examples, with handlers: it lives as long as one of them refers to it, which is
/// until the other side closes or the connection fails.
class echo_by_handlers : public std::enable_shared_from_this<echo_by_handlers> {
public:
    explicit echo_by_handlers(peer_socket socket) : socket_(std::move(socket)), chunk_(echo_chunk_bytes) {}

    static void serve(peer_socket socket) { std::make_shared<echo_by_handlers>(std::move(socket))->read(); }

private:
    void read() {
        socket_.async_read_some(
            asio::buffer(chunk_),
            [self = shared_from_this()](boost::system::error_code failure, std::size_t count) {
                if (!failure) self->write(count);
            });
    }
    void write(std::size_t count) {
        asio::async_write(socket_, asio::buffer(chunk_, count),
                          [self = shared_from_this()](boost::system::error_code failure, std::size_t) {
                              if (!failure) self->read();
                          });
    }

    peer_socket socket_;
    std::vector<std::byte> chunk_;
};

/// The same with a coroutine.
class echo_by_coroutine {
public:
    static void serve(peer_socket socket) {
        const auto where = socket.get_executor();
        asio::co_spawn(where, echo(std::move(socket)), asio::detached);
    }

private:
    static asio::awaitable<void, asio::io_context::executor_type> echo(peer_socket socket) {
        std::vector<std::byte> chunk(echo_chunk_bytes);
        try {
            for (;;) {
                const std::size_t count = co_await socket.async_read_some(asio::buffer(chunk), asio::deferred);
                co_await asio::async_write(socket, asio::buffer(chunk, count), asio::deferred);
            }
        } catch (const boost::system::system_error&) {
            // The end: the other side sees it.
        }
    }
};

} // namespace bench::on_asio
