// W37: the client of net/churn counts what was served rightly and nothing else, spreads its connections as it
// should, and never outlives who started it (P23).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/ground/churn_service.hpp"
#include "workloads/peer/echo_peer.hpp"
#include "workloads/peer/loopback_listener.hpp"
#include "workloads/peer/peer_address.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bench {
namespace {

const workload& churn() { return *find_workload("net/churn"); }

parameters small() {
    const std::vector<assignment> given{{"connections", "23"}, {"frame_words", "5"}, {"window", "4"}};
    return parameters::make(churn().parameters, given).value();
}

echo_peer started() {
    auto client = echo_peer::start(peer_kind::churn_client);
    if (!client) throw std::runtime_error(client.error());
    return *std::move(client);
}

/// A server of blocking calls, a thread a listener; `change` may do to each frame what it likes.
class server {
public:
    using frame = std::vector<std::byte>;
    explicit server(
        churn_service& service, std::function<void(frame&)> change = [](frame&) {})
        : service_(service), change_(std::move(change)) {
        for (std::size_t i = 0; i < churn_listeners; ++i) {
            service.serve_at(i, listeners_[i].port());
            threads_.emplace_back([this, i] { serve(i); });
        }
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() {
        for (auto& each : listeners_) ::shutdown(each.socket(), SHUT_RDWR);
        threads_.clear();
    }
    std::array<std::atomic<std::uint64_t>, churn_listeners> accepted{};

private:
    void serve(std::size_t index) {
        for (;;) {
            const int client = ::accept4(listeners_[index].socket(), nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            ++accepted[index];
            frame bytes(service_.frame_bytes());
            if (::recv(client, bytes.data(), bytes.size(), MSG_WAITALL) == static_cast<ssize_t>(bytes.size())) {
                change_(bytes);
                [[maybe_unused]] const ssize_t sent = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
                service_.served();
            }
            ::close(client);
        }
    }

    churn_service& service_;
    std::function<void(frame&)> change_;
    std::array<loopback_listener, churn_listeners> listeners_;
    std::vector<std::jthread> threads_;
};

TEST(churn, W37_the_client_counts_what_came_back_and_says_the_right_answer) {
    const auto client = started();
    const auto values = small();
    churn_service service(churn_shape::read(values));
    const server serving(service);
    for (const slice_order& order :
         {slice_order{.iterations = 1, .seed = 7}, slice_order{.iterations = 5, .seed = 0xfeedfacecafebeef}}) {
        const auto wrong = verify(churn(), values, order, service.run(order));
        EXPECT_FALSE(wrong.has_value()) << *wrong;
    }
}

TEST(churn, W4_W37_a_flipped_bit_on_one_connection_is_noticed) {
    const auto client = started();
    const auto values = small();
    churn_service service(churn_shape::read(values));
    std::atomic<int> left = 9;
    const server serving(service, [&](server::frame& bytes) {
        if (--left == 0) bytes.back() ^= std::byte{1};
    });
    const slice_order order{.iterations = 2, .seed = 7};
    EXPECT_TRUE(verify(churn(), values, order, service.run(order)).has_value());
}

TEST(churn, W37_a_connection_that_ends_short_or_says_too_much_is_an_error) {
    const auto client = started();
    for (const bool more : {false, true}) {
        churn_service service(churn_shape::read(small()));
        const server serving(service,
                             [&](server::frame& bytes) { bytes.resize(bytes.size() + (more ? 1 : -1)); });
        EXPECT_THROW(service.run({.iterations = 1, .seed = 7}), std::system_error);
    }
}

TEST(churn, W37_a_server_that_gives_up_ends_the_slice_with_its_own_error) {
    const auto client = started();
    churn_service service(churn_shape::read(small()));
    const server serving(
        service, [&](server::frame&) { service.fail(std::make_exception_ptr(std::domain_error("mine"))); });
    EXPECT_THROW(service.run({.iterations = 1000, .seed = 7}), std::domain_error);
}

TEST(churn, W37_connections_are_skewed_over_the_listeners_as_the_seed_says) {
    std::array<std::uint64_t, churn_listeners> drawn{};
    constexpr std::uint64_t draws = 160'000;
    for (std::uint64_t i = 0; i < draws; ++i) ++drawn[churn_listener_of(42, i)];
    const std::array<double, churn_listeners> wanted{8, 4, 3, 1};
    for (std::size_t i = 0; i < churn_listeners; ++i)
        EXPECT_NEAR(static_cast<double>(drawn[i]) / (draws / 16.0), wanted[i], 0.1) << i;

    const auto client = started();
    churn_service service(churn_shape::read(small()));
    server serving(service);
    service.run({.iterations = 4, .seed = 99});
    std::array<std::uint64_t, churn_listeners> expected{};
    for (std::uint64_t i = 0; i < 4 * 23; ++i) ++expected[churn_listener_of(99, i)];
    for (std::size_t i = 0; i < churn_listeners; ++i) EXPECT_EQ(serving.accepted[i], expected[i]) << i;
}

TEST(churn, P23_the_client_ends_with_its_owner) {
    pid_t process = 0;
    {
        const auto client = started();
        process = client.process();
        EXPECT_EQ(peer_port(), client.port());
    }
    EXPECT_EQ(::kill(process, 0), -1) << "it must be gone and reaped";
    EXPECT_EQ(peer_port(), std::nullopt);
}

TEST(churn, W37_the_client_is_started_for_the_workload_that_wants_it) {
    const auto peer = echo_peer::start_for(churn(), small());
    ASSERT_TRUE(peer && peer->has_value());
    EXPECT_NO_THROW(churn_service(churn_shape::read(small())));
    // The echo peer would give back the question; the client says that it makes no sense, and goes on.
    churn_service asks(churn_shape::read(small())); // no listener was named: four times port 0
    EXPECT_THROW(asks.run({.iterations = 1}), std::system_error);
}

} // namespace
} // namespace bench
