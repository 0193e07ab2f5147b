// The listeners of an Asio session that is connected to.
#pragma once

#include "backends/asio/stream_set.hpp"
#include "workloads/churn_service.hpp"
#include "workloads/loopback_listener.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>

namespace bench::on_asio {

using client_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

/// Listener i belongs to the context of worker i modulo their number.
class listener_set {
public:
    listener_set(worker_threads& workers, churn_service& service) : workers_(workers) {
        for (std::size_t i = 0; i < churn_listeners; ++i) {
            loopback_listener made;
            service.serve_at(i, made.port());
            acceptors_.emplace_back(workers.context(i % workers.workers()), asio::ip::tcp::v4(), made.take());
        }
    }
    listener_set(const listener_set&) = delete;
    listener_set& operator=(const listener_set&) = delete;
    ~listener_set() = default;

    [[nodiscard]] client_acceptor& operator[](std::size_t index) { return acceptors_[index]; }

    /// Where the next connection is served: each worker in turn, as the server with an io_context a CPU of
    /// Asio's examples (http/server2) has it.
    [[nodiscard]] asio::io_context::executor_type next_place() {
        return workers_.context(next_.fetch_add(1, std::memory_order_relaxed) % workers_.workers())
            .get_executor();
    }

    /// Ends what accepts, so that the contexts run out of work. Any thread, before they are joined.
    void close() {
        for (auto& each : acceptors_) asio::post(each.get_executor(), [&each] { each.close(); });
    }

private:
    worker_threads& workers_;
    std::deque<client_acceptor> acceptors_;
    std::atomic<std::size_t> next_{0};
};

} // namespace bench::on_asio
