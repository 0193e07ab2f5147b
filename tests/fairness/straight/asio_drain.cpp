// Boost.Asio: 2,048 messages posted to the other io_context, then an acknowledgement posted back.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <future>
#include <thread>
#include <vector>

#include <boost/asio.hpp>

namespace asio = boost::asio;
constexpr std::uint64_t messages = 2048;

struct stream {
    asio::io_context& sender;
    asio::io_context& receiver;
    std::uint64_t batch;
    std::uint64_t rounds;
    std::uint64_t next;
    std::uint64_t received = 0;
    std::uint64_t sum = 0;
    std::promise<void> done = {};

    void send_all() {
        for (std::uint64_t sent = 0; sent < messages; sent += batch) {
            if (batch == 1) {
                asio::post(receiver, [this, message = next++] { receive(message); });
                continue;
            }
            std::vector<std::uint64_t> parcel(std::min(batch, messages - sent));
            for (auto& message : parcel) message = next++;
            asio::post(receiver, [this, parcel = std::move(parcel)] {
                for (const auto message : parcel) receive(message);
            });
        }
    }

    void receive(std::uint64_t message) {
        sum += bench::mix(message);
        if (++received % messages != 0) return;
        asio::post(sender, [this] {
            if (--rounds == 0)
                done.set_value();
            else
                send_all();
        });
    }
};

int main(int argc, char** argv) {
    const std::uint64_t batch = straight::batch_size(argc, argv, messages);
    asio::io_context left(1);
    asio::io_context right(1);
    auto left_work = asio::make_work_guard(left);
    auto right_work = asio::make_work_guard(right);
    std::thread left_thread([&] { left.run(); });
    std::thread right_thread([&] { right.run(); });
    const int status = straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        stream one{left, right, batch, iterations, seed};
        asio::post(left, [&one] { one.send_all(); });
        one.done.get_future().wait();
        return straight::figures{iterations * messages, one.sum};
    });
    left_work.reset();
    right_work.reset();
    left_thread.join();
    right_thread.join();
    return status;
}
