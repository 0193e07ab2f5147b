// W39 by hand: a thread for each worker, whose connections stand in one epoll(7).
#include "backends/floor/crew.hpp"
#include "backends/floor/sessions.hpp"
#include "backends/floor/watched_sockets.hpp"
#include "workloads/ground/connection_memory.hpp"
#include "workloads/measure/recorder.hpp"

#include <deque>
#include <map>
#include <string>

namespace bench::by_hand {
namespace {

class connections_session final : public session {
public:
    explicit connections_session(const connections_shape& shape)
        : shape_(shape), flows_(shape.streams()), crew_(shape.workers) {
        for (std::size_t worker = 0; worker < shape.workers; ++worker)
            shares_.emplace_back(shape, flows_, worker);
        memory_ = measure_connections(*this, shape, shape.workers, [&] {
            for (std::size_t i = 0; i < shape.workers; ++i) sockets_.emplace_back();
            for (std::uint64_t i = 0; i < shape.connections; ++i) sockets_[i % shape.workers].add(i);
        });
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        for (std::size_t worker = 0; worker < shape_.workers; ++worker)
            shares_[worker].begin(order.iterations, order.record_latency ? &into.lane(worker) : nullptr);
        crew_.run_throwing([this](std::size_t worker) { move_all(worker); });
        return flows_.outcome();
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        return {{connection_memory, memory_}};
    }

private:
    void move_all(std::size_t worker) {
        auto& share = shares_[worker];
        auto& sockets = sockets_[worker];
        for (auto active = share.next_iteration(); !active.empty(); active = share.next_iteration()) {
            for (const std::size_t one : active) {
                const auto frame = flows_[one].next_write();
                share.note_written(one);
                sockets.write(one / shape_.workers, frame.front());
            }
            for (bool all = false; !all;)
                sockets.wait([&](std::size_t place, std::size_t one) {
                    all |= share.take(one, sockets.read(place, flows_[one].room()));
                });
        }
    }

    const connections_shape shape_;
    flow_set flows_;
    std::deque<connections_share> shares_;
    std::deque<watched_sockets> sockets_;
    std::string memory_;
    crew crew_;
};

} // namespace

std::unique_ptr<session> make_connections(const connections_shape& shape) {
    return std::make_unique<connections_session>(shape);
}

} // namespace bench::by_hand
