// W16. `bypass`: continuations counted by hand, and the last part of a call returned to the scheduler, which
// runs it next without a queue between ("Scheduler Bypass" in oneTBB's migration guide). `group`: a task_group
// for each call, as the reference of task_group has it.
#define TBB_PREVIEW_TASK_GROUP_EXTENSIONS 1
#include "backends/tbb/arena.hpp"
#include "backends/tbb/sessions.hpp"
#include "workloads/ground/counted_join.hpp"

#include <array>

#include <oneapi/tbb/task_group.h>

namespace bench::on_tbb {
namespace {

/// A call as a task that never waits.
template <class Shape>
struct call_by_bypass {
    tbb::task_group* group;
    typename Shape::call call;
    counted_join* above;

    tbb::task_handle operator()() const {
        const std::uint64_t parts = Shape::parts_of(call);
        if (parts == 0) {
            counted_join::finish(above, Shape::leaf(call));
            return {};
        }
        auto* const node = new counted_join(above, parts);
        for (std::uint64_t index = 0; index + 1 < parts; ++index)
            group->run(group->defer(call_by_bypass{group, Shape::part(call, index), node}));
        return group->defer(call_by_bypass{group, Shape::part(call, parts - 1), node});
    }
};

/// A call that waits for its parts.
template <class Shape>
std::uint64_t call_by_group(typename Shape::call call) {
    const std::uint64_t parts = Shape::parts_of(call);
    if (parts == 0) return Shape::leaf(call);
    std::array<std::uint64_t, Shape::ways> results{};
    tbb::task_group group;
    for (std::uint64_t index = 0; index + 1 < parts; ++index)
        group.run([&results, call, index] { results[index] = call_by_group<Shape>(Shape::part(call, index)); });
    std::uint64_t sum = call_by_group<Shape>(Shape::part(call, parts - 1));
    group.wait();
    for (std::uint64_t index = 0; index + 1 < parts; ++index) sum += results[index];
    return sum;
}

/// One tree after the other.
template <class Shape>
class tree_session final : public session {
public:
    tree_session(const Shape& shape, joining join) : shape_(shape), join_(join), arena_(shape.workers) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done;
        arena_.run([&] {
            for (std::uint64_t i = 0; i < order.iterations; ++i) {
                const auto root = shape_.root(order.seed);
                done.checksum += join_ == joining::group ? call_by_group<Shape>(root) : run_by_bypass(root);
                done.operations += shape_.operations();
            }
        });
        return done;
    }

private:
    static std::uint64_t run_by_bypass(typename Shape::call root) {
        counted_join end(nullptr, 1);
        tbb::task_group group;
        group.run(call_by_bypass<Shape>{&group, root, &end});
        group.wait();
        return end.sum();
    }

    Shape shape_;
    joining join_;
    arena arena_;
};

} // namespace

std::unique_ptr<session> make_skynet(skynet_shape shape, joining join) {
    return std::make_unique<tree_session<skynet_shape>>(shape, join);
}

std::unique_ptr<session> make_fib(fib_shape shape, joining join) {
    return std::make_unique<tree_session<fib_shape>>(shape, join);
}

} // namespace bench::on_tbb
