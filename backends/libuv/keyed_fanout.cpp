// W15 with a loop a worker: a branch goes to the inbox of the loop that owns its key. The join is a counter,
// and whoever finishes the last branch dispatches the next request, so that no loop is woken only to hear that
// all is done.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"

#include <atomic>
#include <deque>
#include <vector>

namespace bench::on_libuv {
namespace {

class keyed_session final : public session {
public:
    explicit keyed_session(const keyed_shape& shape) : shape_(shape), results_(shape.branches) {
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
        request_ = 0;
        left_ = order.iterations * shape_.requests;
        done_ = {};
        loops_.front().post([this] { dispatch(); });
        end.wait();
        return done_;
    }

private:
    void dispatch() {
        if (request_ == 0) shape_.reset(states_, seed_);
        open_branches_.store(shape_.branches, std::memory_order_relaxed);
        // A copy: once the last branch is sent, another loop may begin the next request.
        const std::uint64_t request = request_;
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch)
            inboxes_[shape_.owner_of(shape_.key_of(request, branch))].send(branch);
    }

    void run_branch(std::uint64_t branch) {
        results_[branch] = shape_.run_branch(states_[shape_.key_of(request_, branch)], request_, branch);
        if (open_branches_.fetch_sub(1, std::memory_order_acq_rel) == 1) join();
    }

    void join() {
        for (const std::uint64_t result : results_) done_.checksum += result;
        done_.operations += shape_.branches;
        request_ = (request_ + 1) % shape_.requests;
        if (--left_ != 0)
            dispatch();
        else
            end_->announce();
    }

    keyed_shape shape_;
    std::uint64_t seed_ = 0;
    std::uint64_t request_ = 0;
    std::uint64_t left_ = 0;
    slice_outcome done_;
    slice_end* end_ = nullptr;
    std::vector<key_state> states_;
    std::vector<std::uint64_t> results_;
    alignas(128) std::atomic<std::uint64_t> open_branches_{0};
    std::deque<inbox<std::uint64_t>> inboxes_; ///< one a worker; they outlive the loops
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape) {
    return std::make_unique<keyed_session>(shape);
}

} // namespace bench::on_libuv
