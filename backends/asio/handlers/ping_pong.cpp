// W10–W12 with handlers: a message is a handler posted to the other side's io_context.
#include "backends/asio/sessions.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/ground/cold_starts.hpp"
#include "workloads/measure/thread_id.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include <boost/asio/post.hpp>

namespace bench::on_asio {
namespace {

/// Two sides that answer each other by posting.
class round_trips {
public:
    round_trips(asio::io_context& asking, asio::io_context& answering)
        : asking_(asking), answering_(answering) {}

    /// On the asking context. `finished` is called there after the last reply.
    void ask(std::uint64_t first, std::uint64_t count, histogram* into, std::function<void()> finished) {
        next_ = first;
        end_ = first + count;
        sum_ = 0;
        into_ = into;
        finished_ = std::move(finished);
        send_next();
    }

    [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }
    [[nodiscard]] std::vector<std::uint64_t> thread_ids() const { return {asker_, answerer_}; }

private:
    void send_next() {
        if (into_) sent_ns_ = now_ns();
        asio::post(answering_, [this, message = next_++] { answer(message); });
    }

    void answer(std::uint64_t message) {
        answerer_ = this_thread_id();
        asio::post(asking_, [this, reply = mix(message)] { take(reply); });
    }

    void take(std::uint64_t reply) {
        sum_ += reply;
        if (into_) into_->record(now_ns() - sent_ns_);
        if (next_ != end_) return send_next();
        asker_ = this_thread_id();
        finished_();
    }

    asio::io_context& asking_;
    asio::io_context& answering_;
    std::uint64_t next_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t sent_ns_ = 0;
    std::uint64_t asker_ = 0;
    histogram* into_ = nullptr;
    std::function<void()> finished_;
    alignas(128) std::uint64_t answerer_ =
        0; // the answering side's, on a line that the asking side never reads
};

/// steady_rtt with one context a side; tasks_rtt with both sides on one context.
class round_trip_session final : public session {
public:
    round_trip_session(ping_pong_shape shape, std::size_t answering_worker, context_layout layout, polling poll)
        : shape_(shape), workers_(shape.workers, layout, poll),
          trips_(workers_.context(0), workers_.context(answering_worker)) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        const std::uint64_t count = order.iterations * shape_.rounds;
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        running_slice slice(workers_);
        asio::post(workers_.context(0),
                   [&] { trips_.ask(order.seed, count, latencies, [&slice] { slice.announce_end(); }); });
        slice.wait();
        return {.operations = count, .checksum = trips_.sum(), .thread_ids = trips_.thread_ids()};
    }

private:
    ping_pong_shape shape_;
    worker_threads workers_;
    round_trips trips_;
};

/// Two contexts made, run and stopped an iteration. The caller runs one of them, as a program's main thread
/// does.
class cold_session final : public session {
public:
    cold_session(ping_pong_shape shape, polling poll) : shape_(shape), poll_(poll) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        return repeat_cold_start(shape_, order, into, [this](std::uint64_t first, slice_outcome& done) {
            return start_and_stop(first, done);
        });
    }

private:
    std::uint64_t start_and_stop(std::uint64_t first, slice_outcome& done) {
        asio::io_context asking(1);
        asio::io_context answering(1);
        auto asking_guard = asio::make_work_guard(asking);
        auto answering_guard = asio::make_work_guard(answering);
        round_trips trips(asking, answering);
        trips.ask(first, shape_.rounds, nullptr, [&] {
            asking_guard.reset();
            answering_guard.reset();
        });
        std::thread other([&] { run_until_out_of_work(answering); });
        run_until_out_of_work(asking);
        other.join();
        done.thread_ids = trips.thread_ids();
        return trips.sum();
    }

    void run_until_out_of_work(asio::io_context& io) const {
        if (poll_ == polling::off)
            io.run();
        else
            while (!io.stopped()) poll_gently(io);
    }

    ping_pong_shape shape_;
    polling poll_;
};

