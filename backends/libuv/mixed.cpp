// W40 on libuv: connections, uv_fs_read and uv_queue_work on the loops of the workers.
#include "backends/libuv/connection.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/mixed_ground.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

namespace bench::on_libuv {
namespace {

/// W40: connections, uv_fs_read and uv_queue_work on the loops of the workers; libuv has one pool for the last
/// two.
class mixed_session final : public session {
public:
    explicit mixed_session(std::unique_ptr<mixed_ground> ground)
        : ground_(std::move(ground)), shape_(ground_->shape()), readers_(shape_.files.depth),
          branches_(shape_.branches) {
        for (std::size_t i = 0; i < shape_.streams.streams; ++i)
            connections_.push_back(std::make_unique<connection>(
                ground_->flow(i), [this](std::exception_ptr failure) { end_one(std::move(failure)); },
                [](std::span<const std::uint64_t>) {}));
        for (std::size_t worker = 0; worker < shape_.workers(); ++worker) {
            starts_.emplace_back([this, worker](std::span<std::uint64_t> all) {
                for (const std::uint64_t iteration : all) start_those_of(worker, iteration);
            });
            auto& loop = loops_.emplace_back().loop();
            starts_.back().open_on(loop);
            for (std::size_t i = worker; i < connections_.size(); i += shape_.workers())
                connections_[i]->open_on(loop, port_of_peer());
        }
        for (auto& loop : loops_) loop.start();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        slice_end end;
        end_ = &end;
        ground_->begin(order);
        seed_ = order.seed;
        read_sum_ = branch_sum_ = 0;
        iteration_ = 0;
        left_ = order.iterations;
        begin_iteration();
        end.wait();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        return ground_->end(read_sum_, branch_sum_, into);
    }

private:
    struct reader {
        uv_fs_t request;
        mixed_session* owner;
        uv_loop_t* loop;
        std::span<std::byte> buffer;
        std::uint64_t seed;
        std::uint64_t next;
        std::uint64_t sum;
    };
    struct branch {
        uv_work_t request;
        mixed_session* owner;
        std::uint64_t number;
        std::uint64_t result;
    };

    void begin_iteration() {
        open_.store(connections_.size() + readers_.size() + branches_.size(), std::memory_order_relaxed);
        // A copy: once the last loop has it, another one may begin the next.
        const std::uint64_t iteration = iteration_;
        for (auto& each : starts_) each.send(iteration);
    }

    void start_those_of(std::size_t worker, std::uint64_t iteration) {
        uv_loop_t* const loop = loops_[worker].loop().get();
        const std::size_t step = shape_.workers();
        for (std::size_t i = worker; i < connections_.size(); i += step)
            connections_[i]->move(shape_.streams.hot_frames, ground_->latencies(i));
        for (std::size_t k = worker; k < readers_.size(); k += step) {
            readers_[k] = {.request = {},
                           .owner = this,
                           .loop = loop,
                           .buffer = ground_->buffer(k),
                           .seed = seed_ + iteration * shape_.files.count,
                           .next = k,
                           .sum = 0};
            readers_[k].request.data = &readers_[k];
            read_next(readers_[k]);
        }
        for (std::size_t k = worker; k < branches_.size(); k += step) {
            branches_[k] = {
                .request = {}, .owner = this, .number = seed_ + iteration * shape_.branches + k, .result = 0};
            branches_[k].request.data = &branches_[k];
            uv_queue_work(
                loop, &branches_[k].request,
                [](uv_work_t* work) {
                    auto& self = *static_cast<branch*>(work->data);
                    self.result = self.owner->shape_.run_branch(self.number);
                },
                [](uv_work_t* work, int) { static_cast<branch*>(work->data)->owner->end_one(nullptr); });
        }
    }

    void read_next(reader& with) {
        if (with.next >= shape_.files.count) return end_one(nullptr);
        const uv_buf_t buffer =
            uv_buf_init(reinterpret_cast<char*>(with.buffer.data()), static_cast<unsigned>(with.buffer.size()));
        const auto offset = static_cast<std::int64_t>(shape_.files.read_offset(with.seed + with.next));
        uv_fs_read(with.loop, &with.request, ground_->data().descriptor(), &buffer, 1, offset,
                   [](uv_fs_t* request) {
                       auto& self = *static_cast<reader*>(request->data);
                       const std::int64_t answer = request->result;
                       uv_fs_req_cleanup(request);
                       self.owner->take(self, answer);
                   });
    }

    void take(reader& of, std::int64_t answer) {
        if (answer != static_cast<std::int64_t>(shape_.files.bytes))
            return end_one(std::make_exception_ptr(std::runtime_error(
                answer < 0 ? std::string("read: ") + uv_strerror(static_cast<int>(answer))
                           : "read gave " + std::to_string(answer) + " bytes, fewer than asked for")));
        of.sum += block_sum(of.buffer);
        of.next += shape_.files.depth;
        read_next(of);
    }

    void end_one(std::exception_ptr failure) {
        if (failure) {
            const std::lock_guard lock(mutex_);
            failure_ = std::move(failure);
            left_ = 1;
        }
        if (open_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        for (const auto& each : readers_) read_sum_ += each.sum;
        for (const auto& each : branches_) branch_sum_ += each.result;
        ++iteration_;
        if (--left_ != 0)
            begin_iteration();
        else
            end_->announce();
    }

    std::unique_ptr<mixed_ground> ground_;
    mixed_shape shape_;
    slice_end* end_ = nullptr;
    std::uint64_t seed_ = 0;
    std::uint64_t iteration_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t read_sum_ = 0;
    std::uint64_t branch_sum_ = 0;
    std::mutex mutex_;
    std::exception_ptr failure_;
    alignas(128) std::atomic<std::uint64_t> open_{0};
    std::vector<reader> readers_;
    std::vector<branch> branches_;
    std::vector<std::unique_ptr<connection>> connections_; // they and the inboxes outlive the loops
    std::deque<inbox<std::uint64_t>> starts_;
    std::deque<loop_thread> loops_;
};

} // namespace

opened_session open_mixed_session(const mixed_shape& shape) {
    auto ground = mixed_ground::open(shape);
    if (!ground) return std::unexpected(std::move(ground.error()));
    return open_session<mixed_session>(std::move(*ground));
}

} // namespace bench::on_libuv
