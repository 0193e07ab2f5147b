// W13, W14: each branch a task of its own, joined by the group; the joining thread takes part.
#include "backends/tbb/arena.hpp"
#include "backends/tbb/sessions.hpp"

#include <vector>

#include <oneapi/tbb/task_group.h>

namespace bench::on_tbb {
namespace {

class fanout_session final : public session {
public:
    explicit fanout_session(fanout_shape shape)
        : shape_(shape), arena_(shape.workers), results_(shape.branches) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done;
        arena_.run([&] {
            tbb::task_group group;
            for (std::uint64_t i = 0; i < order.iterations; ++i)
                for (std::uint64_t request = 0; request < shape_.requests; ++request) {
                    fork_and_join(group, order.seed, request);
                    for (const std::uint64_t result : results_) done.checksum += result;
                    done.operations += results_.size();
                }
        });
        return done;
    }

private:
    void fork_and_join(tbb::task_group& group, std::uint64_t seed, std::uint64_t request) {
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch)
            group.run(
                [this, seed, request, branch] { results_[branch] = shape_.run_branch(seed, request, branch); });
        group.wait();
    }

    fanout_shape shape_;
    arena arena_;
    std::vector<std::uint64_t> results_;
};

} // namespace

std::unique_ptr<session> make_fanout(fanout_shape shape) { return std::make_unique<fanout_session>(shape); }

} // namespace bench::on_tbb
