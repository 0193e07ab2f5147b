// W13, W14 with handlers: a branch is a posted handler, the join is a counter, and the handler that finishes
// the last branch starts the next request: no thread is woken only to hear that all is done.
#include "backends/asio/sessions.hpp"
#include "workloads/ground/request_turns.hpp"

#include <vector>

#include <boost/asio/post.hpp>

namespace bench::on_asio {
namespace {

class fanout_session final : public session {
public:
    fanout_session(fanout_shape shape, context_layout layout, polling poll)
        : shape_(shape), turns_(shape.requests, shape.branches), workers_(shape.workers, layout, poll) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        running_slice slice(workers_);
        slice_ = &slice;
        seed_ = order.seed;
        turns_.begin(order);
        asio::post(workers_.context(0), [this] { fork(); });
        slice.wait();
        return turns_.outcome();
    }

private:
    /// Branch b goes to the context of worker b mod workers; a pool has one context for all.
    void fork() {
        turns_.open();
        for (std::uint64_t branch = shape_.branches; branch-- != 0;)
            asio::post(workers_.context(branch), [this, branch] { run_branch(branch); });
    }

    void run_branch(std::uint64_t branch) {
        if (turns_.finish(branch, shape_.run_branch(seed_, turns_.request(), branch))) join();
    }

    void join() {
        if (turns_.join())
            fork();
        else
            slice_->announce_end();
    }

    fanout_shape shape_;
    std::uint64_t seed_ = 0;
    running_slice* slice_ = nullptr;
    request_turns turns_;
    worker_threads workers_;
};

} // namespace

std::unique_ptr<session> make_fanout(fanout_shape shape, context_layout layout, polling poll) {
    return std::make_unique<fanout_session>(shape, layout, poll);
}

} // namespace bench::on_asio
