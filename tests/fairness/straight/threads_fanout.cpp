// The standard library: a thread pool of two with one queue; a request waits on a latch.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <array>
#include <condition_variable>
#include <functional>
#include <latch>
#include <mutex>
#include <queue>
#include <thread>

class pool {
public:
    explicit pool(int size) {
        for (int i = 0; i < size; ++i) threads_.emplace_back([this] { run(); });
    }
    ~pool() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
    }
    void submit(std::function<void()> job) {
        {
            const std::lock_guard lock(mutex_);
            jobs_.push(std::move(job));
        }
        changed_.notify_one();
    }

private:
    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            const auto job = std::move(jobs_.front());
            jobs_.pop();
            lock.unlock();
            job();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::queue<std::function<void()>> jobs_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

int main(int argc, char** argv) {
    const bool skewed = straight::argument(argc, argv, "balanced") == "skewed";
    pool two(2);
    return straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        for (std::uint64_t n = 0; n < iterations * 64; ++n) {
            const std::uint64_t request = n % 64;
            std::latch done(16);
            std::array<std::uint64_t, 16> results{};
            for (std::uint64_t branch = 0; branch < 16; ++branch)
                two.submit([&, branch] {
                    results[branch] =
                        bench::work(seed + request * 16 + branch, straight::steps(skewed, request, branch));
                    done.count_down();
                });
            done.wait();
            for (const auto result : results) sum += result;
        }
        return straight::figures{iterations * 64 * 16, sum};
    });
}
