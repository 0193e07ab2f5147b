// W13, W14 with handlers: a branch is a posted handler, the join is a counter, and whoever finishes the last
// branch starts the next request: nobody is woken only to hear that all is done.
#include "backends/asio/sessions.hpp"

#include <vector>

#include <boost/asio/post.hpp>

namespace bench::on_asio {
namespace {

class fanout_session final : public session {
public:
    fanout_session(fanout_shape shape, context_layout layout, polling how)
        : shape_(shape), results_(shape.branches), workers_(shape.workers, layout, how) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        running_slice slice(workers_);
        slice_ = &slice;
        seed_ = order.seed;
        request_ = 0;
        left_ = order.iterations * shape_.requests;
        done_ = {};
        asio::post(workers_.context(0), [this] { fork(); });
        slice.wait();
        return done_;
    }

private:
    /// Branch b goes to the context of worker b mod workers; a pool has one context for all.
    void fork() {
        open_branches_.store(shape_.branches, std::memory_order_relaxed);
        for (std::uint64_t branch = shape_.branches; branch-- != 0;)
            asio::post(workers_.context(branch), [this, branch] { run_branch(branch); });
    }

    void run_branch(std::uint64_t branch) {
        results_[branch] = shape_.run_branch(seed_, request_, branch);
        if (open_branches_.fetch_sub(1, std::memory_order_acq_rel) == 1) join();
    }

    void join() {
        for (const std::uint64_t result : results_) done_.checksum += result;
        done_.operations += shape_.branches;
        request_ = (request_ + 1) % shape_.requests;
        if (--left_ != 0)
            fork();
        else
            slice_->announce_end();
    }

    fanout_shape shape_;
    std::uint64_t seed_ = 0;
    std::uint64_t request_ = 0;
    std::uint64_t left_ = 0;
    slice_outcome done_;
    running_slice* slice_ = nullptr;
    std::vector<std::uint64_t> results_;
    alignas(128) std::atomic<std::uint64_t> open_branches_{0};
    worker_threads workers_;
};

} // namespace

std::unique_ptr<session> make_fanout(fanout_shape shape, context_layout layout, polling how) {
    return std::make_unique<fanout_session>(shape, layout, how);
}

} // namespace bench::on_asio
