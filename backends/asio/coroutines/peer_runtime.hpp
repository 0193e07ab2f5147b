// Asio under the names of the scenarios with connections to the echo peer and timers (W38, W39).
#pragma once

#include "backends/asio/coroutines/coroutine_runtime.hpp"
#include "backends/asio/stream_set.hpp"
#include "workloads/scenarios/stream_runtime.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {

/// A connection as scenarios see it.
class coroutine_peer_stream {
public:
    explicit coroutine_peer_stream(peer_socket& socket) : socket_(socket) {}

    auto read_some(std::span<std::byte> into) {
        return socket_.async_read_some(asio::buffer(into.data(), into.size()), asio::deferred);
    }
    /// Of one part.
    auto write_all(std::span<iovec> parts) {
        return asio::async_write(socket_, asio::buffer(parts[0].iov_base, parts[0].iov_len), asio::deferred);
    }

private:
    peer_socket& socket_;
};

class coroutine_timer {
public:
    explicit coroutine_timer(asio::io_context::executor_type where) : timer_(where) {}
    auto until(std::uint64_t when_ns) {
        timer_.expires_at(clock::time_point(std::chrono::nanoseconds(when_ns)));
        return timer_.async_wait(asio::deferred);
    }

private:
    using clock = std::chrono::steady_clock;
    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type> timer_;
};

class coroutine_peer_runtime : public coroutine_runtime {
public:
    explicit coroutine_peer_runtime(worker_threads& workers) : coroutine_runtime(workers), workers_(workers) {}

    /// Connects; connection i belongs to worker i modulo their number.
    void open(std::uint64_t count) {
        sockets_.emplace(workers_, count);
        for (std::size_t i = 0; i < count; ++i) streams_.emplace_back((*sockets_)[i]);
    }
    /// Ends what reads, so that the workers can be joined.
    void close() {
        if (sockets_) sockets_->close();
    }

    [[nodiscard]] coroutine_peer_stream& stream(std::size_t index) { return streams_[index]; }
    joiner<std::uint64_t> spawn_for_stream(std::size_t index, task<std::uint64_t>&& work) {
        return spawn_on(index % workers(), std::move(work));
    }
    [[nodiscard]] coroutine_timer make_timer(std::size_t index) {
        return coroutine_timer(executor_of(index % workers()));
    }

private:
    worker_threads& workers_;
    std::optional<stream_set> sockets_;
    std::deque<coroutine_peer_stream> streams_;
};

static_assert(stream_runtime<coroutine_peer_runtime>);

} // namespace bench::on_asio
