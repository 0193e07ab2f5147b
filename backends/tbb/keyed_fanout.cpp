// W15: a queue for each key, emptied by one task at a time. The first branch that is put into an empty queue
// starts the task; it goes on until the queue is empty.
#include "backends/tbb/arena.hpp"
#include "backends/tbb/sessions.hpp"

#include <atomic>
#include <vector>

#include <oneapi/tbb/task_group.h>

namespace bench::on_tbb {
namespace {

/// The branches of one key within one request; one thread puts, one task at a time takes.
class serial_queue {
public:
    explicit serial_queue(std::uint64_t capacity) : branches_(capacity) {}

    /// True when the queue was empty, and so no task is emptying it.
    [[nodiscard]] bool put(std::uint64_t branch) {
        branches_[end_++] = branch;
        return waiting_.value.fetch_add(1, std::memory_order_acq_rel) == 0;
    }

    /// Hands branches to `take` until none is left.
    template <class Take>
    void drain(Take take) {
        do {
            take(branches_[begin_++]);
        } while (waiting_.value.fetch_sub(1, std::memory_order_acq_rel) != 1);
    }

    /// Ready for the next request. Only while no task drains.
    void rewind() noexcept { begin_ = end_ = 0; }

private:
    struct alignas(128) counter {
        std::atomic<std::uint64_t> value{0};
    };
    std::vector<std::uint64_t> branches_;
    std::uint64_t end_ = 0;   // of the side that puts
    counter waiting_;         // put, and not yet done
    std::uint64_t begin_ = 0; // of the side that drains
};

class keyed_session final : public session {
public:
    explicit keyed_session(const keyed_shape& shape)
        : shape_(shape), arena_(shape.workers), results_(shape.branches) {
        queues_.reserve(shape_.keys);
        for (std::uint64_t key = 0; key < shape_.keys; ++key)
            queues_.push_back(std::make_unique<serial_queue>(shape_.branches));
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done;
        arena_.run([&] {
            tbb::task_group group;
            for (std::uint64_t i = 0; i < order.iterations; ++i) {
                shape_.reset(states_, order.seed);
                for (std::uint64_t request = 0; request < shape_.requests; ++request) {
                    dispatch_and_join(group, request);
                    for (const std::uint64_t result : results_) done.checksum += result;
                    done.operations += results_.size();
                }
            }
        });
        return done;
    }

private:
    void dispatch_and_join(tbb::task_group& group, std::uint64_t request) {
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch) {
            const std::uint64_t key = shape_.key_of(request, branch);
            if (queues_[key]->put(branch)) group.run([this, request, key] { run_key(request, key); });
        }
        group.wait();
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch)
            queues_[shape_.key_of(request, branch)]->rewind();
    }

    void run_key(std::uint64_t request, std::uint64_t key) {
        queues_[key]->drain(
            [&](std::uint64_t branch) { results_[branch] = shape_.run_branch(states_[key], request, branch); });
    }

    keyed_shape shape_;
    arena arena_;
    std::vector<key_state> states_;
    std::vector<std::unique_ptr<serial_queue>> queues_;
    std::vector<std::uint64_t> results_;
};

} // namespace

std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape) {
    return std::make_unique<keyed_session>(shape);
}

} // namespace bench::on_tbb
