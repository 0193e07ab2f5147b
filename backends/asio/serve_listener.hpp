// The one listener of an Asio session that serves (W60), and a way to end the connections that are still open.
#pragma once

#include "backends/asio/listener_set.hpp"
#include "backends/asio/stream_set.hpp"
#include "workloads/ground/serve_service.hpp"
#include "workloads/peer/own_listener.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include <boost/asio/basic_socket_acceptor.hpp>

namespace bench::on_asio {

/// Belongs to the context of worker 0.
class serve_listener {
public:
    serve_listener(worker_threads& workers, serve_service& service)
        : workers_(workers), acceptor_(workers.context(0), asio::ip::tcp::v4(), listening_.socket()) {
        static_cast<void>(listening_.take()); // the acceptor's now
        service.serve_at(listening_.port());
    }
    serve_listener(const serve_listener&) = delete;
    serve_listener& operator=(const serve_listener&) = delete;
    ~serve_listener() = default;

    [[nodiscard]] asio::io_context::executor_type executor() { return workers_.context(0).get_executor(); }

    /// Accepts a connection into a socket of each worker in turn; `handler` as async_accept has it. One at a
    /// time.
    template <class Handler>
    void accept(Handler&& handler) {
        const auto place = workers_.context(next_++ % workers_.workers()).get_executor();
        const std::lock_guard hold(lock_);
        acceptor_.async_accept(place, std::forward<Handler>(handler));
    }

    /// So that end() ends it, if it is there then. Nobody closes the socket; it is closed when it goes.
    void keep(const std::shared_ptr<peer_socket>& client) {
        const std::lock_guard hold(lock_);
        std::erase_if(clients_, [](const auto& each) { return each.expired(); });
        if (has_ended_) return end(*client);
        clients_.push_back(client);
    }

    /// Ends what accepts and what reads, so that the contexts run out of work. Any thread, before they are
    /// joined.
    void end() {
        const std::lock_guard hold(lock_);
        has_ended_ = true;
        for (const auto& each : clients_)
            if (const auto client = each.lock()) end(*client);
        acceptor_.close();
    }

private:
    /// Safe beside what other threads do with the socket: its reads find the end, and its writes fail.
    static void end(peer_socket& client) { ::shutdown(client.native_handle(), SHUT_RDWR); }

    worker_threads& workers_;
    own_listener listening_; // its port, once the acceptor has the socket
    asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type> acceptor_;
    std::size_t next_ = 0;
    std::mutex lock_; // free but at the beginning and the end of a connection
    bool has_ended_ = false;
    std::vector<std::weak_ptr<peer_socket>> clients_;
};

} // namespace bench::on_asio
