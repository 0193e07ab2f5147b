// Boost.Asio: the same by coroutines and the library's own concurrent_channel.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <future>
#include <thread>

#include <boost/asio.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

namespace asio = boost::asio;
using executor = asio::io_context::executor_type;
using channel =
    asio::experimental::concurrent_channel<executor, void(boost::system::error_code, std::uint64_t)>;
using task = asio::awaitable<void, executor>;
constexpr std::uint64_t messages = 2048;
constexpr auto here = asio::use_awaitable_t<executor>{};

task send_all(channel& forth, channel& back, std::uint64_t first, std::uint64_t iterations) {
    for (std::uint64_t i = 0; i < iterations; ++i) {
        for (std::uint64_t k = 0; k < messages; ++k)
            if (!forth.try_send(boost::system::error_code{}, first + k))
                co_await forth.async_send(boost::system::error_code{}, first + k, here);
        first += messages;
        co_await back.async_receive(here);
    }
}

task receive_all(channel& forth, channel& back, std::uint64_t iterations, std::uint64_t& sum) {
    for (std::uint64_t i = 0; i < iterations; ++i) {
        for (std::uint64_t taken = 0; taken < messages;) {
            const auto take = [&](boost::system::error_code, std::uint64_t message) {
                sum += bench::mix(message);
                ++taken;
            };
            if (forth.try_receive(take)) continue;
            const std::uint64_t message = co_await forth.async_receive(here);
            take({}, message);
        }
        back.try_send(boost::system::error_code{}, i);
    }
}

int main(int argc, char** argv) {
    asio::io_context left(1);
    asio::io_context right(1);
    auto left_work = asio::make_work_guard(left);
    auto right_work = asio::make_work_guard(right);
    std::thread left_thread([&] { left.run(); });
    std::thread right_thread([&] { right.run(); });
    channel forth(right.get_executor(), messages);
    channel back(left.get_executor(), 1);
    const int status = straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        auto receiver = asio::co_spawn(right, receive_all(forth, back, iterations, sum), asio::use_future);
        auto sender = asio::co_spawn(left, send_all(forth, back, seed, iterations), asio::use_future);
        sender.get();
        receiver.get();
        return straight::figures{iterations * messages, sum};
    });
    left_work.reset();
    right_work.reset();
    left_thread.join();
    right_thread.join();
    return status;
}
