// W40 with a thread for each connection, threads that block in pread, and a pool that computes.
#include "backends/threads/blocking_stream.hpp"
#include "backends/threads/sessions.hpp"
#include "backends/threads/team.hpp"
#include "backends/threads/thread_pool.hpp"
#include "workloads/ground/mixed_ground.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <exception>
#include <functional>
#include <latch>
#include <utility>
#include <vector>

#include <unistd.h>

namespace bench::plain_threads {
namespace {

class mixed_session final : public session {
public:
    explicit mixed_session(std::unique_ptr<mixed_ground> ground)
        : ground_(std::move(ground)), shape_(ground_->shape()), connections_(shape_.streams.streams),
          movers_(shape_.streams.streams),
          readers_(std::min<std::size_t>(shape_.workers(), shape_.files.depth)), pool_(shape_.workers()) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        ground_->begin(order);
        const std::function<void(std::size_t)> move = [this](std::size_t k) {
            move_frames(connections_[k], ground_->flow(k), shape_.streams.hot_frames, ground_->latencies(k),
                        [] {});
        };
        std::uint64_t reads = 0;
        std::uint64_t branches = 0;
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            movers_.start(move);
            std::vector<std::uint64_t> sums(readers_.size());
            const std::uint64_t first_read = order.seed + i * shape_.files.count;
            const std::function<void(std::size_t)> read = [&](std::size_t k) {
                sums[k] = read_share(first_read, k);
            };
            readers_.start(read);
            branches += compute(order.seed + i * shape_.branches);
            std::exception_ptr failure;
            movers_.wait(failure);
            readers_.wait(failure);
            if (failure) std::rethrow_exception(failure);
            for (const std::uint64_t sum : sums) reads += sum;
        }
        return ground_->end(reads, branches, into);
    }

private:
    std::uint64_t read_share(std::uint64_t seed, std::size_t reader) {
        const auto buffer = ground_->buffer(reader);
        std::uint64_t sum = 0;
        for (std::uint64_t k = reader; k < shape_.files.count; k += readers_.size()) {
            const auto offset = static_cast<off_t>(shape_.files.read_offset(seed + k));
            const ssize_t got = ::pread(ground_->data().descriptor(), buffer.data(), buffer.size(), offset);
            if (got < 0) fail_call("pread", errno);
            expect_transferred("pread", static_cast<std::uint64_t>(got), shape_.files.bytes);
            sum += block_sum(buffer);
        }
        return sum;
    }

    /// On the pool, while the caller sleeps.
    std::uint64_t compute(std::uint64_t first) {
        std::vector<std::uint64_t> results(shape_.branches);
        std::latch all(static_cast<std::ptrdiff_t>(shape_.branches));
        for (std::uint64_t k = 0; k < shape_.branches; ++k)
            pool_.submit([&, k] {
                results[k] = shape_.run_branch(first + k);
                all.count_down();
            });
        all.wait();
        std::uint64_t sum = 0;
        for (const std::uint64_t result : results) sum += result;
        return sum;
    }

    std::unique_ptr<mixed_ground> ground_;
    mixed_shape shape_;
    std::deque<blocking_stream> connections_;
    team movers_;
    team readers_;
    thread_pool pool_;
};

} // namespace

opened_session open_mixed_session(const mixed_shape& shape) {
    auto ground = mixed_ground::open(shape);
    if (!ground) return std::unexpected(std::move(ground.error()));
    return open_session<mixed_session>(std::move(*ground));
}

} // namespace bench::plain_threads
