// W30–W36 with a thread for each connection, and calls that block; owners (W35) are threads with a queue each;
// and W40, where others block in pread and a pool computes.
#include "backends/threads/job_thread.hpp"
#include "backends/threads/message_queue.hpp"
#include "backends/threads/own_server.hpp"
#include "backends/threads/sessions.hpp"
#include "backends/threads/thread_pool.hpp"
#include "workloads/flow_set.hpp"
#include "workloads/keyed_messages.hpp"
#include "workloads/mixed_ground.hpp"
#include "workloads/peer_connection.hpp"

#include <barrier>
#include <cerrno>
#include <deque>
#include <exception>
#include <latch>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <sys/socket.h>
#include <unistd.h>

namespace bench::plain_threads {
namespace {

class connection {
public:
    connection() : connection(port_of_peer()) {}
    explicit connection(unsigned short port) : socket_(connect_to_peer(port)) {}
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

/// A step of one connection.
void echo_frames(connection& on, frame_flow& flow, std::uint64_t frames, histogram* latencies) {
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

class stream_session final : public session {
public:
    explicit stream_session(const stream_shape& shape)
        : shape_(shape), flows_(shape), tables_(shape.owners, shape.keys), queues_(shape.owners) {
        if (shape.serves_itself) self_.emplace();
        for (std::uint64_t i = 0; i < shape.streams; ++i) {
            connections_.emplace_back(self_ ? self_->port() : port_of_peer());
            if (self_) self_->serve_next();
        }
        for (std::uint64_t i = 0; i < shape.streams + shape.owners; ++i) threads_.emplace_back();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        tables_.reset();
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        std::barrier<> step_end(static_cast<std::ptrdiff_t>(threads_.size()));
        for (std::size_t i = 0; i < threads_.size(); ++i)
            threads_[i].start([this, i, &step_end, &order, latencies] {
                try {
                    if (i < shape_.streams)
                        move_all(i, step_end, order, latencies);
                    else
                        own_table(i - shape_.streams, step_end, order);
                } catch (...) {
                    // The others go on, but the owners, who would wait for messages that never come.
                    for (auto& queue : queues_) queue.send(message_batch{});
                    step_end.arrive_and_drop();
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
        slice_outcome done = flows_.outcome();
        done.checksum += tables_.checksum();
        return done;
    }

private:
    void move_all(std::size_t stream, std::barrier<>& step_end, const slice_order& order,
                  histogram* latencies) {
        for (std::uint64_t i = 0; i < order.iterations; ++i)
            for (std::uint64_t step = 0; step < shape_.steps; ++step) {
                move_step(stream, step, latencies);
                step_end.arrive_and_wait();
            }
    }

    void move_step(std::size_t stream, std::uint64_t step, histogram* latencies) {
        connection& on = connections_[stream];
        frame_flow& flow = flows_[stream];
        flow.begin_step(shape_.frames_of(stream, step));
        std::uint64_t sent_ns = 0;
        while (!flow.step_done()) {
            if (latencies != nullptr && flow.may_write() != 0) sent_ns = now_ns();
            for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write()) on.write_all(parts);
            if (flow.compute_next()) continue;
            const std::uint64_t before = flow.frames();
            flow.take(on.read_some(flow.room()));
            if (latencies != nullptr && flow.frames() != before) latencies->record(now_ns() - sent_ns);
            for (auto batch = flow.next_batch(); !batch.empty(); batch = flow.next_batch())
                queues_[shape_.owner_of(step)].send(message_batch::of(batch));
        }
    }

    void own_table(std::size_t owner, std::barrier<>& step_end, const slice_order& order) {
        for (std::uint64_t i = 0; i < order.iterations; ++i)
            for (std::uint64_t step = 0; step < shape_.steps; ++step) {
                if (shape_.owner_of(step) == owner) apply_step(owner, step);
                step_end.arrive_and_wait();
            }
    }

    void apply_step(std::size_t owner, std::uint64_t step) {
        const std::uint64_t messages = shape_.messages_of(step);
        for (std::uint64_t applied = 0; applied < messages;)
            for (const message_batch& batch : queues_[owner].receive_all()) {
                if (batch.count == 0) throw std::runtime_error("a connection has failed, or another owner");
                tables_[owner].apply(batch.values());
                applied += batch.count;
            }
    }

    stream_shape shape_;
    flow_set flows_;
    counter_tables tables_;
    std::optional<own_server> self_;
    std::deque<connection> connections_;
    std::deque<queue_of<message_batch>> queues_; // of the owners
    std::deque<job_thread> threads_;
};

class mixed_session final : public session {
public:
    explicit mixed_session(std::unique_ptr<mixed_ground> ground)
        : ground_(std::move(ground)), shape_(ground_->shape()), connections_(shape_.streams.streams),
          movers_(shape_.streams.streams),
          readers_(std::min<std::size_t>(shape_.workers(), shape_.files.depth)), pool_(shape_.workers()) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        ground_->begin(order);
        std::uint64_t reads = 0;
        std::uint64_t branches = 0;
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            for (std::size_t k = 0; k < movers_.size(); ++k)
                movers_[k].start([this, k] {
                    echo_frames(connections_[k], ground_->flow(k), shape_.streams.hot_frames,
                                ground_->latencies(k));
                });
            std::vector<std::uint64_t> sums(readers_.size());
            const std::uint64_t first_read = order.seed + i * shape_.files.count;
            for (std::size_t k = 0; k < readers_.size(); ++k)
                readers_[k].start([&, k] { sums[k] = read_share(first_read, k); });
            branches += compute(order.seed + i * shape_.branches);
            std::exception_ptr failure;
            for (auto* const threads : {&movers_, &readers_})
                for (auto& each : *threads) try {
                        each.wait();
                    } catch (...) {
                        failure = std::current_exception();
                    }
            if (failure) std::rethrow_exception(failure);
            for (const std::uint64_t sum : sums) reads += sum;
        }
        return ground_->end(reads, branches, into);
    }

private:
    std::uint64_t read_share(std::uint64_t seed, std::size_t reader) {
        const auto buffer = ground_->buffer(reader);
        std::uint64_t sum = 0;
        for (std::uint64_t k = reader; k < shape_.files.count; k += readers_.size()) {
            const auto offset = static_cast<off_t>(shape_.files.read_offset(seed + k));
            const ssize_t got = ::pread(ground_->data().descriptor(), buffer.data(), buffer.size(), offset);
            if (got < 0) fail_call("pread", errno);
            expect_transferred("pread", static_cast<std::uint64_t>(got), shape_.files.bytes);
            sum += block_sum(buffer);
        }
        return sum;
    }

    /// On the pool, while the caller sleeps.
    std::uint64_t compute(std::uint64_t first) {
        std::vector<std::uint64_t> results(shape_.branches);
        std::latch all(static_cast<std::ptrdiff_t>(shape_.branches));
        for (std::uint64_t k = 0; k < shape_.branches; ++k)
            pool_.submit([&, k] {
                results[k] = shape_.run_branch(first + k);
                all.count_down();
            });
        all.wait();
        std::uint64_t sum = 0;
        for (const std::uint64_t result : results) sum += result;
        return sum;
    }

    std::unique_ptr<mixed_ground> ground_;
    mixed_shape shape_;
    std::deque<connection> connections_;
    std::deque<job_thread> movers_;
    std::deque<job_thread> readers_;
    thread_pool pool_;
};

} // namespace

std::expected<std::unique_ptr<session>, refusal> open_mixed_session(const mixed_shape& shape) {
    auto ground = mixed_ground::open(shape);
    if (!ground) return std::unexpected(std::move(ground.error()));
    return open_session<mixed_session>(std::move(*ground));
}

std::unique_ptr<session> make_streams(const stream_shape& shape) {
    return std::make_unique<stream_session>(shape);
}

} // namespace bench::plain_threads
