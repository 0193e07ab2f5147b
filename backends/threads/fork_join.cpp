// W16 with a stack of calls under one mutex, which all threads empty: newest first, so that a tree is gone
// through in depth and the stack stays short. The last call of a node goes on in place; results are joined by
// counting.
#include "backends/threads/sessions.hpp"
#include "workloads/ground/counted_join.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <semaphore>
#include <span>
#include <thread>
#include <vector>

namespace bench::plain_threads {
namespace {

/// Work that any of several threads may take.
template <class Item>
class work_stack {
public:
    /// All at once, under one lock; wakes as many sleeping threads as there are items, at most.
    void push(std::span<const Item> items) {
        std::size_t wakes = 0;
        {
            const std::lock_guard lock(mutex_);
            items_.insert(items_.end(), items.begin(), items.end());
            wakes = std::min(idle_, items.size());
        }
        for (; wakes != 0; --wakes) not_empty_.notify_one();
    }

    /// The newest item, waiting for one. Nothing once the stack is closed.
    [[nodiscard]] std::optional<Item> pop() {
        std::unique_lock lock(mutex_);
        while (items_.empty()) {
            if (closed_) return std::nullopt;
            ++idle_;
            not_empty_.wait(lock);
            --idle_;
        }
        const Item newest = items_.back();
        items_.pop_back();
        return newest;
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        not_empty_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable not_empty_;
    std::vector<Item> items_;
    std::size_t idle_ = 0;
    bool closed_ = false;
};

/// One tree after the other: the worker that finishes the last call of a tree starts the next.
template <class Shape>
class tree_session final : public session {
public:
    explicit tree_session(const Shape& shape) : shape_(shape) {
        for (std::size_t worker = 0; worker < shape.workers; ++worker)
            threads_.emplace_back([this] { serve(); });
    }
    tree_session(const tree_session&) = delete;
    tree_session& operator=(const tree_session&) = delete;
    ~tree_session() override { calls_.close(); }

    slice_outcome run(const slice_order& order, recorder&) override {
        seed_ = order.seed;
        left_ = order.iterations;
        done_ = {};
        start_tree();
        slice_end_.acquire();
        return done_;
    }

private:
    struct open_call {
        typename Shape::call call;
        counted_join* above;
    };

    void serve() {
        while (const auto next = calls_.pop()) visit(*next);
    }

    void start_tree() {
        root_.emplace(nullptr, 1);
        const open_call root{shape_.root(seed_), &*root_};
        calls_.push({&root, 1});
    }

    void visit(open_call now) {
        while (const std::uint64_t parts = Shape::parts_of(now.call)) {
            auto* const node = new counted_join(now.above, parts);
            std::array<open_call, Shape::ways> forked;
            for (std::uint64_t index = 0; index + 1 < parts; ++index)
                forked[index] = {Shape::part(now.call, index), node};
            calls_.push({forked.data(), parts - 1});
            now = {Shape::part(now.call, parts - 1), node};
        }
        if (counted_join::finish(now.above, Shape::leaf(now.call))) finish_tree();
    }

    void finish_tree() {
        done_.checksum += root_->sum();
        done_.operations += shape_.operations();
        if (--left_ != 0)
            start_tree();
        else
            slice_end_.release();
    }

    Shape shape_;
    std::uint64_t seed_ = 0;
    std::uint64_t left_ = 0;
    slice_outcome done_;
    std::optional<counted_join> root_;
    std::binary_semaphore slice_end_{0};
    work_stack<open_call> calls_;
    std::vector<std::jthread> threads_;
};

} // namespace

std::unique_ptr<session> make_skynet(skynet_shape shape) {
    return std::make_unique<tree_session<skynet_shape>>(shape);
}

std::unique_ptr<session> make_fib(fib_shape shape) { return std::make_unique<tree_session<fib_shape>>(shape); }

} // namespace bench::plain_threads
