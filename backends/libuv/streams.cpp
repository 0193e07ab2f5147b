// W30–W36 with a loop a worker: reading stays on for as long as a session is open, and what the window lets out
// is tried at once (uv_try_write), as libuv's guide has it, and queued only where the socket is full. The join
// of a step is a counter; whoever comes last begins the next step. Messages to an owner (W35) go to the inbox
// of its loop, unless they come from there.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/flow_set.hpp"
#include "workloads/keyed_messages.hpp"
#include "workloads/peer_connection.hpp"
#include "workloads/recorder.hpp"

#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bench::on_libuv {
namespace {

/// A connection on its loop. The loop closes the handle, so this outlives it.
class connection {
public:
    /// Both are called on the loop's thread; the messages live as long as the call.
    connection(frame_flow& flow, std::function<void(std::exception_ptr)> finished,
               std::function<void(std::span<const std::uint64_t>)> hand_over)
        : flow_(flow), finished_(std::move(finished)), hand_over_(std::move(hand_over)) {}
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() = default;

    /// Before the loop runs.
    void open_on(event_loop& loop) {
        check(uv_tcp_init(loop.get(), &socket_), "uv_tcp_init");
        socket_.data = this;
        check(uv_tcp_open(&socket_, connect_to_peer()), "uv_tcp_open");
        check(uv_read_start(stream(), give_room, take_bytes), "uv_read_start");
    }

    /// On the loop's thread.
    void move(std::uint64_t frames, histogram* into) {
        flow_.begin_step(frames);
        into_ = into;
        moving_ = true;
        if (broken_)
            end(std::make_exception_ptr(std::runtime_error("the echo peer has closed the connection")));
        else if (flow_.step_done())
            end(nullptr);
        else
            write();
    }

private:
    uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket_); }

    static void give_room(uv_handle_t* handle, std::size_t, uv_buf_t* into) {
        const auto room = static_cast<connection*>(handle->data)->flow_.room();
        *into = uv_buf_init(reinterpret_cast<char*>(room.data()), static_cast<unsigned>(room.size()));
    }

    static void take_bytes(uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
        auto& self = *static_cast<connection*>(handle->data);
        if (count < 0) self.fail(static_cast<int>(count));
        if (count > 0) self.take(static_cast<std::size_t>(count));
    }

    void take(std::size_t count) {
        const std::uint64_t before = flow_.frames();
        flow_.take(count);
        if (into_ != nullptr && flow_.frames() != before) into_->record(now_ns() - sent_ns_);
        for (auto batch = flow_.next_batch(); !batch.empty(); batch = flow_.next_batch()) hand_over_(batch);
        // What a computed frame lets out goes out before the next is computed on.
        do {
            if (!queued_ && !broken_) write();
        } while (!broken_ && flow_.compute_next());
        if (!broken_ && flow_.step_done()) end(nullptr);
    }

    void write() {
        if (into_ != nullptr && flow_.may_write() != 0) sent_ns_ = now_ns();
        for (auto parts = flow_.next_write(); !parts.empty(); parts = flow_.next_write()) {
            buffers_.clear();
            for (const auto& part : parts)
                buffers_.push_back(
                    uv_buf_init(static_cast<char*>(part.iov_base), static_cast<unsigned>(part.iov_len)));
            const int sent = uv_try_write(stream(), buffers_.data(), static_cast<unsigned>(buffers_.size()));
            if (sent < 0 && sent != UV_EAGAIN) return fail(sent);
            if (queue_rest(sent < 0 ? 0 : static_cast<std::size_t>(sent))) return;
        }
    }

    /// Whether there was one.
    bool queue_rest(std::size_t sent) {
        std::size_t first = 0;
        for (; first < buffers_.size() && sent >= buffers_[first].len; ++first) sent -= buffers_[first].len;
        if (first == buffers_.size()) return false;
        buffers_[first].base += sent;
        buffers_[first].len -= sent;
        queued_ = true;
        request_.data = this;
        const int status =
            uv_write(&request_, stream(), buffers_.data() + first,
                     static_cast<unsigned>(buffers_.size() - first), [](uv_write_t* what, int failed) {
                         auto& self = *static_cast<connection*>(what->data);
                         self.queued_ = false;
                         if (failed < 0) return self.fail(failed);
                         self.write();
                     });
        if (status < 0) fail(status);
        return true;
    }

    void end(std::exception_ptr failure) {
        moving_ = false;
        finished_(std::move(failure));
    }

    void fail(int status) {
        if (broken_) return;
        broken_ = true;
        uv_read_stop(stream());
        // Between steps the flow is not this thread's.
        if (moving_)
            end(std::make_exception_ptr(
                std::runtime_error(std::string("talking to the echo peer: ") + uv_strerror(status))));
    }

    frame_flow& flow_;
    std::function<void(std::exception_ptr)> finished_;
    std::function<void(std::span<const std::uint64_t>)> hand_over_;
    uv_tcp_t socket_;
    uv_write_t request_;
    std::vector<uv_buf_t> buffers_;
    histogram* into_ = nullptr;
    std::uint64_t sent_ns_ = 0;
    bool moving_ = false; // a step
    bool queued_ = false;
    bool broken_ = false;
};

