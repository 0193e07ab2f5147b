// W15 with a thread and a queue for each worker: a branch goes to the queue of the worker that owns its key.
// The join is a counter, and the worker that finishes the last branch dispatches the next request, so that no
// thread is woken only to hear that all is done.
#include "backends/threads/message_queue.hpp"
#include "backends/threads/sessions.hpp"
#include "workloads/ground/request_turns.hpp"

#include <deque>
#include <semaphore>
#include <thread>
#include <vector>

namespace bench::plain_threads {
namespace {

class keyed_session final : public session {
public:
    explicit keyed_session(const keyed_shape& shape)
        : shape_(shape), turns_(shape.requests, shape.branches), queues_(shape.workers) {
        for (auto& queue : queues_) threads_.emplace_back([this, &queue] { serve(queue); });
    }
    keyed_session(const keyed_session&) = delete;
    keyed_session& operator=(const keyed_session&) = delete;
    ~keyed_session() override {
        for (auto& queue : queues_) queue.send(no_more);
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        seed_ = order.seed;
        turns_.begin(order);
        queues_.front().send(begin_slice);
        slice_end_.acquire();
        return turns_.outcome();
    }

private:
    // Besides the numbers of branches.
    static constexpr std::uint64_t begin_slice = ~std::uint64_t{0};
    static constexpr std::uint64_t no_more = begin_slice - 1;

    void serve(message_queue& own) {
        for (;;)
            for (const std::uint64_t message : own.receive_all()) {
                if (message == no_more) return;
                if (message == begin_slice)
                    dispatch();
                else
                    run_branch(message);
            }
    }

    void dispatch() {
        if (turns_.request() == 0) shape_.reset(states_, seed_);
        turns_.open();
        // A copy: once the last branch is sent, another worker may begin the next request.
        const std::uint64_t request = turns_.request();
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch)
            queues_[shape_.owner_of(shape_.key_of(request, branch))].send(branch);
    }

    void run_branch(std::uint64_t branch) {
        if (turns_.finish(branch, shape_.run_branch(states_[shape_.key_of(turns_.request(), branch)],
                                                    turns_.request(), branch)))
            join();
    }

    void join() {
        if (turns_.join())
            dispatch();
        else
            slice_end_.release();
    }

    keyed_shape shape_;
    std::uint64_t seed_ = 0;
    std::vector<key_state> states_;
    request_turns turns_;
    std::binary_semaphore slice_end_{0};
    std::deque<message_queue> queues_; ///< one a worker
    std::vector<std::jthread> threads_;
};

} // namespace

std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape) {
    return std::make_unique<keyed_session>(shape);
}

} // namespace bench::plain_threads
