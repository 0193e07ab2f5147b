// fanout by hand: the caller of a request and its helpers meet at two words, and spin.
#include "backends/floor/crew.hpp"
#include "backends/floor/meeting.hpp"
#include "backends/floor/sessions.hpp"
#include "backends/floor/spin.hpp"

#include <vector>

namespace bench::by_hand {
namespace {

/// Balanced: every thread knows its share beforehand.
struct fixed_shares {
    explicit fixed_shares(const fanout_shape& all) : shape(all) {}
    void prepare(std::uint64_t) noexcept {}
    template <class Branch>
    void each(std::uint64_t, std::size_t thread, Branch branch) noexcept {
        const std::uint64_t from = thread * shape.branches / shape.workers;
        const std::uint64_t to = (thread + 1) * shape.branches / shape.workers;
        for (std::uint64_t b = from; b < to; ++b) branch(b);
    }
    fanout_shape shape;
};

/// Skewed: the leader takes the long branch, which it knows, first; the short ones go to the thread that is
/// free. No schedule that knows the lengths is better, so this is the critical path.
struct longest_first {
    explicit longest_first(const fanout_shape& all) : shape(all) {}
    void prepare(std::uint64_t) noexcept { next.value.store(0, std::memory_order_relaxed); }
    template <class Branch>
    void each(std::uint64_t request, std::size_t thread, Branch branch) noexcept {
        const std::uint64_t hot = request % shape.branches;
        if (thread == 0) branch(hot);
        for (;;) {
            const std::uint64_t b = next.value.fetch_add(1, std::memory_order_relaxed);
            if (b >= shape.branches) return;
            if (b != hot) branch(b);
        }
    }
    fanout_shape shape;
    lone_word next;
};

template <class Shares>
class parallel_session final : public session {
public:
    explicit parallel_session(fanout_shape shape) : shape_(shape), shares_(shape), crew_(shape.workers) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        const std::uint64_t requests = order.iterations * shape_.requests;
        std::vector<lone_word> sums(shape_.workers);
        meeting meeting(shape_.workers - 1);
        crew_.run([&](std::size_t thread) {
            std::uint64_t sum = 0;
            for (std::uint64_t n = 0; n < requests; ++n) {
                if (thread == 0) {
                    shares_.prepare(n);
                    meeting.open(n);
                } else {
                    meeting.await_open(n);
                }
                const std::uint64_t request = n % shape_.requests;
                shares_.each(request, thread, [&](std::uint64_t branch) {
                    sum += shape_.run_branch(order.seed, request, branch);
                });
                if (thread == 0)
                    meeting.await_all(n);
                else
                    meeting.arrive(thread - 1);
            }
            sums[thread].value.store(sum, std::memory_order_relaxed);
        });
        slice_outcome done{.operations = requests * shape_.branches};
        for (const auto& sum : sums) done.checksum += sum.value.load(std::memory_order_relaxed);
        return done;
    }

private:
    fanout_shape shape_;
    Shares shares_;
    crew crew_;
};

/// All branches on one thread: the serial time that a speed-up is measured against.
class serial_session final : public session {
public:
    explicit serial_session(fanout_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done;
        crew_.run([&](std::size_t) {
            for (std::uint64_t i = 0; i < order.iterations; ++i)
                for (std::uint64_t request = 0; request < shape_.requests; ++request)
                    for (std::uint64_t branch = 0; branch < shape_.branches; ++branch) {
                        done.checksum += shape_.run_branch(order.seed, request, branch);
                        ++done.operations;
                    }
        });
        return done;
    }

private:
    fanout_shape shape_;
    crew crew_{1};
};

} // namespace

std::unique_ptr<session> make_balanced_fanout(fanout_shape shape, branching mode) {
    if (mode == branching::serial) return std::make_unique<serial_session>(shape);
    return std::make_unique<parallel_session<fixed_shares>>(shape);
}

std::unique_ptr<session> make_skewed_fanout(fanout_shape shape, branching mode) {
    if (mode == branching::serial) return std::make_unique<serial_session>(shape);
    return std::make_unique<parallel_session<longest_first>>(shape);
}

} // namespace bench::by_hand
