// Boost.Asio: 256 round trips between two io_contexts, a thread each; coroutines on the model of the
// documentation's "C++20 Coroutines" and "channel" pages are slower here than plain posts, so posts it is.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <future>
#include <thread>

#include <boost/asio.hpp>

namespace asio = boost::asio;

struct player {
    asio::io_context& mine;
    asio::io_context& theirs;
    std::uint64_t next = 0;
    std::uint64_t last = 0;
    std::uint64_t sum = 0;
    std::promise<void> done = {};

    void serve() {
        asio::post(theirs, [this, ball = next++] {
            const std::uint64_t answer = bench::mix(ball);
            asio::post(mine, [this, answer] {
                sum += answer;
                if (next == last)
                    done.set_value();
                else
                    serve();
            });
        });
    }
};

int main(int argc, char** argv) {
    asio::io_context left(1);
    asio::io_context right(1);
    auto left_work = asio::make_work_guard(left);
    auto right_work = asio::make_work_guard(right);
    std::thread left_thread([&] { left.run(); });
    std::thread right_thread([&] { right.run(); });
    const int status = straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        player one{left, right, seed, seed + iterations * 256};
        asio::post(left, [&one] { one.serve(); });
        one.done.get_future().wait();
        return straight::figures{iterations * 256, one.sum};
    });
    left_work.reset();
    right_work.reset();
    left_thread.join();
    right_thread.join();
    return status;
}
