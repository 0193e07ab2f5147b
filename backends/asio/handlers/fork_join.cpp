// W16 with handlers: each forked call is posted to the one context that all workers run, the last call of a
// node goes on in place, and results are joined by counting.
#include "backends/asio/sessions.hpp"
#include "workloads/ground/counted_join.hpp"

#include <optional>

#include <boost/asio/post.hpp>

namespace bench::on_asio {
namespace {

/// One tree after the other: the worker that finishes the last call of a tree starts the next.
template <class Shape>
class tree_session final : public session {
public:
    tree_session(const Shape& shape, polling poll)
        : shape_(shape), workers_(shape.workers, context_layout::pool, poll) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        running_slice slice(workers_);
        slice_ = &slice;
        seed_ = order.seed;
        left_ = order.iterations;
        done_ = {};
        asio::post(workers_.context(0), [this] { start_tree(); });
        slice.wait();
        return done_;
    }

private:
    void start_tree() {
        root_.emplace(nullptr, 1);
        visit(shape_.root(seed_), &*root_);
    }

    void visit(typename Shape::call call, counted_join* above) {
        while (const std::uint64_t parts = Shape::parts_of(call)) {
            auto* const node = new counted_join(above, parts);
            for (std::uint64_t index = 0; index + 1 < parts; ++index)
                asio::post(workers_.context(0),
                           [this, part = Shape::part(call, index), node] { visit(part, node); });
            call = Shape::part(call, parts - 1);
            above = node;
        }
        if (counted_join::finish(above, Shape::leaf(call))) finish_tree();
    }

    void finish_tree() {
        done_.checksum += root_->sum();
        done_.operations += shape_.operations();
        if (--left_ != 0)
            asio::post(workers_.context(0), [this] { start_tree(); });
        else
            slice_->announce_end();
    }

    Shape shape_;
    std::uint64_t seed_ = 0;
    std::uint64_t left_ = 0;
    slice_outcome done_;
    running_slice* slice_ = nullptr;
    std::optional<counted_join> root_;
    worker_threads workers_;
};

} // namespace

std::unique_ptr<session> make_skynet(skynet_shape shape, polling poll) {
    return std::make_unique<tree_session<skynet_shape>>(shape, poll);
}

std::unique_ptr<session> make_fib(fib_shape shape, polling poll) {
    return std::make_unique<tree_session<fib_shape>>(shape, poll);
}

} // namespace bench::on_asio
