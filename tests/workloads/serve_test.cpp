// W60 to W64: the load generator counts what was answered rightly and nothing else, keeps its connections, asks
// at the rate that it is told, and never outlives who started it (P23).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/ground/connection_answers.hpp"
#include "workloads/ground/serve_service.hpp"
#include "workloads/peer/echo_peer.hpp"
#include "workloads/peer/own_listener.hpp"
#include "workloads/peer/peer_address.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bench {
namespace {

parameters small(std::string_view name, std::vector<assignment> more = {}) {
    more.emplace_back("requests", "97");
    more.emplace_back("connections", "5");
    return parameters::make(find_workload(name)->parameters, more).value();
}

echo_peer started_load() {
    auto client = echo_peer::start(peer_kind::load_generator);
    if (!client) throw std::runtime_error(client.error());
    return *std::move(client);
}

/// A server of blocking calls, a thread a connection; `change` may do to what goes back what it likes.
class answering_server {
public:
    using bytes = std::vector<std::byte>;
    explicit answering_server(
        serve_service& service, std::function<void(bytes&)> change = [](bytes&) {})
        : service_(service), change_(std::move(change)), accepting_([this] { accept_all(); }) {
        service.serve_at(listener_.port());
    }
    answering_server(const answering_server&) = delete;
    answering_server& operator=(const answering_server&) = delete;
    ~answering_server() {
        ::shutdown(listener_.socket(), SHUT_RDWR);
        accepting_.join();
        for (const int each : sockets_) ::shutdown(each, SHUT_RDWR);
        threads_.clear();
        for (const int each : sockets_) ::close(each);
    }
    [[nodiscard]] std::size_t accepted() const { return accepted_.load(); }

private:
    void accept_all() {
        for (;;) {
            const int client = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            ++accepted_;
            sockets_.push_back(client);
            threads_.emplace_back([this, client] { serve(client); });
        }
    }

