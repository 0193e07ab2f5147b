// W13, W14: branches as work requests of libuv's thread pool, joined on the loop.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"

#include <cstdlib>
#include <vector>

namespace bench::on_libuv {
namespace {

class fanout_session final : public session {
public:
    fanout_session(fanout_shape shape, std::size_t pool_threads)
        : shape_(shape), pool_threads_(pool_threads), branches_(shape.branches) {
        for (std::uint64_t number = 0; number < shape_.branches; ++number) {
            branches_[number].owner = this;
            branches_[number].number = number;
            branches_[number].request.data = &branches_[number];
        }
        loop_.start();
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_end end;
        end_ = &end;
        seed_ = order.seed;
        request_ = 0;
        left_ = order.iterations * shape_.requests;
        done_ = {};
        loop_.post([this] { fork(); });
        end.wait();
        return done_;
    }

    std::map<std::string, std::string> capabilities() const override {
        return {{"pool_threads", std::to_string(pool_threads_)}};
    }

private:
    struct branch {
        uv_work_t request;
        fanout_session* owner;
        std::uint64_t number;
        std::uint64_t result;
    };

    void fork() {
        open_branches_ = shape_.branches;
        for (auto& each : branches_)
            uv_queue_work(
                loop_.loop().get(), &each.request,
                [](uv_work_t* work) {
                    auto& self = *static_cast<branch*>(work->data);
                    self.result =
                        self.owner->shape_.run_branch(self.owner->seed_, self.owner->request_, self.number);
                },
                [](uv_work_t* work, int) {
                    const auto& self = *static_cast<branch*>(work->data);
                    self.owner->join(self.result);
                });
    }

    void join(std::uint64_t result) {
        done_.checksum += result;
        ++done_.operations;
        if (--open_branches_ != 0) return;
        request_ = (request_ + 1) % shape_.requests;
        if (--left_ != 0)
            fork();
        else
            end_->announce();
    }

    fanout_shape shape_;
    std::size_t pool_threads_;
    std::uint64_t seed_ = 0;
    std::uint64_t request_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t open_branches_ = 0;
    slice_outcome done_;
    slice_end* end_ = nullptr;
    std::vector<branch> branches_;
    loop_thread loop_;
};

} // namespace

std::expected<void, std::string> claim_pool(std::size_t threads) {
    static std::size_t claimed = 0;
    if (claimed == 0) {
        ::setenv("UV_THREADPOOL_SIZE", std::to_string(threads).c_str(), 1);
        claimed = threads;
    }
    if (claimed == threads) return {};
    return std::unexpected("libuv's thread pool is one for the whole process and has " +
                           std::to_string(claimed) + " threads already; a fresh process can have " +
                           std::to_string(threads));
}

std::unique_ptr<session> make_fanout(fanout_shape shape, std::size_t pool_threads) {
    return std::make_unique<fanout_session>(shape, pool_threads);
}

} // namespace bench::on_libuv