class stream_session final : public session {
public:
    explicit stream_session(const stream_shape& shape)
        : shape_(shape), flows_(shape), tables_(shape.owners, shape.keys) {
        for (std::size_t i = 0; i < shape_.streams; ++i)
            connections_.push_back(std::make_unique<connection>(
                flows_[i], [this, i](std::exception_ptr failure) { end_one(i, std::move(failure)); },
                [this, i](std::span<const std::uint64_t> batch) { hand_over(i % shape_.workers, batch); }));
        for (std::size_t worker = 0; worker < shape_.workers; ++worker) {
            steps_.emplace_back([this, worker](std::span<std::uint64_t> all) {
                for (const std::uint64_t step : all) move_those_of(worker, step);
            });
            mailboxes_.emplace_back([this](std::span<message_batch> all) {
                for (const message_batch& batch : all) apply(batch.values());
            });
            auto& loop = loops_.emplace_back().loop();
            mailboxes_.back().open_on(loop);
            steps_.back().open_on(loop);
            for (std::size_t i = worker; i < shape_.streams; i += shape_.workers)
                connections_[i]->open_on(loop);
        }
        for (auto& loop : loops_) loop.start();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        slice_end end;
        end_ = &end;
        flows_.reset(order.seed);
        tables_.reset();
        latencies_ = order.record_latency ? &into.lane(0) : nullptr;
        step_ = shape_.steps - 1; // the one before the first
        left_ = order.iterations * shape_.steps + 1;
        next_step();
        end.wait();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        slice_outcome done = flows_.outcome();
        done.checksum += tables_.checksum();
        return done;
    }

private:
    void begin_step() {
        open_.store(shape_.busy_streams(step_) + shape_.messages_of(step_), std::memory_order_relaxed);
        // A copy: once the last loop has it, another one may begin the next step.
        const std::uint64_t step = step_;
        for (auto& each : steps_) each.send(step);
    }

    void move_those_of(std::size_t worker, std::uint64_t step) {
        for (std::size_t i = worker; i < shape_.streams; i += shape_.workers)
            if (const std::uint64_t frames = shape_.frames_of(i, step); frames != 0)
                connections_[i]->move(frames, latencies_);
    }

    void hand_over(std::size_t from, std::span<const std::uint64_t> batch) {
        const std::size_t worker = shape_.owner_of(step_) % shape_.workers;
        if (worker == from)
            apply(batch);
        else
            mailboxes_[worker].send(message_batch::of(batch));
    }

    /// On the loop of the step's owner.
    void apply(std::span<const std::uint64_t> batch) {
        tables_[shape_.owner_of(step_)].apply(batch);
        end_some(batch.size());
    }

    void end_one(std::size_t stream, std::exception_ptr failure) {
        const std::uint64_t never_sent = failure ? flows_[stream].messages_due() : 0;
        if (failure) {
            const std::lock_guard lock(mutex_);
            failure_ = std::move(failure);
            left_ = 1;
        }
        end_some(1 + never_sent);
    }

    /// Streams of the step that are done, or messages of it that are applied.
    void end_some(std::uint64_t count) {
        if (open_.fetch_sub(count, std::memory_order_acq_rel) != count) return;
        next_step();
    }

    /// The next one in which a stream moves, or the end.
    void next_step() {
        do {
            step_ = (step_ + 1) % shape_.steps;
            if (--left_ == 0) return end_->announce();
        } while (shape_.busy_streams(step_) == 0);
        begin_step();
    }

    stream_shape shape_;
    flow_set flows_;
    counter_tables tables_;
    histogram* latencies_ = nullptr;
    slice_end* end_ = nullptr;
    std::uint64_t step_ = 0;
    std::uint64_t left_ = 0;
    std::mutex mutex_;
    std::exception_ptr failure_;
    alignas(128) std::atomic<std::uint64_t> open_{0};
    std::vector<std::unique_ptr<connection>> connections_; // they and the inboxes outlive the loops
    std::deque<inbox<std::uint64_t>> steps_;
    std::deque<inbox<message_batch>> mailboxes_;
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_streams(const stream_shape& shape) {
    return std::make_unique<stream_session>(shape);
}

} // namespace bench::on_libuv
