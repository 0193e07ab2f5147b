// W15 with handlers: a branch is a handler posted to the worker that owns its key (an io_context a worker), or
// to the strand of its key (one io_context for all). Both keep the order of posting and run one at a time. The
// join is a counter, and the handler that finishes the last branch starts the next request.
#include "backends/asio/sessions.hpp"
#include "workloads/ground/request_turns.hpp"

#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

namespace bench::on_asio {
namespace {

class keyed_session final : public session {
public:
    using executor = asio::io_context::executor_type;

    keyed_session(const keyed_shape& shape, context_layout layout, polling poll)
        : shape_(shape), turns_(shape.requests, shape.branches), workers_(shape.workers, layout, poll) {
        if (layout == context_layout::worker) return;
        for (std::uint64_t key = 0; key < shape_.keys; ++key)
            strands_.emplace_back(workers_.context(0).get_executor());
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        running_slice slice(workers_);
        slice_ = &slice;
        seed_ = order.seed;
        turns_.begin(order);
        asio::post(workers_.context(0), [this] { dispatch(); });
        slice.wait();
        return turns_.outcome();
    }

private:
    void dispatch() {
        if (turns_.request() == 0) shape_.reset(states_, seed_);
        turns_.open();
        // A copy: once the last branch is posted, another worker may begin the next request.
        const std::uint64_t request = turns_.request();
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch) {
            const std::uint64_t key = shape_.key_of(request, branch);
            const auto run = [this, key, branch] { run_branch(key, branch); };
            if (strands_.empty())
                asio::post(workers_.context(shape_.owner_of(key)), run);
            else
                asio::post(strands_[key], run);
        }
    }

    void run_branch(std::uint64_t key, std::uint64_t branch) {
        if (turns_.finish(branch, shape_.run_branch(states_[key], turns_.request(), branch))) join();
    }

    void join() {
        if (turns_.join())
            dispatch();
        else
            slice_->announce_end();
    }

    keyed_shape shape_;
    std::uint64_t seed_ = 0;
    running_slice* slice_ = nullptr;
    std::vector<key_state> states_;
    request_turns turns_;
    worker_threads workers_;
    std::vector<asio::strand<executor>> strands_;
};

} // namespace

std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape, context_layout layout, polling poll) {
    return std::make_unique<keyed_session>(shape, layout, poll);
}

} // namespace bench::on_asio
