// W30–W34 with a thread for each connection, and calls that block.
#include "backends/threads/job_thread.hpp"
#include "backends/threads/sessions.hpp"
#include "workloads/flow_set.hpp"
#include "workloads/peer_connection.hpp"

#include <barrier>
#include <cerrno>
#include <deque>
#include <system_error>

#include <sys/socket.h>
#include <unistd.h>

namespace bench::plain_threads {
namespace {

class connection {
public:
    connection() : socket_(connect_to_peer()) {}
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { ::close(socket_); }

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

class stream_session final : public session {
public:
    explicit stream_session(const stream_shape& shape)
        : shape_(shape), flows_(shape), connections_(shape.streams), threads_(shape.streams) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        std::barrier<> step_end(static_cast<std::ptrdiff_t>(shape_.streams));
        for (std::size_t i = 0; i < shape_.streams; ++i)
            threads_[i].start([this, i, &step_end, &order, latencies] {
                try {
                    move_all(i, step_end, order, latencies);
                } catch (...) {
                    step_end.arrive_and_drop(); // the others go on
                    throw;
                }
            });
        std::exception_ptr failure;
        for (auto& each : threads_) try {
                each.wait();
            } catch (...) {
                failure = std::current_exception();
            }
        if (failure) std::rethrow_exception(failure);
        return flows_.outcome();
    }

private:
    void move_all(std::size_t stream, std::barrier<>& step_end, const slice_order& order,
                  histogram* latencies) {
        for (std::uint64_t i = 0; i < order.iterations; ++i)
            for (std::uint64_t step = 0; step < shape_.steps; ++step) {
                move_step(connections_[stream], flows_[stream], shape_.frames_of(stream, step), latencies);
                step_end.arrive_and_wait();
            }
    }

    static void move_step(connection& on, frame_flow& flow, std::uint64_t frames, histogram* latencies) {
        flow.begin_step(frames);
        std::uint64_t sent_ns = 0;
        while (!flow.step_done()) {
            if (latencies != nullptr && flow.may_write() != 0) sent_ns = now_ns();
            for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write()) on.write_all(parts);
            if (flow.compute_next()) continue;
            const std::uint64_t before = flow.frames();
            flow.take(on.read_some(flow.room()));
            if (latencies != nullptr && flow.frames() != before) latencies->record(now_ns() - sent_ns);
        }
    }

    stream_shape shape_;
    flow_set flows_;
    std::deque<connection> connections_;
    std::deque<job_thread> threads_;
};

} // namespace

std::unique_ptr<session> make_streams(const stream_shape& shape) {
    return std::make_unique<stream_session>(shape);
}

} // namespace bench::plain_threads
