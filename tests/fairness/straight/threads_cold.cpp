// The standard library: start a thread beside the main one, 64 round trips, join it.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

int main(int argc, char** argv) {
    return straight::measure(argc, argv, [](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < iterations; ++i) {
            std::mutex mutex;
            std::condition_variable asked;
            std::condition_variable answered;
            std::uint64_t value = 0;
            bool question = false;
            bool answer = false;
            std::thread other([&] {
                for (int k = 0; k < 64; ++k) {
                    {
                        std::unique_lock lock(mutex);
                        asked.wait(lock, [&] { return question; });
                        question = false;
                        value = bench::mix(value);
                        answer = true;
                    }
                    answered.notify_one();
                }
            });
            for (std::uint64_t k = 0; k < 64; ++k) {
                {
                    const std::lock_guard lock(mutex);
                    value = seed + i * 64 + k;
                    question = true;
                }
                asked.notify_one();
                std::unique_lock lock(mutex);
                answered.wait(lock, [&] { return answer; });
                answer = false;
                sum += value;
            }
            other.join();
        }
        return straight::figures{iterations, sum};
    });
}
