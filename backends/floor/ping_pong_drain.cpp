// one_way_drain by hand: a ring in shared memory with one producer and one consumer.
#include "backends/floor/crew.hpp"
#include "backends/floor/event.hpp"
#include "backends/floor/sessions.hpp"
#include "backends/floor/spin.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/measure/thread_id.hpp"

#include <algorithm>
#include <vector>

namespace bench::by_hand {
namespace {

/// One side sleeps, the other wakes it. Wake-up is never lost: the sleeper announces itself and looks once
/// more, the waker publishes and looks for the announcement; both in the one order of seq_cst, so one of them
/// sees.
class sleeper {
public:
    template <class Ready>
    void sleep_until(Ready ready) noexcept {
        while (!ready()) {
            asleep_.value.store(1, std::memory_order_seq_cst);
            if (ready()) {
                // The waker may have taken the announcement back in between; then its signal is on the way.
                if (asleep_.value.exchange(0, std::memory_order_seq_cst) == 0) event_.wait();
                return;
            }
            event_.wait();
        }
    }
    void wake() noexcept {
        if (asleep_.value.load(std::memory_order_seq_cst) != 0 &&
            asleep_.value.exchange(0, std::memory_order_seq_cst) != 0)
            event_.signal();
    }

private:
    lone_word asleep_;
    event event_;
};

/// Stands in for `sleeper` where both sides spin.
struct spinner {
    template <class Ready>
    void sleep_until(Ready ready) noexcept {
        spin_until(ready);
    }
    void wake() noexcept {}
};

/// Each side keeps a copy of the other's counter and reads the real one only when the copy says full or empty:
/// so the counters' lines move once a batch, not once a message.
template <class Waiting>
class ring {
public:
    void push(std::uint64_t first, std::uint64_t count) noexcept {
        while (count != 0) {
            if (produced_ - consumed_seen_ == capacity) wait_for_room();
            const std::uint64_t now = std::min(count, capacity - (produced_ - consumed_seen_));
            for (std::uint64_t k = 0; k < now; ++k) slots_[(produced_ + k) & mask] = first + k;
            produced_ += now;
            first += now;
            count -= now;
            tail_.value.store(produced_, publish_order);
            consumer_.wake();
        }
    }

    /// Takes `count` messages and adds up mix of each.
    std::uint64_t take(std::uint64_t count) noexcept {
        std::uint64_t sum = 0;
        while (count != 0) {
            if (consumed_ == produced_seen_) wait_for_messages();
            const std::uint64_t now = std::min(count, produced_seen_ - consumed_);
            for (std::uint64_t k = 0; k < now; ++k) sum += mix(slots_[(consumed_ + k) & mask]);
            consumed_ += now;
            count -= now;
            head_.value.store(consumed_, publish_order);
            producer_.wake();
        }
        return sum;
    }

    /// Returns once everything pushed was taken: the barrier at the end of an iteration.
    void wait_until_empty() noexcept {
        producer_.sleep_until([this] {
            consumed_seen_ = head_.value.load(std::memory_order_seq_cst);
            return consumed_seen_ == produced_;
        });
    }

private:
    static constexpr std::uint64_t capacity = 1u << 15;
    static constexpr std::uint64_t mask = capacity - 1;
    // A spinning reader needs no more than release; the sleeping protocol needs the store in the one order.
    static constexpr std::memory_order publish_order =
        std::is_same_v<Waiting, spinner> ? std::memory_order_release : std::memory_order_seq_cst;

    void wait_for_room() noexcept {
        producer_.sleep_until([this] {
            consumed_seen_ = head_.value.load(std::memory_order_seq_cst);
            return produced_ - consumed_seen_ != capacity;
        });
    }
    void wait_for_messages() noexcept {
        consumer_.sleep_until([this] {
            produced_seen_ = tail_.value.load(std::memory_order_seq_cst);
            return consumed_ != produced_seen_;
        });
    }

    std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(capacity);
    lone_word tail_;
    lone_word head_;
    Waiting consumer_;
    Waiting producer_;
    alignas(line_size) std::uint64_t produced_ = 0; // the producer's own
    std::uint64_t consumed_seen_ = 0;
    alignas(line_size) std::uint64_t consumed_ = 0; // the consumer's own
    std::uint64_t produced_seen_ = 0;
};

template <class Waiting>
class drain_session final : public session {
public:
    explicit drain_session(ping_pong_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done{.operations = order.iterations * shape_.rounds, .thread_ids = {0, 0}};
        crew_.run([&](std::size_t side) {
            done.thread_ids[side] = this_thread_id();
            if (side == 0)
                send(order);
            else
                done.checksum = receive(order);
        });
        return done;
    }

private:
    void send(const slice_order& order) noexcept {
        const std::uint64_t batch = shape_.batch_size();
        std::uint64_t next = order.seed;
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            for (std::uint64_t sent = 0; sent < shape_.rounds; sent += batch) {
                const std::uint64_t now = std::min(batch, shape_.rounds - sent);
                ring_.push(next, now);
                next += now;
            }
            ring_.wait_until_empty();
        }
    }

    std::uint64_t receive(const slice_order& order) noexcept {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < order.iterations; ++i) sum += ring_.take(shape_.rounds);
        return sum;
    }

    ping_pong_shape shape_;
    ring<Waiting> ring_;
    crew crew_{2};
};

} // namespace

std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape, waiting wait) {
    if (wait == waiting::block) return std::make_unique<drain_session<sleeper>>(shape);
    return std::make_unique<drain_session<spinner>>(shape);
}

} // namespace bench::by_hand
