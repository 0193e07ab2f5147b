// W39 with handlers: each connection has a read under way; the handler that takes the last answer of an
// iteration of its worker begins the next one.
#include "backends/asio/handlers/slice_of_shares.hpp"
#include "backends/asio/sessions.hpp"
#include "backends/asio/stream_set.hpp"
#include "workloads/ground/connection_memory.hpp"

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

using error = boost::system::error_code;

class connections_session final : public session {
public:
    connections_session(const connections_shape& shape, polling poll)
        : shape_(shape), flows_(shape.streams()), workers_(shape.workers, context_layout::worker, poll) {
        for (std::size_t worker = 0; worker < shape.workers; ++worker)
            shares_.emplace_back(shape, flows_, worker);
        try {
            memory_ = measure_connections(*this, shape, shape.workers, [&] {
                sockets_ = std::make_unique<stream_set>(workers_, shape.connections);
                for (std::size_t i = 0; i < shape.connections; ++i)
                    asio::post((*sockets_)[i].get_executor(), [this, i] { read(i); });
            });
        } catch (...) {
            end();
            throw;
        }
    }
    ~connections_session() override { end(); }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        for (std::size_t worker = 0; worker < shape_.workers; ++worker)
            shares_[worker].begin(order.iterations, order.record_latency ? &into.lane(worker) : nullptr);
        slice_.run(workers_, shape_.workers, [this](std::size_t worker) { begin_iteration(worker); });
        return flows_.outcome();
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        return {{connection_memory, memory_}};
    }

private:
    void end() {
        closing_.store(true, std::memory_order_relaxed);
        if (sockets_ != nullptr) sockets_->close();
        workers_.join();
    }

    void begin_iteration(std::size_t worker) {
        const auto active = shares_[worker].next_iteration();
        if (active.empty()) return slice_.end();
        for (const std::size_t one : active) {
            const auto frame = flows_[one].next_write();
            shares_[worker].note_written(one);
            asio::async_write((*sockets_)[one], asio::buffer(frame[0].iov_base, frame[0].iov_len),
                              [this](error failure, std::size_t) {
                                  if (failure) fail(failure);
                              });
        }
    }

    void read(std::size_t one) {
        const auto room = flows_[one].room();
        (*sockets_)[one].async_read_some(asio::buffer(room.data(), room.size()),
                                         [this, one](error failure, std::size_t count) {
                                             if (failure) return fail(failure);
                                             take(one, count);
                                         });
    }

    void take(std::size_t one, std::size_t count) {
        const std::size_t worker = one % shape_.workers;
        try {
            const bool last = shares_[worker].take(one, count);
            read(one);
            if (last) begin_iteration(worker);
        } catch (...) {
            slice_.fail(std::current_exception());
        }
    }

    void fail(const error& failure) {
        if (!closing_.load(std::memory_order_relaxed))
            slice_.fail(
                std::make_exception_ptr(boost::system::system_error(failure, "talking to the echo peer")));
    }

    const connections_shape shape_;
    flow_set flows_;
    std::deque<connections_share> shares_;
    slice_of_shares slice_;
    std::atomic<bool> closing_{false};
    std::string memory_;
    worker_threads workers_;
    std::unique_ptr<stream_set> sockets_;
};

} // namespace

std::unique_ptr<session> make_connections(const connections_shape& shape, polling poll) {
    return std::make_unique<connections_session>(shape, poll);
}

} // namespace bench::on_asio
