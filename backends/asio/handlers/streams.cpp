// W30–W36 with handlers: each connection's reads and writes call one another on its worker's context. The join
// of a step is a counter, and the last handler begins the next step. Messages to an owner (W35) are
// dispatched to its worker's context, or to the owner's strand where all share one: at once if that is where
// they come from.
#include "backends/asio/own_server.hpp"
#include "backends/asio/sessions.hpp"
#include "backends/asio/stream_set.hpp"
#include "workloads/ground/step_clock.hpp"
#include "workloads/traffic/flow_set.hpp"
#include "workloads/traffic/keyed_messages.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

using error = boost::system::error_code;

/// A step of one connection at a time.
class stream_mover {
public:
    /// `hand_over` is called on the connection's context, with messages that live as long as the call.
    stream_mover(peer_socket& socket, frame_flow& flow,
                 std::function<void(std::span<const std::uint64_t>)> hand_over)
        : socket_(socket), flow_(flow), hand_over_(std::move(hand_over)) {}

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
        socket_.async_read_some(
            asio::buffer(room.data(), room.size()), [this](error failure, std::size_t count) {
                if (failure) return fail(failure);
                const std::uint64_t before = flow_.frames();
                flow_.take(count);
                if (into_ != nullptr && flow_.frames() != before) into_->record(now_ns() - sent_ns_);
                for (auto batch = flow_.next_batch(); !batch.empty(); batch = flow_.next_batch())
                    hand_over_(batch);
                go_on();
            });
    }

    void fail(const error& failure) {
        finished_(std::make_exception_ptr(boost::system::system_error(failure, "talking to the echo peer")));
    }

    peer_socket& socket_;
    frame_flow& flow_;
    std::function<void(std::span<const std::uint64_t>)> hand_over_;
    part_buffers buffers_;
    histogram* into_ = nullptr;
    std::uint64_t sent_ns_ = 0;
    std::function<void(std::exception_ptr)> finished_;
};

class stream_session final : public session {
public:
    stream_session(const stream_shape& shape, context_layout layout, polling poll)
        : shape_(shape), flows_(shape), tables_(shape.owners, shape.keys),
          workers_(shape.workers, layout, poll), sockets_(workers_, shape, &echo_by_handlers::serve) {
        for (std::size_t i = 0; i < shape.streams; ++i)
            movers_.push_back(std::make_unique<stream_mover>(
                sockets_[i], flows_[i], [this](std::span<const std::uint64_t> batch) { hand_over(batch); }));
        if (layout == context_layout::worker) return;
        for (std::size_t i = 0; i < shape.owners; ++i)
            strands_.emplace_back(workers_.context(0).get_executor());
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        tables_.reset();
        latencies_ = order.record_latency ? &into.lane(0) : nullptr;
        clock_.begin(order);
        running_slice slice(workers_);
        slice_ = &slice;
        next_step();
        slice.wait();
        clock_.rethrow_failure();
        slice_outcome done = flows_.outcome();
        done.checksum += tables_.checksum();
        return done;
    }

private:
    void begin_step() {
        clock_.open();
        // A copy: once the last one is posted, the next step may begin elsewhere.
        const std::uint64_t step = clock_.step();
        for (std::size_t i = 0; i < shape_.streams; ++i) {
            if (shape_.frames_of(i, step) == 0) continue;
            asio::post(workers_.context(i % workers_.workers()), [this, i, step] {
                movers_[i]->move(shape_.frames_of(i, step), latencies_,
                                 [this, i](std::exception_ptr failure) { end_one(i, std::move(failure)); });
            });
        }
    }

    void hand_over(std::span<const std::uint64_t> messages) {
        const std::uint64_t owner = shape_.owner_of(clock_.step());
        const auto apply = [this, owner, batch = message_batch::of(messages)] {
            tables_[owner].apply(batch.values());
            end_some(batch.count);
        };
        if (strands_.empty())
            asio::dispatch(workers_.context(owner % workers_.workers()), apply);
        else
            asio::dispatch(strands_[owner], apply);
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
            slice_->announce_end();
    }

    stream_shape shape_;
    flow_set flows_;
    counter_tables tables_;
    worker_threads workers_;
    stream_set sockets_;
    std::vector<std::unique_ptr<stream_mover>> movers_;
    std::vector<asio::strand<asio::io_context::executor_type>>
        strands_; // of the owners, with one context for all
    histogram* latencies_ = nullptr;
    running_slice* slice_ = nullptr;
    step_clock clock_{shape_};
};

} // namespace

std::unique_ptr<session> make_streams(const stream_shape& shape, context_layout layout, polling poll) {
    return std::make_unique<stream_session>(shape, layout, poll);
}

} // namespace bench::on_asio
