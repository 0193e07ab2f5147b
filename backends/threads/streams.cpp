// W30–W36 with a thread for each connection, and calls that block; owners (W35) are threads with a queue each.
#include "backends/threads/blocking_stream.hpp"
#include "backends/threads/message_queue.hpp"
#include "backends/threads/own_server.hpp"
#include "backends/threads/sessions.hpp"
#include "backends/threads/team.hpp"
#include "workloads/traffic/flow_set.hpp"
#include "workloads/traffic/keyed_messages.hpp"

#include <barrier>
#include <deque>
#include <optional>
#include <stdexcept>

namespace bench::plain_threads {
namespace {

class stream_session final : public session {
public:
    explicit stream_session(const stream_shape& shape)
        : shape_(shape), flows_(shape), tables_(shape.owners, shape.keys), queues_(shape.owners),
          team_(shape.streams + shape.owners) {
        if (shape.serves_itself) self_.emplace();
        for (std::uint64_t i = 0; i < shape.streams; ++i) {
            connections_.emplace_back(self_ ? self_->port() : port_of_peer());
            if (self_) self_->serve_next();
        }
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        tables_.reset();
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        std::barrier<> step_end(static_cast<std::ptrdiff_t>(team_.size()));
        team_.run([&](std::size_t i) {
            try {
                if (i < shape_.streams)
                    move_all(i, step_end, order, latencies);
                else
                    own_table(i - shape_.streams, step_end, order);
            } catch (...) {
                // The others go on, but not the owners, which would wait for messages that never come.
                for (auto& queue : queues_) queue.send(message_batch{});
                step_end.arrive_and_drop();
                throw;
            }
        });
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
        frame_flow& flow = flows_[stream];
        move_frames(connections_[stream], flow, shape_.frames_of(stream, step), latencies, [&] {
            for (auto batch = flow.next_batch(); !batch.empty(); batch = flow.next_batch())
                queues_[shape_.owner_of(step)].send(message_batch::of(batch));
        });
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
    std::deque<blocking_stream> connections_;
    std::deque<queue_of<message_batch>> queues_; // of the owners
    team team_;
};

} // namespace

std::unique_ptr<session> make_streams(const stream_shape& shape) {
    return std::make_unique<stream_session>(shape);
}

} // namespace bench::plain_threads
