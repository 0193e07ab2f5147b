// The listeners of an Asio session that is connected to.
#pragma once

#include "backends/asio/stream_set.hpp"
#include "workloads/ground/churn_service.hpp"
#include "workloads/peer/loopback_listener.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>

namespace bench::on_asio {

/// What accepting answers once the session closes: what was under way is aborted, what comes later finds none.
[[nodiscard]] inline bool is_end_of_listening(const boost::system::error_code& failure) {
    return failure == asio::error::operation_aborted || failure == asio::error::bad_descriptor;
}

/// Listener i belongs to the context of worker i modulo their number.
class listener_set {
public:
    listener_set(worker_threads& workers, churn_service& service) : workers_(workers) {
        for (std::size_t i = 0; i < churn_listeners; ++i) {
            loopback_listener made;
            service.serve_at(i, made.port());
            acceptors_.emplace_back(workers.context(i % workers.workers()), made.take());
        }
    }
    listener_set(const listener_set&) = delete;
    listener_set& operator=(const listener_set&) = delete;
    ~listener_set() = default;

    [[nodiscard]] asio::io_context::executor_type executor_of(std::size_t index) {
        return acceptors_[index].acceptor.get_executor();
    }

    /// Accepts a connection into a socket of `place`; `handler` as async_accept has it. Threads that share a
    /// context may do this and close() at the same time, which acceptors don't stand.
    template <class Handler>
    void accept(std::size_t index, const asio::io_context::executor_type& place, Handler&& handler) {
        guarded& door = acceptors_[index];
        const std::lock_guard hold(door.lock);
        door.acceptor.async_accept(place, std::forward<Handler>(handler));
    }

    /// Where the next connection is served: each worker in turn, as the server with an io_context a CPU of
    /// Asio's examples (http/server2) has it.
    [[nodiscard]] asio::io_context::executor_type next_place() {
        return workers_.context(next_.fetch_add(1, std::memory_order_relaxed) % workers_.workers())
            .get_executor();
    }

    /// Ends what accepts, so that the contexts run out of work. Any thread, before they are joined.
    void close() {
        for (guarded& each : acceptors_)
            asio::post(each.acceptor.get_executor(), [&each] {
                const std::lock_guard hold(each.lock);
                each.acceptor.close();
            });
    }

private:
    using client_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

    struct guarded {
        guarded(asio::io_context& of, int listener) : acceptor(of, asio::ip::tcp::v4(), listener) {}

        client_acceptor acceptor;
        std::mutex lock; // free but for the moment of closing
    };

    worker_threads& workers_;
    std::deque<guarded> acceptors_;
    std::atomic<std::size_t> next_{0};
};

} // namespace bench::on_asio
