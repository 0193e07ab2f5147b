// W15 with a loop a worker: a branch goes to the inbox of the loop that owns its key. The join is a counter,
// and the loop that finishes the last branch dispatches the next request, so that no loop is woken only to hear
// that all is done.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/request_turns.hpp"

#include <deque>
#include <vector>

namespace bench::on_libuv {
namespace {

class keyed_session final : public session {
public:
    explicit keyed_session(const keyed_shape& shape) : shape_(shape), turns_(shape.requests, shape.branches) {
        for (std::size_t worker = 0; worker < shape_.workers; ++worker) {
            inboxes_.emplace_back([this](std::span<std::uint64_t> branches) {
                for (const std::uint64_t branch : branches) run_branch(branch);
            });
            inboxes_.back().open_on(loops_.emplace_back().loop());
        }
        for (auto& loop : loops_) loop.start();
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_end end;
        end_ = &end;
        seed_ = order.seed;
        turns_.begin(order);
        loops_.front().post([this] { dispatch(); });
        end.wait();
        return turns_.outcome();
    }

private:
    void dispatch() {
        if (turns_.request() == 0) shape_.reset(states_, seed_);
        turns_.open();
        // A copy: once the last branch is sent, another loop may begin the next request.
        const std::uint64_t request = turns_.request();
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch)
            inboxes_[shape_.owner_of(shape_.key_of(request, branch))].send(branch);
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
            end_->announce();
    }

    keyed_shape shape_;
    std::uint64_t seed_ = 0;
    slice_end* end_ = nullptr;
    std::vector<key_state> states_;
    request_turns turns_;
    std::deque<inbox<std::uint64_t>> inboxes_; ///< one a worker; they outlive the loops
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape) {
    return std::make_unique<keyed_session>(shape);
}

} // namespace bench::on_libuv
