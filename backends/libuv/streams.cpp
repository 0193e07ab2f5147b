// W30–W36 with a loop a worker: reading stays on for as long as a session is open, and what the window lets out
// is tried at once (uv_try_write), as libuv's guide has it, and queued only where the socket is full. The join
// of a step is a counter; the last one begins the next step. Messages to an owner (W35) go to the inbox
// of its loop, unless they come from there.
#include "backends/libuv/connection.hpp"
#include "backends/libuv/own_server.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/step_clock.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/peer/peer_connection.hpp"
#include "workloads/traffic/flow_set.hpp"
#include "workloads/traffic/keyed_messages.hpp"

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bench::on_libuv {
namespace {

class stream_session final : public session {
public:
    explicit stream_session(const stream_shape& shape)
        : shape_(shape), flows_(shape), tables_(shape.owners, shape.keys) {
        for (std::size_t i = 0; i < shape_.streams; ++i)
            connections_.push_back(std::make_unique<connection>(
                flows_[i], [this, i](std::exception_ptr failure) { end_one(i, std::move(failure)); },
                [this, i](std::span<const std::uint64_t> batch) { hand_over(i % shape_.workers, batch); }));
        if (shape_.serves_itself)
            for (std::size_t worker = 0; worker < shape_.workers; ++worker) doors_.emplace_back();
        for (std::size_t worker = 0; worker < shape_.workers; ++worker) {
            steps_.emplace_back([this, worker](std::span<std::uint64_t> all) {
                for (const std::uint64_t step : all) move_those_of(worker, step);
            });
            messages_.emplace_back([this](std::span<message_batch> all) {
                for (const message_batch& batch : all) apply(batch.values());
            });
            auto& loop = loops_.emplace_back().loop();
            messages_.back().open_on(loop);
            steps_.back().open_on(loop);
            if (!doors_.empty()) doors_[worker].open_on(loop);
            for (std::size_t i = worker; i < shape_.streams; i += shape_.workers)
                connections_[i]->open_on(loop,
                                         doors_.empty() ? port_of_peer() : doors_[shape_.server_of(i)].port());
        }
        for (auto& loop : loops_) loop.start();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        slice_end end;
        end_ = &end;
        flows_.reset(order.seed);
        tables_.reset();
        latencies_ = order.record_latency ? &into.lane(0) : nullptr;
        clock_.begin(order);
        next_step();
        end.wait();
        clock_.rethrow_failure();
        slice_outcome done = flows_.outcome();
        done.checksum += tables_.checksum();
        return done;
    }

private:
    void begin_step() {
        clock_.open();
        // A copy: once the last loop has it, another one may begin the next step.
        const std::uint64_t step = clock_.step();
        for (auto& each : steps_) each.send(step);
    }

    void move_those_of(std::size_t worker, std::uint64_t step) {
        for (std::size_t i = worker; i < shape_.streams; i += shape_.workers)
            if (const std::uint64_t frames = shape_.frames_of(i, step); frames != 0)
                connections_[i]->move(frames, latencies_);
    }

    void hand_over(std::size_t from, std::span<const std::uint64_t> batch) {
        const std::size_t worker = shape_.owner_of(clock_.step()) % shape_.workers;
        if (worker == from)
            apply(batch);
        else
            messages_[worker].send(message_batch::of(batch));
    }

    /// On the loop of the step's owner.
    void apply(std::span<const std::uint64_t> batch) {
        tables_[shape_.owner_of(clock_.step())].apply(batch);
        end_some(batch.size());
    }

    void end_one(std::size_t stream, std::exception_ptr failure) {
        const std::uint64_t never_sent = failure ? flows_[stream].messages_due() : 0;
        if (failure) clock_.fail(std::move(failure));
        end_some(1 + never_sent);
    }

    /// Streams of the step that are done, or messages of it that are applied.
    void end_some(std::uint64_t count) {
        if (clock_.end_some(count)) next_step();
    }

    /// The next one in which a stream moves, or the end.
    void next_step() {
        if (clock_.advance())
            begin_step();
        else
            end_->announce();
    }

    stream_shape shape_;
    flow_set flows_;
    counter_tables tables_;
    histogram* latencies_ = nullptr;
    slice_end* end_ = nullptr;
    step_clock clock_{shape_};
    std::vector<std::unique_ptr<connection>> connections_; // they and what follows outlive the loops
    std::deque<echo_door> doors_;                          // one a loop
    std::deque<inbox<std::uint64_t>> steps_;
    std::deque<inbox<message_batch>> messages_;
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_streams(const stream_shape& shape) {
    return std::make_unique<stream_session>(shape);
}

} // namespace bench::on_libuv
