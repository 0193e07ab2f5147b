// W39 with a loop a worker: reading is on for every connection; the loop that takes the last answer of an
// iteration of its loop begins the next one.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/peer_socket.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/connection_memory.hpp"
#include "workloads/measure/recorder.hpp"

#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench::on_libuv {
namespace {

class connections_session final : public session {
public:
    explicit connections_session(const connections_shape& shape) : shape_(shape), flows_(shape.streams()) {
        for (std::size_t worker = 0; worker < shape.workers; ++worker) {
            shares_.emplace_back(shape, flows_, worker);
            loops_.emplace_back();
        }
        memory_ = measure_connections(*this, shape, shape.workers, [&] {
            for (std::size_t i = 0; i < shape.connections; ++i) {
                sockets_.emplace_back([this, i] { return flows_[i].room(); },
                                      [this, i](ssize_t count) { take(i, count); });
                sockets_.back().open_on(loops_[i % shape.workers].loop());
            }
            for (auto& loop : loops_) loop.start();
        });
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        for (std::size_t worker = 0; worker < shape_.workers; ++worker)
            shares_[worker].begin(order.iterations, order.record_latency ? &into.lane(worker) : nullptr);
        end_.run(shape_.workers, [this] {
            for (std::size_t worker = 0; worker < shape_.workers; ++worker)
                loops_[worker].post([this, worker] { begin_iteration(worker); });
        });
        return flows_.outcome();
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        return {{connection_memory, memory_}};
    }

private:
    void begin_iteration(std::size_t worker) {
        const auto active = shares_[worker].next_iteration();
        if (active.empty()) return end_.end();
        for (const std::size_t one : active) {
            const auto frame = flows_[one].next_write();
            shares_[worker].note_written(one);
            sockets_[one].write(frame.front());
        }
    }

    void take(std::size_t one, ssize_t count) {
        const std::size_t worker = one % shape_.workers;
        try {
            if (count < 0)
                throw std::runtime_error(std::string("talking to the echo peer: ") +
                                         uv_strerror(static_cast<int>(count)));
            if (shares_[worker].take(one, static_cast<std::size_t>(count))) begin_iteration(worker);
        } catch (...) {
            end_.fail(std::current_exception());
        }
    }

    const connections_shape shape_;
    flow_set flows_;
    std::deque<connections_share> shares_;
    shared_end end_;
    std::string memory_;
    std::deque<peer_socket> sockets_; // they outlive the loops
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_connections(const connections_shape& shape) {
    return std::make_unique<connections_session>(shape);
}

} // namespace bench::on_libuv
