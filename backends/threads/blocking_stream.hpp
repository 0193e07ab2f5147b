// A connection to the echo peer whose calls block.
#pragma once

#include "workloads/measure/histogram.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/peer/peer_connection.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include <sys/socket.h>
#include <unistd.h>

namespace bench::plain_threads {

class blocking_stream {
public:
    blocking_stream() : blocking_stream(port_of_peer()) {}
    explicit blocking_stream(unsigned short port) : socket_(connect_to_peer(port)) {}
    blocking_stream(const blocking_stream&) = delete;
    blocking_stream& operator=(const blocking_stream&) = delete;
    ~blocking_stream() { ::close(socket_); }

    void write_all(std::span<iovec> parts) {
        while (!parts.empty()) {
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = parts.size();
            std::size_t sent = checked(::sendmsg(socket_, &message, MSG_NOSIGNAL));
            while (!parts.empty() && sent >= parts.front().iov_len) {
                sent -= parts.front().iov_len;
                parts = parts.subspan(1);
            }
            if (sent == 0) continue;
            parts.front().iov_base = static_cast<std::byte*>(parts.front().iov_base) + sent;
            parts.front().iov_len -= sent;
        }
    }
    std::size_t read_some(std::span<std::byte> into) {
        return checked(::recv(socket_, into.data(), into.size(), 0));
    }

private:
    static std::size_t checked(ssize_t count) {
        if (count < 0) throw std::system_error(errno, std::system_category(), "talking to the echo peer");
        return static_cast<std::size_t>(count);
    }

    int socket_;
};

/// A step of one connection. `taken` is called whenever bytes have come.
template <class Taken>
void move_frames(blocking_stream& on, frame_flow& flow, std::uint64_t frames, histogram* latencies,
                 Taken taken) {
    flow.begin_step(frames);
    std::uint64_t sent_ns = 0;
    while (!flow.step_done()) {
        if (latencies != nullptr && flow.may_write() != 0) sent_ns = now_ns();
        for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write()) on.write_all(parts);
        if (flow.compute_next()) continue;
        const std::uint64_t before = flow.frames();
        flow.take(on.read_some(flow.room()));
        if (latencies != nullptr && flow.frames() != before) latencies->record(now_ns() - sent_ns);
        taken();
    }
}

} // namespace bench::plain_threads
