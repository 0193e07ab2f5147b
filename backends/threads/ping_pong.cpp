// W10–W12 with two threads and two queues.
#include "backends/threads/job_thread.hpp"
#include "backends/threads/message_queue.hpp"
#include "backends/threads/sessions.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/ground/cold_starts.hpp"
#include "workloads/measure/thread_id.hpp"

#include <algorithm>
#include <thread>
#include <vector>

namespace bench::plain_threads {
namespace {

struct wires {
    message_queue requests;
    message_queue replies;
};

void answer_all(wires& between, std::uint64_t count) {
    for (std::uint64_t done = 0; done < count;)
        for (const std::uint64_t message : between.requests.receive_all()) {
            between.replies.send(mix(message));
            ++done;
        }
}

std::uint64_t ask_all(wires& between, std::uint64_t first, std::uint64_t count, histogram* into) {
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t from = into ? now_ns() : 0;
        between.requests.send(first + k);
        sum += between.replies.receive_all().front();
        if (into) into->record(now_ns() - from);
    }
    return sum;
}

/// steady_rtt, and tasks_rtt too: without a runtime a task is a thread, and the kernel places it.
class round_trip_session final : public session {
public:
    explicit round_trip_session(ping_pong_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        const std::uint64_t count = order.iterations * shape_.rounds;
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        slice_outcome done{.operations = count, .thread_ids = {0, 0}};
        answerer_.start([&] {
            done.thread_ids[1] = this_thread_id();
            answer_all(between_, count);
        });
        asker_.start([&] {
            done.thread_ids[0] = this_thread_id();
            done.checksum = ask_all(between_, order.seed, count, latencies);
        });
        asker_.wait();
        answerer_.wait();
        return done;
    }

private:
    ping_pong_shape shape_;
    wires between_;
    job_thread asker_;
    job_thread answerer_;
};

/// The caller is one of the two sides, so only one thread has to be started.
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
        wires between;
        std::uint64_t answerer = 0;
        std::thread other([&] {
            answer_all(between, shape_.rounds);
            answerer = this_thread_id();
        });
        const std::uint64_t sum = ask_all(between, first, shape_.rounds, nullptr);
        other.join();
        done.thread_ids = {this_thread_id(), answerer};
        return sum;
    }

    ping_pong_shape shape_;
};

class drain_session final : public session {
public:
    explicit drain_session(ping_pong_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done{.operations = order.iterations * shape_.rounds, .thread_ids = {0, 0}};
        receiver_.start([&] {
            done.thread_ids[1] = this_thread_id();
            done.checksum = receive(order);
        });
        sender_.start([&] {
            done.thread_ids[0] = this_thread_id();
            send(order);
        });
        sender_.wait();
        receiver_.wait();
        return done;
    }

private:
    void send(const slice_order& order) {
        const std::uint64_t batch = shape_.batch_size();
        std::vector<std::uint64_t> messages(batch);
        std::uint64_t next = order.seed;
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            for (std::uint64_t sent = 0; sent < shape_.rounds; sent += batch) {
                const std::uint64_t now = std::min(batch, shape_.rounds - sent);
                if (batch == 1) {
                    between_.requests.send(next++);
                    continue;
                }
                for (std::uint64_t k = 0; k < now; ++k) messages[k] = next++;
                between_.requests.send_batch(std::span(messages.data(), now));
            }
            between_.replies.receive_all();
        }
    }

    std::uint64_t receive(const slice_order& order) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            for (std::uint64_t taken = 0; taken < shape_.rounds;) {
                const auto messages = between_.requests.receive_all();
                for (const std::uint64_t message : messages) sum += mix(message);
                taken += messages.size();
            }
            between_.replies.send(i);
        }
        return sum;
    }

    ping_pong_shape shape_;
    wires between_;
    job_thread sender_;
    job_thread receiver_;
};

} // namespace

std::unique_ptr<session> make_round_trips(ping_pong_shape shape) {
    return std::make_unique<round_trip_session>(shape);
}
std::unique_ptr<session> make_cold_start(ping_pong_shape shape) {
    return std::make_unique<cold_session>(shape);
}
std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape) {
    return std::make_unique<drain_session>(shape);
}

} // namespace bench::plain_threads