/// Single messages to a context: a queue, and a posted handler that empties it. As in Asio's chat example, a
/// handler is posted only when the queue was empty; to post one for each message costs three times as much.
template <class Receiver>
class inbox {
public:
    inbox(asio::io_context& where, Receiver receiver) : where_(where), receiver_(receiver) {}

    void send(std::uint64_t message) {
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex_);
            was_empty = arrived_.empty();
            arrived_.push_back(message);
        }
        if (was_empty) asio::post(where_, [this] { deliver(); });
    }

private:
    void deliver() {
        taken_.clear();
        {
            const std::lock_guard lock(mutex_);
            taken_.swap(arrived_);
        }
        receiver_(std::span<const std::uint64_t>(taken_));
    }

    asio::io_context& where_;
    alignas(128) std::mutex mutex_;
    std::vector<std::uint64_t> arrived_;
    alignas(128) std::vector<std::uint64_t> taken_; // the receiving context's
    Receiver receiver_;
};

class drain_session final : public session {
public:
    drain_session(ping_pong_shape shape, polling poll)
        : shape_(shape), batch_(shape.batch_size()), workers_(2, context_layout::worker, poll) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        running_slice slice(workers_);
        slice_ = &slice;
        next_ = order.seed;
        left_ = order.iterations;
        sum_ = 0;
        taken_ = 0;
        asio::post(sending_, [this] { send_iteration(); });
        slice.wait();
        return {.operations = order.iterations * shape_.rounds,
                .checksum = sum_,
                .thread_ids = {sender_, receiver_}};
    }

private:
    void send_iteration() {
        for (std::uint64_t sent = 0; sent < shape_.rounds; sent += batch_) {
            if (batch_ == 1)
                incoming_.send(next_++);
            else
                post_batch(std::min(batch_, shape_.rounds - sent));
        }
    }

    /// A batch is one handler that carries it.
    void post_batch(std::uint64_t size) {
        std::vector<std::uint64_t> messages(size);
        for (auto& message : messages) message = next_++;
        asio::post(receiving_, [this, messages = std::move(messages)] { take(messages); });
    }

    void take(std::span<const std::uint64_t> messages) {
        for (const std::uint64_t message : messages) sum_ += mix(message);
        taken_ += messages.size();
        if (taken_ < shape_.rounds) return;
        taken_ = 0;
        receiver_ = this_thread_id();
        asio::post(sending_, [this] { pass_barrier(); });
    }

    void pass_barrier() {
        sender_ = this_thread_id();
        if (--left_ != 0)
            send_iteration();
        else
            slice_->announce_end();
    }

    struct taker {
        drain_session* self;
        void operator()(std::span<const std::uint64_t> messages) const { self->take(messages); }
    };

    ping_pong_shape shape_;
    std::uint64_t batch_;
    // the sending side's
    std::uint64_t next_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t sender_ = 0;
    running_slice* slice_ = nullptr;
    // the receiving side's
    alignas(128) std::uint64_t sum_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t receiver_ = 0;

    worker_threads workers_;
    asio::io_context& sending_ = workers_.context(0);
    asio::io_context& receiving_ = workers_.context(1);
    inbox<taker> incoming_{receiving_, taker{this}};
};

} // namespace

std::unique_ptr<session> make_steady_rtt(ping_pong_shape shape, polling poll) {
    return std::make_unique<round_trip_session>(shape, 1, context_layout::worker, poll);
}
std::unique_ptr<session> make_tasks_rtt(ping_pong_shape shape, context_layout layout, polling poll) {
    return std::make_unique<round_trip_session>(shape, 0, layout, poll);
}
std::unique_ptr<session> make_cold_start(ping_pong_shape shape, polling poll) {
    return std::make_unique<cold_session>(shape, poll);
}
std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape, polling poll) {
    return std::make_unique<drain_session>(shape, poll);
}

} // namespace bench::on_asio
