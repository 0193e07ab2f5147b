// The standard library: 256 round trips between two threads through a mutex and a condition variable each way.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

class slot {
public:
    void put(std::uint64_t value) {
        {
            const std::lock_guard lock(mutex_);
            value_ = value;
        }
        filled_.notify_one();
    }
    std::uint64_t take() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return value_.has_value(); });
        const std::uint64_t value = *value_;
        value_.reset();
        return value;
    }

private:
    std::mutex mutex_;
    std::condition_variable filled_;
    std::optional<std::uint64_t> value_;
};

int main(int argc, char** argv) {
    return straight::measure(argc, argv, [](std::uint64_t iterations, std::uint64_t seed) {
        slot forth;
        slot back;
        const std::uint64_t rounds = iterations * 256;
        std::thread other([&] {
            for (std::uint64_t k = 0; k < rounds; ++k) back.put(bench::mix(forth.take()));
        });
        std::uint64_t sum = 0;
        for (std::uint64_t k = 0; k < rounds; ++k) {
            forth.put(seed + k);
            sum += back.take();
        }
        other.join();
        return straight::figures{rounds, sum};
    });
}
