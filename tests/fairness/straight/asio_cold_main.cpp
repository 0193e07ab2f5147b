// Boost.Asio: the same, the main thread running one of the two io_contexts.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <functional>
#include <thread>

#include <boost/asio.hpp>

namespace asio = boost::asio;

static std::uint64_t start_and_stop(std::uint64_t next) {
    asio::io_context left(1);
    asio::io_context right(1);
    auto right_work = asio::make_work_guard(right);
    auto left_work = asio::make_work_guard(left);
    std::thread right_thread([&] { right.run(); });
    const std::uint64_t last = next + 64;
    std::uint64_t sum = 0;
    std::function<void()> serve = [&] {
        asio::post(right, [&, ball = next++] {
            asio::post(left, [&, answer = bench::mix(ball)] {
                sum += answer;
                if (next != last) return serve();
                left_work.reset();
                right_work.reset();
            });
        });
    };
    serve();
    left.run();
    right_thread.join();
    return sum;
}

int main(int argc, char** argv) {
    return straight::measure(argc, argv, [](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < iterations; ++i) sum += start_and_stop(seed + i * 64);
        return straight::figures{iterations, sum};
    });
}
