// Boost.Asio: 64 requests in turn, each posts 16 branches to a thread_pool of two and waits for them.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <array>
#include <atomic>
#include <future>

#include <boost/asio.hpp>

namespace asio = boost::asio;

struct fanout {
    asio::thread_pool& pool;
    bool skewed;
    std::uint64_t seed;
    std::uint64_t requests_left;
    std::uint64_t request = 0;
    std::uint64_t sum = 0;
    std::array<std::uint64_t, 16> results = {};
    std::atomic<int> open = 0;
    std::promise<void> done = {};

    void fork() {
        open = 16;
        for (std::uint64_t branch = 0; branch < 16; ++branch)
            asio::post(pool, [this, branch] {
                results[branch] =
                    bench::work(seed + request * 16 + branch, straight::steps(skewed, request, branch));
                if (--open == 0) join();
            });
    }

    void join() {
        for (const auto result : results) sum += result;
        request = (request + 1) % 64;
        if (--requests_left == 0)
            done.set_value();
        else
            fork();
    }
};

int main(int argc, char** argv) {
    const bool skewed = straight::argument(argc, argv, "balanced") == "skewed";
    asio::thread_pool pool(2);
    return straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        fanout all{pool, skewed, seed, iterations * 64};
        asio::post(pool, [&all] { all.fork(); });
        all.done.get_future().wait();
        return straight::figures{iterations * 64 * 16, all.sum};
    });
}
