// The connections of an Asio session to the echo peer.
#pragma once

#include "backends/asio/worker_threads.hpp"
#include "workloads/peer/own_listener.hpp"
#include "workloads/peer/peer_connection.hpp"
#include "workloads/traffic/stream_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <sys/uio.h>

namespace bench::on_asio {

/// With the executor's own type, which is cheaper than any_io_executor.
using peer_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

/// Connection i belongs to the context of worker i modulo their number.
class stream_set {
public:
    stream_set(worker_threads& workers, std::uint64_t count) {
        sockets_.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i)
            sockets_.emplace_back(workers.context(i % workers.workers()).get_executor(), asio::ip::tcp::v4(),
                                  connect_to_peer());
    }
    /// With peer=self each has its other end on a worker as well, which `serve` takes.
    stream_set(worker_threads& workers, const stream_shape& shape, void (*serve)(peer_socket)) {
        if (!shape.serves_itself) {
            *this = stream_set(workers, shape.streams);
            return;
        }
        const own_listener self;
        const auto open = [&](std::uint64_t worker, int socket) {
            return peer_socket(workers.context(worker).get_executor(), asio::ip::tcp::v4(), socket);
        };
        for (std::uint64_t i = 0; i < shape.streams; ++i) {
            sockets_.push_back(open(i % workers.workers(), connect_to_peer(self.port())));
            serve(open(shape.server_of(i), self.accept()));
        }
    }
    /// Ends what reads and writes, so that the contexts run out of work. Any thread, before they are joined.
    void close() {
        for (auto& each : sockets_)
            asio::post(each.get_executor(), [&each] {
                boost::system::error_code ignored;
                each.close(ignored);
            });
    }
    [[nodiscard]] peer_socket& operator[](std::size_t index) { return sockets_[index]; }

private:
    std::vector<peer_socket> sockets_;
};

/// Parts as Asio's buffer sequence. Copies of the sequence refer to this.
class part_buffers {
public:
    [[nodiscard]] std::span<const asio::const_buffer> of(std::span<iovec> parts) {
        buffers_.clear();
        for (const iovec& part : parts) buffers_.emplace_back(part.iov_base, part.iov_len);
        return buffers_;
    }

private:
    std::vector<asio::const_buffer> buffers_;
};

} // namespace bench::on_asio
