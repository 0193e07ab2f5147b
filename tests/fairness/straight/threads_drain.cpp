// The standard library: 2,048 messages through a queue under a mutex, then an acknowledgement.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

constexpr std::uint64_t messages = 2048;

class queue {
public:
    template <class Iterator>
    void put(Iterator first, Iterator last) {
        {
            const std::lock_guard lock(mutex_);
            items_.insert(items_.end(), first, last);
        }
        filled_.notify_one();
    }
    void take_all(std::vector<std::uint64_t>& into) {
        into.clear();
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return !items_.empty(); });
        into.swap(items_);
    }

private:
    std::mutex mutex_;
    std::condition_variable filled_;
    std::vector<std::uint64_t> items_;
};

int main(int argc, char** argv) {
    const std::uint64_t batch = straight::batch_size(argc, argv, messages);
    return straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        queue forth;
        queue back;
        std::uint64_t sum = 0;
        std::thread receiver([&] {
            std::vector<std::uint64_t> taken;
            for (std::uint64_t i = 0; i < iterations; ++i) {
                for (std::uint64_t count = 0; count < messages; count += taken.size()) {
                    forth.take_all(taken);
                    for (const auto message : taken) sum += bench::mix(message);
                }
                back.put(&i, &i + 1);
            }
        });
        std::vector<std::uint64_t> parcel(batch);
        std::vector<std::uint64_t> acknowledged;
        for (std::uint64_t i = 0; i < iterations; ++i) {
            for (std::uint64_t sent = 0; sent < messages; sent += batch) {
                const std::uint64_t size = std::min(batch, messages - sent);
                for (std::uint64_t k = 0; k < size; ++k) parcel[k] = seed + i * messages + sent + k;
                forth.put(parcel.begin(), parcel.begin() + static_cast<std::ptrdiff_t>(size));
            }
            back.take_all(acknowledged);
        }
        receiver.join();
        return straight::figures{iterations * messages, sum};
    });
}
