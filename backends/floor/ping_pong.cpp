// steady_rtt, tasks_rtt and cold_start by hand.
#include "backends/floor/crew.hpp"
#include "backends/floor/event.hpp"
#include "backends/floor/sessions.hpp"
#include "backends/floor/spin.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/ground/cold_starts.hpp"
#include "workloads/measure/thread_id.hpp"

#include <thread>

namespace bench::by_hand {
namespace {

/// One word a direction. A message is seen by the word changing: neighbouring messages differ, and so do their
/// answers, because mix is a bijection. So one cache line moves in each direction and nothing else.
class spinning_wire {
public:
    void prepare(std::uint64_t first) noexcept {
        request_.value.store(first - 1, std::memory_order_relaxed);
        reply_.value.store(mix(first - 1), std::memory_order_relaxed);
        last_request_ = first - 1;
        last_reply_ = mix(first - 1);
    }
    std::uint64_t ask(std::uint64_t message) noexcept {
        request_.value.store(message, std::memory_order_release);
        return last_reply_ = await_change(reply_, last_reply_);
    }
    void answer() noexcept {
        last_request_ = await_change(request_, last_request_);
        reply_.value.store(mix(last_request_), std::memory_order_release);
    }

private:
    lone_word request_;
    lone_word reply_;
    alignas(line_size) std::uint64_t last_reply_ = 0;   // the asking side's
    alignas(line_size) std::uint64_t last_request_ = 0; // the answering side's
};

/// The message in shared memory, an eventfd a direction to sleep on.
class blocking_wire {
public:
    void prepare(std::uint64_t) noexcept {}
    std::uint64_t ask(std::uint64_t message) noexcept {
        request_.value.store(message, std::memory_order_release);
        asked_.signal();
        answered_.wait();
        return reply_.value.load(std::memory_order_acquire);
    }
    void answer() noexcept {
        asked_.wait();
        reply_.value.store(mix(request_.value.load(std::memory_order_acquire)), std::memory_order_release);
        answered_.signal();
    }

private:
    lone_word request_;
    lone_word reply_;
    event asked_;
    event answered_;
};

template <class Wire>
std::uint64_t ask_all(Wire& wire, std::uint64_t first, std::uint64_t count, histogram* into) noexcept {
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t from = into ? now_ns() : 0;
        sum += wire.ask(first + k);
        if (into) into->record(now_ns() - from);
    }
    return sum;
}

template <class Wire>
void answer_all(Wire& wire, std::uint64_t count) noexcept {
    for (std::uint64_t k = 0; k < count; ++k) wire.answer();
}

template <class Wire>
class steady_session final : public session {
public:
    explicit steady_session(ping_pong_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        const std::uint64_t count = order.iterations * shape_.rounds;
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        slice_outcome done{.operations = count, .thread_ids = {0, 0}};
        wire_.prepare(order.seed);
        crew_.run([&](std::size_t side) {
            done.thread_ids[side] = this_thread_id();
            if (side == 0)
                done.checksum = ask_all(wire_, order.seed, count, latencies);
            else
                answer_all(wire_, count);
        });
        return done;
    }

private:
    ping_pong_shape shape_;
    Wire wire_;
    crew crew_{2};
};

template <class Wire>
class cold_session final : public session {
public:
    explicit cold_session(ping_pong_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        return repeat_cold_start(shape_, order, into, [this](std::uint64_t first, slice_outcome& done) {
            return start_and_stop(first, done);
        });
    }

private:
    /// The caller is one of the two threads: starting one more is all that has to be done.
    std::uint64_t start_and_stop(std::uint64_t first, slice_outcome& done) {
        Wire wire;
        wire.prepare(first);
        std::uint64_t answerer = 0;
        std::thread other([&] {
            answer_all(wire, shape_.rounds);
            answerer = this_thread_id();
        });
        const std::uint64_t sum = ask_all(wire, first, shape_.rounds, nullptr);
        other.join();
        done.thread_ids = {this_thread_id(), answerer};
        return sum;
    }

    ping_pong_shape shape_;
};

/// Where the two state machines of tasks_rtt leave their words.
struct exchange {
    std::uint64_t request = 0;
    std::uint64_t reply = 0;
    std::uint64_t next = 0;
    std::uint64_t sum = 0;
};

// Out of line: inlined, both would melt into one loop of mix, which is not an exchange of messages any more.
[[gnu::noinline]] void step_asker(exchange& words) noexcept {
    words.sum += words.reply;
    words.request = ++words.next;
}
[[gnu::noinline]] void step_answerer(exchange& words) noexcept { words.reply = mix(words.request); }

class tasks_session final : public session {
public:
    explicit tasks_session(ping_pong_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        const std::uint64_t count = order.iterations * shape_.rounds;
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        exchange words;
        crew_.run([&](std::size_t) {
            words.next = order.seed - 1;
            for (std::uint64_t k = 0; k < count; ++k) {
                const std::uint64_t from = latencies ? now_ns() : 0;
                step_asker(words);
                step_answerer(words);
                if (latencies) latencies->record(now_ns() - from);
            }
        });
        return {.operations = count, .checksum = words.sum + words.reply};
    }

private:
    ping_pong_shape shape_;
    crew crew_{1};
};

template <template <class> class Session>
std::unique_ptr<session> make(ping_pong_shape shape, waiting wait) {
    if (wait == waiting::block) return std::make_unique<Session<blocking_wire>>(shape);
    return std::make_unique<Session<spinning_wire>>(shape);
}

} // namespace

std::unique_ptr<session> make_steady_rtt(ping_pong_shape shape, waiting wait) {
    return make<steady_session>(shape, wait);
}
std::unique_ptr<session> make_cold_start(ping_pong_shape shape, waiting wait) {
    return make<cold_session>(shape, wait);
}
std::unique_ptr<session> make_tasks_rtt(ping_pong_shape shape) {
    return std::make_unique<tasks_session>(shape);
}

} // namespace bench::by_hand