    void serve(int client) {
        if (service_.shape().protocol == serve_protocol::http) return talk(client);
        bytes frame(service_.frame_bytes());
        while (::recv(client, frame.data(), frame.size(), MSG_WAITALL) == static_cast<ssize_t>(frame.size())) {
            answer_frames(frame, frame.size());
            bytes back = frame;
            change_(back);
            if (::send(client, back.data(), back.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(back.size()))
                return;
        }
    }

    void talk(int client) {
        connection_answers answers(answering::http, 0);
        bytes room(serve_room_bytes);
        for (;;) {
            const ssize_t count = ::recv(client, room.data(), room.size(), 0);
            if (count <= 0) return;
            const auto taken = answers.take(std::span(room).first(static_cast<std::size_t>(count)));
            bytes back(taken.answers.begin(), taken.answers.end());
            if (back.empty()) continue;
            change_(back);
            if (::send(client, back.data(), back.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(back.size()))
                return;
        }
    }

    serve_service& service_;
    std::function<void(bytes&)> change_;
    own_listener listener_;
    std::atomic<std::size_t> accepted_{0};
    std::vector<int> sockets_;          // of the accepting thread, until it has ended
    std::vector<std::jthread> threads_; // likewise
    std::thread accepting_;
};

TEST(serve, W60_W61_W62_W63_W64_the_load_generator_says_the_right_answer_of_each_case) {
    const auto client = started_load();
    for (const auto& asked : serve_workloads())
        for (const char* rate : {"closed", "50000"}) {
            const auto values = small(asked.name, {{"rate", rate}, {"depth", "3"}});
            serve_service service(serve_shape::read(values));
            const answering_server serving(service);
            recorder latencies(1);
            for (const slice_order& order : {slice_order{.iterations = 1, .seed = 7},
                                             slice_order{.iterations = 4, .seed = 0xfeedfacecafebeef}}) {
                const auto wrong = verify(asked, values, order, service.run(order, latencies));
                EXPECT_FALSE(wrong.has_value()) << asked.name << ' ' << rate << ": " << *wrong;
            }
            EXPECT_EQ(serving.accepted(), 5u) << "connections stay from slice to slice";
            EXPECT_EQ(latencies.merged().total(), 0u);
        }
}

TEST(serve, W4_W60_W62_a_flipped_bit_in_one_answer_is_noticed) {
    const auto client = started_load();
    for (const char* name : {"serve/echo", "serve/http"}) {
        const auto values = small(name);
        serve_service service(serve_shape::read(values));
        std::atomic<int> left = 50;
        const answering_server serving(service, [&](answering_server::bytes& back) {
            if (--left == 0) back.back() ^= std::byte{1};
        });
        recorder latencies(1);
        const slice_order order{.iterations = 2, .seed = 7};
        EXPECT_TRUE(verify(*find_workload(name), values, order, service.run(order, latencies)).has_value())
            << name;
    }
}

TEST(serve, W60_an_answer_too_long_is_an_error_of_the_slice) {
    const auto client = started_load();
    serve_service service(serve_shape::read(small("serve/echo")));
    const answering_server serving(service,
                                   [&](answering_server::bytes& back) { back.resize(back.size() + 1); });
    recorder latencies(1);
    EXPECT_THROW(service.run({.iterations = 50, .seed = 7}, latencies), std::system_error);
}

TEST(serve, W60_a_server_that_gives_up_ends_the_slice_with_its_own_error) {
    const auto client = started_load();
    serve_service service(serve_shape::read(small("serve/echo")));
    const answering_server serving(service, [&](answering_server::bytes&) {
        service.fail(std::make_exception_ptr(std::domain_error("mine")));
    });
    recorder latencies(1);
    EXPECT_THROW(service.run({.iterations = 1000, .seed = 7}, latencies), std::domain_error);
}

TEST(serve, W60_a_slice_after_one_that_failed_begins_with_new_connections) {
    const auto client = started_load();
    const auto values = small("serve/echo");
    serve_service service(serve_shape::read(values));
    std::atomic<bool> faulty = true;
    const answering_server serving(service, [&](answering_server::bytes& back) {
        if (faulty) back.resize(back.size() + 1);
    });
    recorder latencies(1);
    const slice_order order{.iterations = 1, .seed = 7};
    EXPECT_THROW(service.run(order, latencies), std::system_error);
    faulty = false;
    const auto wrong = verify(*find_workload("serve/echo"), values, order, service.run(order, latencies));
    EXPECT_FALSE(wrong.has_value()) << *wrong;
}

TEST(serve, W63_latencies_are_those_of_the_light_requests) {
    const auto client = started_load();
    const auto values = small("serve/skewed", {{"heavy_every", "4"}, {"steps", "10"}});
    serve_service service(serve_shape::read(values));
    const answering_server serving(service);
    recorder latencies(1);
    const slice_order order{.iterations = 3, .seed = 7, .record_latency = true};
    const auto right = find_workload("serve/skewed")->expect(values, order);
    ASSERT_TRUE(right.latencies.has_value());
    EXPECT_NEAR(static_cast<double>(*right.latencies), 3 * 97 * 0.75, 30);
    EXPECT_FALSE(
        verify(*find_workload("serve/skewed"), values, order, service.run(order, latencies)).has_value());
    EXPECT_EQ(latencies.merged().total(), *right.latencies);
}

// A server that takes no request for a while is charged for all that came due meanwhile: no coordinated
// omission.
TEST(serve, W60_at_a_rate_a_latency_counts_from_when_the_request_was_due) {
    const auto client = started_load();
    const auto values = small("serve/echo", {{"rate", "1000"}});
    serve_service service(serve_shape::read(values));
    std::mutex door;
    std::atomic<int> left = 20;
    const answering_server serving(service, [&](answering_server::bytes&) {
        const std::lock_guard lock(door);
        if (--left == 0) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    });
    recorder latencies(1);
    service.run({.iterations = 2, .seed = 7, .record_latency = true}, latencies);
    const auto all = latencies.merged();
    EXPECT_EQ(all.total(), 2u * 97);
    // All 174 that were left came due within the 300 ms; half of them waited 100 ms and more, where a load
    // generator that counts from the sending has five such.
    EXPECT_GE(all.quantile(0.5), 50'000'000u);
}

TEST(serve, P23_the_load_generator_ends_with_its_owner) {
    pid_t process = 0;
    {
        const auto client = started_load();
        process = client.process();
        EXPECT_EQ(peer_port(), client.port());
    }
    EXPECT_EQ(::kill(process, 0), -1) << "it must be gone and reaped";
    EXPECT_EQ(peer_port(), std::nullopt);
}

TEST(serve, W60_a_request_that_makes_no_sense_is_refused_and_the_next_is_served) {
    const auto peer = echo_peer::start_for(*find_workload("serve/echo"), small("serve/echo"));
    ASSERT_TRUE(peer && peer->has_value());
    serve_service asks(serve_shape::read(small("serve/echo"))); // port 0
    recorder latencies(1);
    EXPECT_THROW(asks.run({.iterations = 1}, latencies), std::system_error);
    const answering_server serving(asks);
    EXPECT_EQ(asks.run({.iterations = 1}, latencies).operations, 97u);
}

} // namespace
} // namespace bench
