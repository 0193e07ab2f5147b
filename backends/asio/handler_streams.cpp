// W30–W34 with handlers: each connection's reads and writes call one another on its worker's context. The join
// of a step is a counter, and whoever comes last begins the next step.
#include "backends/asio/sessions.hpp"
#include "backends/asio/stream_set.hpp"
#include "workloads/flow_set.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

using error = boost::system::error_code;

/// A step of one connection at a time.
class stream_mover {
public:
    stream_mover(peer_socket& socket, frame_flow& flow) : socket_(socket), flow_(flow) {}

    /// `finished` is called on the connection's context, with what went wrong.
    void move(std::uint64_t frames, histogram* into, std::function<void(std::exception_ptr)> finished) {
        flow_.begin_step(frames);
        into_ = into;
        finished_ = std::move(finished);
        go_on();
    }

private:
    void go_on() {
        if (flow_.step_done()) return finished_(nullptr);
        if (into_ != nullptr && flow_.may_write() != 0) sent_ns_ = now_ns();
        write();
    }

    void write() {
        const auto parts = flow_.next_write();
        if (parts.empty()) return flow_.compute_next() ? go_on() : read();
        asio::async_write(socket_, buffers_.of(parts), [this](error failure, std::size_t) {
            if (failure) return fail(failure);
            write();
        });
    }

    void read() {
        const auto room = flow_.room();
        socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                [this](error failure, std::size_t count) {
                                    if (failure) return fail(failure);
                                    const std::uint64_t before = flow_.frames();
                                    flow_.take(count);
                                    if (into_ != nullptr && flow_.frames() != before)
                                        into_->record(now_ns() - sent_ns_);
                                    go_on();
                                });
    }

    void fail(const error& failure) {
        finished_(std::make_exception_ptr(boost::system::system_error(failure, "talking to the echo peer")));
    }

    peer_socket& socket_;
    frame_flow& flow_;
    part_buffers buffers_;
    histogram* into_ = nullptr;
    std::uint64_t sent_ns_ = 0;
    std::function<void(std::exception_ptr)> finished_;
};

class stream_session final : public session {
public:
    stream_session(const stream_shape& shape, context_layout layout, polling how)
        : shape_(shape), flows_(shape), workers_(shape.workers, layout, how),
          sockets_(workers_, shape.streams) {
        for (std::size_t i = 0; i < shape.streams; ++i)
            movers_.push_back(std::make_unique<stream_mover>(sockets_[i], flows_[i]));
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        latencies_ = order.record_latency ? &into.lane(0) : nullptr;
        step_ = 0;
        left_ = order.iterations * shape_.steps;
        running_slice slice(workers_);
        slice_ = &slice;
        begin_step();
        slice.wait();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        return flows_.outcome();
    }

private:
    void begin_step() {
        open_.store(shape_.streams, std::memory_order_relaxed);
        // A copy: once the last one is posted, the next step may begin elsewhere.
        const std::uint64_t step = step_;
        for (std::size_t i = 0; i < shape_.streams; ++i)
            asio::post(workers_.context(i % workers_.workers()), [this, i, step] {
                movers_[i]->move(shape_.frames_of(i, step), latencies_,
                                 [this](std::exception_ptr failure) { end_one(std::move(failure)); });
            });
    }

    void end_one(std::exception_ptr failure) {
        if (failure) {
            const std::lock_guard lock(mutex_);
            failure_ = std::move(failure);
            left_ = 1;
        }
        if (open_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        step_ = (step_ + 1) % shape_.steps;
        if (--left_ != 0)
            begin_step();
        else
            slice_->announce_end();
    }

    stream_shape shape_;
    flow_set flows_;
    worker_threads workers_;
    stream_set sockets_;
    std::vector<std::unique_ptr<stream_mover>> movers_;
    histogram* latencies_ = nullptr;
    running_slice* slice_ = nullptr;
    std::uint64_t step_ = 0;
    std::uint64_t left_ = 0;
    std::mutex mutex_;
    std::exception_ptr failure_;
    alignas(128) std::atomic<std::uint64_t> open_{0};
};

} // namespace

std::unique_ptr<session> make_streams(const stream_shape& shape, context_layout layout, polling how) {
    return std::make_unique<stream_session>(shape, layout, how);
}

} // namespace bench::on_asio
