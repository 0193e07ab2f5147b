// W10–W12 between two loops.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/ground/cold_starts.hpp"
#include "workloads/measure/thread_id.hpp"

#include <algorithm>
#include <vector>

namespace bench::on_libuv {
namespace {

using messages = std::span<std::uint64_t>;

/// The asking and the answering side of a round trip, each an inbox on its loop and a callback.
class round_trips {
public:
    void open_on(event_loop& asking, event_loop& answering) {
        replies_.open_on(asking);
        requests_.open_on(answering);
    }

    /// On the asking loop. `finished` is called there after the last reply.
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
        requests_.send(next_++);
    }

    void take_replies(messages arrived) {
        for (const std::uint64_t reply : arrived) {
            sum_ += reply;
            if (into_) into_->record(now_ns() - sent_ns_);
            if (next_ != end_) {
                send_next();
                continue;
            }
            asker_ = this_thread_id();
            finished_();
        }
    }

    void answer(messages arrived) {
        answerer_ = this_thread_id();
        for (const std::uint64_t message : arrived) replies_.send(mix(message));
    }

    inbox<std::uint64_t> replies_{[this](messages arrived) { take_replies(arrived); }};
    inbox<std::uint64_t> requests_{[this](messages arrived) { answer(arrived); }};
    std::uint64_t next_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t sent_ns_ = 0;
    std::uint64_t asker_ = 0;
    histogram* into_ = nullptr;
    std::function<void()> finished_;
    alignas(128) std::uint64_t answerer_ = 0; // the answering side's
};

class steady_session final : public session {
public:
    explicit steady_session(ping_pong_shape shape) : shape_(shape) {
        trips_.open_on(asking_.loop(), answering_.loop());
        asking_.start();
        answering_.start();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        const std::uint64_t count = order.iterations * shape_.rounds;
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        slice_end end;
        asking_.post([&] { trips_.ask(order.seed, count, latencies, [&end] { end.announce(); }); });
        end.wait();
        return {.operations = count, .checksum = trips_.sum(), .thread_ids = trips_.thread_ids()};
    }

private:
    ping_pong_shape shape_;
    round_trips trips_;
    loop_thread asking_;
    loop_thread answering_;
};

/// Two loops made, run and closed an iteration. The caller runs one of them, as a program's main thread does.
class cold_session final : public session {
public:
    explicit cold_session(ping_pong_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        return repeat_cold_start(shape_, order, into, [this](std::uint64_t first, slice_outcome& done) {
            return start_and_stop(first, done);
        });
    }

private:
    std::uint64_t start_and_stop(std::uint64_t first, slice_outcome& done) {
        round_trips trips;
        event_loop asking;
        loop_thread answering;
        trips.open_on(asking, answering.loop());
        answering.start();
        trips.ask(first, shape_.rounds, nullptr, [&asking] { asking.close_handles(); });
        asking.run();
        done.thread_ids = trips.thread_ids();
        return trips.sum();
    }

    ping_pong_shape shape_;
};

class drain_session final : public session {
public:
    explicit drain_session(ping_pong_shape shape) : shape_(shape), batch_(shape.batch_size()) {
        incoming_.open_on(receiving_.loop());
        barrier_.open_on(sending_.loop());
        sending_.start();
        receiving_.start();
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_end end;
        next_ = order.seed;
        left_ = order.iterations;
        sum_ = 0;
        taken_ = 0;
        end_ = &end;
        sending_.post([this] { send_iteration(); });
        end.wait();
        return {.operations = order.iterations * shape_.rounds,
                .checksum = sum_,
                .thread_ids = {sender_, receiver_}};
    }

private:
    void send_iteration() {
        for (std::uint64_t sent = 0; sent < shape_.rounds; sent += batch_.size()) {
            const std::uint64_t now = std::min<std::uint64_t>(batch_.size(), shape_.rounds - sent);
            if (batch_.size() == 1) {
                incoming_.send(next_++);
                continue;
            }
            for (std::uint64_t k = 0; k < now; ++k) batch_[k] = next_++;
            incoming_.send_batch(std::span<const std::uint64_t>(batch_.data(), now));
        }
    }

    void take(messages arrived) {
        receiver_ = this_thread_id();
        for (const std::uint64_t message : arrived) sum_ += mix(message);
        taken_ += arrived.size();
        if (taken_ < shape_.rounds) return;
        taken_ = 0;
        barrier_.send(0);
    }

    void pass_barrier() {
        sender_ = this_thread_id();
        if (--left_ != 0)
            send_iteration();
        else
            end_->announce();
    }

    ping_pong_shape shape_;
    std::vector<std::uint64_t> batch_;
    // the sending side's
    std::uint64_t next_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t sender_ = 0;
    slice_end* end_ = nullptr;
    // the receiving side's
    alignas(128) std::uint64_t sum_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t receiver_ = 0;

    inbox<std::uint64_t> incoming_{[this](messages arrived) { take(arrived); }};
    inbox<std::uint64_t> barrier_{[this](messages) { pass_barrier(); }};
    loop_thread sending_;
    loop_thread receiving_;
};

} // namespace

std::unique_ptr<session> make_steady_rtt(ping_pong_shape shape) {
    return std::make_unique<steady_session>(shape);
}
std::unique_ptr<session> make_cold_start(ping_pong_shape shape) {
    return std::make_unique<cold_session>(shape);
}
std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape) {
    return std::make_unique<drain_session>(shape);
}

} // namespace bench::on_libuv
