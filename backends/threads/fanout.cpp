// W13, W14 with a thread pool, and a latch for each request.
#include "backends/threads/sessions.hpp"
#include "backends/threads/thread_pool.hpp"

#include <latch>
#include <vector>

namespace bench::plain_threads {
namespace {

/// The caller takes part, so the pool has one thread less than there are workers: no thread has to be woken
/// when a request is done, which is half of the wake-ups.
class fanout_session final : public session {
public:
    explicit fanout_session(fanout_shape shape) : shape_(shape), pool_(shape.workers - 1) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done;
        std::vector<std::uint64_t> results(shape_.branches);
        for (std::uint64_t i = 0; i < order.iterations; ++i)
            for (std::uint64_t request = 0; request < shape_.requests; ++request) {
                fork_and_join(order.seed, request, results);
                for (const std::uint64_t result : results) done.checksum += result;
                done.operations += results.size();
            }
        return done;
    }

private:
    void fork_and_join(std::uint64_t seed, std::uint64_t request, std::vector<std::uint64_t>& results) {
        std::latch all_done(static_cast<std::ptrdiff_t>(shape_.branches));
        // Three words of capture by reference: the job fits std::function without an allocation.
        const auto branch = [&](std::uint64_t number) {
            results[number] = shape_.run_branch(seed, request, number);
            all_done.count_down();
        };
        for (std::uint64_t number = 0; number < shape_.branches; ++number)
            pool_.submit([&branch, number] { branch(number); });
        pool_.help();
        all_done.wait();
    }

    fanout_shape shape_;
    thread_pool pool_;
};

} // namespace

std::unique_ptr<session> make_fanout(fanout_shape shape) { return std::make_unique<fanout_session>(shape); }

} // namespace bench::plain_threads
